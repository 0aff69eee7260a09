//! Who may compute: a run has as many turns as jobs, and whatever computes holds one.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The turns of a run. They are given in the order in which they were asked for, so that whoever needs all of them at once
/// is not passed over for ever.
#[derive(Debug)]
pub(super) struct Turns {
    all: usize,
    queue: Mutex<Queue>,
    moved: Condvar,
}

#[derive(Debug)]
struct Queue {
    free: usize,
    /// The number that the next to ask draws.
    last: u64,
    /// The number that is served next.
    first: u64,
}

impl Turns {
    pub(super) fn new(all: usize) -> Self {
        let queue = Mutex::new(Queue { free: all, last: 0, first: 0 });
        Self { all, queue, moved: Condvar::new() }
    }

    /// How many there are.
    pub(super) fn all(&self) -> usize {
        self.all
    }

    /// Waits until `count` turns are free and everyone who asked before has theirs.
    pub(super) fn take(&self, count: usize) {
        let mut queue = self.queue();
        let number = queue.last;
        queue.last += 1;
        while queue.first != number || queue.free < count {
            queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.first += 1;
        queue.free -= count;
        self.moved.notify_all();
    }

    /// Gives `count` turns back.
    pub(super) fn give(&self, count: usize) {
        self.queue().free += count;
        self.moved.notify_all();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives up one turn for as long as it lives: while others compute for whoever holds it.
pub(super) struct Pause<'a>(&'a Turns);

impl<'a> Pause<'a> {
    pub(super) fn begin(turns: &'a Turns) -> Self {
        turns.give(1);
        Self(turns)
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        self.0.take(1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn no_more_compute_than_there_are_turns_and_all_at_once_means_alone() {
        let (turns, busy) = (Turns::new(3), AtomicUsize::new(0));
        thread::scope(|scope| {
            for worker in 0..8 {
                let (turns, busy) = (&turns, &busy);
                scope.spawn(move || {
                    for round in 0..200 {
                        let count = if (worker + round) % 7 == 0 { turns.all() } else { 1 };
                        turns.take(count);
                        let before = busy.fetch_add(count, Ordering::SeqCst);
                        assert!(before + count <= 3, "{before} computing beside {count}");
                        busy.fetch_sub(count, Ordering::SeqCst);
                        turns.give(count);
                    }
                });
            }
        });
        assert_eq!(turns.queue().free, 3);
    }

    #[test]
    fn a_pause_lets_another_in() {
        let turns = Turns::new(1);
        turns.take(1);
        {
            let _pause = Pause::begin(&turns);
            turns.take(1);
            turns.give(1);
        }
        assert_eq!(turns.queue().free, 0);
    }
}
