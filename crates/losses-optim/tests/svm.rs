//! Solvers of the support vector machine.

use losses_optim::{
    state::Saved,
    svm::{DualCoordinateDescent, Examples, Pegasos, Projection, SvmError, SvmLoss},
};

const COUNT: usize = 200;
const DIMENSION: usize = 10;

/// Two clouds that overlap, from an equidistributed sequence.
fn clouds() -> (Vec<f64>, Vec<f64>) {
    let number = |i: usize| ((i as f64 * 0.618_033_988_749_894_9).fract() - 0.5) * 4.0;
    let labels: Vec<f64> = (0..COUNT).map(|i| if i % 3 == 0 { 1.0 } else { -1.0 }).collect();
    let inputs = (0..COUNT * DIMENSION).map(|k| number(k * 7 + 3) + 0.6 * labels[k / DIMENSION]).collect();
    (inputs, labels)
}

#[test]
fn the_duality_gap_closes_with_and_without_bias_for_both_losses() {
    let (inputs, labels) = clouds();
    let order: Vec<usize> = (0..COUNT).map(|i| i * 7 % COUNT).collect();
    for bias in [None, Some(1.0), Some(10.0)] {
        for loss in [SvmLoss::Hinge, SvmLoss::SquaredHinge] {
            let examples = Examples::new(DIMENSION, &inputs, &labels, bias).unwrap();
            let mut svm = DualCoordinateDescent { cost: 0.5, loss, ..DualCoordinateDescent::default() };
            let (mut violation, mut last) = (1.0, f64::NEG_INFINITY);
            for _ in 0..40_000 {
                violation = svm.sweep(&examples, &order).unwrap();
                assert!(svm.dual() >= last - 1e-9, "the dual falls");
                last = svm.dual();
                if violation < 1e-12 {
                    break;
                }
            }
            assert!(violation < 1e-10, "{bias:?} {loss:?}: {violation}");
            let (primal, dual) = (svm.primal(&examples), svm.dual());
            assert!((primal - dual).abs() < 1e-10 * primal, "{bias:?} {loss:?}: {primal} and {dual}");
            // w is what the multipliers say, and complementary slackness holds.
            let mut w = vec![0.0; examples.weights()];
            for i in 0..COUNT {
                let features = inputs[i * DIMENSION..][..DIMENSION].iter().copied().chain(bias);
                w.iter_mut().zip(features).for_each(|(w, x)| *w += svm.alpha[i] * labels[i] * x);
                let margin = labels[i] * examples.score(&svm.w, i);
                assert!(svm.alpha[i] == 0.0 || margin <= 1.0 + 1e-9, "{margin}");
            }
            assert!(w.iter().zip(&svm.w).all(|(a, b)| (a - b).abs() < 1e-10));
        }
    }
}

#[test]
fn pegasos_comes_to_the_same_minimum() {
    let (inputs, labels) = clouds();
    let examples = Examples::new(DIMENSION, &inputs, &labels, Some(1.0)).unwrap();
    let cost = 0.1;
    let mut svm = DualCoordinateDescent { cost, ..DualCoordinateDescent::default() };
    let order: Vec<usize> = (0..COUNT).collect();
    for _ in 0..3_000 {
        svm.sweep(&examples, &order).unwrap();
    }
    let scale = cost * COUNT as f64;
    let best = svm.primal(&examples) / scale;
    for projection in [Projection::None, Projection::Ball] {
        let mut pegasos = Pegasos { lambda: scale.recip(), projection, ..Pegasos::default() };
        let mut w = vec![0.3; examples.weights()];
        for t in 0..60_000 {
            let batch = [t * 13 % COUNT, (t * 29 + 5) % COUNT, (t * 57 + 11) % COUNT];
            pegasos.step(&mut w, &examples, &batch).unwrap();
        }
        let reached = pegasos.objective(&w, &examples);
        assert!(reached >= best - 1e-9 && reached < best * 1.001, "{reached} above {best}");
    }
}

#[test]
fn solvers_resume() {
    let (inputs, labels) = clouds();
    let examples = Examples::new(DIMENSION, &inputs, &labels, Some(1.0)).unwrap();
    let order: Vec<usize> = (0..COUNT).collect();
    let mut svm = DualCoordinateDescent::default();
    svm.sweep(&examples, &order).unwrap();
    let text = serde_json::to_string(&Saved(&svm)).unwrap();
    let Saved(mut resumed) = serde_json::from_str::<Saved<DualCoordinateDescent<f64>>>(&text).unwrap();
    svm.sweep(&examples, &order).unwrap();
    resumed.sweep(&examples, &order).unwrap();
    assert_eq!(svm, resumed);
    assert!(serde_json::from_str::<Saved<Pegasos>>(&text).is_err());

    let (mut pegasos, mut w) = (Pegasos::default(), vec![0.0; 11]);
    pegasos.step(&mut w, &examples, &order[..5]).unwrap();
    let text = serde_json::to_string(&Saved(&pegasos)).unwrap();
    let Saved(mut resumed) = serde_json::from_str::<Saved<Pegasos>>(&text).unwrap();
    let mut resumed_w = w.clone();
    pegasos.step(&mut w, &examples, &order[5..9]).unwrap();
    resumed.step(&mut resumed_w, &examples, &order[5..9]).unwrap();
    assert_eq!(w, resumed_w);
}

#[test]
fn bad_examples_are_refused() {
    let new =
        |inputs: &[f64], labels: &[f64]| Examples::new(2, inputs, labels, None).map(|_| ()).unwrap_err();
    assert_eq!(new(&[1.0; 3], &[1.0; 2]), SvmError::Shape { inputs: 3, labels: 2, dimension: 2 });
    assert_eq!(new(&[], &[]), SvmError::Shape { inputs: 0, labels: 0, dimension: 2 });
    assert_eq!(new(&[1.0; 4], &[1.0, 0.0]), SvmError::Label { example: 1, found: 0.0 });
    assert!(matches!(new(&[1.0; 4], &[1.0, f64::NAN]), SvmError::Label { example: 1, .. }));
    assert!(matches!(
        new(&[1.0, 1.0, 1.0, f64::INFINITY], &[1.0; 2]),
        SvmError::Feature { example: 1, feature: 1, .. }
    ));
    let examples = Examples::new(1, &[1.0, -1.0], &[1.0, -1.0], None).unwrap();
    let mut svm = DualCoordinateDescent::default();
    assert_eq!(svm.sweep(&examples, &[0, 2]), Err(SvmError::Example { found: 2, count: 2 }));
    assert_eq!(svm.sweep(&examples, &[]), Err(SvmError::Empty));
    svm.cost = 0.0;
    assert!(matches!(svm.sweep(&examples, &[0]), Err(SvmError::Hyperparameter(_))));
    svm = DualCoordinateDescent { alpha: vec![0.0; 3], ..DualCoordinateDescent::default() };
    assert!(matches!(svm.sweep(&examples, &[0]), Err(SvmError::Length { buffer: "alpha", .. })));
    let mut pegasos = Pegasos::default();
    assert_eq!(pegasos.step(&mut [0.0], &examples, &[]), Err(SvmError::Empty));
    assert!(matches!(
        pegasos.step(&mut [0.0; 2], &examples, &[0]),
        Err(SvmError::Length { buffer: "w", .. })
    ));
    assert_eq!(pegasos.t, 0);
}

#[test]
fn an_example_of_zeros_is_no_division_by_zero() {
    let examples = Examples::new(1, &[0.0, 2.0], &[1.0, 1.0], None).unwrap();
    let mut svm = DualCoordinateDescent { cost: 3.0, ..DualCoordinateDescent::default() };
    svm.sweep(&examples, &[0, 1]).unwrap();
    assert_eq!((svm.alpha, svm.w), (vec![3.0, 0.25], vec![0.5]));
}
