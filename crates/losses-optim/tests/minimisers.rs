//! What every line search and every method that evaluates again has to do, and what single ones are known for.

use losses_optim::{
    line_search::{
        self, Accepted, Armijo, FixedStep, HagerZhang, Line, LineSearch, LineSearchError, PolyakStep,
        ProbabilisticLineSearch, Room, StochasticArmijo, StrongWolfe,
    },
    minimise::{
        self, Conjugacy, ConjugateGradients, Ended, Fista, GaussNewton, Indefinite, Ista, Lbfgs, LbfgsMemory,
        LevenbergMarquardt, MinimiseError, Minimiser, Newton, SaddleFreeNewton, SteepestDescent, Until,
    },
    objective::{
        ByHand, Counted, Estimate, LeastSquares, Objective, SampledObjective, TwiceDifferentiable,
        WithHessian, variance_of_mean,
    },
    proximal::{self, Interval, L1, Proximal, Simplex},
    state::{Method, Saved},
};
use num_traits::Float;
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

/// Σ 100 (x₂ᵢ − x₂ᵢ₋₁²)² + (1 − x₂ᵢ₋₁)².
struct Rosenbrock;

impl<T: Float> Objective<T> for Rosenbrock {
    fn value(&mut self, x: &[T]) -> T {
        let (one, hundred) = (T::one(), T::from(100.0).unwrap());
        x.chunks_exact(2)
            .fold(T::zero(), |sum, x| sum + hundred * (x[1] - x[0] * x[0]).powi(2) + (one - x[0]).powi(2))
    }

    fn value_and_grad(&mut self, x: &[T], grad: &mut [T]) -> T {
        let number = |x: f64| T::from(x).unwrap();
        for (x, g) in x.chunks_exact(2).zip(grad.chunks_exact_mut(2)) {
            let valley = x[1] - x[0] * x[0];
            g[0] = -number(400.0) * x[0] * valley - number(2.0) * (T::one() - x[0]);
            g[1] = number(200.0) * valley;
        }
        self.value(x)
    }
}

/// ½ Σ cᵢ xᵢ², with curvatures from 1 to 10³.
struct Quadratic;

fn curvature(i: usize) -> f64 {
    10f64.powf(3.0 * (i % 12) as f64 / 11.0)
}

impl Objective<f64> for Quadratic {
    fn value(&mut self, x: &[f64]) -> f64 {
        x.iter().enumerate().map(|(i, x)| 0.5 * curvature(i) * x * x).sum()
    }

    fn value_and_grad(&mut self, x: &[f64], grad: &mut [f64]) -> f64 {
        for (i, (g, x)) in grad.iter_mut().zip(x).enumerate() {
            *g = curvature(i) * x;
        }
        self.value(x)
    }
}

/// A function of one number with its derivative, as a line from a point in the direction −1.
fn along<R>(f: fn(f64) -> (f64, f64), start: f64, search: impl FnOnce(&mut Line<'_, f64>) -> R) -> R {
    let mut objective = ByHand {
        value: |x: &[f64]| f(x[0]).0,
        value_and_grad: |x: &[f64], grad: &mut [f64]| {
            grad[0] = f(x[0]).1;
            f(x[0]).0
        },
    };
    let (mut room, start) = (Room::default(), [start]);
    let (value, slope) = f(start[0]);
    search(&mut Line::new(&mut objective, &start, &[-1.0], value, &[slope], &mut room))
}

/// Functions that rise at the starts which the properties draw, and fall far to the left of them only to a point.
const FUNCTIONS: [fn(f64) -> (f64, f64); 6] = [
    |x| (x * x, 2.0 * x),
    |x| (x.cosh(), x.sinh()),
    |x| (x.powi(4), 4.0 * x.powi(3)),
    |x| (1.0 + x * x - (3.0 * x).cos(), 2.0 * x + 3.0 * (3.0 * x).sin()),
    |x| ((1.0 + x * x).ln() + 0.1 * x * x, 2.0 * x / (1.0 + x * x) + 0.2 * x),
    // Defined on the right half only.
    |x| (x - x.ln(), 1.0 - 1.0 / x),
];

proptest! {
    #[test]
    fn line_searches_keep_their_conditions(
        function in 0..FUNCTIONS.len(), start in 1.1f64..6.0, exponent in -4.0f64..4.0,
    ) {
        let (f, first) = (FUNCTIONS[function], 10f64.powf(exponent));
        let (value, slope) = f(start);
        prop_assume!(slope > 0.0);
        let at = |alpha: f64| {
            let (value, slope) = f(start - alpha);
            (value, -slope)
        };
        let armijo = along(f, start, |line| Armijo::default().search(line, first)).unwrap();
        prop_assert!(armijo <= first && at(armijo).0 <= value - 1e-4 * armijo * slope);

        let mut remembers = StochasticArmijo { largest: first, ..StochasticArmijo::default() };
        let step = along(f, start, |line| remembers.search(line, 1.0)).unwrap();
        prop_assert!(step <= first && at(step).0 <= value - 0.1 * step * slope);
        prop_assert_eq!(remembers.last, Some(step));

        for flatness in [0.1, 0.9] {
            let mut search = StrongWolfe { flatness, ..StrongWolfe::default() };
            let alpha = along(f, start, |line| search.search(line, first)).unwrap();
            let (end, end_slope) = at(alpha);
            prop_assert!(end <= value - 1e-4 * alpha * slope, "{} at {}", end, alpha);
            prop_assert!(end_slope.abs() <= flatness * slope, "{} from {} at {}", end_slope, slope, alpha);
        }
        let alpha = along(f, start, |line| HagerZhang::default().search(line, first)).unwrap();
        let (end, end_slope) = at(alpha);
        prop_assert!(end_slope >= -0.9 * slope);
        let wolfe = end - value <= -0.1 * alpha * slope;
        let approximate = 0.8 * slope >= end_slope && end <= value + 1e-6 * value.abs();
        prop_assert!(wolfe || approximate, "{} from {} at {}", end, value, alpha);
    }
}

#[test]
fn lines_that_do_not_descend_and_constants_out_of_range_are_refused() {
    fn refused(mut search: impl LineSearch<f64>) {
        let up = along(|x| (x, -1.0), 1.0, |line| search.search(line, 1.0));
        assert!(matches!(up, Err(LineSearchError::NoDescent { slope: 1.0, .. })), "{up:?}");
        let no_number = along(|x| (x, f64::NAN), 1.0, |line| search.search(line, 1.0));
        assert!(matches!(no_number, Err(LineSearchError::NoDescent { .. })), "{no_number:?}");
    }
    refused(PolyakStep::default());
    refused(Armijo::default());
    refused(StochasticArmijo::default());
    refused(StrongWolfe::default());
    refused(HagerZhang::default());
    fn named(search: impl LineSearch<f64>, name: &str) {
        assert_eq!(search.validate().unwrap_err().name, name);
    }
    named(FixedStep { step: 0.0 }, "step");
    named(PolyakStep { optimum: f64::NAN, ..PolyakStep::default() }, "optimum");
    named(PolyakStep { largest: Some(-1.0), ..PolyakStep::default() }, "largest");
    named(Armijo { shrink: 1.0, ..Armijo::default() }, "shrink");
    named(StochasticArmijo { growth: 0.5, ..StochasticArmijo::default() }, "growth");
    named(StrongWolfe { flatness: 1e-5, ..StrongWolfe::default() }, "flatness");
    named(HagerZhang { decrease: 0.5, ..HagerZhang::default() }, "decrease");
    named(HagerZhang { growth: 1.0, ..HagerZhang::default() }, "growth");
}

#[test]
fn a_gradient_that_is_not_the_values_ends_the_search() {
    // The value rises where the gradient says that it falls.
    let wrong: fn(f64) -> (f64, f64) = |x| (-x, 1.0);
    for search in [&mut Armijo::default() as &mut dyn LineSearch<f64>, &mut StrongWolfe::default()] {
        let found = along(wrong, 1.0, |line| search.search(line, 1.0));
        assert!(matches!(found, Err(LineSearchError::Exhausted { .. })), "{found:?}");
    }
    // And it never stops falling.
    let endless: fn(f64) -> (f64, f64) = |x| (x, 1.0);
    for search in [&mut StrongWolfe::default() as &mut dyn LineSearch<f64>, &mut HagerZhang::default()] {
        let found = along(endless, 1.0, |line| search.search(line, 1.0));
        assert!(matches!(found, Err(LineSearchError::Exhausted { .. })), "{found:?}");
    }
}

#[test]
fn hager_and_zhang_still_find_a_step_where_values_have_lost_their_digits() {
    // A valley of depth 10⁻¹⁴ under a height of 10⁶.
    let f: fn(f64) -> (f64, f64) = |x| (1e6 + 1e-14 * x * x, 2e-14 * x);
    let alpha = along(f, 1.0, |line| HagerZhang::default().search(line, 0.5)).unwrap();
    assert!((alpha - 1.0).abs() <= 0.9, "{alpha}");
}

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

#[test]
fn lbfgs_with_a_full_memory_is_bfgs() {
    // With as many pairs as steps, the two loops give the dense matrix's direction.
    let mut memory = LbfgsMemory::new(3);
    let pairs = [([1.0, 0.5], [3.0, 1.0]), ([-0.3, 1.0], [-0.5, 5.0]), ([0.2, -0.4], [0.5, -1.0])];
    for (s, y) in &pairs {
        assert!(memory.push(s, y));
    }
    // H₀ = γI, then H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ (Nocedal and Wright, equation 6.17).
    let (s, y) = pairs[2];
    let gamma = (s[0] * y[0] + s[1] * y[1]) / (y[0] * y[0] + y[1] * y[1]);
    let mut h = [[gamma, 0.0], [0.0, gamma]];
    for (s, y) in pairs {
        let rho = 1.0 / (s[0] * y[0] + s[1] * y[1]);
        let left =
            [[1.0 - rho * s[0] * y[0], -rho * s[0] * y[1]], [-rho * s[1] * y[0], 1.0 - rho * s[1] * y[1]]];
        let mut next = [[0.0; 2]; 2];
        for i in 0..2 {
            for j in 0..2 {
                next[i][j] = rho * s[i] * s[j];
                for k in 0..2 {
                    for l in 0..2 {
                        next[i][j] += left[i][k] * h[k][l] * left[j][l];
                    }
                }
            }
        }
        h = next;
    }
    let g = [0.7, -1.1];
    let mut direction = [0.0; 2];
    memory.direction(&g, &mut direction);
    for (d, row) in direction.iter().zip(h) {
        let expected = -(row[0] * g[0] + row[1] * g[1]);
        assert!((d - expected).abs() < 1e-13, "{d} instead of {expected}");
    }
}

#[test]
fn a_full_memory_forgets_the_oldest_pair() {
    let pair = |i: usize| ([1.0, f64::from(i as u8)], [2.0, 1.0 + 3.0 * f64::from(i as u8)]);
    let (mut long, mut short) = (LbfgsMemory::new(2), LbfgsMemory::new(2));
    for i in 0..5 {
        let (s, y) = pair(i);
        assert!(long.push(&s, &y));
        if i >= 3 {
            assert!(short.push(&s, &y));
        }
    }
    let (mut a, mut b) = ([0.0; 2], [0.0; 2]);
    long.direction(&[1.0, -2.0], &mut a);
    short.direction(&[1.0, -2.0], &mut b);
    assert_eq!(a, b);
    for (s, y) in [([1.0, 0.0], [0.0, 1.0]), ([f64::NAN, 0.0], [1.0, 1.0]), ([0.0; 2], [0.0; 2])] {
        assert!(!long.push(&s, &y), "{s:?} {y:?}");
    }
}

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

/// Batches of 32 of the samples ½‖w − cᵢ‖², whose centres scatter around 0.
struct Scattered {
    batch: u64,
}

impl SampledObjective<f64> for Scattered {
    fn sample(&mut self, params: &[f64], estimate: &mut Estimate<f64>) {
        const SAMPLES: u64 = 32;
        let (mut mean_square, mut squares) = (0.0, vec![0.0; params.len()]);
        estimate.value = 0.0;
        estimate.gradient.fill(0.0);
        let share = 1.0 / SAMPLES as f64;
        for sample in 0..SAMPLES {
            let mut loss = 0.0;
            for (i, w) in params.iter().enumerate() {
                // A sum of three numbers spread evenly over [−1, 1]: not far from normal.
                let number = |k: u64| {
                    let key = (self.batch * SAMPLES + sample) * 64 + 4 * i as u64 + k;
                    (key as f64 * 0.754_877_666_246_692_7).fract() * 2.0 - 1.0
                };
                let slope = w - (number(0) + number(1) + number(2));
                loss += 0.5 * slope * slope;
                estimate.gradient[i] += share * slope;
                squares[i] += share * slope * slope;
            }
            estimate.value += share * loss;
            mean_square += share * loss * loss;
        }
        self.batch += 1;
        estimate.value_variance = variance_of_mean(estimate.value, mean_square, SAMPLES as usize);
        for ((variance, &g), square) in
            estimate.gradient_variance.iter_mut().zip(&estimate.gradient).zip(squares)
        {
            *variance = variance_of_mean(g, square, SAMPLES as usize);
        }
    }
}

#[test]
fn the_probabilistic_search_does_not_mind_its_first_step() {
    for step in [1e-4, 1e-2, 1.0, 10.0] {
        let mut search = ProbabilisticLineSearch { step, ..ProbabilisticLineSearch::default() };
        let mut objective = Scattered { batch: 0 };
        let mut w = vec![3.0; 10];
        let (mut batches, mut probable) = (0, 0);
        for _ in 0..60 {
            let taken = search.step(&mut w, &mut objective).unwrap();
            batches += taken.evaluations;
            probable += u64::from(taken.accepted == Accepted::Probable);
        }
        assert_eq!(objective.batch, batches);
        assert!(
            probable > 30 && batches < 60 * 4,
            "from {step}: {probable} probable of 60, {batches} batches"
        );
        let distance = w.iter().map(|w| w * w).sum::<f64>().sqrt();
        assert!(distance < 0.8, "from {step}: {distance} of {}", 3.0 * 10f64.sqrt());
    }
}

#[test]
fn the_probabilistic_search_resumes_and_refuses() {
    let mut search = ProbabilisticLineSearch::default();
    let mut w = vec![3.0; 4];
    let mut objective = Scattered { batch: 0 };
    for _ in 0..5 {
        search.step(&mut w, &mut objective).unwrap();
    }
    let text = serde_json::to_string(&Saved(&search)).unwrap();
    let Saved(mut resumed) = serde_json::from_str::<Saved<ProbabilisticLineSearch<f64>>>(&text).unwrap();
    let (mut resumed_w, mut resumed_objective) = (w.clone(), Scattered { batch: objective.batch });
    for _ in 0..5 {
        search.step(&mut w, &mut objective).unwrap();
        resumed.step(&mut resumed_w, &mut resumed_objective).unwrap();
    }
    assert_eq!(w, resumed_w);
    assert!(serde_json::from_str::<Saved<ProbabilisticLineSearch<f32>>>(&text).is_err());

    let before = w.clone();
    let mut nowhere = |_: &[f64], estimate: &mut Estimate<f64>| estimate.value = f64::NAN;
    assert!(matches!(search.step(&mut w, &mut nowhere), Err(LineSearchError::Exhausted { .. })));
    assert_eq!(w, before);
    w[0] += 1.0;
    assert!(matches!(search.step(&mut w, &mut nowhere), Err(LineSearchError::NoDescent { .. })));
    let constant = ProbabilisticLineSearch::<f64> { confidence: 1.0, ..ProbabilisticLineSearch::default() };
    assert_eq!(constant.validate().unwrap_err().name, "confidence");
    let mut flat = |_: &[f64], estimate: &mut Estimate<f64>| *estimate = Estimate::zeros(1);
    let taken = ProbabilisticLineSearch::default().step(&mut [1.0], &mut flat).unwrap();
    assert_eq!((taken.accepted, taken.evaluations), (Accepted::Stationary, 1));
}

impl TwiceDifferentiable<f64> for Quadratic {
    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) {
        hessian.fill(0.0);
        for i in 0..x.len() {
            hessian[i * x.len() + i] = curvature(i);
        }
    }
}

impl TwiceDifferentiable<f64> for Rosenbrock {
    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) {
        hessian.fill(0.0);
        let n = x.len();
        for i in (0..n).step_by(2) {
            hessian[i * n + i] = 1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0;
            hessian[i * n + i + 1] = -400.0 * x[i];
            hessian[(i + 1) * n + i] = -400.0 * x[i];
            hessian[(i + 1) * n + i + 1] = 200.0;
        }
    }
}

#[test]
fn newton_needs_one_step_on_a_quadratic_of_any_condition() {
    let mut x = vec![1.0; 12];
    Newton::new(Indefinite::AddToDiagonal, FixedStep::default()).step(&mut x, &mut Quadratic).unwrap();
    assert!(x.iter().all(|x| x.abs() < 1e-10), "{x:?}");
    let mut x = vec![1.0; 12];
    SaddleFreeNewton::new(FixedStep::default()).step(&mut x, &mut Quadratic).unwrap();
    assert!(x.iter().all(|x| x.abs() < 1e-10), "{x:?}");
}

#[test]
fn newtons_converge_quadratically_where_the_hessian_is_not_always_positive() {
    let until = Until { gradient: 1e-9, steps: 60 };
    // The Hessian is indefinite at this start.
    let start = [0.0, 3.0, -1.2, 1.0];
    let (mut a, mut b) = (start, start);
    let newton = Newton::default().minimise(&mut a, &mut Rosenbrock, &until).unwrap();
    let free = SaddleFreeNewton::default().minimise(&mut b, &mut Rosenbrock, &until).unwrap();
    assert_eq!((newton.ended, free.ended), (Ended::Flat, Ended::Flat));
    assert!(a.iter().chain(&b).all(|x| (x - 1.0).abs() < 1e-8), "{a:?} {b:?}");
}

#[test]
fn newton_is_drawn_to_saddles_and_its_saddle_free_form_is_not() {
    // Σ ¼xᵢ⁴ − ½xᵢ²: minima at ±1 in every coordinate, a maximum at 0, saddles between.
    let value = |x: &[f64]| x.iter().map(|x| 0.25 * x.powi(4) - 0.5 * x * x).sum::<f64>();
    let mut objective = WithHessian {
        objective: ByHand {
            value,
            value_and_grad: |x: &[f64], grad: &mut [f64]| {
                grad.iter_mut().zip(x).for_each(|(g, x)| *g = x.powi(3) - x);
                value(x)
            },
        },
        hessian: |x: &[f64], hessian: &mut [f64]| {
            hessian.copy_from_slice(&[3.0 * x[0] * x[0] - 1.0, 0.0, 0.0, 3.0 * x[1] * x[1] - 1.0]);
        },
    };
    let until = Until { gradient: 1e-10, steps: 100 };
    let mut w = [0.2, 1.3];
    let mut newton = Newton::new(Indefinite::SolveAsIs, FixedStep::default());
    assert_eq!(newton.minimise(&mut w, &mut objective, &until).unwrap().ended, Ended::Flat);
    assert!(w[0].abs() < 1e-9 && (w[1] - 1.0).abs() < 1e-9, "{w:?}");
    for start in [[0.2, 1.3], [-0.01, 0.02], [0.5, -1e-6]] {
        let mut w = start;
        let mut free = SaddleFreeNewton::default();
        assert_eq!(free.minimise(&mut w, &mut objective, &until).unwrap().ended, Ended::Flat);
        assert!(w.iter().all(|w| (w.abs() - 1.0).abs() < 1e-8), "{start:?}: {w:?}");
    }
    let mut flat = WithHessian {
        objective: ByHand {
            value: |x: &[f64]| x[0],
            value_and_grad: |x: &[f64], grad: &mut [f64]| {
                grad[0] = 1.0;
                x[0]
            },
        },
        hessian: |_: &[f64], hessian: &mut [f64]| hessian.fill(0.0),
    };
    let refused = Newton::new(Indefinite::SolveAsIs, FixedStep::default()).step(&mut [1.0], &mut flat);
    assert!(matches!(refused, Err(MinimiseError::Singular { .. })), "{refused:?}");
    let refused = SaddleFreeNewton::default().step(&mut [1.0], &mut flat);
    assert!(matches!(refused, Err(MinimiseError::Singular { .. })), "{refused:?}");
    assert!(Newton::default().step(&mut [1.0], &mut flat).unwrap().value < 1.0);
}

/// Residuals of y = a e^(bx) + c at twenty points, of a curve with a = 2, b = −1.5, c = 0.5 and errors.
struct Decay {
    error: f64,
}

impl LeastSquares<f64> for Decay {
    fn residual_count(&self) -> usize {
        20
    }

    fn residuals(&mut self, w: &[f64], residuals: &mut [f64]) {
        for (i, r) in residuals.iter_mut().enumerate() {
            let x = i as f64 / 10.0;
            let seen = 2.0 * (-1.5 * x).exp() + 0.5 + self.error * (7.0 * x).sin();
            *r = w[0] * (w[1] * x).exp() + w[2] - seen;
        }
    }

    fn residuals_and_jacobian(&mut self, w: &[f64], residuals: &mut [f64], jacobian: &mut [f64]) {
        self.residuals(w, residuals);
        for (i, row) in jacobian.chunks_exact_mut(3).enumerate() {
            let x = i as f64 / 10.0;
            let growth = (w[1] * x).exp();
            row.copy_from_slice(&[growth, w[0] * x * growth, 1.0]);
        }
    }
}

#[test]
fn sums_of_squares_are_fitted() {
    let until = Until { gradient: 1e-8, steps: 100 }; // what values of 0.02 to sixteen digits can tell
    for error in [0.0, 0.05] {
        let (mut a, mut b) = ([1.0, -1.0, 0.0], [1.0, -1.0, 0.0]);
        let gauss = GaussNewton::default().minimise(&mut a, &mut Decay { error }, &until).unwrap();
        let marquardt = LevenbergMarquardt::default().minimise(&mut b, &mut Decay { error }, &until).unwrap();
        assert_eq!((gauss.ended, marquardt.ended), (Ended::Flat, Ended::Flat));
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-7), "{a:?} {b:?}");
        if error == 0.0 {
            assert!(a.iter().zip([2.0, -1.5, 0.5]).all(|(a, e)| (a - e).abs() < 1e-8), "{a:?}");
        }
    }
    // From farther away; and a Jacobian without full rank.
    let mut w = [1.0, -6.0, 0.0];
    LevenbergMarquardt::default().minimise(&mut w, &mut Decay { error: 0.0 }, &until).unwrap();
    assert!((w[1] + 1.5).abs() < 1e-6, "{w:?}");
    let refused = GaussNewton::default().step(&mut [0.0, 1.0, 0.0], &mut Decay { error: 0.0 }).unwrap_err();
    assert!(matches!(refused, MinimiseError::Singular { .. }), "{refused}");
    assert!(LevenbergMarquardt::default().step(&mut [0.0, 1.0, 0.0], &mut Decay { error: 0.0 }).is_ok());
}

#[test]
fn a_resumed_levenberg_marquardt_equals_an_uninterrupted_one() {
    let (mut method, mut problem, mut w) =
        (LevenbergMarquardt::default(), Decay { error: 0.05 }, [1.0, 1.0, 0.0]);
    for _ in 0..3 {
        method.step(&mut w, &mut problem).unwrap();
    }
    let text = serde_json::to_string(&Saved(&method)).unwrap();
    let Saved(mut resumed) = serde_json::from_str::<Saved<LevenbergMarquardt<f64>>>(&text).unwrap();
    let mut resumed_w = w;
    for _ in 0..3 {
        method.step(&mut w, &mut problem).unwrap();
        resumed.step(&mut resumed_w, &mut problem).unwrap();
    }
    assert_eq!(w.map(f64::to_bits), resumed_w.map(f64::to_bits));
}

#[test]
fn accelerated_proximal_gradients_are_faster() {
    let until = Until { gradient: 1e-6, steps: 100_000 };
    let term = L1 { weight: 0.1 };
    let (mut a, mut b) = (vec![1.0; 12], vec![1.0; 12]);
    let plain = Ista::new(term).minimise(&mut a, &mut Shifted, &until).unwrap();
    let fast = Fista::new(term).minimise(&mut b, &mut Shifted, &until).unwrap();
    assert_eq!((plain.ended, fast.ended), (Ended::Flat, Ended::Flat));
    assert!(2 * fast.steps < plain.steps, "{fast:?} {plain:?}");
    // Each coordinate by itself: soft thresholding of the centre, by the weight over the curvature.
    for x in [a, b] {
        for (i, x) in x.iter().enumerate() {
            let expected = (centre(i).abs() - 0.1 / curvature(i)).max(0.0) * centre(i).signum();
            assert!((x - expected).abs() < 1e-4, "{i}: {x} instead of {expected}");
        }
    }
}

/// [`Quadratic`] around [`centre`].
struct Shifted;

fn centre(i: usize) -> f64 {
    [2.0, -0.05, 0.01, -1.0][i % 4]
}

impl Objective<f64> for Shifted {
    fn value(&mut self, x: &[f64]) -> f64 {
        x.iter().enumerate().map(|(i, x)| 0.5 * curvature(i) * (x - centre(i)).powi(2)).sum()
    }

    fn value_and_grad(&mut self, x: &[f64], grad: &mut [f64]) -> f64 {
        grad.iter_mut().zip(x).enumerate().for_each(|(i, (g, x))| *g = curvature(i) * (x - centre(i)));
        self.value(x)
    }
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

proptest! {
    /// u = prox(w, t) is the minimiser: t g(v) + ½‖v − w‖² is no smaller anywhere else.
    #[test]
    fn proximal_operators_minimise(
        w in prop::collection::vec(-3f64..3.0, 5), v in prop::collection::vec(-3f64..3.0, 5), t in 0.01f64..5.0,
    ) {
        fn least(term: &impl Proximal<f64>, w: &[f64], inside: &[f64], t: f64) -> (f64, f64) {
            let cost = |u: &[f64]| {
                t * term.value(u) + 0.5 * u.iter().zip(w).map(|(u, w)| (u - w).powi(2)).sum::<f64>()
            };
            let mut u = w.to_vec();
            term.apply(&mut u, t);
            (cost(&u), cost(inside))
        }
        let (found, other) = least(&L1 { weight: 0.7 }, &w, &v, t);
        prop_assert!(found <= other + 1e-12);
        let clamped: Vec<f64> = v.iter().map(|v| v.clamp(-1.0, 0.5)).collect();
        let (found, other) = least(&Interval { lower: Some(-1.0), upper: Some(0.5) }, &w, &clamped, t);
        prop_assert!(found <= other + 1e-12);
        let sum: f64 = v.iter().map(|v| v.abs()).sum();
        let on_simplex: Vec<f64> = v.iter().map(|v| 2.0 * v.abs() / sum).collect();
        let (found, other) = least(&Simplex { total: 2.0 }, &w, &on_simplex, t);
        prop_assert!(found <= other + 1e-12);
        let mut projected = w.clone();
        Simplex { total: 2.0 }.apply(&mut projected, t);
        prop_assert!((projected.iter().sum::<f64>() - 2.0).abs() < 1e-12 && projected.iter().all(|&w| w >= 0.0));
    }
}

#[test]
fn terms_out_of_range_and_no_numbers() {
    let name = |term: &dyn Proximal<f64>| term.validate().unwrap_err().name;
    assert_eq!(name(&L1 { weight: -1.0 }), "weight");
    assert_eq!(name(&Interval { lower: Some(1.0), upper: Some(0.0) }), "upper");
    assert_eq!(name(&Interval { lower: Some(f64::NAN), upper: None }), "lower");
    assert_eq!(name(&Simplex { total: 0.0 }), "total");
    for term in [&L1::default() as &dyn Proximal<f64>, &Interval::default(), &Simplex::default()] {
        let mut w = [f64::NAN, 1.0];
        term.apply(&mut w, 0.5);
        assert!(w[0].is_nan());
    }
}

#[test]
fn names_are_unique() {
    let all = line_search::ALL.iter().chain(minimise::ALL).chain(proximal::ALL).chain(losses_optim::svm::ALL);
    let names: Vec<_> = all.map(|entry| entry.name).collect();
    for (i, name) in names.iter().enumerate() {
        assert!(!names[..i].contains(name), "{name} is registered twice");
    }
}
