//! 200 steps in f64 beside PyTorch's and optax's, where the definition is the same. What differs, and why, stands in each
//! optimizer's "Conventions" and is tested in `deviations.rs`.

use std::collections::BTreeMap;

use losses_optim::{
    line_search::FixedStep,
    minimise::{Lbfgs, Minimiser},
    objective::ByHand,
    optim::{self, Adam, Momentum, Muon, Nadam, Optimizer, Yogi},
    wrap::{CoupledDecay, DecoupledDecay},
};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Reference {
    every: usize,
    starts: BTreeMap<String, Vec<f64>>,
    curvatures: Vec<f64>,
    matrix_curvatures: Vec<f64>,
    inputs: Vec<Vec<f64>>,
    labels: Vec<f64>,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    tool: String,
    method: String,
    problem: String,
    constants: Map<String, Value>,
    learning_rate: f64,
    iterates: Vec<Vec<f64>>,
}

impl Reference {
    fn gradient(&self, problem: &str, w: &[f64]) -> Vec<f64> {
        let bowl = |curvatures: &[f64]| w.iter().zip(curvatures).map(|(w, c)| c * w).collect();
        match problem {
            "quadratic" => bowl(&self.curvatures),
            "matrix" => bowl(&self.matrix_curvatures),
            "rosenbrock" => {
                let (x, y) = (w[0], w[1]);
                vec![-2.0 * (1.0 - x) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)]
            }
            "logistic" => {
                let mut gradient = vec![0.0; w.len()];
                for (input, label) in self.inputs.iter().zip(&self.labels) {
                    let score: f64 = input.iter().zip(w).map(|(x, w)| x * w).sum();
                    let error = 1.0 / (1.0 + (-score).exp()) - label;
                    for (g, x) in gradient.iter_mut().zip(input) {
                        *g += error * x / self.labels.len() as f64;
                    }
                }
                gradient
            }
            other => panic!("no problem `{other}`"),
        }
    }
}

/// The registered optimizer with some constants replaced, by way of its saved form.
fn with_constants(run: &Run) -> Box<dyn losses_optim::state::SavableOptimizer<f64>> {
    let mut optimizer = (optim::find(&run.method).unwrap().over_f64)();
    let mut text = Vec::new();
    let mut json = serde_json::Serializer::new(&mut text);
    optimizer.save(&mut <dyn erased_serde::Serializer>::erase(&mut json)).unwrap();
    let mut saved: Value = serde_json::from_slice(&text).unwrap();
    for (name, value) in &run.constants {
        assert!(saved["state"][name].is_number(), "{} has no `{name}`", run.method);
        saved["state"][name] = value.clone();
    }
    optimizer.load(&mut <dyn erased_serde::Deserializer<'_>>::erase(saved)).unwrap();
    optimizer
}

/// What takes one step at a time with gradients of the problem.
type Walk<'r> = Box<dyn FnMut(&mut [f64]) + 'r>;

fn walk<'r>(reference: &'r Reference, run: &'r Run) -> Walk<'r> {
    let stepping = |mut optimizer: Box<dyn Optimizer<f64>>| -> Walk<'r> {
        Box::new(move |w| {
            let gradient = reference.gradient(&run.problem, w);
            optimizer.step(w, &gradient, run.learning_rate).unwrap();
        })
    };
    match run.method.as_str() {
        "coupled_decay(momentum)" => stepping(Box::new(CoupledDecay::new(0.1, Momentum::default()))),
        "coupled_decay(adam)" => stepping(Box::new(CoupledDecay::new(0.1, Adam::default()))),
        "decoupled_decay(nadam)" => stepping(Box::new(DecoupledDecay::new(0.1, Nadam::default()))),
        "decoupled_decay(muon)" => {
            let muon = Muon { rows: 4, epsilon: 0.0, ..Muon::default() };
            stepping(Box::new(DecoupledDecay::new(0.1, muon)))
        }
        // Without ε the two corrections of bias are a factor of the learning rate.
        "yogi(rate of the corrections)" => {
            let mut yogi = Yogi { epsilon: 0.0, initial_v: 0.0, ..Yogi::default() };
            Box::new(move |w| {
                let t = i32::try_from(yogi.t + 1).unwrap();
                let correction = (1.0 - yogi.beta2.powi(t)).sqrt() / (1.0 - yogi.beta1.powi(t));
                let gradient = reference.gradient(&run.problem, w);
                yogi.step(w, &gradient, correction * run.learning_rate).unwrap();
            })
        }
        "lbfgs(fixed_step)" => {
            let mut lbfgs = Lbfgs::new(FixedStep { step: run.learning_rate });
            let mut objective = ByHand {
                value: |_: &[f64]| 0.0, // which a fixed step does not ask for
                value_and_grad: |w: &[f64], grad: &mut [f64]| {
                    grad.copy_from_slice(&reference.gradient(&run.problem, w));
                    0.0
                },
            };
            Box::new(move |w| {
                lbfgs.step(w, &mut objective).unwrap();
            })
        }
        _ => stepping(with_constants(run)),
    }
}

#[test]
fn two_hundred_steps_agree() {
    let reference: Reference = serde_json::from_str(include_str!("reference/trajectories.json")).unwrap();
    let mut largest = BTreeMap::new();
    for run in &reference.runs {
        let mut step = walk(&reference, run);
        let mut w = reference.starts[&run.problem].clone();
        let size = w.iter().fold(0.0, |size: f64, w| size.max(w.abs()));
        for expected in &run.iterates {
            for _ in 0..reference.every {
                step(&mut w);
            }
            let size = expected.iter().fold(size, |size: f64, w| size.max(w.abs()));
            let difference = w.iter().zip(expected).fold(0.0, |d: f64, (w, e)| d.max((w - e).abs() / size));
            let worst: &mut f64 = largest.entry((&run.tool, &run.method)).or_default();
            *worst = worst.max(difference);
            assert!(difference < 1e-10, "{} of {} on {}: {difference:e}", run.method, run.tool, run.problem);
        }
    }
    for ((tool, method), difference) in largest {
        println!("{method}, {tool}: largest difference {difference:.1e} of the largest entry");
    }
}
