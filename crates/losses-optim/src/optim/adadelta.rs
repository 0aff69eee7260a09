use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant};
use crate::{
    error::{HyperparameterError, decay_rate, positive},
    state::Method,
};

/// Adadelta: steps have the size that past steps had, so that their unit is the parameters'.
///
/// ```text
/// r ← ρ r + (1 − ρ) g²         r₀ = 0
/// Δ = √(h + ε) / √(r + ε) · g
/// h ← ρ h + (1 − ρ) Δ²         h₀ = 0
/// w ← w − η Δ
/// ```
///
/// # Conventions
///
/// The paper has no learning rate: η = 1. ε stands inside both roots and must be greater than 0: with the lecture's slide,
/// whose numerator is √h, h₀ = 0 would mean Δ = 0 for ever. h averages Δ without η. PyTorch's and optax's `Adadelta` are
/// this rule with ρ = 0.9; the lecture suggests 0.95.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Adadelta, Optimizer};
///
/// let mut adadelta = Adadelta { decay: 0.5, epsilon: 1.0, ..Adadelta::default() };
/// let mut w = [1.0_f64];
/// adadelta.step(&mut w, &[4.0], 1.0)?; // r = 8, Δ = 1/3 · 4
/// assert!((w[0] - (1.0 - 4.0 / 3.0)).abs() < 1e-15);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// M. D. Zeiler, *ADADELTA: An Adaptive Learning Rate Method*, 2012, algorithm 1, arXiv:1212.5701.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adadelta<T> {
    /// ρ in [0, 1): the share of both averages that is kept. Default 0.95.
    pub decay: f64,
    /// ε > 0, which sets the size of the first steps. Default 10⁻⁶.
    pub epsilon: f64,
    /// r, the moving average of squared gradients.
    pub r: Vec<T>,
    /// h, the moving average of squared steps.
    pub h: Vec<T>,
}

impl<T> Default for Adadelta<T> {
    fn default() -> Self {
        Self { decay: 0.95, epsilon: 1e-6, r: Vec::new(), h: Vec::new() }
    }
}

impl<T> Method for Adadelta<T> {
    type Scalar = T;
    const NAME: &'static str = "adadelta";
    const SUMMARY: &'static str = "steps of the size that past steps had; learning rate 1";
    const SOURCE: &'static str = "Zeiler 2012, algorithm 1, arXiv:1212.5701";
}

impl<T: Float> Optimizer<T> for Adadelta<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("decay", self.decay)?;
        positive("epsilon", self.epsilon)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("r", &mut self.r);
        visit("h", &mut self.h);
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let (rho, one_minus_rho) = (constant::<T>(self.decay), constant::<T>(1.0 - self.decay));
        let epsilon = constant::<T>(self.epsilon);
        for (w, &g, r, h) in izip!(params, grad, &mut self.r, &mut self.h) {
            *r = rho * *r + one_minus_rho * g * g;
            let delta = (*h + epsilon).sqrt() / (*r + epsilon).sqrt() * g;
            *h = rho * *h + one_minus_rho * delta * delta;
            *w = *w - learning_rate * delta;
        }
    }
}
