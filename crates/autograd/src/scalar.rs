//! Recorded numbers as numbers: `Var<'_, T>` implements the traits of num-traits.

use num_traits::Float;

use crate::dual::Dual;
use crate::kink::Kink;
use crate::number::{implement_number, implement_plain_left, implement_plain_nested};
use crate::subdifferential::Side;
use crate::tape::assert_same_tape;
use crate::value::Value;
use crate::var::Var;

impl<T: Float> Var<'_, T> {
    /// Notes on the operands' tape, if one of them is recorded, that a derivative taken here is a choice. Returns the side
    /// to take if the tape asks for one.
    #[cold]
    fn meet_kink(operation: &'static str, operands: [Self; 2]) -> Option<Side> {
        let tape = operands.iter().find_map(|operand| operand.tape)?;
        tape.note_kink(Kink { operation, elements: 1 });
        tape.side()
    }

    /// As [`Self::meet_kink`], for a kink beside which the derivatives are not finitely many.
    #[cold]
    fn meet_round_kink(operation: &'static str, operands: [Self; 2]) {
        if let Some(tape) = operands.iter().find_map(|operand| operand.tape) {
            tape.note_kink(Kink { operation, elements: 1 });
            if let Some(exploration) = tape.exploration().borrow_mut().as_mut() {
                exploration.refuse(operation);
            }
        }
    }

    /// For operations that return one of their operands as it is.
    ///
    /// # Panics
    /// If the two were recorded on different tapes.
    #[inline]
    #[track_caller]
    fn assert_compatible(&self, other: &Self) {
        if let (Some(left), Some(right)) = (self.tape, other.tape) {
            assert_same_tape(left, right);
        }
    }

    /// Whether no derivative with respect to this number can be asked for.
    #[inline]
    fn is_inert(&self) -> bool {
        self.is_constant()
    }
}

impl<V: Value + core::fmt::Debug> core::fmt::Debug for Var<'_, V> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.tape {
            None => write!(f, "{:?} (constant)", self.value),
            Some(_) => write!(f, "{:?} (#{})", self.value, self.index),
        }
    }
}

impl<T: Float + Default> Default for Var<'_, T> {
    fn default() -> Self {
        Self::constant(T::default())
    }
}

implement_number!(['t, T: Float] Var<'t, T>);

implement_plain_left! {
    f32 => ['t] Var<'t, f32>;
    f64 => ['t] Var<'t, f64>;
}

implement_plain_nested! {
    f32 => ['t] Var<'t, Dual<f32>>, of Dual<f32>;
    f64 => ['t] Var<'t, Dual<f64>>, of Dual<f64>;
    f32 => ['s, 't] Var<'s, Var<'t, f32>>, of Var<'t, f32>;
    f64 => ['s, 't] Var<'s, Var<'t, f64>>, of Var<'t, f64>;
}
