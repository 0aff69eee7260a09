//! Operations divided among threads: the same bits on any number of them.

use autograd::op::convolution::Convolution;
use autograd::op::pool::Pooling;
use autograd::{Algebra, Array, ArrayOps, Element, Parameters, Tape, Var, with_threads};

fn noise(count: usize, stream: u32) -> Vec<f32> {
    let mut state = stream;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// The loss and the gradient of a small convolutional network whose arrays are long enough to be divided.
fn gradient(threads: usize) -> (f32, Vec<f32>) {
    let layout = autograd::Layout::new()
        .with("kernels", &[16, 1, 5, 5])
        .with("bias", &[16, 1, 1])
        .with("other kernels", &[24, 8, 3, 3])
        .with("weight", &[24 * 5 * 5, 200])
        .with("other bias", &[200])
        .with("other weight", &[200, 10]);
    let parameters = Parameters::new(layout.clone(), noise(layout.len(), 1));
    let images = Array::new(&[70, 1, 28, 28], noise(70 * 28 * 28, 2)).unwrap();
    let labels: Vec<usize> = (0..70).map(|i| i % 10).collect();
    let mut slopes = vec![0.0; parameters.len()];
    let tape = Tape::new();
    let loss = with_threads(threads, || {
        let variables = parameters.record(&tape);
        let [kernels, bias, others, weight, other_bias, other_weight] = &variables[..] else {
            unreachable!()
        };
        let images = Var::constant(images);
        let first =
            (images.conv2d(kernels, Convolution::default()) + bias).tanh().max_pool2d(Pooling::of([2, 2]));
        let grouped = Convolution { groups: 2, ..Convolution::default() };
        let second = first.conv2d(others, grouped).sigmoid().average_pool2d(Pooling::of([2, 2]));
        let features = second.reshape(&[70, 24 * 5 * 5]);
        let scores = features.linear(weight, other_bias).relu().matmul(other_weight);
        parameters.gradient(&tape, &scores.softmax_cross_entropy(&labels).mean_all(), &mut slopes)
    });
    (loss, slopes)
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (loss, slopes) = gradient(1);
    assert!(loss.is_finite() && slopes.iter().any(|&slope| slope != 0.0));
    for threads in [2, 3, 5] {
        let (other_loss, other_slopes) = gradient(threads);
        assert_eq!(other_loss.to_bits(), loss.to_bits());
        let differ = slopes.iter().zip(&other_slopes).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
        assert_eq!(differ, 0, "of {} on {threads} threads", slopes.len());
    }
}

fn check_products_of_every_lie<T: Element + From<f32>>() {
    // Each has 2²² multiplications or more: smaller ones are not divided.
    for [m, k, n] in [
        [128, 784, 512],
        [300, 70, 500],
        [2, 2048, 1024],
        [3, 2000, 800],
        [7, 1000, 700],
        [3000, 1, 1500],
        [1, 2100, 2100],
    ] {
        let [left, right] = [noise(m * k, 3), noise(k * n, 4)]
            .map(|elements| elements.into_iter().map(<T as From<f32>>::from).collect::<Vec<_>>());
        let plain = [Array::new(&[m, k], left.clone()).unwrap(), Array::new(&[k, n], right.clone()).unwrap()];
        let turned =
            [Array::new(&[k, m], left).unwrap().transpose(), Array::new(&[n, k], right).unwrap().transpose()];
        for left in [&plain[0], &turned[0]] {
            for right in [&plain[1], &turned[1]] {
                let one = left.matmul(right);
                for threads in [2, 4] {
                    assert_eq!(with_threads(threads, || left.matmul(right)), one, "{m}×{k}×{n} on {threads}");
                }
            }
        }
    }
}

#[test]
fn products_of_every_lie_have_the_same_bits() {
    check_products_of_every_lie::<f32>();
    check_products_of_every_lie::<f64>();
}

#[test]
#[should_panic(expected = "a computation needs a thread")]
fn no_thread_is_refused() {
    with_threads(0, || ());
}
