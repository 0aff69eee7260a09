//! Properties of all losses, on batches that are drawn.

use autograd::Array;
use losses_optim::loss::{Convexity, Reduction, Sign};
use proptest::prelude::*;

use crate::support::{Ask, MEAN, NUMBERS, SAMPLES, SUM, all, batch, predictions, targets, width};

/// A batch of numbers that lands on kinks often, and one that does not.
fn on_and_off_kinks() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let half = (-8i32..=8).prop_map(|x| f64::from(x) / 2.0);
    (prop::collection::vec(half, NUMBERS), prop::collection::vec(-10f64..10.0, NUMBERS))
}

proptest! {
    /// f(y) ≥ f(x) + g·(y − x) for every convex loss, with the gradient that reverse mode gives, kinks included.
    #[test]
    fn the_subgradient_inequality_holds((x, y) in on_and_off_kinks()) {
        for (entry, loss) in all().filter(|(entry, _)| entry.convexity == Convexity::Convex) {
            let ((here, data), (there, _)) = (batch(entry.name, &x), batch(entry.name, &y));
            let f = |x: &Array<f64>| (loss.value)(x, &data, &SUM).unwrap().item().unwrap();
            let step = &there - &here;
            let slope = (&(loss.gradient)(&here, &data, &SUM) * &step).to_vec().iter().sum::<f64>();
            let (bound, value) = (f(&here) + slope, f(&there));
            let slack = 1e-12 * (1.0 + value.abs() + f(&here).abs() + slope.abs());
            prop_assert!(value >= bound - slack, "{}: {value} below {bound}", entry.name);
        }
    }

    /// f(λx + (1 − λ)y) ≤ λf(x) + (1 − λ)f(y) for every convex loss.
    #[test]
    fn convex_losses_are_convex((x, y) in on_and_off_kinks(), share in 0f64..1.0) {
        for (entry, loss) in all().filter(|(entry, _)| entry.convexity == Convexity::Convex) {
            let ((here, data), (there, _)) = (batch(entry.name, &x), batch(entry.name, &y));
            let f = |x: &Array<f64>| (loss.value)(x, &data, &SUM).unwrap().item().unwrap();
            let between = &here * share + &there * (1.0 - share);
            let (chord, value) = (share * f(&here) + (1.0 - share) * f(&there), f(&between));
            let slack = 1e-12 * (1.0 + f(&here).abs() + f(&there).abs());
            prop_assert!(value <= chord + slack, "{}: {value} above {chord}", entry.name);
        }
    }

    #[test]
    fn losses_that_say_so_are_not_negative((x, y) in on_and_off_kinks()) {
        for (entry, loss) in all().filter(|(entry, _)| entry.sign == Sign::NonNegative) {
            for numbers in [&x, &y] {
                let (x, data) = batch(entry.name, numbers);
                let losses = (loss.value)(&x, &data, &Ask::PerSample).unwrap().to_vec();
                // A divergence is a sum of terms of both signs, and 0 only up to their rounding.
                prop_assert!(losses.iter().all(|&l| l >= -1e-14), "{}: {losses:?}", entry.name);
            }
        }
    }

    /// The gradient of the mean is the mean of the samples' gradients, their order is of no consequence, and a sample of
    /// weight 2 is two samples.
    #[test]
    fn a_batch_is_its_samples((_, numbers) in on_and_off_kinks()) {
        for (entry, loss) in all() {
            let (name, width) = (entry.name, width(entry.name));
            let numbers = &numbers[..width * SAMPLES];
            let sample = |i: usize| &numbers[i * width..(i + 1) * width];
            let of = |order: &[usize]| {
                let x = predictions(name, &order.iter().flat_map(|&i| sample(i).to_vec()).collect::<Vec<_>>());
                (x, targets(name, order))
            };
            let mean = |order: &[usize]| {
                let (x, data) = of(order);
                (loss.gradient)(&x, &data, &MEAN).to_vec()
            };
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-13 * (1.0 + b.abs());
            let (whole, turned) = (mean(&[0, 1, 2]), mean(&[2, 0, 1]));
            for i in 0..SAMPLES {
                let alone = mean(&[i]);
                for k in 0..width {
                    let found = whole[i * width + k];
                    prop_assert!(close(found, alone[k] / SAMPLES as f64), "{name}");
                    prop_assert!(close(turned[(i + 1) % SAMPLES * width + k], found), "{name}");
                }
            }
            let (x, data) = of(&[0, 1, 2]);
            let value = |ask| (loss.value)(&x, &data, &ask).unwrap().item().unwrap();
            let (twice, data_twice) = of(&[0, 1, 1, 2]);
            for reduction in [Reduction::Sum, Reduction::Mean] {
                prop_assert!(close(value(Ask::Weighted(vec![1.0; 3], reduction)), value(Ask::Evaluate(reduction))));
                let twice = (loss.value)(&twice, &data_twice, &Ask::Evaluate(reduction)).unwrap();
                let weighted = value(Ask::Weighted(vec![1.0, 2.0, 1.0], reduction));
                prop_assert!(close(weighted, twice.item().unwrap()), "{name}");
            }
        }
    }
}
