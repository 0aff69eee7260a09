//! Nonlinear conjugate gradients on quadratics, where they are the linear method.

use losses_optim::{
    line_search::StrongWolfe,
    minimise::{Conjugacy, ConjugateGradients, Ended, Minimiser, Until},
    objective::ByHand,
};

#[test]
fn conjugate_gradients_end_after_as_many_steps_as_there_are_eigenvalues() {
    // Four curvatures, each three times, and searches that are nearly exact.
    let curvature = |i: usize| [1.0, 7.0, 40.0, 100.0][i % 4];
    let value = move |x: &[f64]| x.iter().enumerate().map(|(i, x)| 0.5 * curvature(i) * x * x).sum::<f64>();
    let mut objective = ByHand {
        value,
        value_and_grad: |x: &[f64], grad: &mut [f64]| {
            grad.iter_mut().zip(x).enumerate().for_each(|(i, (g, x))| *g = curvature(i) * x);
            value(x)
        },
    };
    for conjugacy in [Conjugacy::FletcherReeves, Conjugacy::PolakRibierePlus] {
        let exact = StrongWolfe { flatness: 1e-9, decrease: 1e-10, evaluations: 100 };
        let mut method = ConjugateGradients::new(conjugacy, exact);
        let mut x: Vec<f64> = (0..12).map(|i| 1.0 + f64::from(i)).collect();
        let summary = method.minimise(&mut x, &mut objective, &Until { gradient: 1e-5, steps: 4 }).unwrap();
        assert_eq!(summary.ended, Ended::Flat, "{conjugacy:?}: {summary:?}");
    }
}
