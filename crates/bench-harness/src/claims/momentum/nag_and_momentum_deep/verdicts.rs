//! What the comparison decides.

use super::Results;
use super::training::{Arm, Ending, Method, Problem};
use crate::claim::{Outcome, Verdict};
use crate::report::fixed;
use crate::stats::{
    CONFIDENCE, Interval, bootstrap, holm, mean, paired_difference, ratio_of_means, sign_test,
};

pub(super) fn weigh(
    results: &[Results],
    problem: &Problem,
    seed: u64,
) -> Result<Vec<Outcome>, crate::stats::Error> {
    let descent = results[0].last();
    let with_momentum = || results[1..].iter().filter(|of| of.arm.ending == Ending::Kept);
    let mut means = Vec::new();
    for of in with_momentum() {
        means.push((mean(&of.last())?, of));
    }
    let (_, best) = means.iter().min_by(|a, b| a.0.total_cmp(&b.0)).expect("there are methods with momentum");
    let pairs: Vec<(f64, f64)> = descent.iter().copied().zip(best.last()).collect();
    let ratio = bootstrap(&pairs, ratio_of_means, CONFIDENCE, seed)?;

    let find = |method, largest| {
        results
            .iter()
            .find(|of| of.arm == Arm::kept(method, largest))
            .expect("every momentum has both methods")
            .last()
    };
    let mut compared: Vec<(f64, Interval, f64)> = Vec::new();
    for &largest in problem.momenta.iter().rev().take(2) {
        let (nesterov, classical) = (find(Method::Nesterov, largest), find(Method::Classical, largest));
        let difference = paired_difference(&nesterov, &classical, CONFIDENCE)?;
        compared.push((largest, difference, sign_test(&nesterov, &classical)?.p_value));
    }
    let adjusted = holm(&compared.iter().map(|of| of.2).collect::<Vec<_>>())?;
    let tested = compared.iter().zip(&adjusted).map(|((largest, difference, _), p)| {
        format!(
            "μ = {largest}: NAG − CM {} ≤ 0, 95 % interval {} to {} (sign test, Holm: p = {p:.3})",
            fixed(difference.estimate, 3),
            fixed(difference.low, 3),
            fixed(difference.high, 3)
        )
    });
    let nesterov = if compared.iter().any(|of| of.1.above(0.0)) {
        Verdict::Refuted
    } else {
        Verdict::holds_or_not(
            compared.iter().all(|of| of.1.estimate <= 0.0) && compared.iter().any(|of| of.1.below(0.0)),
        )
    };

    let lowered = results.iter().find(|of| of.arm.ending == Ending::Lowered).expect("it is run");
    let gain = paired_difference(&lowered.last(), &find(Method::Nesterov, lowered.arm.largest), CONFIDENCE)?;
    Ok(vec![
        Outcome::new(
            "beats-descent",
            if ratio.below(1.0) { Verdict::Refuted } else { Verdict::holds_or_not(ratio.above(2.0)) },
            format!(
                "error of SGD over that of {}: {} ≥ 2, 95 % interval {} to {} (> 2)",
                best.arm.name(),
                fixed(ratio.estimate, 2),
                fixed(ratio.low, 2),
                fixed(ratio.high, 2)
            ),
        ),
        Outcome::new("nesterov", nesterov, tested.collect::<Vec<_>>().join("; ")),
        Outcome::new(
            "lowered",
            if gain.above(0.0) { Verdict::Refuted } else { Verdict::holds_or_not(gain.below(0.0)) },
            format!(
                "lowered − kept at μ = {}: {}, 95 % interval {} to {} (< 0)",
                lowered.arm.largest,
                fixed(gain.estimate, 4),
                fixed(gain.low, 4),
                fixed(gain.high, 4)
            ),
        ),
    ])
}
