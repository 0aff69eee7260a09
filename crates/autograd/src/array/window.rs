//! Windows that move along an axis: what convolution and pooling have in common.

use std::ops::Range;

use super::Element;
use crate::error::ShapeError;

/// An axis of an array and the window that moves along it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Axis {
    /// The length of the axis.
    pub(crate) length: usize,
    /// The number of taps of the window.
    pub(crate) size: usize,
    /// How far the window moves from one position to the next.
    pub(crate) stride: usize,
    /// How far it reaches beyond either end.
    pub(crate) padding: usize,
    /// How far its taps lie apart.
    pub(crate) dilation: usize,
}

impl Axis {
    /// How many elements the window spans.
    fn span(&self) -> usize {
        self.dilation * (self.size - 1) + 1
    }

    /// The number of positions of the window: ⌊(length + 2·padding − dilation·(size − 1) − 1)/stride⌋ + 1.
    pub(crate) fn positions(&self) -> usize {
        (self.length + 2 * self.padding - self.span()) / self.stride + 1
    }

    /// Refuses a window that is empty, stands still, or is longer than the axis with its padding.
    pub(crate) fn check(&self, operation: &'static str, shapes: &[&[usize]]) -> Result<(), ShapeError> {
        let refuse = |reason: String| Err(ShapeError::new(operation, shapes.iter().copied(), reason));
        if self.size == 0 || self.stride == 0 || self.dilation == 0 {
            return refuse(format!(
                "the size, stride and dilation of a window are at least 1, found {}, {} and {}",
                self.size, self.stride, self.dilation
            ));
        }
        let span = (self.size - 1).checked_mul(self.dilation).and_then(|reach| reach.checked_add(1));
        let padded = self.padding.checked_mul(2).and_then(|padding| padding.checked_add(self.length));
        match (span, padded) {
            (Some(span), Some(padded)) if span <= padded => Ok(()),
            (Some(span), Some(padded)) => refuse(format!(
                "the window spans {span} elements, but the axis has only {padded} with {} of padding on either side",
                self.padding
            )),
            _ => refuse(format!(
                "a window of {} elements with a dilation of {} and padding of {} on either side reaches further than can \
                 be counted",
                self.size, self.dilation, self.padding
            )),
        }
    }

    /// The element under a tap at a position of the window, unless that lies in the padding.
    pub(crate) fn element(&self, position: usize, tap: usize) -> Option<usize> {
        (position * self.stride + tap * self.dilation)
            .checked_sub(self.padding)
            .filter(|&at| at < self.length)
    }

    /// The positions of the window at which a tap lies on an element.
    pub(crate) fn covered(&self, tap: usize) -> Range<usize> {
        let offset = tap * self.dilation;
        let first = self.padding.saturating_sub(offset).div_ceil(self.stride);
        let end = (self.length + self.padding).saturating_sub(offset).div_ceil(self.stride);
        let end = end.min(self.positions());
        first.min(end)..end
    }

    /// Where a tap lies at all covered positions; `None` if it never lies on an element.
    pub(crate) fn run(&self, tap: usize) -> Option<Run> {
        let positions = self.covered(tap);
        let first = self.element(positions.start, tap).filter(|_| !positions.is_empty())?;
        Some(Run { positions, first, stride: self.stride })
    }
}

/// The elements that lie under a tap of a window while that moves along an axis.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// The positions of the window at which there is an element.
    pub(crate) positions: Range<usize>,
    /// The element at the first of them.
    first: usize,
    stride: usize,
}

impl Run {
    /// Reads the elements into those of the positions.
    #[inline(always)]
    pub(crate) fn gather<T: Element>(&self, elements: &[T], into: &mut [T]) {
        let into = &mut into[self.positions.clone()];
        match self.stride {
            1 => into.copy_from_slice(&elements[self.first..][..into.len()]),
            // The last pair may be without its second element.
            2 => {
                into.iter_mut().zip(elements[self.first..].chunks(2)).for_each(|(into, pair)| *into = pair[0])
            }
            stride => {
                let elements = elements[self.first..].iter().step_by(stride);
                into.iter_mut().zip(elements).for_each(|(into, &x)| *into = x);
            }
        }
    }

    /// Adds those of the positions to the elements.
    #[inline(always)]
    pub(crate) fn scatter<T: Element>(&self, from: &[T], elements: &mut [T]) {
        let from = &from[self.positions.clone()];
        let elements = &mut elements[self.first..];
        match self.stride {
            1 => elements.iter_mut().zip(from).for_each(|(x, &from)| *x = *x + from),
            2 => elements.chunks_mut(2).zip(from).for_each(|(pair, &from)| pair[0] = pair[0] + from),
            stride => {
                elements.iter_mut().step_by(stride).zip(from).for_each(|(x, &from)| *x = *x + from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Axis;

    #[test]
    fn covered_positions_are_those_whose_tap_lies_on_an_element() {
        for length in 1..7 {
            for size in 1..4 {
                for stride in 1..4 {
                    for padding in 0..4 {
                        for dilation in 1..3 {
                            let axis = Axis { length, size, stride, padding, dilation };
                            if axis.check("window", &[&[length]]).is_err() {
                                continue;
                            }
                            for tap in 0..size {
                                let covered = axis.covered(tap);
                                for position in 0..axis.positions() {
                                    let on_an_element = axis.element(position, tap).is_some();
                                    assert_eq!(
                                        covered.contains(&position),
                                        on_an_element,
                                        "{axis:?}, {tap}, {position}"
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
