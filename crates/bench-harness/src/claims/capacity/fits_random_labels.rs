//! Networks fit random labels.

mod condition;
mod drawing;
mod training;
mod verdicts;

use std::sync::Arc;

use self::condition::{Condition, accuracy_by_brightness, centre_and_whiten};
use self::drawing::{figure, paper_table, seeds_table};
pub use self::training::one_epoch;
use self::training::{CIFAR_10, DIGITS, Fit, MNIST, Problem, Run, nets, train};
use self::verdicts::{fits, learns_nothing, order};
use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Scale, exploratory};
use crate::data::Split;
use crate::run::Laboratory;
use crate::stats::median;

/// The claim.
pub struct FitsRandomLabels;

/// The runs of one problem, in memory.
struct Results {
    problem: Problem,
    /// What a guess from the mean pixel alone achieves, on the data of the first seed.
    by_brightness: f64,
    /// The largest relative error of a derivative of a net under a condition, on the data of the first seed.
    gradient_error: f64,
    runs: Vec<(Run, Fit)>,
}

impl Results {
    /// The runs of one net under one condition, by seed.
    fn of(&self, layers: usize, condition: Condition) -> impl Iterator<Item = &Fit> {
        let wanted = move |run: &Run| run.hidden.len() == layers && run.condition == condition;
        self.runs.iter().filter(move |(run, _)| wanted(run)).map(|(_, fit)| fit)
    }

    /// The epochs to fit; infinite for runs that did not.
    fn epochs(&self, layers: usize, condition: Condition) -> Vec<f64> {
        self.of(layers, condition).map(|fit| fit.fitted.map_or(f64::INFINITY, |epoch| epoch as f64)).collect()
    }

    fn mean(&self, layers: usize, condition: Condition, quantity: impl Fn(&Fit) -> f64) -> f64 {
        let values: Vec<f64> = self.of(layers, condition).map(quantity).collect();
        values.iter().sum::<f64>() / values.len() as f64
    }
}

impl Claim for FitsRandomLabels {
    fn about(&self) -> About {
        About {
            id: "fits-random-labels".to_owned(),
            title: "Networks fit random labels".to_owned(),
            statement: "An ordinary network with ordinary training reaches zero training error on labels that were drawn at \
                        random, and on images that are noise: it has the capacity to memorise, so capacity alone does not \
                        explain why it generalises."
                .to_owned(),
            lecture: "part 3, over-provisioning; verified there by learning random labels".to_owned(),
            sources: vec![
                "C. Zhang, S. Bengio, M. Hardt, B. Recht & O. Vinyals 2017, Understanding deep learning requires rethinking \
                 generalization, Table 1 and Figure 1a, arXiv:1611.03530"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "fits",
                    "The net of three hidden layers of 512 classifies every training sample rightly, in all five \
                     conditions and for every seed, with the same optimizer settings throughout. Refuted by any run \
                     that does not.",
                ),
                Criterion::new(
                    "learns-nothing",
                    "The test accuracy after fitting random labels, random pixels and Gaussian pixels is chance: its \
                     mean over the seeds lies within 10 % ± 5 points in each of the three.",
                ),
                Criterion::new(
                    "order",
                    "Epochs to fit: random labels take longer than random pixels and Gaussian pixels, and these longer \
                     than true labels and shuffled pixels. Each of the six comparisons is a two-sided sign test paired on the \
                     seed at 5 %; all six must hold (an intersection–union test, which needs no correction).",
                ),
            ],
            would_change: "Regularisation strong enough to keep the weights small, a net too narrow for the samples, fewer \
                           epochs, or a learning rate that decays before random labels are fitted. Two identical images \
                           with different random labels could not be fitted by any function; the digits have none."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let seeds = laboratory.seeds(6, 6);
        let mut problems = Vec::new();
        match laboratory.scale() {
            Scale::Quick => {
                let digits = laboratory.digits()?;
                problems.push(study(laboratory, DIGITS, &seeds, |seed| digits.split(DIGITS.train, seed))?);
            }
            Scale::Full => {
                let mnist = laboratory.mnist()?;
                problems.push(study(laboratory, MNIST, &seeds, |seed| subset(&mnist, &MNIST, seed))?);
                let cifar = laboratory.cifar10()?;
                let cifar = Arc::new(Split {
                    train: centre_and_whiten(&cifar.train),
                    test: centre_and_whiten(&cifar.test),
                });
                problems.push(study(laboratory, CIFAR_10, &seeds, |seed| subset(&cifar, &CIFAR_10, seed))?);
            }
        }
        let undecidable = Error::undecidable("fits-random-labels");
        let slowest: Vec<String> = problems
            .iter()
            .map(|results| {
                let epochs = |condition| median(&results.epochs(3, condition)).expect("there are seeds");
                format!(
                    "{}: {} of {} runs fit every label; random labels take {} epochs, true ones {}",
                    results.problem.name,
                    Condition::ALL
                        .iter()
                        .flat_map(|&c| results.of(3, c))
                        .filter(|fit| fit.fitted.is_some())
                        .count(),
                    5 * seeds.len(),
                    epochs(Condition::RandomLabels),
                    epochs(Condition::TrueLabels)
                )
            })
            .collect();
        let mut setup = vec![
            ("nets".to_owned(), "perceptrons, 512-512-512 and 512, ReLU, He initialisation, f32".to_owned()),
            ("loss".to_owned(), "softmax cross-entropy, mean over mini-batches of 64".to_owned()),
            ("stop".to_owned(), "when every training sample is classified rightly".to_owned()),
            (
                "seeds".to_owned(),
                format!(
                    "{}, {} to {}; for the net of one layer, which decides no criterion, the first {}",
                    seeds.len(),
                    seeds[0],
                    seeds[seeds.len() - 1],
                    seeds.len().div_ceil(2)
                ),
            ),
        ];
        for Results { problem, .. } in &problems {
            setup.push((
                problem.name.to_owned(),
                format!(
                    "{} training and {} test samples; SGD, momentum 0.9, learning rate {}·{}^(epoch−1), at most {} \
                     epochs, no regularisation; the same in all conditions",
                    problem.train, problem.test, problem.learning_rate, problem.factor, problem.most_epochs
                ),
            ));
        }
        let mut remarks = vec![
            "\"Random pixels\" permutes each image by itself, \"shuffled pixels\" all images alike, \"Gaussian pixels\" \
             draws every pixel with the mean and variance of the training set; test images are treated likewise and keep \
             their labels."
                .to_owned(),
            format!(
                "A permutation keeps an image's brightness, and that alone tells some classes apart, so that random pixels may stay \
                 above chance: a guess from the mean pixel alone, the most frequent class among the hundred training images that \
                 are nearest in it, is right for {} of the test images.",
                problems
                    .iter()
                    .map(|results| format!("{:.1} % ({})", 100.0 * results.by_brightness, results.problem.name))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            "Zhang et al. find random labels the slowest, and noise images faster than these [S]. That noise is slower than true \
             images is from an independent rerun with a small convolutional net [S]: a training loss of 0.1 after 4,000 steps on true \
             images, 5,600 with shuffled pixels, 8,800 on Gaussian and 11,900 on random ones, 16,600 on random labels."
                .to_owned(),
            "A perceptron makes no use of which pixels are neighbours, and how hard noise is for it depends on the number of pixels and on their \
             scale. Measured apart, for the net 512-512-512 on 1,437 Gaussian images with random labels (medians of three seeds): with pixels of \
             mean 0 and variance 1, as the images of CIFAR-10 have here, 64, 256, 784 and 2,352 pixels take 9, 6, 4 and 3 epochs; with \
             mean 0.3 and deviation 0.38, nearly those of the digits, they take 10, 8, 12 and 30. The order of noise and true images is \
             one of data and scaling, and not of noise as such."
                .to_owned(),
            "Zhang et al. use all 50,000 images and other nets beside the perceptrons; only the perceptrons are run here, on \
             a part of the images that is drawn anew for each seed. On ImageNet their Inception v3 classifies 95.20 % of the training \
             images as their random labels say [S], and 0.11 % of the test images rightly [M]."
                .to_owned(),
        ];
        if laboratory.scale() == Scale::Quick {
            remarks.push(exploratory(
                "the nets were trained on 1,437 images, then on 719, and on ten mini-batches since, so that the quick scale takes no more than \
                 20 s of a core; the number was chosen by its cost, before a verdict with it was seen. With 1,437 all 30 runs fit as well, \
                 in medians of 41 epochs on random labels, 10 on Gaussian, 9.5 on random pixels, 7.5 on shuffled pixels and on true labels, and \
                 learn nothing from noise; but the criterion on the order is not reproduced, for one seed takes as long on true labels as on \
                 either noise, and six seeds allow no tie (p = 0.062). The one-layer net takes 342 epochs on random labels, and one of its \
                 three runs does not fit them within 400. With 719 all three criteria are reproduced",
            ));
        }
        let gate = problems.iter().map(|results| results.gradient_error).fold(0.0, f64::max);
        remarks.push(format!(
            "Sanity gates: no run diverged; exact and numeric derivatives agree to {gate:.1e} on 20 coordinates of each net under \
             each condition."
        ));
        remarks.extend(laboratory.data_notes());
        Ok(Findings {
            setup,
            data: laboratory.data_used(),
            figures: problems.iter().map(figure).collect(),
            tables: vec![paper_table(&problems), seeds_table(&problems)],
            outcomes: vec![
                fits(&problems),
                learns_nothing(&problems),
                order(&problems).map_err(undecidable)?,
            ],
            key_number: slowest.join("; "),
            remarks,
        })
    }
}

/// A part of a large data set, drawn for the seed.
fn subset(split: &Split, problem: &Problem, seed: u64) -> Split {
    Split {
        train: split.train.split(problem.train, seed).train,
        test: split.test.split(problem.test, seed).train,
    }
}

fn study(
    laboratory: &Laboratory,
    problem: Problem,
    seeds: &[u64],
    data: impl Fn(u64) -> Split + Sync,
) -> Result<Results, Error> {
    let mut runs = Vec::new();
    for hidden in nets() {
        for condition in Condition::ALL {
            // Zhang et al. report the one-layer net on true and on random labels.
            // It decides no criterion, so half the seeds must do.
            let seeds = match (hidden.len(), condition) {
                (3, _) => seeds,
                (_, Condition::TrueLabels | Condition::RandomLabels) => &seeds[..seeds.len().div_ceil(2)],
                _ => &[],
            };
            runs.extend(seeds.iter().map(|&seed| Run { problem, hidden: hidden.clone(), condition, seed }));
        }
    }
    // The longest first, so that no core waits at the end.
    runs.sort_by_key(|run| run.condition != Condition::RandomLabels);
    let fits = laboratory.cells(problem.name, &runs, |run| Ok(train(run, data(run.seed))))?;
    let invalid = |reason: String| Error::Invalid {
        claim: "fits-random-labels".to_owned(),
        reason: format!("{}: {reason}", problem.name),
    };
    let diverged = |fit: &Fit| fit.losses.iter().any(|loss| !loss.is_finite());
    if let Some((run, _)) = runs.iter().zip(&fits).find(|(_, fit)| diverged(fit)) {
        return Err(invalid(format!("the run with {} and seed {} diverged", run.condition.name(), run.seed)));
    }
    let first_seed = runs.iter().filter(|run| run.seed == seeds[0]);
    let gradient_error =
        first_seed.map(|run| training::gradient_error(run, data(run.seed))).fold(0.0, f64::max);
    if gradient_error > 1e-6 {
        return Err(invalid(format!(
            "exact and numeric derivatives differ by {gradient_error:e}, more than 10⁻⁶"
        )));
    }
    let by_brightness = accuracy_by_brightness(&data(seeds[0]));
    Ok(Results { problem, by_brightness, gradient_error, runs: runs.into_iter().zip(fits).collect() })
}
