//! One operation on arrays, forwards alone and with its gradient.

use std::hint::black_box;

use autograd::{Array, Tape, Var};

/// An operation with its operands, a cotangent for its result, and a tape that is used again and again.
pub struct Pass<F> {
    operation: F,
    operands: Vec<Array<f32>>,
    cotangent: Array<f32>,
    tape: Tape<Array<f32>>,
}

impl<F: for<'t> Fn(&[Var<'t, Array<f32>>]) -> Var<'t, Array<f32>>> Pass<F> {
    /// An operation to be timed on these operands.
    pub fn new(operation: F, operands: Vec<Array<f32>>) -> Self {
        let constants: Vec<_> = operands.iter().cloned().map(Var::constant).collect();
        let cotangent = Array::full(operation(&constants).value().shape(), 0.5);
        Self { operation, operands, cotangent, tape: Tape::new() }
    }

    /// The result alone: nothing is recorded.
    pub fn run(&self) {
        let constants: Vec<_> = self.operands.iter().cloned().map(Var::constant).collect();
        black_box((self.operation)(&constants));
    }

    /// The result, recorded, and the cotangents of all operands.
    pub fn run_with_gradient(&mut self) {
        let variables = self.tape.vars(&self.operands);
        let result = (self.operation)(&variables);
        let gradient = self.tape.pullback(&result, self.cotangent.clone());
        black_box((result.value(), gradient.wrt(&variables[0])));
        drop((variables, result));
        self.tape.recycle(gradient);
        self.tape.clear();
    }
}
