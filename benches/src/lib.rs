//! What the benchmarks share.

pub mod objectives;
