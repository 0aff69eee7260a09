//! Sums over samples on several threads: the same bits as on one.

use autograd::{Array, ArrayOps, Var, par_value_and_grad, value_and_grad};
use num_traits::Float;

fn error<F: Float>(w: &[F], &(x, y): &(f64, f64)) -> F {
    let number = |x: f64| F::from(x).unwrap();
    let prediction = (w[0] * number(x)).sin() * w[1] + w[2];
    (prediction - number(y)).powi(2)
}

fn samples(count: usize) -> Vec<(f64, f64)> {
    (0..count).map(|i| i as f64 * 0.37).map(|x| (x, (x * 1.3).cos() / (1.0 + x))).collect()
}

fn on_threads<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let w: [f64; 3] = [0.8, 1.1, -0.3];
    for count in [1, 2, 63, 64, 65, 1000, 4321] {
        let samples = samples(count);
        let on =
            |threads| on_threads(threads, || par_value_and_grad(|w, sample| error(w, sample), &w, &samples));
        let alone = on(1);
        for threads in [2, 3, 8] {
            let found = on(threads);
            assert_eq!(found.0.to_bits(), alone.0.to_bits(), "{count} samples on {threads} threads");
            assert!(found.1.iter().zip(&alone.1).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
        let (value, gradient) = value_and_grad(|w| samples.iter().map(|sample| error(w, sample)).sum(), &w);
        assert!((value - alone.0).abs() <= 1e-12 * value.abs());
        for (a, b) in gradient.iter().zip(&alone.1) {
            assert!((a - b).abs() <= 1e-11 * a.abs().max(1.0), "{a} is not {b}");
        }
    }
}

#[test]
fn arrays_and_kinks() {
    let w = [Array::vector(&[1.0_f32, -1.0])];
    let samples: Vec<Array<f32>> = (0..200).map(|i| Array::vector(&[i as f32, 1.0])).collect();
    let (value, gradient) =
        par_value_and_grad(|w, x| (&w[0] * &Var::constant(x.clone())).sum_all().relu(), &w, &samples);
    // Σ max(i − 1, 0), at the kink for i = 1, and 0 for i = 0.
    assert_eq!(value.item(), Some((2..200).map(|i| (i - 1) as f32).sum()));
    assert_eq!(gradient[0].to_vec(), [(2..200).map(|i| i as f32).sum(), 198.0]);
}

#[test]
#[should_panic(expected = "at least one")]
fn no_sample_is_refused() {
    let _ = par_value_and_grad(|w, _: &f64| w[0], &[1.0], &[]);
}
