//! The elementwise and reducing loops. Contiguous operands take the path of plain slices, which the compiler turns into
//! vector code; everything else goes through ndarray's iterators.

use num_traits::Float;
use smallvec::SmallVec;

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

/// f(x), element by element.
pub(crate) fn map<T: Element>(x: &Array<T>, f: impl Fn(T) -> T + Sync) -> Array<T> {
    Array::written(x.shape(), |elements| match x.as_slice() {
        Some(x) => in_elements(elements, |first, elements| {
            let x = &x[first * PART..][..elements.len()];
            T::vectorised(|| elements.iter_mut().zip(x).for_each(|(element, &x)| *element = f(x)));
        }),
        None => elements.iter_mut().zip(x.storage()).for_each(|(element, &x)| *element = f(x)),
    })
}

/// An elementary function, element by element.
pub(crate) fn map_elementary<T: Element, E: Elementary>(function: &E, x: &Array<T>) -> Array<T> {
    map(x, |x| T::from_lane(function.value(x.into_lane())))
}

/// The cotangent times the derivative of an elementary function, element by element.
pub(crate) fn pull_elementary<T: Element, E: Elementary>(
    function: &E,
    x: &Array<T>,
    y: &Array<T>,
    cotangent: &Array<T>,
) -> Array<T> {
    zip3(x, y, cotangent, |x, y, cotangent| {
        T::from_lane(chain(cotangent.into_lane(), function.derivative(&x.into_lane(), &y.into_lane())))
    })
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
    let rows = |into: &mut [T], a: &[T], b: &[T]| {
        into.iter_mut().zip(a).zip(b).for_each(|((into, &a), &b)| *into = f(a, b));
    };
    let with_right = |into: &mut [T], a: &[T], b: T| {
        into.iter_mut().zip(a).for_each(|(into, &a)| *into = f(a, b));
    };
    let with_left = |into: &mut [T], a: T, b: &[T]| {
        into.iter_mut().zip(b).for_each(|(into, &b)| *into = f(a, b));
    };
    Array::written(shape, |elements| match (a.as_slice(), b.as_slice()) {
        (Some(left), Some(right)) if a.shape() == shape && b.shape() == shape => {
            in_elements(elements, |first, elements| {
                T::vectorised(|| rows(elements, &left[first * PART..], &right[first * PART..]));
            });
        }
        (Some(left), Some(&[b])) if a.shape() == shape => T::vectorised(|| with_right(elements, left, b)),
        (Some(&[a]), Some(right)) if b.shape() == shape => T::vectorised(|| with_left(elements, a, right)),
        // A row that repeats: the bias of a layer.
        (Some(left), Some(row)) if a.shape() == shape && !row.is_empty() && shape.ends_with(b.shape()) => {
            T::vectorised(|| {
                for (into, left) in elements.chunks_exact_mut(row.len()).zip(left.chunks_exact(row.len())) {
                    rows(into, left, row);
                }
            });
        }
        // A column that repeats: a number for each row.
        (Some(left), Some(column)) if a.shape() == shape && is_column(b.shape(), shape) => {
            T::vectorised(|| {
                let length = row_length(shape);
                let pairs = elements.chunks_exact_mut(length).zip(left.chunks_exact(length));
                for ((into, left), &b) in pairs.zip(column) {
                    with_right(into, left, b);
                }
            });
        }
        _ => {
            let (a, b) = (a.to_contiguous(), b.to_contiguous());
            let pairs = Runs::new(&a, shape).zip(Runs::new(&b, shape));
            // Without elements there is no run.
            for (into, (a, b)) in elements.chunks_exact_mut(row_length(shape).max(1)).zip(pairs) {
                match (a, b) {
                    (Run::Row(a), Run::Row(b)) => rows(into, a, b),
                    (Run::Row(a), Run::Repeated(b)) => with_right(into, a, b),
                    (Run::Repeated(a), Run::Row(b)) => with_left(into, a, b),
                    (Run::Repeated(a), Run::Repeated(b)) => into.fill_with(|| f(a, b)),
                }
            }
        }
    })
}

/// Whether `column` is `shape` but for a last axis of length 1, of something.
fn is_column(column: &[usize], shape: &[usize]) -> bool {
    matches!((column, shape), ([rows @ .., 1], [all @ .., length]) if rows == all && *length > 0)
}

/// f(a, b, c), element by element, for operands of one shape.
pub(crate) fn zip3<T: Element>(
    a: &Array<T>,
    b: &Array<T>,
    c: &Array<T>,
    f: impl Fn(T, T, T) -> T + Sync,
) -> Array<T> {
    debug_assert!(a.shape() == b.shape() && b.shape() == c.shape());
    Array::written(a.shape(), |elements| match (a.as_slice(), b.as_slice(), c.as_slice()) {
        (Some(a), Some(b), Some(c)) => in_elements(elements, |first, elements| {
            let operands = a[first * PART..].iter().zip(&b[first * PART..]).zip(&c[first * PART..]);
            T::vectorised(|| {
                elements.iter_mut().zip(operands).for_each(|(element, ((&a, &b), &c))| *element = f(a, b, c));
            });
        }),
        _ => {
            let operands = a.storage().iter().zip(b.storage()).zip(c.storage());
            elements.iter_mut().zip(operands).for_each(|(element, ((&a, &b), &c))| *element = f(a, b, c));
        }
    })
}

/// Adds `b` to `a` in place; copies `a` first only if its storage is shared.
pub(crate) fn add_assign<T: Element>(a: &mut Array<T>, b: &Array<T>) {
    debug_assert_eq!(a.shape(), b.shape());
    match b.as_slice() {
        Some(b) => {
            let a = a.as_mut_slice();
            T::vectorised(|| a.iter_mut().zip(b).for_each(|(a, &b)| *a = *a + b));
        }
        None => a.as_mut_slice().iter_mut().zip(b.view()).for_each(|(a, &b)| *a = *a + b),
    }
}

/// Adds a row to every row of a matrix, in place.
pub(crate) fn add_row<T: Element>(matrix: &mut Array<T>, row: &Array<T>) {
    let row = row.contiguous();
    let elements = matrix.as_mut_slice();
    T::vectorised(|| {
        for elements in elements.chunks_exact_mut(row.len().max(1)) {
            elements.iter_mut().zip(row).for_each(|(element, &x)| *element = *element + x);
        }
    });
}

/// The elements of `x`, repeated to `shape`.
///
/// # Panics
/// If the array does not broadcast to `shape`.
pub(crate) fn broadcast<T: Element>(x: &Array<T>, shape: &[usize]) -> Array<T> {
    let x = x.to_contiguous();
    Array::written(shape, |elements| {
        // Without elements there is no run.
        for (into, run) in elements.chunks_exact_mut(row_length(shape).max(1)).zip(Runs::new(&x, shape)) {
            match run {
                Run::Row(row) => into.copy_from_slice(row),
                Run::Repeated(element) => into.fill(element),
            }
        }
    })
}

/// A row along the last axis of a broadcast array.
enum Run<'a, T> {
    /// It lies so in memory.
    Row(&'a [T]),
    /// One element again and again.
    Repeated(T),
}

/// The rows along the last axis of an array that is repeated to a longer shape, in row-major order.
struct Runs<'a, T> {
    elements: &'a [T],
    /// The length of a row, and how many of them are left.
    length: usize,
    left: usize,
    /// Whether the one element of the last axis is repeated.
    repeated: bool,
    /// For each axis but the last: its length, the position on it, and how far apart its positions lie; 0 where it is
    /// repeated.
    axes: SmallVec<[(usize, usize, usize); 4]>,
    offset: usize,
}

impl<'a, T: Element> Runs<'a, T> {
    /// # Panics
    /// If the array is not contiguous or does not broadcast to `shape`.
    fn new(x: &'a Array<T>, shape: &[usize]) -> Self {
        let elements = x.as_slice().expect("contiguous");
        let added = shape.len().checked_sub(x.dimensions()).expect("shapes are checked before a kernel runs");
        let own = |axis: usize| if axis < added { 1 } else { x.shape()[axis - added] };
        let mut axes: SmallVec<[(usize, usize, usize); 4]> = SmallVec::new();
        let mut distance = 1;
        for (axis, &length) in shape.iter().enumerate().rev() {
            assert!(own(axis) == length || own(axis) == 1, "shapes are checked before a kernel runs");
            axes.push((length, 0, if own(axis) == 1 { 0 } else { distance }));
            distance *= own(axis);
        }
        axes.reverse();
        let (length, _, stride) = axes.pop().unwrap_or((1, 0, 1));
        let left = if length == 0 { 0 } else { axes.iter().map(|&(length, ..)| length).product() };
        Self { elements, length, left, repeated: stride == 0, axes, offset: 0 }
    }
}

impl<'a, T: Element> Iterator for Runs<'a, T> {
    type Item = Run<'a, T>;

    fn next(&mut self) -> Option<Run<'a, T>> {
        self.left = self.left.checked_sub(1)?;
        let from = &self.elements[self.offset..];
        for (length, position, stride) in self.axes.iter_mut().rev() {
            *position += 1;
            self.offset += *stride;
            if *position < *length {
                break;
            }
            self.offset -= *length * *stride;
            *position = 0;
        }
        Some(if self.repeated { Run::Repeated(from[0]) } else { Run::Row(&from[..self.length]) })
    }
}

/// Writes the sums over the middle axis of a contiguous array seen as `outer` × `middle` × `inner`, in an order that depends
/// on nothing but these lengths.
pub(crate) fn sum_middle<T: Element>(x: &[T], [outer, middle, inner]: [usize; 3], sums: &mut [T]) {
    debug_assert_eq!((x.len(), sums.len()), (outer * middle * inner, outer * inner));
    if x.is_empty() {
        sums.fill(T::zero());
    } else if inner == 1 {
        T::vectorised(|| {
            sums.iter_mut().zip(x.chunks_exact(middle)).for_each(|(sum, run)| *sum = sum_run(run))
        });
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
        T::vectorised(|| {
            for (sums, block) in sums.chunks_exact_mut(inner).zip(x.chunks_exact(middle * inner)) {
                sums.copy_from_slice(&block[..inner]);
                for row in block[inner..].chunks_exact(inner) {
                    sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum = *sum + x);
                }
            }
        });
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
    all.into_iter().chain(eights.remainder().iter().copied()).fold(T::neg_infinity(), larger)
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
    T::vectorised(|| {
        for (block, x) in x.contiguous().chunks(rows * length).enumerate() {
            let exponentials = &mut exponentials[..x.len()];
            for ((x, shifted), maximum) in
                x.chunks_exact(length).zip(exponentials.chunks_exact_mut(length)).zip(&mut *maxima)
            {
                let m = largest(x);
                *maximum = m;
                shifted.iter_mut().zip(x).for_each(|(shifted, &x)| *shifted = x - m);
            }
            exponentials.iter_mut().for_each(|x| *x = exp(*x));
            let results = x.chunks_exact(length).zip(exponentials.chunks_exact(length)).zip(&*maxima);
            for (number, ((x, exponentials), &maximum)) in results.enumerate() {
                row(block * rows + number, x, maximum, exponentials);
            }
        }
    });
}

/// The number of elements of which something holds.
pub(crate) fn count<T: Element>(x: &Array<T>, holds: impl Fn(T) -> bool) -> usize {
    match x.as_slice() {
        Some(slice) => slice.iter().filter(|&&x| holds(x)).count(),
        None => x.storage().iter().filter(|&&x| holds(x)).count(),
    }
}

/// The rows along the last axis of a contiguous array; an array without axes is a row of one element.
pub(crate) fn row_length(shape: &[usize]) -> usize {
    shape.last().copied().unwrap_or(1)
}
