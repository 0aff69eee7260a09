//! Runs the claims of the lecture, decides each by a criterion fixed beforehand, and writes the reports.

pub mod claim;
pub mod claims;
pub mod cli;
pub mod data;
pub mod error;
pub mod model;
pub mod report;
pub mod run;
pub mod stats;

pub use error::Error;

/// The code of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
