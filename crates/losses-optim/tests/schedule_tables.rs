//! The learning rates of PyTorch's and optax's schedules: equal to 10⁻¹² where the definition is the same; where it is not, the
//! tool's rule is written out, comes to the tool's rates, and is not the one here. The page of [`schedule`] has a row for each.

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::PI;

use losses_optim::schedule::{
    Cosine, CosineRestarts, Exponential, LinearWarmup, MultiStep, OneCycle, Polynomial, ReduceOnPlateau,
    Schedule, StepDecay,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

const PAGE: &str = include_str!("../src/schedule/elsewhere.md");

#[derive(Deserialize)]
struct Reference {
    losses: Vec<f64>,
    negative_losses: Vec<f64>,
    same: Vec<Run>,
    other: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    tool: String,
    schedule: String,
    constants: Map<String, Value>,
    rates: Vec<f64>,
}

impl Run {
    fn number(&self, constant: &str) -> f64 {
        self.constants[constant].as_f64().unwrap()
    }

    /// The largest difference, of the largest rate.
    fn distance(&self, rates: &[f64]) -> f64 {
        assert_eq!(rates.len(), self.rates.len());
        let largest = self.rates.iter().copied().fold(0.0, f64::max);
        let apart = rates.iter().zip(&self.rates).map(|(rate, expected)| (rate - expected).abs());
        apart.fold(0.0, f64::max) / largest
    }
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/schedules.json")).unwrap()
}

fn made<S: DeserializeOwned>(constants: &Map<String, Value>) -> S {
    serde_json::from_value(Value::Object(constants.clone())).unwrap()
}

/// The rates here.
fn here(run: &Run, losses: &[f64]) -> Vec<f64> {
    let constants = &run.constants;
    let schedule: Box<dyn Schedule> = match run.schedule.as_str() {
        "step_decay" => Box::new(made::<StepDecay>(constants)),
        "multi_step" => Box::new(made::<MultiStep>(constants)),
        "exponential" => Box::new(made::<Exponential>(constants)),
        "polynomial" => Box::new(made::<Polynomial>(constants)),
        "cosine" => Box::new(made::<Cosine>(constants)),
        "cosine_restarts" => Box::new(made::<CosineRestarts>(constants)),
        "linear_warmup" => Box::new(made::<LinearWarmup>(constants)),
        "one_cycle" => Box::new(made::<OneCycle>(constants)),
        "reduce_on_plateau" => {
            let mut constants = constants.clone();
            constants.extend(
                [("best", Value::Null), ("bad", json!(0)), ("cooling", json!(0))]
                    .map(|(name, value)| (name.to_owned(), value)),
            );
            let mut plateau = made::<ReduceOnPlateau>(&constants);
            let observed = |&loss: &f64| {
                plateau.observe(loss);
                plateau.rate
            };
            return losses.iter().map(observed).collect();
        }
        other => panic!("no schedule `{other}`"),
    };
    (1..).map(|t| schedule.learning_rate(t)).take(run.rates.len()).collect()
}

#[test]
fn rates_of_the_same_definition_agree() {
    let reference = reference();
    let mut largest = BTreeMap::new();
    for run in &reference.same {
        let distance = run.distance(&here(run, &reference.losses));
        let worst: &mut f64 = largest.entry((&run.schedule, &run.tool)).or_default();
        *worst = worst.max(distance);
        assert!(distance < 1e-12, "{} of {}: {distance:e}", run.schedule, run.tool);
        let turns = run.rates.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(turns >= 2, "{} of {} is not put to the test", run.schedule, run.tool);
    }
    for ((schedule, tool), distance) in largest {
        println!("{schedule}, {tool}: largest difference {distance:.1e} of the largest rate");
    }
}

/// The tool's rule, as it stands there, for steps counted from 0.
fn theirs(run: &Run, losses: &[f64]) -> Vec<f64> {
    let number = |constant| run.number(constant);
    let by_count = |rate: &dyn Fn(f64) -> f64| (0..run.rates.len()).map(|i| rate(i as f64)).collect();
    let arc = |from: f64, to: f64, share: f64| to + (from - to) * (1.0 + (PI * share).cos()) / 2.0;
    match (run.schedule.as_str(), run.tool.as_str()) {
        ("cosine", "torch") => by_count(&|i| arc(number("initial"), number("last"), i / number("steps"))),
        ("linear_warmup", "optax") => by_count(&|i| number("target") * (i / number("steps")).min(1.0)),
        ("one_cycle", "optax") => {
            let (peak, end) = (number("peak"), number("steps"));
            let first = peak / number("start_divisor");
            let top = (number("rise") * end).floor();
            let last = peak / (number("start_divisor") * number("end_divisor"));
            by_count(&|i| match i {
                i if i < top => arc(first, peak, i / top),
                i if i < end => arc(peak, last, (i - top) / (end - top)),
                _ => last,
            })
        }
        ("reduce_on_plateau", tool) => {
            let (mut best, mut bad, mut rate) = (f64::INFINITY, 0.0, number("rate"));
            let patience = number("patience");
            let observed = |&loss: &f64| {
                // With best < 0 this asks for less than no improvement.
                if loss < (1.0 - number("threshold")) * best {
                    (best, bad) = (loss, 0.0);
                } else {
                    bad += 1.0;
                }
                if (tool == "torch" && bad > patience) || (tool == "optax" && bad == patience) {
                    rate *= number("factor");
                    bad = 0.0;
                }
                rate
            };
            losses.iter().map(observed).collect()
        }
        (schedule, tool) => panic!("no rule of {tool} for {schedule}"),
    }
}

#[test]
fn each_tools_other_rule_is_what_the_page_says_and_not_the_one_here() {
    let reference = reference();
    for run in &reference.other {
        let losses = match (run.schedule.as_str(), run.tool.as_str()) {
            ("reduce_on_plateau", "torch") => &reference.negative_losses,
            _ => &reference.losses,
        };
        let distance = run.distance(&theirs(run, losses));
        assert!(distance < 1e-12, "{} of {}: {distance:e}", run.schedule, run.tool);
        let apart = run.distance(&here(run, losses));
        assert!(apart > 1e-3, "{} of {} is that here, up to {apart:e}", run.schedule, run.tool);
    }
}

#[test]
fn the_page_has_a_row_for_each_rule_that_differs() {
    let rows = PAGE.lines().filter(|line| line.starts_with("| `"));
    let listed: BTreeSet<String> = rows.map(|row| row.split('`').nth(1).unwrap().to_owned()).collect();
    let tested: BTreeSet<String> = reference().other.into_iter().map(|run| run.schedule).collect();
    assert_eq!(listed, tested);
}
