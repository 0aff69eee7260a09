use num_traits::Float;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError, one_or_more},
    optim::{Optimizer, widest},
    state::{Method, around},
};

/// One update by all threads of the current rayon pool: fixed chunks of the slice, each with an optimizer of its own.
///
/// ```text
/// for every chunk c of n entries, in parallel:  the step of w_c with g_c
/// ```
///
/// # Conventions
///
/// The chunks do not depend on the threads, so neither does a single bit of the result. It is that of the optimizer alone, for
/// rules that treat every entry by itself, as all of [`optim`](crate::optim) do. What looks at the whole
/// gradient belongs *around* this wrapper: `ClipByNorm::new(1.0, Parallel::new(Adam::default()))` clips by the global norm,
/// the other way round by that of each chunk.
///
/// Worth it where the update waits for memory that one thread cannot use up: above some hundred thousand parameters. Called from a
/// thread of the pool, as in `pool.install(|| …)`, steps after the first allocate nothing. From any other thread a call has to pass
/// through the pool's queue, which is a list of blocks: rayon 1.12 allocates one of 1.5 kB for every 63 calls and frees it when they
/// are done.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{Adam, Optimizer}, wrap::Parallel};
///
/// let gradient: Vec<f32> = (0..100_000).map(|i| (i as f32).sin()).collect();
/// let (mut a, mut b) = (vec![1.0; 100_000], vec![1.0; 100_000]);
/// Parallel::new(Adam::default()).step(&mut a, &gradient, 1e-3)?;
/// Adam::default().step(&mut b, &gradient, 1e-3)?;
/// assert_eq!(a, b);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// Bookkeeping.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parallel<O> {
    /// n ≥ 1, the entries of a chunk. Default 65,536. To be set before the first step.
    pub chunk: u64,
    /// The optimizer that each chunk begins with.
    pub prototype: O,
    /// The optimizers of the chunks; empty before the first step.
    pub chunks: Vec<O>,
}

impl<O> Parallel<O> {
    /// Wraps an optimizer.
    #[must_use]
    pub fn new(prototype: O) -> Self {
        Self { chunk: 1 << 16, prototype, chunks: Vec::new() }
    }

    /// The entries of a chunk, as far as there can be any.
    fn chunk_len(&self) -> usize {
        usize::try_from(self.chunk).unwrap_or(usize::MAX)
    }
}

impl<O: Method> Method for Parallel<O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "parallel";
    const SUMMARY: &'static str = "one update by all threads, over fixed chunks";
    const SOURCE: &'static str = "bookkeeping";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float + Send + Sync, O: Optimizer<T> + Clone + Send> Optimizer<T> for Parallel<O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        one_or_more("chunk", self.chunk)?;
        self.prototype.validate()
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        for chunk in &mut self.chunks {
            chunk.buffers(visit);
        }
    }

    /// Each chunk's state has the chunk's length.
    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        <Self as Optimizer<T>>::validate(self)?;
        let size = self.chunk_len();
        let count = len.div_ceil(size);
        if self.chunks.is_empty() {
            self.chunks.resize(count, self.prototype.clone());
        }
        if self.chunks.len() != count {
            return Err(StepError::StateLength {
                buffer: "chunks",
                expected: count,
                found: self.chunks.len(),
            });
        }
        self.chunks.iter_mut().enumerate().try_for_each(|(i, chunk)| chunk.prepare(size.min(len - i * size)))
    }

    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let size = self.chunk_len();
        params.par_chunks_mut(size).zip(grad.par_chunks(size)).zip(&mut self.chunks).for_each(
            |((params, grad), chunk)| {
                // On another thread, and behind a call that is not inlined: the width has to be chosen here.
                widest(
                    #[inline(always)]
                    || chunk.update(params, grad, learning_rate),
                );
            },
        );
    }
}
