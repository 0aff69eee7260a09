//! A step of training allocates no array's buffer once it has been made twice: counted by the allocator itself.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use autograd::{Array, ArrayOps, Layout as Names, Parameters, Tape, Var};

/// The system's allocator, counting the buffers of `f32` that each thread asks for. They alone are aligned to four bytes:
/// handles and nodes are to eight, the packed operands within a matrix product to a line of the cache.
struct Counting;

thread_local! {
    static BUFFERS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it came; counting in a thread-local cell that is
// initialised at compile time and has no destructor neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout);
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout);
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(layout);
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

fn count(layout: Layout) {
    if layout.align() == align_of::<f32>() {
        BUFFERS.set(BUFFERS.get() + 1);
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Numbers from −½ to ½, all different.
fn noise(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i as f32 * 0.618_034).fract() - 0.5).collect()
}

/// A user's sizes, and smaller ones under Miri, to which every number is work.
const INPUTS: usize = if cfg!(miri) { 6 } else { 40 };
const HIDDEN: usize = if cfg!(miri) { 8 } else { 64 };
const CLASSES: usize = if cfg!(miri) { 4 } else { 10 };
const BATCH: usize = if cfg!(miri) { 8 } else { 32 };

/// A perceptron in training.
struct Training {
    tape: Tape<Array<f32>>,
    parameters: Parameters<f32>,
    gradient: Vec<f32>,
}

impl Training {
    fn new() -> Self {
        let layout = Names::new()
            .with("weight 0", &[INPUTS, HIDDEN])
            .with("bias 0", &[HIDDEN])
            .with("weight 1", &[HIDDEN, CLASSES])
            .with("bias 1", &[CLASSES]);
        let parameters = Parameters::new(layout.clone(), noise(layout.len()));
        Self { tape: Tape::new(), parameters, gradient: vec![0.0; layout.len()] }
    }

    /// One step; returns the loss before it.
    fn step(&mut self, inputs: &Array<f32>, labels: &[usize]) -> f32 {
        let variables = self.parameters.record(&self.tape);
        let [weight, bias, other_weight, other_bias] = &variables[..] else { unreachable!() };
        let hidden = (Var::constant(inputs.clone()).matmul(weight) + bias).relu();
        let scores = hidden.matmul(other_weight) + other_bias;
        let loss = -scores.log_softmax().gather(labels).mean_all();
        let value = self.parameters.gradient(&self.tape, &loss, &mut self.gradient);
        drop((variables, hidden, scores, loss));
        self.tape.clear();
        for (parameter, slope) in self.parameters.as_mut_slice().iter_mut().zip(&self.gradient) {
            *parameter -= 0.1 * slope;
        }
        value
    }
}

#[test]
fn after_the_second_step_no_array_buffer_is_allocated() {
    let mut training = Training::new();
    let inputs = Array::new(&[BATCH, INPUTS], noise(BATCH * INPUTS)).unwrap();
    let labels: Vec<usize> = (0..BATCH).map(|i| i % CLASSES).collect();
    let first = training.step(&inputs, &labels);
    assert!(BUFFERS.get() > 10, "the first step allocates, or nothing is counted");
    training.step(&inputs, &labels);
    let before = BUFFERS.get();
    let mut last = first;
    for _ in 0..10 {
        last = training.step(&inputs, &labels);
    }
    assert_eq!(BUFFERS.get() - before, 0);
    assert!(last < first, "the loss falls from {first}, found {last}");
}

#[test]
fn a_smaller_batch_in_between_costs_the_others_nothing() {
    let mut training = Training::new();
    let [batch, small] =
        [BATCH, BATCH / 2].map(|rows| Array::new(&[rows, INPUTS], noise(rows * INPUTS)).unwrap());
    let labels: Vec<usize> = (0..BATCH).map(|i| i % CLASSES).collect();
    training.step(&batch, &labels);
    training.step(&batch, &labels);
    let before = BUFFERS.get();
    training.step(&small, &labels[..BATCH / 2]);
    assert!(BUFFERS.get() > before, "its buffers are new");
    let before = BUFFERS.get();
    training.step(&batch, &labels);
    assert_eq!(BUFFERS.get() - before, 0);
}
