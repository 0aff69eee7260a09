//! Differences whose step is chosen by how well neighbouring steps agree.

use core::ops::Range;

/// A quantity at one point: its value, and how large the numbers are that were added up to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quantity {
    pub(super) value: f64,
    pub(super) size: f64,
}

/// What a function is on both sides of a point.
pub(super) struct Sides<D> {
    /// How far either side is from the point.
    pub(super) step: f64,
    pub(super) below: D,
    pub(super) above: D,
}

impl<D> Sides<D> {
    fn central(&self, of: &dyn Fn(&D) -> Quantity) -> f64 {
        (of(&self.above).value - of(&self.below).value) / (2.0 * self.step)
    }

    /// How much of the central difference may be rounding.
    fn rounding(&self, of: &dyn Fn(&D) -> Quantity, epsilon: f64) -> f64 {
        epsilon * of(&self.above).size.max(of(&self.below).size) / self.step
    }

    /// The slope above the point less the slope below it.
    fn jump(&self, here: Quantity, of: &dyn Fn(&D) -> Quantity) -> f64 {
        ((of(&self.above).value - here.value) - (here.value - of(&self.below).value)) / self.step
    }
}

/// The central differences over a step and over half of it, extrapolated to a step of 0 (L. F. Richardson 1911).
pub(super) fn extrapolated<D>(wide: &Sides<D>, narrow: &Sides<D>, of: &dyn Fn(&D) -> Quantity) -> f64 {
    (4.0 * narrow.central(of) - wide.central(of)) / 3.0
}

/// A derivative by differences.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate {
    pub(super) derivative: f64,
    /// By how much two neighbouring steps disagree, and what rounding adds.
    pub(super) uncertainty: f64,
}

impl Estimate {
    /// The uncertainty as a part of the derivative.
    pub(super) fn relative(&self) -> f64 {
        self.uncertainty / self.derivative.abs()
    }
}

/// The derivative at the step at which the extrapolations of neighbours agree best, compared to their size; NaN where no
/// step gives finite numbers. Each step must be half of the one before.
pub(super) fn best<D>(steps: &[Sides<D>], of: &dyn Fn(&D) -> Quantity, epsilon: f64) -> Estimate {
    let none = Estimate { derivative: f64::NAN, uncertainty: f64::NAN };
    steps
        .windows(3)
        .map(|steps| {
            let wide = extrapolated(&steps[0], &steps[1], of);
            let derivative = extrapolated(&steps[1], &steps[2], of);
            Estimate { derivative, uncertainty: (derivative - wide).abs() + steps[2].rounding(of, epsilon) }
        })
        .filter(|estimate| estimate.uncertainty.is_finite())
        // Where all derivatives are 0 no part of them is the smallest, and the uncertainty itself decides.
        .min_by(|a, b| a.relative().total_cmp(&b.relative()).then(a.uncertainty.total_cmp(&b.uncertainty)))
        .unwrap_or(none)
}

/// Whether the slopes on the two sides stay apart as the step shrinks: a smooth function's come twice as near each time.
pub(super) fn has_kink<D>(
    steps: &[Sides<D>],
    here: Quantity,
    of: &dyn Fn(&D) -> Quantity,
    epsilon: f64,
) -> bool {
    changes_by(steps, 0.8..1.25, &|sides| sides.jump(here, of), of, epsilon)
}

/// Whether the values on the two sides stay apart: their difference over the step doubles each time.
pub(super) fn jumps<D>(steps: &[Sides<D>], of: &dyn Fn(&D) -> Quantity, epsilon: f64) -> bool {
    changes_by(steps, 1.9..2.1, &|sides| sides.central(of), of, epsilon)
}

/// Whether a number changes by a factor within these bounds each time that the step is halved, over the four smallest steps
/// at which it is no rounding error.
fn changes_by<D>(
    steps: &[Sides<D>],
    bounds: Range<f64>,
    number: &dyn Fn(&Sides<D>) -> f64,
    of: &dyn Fn(&D) -> Quantity,
    epsilon: f64,
) -> bool {
    let significant = |sides: &Sides<D>| number(sides).abs() > 1e3 * sides.rounding(of, epsilon);
    let smallest = steps.windows(4).rev().find(|steps| significant(&steps[3]));
    smallest.is_some_and(|steps| {
        steps.windows(2).all(|pair| bounds.contains(&(number(&pair[1]) / number(&pair[0]))))
    })
}
