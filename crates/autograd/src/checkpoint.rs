//! Recomputing instead of storing.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

use crate::kink::Kink;
use crate::subdifferential::Exploration;
use crate::tape::{Index, Tape};
use crate::value::Value;
use crate::var::Var;

/// Applies `f` without recording its inside: the tape keeps the inputs and the outputs, and the reverse sweep evaluates `f`
/// once more to get at the rest.
///
/// The gradient is the same, but that what an input receives from within is added up first, before it meets what it receives
/// from elsewhere. The memory is that of the inputs and outputs, plus, while the sweep passes, that of one recording of `f`;
/// the time is one more evaluation of `f`. Segments nest, and so do derivatives.
///
/// `f` owns what it captures; recorded variables it receives as inputs, or their derivatives would be lost: the compiler
/// refuses to capture one.
///
/// ```
/// use autograd::{Tape, checkpoint};
/// use num_traits::Float;
///
/// let tape = Tape::new();
/// let x = tape.var(0.5);
/// let y = checkpoint(|x| vec![(0..1000).fold(x[0], |y, _| (y * x[0]).sin() + x[0])], &[x])[0];
/// assert_eq!(tape.nodes(), 0, "a thousand steps, of which only the result is kept");
/// let gradient = tape.gradient(&y);
/// let stored = autograd::grad(|x| (0..1000).fold(x[0], |y, _| (y * x[0]).sin() + x[0]), &[0.5]);
/// assert_eq!(gradient.wrt(&x), stored[0]);
/// ```
///
/// For a long chain of equal steps see [`checkpoint_chain`].
///
/// # Panics
/// If the inputs were recorded on different tapes.
#[track_caller]
pub fn checkpoint<'t, V: Value>(
    f: impl for<'s> Fn(&[Var<'s, V>]) -> Vec<Var<'s, V>> + 'static,
    inputs: &[Var<'t, V>],
) -> Vec<Var<'t, V>> {
    let constants: Vec<_> = inputs.iter().map(|input| Var::constant(input.value.clone())).collect();
    let outputs: Vec<V> = f(&constants).into_iter().map(|output| output.value).collect();
    let Some(tape) = inputs.iter().find_map(|input| input.tape) else {
        return outputs.into_iter().map(Var::constant).collect();
    };
    for input in inputs {
        if let Some(other) = input.tape {
            crate::tape::assert_same_tape(tape, other);
        }
    }
    tape.recomputed(Box::new(f), inputs, outputs)
}

/// Applies `step` to a state `count` times, and keeps about √count states instead of all: the memory of a long chain falls
/// from count recordings to 2√count of them, for one more evaluation.
///
/// `step` is given its number, the state, and parameters that all steps share. The chain is cut into √count segments of
/// √count steps, each a [`checkpoint`] (A. Griewank 1992, Optimization Methods and Software 1, pages 35–54, who goes on to
/// logarithmic memory by cutting the segments again; T. Chen, B. Xu, C. Zhang & C. Guestrin 2016, arXiv:1604.06174, for
/// networks).
///
/// ```
/// use autograd::{checkpoint_chain, value_and_grad};
///
/// // A hundred steps of x ← x − r·x, with respect to x and r.
/// let (end, gradient) = value_and_grad(
///     |v| checkpoint_chain(100, |_, x, r| vec![x[0] - x[0] * r[0]], &v[..1], &v[1..])[0],
///     &[1.0, 0.01],
/// );
/// assert!((end - 0.99_f64.powi(100)).abs() < 1e-15);
/// assert!((gradient[1] + 100.0 * 0.99_f64.powi(99)).abs() < 1e-12);
/// ```
///
/// # Panics
/// If the variables were recorded on different tapes.
#[track_caller]
pub fn checkpoint_chain<'t, V: Value>(
    count: usize,
    step: impl for<'s> Fn(usize, &[Var<'s, V>], &[Var<'s, V>]) -> Vec<Var<'s, V>> + Clone + 'static,
    state: &[Var<'t, V>],
    parameters: &[Var<'t, V>],
) -> Vec<Var<'t, V>> {
    let length = (1..).find(|length| length * length >= count).expect("a number has a root");
    let mut state = state.to_vec();
    for start in (0..count).step_by(length.max(1)) {
        let end = (start + length).min(count);
        let width = state.len();
        let step = step.clone();
        let inputs: Vec<_> = state.iter().chain(parameters).cloned().collect();
        state = checkpoint(move |inputs| run(start..end, &step, inputs, width), &inputs);
    }
    state
}

/// The steps of one segment. A function, for the lifetimes of what it takes and gives are one.
fn run<'s, V: Value>(
    steps: Range<usize>,
    step: &impl for<'a> Fn(usize, &[Var<'a, V>], &[Var<'a, V>]) -> Vec<Var<'a, V>>,
    inputs: &[Var<'s, V>],
    width: usize,
) -> Vec<Var<'s, V>> {
    let (state, parameters) = inputs.split_at(width);
    steps.fold(state.to_vec(), |state, index| step(index, &state, parameters))
}

/// What can be evaluated again on a tape of its own.
pub(crate) trait Recomputable<V: Value> {
    fn evaluate<'s>(&self, inputs: &[Var<'s, V>]) -> Vec<Var<'s, V>>;
}

impl<V: Value, F: for<'s> Fn(&[Var<'s, V>]) -> Vec<Var<'s, V>>> Recomputable<V> for F {
    fn evaluate<'s>(&self, inputs: &[Var<'s, V>]) -> Vec<Var<'s, V>> {
        self(inputs)
    }
}

/// A part of a recording that is not stored. Its outputs are leaves of the tape, which the sweep has finished with when it
/// comes to them.
pub(crate) struct Segment<V: Value> {
    function: Box<dyn Recomputable<V>>,
    inputs: Vec<V>,
    /// Where the cotangents of the inputs go; `None` for constants.
    origins: Vec<Option<(Index, V::Pending)>>,
    outputs: Vec<V>,
    first_output: Index,
}

impl<V: Value> Segment<V> {
    pub(crate) fn new(
        function: Box<dyn Recomputable<V>>,
        inputs: &[Var<'_, V>],
        outputs: &[Var<'_, V>],
        first_output: Index,
    ) -> Self {
        Self {
            function,
            inputs: inputs.iter().map(|input| input.value.clone()).collect(),
            origins: inputs
                .iter()
                .map(|input| input.tape.map(|_| (input.index, input.pending.clone())))
                .collect(),
            outputs: outputs.iter().map(|output| output.value.clone()).collect(),
            first_output,
        }
    }

    pub(crate) fn first_output(&self) -> Index {
        self.first_output
    }

    pub(crate) fn has_output(&self, leaf: Index) -> bool {
        (self.first_output as usize..self.first_output as usize + self.outputs.len())
            .contains(&(leaf as usize))
    }

    /// Where the inputs come from.
    pub(crate) fn origins(&self) -> Vec<Index> {
        self.origins.iter().flatten().map(|(index, _)| *index).collect()
    }

    /// Evaluates the segment again and passes the cotangents of its outputs on to its inputs. The kinks that are met go to
    /// the same lists as if the segment had been recorded.
    pub(crate) fn sweep(
        &self,
        adjoints: &mut [V::Adjoint],
        exploration: Option<Exploration>,
    ) -> (Vec<Kink>, Option<Exploration>) {
        let cotangents = self
            .outputs
            .iter()
            .enumerate()
            .map(|(position, output)| V::total(&adjoints[self.first_output as usize + position], output));
        let cotangents: Vec<V> = cotangents.collect();
        let tape = Tape::new();
        let explores = exploration.is_some();
        if let Some(exploration) = exploration {
            tape.explore(exploration);
        }
        let inputs: Vec<_> = self
            .inputs
            .iter()
            .zip(&self.origins)
            .map(|(input, origin)| match origin {
                Some(_) => tape.var(input.clone()),
                None => Var::constant(input.clone()),
            })
            .collect();
        let outputs = self.function.evaluate(&inputs);
        let gradient = tape.pullback_many(&outputs, cotangents);
        for (input, origin) in inputs.iter().zip(&self.origins) {
            if let Some((index, pending)) = origin {
                V::accumulate(&mut adjoints[*index as usize], gradient.wrt(input), pending);
            }
        }
        (gradient.kinks().to_vec(), explores.then(|| tape.explored()))
    }
}
