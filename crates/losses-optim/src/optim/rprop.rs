use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, larger, sign, smaller};
use crate::{
    error::{HyperparameterError, decay_rate, positive, within},
    state::Method,
};

/// Rprop: a step size per parameter that grows while the gradient keeps its sign and shrinks when it turns.
///
/// ```text
/// Δ ← min(η⁺ Δ, Δmax)            where g gₚ > 0
/// Δ ← max(η⁻ Δ, Δmin), g ← 0     where g gₚ < 0
/// w ← w − Δ sign(g)
/// gₚ ← g                         gₚ₀ = 0,  Δ₀ = η of the first step
/// ```
///
/// # Conventions
///
/// The variant without weight backtracking (iRprop⁻), as PyTorch's `Rprop`: after a turn the entry rests for one step. The
/// learning rate of the first step is Δ₀ (the paper: 0.1); later ones are not used, the method adapts its own. Meant
/// for gradients of the whole objective: noise makes signs turn. sign(0) = 0. optax 0.2.8's `rprop` applies at each call what the
/// call before has made.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Optimizer, Rprop};
///
/// let mut rprop = Rprop { grow: 2.0, ..Rprop::default() };
/// let mut w = [1.0];
/// rprop.step(&mut w, &[3.0], 0.25)?; // Δ = 1/4
/// rprop.step(&mut w, &[0.1], 0.25)?; // same sign: Δ = 1/2
/// rprop.step(&mut w, &[-1.0], 0.25)?; // it turned: Δ = 1/4, and rest
/// assert_eq!(w, [0.25]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// M. Riedmiller and H. Braun, *A direct adaptive method for faster backpropagation learning: the RPROP algorithm*, IEEE ICNN
/// 1993, doi:10.1109/ICNN.1993.298623; C. Igel and M. Hüsken, *Improving the Rprop Learning Algorithm*, 2000, algorithm iRprop⁻.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rprop<T> {
    /// η⁺ ≥ 1. Default 1.2.
    pub grow: f64,
    /// η⁻ in [0, 1). Default 0.5.
    pub shrink: f64,
    /// Δmin > 0. Default 10⁻⁶.
    pub smallest: f64,
    /// Δmax > 0. Default 50.
    pub largest: f64,
    /// t, the number of steps taken.
    pub t: u64,
    /// Δ, the step sizes.
    pub delta: Vec<T>,
    /// gₚ, the last gradient, with 0 where it turned.
    pub previous: Vec<T>,
}

impl<T> Default for Rprop<T> {
    fn default() -> Self {
        Self {
            grow: 1.2,
            shrink: 0.5,
            smallest: 1e-6,
            largest: 50.0,
            t: 0,
            delta: Vec::new(),
            previous: Vec::new(),
        }
    }
}

impl<T> Method for Rprop<T> {
    type Scalar = T;
    const NAME: &'static str = "rprop";
    const SUMMARY: &'static str = "a step size per parameter that follows the sign of the gradient";
    const SOURCE: &'static str = "Riedmiller and Braun 1993; Igel and Hüsken 2000, iRprop⁻";
}

impl<T: Float> Optimizer<T> for Rprop<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        within(
            "grow",
            self.grow,
            self.grow >= 1.0 && self.grow.is_finite(),
            "a finite number, one or greater",
        )?;
        decay_rate("shrink", self.shrink)?;
        positive("smallest", self.smallest)?;
        positive("largest", self.largest)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("delta", &mut self.delta);
        visit("previous", &mut self.previous);
    }

    fn steps(&self) -> u64 {
        self.t
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        if self.t == 0 {
            self.delta.fill(learning_rate);
        }
        self.t += 1;
        let (grow, shrink) = (constant::<T>(self.grow), constant::<T>(self.shrink));
        let (smallest, largest) = (constant::<T>(self.smallest), constant::<T>(self.largest));
        for (w, &g, delta, previous) in izip!(params, grad, &mut self.delta, &mut self.previous) {
            let agreement = sign(g) * sign(*previous); // of signs: a product of small gradients would underflow
            if agreement > T::zero() {
                *delta = smaller(*delta * grow, largest);
            } else if agreement < T::zero() {
                *delta = larger(*delta * shrink, smallest);
            }
            *previous = if agreement < T::zero() { T::zero() } else { g };
            *w = *w - *delta * sign(*previous);
        }
    }
}
