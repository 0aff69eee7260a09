//! Heat maps: tiles shaded by a value, and the bar that says which shade is which value.

use plotters::style::RGBColor;
use plotters::style::colors::colormaps::{ColorMap, ViridisRGB};

use super::canvas::{Align, Canvas, Weight};
use super::palette::INK;
use super::scale::Scale;
use super::{Frame, LINE, TEXT, rectangle};
use crate::report::{Axis, Mark, Series, Spacing};

/// The height of the bar of shades, and how many steps it is drawn in.
const BAR_HEIGHT: f64 = 14.0;
const STEPS: usize = 64;

/// What the bar of shades takes below the other series' legend.
pub(super) const KEY_HEIGHT: f64 = 2.0 * LINE + BAR_HEIGHT + 4.0;

/// The tiles of a figure with the scale of their shades.
pub(super) struct Tiles<'a> {
    series: &'a Series,
    shades: Scale,
    across: Extents,
    up: Extents,
}

impl<'a> Tiles<'a> {
    /// The tiles among a figure's series, if there are some, on axes of these spacings.
    pub(super) fn of(series: &'a [Series], x: Spacing, y: Spacing) -> Option<Self> {
        series.iter().find_map(|series| match series.mark {
            Mark::Tiles(spacing) => {
                let axis = Axis { label: series.name.clone(), spacing };
                Some(Self {
                    series,
                    shades: Scale::over(&axis, series.values.iter().copied()),
                    across: Extents::new(x, series.points.iter().map(|point| point.x)),
                    up: Extents::new(y, series.points.iter().filter_map(|point| point.y)),
                })
            }
            _ => None,
        })
    }

    /// The ends of the tiles along x.
    pub(super) fn widths(&self) -> impl Iterator<Item = f64> {
        self.series.points.iter().flat_map(|point| self.across.around(point.x))
    }

    /// The ends of the tiles along y.
    pub(super) fn heights(&self) -> impl Iterator<Item = f64> {
        self.series.points.iter().filter_map(|point| point.y).flat_map(|y| self.up.around(y))
    }

    /// The tiles. Returns how many it shows.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, frame: &Frame) -> usize {
        let mut shown = 0;
        for (point, &value) in self.series.points.iter().zip(&self.series.values) {
            let Some(y) = point.y else { continue };
            let ([left, right], [bottom, top]) = (self.across.around(point.x), self.up.around(y));
            let corner = |x: f64, y: f64| {
                Some((frame.horizontal(frame.x.place(x)?), frame.vertical(frame.y.place(y)?)))
            };
            let (Some(low), Some(high)) = (corner(left, bottom), corner(right, top)) else { continue };
            match self.shades.place(value) {
                Some(place) => canvas.area(&rectangle(low.0, low.1, high.0, high.1), shade(place), 1.0),
                None => {
                    canvas.line(&[low, high], INK, 1.2, None);
                    canvas.line(&[(low.0, high.1), (high.0, low.1)], INK, 1.2, None);
                }
            }
            shown += 1;
        }
        shown
    }

    /// The label of the shades, the bar and its ticks, from `top` down.
    pub(super) fn draw_key(&self, canvas: &Canvas<'_>, frame: &Frame, top: f64) {
        let middle = ((frame.left + frame.right) / 2.0, top + LINE / 2.0);
        canvas.text(&self.series.name, middle, TEXT, INK, Align::Middle, Weight::Normal);
        let (upper, lower) = (top + LINE, top + LINE + BAR_HEIGHT);
        for step in 0..STEPS {
            let end = |step: usize| frame.horizontal(step as f64 / STEPS as f64);
            let colour = shade((step as f64 + 0.5) / STEPS as f64);
            canvas.area(&rectangle(end(step), lower, end(step + 1), upper), colour, 1.0);
        }
        for tick in self.shades.ticks() {
            let x = frame.horizontal(tick.place);
            canvas.line(&[(x, lower), (x, lower + 4.0)], INK, 1.2, None);
            canvas.text(&tick.label, (x, lower + 15.0), TEXT, INK, Align::Middle, Weight::Normal);
        }
    }
}

/// The colour of a place on the scale: viridis, whose lightness rises evenly and which colour-blind readers follow
/// (S. van der Walt & N. Smith 2015).
fn shade(place: f64) -> RGBColor {
    ViridisRGB.get_color(place.clamp(0.0, 1.0) as f32)
}

/// The ends of tiles along one axis, which meet halfway between neighbouring positions.
struct Extents {
    spacing: Spacing,
    /// The positions, ascending, each once: values on a linear axis, logarithms on a logarithmic one.
    positions: Vec<f64>,
}

impl Extents {
    fn new(spacing: Spacing, values: impl Iterator<Item = f64>) -> Self {
        let mut positions: Vec<f64> =
            values.map(|value| forward(spacing, value)).filter(|place| place.is_finite()).collect();
        positions.sort_by(f64::total_cmp);
        positions.dedup();
        Self { spacing, positions }
    }

    /// The lower and the upper end of the tile at a position: an outermost tile reaches as far out as in, a lone one half
    /// a unit (half a decade if logarithmic) to either side.
    fn around(&self, value: f64) -> [f64; 2] {
        let place = forward(self.spacing, value);
        let index = self.positions.partition_point(|&other| other < place);
        let below = index.checked_sub(1).map(|index| place - self.positions[index]);
        let above = self.positions.get(index + 1).map(|&next| next - place);
        let (below, above) = (below.or(above).unwrap_or(1.0) / 2.0, above.or(below).unwrap_or(1.0) / 2.0);
        [place - below, place + above].map(|end| match self.spacing {
            Spacing::Linear => end,
            Spacing::Logarithmic => 10_f64.powf(end),
        })
    }
}

fn forward(spacing: Spacing, value: f64) -> f64 {
    match spacing {
        Spacing::Linear => value,
        Spacing::Logarithmic => value.log10(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_meet_halfway() {
        let linear = Extents::new(Spacing::Linear, [3.0, 1.0, 2.0, 1.0].into_iter());
        assert_eq!(linear.around(1.0), [0.5, 1.5]);
        assert_eq!(linear.around(3.0), [2.5, 3.5]);
        let uneven = Extents::new(Spacing::Linear, [0.0, 1.0, 3.0].into_iter());
        assert_eq!(uneven.around(1.0), [0.5, 2.0]);
        let logarithmic = Extents::new(Spacing::Logarithmic, [1.0, 100.0].into_iter());
        assert_eq!(logarithmic.around(1.0), [0.1, 10.0]);
        assert_eq!(Extents::new(Spacing::Linear, [5.0].into_iter()).around(5.0), [4.5, 5.5]);
    }
}
