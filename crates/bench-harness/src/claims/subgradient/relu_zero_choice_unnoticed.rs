//! Whether the choice of the rectifier's derivative at 0 is noticed in training.

use autograd::kink::Relu;
use autograd::op::map::apply;
use autograd::op::{Cotangents, Operands, Primitive, bind};
use autograd::{Array, ArrayAlgebra, ArrayOps, Element, Parameters, ShapeError, Tape, Var};
use half::{bf16, f16};
use losses_optim::loss::{Loss, Reduction, SoftmaxCrossEntropy};
use losses_optim::optim::{Momentum, Optimizer};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::data::Dataset;
use crate::model::{Classification, Mlp, gradient_gate};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{Equivalence, Interval, equivalence, mean, minimum_detectable_effect, wilson_interval};

/// The claim.
pub struct ReluZeroChoiceUnnoticed;

const ID: &str = "relu-zero-choice-unnoticed";
const WIDTHS: [usize; 3] = [128, 128, 128];
const EPOCHS: usize = 12;
const BATCH: usize = 32;
const RATE: f32 = 0.02;
/// Accuracies, in points, that differ by less are the same.
const MARGIN: f64 = 0.5;
/// Initialisations at which zeros are counted.
const COUNTED: u64 = 40;

/// Rounds to multiples of a step and lets the cotangent pass: a coarse number format.
#[derive(Debug, Clone)]
struct OnGrid {
    step: f64,
}

impl Primitive for OnGrid {
    const NAME: &'static str = "on_grid";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let step = T::from(self.step).expect("a float");
        Array::new(x[0].shape(), x[0].to_vec().into_iter().map(|x| (x / step).round() * step).collect())
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || cotangent);
    }
}

/// The rectifier with the backward rule of the code released with Bertoin et al. 2021: where the input is 0 the gradient is
/// set to α itself, not to α times what arrives.
#[derive(Debug, Clone)]
struct ReleasedRelu {
    alpha: f64,
}

impl Primitive for ReleasedRelu {
    const NAME: &'static str = "released_relu";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        Array::new(x[0].shape(), x[0].to_vec().into_iter().map(|x| x.max(T::zero())).collect())
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let positive = x[0].step(0.0);
            let zero = x[0].step(1.0) - positive.clone();
            cotangent * positive + zero * x[0].number(self.alpha)
        });
    }
}

/// How the gradient passes an input of exactly 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
enum Rule {
    /// α times what arrives: the chain rule.
    Chain(f64),
    /// α itself.
    Released(f64),
}

/// How pre-activations are rounded in training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
enum Rounding {
    /// As f32 has them.
    Single,
    /// To multiples of 2 to this power.
    Grid(i32),
}

const ROUNDINGS: [(&str, Rounding); 3] =
    [("f32", Rounding::Single), ("grid of 2⁻⁷", Rounding::Grid(-7)), ("grid of 2⁻⁵", Rounding::Grid(-5))];

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Run {
    rule: Rule,
    rounding: Rounding,
    seed: u64,
}

/// A network of three hidden layers, with the choices of a run.
fn outputs<A: ArrayAlgebra>(parameters: &[A], inputs: &A, rule: Rule, rounding: Rounding) -> A {
    let mut activations = inputs.clone();
    let layers = parameters.len() / 2;
    for (layer, pair) in parameters.chunks_exact(2).enumerate() {
        activations = activations.matmul(&pair[0]) + pair[1].clone();
        if layer + 1 < layers {
            if let Rounding::Grid(power) = rounding {
                activations = bind(OnGrid { step: 2_f64.powi(power) }, &[&activations]);
            }
            activations = match rule {
                Rule::Chain(alpha) => apply(Relu::at(alpha), &activations),
                Rule::Released(alpha) => bind(ReleasedRelu { alpha }, &[&activations]),
            };
        }
    }
    activations
}

fn model() -> Mlp {
    Mlp::new(64, &WIDTHS, 10)
}

fn matrix(data: &Dataset, samples: &[usize]) -> (Array<f32>, Vec<usize>) {
    let features = samples.iter().flat_map(|&sample| data.example(sample)).copied().collect();
    let inputs =
        Array::new(&[samples.len(), data.dimension()], features).expect("each example has its dimension");
    (inputs, samples.iter().map(|&sample| usize::from(data.labels[sample])).collect())
}

/// The test accuracy in per cent after training.
fn train(run: &Run, digits: &Dataset) -> f64 {
    let split = digits.split(1437, run.seed);
    let mut parameters: Parameters<f32> = model().initialise(&mut stream(run.seed, "initialisation"));
    let mut gradient = vec![0.0; parameters.len()];
    let mut optimizer = Momentum::<f32>::default();
    let mut order: Vec<usize> = (0..split.train.len()).collect();
    let mut shuffling = stream(run.seed, "batch order");
    let mut tape = Tape::new();
    for _ in 0..EPOCHS {
        order.shuffle(&mut shuffling);
        for batch in order.chunks(BATCH) {
            let (inputs, labels) = matrix(&split.train, batch);
            {
                let variables = parameters.record(&tape);
                let outputs = outputs(&variables, &Var::constant(inputs), run.rule, run.rounding);
                let loss = SoftmaxCrossEntropy
                    .evaluate(&outputs, &labels, Reduction::Mean)
                    .expect("labels in range");
                parameters.gradient(&tape, &loss, &mut gradient);
            }
            tape.clear();
            if gradient.iter().any(|slope| !slope.is_finite()) {
                return 10.0;
            }
            optimizer.step(parameters.as_mut_slice(), &gradient, RATE).expect("a finite rate");
        }
    }
    let (inputs, labels) = matrix(&split.test, &(0..split.test.len()).collect::<Vec<_>>());
    let scores = outputs(&parameters.arrays(), &inputs, run.rule, run.rounding).to_vec();
    let right = scores.chunks_exact(10).zip(&labels).filter(|(row, label)| {
        row.iter().enumerate().all(|(class, &score)| class == **label || score < row[**label])
    });
    100.0 * right.count() as f64 / labels.len() as f64
}

/// A number format, by how a pre-activation is rounded to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Format {
    F64,
    F32,
    F16,
    Bf16,
}

const FORMATS: [(&str, Format); 4] =
    [("f64", Format::F64), ("f32", Format::F32), ("bfloat16", Format::Bf16), ("f16", Format::F16)];

/// How many pre-activations of the hidden layers are exactly 0, of how many, at an initialisation.
fn zeros(format: Format, seed: u64, digits: &Dataset) -> (u64, u64) {
    let samples: Vec<usize> = (0..digits.len()).collect();
    let (inputs, _) = matrix(digits, &samples);
    match format {
        Format::F64 => {
            let inputs = Array::new(inputs.shape(), inputs.to_vec().into_iter().map(f64::from).collect())
                .expect("the same");
            count_zeros(&model().initialise(&mut stream(seed, "initialisation")), inputs, |x| x)
        }
        Format::F32 => {
            count_zeros(&model().initialise(&mut stream(seed, "initialisation")), inputs, |x: f32| x)
        }
        Format::F16 => {
            count_zeros(&model().initialise(&mut stream(seed, "initialisation")), inputs, |x: f32| {
                f16::from_f32(x).to_f32()
            })
        }
        Format::Bf16 => {
            count_zeros(&model().initialise(&mut stream(seed, "initialisation")), inputs, |x: f32| {
                bf16::from_f32(x).to_f32()
            })
        }
    }
}

/// Weights, sums and activations are rounded alike; sums are accumulated in the type itself and rounded once.
fn count_zeros<T: Element>(
    parameters: &Parameters<T>,
    inputs: Array<T>,
    round: impl Fn(T) -> T,
) -> (u64, u64) {
    let rounded = |x: &Array<T>| {
        Array::new(x.shape(), x.to_vec().into_iter().map(&round).collect()).expect("the same shape")
    };
    let arrays = parameters.arrays();
    let mut activations = rounded(&inputs);
    let (mut found, mut of) = (0, 0);
    for pair in arrays.chunks_exact(2).take(WIDTHS.len()) {
        let before = rounded(&(activations.matmul(&rounded(&pair[0])) + pair[1].clone()));
        found += before.to_vec().iter().filter(|x| x.is_zero()).count() as u64;
        of += before.len() as u64;
        activations = before.relu();
    }
    (found, of)
}

/// The length of the gradient by the first layer's weights when they are all 0, for a choice of the derivative.
fn structural(alpha: f64, digits: &Dataset) -> f64 {
    let mut parameters: Parameters<f32> = model().initialise(&mut stream(0, "initialisation"));
    let first = parameters.layout().entries()[0].range();
    parameters.as_mut_slice()[first.clone()].fill(0.0);
    let (inputs, labels) = matrix(digits, &(0..128).collect::<Vec<_>>());
    let mut gradient = vec![0.0; parameters.len()];
    let tape = Tape::new();
    let variables = parameters.record(&tape);
    let outputs = outputs(&variables, &Var::constant(inputs), Rule::Chain(alpha), Rounding::Single);
    let loss = SoftmaxCrossEntropy.evaluate(&outputs, &labels, Reduction::Mean).expect("labels in range");
    parameters.gradient(&tape, &loss, &mut gradient);
    gradient[first].iter().map(|slope| f64::from(*slope).powi(2)).sum::<f64>().sqrt()
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Count {
    found: u64,
    of: u64,
}

impl Claim for ReluZeroChoiceUnnoticed {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The rectifier's derivative at zero goes unnoticed".to_owned(),
            statement: "At a kink a particular subgradient is chosen, and one will not even notice.".to_owned(),
            lecture: "part 2, subgradients".to_owned(),
            sources: vec![
                "D. Bertoin, J. Bolte, S. Gerchinovitz & E. Pauwels 2021, Numerical influence of ReLU′(0) on backpropagation, \
                 arXiv:2106.12915, with its released code and tables"
                    .to_owned(),
                "J. Bolte & E. Pauwels 2020, Conservative set valued fields, automatic differentiation, stochastic gradient methods and deep \
                 learning, arXiv:1909.10300"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "unnoticed",
                    "With the chain rule the test accuracies for relu′(0) = 0 and 1 are equivalent within 0.5 points (two one-sided tests at 5 %), \
                     in f32 and with pre-activations rounded to multiples of 2⁻⁷ and of 2⁻⁵, where zeros are frequent. Refuted if a 90 % \
                     interval lies outside ±0.5.",
                ),
                Criterion::new(
                    "zeros-by-precision",
                    "The share of pre-activations that are exactly 0 at initialisation falls with precision: f16 above f32 above f64, the last 0, \
                     with disjoint 95 % intervals. Refuted if an interval lies the other way.",
                ),
                Criterion::new(
                    "released-rule-collapses",
                    "With the backward rule of the released code (the gradient at an input of 0 is α = 1 itself) training on either grid ends \
                     below 20 % test accuracy for 80 % of the seeds or more. Refuted if for less than 20 %.",
                ),
                Criterion::new(
                    "structural-zeros",
                    "Where zeros are built in the choice is noticed: with all weights of the first layer 0 their gradient is exactly 0 for \
                     relu′(0) = 0, and is not for 1. Refuted otherwise.",
                ),
            ],
            would_change: "Networks without normalisation that are far deeper, in 16 bits; the third criterion is about the released rule and not \
                           about the choice."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let seeds = laboratory.seeds(10, 20);
        let released_seeds = &seeds[..seeds.len().min(5)];
        let mut runs = Vec::new();
        for (_, rounding) in ROUNDINGS {
            for alpha in [0.0, 1.0] {
                runs.extend(seeds.iter().map(|&seed| Run { rule: Rule::Chain(alpha), rounding, seed }));
            }
        }
        let mut released = Vec::new();
        for (_, rounding) in &ROUNDINGS[1..] {
            released.extend(released_seeds.iter().map(|&seed| Run {
                rule: Rule::Released(1.0),
                rounding: *rounding,
                seed,
            }));
        }
        let accuracies = laboratory.cells("training", &runs, |run| Ok(train(run, &digits)))?;
        let collapsed = laboratory.cells("released rule", &released, |run| Ok(train(run, &digits)))?;
        let counts: Vec<(Format, u64)> =
            FORMATS.iter().flat_map(|&(_, format)| (0..COUNTED).map(move |seed| (format, seed))).collect();
        let counts = laboratory.cells("zeros", &counts, |&(format, seed)| {
            let (found, of) = zeros(format, seed, &digits);
            Ok(Count { found, of })
        })?;
        let totals: Vec<Count> = counts
            .chunks_exact(COUNTED as usize)
            .map(|counts| Count {
                found: counts.iter().map(|c| c.found).sum(),
                of: counts.iter().map(|c| c.of).sum(),
            })
            .collect();

        let undecidable = Error::undecidable(ID);
        let arm = |rounding: usize, alpha: usize| {
            &accuracies[(2 * rounding + alpha) * seeds.len()..][..seeds.len()]
        };
        let mut same: Vec<Equivalence> = Vec::new();
        let mut detectable: f64 = 0.0;
        for rounding in 0..ROUNDINGS.len() {
            let (zero, one) = (arm(rounding, 0), arm(rounding, 1));
            same.push(equivalence(one, zero, MARGIN).map_err(&undecidable)?);
            let differences: Vec<f64> = one.iter().zip(zero).map(|(a, b)| a - b).collect();
            detectable = detectable.max(minimum_detectable_effect(&differences).map_err(&undecidable)?);
        }
        let shares: Vec<Interval> = totals
            .iter()
            .map(|count| wilson_interval(count.found, count.of, 0.95))
            .collect::<Result<_, _>>()
            .map_err(&undecidable)?;
        // f64, f32, bfloat16, f16.
        let [double, single, _, half] = &shares[..] else { unreachable!("four formats") };
        let ordered = half.low > single.high && single.low > double.high && totals[0].found == 0;
        let reversed = half.high < single.low || single.high < double.low;
        let low = collapsed.iter().filter(|&&accuracy| accuracy < 20.0).count();
        let share = low as f64 / collapsed.len() as f64;
        let (still, moving) = (structural(0.0, &digits), structural(1.0, &digits));
        let example = digits.split(1437, seeds[0]).train;
        let gate = gradient_gate(ID, &Classification, &model(), &example)?;

        let mut rows = Vec::new();
        for (index, (name, _)) in ROUNDINGS.iter().enumerate() {
            let i = &same[index].difference;
            rows.push(vec![
                Cell::from(*name),
                Cell::number(mean(arm(index, 0)).map_err(&undecidable)?, 2),
                Cell::number(mean(arm(index, 1)).map_err(&undecidable)?, 2),
                Cell::from(format!("{} ({} to {})", fixed(i.estimate, 2), fixed(i.low, 2), fixed(i.high, 2))),
                match index {
                    0 => Cell::Empty,
                    _ => {
                        let own = &collapsed[(index - 1) * released_seeds.len()..][..released_seeds.len()];
                        Cell::number(mean(own).map_err(&undecidable)?, 1)
                    }
                },
            ]);
        }
        let published = ["0", "2·10⁻⁹ to 3.5·10⁻⁹", "", "5·10⁻⁸ to 1.2·10⁻⁷"];
        let zero_rows = FORMATS.iter().zip(&totals).zip(shares.iter().zip(published)).map(
            |(((name, _), count), (share, paper))| {
                vec![
                    Cell::from(*name),
                    Cell::from(format!("{} of {}", count.found, count.of)),
                    Cell::from(format!("{} to {}", scientific(share.low), scientific(share.high))),
                    Cell::from(paper),
                ]
            },
        );
        Ok(Findings {
            setup: vec![
                ("data".to_owned(), "digits, 1437 for training, 360 for testing, split anew for each seed".to_owned()),
                ("model".to_owned(), "perceptron of 128-128-128 rectifiers, He initialisation".to_owned()),
                ("training".to_owned(), format!("momentum 0.9, rate {RATE}, mini-batches of {BATCH}, {EPOCHS} epochs, f32")),
                ("grids".to_owned(), "pre-activations rounded to multiples of 2⁻⁷ or 2⁻⁵ before the rectifier, with the gradient passed through".to_owned()),
                ("zeros".to_owned(), format!("counted over all digits at {COUNTED} initialisations; f16 and bfloat16 by rounding weights, sums and activations, sums accumulated in f32")),
                ("seeds".to_owned(), format!("{}, {} to {}, paired; {} for the released rule", seeds.len(), seeds[0], seeds[seeds.len() - 1], released_seeds.len())),
            ],
            data: laboratory.data_used(),
            figures: vec![accuracy_figure(&accuracies, &collapsed, seeds.len(), released_seeds.len()), zeros_figure(&shares)],
            tables: vec![
                Table {
                    id: "training".to_owned(),
                    title: "Test accuracy by the choice of relu′(0)".to_owned(),
                    caption: "In per cent, the mean over the seeds; the difference with its 90 % interval. The last column is the backward rule of \
                              the released code with α = 1, on the grids."
                        .to_owned(),
                    columns: ["pre-activations", "relu′(0) = 0", "relu′(0) = 1", "difference", "released rule"].map(str::to_owned).to_vec(),
                    rows,
                },
                Table {
                    id: "zeros".to_owned(),
                    title: "Pre-activations that are exactly 0".to_owned(),
                    caption: "With the 95 % interval of the share, beside the publication's shares for MNIST [V: released tables].".to_owned(),
                    columns: ["format", "zeros", "share", "publication"].map(str::to_owned).to_vec(),
                    rows: zero_rows.collect(),
                },
                published_gradients(),
                published_accuracies(),
            ],
            key_number: format!(
                "difference of test accuracy for relu′(0) = 1 and 0: {} points in f32, {} on a grid of 2⁻⁵",
                fixed(same[0].difference.estimate, 2),
                fixed(same[2].difference.estimate, 2)
            ),
            outcomes: vec![
                Outcome::new(
                    "unnoticed",
                    if same.iter().all(Equivalence::holds) {
                        Verdict::Reproduced
                    } else if same.iter().any(|test| test.difference.above(MARGIN) || test.difference.below(-MARGIN)) {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!(
                        "90 % intervals: {} (within ±{MARGIN}); {} points would have been found with 80 % power",
                        same.iter()
                            .zip(ROUNDINGS)
                            .map(|(test, (name, _))| {
                                format!("{name} {} to {}", fixed(test.difference.low, 2), fixed(test.difference.high, 2))
                            })
                            .collect::<Vec<_>>()
                            .join(", "),
                        fixed(detectable, 2)
                    ),
                ),
                Outcome::new(
                    "zeros-by-precision",
                    if ordered {
                        Verdict::Reproduced
                    } else if reversed {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!(
                        "f16 {} to {}, f32 {} to {}, f64 {} to {}",
                        scientific(half.low),
                        scientific(half.high),
                        scientific(single.low),
                        scientific(single.high),
                        scientific(double.low),
                        scientific(double.high)
                    ),
                ),
                Outcome::new(
                    "released-rule-collapses",
                    if share >= 0.8 {
                        Verdict::Reproduced
                    } else if share < 0.2 {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!("{low} of {} runs below 20 %", collapsed.len()),
                ),
                Outcome::new(
                    "structural-zeros",
                    Verdict::holds_or_refuted(still == 0.0 && moving > 0.0),
                    format!("lengths of the gradient: {still} for relu′(0) = 0, {} for 1", scientific(moving)),
                ),
            ],
            remarks: vec![
                "The publication finds that relu′(0) changes gradients around half of the time at 32 bits, systematically at 16 and never at 64 \
                 [V: abstract], and large differences of accuracy after training, on ImageNet above 10 points in two runs [V: abstract]. In its released code the backward pass sets the gradient at an input of 0 to α and not \
                 to α times the gradient that arrives; this is our reading of that code. Both rules are run here."
                    .to_owned(),
                "Libraries differ in the choice: the derivative of the maximum of x and 0 at 0 is ½ where ties are split, that of relu is 0."
                    .to_owned(),
                "Whether f32 has more zeros than f64 needs more than the pre-activations counted here if the share is as small as published.".to_owned(),
                gate,
            ],
        })
    }
}

/// How often the choice changes a gradient, from the publication's released tables.
fn published_gradients() -> Table {
    let rows = [
        ("1", "256", "0.871", "0.054", "0"),
        ("2", "256", "0.999", "0.258", "0"),
        ("3", "256", "1", "0.463", "0"),
        ("5", "256", "1", "0.647", "0"),
        ("6", "256", "1", "0.697", "0"),
        ("3", "16", "", "0.021", ""),
        ("3", "64", "", "0.163", ""),
        ("3", "256", "", "0.478", ""),
        ("3", "512", "", "0.582", ""),
        ("3", "1024", "", "0.873", ""),
    ];
    Table {
        id: "published-gradients".to_owned(),
        title: "Bertoin et al.: how often the choice changes a gradient".to_owned(),
        caption: "The share of 1000 initialisations at which the gradient of some mini-batch of MNIST differs between relu′(0) = 0 and 1, for \
                  perceptrons of so many hidden layers and units [V: released tables, one by depth and one by width]. Not repeated here."
            .to_owned(),
        columns: ["hidden layers", "units", "f16", "f32", "f64"].map(str::to_owned).to_vec(),
        rows: rows.map(|(depth, width, half, single, double)| {
            [depth, width, half, single, double].map(|text| if text.is_empty() { Cell::Empty } else { Cell::from(text) }).to_vec()
        })
        .to_vec(),
    }
}

/// What becomes of accuracy in the publication, with its released rule.
fn published_accuracies() -> Table {
    let rows =
        [("0", "0.901"), ("0.1", "0.891"), ("0.2", "0.795"), ("0.3", "0.181"), ("0.5 and more", "0.10")];
    Table {
        id: "published-accuracies".to_owned(),
        title: "Bertoin et al.: a ResNet-18 on CIFAR-10 without batch normalisation".to_owned(),
        caption: "Test accuracy [V: released tables], trained with the released rule. With batch normalisation it falls \
                  from 0.919 to 0.898 only."
            .to_owned(),
        columns: ["relu′(0)", "test accuracy"].map(str::to_owned).to_vec(),
        rows: rows.map(|(choice, accuracy)| vec![Cell::from(choice), Cell::from(accuracy)]).to_vec(),
    }
}

fn accuracy_figure(accuracies: &[f64], collapsed: &[f64], seeds: usize, released: usize) -> Figure {
    let chain = |alpha: usize| {
        let points = (0..ROUNDINGS.len()).map(|rounding| {
            Point::spread((rounding + 1) as f64, &accuracies[(2 * rounding + alpha) * seeds..][..seeds])
        });
        Series::dots(&format!("chain rule, relu′(0) = {alpha}"), points.collect())
    };
    let own = (0..2).map(|grid| Point::spread((grid + 2) as f64, &collapsed[grid * released..][..released]));
    Figure {
        id: "accuracy".to_owned(),
        title: "The choice is not noticed; another rule is".to_owned(),
        caption: "Test accuracy: median over the seeds, whiskers from the lowest to the highest. 1: f32; 2: grid of 2⁻⁷; 3: grid of 2⁻⁵, where one \
                  pre-activation in a hundred is exactly 0. The released rule puts α in place of the gradient."
            .to_owned(),
        x: Axis::linear("pre-activations"),
        y: Axis::linear("test accuracy in per cent"),
        series: vec![chain(0), chain(1), Series::dots("released rule, α = 1", own.collect())],
    }
}

fn zeros_figure(shares: &[Interval]) -> Figure {
    let points = shares.iter().enumerate().map(|(i, share)| Point {
        x: (i + 1) as f64,
        y: (share.estimate > 0.0).then_some(share.estimate),
        bounds: Some((share.low, share.high)),
    });
    Figure {
        id: "zeros".to_owned(),
        title: "Zeros come with coarse formats".to_owned(),
        caption: "The share of pre-activations that are exactly 0 at initialisation, with 95 % intervals; none was found where there is no point. \
                  1: f64; 2: f32; 3: bfloat16; 4: f16."
            .to_owned(),
        x: Axis::linear("format"),
        y: Axis::logarithmic("share of exact zeros"),
        series: vec![Series::dots("share", points.collect())],
    }
}
