use std::marker::PhantomData;

use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::Optimizer;
use crate::state::Method;

/// Gradient descent: a step against the gradient.
///
/// ```text
/// w ← w − η g
/// ```
///
/// With g the gradient of the whole objective this is gradient descent; with a subgradient, the subgradient method;
/// with the gradient on a sampled batch, stochastic gradient descent (SGD). The update is the same, only g differs.
///
/// # Conventions
///
/// The lecture sums the loss over the batch, frameworks take its mean: for the same steps, a learning rate for the sum
/// is that for the mean divided by the batch size. PyTorch's and optax's `SGD` without momentum are this rule.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{GradientDescent, Optimizer};
///
/// let mut w = [1.0, -1.0];
/// GradientDescent::default().step(&mut w, &[0.5, -0.25], 0.5)?;
/// assert_eq!(w, [0.75, -0.875]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// A.-L. Cauchy, *Méthode générale pour la résolution des systèmes d'équations simultanées*, Comptes rendus 25, 1847;
/// stochastic: H. Robbins and S. Monro, *A Stochastic Approximation Method*, 1951, doi:10.1214/aoms/1177729586.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradientDescent<T> {
    /// It remembers nothing, but is made for one type of parameters like every other method.
    #[serde(skip)]
    scalar: PhantomData<T>,
}

impl<T> Default for GradientDescent<T> {
    fn default() -> Self {
        Self { scalar: PhantomData }
    }
}

impl<T> Method for GradientDescent<T> {
    type Scalar = T;
    const NAME: &'static str = "gradient_descent";
    const SUMMARY: &'static str = "a step against the gradient; on sampled batches this is SGD";
    const SOURCE: &'static str = "Cauchy 1847; Robbins and Monro 1951";
}

impl<T: Float> Optimizer<T> for GradientDescent<T> {
    fn buffers(&mut self, _: &mut dyn FnMut(&'static str, &mut Vec<T>)) {}

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        for (w, &g) in izip!(params, grad) {
            *w = *w - learning_rate * g;
        }
    }
}
