//! The checks at the door: sizes, finiteness, ranges.

use super::Error;

/// Refuses samples of fewer than `needed` values.
pub(super) fn at_least(needed: usize, found: usize, what: &'static str) -> Result<(), Error> {
    if found < needed { Err(Error::TooFew { what, needed, found }) } else { Ok(()) }
}

/// Refuses NaN and infinities.
pub(super) fn finite(values: &[f64]) -> Result<(), Error> {
    admitted(values, "a finite number", f64::is_finite)
}

/// Refuses NaN and −∞; +∞ is a run that never reached its target.
pub(super) fn ordered(values: &[f64]) -> Result<(), Error> {
    admitted(values, "a number or +∞", |value| value > f64::NEG_INFINITY)
}

/// Refuses what `admits` does not hold for.
pub(super) fn admitted(
    values: &[f64],
    expected: &'static str,
    admits: impl Fn(f64) -> bool,
) -> Result<(), Error> {
    match values.iter().position(|&value| !admits(value)) {
        Some(position) => Err(Error::Unusable { position, value: values[position], expected }),
        None => Ok(()),
    }
}

/// Refuses samples of different sizes.
pub(super) fn paired(left: usize, right: usize) -> Result<(), Error> {
    if left == right { Ok(()) } else { Err(Error::Unpaired { left, right }) }
}

/// Refuses a confidence outside the open interval from 0 to 1.
pub(super) fn confidence(value: f64) -> Result<(), Error> {
    if value > 0.0 && value < 1.0 {
        Ok(())
    } else {
        Err(Error::Parameter { name: "confidence", value, expected: "a number between 0 and 1" })
    }
}
