//! The negative log-likelihood of one-hot labels is the cross-entropy.

use autograd::{Array, ArrayOps, grad};
use losses_optim::loss::{Loss, Reduction, SoftmaxCrossEntropy};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// The claim.
pub struct CategoricalNllIsCrossEntropy;

const ID: &str = "categorical-nll-is-cross-entropy";
const SAMPLES: usize = 500;
const CLASSES: [usize; 3] = [2, 10, 100];

/// A batch of scores with labels, and what the printed forms of its loss give.
struct Batch {
    scores: Array<f64>,
    labels: Vec<usize>,
    classes: usize,
}

impl Batch {
    fn draw(classes: usize, seed: u64) -> Self {
        let mut random = stream(seed, &format!("scores of {classes} classes"));
        let scores = (0..SAMPLES * classes).map(|_| {
            let normal: f64 = StandardNormal.sample(&mut random);
            3.0 * normal
        });
        let scores = Array::new(&[SAMPLES, classes], scores.collect()).expect("a matrix");
        let labels = (0..SAMPLES).map(|_| random.random_range(0..classes)).collect();
        Self { scores, labels, classes }
    }

    fn stable(&self) -> f64 {
        let loss = SoftmaxCrossEntropy.evaluate(&self.scores, &self.labels, Reduction::Sum);
        loss.expect("labels in range").item().expect("a sum is one number")
    }

    /// Softmax as it is printed, without moving the scores first.
    fn probabilities(&self) -> Vec<Vec<f64>> {
        let rows = self.scores.to_vec();
        let softmax = |row: &[f64]| {
            let total: f64 = row.iter().map(|z| z.exp()).sum();
            row.iter().map(|z| z.exp() / total).collect()
        };
        rows.chunks_exact(self.classes).map(softmax).collect()
    }

    /// The relative differences of −Σₘ ln ∏ₖ pₖ^yₖ, −Σₘ Σₖ yₖ ln pₖ and −Σₘ ln p_c from the stable form.
    fn forms(&self) -> [f64; 3] {
        let p = self.probabilities();
        let y = |row: usize, class: usize| if self.labels[row] == class { 1.0 } else { 0.0 };
        let rows = || p.iter().enumerate();
        let likelihood = -rows()
            .map(|(row, p)| {
                p.iter().enumerate().map(|(class, p)| p.powf(y(row, class))).product::<f64>().ln()
            })
            .sum::<f64>();
        let entropy = -rows()
            .map(|(row, p)| p.iter().enumerate().map(|(class, p)| y(row, class) * p.ln()).sum::<f64>())
            .sum::<f64>();
        let right = -rows().map(|(row, p)| p[self.labels[row]].ln()).sum::<f64>();
        [likelihood, entropy, right].map(|form| (form / self.stable() - 1.0).abs())
    }

    /// The largest difference of the gradient from p − y, relative to the larger of |p − y| and 10⁻³.
    fn gradient(&self) -> f64 {
        let gradient = grad(
            |z| SoftmaxCrossEntropy.evaluate(&z[0], &self.labels, Reduction::Sum).expect("labels in range"),
            std::slice::from_ref(&self.scores),
        );
        let found = gradient[0].to_vec();
        let p = self.scores.softmax().to_vec();
        found
            .iter()
            .zip(&p)
            .enumerate()
            .map(|(i, (found, p))| {
                let y = if self.labels[i / self.classes] == i % self.classes { 1.0 } else { 0.0 };
                (found - (p - y)).abs() / (p - y).abs().max(1e-3)
            })
            .fold(0.0, f64::max)
    }
}

/// The loss of two scores ±size whose second class is right, in the stable and in the printed form.
fn extremes(size: f64) -> (f64, f64) {
    let scores = Array::new(&[1, 2], vec![size, -size]).expect("two scores");
    let stable = SoftmaxCrossEntropy.evaluate(&scores, &[1], Reduction::Sum).expect("a label");
    let printed = -((-size).exp() / (size.exp() + (-size).exp())).ln();
    (stable.item().expect("one number"), printed)
}

impl Claim for CategoricalNllIsCrossEntropy {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The likelihood of labels leads to cross-entropy".to_owned(),
            statement: "The negative log-likelihood of one-hot labels under softmax outputs is the cross-entropy, which is minus the \
                        logarithm of the probability given to the right class."
                .to_owned(),
            lecture: "part 1, classification by maximum likelihood".to_owned(),
            sources: vec!["C. M. Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.4".to_owned()],
            criteria: vec![
                Criterion::new(
                    "forms-agree",
                    "500 samples of 2, 10 and 100 classes: −Σ ln ∏ₖ pₖ^yₖ, −Σ Σₖ yₖ ln pₖ and −Σ ln p_c agree with the loss computed from \
                     scores to 10⁻¹² relative. Refuted otherwise.",
                ),
                Criterion::new(
                    "gradient",
                    "The gradient by the scores is p − y, to 10⁻⁶ relative. Refuted otherwise.",
                ),
                Criterion::new(
                    "stable-form-needed",
                    "At scores ±10⁴ with the wrong class ahead the form by log-sum-exp gives 2·10⁴ exactly, and the printed one no finite \
                     number. Refuted if the printed one does.",
                ),
            ],
            would_change: "Nothing: these are identities. The last criterion would change with a number format without overflow.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let batches = CLASSES.map(|classes| Batch::draw(classes, laboratory.seed()));
        let forms: Vec<[f64; 3]> = batches.iter().map(Batch::forms).collect();
        let gradients: Vec<f64> = batches.iter().map(Batch::gradient).collect();
        let worst_form = forms.iter().flatten().fold(0.0_f64, |worst, &form| worst.max(form));
        let worst_gradient = gradients.iter().fold(0.0_f64, |worst, &gradient| worst.max(gradient));
        let (stable, printed) = extremes(1e4);
        let rows = CLASSES.iter().zip(&forms).zip(&gradients).map(|((classes, forms), gradient)| {
            let mut row = vec![Cell::number(*classes as f64, 0)];
            row.extend(forms.iter().chain([gradient]).map(|&value| Cell::from(scientific(value))));
            row
        });
        Ok(Findings {
            setup: vec![
                ("scores".to_owned(), format!("{SAMPLES} samples for each number of classes, normal with deviation 3; uniform labels")),
                ("symbols".to_owned(), "z the scores, p = softmax(z), y the one-hot label, c its class".to_owned()),
                ("arithmetic".to_owned(), "f64".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![extremes_figure()],
            tables: vec![Table {
                id: "forms".to_owned(),
                title: "The printed forms against the loss computed from scores".to_owned(),
                caption: "Relative differences of the sums over the batch; the last column is the largest difference of an entry of the gradient from \
                          that of p − y, relative to the latter or to 10⁻³ if that is larger."
                    .to_owned(),
                columns: ["classes", "−Σ ln ∏ₖ pₖ^yₖ", "−Σ Σₖ yₖ ln pₖ", "−Σ ln p_c", "gradient"].map(str::to_owned).to_vec(),
                rows: rows.collect(),
            }],
            key_number: format!("the forms agree to {}; at scores ±10⁴ only the one by log-sum-exp is finite", scientific(worst_form)),
            outcomes: vec![
                Outcome::new(
                    "forms-agree",
                    Verdict::holds_or_refuted(worst_form <= 1e-12),
                    format!("largest relative difference {} (≤ 10⁻¹²)", scientific(worst_form)),
                ),
                Outcome::new(
                    "gradient",
                    Verdict::holds_or_refuted(worst_gradient <= 1e-6),
                    format!("largest relative difference {} (≤ 10⁻⁶)", scientific(worst_gradient)),
                ),
                Outcome::new(
                    "stable-form-needed",
                    Verdict::holds_or_refuted(stable == 2e4 && !printed.is_finite()),
                    format!("by log-sum-exp {stable}; as printed {}", if printed.is_nan() { "not a number" } else { "infinite" }),
                ),
            ],
            remarks: vec![
                "The slides write ŷ for the scores and for the probabilities; here z are scores and p = softmax(z).".to_owned(),
            ],
        })
    }
}

fn extremes_figure() -> Figure {
    let sizes: Vec<f64> = (0..=80).map(|i| 10_f64.powf(f64::from(i) / 20.0)).collect();
    let line = |name: &str, of: fn((f64, f64)) -> f64| {
        let points = sizes.iter().map(|&size| {
            let value = of(extremes(size));
            Point { x: size, y: value.is_finite().then_some(value), bounds: None }
        });
        Series::line(name, points.collect())
    };
    Figure {
        id: "extremes".to_owned(),
        title: "The printed formula overflows".to_owned(),
        caption: "The loss of a sample with scores z and −z whose second class is right, over z. Both forms are 2z for large z; the printed \
                  one ends where p underflows to 0 or eᶻ overflows."
            .to_owned(),
        x: Axis::logarithmic("size z of the scores"),
        y: Axis::logarithmic("loss"),
        series: vec![line("by log-sum-exp", |(stable, _)| stable), line("as printed", |(_, printed)| printed)],
    }
}
