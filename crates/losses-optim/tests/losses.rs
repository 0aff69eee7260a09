//! What every registered loss has to do, and values of single ones.

mod losses_support;

use autograd::{Array, ArrayOps, Elementary, ElementaryOps, Tape, grad, special::Softplus};
use losses_optim::loss::{
    self, AbsoluteError, BinaryCrossEntropy, Convexity, CrammerSinger, CubedHinge, GaussianNll,
    HalfSquaredError, Hinge, Huber, JanochaCzarnecki, KullbackLeibler, LabelCrossEntropy, LaplaceNll,
    Likelihood, LogCosh, Loss, LossError, MeanSquaredError, OneVersusRest, Perceptron, PoissonNll, Quantile,
    Reduction, Sign, SmoothL1, SoftTargetCrossEntropy, SoftmaxCrossEntropy, SquaredHinge, StudentTNll,
    SvmObjective, WestonWatkins, ZeroOne, cross_entropy,
};
use losses_support::{Ask, Data, all, classifies, constant, make, matrix, predictions, targets, width};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const SUM: Ask = Ask::Evaluate(Reduction::Sum);
const MEAN: Ask = Ask::Evaluate(Reduction::Mean);

/// The number of samples in a batch of the sweeping tests.
const SAMPLES: usize = 3;
/// Enough numbers for the widest batch.
const NUMBERS: usize = 4 * SAMPLES;

fn batch(name: &str, numbers: &[f64]) -> (Array<f64>, Data) {
    (predictions(name, &numbers[..width(name) * SAMPLES]), targets(name, &[0, 1, 2]))
}

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
    weighted: Vec<Weighted>,
}

/// PyTorch's mean cross-entropy with weights of classes and a label to ignore.
#[derive(Deserialize)]
struct Weighted {
    scores: Vec<Vec<f64>>,
    labels: Vec<usize>,
    class_weights: Option<Vec<f64>>,
    ignored_label: Option<usize>,
    mean: f64,
    gradient: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Case {
    loss: String,
    constants: Map<String, Value>,
    predictions: Vec<Vec<f64>>,
    target: Value,
    losses: Vec<f64>,
    gradient: Vec<Vec<f64>>,
}

impl Case {
    fn predictions(&self) -> Array<f64> {
        let flat = self.predictions.concat();
        if self.loss == "margin-ranking" {
            Array::vector(&flat)
        } else {
            matrix(self.predictions.len(), &flat)
        }
    }

    fn data(&self) -> Data {
        fn array(value: &Value) -> Array<f64> {
            match serde_json::from_value::<Vec<Vec<f64>>>(value.clone()) {
                Ok(rows) => matrix(rows.len(), &rows.concat()),
                Err(_) => Array::vector(&serde_json::from_value::<Vec<f64>>(value.clone()).unwrap()),
            }
        }
        match &self.target {
            Value::Null => Data::Nothing,
            target if classifies(&self.loss) => Data::Labels(serde_json::from_value(target.clone()).unwrap()),
            target if target[0][0].is_array() => {
                let first = array(&target[0]);
                let first =
                    if self.loss == "margin-ranking" { Array::vector(&first.to_vec()) } else { first };
                Data::Two(first, array(&target[1]))
            }
            target => Data::Numbers(array(target)),
        }
    }
}

#[test]
fn values_and_gradients_agree_with_the_reference() {
    let reference: Reference = serde_json::from_str(include_str!("reference/losses.json")).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut worst = (0.0, String::new());
    for case in &reference.cases {
        let (loss, x, data) = (make(&case.loss, &case.constants), case.predictions(), case.data());
        let found = (loss.value)(&x, &data, &Ask::PerSample).unwrap().to_vec();
        let gradient = (loss.gradient)(&x, &data, &SUM).to_vec();
        // A score is itself known to half a unit in its last place only, and scores reach 10⁴.
        let known = x.to_vec().iter().fold(0.0, |largest: f64, x| largest.max(x.abs())) * 2.0 * f64::EPSILON;
        let pairs = found.iter().zip(&case.losses).chain(gradient.iter().zip(case.gradient.iter().flatten()));
        assert_eq!(found.len() + gradient.len(), pairs.clone().count(), "{}", case.loss);
        for (found, expected) in pairs {
            let size = expected.abs().max(1.0);
            let error = (found - expected).abs();
            assert!(
                error <= (1e-12 + known) * size,
                "{} {:?}: {found} instead of {expected} at {:?}",
                case.loss,
                case.constants,
                case.predictions
            );
            if error / size > worst.0 {
                worst = (error / size, case.loss.clone());
            }
        }
        seen.insert(case.loss.as_str());
    }
    for (entry, _) in all() {
        assert!(seen.contains(entry.name), "{} has no reference values", entry.name);
    }
    println!("largest error {:.1e}, of {}", worst.0, worst.1);
}

#[test]
fn weights_of_classes_and_ignored_labels_agree_with_the_reference() {
    let reference: Reference = serde_json::from_str(include_str!("reference/losses.json")).unwrap();
    for case in reference.weighted {
        let loss = LabelCrossEntropy {
            class_weights: case.class_weights,
            ignored_label: case.ignored_label,
            ..LabelCrossEntropy::default()
        };
        let scores = [matrix(case.labels.len(), &case.scores.concat())];
        let (mean, gradient) = autograd::value_and_grad(
            |z| loss.evaluate(&z[0], &case.labels, Reduction::Mean).unwrap(),
            &scores,
        );
        let mean = mean.item().unwrap();
        assert!((mean - case.mean).abs() <= 1e-12 * case.mean.abs(), "{mean} instead of {}", case.mean);
        for (found, expected) in gradient[0].to_vec().into_iter().zip(case.gradient.concat()) {
            assert!((found - expected).abs() <= 1e-12, "{found} instead of {expected}");
        }
    }
}

#[test]
fn the_register_finds_each_loss_by_its_name() {
    for entry in loss::ALL {
        assert!(std::ptr::eq(loss::find(entry.name).unwrap(), entry), "{} is registered twice", entry.name);
    }
    assert_eq!(loss::find("no such loss"), None);
}

#[test]
fn gradients_agree_with_differences_and_forward_mode() {
    // Beside all kinks.
    let numbers = [0.3, -1.2, 0.87, 2.1, 0.13, -0.46, -2.3, 1.71, 0.62, 0.24, -0.31, 1.4];
    for (entry, loss) in all() {
        let (x, data) = batch(entry.name, &numbers);
        let weighted = Ask::Weighted(vec![0.5, 2.0, 0.0], Reduction::Mean);
        for ask in [Ask::PerSample, SUM, MEAN, weighted] {
            (loss.check)(&x, &data, &ask).unwrap_or_else(|error| panic!("{} {ask:?}: {error}", entry.name));
        }
    }
}

#[test]
fn extreme_scores_give_finite_gradients_in_both_precisions() {
    let numbers = [1e4, -1e4, 0.0, -1e4, 1e4, 1e4, 1e4, 1e4, 1e4, 0.0, -1e4, 1e4];
    for (entry, loss) in all() {
        // e^(10⁴) is no number, and so neither is the likelihood of such a rate or precision.
        if ["poisson-nll", "learned-gaussian-nll"].contains(&entry.name) {
            continue;
        }
        let (x, data) = batch(entry.name, &numbers);
        let losses = (loss.value)(&x, &data, &Ask::PerSample).unwrap();
        assert!(losses.to_vec().iter().all(|l| l.is_finite()), "{}: {losses}", entry.name);
        let gradient = (loss.gradient)(&x, &data, &SUM);
        assert!(gradient.to_vec().iter().all(|g| g.is_finite()), "{}: {gradient}", entry.name);
        let gradient = (loss.single)(&x, &data, &SUM);
        assert!(gradient.to_vec().iter().all(|g| g.is_finite()), "{}: {gradient}", entry.name);
    }
}

#[test]
fn a_prediction_of_nan_makes_its_own_loss_nan_and_no_other() {
    let numbers = [0.3, -1.2, 0.87, 2.1, 0.13, -0.46, -2.3, 1.71, 0.62, 0.24, -0.31, 1.4];
    for (entry, loss) in all() {
        let mut spoilt = numbers;
        spoilt[width(entry.name)] = f64::NAN;
        let (x, data) = batch(entry.name, &spoilt);
        let losses = (loss.value)(&x, &data, &Ask::PerSample).unwrap().to_vec();
        let nan: Vec<bool> = losses.iter().map(|l| l.is_nan()).collect();
        assert_eq!(nan, [false, true, false], "{}", entry.name);
        // A weight of 0 takes the sample out altogether.
        let left = (loss.value)(&x, &data, &Ask::Weighted(vec![1.0, 0.0, 1.0], Reduction::Mean)).unwrap();
        assert_eq!(left.item().unwrap(), (losses[0] + losses[2]) / 2.0, "{}", entry.name);
    }
}

#[test]
fn bad_input_is_refused_by_every_loss() {
    for (entry, loss) in all() {
        let name = entry.name;
        let (x, data) = batch(name, &[0.25; NUMBERS]);
        let refusal = |x: &Array<f64>, data: &Data| match (loss.value)(x, data, &SUM) {
            Ok(_) => panic!("{name} accepts {x} and {data:?}"),
            Err(error) => error,
        };
        let empty =
            if name == "margin-ranking" { Array::zeros(&[0]) } else { Array::zeros(&[0, width(name)]) };
        assert!(matches!(refusal(&empty, &data), LossError::Empty { .. }), "{name}");
        assert!(matches!(refusal(&Array::scalar(0.5), &data), LossError::Predictions { .. }), "{name}");
        if name == "entropy" {
            continue;
        }
        assert!(matches!(refusal(&x, &targets(name, &[0, 1])), LossError::Shape { .. }), "{name}");
        match data {
            Data::Nothing => unreachable!("only the entropy has no target"),
            Data::Labels(_) => {
                let error = refusal(&x, &Data::Labels(vec![0, 3, 1]));
                assert_eq!(error, LossError::Label { loss: name, sample: 1, classes: 3, found: 3 });
            }
            Data::Numbers(y) => {
                for bad in [f64::NAN, f64::INFINITY] {
                    let mut y = y.clone();
                    y.as_mut_slice()[1] = bad;
                    let error = refusal(&x, &Data::Numbers(y));
                    assert!(matches!(error, LossError::Target { position: 1, .. }), "{name}: {error}");
                    assert!(error.to_string().contains(name), "{error}");
                }
            }
            Data::Two(first, second) => {
                assert!(matches!(
                    refusal(&x, &Data::Two(first.clone(), Array::zeros(&[1]))),
                    LossError::Shape { .. }
                ));
                if second.dimensions() == 1 {
                    let error = refusal(&x, &Data::Two(first, Array::vector(&[1.0, 0.0, 1.0])));
                    assert!(matches!(error, LossError::Target { position: 1, .. }), "{name}: {error}");
                }
            }
        }
        let data = targets(name, &[0, 1, 2]);
        for (weights, expected) in [
            (vec![1.0, 1.0], "one weight for each"),
            (vec![1.0, -1.0, 1.0], "sample 1 is -1"),
            (vec![1.0, 1.0, f64::NAN], "sample 2 is NaN"),
            (vec![0.0; 3], "add up to 0"),
        ] {
            let error = (loss.value)(&x, &data, &Ask::Weighted(weights, Reduction::Mean)).unwrap_err();
            assert!(error.to_string().contains(expected), "{name}: {error}");
        }
    }
}

#[test]
fn targets_and_predictions_out_of_range_are_refused() {
    for (name, bad) in [
        ("poisson-nll", -1.0),
        ("binary-cross-entropy", 1.5),
        ("binary-cross-entropy", -0.1),
        ("probability-cross-entropy", 1.5),
        ("focal", 0.5),
        ("soft-target-cross-entropy", -0.1),
        ("soft-target-cross-entropy", 1.5),
        ("kullback-leibler", -0.1),
        ("reverse-kullback-leibler", -0.1),
        ("hinge", 0.0),
        ("squared-hinge", 2.0),
        ("perceptron", 0.0),
        ("zero-one", 0.5),
    ] {
        let (x, data) = batch(name, &[0.25; NUMBERS]);
        let Data::Numbers(mut y) = data else { panic!("{name} takes numbers") };
        y.as_mut_slice()[4] = bad;
        let error = (make(name, &Map::new()).value)(&x, &Data::Numbers(y), &SUM).unwrap_err();
        assert!(matches!(error, LossError::Target { position: 4, found, .. } if found == bad), "{error}");
    }
    let unnormalised = Data::Numbers(matrix(1, &[0.5, 0.4, 0.0]));
    for name in ["soft-target-cross-entropy", "kullback-leibler"] {
        let error = (make(name, &Map::new()).value)(&matrix(1, &[0.0; 3]), &unnormalised, &SUM).unwrap_err();
        assert!(error.to_string().contains("0.9"), "{error}");
    }
    let zero = Data::Numbers(matrix(1, &[0.5, 0.5, 0.0]));
    let reverse = make("reverse-kullback-leibler", &Map::new());
    assert!((reverse.value)(&matrix(1, &[0.0; 3]), &zero, &SUM).is_err());
    let probabilities = make("probability-cross-entropy", &Map::new());
    let error = (probabilities.value)(&matrix(1, &[0.5, 1.25, 0.0]), &zero, &SUM).unwrap_err();
    assert!(matches!(error, LossError::Prediction { position: 1, .. }), "{error}");
    let odd = make("learned-gaussian-nll", &Map::new());
    assert!(matches!((odd.value)(&matrix(1, &[0.0; 3]), &zero, &SUM), Err(LossError::Predictions { .. })));
}

#[test]
fn constants_out_of_range_are_refused_by_name() {
    for (name, constant, values) in [
        ("huber", "delta", vec![0.0, -1.0, f64::INFINITY]),
        ("smooth-l1", "beta", vec![0.0, -1.0]),
        ("quantile", "level", vec![0.0, 1.0]),
        ("gaussian-nll", "precision", vec![0.0, -1.0]),
        ("laplace-nll", "scale", vec![0.0, -1.0]),
        ("student-t-nll", "degrees", vec![0.0, -1.0]),
        ("student-t-nll", "scale", vec![0.0]),
        ("label-cross-entropy", "label_smoothing", vec![1.0, -0.1]),
        ("focal", "focusing", vec![-1.0]),
        ("focal", "balance", vec![-0.5, 1.5]),
        ("weston-watkins", "margin", vec![0.0, -1.0]),
        ("crammer-singer", "margin", vec![0.0, -1.0]),
        ("cosine-embedding", "margin", vec![1.5]),
        ("contrastive", "margin", vec![0.0]),
        ("triplet", "margin", vec![-1.0]),
        ("margin-ranking", "margin", vec![-1.0]),
    ] {
        let (x, data) = batch(name, &[0.25; NUMBERS]);
        for value in values.into_iter().filter(|value: &f64| value.is_finite()) {
            let constants = Map::from_iter([(constant.to_owned(), json!(value))]);
            let error = (make(name, &constants).value)(&x, &data, &SUM).unwrap_err();
            assert!(error.to_string().contains(&format!("`{constant}` is {value}")), "{error}");
        }
    }
    for delta in [f64::NAN, f64::INFINITY] {
        let error = Huber { delta }.per_sample(&Array::vector(&[1.0]), &Array::vector(&[0.0])).unwrap_err();
        assert!(matches!(error, LossError::Constant { name: "delta", .. }), "{error}");
    }
}

#[test]
fn elementwise_definitions_are_those_of_the_arrays_and_differentiate_as_numbers() {
    fn agree<E: Elementary + Loss<Target<Array<f64>> = Array<f64>>>(function: E, target: f64) {
        let (residual, margin) = ([-3.0, -1.0, -0.5, 0.0, 0.25, 1.0, 2.5], target != 0.0);
        for r in residual {
            let x = if margin { r / target } else { r };
            let loss = function.per_sample(&Array::vector(&[x]), &Array::vector(&[target])).unwrap();
            assert_eq!(loss.item().unwrap(), function.value(r), "{function:?} at {r}");
            let by_number = grad(|r| r[0].apply(&function), &[r])[0];
            assert_eq!(by_number, function.derivative(&r, &function.value(r)), "{function:?} at {r}");
        }
    }
    agree(HalfSquaredError, 0.0);
    agree(MeanSquaredError, 0.0);
    agree(AbsoluteError, 0.0);
    agree(Huber { delta: 1.0 }, 0.0);
    agree(SmoothL1 { beta: 0.5 }, 0.0);
    agree(LogCosh, 0.0);
    agree(Quantile { level: 0.75 }, 0.0);
    agree(GaussianNll { precision: 2.0 }, 0.0);
    agree(LaplaceNll { scale: 0.5 }, 0.0);
    agree(StudentTNll::default(), 0.0);
    for label in [1.0, -1.0] {
        agree(Perceptron, label);
        agree(ZeroOne, label);
        agree(Hinge, label);
        agree(SquaredHinge, label);
        agree(CubedHinge, label);
    }
    let scores = [0.3, -1.2, 0.8];
    let loss = SoftmaxCrossEntropy.evaluate(&matrix(1, &scores), &[1], Reduction::Sum).unwrap();
    assert!((loss.item().unwrap() - cross_entropy(&scores, 1)).abs() < 1e-15);
    let loss =
        BinaryCrossEntropy.per_sample(&Array::vector(&scores), &Array::vector(&[1.0, 0.0, 0.0])).unwrap();
    // Loops over arrays have exponentials and logarithms of their own, good to four units in the last place each.
    for (found, score) in loss.to_vec().into_iter().zip([-0.3, -1.2, 0.8]) {
        let expected = Softplus.value(score);
        assert!((found - expected).abs() <= 8.0 * f64::EPSILON * expected, "{found} instead of {expected}");
    }
}

#[test]
fn at_a_kink_the_gradient_is_the_subgradient_of_minimum_norm() {
    let pairs = |others: &[f64], label| Data::Two(matrix(1, others), Array::vector(&[label]));
    let column = |y: f64| Data::Numbers(matrix(1, &[y]));
    let cases: Vec<(&str, Vec<f64>, Data, Vec<f64>)> = vec![
        ("absolute-error", vec![2.0], column(2.0), vec![0.0]),
        ("laplace-nll", vec![2.0], column(2.0), vec![0.0]),
        ("quantile", vec![2.0], column(2.0), vec![0.0]),
        ("perceptron", vec![0.0], column(-1.0), vec![0.0]),
        ("hinge", vec![-1.0], column(-1.0), vec![0.0]),
        ("weston-watkins", vec![2.0, 1.0, 2.0], Data::Labels(vec![0]), vec![-1.0, 0.0, 1.0]),
        // The best wrong class twice; and the margin met exactly.
        ("crammer-singer", vec![2.0, 2.0, 2.0], Data::Labels(vec![0]), vec![-1.0, 0.5, 0.5]),
        ("crammer-singer", vec![2.0, 1.0, 0.0], Data::Labels(vec![0]), vec![0.0, 0.0, 0.0]),
        ("jc-l1", vec![1.0, 0.0, 0.0], Data::Labels(vec![0]), vec![0.0, 0.0, 0.0]),
        ("jc-hinge", vec![0.5, -0.5, 0.0], Data::Labels(vec![0]), vec![0.0, 0.0, 1.0]),
        ("cosine-embedding", vec![0.0, 1.0], pairs(&[1.0, 0.0], -1.0), vec![0.0, 0.0]),
        ("cosine-embedding", vec![0.0, 0.0], pairs(&[1.0, 0.0], 1.0), vec![0.0, 0.0]),
        ("contrastive", vec![1.0, 0.0], pairs(&[1.0, 0.0], -1.0), vec![0.0, 0.0]),
        (
            "triplet",
            vec![1.0, 0.0],
            Data::Two(matrix(1, &[1.0, 0.0]), matrix(1, &[1.0, 0.0])),
            vec![0.0, 0.0],
        ),
    ];
    for (name, x, data, expected) in cases {
        let (loss, x) = (make(name, &Map::new()), matrix(1, &x));
        let gradient = (loss.gradient)(&x, &data, &SUM);
        assert_eq!(gradient.to_vec(), expected, "{name} at {x}");
    }
    let hessian = autograd::hessian(
        |s| Hinge.evaluate(&s[0], &constant(&Array::vector(&[1.0])), Reduction::Sum).unwrap(),
        &[Array::vector(&[1.0])],
    );
    assert_eq!(hessian, [[0.0]]);
}

#[test]
fn only_real_kinks_are_noted_on_the_tape() {
    // The right class's own entry is no kink of the multi-class hinges.
    for name in ["weston-watkins", "crammer-singer"] {
        let tape = Tape::new();
        let scores = tape.vars(&[matrix(1, &[0.3, -0.2, 0.5])]);
        let loss = match name {
            "weston-watkins" => WestonWatkins::default().per_sample(&scores[0], &[0]),
            _ => CrammerSinger::default().per_sample(&scores[0], &[0]),
        };
        assert_eq!(loss.unwrap().value().len(), 1);
        assert!(tape.kinks().is_empty(), "{name}: {:?}", tape.kinks());
    }
}

#[test]
fn likelihoods_are_normalised() {
    /// ∫ exp(−ℓ(y)) dy over the real line, by the trapezoid rule after y = sinh(sinh u), which tames heavy tails.
    fn integral<L: Loss<Target<Array<f64>> = Array<f64>>>(loss: &L, prediction: f64) -> f64 {
        let step = 1.0 / 512.0;
        let nodes: Vec<f64> = (-2200..=2200).map(|i| f64::from(i) * step).collect();
        // Shifted, so that the kink of the density lies on a node.
        let targets: Vec<f64> = nodes.iter().map(|u| prediction + u.sinh().sinh()).collect();
        let predictions = Array::full(&[targets.len()], prediction);
        let losses = loss.per_sample(&predictions, &Array::vector(&targets)).unwrap();
        let stretch = nodes.iter().map(|u| u.sinh().cosh() * u.cosh());
        losses.to_vec().iter().zip(stretch).map(|(l, s)| (-l).exp() * s * step).sum()
    }
    assert!((integral(&GaussianNll { precision: 0.3 }, 0.7) - 1.0).abs() < 1e-12);
    assert!((integral(&StudentTNll { degrees: 3.0, scale: 0.7 }, 0.7) - 1.0).abs() < 1e-12);
    assert!((integral(&LaplaceNll { scale: 2.5 }, 0.7) - 1.0).abs() < 1e-5);
    let counts: Vec<f64> = (0..200).map(f64::from).collect();
    let rate = Array::full(&[counts.len()], 3.0_f64);
    let losses = PoissonNll.per_sample(&rate, &Array::vector(&counts)).unwrap();
    assert!((losses.to_vec().iter().map(|l| (-l).exp()).sum::<f64>() - 1.0).abs() < 1e-12);
    let bits = BinaryCrossEntropy.per_sample(&Array::vector(&[0.7; 2]), &Array::vector(&[0.0, 1.0])).unwrap();
    assert!((bits.to_vec().iter().map(|l: &f64| (-l).exp()).sum::<f64>() - 1.0).abs() < 1e-15);
    let scores = matrix(3, &[[0.3, -1.2, 0.8]; 3].concat());
    let losses = SoftmaxCrossEntropy.per_sample(&scores, &[0, 1, 2]).unwrap();
    assert!((losses.to_vec().iter().map(|l| (-l).exp()).sum::<f64>() - 1.0).abs() < 1e-15);
}

#[test]
fn a_likelihood_is_its_core_times_its_factor_and_terms_without_the_prediction() {
    fn rest<L: Likelihood<Target<Array<f64>> = Array<f64>>>(likelihood: &L, x: f64) -> f64
    where
        L::Core: Loss<Target<Array<f64>> = Array<f64>>,
    {
        let (x, y) = (Array::vector(&[x]), Array::vector(&[1.0]));
        let nll = likelihood.negative_log_likelihood(Array::clone, &x, &y).unwrap();
        let core = likelihood.core().evaluate(&x, &y, Reduction::Sum).unwrap();
        nll.item().unwrap() - likelihood.factor() * core.item().unwrap()
    }
    fn constant<L: Likelihood<Target<Array<f64>> = Array<f64>>>(likelihood: &L)
    where
        L::Core: Loss<Target<Array<f64>> = Array<f64>>,
    {
        assert!((rest(likelihood, -2.0) - rest(likelihood, 0.5)).abs() < 1e-12);
        assert!(likelihood.factor() > 0.0);
    }
    constant(&GaussianNll { precision: 0.3 });
    constant(&LaplaceNll { scale: 2.5 });
    constant(&StudentTNll::default());
    constant(&PoissonNll);
    constant(&BinaryCrossEntropy);
}

#[test]
fn class_weights_and_ignored_labels_are_weights_of_samples() {
    let scores = matrix(3, &[0.3, -1.2, 0.8, 2.0, 0.1, -0.4, 5.0, 6.0, 7.0]);
    let plain = SoftmaxCrossEntropy.per_sample(&scores, &[2, 0, 1]).unwrap().to_vec();
    let loss = LabelCrossEntropy {
        class_weights: Some(vec![2.0, 1.0, 0.5]),
        ignored_label: Some(255),
        ..LabelCrossEntropy::default()
    };
    let labels = [2, 0, 255];
    let mean = loss.evaluate(&scores, &labels, Reduction::Mean).unwrap().item().unwrap();
    assert!((mean - (0.5 * plain[0] + 2.0 * plain[1]) / 2.5).abs() < 1e-15);
    let weights = Array::vector(&[3.0, 1.0, 1.0]);
    let sum = loss.evaluate_weighted(&scores, &labels, &weights, Reduction::Sum).unwrap().item().unwrap();
    assert!((sum - (1.5 * plain[0] + 2.0 * plain[1])).abs() < 1e-15);
    assert_eq!(loss.per_sample(&scores, &labels).unwrap().to_vec(), [plain[0], plain[1], 0.0]);
    let gradient =
        grad(|x| loss.evaluate(&x[0], &labels, Reduction::Mean).unwrap(), std::slice::from_ref(&scores));
    assert_eq!(gradient[0].to_vec()[6..], [0.0; 3]);
    let none = loss.evaluate(&scores, &[255; 3], Reduction::Mean);
    assert_eq!(none, Err(LossError::NoWeight));
    assert_eq!(loss.evaluate(&scores, &[255; 3], Reduction::Sum).unwrap().item(), Some(0.0));
    let bad = LabelCrossEntropy { class_weights: Some(vec![1.0]), ..LabelCrossEntropy::default() };
    let error = bad.per_sample(&scores, &[0, 1, 2]).unwrap_err();
    assert_eq!(error, LossError::ClassWeights { loss: "label-cross-entropy", classes: 3, found: 1 });
    let bad = LabelCrossEntropy { class_weights: Some(vec![1.0, -1.0, 1.0]), ..LabelCrossEntropy::default() };
    assert!(matches!(bad.per_sample(&scores, &[0, 1, 2]), Err(LossError::Constant { .. })));
    assert!(loss.per_sample(&scores, &[0, 1, 3]).is_err());
    let default = LabelCrossEntropy::default().per_sample(&scores, &[2, 0, 1]).unwrap();
    assert_eq!(default.to_vec(), plain);
}

#[test]
fn cross_entropy_is_finite_and_exact_at_extreme_scores() {
    let scores = [matrix(2, &[1e4, -1e4, 0.0, -1e4, 1e4, 0.0])];
    let losses = SoftmaxCrossEntropy.per_sample(&scores[0], &[0, 0]).unwrap();
    assert_eq!(losses.to_vec(), [0.0, 2e4]);
    let gradient = grad(|x| SoftmaxCrossEntropy.evaluate(&x[0], &[0, 0], Reduction::Sum).unwrap(), &scores);
    assert_eq!(gradient[0].to_vec(), [0.0, 0.0, 0.0, -1.0, 1.0, 0.0]);
    let single = [Array::new(&[1, 2], vec![1e4_f32, -1e4]).unwrap()];
    let gradient = grad(|x| SoftmaxCrossEntropy.evaluate(&x[0], &[1], Reduction::Sum).unwrap(), &single);
    assert_eq!(gradient[0].to_vec(), [1.0, -1.0]);
}

#[test]
fn a_target_of_zero_contributes_nothing_where_its_probability_underflows() {
    let scores = matrix(1, &[0.0, f64::NEG_INFINITY]);
    let loss = SoftTargetCrossEntropy.per_sample(&scores, &matrix(1, &[1.0, 0.0])).unwrap();
    assert_eq!(loss.to_vec(), [0.0]);
}

/// ½‖w‖² + C Σ max(0, 1 − y·s), by hand; its gradient is w less C times the violators' inputs.
#[test]
fn the_objective_of_the_support_vector_machine() {
    let (inputs, labels) = (matrix(3, &[1.0, 0.0, 0.0, 2.0, -1.0, -1.0]), Array::vector(&[1.0, 1.0, -1.0]));
    let w = [Array::vector(&[0.5, 1.0])];
    let svm = SvmObjective { loss: Hinge, cost: 2.0 };
    let (value, gradient) = autograd::value_and_grad(
        |w| {
            let scores = constant::<autograd::Var<'_, _>>(&inputs).matmul(&w[0]);
            svm.evaluate(&w[0], &scores, &constant(&labels)).unwrap()
        },
        &w,
    );
    // Margins ½, 2 and 1½.
    assert_eq!(value.item(), Some(0.625 + 2.0 * 0.5));
    assert_eq!(gradient[0].to_vec(), [0.5 - 2.0, 1.0]);
    let free = SvmObjective { loss: OneVersusRest, cost: 0.0 };
    assert!(free.evaluate(&w[0], &matrix(1, &[0.0, 0.0]), &[0]).is_err());
}

#[test]
fn the_zero_one_loss_has_no_gradient_anywhere() {
    let labels = Array::vector(&[1.0, 1.0, -1.0]);
    let scores = [Array::vector(&[-0.3, 0.0, -2.0])];
    let gradient = grad(|s| ZeroOne.evaluate(&s[0], &constant(&labels), Reduction::Sum).unwrap(), &scores);
    assert_eq!(gradient[0].to_vec(), [0.0; 3]);
    assert_eq!(ZeroOne.per_sample(&scores[0], &labels).unwrap().to_vec(), [1.0, 1.0, 0.0]);
}

/// A batch of numbers that lands on kinks often, and one that does not.
fn on_and_off_kinks() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let half = (-8i32..=8).prop_map(|x| f64::from(x) / 2.0);
    (prop::collection::vec(half, NUMBERS), prop::collection::vec(-10f64..10.0, NUMBERS))
}

proptest! {
    /// f(y) ≥ f(x) + g·(y − x) for every convex loss, with the gradient that reverse mode gives, kinks included.
    #[test]
    fn the_subgradient_inequality_holds((x, y) in on_and_off_kinks()) {
        for (entry, loss) in all().filter(|(entry, _)| entry.convexity == Convexity::Convex) {
            let ((here, data), (there, _)) = (batch(entry.name, &x), batch(entry.name, &y));
            let f = |x: &Array<f64>| (loss.value)(x, &data, &SUM).unwrap().item().unwrap();
            let step = &there - &here;
            let slope = (&(loss.gradient)(&here, &data, &SUM) * &step).to_vec().iter().sum::<f64>();
            let (bound, value) = (f(&here) + slope, f(&there));
            let slack = 1e-12 * (1.0 + value.abs() + f(&here).abs() + slope.abs());
            prop_assert!(value >= bound - slack, "{}: {value} below {bound}", entry.name);
        }
    }

    /// f(λx + (1 − λ)y) ≤ λf(x) + (1 − λ)f(y) for every convex loss.
    #[test]
    fn convex_losses_are_convex((x, y) in on_and_off_kinks(), share in 0f64..1.0) {
        for (entry, loss) in all().filter(|(entry, _)| entry.convexity == Convexity::Convex) {
            let ((here, data), (there, _)) = (batch(entry.name, &x), batch(entry.name, &y));
            let f = |x: &Array<f64>| (loss.value)(x, &data, &SUM).unwrap().item().unwrap();
            let between = &here * share + &there * (1.0 - share);
            let (chord, value) = (share * f(&here) + (1.0 - share) * f(&there), f(&between));
            let slack = 1e-12 * (1.0 + f(&here).abs() + f(&there).abs());
            prop_assert!(value <= chord + slack, "{}: {value} above {chord}", entry.name);
        }
    }

    #[test]
    fn losses_that_say_so_are_not_negative((x, y) in on_and_off_kinks()) {
        for (entry, loss) in all().filter(|(entry, _)| entry.sign == Sign::NonNegative) {
            for numbers in [&x, &y] {
                let (x, data) = batch(entry.name, numbers);
                let losses = (loss.value)(&x, &data, &Ask::PerSample).unwrap().to_vec();
                // A divergence is a sum of terms of both signs, and 0 only up to their rounding.
                prop_assert!(losses.iter().all(|&l| l >= -1e-14), "{}: {losses:?}", entry.name);
            }
        }
    }

    /// The gradient of the mean is the mean of the samples' gradients, their order is of no consequence, and a sample of
    /// weight 2 is two samples.
    #[test]
    fn a_batch_is_its_samples((_, numbers) in on_and_off_kinks()) {
        for (entry, loss) in all() {
            let (name, width) = (entry.name, width(entry.name));
            let numbers = &numbers[..width * SAMPLES];
            let sample = |i: usize| &numbers[i * width..(i + 1) * width];
            let of = |order: &[usize]| {
                let x = predictions(name, &order.iter().flat_map(|&i| sample(i).to_vec()).collect::<Vec<_>>());
                (x, targets(name, order))
            };
            let mean = |order: &[usize]| {
                let (x, data) = of(order);
                (loss.gradient)(&x, &data, &MEAN).to_vec()
            };
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-13 * (1.0 + b.abs());
            let (whole, turned) = (mean(&[0, 1, 2]), mean(&[2, 0, 1]));
            for i in 0..SAMPLES {
                let alone = mean(&[i]);
                for k in 0..width {
                    let found = whole[i * width + k];
                    prop_assert!(close(found, alone[k] / SAMPLES as f64), "{name}");
                    prop_assert!(close(turned[(i + 1) % SAMPLES * width + k], found), "{name}");
                }
            }
            let (x, data) = of(&[0, 1, 2]);
            let value = |ask| (loss.value)(&x, &data, &ask).unwrap().item().unwrap();
            let (twice, data_twice) = of(&[0, 1, 1, 2]);
            for reduction in [Reduction::Sum, Reduction::Mean] {
                prop_assert!(close(value(Ask::Weighted(vec![1.0; 3], reduction)), value(Ask::Evaluate(reduction))));
                let twice = (loss.value)(&twice, &data_twice, &Ask::Evaluate(reduction)).unwrap();
                let weighted = value(Ask::Weighted(vec![1.0, 2.0, 1.0], reduction));
                prop_assert!(close(weighted, twice.item().unwrap()), "{name}");
            }
        }
    }

    /// The norms of one-hot labels less probabilities are expected misclassifications (Janocha & Czarnecki 2017).
    #[test]
    fn norms_of_probabilities_are_expected_misclassifications(
        scores in prop::collection::vec(-5f64..5.0, 4), label in 0usize..4,
    ) {
        let x = matrix(1, &scores);
        let of = |loss: JanochaCzarnecki| loss.per_sample(&x, &[label]).unwrap().item().unwrap();
        let p = x.softmax().to_vec();
        let squares: f64 = p.iter().map(|p| p * p).sum();
        prop_assert!((of(JanochaCzarnecki::SoftmaxL1) - 2.0 * (1.0 - p[label])).abs() < 1e-12);
        prop_assert!((of(JanochaCzarnecki::SoftmaxMax) - (1.0 - p[label])).abs() < 1e-12);
        prop_assert!((of(JanochaCzarnecki::SoftmaxL2) - (1.0 - 2.0 * p[label] + squares)).abs() < 1e-12);
    }

    /// Relations between losses of two or more classes.
    #[test]
    fn relations_between_losses(z in prop::collection::vec(-5f64..5.0, 3), label in 0usize..2) {
        let pair = matrix(1, &z[..2]);
        let sign = if label == 0 { 1.0 } else { -1.0 };
        let binary = Hinge.per_sample(&Array::vector(&[z[0] - z[1]]), &Array::vector(&[sign])).unwrap();
        let multi = WestonWatkins::default().per_sample(&pair, &[label]).unwrap();
        prop_assert!((multi.item().unwrap() - binary.item().unwrap()).abs() < 1e-12);
        let best = CrammerSinger::default().per_sample(&pair, &[label]).unwrap();
        prop_assert!((best.item().unwrap() - binary.item().unwrap()).abs() < 1e-12);
        // Two classes by softmax are one by the logistic function.
        let soft = SoftmaxCrossEntropy.per_sample(&pair, &[label]).unwrap().item().unwrap();
        let target = Array::vector(&[1.0 - label as f64]);
        let logistic = BinaryCrossEntropy.per_sample(&Array::vector(&[z[0] - z[1]]), &target).unwrap();
        prop_assert!((soft - logistic.item().unwrap()).abs() < 1e-12);
        // Cross-entropy less the divergence is the entropy of the target, whatever the scores.
        let (scores, y) = (matrix(1, &z), matrix(1, &[0.2, 0.3, 0.5]));
        let cross = SoftTargetCrossEntropy.per_sample(&scores, &y).unwrap().item().unwrap();
        let divergence = KullbackLeibler.per_sample(&scores, &y).unwrap().item().unwrap();
        let entropy: f64 = [0.2, 0.3, 0.5].iter().map(|p: &f64| -p * p.ln()).sum();
        prop_assert!((cross - divergence - entropy).abs() < 1e-12);
        // A one-hot distribution is a label.
        let one_hot = matrix(1, &[label as f64, 1.0 - label as f64, 0.0]);
        let hard = SoftmaxCrossEntropy.per_sample(&scores, &[1 - label]).unwrap();
        prop_assert_eq!(SoftTargetCrossEntropy.per_sample(&scores, &one_hot).unwrap(), hard);
    }

    /// The losses of margins that bound the zero–one loss do, and the natural logarithm's does not.
    #[test]
    fn margin_losses_bound_the_zero_one_loss(margin in -10f64..10.0) {
        let error = ZeroOne.value(margin);
        prop_assert!(Hinge.value(margin) >= error);
        prop_assert!(SquaredHinge.value(margin) >= error);
        prop_assert!(CubedHinge.value(margin) >= error);
        prop_assert!(Softplus.value(-margin) / std::f64::consts::LN_2 >= error);
        prop_assert!(Softplus.value(0.0) < ZeroOne.value(0.0));
    }
}
