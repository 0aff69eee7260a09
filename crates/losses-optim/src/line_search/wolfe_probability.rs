//! What a posterior of the line says of a candidate: how probable Wolfe's conditions are there, and how much lower it may lie.

use super::integrated_wiener::IntegratedWiener;

/// How far f(t) is expected to lie below `best`, where it does.
pub(super) fn expected_improvement(process: &mut IntegratedWiener, t: f64, best: f64) -> f64 {
    let (gain, deviation) = (best - process.mean(t), process.variance(t).sqrt());
    if deviation == 0.0 {
        return gain.max(0.0);
    }
    let z = gain / deviation;
    gain * normal(z) + deviation * density(z)
}

/// The probability of Wolfe's conditions at t: that a = f(0) − f(t) + c₁ t f′(0) and b = f′(t) − c₂ f′(0) are positive, and b
/// not too large.
pub(super) fn wolfe(process: &mut IntegratedWiener, t: f64, decrease: f64, flatness: f64) -> f64 {
    let joint = process.joint(t);
    let (a, b) = ([1.0, decrease * t, -1.0, 0.0], [0.0, -flatness, 0.0, 1.0]);
    let (mean_a, mean_b) = (joint.mean_of(a), joint.mean_of(b));
    let (var_a, var_b) = (joint.covariance_of(a, a).max(0.0), joint.covariance_of(b, b).max(0.0));
    let slope = joint.mean[1].abs() + 2.0 * joint.covariance[1][1].max(0.0).sqrt();
    let largest_b = 2.0 * flatness * slope;
    // Below this, what the difference of two posteriors leaves is rounding.
    const CERTAIN: f64 = 1e-9;
    if var_b <= CERTAIN {
        let holds = mean_b > 0.0 && mean_b < largest_b;
        let enough = if var_a <= CERTAIN { f64::from(mean_a > 0.0) } else { normal(mean_a / var_a.sqrt()) };
        return if holds { enough } else { 0.0 };
    }
    let (sd_a, sd_b) = (var_a.sqrt(), var_b.sqrt());
    let (low, high) = ((-mean_b / sd_b).max(-8.0), ((largest_b - mean_b) / sd_b).min(8.0));
    if low >= high {
        return 0.0;
    }
    if var_a <= CERTAIN {
        return if mean_a > 0.0 { normal(high) - normal(low) } else { 0.0 };
    }
    // P[a > 0 | b = E b + z sd b], over the normal distribution of z.
    let correlation = (joint.covariance_of(a, b) / (sd_a * sd_b)).clamp(-1.0 + 1e-9, 1.0 - 1e-9);
    let rest = (1.0 - correlation * correlation).sqrt();
    integral(low, high, |z| density(z) * normal((mean_a / sd_a + correlation * z) / rest))
}

/// Φ(z).
fn normal(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// φ(z).
fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt()
}

/// By Gauss's rule of five nodes in each of sixteen parts.
fn integral(low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
    const PARTS: u32 = 16;
    const NODES: [(f64, f64); 3] = [
        (0.0, 0.568_888_888_888_888_9),
        (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
        (0.906_179_845_938_664, 0.236_926_885_056_189_08),
    ];
    let half = 0.5 * (high - low) / f64::from(PARTS);
    (0..PARTS)
        .map(|part| {
            let middle = low + (2.0 * f64::from(part) + 1.0) * half;
            NODES
                .iter()
                .map(|&(x, weight)| match x {
                    0.0 => weight * f(middle),
                    _ => weight * (f(middle - half * x) + f(middle + half * x)),
                })
                .sum::<f64>()
                * half
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(value_variance: f64, slope_variance: f64) -> IntegratedWiener {
        let mut process = IntegratedWiener::default();
        process.restart(value_variance, slope_variance, 2);
        process
    }

    #[test]
    fn probabilities_are_those_of_draws() {
        let mut process = process(0.02, 0.3);
        for (t, value, slope) in [(0.0, 0.0, -1.0), (1.0, -0.4, 0.1)] {
            assert!(process.observe(t, value, slope));
        }
        for t in [0.5, 1.0, 2.0] {
            let joint = process.joint(t);
            // Draws of the four numbers, from a Cholesky factor and an equidistributed sequence.
            let factor = nalgebra::Matrix4::from_fn(|i, j| joint.covariance[i][j]).cholesky().unwrap().l();
            let (mut inside, draws) = (0, 400_000);
            let slope = joint.mean[1].abs() + 2.0 * joint.covariance[1][1].sqrt();
            for i in 1..=draws {
                let uniform = |step: f64| (f64::from(i) * step).fract().max(1e-12);
                let pair = |u: f64, v: f64| {
                    let (radius, angle) = ((-2.0 * u.ln()).sqrt(), std::f64::consts::TAU * v);
                    (radius * angle.cos(), radius * angle.sin())
                };
                let (p, q) = pair(uniform(2.0_f64.sqrt()), uniform(3.0_f64.sqrt()));
                let (r, s) = pair(uniform(5.0_f64.sqrt()), uniform(7.0_f64.sqrt()));
                let f = factor * nalgebra::Vector4::new(p, q, r, s) + nalgebra::Vector4::from(joint.mean);
                let (a, b) = (f[0] - f[2] + 0.05 * t * f[1], f[3] - 0.5 * f[1]);
                inside += u32::from(a > 0.0 && b > 0.0 && b < slope);
            }
            let (found, expected) = (wolfe(&mut process, t, 0.05, 0.5), f64::from(inside) / f64::from(draws));
            assert!((found - expected).abs() < 3e-3, "at {t}: {found} instead of {expected}");
        }
    }

    #[test]
    fn without_noise_the_probability_is_whether_they_hold() {
        for (slope, expected) in [(0.1, 1.0), (-0.9, 0.0)] {
            let mut process = process(0.0, 0.0);
            assert!(process.observe(0.0, 0.0, -1.0) && process.observe(1.0, -0.5, slope));
            assert!((wolfe(&mut process, 1.0, 0.05, 0.5) - expected).abs() < 1e-3);
        }
    }

    #[test]
    fn the_normal_distribution_integrates_to_itself() {
        for (low, high) in [(-8.0, 8.0), (-1.0, 0.5), (2.0, 8.0)] {
            assert!((integral(low, high, density) - (normal(high) - normal(low))).abs() < 1e-9);
        }
    }
}
