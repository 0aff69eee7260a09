//! Every loss: exact against numeric, stable at extreme scores, convex, honest about bad input.

use autograd::{Array, ArrayAlgebra, Elementary, check_grads, grad};
use losses_optim::loss::{
    HalfSquaredError, Hinge, Loss, LossError, Reduction, SoftTargetCrossEntropy, SoftmaxCrossEntropy,
    cross_entropy,
};
use proptest::prelude::*;

fn matrix(rows: usize, elements: &[f64]) -> Array<f64> {
    Array::new(&[rows, elements.len() / rows], elements.to_vec()).unwrap()
}

fn constant<A: ArrayAlgebra>(array: &Array<f64>) -> A {
    let elements = array.to_vec().iter().map(|&x| num_traits::NumCast::from(x).unwrap()).collect();
    A::from_array(Array::new(array.shape(), elements).unwrap())
}

#[test]
fn gradients_agree_with_differences_and_forward_mode() {
    let predictions = [matrix(2, &[0.3, -1.2, 0.8, 2.0, 0.1, -0.4])];
    let targets = matrix(2, &[0.2, 0.3, 0.5, 1.0, 0.0, 0.0]);
    for reduction in [Reduction::Sum, Reduction::Mean] {
        check_grads(
            |x| HalfSquaredError.evaluate(&x[0], &constant(&targets), reduction).unwrap(),
            &predictions,
        )
        .unwrap();
        check_grads(|x| SoftmaxCrossEntropy.evaluate(&x[0], &[2, 0], reduction).unwrap(), &predictions)
            .unwrap();
        check_grads(
            |x| SoftTargetCrossEntropy.evaluate(&x[0], &constant(&targets), reduction).unwrap(),
            &predictions,
        )
        .unwrap();
        let labels = matrix(2, &[1.0, -1.0, 1.0, 1.0, -1.0, -1.0]);
        check_grads(|x| Hinge.evaluate(&x[0], &constant(&labels), reduction).unwrap(), &predictions).unwrap();
    }
}

#[test]
fn array_losses_agree_with_their_elementwise_definitions() {
    let scores = [0.3, -1.2, 0.8];
    let array = matrix(1, &scores);
    let loss = SoftmaxCrossEntropy.evaluate(&array, &[1], Reduction::Sum).unwrap();
    assert!((loss.item().unwrap() - cross_entropy(&scores, 1)).abs() < 1e-15);
    let loss = HalfSquaredError.evaluate(&array, &matrix(1, &[0.0; 3]), Reduction::Sum).unwrap();
    let expected: f64 = scores.iter().map(|&r| HalfSquaredError.value(r)).sum();
    assert!((loss.item().unwrap() - expected).abs() < 1e-15);
    let loss = Hinge.per_sample(&Array::vector(&scores), &Array::vector(&[1.0, 1.0, -1.0])).unwrap();
    assert_eq!(loss.to_vec(), [0.3, -1.2, -0.8].map(|margin| Hinge.value(margin)));
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
fn one_hot_soft_targets_are_labels() {
    let scores = matrix(2, &[0.3, -1.2, 0.8, 2.0, 0.1, -0.4]);
    let one_hot = matrix(2, &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    let soft = SoftTargetCrossEntropy.per_sample(&scores, &one_hot).unwrap();
    let hard = SoftmaxCrossEntropy.per_sample(&scores, &[2, 0]).unwrap();
    assert_eq!(soft, hard);
}

#[test]
fn a_target_of_zero_contributes_nothing_where_its_probability_underflows() {
    let scores = matrix(1, &[0.0, f64::NEG_INFINITY]);
    let loss = SoftTargetCrossEntropy.per_sample(&scores, &matrix(1, &[1.0, 0.0])).unwrap();
    assert_eq!(loss.to_vec(), [0.0]);
}

#[test]
fn at_the_margin_the_hinge_does_not_pull_and_its_second_derivative_is_zero() {
    let scores = [Array::vector(&[1.0])];
    let gradient =
        grad(|s| Hinge.evaluate(&s[0], &constant(&Array::vector(&[1.0])), Reduction::Sum).unwrap(), &scores);
    assert_eq!(gradient[0].to_vec(), [0.0]);
    let hessian = autograd::hessian(
        |s| Hinge.evaluate(&s[0], &constant(&Array::vector(&[1.0])), Reduction::Sum).unwrap(),
        &scores,
    );
    assert_eq!(hessian, [[0.0]]);
}

#[test]
fn bad_input_is_refused_with_what_was_expected_and_found() {
    let scores = matrix(2, &[0.0; 6]);
    let error = SoftmaxCrossEntropy.per_sample(&scores, &[0, 3]).unwrap_err();
    assert_eq!(error, LossError::Label { loss: "softmax-cross-entropy", sample: 1, classes: 3, found: 3 });
    assert!(matches!(SoftmaxCrossEntropy.per_sample(&scores, &[0]), Err(LossError::Shape { .. })));
    assert!(matches!(
        SoftmaxCrossEntropy.per_sample(&Array::vector(&[0.0]), &[0]),
        Err(LossError::Predictions { .. })
    ));
    let empty = Array::<f64>::zeros(&[0, 3]);
    assert!(matches!(SoftmaxCrossEntropy.per_sample(&empty, &[]), Err(LossError::Empty { .. })));
    assert!(matches!(
        HalfSquaredError.per_sample(&scores, &matrix(1, &[0.0; 3])),
        Err(LossError::Shape { .. })
    ));
    for bad in [-0.1, f64::NAN, 1.5] {
        let targets = matrix(2, &[1.0, 0.0, 0.0, bad, 0.0, 0.0]);
        let error = SoftTargetCrossEntropy.per_sample(&scores, &targets).unwrap_err();
        assert!(matches!(error, LossError::Target { position: 3, .. }), "{error}");
    }
    let unnormalised = matrix(2, &[1.0, 0.0, 0.0, 0.5, 0.4, 0.0]);
    assert!(matches!(
        SoftTargetCrossEntropy.per_sample(&scores, &unnormalised),
        Err(LossError::Target { position: 3, .. })
    ));
    let error = Hinge.per_sample(&Array::vector(&[0.0]), &Array::vector(&[0.0])).unwrap_err();
    assert!(error.to_string().contains("1 or −1"), "{error}");
}

proptest! {
    /// f(y) ≥ f(x) + g·(y − x) for every convex loss, with the gradient that reverse mode gives, kinks included.
    #[test]
    fn the_subgradient_inequality_holds(
        x in prop::collection::vec(-3i32..=3, 6),
        y in prop::collection::vec(-30f64..30.0, 6),
    ) {
        // Whole numbers land on the hinge's kink often.
        let x: Vec<f64> = x.into_iter().map(f64::from).collect();
        let (here, there) = ([matrix(2, &x)], matrix(2, &y));
        let targets = matrix(2, &[0.2, 0.3, 0.5, 1.0, 0.0, 0.0]);
        let signs = matrix(2, &[1.0, -1.0, 1.0, 1.0, -1.0, -1.0]);
        let step: Vec<f64> = y.iter().zip(&x).map(|(y, x)| y - x).collect();
        let bound = |value: f64, gradient: &Array<f64>| {
            value + gradient.to_vec().iter().zip(&step).map(|(g, s)| g * s).sum::<f64>()
        };
        macro_rules! check {
            ($loss:expr, $targets:expr) => {
                let f = |x: &Array<f64>| $loss.evaluate(x, &$targets, Reduction::Sum).unwrap().item().unwrap();
                let gradient = grad(|x| $loss.evaluate(&x[0], &constant(&$targets), Reduction::Sum).unwrap(), &here);
                let bound = bound(f(&here[0]), &gradient[0]);
                prop_assert!(f(&there) >= bound - 1e-12 * (1.0 + bound.abs()));
                prop_assert!(f(&there) >= 0.0);
            };
        }
        check!(HalfSquaredError, targets);
        check!(SoftTargetCrossEntropy, targets);
        check!(Hinge, signs);
    }

    /// The gradient of the mean is the mean of the samples' gradients, and their order is of no consequence.
    #[test]
    fn a_batch_is_its_samples(x in prop::collection::vec(-30f64..30.0, 6)) {
        let mean = |x: &[f64], labels: &[usize]| {
            let scores = [matrix(labels.len(), x)];
            grad(|x| SoftmaxCrossEntropy.evaluate(&x[0], labels, Reduction::Mean).unwrap(), &scores)[0].to_vec()
        };
        let whole = mean(&x, &[1, 2]);
        let parts = [mean(&x[..3], &[1]), mean(&x[3..], &[2])].concat();
        let swapped = mean(&[&x[3..], &x[..3]].concat(), &[2, 1]);
        for i in 0..6 {
            prop_assert!((whole[i] - parts[i] / 2.0).abs() < 1e-15);
            prop_assert!((whole[i] - swapped[(i + 3) % 6]).abs() < 1e-15);
        }
    }
}
