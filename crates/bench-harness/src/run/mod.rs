//! Running claims: the laboratory they work in, the grid of stored cells, the seeds, and what is recorded of a run.

mod cells;
mod finite;
pub mod float;
mod laboratory;
mod options;
mod progress;
mod provenance;
pub mod publish;
mod runner;
pub mod seed;
mod store;
mod turns;

pub use laboratory::Laboratory;
pub use options::{Options, Progress, Store};
pub use runner::{Run, Summary, run_claims};
