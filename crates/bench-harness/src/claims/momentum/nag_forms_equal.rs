//! Nesterov momentum can be rewritten with the gradient at the iterate, if one knows which point that iterate is.

use autograd::{Array, ArrayAlgebra, Layout, Parameters, Tape, Var};
use losses_optim::loss::{Loss, Reduction, SoftmaxCrossEntropy};
use losses_optim::optim::{Nesterov, NesterovLookAhead, Optimizer};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::data::Dataset;
use crate::model::{Mlp, Quadratic};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// The claim.
pub struct NagFormsEqual;

const STEPS: usize = 500;
const MOMENTUM: f64 = 0.9;
/// The samples of the digits that the networks are trained on.
const SAMPLES: usize = 128;

/// A problem, full batch, in double precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Problem {
    Quadratic,
    Logistic,
    Perceptron,
}

impl Problem {
    const ALL: [Self; 3] = [Self::Quadratic, Self::Logistic, Self::Perceptron];

    fn name(self) -> &'static str {
        match self {
            Self::Quadratic => "quadratic, curvatures 1 to 100",
            Self::Logistic => "logistic regression",
            Self::Perceptron => "perceptron, 16 hidden units",
        }
    }

    fn learning_rate(self) -> f64 {
        match self {
            Self::Quadratic => 0.005,
            Self::Logistic | Self::Perceptron => 0.05,
        }
    }
}

/// How far the two forms are apart along the way.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Distances {
    /// After each step, the largest |yᵢ − (wᵢ + μvᵢ)| of the rewritten form's iterate y.
    to_look_ahead: Vec<f64>,
    /// After each step, the largest |yᵢ − wᵢ|.
    to_iterate: Vec<f64>,
    /// The loss at y and at w after the last step.
    losses: (f64, f64),
}

/// The loss of a classifier of the digits, and its gradient.
struct Classifier {
    model: Mlp,
    layout: Layout,
    inputs: Array<f64>,
    labels: Vec<usize>,
}

impl Classifier {
    fn new(hidden: &[usize], digits: &Dataset) -> Self {
        let model = Mlp::new(digits.dimension(), hidden, digits.classes);
        let features = (0..SAMPLES).flat_map(|i| digits.example(i)).map(|&x| f64::from(x)).collect();
        Self {
            layout: model.layout(),
            inputs: Array::new(&[SAMPLES, digits.dimension()], features).expect("whole examples"),
            labels: digits.labels[..SAMPLES].iter().map(|&label| usize::from(label)).collect(),
            model,
        }
    }

    fn loss<A: ArrayAlgebra>(&self, parameters: &[A], inputs: &A) -> A {
        let scores = self.model.outputs(parameters, inputs, |_, activations| activations);
        SoftmaxCrossEntropy.evaluate(&scores, &self.labels, Reduction::Mean).expect("sound data")
    }

    fn value_and_gradient(&self, at: &[f64]) -> (f64, Vec<f64>) {
        let parameters = Parameters::new(self.layout.clone(), at.to_vec());
        let tape = Tape::new();
        let variables = parameters.record(&tape);
        let loss = self.loss(&variables, &Var::constant(self.inputs.clone()));
        let mut gradient = vec![0.0; at.len()];
        (parameters.gradient(&tape, &loss, &mut gradient), gradient)
    }
}

fn compare(problem: Problem, digits: &Dataset, seed: u64) -> Distances {
    let quadratic = Quadratic { curvatures: vec![1.0, 10.0, 100.0] };
    let of_quadratic = |x: &[f64]| (quadratic.value(x), quadratic.gradient(x));
    match problem {
        Problem::Quadratic => walk(problem, &[1.0, -2.0, 3.0], of_quadratic),
        Problem::Logistic | Problem::Perceptron => {
            let hidden: &[usize] = if problem == Problem::Perceptron { &[16] } else { &[] };
            let classifier = Classifier::new(hidden, digits);
            let start = classifier.model.initialise::<f64>(&mut stream(seed, "initialisation"));
            walk(problem, start.as_slice(), |at| classifier.value_and_gradient(at))
        }
    }
}

/// Walks with both forms from one start.
fn walk(problem: Problem, start: &[f64], objective: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> Distances {
    let mut rewritten = Nesterov { momentum: MOMENTUM, v: Vec::new() };
    let mut look_ahead = NesterovLookAhead { momentum: MOMENTUM, ..NesterovLookAhead::default() };
    // The look-ahead form is given the gradient at w + μv, which is where its parameters stand.
    let (mut y, mut ahead) = (start.to_vec(), start.to_vec());
    let largest = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let (mut to_look_ahead, mut to_iterate) = (Vec::new(), Vec::new());
    for _ in 0..STEPS {
        let (_, gradient) = objective(&y);
        rewritten.step(&mut y, &gradient, problem.learning_rate()).expect("a finite rate");
        let (_, gradient) = objective(&ahead);
        look_ahead.step(&mut ahead, &gradient, problem.learning_rate()).expect("a finite rate");
        let expected: Vec<f64> =
            look_ahead.w.iter().zip(&look_ahead.v).map(|(w, v)| w + MOMENTUM * v).collect();
        to_look_ahead.push(largest(&y, &expected));
        to_iterate.push(largest(&y, &look_ahead.w));
    }
    Distances { to_look_ahead, to_iterate, losses: (objective(&y).0, objective(&look_ahead.w).0) }
}

impl Claim for NagFormsEqual {
    fn about(&self) -> About {
        About {
            id: "nag-forms-equal".to_owned(),
            title: "Nesterov momentum with the ordinary gradient".to_owned(),
            statement: "Nesterov's method, which takes the gradient where momentum alone would lead, can be rewritten so that it \
                        takes the gradient at its own iterate."
                .to_owned(),
            lecture: "part 3, Nesterov accelerated gradient".to_owned(),
            sources: vec![
                "Y. Bengio, N. Boulanger-Lewandowski & R. Pascanu 2013, Advances in Optimizing Recurrent Networks, \
                 arXiv:1212.0901"
                    .to_owned(),
                "I. Sutskever, J. Martens, G. Dahl & G. Hinton 2013, On the importance of initialization and momentum in \
                 deep learning, ICML"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "same-method",
                    "With v = 0 at the start, the rewritten form's iterate y equals w + μv of the look-ahead form to 10⁻¹² in \
                     every coordinate after each of 500 steps, on a quadratic, a logistic regression and a perceptron in \
                     double precision. Refuted by a larger difference.",
                ),
                Criterion::new(
                    "same-point",
                    "The two forms' iterates, both called w on the slides, are the same point: |y − w| ≤ 10⁻¹² throughout. \
                     Refuted by a larger difference.",
                ),
            ],
            would_change: "A learning rate or momentum that changes between steps: then the conversion between the two points must \
                           use the momentum that was in force."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let seed = laboratory.seeds(1, 1)[0];
        let configurations = Problem::ALL.map(|problem| (problem, seed));
        let distances = laboratory
            .cells("both forms", &configurations, |&(problem, seed)| Ok(compare(problem, &digits, seed)))?;
        let largest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        let apart = distances.iter().map(|d| largest(&d.to_look_ahead)).fold(0.0, f64::max);
        let elsewhere: Vec<f64> = distances.iter().map(|d| largest(&d.to_iterate)).collect();
        let rows = Problem::ALL.iter().zip(&distances).map(|(problem, distances)| {
            vec![
                Cell::from(problem.name()),
                Cell::from(scientific(largest(&distances.to_look_ahead))),
                Cell::number(largest(&distances.to_iterate), 3),
                Cell::number(distances.losses.0, 6),
                Cell::number(distances.losses.1, 6),
            ]
        });
        let curve = |name: &str, values: &[f64]| {
            let points = values.iter().enumerate().map(|(k, &d)| Point::new((k + 1) as f64, d));
            Series::line(name, points.collect())
        };
        Ok(Findings {
            setup: vec![
                ("constants".to_owned(), format!("μ = {MOMENTUM}; η = 0.005 (quadratic), 0.05 (networks); v = 0 at first")),
                ("networks".to_owned(), format!("the first {SAMPLES} digits as one batch, softmax cross-entropy, f64")),
                ("steps".to_owned(), STEPS.to_string()),
            ],
            data: laboratory.data_used(),
            figures: vec![Figure {
                id: "distance".to_owned(),
                title: "One method, two points".to_owned(),
                caption: "On the perceptron: how far the rewritten form's iterate y is from the look-ahead point w + μv of the \
                          other form (rounding), and from that form's iterate w."
                    .to_owned(),
                x: Axis::linear("step"),
                y: Axis::logarithmic("largest difference of a coordinate"),
                series: vec![
                    curve("|y − w|", &distances[2].to_iterate),
                    curve("|y − (w + μv)|", &distances[2].to_look_ahead),
                ],
            }],
            tables: vec![Table {
                id: "distances".to_owned(),
                title: "The two forms after the same gradients".to_owned(),
                caption: "The largest differences over 500 steps, and the loss at either point after the last.".to_owned(),
                columns: ["problem", "|y − (w + μv)|", "|y − w|", "loss at y", "loss at w"].map(str::to_owned).to_vec(),
                rows: rows.collect(),
            }],
            outcomes: vec![
                Outcome::new(
                    "same-method",
                    Verdict::holds_or_refuted(apart <= 1e-12),
                    format!("largest |y − (w + μv)| = {} ≤ 10⁻¹²", scientific(apart)),
                ),
                Outcome::new(
                    "same-point",
                    Verdict::holds_or_refuted(elsewhere.iter().all(|&distance| distance <= 1e-12)),
                    format!(
                        "largest |y − w|: {:.3} (quadratic), {:.3} (logistic), {:.3} (perceptron), not ≤ 10⁻¹²",
                        elsewhere[0], elsewhere[1], elsewhere[2]
                    ),
                ),
            ],
            key_number: format!("forms agree to {}; their points are up to {:.2} apart", scientific(apart), largest(&elsewhere)),
            remarks: vec![
                "The rewritten form is what PyTorch and optax call Nesterov momentum. Its parameters are the look-ahead points: who \
                 wants w at the end takes the last μv back."
                    .to_owned(),
            ],
        })
    }
}
