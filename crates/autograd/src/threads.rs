//! Work within one operation on several threads, for callers that ask for it.

use std::cell::Cell;

thread_local! {
    /// On how many threads an operation that is recorded on this thread may work.
    static THREADS: Cell<usize> = const { Cell::new(1) };
}

/// On how many threads an operation may work that is called from here.
pub(crate) fn threads() -> usize {
    THREADS.get()
}

/// Runs a computation whose large operations on arrays may work on so many threads of rayon's current pool at a time:
/// products, convolutions, pooling and elementwise functions. Operations too small to gain by it stay on the calling thread,
/// and so does everything outside of this call: nothing else in this crate uses a second thread but
/// [`par_value_and_grad`](crate::par_value_and_grad).
///
/// Dividing work is fastest from a thread of the pool. From any other, each division waits until two threads of the pool have
/// been woken one after the other, some tens of microseconds; `rayon::ThreadPoolBuilder::new().use_current_thread().build_global()`
/// at the start of `main` makes its thread one of the pool.
///
/// Work is divided in ways that leave every sum in the order it has on one thread, so the same bits come out on any number of
/// threads.
///
/// ```
/// use autograd::{Array, ArrayOps, with_threads};
///
/// let x = Array::new(&[300, 300], (0..90_000).map(|i| f64::from(i % 17)).collect())?;
/// assert_eq!(with_threads(2, || x.matmul(&x)), x.matmul(&x));
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Panics
/// If the number of threads is 0.
#[cfg(feature = "rayon")]
pub fn with_threads<R>(threads: usize, run: impl FnOnce() -> R) -> R {
    /// Sets the number back, also when the computation panics.
    struct Before(usize);

    impl Drop for Before {
        fn drop(&mut self) {
            THREADS.set(self.0);
        }
    }

    assert!(threads > 0, "a computation needs a thread, found 0");
    let _before = Before(THREADS.replace(threads));
    run()
}

/// Less work, in multiplications, is done sooner than another thread is woken, which takes tens of microseconds.
#[cfg(feature = "rayon")]
const LEAST_WORK: usize = 1 << 17;

/// Calls `run` with runs of whole parts of `elements`, each with the number of its first part; the parts together are all, and
/// the last may be shorter. One run for each thread, or one for all if the work, in multiplications or what takes as long, is
/// too little to divide.
pub(crate) fn in_parts<T: Send>(
    elements: &mut [T],
    part: usize,
    work: usize,
    run: impl Fn(usize, &mut [T]) + Sync,
) {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;

        let threads = threads();
        let parts = elements.len().div_ceil(part.max(1));
        if threads > 1 && parts > 1 && work >= LEAST_WORK {
            let together = parts.div_ceil(threads);
            let runs = elements.par_chunks_mut(together * part).enumerate();
            runs.for_each(|(number, elements)| run(number * together, elements));
            return;
        }
    }
    let _ = (part, work);
    run(0, elements);
}

/// Fewer multiplications of a matrix product, which does many at a time, are done sooner than another thread is woken.
#[cfg(feature = "rayon")]
const LEAST_PRODUCT: usize = 1 << 22;

/// How a matrix product of so many multiplications may work.
pub(crate) fn of_products(work: usize) -> gemm::Parallelism {
    #[cfg(feature = "rayon")]
    if threads() > 1 && work >= LEAST_PRODUCT {
        return gemm::Parallelism::Rayon(threads());
    }
    let _ = work;
    gemm::Parallelism::None
}

#[cfg(all(test, feature = "rayon"))]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_run_once_whatever_the_number_of_threads() {
        for (length, work) in [(0, LEAST_WORK), (1, LEAST_WORK), (9, LEAST_WORK), (99, 0), (1000, LEAST_WORK)]
        {
            for number in 1..5 {
                let mut elements = vec![0; length];
                with_threads(number, || {
                    in_parts(&mut elements, 8, work, |first, run| {
                        assert!(first == 0 || !run.is_empty());
                        run.iter_mut().enumerate().for_each(|(at, element)| *element += first * 8 + at + 1);
                    });
                });
                assert_eq!(elements, (1..=length).collect::<Vec<_>>());
            }
        }
        assert_eq!(threads(), 1);
    }
}
