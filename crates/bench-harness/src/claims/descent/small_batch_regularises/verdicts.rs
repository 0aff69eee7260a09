//! What the comparison decides.

use super::Arm;
use super::training::Moment;
use crate::claim::{Outcome, Verdict};
use crate::report::fixed;
use crate::stats::{
    CONFIDENCE, Interval, bootstrap, holm, mean, minimum_detectable_effect, paired_difference,
    ratio_of_means, sign_test,
};

/// Small minus large batch in points of test accuracy, for each method, and what it decides.
pub(super) fn accuracy(pairs: &[(&Arm, &Arm); 2]) -> Result<([Interval; 2], Outcome), crate::stats::Error> {
    let (mut gains, mut signs, mut detectable) = (Vec::new(), Vec::new(), Vec::new());
    for (small, large) in pairs {
        let (small, large): (Vec<f64>, Vec<f64>) =
            small.paired(large, |moment| 100.0 * moment.test).into_iter().unzip();
        gains.push(paired_difference(&small, &large, CONFIDENCE)?);
        signs.push(sign_test(&small, &large)?.p_value);
        detectable.push(minimum_detectable_effect(
            &small.iter().zip(&large).map(|(a, b)| a - b).collect::<Vec<_>>(),
        )?);
    }
    let adjusted = holm(&signs)?;
    let tested = pairs.iter().zip(&gains).zip(adjusted.iter().zip(&detectable)).map(|(((small, large), gain), (p, least))| {
        format!(
            "{}, B = {} minus {}: {} points, 95 % interval {} to {} (> 0); sign test, Holm: p = {p:.3}; detectable at 80 % power: \
             {least:.1}",
            small.method.name(),
            small.batch,
            large.batch,
            fixed(gain.estimate, 2),
            fixed(gain.low, 2),
            fixed(gain.high, 2)
        )
    });
    let below = gains.iter().filter(|gain| gain.below(0.0)).count();
    let verdict = if below == 2 {
        Verdict::Refuted
    } else {
        Verdict::holds_or_not(below == 0 && gains.iter().any(|gain| gain.above(0.0)))
    };
    let outcome = Outcome::new("accuracy", verdict, tested.collect::<Vec<_>>().join("; "));
    Ok(([gains[0], gains[1]], outcome))
}

/// The training losses at which small and large batches are compared, in words.
pub(super) fn reached(pairs: &[(&Arm, &Arm); 2]) -> Result<String, crate::stats::Error> {
    let mut texts = Vec::new();
    for (small, large) in pairs {
        let of = |arm: &Arm| mean(&arm.at_loss(|moment| moment.train_loss));
        texts.push(format!(
            "{} (B = {}) and {} ({}) with {}",
            fixed(of(small)?, 3),
            small.batch,
            fixed(of(large)?, 3),
            large.batch,
            small.method.name()
        ));
    }
    Ok(texts.join(", "))
}

/// The ratio of means, large over small batch, for each method.
pub(super) fn ratios(
    pairs: &[(&Arm, &Arm); 2],
    seed: u64,
    of: fn(&Moment) -> f64,
) -> Result<[Interval; 2], crate::stats::Error> {
    let ratio = |(small, large): &(&Arm, &Arm)| {
        let pairs = large.paired(small, of);
        bootstrap(&pairs, ratio_of_means, CONFIDENCE, seed)
    };
    Ok([ratio(&pairs[0])?, ratio(&pairs[1])?])
}

pub(super) fn sharp(pairs: &[(&Arm, &Arm); 2], ratios: &[Interval; 2]) -> Outcome {
    let tested = pairs.iter().zip(ratios).map(|((small, large), ratio)| {
        format!(
            "{}, B = {} over {}: {:.2}, 95 % interval {:.2} to {:.2} (> 1)",
            small.method.name(),
            large.batch,
            small.batch,
            ratio.estimate,
            ratio.low,
            ratio.high
        )
    });
    let verdict = if ratios.iter().all(|ratio| ratio.below(1.0)) {
        Verdict::Refuted
    } else {
        Verdict::holds_or_not(ratios.iter().all(|ratio| ratio.above(1.0)))
    };
    Outcome::new("sharpness", verdict, tested.collect::<Vec<_>>().join("; "))
}
