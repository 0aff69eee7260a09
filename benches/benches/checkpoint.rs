//! What recomputing instead of storing saves and costs, over chains of growing length.
//!
//! Bytes are the peak of what a gradient has allocated at once, counted by the allocator: the tape, the adjoints and, for
//! arrays, everything that the nodes hold. Times are the medians of calls taken in turns.

use std::hint::black_box;

use autograd::{Array, ArrayAlgebra, ArrayOps, checkpoint_chain, value_and_grad};
use benches::table::{table, times};
use benches::timing::in_turns;
use num_traits::Float;

/// One explicit step of a Lotka–Volterra system with four rates: fourteen recorded operations.
fn predators<F: Float>(state: &[F], rates: &[F]) -> Vec<F> {
    let h = F::from(1e-3).unwrap();
    let (prey, hunters) = (state[0], state[1]);
    let eaten = prey * hunters;
    vec![
        prey + h * (rates[0] * prey - rates[1] * eaten),
        hunters + h * (rates[2] * eaten - rates[3] * hunters),
    ]
}

const START: [f64; 6] = [1.0, 0.5, 1.1, 0.4, 0.1, 0.4];

fn stored_numbers(steps: usize) -> Vec<f64> {
    value_and_grad(|v| (0..steps).fold(v[..2].to_vec(), |state, _| predators(&state, &v[2..]))[0], &START).1
}

fn recomputed_numbers(steps: usize) -> Vec<f64> {
    value_and_grad(
        |v| checkpoint_chain(steps, |_, state, rates| predators(state, rates), &v[..2], &v[2..])[0],
        &START,
    )
    .1
}

/// A layer of a recurrent network.
fn layer<A: ArrayAlgebra>(x: &A, weight: &A) -> A {
    x.matmul(weight).tanh()
}

fn network() -> [Array<f32>; 2] {
    let numbers = |count: usize, size: f32| (0..count).map(|i| size * (i as f32 * 0.7).sin()).collect();
    let shape = |rows: usize, columns: usize, size| {
        Array::new(&[rows, columns], numbers(rows * columns, size))
            .expect("the count is the product of the shape")
    };
    [shape(32, 64, 1.0), shape(64, 64, 0.2)]
}

fn stored_arrays(x: &[Array<f32>], steps: usize) -> Vec<Array<f32>> {
    value_and_grad(|x| (0..steps).fold(x[0].clone(), |y, _| layer(&y, &x[1])).sum_all(), x).1
}

fn recomputed_arrays(x: &[Array<f32>], steps: usize) -> Vec<Array<f32>> {
    value_and_grad(
        |x| checkpoint_chain(steps, |_, y, w| vec![layer(&y[0], &w[0])], &x[..1], &x[1..])[0].sum_all(),
        x,
    )
    .1
}

/// The most bytes that a call holds at once.
fn peak<R>(call: impl FnOnce() -> R) -> u64 {
    let measured = allocation_counter::measure(|| {
        black_box(call());
    });
    measured.bytes_max
}

fn main() {
    let x = network();
    let mut rows = table([
        "chain",
        "steps",
        "stored (bytes)",
        "recomputed (bytes)",
        "saved",
        "time, recomputed / stored",
    ]);
    for steps in [100, 1_000, 10_000, 100_000] {
        let (stored, recomputed) = (peak(|| stored_numbers(steps)), peak(|| recomputed_numbers(steps)));
        let [of_stored, of_recomputed] = in_turns(
            15,
            [
                &mut || {
                    black_box(stored_numbers(steps));
                },
                &mut || {
                    black_box(recomputed_numbers(steps));
                },
            ],
        );
        rows.add_row([
            "numbers".to_owned(),
            steps.to_string(),
            stored.to_string(),
            recomputed.to_string(),
            format!("{:.1}×", stored as f64 / recomputed as f64),
            times(of_recomputed, of_stored),
        ]);
    }
    for steps in [16, 64, 256, 1_024] {
        let (stored, recomputed) = (peak(|| stored_arrays(&x, steps)), peak(|| recomputed_arrays(&x, steps)));
        let [of_stored, of_recomputed] = in_turns(
            15,
            [
                &mut || {
                    black_box(stored_arrays(&x, steps));
                },
                &mut || {
                    black_box(recomputed_arrays(&x, steps));
                },
            ],
        );
        rows.add_row([
            "arrays".to_owned(),
            steps.to_string(),
            stored.to_string(),
            recomputed.to_string(),
            format!("{:.1}×", stored as f64 / recomputed as f64),
            times(of_recomputed, of_stored),
        ]);
    }
    println!("{rows}");
}
