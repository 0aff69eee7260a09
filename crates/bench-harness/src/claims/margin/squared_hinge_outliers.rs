//! How the hinge and its square take outliers.

use autograd::Elementary;
use losses_optim::loss::{Hinge, SquaredHinge};
use losses_optim::minimise::{Lbfgs, Minimiser, Until};
use losses_optim::objective::ByHand;
use losses_optim::svm::{DualCoordinateDescent, Examples, SvmLoss};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict, exploratory};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{CONFIDENCE, detectable_difference, mean, median, paired_difference, spearman};

/// The claim.
pub struct SquaredHingeOutliers;

const ID: &str = "squared-hinge-outliers";
const SAMPLES: usize = 100;
const DISTANCES: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 20.0, 35.0, 50.0, 70.0, 100.0];
/// The value of the feature whose weight is the bias.
const BIAS: f64 = 1.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Loss {
    Hinge,
    SquaredHinge,
    Logistic,
}

const LOSSES: [(&str, Loss); 3] =
    [("hinge", Loss::Hinge), ("squared hinge", Loss::SquaredHinge), ("logistic", Loss::Logistic)];

/// Samples in the plane with labels ±1.
#[derive(Clone, Default)]
struct Plane {
    points: Vec<f64>,
    labels: Vec<f64>,
}

impl Plane {
    /// Two Gaussian classes of deviation 1 around (±2, 0).
    fn draw(count: usize, random: &mut ChaCha8Rng) -> Self {
        let mut plane = Self::default();
        for i in 0..count {
            let label = if i % 2 == 0 { 1.0 } else { -1.0 };
            let mut normal = || -> f64 { StandardNormal.sample(random) };
            let point = [2.0 * label + normal(), normal()];
            plane.push(point, label);
        }
        plane
    }

    fn push(&mut self, point: [f64; 2], label: f64) {
        self.points.extend(point);
        self.labels.push(label);
    }

    /// The weights, bias last, that minimise ½‖w‖² + Σ ℓ.
    fn fit(&self, loss: Loss) -> [f64; 3] {
        let svm = |loss| {
            let examples = Examples::new(2, &self.points, &self.labels, Some(BIAS)).expect("finite points");
            let mut svm = DualCoordinateDescent { loss, ..DualCoordinateDescent::default() };
            let order: Vec<usize> = (0..self.labels.len()).collect();
            for _ in 0..20_000 {
                if svm.sweep(&examples, &order).expect("sound examples") < 1e-9 {
                    break;
                }
            }
            [svm.w[0], svm.w[1], svm.w[2]]
        };
        match loss {
            Loss::Hinge => svm(SvmLoss::Hinge),
            Loss::SquaredHinge => svm(SvmLoss::SquaredHinge),
            Loss::Logistic => self.logistic(),
        }
    }

    fn logistic(&self) -> [f64; 3] {
        let evaluate = |w: &[f64], gradient: &mut [f64]| {
            gradient.copy_from_slice(w);
            let mut value = 0.5 * w.iter().map(|w| w * w).sum::<f64>();
            for (x, y) in self.points.chunks_exact(2).zip(&self.labels) {
                let margin = y * (w[0] * x[0] + w[1] * x[1] + w[2] * BIAS);
                value += (-margin.abs()).exp().ln_1p() + (-margin).max(0.0);
                let slope = -y / (1.0 + margin.exp());
                gradient[0] += slope * x[0];
                gradient[1] += slope * x[1];
                gradient[2] += slope * BIAS;
            }
            value
        };
        let mut objective =
            ByHand { value: |w: &[f64]| evaluate(w, &mut [0.0; 3]), value_and_grad: evaluate };
        let mut w = [0.0; 3];
        // A search that can no longer lower the value in f64 has arrived too.
        let _ = Lbfgs::default().minimise(&mut w, &mut objective, &Until { gradient: 1e-8, steps: 200 });
        w
    }

    /// The share of samples on the wrong side.
    fn errors(&self, w: &[f64; 3]) -> f64 {
        let wrong = self
            .points
            .chunks_exact(2)
            .zip(&self.labels)
            .filter(|(x, y)| *y * (w[0] * x[0] + w[1] * x[1] + w[2] * BIAS) <= 0.0);
        wrong.count() as f64 / self.labels.len() as f64
    }
}

/// The angle in degrees between the normals of two separating lines.
fn angle(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let cross = a[0] * b[1] - a[1] * b[0];
    let dot = a[0] * b[0] + a[1] * b[1];
    cross.atan2(dot).abs().to_degrees()
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Trial {
    seed: u64,
}

/// What one draw of the data showed, by loss.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Shown {
    /// The rotation for each distance of the outlier.
    rotations: Vec<Vec<f64>>,
    /// The share of errors on clean test data after training with 5 % of the labels flipped.
    errors: Vec<f64>,
}

fn show(trial: &Trial) -> Shown {
    let clean = Plane::draw(SAMPLES, &mut stream(trial.seed, "samples"));
    let test = Plane::draw(2_000, &mut stream(trial.seed, "test"));
    let mut flipped = clean.clone();
    let mut random = stream(trial.seed, "flips");
    for label in &mut flipped.labels {
        if random.random::<f64>() < 0.05 {
            *label = -*label;
        }
    }
    let mut shown = Shown { rotations: Vec::new(), errors: Vec::new() };
    for (_, loss) in LOSSES {
        let before = clean.fit(loss);
        let rotations = DISTANCES.map(|distance| {
            let mut with = clean.clone();
            // At 60° to the axis, well on the side of the other class.
            with.push([0.5 * distance, 0.75_f64.sqrt() * distance], -1.0);
            angle(&before, &with.fit(loss))
        });
        shown.rotations.push(rotations.to_vec());
        shown.errors.push(test.errors(&flipped.fit(loss)));
    }
    shown
}

impl Claim for SquaredHingeOutliers {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The squared hinge punishes outliers more".to_owned(),
            statement: "The hinge loss penalises outliers linearly; squaring it penalises them more."
                .to_owned(),
            lecture: "part 2, hinge loss".to_owned(),
            sources: vec![
                "C. M. Bishop 2006, Pattern Recognition and Machine Learning, section 7.1.2".to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "slopes",
                    "At margins m from −10 to 0.9 the derivative of the hinge is −1 and that of its square −2(1 − m), to 10⁻¹⁴. Refuted \
                     otherwise.",
                ),
                Criterion::new(
                    "rotates-more",
                    "Two Gaussian classes and one outlier on the wrong side at distance r: the rotation of the separating line in the median \
                     over the draws is larger under the squared hinge than under the hinge for every r ≥ 5, and grows with r (Spearman's \
                     correlation above 0.9). Refuted if it is smaller for every r ≥ 5.",
                ),
                Criterion::new(
                    "worse-under-flips",
                    "Punishing more is not robustness: with 5 % of the training labels flipped the squared hinge's error on clean test data is \
                     above the hinge's (95 % interval of the mean paired difference above 0). Refuted if it lies below.",
                ),
            ],
            would_change: "A weaker penalty of the weights relative to the losses, and overlapping classes."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let seeds = laboratory.seeds(20, 20);
        let trials: Vec<Trial> = seeds.iter().map(|&seed| Trial { seed }).collect();
        let shown = laboratory.cells("draws", &trials, |trial| Ok(show(trial)))?;
        let undecidable = Error::undecidable(ID);
        let rotations = |loss: usize, distance: usize| -> Vec<f64> {
            shown.iter().map(|shown| shown.rotations[loss][distance]).collect()
        };
        let errors =
            |loss: usize| -> Vec<f64> { shown.iter().map(|shown| 100.0 * shown.errors[loss]).collect() };
        let mut medians = Vec::new();
        for loss in 0..LOSSES.len() {
            let of_loss = (0..DISTANCES.len()).map(|distance| median(&rotations(loss, distance)));
            medians.push(of_loss.collect::<Result<Vec<f64>, _>>().map_err(&undecidable)?);
        }
        let slopes = slope_departure();
        let growth = spearman(&DISTANCES, &medians[1]).map_err(&undecidable)?;
        let far = || (0..DISTANCES.len()).filter(|&distance| DISTANCES[distance] >= 5.0);
        let larger = far().filter(|&distance| medians[1][distance] > medians[0][distance]).count();
        let count = far().count();
        let difference = paired_difference(&errors(1), &errors(0), CONFIDENCE).map_err(&undecidable)?;
        let detectable = detectable_difference(&errors(1), &errors(0)).map_err(&undecidable)?;
        let past: Vec<String> = far()
            .filter(|&distance| medians[1][distance] <= medians[0][distance])
            .map(|distance| {
                let [hinge, squared] = [0, 1].map(|loss: usize| fixed(medians[loss][distance], 1));
                format!(
                    "at r = {} the hinge has turned its line by {hinge}°, the squared hinge by {squared}°",
                    DISTANCES[distance]
                )
            })
            .collect();
        let mut rows = Vec::new();
        for (loss, (name, _)) in LOSSES.iter().enumerate() {
            let mut row = vec![Cell::from(*name)];
            row.extend([2, 3, 6, 8].map(|distance| Cell::number(medians[loss][distance], 1)));
            row.push(Cell::number(mean(&errors(loss)).map_err(&undecidable)?, 2));
            rows.push(row);
        }
        let last = DISTANCES.len() - 1;
        Ok(Findings {
            setup: vec![
                ("data".to_owned(), format!("{SAMPLES} samples in the plane, normal with deviation 1 around (2, 0) and (−2, 0); {} draws", seeds.len())),
                ("outlier".to_owned(), "one sample of the left class at distance r from the origin, 60° from the axis, on the right side".to_owned()),
                ("fit".to_owned(), "½‖w‖² + Σ ℓ with a bias of the same penalty; dual coordinate descent to 10⁻⁹, L-BFGS for the logistic loss".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![rotation_figure(&shown), slope_figure()],
            tables: vec![Table {
                id: "rotations".to_owned(),
                title: "Rotation of the separating line in degrees, and errors".to_owned(),
                caption: "The median over the draws for outliers at four distances; and the mean error on 2,000 clean test samples, in per cent, \
                          after training with 5 % of the labels flipped."
                    .to_owned(),
                columns: ["loss", "r = 5", "r = 10", "r = 50", "r = 100", "test error, flips"].map(str::to_owned).to_vec(),
                rows,
            }],
            key_number: format!(
                "rotation by an outlier at r = 100: squared hinge {}°, hinge {}°",
                fixed(medians[1][last], 0),
                fixed(medians[0][last], 0)
            ),
            outcomes: vec![
                Outcome::new(
                    "slopes",
                    Verdict::holds_or_refuted(slopes <= 1e-14),
                    format!("largest relative departure {}", scientific(slopes)),
                ),
                Outcome::new(
                    "rotates-more",
                    if larger == count && growth.coefficient > 0.9 {
                        Verdict::Reproduced
                    } else if larger == 0 {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!("larger at {larger} of {count} distances; correlation with r {}", fixed(growth.coefficient, 2)),
                ),
                Outcome::new(
                    "worse-under-flips",
                    Verdict::above(&difference, 0.0),
                    format!(
                        "error of the squared hinge minus the hinge's: {} points, {} to {} (> 0); detectable at 80 % power: {}",
                        fixed(difference.estimate, 2),
                        fixed(difference.low, 2),
                        fixed(difference.high, 2),
                        fixed(detectable, 2)
                    ),
                ),
            ],
            remarks: vec![
                exploratory(
                    &format!(
"the criterion on flipped labels asked at first that the squared hinge's error be not below the hinge's, with an interval \
                     that does not lie below 0; it was made stricter. In its first form it {}",
if difference.below(0.0) { "would not hold here" } else { "would hold here" }
),
                ),
                "The hinge pulls with the same force at every sample within the margin, however far; the square pulls the harder the further \
                 it is. The penalty of the weights is what both have to pull against."
                    .to_owned(),
                format!(
                    "Why the rotation is not larger at every distance and does not grow with each: a rotation by 30° puts the outlier on the \
                     separating line, and there is little to gain beyond. Far outliers turn the line so far under every loss; the square \
                     gets there with the nearer ones{}. On 200 other draws (`--seed 10000 --seeds 200`) the square turns its line further \
                     at r = 5 and 10 alone, and its error under flips is above the hinge's by 0.20 points, 0.13 to 0.27: what the \
                     draws of this page are too few for.",
                    if past.is_empty() { String::new() } else { format!(", and {}", past.join(", ")) }
                ),
            ],
        })
    }
}

/// The largest relative departure of the derivatives from −1 and −2(1 − m).
fn slope_departure() -> f64 {
    (0..110)
        .map(|i| f64::from(i) / 10.0 - 10.0)
        .map(|m| {
            let hinge: f64 = Hinge.derivative(&m, &Hinge.value(m));
            let squared: f64 = SquaredHinge.derivative(&m, &SquaredHinge.value(m));
            let expected = -2.0 * (1.0 - m);
            (hinge + 1.0).abs().max((squared / expected - 1.0).abs())
        })
        .fold(0.0, f64::max)
}

fn rotation_figure(shown: &[Shown]) -> Figure {
    let line = |(loss, (name, _)): (usize, &(&str, Loss))| {
        let points = DISTANCES.iter().enumerate().map(|(distance, &r)| {
            Point::spread(r, &shown.iter().map(|shown| shown.rotations[loss][distance]).collect::<Vec<_>>())
        });
        Series::line(name, points.collect())
    };
    Figure {
        id: "rotation".to_owned(),
        title: "One outlier turns the line".to_owned(),
        caption: "How far one outlier at distance r rotates the separating line: the median over the draws, with the band from the smallest to \
                  the largest rotation."
            .to_owned(),
        x: Axis::logarithmic("distance r of the outlier"),
        y: Axis::linear("rotation in degrees"),
        series: LOSSES.iter().enumerate().map(line).collect(),
    }
}

fn slope_figure() -> Figure {
    let margins = || (-60..=30).map(|i| f64::from(i) / 20.0);
    let line = |name: &str, slope: &dyn Fn(f64) -> f64| {
        Series::line(name, margins().map(|m| Point::new(m, slope(m))).collect())
    };
    let hinge = |m: f64| -Hinge.derivative(&m, &Hinge.value(m));
    let squared = |m: f64| -SquaredHinge.derivative(&m, &SquaredHinge.value(m));
    Figure {
        id: "slopes".to_owned(),
        title: "Constant and growing pull".to_owned(),
        caption:
            "The size of each loss's derivative by the margin: how hard a sample pulls at the classifier."
                .to_owned(),
        x: Axis::linear("margin m"),
        y: Axis::linear("size of the derivative"),
        series: vec![
            line("hinge", &hinge),
            line("squared hinge", &squared),
            line("logistic", &|m| (1.0 + m.exp()).recip()),
        ],
    }
}
