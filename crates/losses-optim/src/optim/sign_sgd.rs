use std::marker::PhantomData;

use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, sign};
use crate::state::Method;

/// signSGD: a step of fixed size against the sign of every entry of the gradient.
///
/// ```text
/// w ← w − η sign(g)
/// ```
///
/// # Conventions
///
/// sign(0) = 0, and the sign of NaN is NaN. As optax's `sign_sgd`; PyTorch has none.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Optimizer, SignSgd};
///
/// let mut w = [1.0, 1.0, 1.0];
/// SignSgd::default().step(&mut w, &[100.0, -0.001, 0.0], 0.25)?;
/// assert_eq!(w, [0.75, 1.25, 1.0]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// J. Bernstein et al., *signSGD: Compressed Optimisation for Non-Convex Problems*, ICML 2018, algorithm 1, arXiv:1802.04434.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignSgd<T> {
    /// It remembers nothing, but is made for one type of parameters like every other method.
    #[serde(skip)]
    scalar: PhantomData<T>,
}

impl<T> Default for SignSgd<T> {
    fn default() -> Self {
        Self { scalar: PhantomData }
    }
}

impl<T> Method for SignSgd<T> {
    type Scalar = T;
    const NAME: &'static str = "sign_sgd";
    const SUMMARY: &'static str = "a step against the sign of the gradient";
    const SOURCE: &'static str = "Bernstein et al. 2018, algorithm 1, arXiv:1802.04434";
}

impl<T: Float> Optimizer<T> for SignSgd<T> {
    fn buffers(&mut self, _: &mut dyn FnMut(&'static str, &mut Vec<T>)) {}

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        for (w, &g) in izip!(params, grad) {
            *w = *w - learning_rate * sign(g);
        }
    }
}
