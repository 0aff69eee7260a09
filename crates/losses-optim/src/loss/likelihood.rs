//! Losses as negative log-likelihoods.

use autograd::ArrayAlgebra;

use super::{Loss, LossError, Reduction};

/// A loss that is the negative log-likelihood of its targets, −ln f(y | ŷ), with every constant that makes f a density or
/// a probability: two of them may be compared, and their own constants fitted.
///
/// Maximum likelihood minimises its [`core`](Likelihood::core): what is left when the positive
/// [`factor`](Likelihood::factor) and the terms that do not depend on the predictions are dropped,
///
/// ```text
/// −ln f(y | ŷ) = factor · core(ŷ, y) + terms without ŷ
/// ```
///
/// That half the squared error is the Gaussian's and cross-entropy the categorical's is then a line of code:
///
/// ```
/// use losses_optim::loss::{GaussianNll, HalfSquaredError, Likelihood, SoftmaxCrossEntropy};
///
/// let _: HalfSquaredError = GaussianNll { precision: 4.0 }.core();
/// let _: SoftmaxCrossEntropy = SoftmaxCrossEntropy.core();
/// ```
///
/// The likelihood of a model given data:
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{GaussianNll, HalfSquaredError, Likelihood, Loss, Reduction};
///
/// let inputs = Array::vector(&[0.0, 1.0, 2.0]);
/// let data = Array::vector(&[0.1, 1.9, 4.2]);
/// let twice = |x: &Array<f64>| x * &Array::scalar(2.0);
/// let thrice = |x: &Array<f64>| x * &Array::scalar(3.0);
/// let nll = |model: &dyn Fn(&Array<f64>) -> Array<f64>| {
///     GaussianNll { precision: 4.0 }.negative_log_likelihood(model, &inputs, &data).unwrap().item().unwrap()
/// };
/// let half = |model: &dyn Fn(&Array<f64>) -> Array<f64>| {
///     HalfSquaredError.evaluate(&model(&inputs), &data, Reduction::Sum).unwrap().item().unwrap()
/// };
/// // Differences of log-likelihoods are the factor, here the precision, times differences of squared errors.
/// assert!((nll(&thrice) - nll(&twice) - 4.0 * (half(&thrice) - half(&twice))).abs() < 1e-12);
/// ```
///
/// Source: C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, sections 1.2.5 and 4.3.
pub trait Likelihood: Loss {
    /// The loss whose minimiser is that of the negative log-likelihood.
    type Core: Loss;

    /// That loss.
    fn core(&self) -> Self::Core;

    /// The positive number by which it is multiplied.
    fn factor(&self) -> f64;

    /// −ln f(data | model): the sum over independent samples.
    ///
    /// # Errors
    /// As [`Loss::evaluate`].
    fn negative_log_likelihood<A: ArrayAlgebra>(
        &self,
        model: impl Fn(&A) -> A,
        inputs: &A,
        data: &Self::Target<A>,
    ) -> Result<A, LossError> {
        self.evaluate(&model(inputs), data, Reduction::Sum)
    }
}
