//! Convolution as matrix products: the windows of a few images at a time are written out as the columns of a matrix.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::window::Axis;
use super::{Accumulate, Array, Element};

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

    /// How many images are unfolded together; it depends on nothing but the sizes.
    fn together(&self) -> usize {
        (UNFOLDED / (self.taps() * self.positions()).max(1)).clamp(1, self.images.max(1))
    }

    /// A group's channels of an image.
    fn of_image(&self, image: usize, group: usize) -> std::ops::Range<usize> {
        let length = self.channels * self.plane();
        let start = (image * self.groups + group) * length;
        start..start + length
    }

    /// A group's results for an image.
    fn of_result(&self, image: usize, group: usize) -> std::ops::Range<usize> {
        let length = self.filters * self.positions();
        let start = (image * self.groups + group) * length;
        start..start + length
    }

    /// A group's kernels.
    fn of_kernels(&self, group: usize) -> std::ops::Range<usize> {
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
fn unfold<T: Element>(
    geometry: &Geometry,
    x: &[T],
    images: std::ops::Range<usize>,
    group: usize,
    columns: &mut [T],
) {
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
fn fold<T: Element>(
    geometry: &Geometry,
    columns: &[T],
    images: std::ops::Range<usize>,
    group: usize,
    x: &mut [T],
) {
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
    images: std::ops::Range<usize>,
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

/// Runs a job for each group and each run of images that are unfolded together, with two pieces of memory to work in: for
/// the unfolded windows and for the results by filters.
fn in_runs<T: Element>(
    geometry: &Geometry,
    mut job: impl FnMut(usize, std::ops::Range<usize>, &mut [T], &mut [T]),
) {
    let together = geometry.together();
    let positions = geometry.positions();
    let mut columns = Array::<T>::unwritten(&[geometry.taps() * together * positions]);
    let mut results = Array::<T>::unwritten(&[geometry.filters * together * positions]);
    let (columns, results) = (columns.as_mut_slice(), results.as_mut_slice());
    for group in 0..geometry.groups {
        for first in (0..geometry.images).step_by(together) {
            let images = first..(first + together).min(geometry.images);
            let width = images.len() * positions;
            job(
                group,
                images,
                &mut columns[..geometry.taps() * width],
                &mut results[..geometry.filters * width],
            );
        }
    }
}

/// Writes the convolution of `x` with kernels `w` over `y`.
pub(crate) fn convolve<T: Element>(geometry: &Geometry, x: &[T], w: &[T], y: &mut [T]) {
    let (taps, filters, positions) = (geometry.taps(), geometry.filters, geometry.positions());
    in_runs(geometry, |group, images, columns, results| {
        unfold(geometry, x, images.clone(), group, columns);
        let width = images.len() * positions;
        let kernels = matrix(&w[geometry.of_kernels(group)], [filters, taps]);
        let windows = matrix(columns, [taps, width]);
        if images.len() == 1 {
            let into = matrix_mut(&mut y[geometry.of_result(images.start, group)], [filters, positions]);
            T::multiply(kernels, windows, Accumulate::Overwrite, into);
            return;
        }
        T::multiply(kernels, windows, Accumulate::Overwrite, matrix_mut(results, [filters, width]));
        for (filter, row) in results.chunks_exact(width).enumerate() {
            for (image, from) in images.clone().zip(row.chunks_exact(positions)) {
                y[geometry.of_result(image, group)][filter * positions..][..positions].copy_from_slice(from);
            }
        }
    });
}

/// Writes what the elements of `x` receive over `x`, from the cotangent `c` of the convolution's result.
pub(crate) fn convolve_input<T: Element>(geometry: &Geometry, c: &[T], w: &[T], x: &mut [T]) {
    let (taps, filters, positions) = (geometry.taps(), geometry.filters, geometry.positions());
    x.fill(T::zero());
    in_runs(geometry, |group, images, columns, results| {
        by_filters(geometry, c, images.clone(), group, results);
        let width = images.len() * positions;
        let kernels = matrix(&w[geometry.of_kernels(group)], [filters, taps]);
        let (cotangents, windows) = (matrix(results, [filters, width]), matrix_mut(columns, [taps, width]));
        T::multiply(kernels.reversed_axes(), cotangents, Accumulate::Overwrite, windows);
        fold(geometry, columns, images, group, x);
    });
}

/// Writes what the kernels receive over `w`, from the cotangent `c` of the convolution's result.
pub(crate) fn convolve_kernels<T: Element>(geometry: &Geometry, x: &[T], c: &[T], w: &mut [T]) {
    let (taps, filters, positions) = (geometry.taps(), geometry.filters, geometry.positions());
    if geometry.images == 0 {
        w.fill(T::zero());
    }
    in_runs(geometry, |group, images, columns, results| {
        unfold(geometry, x, images.clone(), group, columns);
        by_filters(geometry, c, images.clone(), group, results);
        let width = images.len() * positions;
        let accumulate = if images.start == 0 { Accumulate::Overwrite } else { Accumulate::Add };
        let (cotangents, windows) = (matrix(results, [filters, width]), matrix(columns, [taps, width]));
        let into = matrix_mut(&mut w[geometry.of_kernels(group)], [filters, taps]);
        T::multiply(cotangents, windows.reversed_axes(), accumulate, into);
    });
}
