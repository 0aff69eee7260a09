//! Arrays where a derivative is undefined: what is left out leaves no trace, and what has a limit has that.

use autograd::op::norm::Norm;
use autograd::op::variance::Spread;
use autograd::{Algebra, Array, ArrayAlgebra, ArrayOps, Dual, Many, Tape, Var};
use num_traits::Float;

/// Calls a function of arrays at one level of nesting, which its argument tells.
fn of<A>(f: impl FnOnce(&[A]) -> A, x: &[A]) -> A {
    f(x)
}

/// Of two rows the first is undefined and left out: what a function gives of the second is all there is, in every mode and order.
macro_rules! leaves_out {
    ($($name:literal |$x:ident| $value:expr, at $row:expr;)*) => {
        $({
            let row: [f64; 3] = $row;
            let x = [Array::new(&[2, 3], [row, [0.5, 1.0, 2.5]].concat()).unwrap()];
            let alone = [Array::new(&[1, 3], vec![0.5, 1.0, 2.5]).unwrap()];
            // Weighed, for the sum of probabilities is constant; a number for each row, or for each element.
            let taken = |rows: &[f64], shape: &[usize]| {
                let row: Vec<f64> = (1..=shape[1..].iter().product()).map(|i| 1.0 / i as f64).collect();
                let weights = rows.iter().flat_map(|mask| row.iter().map(move |weight| mask * weight));
                Array::new(shape, weights.collect()).unwrap()
            };
            macro_rules! weighed {
                ($rows:expr) => {
                    |x: &[_]| {
                        let value = { let $x = &x[0]; $value };
                        let weights = value.dual_of(&taken($rows, ArrayAlgebra::shape(&value)));
                        let zero = Algebra::number(&value, 0.0);
                        (weights.clone() * weights.select(&value, &zero)).sum_all()
                    }
                };
            }
            let expected = autograd::grad(weighed!(&[1.0]), &alone)[0].to_vec();
            let found = autograd::grad(weighed!(&[0.0, 1.0]), &x)[0].to_vec();
            assert_eq!(found[..3], [0.0; 3], "{}", $name);
            assert_eq!(found[3..], expected, "{}", $name);
            let expected = autograd::hessian(weighed!(&[1.0]), &alone);
            let found = autograd::hessian(weighed!(&[0.0, 1.0]), &x);
            for (i, row) in found.iter().enumerate() {
                for (j, &entry) in row.iter().enumerate() {
                    let expected = if i < 3 || j < 3 { 0.0 } else { expected[i - 3][j - 3] };
                    assert!((entry - expected).abs() < 1e-15, "{}: {entry} at {i}, {j}", $name);
                }
            }
            let outer = Tape::new();
            let outer_x = outer.vars(&x);
            let inner = Tape::new();
            let inner_x = inner.vars(&outer_x);
            let first = inner.gradient(&of(weighed!(&[0.0, 1.0]), &inner_x)).wrt(&inner_x[0]);
            let nested = outer.gradient(&(&first * &first).sum_all()).wrt(&outer_x[0]).to_vec();
            let gradient = autograd::grad(weighed!(&[1.0]), &alone);
            let product = autograd::hvp(weighed!(&[1.0]), &alone, &gradient)[0].to_vec();
            assert_eq!(nested[..3], [0.0; 3], "{}", $name);
            let pairs = nested[3..].iter().zip(product);
            assert!(pairs.clone().all(|(found, half)| (found - 2.0 * half).abs() < 1e-14), "{}", $name);
        })*
    };
}

/// Constants at whatever level of nesting an array is.
trait DualOf: ArrayAlgebra {
    fn dual_of(&self, x: &Array<f64>) -> Self {
        let elements = x.to_vec().into_iter().map(|x| num_traits::NumCast::from(x).unwrap()).collect();
        Self::from_array(Array::new(x.shape(), elements).unwrap())
    }
}

impl<A: ArrayAlgebra> DualOf for A {}

#[test]
fn what_is_left_out_may_be_undefined() {
    let (least, most) = ([f64::NEG_INFINITY; 3], [f64::INFINITY, 0.0, 1.0]);
    leaves_out! {
        "log_sum_exp" |x| x.log_sum_exp(), at least;
        "log_sum_exp of ∞" |x| x.log_sum_exp(), at most;
        "log_sum_exp over axes" |x| x.log_sum_exp_kept(&[1]), at least;
        "softmax" |x| x.softmax(), at least;
        "softmax of ∞" |x| x.softmax(), at most;
        "log_softmax" |x| x.log_softmax(), at least;
        "log_softmax of ∞" |x| x.log_softmax(), at most;
        "softmax_cross_entropy" |x| {
            let labels = [1, 2];
            x.softmax_cross_entropy(&labels[2 - ArrayAlgebra::shape(x)[0]..])
        }, at least;
        "softmax_cross_entropy of ∞" |x| {
            let labels = [1, 2];
            x.softmax_cross_entropy(&labels[2 - ArrayAlgebra::shape(x)[0]..])
        }, at most;
        "squared_difference" |x| x.squared_difference(&Algebra::number(x, 1.0)), at most;
        "squared_difference, repeated" |x| Algebra::number(x, 1.0).squared_difference(x), at least;
        "layer_norm" |x| x.layer_norm(0.0), at [2.0; 3];
        "norm" |x| x.norm(&[1], Norm::L2), at most;
        "variance" |x| x.variance(&[1], Spread::Sample), at most;
        "standard_deviation" |x| x.standard_deviation(&[1], Spread::Population), at least;
        "product" |x| x.product(&[1]), at most;
        "hypot" |x| x.hypot(&Algebra::number(x, 2.0)), at most;
        "powf" |x| x.powf(&Algebra::number(x, 1.5)), at [-1.0, 0.0, f64::INFINITY];
    }
    let x = [Array::vector(&[f64::INFINITY, 2.0]), Array::vector(&[0.0, 1.0])];
    let gradient = autograd::grad(|x| (x[0].squared_difference(&x[0]) * &x[1]).sum_all(), &x);
    assert_eq!(gradient[0].to_vec(), [0.0, 0.0]);
}

#[test]
fn lengths_towards_infinity() {
    let (inf, half) = (f64::INFINITY, 0.5_f64.sqrt());
    for (pair, expected) in [
        ([inf, 1.0], [1.0, 0.0]),
        ([0.0, -inf], [0.0, -1.0]),
        ([inf, -inf], [half, -half]),
        ([1.7e308, 1.7e308], [0.0, 0.0]),
    ] {
        let of = |gradient: [f64; 2], way: &str| {
            let near = (0..2).all(|i| (gradient[i] - expected[i]).abs() <= f64::EPSILON);
            assert!(near, "{way} at {pair:?}: {gradient:?}");
        };
        let overflows = pair[0] == pair[1];
        let numbers = |gradient: Vec<f64>| [gradient[0], gradient[1]];
        of(numbers(autograd::grad(|x| Float::hypot(x[0], x[1]), &pair)), "hypot");
        if !overflows {
            // Without overflow on the way these have the derivative of the direction.
            of(numbers(autograd::grad(|x| <Var<'_, f64> as Many>::norm(x), &pair)), "norm of numbers");
            let x = [Array::vector(&pair)];
            of(numbers(autograd::grad(|x| x[0].norm_all(Norm::L2), &x)[0].to_vec()), "norm");
            let direction = |i: usize| [Array::vector(&[[1.0, 0.0], [0.0, 1.0]][i])];
            let forward =
                |i: usize| autograd::jvp(|x| x[0].norm_all(Norm::L2), &x, &direction(i)).1.item().unwrap();
            of([forward(0), forward(1)], "norm in forward mode");
            assert_eq!(autograd::hessian(|x| x[0].norm_all(Norm::L2), &x), [[0.0; 2]; 2]);
        }
        let arrays = pair.map(|x| Array::vector(&[x, 3.0]));
        let gradient = autograd::grad(|x| x[0].hypot(&x[1]).sum_all(), &arrays);
        of([0, 1].map(|i| gradient[i].to_vec()[0]), "hypot of arrays");
        assert!((gradient[0].to_vec()[1] - half).abs() < 1e-15);
        let duals = |with: usize| {
            let x = [0, 1].map(|i| Dual::new(pair[i], if i == with { 1.0 } else { 0.0 }));
            Float::hypot(x[0], x[1]).derivative
        };
        of([duals(0), duals(1)], "forward mode");
        // Angles change no more.
        assert_eq!(autograd::grad(|x| Float::atan2(x[0], x[1]), &pair), [0.0, 0.0]);
        let gradient = autograd::grad(|x| x[0].atan2(&x[1]).sum_all(), &pair.map(|x| Array::vector(&[x])));
        assert_eq!([0, 1].map(|i| gradient[i].to_vec()[0]), [0.0, 0.0]);
    }
    // Finite components that are too long for a number, of numbers with derivatives.
    let x = [Array::vector(&[1.7e308, 1.7e308])];
    assert_eq!(autograd::jvp(|x| x[0].norm_all(Norm::L2), &x, &x).0.item(), Some(inf));
    // One row leaves the other alone.
    let rows = [Array::new(&[2, 2], vec![1.0, f64::NEG_INFINITY, 3.0, 4.0]).unwrap()];
    let gradient = autograd::grad(|x| x[0].norm(&[1], Norm::L2).sum_all(), &rows);
    assert_eq!(gradient[0].to_vec(), [0.0, -1.0, 0.6, 0.8]);
}
