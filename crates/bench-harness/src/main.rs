//! The command line of the harness.

use std::process::ExitCode;

fn main() -> ExitCode {
    let code = bench_harness::cli::run(
        bench_harness::claims::ALL,
        std::env::args_os(),
        &mut std::io::stdout().lock(),
    );
    ExitCode::from(code)
}
