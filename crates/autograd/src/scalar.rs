//! Recorded numbers as numbers: `Var<'_, T>` implements the traits of num-traits.

use num_traits::Float;

use crate::kink::Kink;
use crate::number::implement_number;
use crate::value::Value;
use crate::var::Var;

impl<T: Float> Var<'_, T> {
    /// Notes on the tape that a derivative taken here is a choice.
    #[cold]
    fn note_kink(self, operation: &'static str) {
        if let Some(tape) = self.tape {
            tape.note_kink(Kink { operation, elements: 1 });
        }
    }

    /// Whether no derivative with respect to this number can be asked for.
    #[inline]
    fn is_inert(&self) -> bool {
        self.is_constant()
    }
}

impl<V: Value + std::fmt::Debug> std::fmt::Debug for Var<'_, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
