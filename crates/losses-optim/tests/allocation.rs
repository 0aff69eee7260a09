//! Nothing in the update path allocates after the first step: every registered optimizer, wrapper, average, line search and
//! first-order minimiser, and the solvers of support vector machines. Methods that solve a system of equations at each step
//! allocate its matrices, and say so: Newton's and its kin, Gauss–Newton, Levenberg–Marquardt, the probabilistic line search, the
//! projection onto a simplex.

use std::sync::atomic::{AtomicU64, Ordering};

use losses_optim::{
    average::{self, ExponentialAverage, PolyakRuppert, StochasticWeightAverage},
    line_search::{
        self, Armijo, FixedStep, HagerZhang, LineSearch, PolyakStep, StochasticArmijo, StrongWolfe,
    },
    minimise::{self, ConjugateGradients, Fista, Ista, Lbfgs, Minimiser, SteepestDescent},
    objective::{Estimate, Objective},
    optim::{self, Adam, Optimizer},
    proximal::{Interval, L1, Proximal},
    schedule,
    state::Description,
    svm::{self, DualCoordinateDescent, Examples, Pegasos, Projection},
    wrap::{
        self, Accumulate, ClipByNorm, ClipByValue, CoupledDecay, DecoupledDecay, Delayed, Group, Groups,
        Lookahead, Parallel, Sam, SkipNonFinite,
    },
};

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

/// ½ Σ cᵢ wᵢ² with c from 1 to 100.
struct Bowl;

impl Bowl {
    fn curvature(i: usize) -> f64 {
        1.0 + 99.0 * i as f64 / LEN as f64
    }
}

impl Objective<f64> for Bowl {
    fn value(&mut self, w: &[f64]) -> f64 {
        w.iter().enumerate().map(|(i, w)| 0.5 * Self::curvature(i) * w * w).sum()
    }

    fn value_and_grad(&mut self, w: &[f64], grad: &mut [f64]) -> f64 {
        for (i, (g, w)) in grad.iter_mut().zip(w).enumerate() {
            *g = Self::curvature(i) * w;
        }
        self.value(w)
    }
}

/// The steps of a minimiser, begun anew whenever it has arrived.
fn steady<M>(name: &str, mut method: M)
where
    M: for<'a> Minimiser<f64, Objective<'a> = dyn Objective<f64> + 'a>,
{
    let mut w = [1.0; LEN];
    let mut moved = 0;
    assert_steady(name, || match method.step(&mut w, &mut Bowl) {
        Ok(progress) if progress.gradient > 1e-6 => moved += 1,
        _ => {
            method.restart();
            w.fill(1.0);
        }
    });
    assert!(moved > 20, "{name} has taken {moved} steps only");
}

#[test]
fn minimisers_of_first_order() {
    steady("steepest_descent", SteepestDescent::default());
    steady("conjugate_gradients", ConjugateGradients::default());
    steady("lbfgs", Lbfgs::default());
    fn proximal(term: impl Proximal<f64> + Clone) {
        steady("ista", Ista::new(term.clone()));
        steady("fista", Fista::new(term));
    }
    proximal(L1 { weight: 0.1 });
    proximal(Interval { lower: Some(-0.5), upper: Some(2.0) });
    let tested = ["steepest_descent", "conjugate_gradients", "lbfgs", "ista", "fista"];
    let with_matrices = ["newton", "saddle_free_newton", "gauss_newton", "levenberg_marquardt"];
    for name in names(minimise::ALL) {
        assert!(tested.contains(&name) || with_matrices.contains(&name), "{name} is not tested");
    }
}

#[test]
fn line_searches() {
    fn check(name: &str, search: impl LineSearch<f64>) {
        steady(name, SteepestDescent::new(search));
    }
    check("fixed_step", FixedStep { step: 0.01 });
    check("polyak_step", PolyakStep::default());
    check("armijo", Armijo::default());
    check("stochastic_armijo", StochasticArmijo::default());
    check("strong_wolfe", StrongWolfe::default());
    check("hager_zhang", HagerZhang::default());
    let tested = ["fixed_step", "polyak_step", "armijo", "stochastic_armijo", "strong_wolfe", "hager_zhang"];
    for name in names(line_search::ALL) {
        assert!(tested.contains(&name) || name == "probabilistic_line_search", "{name} is not tested");
    }
}

#[test]
fn the_probabilistic_search_allocates_no_more_for_more_parameters() {
    let bytes = |len: usize| {
        let mut search = line_search::ProbabilisticLineSearch::default();
        let mut objective = |w: &[f64], seen: &mut Estimate<f64>| {
            seen.gradient.copy_from_slice(w);
            seen.gradient_variance.fill(1e-4 / w.len() as f64);
            seen.value = 0.5 * w.iter().map(|w| w * w).sum::<f64>();
            seen.value_variance = 1e-4;
        };
        let mut w = vec![1.0 / (len as f64).sqrt(); len];
        search.step(&mut w, &mut objective).unwrap();
        allocation_counter::measure(|| {
            search.step(&mut w, &mut objective).unwrap();
        })
        .bytes_total
    };
    assert_eq!(bytes(16), bytes(4096));
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
