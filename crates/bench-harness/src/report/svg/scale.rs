//! From values to positions along an axis, and where the ticks stand.

use crate::report::prose::superscript;
use crate::report::{Axis, Spacing};

/// An axis with its range.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    spacing: Spacing,
    /// The ends of the axis: values on a linear axis, decimal logarithms on a logarithmic one.
    low: f64,
    high: f64,
}

/// A tick: its place as a fraction of the axis, and its label.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) place: f64,
    pub(super) label: String,
}

/// How the ticks of a logarithmic axis are labelled.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// 0.001, 1, 1000.
    Plain,
    /// 10⁻³, 10⁰, 10³.
    Power,
}

/// Share of the data's span that is left free at either end.
const PADDING: f64 = 0.04;

impl Scale {
    /// The axis that shows all `values`; those it cannot show are passed over.
    ///
    /// Without a value it runs from 0 to 1 (from 0.1 to 10 if logarithmic); for a single value v it reaches 10 % of v
    /// to either side (±1 for v = 0, half a decade if logarithmic). Values without a negative one never open a
    /// negative range.
    pub(super) fn over(axis: &Axis, values: impl Iterator<Item = f64>) -> Self {
        let spacing = axis.spacing;
        let range =
            values.filter_map(|value| position(spacing, value)).fold(None, |range, value| match range {
                None => Some((value, value)),
                Some((low, high)) => Some((value.min(low), value.max(high))),
            });
        let (low, high) = match (range, spacing) {
            (None, Spacing::Linear) => (0.0, 1.0),
            (None, Spacing::Logarithmic) => (-1.0, 1.0),
            // A span of mere rounding is a single value.
            (Some((low, high)), _) if high - low <= 1e-12 * high.abs().max(low.abs()) => {
                let reach = match spacing {
                    Spacing::Linear if low == 0.0 => 1.0,
                    Spacing::Linear => 0.1 * low.abs(),
                    Spacing::Logarithmic => 0.5,
                };
                (low - reach, high + reach)
            }
            (Some((low, high)), _) => {
                let reach = PADDING * (high - low);
                let padded = low - reach;
                let floor = spacing == Spacing::Linear && low >= 0.0 && padded < 0.0;
                (if floor { 0.0 } else { padded }, high + reach)
            }
        };
        Self { spacing, low, high }
    }

    /// The place of a value as a fraction of the axis; `None` if the axis cannot show it.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        Some((position(self.spacing, value)? - self.low) / (self.high - self.low))
    }

    /// The place of a bound: as [`Scale::place`], but a bound beyond what the axis can show ends at the axis's end.
    pub(super) fn bound(&self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        Some(self.place(value).unwrap_or(if value > 0.0 { 1.0 } else { 0.0 }).clamp(0.0, 1.0))
    }

    /// The ticks from the low end to the high one.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        match self.spacing {
            Spacing::Linear => self.linear_ticks(self.low, self.high),
            Spacing::Logarithmic => self.logarithmic_ticks(),
        }
    }

    /// Multiples of 1, 2 or 5 times a power of ten, three to seven of them, between two values.
    fn linear_ticks(&self, low: f64, high: f64) -> Vec<Tick> {
        let rough = (high - low) / 6.0;
        let exponent = rough.log10().floor();
        let power = 10f64.powf(exponent);
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * power)
            .find(|step| *step >= rough * 0.999)
            .unwrap_or(10.0 * power);
        // A position within rounding of an end belongs to the axis.
        let first = (low / step - 1e-9).ceil();
        let count = ((high / step + 1e-9).floor() - first).clamp(0.0, 20.0) as i32;
        let values: Vec<f64> = (0..=count).map(|i| (first + f64::from(i)) * step).collect();
        let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 300.0) as usize;
        values
            .into_iter()
            .filter_map(|value| {
                let label = if largest >= 1e6 || step < 1e-4 {
                    scientific(value, largest.max(step), step)
                } else {
                    plain(value, decimals)
                };
                Some(Tick { place: self.place(value)?, label })
            })
            .collect()
    }

    /// Powers of ten; with 2 and 5 times them where fewer than two fit; linear ticks where even these are too far apart.
    fn logarithmic_ticks(&self) -> Vec<Tick> {
        let first = (self.low - 1e-9).ceil() as i32;
        let last = (self.high + 1e-9).floor() as i32;
        let decades = last - first + 1;
        let form = if first >= -3 && last <= 4 { Form::Plain } else { Form::Power };
        if decades >= 3 {
            let stride = decades.div_euclid(9) + 1;
            return (first..=last)
                .filter(|exponent| exponent.rem_euclid(stride) == 0)
                .map(|exponent| self.logarithmic_tick(1, exponent, form))
                .collect();
        }
        let ticks: Vec<Tick> = (first - 1..=last)
            .flat_map(|exponent| [1, 2, 5].map(|factor| (factor, exponent)))
            .map(|(factor, exponent)| self.logarithmic_tick(factor, exponent, form))
            .filter(|tick| (-1e-9..=1.0 + 1e-9).contains(&tick.place))
            .collect();
        if ticks.len() >= 3 { ticks } else { self.linear_ticks(10f64.powf(self.low), 10f64.powf(self.high)) }
    }

    fn logarithmic_tick(&self, factor: i32, exponent: i32, form: Form) -> Tick {
        let logarithm = f64::from(factor).log10() + f64::from(exponent);
        let place = (logarithm - self.low) / (self.high - self.low);
        let label = match form {
            Form::Plain => plain(10f64.powi(exponent) * f64::from(factor), (-exponent).max(0) as usize),
            Form::Power if factor == 1 => format!("10{}", superscript(&exponent.to_string())),
            Form::Power => format!("{factor}×10{}", superscript(&exponent.to_string())),
        };
        Tick { place, label }
    }
}

/// A value on the axis before it is scaled, if the axis can show it. Values beyond ±10³⁰⁰ count as infinite, so that
/// spans stay finite.
fn position(spacing: Spacing, value: f64) -> Option<f64> {
    let shown = value.is_finite() && value.abs() <= 1e300;
    match spacing {
        Spacing::Linear => shown.then_some(value),
        Spacing::Logarithmic => (shown && value > 0.0).then(|| value.log10()),
    }
}

/// A number with fixed decimals, a true minus and thin spaces between thousands from 10 000 on.
fn plain(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = digits.split_once('.').map_or((digits.as_str(), None), |(w, f)| (w, Some(f)));
    let mut text = String::new();
    if value < 0.0 && digits.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        text.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && whole.len() > 4 && (whole.len() - i) % 3 == 0 {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A number as a mantissa times the power of ten of the axis's largest, with the decimals that `step` needs.
fn scientific(value: f64, largest: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = largest.log10().floor() as i32;
    let power = 10f64.powi(exponent);
    let decimals = (-((step / power).log10() + 1e-9).floor()).clamp(0.0, 15.0) as usize;
    format!("{}×10{}", plain(value / power, decimals), superscript(&exponent.to_string()))
}
