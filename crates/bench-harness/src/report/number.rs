//! Numbers in JSON, which knows no infinity: "inf", "-inf" and "nan" stand for what is no finite number, so that a
//! run that never reached its target is read back as it was written.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number in its stored form.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Finite(f64),
    Named(String),
}

impl From<f64> for Stored {
    fn from(value: f64) -> Self {
        if value.is_finite() {
            Self::Finite(value)
        } else if value.is_nan() {
            Self::Named("nan".to_owned())
        } else {
            Self::Named(if value > 0.0 { "inf" } else { "-inf" }.to_owned())
        }
    }
}

impl Stored {
    fn value<E: de::Error>(self) -> Result<f64, E> {
        match self {
            Self::Finite(value) => Ok(value),
            Self::Named(name) => match name.as_str() {
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                "nan" => Ok(f64::NAN),
                other => Err(E::custom(format!(
                    "expected a number, \"inf\", \"-inf\" or \"nan\", found {other:?}"
                ))),
            },
        }
    }
}

/// For a field of type `f64`.
pub(super) mod one {
    use super::*;

    pub(in crate::report) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        Stored::from(*value).serialize(serializer)
    }

    pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<f64, D::Error> {
        Stored::deserialize(deserializer)?.value()
    }
}

/// For a field of type `Option<f64>`.
pub(super) mod optional {
    use super::*;

    pub(in crate::report) fn serialize<S: Serializer>(
        value: &Option<f64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(Stored::from).serialize(serializer)
    }

    pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<f64>, D::Error> {
        Option::<Stored>::deserialize(deserializer)?.map(Stored::value).transpose()
    }
}

/// For a field of type `Option<(f64, f64)>`.
pub(super) mod bounds {
    use super::*;

    pub(in crate::report) fn serialize<S: Serializer>(
        value: &Option<(f64, f64)>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(|(low, high)| (Stored::from(low), Stored::from(high))).serialize(serializer)
    }

    pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<(f64, f64)>, D::Error> {
        match Option::<(Stored, Stored)>::deserialize(deserializer)? {
            Some((low, high)) => Ok(Some((low.value()?, high.value()?))),
            None => Ok(None),
        }
    }
}

/// For a field of type `Vec<f64>`.
pub(super) mod many {
    use super::*;

    pub(in crate::report) fn serialize<S: Serializer>(
        values: &[f64],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().copied().map(Stored::from))
    }

    pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<f64>, D::Error> {
        Vec::<Stored>::deserialize(deserializer)?.into_iter().map(Stored::value).collect()
    }
}
