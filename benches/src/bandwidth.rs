//! The floor of everything that is limited by memory: the same bytes, copied.

use std::hint::black_box;

/// Two buffers, one copied onto the other. As everywhere in these benchmarks, bytes moved are bytes read plus bytes
/// written.
#[derive(Debug, Clone)]
pub struct CopiedBytes {
    from: Vec<f32>,
    to: Vec<f32>,
}

impl CopiedBytes {
    /// A copy that moves this many bytes.
    pub fn moving(bytes: usize) -> Self {
        let elements = bytes / (2 * size_of::<f32>());
        // Not of zeros: their pages would all be the one page that the system keeps for them.
        Self { from: vec![1.0; elements], to: vec![2.0; elements] }
    }

    /// The bytes moved.
    pub fn bytes(&self) -> usize {
        2 * size_of::<f32>() * self.from.len()
    }

    /// Copies.
    pub fn run(&mut self) {
        self.to.copy_from_slice(black_box(&self.from));
        black_box(&mut self.to);
    }
}
