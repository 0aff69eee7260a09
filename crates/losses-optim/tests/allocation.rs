//! Nothing in the update path allocates after the first step: every registered optimizer, wrapper, average, schedule, line search,
//! proximal term and minimiser, and the solvers of support vector machines. What an objective allocates is its own affair; those
//! here allocate nothing.

use std::sync::atomic::{AtomicU64, Ordering};

use losses_optim::{
    average::{self, ExponentialAverage, PolyakRuppert, StochasticWeightAverage},
    line_search::{
        self, Armijo, FixedStep, HagerZhang, LineSearch, PolyakStep, StochasticArmijo, StrongWolfe,
    },
    minimise::{
        self, ConjugateGradients, Fista, GaussNewton, Indefinite, Ista, Lbfgs, LevenbergMarquardt,
        MinimiseError, Minimiser, Newton, Progress, SaddleFreeNewton, SteepestDescent,
    },
    objective::{Estimate, LeastSquares, Objective, TwiceDifferentiable},
    optim::{self, Adam, Optimizer},
    proximal::{self, Interval, L1, Proximal, Simplex},
    schedule,
    state::Description,
    svm::{self, DualCoordinateDescent, Examples, Pegasos, Projection},
    wrap::{
        self, Accumulate, ClipByNorm, ClipByValue, CoupledDecay, DecoupledDecay, Delayed, Group, Groups,
        Lookahead, Parallel, Sam, SkipNonFinite,
    },
};
use num_traits::Float;

/// How often a hundred more of the same allocate.
fn allocations(mut step: impl FnMut()) -> u64 {
    // Twice: a wrapper may take its step only at every second call.
    step();
    step();
    let measured = allocation_counter::measure(|| {
        for _ in 0..100 {
            step();
        }
    });
    measured.count_total
}

fn assert_steady(name: &str, step: impl FnMut()) {
    assert_eq!(allocations(step), 0, "{name}");
}

fn names(registered: &[Description]) -> Vec<&'static str> {
    registered.iter().map(|entry| entry.name).collect()
}

const LEN: usize = 1000;

#[test]
fn optimizers() {
    for entry in optim::ALL {
        let (mut single, mut double) = ((entry.over_f32)(), (entry.over_f64)());
        let (mut w, g) = ([1.0; LEN], [0.1; LEN]);
        assert_steady(entry.name, || single.step(&mut w, &g, 0.01).unwrap());
        let (mut w, g) = ([1.0; LEN], [0.1; LEN]);
        assert_steady(entry.name, || double.step(&mut w, &g, 0.01).unwrap());
    }
}

#[test]
fn wrappers() {
    let adam = Adam::<f64>::default;
    let group = |name: &str, len| Group {
        name: name.to_owned(),
        len,
        rate: 1.0,
        weight_decay: 0.1,
        optimizer: adam(),
    };
    let wrapped: Vec<(&str, Box<dyn Optimizer<f64>>)> = vec![
        ("skip_non_finite", Box::new(SkipNonFinite::new(adam()))),
        ("accumulate", Box::new(Accumulate::new(2, adam()))),
        ("delayed", Box::new(Delayed::new(2, adam()))),
        ("clip_by_value", Box::new(ClipByValue::new(0.01, adam()))),
        ("clip_by_norm", Box::new(ClipByNorm::new(0.01, adam()))),
        ("coupled_decay", Box::new(CoupledDecay::new(0.1, adam()))),
        ("decoupled_decay", Box::new(DecoupledDecay::new(0.1, adam()))),
        ("groups", Box::new(Groups { groups: vec![group("weights", LEN - 1), group("bias", 1)] })),
        ("lookahead", Box::new(Lookahead::new(2, 0.5, adam()))),
        ("sam", Box::new(Sam::new(0.05, adam()))),
    ];
    let mut tested: Vec<_> = wrapped.iter().map(|(name, _)| *name).collect();
    tested.insert(8, "parallel"); // has a test of its own
    assert_eq!(tested, names(wrap::ALL));
    for (name, mut optimizer) in wrapped {
        let (mut w, g) = ([1.0; LEN], [0.1; LEN]);
        assert_steady(name, || optimizer.step(&mut w, &g, 0.01).unwrap());
    }
}

/// An optimizer that counts the allocations of its updates, whichever thread makes them.
#[derive(Clone)]
struct Probed<'a> {
    inner: Adam<f32>,
    allocations: &'a AtomicU64,
    updates: &'a AtomicU64,
}

impl Optimizer<f32> for Probed<'_> {
    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<f32>)) {
        self.inner.buffers(visit);
    }

    fn update(&mut self, params: &mut [f32], grad: &[f32], learning_rate: f32) {
        let measured = allocation_counter::measure(|| self.inner.update(params, grad, learning_rate));
        self.allocations.fetch_add(measured.count_total, Ordering::Relaxed);
        self.updates.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn parallel_updates_on_the_threads_of_a_pool() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let (allocations_within, updates) = (AtomicU64::new(0), AtomicU64::new(0));
    let probed = Probed { inner: Adam::default(), allocations: &allocations_within, updates: &updates };
    let mut parallel = Parallel { chunk: 64, ..Parallel::new(probed) };
    let (mut w, g) = ([1.0; LEN], [0.1; LEN]);
    let around = pool.install(|| allocations(|| parallel.step(&mut w, &g, 0.01).unwrap()));
    assert_eq!((around, allocations_within.into_inner()), (0, 0));
    assert_eq!(updates.into_inner(), 102 * LEN.div_ceil(64) as u64);
}

#[test]
fn parallel_updates_from_another_thread_pass_through_rayons_queue() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build_global();
    assert!(pool.is_ok(), "no other test here uses the global pool");
    let mut parallel = Parallel { chunk: 64, ..Parallel::new(Adam::<f32>::default()) };
    let (mut w, g) = ([1.0; LEN], [0.1; LEN]);
    let mut step = || parallel.step(&mut w, &g, 0.01).unwrap();
    step();
    // How the queue grows is the affair of rayon; that it costs no more than a small block a call is ours.
    let calls = 200;
    let measured = allocation_counter::measure(|| (0..calls).for_each(|_| step()));
    assert!(measured.count_total <= calls && measured.bytes_total <= calls * 64, "{measured:?}");
}

fn number<T: Float>(x: f64) -> T {
    T::from(x).unwrap()
}

/// ½ Σ cᵢ wᵢ² with c from 1 to 100.
struct Bowl;

impl Bowl {
    fn curvature<T: Float>(i: usize) -> T {
        number(1.0 + 99.0 * i as f64 / LEN as f64)
    }
}

impl<T: Float> Objective<T> for Bowl {
    fn value(&mut self, w: &[T]) -> T {
        w.iter()
            .enumerate()
            .fold(T::zero(), |sum, (i, &w)| sum + Self::curvature::<T>(i) * w * w / number(2.0))
    }

    fn value_and_grad(&mut self, w: &[T], grad: &mut [T]) -> T {
        for (i, (g, &w)) in grad.iter_mut().zip(w).enumerate() {
            *g = Self::curvature::<T>(i) * w;
        }
        self.value(w)
    }
}

/// The steps of a minimiser, begun anew whenever it has arrived or can not go on.
fn steady<T: Float, M: Minimiser<T>>(
    name: &str,
    mut method: M,
    begin: &[T],
    mut step: impl FnMut(&mut M, &mut [T]) -> Result<Progress<T>, MinimiseError>,
) {
    let mut w = begin.to_vec();
    let mut moved = 0;
    assert_steady(name, || match step(&mut method, &mut w) {
        Ok(progress) if progress.gradient > number(1e-6) => moved += 1,
        _ => {
            method.restart();
            w.copy_from_slice(begin);
        }
    });
    assert!(moved > 20, "{name} has taken {moved} steps only");
}

fn minimisers_of_first_order<T: Float>() {
    fn check<T: Float, M>(name: &str, method: M)
    where
        M: for<'a> Minimiser<T, Objective<'a> = dyn Objective<T> + 'a>,
    {
        steady(name, method, &[T::one(); LEN], |method, w| method.step(w, &mut Bowl));
    }
    check::<T, _>("steepest_descent", SteepestDescent::default());
    check::<T, _>("conjugate_gradients", ConjugateGradients::default());
    check::<T, _>("lbfgs", Lbfgs::default());
    fn proximal<T: Float>(term: impl Proximal<T> + Clone) {
        check::<T, _>("ista", Ista::new(term.clone()));
        check::<T, _>("fista", Fista::new(term));
    }
    proximal::<T>(L1 { weight: 0.1 });
    proximal::<T>(Interval { lower: Some(-0.5), upper: Some(2.0) });
    proximal::<T>(Simplex { total: 3.0 });
    assert_eq!(names(proximal::ALL), ["interval", "l1", "simplex"]);
}

/// Wells in a row, tied to each other: Σ ¼wᵢ⁴ − ½wᵢ² + ½(wᵢ₊₁ − wᵢ)². Its Hessian is indefinite around 0.
struct Wells;

const WELLS: usize = 24;

impl<T: Float> Objective<T> for Wells {
    fn value(&mut self, w: &[T]) -> T {
        let wells = w.iter().fold(T::zero(), |sum, &w| sum + w.powi(4) / number(4.0) - w * w / number(2.0));
        w.windows(2).fold(wells, |sum, w| sum + (w[1] - w[0]).powi(2) / number(2.0))
    }

    fn value_and_grad(&mut self, w: &[T], grad: &mut [T]) -> T {
        for (g, &w) in grad.iter_mut().zip(w) {
            *g = w.powi(3) - w;
        }
        for i in 1..w.len() {
            let tie = w[i] - w[i - 1];
            grad[i] = grad[i] + tie;
            grad[i - 1] = grad[i - 1] - tie;
        }
        self.value(w)
    }
}

impl<T: Float> TwiceDifferentiable<T> for Wells {
    fn hessian(&mut self, w: &[T], hessian: &mut [T]) {
        let n = w.len();
        hessian.fill(T::zero());
        for i in 0..n {
            let ties = if i == 0 || i == n - 1 { 1.0 } else { 2.0 };
            hessian[i * n + i] = number::<T>(3.0) * w[i] * w[i] - T::one() + number(ties);
            if i > 0 {
                hessian[i * n + i - 1] = -T::one();
                hessian[(i - 1) * n + i] = -T::one();
            }
        }
    }
}

fn minimisers_of_second_order<T: Float>() {
    fn check<T: Float, M>(name: &str, method: M)
    where
        M: for<'a> Minimiser<T, Objective<'a> = dyn TwiceDifferentiable<T> + 'a>,
    {
        let begin: Vec<T> = (0..WELLS).map(|i| number(0.3 * (i as f64).sin())).collect();
        steady(name, method, &begin, |method, w| method.step(w, &mut Wells));
    }
    check::<T, _>("newton", Newton::default());
    check::<T, _>("newton", Newton::new(Indefinite::SolveAsIs, FixedStep::default()));
    check::<T, _>("saddle_free_newton", SaddleFreeNewton::default());
}

/// Rosenbrock's function of neighbours, as residuals 10 (wᵢ₊₁ − wᵢ²) and 1 − wᵢ.
struct Valley;

impl<T: Float> LeastSquares<T> for Valley {
    fn residual_count(&self) -> usize {
        2 * WELLS
    }

    fn residuals(&mut self, w: &[T], residuals: &mut [T]) {
        for i in 0..WELLS {
            residuals[i] = T::one() - w[i];
            let next = w[(i + 1) % WELLS];
            residuals[WELLS + i] = number::<T>(10.0) * (next - w[i] * w[i]);
        }
    }

    fn residuals_and_jacobian(&mut self, w: &[T], residuals: &mut [T], jacobian: &mut [T]) {
        self.residuals(w, residuals);
        jacobian.fill(T::zero());
        for i in 0..WELLS {
            jacobian[i * WELLS + i] = -T::one();
            jacobian[(WELLS + i) * WELLS + i] = number::<T>(-20.0) * w[i];
            jacobian[(WELLS + i) * WELLS + (i + 1) % WELLS] = number(10.0);
        }
    }
}

fn minimisers_of_sums_of_squares<T: Float>() {
    fn check<T: Float, M>(name: &str, method: M)
    where
        M: for<'a> Minimiser<T, Objective<'a> = dyn LeastSquares<T> + 'a>,
    {
        let begin: Vec<T> = (0..WELLS).map(|i| number(-1.2 + 0.1 * (i as f64).sin())).collect();
        steady(name, method, &begin, |method, w| method.step(w, &mut Valley));
    }
    check::<T, _>("gauss_newton", GaussNewton::default());
    check::<T, _>("levenberg_marquardt", LevenbergMarquardt::default());
}

#[test]
fn minimisers() {
    minimisers_of_first_order::<f64>();
    minimisers_of_first_order::<f32>();
    minimisers_of_second_order::<f64>();
    minimisers_of_second_order::<f32>();
    minimisers_of_sums_of_squares::<f64>();
    minimisers_of_sums_of_squares::<f32>();
    let tested = [
        "steepest_descent",
        "conjugate_gradients",
        "lbfgs",
        "newton",
        "saddle_free_newton",
        "gauss_newton",
        "levenberg_marquardt",
        "ista",
        "fista",
    ];
    assert_eq!(names(minimise::ALL), tested);
}

#[test]
fn line_searches() {
    fn check<T: Float>(name: &str, search: impl LineSearch<T>) {
        steady(name, SteepestDescent::new(search), &[T::one(); LEN], |method, w| method.step(w, &mut Bowl));
    }
    fn checked<T: Float>() {
        check::<T>("fixed_step", FixedStep { step: 0.01 });
        check::<T>("polyak_step", PolyakStep::default());
        check::<T>("armijo", Armijo::default());
        check::<T>("stochastic_armijo", StochasticArmijo::default());
        check::<T>("strong_wolfe", StrongWolfe::default());
        check::<T>("hager_zhang", HagerZhang::default());
        probabilistic_line_search::<T>();
    }
    checked::<f64>();
    checked::<f32>();
    let tested = [
        "fixed_step",
        "polyak_step",
        "armijo",
        "stochastic_armijo",
        "strong_wolfe",
        "hager_zhang",
        "probabilistic_line_search",
    ];
    assert_eq!(names(line_search::ALL), tested);
}

/// Batches of ½‖w‖² whose gradients scatter, from steps that are far too short or too long.
fn probabilistic_line_search<T: Float>() {
    let (mut batch, mut most) = (0_u32, 0);
    let mut objective = |w: &[T], seen: &mut Estimate<T>| {
        seen.value = T::zero();
        for ((g, variance), &w) in seen.gradient.iter_mut().zip(&mut seen.gradient_variance).zip(w) {
            batch = batch.wrapping_add(1);
            let error: T = number((f64::from(batch) * 0.618_033_988_75).fract() - 0.5);
            *g = w + error;
            *variance = number(1.0 / 12.0);
            seen.value = seen.value + (w / number(2.0) + error) * w;
        }
        seen.value_variance = number(0.1);
    };
    let mut search = line_search::ProbabilisticLineSearch::default();
    let mut w = [T::one(); 50];
    let mut steps = 0_u32;
    assert_steady("probabilistic_line_search", || {
        steps += 1;
        search.step = [1e-3, 10.0][steps as usize / 10 % 2];
        if steps.is_multiple_of(10) {
            w = [T::one(); 50];
        }
        most = most.max(search.step(&mut w, &mut objective).unwrap().evaluations);
    });
    assert!(most > 3, "no line was long: {most} batches at most");
}

#[test]
fn averages() {
    let w = [1.0_f64; LEN];
    let mut average = PolyakRuppert::default();
    assert_steady("polyak_ruppert", || average.observe(&w).unwrap());
    let mut average = ExponentialAverage::default();
    assert_steady("exponential_average", || average.observe(&w).unwrap());
    let mut average = StochasticWeightAverage::default();
    assert_steady("stochastic_weight_average", || average.observe(&w).unwrap());
    let tested = ["polyak_ruppert", "exponential_average", "stochastic_weight_average"];
    assert_eq!(names(average::ALL), tested);
}

#[test]
fn schedules() {
    for entry in schedule::ALL {
        let (made, mut t) = ((entry.make)(), 0);
        assert_steady(entry.name, || {
            t += 1;
            std::hint::black_box(made.learning_rate(t));
        });
    }
}

#[test]
fn support_vector_machines() {
    let inputs: Vec<f64> = (0..40).map(|i| f64::from(i).sin()).collect();
    let labels: Vec<f64> = (0..20).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let examples = Examples::new(2, &inputs, &labels, Some(1.0)).unwrap();
    for projection in [Projection::None, Projection::Ball] {
        let mut pegasos = Pegasos { projection, ..Pegasos::default() };
        let mut w = [0.0; 3];
        let batch = [3, 1, 4, 1, 5, 9, 2, 6];
        assert_steady("pegasos", || pegasos.step(&mut w, &examples, &batch).unwrap());
    }
    let mut svm = DualCoordinateDescent::default();
    let order: Vec<usize> = (0..20).collect();
    assert_steady("dual_coordinate_descent", || {
        svm.sweep(&examples, &order).unwrap();
    });
    assert_eq!(names(svm::ALL), ["pegasos", "dual_coordinate_descent"]);
}
