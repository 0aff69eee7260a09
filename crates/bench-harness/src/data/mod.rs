//! Data sets: the one that ships, and readers of the usual files of two others.
//!
//! A reader trusts nothing that a file says of itself: sizes are checked against what is there before anything is
//! believed, nothing is allocated on a header's word, and damage becomes an [`Error::Data`](crate::Error::Data) that
//! names the file, what was expected, what was found and what to do.

pub mod checksum;
pub mod cifar10;
mod dataset;
mod digits;
pub mod idx;
pub mod mnist;
mod source;

pub use dataset::{Dataset, Split, WrongLabels};
pub use digits::digits;
