//! The hinge loss and its powers: classification by a margin.

use autograd::{Algebra, ArrayAlgebra, Elementary, kink::Relu};
use num_traits::Float;

use super::{Convexity, Described, Entry, Loss, LossError, Sign, margin};

/// The hinge loss: what a sample lacks of the margin 1.
///
/// ```text
/// ℓ = max(0, 1 − y·s)        label y ∈ {−1, 1}, score s
/// ```
///
/// # Assumption
///
/// None on probabilities: it is the convex upper bound of the zero–one loss that the soft-margin support vector machine
/// minimises.
///
/// # Gradient
///
/// ∂ℓ/∂s = −y where y·s < 1, and 0 where y·s > 1. At the margin y·s = 1 the subdifferential is the interval from −y to 0 and
/// the choice is 0, its element of minimum norm: a sample at the margin does not pull.
///
/// # Conventions
///
/// As optax's `hinge_loss`, whose gradient at the margin is half of −y. PyTorch's `HingeEmbeddingLoss` is another loss (it is s itself for y = 1); its
/// `MarginRankingLoss(margin=1)` with s for the first and 0 for the second score is this one.
///
/// # Errors
///
/// Refuses an empty batch, labels of another shape than the scores, and labels other than 1 and −1.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Hinge, Loss};
///
/// let scores = Array::vector(&[2.0, 0.5, -1.0]);
/// let labels = Array::vector(&[1.0, 1.0, 1.0]);
/// assert_eq!(Hinge.per_sample(&scores, &labels)?.to_vec(), [0.0, 0.5, 2.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. Cortes & V. Vapnik 1995, *Support-vector networks*, doi:10.1007/BF00994018; Bishop 2006, equation 7.45.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hinge;

/// The squared hinge loss: smooth, and harder on samples far on the wrong side.
///
/// ```text
/// ℓ = max(0, 1 − y·s)²        label y ∈ {−1, 1}, score s
/// ```
///
/// # Assumption
///
/// That of [`Hinge`]; a convex upper bound of the zero–one loss as well. Outliers count by the square of their distance.
///
/// # Gradient
///
/// ∂ℓ/∂s = −2y·max(0, 1 − y·s). No kink; the second derivative jumps from 2 to 0 at the margin y·s = 1, and is taken as 0
/// there.
///
/// # Conventions
///
/// No factor ½. The sum over classes is [`OneVersusRest`](super::OneVersusRest). PyTorch and optax have none for binary
/// labels.
///
/// # Errors
///
/// Refuses an empty batch, labels of another shape than the scores, and labels other than 1 and −1.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, SquaredHinge};
///
/// let (scores, labels) = (Array::vector(&[2.0, 0.5, -1.0]), Array::vector(&[1.0, 1.0, 1.0]));
/// assert_eq!(SquaredHinge.per_sample(&scores, &labels)?.to_vec(), [0.0, 0.25, 4.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. Cortes & V. Vapnik 1995, doi:10.1007/BF00994018, who allow powers of the slack; Y. Tang 2013, arXiv:1306.0239, in deep
/// networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SquaredHinge;

/// The cubed hinge loss: twice differentiable, and harder still on samples far on the wrong side.
///
/// ```text
/// ℓ = max(0, 1 − y·s)³        label y ∈ {−1, 1}, score s
/// ```
///
/// # Assumption
///
/// That of [`Hinge`]; a convex upper bound of the zero–one loss as well.
///
/// # Gradient
///
/// ∂ℓ/∂s = −3y·max(0, 1 − y·s)². No kink, nor has the second derivative a jump.
///
/// # Conventions
///
/// Janocha & Czarnecki's, a sum over classes with the margin ½, is
/// [`JanochaCzarnecki::CubedHinge`](super::JanochaCzarnecki).
///
/// # Errors
///
/// Refuses an empty batch, labels of another shape than the scores, and labels other than 1 and −1.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{CubedHinge, Loss};
///
/// let (scores, labels) = (Array::vector(&[2.0, 0.5, -1.0]), Array::vector(&[1.0, 1.0, 1.0]));
/// assert_eq!(CubedHinge.per_sample(&scores, &labels)?.to_vec(), [0.0, 0.125, 8.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// K. Janocha & W. M. Czarnecki 2017, *On loss functions for deep neural networks in classification*, arXiv:1702.05659.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CubedHinge;

/// m ↦ max(0, 1 − m) of a margin m = y·s; derivative −1 for m < 1, 0 for m > 1, and 0 at the kink m = 1.
impl Elementary for Hinge {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, margin: T) -> T {
        Relu::default().value(T::one() - margin)
    }

    fn derivative<A: Algebra>(&self, margin: &A, _y: &A) -> A {
        -(margin.number(1.0) - margin.clone()).step(0.0)
    }

    fn is_kink<T: Float>(&self, margin: T) -> bool {
        margin == T::one()
    }
}

/// m ↦ max(0, 1 − m)² of a margin m = y·s; derivative −2 max(0, 1 − m).
impl Elementary for SquaredHinge {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, margin: T) -> T {
        let lack = Hinge.value(margin);
        lack * lack
    }

    fn derivative<A: Algebra>(&self, margin: &A, _y: &A) -> A {
        lack(margin) * margin.number(-2.0)
    }
}

/// m ↦ max(0, 1 − m)³ of a margin m = y·s; derivative −3 max(0, 1 − m)².
impl Elementary for CubedHinge {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, margin: T) -> T {
        let lack = Hinge.value(margin);
        lack * lack * lack
    }

    fn derivative<A: Algebra>(&self, margin: &A, _y: &A) -> A {
        let lack = lack(margin);
        lack.clone() * lack * margin.number(-3.0)
    }
}

/// max(0, 1 − m) in the language of rules.
fn lack<A: Algebra>(margin: &A) -> A {
    let lack = margin.number(1.0) - margin.clone();
    lack.step(0.0) * lack
}

impl Described for Hinge {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "hinge",
        formula: "max(0, 1 − y·s)",
        assumption: "labels ±1; a convex upper bound of the zero–one loss",
        source: "Cortes & Vapnik 1995",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Described for SquaredHinge {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "squared-hinge",
        formula: "max(0, 1 − y·s)²",
        assumption: "labels ±1; a smooth convex upper bound of the zero–one loss",
        source: "Cortes & Vapnik 1995; Tang 2013",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Described for CubedHinge {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "cubed-hinge",
        formula: "max(0, 1 − y·s)³",
        assumption: "labels ±1; a smooth convex upper bound of the zero–one loss",
        source: "Janocha & Czarnecki 2017",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

macro_rules! losses_of_margins {
    ($($loss:ident),*) => {
        $(impl Loss for $loss {
            type Target<A: ArrayAlgebra> = A;

            fn per_sample<A: ArrayAlgebra>(&self, scores: &A, labels: &A) -> Result<A, LossError> {
                margin::per_sample(Self::LOSS, self, scores, labels)
            }
        })*
    };
}

losses_of_margins!(Hinge, SquaredHinge, CubedHinge);
