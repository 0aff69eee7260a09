//! Where optax's line searches and its L-BFGS are not those here: its rule, made of what is here, comes to its steps.

use losses_optim::{
    line_search::{Armijo, FixedStep, HagerZhang, Line, LineSearch, PolyakStep, Room, StrongWolfe},
    minimise::{Lbfgs, Minimiser},
    objective::{ByHand, Objective},
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Reference {
    start: [f64; 3],
    curvatures: [f64; 3],
    defaults: Value,
    polyak: Polyak,
    lbfgs: [f64; 3],
    backtracking: Vec<Step>,
}

#[derive(Deserialize)]
struct Polyak {
    start: [f64; 3],
    optimum: f64,
    update: [f64; 3],
}

#[derive(Deserialize)]
struct Step {
    length: f64,
    point: [f64; 3],
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../reference/line_searches.json")).unwrap()
}

/// ½ Σ cᵢ wᵢ².
fn quadratic(curvatures: [f64; 3]) -> impl Objective<f64> {
    let value = move |w: &[f64]| w.iter().zip(curvatures).map(|(w, c)| 0.5 * c * w * w).sum();
    ByHand {
        value,
        value_and_grad: move |w: &[f64], grad: &mut [f64]| {
            grad.iter_mut().zip(w).zip(curvatures).for_each(|((g, w), c)| *g = c * w);
            value(w)
        },
    }
}

/// The step that a search takes from `w` along the negative gradient.
fn step(objective: &mut dyn Objective<f64>, w: &[f64], search: &mut dyn LineSearch<f64>, first: f64) -> f64 {
    let mut gradient = [0.0; 3];
    let value = objective.value_and_grad(w, &mut gradient);
    let (against, mut room) = (gradient.map(|g| -g), Room::default());
    search.search(&mut Line::new(objective, w, &against, value, &gradient, &mut room), first).unwrap()
}

fn assert_close(a: &[f64], b: &[f64]) {
    let close = a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * b.abs().max(1e-3));
    assert!(close, "{a:?} instead of {b:?}");
}

#[test]
fn constants_are_those_of_optax_where_the_docs_say_so() {
    let defaults = reference().defaults;
    let there = |name: &str, constant: &str| defaults[name][constant].as_f64().unwrap();
    let (armijo, wolfe, lbfgs) = (Armijo::default(), StrongWolfe::default(), Lbfgs::<f64>::default());
    assert_eq!(there("backtracking", "slope_rtol"), armijo.decrease);
    assert_eq!((there("backtracking", "decrease_factor"), armijo.shrink), (0.8, 0.5));
    assert_eq!(there("backtracking", "increase_factor"), 1.5);
    assert_eq!((there("zoom", "slope_rtol"), there("zoom", "curv_rtol")), (wolfe.decrease, wolfe.flatness));
    assert_eq!(there("zoom", "approx_dec_rtol"), HagerZhang::default().tolerance);
    assert_eq!((there("polyak", "max_learning_rate"), PolyakStep::default().largest), (1.0, None));
    assert_eq!(there("lbfgs", "memory_size"), lbfgs.memory.capacity as f64);
}

#[test]
fn optaxs_backtracking_begins_above_its_last_step() {
    let reference = reference();
    let mut objective = quadratic(reference.curvatures);
    let mut theirs = Armijo { shrink: 0.8, ..Armijo::default() };
    let (mut w, mut last, mut apart) = (reference.start, 1.0_f64, 0.0_f64);
    for expected in &reference.backtracking {
        let length = step(&mut objective, &w, &mut theirs, (1.5 * last).min(1.0));
        let here = step(&mut objective, &w, &mut Armijo::default(), 1.0);
        apart = apart.max((here - length).abs());
        assert_close(&[length], &[expected.length]);
        for (w, c) in w.iter_mut().zip(reference.curvatures) {
            *w -= length * c * *w;
        }
        assert_close(&w, &expected.point);
        last = length;
    }
    assert!(apart > 1e-3, "{apart:e}");
}

#[test]
fn optaxs_polyak_step_is_bounded() {
    let Reference { curvatures, polyak, .. } = reference();
    let mut objective = quadratic(curvatures);
    let plain = PolyakStep { optimum: polyak.optimum, ..PolyakStep::default() };
    for (mut search, is_theirs) in [(PolyakStep { largest: Some(1.0), ..plain }, true), (plain, false)] {
        let length = step(&mut objective, &polyak.start, &mut search, 1.0);
        let update = -length * curvatures[0] * polyak.start[0];
        assert_eq!((update - polyak.update[0]).abs() < 1e-15, is_theirs, "{update}");
    }
}

#[test]
fn optaxs_lbfgs_begins_with_another_norm() {
    let reference = reference();
    let mut w = reference.start;
    Lbfgs::new(FixedStep { step: 1.0 }).step(&mut w, &mut quadratic(reference.curvatures)).unwrap();
    let gradient: Vec<f64> = reference.start.iter().zip(reference.curvatures).map(|(w, c)| c * w).collect();
    let length = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
    let theirs: Vec<f64> = gradient.iter().map(|g| -g / length).collect();
    assert_close(&theirs, &reference.lbfgs);
    let sum = gradient.iter().map(|g| g.abs()).sum::<f64>();
    let here: Vec<f64> = w.iter().zip(reference.start).map(|(w, start)| w - start).collect();
    assert_close(&here, &gradient.iter().map(|g| -g / sum).collect::<Vec<_>>());
}
