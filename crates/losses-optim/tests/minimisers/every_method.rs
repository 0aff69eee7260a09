//! What every method of first order has to do.

use losses_optim::{
    line_search::{Armijo, HagerZhang, StrongWolfe},
    minimise::{
        Conjugacy, ConjugateGradients, Ended, Lbfgs, MinimiseError, Minimiser, SteepestDescent, Until,
    },
    objective::{ByHand, Counted, Objective},
    state::Method,
};

use crate::problems::{Quadratic, Rosenbrock};

/// Minimises from a start in at most so many steps.
type Run = Box<dyn FnMut(&mut [f64], &mut dyn Objective<f64>, u64) -> Ended>;

/// Every method over every kind of objective that it takes here: from a start, to a flat point.
fn all_methods() -> Vec<(String, Run)> {
    fn boxed<M>(mut method: M) -> (String, Run)
    where
        M: for<'a> Minimiser<f64, Objective<'a> = dyn Objective<f64> + 'a> + Method + 'static,
    {
        let run = move |x: &mut [f64], objective: &mut dyn Objective<f64>, steps| {
            method.restart();
            method.minimise(x, objective, &Until { gradient: 1e-7, steps }).unwrap().ended
        };
        (M::qualified_name(), Box::new(run))
    }
    vec![
        boxed(SteepestDescent::default()),
        boxed(SteepestDescent::new(StrongWolfe::default())),
        boxed(ConjugateGradients::default()),
        boxed(ConjugateGradients::new(
            Conjugacy::FletcherReeves,
            StrongWolfe { flatness: 0.1, ..StrongWolfe::default() },
        )),
        boxed(ConjugateGradients::new(Conjugacy::PolakRibierePlus, HagerZhang::default())),
        boxed(Lbfgs::default()),
        boxed(Lbfgs::new(HagerZhang::default())),
        boxed(Lbfgs::new(Armijo::default())),
    ]
}

#[test]
fn every_method_finds_the_minimum_of_a_quadratic_and_of_rosenbrocks_valley() {
    for (name, mut run) in all_methods() {
        let mut x = vec![1.0; 12];
        assert_eq!(run(&mut x, &mut Quadratic, 20_000), Ended::Flat, "{name}");
        assert!(x.iter().all(|x| x.abs() <= 1e-7), "{name}: {x:?}");
        let mut x = [-1.2, 1.0, -1.2, 1.0];
        assert_eq!(run(&mut x, &mut Rosenbrock, 100_000), Ended::Flat, "{name}");
        assert!(x.iter().all(|x| (x - 1.0).abs() <= 1e-6), "{name}: {x:?}");
    }
}

#[test]
fn memory_makes_a_difference() {
    let count = |name: &str| {
        let (_, mut run) = all_methods().into_iter().find(|(found, _)| found == name).unwrap();
        let mut objective = Counted::new(Quadratic);
        run(&mut [1.0; 12], &mut objective, 20_000);
        objective.gradients
    };
    let (steepest, conjugate, lbfgs) = (
        count("steepest_descent(strong_wolfe)"),
        count("conjugate_gradients(strong_wolfe)"),
        count("lbfgs(strong_wolfe)"),
    );
    assert!(10 * conjugate < steepest && 10 * lbfgs < steepest, "{steepest} {conjugate} {lbfgs}");
}

#[test]
fn moved_parameters_are_noticed_and_a_failed_step_changes_nothing() {
    let mut method = ConjugateGradients::default();
    let mut objective = Counted::new(Rosenbrock);
    let mut x = [-1.2, 1.0];
    method.step(&mut x, &mut objective).unwrap();
    let before = objective.gradients;
    method.look(&x, &mut objective).unwrap();
    assert_eq!(objective.gradients, before);
    x = [0.3, 0.4];
    method.step(&mut x, &mut objective).unwrap();
    let mut fresh = [0.3, 0.4];
    ConjugateGradients::default().step(&mut fresh, &mut objective).unwrap();
    assert_eq!(x, fresh);

    let mut nowhere =
        ByHand { value: |_: &[f64]| f64::NAN, value_and_grad: |_: &[f64], _: &mut [f64]| f64::NAN };
    assert!(method.look(&x, &mut nowhere).is_ok(), "the objective is not asked where it is known");
    method.restart();
    let stays = x;
    let refused = method.step(&mut x, &mut nowhere).unwrap_err();
    assert!(matches!(refused, MinimiseError::NotFinite { .. }), "{refused}");
    assert_eq!(x, stays);
}

#[test]
fn a_stationary_start_stays() {
    let mut x = [1.0, 1.0];
    for (name, mut run) in all_methods() {
        assert_eq!(run(&mut x, &mut Rosenbrock, 10), Ended::Flat, "{name}");
    }
    assert_eq!(Lbfgs::default().step(&mut x, &mut Rosenbrock).unwrap().step, 0.0);
    assert_eq!(x, [1.0, 1.0]);
}

#[test]
fn single_precision_works_too() {
    let mut x = [-1.2_f32, 1.0];
    let summary =
        Lbfgs::default().minimise(&mut x, &mut Rosenbrock, &Until { gradient: 1e-4, steps: 200 }).unwrap();
    assert_ne!(summary.ended, Ended::Steps);
    assert!((x[0] - 1.0).abs() < 1e-3 && (x[1] - 1.0).abs() < 1e-3, "{x:?}");
}
