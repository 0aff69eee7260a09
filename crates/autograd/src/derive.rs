//! The verbs: what one asks of a function. Each is a few lines over the engine.
//!
//! Functions are closures over slices of recorded numbers or arrays. A generic function is passed inside a closure,
//! `grad(|x| rosenbrock(x), &x)`, for its type must be chosen anew for every lifetime of a tape.

use alloc::vec::Vec;

use crate::differentiable::{Differentiable, parts};
use crate::tape::Tape;
use crate::value::Value;
use crate::var::Var;

/// The gradient of a scalar function at `x`: one derivative for each argument, shaped like it.
///
/// ```
/// use num_traits::Float;
///
/// let gradient = autograd::grad(|x| x[0] * x[1] + x[1].sin(), &[2.0, 0.0]);
/// assert_eq!(gradient, [0.0, 3.0]);
/// ```
///
/// # Panics
/// If the result is not scalar.
#[track_caller]
pub fn grad<V: Value>(f: impl for<'t> Fn(&[Var<'t, V>]) -> Var<'t, V>, x: &[V]) -> Vec<V> {
    value_and_grad(f, x).1
}

/// The value of a scalar function and its gradient at `x`, from one recording.
///
/// ```
/// let (value, gradient) = autograd::value_and_grad(|x| x[0] * x[1], &[2.0, 3.0]);
/// assert_eq!((value, gradient), (6.0, vec![3.0, 2.0]));
/// ```
///
/// # Panics
/// If the result is not scalar.
#[track_caller]
pub fn value_and_grad<V: Value>(f: impl for<'t> Fn(&[Var<'t, V>]) -> Var<'t, V>, x: &[V]) -> (V, Vec<V>) {
    let tape = Tape::new();
    let variables = tape.vars(x);
    let result = f(&variables);
    let gradient = tape.gradient(&result);
    (result.value, variables.iter().map(|variable| gradient.wrt(variable)).collect())
}

/// The value of a function at `x` and the product of a cotangent with its Jacobian, uᵀJ, by reverse mode: one sweep, whatever
/// the number of arguments and results.
///
/// The cotangent is made from the value, whose shape it must have.
///
/// ```
/// use autograd::{Algebra, Array, ArrayOps, vjp};
///
/// let x = [Array::vector(&[1.0, 2.0, 3.0])];
/// let (squares, product) = vjp(|x| x[0].powi(2), &x, |squares| Array::full(squares.shape(), 10.0));
/// assert_eq!((squares.to_vec(), product[0].to_vec()), (vec![1.0, 4.0, 9.0], vec![20.0, 40.0, 60.0]));
/// // Of a number the cotangent is its weight.
/// assert_eq!(vjp(|x| x[0] * x[1], &[2.0, 3.0], |_| 10.0), (6.0, vec![30.0, 20.0]));
/// ```
///
/// # Panics
/// If the cotangent is not formed like the value.
#[track_caller]
pub fn vjp<V: Value>(
    f: impl for<'t> Fn(&[Var<'t, V>]) -> Var<'t, V>,
    x: &[V],
    cotangent: impl FnOnce(&V) -> V,
) -> (V, Vec<V>) {
    let tape = Tape::new();
    let variables = tape.vars(x);
    let result = f(&variables);
    let gradient = tape.pullback(&result, cotangent(&result.value));
    (result.value, variables.iter().map(|variable| gradient.wrt(variable)).collect())
}

/// The value of a function at `x` and the product of its Jacobian with a direction, Jv, by forward mode.
///
/// ```
/// let (value, derivative) = autograd::jvp(|x| x[0] * x[1], &[2.0, 3.0], &[1.0, 10.0]);
/// assert_eq!((value, derivative), (6.0, 23.0));
/// ```
///
/// # Panics
/// If `direction` is not formed like `x`.
#[track_caller]
pub fn jvp<V: Differentiable>(f: impl Fn(&[V::Dual]) -> V::Dual, x: &[V], direction: &[V]) -> (V, V) {
    V::split(&f(&duals(x, direction)))
}

/// The product of the Hessian of a scalar function with a direction, Hv, by forward mode over reverse mode: the cost of a
/// few gradients, whatever the number of arguments. Of several arguments it is the Hessian over all of them, and the product is
/// shaped like `x`.
///
/// ```
/// // x²y at (3, 5): the Hessian is [[10, 6], [6, 0]].
/// let product = autograd::hvp(|x| x[0] * x[0] * x[1], &[3.0, 5.0], &[1.0, 10.0]);
/// assert_eq!(product, [70.0, 6.0]);
/// ```
///
/// # Panics
/// If the result is not scalar, or `direction` is not formed like `x`.
#[track_caller]
pub fn hvp<V: Differentiable>(
    f: impl for<'t> Fn(&[Var<'t, V::Dual>]) -> Var<'t, V::Dual>,
    x: &[V],
    direction: &[V],
) -> Vec<V> {
    let gradient = grad(f, &duals(x, direction));
    x.iter().zip(gradient).map(|(x, dual)| x.with_coordinates(parts(&dual.coordinates()).1)).collect()
}

/// The Hessian of a scalar function over all coordinates of its arguments in order, row by row: one
/// [`hvp`] for each coordinate.
///
/// ```
/// let hessian = autograd::hessian(|x| x[0] * x[0] * x[1], &[3.0, 5.0]);
/// assert_eq!(hessian, [[10.0, 6.0], [6.0, 0.0]]);
/// ```
///
/// # Panics
/// If the result is not scalar.
#[track_caller]
pub fn hessian<V: Differentiable>(
    f: impl for<'t> Fn(&[Var<'t, V::Dual>]) -> Var<'t, V::Dual>,
    x: &[V],
) -> Vec<Vec<V::Number>> {
    let count: usize = x.iter().map(|x| x.coordinates().len()).sum();
    (0..count)
        .map(|coordinate| {
            let product = hvp(&f, x, &unit(x, coordinate));
            product.iter().flat_map(Differentiable::coordinates).collect()
        })
        .collect()
}

/// The direction in which one coordinate, counted through all arguments, changes.
pub(crate) fn unit<V: Differentiable>(x: &[V], coordinate: usize) -> Vec<V> {
    use num_traits::{One, Zero};
    let mut position = 0;
    x.iter()
        .map(|x| {
            let count = x.coordinates().len();
            let one_if = |i| if position + i == coordinate { V::Number::one() } else { V::Number::zero() };
            let direction = x.with_coordinates((0..count).map(one_if).collect());
            position += count;
            direction
        })
        .collect()
}

/// Arguments paired with a direction.
///
/// # Panics
/// If `direction` is not formed like `x`.
#[track_caller]
pub(crate) fn duals<V: Differentiable>(x: &[V], direction: &[V]) -> Vec<V::Dual> {
    assert!(
        x.len() == direction.len(),
        "a direction has one entry for each argument: expected {}, found {}",
        x.len(),
        direction.len()
    );
    for (x, direction) in x.iter().zip(direction) {
        assert!(
            direction.fits(x),
            "a direction is formed like its argument: expected {}, found {}",
            x.form(),
            direction.form()
        );
    }
    x.iter().zip(direction).map(|(x, direction)| x.dual(&direction.coordinates())).collect()
}
