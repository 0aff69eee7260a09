//! Functions with many results: their Jacobians, and products with them.

use alloc::vec;
use alloc::vec::Vec;

use num_traits::Float;

use crate::derive::{duals, unit};
use crate::differentiable::{Differentiable, parts};
use crate::dual::Dual;
use crate::tape::Tape;
use crate::value::Value;
use crate::var::Var;

/// The Jacobian of a function with many results: a row for each coordinate of its results, a column for each coordinate of
/// its arguments, both in order.
///
/// With no more columns than rows it is found column by column in forward mode, else row by row in reverse mode from one
/// recording; either way for min(rows, columns) times the cost of a derivative. [`jacobian_forward`] and
/// [`jacobian_reverse`] fix the mode and spare the tape of dual numbers that lets this one choose;
/// [`jacobian_sparse`](crate::jacobian_sparse) is for Jacobians that are mostly zeros.
///
/// ```
/// use autograd::jacobian;
/// use num_traits::Float;
///
/// let polar = |r: f64, angle: f64| jacobian(|x| vec![x[0] * x[1].cos(), x[0] * x[1].sin()], &[r, angle]);
/// assert_eq!(polar(2.0, 0.0), [[1.0, -0.0], [0.0, 2.0]]);
/// ```
#[track_caller]
pub fn jacobian<V: Differentiable>(
    f: impl for<'t> Fn(&[Var<'t, V::Dual>]) -> Vec<Var<'t, V::Dual>>,
    x: &[V],
) -> Vec<Vec<V::Number>> {
    let columns: usize = coordinates(x);
    let constants = |duals: Vec<V::Dual>| duals.into_iter().map(Var::constant).collect::<Vec<_>>();
    let mut first = None;
    let rows = if columns == 0 {
        coordinates(&values(&f(&[])))
    } else {
        let results = values(&f(&constants(duals(x, &unit(x, 0)))));
        let rows = coordinates(&results);
        first = Some(derivatives(&results));
        rows
    };
    match first {
        None => vec![Vec::new(); rows],
        Some(first) if columns <= rows => {
            let others =
                (1..columns).map(|column| derivatives(&values(&f(&constants(duals(x, &unit(x, column)))))));
            transposed(core::iter::once(first).chain(others), rows)
        }
        Some(_) => {
            let still: Vec<V> = x.iter().map(zeros).collect();
            let rows = jacobian_reverse(f, &duals(x, &still));
            rows.into_iter().map(|row| row.into_iter().map(|dual| dual.value).collect()).collect()
        }
    }
}

/// The Jacobian column by column, in forward mode: one evaluation of the function for each coordinate of its arguments.
///
/// ```
/// use autograd::{Dual, jacobian_forward};
///
/// let rows = jacobian_forward(|x: &[Dual<f64>]| vec![x[0] * x[0], x[0] * 3.0, -x[0]], &[2.0]);
/// assert_eq!(rows, [[4.0], [3.0], [-1.0]]);
/// ```
#[track_caller]
pub fn jacobian_forward<V: Differentiable>(
    f: impl Fn(&[V::Dual]) -> Vec<V::Dual>,
    x: &[V],
) -> Vec<Vec<V::Number>> {
    let columns = coordinates(x);
    if columns == 0 {
        return vec![Vec::new(); coordinates(&f(&[]))];
    }
    let mut rows = 0;
    let columns: Vec<_> = (0..columns)
        .map(|column| {
            let results = f(&duals(x, &unit(x, column)));
            rows = coordinates(&results);
            derivatives(&results)
        })
        .collect();
    transposed(columns, rows)
}

/// The Jacobian row by row, in reverse mode: one recording, and one sweep for each coordinate of the results.
///
/// ```
/// let rows = autograd::jacobian_reverse(|x| vec![x[0] * x[1] * x[2]], &[2.0, 3.0, 5.0]);
/// assert_eq!(rows, [[15.0, 10.0, 6.0]]);
/// ```
#[track_caller]
pub fn jacobian_reverse<V: Differentiable>(
    f: impl for<'t> Fn(&[Var<'t, V>]) -> Vec<Var<'t, V>>,
    x: &[V],
) -> Vec<Vec<V::Number>> {
    let tape = Tape::new();
    let variables = tape.vars(x);
    let results = f(&variables);
    let mut rows = Vec::new();
    for result in &results {
        let count = result.value.coordinates().len();
        for coordinate in 0..count {
            let one = unit(core::slice::from_ref(&result.value), coordinate);
            let [cotangent] = one.try_into().ok().expect("one value has one direction");
            let gradient = tape.pullback(result, cotangent);
            rows.push(variables.iter().flat_map(|variable| gradient.wrt(variable).coordinates()).collect());
            tape.recycle(gradient);
        }
    }
    rows
}

/// The results of a function at `x` and the product of cotangents, one for each result, with its Jacobian: Σᵢ uᵢᵀJᵢ, from
/// one sweep.
///
/// ```
/// use autograd::vjp_many;
///
/// let (values, products) = vjp_many(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0], |_| vec![1.0, 10.0]);
/// assert_eq!((values, products), (vec![6.0, 5.0], vec![13.0, 12.0]));
/// ```
///
/// # Panics
/// If the number of cotangents is not that of the results, or one is not formed like its result.
#[track_caller]
pub fn vjp_many<V: Value>(
    f: impl for<'t> Fn(&[Var<'t, V>]) -> Vec<Var<'t, V>>,
    x: &[V],
    cotangents: impl FnOnce(&[V]) -> Vec<V>,
) -> (Vec<V>, Vec<V>) {
    let tape = Tape::new();
    let variables = tape.vars(x);
    let results = f(&variables);
    let values = values(&results);
    let gradient = tape.pullback_many(&results, cotangents(&values));
    (values, variables.iter().map(|variable| gradient.wrt(variable)).collect())
}

/// The results of a function at `x` and the product of its Jacobian with a direction, Jv, by forward mode.
///
/// ```
/// use autograd::{Dual, jvp_many};
///
/// let f = |x: &[Dual<f64>]| vec![x[0] * x[1], x[0] + x[1]];
/// assert_eq!(jvp_many(f, &[2.0, 3.0], &[1.0, 10.0]), (vec![6.0, 5.0], vec![23.0, 11.0]));
/// ```
///
/// # Panics
/// If `direction` is not formed like `x`.
#[track_caller]
pub fn jvp_many<V: Differentiable>(
    f: impl Fn(&[V::Dual]) -> Vec<V::Dual>,
    x: &[V],
    direction: &[V],
) -> (Vec<V>, Vec<V>) {
    f(&duals(x, direction)).iter().map(V::split).unzip()
}

/// The number of coordinates of all arguments.
pub(crate) fn coordinates<V: Differentiable>(x: &[V]) -> usize {
    x.iter().map(|x| x.coordinates().len()).sum()
}

/// The values of handles.
pub(crate) fn values<V: Value>(results: &[Var<'_, V>]) -> Vec<V> {
    results.iter().map(|result| result.value.clone()).collect()
}

/// The derivatives of all coordinates of dual results.
pub(crate) fn derivatives<D: Differentiable<Number = Dual<T>>, T: Float>(results: &[D]) -> Vec<T> {
    results.iter().flat_map(|result| parts(&result.coordinates()).1).collect()
}

/// The same form with zeros.
pub(crate) fn zeros<V: Differentiable>(x: &V) -> V {
    x.with_coordinates(vec![num_traits::zero(); x.coordinates().len()])
}

fn transposed<T: Float>(columns: impl IntoIterator<Item = Vec<T>>, rows: usize) -> Vec<Vec<T>> {
    let mut matrix = vec![Vec::new(); rows];
    for column in columns {
        assert_eq!(column.len(), rows, "a function has the same number of results every time");
        matrix.iter_mut().zip(column).for_each(|(row, entry)| row.push(entry));
    }
    matrix
}
