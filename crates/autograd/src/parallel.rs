//! Data parallelism: one tape for each task, and sums in a fixed order.

use std::ops::Add;

use rayon::prelude::*;

use crate::tape::Tape;
use crate::value::Value;
use crate::var::Var;

/// The most parts that samples are divided into. More would balance better and cost memory, a gradient for each.
const PARTS: usize = 64;

/// The sum over samples of a scalar function, and its gradient at `x`, on rayon's threads.
///
/// ```text
/// F(x) = Σᵢ f(x, sampleᵢ)      ∇F(x) = Σᵢ ∇f(x, sampleᵢ)
/// ```
///
/// Each sample is recorded on a tape that its part keeps, and swept at once, so that the recording stays in the cache: for
/// sums this is often the faster way even on one thread. The samples are divided into at most 64 parts of equal length,
/// whatever the number of threads; each part adds up in order, and then the parts in order. Hence the same bits come out on
/// any number of threads.
///
/// ```
/// use autograd::par_value_and_grad;
///
/// // The squared error of a line through the origin.
/// let samples: Vec<(f64, f64)> = (0..1000).map(|i| (f64::from(i), 2.0 * f64::from(i))).collect();
/// let (loss, gradient) = par_value_and_grad(
///     |w, &(x, y)| {
///         let error = w[0] * x - y;
///         error * error
///     },
///     &[2.0],
///     &samples,
/// );
/// assert_eq!((loss, gradient[0]), (0.0, 0.0));
/// ```
///
/// # Panics
/// If there is no sample, for then there is nothing to tell the form of the value by; or if a result is not scalar.
#[track_caller]
pub fn par_value_and_grad<V, S>(
    f: impl for<'t> Fn(&[Var<'t, V>], &S) -> Var<'t, V> + Sync,
    x: &[V],
    samples: &[S],
) -> (V, Vec<V>)
where
    V: Value + Add<Output = V> + Send + Sync,
    S: Sync,
{
    assert!(!samples.is_empty(), "a sum over samples needs at least one");
    let length = samples.len().div_ceil(PARTS);
    let parts: Vec<(V, Vec<V>)> = samples.par_chunks(length).map(|part| sum_in_order(&f, x, part)).collect();
    parts.into_iter().reduce(add).expect("there is a sample, hence a part")
}

/// The sum over the samples of one part.
fn sum_in_order<V: Value + Add<Output = V>, S>(
    f: &impl for<'t> Fn(&[Var<'t, V>], &S) -> Var<'t, V>,
    x: &[V],
    samples: &[S],
) -> (V, Vec<V>) {
    let mut tape = Tape::new();
    let mut of_sample = |sample| {
        tape.clear();
        let variables = tape.vars(x);
        let result = f(&variables, sample);
        let gradient = tape.gradient(&result);
        let slopes = variables.iter().map(|variable| gradient.wrt(variable)).collect();
        tape.recycle(gradient);
        (result.value, slopes)
    };
    let mut sum: (V, Vec<V>) = of_sample(&samples[0]);
    for sample in &samples[1..] {
        sum = add(sum, of_sample(sample));
    }
    sum
}

fn add<V: Add<Output = V>>(left: (V, Vec<V>), right: (V, Vec<V>)) -> (V, Vec<V>) {
    (left.0 + right.0, left.1.into_iter().zip(right.1).map(|(a, b)| a + b).collect())
}
