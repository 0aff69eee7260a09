//! Where PyTorch's and optax's rules are not those here: each tool's rule, written out, comes to the tool's iterates, and
//! the rule here does not. The page `choosing` lists the same rows, and its constants are read and compared.

use std::collections::{BTreeMap, BTreeSet};

use losses_optim::{
    optim::{
        self, AdaGrad, Adam, AmsGrad, Lion, Momentum, Muon, Nadam, Nesterov, Optimizer, RAdam, RmsProp,
        Rprop, ScheduleFreeAdamW, Yogi,
    },
    wrap::{ClipByNorm, DecoupledDecay},
};
use serde::Deserialize;
use serde_json::Value;

const PAGE: &str = include_str!("../src/optim/choosing.md");

#[derive(Deserialize)]
struct Reference {
    start: [f64; 3],
    curvatures: [f64; 3],
    tilt: [f64; 3],
    defaults: BTreeMap<String, BTreeMap<String, Tools>>,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Tools {
    torch: Option<f64>,
    optax: Option<f64>,
}

#[derive(Deserialize)]
struct Run {
    method: String,
    tool: String,
    iterates: Vec<Vec<f64>>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/deviations.json")).unwrap()
}

/// The rows of the page's table with these headings, without the backticks of their cells.
fn table(headings: &str) -> Vec<Vec<String>> {
    let rows =
        PAGE.lines().skip_while(|line| *line != headings).skip(2).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| {
        row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
    };
    let rows: Vec<Vec<String>> = rows.map(cells).collect();
    assert!(!rows.is_empty(), "no table {headings}");
    rows
}

/// The rule of one parameter: from the step's number, the parameter and its gradient to the next parameter.
type Rule = Box<dyn FnMut(i32, f64, f64) -> f64>;

/// As the script has it.
fn falling(t: i32) -> f64 {
    if t <= 25 { 2e-3 } else { 4e-4 }
}

/// The other tool's rule, as it prints it.
fn theirs(method: &str, tool: &str) -> Rule {
    let (b1, b2) = (0.9, 0.999);
    let (mut m, mut v, mut top) = (0.0, 0.0, 0.0_f64);
    match (method, tool) {
        ("momentum", "torch") => Box::new(move |t, w, g| {
            m = 0.9 * m + g;
            w - falling(t) * m
        }),
        ("nesterov", "torch") => Box::new(move |t, w, g| {
            m = 0.9 * m + g;
            w - falling(t) * (g + 0.9 * m)
        }),
        ("ada_grad", "optax") => {
            v = 0.1;
            Box::new(move |_, w, g| {
                v += g * g;
                w - 0.1 * g / f64::sqrt(v + 1e-7)
            })
        }
        ("rms_prop", "optax") => Box::new(move |_, w, g| {
            v = 0.99 * v + 0.01 * g * g;
            w - 1e-3 * g / f64::sqrt(v + 1e-2)
        }),
        ("adam", "torch") => Box::new(move |t, w, g| {
            let g = g + 0.1 * w;
            m = b1 * m + (1.0 - b1) * g;
            v = b2 * v + (1.0 - b2) * g * g;
            w - 1e-2 * m / (1.0 - b1.powi(t)) / (f64::sqrt(v / (1.0 - b2.powi(t))) + 1e-8)
        }),
        ("ams_grad", "torch") => Box::new(move |t, w, g| {
            m = b1 * m + (1.0 - b1) * g;
            v = b2 * v + (1.0 - b2) * g * g;
            top = top.max(v);
            w - 1e-3 * m / (1.0 - b1.powi(t)) / (f64::sqrt(top / (1.0 - b2.powi(t))) + 1e-8)
        }),
        ("ams_grad", "optax") => Box::new(move |t, w, g| {
            m = b1 * m + (1.0 - b1) * g;
            v = b2 * v + (1.0 - b2) * g * g;
            top = top.max(v / (1.0 - b2.powi(t)));
            w - 1e-3 * m / (1.0 - b1.powi(t)) / (f64::sqrt(top) + 1e-8)
        }),
        ("nadam", "optax") => Box::new(move |t, w, g| {
            m = b1 * m + (1.0 - b1) * g;
            v = b2 * v + (1.0 - b2) * g * g;
            let ahead = b1 * m / (1.0 - b1.powi(t + 1)) + (1.0 - b1) * g / (1.0 - b1.powi(t));
            w - 1e-3 * ahead / (f64::sqrt(v / (1.0 - b2.powi(t))) + 1e-8)
        }),
        ("r_adam", "optax") => Box::new(move |t, w, g| {
            m = b1 * m + (1.0 - b1) * g;
            v = b2 * v + (1.0 - b2) * g * g;
            let (last, b2t) = (2.0 / (1.0 - b2) - 1.0, b2.powi(t));
            let rho = last - 2.0 * f64::from(t) * b2t / (1.0 - b2t);
            let m = m / (1.0 - b1.powi(t));
            if rho < 5.0 {
                return w - 1e-3 * m;
            }
            let r = (rho - 4.0) * (rho - 2.0) * last / ((last - 4.0) * (last - 2.0) * rho);
            w - 1e-3 * r.sqrt() * m / (f64::sqrt(v / (1.0 - b2t)) + 1e-2)
        }),
        ("rprop", "optax") => {
            let (mut step, mut previous) = (1e-2, 0.0);
            Box::new(move |_, w, g| {
                let agreement = g * previous;
                if agreement != 0.0 {
                    step = f64::clamp(step * if agreement > 0.0 { 1.2 } else { 0.5 }, 1e-6, 50.0);
                }
                // What is applied is what the last call made, unless the sign has turned.
                let applied = if agreement < 0.0 { 0.0 } else { previous };
                previous = if agreement < 0.0 { 0.0 } else { step * f64::signum(g) };
                w - applied
            })
        }
        ("yogi", "optax") => {
            (m, v) = (1e-6, 1e-6);
            Box::new(move |t, w, g| {
                m = b1 * m + (1.0 - b1) * g;
                v -= (1.0 - b2) * f64::signum(v - g * g) * g * g;
                w - 1e-2 * m / (1.0 - b1.powi(t)) / (f64::sqrt(v / (1.0 - b2.powi(t))) + 1e-3)
            })
        }
        ("lion", "optax") => Box::new(move |_, w, g| {
            let next = w - 1e-3 * (f64::signum(b1 * m + (1.0 - b1) * g) + 0.1 * w);
            m = 0.99 * m + 0.01 * g;
            next
        }),
        ("schedule_free_adam_w", "optax") => {
            let (mut z, mut x) = (f64::NAN, f64::NAN);
            Box::new(move |t, y, g| {
                if t == 1 {
                    (z, x) = (y, y);
                }
                v = b2 * v + (1.0 - b2) * g * g;
                z -= 1e-2 * g / (f64::sqrt(v / (1.0 - b2.powi(t))) + 1e-8);
                let share = 1.0 / f64::from(t);
                x = (1.0 - share) * x + share * z;
                (1.0 - b1) * z + b1 * x
            })
        }
        _ => panic!("no rule of {tool} for {method}"),
    }
}

/// The learning rate at a step.
type Rate = fn(i32) -> f64;

/// The rule here with the same constants and rate.
fn ours(method: &str) -> (Box<dyn Optimizer<f64>>, Rate) {
    match method {
        "momentum" => (Box::new(Momentum::default()), falling),
        "nesterov" => (Box::new(Nesterov::default()), falling),
        "ada_grad" => (Box::new(AdaGrad { epsilon: 1e-7, ..AdaGrad::default() }), |_| 0.1),
        "rms_prop" => (Box::new(RmsProp { decay: 0.99, epsilon: 1e-2, ..RmsProp::default() }), |_| 1e-3),
        "adam" => (Box::new(Adam::default()), |_| 1e-2),
        "ams_grad" => (Box::new(AmsGrad::default()), |_| 1e-3),
        "nadam" => (Box::new(Nadam::default()), |_| 1e-3),
        "r_adam" => (Box::new(RAdam { epsilon: 1e-2, ..RAdam::default() }), |_| 1e-3),
        "rprop" => (Box::new(Rprop::default()), |_| 1e-2),
        "yogi" => (Box::new(Yogi::default()), |_| 1e-2),
        "lion" => (Box::new(Lion::default()), |_| 1e-3),
        "schedule_free_adam_w" => (Box::new(ScheduleFreeAdamW::default()), |_| 1e-2),
        _ => panic!("no method {method}"),
    }
}

#[test]
fn each_tools_rule_is_what_the_page_says_and_not_the_one_here() {
    let reference = reference();
    let gradient = |w: &[f64]| -> Vec<f64> {
        let slopes = w.iter().zip(reference.curvatures).zip(reference.tilt);
        slopes.map(|((w, curvature), tilt)| curvature * w + tilt).collect()
    };
    // Clipping is no optimizer, and Muon's rule looks at all parameters at once: they have tests of their own.
    for run in reference.runs.iter().filter(|run| !["clip_by_norm", "muon"].contains(&&*run.method)) {
        let (method, tool) = (run.method.as_str(), run.tool.as_str());
        let mut rules = [0; 3].map(|_| theirs(method, tool));
        let (mut optimizer, rate) = ours(method);
        let (mut written_out, mut here) = (reference.start.to_vec(), reference.start.to_vec());
        let mut apart = 0.0_f64;
        for (t, expected) in (1..).zip(&run.iterates) {
            let slope = gradient(&written_out);
            for (i, rule) in rules.iter_mut().enumerate() {
                written_out[i] = rule(t, written_out[i], slope[i]);
                let difference = (written_out[i] - expected[i]).abs();
                assert!(difference < 1e-10, "{method} of {tool}, step {t}: {difference:e}");
            }
            let slope = gradient(&here);
            optimizer.step(&mut here, &slope, rate(t)).unwrap();
            apart = here.iter().zip(expected).fold(apart, |apart, (w, e)| apart.max((w - e).abs()));
        }
        assert!(apart > 1e-5, "{method} is that of {tool}, up to {apart:e}");
    }
}

#[test]
fn muon_of_optax_corrects_for_bias_and_takes_rows_for_inputs() {
    let reference = reference();
    let run = reference.runs.iter().find(|run| (&*run.method, &*run.tool) == ("muon", "optax")).unwrap();
    let (mut w, mut m, mut here) = (reference.start, [0.0; 3], reference.start);
    let mut muon = Muon::default();
    let mut apart = 0.0_f64;
    let slopes = |w: [f64; 3]| [0, 1, 2].map(|i| reference.curvatures[i] * w[i] + reference.tilt[i]);
    let beta = 0.95_f64;
    for (t, expected) in (1..).zip(&run.iterates) {
        let g = slopes(w);
        m = [0, 1, 2].map(|i| beta * m[i] + (1.0 - beta) * g[i]);
        let mut x = [0, 1, 2]
            .map(|i| beta * m[i] / (1.0 - beta.powi(t + 1)) + (1.0 - beta) * g[i] / (1.0 - beta.powi(t)));
        let square = |x: [f64; 3]| x.iter().map(|x| x * x).sum::<f64>();
        let length = square(x).sqrt() + 1e-8;
        x = x.map(|x| x / length);
        for _ in 0..5 {
            let gram = square(x);
            x = x.map(|x| (3.4445 - 4.7750 * gram + 2.0315 * gram * gram) * x);
        }
        // One row is one input here and three outputs.
        w = [0, 1, 2].map(|i| w[i] - 1e-2 * 3.0_f64.sqrt() * x[i]);
        let g = slopes(here);
        muon.step(&mut here, &g, 1e-2 * 3.0_f64.sqrt()).unwrap();
        for i in 0..3 {
            assert!((w[i] - expected[i]).abs() < 1e-10, "step {t}: {} instead of {}", w[i], expected[i]);
            apart = apart.max((here[i] - expected[i]).abs());
        }
    }
    assert!(apart > 1e-5, "{apart:e}");
}

#[test]
fn muon_of_pytorch_decays_and_has_the_digits_of_bfloat16() {
    let reference = reference();
    let run = reference.runs.iter().find(|run| (&*run.method, &*run.tool) == ("muon", "torch")).unwrap();
    let walk = |optimizer: &mut dyn Optimizer<f64>| {
        let (mut w, mut apart) = (reference.start, 0.0_f64);
        for expected in &run.iterates {
            let g = [0, 1, 2].map(|i| reference.curvatures[i] * w[i] + reference.tilt[i]);
            optimizer.step(&mut w, &g, 1e-2).unwrap();
            apart = w.iter().zip(expected).fold(apart, |apart, (w, e)| apart.max((w - e).abs()));
        }
        apart
    };
    // `bfloat16` keeps eight digits, and fifty steps of 10⁻² go no further than ½.
    let decaying = walk(&mut DecoupledDecay::new(0.1, Muon::default()));
    assert!(decaying < 0.5 / 256.0 * 5.0 && decaying > 1e-5, "{decaying:e}");
    let without = walk(&mut Muon::default());
    assert!(without > 2.0 * decaying, "{without:e}, {decaying:e}");
}

#[test]
fn clipping_divides_by_the_norm_alone() {
    let reference = reference();
    let run = reference.runs.iter().find(|run| run.method == "clip_by_norm").unwrap();
    let gradient = [3e-6, 4e-6];
    let mut w = [0.0; 2];
    ClipByNorm::new(1e-6, optim::GradientDescent::default()).step(&mut w, &gradient, 1.0).unwrap();
    for (i, expected) in run.iterates[0].iter().enumerate() {
        let theirs = gradient[i] * 1e-6 / (5e-6 + 1e-6);
        assert!((theirs - expected).abs() < 1e-18 && (-w[i] - gradient[i] / 5.0).abs() < 1e-18);
    }
}

#[test]
fn the_page_has_a_row_for_each_rule_that_differs() {
    let listed: BTreeSet<String> =
        table("| method | here | PyTorch | optax |").into_iter().map(|row| row[0].clone()).collect();
    let tested: BTreeSet<String> = reference().runs.into_iter().map(|run| run.method).collect();
    assert_eq!(listed, tested);
}

#[test]
fn the_pages_constants_are_those_of_the_methods_and_the_tools() {
    let reference = reference();
    let rows = table("| method | constant | here | PyTorch | optax |");
    let number = |cell: &str| if cell == "–" { None } else { Some(cell.parse::<f64>().unwrap()) };
    for row in &rows {
        let [method, constant, here, torch, optax] = &row[..] else { panic!("{row:?}") };
        let mut text = Vec::new();
        let mut json = serde_json::Serializer::new(&mut text);
        let optimizer = (optim::find(method).unwrap().over_f64)();
        optimizer.save(&mut <dyn erased_serde::Serializer>::erase(&mut json)).unwrap();
        let saved: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(saved["state"][constant].as_f64(), number(here), "{method}.{constant}");
        let tools = &reference.defaults[method][constant];
        assert_eq!((tools.torch, tools.optax), (number(torch), number(optax)), "{method}.{constant}");
    }
    let known: usize = reference.defaults.values().map(BTreeMap::len).sum();
    assert_eq!(rows.len(), known, "a constant of the reference is not on the page");
}
