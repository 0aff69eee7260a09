//! Gradients of scalar code: what a recorded operation costs, and what a gradient costs beside the value.
//!
//! A table of medians is printed first, for ratios mean something only within one run; Criterion then follows the same
//! measurements over time.

use std::hint::black_box;
use std::time::Instant;

use autograd::Tape;
use benches::objectives::{Bundle, Gmm, LogSumExp, Lstm, Objective, Perceptron, Rosenbrock};
use criterion::Criterion;

/// The value and gradient on a tape that is used again and again, as an optimizer does.
fn gradient<O: Objective>(objective: &O, x: &[f64], tape: &mut Tape<f64>, into: &mut [f64]) -> f64 {
    tape.clear();
    let variables = tape.vars(x);
    let result = objective.value(&variables);
    let gradient = tape.gradient(&result);
    for (into, variable) in into.iter_mut().zip(&variables) {
        *into = gradient.wrt(variable);
    }
    tape.recycle(gradient);
    *result.value()
}

/// The residuals' Jacobian: one short tape for each observation, swept twice.
fn jacobian(bundle: &Bundle, tape: &mut Tape<f64>, into: &mut Vec<f64>) {
    into.clear();
    for (x, feature) in bundle.arguments.iter().zip(&bundle.features) {
        tape.clear();
        let variables: [_; Bundle::ARGUMENTS] = x.map(|x| tape.var(x));
        for residual in Bundle::residual(&variables, feature) {
            let gradient = tape.gradient(&residual);
            into.extend(variables.iter().map(|variable| gradient.wrt(variable)));
            tape.recycle(gradient);
        }
    }
}

/// The median time of a call in nanoseconds, over at least 15 calls and a fifth of a second.
fn median(mut call: impl FnMut()) -> f64 {
    call();
    let mut times = Vec::new();
    let began = Instant::now();
    while times.len() < 15 || began.elapsed().as_secs_f64() < 0.2 {
        let start = Instant::now();
        call();
        times.push(start.elapsed().as_nanos() as f64);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn row(name: &str, value: f64, gradient: f64, nodes: usize, bytes: usize) {
    println!(
        "{name:<18} {:>11.4} {:>13.4} {:>9.2} {:>10.1} {:>12.1} {:>12.2}",
        value / 1e6,
        gradient / 1e6,
        gradient / value,
        gradient / nodes as f64,
        bytes as f64 / nodes as f64,
        bytes as f64 / 1e6
    );
}

fn measure<O: Objective>(criterion: &mut Criterion, objective: &O) {
    let x = objective.point();
    let mut into = vec![0.0; x.len()];
    let mut tape = Tape::new();
    let value = median(|| {
        black_box(objective.value(black_box(&x)));
    });
    let slope = median(|| {
        black_box(gradient(objective, black_box(&x), &mut tape, &mut into));
    });
    row(&objective.name(), value, slope, tape.nodes(), tape.bytes());
    let mut group = criterion.benchmark_group(objective.name());
    group.bench_function("value", |bencher| bencher.iter(|| objective.value(black_box(&x))));
    group.bench_function("gradient", |bencher| {
        bencher.iter(|| gradient(objective, black_box(&x), &mut tape, &mut into));
    });
    group.finish();
}

fn measure_bundle(criterion: &mut Criterion) {
    let bundle = Bundle::default();
    let mut into = Vec::new();
    let mut tape = Tape::new();
    let residuals = |bundle: &Bundle| {
        let pairs = bundle.arguments.iter().zip(&bundle.features);
        pairs.fold(0.0, |sum, (x, feature)| sum + Bundle::residual(x, feature).iter().sum::<f64>())
    };
    let value = median(|| {
        black_box(residuals(black_box(&bundle)));
    });
    let slope = median(|| jacobian(black_box(&bundle), &mut tape, &mut into));
    row("BA", value, slope, tape.nodes() * bundle.arguments.len(), tape.bytes() * bundle.arguments.len());
    let mut group = criterion.benchmark_group("BA");
    group.bench_function("value", |bencher| bencher.iter(|| residuals(black_box(&bundle))));
    group.bench_function("jacobian", |bencher| bencher.iter(|| jacobian(&bundle, &mut tape, &mut into)));
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    println!(
        "{:<18} {:>11} {:>13} {:>9} {:>10} {:>12} {:>12}",
        "objective", "value (ms)", "gradient (ms)", "ratio", "ns a node", "bytes a node", "tape (MB)"
    );
    measure(&mut criterion, &Gmm::new(2, 5));
    measure(&mut criterion, &Gmm::new(10, 25));
    measure(&mut criterion, &Gmm::new(20, 50));
    measure_bundle(&mut criterion);
    measure(&mut criterion, &Lstm::default());
    measure(&mut criterion, &Rosenbrock { variables: 1_000 });
    measure(&mut criterion, &Rosenbrock { variables: 1_000_000 });
    measure(&mut criterion, &LogSumExp { variables: 1_000_000 });
    measure(&mut criterion, &Perceptron::default());
    criterion.final_summary();
}
