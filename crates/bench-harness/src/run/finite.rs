//! Finds numbers that JSON would lose: serde_json writes ∞ and NaN as `null` without a word.

use std::fmt::{self, Display};

use serde::Serialize;
use serde::ser::{self, Serializer};

/// Where a value holds a number that JSON cannot write, such as `curve[3].loss`; `None` if it holds none.
pub(crate) fn unwritable<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    let mut walk = Walk { path: Vec::new() };
    value.serialize(&mut walk).err().map(|Found(place)| place)
}

/// The path to the place that is being looked at.
struct Walk {
    path: Vec<String>,
}

/// Why the walk ended early: the place found, or what the value's own serialisation complained of.
#[derive(Debug)]
struct Found(String);

impl Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Found {}

impl ser::Error for Found {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl Walk {
    fn number(&self, value: f64) -> Result<(), Found> {
        if value.is_finite() {
            return Ok(());
        }
        let place = self.path.concat();
        let place = place.strip_prefix('.').unwrap_or(&place);
        Err(Found(if place.is_empty() { format!("{value}") } else { format!("{value} at {place}") }))
    }

    fn below<T: Serialize + ?Sized>(&mut self, step: String, value: &T) -> Result<(), Found> {
        self.path.push(step);
        value.serialize(&mut *self)?;
        self.path.pop();
        Ok(())
    }
}

/// The elements of a list or the entries of a map, counted.
struct Elements<'a> {
    walk: &'a mut Walk,
    next: usize,
}

impl Elements<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
        let step = format!("[{}]", self.next);
        self.next += 1;
        self.walk.below(step, value)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Found> {
        self.walk.below(format!(".{name}"), value)
    }
}

macro_rules! nothing_to_find {
    ($($method:ident($($argument:ty),*)),* $(,)?) => {
        $(fn $method(self, $(_: $argument),*) -> Result<(), Found> { Ok(()) })*
    };
}

macro_rules! compound {
    ($($method:ident($($argument:ty),*) -> $kind:ident),* $(,)?) => {
        $(fn $method(self, $(_: $argument),*) -> Result<Self::$kind, Found> { Ok(Elements { walk: self, next: 0 }) })*
    };
}

impl<'a> Serializer for &'a mut Walk {
    type Ok = ();
    type Error = Found;
    type SerializeSeq = Elements<'a>;
    type SerializeTuple = Elements<'a>;
    type SerializeTupleStruct = Elements<'a>;
    type SerializeTupleVariant = Elements<'a>;
    type SerializeMap = Elements<'a>;
    type SerializeStruct = Elements<'a>;
    type SerializeStructVariant = Elements<'a>;

    fn serialize_f32(self, value: f32) -> Result<(), Found> {
        self.number(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<(), Found> {
        self.number(value)
    }
    nothing_to_find! {
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_i128(i128), serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
        serialize_u128(u128), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]), serialize_none(),
        serialize_unit(), serialize_unit_struct(&'static str), serialize_unit_variant(&'static str, u32, &'static str),
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Found> {
        value.serialize(self)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Found> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Found> {
        self.below(format!(".{variant}"), value)
    }
    compound! {
        serialize_seq(Option<usize>) -> SerializeSeq,
        serialize_tuple(usize) -> SerializeTuple,
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct,
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant,
        serialize_map(Option<usize>) -> SerializeMap,
        serialize_struct(&'static str, usize) -> SerializeStruct,
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant,
    }
}

macro_rules! list {
    ($($kind:ident :: $method:ident),* $(,)?) => {
        $(impl ser::$kind for Elements<'_> {
            type Ok = ();
            type Error = Found;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
                self.element(value)
            }
            fn end(self) -> Result<(), Found> {
                Ok(())
            }
        })*
    };
}

list! {
    SerializeSeq::serialize_element, SerializeTuple::serialize_element, SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

macro_rules! fields {
    ($($kind:ident),*) => {
        $(impl ser::$kind for Elements<'_> {
            type Ok = ();
            type Error = Found;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Found> {
                self.field(name, value)
            }
            fn end(self) -> Result<(), Found> {
                Ok(())
            }
        })*
    };
}

fields! { SerializeStruct, SerializeStructVariant }

impl ser::SerializeMap for Elements<'_> {
    type Ok = ();
    type Error = Found;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Found> {
        self.walk.below(".key".to_owned(), key)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
        self.element(value)
    }
    fn end(self) -> Result<(), Found> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Run {
        #[serde(with = "crate::run::float")]
        told: f64,
        curve: Vec<Option<f64>>,
        rate: f32,
    }

    #[test]
    fn finds_what_json_would_lose_and_says_where() {
        let run = |curve, rate| Run { told: f64::NAN, curve, rate };
        assert_eq!(unwritable(&run(vec![Some(1.0), None], 0.5)), None);
        assert_eq!(unwritable(&run(vec![None, Some(f64::NAN)], 0.5)).as_deref(), Some("NaN at curve[1]"));
        assert_eq!(unwritable(&[run(vec![], f32::INFINITY)]).as_deref(), Some("inf at [0].rate"));
        assert_eq!(unwritable(&f64::NEG_INFINITY).as_deref(), Some("-inf"));
        assert_eq!(unwritable(&("text", 1_u64, [0.0; 2])), None);
    }
}
