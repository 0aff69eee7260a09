//! The elementwise and reducing loops, over slices in row-major order, which the compiler turns into vector code.
//!
//! Where a function of the caller's is applied there is a plain `for` and not `for_each`, which for a long function would be
//! compiled apart, without the processor's vectors.

use std::borrow::Cow;

use num_traits::Float;

use super::run::{Run, for_each_run};
use super::{Array, Element};
use crate::elementary::Elementary;
use crate::threads::in_parts;
use crate::value::chain;

/// Elementwise work is divided into parts of so many elements.
const PART: usize = 1 << 14;

/// Divides elementwise work among the threads; `run` gets the number of its first part.
fn in_elements<T: Send>(elements: &mut [T], run: impl Fn(usize, &mut [T]) + Sync) {
    let work = elements.len();
    in_parts(elements, PART, work, run);
}

/// The array if its elements lie in row-major order, else a copy whose do.
fn in_order<T: Element>(x: &Array<T>) -> Cow<'_, Array<T>> {
    if x.as_slice().is_some() { Cow::Borrowed(x) } else { Cow::Owned(x.to_contiguous()) }
}

/// f(x), element by element.
pub(crate) fn map<T: Element>(x: &Array<T>, f: impl Fn(T) -> T + Sync + Clone) -> Array<T> {
    let in_order = in_order(x);
    let from = in_order.contiguous();
    Array::written(x.shape(), |elements| {
        in_elements(elements, |first, elements| {
            T::vectorised(
                #[inline(always)]
                || {
                    // What it holds, such as a slope, is then nowhere that an element might be written to.
                    let f = f.clone();
                    for (element, &x) in elements.iter_mut().zip(&from[first * PART..]) {
                        *element = f(x);
                    }
                },
            );
        });
    })
}

/// An elementary function, element by element.
pub(crate) fn map_elementary<T: Element, E: Elementary>(function: &E, x: &Array<T>) -> Array<T> {
    let function = function.clone();
    map(
        x,
        #[inline(always)]
        move |x| T::from_lane(function.value(x.into_lane())),
    )
}

/// The cotangent times the derivative of an elementary function, element by element.
pub(crate) fn pull_elementary<T: Element, E: Elementary>(
    function: &E,
    x: &Array<T>,
    y: &Array<T>,
    cotangent: &Array<T>,
) -> Array<T> {
    let function = function.clone();
    zip3_whole(
        [x, y, cotangent],
        #[inline(always)]
        move |x, y, cotangent| {
            T::from_lane(chain(cotangent.into_lane(), function.derivative(&x.into_lane(), &y.into_lane())))
        },
    )
}

/// f(a, b), element by element, broadcast to `shape`.
///
/// # Panics
/// If an operand does not broadcast to `shape`.
pub(crate) fn zip<T: Element>(
    a: &Array<T>,
    b: &Array<T>,
    shape: &[usize],
    f: impl Fn(T, T) -> T + Sync,
) -> Array<T> {
    Array::written(shape, |elements| match (a.as_slice(), b.as_slice()) {
        (Some(left), Some(right)) if a.shape() == shape && b.shape() == shape => {
            in_elements(elements, |first, elements| {
                T::vectorised(
                    #[inline(always)]
                    || zip_rows(elements, &left[first * PART..], &right[first * PART..], &f),
                );
            });
        }
        _ => {
            let [a, b] = [a, b].map(in_order);
            T::vectorised(
                #[inline(always)]
                || {
                    for_each_run(
                        shape,
                        [&a, &b],
                        elements,
                        #[inline(always)]
                        |into, [a, b]| match (a, b) {
                            (Run::Row(a), Run::Row(b)) => zip_rows(into, a, b, &f),
                            (Run::Row(a), Run::Repeated(b)) => {
                                for (into, &a) in into.iter_mut().zip(a) {
                                    *into = f(a, b);
                                }
                            }
                            (Run::Repeated(a), Run::Row(b)) => {
                                for (into, &b) in into.iter_mut().zip(b) {
                                    *into = f(a, b);
                                }
                            }
                            (Run::Repeated(a), Run::Repeated(b)) => into.fill_with(|| f(a, b)),
                        },
                    );
                },
            );
        }
    })
}

/// f(a, b) of rows in memory.
#[inline(always)]
fn zip_rows<T: Copy>(into: &mut [T], a: &[T], b: &[T], f: &impl Fn(T, T) -> T) {
    for ((into, &a), &b) in into.iter_mut().zip(a).zip(b) {
        *into = f(a, b);
    }
}

/// f(a, b, c) of rows in memory.
#[inline(always)]
fn zip3_rows<T: Copy>(into: &mut [T], a: &[T], b: &[T], c: &[T], f: &impl Fn(T, T, T) -> T) {
    for (((into, &a), &b), &c) in into.iter_mut().zip(a).zip(b).zip(c) {
        *into = f(a, b, c);
    }
}

/// f(a, b, c), element by element, for operands of one shape.
fn zip3_whole<T: Element>(operands: [&Array<T>; 3], f: impl Fn(T, T, T) -> T + Sync + Clone) -> Array<T> {
    let in_order = operands.map(in_order);
    let slices = in_order.each_ref().map(|operand| operand.contiguous());
    Array::written(operands[0].shape(), |elements| {
        in_elements(elements, |first, elements| {
            let [a, b, c] = slices.map(|operand| &operand[first * PART..]);
            T::vectorised(
                #[inline(always)]
                || zip3_rows(elements, a, b, c, &f.clone()),
            );
        });
    })
}

/// f(a, b, c), element by element, broadcast to `shape`.
///
/// # Panics
/// If an operand does not broadcast to `shape`.
pub(crate) fn zip3<T: Element>(
    a: &Array<T>,
    b: &Array<T>,
    c: &Array<T>,
    shape: &[usize],
    f: impl Fn(T, T, T) -> T + Sync + Clone,
) -> Array<T> {
    if [a, b, c].iter().all(|operand| operand.shape() == shape) {
        return zip3_whole([a, b, c], f);
    }
    let [a, b, c] = [a, b, c].map(in_order);
    Array::written(shape, |elements| {
        T::vectorised(
            #[inline(always)]
            || {
                for_each_run(
                    shape,
                    [&a, &b, &c],
                    elements,
                    #[inline(always)]
                    |into, runs| match runs {
                        [Run::Row(a), Run::Row(b), Run::Row(c)] => zip3_rows(into, a, b, c, &f),
                        [a, b, c] => {
                            for (position, into) in into.iter_mut().enumerate() {
                                *into = f(a.at(position), b.at(position), c.at(position));
                            }
                        }
                    },
                );
            },
        );
    })
}

/// Adds `b` to `a` in place; copies `a` first only if its storage is shared.
pub(crate) fn add_assign<T: Element>(a: &mut Array<T>, b: &Array<T>) {
    debug_assert_eq!(a.shape(), b.shape());
    match b.as_slice() {
        Some(b) => {
            let a = a.as_mut_slice();
            T::vectorised(
                #[inline(always)]
                || a.iter_mut().zip(b).for_each(|(a, &b)| *a = *a + b),
            );
        }
        None => a.as_mut_slice().iter_mut().zip(b.view()).for_each(|(a, &b)| *a = *a + b),
    }
}

/// Writes elements over others, as many.
pub(crate) fn copy<T: Element>(from: &[T], into: &mut [T]) {
    in_elements(into, |first, into| into.copy_from_slice(&from[first * PART..][..into.len()]));
}

/// Adds a row to every row of a matrix, in place.
pub(crate) fn add_row<T: Element>(matrix: &mut Array<T>, row: &Array<T>) {
    let row = row.contiguous();
    let elements = matrix.as_mut_slice();
    T::vectorised(
        #[inline(always)]
        || {
            for elements in elements.chunks_exact_mut(row.len().max(1)) {
                elements.iter_mut().zip(row).for_each(|(element, &x)| *element = *element + x);
            }
        },
    );
}

/// The elements of `x`, repeated to `shape`.
///
/// # Panics
/// If the array does not broadcast to `shape`.
pub(crate) fn broadcast<T: Element>(x: &Array<T>, shape: &[usize]) -> Array<T> {
    let x = x.to_contiguous();
    Array::written(shape, |elements| {
        for_each_run(shape, [&x], elements, |into, [run]| match run {
            Run::Row(row) => into.copy_from_slice(row),
            Run::Repeated(element) => into.fill(element),
        });
    })
}

/// Writes the sums over the middle axis of a contiguous array seen as `outer` × `middle` × `inner`, in an order that depends
/// on nothing but these lengths.
pub(crate) fn sum_middle<T: Element>(x: &[T], [outer, middle, inner]: [usize; 3], sums: &mut [T]) {
    debug_assert_eq!((x.len(), sums.len()), (outer * middle * inner, outer * inner));
    if x.is_empty() {
        sums.fill(T::zero());
    } else if inner == 1 {
        T::vectorised(
            #[inline(always)]
            || match middle {
                2 => sum_short_runs::<T, 2>(x, sums),
                3 => sum_short_runs::<T, 3>(x, sums),
                4 => sum_short_runs::<T, 4>(x, sums),
                5 => sum_short_runs::<T, 5>(x, sums),
                6 => sum_short_runs::<T, 6>(x, sums),
                7 => sum_short_runs::<T, 7>(x, sums),
                _ => sums.iter_mut().zip(x.chunks_exact(middle)).for_each(|(sum, run)| *sum = sum_run(run)),
            },
        );
    } else if middle > IN_TURN {
        // The rows in two halves of whole blocks, and so on.
        let half = middle.div_ceil(IN_TURN).div_ceil(2) * IN_TURN;
        let mut others = Array::<T>::unwritten(&[inner]);
        let others = others.as_mut_slice();
        for (sums, rows) in sums.chunks_exact_mut(inner).zip(x.chunks_exact(middle * inner)) {
            let (first, second) = rows.split_at(half * inner);
            sum_middle(first, [1, half, inner], sums);
            sum_middle(second, [1, middle - half, inner], others);
            sums.iter_mut().zip(&*others).for_each(|(sum, &other)| *sum = *sum + other);
        }
    } else {
        T::vectorised(
            #[inline(always)]
            || {
                for (sums, block) in sums.chunks_exact_mut(inner).zip(x.chunks_exact(middle * inner)) {
                    sums.copy_from_slice(&block[..inner]);
                    for row in block[inner..].chunks_exact(inner) {
                        sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum = *sum + x);
                    }
                }
            },
        );
    }
}

/// Writes the sums of runs that are shorter than a vector, the same as [`sum_run`] gives. Of a length that the compiler knows
/// it sums several at once.
#[inline(always)]
fn sum_short_runs<T: Element, const LENGTH: usize>(x: &[T], sums: &mut [T]) {
    for (sum, run) in sums.iter_mut().zip(x.as_chunks::<LENGTH>().0) {
        *sum = run.iter().fold(T::zero(), |sum, &x| sum + x);
    }
}

/// So many numbers are added one after the other; the sums of more are those of such blocks, added in pairs. In single precision
/// 20 million equal numbers lost a fortieth of their sum otherwise.
const IN_TURN: usize = 512;
/// So many neighbours are a block: they are added in eight interleaved sums.
const BLOCK: usize = 8 * IN_TURN;

/// The sum of a run, whose rounding errors grow no more once it is longer than a block but with the logarithm of its length.
#[inline(always)]
pub(crate) fn sum_run<T: Element>(run: &[T]) -> T {
    if run.len() <= BLOCK {
        return sum_block(run);
    }
    // As a binary counter is increased: the sum at place k, where the count of blocks has a one, is that of 2ᵏ of them.
    let mut places = [T::zero(); usize::BITS as usize];
    let mut count = 0_usize;
    for block in run.chunks(BLOCK) {
        let carries = count.trailing_ones() as usize;
        places[carries] = places[..carries].iter().fold(sum_block(block), |sum, &place| place + sum);
        count += 1;
    }
    let ones = places.iter().enumerate().filter(|(place, _)| count >> place & 1 == 1);
    ones.fold(T::zero(), |sum, (_, &place)| place + sum)
}

/// The sum of a block: eight interleaved partial sums, which the processor adds at once and whose rounding errors grow
/// eight times as slowly.
#[inline(always)]
fn sum_block<T: Element>(run: &[T]) -> T {
    let mut sums = [T::zero(); 8];
    let mut eights = run.chunks_exact(8);
    for eight in eights.by_ref() {
        sums.iter_mut().zip(eight).for_each(|(sum, &x)| *sum = *sum + x);
    }
    let rest = eights.remainder().iter().fold(T::zero(), |sum, &x| sum + x);
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (b + f)) + ((c + g) + (d + h)) + rest
}

/// eˣ as loops over arrays compute it.
#[inline(always)]
fn exp<T: Element>(x: T) -> T {
    T::from_lane(x.into_lane().exp())
}

/// The largest element of a row: −∞ of an empty one, NaN if there is a NaN.
#[inline(always)]
fn largest<T: Element>(row: &[T]) -> T {
    let larger = |a: T, b: T| if a.is_nan() || a > b { a } else { b };
    let mut all = [T::neg_infinity(); 8];
    let mut eights = row.chunks_exact(8);
    for eight in eights.by_ref() {
        all.iter_mut().zip(eight).for_each(|(largest, &x)| *largest = larger(*largest, x));
    }
    let [a, b, c, d, e, f, g, h] = all;
    let of_eights = larger(larger(larger(a, e), larger(b, f)), larger(larger(c, g), larger(d, h)));
    eights.remainder().iter().copied().fold(of_eights, larger)
}

/// Calls `row` for every row of a contiguous array with its number, its elements x, its largest element m, and
/// exp(xᵢ − m) for each; an infinite m makes NaN of those, and is for the callee to see to.
///
/// Short rows are exponentiated together, for a loop over ten elements is hardly vector code.
pub(crate) fn with_exponentials<T: Element>(x: &Array<T>, mut row: impl FnMut(usize, &[T], T, &[T])) {
    /// So many elements are worked on at once: they stay in the nearest cache.
    const TOGETHER: usize = 2048;
    let length = row_length(x.shape());
    if length == 0 {
        return;
    }
    let rows = (TOGETHER / length).max(1);
    let mut scratch = Array::<T>::unwritten(&[rows * (length + 1)]);
    let (exponentials, maxima) = scratch.as_mut_slice().split_at_mut(rows * length);
    T::vectorised(
        #[inline(always)]
        || {
            for (block, x) in x.contiguous().chunks(rows * length).enumerate() {
                let exponentials = &mut exponentials[..x.len()];
                for ((x, shifted), maximum) in
                    x.chunks_exact(length).zip(exponentials.chunks_exact_mut(length)).zip(&mut *maxima)
                {
                    let m = largest(x);
                    *maximum = m;
                    shifted.iter_mut().zip(x).for_each(|(shifted, &x)| *shifted = x - m);
                }
                for x in &mut *exponentials {
                    *x = exp(*x);
                }
                let results = x.chunks_exact(length).zip(exponentials.chunks_exact(length)).zip(&*maxima);
                for (number, ((x, exponentials), &maximum)) in results.enumerate() {
                    row(block * rows + number, x, maximum, exponentials);
                }
            }
        },
    );
}

/// The number of elements of which something holds.
pub(crate) fn count<T: Element>(x: &Array<T>, holds: impl Fn(T) -> bool) -> usize {
    let in_order = in_order(x);
    let mut count = 0;
    T::vectorised(
        #[inline(always)]
        || {
            for part in in_order.contiguous().chunks(PART) {
                // A number as short as the elements: as many are counted at once as are compared.
                let mut of_part: u32 = 0;
                for &x in part {
                    of_part += u32::from(holds(x));
                }
                count += of_part as usize;
            }
        },
    );
    count
}

/// The rows along the last axis of a contiguous array; an array without axes is a row of one element.
pub(crate) fn row_length(shape: &[usize]) -> usize {
    shape.last().copied().unwrap_or(1)
}
