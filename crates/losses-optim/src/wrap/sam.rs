use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError, non_negative, same_length},
    optim::{Optimizer, constant},
    state::{Method, around},
    wrap::{allocate, norm},
};

/// What the next call of [`Sam`] does with its gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SamPhase {
    /// Moves the parameters to where the loss nearby is worst.
    Perturb,
    /// Moves them back and takes the step.
    Step,
}

/// Sharpness-aware minimisation (SAM): the gradient of a step is taken where the loss nearby is worst.
///
/// ```text
/// odd calls:   start ← w,   w ← w + ρ g/‖g‖
/// even calls:  w ← start,   the step with g
/// ```
///
/// # Conventions
///
/// One step takes two gradients and two calls: as always, each gradient is taken at the parameters as they are. The first
/// call of a pair moves them to the perturbed point, the second back and on; [`phase`](Self::phase) says which comes next. Both
/// gradients belong to the same batch. Evaluate only when the phase is [`SamPhase::Perturb`]. ‖g‖ is the norm over the slice;
/// where it is 0 nothing is perturbed. The learning rate of the second call counts.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{GradientDescent, Optimizer}, wrap::Sam};
///
/// let mut optimizer = Sam::new(0.5, GradientDescent::default());
/// let mut w = [2.0];
/// for _ in 0..2 {
///     let gradient = [w[0]];
///     optimizer.step(&mut w, &gradient, 0.5)?;
/// }
/// assert_eq!(w, [0.75]); // the gradient was taken at 2.5
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// P. Foret et al., *Sharpness-Aware Minimization for Efficiently Improving Generalization*, ICLR 2021, algorithm 1 with p = 2,
/// arXiv:2010.01412.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sam<T, O> {
    /// ρ ≥ 0. The paper: 0.05.
    pub radius: f64,
    /// The optimizer that takes the step.
    pub inner: O,
    /// What the next call does.
    pub phase: SamPhase,
    /// The parameters before the perturbation.
    pub start: Vec<T>,
}

impl<T, O> Sam<T, O> {
    /// Wraps an optimizer.
    #[must_use]
    pub fn new(radius: f64, inner: O) -> Self {
        Self { radius, inner, phase: SamPhase::Perturb, start: Vec::new() }
    }
}

impl<T, O: Method> Method for Sam<T, O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "sam";
    const SUMMARY: &'static str = "the gradient is taken where the loss nearby is worst";
    const SOURCE: &'static str = "Foret et al. 2021, algorithm 1, arXiv:2010.01412";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float, O: Optimizer<T>> Optimizer<T> for Sam<T, O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("radius", self.radius)?;
        self.inner.validate()
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("start", &mut self.start);
        self.inner.buffers(visit);
    }

    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        self.validate()?;
        self.inner.prepare(len)?;
        if self.phase == SamPhase::Perturb {
            allocate(&mut self.start, len);
        }
        same_length("start", &self.start, len)
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        match self.phase {
            SamPhase::Perturb => {
                self.start.copy_from_slice(params);
                let norm = norm(grad);
                let factor = constant::<T>(if norm == 0.0 { 0.0 } else { self.radius / norm });
                for (w, &g) in params.iter_mut().zip(grad) {
                    *w = *w + factor * g;
                }
                self.phase = SamPhase::Step;
            }
            SamPhase::Step => {
                params.copy_from_slice(&self.start);
                self.inner.update(params, grad, learning_rate);
                self.phase = SamPhase::Perturb;
            }
        }
    }
}
