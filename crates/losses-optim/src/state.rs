//! Saving a method and going on later as if it had never stopped, to the last bit.
//!
//! The state of an optimizer or schedule is its public fields, but for [`Scratch`]. [`Saved`] puts a header before them that
//! says which method wrote them, over which scalar type and in which version of the format; reading refuses any other. A
//! state for another number of parameters is refused by [`prepare`](crate::optim::Optimizer::prepare), which every step
//! calls.
//!
//! Exactness is the format's duty: a binary format has it, JSON has it with `serde_json`'s feature `float_roundtrip`
//! as long as every number is finite (JSON cannot write NaN or infinity).
//!
//! ```
//! use losses_optim::{optim::{Adam, Optimizer}, state::Saved};
//!
//! let mut adam = Adam::default();
//! let mut params = [1.0, -2.0];
//! adam.step(&mut params, &[0.3, 0.1], 0.01)?;
//! let text = serde_json::to_string(&Saved(&adam))?;
//!
//! let Saved(resumed) = serde_json::from_str::<Saved<Adam<f64>>>(&text)?;
//! assert_eq!(resumed, adam);
//!
//! let refused = serde_json::from_str::<Saved<Adam<f32>>>(&text).unwrap_err();
//! assert!(refused.to_string().contains("expected a state over f32, found one over f64"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{any::type_name, fmt, marker::PhantomData};

use num_traits::Float;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor},
    ser::SerializeStruct,
};
use thiserror::Error;

use crate::optim::Optimizer;

pub use crate::scratch::Scratch;

/// The version of the saved form. It grows whenever a field changes its name, type or meaning.
pub const VERSION: u32 = 1;

/// Who a method is: what tables, lists and saved states call it.
pub trait Method {
    /// The type of the numbers in its state.
    type Scalar;
    /// Its name, in snake case and unique among its kind.
    const NAME: &'static str;
    /// One line on what it does.
    const SUMMARY: &'static str;
    /// Authors, year and where the rule stands.
    const SOURCE: &'static str;

    /// The name that a saved state carries. A wrapper adds what it wraps, as in `clip_by_norm(adam)`.
    fn qualified_name() -> String {
        Self::NAME.to_owned()
    }
}

/// The qualified name of a method around another.
pub(crate) fn around<M: Method, I: Method>() -> String {
    format!("{}({})", M::NAME, I::qualified_name())
}

/// What a list prints of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// Its name.
    pub name: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
    /// Authors, year and where the rule stands.
    pub source: &'static str,
}

impl Description {
    /// What a method says of itself.
    #[must_use]
    pub const fn of<M: Method>() -> Self {
        Self { name: M::NAME, summary: M::SUMMARY, source: M::SOURCE }
    }
}

impl<M: Method> Method for &M {
    type Scalar = M::Scalar;
    const NAME: &'static str = M::NAME;
    const SUMMARY: &'static str = M::SUMMARY;
    const SOURCE: &'static str = M::SOURCE;

    fn qualified_name() -> String {
        M::qualified_name()
    }
}

/// Why a saved state was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Written by another version of the format.
    #[error(
        "expected a state of version {expected}, found version {found}: load it with the release that saved it"
    )]
    Version {
        /// The version this release reads.
        expected: u32,
        /// The version in the header.
        found: u32,
    },
    /// Written by another method.
    #[error(
        "expected the state of `{expected}`, found that of `{found}`: load it into the method that saved it"
    )]
    Method {
        /// The method that is being loaded.
        expected: String,
        /// The method in the header.
        found: String,
    },
    /// Written over another scalar type.
    #[error("expected a state over {expected}, found one over {found}: load it into a method over {found}")]
    Scalar {
        /// The scalar type that is being loaded.
        expected: String,
        /// The scalar type in the header.
        found: String,
    },
}

/// A method with its header, for (de)serialisation: `Saved(&adam)` writes, `Saved<Adam<f64>>` reads.
///
/// # Errors
///
/// Deserialising fails with the text of a [`LoadError`] if version, method or scalar type differ, and with the
/// format's own error if the data are damaged. The header is checked before the state is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved<M>(pub M);

#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    method: String,
    scalar: String,
}

impl Header {
    fn of<M: Method>() -> Self {
        Self { version: VERSION, method: M::qualified_name(), scalar: type_name::<M::Scalar>().to_owned() }
    }

    fn check<M: Method>(self) -> Result<(), LoadError> {
        let expected = Self::of::<M>();
        if self.version != expected.version {
            return Err(LoadError::Version { expected: expected.version, found: self.version });
        }
        if self.method != expected.method {
            return Err(LoadError::Method { expected: expected.method, found: self.method });
        }
        if self.scalar != expected.scalar {
            return Err(LoadError::Scalar { expected: expected.scalar, found: self.scalar });
        }
        Ok(())
    }
}

impl<M: Method + Serialize> Serialize for Saved<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut saved = serializer.serialize_struct("Saved", 2)?;
        saved.serialize_field("header", &Header::of::<M>())?;
        saved.serialize_field("state", &self.0)?;
        saved.end()
    }
}

impl<'de, M: Method + Deserialize<'de>> Deserialize<'de> for Saved<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Saved", &["header", "state"], HeaderThenState(PhantomData))
    }
}

/// Reads by hand what a derive would read, because the header has to be judged before the state is tried: a wrong
/// method should be called that, and not a missing field.
struct HeaderThenState<M>(PhantomData<M>);

impl<'de, M: Method + Deserialize<'de>> Visitor<'de> for HeaderThenState<M> {
    type Value = Saved<M>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a saved `{}`: its `header`, then its `state`", M::qualified_name())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        expect_key(map.next_key::<String>()?, "header")?;
        map.next_value::<Header>()?.check::<M>().map_err(de::Error::custom)?;
        expect_key(map.next_key::<String>()?, "state")?;
        map.next_value().map(Saved)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let header: Header = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(0, &self))?;
        header.check::<M>().map_err(de::Error::custom)?;
        seq.next_element()?.map(Saved).ok_or_else(|| de::Error::invalid_length(1, &self))
    }
}

fn expect_key<E: de::Error>(found: Option<String>, expected: &'static str) -> Result<(), E> {
    match found {
        Some(key) if key == expected => Ok(()),
        Some(key) => Err(E::custom(format_args!(
            "expected `{expected}`, found `{key}`: a saved state is its `header`, then its `state`"
        ))),
        None => Err(E::missing_field(expected)),
    }
}

/// An optimizer chosen at run time whose state can still be saved and loaded. Implemented for every optimizer that
/// is a [`Method`] and (de)serialisable, so there is nothing to write for a new one.
///
/// ```
/// use losses_optim::{optim, state::SavableOptimizer};
///
/// let entry = optim::find("momentum").unwrap();
/// let mut optimizer = (entry.over_f64)();
/// optimizer.step(&mut [1.0], &[0.5], 0.1)?;
///
/// let mut text = Vec::new();
/// optimizer.save(&mut <dyn erased_serde::Serializer>::erase(&mut serde_json::Serializer::new(&mut text)))?;
/// let mut resumed = (entry.over_f64)();
/// resumed.load(&mut <dyn erased_serde::Deserializer<'_>>::erase(&mut serde_json::Deserializer::from_slice(&text)))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait SavableOptimizer<T: Float>: Optimizer<T> {
    /// The method's [qualified name](Method::qualified_name).
    fn name(&self) -> String;

    /// Writes the header and the state.
    ///
    /// # Errors
    ///
    /// Those of the format.
    fn save(&self, serializer: &mut dyn erased_serde::Serializer) -> Result<(), erased_serde::Error>;

    /// Replaces constants and state by saved ones.
    ///
    /// # Errors
    ///
    /// As for [`Saved`]; the optimizer is then unchanged.
    fn load(
        &mut self,
        deserializer: &mut dyn erased_serde::Deserializer<'_>,
    ) -> Result<(), erased_serde::Error>;
}

impl<T: Float, O> SavableOptimizer<T> for O
where
    O: Optimizer<T> + Method + Serialize + DeserializeOwned,
{
    fn name(&self) -> String {
        O::qualified_name()
    }

    fn save(&self, serializer: &mut dyn erased_serde::Serializer) -> Result<(), erased_serde::Error> {
        erased_serde::Serialize::erased_serialize(&Saved(self), serializer)
    }

    fn load(
        &mut self,
        deserializer: &mut dyn erased_serde::Deserializer<'_>,
    ) -> Result<(), erased_serde::Error> {
        *self = erased_serde::deserialize::<Saved<O>>(deserializer)?.0;
        Ok(())
    }
}
