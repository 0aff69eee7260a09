//! Room to work in, which is no part of a method's state.

use std::fmt;

/// Buffers that a method keeps from step to step, so that no step after the first allocates.
///
/// They are no part of its state: whatever they hold, they equal any others, are not saved (`#[serde(skip)]`) and are empty in a
/// copy.
#[derive(Default)]
pub struct Scratch<B>(pub(crate) B);

impl<B: Default> Clone for Scratch<B> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<B> PartialEq for Scratch<B> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<B> fmt::Debug for Scratch<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch")
    }
}
