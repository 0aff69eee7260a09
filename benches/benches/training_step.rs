//! Whole steps of training in f32, on one thread and on two, beside their floor on one: the step's bare matrix products and
//! the bytes of its update at the speed of a copy.

use std::hint::black_box;

use autograd::with_threads;
use benches::memory::peak_mebibytes;
use benches::setting::{Purpose, criterion, purpose};
use benches::table::{microseconds, table, times};
use benches::timing::in_turns;
use benches::training::WORKLOADS;

/// The perceptron's step whose memory is told: before anything else has run, so that the process has had no other.
const LEAN: &str = "b perceptron, Adam";

/// The most memory that the process has after some steps of one workload.
fn peak_of_steps() -> Option<f64> {
    let lean = WORKLOADS.iter().find(|workload| workload.name == LEAN)?;
    let mut training = lean.training();
    for _ in 0..10 {
        black_box(training.step());
    }
    peak_mebibytes()
}

fn main() {
    let peak = if purpose() == Purpose::Measure { peak_of_steps() } else { None };
    let mut criterion = criterion();
    let mut group = criterion.benchmark_group("training_step");
    for workload in WORKLOADS {
        let mut training = workload.training();
        group.bench_function(workload.name, |bencher| bencher.iter(|| training.step()));
        let mut products = workload.products();
        group.bench_function(format!("{}: products", workload.name), |bencher| {
            bencher.iter(|| products.iter_mut().for_each(|product| product.run()));
        });
    }
    group.finish();
    criterion.final_summary();

    let mut ratios = table([
        "step",
        "time",
        "products",
        "update as copy",
        "step / products",
        "step / (products + copy)",
        "faster on two threads",
        "GFLOP/s",
    ]);
    for workload in WORKLOADS {
        let (mut training, mut products) = (workload.training(), workload.products());
        let mut on_two_threads = workload.divided_training();
        let mut copy = workload.update_as_copy();
        let operations: usize = products.iter().map(|product| product.operations()).sum();
        let [step, divided, multiplied, copied] = in_turns(
            81,
            [
                &mut || {
                    black_box(training.step());
                },
                &mut || {
                    black_box(with_threads(2, || on_two_threads.step()));
                },
                &mut || products.iter_mut().for_each(|product| product.run()),
                &mut || copy.run(),
            ],
        );
        ratios.add_row([
            workload.name.to_owned(),
            microseconds(step),
            microseconds(multiplied),
            microseconds(copied),
            times(step, multiplied),
            times(step, multiplied + copied),
            times(step, divided),
            format!("{:.0}", operations as f64 / multiplied * 1e-9),
        ]);
    }
    if purpose() == Purpose::Measure {
        println!("{ratios}");
        if let Some(peak) = peak {
            println!("The process has had {peak:.0} MiB resident after ten steps of {LEAN}.");
        }
        println!("GFLOP/s is the speed of the bare products, with both operands row by row.");
    }
}
