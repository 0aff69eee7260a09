//! The toy problem of Wilson et al., on which adaptive methods fit everything and generalise to nothing.

use losses_optim::optim;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{Criterion, Outcome, Verdict};
use crate::report::{Cell, Table};
use crate::run::Laboratory;

/// The toy problem of Wilson et al.: n samples, of which a share p has the label +1. Feature 1 is the label, features 2
/// and 3 are 1, and then each sample has features of its own: one if its label is +1, five if it is −1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Toy {
    samples: usize,
    positive: f64,
    optimizer: &'static str,
    learning_rate: f64,
}

/// How an optimizer ended on the toy problem.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct ToyEnd {
    steps: u64,
    training_loss: f64,
    test_error: f64,
    /// The largest over the smallest |wⱼ| of the features: 1 for a multiple of sign(Xᵀy).
    spread: f64,
}

/// The methods on the toy problem: name in tables, name in the register, learning rate.
const TOY_METHODS: [(&str, &str, f64); 6] = [
    ("gradient descent", "gradient_descent", 0.2),
    ("momentum", "momentum", 0.02),
    ("AdaGrad", "ada_grad", 0.1),
    ("RMSProp", "rms_prop", 0.01),
    ("Adam", "adam", 0.01),
    ("AMSGrad", "ams_grad", 0.01),
];

/// The problem and the steps on it, for the page.
pub(super) const DESCRIPTION: &str = "n samples, the label y = 1 for a share p of them and −1 for the others; the features x₁ = y, \
     x₂ = x₃ = 1; besides these each sample has features of its own, one if y = 1 and five if y = −1, which are 1 for it and 0 for all \
     others; all samples in each step, with a constant rate for gradient descent and momentum and one that falls as 1/√k for the others";

/// Squared error at which the toy problem counts as fitted.
const TOY_FITTED: f64 = 1e-6;

fn play_toy(toy: &Toy) -> ToyEnd {
    let Toy { samples, positive, optimizer, learning_rate } = *toy;
    let positives = (samples as f64 * positive).round() as usize;
    let features = 3 + 5 * samples;
    let label = |i: usize| if i < positives { 1.0 } else { -1.0 };
    let own = |i: usize| 3 + 5 * i..3 + 5 * i + if i < positives { 1 } else { 5 };
    let mut optimizer = (optim::find(optimizer).expect("registered").over_f64)();
    let (mut w, mut gradient) = (vec![0.0; features], vec![0.0; features]);
    let mut training_loss = f64::INFINITY;
    let mut steps = 0;
    while training_loss > TOY_FITTED && steps < 200_000 {
        steps += 1;
        gradient.fill(0.0);
        training_loss = 0.0;
        for i in 0..samples {
            let y = label(i);
            let output = y * w[0] + w[1] + w[2] + own(i).map(|j| w[j]).sum::<f64>();
            let residual = output - y;
            training_loss += residual * residual / samples as f64;
            let slope = residual / samples as f64;
            gradient[0] += slope * y;
            gradient[1] += slope;
            gradient[2] += slope;
            own(i).for_each(|j| gradient[j] += slope);
        }
        // Methods whose steps do not shrink with the gradient need a rate that does.
        let rate = if is_adaptive(toy) { learning_rate / (steps as f64).sqrt() } else { learning_rate };
        optimizer.step(&mut w, &gradient, rate).expect("finite rates");
    }
    // A new sample's own features were never seen: their weights are 0, and only the first three decide.
    let wrong = |y: f64| y * w[0] + w[1] + w[2] <= 0.0 && y > 0.0 || y * w[0] + w[1] + w[2] >= 0.0 && y < 0.0;
    let test_error =
        positive * f64::from(u8::from(wrong(1.0))) + (1.0 - positive) * f64::from(u8::from(wrong(-1.0)));
    let sizes: Vec<f64> =
        [0, 1, 2].into_iter().chain((0..samples).flat_map(own)).map(|j| w[j].abs()).collect();
    let (low, high) =
        sizes.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &w| (low.min(w), high.max(w)));
    ToyEnd { steps, training_loss, test_error, spread: high / low }
}

/// What the toy problem decides.
pub(super) fn criterion() -> Criterion {
    Criterion::new(
        "toy",
        "Wilson et al.'s problem, n = 50 and 200, share of positives p = 0.6 and 0.75, squared loss from w = 0: every method \
         fits the training set to a mean squared error of 10⁻⁶; gradient descent and momentum then have test error 0, and \
         AdaGrad, RMSProp, Adam and AMSGrad exactly 1 − p. Refuted by any that does not.",
    )
}

/// Plays it with every method.
pub(super) fn play(laboratory: &Laboratory) -> Result<Vec<(Toy, ToyEnd)>, Error> {
    let toys = toys();
    let ends = laboratory.cells("Wilson's toy problem", &toys, |toy| Ok(play_toy(toy)))?;
    Ok(toys.into_iter().zip(ends).collect())
}

fn toys() -> Vec<Toy> {
    let mut toys = Vec::new();
    for samples in [50, 200] {
        for positive in [0.6, 0.75] {
            toys.extend(TOY_METHODS.map(|(_, optimizer, learning_rate)| Toy {
                samples,
                positive,
                optimizer,
                learning_rate,
            }));
        }
    }
    toys
}

fn is_adaptive(toy: &Toy) -> bool {
    !matches!(toy.optimizer, "gradient_descent" | "momentum")
}

pub(super) fn outcome(ends: &[(Toy, ToyEnd)]) -> Outcome {
    let holds = ends.iter().all(|(toy, end)| {
        let expected = if is_adaptive(toy) { 1.0 - toy.positive } else { 0.0 };
        end.training_loss <= TOY_FITTED && end.test_error == expected
    });
    let errors = |adaptive: bool, positive: f64| {
        let of = ends.iter().filter(|(toy, _)| is_adaptive(toy) == adaptive && toy.positive == positive);
        let errors: Vec<f64> = of.map(|(_, end)| end.test_error).collect();
        format!(
            "{:.2} to {:.2}",
            errors.iter().copied().fold(1.0, f64::min),
            errors.iter().copied().fold(0.0, f64::max)
        )
    };
    Outcome {
        criterion: "toy".to_owned(),
        verdict: if holds { Verdict::Reproduced } else { Verdict::Refuted },
        tested: format!(
            "test errors at p = 0.6: {} (gradient descent, momentum: = 0), {} (adaptive: = 0.4); at p = 0.75: {} (= 0), {} (= 0.25); \
             largest training loss {:.1e} ≤ 10⁻⁶",
            errors(false, 0.6),
            errors(true, 0.6),
            errors(false, 0.75),
            errors(true, 0.75),
            ends.iter().map(|(_, end)| end.training_loss).fold(0.0, f64::max)
        ),
    }
}

pub(super) fn table(ends: &[(Toy, ToyEnd)]) -> Table {
    let rows = TOY_METHODS.iter().map(|&(name, optimizer, _)| {
        let of = |samples: usize, positive: f64| {
            let end = ends.iter().find(|(toy, _)| {
                toy.optimizer == optimizer && toy.samples == samples && toy.positive == positive
            });
            end.expect("each is played").1
        };
        let mut row = vec![Cell::from(name)];
        for (samples, positive) in [(50, 0.6), (50, 0.75), (200, 0.6), (200, 0.75)] {
            row.push(Cell::number(of(samples, positive).test_error, 3));
        }
        row.push(Cell::from(format!("{:.1e}", of(200, 0.6).training_loss)));
        row.push(Cell::number(of(200, 0.6).spread, 3));
        row.push(Cell::from(if matches!(optimizer, "gradient_descent" | "momentum") {
            "0"
        } else {
            "1 − p"
        }));
        row
    });
    Table {
        id: "toy".to_owned(),
        title: "Wilson et al.'s toy problem: test error".to_owned(),
        caption: "Exact test error, for the label decides a new sample's features. The last number is max |wⱼ| / min |wⱼ| for n = 200, \
                  p = 0.6: 1 where the solution is a multiple of sign(Xᵀy). Theory: Wilson et al., section 3.3 [S]."
            .to_owned(),
        columns: ["method", "n = 50, p = 0.6", "50, 0.75", "200, 0.6", "200, 0.75", "training loss", "weight ratio", "theory"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest problem: gradient descent finds the label, Adam the majority.
    #[test]
    fn descent_generalises_where_adam_does_not() {
        let end = |optimizer, learning_rate| {
            play_toy(&Toy { samples: 10, positive: 0.6, optimizer, learning_rate })
        };
        let (descent, adam) = (end("gradient_descent", 0.2), end("adam", 0.01));
        assert!(descent.training_loss <= TOY_FITTED && adam.training_loss <= TOY_FITTED);
        assert_eq!((descent.test_error, adam.test_error), (0.0, 0.4));
        assert!(descent.spread > 2.0 && (adam.spread - 1.0).abs() < 1e-3, "{descent:?} {adam:?}");
    }
}
