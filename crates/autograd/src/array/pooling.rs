//! Pooling: what is read from the windows of each plane of an array.

use std::ops::Range;

use num_traits::Float;

use super::window::{Axis, Run};
use super::{Array, Element};
use crate::threads::in_parts;

/// The planes and windows of a pooling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Geometry {
    pub(crate) planes: usize,
    pub(crate) axes: [Axis; 2],
}

impl Geometry {
    /// The positions of the window along a line.
    fn width(&self) -> usize {
        self.axes[1].positions()
    }

    /// Calls `row` for each line of positions, by number, each row of `x` under it, by range, and each tap along that row.
    #[inline(always)]
    fn each_row(&self, mut row: impl FnMut(usize, Range<usize>, &Run)) {
        let [vertical, horizontal] = self.axes;
        let (lines, length) = (vertical.positions(), horizontal.length);
        let runs: Vec<Run> = (0..horizontal.size).filter_map(|tap| horizontal.run(tap)).collect();
        for plane in 0..self.planes {
            for line in 0..lines {
                for i in 0..vertical.size {
                    let Some(at) = vertical.element(line, i) else { continue };
                    let start = (plane * vertical.length + at) * length;
                    runs.iter().for_each(|run| row(plane * lines + line, start..start + length, run));
                }
            }
        }
    }

    /// The elements and the positions of a plane.
    fn of_plane(&self) -> [usize; 2] {
        [self.axes[0].length * self.axes[1].length, self.axes[0].positions() * self.width()]
    }

    /// Calls `run` with the geometry of some planes and what `elements` has for them, so many for each; the planes are divided
    /// among the threads.
    fn in_planes<T: Element>(
        &self,
        elements: &mut [T],
        of_plane: usize,
        run: impl Fn(&Self, Range<usize>, &mut [T]) + Sync,
    ) {
        let of_window = self.axes.iter().map(|axis| axis.size).product::<usize>();
        let [_, positions] = self.of_plane();
        let work = self.planes * positions * of_window;
        in_parts(elements, of_plane, work, |first, elements| {
            let planes = elements.len() / of_plane;
            run(&Self { planes, ..*self }, first..first + planes, elements);
        });
    }

    /// Memory for so many lines of positions.
    fn lines<T: Element>(&self, count: usize) -> Array<T> {
        Array::unwritten(&[count * self.width()])
    }
}

/// What some planes have of elements, so many for each.
fn of<'a, T>(elements: &'a [T], planes: &Range<usize>, of_plane: usize) -> &'a [T] {
    &elements[planes.start * of_plane..planes.end * of_plane]
}

/// Whether an element counts as the largest of its window, `y`.
#[inline(always)]
fn is_largest<T: Float>(x: T, y: T) -> bool {
    x == y || (x.is_nan() && y.is_nan())
}

/// Writes the largest element under each window over `y`; NaN if one is.
pub(crate) fn largest<T: Element>(geometry: &Geometry, x: &[T], y: &mut [T]) {
    let [elements, positions] = geometry.of_plane();
    geometry.in_planes(y, positions, |geometry, planes, y| largest_of(geometry, of(x, &planes, elements), y));
}

fn largest_of<T: Element>(geometry: &Geometry, x: &[T], y: &mut [T]) {
    let width = geometry.width();
    let mut under = geometry.lines::<T>(1);
    let under = under.as_mut_slice();
    y.fill(T::neg_infinity());
    T::vectorised(|| {
        geometry.each_row(|line, row, run| {
            run.gather(&x[row], under);
            let pairs =
                y[line * width..][run.positions.clone()].iter_mut().zip(&under[run.positions.clone()]);
            pairs.for_each(|(y, &x)| *y = if x > *y || x.is_nan() { x } else { *y });
        });
    });
    if !T::IS_PLAIN {
        share_derivatives(geometry, x, y);
    }
}

/// Gives each largest element `y`, of numbers that carry derivatives, the mean of those of all that are as large.
fn share_derivatives<T: Element>(geometry: &Geometry, x: &[T], y: &mut [T]) {
    let width = geometry.width();
    let mut lines = Array::<T>::unwritten(&[2 * y.len()]);
    let (ties, means) = lines.as_mut_slice().split_at_mut(y.len());
    count_largest(geometry, x, y, ties);
    means.fill(T::zero());
    let mut under = geometry.lines::<T>(1);
    let under = under.as_mut_slice();
    geometry.each_row(|line, row, run| {
        run.gather(&x[row], under);
        for position in run.positions.clone() {
            let (x, y) = (under[position], y[line * width + position]);
            // Differences of equal finite numbers are 0, so this adds nothing but derivatives.
            if x == y && x.is_finite() {
                means[line * width + position] = means[line * width + position] + (x - y);
            }
        }
    });
    for ((y, &mean), &ties) in y.iter_mut().zip(&*means).zip(&*ties) {
        *y = *y + mean / ties;
    }
}

/// Writes how many elements under each window are the largest, `y`, over `ties`.
fn count_largest<T: Element>(geometry: &Geometry, x: &[T], y: &[T], ties: &mut [T]) {
    let width = geometry.width();
    let mut under = geometry.lines::<T>(1);
    let under = under.as_mut_slice();
    ties.fill(T::zero());
    T::vectorised(|| {
        geometry.each_row(|line, row, run| {
            run.gather(&x[row], under);
            let y = &y[line * width..][run.positions.clone()];
            let ties = &mut ties[line * width..][run.positions.clone()];
            for ((ties, &x), &y) in ties.iter_mut().zip(&under[run.positions.clone()]).zip(y) {
                *ties = *ties + if is_largest(x, y) { T::one() } else { T::zero() };
            }
        });
    });
}

/// The number of elements that share being the largest under a window with others.
pub(crate) fn ties<T: Element>(geometry: &Geometry, x: &[T]) -> usize {
    let positions = geometry.planes * geometry.axes[0].positions() * geometry.width();
    let mut lines = Array::<T>::unwritten(&[2 * positions]);
    let (y, ties) = lines.as_mut_slice().split_at_mut(positions);
    largest(geometry, x, y);
    let [elements, of_plane] = geometry.of_plane();
    geometry.in_planes(ties, of_plane, |geometry, planes, ties| {
        count_largest(geometry, of(x, &planes, elements), of(y, &planes, of_plane), ties);
    });
    ties.iter().filter(|&&ties| ties > T::one()).filter_map(|ties| ties.to_usize()).sum()
}

/// Adds each number of `c` in equal parts to the elements of `into` at which `x` is the largest under its window, `y`.
pub(crate) fn spread_to_largest<T: Element>(geometry: &Geometry, x: &[T], y: &[T], c: &[T], into: &mut [T]) {
    let [elements, positions] = geometry.of_plane();
    geometry.in_planes(into, elements, |geometry, planes, into| {
        let (y, c) = (of(y, &planes, positions), of(c, &planes, positions));
        spread_to_largest_of(geometry, of(x, &planes, elements), y, c, into);
    });
}

fn spread_to_largest_of<T: Element>(geometry: &Geometry, x: &[T], y: &[T], c: &[T], into: &mut [T]) {
    let width = geometry.width();
    let mut shares = Array::<T>::unwritten(&[c.len()]);
    let shares = shares.as_mut_slice();
    count_largest(geometry, x, y, shares);
    let mut lines = geometry.lines::<T>(2);
    let (under, share) = lines.as_mut_slice().split_at_mut(width);
    into.fill(T::zero());
    T::vectorised(|| {
        shares.iter_mut().zip(c).for_each(|(ties, &c)| *ties = c / *ties);
        geometry.each_row(|line, row, run| {
            run.gather(&x[row.clone()], under);
            let (y, shares) = (&y[line * width..][..width], &shares[line * width..][..width]);
            for (((share, &x), &y), &whole) in share.iter_mut().zip(&*under).zip(y).zip(shares) {
                *share = if is_largest(x, y) { whole } else { T::zero() };
            }
            run.scatter(share, &mut into[row]);
        });
    });
}

/// Writes the mean of `u` over the elements at which `x` is the largest under the window, `y`, over `into`: the transpose of
/// [`spread_to_largest`].
pub(crate) fn mean_of_largest<T: Element>(geometry: &Geometry, x: &[T], y: &[T], u: &[T], into: &mut [T]) {
    let [elements, positions] = geometry.of_plane();
    geometry.in_planes(into, positions, |geometry, planes, into| {
        let (x, u) = (of(x, &planes, elements), of(u, &planes, elements));
        mean_of_largest_of(geometry, x, of(y, &planes, positions), u, into);
    });
}

fn mean_of_largest_of<T: Element>(geometry: &Geometry, x: &[T], y: &[T], u: &[T], into: &mut [T]) {
    let width = geometry.width();
    let mut ties = Array::<T>::unwritten(&[into.len()]);
    let ties = ties.as_mut_slice();
    count_largest(geometry, x, y, ties);
    let mut lines = geometry.lines::<T>(2);
    let (under, chosen) = lines.as_mut_slice().split_at_mut(width);
    into.fill(T::zero());
    T::vectorised(|| {
        geometry.each_row(|line, row, run| {
            run.gather(&x[row.clone()], under);
            run.gather(&u[row], chosen);
            let at = run.positions.clone();
            let pairs = under[at.clone()].iter().zip(&chosen[at.clone()]).zip(&y[line * width..][at.clone()]);
            for (into, ((&x, &u), &y)) in into[line * width..][at].iter_mut().zip(pairs) {
                *into = *into + if is_largest(x, y) { u } else { T::zero() };
            }
        });
        into.iter_mut().zip(&*ties).for_each(|(into, &ties)| *into = *into / ties);
    });
}

/// Writes the sum of the elements under each window over `y`.
pub(crate) fn sum<T: Element>(geometry: &Geometry, x: &[T], y: &mut [T]) {
    let [elements, positions] = geometry.of_plane();
    geometry.in_planes(y, positions, |geometry, planes, y| sum_of(geometry, of(x, &planes, elements), y));
}

fn sum_of<T: Element>(geometry: &Geometry, x: &[T], y: &mut [T]) {
    let width = geometry.width();
    let mut under = geometry.lines::<T>(1);
    let under = under.as_mut_slice();
    y.fill(T::zero());
    T::vectorised(|| {
        geometry.each_row(|line, row, run| {
            run.gather(&x[row], under);
            let pairs =
                y[line * width..][run.positions.clone()].iter_mut().zip(&under[run.positions.clone()]);
            pairs.for_each(|(y, &x)| *y = *y + x);
        });
    });
}

/// Adds each number of `c` to every element of `into` under its window: the transpose of [`sum`].
pub(crate) fn spread<T: Element>(geometry: &Geometry, c: &[T], into: &mut [T]) {
    let [elements, positions] = geometry.of_plane();
    let width = geometry.width();
    geometry.in_planes(into, elements, |geometry, planes, into| {
        let c = of(c, &planes, positions);
        into.fill(T::zero());
        T::vectorised(|| {
            geometry.each_row(|line, row, run| run.scatter(&c[line * width..][..width], &mut into[row]));
        });
    });
}
