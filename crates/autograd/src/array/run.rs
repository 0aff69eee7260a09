//! Walking along arrays that are repeated to one shape, run by run.

use smallvec::SmallVec;

use super::{Array, Element};

/// A run of neighbours of a broadcast operand.
pub(super) enum Run<'a, T> {
    /// They lie so in memory.
    Row(&'a [T]),
    /// One element again and again.
    Repeated(T),
}

impl<T: Copy> Run<'_, T> {
    #[inline(always)]
    pub(super) fn at(&self, position: usize) -> T {
        match self {
            Run::Row(row) => row[position],
            Run::Repeated(element) => *element,
        }
    }
}

/// An axis of operands that are walked along together.
struct Together<const OPERANDS: usize> {
    length: usize,
    /// The position on it.
    position: usize,
    /// How far apart its positions lie in each operand; 0 where it is repeated.
    strides: [usize; OPERANDS],
}

/// Calls `run` with runs of `elements`, an array of this shape, and those of contiguous operands that are repeated to it, in
/// row-major order. Axes along which all operands go on alike count as one, so runs are as long as they can be.
///
/// # Panics
/// If an operand is not contiguous or does not broadcast to `shape`.
#[inline(always)]
pub(super) fn for_each_run<'a, T: Element, const OPERANDS: usize>(
    shape: &[usize],
    operands: [&'a Array<T>; OPERANDS],
    elements: &mut [T],
    mut run: impl FnMut(&mut [T], [Run<'a, T>; OPERANDS]),
) {
    let mut axes = together(shape, operands.map(Array::shape));
    let operands = operands.map(Array::contiguous);
    let mut offsets = [0; OPERANDS];
    let Together { length, strides, .. } = axes.pop().expect("at least one");
    // Without elements there is no run.
    for into in elements.chunks_exact_mut(length.max(1)) {
        run(
            into,
            std::array::from_fn(|operand| {
                let from = &operands[operand][offsets[operand]..];
                if strides[operand] == 0 { Run::Repeated(from[0]) } else { Run::Row(&from[..length]) }
            }),
        );
        for axis in axes.iter_mut().rev() {
            axis.position += 1;
            offsets.iter_mut().zip(axis.strides).for_each(|(offset, stride)| *offset += stride);
            if axis.position < axis.length {
                break;
            }
            offsets.iter_mut().zip(axis.strides).for_each(|(offset, stride)| *offset -= axis.length * stride);
            axis.position = 0;
        }
    }
}

/// The axes of operands that are repeated to `shape`, those along which all go on alike as one; at least one.
fn together<const OPERANDS: usize>(
    shape: &[usize],
    operands: [&[usize]; OPERANDS],
) -> SmallVec<[Together<OPERANDS>; 4]> {
    let unchecked = "shapes are checked before a kernel runs";
    assert!(operands.iter().all(|operand| operand.len() <= shape.len()), "{unchecked}");
    let mut axes: SmallVec<[Together<OPERANDS>; 4]> = SmallVec::new();
    let mut distances = [1; OPERANDS];
    for (from_last, &length) in shape.iter().rev().enumerate() {
        let strides = std::array::from_fn(|operand| {
            let of: &[usize] = operands[operand];
            let own = of.len().checked_sub(from_last + 1).map_or(1, |axis| of[axis]);
            assert!(own == length || own == 1, "{unchecked}");
            let distance = distances[operand];
            distances[operand] *= own;
            if own == 1 { 0 } else { distance }
        });
        match axes.last_mut() {
            _ if length == 1 => {}
            Some(after)
                if (0..OPERANDS).all(|operand| strides[operand] == after.strides[operand] * after.length) =>
            {
                after.length *= length;
            }
            _ => axes.push(Together { length, position: 0, strides }),
        }
    }
    if axes.is_empty() {
        axes.push(Together { length: 1, position: 0, strides: [0; OPERANDS] });
    }
    axes.reverse();
    axes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements that two operands are walked past, and the number of runs.
    fn walked(shape: &[usize], operands: [&[usize]; 2]) -> (Vec<[f64; 2]>, usize) {
        let [a, b] = operands.map(numbered);
        let (mut elements, mut pairs, mut runs) = (vec![0.0; shape.iter().product()], Vec::new(), 0);
        for_each_run(shape, [&a, &b], &mut elements, |into, [a, b]| {
            runs += 1;
            pairs.extend((0..into.len()).map(|position| [a.at(position), b.at(position)]));
        });
        (pairs, runs)
    }

    fn numbered(shape: &[usize]) -> Array<f64> {
        let count: usize = shape.iter().product();
        Array::new(shape, (0..count).map(|i| i as f64).collect()).unwrap()
    }

    #[test]
    fn operands_are_walked_as_they_broadcast_in_runs_as_long_as_can_be() {
        type Shape = &'static [usize];
        let cases: [(Shape, [Shape; 2], usize); 9] = [
            (&[2, 3, 4], [&[2, 3, 4], &[2, 3, 4]], 1),
            (&[2, 3, 4], [&[2, 3, 4], &[]], 1),
            (&[2, 3, 4], [&[2, 3, 4], &[3, 4]], 2),
            (&[2, 3, 4], [&[4], &[2, 3, 1]], 6),
            (&[2, 3, 4], [&[2, 1, 1], &[2, 3, 4]], 2),
            (&[2, 3, 4, 5], [&[2, 1, 4, 1], &[3, 1, 5]], 24),
            (&[2, 1, 5], [&[2, 1, 1], &[1, 1, 5]], 2),
            (&[], [&[], &[]], 1),
            (&[3, 0, 2], [&[3, 1, 2], &[0, 1]], 0),
        ];
        for (shape, operands, runs) in cases {
            let [a, b] = operands.map(numbered);
            let broadcast = [&a, &b].map(|operand| operand.view().broadcast(shape).unwrap().to_owned());
            let expected = broadcast[0].iter().zip(&broadcast[1]).map(|(&a, &b)| [a, b]);
            assert_eq!(walked(shape, operands), (expected.collect(), runs), "{shape:?} of {operands:?}");
        }
    }
}
