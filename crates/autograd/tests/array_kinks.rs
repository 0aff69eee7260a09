//! Arrays exactly at the kinks of their operations: the choice, the other choice, forward mode, the second derivative, and
//! the note on the tape.

use autograd::kink::Ties;
use autograd::op::norm::Norm;
use autograd::op::variance::Spread;
use autograd::{Array, ArrayOps, Dual, Tape, Var, subdifferential};

/// The gradient of a function at a vector, in reverse mode, asserted to be that of forward mode and of nested reverse mode;
/// with the operation and the number of the kinks it was taken at.
macro_rules! at {
    (|$x:ident| $value:expr, $at:expr) => {{
        let at: [Array<f64>; 1] = [Array::vector(&$at)];
        let tape = Tape::new();
        let variables = tape.vars(&at);
        let result = {
            let $x = &variables[0];
            $value
        };
        let gradient = tape.gradient(&result);
        let kinks: Vec<(&str, usize)> =
            gradient.kinks().iter().map(|kink| (kink.operation, kink.elements)).collect();
        let gradient: Vec<f64> = gradient.wrt(&variables[0]).to_vec();
        for position in 0..at[0].len() {
            let mut direction = vec![0.0; at[0].len()];
            direction[position] = 1.0;
            let duals = at[0].to_vec().into_iter().zip(&direction).map(|(x, &d)| Dual::new(x, d)).collect();
            let dual = Array::new(at[0].shape(), duals).unwrap();
            let forward = {
                let $x = &dual;
                $value
            };
            let forward_mode = forward.item().unwrap().derivative;
            let near = (forward_mode - gradient[position]).abs() <= 2.0 * f64::EPSILON;
            assert!(near, "at {position} forward mode gives {forward_mode}, reverse mode {gradient:?}");
            assert_eq!(forward.item().unwrap().value, result.value().item().unwrap());
        }
        let outer = Tape::new();
        let inner = Tape::new();
        let outer_x = outer.var(at[0].clone());
        let inner_x = inner.var(outer_x.clone());
        let nested = {
            let $x = &inner_x;
            $value
        };
        let first = inner.gradient(&nested).wrt(&inner_x);
        assert_eq!(first.value().to_vec(), gradient, "the outer level sees another gradient");
        let second = outer.gradient(&first.sum_all()).wrt(&outer_x).to_vec();
        (gradient, kinks, second)
    }};
}

#[test]
fn equal_elements_share_a_maximum() {
    let x = [1.0, 3.0, 3.0, 2.0, 3.0];
    let third = 1.0 / 3.0;
    let expected = vec![0.0, third, third, 0.0, third];
    assert_eq!(at!(|x| x.max(&[0]), x), (expected, vec![("max", 3)], vec![0.0; 5]));
    let first = vec![0.0, 1.0, 0.0, 0.0, 0.0];
    assert_eq!(at!(|x| x.max_ties(&[0], Ties::First), x).0, first);
    let minimum = [-3.0, -1.0, -3.0];
    assert_eq!(at!(|x| x.min(&[0]), minimum), (vec![0.5, 0.0, 0.5], vec![("min", 2)], vec![0.0; 3]));
    assert_eq!(at!(|x| x.min_ties(&[0], Ties::First), minimum).0, [1.0, 0.0, 0.0]);
    assert_eq!(at!(|x| x.max_all(), [f64::INFINITY, 0.0]).0, [1.0, 0.0]);
    // Of a matrix, row by row; the first in row-major order.
    let matrix = [Array::new(&[2, 2], vec![1.0, 1.0, 1.0, 0.0]).unwrap()];
    let all = autograd::grad(|x| x[0].max_ties(&[0, 1], Ties::First), &matrix);
    assert_eq!(all[0].to_vec(), [1.0, 0.0, 0.0, 0.0]);
    let columns = autograd::grad(|x| x[0].max_ties(&[0], Ties::First).sum_all(), &matrix);
    assert_eq!(columns[0].to_vec(), [1.0, 1.0, 0.0, 0.0]);
}

#[test]
fn nan_among_the_elements_is_their_maximum() {
    let x = Array::vector(&[1.0, f64::NAN, 2.0]);
    assert!(x.max_all().item().unwrap().is_nan() && x.min_all().item().unwrap().is_nan());
    assert_eq!(x.argmax(0).first(), Some(&1));
    let gradient = autograd::grad(|x| x[0].max_all(), std::slice::from_ref(&x));
    assert!(gradient[0].to_vec().iter().all(|slope| slope.is_nan()));
    // Of a pair, NaN gives way, as for plain numbers.
    let zeros = Array::zeros(&[3]);
    assert_eq!(x.maximum(&zeros).to_vec(), [1.0, 0.0, 2.0]);
    assert_eq!(zeros.minimum(&x).to_vec(), [0.0, 0.0, 0.0]);
    let gradient = autograd::grad(|x| x[0].maximum(&x[1]).sum_all(), &[x, zeros]);
    assert_eq!((gradient[0].to_vec(), gradient[1].to_vec()), (vec![1.0, 0.0, 1.0], vec![0.0, 1.0, 0.0]));
}

#[test]
fn equal_pairs_share_as_they_are_told() {
    let fold = |x: &[f64]| Array::vector(x);
    let other = || Var::constant(fold(&[1.0, 1.0, 1.0]));
    let tape = Tape::new();
    let x = tape.var(fold(&[0.0, 1.0, 2.0]));
    for (result, expected) in [
        (x.maximum(&other()), [0.0, 0.5, 1.0]),
        (x.minimum(&other()), [1.0, 0.5, 0.0]),
        (x.maximum_ties(&other(), Ties::First), [0.0, 1.0, 1.0]),
        (other().maximum_ties(&x, Ties::First), [0.0, 0.0, 1.0]),
        (x.minimum_ties(&other(), Ties::First), [1.0, 1.0, 0.0]),
    ] {
        assert_eq!(tape.gradient(&result.sum_all()).wrt(&x).to_vec(), expected);
    }
    assert!(tape.kinks().iter().all(|kink| kink.elements == 1));
    // Forward mode makes the same choice.
    let dual = Array::vector(&[Dual::new(1.0, 1.0)]);
    let one = Array::vector(&[Dual::new(1.0, 0.0)]);
    assert_eq!(dual.maximum(&one).item().unwrap().derivative, 0.5);
    assert_eq!(one.maximum_ties(&dual, Ties::First).item().unwrap().derivative, 0.0);
    assert_eq!(dual.minimum_ties(&one, Ties::First).item().unwrap().derivative, 1.0);
}

#[test]
fn norms_at_the_origin_have_their_smallest_subgradient() {
    let origin = [0.0, -0.0, 0.0];
    for (norm, kink) in [(Norm::L1, "abs"), (Norm::L2, "norm"), (Norm::LInfinity, "abs")] {
        let (gradient, kinks, second) = at!(|x| x.norm(&[0], norm), origin);
        assert_eq!((gradient, second), (vec![0.0; 3], vec![0.0; 3]), "{norm:?}");
        assert_eq!(kinks[0], (kink, 3), "{norm:?}");
    }
    assert_eq!(at!(|x| x.norm(&[0], Norm::L1), [-2.0, 0.0, 1.0]).0, [-1.0, 0.0, 1.0]);
    assert_eq!(at!(|x| x.norm(&[0], Norm::LInfinity), [-2.0, 0.0, 2.0]).0, [-0.5, 0.0, 0.5]);
    // Beside the origin and far from it the direction keeps its digits.
    for scale in [1e-200, 1e-160, 1.0, 1e200] {
        let (gradient, kinks, _) = at!(|x| x.norm(&[0], Norm::L2), [3.0 * scale, 4.0 * scale]);
        assert!((gradient[0] - 0.6).abs() < 1e-15 && (gradient[1] - 0.8).abs() < 1e-15, "{gradient:?}");
        assert!(kinks.is_empty());
    }
    // One row at the origin leaves the other alone.
    let rows = [Array::new(&[2, 2], vec![0.0, 0.0, 3.0, 4.0]).unwrap()];
    let gradient = autograd::grad(|x| x[0].norm(&[1], Norm::L2).sum_all(), &rows);
    assert_eq!(gradient[0].to_vec(), [0.0, 0.0, 0.6, 0.8]);
    assert_eq!(Array::vector(&[f64::NEG_INFINITY, 1.0]).norm_all(Norm::L2).item(), Some(f64::INFINITY));
    assert!(Array::vector(&[f64::NAN, 1.0]).norm_all(Norm::L2).item().unwrap().is_nan());
    assert_eq!(Array::<f64>::zeros(&[0]).norm_all(Norm::L2).item(), Some(0.0));
}

#[test]
fn equal_numbers_have_no_deviation() {
    // 0.1 is no binary fraction, so that a mean of several may be another number.
    let equal = [0.1; 7];
    for spread in [Spread::Population, Spread::Sample] {
        let (gradient, kinks, second) = at!(|x| x.standard_deviation(&[0], spread), equal);
        assert_eq!((gradient, second), (vec![0.0; 7], vec![0.0; 7]));
        assert_eq!(kinks, [("standard_deviation", 7)]);
        assert_eq!(Array::vector(&equal).variance(&[0], spread).item(), Some(0.0));
    }
    // Of one number the deviation is 0 wherever it lies: no kink.
    let (gradient, kinks, _) = at!(|x| x.standard_deviation(&[0], Spread::Population), [5.0]);
    assert_eq!((gradient, kinks), (vec![0.0], vec![]));
    assert!(Array::vector(&[5.0_f64]).variance(&[0], Spread::Sample).item().unwrap().is_nan());
    assert!(Array::<f64>::zeros(&[0]).variance(&[0], Spread::Population).item().unwrap().is_nan());
}

#[test]
fn products_are_right_at_zeros() {
    let with_zeros =
        |zeros: usize| -> Vec<f64> { (0..5).map(|i| if i < zeros { 0.0 } else { i as f64 }).collect() };
    let product_but = |x: &[f64], skip: &[usize]| -> f64 {
        x.iter().enumerate().filter(|(i, _)| !skip.contains(i)).map(|(_, x)| x).product()
    };
    for zeros in 0..4 {
        let at = with_zeros(zeros);
        let x = [Array::vector(&at)];
        let gradient = autograd::grad(|x| x[0].product(&[0]), &x);
        let expected: Vec<f64> = (0..5).map(|i| product_but(&at, &[i])).collect();
        assert_eq!(gradient[0].to_vec(), expected, "{zeros} zeros");
        let hessian = autograd::hessian(|x| x[0].product(&[0]), &x);
        for (i, row) in hessian.iter().enumerate() {
            for (j, &second) in row.iter().enumerate() {
                let expected = if i == j { 0.0 } else { product_but(&at, &[i, j]) };
                assert_eq!(second, expected, "{zeros} zeros at {i}, {j}");
            }
        }
    }
    assert_eq!(Array::<f64>::zeros(&[0]).product_all().item(), Some(1.0));
}

#[test]
fn clamping_is_flat_at_its_bounds() {
    let (gradient, kinks, second) = at!(|x| x.clamp(-1.0, 1.0).sum_all(), [-2.0, -1.0, 0.0, 1.0, 3.0]);
    assert_eq!((gradient, second), (vec![0.0, 0.0, 1.0, 0.0, 0.0], vec![0.0; 5]));
    assert_eq!(kinks, [("clamp", 2)]);
    let open = |x: f64| {
        let (gradient, kinks, _) = at!(|x| x.clamp(f64::NEG_INFINITY, f64::INFINITY).sum_all(), [x]);
        (gradient[0], kinks.len())
    };
    assert_eq!((open(f64::INFINITY), open(-1e300)), ((1.0, 0), (1.0, 0)));
    assert!(Array::vector(&[f64::NAN]).clamp(0.0, 1.0).to_vec()[0].is_nan());
}

#[test]
fn hypot_atan2_and_copysign_at_the_origin() {
    let origin = [Array::vector(&[0.0]), Array::vector(&[0.0])];
    let of = |gradient: Vec<Array<f64>>| [gradient[0].to_vec()[0], gradient[1].to_vec()[0]];
    assert_eq!(of(autograd::grad(|x| x[0].hypot(&x[1]).sum_all(), &origin)), [0.0, 0.0]);
    assert_eq!(of(autograd::grad(|x| x[0].atan2(&x[1]).sum_all(), &origin)), [0.0, 0.0]);
    assert_eq!(of(autograd::grad(|x| x[0].copysign(&x[1]).sum_all(), &origin)), [0.0, 0.0]);
    let second = autograd::hessian(|x| x[0].hypot(&x[1]).sum_all(), &origin);
    assert_eq!(second, [[0.0, 0.0], [0.0, 0.0]]);
    let second = autograd::hessian(|x| x[0].atan2(&x[1]).sum_all(), &origin);
    assert_eq!(second, [[0.0, 0.0], [0.0, 0.0]]);
    for scale in [1e-200, 1.0, 1e200] {
        let far = [Array::vector(&[3.0 * scale]), Array::vector(&[4.0 * scale])];
        let [by_a, by_b] = of(autograd::grad(|x| x[0].hypot(&x[1]).sum_all(), &far));
        assert!((by_a - 0.6).abs() < 1e-15 && (by_b - 0.8).abs() < 1e-15);
        let [by_y, by_x] = of(autograd::grad(|x| x[0].atan2(&x[1]).sum_all(), &far));
        assert!((by_y * scale - 0.16).abs() < 1e-15 && (by_x * scale + 0.12).abs() < 1e-15, "{by_y} {by_x}");
    }
}

#[test]
fn powers_where_logarithms_are_not_defined() {
    let power = |x: f64, p: f64| {
        let at = [Array::vector(&[x]), Array::vector(&[p])];
        let gradient = autograd::grad(|x| x[0].powf(&x[1]).sum_all(), &at);
        [gradient[0].to_vec()[0], gradient[1].to_vec()[0]]
    };
    assert_eq!(power(0.0, 2.0), [0.0, 0.0]);
    assert_eq!(power(0.0, 0.0), [0.0, 0.0]);
    assert_eq!(power(-2.0, 2.0)[0], -4.0);
    assert!(power(-2.0, 2.0)[1].is_nan());
    let constant = autograd::grad(
        |x| x[0].powf(&autograd::Algebra::number(&x[0], 3.0)).sum_all(),
        &[Array::vector(&[-2.0])],
    );
    assert_eq!(constant[0].to_vec(), [12.0]);
    let mixed =
        autograd::hessian(|x| x[0].powf(&x[1]).sum_all(), &[Array::vector(&[2.0]), Array::vector(&[0.0])]);
    assert_eq!((mixed[0][1], mixed[1][0]), (0.5, 0.5));
}

#[test]
fn steps_and_remainders_between_and_at_their_jumps() {
    let x = [Array::vector(&[-1.5, -0.0, 1.0, 2.5])];
    for (gradient, slope) in [
        (autograd::grad(|x| x[0].floor().sum_all(), &x), 0.0),
        (autograd::grad(|x| x[0].ceil().sum_all(), &x), 0.0),
        (autograd::grad(|x| x[0].round().sum_all(), &x), 0.0),
        (autograd::grad(|x| x[0].trunc().sum_all(), &x), 0.0),
        (autograd::grad(|x| x[0].signum().sum_all(), &x), 0.0),
        (autograd::grad(|x| x[0].fract().sum_all(), &x), 1.0),
    ] {
        assert_eq!(gradient[0].to_vec(), [slope; 4]);
    }
    let pair = [Array::vector(&[7.5, -7.5, 1.0, 6.0]), Array::vector(&[2.0, 2.0, 0.1, 2.0])];
    let gradient = autograd::grad(|x| (&x[0] % &x[1]).sum_all(), &pair);
    assert_eq!((gradient[0].to_vec(), gradient[1].to_vec()), (vec![1.0; 4], vec![-3.0, 3.0, -9.0, -3.0]));
}

#[test]
fn what_was_not_selected_leaves_no_trace() {
    let x = [Array::vector(&[0.0, 4.0, -1.0])];
    let gradient = autograd::grad(
        |x| {
            let zero = autograd::Algebra::number(&x[0], 0.0);
            let mask = x[0].greater(&zero);
            mask.select(&(autograd::Algebra::sqrt(&x[0]) * autograd::Algebra::ln(&x[0])), &(&x[0] * &x[0]))
                .sum_all()
        },
        &x,
    );
    assert_eq!(gradient[0].to_vec(), [0.0, 4.0_f64.ln() / 4.0 + 0.5, -2.0]);
    let mask = Array::vector(&[0.0, f64::NAN, -2.0]);
    assert_eq!(mask.select(&Array::scalar(1.0), &Array::scalar(5.0)).to_vec(), [5.0, 1.0, 1.0]);
}

#[test]
fn the_sides_of_array_kinks() {
    // max(x₁, x₂, x₃) where all are equal: the triangle of unit vectors.
    let set = subdifferential(|x| x[0].max_all(), &[Array::vector(&[2.0, 2.0, 2.0])]).unwrap();
    assert_eq!(set.vertices(), [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]);
    // Σᵢ max(xᵢ, 1).
    let set = subdifferential(
        |x| x[0].maximum(&autograd::Algebra::number(&x[0], 1.0)).sum_all(),
        &[Array::vector(&[1.0, 0.0, 1.0])],
    );
    assert_eq!(set.unwrap().vertices(), [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 1.0]]);
    let set = subdifferential(|x| x[0].clamp(-1.0, 1.0).sum_all(), &[Array::vector(&[-1.0, 0.0])]).unwrap();
    assert_eq!(set.vertices(), [[0.0, 1.0], [1.0, 1.0]]);
    let set = subdifferential(|x| x[0].norm_all(Norm::L1), &[Array::vector(&[0.0, -2.0])]).unwrap();
    assert_eq!(set.vertices(), [[-1.0, -1.0], [1.0, -1.0]]);
    // The ball of the Euclidean norm has no corners to enumerate.
    assert!(subdifferential(|x| x[0].norm_all(Norm::L2), &[Array::vector(&[0.0, 0.0])]).is_err());
}
