//! Every registered loss behind one face, so that a test runs over all of them.

use autograd::check::{Mode, Order};
use autograd::{Array, ArrayAlgebra, Dual, Var, check_grads, grad};
use losses_optim::loss::{
    self, AbsoluteError, BinaryCrossEntropy, Contrastive, CosineEmbedding, CrammerSinger, CubedHinge,
    Distance, Entropy, Focal, GaussianNll, HalfSquaredError, Hinge, Huber, JanochaCzarnecki, KullbackLeibler,
    LabelCrossEntropy, LaplaceNll, LearnedGaussianNll, LogCosh, Loss, LossError, MarginRanking,
    MeanSquaredError, OneVersusRest, Pairs, Perceptron, PoissonNll, ProbabilityCrossEntropy, Quantile,
    Reduction, ReverseKullbackLeibler, SmoothL1, SoftTargetCrossEntropy, SoftmaxCrossEntropy, SquaredHinge,
    StudentTNll, Triples, Triplet, WestonWatkins, ZeroOne,
};
use serde_json::{Map, Value};

/// Targets as plain numbers, from which every loss makes its own.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    Nothing,
    Numbers(Array<f64>),
    Labels(Vec<usize>),
    Two(Array<f64>, Array<f64>),
}

/// What is asked of a loss.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    PerSample,
    Evaluate(Reduction),
    Weighted(Vec<f64>, Reduction),
}

/// A loss that makes its targets from plain numbers.
pub(crate) trait Subject: Loss + 'static {
    fn ask<A: ArrayAlgebra>(&self, predictions: &A, data: &Data, ask: &Ask) -> Result<A, LossError>;
}

/// An array of constants.
pub(crate) fn constant<A: ArrayAlgebra>(array: &Array<f64>) -> A {
    let elements = array.to_vec().iter().map(|&x| num_traits::NumCast::from(x).unwrap()).collect();
    A::from_array(Array::new(array.shape(), elements).unwrap())
}

fn answer<A: ArrayAlgebra, L: Loss>(
    loss: &L,
    predictions: &A,
    targets: &L::Target<A>,
    ask: &Ask,
) -> Result<A, LossError> {
    match ask {
        Ask::PerSample => loss.per_sample(predictions, targets),
        Ask::Evaluate(reduction) => loss.evaluate(predictions, targets, *reduction),
        Ask::Weighted(weights, reduction) => {
            loss.evaluate_weighted(predictions, targets, &constant(&Array::vector(weights)), *reduction)
        }
    }
}

macro_rules! subjects {
    ($($pattern:pat => $target:expr; $($loss:ty),*;)*) => {
        $($(impl Subject for $loss {
            fn ask<A: ArrayAlgebra>(&self, predictions: &A, data: &Data, ask: &Ask) -> Result<A, LossError> {
                let $pattern = data else { panic!("other targets than {data:?} are needed") };
                answer(self, predictions, $target, ask)
            }
        })*)*
    };
}

subjects! {
    Data::Nothing => &(); Entropy;
    Data::Numbers(y) => &constant(y);
        HalfSquaredError, MeanSquaredError, AbsoluteError, Huber, SmoothL1, LogCosh, Quantile, GaussianNll,
        LearnedGaussianNll, LaplaceNll, PoissonNll, StudentTNll, BinaryCrossEntropy, ProbabilityCrossEntropy,
        SoftTargetCrossEntropy, KullbackLeibler, ReverseKullbackLeibler, Focal, Perceptron, ZeroOne, Hinge,
        SquaredHinge, CubedHinge;
    Data::Labels(labels) => labels;
        SoftmaxCrossEntropy, LabelCrossEntropy, WestonWatkins, CrammerSinger, OneVersusRest, JanochaCzarnecki;
    Data::Two(others, labels) => &Pairs { others: constant(others), labels: constant(labels) };
        CosineEmbedding, Contrastive, MarginRanking;
    Data::Two(positives, negatives) =>
        &Triples { positives: constant(positives), negatives: constant(negatives) };
        Triplet;
}

type Asked<R> = Box<dyn Fn(&Array<f64>, &Data, &Ask) -> R>;

/// A loss whose type is forgotten.
pub(crate) struct Erased {
    pub(crate) value: Asked<Result<Array<f64>, LossError>>,
    /// By reverse mode.
    pub(crate) gradient: Asked<Array<f64>>,
    /// By reverse mode in `f32`.
    pub(crate) single: Asked<Array<f32>>,
    /// Reverse mode against forward mode and differences, first and second order.
    pub(crate) check: Asked<Result<(), autograd::Discrepancy>>,
}

fn erase<S: Subject + Clone>(loss: S) -> Erased {
    let (value, gradient, single) = (loss.clone(), loss.clone(), loss.clone());
    Erased {
        value: Box::new(move |x, data, ask| value.ask(x, data, ask)),
        gradient: Box::new(move |x, data, ask| {
            grad(|x: &[Var<'_, Array<f64>>]| gradient.ask(&x[0], data, ask).unwrap(), std::slice::from_ref(x))
                .remove(0)
        }),
        single: Box::new(move |x, data, ask| {
            let x = constant::<Array<f32>>(x);
            grad(|x: &[Var<'_, Array<f32>>]| single.ask(&x[0], data, ask).unwrap(), &[x]).remove(0)
        }),
        check: Box::new(move |x, data, ask| {
            check_grads(
                |x: &[Var<'_, Array<Dual<f64>>>]| loss.ask(&x[0], data, ask).unwrap(),
                std::slice::from_ref(x),
                Order::Second,
                &Mode::ALL,
            )
        }),
    }
}

/// The registered loss of this name with some constants replaced.
///
/// `triplet-squared` is `triplet` with the other distance.
pub(crate) fn make(name: &str, constants: &Map<String, Value>) -> Erased {
    let or = |key: &str, default: f64| constants.get(key).map_or(default, |value| value.as_f64().unwrap());
    match name {
        "half-squared-error" => erase(HalfSquaredError),
        "mean-squared-error" => erase(MeanSquaredError),
        "absolute-error" => erase(AbsoluteError),
        "huber" => erase(Huber { delta: or("delta", 1.0) }),
        "smooth-l1" => erase(SmoothL1 { beta: or("beta", 1.0) }),
        "log-cosh" => erase(LogCosh),
        "quantile" => erase(Quantile { level: or("level", 0.75) }),
        "gaussian-nll" => erase(GaussianNll { precision: or("precision", 2.0) }),
        "learned-gaussian-nll" => erase(LearnedGaussianNll),
        "laplace-nll" => erase(LaplaceNll { scale: or("scale", 0.5) }),
        "poisson-nll" => erase(PoissonNll),
        "student-t-nll" => erase(StudentTNll { degrees: or("degrees", 4.0), scale: or("scale", 0.5) }),
        "binary-cross-entropy" => erase(BinaryCrossEntropy),
        "probability-cross-entropy" => erase(ProbabilityCrossEntropy),
        "softmax-cross-entropy" => erase(SoftmaxCrossEntropy),
        "soft-target-cross-entropy" => erase(SoftTargetCrossEntropy),
        "label-cross-entropy" => erase(LabelCrossEntropy {
            label_smoothing: or("label_smoothing", 0.1),
            ..LabelCrossEntropy::default()
        }),
        "entropy" => erase(Entropy),
        "kullback-leibler" => erase(KullbackLeibler),
        "reverse-kullback-leibler" => erase(ReverseKullbackLeibler),
        "focal" => {
            let balance = constants.get("balance").map_or(Some(0.25), Value::as_f64);
            erase(Focal { focusing: or("focusing", 2.0), balance })
        }
        "perceptron" => erase(Perceptron),
        "zero-one" => erase(ZeroOne),
        "hinge" => erase(Hinge),
        "squared-hinge" => erase(SquaredHinge),
        "cubed-hinge" => erase(CubedHinge),
        "weston-watkins" => erase(WestonWatkins { margin: or("margin", 1.0) }),
        "crammer-singer" => erase(CrammerSinger { margin: or("margin", 1.0) }),
        "one-versus-rest" => erase(OneVersusRest),
        "cosine-embedding" => erase(CosineEmbedding { margin: or("margin", 0.0) }),
        "contrastive" => erase(Contrastive { margin: or("margin", 2.0) }),
        "triplet" => erase(Triplet { margin: or("margin", 1.0), distance: Distance::Euclidean }),
        "triplet-squared" => {
            erase(Triplet { margin: or("margin", 1.0), distance: Distance::SquaredEuclidean })
        }
        "margin-ranking" => erase(MarginRanking { margin: or("margin", 1.0) }),
        _ => match JanochaCzarnecki::ALL.iter().find(|loss| loss.entry().name == name) {
            Some(&loss) => erase(loss),
            None => panic!("`{name}` is registered, but no test knows how to make it"),
        },
    }
}

/// Every registered loss of predictions and targets alone, with its entry.
pub(crate) fn all() -> impl Iterator<Item = (&'static loss::Entry, Erased)> {
    // The objective of the support vector machine takes weights besides, and has tests of its own.
    let entries = loss::ALL.iter().filter(|entry| entry.name != "svm-objective");
    entries.map(|entry| (entry, make(entry.name, &Map::new())))
}

pub(crate) fn matrix(rows: usize, elements: &[f64]) -> Array<f64> {
    Array::new(&[rows, elements.len() / rows], elements.to_vec()).unwrap()
}

/// The numbers that each sample of a loss has in these tests.
pub(crate) fn width(name: &str) -> usize {
    match name {
        "learned-gaussian-nll" => 4,
        "margin-ranking" => 1,
        _ => 3,
    }
}

/// Predictions that a loss admits, from real numbers, [`width`] for each sample.
pub(crate) fn predictions(name: &str, numbers: &[f64]) -> Array<f64> {
    match name {
        "margin-ranking" => Array::vector(numbers),
        "probability-cross-entropy" => {
            let inside: Vec<f64> = numbers.iter().map(|x| 0.5 + 0.49 * (x / 4.0).tanh()).collect();
            matrix(numbers.len() / width(name), &inside)
        }
        _ => matrix(numbers.len() / width(name), numbers),
    }
}

/// Targets that a loss admits, a different one for each of the samples.
pub(crate) fn targets(name: &str, samples: &[usize]) -> Data {
    let rows = |table: [[f64; 3]; 4]| {
        Data::Numbers(matrix(samples.len(), &samples.iter().flat_map(|&i| table[i]).collect::<Vec<_>>()))
    };
    let others = [[0.5, -1.0, 2.0], [1.0, 0.5, -0.25], [-2.0, 0.0, 1.0], [3.0, 1.0, -1.0]];
    let farther = [[1.0, 1.0, 0.0], [-1.0, 2.0, 0.5], [0.0, 0.25, 1.0], [2.0, -2.0, 0.0]];
    let numbers = |table: [[f64; 3]; 4]| {
        matrix(samples.len(), &samples.iter().flat_map(|&i| table[i]).collect::<Vec<_>>())
    };
    let signs = Array::vector(&samples.iter().map(|&i| [1.0, -1.0, -1.0, 1.0][i]).collect::<Vec<_>>());
    match name {
        "entropy" => Data::Nothing,
        "learned-gaussian-nll" => {
            let table = [[0.5, -1.0], [1.0, 0.5], [-2.0, 0.0], [3.0, 1.0]];
            Data::Numbers(matrix(samples.len(), &samples.iter().flat_map(|&i| table[i]).collect::<Vec<_>>()))
        }
        "poisson-nll" => rows([[0.0, 1.0, 2.0], [5.0, 0.0, 3.0], [1.0, 1.0, 40.0], [2.0, 7.0, 0.0]]),
        "binary-cross-entropy" | "probability-cross-entropy" => {
            rows([[0.0, 1.0, 0.5], [1.0, 0.0, 0.25], [0.9, 0.1, 0.0], [1.0, 1.0, 0.0]])
        }
        "focal" => rows([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
        "soft-target-cross-entropy" | "kullback-leibler" => {
            rows([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.25, 0.75], [0.6, 0.2, 0.2]])
        }
        "reverse-kullback-leibler" => {
            rows([[0.2, 0.3, 0.5], [0.8, 0.1, 0.1], [0.05, 0.2, 0.75], [0.6, 0.2, 0.2]])
        }
        "perceptron" | "zero-one" | "hinge" | "squared-hinge" | "cubed-hinge" => {
            rows([[1.0, -1.0, 1.0], [-1.0, -1.0, -1.0], [1.0, 1.0, -1.0], [-1.0, 1.0, 1.0]])
        }
        "cosine-embedding" | "contrastive" => Data::Two(numbers(others), signs),
        "triplet" | "triplet-squared" => Data::Two(numbers(others), numbers(farther)),
        "margin-ranking" => {
            Data::Two(Array::vector(&samples.iter().map(|&i| others[i][0]).collect::<Vec<_>>()), signs)
        }
        _ if classifies(name) => Data::Labels(samples.iter().map(|&i| [2, 0, 1, 1][i]).collect()),
        _ => rows(others),
    }
}

/// Whether targets are labels of classes.
pub(crate) fn classifies(name: &str) -> bool {
    name.starts_with("jc-")
        || [
            "softmax-cross-entropy",
            "label-cross-entropy",
            "weston-watkins",
            "crammer-singer",
            "one-versus-rest",
        ]
        .contains(&name)
}

pub(crate) const SUM: Ask = Ask::Evaluate(Reduction::Sum);
pub(crate) const MEAN: Ask = Ask::Evaluate(Reduction::Mean);

/// The number of samples in a batch of the sweeping tests.
pub(crate) const SAMPLES: usize = 3;
/// Enough numbers for the widest batch.
pub(crate) const NUMBERS: usize = 4 * SAMPLES;

pub(crate) fn batch(name: &str, numbers: &[f64]) -> (Array<f64>, Data) {
    (predictions(name, &numbers[..width(name) * SAMPLES]), targets(name, &[0, 1, 2]))
}
