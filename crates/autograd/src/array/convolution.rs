//! Convolution as matrix products: the windows of a few images at a time are written out as the columns of a matrix.

use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut2};

use super::window::Axis;
use super::{Accumulate, Array, Element};
use crate::threads::{in_parts, threads};

/// The windows of so many numbers are written out at a time: enough for the product to be fast, few enough to be still in the
/// cache when it reads them.
const UNFOLDED: usize = 1 << 18;

/// The sizes of a convolution: images × (groups · channels) × axes with kernels (groups · filters) × channels × taps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Geometry {
    pub(crate) images: usize,
    pub(crate) groups: usize,
    /// Channels of a group.
    pub(crate) channels: usize,
    /// Filters of a group.
    pub(crate) filters: usize,
    pub(crate) axes: [Axis; 2],
}

impl Geometry {
    /// The elements of one channel of an image.
    fn plane(&self) -> usize {
        self.axes[0].length * self.axes[1].length
    }

    /// The positions of the window.
    fn positions(&self) -> usize {
        self.axes[0].positions() * self.axes[1].positions()
    }

    /// The numbers under a window, of all channels of a group.
    fn taps(&self) -> usize {
        self.channels * self.axes[0].size * self.axes[1].size
    }

    /// The multiplications that the convolution takes.
    fn work(&self) -> usize {
        self.images * self.groups * self.filters * self.taps() * self.positions()
    }

    /// How many images are unfolded together; it depends on nothing but the sizes.
    fn together(&self) -> usize {
        (UNFOLDED / (self.taps() * self.positions()).max(1)).clamp(1, self.images.max(1))
    }

    /// A group's channels of an image.
    fn of_image(&self, image: usize, group: usize) -> Range<usize> {
        let length = self.channels * self.plane();
        let start = (image * self.groups + group) * length;
        start..start + length
    }

    /// A group's results for an image.
    fn of_result(&self, image: usize, group: usize) -> Range<usize> {
        let length = self.filters * self.positions();
        let start = (image * self.groups + group) * length;
        start..start + length
    }

    /// A group's kernels.
    fn of_kernels(&self, group: usize) -> Range<usize> {
        let length = self.filters * self.taps();
        group * length..(group + 1) * length
    }

    /// For each tap of each channel: the channel and the taps along both axes, in the order of the unfolded rows.
    fn rows(&self) -> impl Iterator<Item = (usize, [usize; 2])> + use<> {
        let [height, width] = self.axes.map(|axis| axis.size);
        (0..self.channels).flat_map(move |channel| {
            (0..height).flat_map(move |i| (0..width).map(move |j| (channel, [i, j])))
        })
    }
}

/// Writes the windows of some images out: a row for each tap, a column for each position of the window.
fn unfold<T: Element>(geometry: &Geometry, x: &[T], images: Range<usize>, group: usize, columns: &mut [T]) {
    let (positions, width) = (geometry.positions(), geometry.axes[1].positions());
    let [vertical, horizontal] = geometry.axes;
    let length = images.len() * positions;
    for ((channel, [i, j]), row) in geometry.rows().zip(columns.chunks_exact_mut(length)) {
        let run = horizontal.run(j);
        let inside = run.as_ref().is_some_and(|run| run.positions.len() == width);
        for (image, into) in images.clone().zip(row.chunks_exact_mut(positions)) {
            let plane = &x[geometry.of_image(image, group)][channel * geometry.plane()..][..geometry.plane()];
            for (position, into) in into.chunks_exact_mut(width).enumerate() {
                let line = vertical.element(position, i);
                if !inside || line.is_none() {
                    into.fill(T::zero());
                }
                if let (Some(line), Some(run)) = (line, &run) {
                    run.gather(&plane[line * horizontal.length..][..horizontal.length], into);
                }
            }
        }
    }
}

/// Adds unfolded windows back to the elements that they lie over: the transpose of [`unfold`].
fn fold<T: Element>(geometry: &Geometry, columns: &[T], images: Range<usize>, group: usize, x: &mut [T]) {
    let (positions, width) = (geometry.positions(), geometry.axes[1].positions());
    let [vertical, horizontal] = geometry.axes;
    let length = images.len() * positions;
    for ((channel, [i, j]), row) in geometry.rows().zip(columns.chunks_exact(length)) {
        let Some(run) = horizontal.run(j) else { continue };
        for (image, from) in images.clone().zip(row.chunks_exact(positions)) {
            let plane =
                &mut x[geometry.of_image(image, group)][channel * geometry.plane()..][..geometry.plane()];
            for (position, from) in from.chunks_exact(width).enumerate() {
                if let Some(line) = vertical.element(position, i) {
                    run.scatter(from, &mut plane[line * horizontal.length..][..horizontal.length]);
                }
            }
        }
    }
}

/// Reads the results of some images as a matrix with a row for each filter.
fn by_filters<T: Element>(
    geometry: &Geometry,
    y: &[T],
    images: Range<usize>,
    group: usize,
    matrix: &mut [T],
) {
    let positions = geometry.positions();
    for (filter, row) in matrix.chunks_exact_mut(images.len() * positions).enumerate() {
        for (image, into) in images.clone().zip(row.chunks_exact_mut(positions)) {
            into.copy_from_slice(&y[geometry.of_result(image, group)][filter * positions..][..positions]);
        }
    }
}

fn matrix<T>(elements: &[T], size: [usize; 2]) -> ArrayView2<'_, T> {
    ArrayView2::from_shape(size, elements).expect("as many as the shape asks for")
}

fn matrix_mut<T>(elements: &mut [T], size: [usize; 2]) -> ArrayViewMut2<'_, T> {
    ArrayViewMut2::from_shape(size, elements).expect("as many as the shape asks for")
}

/// Memory to work in: for the windows and the results of some images.
fn scratch<T: Element>(geometry: &Geometry) -> [Array<T>; 2] {
    let width = geometry.together() * geometry.positions();
    [geometry.taps(), geometry.filters].map(|rows| Array::unwritten(&[rows * width]))
}

/// Calls `job` with every run of images that are unfolded together, and what `elements` has for them, so many for each image;
/// runs are divided among the threads.
fn in_runs<T: Element>(
    geometry: &Geometry,
    elements: &mut [T],
    of_image: usize,
    job: impl Fn(Range<usize>, &mut [T], &mut [T], &mut [T]) + Sync,
) {
    let together = geometry.together();
    in_parts(elements, together * of_image, geometry.work(), |first, elements| {
        let mut scratch = scratch(geometry);
        let [columns, results] = scratch.each_mut().map(Array::as_mut_slice);
        for (run, elements) in elements.chunks_mut((together * of_image).max(1)).enumerate() {
            let start = (first + run) * together;
            let images = start..start + elements.len() / of_image;
            let width = images.len() * geometry.positions();
            let (columns, results) =
                (&mut columns[..geometry.taps() * width], &mut results[..geometry.filters * width]);
            job(images, elements, columns, results);
        }
    });
}

/// Writes the convolution of `x` with kernels `w` over `y`.
pub(crate) fn convolve<T: Element>(geometry: &Geometry, x: &[T], w: &[T], y: &mut [T]) {
    let (taps, filters, positions) = (geometry.taps(), geometry.filters, geometry.positions());
    let of_image = geometry.groups * filters * positions;
    in_runs(geometry, y, of_image, |images, y, columns, results| {
        let width = images.len() * positions;
        for group in 0..geometry.groups {
            unfold(geometry, x, images.clone(), group, columns);
            let kernels = matrix(&w[geometry.of_kernels(group)], [filters, taps]);
            let windows = matrix(columns, [taps, width]);
            if images.len() == 1 {
                let into = matrix_mut(&mut y[geometry.of_result(0, group)], [filters, positions]);
                T::multiply(kernels, windows, Accumulate::Overwrite, into);
                continue;
            }
            T::multiply(kernels, windows, Accumulate::Overwrite, matrix_mut(results, [filters, width]));
            for (filter, row) in results.chunks_exact(width).enumerate() {
                for (image, from) in row.chunks_exact(positions).enumerate() {
                    y[geometry.of_result(image, group)][filter * positions..][..positions]
                        .copy_from_slice(from);
                }
            }
        }
    });
}

/// Writes what the elements of `x` receive over `x`, from the cotangent `c` of the convolution's result.
pub(crate) fn convolve_input<T: Element>(geometry: &Geometry, c: &[T], w: &[T], x: &mut [T]) {
    let (taps, filters, positions) = (geometry.taps(), geometry.filters, geometry.positions());
    let of_image = geometry.groups * geometry.channels * geometry.plane();
    in_runs(geometry, x, of_image, |images, x, columns, results| {
        x.fill(T::zero());
        let width = images.len() * positions;
        for group in 0..geometry.groups {
            by_filters(geometry, c, images.clone(), group, results);
            let kernels = matrix(&w[geometry.of_kernels(group)], [filters, taps]);
            let (cotangents, windows) =
                (matrix(results, [filters, width]), matrix_mut(columns, [taps, width]));
            T::multiply(kernels.reversed_axes(), cotangents, Accumulate::Overwrite, windows);
            fold(geometry, columns, 0..images.len(), group, x);
        }
    });
}

/// Writes what the kernels receive over `w`, from the cotangent `c` of the convolution's result.
///
/// Each run of images has a sum of its own, and the sums are added up in order, so that it does not matter which thread works
/// on which.
pub(crate) fn convolve_kernels<T: Element>(geometry: &Geometry, x: &[T], c: &[T], w: &mut [T]) {
    let (taps, filters, positions) = (geometry.taps(), geometry.filters, geometry.positions());
    let together = geometry.together();
    let runs = geometry.images.div_ceil(together);
    w.fill(T::zero());
    if w.is_empty() {
        return;
    }
    // With one thread one sum at a time; with more several for each, so that they seldom wait for each other.
    let at_once = if threads() == 1 { 1 } else { 4 * threads() };
    let mut sums = Array::<T>::unwritten(&[at_once.min(runs) * w.len()]);
    for first in (0..runs).step_by(at_once) {
        let count = at_once.min(runs - first);
        let sums = &mut sums.as_mut_slice()[..count * w.len()];
        in_parts(sums, w.len(), geometry.work(), |begin, sums| {
            let mut scratch = scratch(geometry);
            let [columns, results] = scratch.each_mut().map(Array::as_mut_slice);
            for (run, sum) in sums.chunks_exact_mut(w.len()).enumerate() {
                let start = (first + begin + run) * together;
                let images = start..(start + together).min(geometry.images);
                let width = images.len() * positions;
                let (columns, results) = (&mut columns[..taps * width], &mut results[..filters * width]);
                for group in 0..geometry.groups {
                    unfold(geometry, x, images.clone(), group, columns);
                    by_filters(geometry, c, images.clone(), group, results);
                    let (cotangents, windows) =
                        (matrix(results, [filters, width]), matrix(columns, [taps, width]));
                    let into = matrix_mut(&mut sum[geometry.of_kernels(group)], [filters, taps]);
                    T::multiply(cotangents, windows.reversed_axes(), Accumulate::Overwrite, into);
                }
            }
        });
        for sum in sums.chunks_exact(w.len()) {
            T::vectorised(|| w.iter_mut().zip(sum).for_each(|(w, &sum)| *w = *w + sum));
        }
    }
}
