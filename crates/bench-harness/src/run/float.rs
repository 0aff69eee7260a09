//! Numbers that may be infinite or not a number, in JSON, which knows neither.
//!
//! serde_json writes ∞ and NaN as `null`, which reads back as an error, or silently as `None`. A result that may hold
//! one, such as the loss of a run that diverged, names this module at its fields:
//!
//! ```
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Outcome {
//!     #[serde(with = "bench_harness::run::float")]
//!     final_loss: f64,
//!     #[serde(with = "bench_harness::run::float::vec")]
//!     curve: Vec<f64>,
//! }
//!
//! let diverged = Outcome { final_loss: f64::INFINITY, curve: vec![0.5, f64::NEG_INFINITY] };
//! let text = serde_json::to_string(&diverged)?;
//! assert_eq!(text, r#"{"final_loss":"inf","curve":[0.5,"-inf"]}"#);
//! assert_eq!(serde_json::from_str::<Outcome>(&text)?, diverged);
//! # Ok::<(), serde_json::Error>(())
//! ```

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number as JSON holds it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Finite(f64),
    Word(String),
}

impl From<f64> for Written {
    fn from(value: f64) -> Self {
        let word = match value {
            f64::INFINITY => "inf",
            f64::NEG_INFINITY => "-inf",
            value if value.is_nan() => "nan",
            value => return Self::Finite(value),
        };
        Self::Word(word.to_owned())
    }
}

impl Written {
    fn value(&self) -> Result<f64, String> {
        match self {
            Self::Finite(value) => Ok(*value),
            Self::Word(word) => match word.as_str() {
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                "nan" => Ok(f64::NAN),
                other => Err(format!("expected a number, \"inf\", \"-inf\" or \"nan\", found {other:?}")),
            },
        }
    }
}

/// Writes a number, or "inf", "-inf" or "nan".
///
/// # Errors
/// Those of the serialiser.
pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    Written::from(*value).serialize(serializer)
}

/// Reads what [`serialize()`] wrote.
///
/// # Errors
/// If there is neither a number nor one of the three words.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Written::deserialize(deserializer)?.value().map_err(D::Error::custom)
}

/// The same for lists of numbers.
pub mod vec {
    use super::{Deserialize, Deserializer, Serializer, Written};
    use serde::de::Error as _;

    /// Writes a list whose elements are numbers, "inf", "-inf" or "nan".
    ///
    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|&value| Written::from(value)))
    }

    /// Reads what [`serialize()`] wrote.
    ///
    /// # Errors
    /// If an element is neither a number nor one of the three words.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        let written = Vec::<Written>::deserialize(deserializer)?;
        written.iter().map(Written::value).collect::<Result<_, _>>().map_err(D::Error::custom)
    }
}
