//! What every registered optimizer has to do, and what single ones are known for.

use std::collections::BTreeMap;

use losses_optim::{
    error::StepError,
    optim::{
        self, Adam, AmsGrad, Entry, GradientDescent, Momentum, Muon, Nesterov, NesterovLookAhead, Optimizer,
    },
    schedule::{InverseSquareRoot, Schedule},
    state::{SavableOptimizer, Saved},
};
use num_traits::Float;
use serde::Deserialize;

#[derive(Deserialize)]
struct ThreeSteps {
    start: Vec<f64>,
    gradients: Vec<Vec<f64>>,
    learning_rates: Vec<f64>,
    iterates: BTreeMap<String, Vec<Vec<f64>>>,
}

fn save<T: Float>(optimizer: &dyn SavableOptimizer<T>) -> String {
    let mut text = Vec::new();
    let mut json = serde_json::Serializer::new(&mut text);
    optimizer.save(&mut <dyn erased_serde::Serializer>::erase(&mut json)).unwrap();
    String::from_utf8(text).unwrap()
}

fn load<T: Float>(optimizer: &mut dyn SavableOptimizer<T>, text: &str) -> Result<(), erased_serde::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    optimizer.load(&mut <dyn erased_serde::Deserializer<'_>>::erase(&mut json))
}

/// Some gradient that depends on the parameters, the step and the entry.
fn wiggle(params: &[f64], t: u64) -> Vec<f64> {
    params.iter().enumerate().map(|(i, w)| (w + i as f64).sin() + (0.7 * t as f64).cos()).collect()
}

#[test]
fn three_steps_as_the_papers_have_them() {
    let expected: ThreeSteps = serde_json::from_str(include_str!("reference/three_steps.json")).unwrap();
    for entry in optim::ALL {
        let iterates = expected.iterates.get(entry.name).unwrap_or_else(|| {
            panic!(
                "`{}` has no rule in tests/reference/make_three_steps.py: add it and run the script",
                entry.name
            )
        });
        compare_three_steps::<f64>(entry.name, (entry.over_f64)(), &expected, iterates, 1e-14);
        compare_three_steps::<f32>(entry.name, (entry.over_f32)(), &expected, iterates, 1e-6);
    }
}

fn compare_three_steps<T: Float>(
    name: &str,
    mut optimizer: Box<dyn SavableOptimizer<T>>,
    case: &ThreeSteps,
    iterates: &[Vec<f64>],
    tolerance: f64,
) {
    let cast = |values: &[f64]| values.iter().map(|&x| T::from(x).unwrap()).collect::<Vec<_>>();
    let mut params = cast(&case.start);
    for ((gradient, &rate), expected) in case.gradients.iter().zip(&case.learning_rates).zip(iterates) {
        optimizer.step(&mut params, &cast(gradient), T::from(rate).unwrap()).unwrap();
        for (w, e) in params.iter().zip(expected) {
            let w = w.to_f64().unwrap();
            assert!((w - e).abs() <= tolerance * e.abs().max(1.0), "{name}: {w} instead of {e}");
        }
    }
}

#[test]
fn a_quadratic_converges() {
    for entry in optim::ALL {
        let mut optimizer = (entry.over_f64)();
        let mut w = [1.8, -2.6]; // near enough for AdaGrad, whose rate falls with the distance it has to go
        for t in 1..=5_000 {
            let gradient = [w[0] - 1.0, 5.0 * (w[1] + 2.0)];
            let rate = match entry.name {
                "adadelta" => 1.0,                                   // the paper's
                "schedule_free_sgd" | "schedule_free_adam_w" => 0.1, // a constant, as the name says
                _ => 0.1 * 0.998_f64.powi(t),
            };
            optimizer.step(&mut w, &gradient, rate).unwrap();
        }
        assert!((w[0] - 1.0).abs() < 1e-3 && (w[1] + 2.0).abs() < 1e-3, "{}: {w:?}", entry.name);
    }
}

#[test]
fn a_resumed_run_equals_an_uninterrupted_one_to_the_last_bit() {
    for entry in optim::ALL {
        let run = |optimizer: &mut dyn SavableOptimizer<f64>, w: &mut [f64], steps: std::ops::Range<u64>| {
            for t in steps {
                let gradient = wiggle(w, t);
                optimizer.step(w, &gradient, 0.01 / t as f64).unwrap();
            }
        };
        let mut uninterrupted = (entry.over_f64)();
        let mut w = vec![1.0, -0.3, 0.7, 2.1];
        run(&mut *uninterrupted, &mut w, 1..18);
        let (text, mut resumed_w) = (save(&*uninterrupted), w.clone());
        run(&mut *uninterrupted, &mut w, 18..60);

        let mut resumed = (entry.over_f64)();
        load(&mut *resumed, &text).unwrap();
        assert_eq!(save(&*resumed), text, "{}", entry.name);
        run(&mut *resumed, &mut resumed_w, 18..60);
        assert_eq!(bits(&resumed_w), bits(&w), "{}", entry.name);
        assert_eq!(save(&*resumed), save(&*uninterrupted), "{}", entry.name);
    }
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn what_cannot_be_a_step_is_refused_and_changes_nothing() {
    for entry in optim::ALL {
        let mut optimizer = (entry.over_f64)();
        let mut w = vec![1.0, 2.0];
        optimizer.step(&mut w, &[0.1, 0.2], 0.1).unwrap();
        let before = (save(&*optimizer), w.clone());
        for rate in [f64::NAN, f64::INFINITY, -1e-3] {
            let refused = optimizer.step(&mut w, &[0.1, 0.2], rate).unwrap_err();
            assert!(matches!(refused, StepError::LearningRate { .. }), "{}: {refused}", entry.name);
        }
        let refused = optimizer.step(&mut w, &[0.1], 0.1).unwrap_err();
        assert_eq!(refused, StepError::GradientLength { expected: 2, found: 1 }, "{}", entry.name);
        if has_buffers(&mut *optimizer) {
            let refused = optimizer.step(&mut [1.0, 2.0, 3.0], &[0.0; 3], 0.1).unwrap_err();
            assert!(
                matches!(refused, StepError::StateLength { expected: 3, found: 2, .. }),
                "{}: {refused}",
                entry.name
            );
        }
        assert_eq!((save(&*optimizer), w), before, "{}", entry.name);
    }
}

fn has_buffers(optimizer: &mut dyn SavableOptimizer<f64>) -> bool {
    let mut found = false;
    optimizer.buffers(&mut |_, _| found = true);
    found
}

#[test]
fn constants_out_of_range_are_refused_by_name() {
    let mut adam = Adam { beta2: 1.0, ..Adam::default() };
    let refused = adam.step(&mut [1.0], &[1.0], 0.1).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`beta2` is 1: expected a number in [0, 1); set the field before the first step"
    );
    assert!(Adam { epsilon: f64::NAN, ..Adam::<f64>::default() }.validate().is_err());
    assert!(Momentum { momentum: -0.1, ..Momentum::<f64>::default() }.validate().is_err());
}

#[test]
fn a_state_of_another_method_version_or_type_is_refused() {
    for entry in optim::ALL {
        let text = save(&*(entry.over_f64)());
        for other in optim::ALL.iter().filter(|other| other.name != entry.name) {
            let refused = load(&mut *(other.over_f64)(), &text).unwrap_err().to_string();
            let expected = format!("expected the state of `{}`, found that of `{}`", other.name, entry.name);
            assert!(refused.contains(&expected), "{refused}");
        }
        let refused = load(&mut *(entry.over_f32)(), &text).unwrap_err().to_string();
        assert!(refused.contains("expected a state over f32, found one over f64"), "{refused}");
        let later = text.replacen("\"version\":1", "\"version\":2", 1);
        let refused = load(&mut *(entry.over_f64)(), &later).unwrap_err().to_string();
        assert!(refused.contains("expected a state of version 1, found version 2"), "{refused}");
        for damaged in ["", "{}", "[]", "null", "{\"state\":{}}", &text[..text.len() / 2]] {
            assert!(load(&mut *(entry.over_f64)(), damaged).is_err(), "{}: {damaged}", entry.name);
        }
    }
}

#[test]
fn a_state_survives_a_format_without_field_order() {
    let mut adam = Adam::default();
    adam.step(&mut [1.0, 2.0], &[0.1, 0.2], 0.1).unwrap();
    let value = serde_json::to_value(Saved(&adam)).unwrap();
    assert_eq!(serde_json::from_value::<Saved<Adam<f64>>>(value).unwrap().0, adam);
}

#[test]
fn names_are_unique_and_found() {
    for entry in optim::ALL {
        assert!(std::ptr::eq::<Entry>(optim::find(entry.name).unwrap(), entry));
        assert_eq!((entry.over_f64)().name(), entry.name);
        assert!(!entry.summary.is_empty() && !entry.source.is_empty());
    }
    assert!(optim::find("no such method").is_none());
}

#[test]
fn no_parameters_are_no_problem() {
    for entry in optim::ALL {
        (entry.over_f64)().step(&mut [], &[], 0.1).unwrap();
    }
}

#[test]
fn both_forms_of_nesterov_are_one_method() {
    let gradient = |w: &[f64]| vec![w[0] - 1.0 + 0.3 * w[1], 20.0 * (w[1] + 2.0) + 0.3 * w[0]];
    let mut look_ahead = NesterovLookAhead { momentum: 0.95, ..NesterovLookAhead::default() };
    let mut rewritten = Nesterov { momentum: 0.95, ..Nesterov::default() };
    let (mut at_look_ahead, mut at_iterate) = ([3.0, 5.0], [3.0, 5.0]);
    for _ in 0..500 {
        let g = gradient(&at_look_ahead);
        look_ahead.step(&mut at_look_ahead, &g, 0.01).unwrap();
        let g = gradient(&at_iterate);
        rewritten.step(&mut at_iterate, &g, 0.01).unwrap();
        for ((iterate, w), v) in at_iterate.iter().zip(&look_ahead.w).zip(&look_ahead.v) {
            assert!((iterate - (w + 0.95 * v)).abs() < 1e-12);
        }
    }
}

#[test]
fn heavy_ball_reaches_its_optimal_rate_on_a_quadratic() {
    // Polyak: with condition number κ, η = 4/(√L + √l)² and μ = ((√κ − 1)/(√κ + 1))², errors fall like √μ a step.
    let (l, big_l) = (1.0_f64, 100.0_f64);
    let root_rate = (big_l.sqrt() - l.sqrt()) / (big_l.sqrt() + l.sqrt());
    let learning_rate = 4.0 / (big_l.sqrt() + l.sqrt()).powi(2);
    let error = |optimizer: &mut dyn Optimizer<f64>, rate: f64| {
        let mut w = [1.0, 1.0];
        for _ in 0..200 {
            let g = [l * w[0], big_l * w[1]];
            optimizer.step(&mut w, &g, rate).unwrap();
        }
        w[0].hypot(w[1])
    };
    let ball = error(&mut Momentum { momentum: root_rate * root_rate, ..Momentum::default() }, learning_rate);
    let descent = error(&mut GradientDescent::default(), 2.0 / (l + big_l));
    // A double root of the recurrence brings the factor 1 + ct.
    assert!(ball < 1e3 * root_rate.powi(200), "{ball}");
    assert!(descent > 1e-2, "{descent}");
}

#[test]
fn heavy_ball_cycles_on_a_convex_function_with_the_constants_that_are_best_for_quadratics() {
    // Lessard, Recht and Packard 2016, arXiv:1408.3595: curvatures of 1 and 25, hence η = 4/(5 + 1)² and μ = ((5 − 1)/(5 + 1))².
    let slope = |x: f64| match x {
        x if x < 1.0 => 25.0 * x,
        x if x < 2.0 => x + 24.0,
        x => 25.0 * x - 24.0,
    };
    let walk = |optimizer: &mut dyn Optimizer<f64>, rate: f64| {
        let mut x = [3.3];
        let mut path = Vec::new();
        for _ in 0..3_000 {
            let gradient = [slope(x[0])];
            optimizer.step(&mut x, &gradient, rate).unwrap();
            path.push(x[0]);
        }
        path[2_997..].to_vec()
    };
    let mut cycle = walk(&mut Momentum { momentum: 4.0 / 9.0, ..Momentum::default() }, 1.0 / 9.0);
    cycle.sort_by(f64::total_cmp);
    for (x, expected) in cycle.iter().zip([-2208.0, 792.0, 2592.0]) {
        assert!((x - expected / 1225.0).abs() < 1e-12, "{cycle:?}");
    }
    let nesterov = walk(&mut Nesterov { momentum: 2.0 / 3.0, ..Nesterov::default() }, 1.0 / 25.0);
    let descent = walk(&mut GradientDescent::default(), 2.0 / 26.0);
    assert!(nesterov.iter().chain(&descent).all(|x| x.abs() < 1e-12), "{nesterov:?} {descent:?}");
}

/// f_t(x) = 1010 x if t mod 101 = 1, else −10 x, on [−1, 1]: the optimum is −1.
fn online(optimizer: &mut dyn Optimizer<f64>, steps: u64) -> f64 {
    let schedule = InverseSquareRoot { initial: 0.5 };
    let mut x = [0.0];
    for t in 1..=steps {
        let gradient = if t % 101 == 1 { 1010.0 } else { -10.0 };
        optimizer.step(&mut x, &[gradient], schedule.learning_rate(t)).unwrap();
        x[0] = x[0].clamp(-1.0, 1.0);
    }
    x[0]
}

#[test]
fn adam_goes_to_the_wrong_end_where_ams_grad_does_not() {
    // Reddi, Kale and Kumar 2018, section 5, "Synthetic experiments".
    for epsilon in [0.0, 1e-8] {
        let adam = online(&mut Adam { beta2: 0.99, epsilon, ..Adam::default() }, 200_000);
        assert!(adam > 0.99, "{adam}");
        let ams_grad = online(&mut AmsGrad { beta2: 0.99, epsilon, ..AmsGrad::default() }, 1_000_000);
        assert!(ams_grad < -0.99, "{ams_grad}");
    }
}

#[test]
fn a_state_that_lost_its_buffers_is_not_begun_anew() {
    let mut damaged = NesterovLookAhead { t: 5, ..NesterovLookAhead::default() };
    let mut w = [1.0, 2.0];
    let refused = damaged.step(&mut w, &[0.1, 0.2], 0.1).unwrap_err();
    assert_eq!(refused, StepError::StateLength { buffer: "w", expected: 2, found: 0 });
    assert_eq!(w, [1.0, 2.0]);
}

#[test]
fn muon_maps_singular_values_and_leaves_singular_vectors() {
    for (rows, columns) in [(2, 3), (3, 2), (4, 4), (1, 5), (5, 1), (40, 33)] {
        let gradient: Vec<f64> = (0..rows * columns).map(|i| (1.7 * i as f64 + 0.3).sin() + 0.2).collect();
        let mut muon = Muon { rows, ..Muon::default() };
        let mut w = vec![0.0; rows * columns];
        muon.step(&mut w, &gradient, 0.1).unwrap();
        // The first direction is G (1 + μ), and its length is of no consequence but for ε.
        let svd = nalgebra::DMatrix::from_row_slice(rows, columns, &gradient).svd(true, true);
        let length = svd.singular_values.norm() + 1e-7 / 1.95;
        let mapped = svd.singular_values.map(|s| {
            let mut s = s / length;
            for _ in 0..5 {
                s = 3.4445 * s - 4.7750 * s.powi(3) + 2.0315 * s.powi(5);
            }
            s
        });
        let scale = (rows as f64 / columns as f64).max(1.0).sqrt();
        let expected =
            svd.u.unwrap() * nalgebra::DMatrix::from_diagonal(&mapped) * svd.v_t.unwrap() * (-0.1 * scale);
        for (i, w) in w.iter().enumerate() {
            let e = expected[(i / columns, i % columns)];
            assert!((w - e).abs() < 1e-10, "{rows} by {columns}, entry {i}: {w} instead of {e}");
        }
        let resting = w.clone();
        let mut still = Muon { rows, epsilon: 0.0, ..Muon::default() };
        still.step(&mut w, &vec![0.0; rows * columns], 0.1).unwrap();
        assert_eq!(w, resting);
    }
    let refused = Muon { rows: 2, ..Muon::default() }.step(&mut [1.0; 3], &[0.0; 3], 0.1).unwrap_err();
    assert!(
        refused.to_string().contains("`rows` is 2: expected a divisor of the number of parameters"),
        "{refused}"
    );
}
