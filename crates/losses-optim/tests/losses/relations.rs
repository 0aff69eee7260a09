//! Relations between losses, and of arrays with single numbers.

use autograd::{Array, ArrayOps, Elementary, ElementaryOps, grad, special::Softplus};
use losses_optim::loss::{
    AbsoluteError, BinaryCrossEntropy, CrammerSinger, CubedHinge, GaussianNll, HalfSquaredError, Hinge,
    Huber, JanochaCzarnecki, KullbackLeibler, LaplaceNll, LogCosh, Loss, MeanSquaredError, Perceptron,
    Quantile, Reduction, SmoothL1, SoftTargetCrossEntropy, SoftmaxCrossEntropy, SquaredHinge, StudentTNll,
    WestonWatkins, ZeroOne, cross_entropy,
};
use proptest::prelude::*;

use crate::support::matrix;

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

proptest! {
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
