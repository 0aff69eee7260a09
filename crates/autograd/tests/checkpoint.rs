//! What is recomputed has the derivatives of what is stored: at every level, at kinks, for numbers and arrays.

use autograd::kink::KinkOps;
use autograd::{
    Array, ArrayAlgebra, ArrayOps, Dual, Tape, Var, checkpoint, checkpoint_chain, grad, hessian,
    subdifferential, value_and_grad,
};
use num_traits::Float;

/// One step of a damped oscillator with a spring that hardens.
fn step<F: Float>(state: &[F], parameters: &[F]) -> Vec<F> {
    let h = F::from(0.05).unwrap();
    let (x, v) = (state[0], state[1]);
    let force = -(parameters[0] * x + parameters[1] * x.powi(3) + v.sin());
    vec![x + h * v, v + h * force]
}

fn stored<F: Float>(x: &[F], count: usize) -> F {
    let state = (0..count).fold(x[..2].to_vec(), |state, _| step(&state, &x[2..]));
    state[0] * state[0] + state[1].exp()
}

fn recomputed<'t, V: Float>(x: &[Var<'t, V>], count: usize) -> Var<'t, V> {
    let state = checkpoint_chain(count, |_, state, parameters| step(state, parameters), &x[..2], &x[2..]);
    state[0] * state[0] + state[1].exp()
}

const X: [f64; 4] = [0.8, -0.2, 2.0, 0.7];

#[test]
fn chains_of_every_length_have_the_same_gradient() {
    for count in [0, 1, 2, 3, 4, 5, 8, 9, 10, 99, 100, 101] {
        let (value, gradient) = value_and_grad(|x| recomputed(x, count), &X);
        let (expected, slopes) = value_and_grad(|x| stored(x, count), &X);
        assert_eq!(value, expected, "{count} steps");
        for (found, expected) in gradient.iter().zip(slopes) {
            // The sums over steps associate by segments.
            assert!((found - expected).abs() <= 1e-14 * expected.abs().max(1.0), "{found} is not {expected}");
        }
    }
}

#[test]
fn a_chain_stores_its_roots() {
    let tape = Tape::new();
    let variables = tape.vars(&X);
    let _ = recomputed(&variables, 10_000);
    // A hundred segments of two outputs each, and the loss at the end.
    assert_eq!(tape.statistics().leaves, 4 + 200);
    assert!(tape.nodes() <= 2, "{} nodes", tape.nodes());
}

#[test]
fn second_derivatives_go_through() {
    let expected = hessian(|x| stored(x, 20), &X);
    for (found, expected) in hessian(|x| recomputed(x, 20), &X).concat().iter().zip(expected.concat()) {
        assert!((found - expected).abs() <= 1e-14 * expected.abs().max(1.0), "{found} is not {expected}");
    }
    // Reverse over reverse.
    let outer = Tape::new();
    let outer_x = outer.vars(&X);
    let inner = Tape::new();
    let inner_x = inner.vars(&outer_x);
    let gradient = inner.gradient(&recomputed(&inner_x, 20));
    for (variable, expected) in inner_x.iter().zip(&expected) {
        let row = outer.gradient(&gradient.wrt(variable));
        for (x, expected) in outer_x.iter().zip(expected) {
            assert!((row.wrt(x) - expected).abs() <= 1e-13 * expected.abs().max(1.0));
        }
    }
}

#[test]
fn segments_stand_anywhere_and_nest() {
    let plain = |x: f64, y: f64| {
        value_and_grad(
            |v| {
                let (x, y) = (v[0].sin(), v[0] * v[1]);
                let (a, b) = (x * y, (x - y).exp());
                let c = (a * a + b).ln();
                (c + a) * y
            },
            &[x, y],
        )
    };
    let cut = |x: f64, y: f64| {
        value_and_grad(
            |v| {
                // A pending function of one variable, a node and a constant as inputs.
                let (x, y) = (v[0].sin(), v[0] * v[1]);
                let ab = checkpoint(
                    |v| {
                        let product = checkpoint(|v| vec![v[0] * v[1]], v);
                        vec![product[0], (v[0] - v[1]).exp() * v[2]]
                    },
                    &[x, y, Var::constant(1.0)],
                );
                let c = checkpoint(|v| vec![(v[0] * v[0] + v[1]).ln()], &ab)[0];
                (c + ab[0]) * y
            },
            &[x, y],
        )
    };
    for (x, y) in [(0.7, 1.3), (-0.4, 2.0), (1.1, -0.6)] {
        let ((value, gradient), (found, slopes)) = (plain(x, y), cut(x, y));
        assert_eq!(value, found);
        for (slope, expected) in slopes.iter().zip(gradient) {
            assert!((slope - expected).abs() < 1e-15 * expected.abs().max(1.0), "{slope} is not {expected}");
        }
    }
}

#[test]
fn outputs_may_be_unused_swapped_and_differentiated_by() {
    let tape = Tape::new();
    let (x, y) = (tape.var(2.0), tape.var(3.0));
    let swapped = checkpoint(|v| vec![v[1], v[0], v[0] * v[1]], &[x, y]);
    let gradient = tape.gradient(&swapped[0]);
    assert_eq!((gradient.wrt(&x), gradient.wrt(&y)), (0.0, 1.0));
    let gradient = tape.gradient(&(swapped[2] * swapped[2]));
    assert_eq!(gradient.wrt(&swapped[2]), 12.0);
    assert_eq!((gradient.wrt(&x), gradient.wrt(&y)), (36.0, 24.0));
    // What comes after a result does not count.
    let before = x * y;
    let _ = checkpoint(|v| vec![v[0].exp()], &[before]);
    assert_eq!(tape.gradient(&before).wrt(&x), 3.0);
    // Of constants, constants; of nothing, nothing.
    assert!(checkpoint(|v| vec![v[0] * v[0]], &[Var::constant(2.0)])[0].is_constant());
    assert!(checkpoint(|_: &[Var<'_, f64>]| Vec::new(), &[x]).is_empty());
    // Cotangents for several outputs at once.
    let gradient = tape.pullback_many(&swapped, vec![1.0, 10.0, 100.0]);
    assert_eq!((gradient.wrt(&x), gradient.wrt(&y)), (310.0, 201.0));
}

#[test]
fn a_tape_that_is_cleared_forgets_its_segments() {
    let mut tape = Tape::new();
    for round in 1..4 {
        {
            let x = tape.var(f64::from(round));
            let y = checkpoint(|v| vec![v[0] * v[0]], &[x])[0];
            let gradient = tape.gradient(&y);
            assert_eq!(gradient.wrt(&x), 2.0 * f64::from(round));
            tape.recycle(gradient);
        }
        tape.clear();
        assert!(tape.is_empty());
    }
}

#[test]
fn kinks_inside_are_met_in_the_sweep() {
    let tape = Tape::new();
    let x = tape.var(0.0);
    let y = checkpoint(|v| vec![Float::abs(v[0]) + v[0].relu()], &[x])[0];
    let gradient = tape.gradient(&y);
    let met: Vec<_> = gradient.kinks().iter().map(|kink| kink.operation).collect();
    assert_eq!((gradient.wrt(&x), met), (0.0, vec!["abs", "relu"]));
    let set =
        subdifferential(|x| checkpoint(|v| vec![Float::abs(v[0]) + v[0].relu()], x)[0] + x[0].relu(), &[0.0]);
    assert_eq!(set.unwrap().vertices(), [[-1.0], [3.0]]);
}

#[test]
fn arrays_are_recomputed_too() {
    fn layer<A: ArrayAlgebra>(x: &A, weight: &A) -> A {
        x.matmul(weight).tanh()
    }
    let x = [
        Array::new(&[2, 3], vec![0.1, -0.4, 0.8, 1.0, 0.3, -0.2]).unwrap(),
        Array::new(&[3, 3], vec![0.5, -0.2, 0.1, 0.7, 0.3, -0.6, 0.2, 0.9, -0.1]).unwrap(),
    ];
    let depth = 9;
    let stored = value_and_grad(|x| (0..depth).fold(x[0].clone(), |y, _| layer(&y, &x[1])).sum_all(), &x);
    let found = value_and_grad(
        |x| checkpoint_chain(depth, |_, y, w| vec![layer(&y[0], &w[0])], &x[..1], &x[1..])[0].sum_all(),
        &x,
    );
    assert_eq!(stored.0, found.0);
    for (stored, found) in stored.1.iter().zip(&found.1) {
        for (a, b) in stored.to_vec().iter().zip(found.to_vec()) {
            // The sums over steps associate by segments.
            assert!((a - b).abs() <= 1e-14 * a.abs().max(1.0), "{a} is not {b}");
        }
    }
    let direction = [Array::full(&[2, 3], 1.0), Array::full(&[3, 3], -0.5)];
    let stored =
        autograd::hvp(|x| (0..4).fold(x[0].clone(), |y, _| layer(&y, &x[1])).sum_all(), &x, &direction);
    let found = autograd::hvp(
        |x| checkpoint_chain(4, |_, y, w| vec![layer(&y[0], &w[0])], &x[..1], &x[1..])[0].sum_all(),
        &x,
        &direction,
    );
    for (a, b) in stored.iter().zip(&found).flat_map(|(a, b)| a.to_vec().into_iter().zip(b.to_vec())) {
        assert!((a - b).abs() <= 1e-13 * a.abs().max(1.0), "{a} is not {b}");
    }
}

#[test]
fn dual_numbers_pass_through() {
    let gradient = grad(|x| recomputed(x, 12), &X.map(|x| Dual::new(x, 1.0)));
    let expected = grad(|x| stored(x, 12), &X.map(|x| Dual::new(x, 1.0)));
    for (found, expected) in gradient.iter().zip(expected) {
        assert!((found.derivative - expected.derivative).abs() <= 1e-14 * expected.derivative.abs().max(1.0));
    }
}

#[test]
#[should_panic(expected = "two different tapes")]
fn inputs_of_two_tapes_are_refused() {
    let (left, right) = (Tape::new(), Tape::new());
    let _ = checkpoint(|v| vec![v[0] + v[1]], &[left.var(1.0), right.var(2.0)]);
}
