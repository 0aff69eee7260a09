//! Times that are compared with each other.

use std::time::{Duration, Instant};

use crate::setting::{Purpose, purpose};

/// How long one turn of a job lasts at least; shorter jobs are repeated within their turn.
const TURN: Duration = Duration::from_millis(4);

/// The median seconds of one execution of each job.
///
/// The jobs take turns, so that what else the machine does meanwhile falls on all of them alike: the ratio of two of these
/// medians is steadier than either. Where nothing is to be measured, each job is executed once.
pub fn in_turns<const JOBS: usize>(turns: usize, mut jobs: [&mut dyn FnMut(); JOBS]) -> [f64; JOBS] {
    let repetitions = jobs.each_mut().map(|job| {
        // The first execution allocates and faults pages in; it says little about the next.
        job();
        if purpose() == Purpose::Try {
            return 1;
        }
        let begun = Instant::now();
        job();
        (TURN.as_secs_f64() / begun.elapsed().as_secs_f64().max(1e-9)).ceil() as usize
    });
    let turns = if purpose() == Purpose::Try { 1 } else { turns };
    let mut seconds = [const { Vec::new() }; JOBS];
    for _ in 0..turns {
        for ((job, &repetitions), seconds) in jobs.iter_mut().zip(&repetitions).zip(&mut seconds) {
            let begun = Instant::now();
            for _ in 0..repetitions {
                job();
            }
            seconds.push(begun.elapsed().as_secs_f64() / repetitions as f64);
        }
    }
    seconds.map(|mut seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    })
}
