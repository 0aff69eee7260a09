//! Derivatives of derivatives: levels are types, so they nest to any depth and cannot be confused.

use autograd::{Array, ArrayAlgebra, ArrayOps, Dual, Tape, Var};
use num_traits::Float;

/// x²eˣ, whose n-th derivative is (x² + 2nx + n(n − 1))·eˣ.
fn f<F: Float>(x: F) -> F {
    x * x * x.exp()
}

fn exact(order: i32, x: f64) -> f64 {
    let n = f64::from(order);
    (x * x + 2.0 * n * x + n * (n - 1.0)) * x.exp()
}

#[track_caller]
fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(), "{found} is not {expected}");
}

const X: f64 = 0.7;

#[test]
fn two_levels_of_reverse_mode() {
    let outer = Tape::new();
    let x = outer.var(X);
    let inner = Tape::new();
    let inner_x = inner.var(x);
    let first = inner.gradient(&f(inner_x)).wrt(&inner_x);
    assert_close(*first.value(), exact(1, X));
    assert_close(outer.gradient(&first).wrt(&x), exact(2, X));
}

#[test]
fn three_levels_of_reverse_mode() {
    let outer = Tape::new();
    let x = outer.var(X);
    let middle = Tape::new();
    let middle_x = middle.var(x);
    let inner = Tape::new();
    let inner_x: Var<'_, Var<'_, Var<'_, f64>>> = inner.var(middle_x);
    let first = inner.gradient(&f(inner_x)).wrt(&inner_x);
    let second = middle.gradient(&first).wrt(&middle_x);
    assert_close(*first.value().value(), exact(1, X));
    assert_close(*second.value(), exact(2, X));
    assert_close(outer.gradient(&second).wrt(&x), exact(3, X));
}

#[test]
fn forward_over_forward_over_forward() {
    let one = Dual::constant(Dual::constant(1.0));
    let x = Dual::new(Dual::new(Dual::new(X, 1.0), Dual::constant(1.0)), one);
    let y = f(x);
    assert_close(y.value.value.value, exact(0, X));
    assert_close(y.value.value.derivative, exact(1, X));
    assert_close(y.derivative.derivative.value, exact(2, X));
    assert_close(y.derivative.derivative.derivative, exact(3, X));
}

#[test]
fn reverse_over_forward_and_forward_over_reverse() {
    // A tape of dual numbers: the gradient's derivative is the second derivative.
    let tape = Tape::new();
    let x = tape.var(Dual::new(X, 1.0));
    let gradient = tape.gradient(&f(x)).wrt(&x);
    assert_close(gradient.value, exact(1, X));
    assert_close(gradient.derivative, exact(2, X));

    // Dual numbers over a tape: the derivative is itself recorded.
    let tape = Tape::new();
    let x = tape.var(X);
    let slope = f(Dual::new(x, Var::constant(1.0))).derivative;
    assert_close(*slope.value(), exact(1, X));
    assert_close(tape.gradient(&slope).wrt(&x), exact(2, X));
}

#[test]
fn perturbations_are_not_confused() {
    // d/dx (x · d/dy (x + y)) = 1, where a single tag for both levels would give 2.
    let x = Dual::new(1.0, 1.0);
    let y = Dual::new(Dual::constant(1.0), Dual::constant(1.0));
    let inner = Dual::constant(x) + y;
    assert_eq!((x * inner.derivative).derivative, 1.0);

    let outer = Tape::new();
    let x = outer.var(1.0);
    let inner = Tape::new();
    let y = inner.var(Var::constant(1.0));
    let slope = inner.gradient(&(Var::constant(x) + y)).wrt(&y);
    assert_eq!(outer.gradient(&(x * slope)).wrt(&x), 1.0);
}

#[test]
fn an_inner_gradient_may_use_outer_variables() {
    // g(x) = d/dy (x·y²) at y = 3 is 6x, hence g′ = 6.
    let outer = Tape::new();
    let x = outer.var(2.0);
    let inner = Tape::new();
    let y = inner.var(Var::constant(3.0));
    let slope = inner.gradient(&(Var::constant(x) * y * y)).wrt(&y);
    assert_eq!((*slope.value(), outer.gradient(&slope).wrt(&x)), (12.0, 6.0));
}

#[test]
fn three_levels_of_arrays() {
    fn f<A: ArrayAlgebra>(x: &A) -> A {
        (x.clone() * x.clone() * x.exp()).sum_all()
    }
    let points = [X, -0.3, 1.1];
    let outer = Tape::new();
    let x = outer.var(Array::vector(&points));
    let middle = Tape::new();
    let middle_x = middle.var(x.clone());
    let inner = Tape::new();
    let inner_x = inner.var(middle_x.clone());
    let first = inner.gradient(&f(&inner_x)).wrt(&inner_x);
    let second = middle.gradient(&first.sum_all()).wrt(&middle_x);
    let third = outer.gradient(&second.sum_all()).wrt(&x);
    let orders = [first.value().value().to_vec(), second.value().to_vec(), third.to_vec()];
    for (order, derivatives) in (1..).zip(orders) {
        for (&found, &x) in derivatives.iter().zip(&points) {
            assert_close(found, exact(order, x));
        }
    }
}

#[test]
fn verbs_of_second_order_agree() {
    let rosenbrock = |x: f64, y: f64| [[1200.0 * x * x - 400.0 * y + 2.0, -400.0 * x], [-400.0 * x, 200.0]];
    let hessian = autograd::hessian(
        |x| {
            let (a, b) = (x[1] - x[0] * x[0], -x[0] + Dual::constant(1.0));
            b * b + a * a * Dual::constant(100.0)
        },
        &[0.3, -0.8],
    );
    for (row, expected) in hessian.iter().flatten().zip(rosenbrock(0.3, -0.8).iter().flatten()) {
        assert!((row - expected).abs() < 1e-10, "{row} is not {expected}");
    }
}
