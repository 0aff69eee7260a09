//! Adam against SGD with Nesterov momentum: runs the claims of both sides, writes their reports, and times an epoch of each
//! on the digits.

use std::hint::black_box;
use std::path::Path;

use bench_harness::claims::adaptive::sgd_nesterov_decay_vs_adam::one_epoch;
use bench_harness::data::digits;
use benches::reproduction::reproduce;
use benches::setting::criterion;

fn main() {
    let claims = ["adam-paper-figures", "sgd-nesterov-decay-vs-adam"];
    reproduce(&claims, Path::new(env!("CARGO_TARGET_TMPDIR")));
    let digits = digits().expect("they ship with the harness");
    let mut criterion = criterion();
    let mut group = criterion.benchmark_group("adam_vs_nesterov");
    for (arm, learning_rate) in [("SGD-Nesterov + decay", 0.05), ("Adam", 0.002)] {
        group.bench_function(format!("epoch, {arm}"), |bencher| {
            bencher.iter(|| one_epoch(black_box(&digits), arm, learning_rate));
        });
    }
    group.finish();
    criterion.final_summary();
}
