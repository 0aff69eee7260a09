//! Updates of 10⁷ f32 parameters, beside copied bytes: an update is limited by memory, or should be. Then what an iteration of
//! L-BFGS costs beside its evaluations.
//!
//! Counted are the bytes that each update must move for a parameter: 4 for its gradient, which is read, and 8 for the
//! parameter and each number of the state, which are read and written. A copy counts 4 read and 4 written.

use std::hint::black_box;

use benches::bandwidth::CopiedBytes;
use benches::product::noise;
use benches::setting::{Purpose, criterion, purpose};
use benches::table::{microseconds, table};
use benches::timing::in_turns;
use criterion::Throughput;
use losses_optim::minimise::{Lbfgs, Minimiser};
use losses_optim::objective::{Counted, Objective};
use losses_optim::optim::{Adam, AmsGrad, GradientDescent, Nesterov, Optimizer};
use losses_optim::wrap::Parallel;

/// An optimizer and the bytes that it moves for each parameter.
fn methods() -> Vec<(&'static str, Box<dyn Optimizer<f32>>, usize)> {
    vec![
        ("gradient descent", Box::new(GradientDescent::default()), 12),
        ("Nesterov", Box::new(Nesterov::default()), 20),
        ("Adam", Box::new(Adam::default()), 28),
        ("AMSGrad", Box::new(AmsGrad::default()), 36),
        ("Nesterov, all threads", Box::new(Parallel::new(Nesterov::default())), 20),
        ("Adam, all threads", Box::new(Parallel::new(Adam::default())), 28),
        ("AMSGrad, all threads", Box::new(Parallel::new(AmsGrad::default())), 36),
    ]
}

/// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)², over neighbours.
struct Chain;

impl Objective<f64> for Chain {
    fn value(&mut self, x: &[f64]) -> f64 {
        x.windows(2).map(|x| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)).sum()
    }

    fn value_and_grad(&mut self, x: &[f64], grad: &mut [f64]) -> f64 {
        grad.fill(0.0);
        let mut value = 0.0;
        for i in 0..x.len() - 1 {
            let (rise, rest) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
            value += 100.0 * rise * rise + rest * rest;
            grad[i] -= 400.0 * x[i] * rise + 2.0 * rest;
            grad[i + 1] += 200.0 * rise;
        }
        value
    }
}

const ITERATIONS: usize = 40;

/// So many iterations from the usual start. Returns how often the objective was asked.
fn iterate(method: &mut Lbfgs<f64>, x: &mut [f64]) -> u64 {
    let mut objective = Counted::new(Chain);
    for (i, x) in x.iter_mut().enumerate() {
        *x = if i % 2 == 0 { -1.2 } else { 1.0 };
    }
    method.restart();
    for _ in 0..ITERATIONS {
        method.step(x, &mut objective).expect("a start from which it goes down");
    }
    objective.gradients
}

fn main() {
    let parameters = match purpose() {
        Purpose::Measure => 10_000_000,
        Purpose::Try => 1_000,
    };
    let gradient = noise(parameters);
    let mut w = vec![0.5; parameters];
    let mut copy = CopiedBytes::moving(8 * parameters);
    let mut criterion = criterion();

    let mut group = criterion.benchmark_group("optimizers");
    group.throughput(Throughput::Bytes(copy.bytes() as u64));
    group.bench_function("copy", |bencher| bencher.iter(|| copy.run()));
    for (name, mut optimizer, bytes) in methods() {
        group.throughput(Throughput::Bytes((bytes * parameters) as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| optimizer.step(&mut w, &gradient, 1e-3).expect("sound rate and lengths"));
        });
    }
    group.finish();
    criterion.final_summary();

    let mut ratios =
        table(["update of 10⁷ f32", "time", "bytes moved", "GB/s", "copy, GB/s", "time / copying its bytes"]);
    for (name, mut optimizer, bytes) in methods() {
        let [update, copied] = in_turns(
            41,
            [&mut || optimizer.step(&mut w, &gradient, 1e-3).expect("sound rate and lengths"), &mut || {
                copy.run()
            }],
        );
        let rate = |bytes: usize, seconds: f64| bytes as f64 / seconds * 1e-9;
        let (updating, copying) = (rate(bytes * parameters, update), rate(copy.bytes(), copied));
        ratios.add_row([
            name.to_owned(),
            microseconds(update),
            format!("{bytes} a parameter"),
            format!("{updating:.1}"),
            format!("{copying:.1}"),
            format!("{:.2}", copying / updating),
        ]);
    }

    let mut iterations = table(["L-BFGS, ten pairs", "iteration", "its evaluations", "beside them"]);
    for parameters in [10, 100, 1_000] {
        let (mut method, mut x) = (Lbfgs::default(), vec![0.0; parameters]);
        let evaluations = iterate(&mut method, &mut x) as f64 / ITERATIONS as f64;
        let (start, mut grad) = (x.clone(), vec![0.0; parameters]);
        let [run, evaluation] = in_turns(
            41,
            [
                &mut || {
                    black_box(iterate(&mut method, &mut x));
                },
                &mut || {
                    black_box(Chain.value_and_grad(black_box(&start), &mut grad));
                },
            ],
        );
        let iteration = run / ITERATIONS as f64;
        iterations.add_row([
            format!("{parameters} parameters"),
            microseconds(iteration),
            microseconds(evaluations * evaluation),
            microseconds(iteration - evaluations * evaluation),
        ]);
    }
    if purpose() == Purpose::Measure {
        println!("{ratios}\n{iterations}");
    }
}
