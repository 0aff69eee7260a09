//! A tape that is used again does not allocate: counted by the allocator itself.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use autograd::kink::KinkOps;
use autograd::{Tape, Var};
use num_traits::Float;

/// The system's allocator, counting the calls of each thread.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it came; counting in a thread-local cell that is
// initialised at compile time and has no destructor neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The sum of a function's two slopes, on a tape that is used again.
fn slopes(
    tape: &mut Tape<f64>,
    function: impl for<'t> Fn(Var<'t, f64>, Var<'t, f64>) -> Var<'t, f64>,
) -> f64 {
    tape.clear();
    let (x, y) = (tape.var(0.5), tape.var(-0.25));
    let gradient = tape.gradient(&function(x, y));
    let slopes = gradient.wrt(&x) + gradient.wrt(&y);
    tape.recycle(gradient);
    slopes
}

fn chain<'t>(x: Var<'t, f64>, y: Var<'t, f64>) -> Var<'t, f64> {
    (0..1000).fold(x, |value, _| (value * y + x).sin() / (y + 2.0) + value.max(y).relu())
}

/// Sums of several variables, of one, and of none that is recorded.
fn sums<'t>(x: Var<'t, f64>, y: Var<'t, f64>) -> Var<'t, f64> {
    (0..100).fold(Var::constant(0.0), |total, _| {
        let single = std::iter::once(x).sum();
        let constant = std::iter::once(Var::constant(2.0)).sum();
        [total, x, y, single, constant].into_iter().sum()
    })
}

#[test]
fn a_reused_tape_does_not_allocate() {
    let mut tape = Tape::new();
    let first = slopes(&mut tape, chain);
    assert!(tape.nodes() >= 3000);
    let before = ALLOCATIONS.with(Cell::get);
    let again = slopes(&mut tape, chain);
    assert_eq!(ALLOCATIONS.with(Cell::get) - before, 0);
    assert_eq!(first.to_bits(), again.to_bits());
}

/// A sum that needs no record takes no buffer and must leave none behind: the next would find it empty, and allocate.
#[test]
fn sums_on_a_reused_tape_do_not_allocate() {
    let mut tape = Tape::new();
    assert_eq!(slopes(&mut tape, sums), 300.0);
    let before = ALLOCATIONS.with(Cell::get);
    assert_eq!(slopes(&mut tape, sums), 300.0);
    assert_eq!(ALLOCATIONS.with(Cell::get) - before, 0);
}

#[test]
fn room_asked_for_is_room_enough() {
    let tape = Tape::with_capacity(10);
    let (x, y) = (tape.var(0.5), tape.var(2.0));
    let before = ALLOCATIONS.with(Cell::get);
    let _ = (0..10).fold(x, |product, _| product * y);
    assert_eq!(ALLOCATIONS.with(Cell::get) - before, 0);
    assert_eq!(tape.nodes(), 10);
}

#[test]
fn a_node_takes_24_bytes_and_an_adjoint_8() {
    let tape = Tape::new();
    let (x, y) = (tape.var(0.5), tape.var(2.0));
    assert_eq!(tape.bytes(), 2 * 8);
    let _ = x * y;
    assert_eq!(tape.bytes(), 24 + 3 * 8);
}
