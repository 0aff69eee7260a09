//! The elementwise and reducing loops. Contiguous operands take the path of plain slices, which the compiler turns into
//! vector code; everything else goes through ndarray's iterators.

use smallvec::SmallVec;

use super::{Array, Element};

/// f(x), element by element.
pub(crate) fn map<T: Element>(x: &Array<T>, f: impl Fn(T) -> T) -> Array<T> {
    let elements = match x.as_slice() {
        Some(slice) => slice.iter().map(|&x| f(x)).collect(),
        None => x.storage().iter().map(|&x| f(x)).collect(),
    };
    Array::from_kernel(x.shape(), elements)
}

/// f(a, b), element by element, broadcast to `shape`.
///
/// # Panics
/// If an operand does not broadcast to `shape`.
pub(crate) fn zip<T: Element>(
    a: &Array<T>,
    b: &Array<T>,
    shape: &[usize],
    f: impl Fn(T, T) -> T,
) -> Array<T> {
    let elements = match (a.as_slice(), b.as_slice()) {
        (Some(left), Some(right)) if a.shape() == shape && b.shape() == shape => {
            left.iter().zip(right).map(|(&a, &b)| f(a, b)).collect()
        }
        (Some(left), Some(&[b])) if a.shape() == shape => left.iter().map(|&a| f(a, b)).collect(),
        (Some(&[a]), Some(right)) if b.shape() == shape => right.iter().map(|&b| f(a, b)).collect(),
        // A row that repeats: the bias of a layer.
        (Some(left), Some(row)) if a.shape() == shape && !row.is_empty() && shape.ends_with(b.shape()) => {
            let mut elements = Vec::with_capacity(left.len());
            for chunk in left.chunks_exact(row.len()) {
                elements.extend(chunk.iter().zip(row).map(|(&a, &b)| f(a, b)));
            }
            elements
        }
        // A column that repeats: a number for each row.
        (Some(left), Some(column)) if a.shape() == shape && is_column(b.shape(), shape) => {
            let mut elements = Vec::with_capacity(left.len());
            for (chunk, &b) in left.chunks_exact(row_length(shape)).zip(column) {
                elements.extend(chunk.iter().map(|&a| f(a, b)));
            }
            elements
        }
        _ => {
            let (a, b) = (a.to_contiguous(), b.to_contiguous());
            let mut elements = Vec::with_capacity(shape.iter().product());
            for (a, b) in Runs::new(&a, shape).zip(Runs::new(&b, shape)) {
                match (a, b) {
                    (Run::Row(a), Run::Row(b)) => elements.extend(a.iter().zip(b).map(|(&a, &b)| f(a, b))),
                    (Run::Row(a), Run::Repeated(b, _)) => elements.extend(a.iter().map(|&a| f(a, b))),
                    (Run::Repeated(a, _), Run::Row(b)) => elements.extend(b.iter().map(|&b| f(a, b))),
                    (Run::Repeated(a, count), Run::Repeated(b, _)) => {
                        elements.extend(std::iter::repeat_with(|| f(a, b)).take(count));
                    }
                }
            }
            elements
        }
    };
    Array::from_kernel(shape, elements)
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
    f: impl Fn(T, T, T) -> T,
) -> Array<T> {
    debug_assert!(a.shape() == b.shape() && b.shape() == c.shape());
    let elements = match (a.as_slice(), b.as_slice(), c.as_slice()) {
        (Some(a), Some(b), Some(c)) => a.iter().zip(b).zip(c).map(|((&a, &b), &c)| f(a, b, c)).collect(),
        _ => a.view().iter().zip(b.view()).zip(c.view()).map(|((&a, &b), &c)| f(a, b, c)).collect(),
    };
    Array::from_kernel(a.shape(), elements)
}

/// Adds `b` to `a` in place; copies `a` first only if its storage is shared.
pub(crate) fn add_assign<T: Element>(a: &mut Array<T>, b: &Array<T>) {
    debug_assert_eq!(a.shape(), b.shape());
    match b.as_slice() {
        Some(b) => a.as_mut_slice().iter_mut().zip(b).for_each(|(a, &b)| *a = *a + b),
        None => a.as_mut_slice().iter_mut().zip(b.view()).for_each(|(a, &b)| *a = *a + b),
    }
}

/// The elements of `x`, repeated to `shape`.
///
/// # Panics
/// If the array does not broadcast to `shape`.
pub(crate) fn broadcast<T: Element>(x: &Array<T>, shape: &[usize]) -> Array<T> {
    let x = x.to_contiguous();
    let mut elements = Vec::with_capacity(shape.iter().product());
    for run in Runs::new(&x, shape) {
        match run {
            Run::Row(row) => elements.extend_from_slice(row),
            Run::Repeated(element, count) => elements.resize(elements.len() + count, element),
        }
    }
    Array::from_kernel(shape, elements)
}

/// A row along the last axis of a broadcast array.
enum Run<'a, T> {
    /// It lies so in memory.
    Row(&'a [T]),
    /// One element so many times.
    Repeated(T, usize),
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
        Some(if self.repeated { Run::Repeated(from[0], self.length) } else { Run::Row(&from[..self.length]) })
    }
}

/// The sums over the middle axis of a contiguous array seen as `outer` × `middle` × `inner`, in an order that depends on
/// nothing but these lengths.
pub(crate) fn sum_middle<T: Element>(x: &[T], [outer, middle, inner]: [usize; 3]) -> Vec<T> {
    if inner == 1 {
        return x.chunks_exact(middle.max(1)).map(sum_run).chain(empty_sums(outer, middle)).collect();
    }
    let mut sums = vec![T::zero(); outer * inner];
    if middle * inner > 0 {
        for (sums, block) in sums.chunks_exact_mut(inner).zip(x.chunks_exact(middle * inner)) {
            for row in block.chunks_exact(inner) {
                sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum = *sum + x);
            }
        }
    }
    sums
}

/// The sums of `outer` rows without elements; none if there are elements.
fn empty_sums<T: Element>(outer: usize, middle: usize) -> impl Iterator<Item = T> {
    std::iter::repeat_n(T::zero(), if middle == 0 { outer } else { 0 })
}

/// The sum of a run: eight interleaved partial sums, which the processor adds at once and whose rounding errors grow
/// eight times as slowly.
fn sum_run<T: Element>(run: &[T]) -> T {
    let mut sums = [T::zero(); 8];
    let mut eights = run.chunks_exact(8);
    for eight in eights.by_ref() {
        sums.iter_mut().zip(eight).for_each(|(sum, &x)| *sum = *sum + x);
    }
    let rest = eights.remainder().iter().fold(T::zero(), |sum, &x| sum + x);
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (b + f)) + ((c + g) + (d + h)) + rest
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

/// Replaces each row along the last axis by another of the same length.
pub(crate) fn map_rows<T: Element>(x: &Array<T>, f: impl Fn(&[T], &mut [T])) -> Array<T> {
    let x = x.to_contiguous();
    let length = row_length(x.shape());
    let mut elements = vec![T::zero(); x.len()];
    if length > 0 {
        let rows = x.as_slice().expect("contiguous").chunks_exact(length);
        for (row, result) in rows.zip(elements.chunks_exact_mut(length)) {
            f(row, result);
        }
    }
    Array::from_kernel(x.shape(), elements)
}
