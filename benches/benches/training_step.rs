//! Whole steps of training in f32, on one thread and on two, beside their floor on one: the step's bare matrix products and
//! the bytes of its update at the speed of a copy.

use std::hint::black_box;

use autograd::with_threads;
use benches::memory::peak_mebibytes;
use benches::setting::{Purpose, criterion, purpose};
use benches::table::{microseconds, table, times};
use benches::timing::in_turns;
use benches::training::{Denormals, WORKLOADS, Workload};
use comfy_table::Table;

/// The perceptron's step whose memory is told: before anything else has run, so that the process has had no other.
const LEAN: &str = "b perceptron, Adam";

/// The most memory that the process has after some steps of one workload.
fn peak_of_steps() -> Option<f64> {
    let mut training = lean().training();
    for _ in 0..10 {
        black_box(training.step());
    }
    peak_mebibytes()
}

fn lean() -> Workload {
    *WORKLOADS.iter().find(|workload| workload.name == LEAN).expect("one of the workloads")
}

fn main() {
    // Otherwise two threads would be woken for each operation that is divided.
    let pool = rayon::ThreadPoolBuilder::new().use_current_thread().build_global();
    pool.expect("the first pool of the program");
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
    let denormals = among_denormals();
    if purpose() == Purpose::Measure {
        println!("{ratios}");
        println!("{denormals}");
        if let Some(peak) = peak {
            println!("The process has had {peak:.0} MiB resident after ten steps of {LEAN}.");
        }
        println!("GFLOP/s is the speed of the bare products, with both operands row by row.");
    }
}

/// What denormal numbers cost a step of the perceptron with Adam, beside the same step without.
fn among_denormals() -> Table {
    let mut ratios = table(["step", "time", "time / without denormals"]);
    let [mut nowhere, mut moments, mut inputs] =
        [Denormals::Nowhere, Denormals::Moments, Denormals::Inputs].map(|place| lean().training_among(place));
    let [without, in_moments, in_inputs] = in_turns(
        81,
        [
            &mut || {
                black_box(nowhere.step());
            },
            &mut || {
                black_box(moments.step());
            },
            &mut || {
                black_box(inputs.step());
            },
        ],
    );
    for (place, time) in
        [("without denormals", without), ("in half of the moments", in_moments), ("in the inputs", in_inputs)]
    {
        ratios.add_row([format!("{LEAN}, {place}"), microseconds(time), times(time, without)]);
    }
    ratios
}
