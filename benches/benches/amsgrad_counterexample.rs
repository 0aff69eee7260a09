//! Convex problems on which Adam walks to the worst point and AMSGrad to the best: runs the claim, writes its report, and
//! times 10⁵ steps of the 1010/−10 sequence for each player.

use std::hint::black_box;
use std::path::Path;

use bench_harness::claims::adaptive::adam_fails_online::{Game, Learner, Sequence, play};
use benches::reproduction::reproduce;
use benches::setting::criterion;
use criterion::Throughput;

fn main() {
    reproduce(&["adam-fails-online"], Path::new(env!("CARGO_TARGET_TMPDIR")));
    let mut criterion = criterion();
    let mut group = criterion.benchmark_group("amsgrad_counterexample");
    for (name, learner) in [("Adam", Learner::Adam), ("AMSGrad", Learner::AmsGrad)] {
        let game = Game {
            sequence: Sequence::SYNTHETIC,
            learner,
            start: 0.0,
            learning_rate: 0.5,
            beta1: 0.9,
            beta2: 0.99,
            steps: 100_000,
        };
        group.throughput(Throughput::Elements(game.steps));
        group.bench_function(format!("1e5 steps, {name}"), |bencher| bencher.iter(|| play(black_box(&game))));
    }
    group.finish();
    criterion.final_summary();
}
