//! Comparisons, elementwise with broadcasting: masks of ones and zeros for [`select`](super::select).
//!
//! A mask is a constant. Nothing is recorded, and no derivative goes through it.
//!
//! ```
//! use autograd::{Array, ArrayOps};
//!
//! let (x, two) = (Array::vector(&[1.0, 2.0, f64::NAN]), Array::scalar(2.0));
//! assert_eq!(x.less(&two).to_vec(), [1.0, 0.0, 0.0]);
//! assert_eq!(x.greater_equal(&two).to_vec(), [0.0, 1.0, 0.0]);
//! assert_eq!(x.not_equal(&x).to_vec(), x.is_nan().to_vec());
//! let known = x.is_nan().select(&Array::scalar(0.0), &x);
//! assert_eq!(known.sum_all().item(), Some(3.0));
//! ```

use num_traits::{Float, One, Zero};

use crate::array::{Array, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, arithmetic::broadcast_zip};

#[track_caller]
fn mask<A: ArrayAlgebra>(
    name: &'static str,
    [left, right]: [&A; 2],
    holds: impl Fn(A::Element, A::Element) -> bool + Sync,
) -> A {
    let operands: [&Array<A::Element>; 2] = [left.array(), right.array()];
    let mask: Result<Array<A::Element>, ShapeError> =
        broadcast_zip(name, &operands, |a, b| if holds(a, b) { One::one() } else { Zero::zero() });
    match mask {
        Ok(mask) => A::from_array(mask),
        Err(error) => panic!("{error}"),
    }
}

/// Declares comparisons by the operator between numbers.
macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident => $operator:tt;)*) => {
        $(
            $(#[$doc])*
            ///
            /// # Gradient
            ///
            /// None: a mask is a constant. For an example see [the module](self).
            ///
            /// # Panics
            /// If the shapes do not broadcast.
            #[track_caller]
            pub fn $name<A: ArrayAlgebra>(left: &A, right: &A) -> A {
                mask(stringify!($name), [left, right], |a, b| a $operator b)
            }
        )*
    };
}

comparisons! {
    /// 1 where a < b, else 0, elementwise with broadcasting; with NaN 0.
    less => <;
    /// 1 where a ≤ b, else 0, elementwise with broadcasting; with NaN 0.
    less_equal => <=;
    /// 1 where a > b, else 0, elementwise with broadcasting; with NaN 0.
    greater => >;
    /// 1 where a ≥ b, else 0, elementwise with broadcasting; with NaN 0.
    greater_equal => >=;
    /// 1 where a = b, else 0, elementwise with broadcasting; with NaN 0.
    equal => ==;
    /// 1 where a ≠ b, else 0, elementwise with broadcasting; with NaN 1.
    not_equal => !=;
}

/// 1 where x is NaN, else 0.
///
/// # Gradient
///
/// None: a mask is a constant. For an example see [the module](self).
#[track_caller]
pub fn is_nan<A: ArrayAlgebra>(x: &A) -> A {
    let mask = |x: A::Element| if x.is_nan() { One::one() } else { Zero::zero() };
    A::from_array(kernel::map(x.array(), mask))
}

/// Nothing is differentiated.
#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
