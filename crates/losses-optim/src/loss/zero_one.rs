//! The zero–one loss: a value to report, not one to differentiate.

use autograd::{Algebra, ArrayAlgebra, Elementary};
use num_traits::Float;

use super::{Convexity, Described, Entry, Loss, LossError, Sign, margin};

/// The zero–one loss: 1 for a misclassified sample, 0 for a right one. Its mean is the error rate.
///
/// ```text
/// ℓ = 1 where y·s ≤ 0, and 0 where y·s > 0        label y ∈ {−1, 1}, score s
/// ```
///
/// # Assumption
///
/// Every error costs the same: this is what classification is judged by, and what the convex losses of margins bound from
/// above.
///
/// # Gradient
///
/// 0 everywhere, and useless: the loss is constant between its jumps, so that no small change of the score, and none of the
/// weights, changes it; a method that follows the gradient never moves. At the jump y·s = 0 there is no subgradient, and 0 is
/// a mere convention. Minimise a bound instead, such as [`Hinge`](super::Hinge) or cross-entropy divided by ln 2, and report
/// this one.
///
/// # Conventions
///
/// A score of exactly 0 decides for neither class and counts as an error.
///
/// # Errors
///
/// Refuses an empty batch, labels of another shape than the scores, and labels other than 1 and −1.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, Reduction, ZeroOne};
///
/// let (scores, labels) = (Array::vector(&[2.0, -3.0]), Array::vector(&[1.0, 1.0]));
/// assert_eq!(ZeroOne.evaluate(&scores, &labels, Reduction::Mean)?.item(), Some(0.5));
/// let gradient = autograd::grad(
///     |s| ZeroOne.evaluate(&s[0], &labels.clone().into(), Reduction::Mean).unwrap(),
///     &[scores],
/// );
/// assert_eq!(gradient[0].to_vec(), [0.0, 0.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, section 1.5.1 and figure 7.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ZeroOne;

/// m ↦ 1 for a margin m = y·s ≤ 0, else 0; derivative 0.
impl Elementary for ZeroOne {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, margin: T) -> T {
        if margin > T::zero() {
            T::zero()
        } else if margin <= T::zero() {
            T::one()
        } else {
            T::nan()
        }
    }

    fn derivative<A: Algebra>(&self, margin: &A, _y: &A) -> A {
        margin.number(0.0)
    }
}

impl Described for ZeroOne {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "zero-one",
        formula: "1 where y·s ≤ 0, else 0",
        assumption: "labels ±1; every error costs the same. To report, not to minimise",
        source: "Bishop 2006, section 1.5.1",
        convexity: Convexity::NotConvex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for ZeroOne {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, labels: &A) -> Result<A, LossError> {
        margin::per_sample(Self::LOSS, self, scores, labels)
    }
}
