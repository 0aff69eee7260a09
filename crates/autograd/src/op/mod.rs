//! Array operations: what a primitive is, how it is applied, and the register of all of them.
//!
//! One operation is one file, with its forward rule, its vector–Jacobian product, its documentation and its cases for
//! the checks; and one entry in the register at the end of this file. Another crate adds an operation exactly as the
//! files here do: a struct, an `impl Primitive`, and [`bind`].

use std::ops::Index as IndexOperator;
use std::panic::Location;

use smallvec::SmallVec;

use crate::algebra::Algebra;
use crate::array::{Array, Element, kernel};
use crate::elementary::Elementary;
use crate::error::ShapeError;
use crate::inspect::Inspect;
use crate::tape::{Index, Tape, assert_same_tape};
use crate::value::{Value, chain};
use crate::var::Var;

/// An operation on arrays: stateless but for its parameters, such as axes.
///
/// ```
/// use autograd::op::{Cotangents, Operands, Primitive, bind};
/// use autograd::{Array, ArrayAlgebra, Element, ShapeError, check_grads};
///
/// /// Multiplies by a number.
/// #[derive(Debug, Clone)]
/// struct Scale(f64);
///
/// impl Primitive for Scale {
///     const NAME: &'static str = "scale";
///
///     fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
///         let factor = T::from(self.0).unwrap();
///         Ok(x[0].view().mapv(|x| x * factor).into())
///     }
///
///     fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
///         into.add(0, || bind(Scale(self.0), &[&cotangent]));
///     }
/// }
///
/// let x = [Array::vector(&[1.0, 2.0])];
/// check_grads(|x| bind(Scale(3.0), &[&x[0]]), &x).unwrap();
/// ```
pub trait Primitive: std::fmt::Debug + Clone + Send + Sync + 'static {
    /// The name in messages and listings.
    const NAME: &'static str;

    /// The result for plain arrays.
    ///
    /// # Errors
    /// If the operands' shapes do not fit.
    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError>;

    /// The vector–Jacobian product: adds to each operand the cotangent that it receives from the result's, written in
    /// the differentiable language itself so that it can be differentiated again. Only the operands that are recorded
    /// have their rule evaluated.
    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>);

    /// The number of elements at which the derivative with respect to these operands is a choice. An element on a kink
    /// is off it when it is moved by a unit in its last place.
    fn kinks<T: Element>(&self, _x: &[&Array<T>]) -> usize {
        0
    }

    /// Whether the derivatives beside a kink are finitely many, as for a maximum; those of a norm at 0 are not.
    fn flat_beside_kinks(&self) -> bool {
        true
    }
}

/// Arrays, plain or recorded: the language that rules and generic models are written in. See [`ArrayOps`] for its words.
pub trait ArrayAlgebra: Algebra + Value<Record = Node<Self>, Pending = (), Adjoint = Option<Self>> {
    /// The numbers in the array.
    type Element: Element;

    /// The array at the innermost level.
    fn array(&self) -> &Array<Self::Element>;

    /// A constant.
    fn from_array(array: Array<Self::Element>) -> Self;

    /// Applies an operation: plain arrays compute, recorded ones record as well.
    ///
    /// # Errors
    /// If the operands' shapes do not fit.
    #[track_caller]
    fn try_bind<P: Primitive>(operation: P, operands: &[&Self]) -> Result<Self, ShapeError>;

    /// The pullback of an elementwise function: cotangent · f′(x), where a zero cotangent wins against an infinite f′.
    fn pull_elementary<E: Elementary>(function: &E, x: &Self, y: &Self, cotangent: Self) -> Self {
        bind(chain::Chain, &[&cotangent, &function.derivative(x, y)])
    }

    /// Adds another array of the same shape.
    fn add_in_place(&mut self, other: Self) {
        *self = self.clone() + other;
    }

    /// The lengths of the axes.
    fn shape(&self) -> &[usize] {
        self.array().shape()
    }
}

/// Applies an operation to plain or recorded arrays.
///
/// # Panics
/// If the operands' shapes do not fit, naming the operation and the shapes, or if they were recorded on different tapes.
#[track_caller]
pub fn bind<P: Primitive, A: ArrayAlgebra>(operation: P, operands: &[&A]) -> A {
    match A::try_bind(operation, operands) {
        Ok(result) => result,
        Err(error) => panic!("{error}"),
    }
}

/// An operand of a recorded operation: its value, and where its adjoint lies if it is recorded itself.
type Operand<A> = (A, Option<Index>);

/// What a tape of arrays remembers of an operation: its operands, its result, and its rule.
pub struct Node<A> {
    rule: Box<dyn Rule<A>>,
    operands: SmallVec<[Operand<A>; 2]>,
    result: A,
    /// The line that asked for it.
    location: &'static Location<'static>,
}

impl<A> Node<A> {
    /// The operands' values.
    pub(crate) fn operands(&self) -> impl Iterator<Item = &A> {
        self.operands.iter().map(|(value, _)| value)
    }

    pub(crate) fn result(&self) -> &A {
        &self.result
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

impl<A: ArrayAlgebra> Inspect for Node<A> {
    fn operation(&self) -> &'static str {
        self.rule.name()
    }

    fn parents(&self) -> SmallVec<[(Index, Option<f64>); 2]> {
        self.operands.iter().filter_map(|(_, index)| index.map(|index| (index, None))).collect()
    }

    fn continues(&self) -> bool {
        false
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.rule) + self.result.array().len() * size_of::<A::Element>()
    }

    fn details(&self) -> String {
        format!(" {:?}, {}:{}", self.result.shape(), self.location.file(), self.location.line())
    }
}

impl<A> std::fmt::Debug for Node<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.rule.name())
    }
}

/// The view of a primitive that a tape can hold, whatever primitive it is.
trait Rule<A> {
    fn name(&self) -> &'static str;
    fn pull(&self, node: &Node<A>, cotangent: A, adjoints: &mut [Option<A>]);
}

impl<P: Primitive, A: ArrayAlgebra> Rule<A> for P {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn pull(&self, node: &Node<A>, cotangent: A, adjoints: &mut [Option<A>]) {
        let mut into = Cotangents { operands: &node.operands, adjoints };
        self.vjp(Operands { operands: &node.operands }, &node.result, cotangent, &mut into);
    }
}

/// The operands of a recorded operation, by position.
#[derive(Debug, Clone, Copy)]
pub struct Operands<'a, A> {
    operands: &'a [Operand<A>],
}

impl<A> Operands<'_, A> {
    /// The number of operands.
    pub fn len(&self) -> usize {
        self.operands.len()
    }

    /// Whether the operation has no operand.
    pub fn is_empty(&self) -> bool {
        self.operands.is_empty()
    }
}

impl<A> IndexOperator<usize> for Operands<'_, A> {
    type Output = A;

    fn index(&self, position: usize) -> &A {
        &self.operands[position].0
    }
}

/// Where a rule leaves the cotangents of its operands.
#[derive(Debug)]
pub struct Cotangents<'a, A> {
    operands: &'a [Operand<A>],
    adjoints: &'a mut [Option<A>],
}

impl<A: ArrayAlgebra> Cotangents<'_, A> {
    /// Adds a cotangent to the operand at this position; the closure runs only if that operand is recorded.
    pub fn add(&mut self, position: usize, cotangent: impl FnOnce() -> A) {
        if let (value, Some(index)) = &self.operands[position] {
            let cotangent = cotangent();
            debug_assert_eq!(value.shape(), cotangent.shape(), "a cotangent has the shape of its operand");
            A::accumulate(&mut self.adjoints[*index as usize], cotangent, &());
        }
    }

    /// As [`Cotangents::add`], for a cotangent of the broadcast shape: sums it over the axes that were repeated.
    pub fn add_broadcast(&mut self, position: usize, cotangent: impl FnOnce() -> A) {
        let operands = self.operands;
        self.add(position, || sum::sum_to(&cotangent(), operands[position].0.shape()));
    }
}

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
        kernel::zip3(x, y, &cotangent, |x, y, cotangent| chain(cotangent, function.derivative(&x, &y)))
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
            let location = Location::caller();
            Node { rule: Box::new(operation), operands: operands.collect(), result: result.clone(), location }
        };
        Ok(Self { tape: Some(tape), index: tape.push(node), value: result, pending: () })
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
    let location = Location::caller();
    Ok(Node { rule: Box::new(operation), operands: operands.collect(), result, location })
}

/// Refuses an operand without axes, for operations along the last one.
fn require_axis(name: &'static str, shape: &[usize]) -> Result<(), ShapeError> {
    if shape.is_empty() {
        return Err(ShapeError::new(
            name,
            [shape],
            "expected at least one axis, found a 0-dimensional array",
        ));
    }
    Ok(())
}

/// What a tape does with arrays, at one level of nesting.
macro_rules! implement_value {
    ([$($generics:tt)*] $array:ty) => {
        impl<$($generics)*> Value for $array {
            type Record = Node<Self>;
            type Pending = ();
            type Adjoint = Option<Self>;

            fn fresh() {}

            fn absent() {}

            fn is_fresh((): &()) -> bool {
                true
            }

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
                        node.rule.pull(node, cotangent, adjoints);
                    }
                }
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

/// Declares the modules of the operations, the methods of [`ArrayOps`], and the cases that the checks sweep.
macro_rules! register {
    ($($module:ident {
        $($(#[$doc:meta])* fn $method:ident(&self $(, $argument:ident: $kind:ty)*);)*
    })*) => {
        $(pub mod $module;)*

        /// The operations on arrays, plain or recorded. Each is documented in full in its module under [`op`](self).
        ///
        /// # Panics
        /// Every method panics at the caller's line if shapes do not fit or tapes are mixed.
        pub trait ArrayOps: ArrayAlgebra {
            $($(
                #[doc = concat!("See [`op::", stringify!($module), "::", stringify!($method), "`](", stringify!($module), "::", stringify!($method), ").")]
                #[must_use]
                #[track_caller]
                fn $method(&self $(, $argument: $kind)*) -> Self {
                    $module::$method(self $(, $argument)*)
                }
            )*)*
        }

        impl<A: ArrayAlgebra> ArrayOps for A {}

        /// The cases of every registered operation, by the name of its module.
        #[cfg(test)]
        fn cases() -> Vec<(&'static str, Vec<crate::check::Case>)> {
            vec![$((stringify!($module), $module::cases())),*]
        }
    };
}

register! {
    arithmetic {}
    map {}
    chain {}
    special {
        fn sigmoid(&self);
        fn log_sigmoid(&self);
        fn softplus(&self);
        fn silu(&self);
        fn gelu(&self);
        fn gelu_tanh(&self);
        fn leaky_relu(&self, slope: f64);
        fn elu(&self, alpha: f64);
        fn erf(&self);
        fn erfc(&self);
        fn log_gamma(&self);
        fn digamma(&self);
        fn polygamma(&self, order: u32);
    }
    step {}
    relu {
        fn relu(&self);
        fn relu_at(&self, slope: f64);
    }
    sum {
        fn sum(&self, axes: &[usize]);
        fn sum_kept(&self, axes: &[usize]);
        fn sum_all(&self);
    }
    mean {
        fn mean(&self, axes: &[usize]);
        fn mean_all(&self);
    }
    log_sum_exp {
        fn log_sum_exp(&self);
    }
    softmax {
        fn softmax(&self);
    }
    log_softmax {
        fn log_softmax(&self);
    }
    gather {
        fn gather(&self, labels: &[usize]);
    }
    matmul {
        fn matmul(&self, right: &Self);
    }
    transpose {
        fn transpose(&self);
        fn permute(&self, axes: &[usize]);
    }
    reshape {
        fn reshape(&self, shape: &[usize]);
    }
    broadcast {
        fn broadcast_to(&self, shape: &[usize]);
    }
}

#[cfg(test)]
mod tests {
    /// Exact against numeric, forward against reverse, second order, nested; in `f32` and `f64`.
    #[test]
    fn every_registered_operation_passes_every_check() {
        let mut failures = Vec::new();
        let mut count = 0;
        for (operation, cases) in super::cases() {
            for case in cases {
                count += 1;
                if let Err(discrepancy) = case.check() {
                    failures.push(format!("{operation}, {case:?}: {discrepancy}"));
                }
            }
        }
        assert!(failures.is_empty(), "{} of {count} cases:\n{}", failures.len(), failures.join("\n"));
        assert!(count > 100, "the register lists {count} cases only");
    }
}
