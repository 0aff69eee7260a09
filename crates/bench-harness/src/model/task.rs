//! What a model is trained for.

use autograd::ArrayAlgebra;
use losses_optim::loss::{Loss, LossError, Reduction, SoftmaxCrossEntropy};

/// What training minimises: a loss of the model's outputs for a batch of samples.
///
/// ```
/// use autograd::ArrayAlgebra;
/// use bench_harness::model::{Batch, Task};
/// use losses_optim::loss::{HalfSquaredError, Loss, LossError, Reduction};
///
/// /// Reconstructing the inputs.
/// struct Reconstruction;
///
/// impl Task for Reconstruction {
///     fn loss<A: ArrayAlgebra>(&self, outputs: &A, batch: &Batch<'_, A>) -> Result<A, LossError> {
///         HalfSquaredError.evaluate(outputs, batch.inputs, Reduction::Mean)
///     }
/// }
/// ```
pub trait Task: Sync {
    /// The mean loss of a batch, given the model's outputs before any softmax, one row per sample.
    ///
    /// # Errors
    /// Those of the loss: the data do not suit it.
    fn loss<A: ArrayAlgebra>(&self, outputs: &A, batch: &Batch<'_, A>) -> Result<A, LossError>;
}

/// The samples of a batch: what their outputs may be compared with.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a, A> {
    /// The inputs as a constant, one row per sample.
    pub inputs: &'a A,
    /// The class of each sample.
    pub labels: &'a [usize],
}

/// Classification by the mean softmax cross-entropy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classification;

impl Task for Classification {
    fn loss<A: ArrayAlgebra>(&self, outputs: &A, batch: &Batch<'_, A>) -> Result<A, LossError> {
        SoftmaxCrossEntropy.evaluate(outputs, batch.labels, Reduction::Mean)
    }
}
