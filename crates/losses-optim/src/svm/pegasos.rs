use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Examples, SvmError, same_length};
use crate::{
    error::{HyperparameterError, positive},
    optim::constant,
    state::Method,
    vector::dot,
};

/// Whether Pegasos keeps w in the ball that the optimum lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Projection {
    /// It does not.
    None,
    /// w ← w min(1, 1/(√λ ‖w‖)) after every step.
    Ball,
}

/// Pegasos: stochastic subgradient descent on the primal of the support vector machine, with a learning rate that needs no choice.
///
/// ```text
/// f(w) = (λ/2)‖w‖² + (1/n) Σ max(0, 1 − yᵢ wᵀxᵢ)
/// η = 1/(λ t)
/// w ← (1 − η λ) w + (η/k) Σ { yᵢ xᵢ : i in the batch of k, yᵢ wᵀxᵢ < 1 }
/// ```
///
/// # Conventions
///
/// λ = 1/(C n) makes it the problem of [`DualCoordinateDescent`](super::DualCoordinateDescent), divided by C n. At a margin of
/// exactly 1 the subgradient is 0. The first step forgets the start, for 1 − η λ = 0. The average of the
/// iterates ([`PolyakRuppert`](crate::average::PolyakRuppert)) converges more smoothly than the last.
///
/// # Example
///
/// ```
/// use losses_optim::svm::{Examples, Pegasos};
///
/// let examples = Examples::new(1, &[1.0, -1.0], &[1.0, -1.0], None)?;
/// let mut pegasos = Pegasos { lambda: 0.5, ..Pegasos::default() };
/// let mut w = [0.0];
/// pegasos.step(&mut w, &examples, &[0])?; // η = 2: w = 2
/// pegasos.step(&mut w, &examples, &[1])?; // η = 1, the margin is 2: w = (1 − 1/2) 2
/// assert_eq!(w, [1.0]);
/// # Ok::<(), losses_optim::svm::SvmError>(())
/// ```
///
/// # Source
///
/// S. Shalev-Shwartz, Y. Singer, N. Srebro and A. Cotter, *Pegasos: primal estimated sub-gradient solver for SVM*, Mathematical Programming
/// 127, 2011, doi:10.1007/s10107-010-0420-4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pegasos {
    /// λ > 0. Default 10⁻³.
    pub lambda: f64,
    /// Whether w is projected. Default [`Projection::None`].
    pub projection: Projection,
    /// t, the steps taken.
    pub t: u64,
    /// Room for the examples of a batch that count; no part of the state.
    #[serde(skip)]
    pub short: Vec<usize>,
}

impl Default for Pegasos {
    fn default() -> Self {
        Self { lambda: 1e-3, projection: Projection::None, t: 0, short: Vec::new() }
    }
}

impl Method for Pegasos {
    type Scalar = f64;
    const NAME: &'static str = "pegasos";
    const SUMMARY: &'static str = "for support vector machines: stochastic subgradients at the rate 1/(λt)";
    const SOURCE: &'static str = "Shalev-Shwartz et al. 2011, doi:10.1007/s10107-010-0420-4";
}

impl Pegasos {
    /// Checks the constants.
    ///
    /// # Errors
    ///
    /// Names the first constant that is out of its range.
    pub fn validate(&self) -> Result<(), HyperparameterError> {
        positive("lambda", self.lambda)
    }

    /// One step on a batch of examples, given by their numbers. Steps allocate only where a batch is larger than all before.
    ///
    /// # Errors
    ///
    /// Refuses a λ out of range, an empty batch, examples that there are not and weights of another number; nothing has changed
    /// then.
    pub fn step<T: Float>(
        &mut self,
        w: &mut [T],
        examples: &Examples<'_, T>,
        batch: &[usize],
    ) -> Result<(), SvmError> {
        self.validate()?;
        same_length("w", w, examples.weights())?;
        examples.check(batch)?;
        if batch.is_empty() {
            return Err(SvmError::Empty);
        }
        self.t += 1;
        let t = self.t as f64;
        // Judged before w moves.
        self.short.clear();
        self.short.reserve(batch.len());
        let counts = |&i: &usize| examples.label(i) * examples.score(w, i) < T::one();
        self.short.extend(batch.iter().copied().filter(counts));
        let keep = constant::<T>(1.0 - t.recip());
        for w in w.iter_mut() {
            *w = keep * *w;
        }
        let rate = constant::<T>((self.lambda * t * batch.len() as f64).recip());
        for &i in &self.short {
            examples.add_to(w, rate * examples.label(i), i);
        }
        if self.projection == Projection::Ball {
            let length = dot(w, w).sqrt();
            let radius = constant::<T>(self.lambda.sqrt().recip());
            if length > radius {
                for w in w.iter_mut() {
                    *w = *w * (radius / length);
                }
            }
        }
        Ok(())
    }

    /// f(w), over all examples.
    ///
    /// # Panics
    ///
    /// If the number of weights does not fit the examples.
    #[track_caller]
    #[must_use]
    pub fn objective<T: Float>(&self, w: &[T], examples: &Examples<'_, T>) -> T {
        assert_eq!(w.len(), examples.weights(), "one weight for each feature, and the bias");
        let losses = (0..examples.count()).fold(T::zero(), |sum, i| {
            sum + (T::one() - examples.label(i) * examples.score(w, i)).max(T::zero())
        });
        constant::<T>(0.5 * self.lambda) * dot(w, w) + losses / constant(examples.count() as f64)
    }
}
