//! Cross-entropy of labels: weights of classes, ignored labels, extreme scores.

use autograd::{Array, grad};
use losses_optim::loss::{
    LabelCrossEntropy, Loss, LossError, Reduction, SoftTargetCrossEntropy, SoftmaxCrossEntropy,
};

use crate::support::matrix;

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
