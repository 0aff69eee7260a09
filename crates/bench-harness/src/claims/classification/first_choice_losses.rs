//! Whether the squared error and cross-entropy are the losses to try first.

use autograd::{Array, ArrayAlgebra, grad};
use losses_optim::loss::{
    AbsoluteError, HalfSquaredError, Huber, JanochaCzarnecki, LogCosh, Loss, LossError, Reduction,
    StudentTNll,
};
use nalgebra::DVector;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::model::{Classes, Grid, Images, LinearProblem, LossTrial, Noise, gradient_gate, tune};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::stats::{CONFIDENCE, Interval, detectable_difference, mean, paired_difference};

/// The claim.
pub struct FirstChoiceLosses;

const ID: &str = "first-choice-losses";
const EPOCHS: u64 = 15;
const REPLICATES: u64 = 60;

const CLASSIFIERS: [(&str, JanochaCzarnecki); 5] = [
    ("cross-entropy", JanochaCzarnecki::Log),
    ("L1 of probabilities", JanochaCzarnecki::SoftmaxL1),
    ("L2 of probabilities", JanochaCzarnecki::SoftmaxL2),
    ("squared hinge", JanochaCzarnecki::SquaredHinge),
    ("Tanimoto", JanochaCzarnecki::Tanimoto),
];

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
enum Images10 {
    Clean,
    NoisyLabels,
    Imbalanced,
}

const CLASSIFICATION: [(&str, Images10); 3] = [
    ("clean", Images10::Clean),
    ("20 % wrong labels", Images10::NoisyLabels),
    ("half the classes rare", Images10::Imbalanced),
];

/// Losses of a residual.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
enum Residual {
    Squared,
    Absolute,
    Huber,
    LogCosh,
    StudentT,
}

const REGRESSORS: [(&str, Residual); 5] = [
    ("L2", Residual::Squared),
    ("L1", Residual::Absolute),
    ("Huber, threshold 1", Residual::Huber),
    ("log-cosh", Residual::LogCosh),
    ("Student's t, 2 degrees", Residual::StudentT),
];

impl Residual {
    fn loss<A: ArrayAlgebra>(self, predictions: &A, targets: &A) -> Result<A, LossError> {
        let sum = Reduction::Sum;
        match self {
            Self::Squared => HalfSquaredError.evaluate(predictions, targets, sum),
            Self::Absolute => AbsoluteError.evaluate(predictions, targets, sum),
            Self::Huber => Huber { delta: 1.0 }.evaluate(predictions, targets, sum),
            Self::LogCosh => LogCosh.evaluate(predictions, targets, sum),
            Self::StudentT => StudentTNll { degrees: 2.0, scale: 1.0 }.evaluate(predictions, targets, sum),
        }
    }

    /// The derivative by each residual.
    fn slopes(self, residuals: &DVector<f64>) -> DVector<f64> {
        let zero = Array::zeros(&[residuals.len()]);
        let gradient = grad(
            |r| self.loss(&r[0], &autograd::Var::constant(zero.clone())).expect("one target each"),
            &[Array::vector(residuals.as_slice())],
        );
        DVector::from_vec(gradient[0].to_vec())
    }
}

const REGRESSION: [(&str, Noise); 3] = [
    ("Gaussian noise", Noise::Gaussian),
    ("heavy tails", Noise::HeavyTails),
    ("uneven noise", Noise::Uneven),
];

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Fit {
    noise: Noise,
    seed: u64,
}

/// The squared error of the weights of a linear model of 10 features fitted to 200 samples by each loss, by repeatedly
/// reweighted least squares: weights ψ(r)/r from the loss's derivative ψ.
fn fit(fit: &Fit) -> Vec<f64> {
    let problem = LinearProblem::draw(fit.noise, fit.seed);
    let errors = REGRESSORS.map(|(_, loss)| {
        let mut w = problem.least_squares(&DVector::repeat(problem.targets.len(), 1.0));
        let rounds = if loss == Residual::Squared { 0 } else { 30 };
        for _ in 0..rounds {
            // Away from 0, where ψ(r)/r would be 0/0.
            let residuals =
                (&problem.inputs * &w - &problem.targets).map(|r| if r.abs() < 1e-8 { 1e-8 } else { r });
            w = problem.least_squares(&loss.slopes(&residuals).component_div(&residuals));
        }
        (w - &problem.truth).norm_squared()
    });
    errors.to_vec()
}

/// The errors of five losses on one problem, by loss and seed.
#[derive(Clone, Serialize, Deserialize)]
struct Problem {
    name: String,
    errors: Vec<Vec<f64>>,
}

impl Problem {
    /// How far each loss is behind the one of the lowest mean error, by loss and seed, in the errors' unit.
    fn regrets(&self) -> Result<Vec<Vec<f64>>, crate::stats::Error> {
        let means = self.errors.iter().map(|errors| mean(errors)).collect::<Result<Vec<f64>, _>>()?;
        let best = (0..means.len()).min_by(|&a, &b| means[a].total_cmp(&means[b])).expect("losses");
        let behind =
            |errors: &Vec<f64>| errors.iter().zip(&self.errors[best]).map(|(own, best)| own - best).collect();
        Ok(self.errors.iter().map(behind).collect())
    }
}

/// The mean regrets over the problems of a family, by loss and seed.
fn over_problems(problems: &[Problem]) -> Result<Vec<Vec<f64>>, crate::stats::Error> {
    let regrets = problems.iter().map(Problem::regrets).collect::<Result<Vec<_>, _>>()?;
    let losses = regrets[0].len();
    Ok((0..losses)
        .map(|loss| {
            let seeds = regrets[0][loss].len();
            (0..seeds)
                .map(|seed| {
                    regrets.iter().map(|regrets| regrets[loss][seed]).sum::<f64>() / regrets.len() as f64
                })
                .collect()
        })
        .collect())
}

/// The favourite, the first of the losses, against the best of the others.
struct Contest {
    means: Vec<f64>,
    rival: usize,
    /// The favourite's mean regret minus its rival's.
    difference: Interval,
    detectable: f64,
}

impl Contest {
    fn hold(problems: &[Problem]) -> Result<Self, crate::stats::Error> {
        let regrets = over_problems(problems)?;
        let means = regrets.iter().map(|regrets| mean(regrets)).collect::<Result<Vec<f64>, _>>()?;
        let rival = (1..means.len()).min_by(|&a, &b| means[a].total_cmp(&means[b])).expect("others");
        let difference = paired_difference(&regrets[0], &regrets[rival], CONFIDENCE)?;
        let detectable = detectable_difference(&regrets[0], &regrets[rival])?;
        Ok(Self { means, rival, difference, detectable })
    }

    fn outcome(&self, id: &str, names: &[&str], unit: &str) -> Outcome {
        let i = &self.difference;
        let verdict = if i.below(0.0) {
            Verdict::Reproduced
        } else if i.above(0.0) {
            Verdict::Refuted
        } else {
            Verdict::NotReproduced
        };
        let tested = format!(
            "mean regret of {} {} {unit}, of the best other choice ({}) {}; difference {}, {} to {} (< 0); detectable at 80 % power: {}",
            names[0],
            fixed(self.means[0], 2),
            names[self.rival],
            fixed(self.means[self.rival], 2),
            fixed(i.estimate, 2),
            fixed(i.low, 2),
            fixed(i.high, 2),
            fixed(self.detectable, 2)
        );
        Outcome::new(id, verdict, tested)
    }
}

impl Claim for FirstChoiceLosses {
    fn about(&self) -> About {
        let best = |id: &str, choice: &str, problems: &str, unit: &str| {
            Criterion::new(
                id,
                &format!(
                    "Over {problems}, {choice} has the smallest mean regret (distance in {unit} from the loss that is best on that \
                     problem) of five losses: the 95 % interval of its difference from the best other choice lies below 0. Refuted if \
                     it lies above.",
                ),
            )
        };
        About {
            id: ID.to_owned(),
            title: "The losses to try first".to_owned(),
            statement: "In the absence of further knowledge of the domain, the L2 loss for regression and cross-entropy for classification \
                        should be tried first."
                .to_owned(),
            lecture: "part 1, summary".to_owned(),
            sources: vec!["A. Maier et al. 2020, Loss functions and Optimization, part 1, lecture slides".to_owned()],
            criteria: vec![
                best(
                    "cross-entropy-first",
                    "cross-entropy",
                    "clean images, 20 % wrong labels, and half the classes rare",
                    "points of test accuracy",
                ),
                best("l2-first", "L2", "Gaussian, heavy-tailed and uneven noise", "per cent of the best loss's squared error of the weights"),
            ],
            would_change: "Other problems: which of them one expects is the knowledge of the domain that the lecture speaks of.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let images = Images::open(laboratory, 5_000)?;
        let (seeds, tuning_seeds) = (laboratory.seeds(6, 6), laboratory.tuning_seeds(1));
        let trial = |problem: Images10, loss, learning_rate, seed| {
            let plain = LossTrial { learning_rate, batch: 64, epochs: EPOCHS, ..LossTrial::new(loss, seed) };
            match problem {
                Images10::Clean => plain,
                Images10::NoisyLabels => LossTrial { label_noise: 0.2, ..plain },
                Images10::Imbalanced => LossTrial { classes: Classes::HalfRare, ..plain },
            }
        };
        let undecidable = Error::undecidable(ID);
        let mut classification = Vec::new();
        for (name, problem) in CLASSIFICATION {
            let arms = CLASSIFIERS.map(|(_, loss)| (loss, Grid { lowest: -6, count: 3 }));
            let score = |trial: &LossTrial| Ok(trial.tuning_error(&images));
            let configure = |&loss: &JanochaCzarnecki, rate, seed| trial(problem, loss, rate, seed);
            let tuned = tune(laboratory, &format!("tuning, {name}"), &arms, &tuning_seeds, configure, score)?;
            let mut trials = Vec::new();
            for ((_, loss), tuned) in CLASSIFIERS.iter().zip(&tuned) {
                trials.extend(seeds.iter().map(|&seed| trial(problem, *loss, tuned.rate, seed)));
            }
            let courses = laboratory.cells("reported", &trials, |trial| Ok(trial.run(&images)))?;
            let errors: Vec<f64> = courses.iter().map(|course| 100.0 * (1.0 - course.last())).collect();
            let errors = errors.chunks_exact(seeds.len()).map(<[f64]>::to_vec).collect();
            classification.push(Problem { name: name.to_owned(), errors });
        }
        let mut regression = Vec::new();
        for (name, noise) in REGRESSION {
            let fits: Vec<Fit> = (0..REPLICATES).map(|seed| Fit { noise, seed: 1000 + seed }).collect();
            let fitted = laboratory.cells(&format!("fits, {name}"), &fits, |of| Ok(fit(of)))?;
            let by_loss = |loss: usize| fitted.iter().map(|errors| errors[loss]).collect::<Vec<f64>>();
            let errors: Vec<Vec<f64>> = (0..REGRESSORS.len()).map(by_loss).collect();
            // In per cent of the best loss's mean, so that problems of another size count alike.
            let means = errors
                .iter()
                .map(|errors| mean(errors))
                .collect::<Result<Vec<f64>, _>>()
                .map_err(&undecidable)?;
            let unit = means.into_iter().fold(f64::INFINITY, f64::min) / 100.0;
            let errors = errors
                .into_iter()
                .map(|errors| errors.into_iter().map(|error| error / unit).collect())
                .collect();
            regression.push(Problem { name: name.to_owned(), errors });
        }
        let contests = [Contest::hold(&classification), Contest::hold(&regression)];
        let [classified, regressed] = contests.map(|contest| contest.map_err(&undecidable));
        let (classified, regressed) = (classified?, regressed?);
        let example = images.split(seeds[0]).train;
        let gate =
            gradient_gate(ID, &JanochaCzarnecki::SquaredHinge, &images.classifier(&[128, 128]), &example)?;
        let (classifiers, regressors) = (CLASSIFIERS.map(|(name, _)| name), REGRESSORS.map(|(name, _)| name));
        let behind =
            classification[0].regrets().and_then(|regrets| mean(&regrets[0])).map_err(&undecidable)?;
        let tested = images.split(seeds[0]).test.len();
        let mut remarks = vec![
            format!(
                "Cross-entropy is expected first on clean images and on those with rare classes. On the clean ones it is {} points behind the \
                 best loss, which is {} of the {tested} test images: the losses that differ by less are not told apart here.",
                fixed(behind, 2),
                fixed(behind / 100.0 * tested as f64, 1)
            ),
            "A regret of 0 on a problem belongs to the loss of the lowest mean error there. Heavy tails and uneven noise are where L2's \
             assumption, Gaussian noise of one precision, fails: the knowledge of the domain that the lecture reserves."
                .to_owned(),
            gate,
        ];
        remarks.extend(laboratory.data_notes());
        Ok(Findings {
            setup: vec![
                ("classification".to_owned(), format!("{}; perceptron of 128-128 rectifiers, Adam, mini-batches of 64, {EPOCHS} epochs, 3 rates from 0.001 on at ratio √10 for each loss and problem, extended at an edge, by the error on a held-out fifth of the training part", images.describe())),
                ("rare classes".to_owned(), "a tenth of the training samples of each of the classes 0 to 4".to_owned()),
                ("regression".to_owned(), format!("linear model of 10 features, 200 samples, {REPLICATES} replicates, each loss minimised by 30 rounds of reweighted least squares")),
                ("noise of the targets".to_owned(), "standard normal; Student's t with 2 degrees of freedom; normal with a deviation of e^(x₁/2 − ½), within 0.1 to 3".to_owned()),
                ("seeds".to_owned(), format!("{}, {} to {}, paired", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![
                regret_figure("classification", "Regret in classification", "points of test accuracy", &classifiers, &classification)
                    .map_err(&undecidable)?,
                regret_figure("regression", "Regret in regression", "per cent", &regressors, &regression).map_err(&undecidable)?,
            ],
            tables: vec![
                regret_table("classification", &classifiers, &classification).map_err(&undecidable)?,
                regret_table("regression", &regressors, &regression).map_err(&undecidable)?,
            ],
            key_number: format!(
                "mean regret: cross-entropy {} points (best other {}), L2 {} % (best other {})",
                fixed(classified.means[0], 2),
                fixed(classified.means[classified.rival], 2),
                fixed(regressed.means[0], 0),
                fixed(regressed.means[regressed.rival], 0)
            ),
            outcomes: vec![
                classified.outcome("cross-entropy-first", &classifiers, "points"),
                regressed.outcome("l2-first", &regressors, "%"),
            ],
            remarks,
        })
    }
}

fn regret_table(id: &str, names: &[&str], problems: &[Problem]) -> Result<Table, crate::stats::Error> {
    let regrets = problems.iter().map(Problem::regrets).collect::<Result<Vec<_>, _>>()?;
    let mut rows = Vec::new();
    for (loss, name) in names.iter().enumerate() {
        let means = regrets.iter().map(|regrets| mean(&regrets[loss])).collect::<Result<Vec<f64>, _>>()?;
        let overall = mean(&means)?;
        let mut row = vec![Cell::from(*name)];
        row.extend(means.into_iter().chain([overall]).map(|regret| Cell::number(regret, 2)));
        rows.push(row);
    }
    let names = problems.iter().map(|problem| problem.name.clone());
    Ok(Table {
        id: id.to_owned(),
        title: format!("Mean regret in {id}"),
        caption: match id {
            "classification" => "In points of test accuracy behind the best loss on each problem.".to_owned(),
            _ => "The squared error of the weights beyond the best loss's, in per cent of it.".to_owned(),
        },
        columns: std::iter::once("loss".to_owned()).chain(names).chain(["mean".to_owned()]).collect(),
        rows,
    })
}

fn regret_figure(
    id: &str,
    title: &str,
    unit: &str,
    names: &[&str],
    problems: &[Problem],
) -> Result<Figure, crate::stats::Error> {
    let mut series = Vec::new();
    for problem in problems {
        let regrets = problem.regrets()?;
        let points = regrets.iter().enumerate().map(|(loss, regrets)| {
            let regret = mean(regrets)?;
            Ok(Point { x: (loss + 1) as f64, y: (regret > 0.0).then_some(regret), bounds: None })
        });
        series.push(Series::dots(&problem.name, points.collect::<Result<_, crate::stats::Error>>()?));
    }
    let order: Vec<String> = names.iter().enumerate().map(|(i, name)| format!("{} {name}", i + 1)).collect();
    Ok(Figure {
        id: id.to_owned(),
        title: title.to_owned(),
        caption: format!(
            "Mean distance from the best loss on each problem, which itself has no point. The losses: {}.",
            order.join("; ")
        ),
        x: Axis::linear("loss, by its number in the table"),
        y: Axis::logarithmic(&format!("regret in {unit}")),
        series,
    })
}
