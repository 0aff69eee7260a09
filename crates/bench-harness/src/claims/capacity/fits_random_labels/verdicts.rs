//! What the runs decide.

use super::Results;
use super::condition::Condition;
use crate::claim::{Outcome, Verdict};
use crate::stats::{median, sign_test, wilson_interval};

pub(super) fn fits(problems: &[Results]) -> Outcome {
    let tested = problems.iter().map(|results| {
        let worst = |condition| results.of(3, condition).map(|fit| fit.train_accuracy).fold(1.0, f64::min);
        let worst =
            Condition::ALL.map(|condition| format!("{} {:.2} %", condition.name(), 100.0 * worst(condition)));
        format!("{}, lowest training accuracy over the seeds: {}", results.problem.name, worst.join(", "))
    });
    let all = problems.iter().all(|results| {
        Condition::ALL
            .iter()
            .flat_map(|&condition| results.of(3, condition))
            .all(|fit| fit.train_accuracy == 1.0)
    });
    Outcome {
        criterion: "fits".to_owned(),
        verdict: if all { Verdict::Reproduced } else { Verdict::Refuted },
        tested: tested.collect::<Vec<_>>().join("; ") + " (= 100 %)",
    }
}

pub(super) fn learns_nothing(problems: &[Results]) -> Outcome {
    let mut tested = Vec::new();
    let mut holds = true;
    for results in problems {
        for condition in Condition::ALL.into_iter().filter(|condition| condition.is_noise()) {
            let accuracy = results.mean(3, condition, |fit| fit.test_accuracy);
            let trials = (results.of(3, condition).count() * results.problem.test) as u64;
            let interval = wilson_interval((accuracy * trials as f64).round() as u64, trials, 0.95)
                .expect("a share of some trials");
            holds &= (accuracy - 0.1).abs() <= 0.05;
            tested.push(format!(
                "{}, {}: |{:.1} − 10| ≤ 5 points (95 % interval of the pooled samples {:.1} to {:.1} %)",
                results.problem.name,
                condition.name(),
                100.0 * accuracy,
                100.0 * interval.low,
                100.0 * interval.high
            ));
        }
    }
    Outcome {
        criterion: "learns-nothing".to_owned(),
        verdict: if holds { Verdict::Reproduced } else { Verdict::NotReproduced },
        tested: tested.join("; "),
    }
}

pub(super) fn order(problems: &[Results]) -> Result<Outcome, crate::stats::Error> {
    use Condition::{Gaussian, RandomLabels, RandomPixels, ShuffledPixels, TrueLabels};
    let slower = [
        (RandomLabels, RandomPixels),
        (RandomLabels, Gaussian),
        (RandomPixels, TrueLabels),
        (RandomPixels, ShuffledPixels),
        (Gaussian, TrueLabels),
        (Gaussian, ShuffledPixels),
    ];
    let (mut tested, mut holds, mut opposite) = (Vec::new(), true, false);
    for results in problems {
        for (slow, fast) in slower {
            let (slow_epochs, fast_epochs) = (results.epochs(3, slow), results.epochs(3, fast));
            let test = sign_test(&slow_epochs, &fast_epochs)?;
            holds &= test.larger > test.smaller && test.p_value < 0.05;
            opposite |= test.smaller > test.larger && test.p_value < 0.05;
            tested.push(format!(
                "{}, {} against {}: medians {} and {}, slower in {}, faster in {}, tied in {}, p = {:.3}",
                results.problem.name,
                slow.name(),
                fast.name(),
                median(&slow_epochs)?,
                median(&fast_epochs)?,
                test.larger,
                test.smaller,
                test.ties,
                test.p_value
            ));
        }
    }
    let verdict = if holds {
        Verdict::Reproduced
    } else if opposite {
        Verdict::Refuted
    } else {
        Verdict::NotReproduced
    };
    Ok(Outcome { criterion: "order".to_owned(), verdict, tested: tested.join("; ") })
}
