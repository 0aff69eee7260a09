//! Times that are compared with each other.

use std::time::{Duration, Instant};

use crate::setting::{Purpose, purpose};

/// How long one turn of a job lasts at least; shorter jobs are repeated within their turn.
const TURN: Duration = Duration::from_millis(1);

/// The seconds of one execution of each job in its fastest turn.
///
/// The jobs take turns, so that a slower clock or a fuller memory bus falls on all of them alike. What else runs on the
/// machine can only lengthen a turn, and turns are short, so the fastest of many is the one that was least disturbed.
/// Where nothing is to be measured, each job is executed a few times.
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
    let mut fastest = [f64::INFINITY; JOBS];
    for _ in 0..turns {
        for ((job, &repetitions), fastest) in jobs.iter_mut().zip(&repetitions).zip(&mut fastest) {
            let begun = Instant::now();
            for _ in 0..repetitions {
                job();
            }
            *fastest = fastest.min(begun.elapsed().as_secs_f64() / repetitions as f64);
        }
    }
    fastest
}
