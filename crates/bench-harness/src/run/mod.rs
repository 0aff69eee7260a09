//! The laboratory a claim works in.

/// The laboratory a claim works in: its scale, seeds, data and store of finished cells.
#[derive(Debug)]
pub struct Laboratory {}
