//! The few operations on vectors that methods share.

use num_traits::Float;

/// aᵀb, in as many partial sums as a processor adds at a time: one sum alone would wait for itself. The order is fixed, so
/// the result is too.
pub(crate) fn dot<T: Float>(a: &[T], b: &[T]) -> T {
    let (a_lanes, a_rest) = a.as_chunks::<16>();
    let (b_lanes, b_rest) = b.as_chunks::<16>();
    let mut sums = [T::zero(); 16];
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum = *sum + a * b;
        }
    }
    let rest = a_rest.iter().zip(b_rest).fold(T::zero(), |sum, (&a, &b)| sum + a * b);
    sums.iter().fold(rest, |total, &sum| total + sum)
}

/// y + a x, into y.
pub(crate) fn add_scaled<T: Float>(y: &mut [T], a: T, x: &[T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = *y + a * x;
    }
}

/// max |xᵢ|; NaN if an entry is.
pub(crate) fn largest_entry<T: Float>(x: &[T]) -> T {
    x.iter().fold(T::zero(), |largest, &x| if x.abs() > largest || x.is_nan() { x.abs() } else { largest })
}

/// Σ |xᵢ|.
pub(crate) fn sum_of_sizes<T: Float>(x: &[T]) -> T {
    x.iter().fold(T::zero(), |sum, &x| sum + x.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_of_every_length_are_those_of_whole_numbers() {
        for len in 0..70_usize {
            let a: Vec<f64> = (0..len).map(|i| i as f64 - 20.0).collect();
            let b: Vec<f64> = (0..len).map(|i| (i * i) as f64).collect();
            assert_eq!(dot(&a, &b), a.iter().zip(&b).map(|(a, b)| a * b).sum::<f64>());
        }
    }

    #[test]
    fn a_nan_is_the_largest_entry_wherever_it_stands() {
        for x in [[f64::NAN, 1.0, -3.0], [1.0, f64::NAN, 0.5], [1.0, 2.0, f64::NAN]] {
            assert!(largest_entry(&x).is_nan());
        }
        assert_eq!(largest_entry(&[1.0, -3.0, 2.0]), 3.0);
    }
}
