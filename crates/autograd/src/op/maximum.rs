//! The larger and the smaller of two arrays, elementwise with broadcasting.

use num_traits::{Float, One};

use crate::algebra::number;
use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::kink::Ties;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, arithmetic::broadcast_zip, bind, chain::Chain,
};

/// Which of several numbers is wanted: [`Largest`] or [`Smallest`].
pub trait Order: std::fmt::Debug + Clone + Copy + Default + Send + Sync + 'static {
    /// The name of the operation on pairs.
    const OF_PAIRS: &'static str;
    /// The name of the operation over axes.
    const OVER_AXES: &'static str;

    /// Whether the first is wanted rather than the second.
    fn prefers<T: Float>(first: T, second: T) -> bool;

    /// The wanted one, and never NaN if there is another; equal ones split their derivatives, if they have any.
    fn of<T: Float>(first: T, second: T) -> T;
}

/// The order of a maximum.
#[derive(Debug, Clone, Copy, Default)]
pub struct Largest;

/// The order of a minimum.
#[derive(Debug, Clone, Copy, Default)]
pub struct Smallest;

impl Order for Largest {
    const OF_PAIRS: &'static str = "maximum";
    const OVER_AXES: &'static str = "max";

    #[inline]
    fn prefers<T: Float>(first: T, second: T) -> bool {
        first > second
    }

    #[inline]
    fn of<T: Float>(first: T, second: T) -> T {
        first.max(second)
    }
}

impl Order for Smallest {
    const OF_PAIRS: &'static str = "minimum";
    const OVER_AXES: &'static str = "min";

    #[inline]
    fn prefers<T: Float>(first: T, second: T) -> bool {
        first < second
    }

    #[inline]
    fn of<T: Float>(first: T, second: T) -> T {
        first.min(second)
    }
}

/// The one of two arrays' elements that the order prefers. It receives the cotangent; equal ones as [`Ties`] says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Preferred<O> {
    /// What is wanted.
    pub order: O,
    /// Who receives the cotangent where both are equal.
    pub ties: Ties,
}

/// The share of the first of two numbers in the derivative.
#[inline]
fn share<O: Order, T: Float>(ties: Ties, first: T, second: T) -> T {
    if O::prefers(first, second) || second.is_nan() {
        T::one()
    } else if first == second {
        match ties {
            Ties::Split => number(0.5),
            Ties::First => T::one(),
        }
    } else {
        T::zero()
    }
}

impl<O: Order> Primitive for Preferred<O> {
    const NAME: &'static str = O::OF_PAIRS;

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        match self.ties {
            Ties::Split => broadcast_zip(Self::NAME, x, O::of),
            Ties::First => broadcast_zip(Self::NAME, x, |a, b| if a == b { a } else { O::of(a, b) }),
        }
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let share = |ties, first: &A, second: &A| {
            let shares =
                broadcast_zip(Self::NAME, &[first.array(), second.array()], |a, b| share::<O, _>(ties, a, b));
            A::from_array(shares.expect("recorded, hence of shapes that fit"))
        };
        into.add_broadcast(0, || bind(Chain, &[&cotangent, &share(self.ties, &x[0], &x[1])]));
        into.add_broadcast(1, || {
            let first = share(self.ties, &x[0], &x[1]);
            let second = kernel::map(first.array(), |share: A::Element| <A::Element as One>::one() - share);
            bind(Chain, &[&cotangent, &A::from_array(second)])
        });
    }

    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        let equal = |(a, b): (&T, &T)| a == b;
        match (x[0].as_slice(), x[1].as_slice()) {
            (Some(a), Some(b)) if x[0].shape() == x[1].shape() => {
                a.iter().zip(b).filter(|&pair| equal(pair)).count()
            }
            _ => {
                let ties = broadcast_zip(Self::NAME, x, |a, b| if a == b { T::one() } else { T::zero() });
                ties.map_or(0, |ties| kernel::count(&ties, |tie| !tie.is_zero()))
            }
        }
    }
}

/// The larger of two elements, elementwise with broadcasting. NaN gives way to the other, as for plain numbers. See
/// [`maximum_ties`] for another choice at ties, and [`max`](super::max::max()) for the maximum over axes.
///
/// # Gradient
///
/// 1 by the larger, 0 by the smaller. *Kink* where the two are equal, with the subdifferential {(s, 1 − s) : s ∈ \[0, 1\]}:
/// (½, ½), its element of minimum norm. The second derivative is 0 everywhere.
///
/// # Panics
/// If the shapes do not broadcast.
///
/// # Example
///
/// ```
/// use autograd::kink::Ties;
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 5.0, 3.0]), Array::vector(&[2.0, 4.0, 3.0])];
/// assert_eq!(x[0].maximum(&x[1]).to_vec(), [2.0, 5.0, 3.0]);
/// assert_eq!(x[0].minimum(&x[1]).to_vec(), [1.0, 4.0, 3.0]);
/// let gradient = autograd::grad(|x| x[0].maximum(&x[1]).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [0.0, 1.0, 0.5]);
/// assert_eq!(gradient[1].to_vec(), [1.0, 0.0, 0.5]);
/// let first = autograd::grad(|x| x[0].maximum_ties(&x[1], Ties::First).sum_all(), &x);
/// assert_eq!(first[0].to_vec(), [0.0, 1.0, 1.0]);
/// ```
///
/// # Source
///
/// F. H. Clarke 1983, *Optimization and Nonsmooth Analysis*, for the subdifferential of a maximum.
#[track_caller]
pub fn maximum<A: ArrayAlgebra>(left: &A, right: &A) -> A {
    maximum_ties(left, right, Ties::default())
}

/// The larger of two elements, elementwise with broadcasting, with the chosen derivative where they are equal. For an example
/// see [`maximum`].
///
/// # Gradient
///
/// 1 by the larger, 0 by the smaller. Where the two are equal: (½, ½) with [`Ties::Split`], (1, 0) with [`Ties::First`].
///
/// # Panics
/// If the shapes do not broadcast.
#[track_caller]
pub fn maximum_ties<A: ArrayAlgebra>(left: &A, right: &A, ties: Ties) -> A {
    bind(Preferred { order: Largest, ties }, &[left, right])
}

/// The smaller of two elements, elementwise with broadcasting. NaN gives way to the other, as for plain numbers. See
/// [`minimum_ties`] for another choice at ties, [`min`](super::max::min) for the minimum over axes, and [`maximum`] for an
/// example.
///
/// # Gradient
///
/// 1 by the smaller, 0 by the larger. *Kink* where the two are equal, with the subdifferential {(s, 1 − s) : s ∈ \[0, 1\]}:
/// (½, ½), its element of minimum norm.
///
/// # Panics
/// If the shapes do not broadcast.
#[track_caller]
pub fn minimum<A: ArrayAlgebra>(left: &A, right: &A) -> A {
    minimum_ties(left, right, Ties::default())
}

/// The smaller of two elements, elementwise with broadcasting, with the chosen derivative where they are equal. For an
/// example see [`maximum`].
///
/// # Gradient
///
/// 1 by the smaller, 0 by the larger. Where the two are equal: (½, ½) with [`Ties::Split`], (1, 0) with [`Ties::First`].
///
/// # Panics
/// If the shapes do not broadcast.
#[track_caller]
pub fn minimum_ties<A: ArrayAlgebra>(left: &A, right: &A, ties: Ties) -> A {
    bind(Preferred { order: Smallest, ties }, &[left, right])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [[&[usize]; 2]; 6] =
        [[&[2, 3], &[2, 3]], [&[2, 3], &[3]], [&[2, 1], &[1, 3]], [&[], &[2]], [&[0, 2], &[2]], [&[], &[]]];
    let mut cases = Vec::new();
    for shapes in shapes {
        cases.push(Case::new(Preferred { order: Largest, ties: Ties::Split }, &shapes));
        cases.push(Case::new(Preferred { order: Smallest, ties: Ties::First }, &shapes));
    }
    cases
}
