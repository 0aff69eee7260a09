//! A network with 2n + d weights that gives n points any labels.

mod construction;
mod drawing;
mod training;

use self::construction::{ARITHMETICS, DIRECTIONS, build};
use self::drawing::{error_figure, line_figure, trained_figure};
use self::training::{EPOCHS, Training, WIDTHS, train};
use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::model::{Images, Mlp};
use crate::report::{Cell, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::stats::median;

/// The claim.
pub struct TwoNPlusDWeights;

const ID: &str = "two-n-plus-d-weights";

impl Claim for TwoNPlusDWeights {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "2n + d weights give n points any labels".to_owned(),
            statement: "A network of two layers, the hidden one of rectifiers, with 2n + d weights can represent any labelling of n \
                        distinct points in d dimensions. It is constructed here, for images with random labels."
                .to_owned(),
            lecture: "part 3, over-provisioning; the theorem behind the experiment with random labels".to_owned(),
            sources: vec![
                "C. Zhang, S. Bengio, M. Hardt, B. Recht & O. Vinyals 2017, Understanding deep learning requires rethinking \
                 generalization, Theorem 1, arXiv:1611.03530"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "count",
                    "The constructed network has 2n + d weights: d of the direction that all units share, n biases, n output weights. \
                     Refuted by another number.",
                ),
                Criterion::new(
                    "exact",
                    "In exact arithmetic its output equals the label at every point, for every seed. Refuted by one point.",
                ),
                Criterion::new(
                    "double-precision",
                    "In f64 every output is within 10⁻³ of its label and rounds to it, for every seed. Not reproduced otherwise: the \
                     theorem is about real numbers.",
                ),
            ],
            would_change: "Two equal points with different labels. In floating point, more points: the closest projections come closer, \
                           the weights grow, and digits are lost."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let images = Images::open(laboratory, 60_000)?;
        let undecidable = Error::undecidable(ID);
        let quick = laboratory.scale() == Scale::Quick;
        let levels = if quick { 16.0 } else { 255.0 };
        let seeds = laboratory.seeds(20, 3);
        let built = laboratory.cells("construction", &seeds, |&seed| Ok(build(&images, levels, seed)))?;
        let mut trainings = Vec::new();
        if quick {
            for width in WIDTHS {
                trainings.extend(seeds.iter().take(3).map(|&seed| Training { width, seed }));
            }
        }
        let accuracies = laboratory.cells("training", &trainings, |training| Ok(train(training, &images)))?;
        let trained: Vec<(usize, f64)> = if quick {
            let by_width = accuracies.chunks_exact(accuracies.len() / WIDTHS.len());
            WIDTHS
                .iter()
                .zip(by_width)
                .map(|(&width, of)| {
                    Ok((Mlp::new(images.dimension(), &[width], 10).parameters(), median(of)?))
                })
                .collect::<Result<_, _>>()
                .map_err(&undecidable)?
        } else {
            Vec::new()
        };
        let (dimension, first) = (images.dimension(), &built[0]);
        let counted = built.iter().all(|built| built.weights == 2 * built.points + dimension);
        let wrong: usize = built.iter().map(|built| built.wrong_exactly).sum();
        let points: usize = built.iter().map(|built| built.points).sum();
        let worst = |arithmetic: usize| {
            built.iter().map(|built| built.errors[arithmetic].largest).fold(0.0, f64::max)
        };
        let least_right =
            |arithmetic: usize| built.iter().map(|built| built.errors[arithmetic].right).fold(1.0, f64::min);
        let mut rows = vec![vec![
            Cell::from("constructed, exact"),
            Cell::number(first.weights as f64, 0),
            Cell::number(100.0 * (1.0 - wrong as f64 / points as f64), 1),
            Cell::from(if wrong == 0 { "0" } else { "not 0" }),
        ]];
        for (arithmetic, name) in ARITHMETICS.iter().enumerate() {
            rows.push(vec![
                Cell::from(format!("constructed, {name}")),
                Cell::number(first.weights as f64, 0),
                Cell::number(100.0 * least_right(arithmetic), 1),
                Cell::from(scientific(worst(arithmetic))),
            ]);
        }
        for (weights, accuracy) in &trained {
            rows.push(vec![
                Cell::from("trained"),
                Cell::number(*weights as f64, 0),
                Cell::number(100.0 * accuracy, 1),
                Cell::Empty,
            ]);
        }
        let mut figures = vec![error_figure(&built)];
        figures.push(line_figure());
        if quick {
            figures.push(trained_figure(first.weights, &trained));
        }
        let mut remarks = vec![
            "The images keep their integer grey values, and the direction's entries are multiples of 2⁻³², so that projections and \
             biases are exact in f64 and only the output weights are rounded. A pilot on grey values between 0 and 1, where projections \
             are sixteen times as close and are rounded too, had a smallest gap of 4.4·10⁻⁶, weights up to 5.7·10⁶, an error of 3.4·10⁻⁶ \
             in f64 and 7 % of the labels right in f32. The exact run keeps them as fractions of integers of \
             many thousand digits."
                .to_owned(),
            "The theorem says that such a network exists, not that training finds it, nor that a machine can hold it: in f32 the closest \
             projections coincide or nearly do, and the outputs are off by far more than the distance between labels."
                .to_owned(),
        ];
        if quick {
            remarks.push(format!(
                "The trained nets, for comparison: one hidden layer, softmax cross-entropy, Adam at 3·10⁻³, mini-batches of 64, {EPOCHS} \
                 epochs, the median of three seeds. They have ten outputs and weights of their own for each unit."
            ));
        }
        remarks.extend(laboratory.data_notes());
        Ok(Findings {
            setup: vec![
                (
                    "points".to_owned(),
                    format!("{}; n = {} distinct images of d = {dimension} pixels, labels 0 … 9 drawn at random", images.describe(), first.points),
                ),
                (
                    "construction".to_owned(),
                    format!("a: the best of {DIRECTIONS} normal directions by the smallest gap of z = a·x; biases halfway between neighbours, the first one unit before the first point; w by forward substitution with running sums"),
                ),
                ("network".to_owned(), "c(x) = Σⱼ wⱼ max(a·x − bⱼ, 0)".to_owned()),
                ("seeds".to_owned(), format!("{}, {} to {}", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures,
            tables: vec![Table {
                id: "networks".to_owned(),
                title: format!("Networks that give {} images random labels", first.points),
                caption: "Weights, the share of labels that come out in percent, and the largest error of an output; for constructed nets the worst \
                          over the seeds. Zhang et al. 2017, Theorem 1: 2n + d weights suffice [S]."
                    .to_owned(),
                columns: ["network", "weights", "labels right", "largest error"].map(str::to_owned).to_vec(),
                rows,
            }],
            outcomes: vec![
                Outcome::new(
                    "count",
                    Verdict::holds_or_refuted(counted),
                    format!("2·{} + {dimension} = {} weights", first.points, first.weights),
                ),
                Outcome::new(
                    "exact",
                    Verdict::holds_or_refuted(wrong == 0),
                    format!("{wrong} of {points} outputs over {} seeds differ from their label (= 0)", seeds.len()),
                ),
                Outcome::new(
                    "double-precision",
                    Verdict::holds_or_not(worst(0) < 1e-3 && least_right(0) == 1.0),
                    format!(
                        "largest error {} (< 10⁻³), at least {} % of the labels right; smallest gap {}, largest weight {}",
                        scientific(worst(0)),
                        fixed(100.0 * least_right(0), 1),
                        scientific(built.iter().map(|built| built.smallest_gap).fold(f64::INFINITY, f64::min)),
                        scientific(built.iter().map(|built| built.largest_weight).fold(0.0, f64::max)),
                    ),
                ),
            ],
            key_number: format!(
                "{} weights fit {} random labels: largest error {} in f64; in f32 {} % right",
                first.weights,
                first.points,
                scientific(worst(0)),
                fixed(100.0 * least_right(2), 1)
            ),
            remarks,
        })
    }
}
