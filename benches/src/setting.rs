//! How a benchmark program is run.

use std::time::Duration;

use criterion::Criterion;

/// What the command line asks of a benchmark program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be timed: `cargo bench`.
    Measure,
    /// To be tried once, listed, or run under a profiler, which wants the one kernel that it asks for and nothing else:
    /// `cargo test --benches`, `cargo bench -- --test`, `--list`, `--profile-time`.
    Try,
}

/// What this program's command line asks for. Cargo passes `--bench` when it benchmarks and only then, which is also what
/// Criterion goes by.
pub fn purpose() -> Purpose {
    let given = |flag: &str| std::env::args().any(|argument| argument == flag);
    let other = ["--test", "--list", "--profile-time"].into_iter().any(given);
    if given("--bench") && !other { Purpose::Measure } else { Purpose::Try }
}

/// Criterion with few and short samples, so that all benchmarks together take minutes; the command line overrides.
pub fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .configure_from_args()
}
