//! A net fits random labels: runs the claim, writes its report, and times an epoch of its three-layer net on the digits.

use std::hint::black_box;
use std::path::Path;

use bench_harness::claims::capacity::fits_random_labels::one_epoch;
use bench_harness::data::digits;
use benches::reproduction::reproduce;
use benches::setting::criterion;

fn main() {
    reproduce(&["fits-random-labels"], Path::new(env!("CARGO_TARGET_TMPDIR")));
    let digits = digits().expect("they ship with the harness");
    let mut criterion = criterion();
    criterion.bench_function("random_labels/epoch", |bencher| bencher.iter(|| one_epoch(black_box(&digits))));
    criterion.final_summary();
}
