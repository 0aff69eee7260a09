//! The hinge loss: classification by a margin.

use autograd::{Algebra, ArrayAlgebra, Elementary, kink, op::map::apply};
use num_traits::{Float, ToPrimitive};

use super::{Described, Entry, Loss, LossError, require_same_shape, require_samples};

/// max(0, 1 − y·s) for each sample, with a label y ∈ {−1, 1} and a score s: the convex upper bound of the zero–one loss
/// that the soft-margin support vector machine minimises (C. Cortes & V. Vapnik 1995, doi:10.1007/BF00994018; Bishop
/// 2006, equation 7.44).
///
/// Gradient by s: −y where y·s < 1, and 0 where y·s > 1. At the margin y·s = 1 the subdifferential is the interval from
/// −y to 0 and the choice is 0, its element of minimum norm: a sample at the margin does not pull.
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Hinge, Loss, Reduction};
///
/// let scores = Array::vector(&[2.0, 0.5, -1.0]);
/// let labels = Array::vector(&[1.0, 1.0, 1.0]);
/// let loss = Hinge.per_sample(&scores, &labels)?;
/// assert_eq!(loss.to_vec(), [0.0, 0.5, 2.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hinge;

/// m ↦ max(0, 1 − m) of a margin m = y·s; derivative −1 for m < 1, 0 for m > 1, and 0 at the kink m = 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HingeOfMargin;

impl Elementary for HingeOfMargin {
    const NAME: &'static str = "hinge";

    fn value<T: Float>(&self, margin: T) -> T {
        kink::Relu::default().value(T::one() - margin)
    }

    fn derivative<A: Algebra>(&self, margin: &A, _y: &A) -> A {
        -(margin.number(1.0) - margin.clone()).step(0.0)
    }

    fn is_kink<T: Float>(&self, margin: T) -> bool {
        margin == T::one()
    }
}

impl Described for Hinge {
    const ENTRY: Entry = Entry {
        name: "hinge",
        formula: "max(0, 1 − y·s)",
        assumption: "labels ±1; a convex upper bound of the zero–one loss",
        source: "Cortes & Vapnik 1995",
    };
}

impl Loss for Hinge {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, labels: &A) -> Result<A, LossError> {
        let name = Self::ENTRY.name;
        require_samples(name, scores.shape())?;
        require_same_shape(name, scores.shape(), labels.shape())?;
        let numbers = labels.array().to_vec();
        let numbers = numbers.iter().map(|y| y.to_f64().unwrap_or(f64::NAN)).enumerate();
        if let Some((position, found)) = numbers.into_iter().find(|(_, y)| y.abs() != 1.0) {
            return Err(LossError::Target { loss: name, position, expected: "a label of 1 or −1", found });
        }
        Ok(apply(HingeOfMargin, &(labels.clone() * scores.clone())))
    }
}
