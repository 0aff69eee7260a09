//! Stop and resume is never having stopped.

use losses_optim::{
    line_search::{FixedStep, HagerZhang, StochasticArmijo},
    minimise::{
        Conjugacy, ConjugateGradients, Fista, GaussNewton, Ista, Lbfgs, LevenbergMarquardt, MinimiseError,
        Minimiser, Newton, SaddleFreeNewton, SteepestDescent,
    },
    objective::Objective,
    proximal::{Interval, L1},
    state::{Method, Saved},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::problems::{Decay, Rosenbrock, Shifted};

/// Stop and resume is never having stopped, nothing allocates after the first steps, and other lengths, methods and
/// scalars are refused.
fn check<M, O: Objective<f64>>(mut method: M, mut objective: O)
where
    M: for<'a> Minimiser<f64, Objective<'a> = dyn Objective<f64> + 'a>
        + Method
        + Serialize
        + DeserializeOwned,
{
    let name = M::qualified_name();
    let mut x = [-1.2, 1.0, -0.7, 2.0];
    let mut run = |method: &mut M, x: &mut [f64; 4], steps: usize| {
        for _ in 0..steps {
            method.step(x, &mut objective).unwrap();
        }
    };
    run(&mut method, &mut x, 4);
    let text = serde_json::to_string(&Saved(&method)).unwrap();
    let mut resumed_x = x;
    let measured = allocation_counter::measure(|| run(&mut method, &mut x, 6));
    assert_eq!(measured.count_total, 0, "{name}");

    let Saved(mut resumed) = serde_json::from_str::<Saved<M>>(&text).unwrap();
    run(&mut resumed, &mut resumed_x, 6);
    assert_eq!(resumed_x.map(f64::to_bits), x.map(f64::to_bits), "{name}");

    let refused = method.step(&mut [1.0; 6], &mut Rosenbrock).unwrap_err();
    assert!(matches!(refused, MinimiseError::StateLength { expected: 6 | 60, .. }), "{name}: {refused}");
    assert!(serde_json::from_str::<Saved<LbfgsOfNothing>>(&text).is_err(), "{name}");
}

type LbfgsOfNothing = Lbfgs<f32, FixedStep>;

#[test]
fn methods_resume_refuse_and_do_not_allocate() {
    check(SteepestDescent::default(), Rosenbrock);
    check(SteepestDescent::new(FixedStep { step: 1e-4 }), Rosenbrock);
    check(ConjugateGradients::default(), Rosenbrock);
    check(ConjugateGradients::new(Conjugacy::FletcherReeves, HagerZhang::default()), Rosenbrock);
    check(Lbfgs::default(), Rosenbrock);
    check(Lbfgs::new(HagerZhang::default()), Rosenbrock);
}

/// Proximal gradients resume like the others, but hold no state of a certain length to refuse.
fn resumes<M>(mut method: M)
where
    M: for<'a> Minimiser<f64, Objective<'a> = dyn Objective<f64> + 'a>
        + Method
        + Serialize
        + DeserializeOwned,
{
    let mut x = vec![1.0; 12];
    let run = |method: &mut M, x: &mut [f64], steps| {
        for _ in 0..steps {
            method.step(x, &mut Shifted).unwrap();
        }
    };
    run(&mut method, &mut x, 5);
    let text = serde_json::to_string(&Saved(&method)).unwrap();
    let Saved(mut resumed) = serde_json::from_str::<Saved<M>>(&text).unwrap();
    let mut resumed_x = x.clone();
    let measured = allocation_counter::measure(|| run(&mut method, &mut x, 20));
    run(&mut resumed, &mut resumed_x, 20);
    assert_eq!(x, resumed_x);
    assert_eq!(measured.count_total, 0);
}

#[test]
fn proximal_gradients_resume() {
    resumes(Ista::new(L1 { weight: 0.1 }));
    resumes(Fista::new(Interval { lower: Some(-0.5), upper: Some(0.5) }));
}

/// The same steps with and without having been saved between.
fn resumes_to_the_bit<M, const N: usize>(mut method: M, mut w: [f64; N], step: impl Fn(&mut M, &mut [f64]))
where
    M: Method + Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug,
{
    for _ in 0..3 {
        step(&mut method, &mut w);
    }
    let text = serde_json::to_string(&Saved(&method)).unwrap();
    let Saved(mut resumed) = serde_json::from_str::<Saved<M>>(&text).unwrap();
    // What a step works in is no part of the state.
    assert_eq!(resumed, method);
    assert_eq!(method.clone(), method);
    let mut resumed_w = w;
    for _ in 0..3 {
        step(&mut method, &mut w);
        step(&mut resumed, &mut resumed_w);
    }
    assert_eq!(w.map(f64::to_bits), resumed_w.map(f64::to_bits), "{}", M::qualified_name());
    assert!(serde_json::from_str::<Saved<LbfgsOfNothing>>(&text).is_err(), "{}", M::qualified_name());
}

#[test]
fn methods_with_matrices_and_searches_with_a_memory_resume() {
    let start = [-1.2, 1.0];
    resumes_to_the_bit(Newton::default(), start, |method: &mut Newton<f64>, w| {
        method.step(w, &mut Rosenbrock).unwrap();
    });
    resumes_to_the_bit(SaddleFreeNewton::default(), start, |method: &mut SaddleFreeNewton<f64>, w| {
        method.step(w, &mut Rosenbrock).unwrap();
    });
    resumes_to_the_bit(GaussNewton::default(), [1.0, -1.0, 0.0], |method: &mut GaussNewton<f64>, w| {
        method.step(w, &mut Decay { error: 0.05 }).unwrap();
    });
    resumes_to_the_bit(
        LevenbergMarquardt::default(),
        [1.0, 1.0, 0.0],
        |method: &mut LevenbergMarquardt<f64>, w| {
            method.step(w, &mut Decay { error: 0.05 }).unwrap();
        },
    );
    let remembers = StochasticArmijo { largest: 0.1, ..StochasticArmijo::default() };
    resumes_to_the_bit(
        SteepestDescent::new(remembers),
        start,
        |method: &mut SteepestDescent<f64, StochasticArmijo>, w| {
            method.step(w, &mut Rosenbrock).unwrap();
        },
    );
}
