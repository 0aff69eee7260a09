//! Values and gradients beside those of 60 digits and of PyTorch.

use std::collections::BTreeSet;

use autograd::Array;
use losses_optim::loss::{LabelCrossEntropy, Loss, Reduction};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::support::{Ask, Data, SUM, all, classifies, make, matrix};

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
    let reference: Reference = serde_json::from_str(include_str!("../reference/losses.json")).unwrap();
    let mut seen = BTreeSet::new();
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
    let reference: Reference = serde_json::from_str(include_str!("../reference/losses.json")).unwrap();
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
