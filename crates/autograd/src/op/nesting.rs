//! Arrays at each level of nesting: as the language of rules, as values of a tape, with operators and the words of [`Algebra`].

use smallvec::SmallVec;

use super::{ArrayAlgebra, Node, Primitive, arithmetic, bind, map, node::Operand, remainder, step};
use crate::algebra::Algebra;
use crate::array::{Array, Element, Recycling, kernel};
use crate::elementary::Elementary;
use crate::error::ShapeError;
use crate::tape::{Index, Tape, assert_same_tape};
use crate::value::Value;
use crate::var::Var;

impl<T: Element> ArrayAlgebra for Array<T> {
    type Element = T;

    fn array(&self) -> &Array<T> {
        self
    }

    fn from_array(array: Array<T>) -> Self {
        array
    }

    fn try_bind<P: Primitive>(operation: P, operands: &[&Self]) -> Result<Self, ShapeError> {
        operation.forward(operands)
    }

    fn add_in_place(&mut self, other: Self) {
        kernel::add_assign(self, &other);
    }

    /// One pass over the elements instead of one for each step of the derivative.
    fn pull_elementary<E: Elementary>(function: &E, x: &Self, y: &Self, cotangent: Self) -> Self {
        kernel::pull_elementary(function, x, y, &cotangent)
    }
}

impl<'t, V: ArrayAlgebra> ArrayAlgebra for Var<'t, V>
where
    Var<'t, V>: Algebra + Value<Record = Node<Self>, Pending = (), Adjoint = Option<Self>>,
{
    type Element = V::Element;

    fn array(&self) -> &Array<V::Element> {
        self.value.array()
    }

    fn from_array(array: Array<V::Element>) -> Self {
        Self::constant(V::from_array(array))
    }

    #[track_caller]
    fn try_bind<P: Primitive>(operation: P, operands: &[&Self]) -> Result<Self, ShapeError> {
        let values: SmallVec<[&V; 4]> = operands.iter().map(|operand| &operand.value).collect();
        let result = V::try_bind(operation.clone(), &values)?;
        let mut tapes = operands.iter().filter_map(|operand| operand.tape);
        let Some(tape) = tapes.next() else { return Ok(Self::constant(result)) };
        for other in tapes {
            assert_same_tape(tape, other);
        }
        let arrays: SmallVec<[&Array<V::Element>; 4]> =
            operands.iter().map(|operand| operand.array()).collect();
        let kinks = operation.kinks(&arrays);
        let node = if kinks > 0 {
            tape.note_kink(crate::kink::Kink { operation: P::NAME, elements: kinks });
            beside_kinks(operation, operands, &arrays, &result, tape)?
        } else {
            let operands = operands.iter().map(|operand| operand.recorded(operand.value.clone()));
            Node::new(operation, operands, result.clone())
        };
        Ok(Self { tape: Some(tape), index: tape.push(node), value: result, pending: (), is_node: true })
    }
}

impl<V: ArrayAlgebra> Var<'_, V> {
    /// The operand of a node, with the value that its rule sees.
    fn recorded(&self, value: V) -> Operand<V> {
        (value, self.tape.map(|_| self.index))
    }
}

/// The node of an operation that lies on kinks: with operands beside them if the tape asks for sides.
#[cold]
#[track_caller]
fn beside_kinks<P: Primitive, V: ArrayAlgebra>(
    operation: P,
    operands: &[&Var<'_, V>],
    arrays: &[&Array<V::Element>],
    result: &V,
    tape: &Tape<V>,
) -> Result<Node<V>, ShapeError> {
    let is_recorded = |operand: usize| operands[operand].tape.is_some();
    let shifts = crate::subdifferential::beside_kinks(&operation, arrays, is_recorded, tape.exploration());
    let moved: SmallVec<[V; 2]> = operands
        .iter()
        .zip(&shifts)
        .map(|(operand, shift)| match shift {
            Some(shift) => operand.value.clone() + V::from_array(shift.clone()),
            None => operand.value.clone(),
        })
        .collect();
    let result = if shifts.iter().any(Option::is_some) {
        V::try_bind(operation.clone(), &moved.iter().collect::<SmallVec<[&V; 4]>>())?
    } else {
        result.clone()
    };
    let operands = operands.iter().zip(moved).map(|(operand, value)| operand.recorded(value));
    Ok(Node::new(operation, operands, result))
}

/// What a tape does with arrays, at one level of nesting.
macro_rules! implement_value {
    ([$($generics:tt)*] $array:ty) => {
        impl<$($generics)*> Value for $array {
            type Record = Node<Self>;
            type Pending = ();
            type Adjoint = Option<Self>;
            type Scope = Recycling;

            const KEEPS_NODES: bool = false;

            fn cleared(scope: &Recycling) {
                scope.cleared();
            }

            fn fresh() {}

            fn absent() {}

            fn untouched() -> Option<Self> {
                None
            }

            fn accumulate(adjoint: &mut Option<Self>, cotangent: Self, (): &()) {
                match adjoint {
                    None => *adjoint = Some(cotangent),
                    Some(sum) => sum.add_in_place(cotangent),
                }
            }

            fn total(adjoint: &Option<Self>, like: &Self) -> Self {
                match adjoint {
                    Some(sum) => sum.clone(),
                    None => Self::from_array(Array::zeros(like.shape())),
                }
            }

            fn unit_cotangent(&self) -> Option<Self> {
                (self.array().len() == 1)
                    .then(|| Self::from_array(Array::full(self.shape(), num_traits::One::one())))
            }

            fn sweep(nodes: &[Node<Self>], first: Index, adjoints: &mut [Option<Self>]) {
                for (index, node) in nodes.iter().enumerate().rev().map(|(node, record)| (first as usize + node, record)) {
                    // Taken, not copied: an adjoint that has been passed on is not needed again.
                    if let Some(cotangent) = adjoints[index].take() {
                        node.pull(cotangent, adjoints);
                    }
                }
            }

            fn stop_gradient(&self) -> Self {
                let array = self.array();
                Self::from_array(match T::IS_PLAIN {
                    // Shares the storage.
                    true => array.clone(),
                    false => array.view().mapv(|x| Value::stop_gradient(&x)).into(),
                })
            }

            fn fits(&self, other: &Self) -> bool {
                self.shape() == other.shape()
            }

            fn form(&self) -> String {
                format!("an array of shape {:?}", self.shape())
            }
        }
    };
}

/// The operators between arrays, recorded or not, at one level of nesting: by value, by reference, and with a number on
/// the right.
macro_rules! implement_operators {
    ([$($generics:tt)*] $array:ty) => {
        implement_operators!(@ [$($generics)*] $array, Add::add, arithmetic::Add);
        implement_operators!(@ [$($generics)*] $array, Sub::sub, arithmetic::Subtract);
        implement_operators!(@ [$($generics)*] $array, Mul::mul, arithmetic::Multiply);
        implement_operators!(@ [$($generics)*] $array, Div::div, arithmetic::Divide);
        implement_operators!(@ [$($generics)*] $array, Rem::rem, remainder::Remainder);

        impl<$($generics)*> std::ops::Neg for $array {
            type Output = $array;

            #[track_caller]
            fn neg(self) -> $array {
                bind(arithmetic::Negate, &[&self])
            }
        }

        impl<$($generics)*> std::ops::Neg for &$array {
            type Output = $array;

            #[track_caller]
            fn neg(self) -> $array {
                bind(arithmetic::Negate, &[self])
            }
        }
    };
    (@ [$($generics:tt)*] $array:ty, $operator:ident::$method:ident, $primitive:path) => {
        implement_operators!(@@ [$($generics)*] $array, $array, $array, $operator::$method, $primitive);
        implement_operators!(@@ [$($generics)*] $array, $array, &$array, $operator::$method, $primitive);
        implement_operators!(@@ [$($generics)*] $array, &$array, $array, $operator::$method, $primitive);
        implement_operators!(@@ [$($generics)*] $array, &$array, &$array, $operator::$method, $primitive);
        implement_operators!(@number [$($generics)*] $array, $array, $operator::$method, $primitive);
        implement_operators!(@number [$($generics)*] $array, &$array, $operator::$method, $primitive);
    };
    (@@ [$($generics:tt)*] $array:ty, $left:ty, $right:ty, $operator:ident::$method:ident, $primitive:path) => {
        impl<$($generics)*> std::ops::$operator<$right> for $left {
            type Output = $array;

            #[track_caller]
            fn $method(self, other: $right) -> $array {
                use std::borrow::Borrow;
                let (left, right): (&$array, &$array) = (self.borrow(), other.borrow());
                bind($primitive, &[left, right])
            }
        }
    };
    (@number [$($generics:tt)*] $array:ty, $left:ty, $operator:ident::$method:ident, $primitive:path) => {
        impl<$($generics)*> std::ops::$operator<T> for $left {
            type Output = $array;

            #[track_caller]
            fn $method(self, other: T) -> $array {
                use std::borrow::Borrow;
                let left: &$array = self.borrow();
                bind($primitive, &[left, &<$array>::from_array(Array::scalar(other))])
            }
        }
    };
}

/// The words of [`Algebra`] for arrays, at one level of nesting.
macro_rules! implement_algebra {
    ($($(#[$doc:meta])* $function:ident, $name:ident => |$x:ident, $y:ident| $derivative:expr;)*) => {
        implement_algebra!(@ [T: Element] Array<T>; $($function $name)*);
        implement_algebra!(@ ['a, T: Element] Var<'a, Array<T>>; $($function $name)*);
        implement_algebra!(@ ['a, 'b, T: Element] Var<'b, Var<'a, Array<T>>>; $($function $name)*);
        implement_algebra!(@ ['a, 'b, 'c, T: Element] Var<'c, Var<'b, Var<'a, Array<T>>>>; $($function $name)*);
    };
    (@ [$($generics:tt)*] $array:ty; $($function:ident $name:ident)*) => {
        implement_value!([$($generics)*] $array);
        implement_operators!([$($generics)*] $array);

        impl<$($generics)*> Algebra for $array {
            fn number(&self, value: f64) -> Self {
                Self::from_array(Array::scalar(crate::algebra::number(value)))
            }

            #[track_caller]
            fn powi(&self, exponent: i32) -> Self {
                bind(map::Map(crate::elementary::Powi(exponent)), &[self])
            }

            #[track_caller]
            fn step(&self, at_zero: f64) -> Self {
                bind(step::Step { at_zero }, &[self])
            }

            #[track_caller]
            fn map<E: Elementary>(&self, function: &E) -> Self {
                bind(map::Map(function.clone()), &[self])
            }

            $(#[track_caller]
            fn $name(&self) -> Self {
                bind(map::Map(crate::elementary::$function), &[self])
            })*
        }
    };
}

crate::elementary::with_elementary!(implement_algebra);
