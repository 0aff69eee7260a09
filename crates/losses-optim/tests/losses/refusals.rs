//! What losses refuse.

use autograd::Array;
use losses_optim::loss::{Huber, Loss, LossError, Reduction};
use serde_json::{Map, json};

use crate::support::{Ask, Data, NUMBERS, SUM, all, batch, make, matrix, targets, width};

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
