//! What the benchmarks share: how they are set up, the floors they are measured against, the step they train, and the
//! scalar objectives they differentiate.
//!
//! Absolute times do not carry over from machine to machine, nor from a quiet hour to a busy one. So each benchmark does
//! two things: Criterion times its kernels one after the other and remembers them, and a table at the end gives ratios to
//! a floor (bare matrix products, copied bytes) of times taken [in turns](timing::in_turns), which a busy machine shifts
//! together.

pub mod bandwidth;
pub mod memory;
pub mod mixture;
pub mod objectives;
pub mod pass;
pub mod product;
pub mod reproduction;
pub mod setting;
pub mod table;
pub mod timing;
pub mod training;
