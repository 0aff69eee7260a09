//! What a tape can hold: the one trait that the engine knows about values.

use alloc::borrow::ToOwned;
use alloc::string::String;

use num_traits::Float;

use crate::inspect::Inspect;
use crate::tape::{CONTINUED, Index, Record};

/// What a tape can hold. The value chooses what a node remembers and what its handle carries.
///
/// Implemented for every number ([`num_traits::Float`]) and for [arrays](crate#arrays), at up to three levels of nesting.
/// There is no reason to implement it elsewhere.
pub trait Value: Clone {
    /// What a node of the tape remembers.
    type Record: Inspect;
    /// What a handle carries besides its value: for a number the derivative of its value with respect to its node,
    /// for an array nothing.
    type Pending: Clone;
    /// Where the cotangents that reach a node are added up.
    type Adjoint: Clone;
    /// What lives as long as a tape of such values: for arrays the recycling of their buffers, for numbers nothing.
    type Scope: Default;

    /// Whether a sweep leaves the cotangents at the nodes, or hands them on and keeps those of the leaves alone.
    const KEEPS_NODES: bool;

    /// The tape was cleared.
    fn cleared(_scope: &Self::Scope) {}
    /// The pending derivative of a fresh node or leaf.
    fn fresh() -> Self::Pending;
    /// The pending derivative of a constant.
    fn absent() -> Self::Pending;
    /// The adjoint of a node that no cotangent has reached.
    fn untouched() -> Self::Adjoint;
    /// Adds the cotangent of a handle to the adjoint of its node.
    fn accumulate(adjoint: &mut Self::Adjoint, cotangent: Self, pending: &Self::Pending);
    /// The total cotangent, shaped like `like`.
    fn total(adjoint: &Self::Adjoint, like: &Self) -> Self;
    /// The cotangent 1 of a scalar result, or `None` when the result is not scalar.
    fn unit_cotangent(&self) -> Option<Self>;
    /// Passes the cotangents that have arrived at consecutive nodes on to their parents, from the last node to the first,
    /// which has the adjoint at `first`.
    fn sweep(records: &[Self::Record], first: Index, adjoints: &mut [Self::Adjoint]);
    /// The value alone, a constant for every level of nesting and every mode: differentiation stops here. Of numbers by
    /// conversion ([`num_traits::NumCast`]), which drops derivatives; plain numbers and arrays are what they were.
    ///
    /// ```
    /// use autograd::{Value, hessian, jvp};
    ///
    /// // x·(x as a constant) has the derivative x, and that has none.
    /// assert_eq!(jvp(|x| x[0] * x[0].stop_gradient(), &[3.0], &[1.0]), (9.0, 3.0));
    /// assert_eq!(hessian(|x| x[0] * x[0].stop_gradient(), &[3.0]), [[0.0]]);
    /// ```
    #[must_use]
    fn stop_gradient(&self) -> Self;
    /// Whether this is a cotangent or a direction for the other: a number for a number, an array for one of its shape.
    fn fits(&self, other: &Self) -> bool;
    /// Describes the form for messages, such as "an array of shape \[2, 3\]".
    fn form(&self) -> String;
}

/// The chain rule's product of two derivatives: one that is exactly zero wins against another that is infinite or
/// undefined, so that a branch that was not taken never poisons a gradient with NaN.
///
/// Zero wins from either side, because forward mode and pending derivatives multiply from the arguments on and reverse
/// mode from the result back: 0·√x and √(0·x) have derivative 0 at x = 0 in every mode. Finite factors are multiplied
/// even by zero: when `T` is itself a dual number or a recorded variable, the product carries derivatives where its
/// value is zero.
///
/// ```
/// use autograd::chain;
///
/// assert_eq!(chain(0.0, f64::INFINITY), 0.0);
/// assert!(chain(f64::NAN, 1.0).is_nan());
/// assert_eq!(autograd::grad(|x| num_traits::Float::sqrt(x[0]) * 0.0, &[0.0]), [0.0]);
/// ```
#[inline]
pub fn chain<T: Float>(left: T, right: T) -> T {
    let product = left * right;
    // 0·∞ and 0·NaN are NaN, and only of a NaN need the factors be looked at.
    if product.is_nan() && (left == T::zero() || right == T::zero()) { T::zero() } else { product }
}

/// Adds a cotangent to the adjoint of a parent.
#[inline]
fn send<T: Float>(adjoints: &mut [T], parent: Index, cotangent: T) {
    let adjoint = &mut adjoints[parent as usize];
    *adjoint = *adjoint + cotangent;
}

impl<T: Float> Value for T {
    type Record = Record<T>;
    type Pending = T;
    type Adjoint = T;
    type Scope = ();

    const KEEPS_NODES: bool = true;

    #[inline]
    fn fresh() -> T {
        T::one()
    }

    #[inline]
    fn absent() -> T {
        T::zero()
    }

    fn untouched() -> T {
        T::zero()
    }

    #[inline]
    fn accumulate(adjoint: &mut T, cotangent: T, pending: &T) {
        *adjoint = *adjoint + chain(cotangent, *pending);
    }

    fn total(adjoint: &T, _like: &T) -> T {
        *adjoint
    }

    fn unit_cotangent(&self) -> Option<T> {
        Some(T::one())
    }

    fn sweep(records: &[Record<T>], first: Index, adjoints: &mut [T]) {
        // What a node sends to the one right before it stays in a register: through memory, where each step would wait for
        // the store of the one before, a chain of operations takes a quarter longer.
        let mut carried = T::zero();
        let mut index = first as usize + records.len();
        let mut records = records.iter();
        while let Some(mut record) = records.next_back() {
            index -= 1;
            let cotangent = adjoints[index] + carried;
            adjoints[index] = cotangent;
            // An operation of many numbers: the records before belong to it as well, down to one without the mark.
            while record.parents[0] & CONTINUED != 0
                && let Some(before) = records.next_back()
            {
                send(adjoints, record.parents[0] & !CONTINUED, chain(cotangent, record.partials[0]));
                send(adjoints, record.parents[1], chain(cotangent, record.partials[1]));
                index -= 1;
                record = before;
            }
            let [left, right] = record.parents;
            let to_right = chain(cotangent, record.partials[1]);
            let to_left = chain(cotangent, record.partials[0]);
            let before = index.wrapping_sub(1);
            carried = T::zero();
            if right as usize == before {
                carried = to_right;
            } else {
                send(adjoints, right, to_right);
            }
            if left as usize == before && right != left {
                carried = to_left;
            } else {
                send(adjoints, left, to_left);
            }
        }
        // The first of the nodes may hang on what comes before it.
        if let Some(before) = index.checked_sub(1) {
            adjoints[before] = adjoints[before] + carried;
        }
    }

    fn stop_gradient(&self) -> T {
        T::from(*self).expect("a float type converts from itself")
    }

    fn fits(&self, _other: &T) -> bool {
        true
    }

    fn form(&self) -> String {
        "a number".to_owned()
    }
}
