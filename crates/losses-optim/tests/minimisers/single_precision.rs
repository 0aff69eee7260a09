//! Every method over `f32`.

use losses_optim::{
    line_search::{HagerZhang, StrongWolfe},
    minimise::{
        self, Conjugacy, ConjugateGradients, Ended, Fista, GaussNewton, Ista, Lbfgs, LevenbergMarquardt,
        Minimiser, Newton, SaddleFreeNewton, SteepestDescent, Until,
    },
    objective::Objective,
    proximal::Interval,
    state::Method,
};

use crate::problems::{Decay, Rosenbrock};

const UNTIL: Until = Until { gradient: 1e-4, steps: 50_000 };

/// ½(x − 1)² + 4(y + 2)².
struct Bowl;

impl Objective<f32> for Bowl {
    fn value(&mut self, w: &[f32]) -> f32 {
        0.5 * (w[0] - 1.0).powi(2) + 4.0 * (w[1] + 2.0).powi(2)
    }

    fn value_and_grad(&mut self, w: &[f32], grad: &mut [f32]) -> f32 {
        grad.copy_from_slice(&[w[0] - 1.0, 8.0 * (w[1] + 2.0)]);
        self.value(w)
    }
}

fn near(name: &str, w: [f32; 2], expected: [f32; 2]) {
    let close = w.iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-3);
    assert!(close, "{name}: {w:?} instead of {expected:?}");
}

#[test]
fn every_method_works_in_single_precision_too() {
    fn first_order<M>(mut method: M) -> &'static str
    where
        M: for<'a> Minimiser<f32, Objective<'a> = dyn Objective<f32> + 'a> + Method,
    {
        let mut w = [9.0, 9.0];
        let summary = method.minimise(&mut w, &mut Bowl, &UNTIL).unwrap();
        assert_ne!(summary.ended, Ended::Steps, "{}", M::NAME);
        near(M::NAME, w, [1.0, -2.0]);
        M::NAME
    }
    let mut tested = vec![
        first_order(SteepestDescent::default()),
        first_order(ConjugateGradients::default()),
        first_order(Lbfgs::default()),
        first_order(Ista::new(Interval { lower: None, upper: Some(5.0) })),
        first_order(Fista::new(Interval { lower: None, upper: Some(5.0) })),
    ];
    first_order(ConjugateGradients::new(
        Conjugacy::FletcherReeves,
        StrongWolfe { flatness: 0.1, ..StrongWolfe::default() },
    ));
    first_order(Lbfgs::new(HagerZhang::default()));

    let mut w = [-1.2_f32, 1.0];
    Newton::default().minimise(&mut w, &mut Rosenbrock, &UNTIL).unwrap();
    near("newton", w, [1.0, 1.0]);
    let mut w = [-1.2_f32, 1.0];
    SaddleFreeNewton::default().minimise(&mut w, &mut Rosenbrock, &UNTIL).unwrap();
    near("saddle_free_newton", w, [1.0, 1.0]);
    let mut w = [1.0_f32, -1.0, 0.0];
    GaussNewton::default().minimise(&mut w, &mut Decay { error: 0.0 }, &UNTIL).unwrap();
    near("gauss_newton", [w[0], w[1]], [2.0, -1.5]);
    let mut w = [1.0_f32, -1.0, 0.0];
    LevenbergMarquardt::default().minimise(&mut w, &mut Decay { error: 0.0 }, &UNTIL).unwrap();
    near("levenberg_marquardt", [w[0], w[1]], [2.0, -1.5]);
    tested.extend(["newton", "saddle_free_newton", "gauss_newton", "levenberg_marquardt"]);
    for entry in minimise::ALL {
        assert!(tested.contains(&entry.name), "{} is not tested", entry.name);
    }
}
