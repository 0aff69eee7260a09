//! The logarithm of the gamma function, for the constants of likelihoods.

/// ln Γ(x) for x > 0, to about 10⁻¹⁵ absolute below 16 and to rounding above: Stirling's series after moving the argument
/// up by Γ(x + 1) = x·Γ(x) (M. Abramowitz & I. A. Stegun 1964, 6.1.15 and 6.1.41).
pub(super) fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 16.0 {
        product *= x;
        x += 1.0;
    }
    let (inverse, square) = (x.recip(), (x * x).recip());
    let series = 1.0 / 12.0
        - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0)));
    let half_ln_two_pi = 0.5 * std::f64::consts::TAU.ln();
    (x - 0.5) * x.ln() - x + half_ln_two_pi + inverse * series - f64::ln(product)
}

/// ln y! for y ≥ 0, whole or not.
pub(super) fn ln_factorial(y: f64) -> f64 {
    if y.fract() == 0.0 && y <= 20.0 {
        // The product is exact, and so 0! = 1! = 1 give exactly 0.
        ((2..=y as u64).product::<u64>() as f64).ln()
    } else {
        ln_gamma(y + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert!((ln_gamma(0.5) - 0.5 * std::f64::consts::PI.ln()).abs() < 1e-14);
        assert!((ln_gamma(100.0) - 359.134_205_369_575_4).abs() < 1e-12);
        assert_eq!(ln_factorial(0.0), 0.0);
        assert_eq!(ln_factorial(1.0), 0.0);
        assert!((ln_factorial(20.0) - ln_gamma(21.0)).abs() < 1e-13);
        assert!((ln_factorial(0.5) - (0.5 * std::f64::consts::PI.sqrt()).ln()).abs() < 1e-14);
    }
}
