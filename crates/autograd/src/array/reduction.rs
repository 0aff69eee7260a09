//! Reducing axes: one group of neighbours after the other, and by folding with an operation that is associative and
//! commutative, such as a maximum or a product.

use super::{Array, Element};

/// Reduces the given axes to length 1, by a kernel that reduces the middle one of three axes of a contiguous array, given
/// its elements and the three lengths, into the elements of the result.
pub(crate) fn reduce<T: Element>(
    x: &Array<T>,
    axes: &[usize],
    reduce_middle: impl Fn(&[T], [usize; 3], &mut [T]),
) -> Array<T> {
    let mut reduced = x.to_contiguous();
    let mut axes = axes;
    // Neighbouring axes are reduced in one go, from the last on: what is left to reduce gets shorter each time.
    while let [.., last] = *axes {
        let together = axes.iter().rev().enumerate().take_while(|&(back, &axis)| axis + back == last).count();
        let first = last + 1 - together;
        axes = &axes[..axes.len() - together];
        let mut shape = reduced.shape().to_vec();
        let count = |lengths: &[usize]| lengths.iter().product();
        let lengths = [count(&shape[..first]), count(&shape[first..=last]), count(&shape[last + 1..])];
        shape[first..=last].fill(1);
        let whole = reduced;
        reduced = Array::written(&shape, |elements| reduce_middle(whole.contiguous(), lengths, elements));
    }
    reduced
}

/// Folds the given axes to length 1, in an order that depends on nothing but the shape; `identity` if they are empty.
pub(crate) fn fold<T: Element>(
    x: &Array<T>,
    axes: &[usize],
    identity: T,
    f: impl Fn(T, T) -> T + Copy,
) -> Array<T> {
    reduce(x, axes, |elements, lengths, folds| fold_middle(elements, lengths, folds, identity, f))
}

/// Writes the folds of the middle axis of a contiguous array seen as `outer` × `middle` × `inner`.
fn fold_middle<T: Element>(
    x: &[T],
    [_, middle, inner]: [usize; 3],
    folds: &mut [T],
    identity: T,
    f: impl Fn(T, T) -> T + Copy,
) {
    if x.is_empty() {
        folds.fill(identity);
    } else if inner == 1 {
        T::vectorised(
            #[inline(always)]
            || {
                let runs = folds.iter_mut().zip(x.chunks_exact(middle));
                runs.for_each(|(fold, run)| *fold = fold_run(run, identity, f));
            },
        );
    } else {
        T::vectorised(
            #[inline(always)]
            || {
                for (folds, block) in folds.chunks_exact_mut(inner).zip(x.chunks_exact(middle * inner)) {
                    folds.copy_from_slice(&block[..inner]);
                    for row in block[inner..].chunks_exact(inner) {
                        folds.iter_mut().zip(row).for_each(|(fold, &x)| *fold = f(*fold, x));
                    }
                }
            },
        );
    }
}

/// The fold of a run, as eight interleaved ones, which the processor computes at once.
#[inline(always)]
fn fold_run<T: Element>(run: &[T], identity: T, f: impl Fn(T, T) -> T) -> T {
    let mut folds = [identity; 8];
    let mut eights = run.chunks_exact(8);
    for eight in eights.by_ref() {
        folds.iter_mut().zip(eight).for_each(|(fold, &x)| *fold = f(*fold, x));
    }
    let rest = eights.remainder().iter().fold(identity, |fold, &x| f(fold, x));
    let [a, b, c, d, e, g, h, i] = folds;
    f(f(f(f(a, e), f(b, g)), f(f(c, h), f(d, i))), rest)
}
