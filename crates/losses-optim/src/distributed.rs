//! Gradient descent by several workers.
//!
//! *In step*, each worker takes the gradient of its share of a batch, and [`mean_of_workers`] is what one worker would have
//! found on the whole batch, up to the order of summation. *Out of step*, gradients come late: [`Delayed`](crate::wrap::Delayed).
//!
//! Nothing here spawns a thread or sends a message: how gradients travel is the caller's affair.

use num_traits::Float;

use crate::{error::StepError, optim::constant};

/// A worker's gradient, and how many samples it is the mean of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share<'a, T> {
    /// The samples.
    pub samples: usize,
    /// The mean of their gradients.
    pub gradient: &'a [T],
}

/// The mean gradient over all workers' samples, into `mean`.
///
/// ```text
/// g = Σ_k (n_k / Σ n) g_k        in the order of the workers
/// ```
///
/// # Conventions
///
/// Workers with more samples count more, so that the result is the gradient of the whole batch's mean loss however it was
/// shared out. The order is that of the list, whichever worker was done first: the same bits at every run. PyTorch's
/// `DistributedDataParallel` takes the mean of the workers' gradients whatever their numbers of samples.
///
/// # Example
///
/// ```
/// use losses_optim::distributed::{Share, mean_of_workers};
///
/// let mut mean = [0.0];
/// let workers = [Share { samples: 3, gradient: &[1.0] }, Share { samples: 1, gradient: &[5.0] }];
/// mean_of_workers(&workers, &mut mean)?;
/// assert_eq!(mean, [2.0]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Errors
///
/// Refuses gradients of another length than `mean`, and workers that have no sample between them; `mean` is then unchanged.
///
/// # Source
///
/// Linearity of the gradient; as a way to train networks J. Chen et al., *Revisiting Distributed Synchronous SGD*, 2016,
/// arXiv:1604.00981.
pub fn mean_of_workers<T: Float>(workers: &[Share<'_, T>], mean: &mut [T]) -> Result<(), StepError> {
    if let Some(worker) = workers.iter().find(|worker| worker.gradient.len() != mean.len()) {
        return Err(StepError::GradientLength { expected: mean.len(), found: worker.gradient.len() });
    }
    let total: usize = workers.iter().map(|worker| worker.samples).sum();
    if total == 0 {
        return Err(StepError::NoSamples { workers: workers.len() });
    }
    mean.fill(T::zero());
    for worker in workers {
        let share = constant::<T>(worker.samples as f64 / total as f64);
        for (mean, &g) in mean.iter_mut().zip(worker.gradient) {
            *mean = *mean + share * g;
        }
    }
    Ok(())
}
