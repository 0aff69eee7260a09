//! The L-norms of probabilities as expected misclassification.

use autograd::{Array, ArrayOps};
use losses_optim::loss::{JanochaCzarnecki, Loss, Reduction};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// The claim.
pub struct L1L2AreExpectedMisclassification;

const ID: &str = "l1-l2-are-expected-misclassification";
const CASES: usize = 10_000;

/// Scores of a sample with its right class.
struct Case {
    scores: Vec<f64>,
    class: usize,
}

impl Case {
    fn draw(random: &mut ChaCha8Rng) -> Self {
        let classes = [2, 3, 10, 100][random.random_range(0..4)];
        let spread: f64 = random.random_range(0.1..5.0);
        let scores = (0..classes).map(|_| {
            let normal: f64 = StandardNormal.sample(random);
            spread * normal
        });
        let scores = scores.collect();
        Self { scores, class: random.random_range(0..classes) }
    }

    fn array(&self) -> Array<f64> {
        Array::new(&[1, self.scores.len()], self.scores.clone()).expect("one row")
    }

    fn loss(&self, loss: JanochaCzarnecki) -> f64 {
        let value = loss.evaluate(&self.array(), &[self.class], Reduction::Sum).expect("one label");
        value.item().expect("a sum is one number")
    }

    fn probabilities(&self) -> Vec<f64> {
        self.array().softmax().to_vec()
    }
}

/// The largest departures from the four identities over random cases.
#[derive(Debug, Clone, Copy, Default)]
struct Departures {
    l1: f64,
    l2: f64,
    sampling: f64,
    maximum: f64,
}

fn departures(seed: u64) -> Departures {
    let mut random = stream(seed, "scores");
    let mut largest = Departures::default();
    for _ in 0..CASES {
        let case = Case::draw(&mut random);
        let p = case.probabilities();
        let right = p[case.class];
        // A label drawn from p is wrong with the probability of all other classes.
        let wrong: f64 = p.iter().enumerate().filter(|(class, _)| *class != case.class).map(|(_, p)| p).sum();
        let squares: f64 = p.iter().map(|p| p * p).sum();
        let note = |largest: &mut f64, departure: f64| *largest = largest.max(departure.abs());
        note(&mut largest.l1, case.loss(JanochaCzarnecki::SoftmaxL1) - 2.0 * wrong);
        note(&mut largest.l2, case.loss(JanochaCzarnecki::SoftmaxL2) - (1.0 - 2.0 * right + squares));
        note(&mut largest.sampling, wrong - (1.0 - right));
        note(&mut largest.maximum, case.loss(JanochaCzarnecki::SoftmaxMax) - (1.0 - right));
    }
    largest
}

/// Gradient descent of one linear model by two losses, the second with the rate doubled: the largest difference of the
/// weights over 200 steps.
fn trajectories(seed: u64) -> f64 {
    let mut random = stream(seed, "samples");
    let (samples, features, classes) = (30, 5, 3);
    let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
    let inputs = Array::new(&[samples, features], (0..samples * features).map(|_| normal()).collect())
        .expect("a matrix");
    let labels: Vec<usize> = (0..samples).map(|i| i % classes).collect();
    let start: Vec<f64> = (0..features * classes).map(|_| normal()).collect();
    let step = |weights: &Array<f64>, loss: JanochaCzarnecki, rate: f64| {
        let gradient = autograd::grad(
            |w| {
                let outputs = autograd::Var::constant(inputs.clone()).matmul(&w[0]);
                loss.evaluate(&outputs, &labels, Reduction::Mean).expect("the labels suit the scores")
            },
            std::slice::from_ref(weights),
        );
        weights - &(&gradient[0] * rate)
    };
    let mut by_l1 = Array::new(&[features, classes], start).expect("a matrix");
    let mut by_maximum = by_l1.clone();
    let mut largest = 0.0_f64;
    for _ in 0..200 {
        by_l1 = step(&by_l1, JanochaCzarnecki::SoftmaxL1, 0.5);
        by_maximum = step(&by_maximum, JanochaCzarnecki::SoftmaxMax, 1.0);
        let difference = (&by_l1 - &by_maximum).to_vec();
        largest = difference.iter().fold(largest, |largest, d| largest.max(d.abs()));
    }
    largest
}

impl Claim for L1L2AreExpectedMisclassification {
    fn about(&self) -> About {
        let identity = |id: &str, formula: &str| {
            Criterion::new(
                id,
                &format!(
                    "{formula}, to 10⁻¹² on {CASES} random scores of 2, 3, 10 and 100 classes. Refuted otherwise."
                ),
            )
        };
        About {
            id: ID.to_owned(),
            title: "L1 and L2 losses of probabilities are expected misclassification".to_owned(),
            statement: "The L1 and the L2 distance of the softmax probabilities p from the one-hot label y are variants of the expected \
                        misclassification."
                .to_owned(),
            lecture: "part 1, classification with an L-norm".to_owned(),
            sources: vec![
                "K. Janocha & W. M. Czarnecki 2017, On Loss Functions for Deep Neural Networks in Classification, arXiv:1702.05659"
                    .to_owned(),
            ],
            criteria: vec![
                identity("sampling", "A label drawn from p is wrong with probability 1 − p_c, c being the right class"),
                identity("l1", "‖y − p‖₁ = 2(1 − p_c): twice that probability"),
                identity("l2", "‖y − p‖₂² = 1 − 2p_c + ‖p‖₂²: that probability and a penalty, (1 − p_c) + (‖p‖₂² − p_c)"),
                identity("maximum", "‖y − p‖∞ = 1 − p_c: that probability itself"),
                Criterion::new(
                    "same-trajectory",
                    "Gradient descent on L∞ at twice the rate follows that on L1: the weights of a linear model of 3 classes agree to 10⁻¹² \
                     over 200 steps. Refuted otherwise.",
                ),
            ],
            would_change: "Nothing: these are identities.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let Departures { l1, l2, sampling, maximum } = departures(laboratory.seed());
        let trajectory = trajectories(laboratory.seed());
        let outcome = |id: &str, departure: f64| {
            let tested = format!("largest departure {} (≤ 10⁻¹²)", scientific(departure));
            Outcome::new(id, Verdict::holds_or_refuted(departure <= 1e-12), tested)
        };
        let rows = [
            ("L1", "2(1 − p_c)", l1),
            ("L2, squared", "1 − 2p_c + ‖p‖₂²", l2),
            ("L∞", "1 − p_c", maximum),
            ("zero-one loss of a label drawn from p", "1 − p_c", sampling),
        ];
        Ok(Findings {
            setup: vec![
                ("cases".to_owned(), format!("{CASES} score vectors, normal with a deviation between 0.1 and 5, and a random right class")),
                ("arithmetic".to_owned(), "f64".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![losses_figure()],
            tables: vec![Table {
                id: "identities".to_owned(),
                title: "What the losses are".to_owned(),
                caption: "The largest absolute difference between the loss as computed from scores and its closed form.".to_owned(),
                columns: ["loss", "closed form", "largest difference"].map(str::to_owned).to_vec(),
                rows: rows
                    .into_iter()
                    .map(|(loss, form, departure)| vec![Cell::from(loss), Cell::from(form), Cell::from(scientific(departure))])
                    .collect(),
            }],
            key_number: format!("‖y − p‖₁ is twice the expected misclassification, to {}", scientific(l1)),
            outcomes: vec![
                outcome("sampling", sampling),
                outcome("l1", l1),
                outcome("l2", l2),
                outcome("maximum", maximum),
                outcome("same-trajectory", trajectory),
            ],
            remarks: vec![
                "Cross-entropy is no such expectation: it grows without bound as p_c tends to 0, where these losses stay below 2.".to_owned(),
            ],
        })
    }
}

/// The losses of a sample with two classes, over the probability of the right one.
fn losses_figure() -> Figure {
    let line = |name: &str, loss: JanochaCzarnecki| {
        let points = (1..100).map(|i| f64::from(i) / 100.0).map(|p| {
            let case = Case { scores: vec![(p / (1.0 - p)).ln(), 0.0], class: 0 };
            Point::new(p, case.loss(loss))
        });
        Series::line(name, points.collect())
    };
    Figure {
        id: "losses".to_owned(),
        title: "Bounded losses beside cross-entropy".to_owned(),
        caption: "The losses of a sample of two classes over the probability of its right class: L1 and L∞ are straight lines, L2 a parabola; \
                  cross-entropy alone grows without bound to the left."
            .to_owned(),
        x: Axis::linear("probability of the right class"),
        y: Axis::linear("loss"),
        series: vec![
            line("cross-entropy", JanochaCzarnecki::Log),
            line("L1", JanochaCzarnecki::SoftmaxL1),
            line("L2, squared", JanochaCzarnecki::SoftmaxL2),
            line("L∞", JanochaCzarnecki::SoftmaxMax),
        ],
    }
}
