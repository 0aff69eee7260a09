//! Losses: what a model is penalised for, and what each loss assumes.
//!
//! A loss works on constants and on recorded arrays alike, is computed in its stable form, and gives one number for each
//! sample ([`Loss::per_sample`]) or their sum or mean ([`Loss::evaluate`]). The lecture sums over the batch, most
//! libraries take the mean: learning rates differ by the batch's size between the two, so the [`Reduction`] is always
//! spelled out.
//!
//! ```
//! use autograd::{Array, ArrayOps};
//! use losses_optim::loss::{Loss, Reduction, SoftmaxCrossEntropy};
//!
//! let scores = [Array::new(&[2, 3], vec![2.0, 1.0, 0.0, 0.0, 0.0, 0.0])?];
//! let labels = [0, 2];
//! let gradient = autograd::grad(
//!     |scores| SoftmaxCrossEntropy.evaluate(&scores[0], &labels, Reduction::Mean).unwrap(),
//!     &scores,
//! );
//! // (p − y)/M for probabilities p, one-hot labels y and M samples.
//! let expected = (scores[0].softmax() - Array::new(&[2, 3], vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0])?) / 2.0;
//! let difference = &gradient[0] - &expected;
//! assert!(difference.to_vec().iter().all(|d: &f64| d.abs() < 1e-15));
//! # Ok::<(), autograd::ShapeError>(())
//! ```

mod error;

use autograd::{ArrayAlgebra, ArrayOps};

pub use error::LossError;

/// How the losses of a batch's samples become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reduction {
    /// Their sum, as in the lecture: the negative log-likelihood of the batch.
    Sum,
    /// Their mean: the empirical risk, whose size does not depend on the batch's.
    Mean,
}

/// A loss of predictions against targets, one row per sample.
pub trait Loss {
    /// What predictions are compared with: labels, or an array.
    type Target<A: ArrayAlgebra>: ?Sized;

    /// The loss of each sample.
    ///
    /// # Errors
    /// If shapes do not fit, the batch is empty, or a target lies out of range.
    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &Self::Target<A>)
    -> Result<A, LossError>;

    /// The sum or mean of the samples' losses.
    ///
    /// # Errors
    /// If shapes do not fit, the batch is empty, or a target lies out of range.
    fn evaluate<A: ArrayAlgebra>(
        &self,
        predictions: &A,
        targets: &Self::Target<A>,
        reduction: Reduction,
    ) -> Result<A, LossError> {
        let losses = self.per_sample(predictions, targets)?;
        Ok(match reduction {
            Reduction::Sum => losses.sum_all(),
            Reduction::Mean => losses.mean_all(),
        })
    }
}

/// A registered loss, as lists print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Its formula for one sample.
    pub formula: &'static str,
    /// Which likelihood, bound or margin it stands for.
    pub assumption: &'static str,
    /// Authors and year.
    pub source: &'static str,
}

/// What a loss says of itself in lists.
trait Described {
    const ENTRY: Entry;
}

macro_rules! register {
    // Behind the semicolon stand the definitions for plain numbers.
    ($($module:ident { $($loss:ident),*; $($elementwise:ident),* })*) => {
        $(mod $module;)*
        $(pub use $module::{$($loss,)* $($elementwise),*};)*

        /// Every loss, from simple to complex: regression, classification by likelihood, classification by margin.
        pub static ALL: &[Entry] = &[$($(<$loss as Described>::ENTRY),*),*];
    };
}

register! {
    half_squared_error { HalfSquaredError; HalfSquare }
    softmax_cross_entropy { SoftmaxCrossEntropy, SoftTargetCrossEntropy; cross_entropy }
    hinge { Hinge; HingeOfMargin }
}

/// Refuses a batch without samples: its mean would be NaN and its gradient say nothing.
fn require_samples(loss: &'static str, shape: &[usize]) -> Result<(), LossError> {
    if shape.contains(&0) {
        return Err(LossError::Empty { loss, shape: shape.to_vec() });
    }
    Ok(())
}

/// Refuses predictions and targets of different shapes, which broadcasting would silently combine.
fn require_same_shape(loss: &'static str, predictions: &[usize], targets: &[usize]) -> Result<(), LossError> {
    if predictions != targets {
        return Err(LossError::Shape { loss, expected: predictions.to_vec(), found: targets.to_vec() });
    }
    Ok(())
}
