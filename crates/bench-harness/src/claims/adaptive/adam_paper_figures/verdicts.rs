//! What the comparisons decide.

use super::comparison::Results;
use crate::claim::{Outcome, Verdict};
use crate::stats::{self, equivalence, mean, minimum_detectable_effect, paired_difference};

/// The outcomes of the criteria on E1 and E2, in their order.
pub(super) fn outcomes(results: &[Results]) -> Result<Vec<Outcome>, stats::Error> {
    let logistic = &results[0];
    let (adam, nesterov, ada_grad) =
        (logistic.last("Adam"), logistic.last("SGD-Nesterov"), logistic.last("AdaGrad"));
    let margin = 0.05 * mean(&nesterov)?;
    let equal = equivalence(&adam, &nesterov, margin)?;
    let difference = paired_difference(&adam, &nesterov, 0.95)?;
    let differences: Vec<f64> = adam.iter().zip(&nesterov).map(|(a, b)| a - b).collect();
    let logistic_equal = Outcome {
        criterion: "logistic-equal".to_owned(),
        verdict: if equal.holds() {
            Verdict::Reproduced
        } else if difference.low > margin {
            Verdict::Refuted
        } else {
            Verdict::NotReproduced
        },
        tested: format!(
            "Adam − SGD-Nesterov = {:.2e}, 90 % interval {:.2e} to {:.2e} within ±{margin:.2e} (p = {:.3}); detectable at \
             80 % power: {:.2e}",
            equal.difference.estimate,
            equal.difference.low,
            equal.difference.high,
            equal.p_value,
            minimum_detectable_effect(&differences)?
        ),
    };
    let (mut tested, mut below, mut above) = (Vec::new(), true, false);
    for (name, losses) in [("Adam", &adam), ("SGD-Nesterov", &nesterov)] {
        let difference = paired_difference(losses, &ada_grad, 0.95)?;
        below &= difference.below(0.0);
        above |= difference.above(0.0);
        tested.push(format!(
            "{name} − AdaGrad = {:.2e}, 95 % interval {:.2e} to {:.2e} (< 0)",
            difference.estimate, difference.low, difference.high
        ));
    }
    let logistic_ada_grad = Outcome {
        criterion: "logistic-adagrad".to_owned(),
        verdict: match (below, above) {
            (true, _) => Verdict::Reproduced,
            (_, true) => Verdict::Refuted,
            _ => Verdict::NotReproduced,
        },
        tested: tested.join("; "),
    };
    Ok(vec![
        logistic_equal,
        logistic_ada_grad,
        fastest("perceptron", &results[1])?,
        fastest("perceptron-dropout", &results[2])?,
    ])
}

/// Whether no other arm is ahead of Adam after 5 and after 20 epochs.
fn fastest(criterion: &str, results: &Results) -> Result<Outcome, stats::Error> {
    let (mut tested, mut holds, mut refuted) = (Vec::new(), true, false);
    for epoch in [5, 20] {
        let adam = results.after("Adam", epoch);
        for (arm, ..) in results.arms.iter().filter(|(arm, ..)| arm.name != "Adam") {
            let other = results.after(arm.name, epoch);
            if other.iter().any(|loss| loss.is_infinite()) {
                tested.push(format!("epoch {epoch}: {} diverged", arm.name));
                continue;
            }
            let difference = paired_difference(&adam, &other, 0.95)?;
            holds &= difference.estimate <= 0.0;
            refuted |= difference.above(0.0);
            tested.push(format!(
                "epoch {epoch}: Adam − {} = {:.2e}, {:.2e} to {:.2e}",
                arm.name, difference.estimate, difference.low, difference.high
            ));
        }
    }
    let verdict = match (holds, refuted) {
        (true, _) => Verdict::Reproduced,
        (_, true) => Verdict::Refuted,
        _ => Verdict::NotReproduced,
    };
    let tested = format!("{} (means ≤ 0; 95 % intervals)", tested.join("; "));
    Ok(Outcome { criterion: criterion.to_owned(), verdict, tested })
}
