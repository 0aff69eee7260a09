//! The images that a training experiment uses at its scale, and the gate that it passes.

use std::sync::Arc;

use crate::Error;
use crate::claim::Scale;
use crate::data::{Dataset, Split};
use crate::model::{Mlp, Task, gradient_check_on};
use crate::run::Laboratory;

/// The images of a laboratory's scale: the digits, or a part of MNIST.
pub struct Images {
    source: Source,
    train: usize,
}

enum Source {
    Digits(Arc<Dataset>),
    Mnist(Arc<Split>),
}

impl Images {
    /// At quick scale the digits, 1,437 of them for training and 360 for testing; at full scale `mnist` training images of
    /// MNIST and all its test images.
    ///
    /// # Errors
    /// Those of [`Laboratory::mnist`].
    pub fn open(laboratory: &Laboratory, mnist: usize) -> Result<Self, Error> {
        Ok(match laboratory.scale() {
            Scale::Quick => Self { source: Source::Digits(laboratory.digits()?), train: 1437 },
            Scale::Full => Self { source: Source::Mnist(laboratory.mnist()?), train: mnist },
        })
    }

    /// The parts for training and testing that belong to a seed.
    pub fn split(&self, seed: u64) -> Split {
        match &self.source {
            Source::Digits(digits) => digits.split(self.train, seed),
            Source::Mnist(mnist) => {
                Split { train: mnist.train.sample(self.train, seed), test: mnist.test.clone() }
            }
        }
    }

    /// The number of numbers of an image.
    pub fn dimension(&self) -> usize {
        match &self.source {
            Source::Digits(digits) => digits.dimension(),
            Source::Mnist(mnist) => mnist.train.dimension(),
        }
    }

    /// A perceptron of rectifiers from an image to the ten classes.
    pub fn classifier(&self, hidden: &[usize]) -> Mlp {
        Mlp::new(self.dimension(), hidden, 10)
    }

    /// The data in words, for a report's set-up.
    pub fn describe(&self) -> String {
        match &self.source {
            Source::Digits(_) => {
                "digits, 1437 for training, 360 for testing, split anew for each seed".to_owned()
            }
            Source::Mnist(_) => {
                format!(
                    "MNIST, {} training images drawn anew for each seed, the 10,000 test images",
                    self.train
                )
            }
        }
    }
}

/// Refuses an experiment whose gradients are wrong: exact and numeric derivatives must agree to 10⁻⁶ on 20 coordinates.
/// Returns what the report says of it.
///
/// # Errors
/// [`Error::Invalid`] if they do not.
pub fn gradient_gate<T: Task>(claim: &str, task: &T, model: &Mlp, data: &Dataset) -> Result<String, Error> {
    let error = gradient_check_on(task, model, data, 0);
    if error > 1e-6 {
        return Err(Error::Invalid {
            claim: claim.to_owned(),
            reason: format!("exact and numeric gradients differ by {error:e}, more than 10⁻⁶"),
        });
    }
    Ok(format!("Sanity gate: exact and numeric derivatives agree to {error:.1e} on 20 coordinates."))
}
