use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Examples, SvmError, same_length};
use crate::{
    error::{HyperparameterError, positive},
    optim::constant,
    state::Method,
    vector::dot,
};

/// The loss of a margin m.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SvmLoss {
    /// max(0, 1 − m).
    Hinge,
    /// max(0, 1 − m)².
    SquaredHinge,
}

/// Dual coordinate descent for the support vector machine: one example's multiplier after the other, each to its optimum.
///
/// ```text
/// G = yᵢ wᵀxᵢ − 1 + D αᵢ                          hinge: D = 0, U = C;   squared: D = 1/(2C), U = ∞
/// αᵢ₊ = min(max(αᵢ − G/(‖xᵢ‖² + D), 0), U)
/// w ← w + (αᵢ₊ − αᵢ) yᵢ xᵢ
/// ```
///
/// # Conventions
///
/// Minimises ½‖w‖² + C Σ ℓ, the sum and not the mean. Examples are never shrunk away. An example that is 0 in all features
/// has a loss that no w changes, and α = U (plain) at once.
///
/// # Example
///
/// ```
/// use losses_optim::svm::{DualCoordinateDescent, Examples};
///
/// // Two examples at ±1: the margin is met exactly by w = 1, with α₁ + α₂ = 1.
/// let examples = Examples::new(1, &[1.0, -1.0], &[1.0, -1.0], None)?;
/// let mut svm = DualCoordinateDescent { cost: 10.0, ..DualCoordinateDescent::default() };
/// let violation = svm.sweep(&examples, &[0, 1])?;
/// assert_eq!((&svm.w[..], &svm.alpha[..], violation), (&[1.0][..], &[1.0, 0.0][..], 1.0));
/// assert_eq!((svm.primal(&examples), svm.dual()), (0.5, 0.5));
/// # Ok::<(), losses_optim::svm::SvmError>(())
/// ```
///
/// # Source
///
/// C.-J. Hsieh et al., *A Dual Coordinate Descent Method for Large-scale Linear SVM*, ICML 2008,
/// doi:10.1145/1390156.1390208.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DualCoordinateDescent<T> {
    /// C > 0. Default 1.
    pub cost: f64,
    /// ℓ. Default [`SvmLoss::Hinge`].
    pub loss: SvmLoss,
    /// α, a multiplier for each example; empty before the first sweep.
    pub alpha: Vec<T>,
    /// w = Σ αᵢ yᵢ xᵢ, with the bias behind the features' weights.
    pub w: Vec<T>,
}

impl<T> Default for DualCoordinateDescent<T> {
    fn default() -> Self {
        Self { cost: 1.0, loss: SvmLoss::Hinge, alpha: Vec::new(), w: Vec::new() }
    }
}

impl<T> Method for DualCoordinateDescent<T> {
    type Scalar = T;
    const NAME: &'static str = "dual_coordinate_descent";
    const SUMMARY: &'static str =
        "for support vector machines: one multiplier after the other to its optimum";
    const SOURCE: &'static str = "Hsieh et al. 2008, doi:10.1145/1390156.1390208";
}

impl<T: Float> DualCoordinateDescent<T> {
    /// Checks the constants.
    ///
    /// # Errors
    ///
    /// Names the first constant that is out of its range.
    pub fn validate(&self) -> Result<(), HyperparameterError> {
        positive("cost", self.cost)
    }

    /// D and U.
    fn diagonal_and_bound(&self) -> (T, T) {
        match self.loss {
            SvmLoss::Hinge => (T::zero(), constant(self.cost)),
            SvmLoss::SquaredHinge => (constant(0.5 / self.cost), T::infinity()),
        }
    }

    /// Optimises the multipliers of these examples one after the other, each as often as it is named. Returns the largest
    /// projected gradient that was met, which is 0 for all examples exactly at the optimum.
    ///
    /// # Errors
    ///
    /// Refuses a cost out of range, examples that there are not, an empty order, and a state of other examples; nothing has changed then.
    pub fn sweep(&mut self, examples: &Examples<'_, T>, order: &[usize]) -> Result<T, SvmError> {
        self.validate()?;
        examples.check(order)?;
        if order.is_empty() {
            return Err(SvmError::Empty);
        }
        if self.alpha.is_empty() {
            self.alpha.resize(examples.count(), T::zero());
            self.w.resize(examples.weights(), T::zero());
        }
        same_length("alpha", &self.alpha, examples.count())?;
        same_length("w", &self.w, examples.weights())?;
        let (diagonal, bound) = self.diagonal_and_bound();
        let mut largest = T::zero();
        for &i in order {
            let (label, alpha) = (examples.label(i), self.alpha[i]);
            let gradient = label * examples.score(&self.w, i) - T::one() + diagonal * alpha;
            let curvature = examples.square(i) + diagonal;
            let best = if curvature > T::zero() {
                (alpha - gradient / curvature).max(T::zero()).min(bound)
            } else {
                bound // the gradient is −1 whatever α
            };
            let projected = if alpha == T::zero() {
                gradient.min(T::zero())
            } else if alpha == bound {
                gradient.max(T::zero())
            } else {
                gradient
            };
            largest = largest.max(projected.abs());
            if best != alpha {
                self.alpha[i] = best;
                examples.add_to(&mut self.w, (best - alpha) * label, i);
            }
        }
        Ok(largest)
    }

    /// The primal objective at w.
    ///
    /// # Panics
    ///
    /// If the state belongs to examples with another number of features.
    #[track_caller]
    #[must_use]
    pub fn primal(&self, examples: &Examples<'_, T>) -> T {
        primal(&self.w, examples, self.loss, constant(self.cost))
    }

    /// The dual objective at α. It is never above the primal's minimum, so [`primal`](Self::primal) less this bounds the error.
    #[must_use]
    pub fn dual(&self) -> T {
        let (diagonal, half) = (self.diagonal_and_bound().0, constant::<T>(0.5));
        let sum = self.alpha.iter().fold(T::zero(), |sum, &alpha| sum + alpha);
        sum - half * dot(&self.w, &self.w) - half * diagonal * dot(&self.alpha, &self.alpha)
    }
}

/// ½‖w‖² + C Σ ℓ.
fn primal<T: Float>(w: &[T], examples: &Examples<'_, T>, loss: SvmLoss, cost: T) -> T {
    assert_eq!(w.len(), examples.weights(), "one weight for each feature, and the bias");
    let losses = (0..examples.count()).fold(T::zero(), |sum, i| {
        let short = (T::one() - examples.label(i) * examples.score(w, i)).max(T::zero());
        sum + match loss {
            SvmLoss::Hinge => short,
            SvmLoss::SquaredHinge => short * short,
        }
    });
    constant::<T>(0.5) * dot(w, w) + cost * losses
}
