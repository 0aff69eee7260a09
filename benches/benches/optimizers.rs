//! Updates of 10⁷ f32 parameters, beside copied bytes: an update is limited by memory, or should be.
//!
//! Counted are the bytes that each update must move for a parameter: 4 for its gradient, which is read, and 8 for the
//! parameter and each number of the state, which are read and written.

use benches::bandwidth::CopiedBytes;
use benches::product::noise;
use benches::setting::{Purpose, criterion, purpose};
use benches::table::{microseconds, table};
use benches::timing::in_turns;
use criterion::Throughput;
use losses_optim::optim::{Adam, AmsGrad, GradientDescent, Nesterov, Optimizer};

/// An optimizer and the bytes that it moves for each parameter.
fn methods() -> [(&'static str, Box<dyn Optimizer<f32>>, usize); 4] {
    [
        ("gradient descent", Box::new(GradientDescent::default()), 12),
        ("Nesterov", Box::new(Nesterov::default()), 20),
        ("Adam", Box::new(Adam::default()), 28),
        ("AMSGrad", Box::new(AmsGrad::default()), 36),
    ]
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
    if purpose() == Purpose::Measure {
        println!("{ratios}");
    }
}
