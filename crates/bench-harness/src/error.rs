//! What can go wrong in the harness, and the exit code each failure ends the program with.

use std::path::PathBuf;

/// A failure of the harness: what was expected, what was found, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A request that cannot be carried out as it was worded.
    #[error("{0}")]
    Usage(String),

    /// A data file that is missing or damaged.
    #[error("{path}: expected {expected}, found {found}\n  {remedy}")]
    Data {
        /// The file, or the directory that should hold it.
        path: PathBuf,
        /// What a sound file would hold there.
        expected: String,
        /// What is there.
        found: String,
        /// The command or action that mends it.
        remedy: String,
    },

    /// The operating system refused to read or write.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// "read", "write", "create" …
        action: &'static str,
        /// The file or directory concerned.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },

    /// A result that is no result: a run that failed its sanity gates.
    #[error("claim {claim}: {reason}")]
    Invalid {
        /// The claim whose run it was.
        claim: String,
        /// The gate that failed, with its numbers.
        reason: String,
    },
}

impl Error {
    /// The failure of a claim whose numbers do not allow the statistic that would decide it.
    pub fn undecidable(claim: &str) -> impl Fn(crate::stats::Error) -> Self + '_ {
        move |error| Self::Invalid { claim: claim.to_owned(), reason: error.to_string() }
    }

    /// The program's exit code for this failure: 2 for usage, 3 for data, input/output and invalid runs.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Data { .. } | Self::Io { .. } | Self::Invalid { .. } => 3,
        }
    }
}
