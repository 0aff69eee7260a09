//! Solvers of the support vector machine: methods that know the problem, not only its gradient.
//!
//! ```text
//! primal:  ½‖w‖² + C Σᵢ ℓ(yᵢ wᵀxᵢ)                    ℓ(m) = max(0, 1 − m)  or its square
//! dual:    Σᵢ αᵢ − ½ ‖Σᵢ αᵢ yᵢ xᵢ‖² [− Σᵢ αᵢ²/(4C)]    0 ≤ αᵢ [≤ C]          brackets: squared; plain
//! ```
//!
//! [`DualCoordinateDescent`] solves the dual to any accuracy, and the gap between the two says how far it is;
//! [`Pegasos`] takes stochastic subgradient steps on the primal.
//!
//! ```
//! use losses_optim::svm::{DualCoordinateDescent, Examples};
//!
//! let inputs = [2.0, 0.0, 1.0, 1.0, -1.0, 0.5, -2.0, -1.0];
//! let examples = Examples::new(2, &inputs, &[1.0, 1.0, -1.0, -1.0], Some(1.0))?;
//! let mut svm = DualCoordinateDescent::default();
//! for _ in 0..100 {
//!     svm.sweep(&examples, &[0, 1, 2, 3])?;
//! }
//! assert!(svm.primal(&examples) - svm.dual() < 1e-9);
//! assert!(examples.score(&svm.w, 0) > 0.0);
//! # Ok::<(), losses_optim::svm::SvmError>(())
//! ```
//!
//! # Conventions
//!
//! * Labels are −1 and 1. The order of examples comes from the caller: nothing here draws random numbers.
//! * A bias is the weight of one more feature that has the same value b in every example. So it is penalised like every
//!   other weight, the less the larger b is, as in LIBLINEAR. The dual of a bias without penalty couples all αᵢ by
//!   Σ αᵢ yᵢ = 0, and cannot be descended one coordinate at a time.

mod dual_coordinate_descent;
mod pegasos;

pub use dual_coordinate_descent::{DualCoordinateDescent, SvmLoss};
pub use pegasos::{Pegasos, Projection};

use num_traits::Float;
use thiserror::Error;

use crate::{
    error::HyperparameterError,
    state::Description,
    vector::{add_scaled, dot},
};

/// Every solver of the support vector machine, from simple to complex.
pub static ALL: &[Description] =
    &[Description::of::<Pegasos>(), Description::of::<DualCoordinateDescent<f64>>()];

/// Why a solver refused its input.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SvmError {
    /// Inputs, labels and dimension do not fit.
    #[error(
        "{inputs} numbers are not {labels} examples of {dimension} features: pass the examples one after the other, \
         one label for each, and at least one"
    )]
    Shape {
        /// How many numbers there are.
        inputs: usize,
        /// How many labels.
        labels: usize,
        /// How many features were declared.
        dimension: usize,
    },
    /// A label is neither −1 nor 1.
    #[error("the label of example {example} is {found}: expected −1 or 1")]
    Label {
        /// Which example.
        example: usize,
        /// Its label.
        found: f64,
    },
    /// A feature is not a finite number.
    #[error("feature {feature} of example {example} is {found}: expected a finite number")]
    Feature {
        /// Which example.
        example: usize,
        /// Which feature.
        feature: usize,
        /// Its value.
        found: f64,
    },
    /// There is no example of this number.
    #[error("example {found} was asked for, but there are {count}: pass numbers from 0")]
    Example {
        /// The number asked for.
        found: usize,
        /// How many examples there are.
        count: usize,
    },
    /// A batch without examples.
    #[error("the batch is empty: pass at least one example")]
    Empty,
    /// The state or the weights belong to other examples.
    #[error("`{buffer}` has {found} entries, expected {expected}: begin anew for these examples")]
    Length {
        /// What has the wrong length.
        buffer: &'static str,
        /// The length that fits.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// A constant is out of range.
    #[error(transparent)]
    Hyperparameter(#[from] HyperparameterError),
}

/// Labelled examples, checked once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Examples<'a, T> {
    dimension: usize,
    inputs: &'a [T],
    labels: &'a [T],
    bias: Option<T>,
}

impl<'a, T: Float> Examples<'a, T> {
    /// Takes examples of `dimension` features, one after the other, with a label −1 or 1 each, and the value of the
    /// feature whose weight is the bias, if there is to be one.
    ///
    /// # Errors
    ///
    /// If the numbers do not fit, there is no example, a label is another number, or a feature is not finite.
    pub fn new(
        dimension: usize,
        inputs: &'a [T],
        labels: &'a [T],
        bias: Option<T>,
    ) -> Result<Self, SvmError> {
        if labels.is_empty() || inputs.len() != labels.len() * dimension {
            return Err(SvmError::Shape { inputs: inputs.len(), labels: labels.len(), dimension });
        }
        let float = |x: T| x.to_f64().unwrap_or(f64::NAN);
        if let Some(example) = labels.iter().position(|y| y.abs() != T::one()) {
            return Err(SvmError::Label { example, found: float(labels[example]) });
        }
        if let Some(position) = inputs.iter().position(|x| !x.is_finite()) {
            let (example, feature) = (position / dimension, position % dimension);
            return Err(SvmError::Feature { example, feature, found: float(inputs[position]) });
        }
        if let Some(bias) = bias.filter(|bias| !bias.is_finite()) {
            return Err(SvmError::Feature { example: 0, feature: dimension, found: float(bias) });
        }
        Ok(Self { dimension, inputs, labels, bias })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// How many weights a classifier of them has: one for each feature, and the bias behind them.
    #[must_use]
    pub fn weights(&self) -> usize {
        self.dimension + usize::from(self.bias.is_some())
    }

    /// yᵢ.
    ///
    /// # Panics
    ///
    /// If there is no example of this number.
    #[track_caller]
    #[must_use]
    pub fn label(&self, example: usize) -> T {
        self.labels[example]
    }

    /// wᵀxᵢ, with the bias.
    ///
    /// # Panics
    ///
    /// If there is no example of this number, or there are fewer weights than features and bias.
    #[track_caller]
    #[must_use]
    pub fn score(&self, w: &[T], example: usize) -> T {
        let score = dot(self.features(example), &w[..self.dimension]);
        self.bias.map_or(score, |bias| score + bias * w[self.dimension])
    }

    fn features(&self, example: usize) -> &'a [T] {
        &self.inputs[example * self.dimension..][..self.dimension]
    }

    /// ‖xᵢ‖², with the bias.
    fn square(&self, example: usize) -> T {
        let x = self.features(example);
        dot(x, x) + self.bias.map_or(T::zero(), |bias| bias * bias)
    }

    /// w + a xᵢ, into w.
    fn add_to(&self, w: &mut [T], a: T, example: usize) {
        add_scaled(&mut w[..self.dimension], a, self.features(example));
        if let Some(bias) = self.bias {
            w[self.dimension] = w[self.dimension] + a * bias;
        }
    }

    /// Refuses numbers of examples that there are not.
    fn check(&self, examples: &[usize]) -> Result<(), SvmError> {
        match examples.iter().find(|&&example| example >= self.count()) {
            Some(&found) => Err(SvmError::Example { found, count: self.count() }),
            None => Ok(()),
        }
    }
}

fn same_length<T>(buffer: &'static str, values: &[T], expected: usize) -> Result<(), SvmError> {
    if values.len() == expected {
        Ok(())
    } else {
        Err(SvmError::Length { buffer, expected, found: values.len() })
    }
}
