//! Array operations: what a primitive is, how it is applied, and the register of all of them.
//!
//! One operation is one file, with its forward rule, its vector–Jacobian product, its documentation and its cases for
//! the checks; and one entry in the register at the end of this file. Another crate adds an operation exactly as the
//! files here do: a struct, an `impl Primitive`, and [`bind`].

use std::ops::Index as IndexOperator;
use std::panic::Location;

use ndarray::{ArrayD, SliceInfoElem};
use smallvec::SmallVec;

use crate::algebra::Algebra;
use crate::array::{Array, Element, Recycling, kernel};
use crate::elementary::Elementary;
use crate::error::ShapeError;
use crate::inspect::Inspect;
use crate::kink::Ties;
use crate::tape::{Index, Tape, assert_same_tape};
use crate::value::Value;
use crate::var::Var;

/// An operation on arrays: stateless but for its parameters, such as axes.
///
/// ```
/// use autograd::op::{Cotangents, Operands, Primitive, bind};
/// use autograd::check::{Mode, Order};
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
/// check_grads(|x| bind(Scale(3.0), &[&x[0]]), &x, Order::Second, &Mode::ALL).unwrap();
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
            let location = Location::caller();
            Node { rule: Box::new(operation), operands: operands.collect(), result: result.clone(), location }
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

mod axes;

/// Declares the modules of the operations, the methods of [`ArrayOps`], and the cases that the checks sweep.
macro_rules! register {
    ($(#[$trait_doc:meta])* trait $operations:ident, swept by $cases:ident; $($module:ident {
        $(fn $method:ident(&self $(, $argument:ident: $kind:ty)*) $(-> $result:ty)?;)*
        $(static fn $function:ident($($operand:ident: $operand_kind:ty),*);)*
    })*) => {
        $(pub mod $module;)*

        $(#[$trait_doc])*
        pub trait $operations: ArrayAlgebra {
            $($(
                #[doc = concat!("See [`op::", stringify!($module), "::", stringify!($method), "`](", stringify!($module), "::", stringify!($method), ").")]
                #[must_use]
                #[track_caller]
                fn $method(&self $(, $argument: $kind)*) -> register!(@result $($result)?) {
                    $module::$method(self $(, $argument)*)
                }
            )*
            $(
                #[doc = concat!("See [`op::", stringify!($module), "::", stringify!($function), "`](", stringify!($module), "::", stringify!($function), ").")]
                #[must_use]
                #[track_caller]
                fn $function($($operand: $operand_kind),*) -> Self {
                    $module::$function($($operand),*)
                }
            )*)*
        }

        impl<A: ArrayAlgebra> $operations for A {}

        /// The cases of every registered operation, by the name of its module.
        #[cfg(test)]
        fn $cases() -> Vec<(&'static str, Vec<crate::check::Case>)> {
            vec![$((stringify!($module), $module::cases())),*]
        }
    };
    (@result) => { Self };
    (@result $result:ty) => { $result };
}

register! {
    /// The operations on arrays, plain or recorded. Each is documented in full in its module under [`op`](self).
    ///
    /// # Panics
    /// Every method panics at the caller's line if shapes do not fit or tapes are mixed.
    trait ArrayOps, swept by cases;
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
    squared_difference {
        fn squared_difference(&self, right: &Self);
    }
    abs {
        fn abs(&self);
    }
    clamp {
        fn clamp(&self, low: f64, high: f64);
    }
    rounding {
        fn floor(&self);
        fn ceil(&self);
        fn round(&self);
        fn trunc(&self);
        fn fract(&self);
        fn signum(&self);
    }
    angle {
        fn to_degrees(&self);
        fn to_radians(&self);
    }
    powf {
        fn powf(&self, exponent: &Self);
        fn log(&self, base: &Self);
    }
    hypot {
        fn hypot(&self, other: &Self);
    }
    atan2 {
        fn atan2(&self, other: &Self);
    }
    remainder {}
    copysign {
        fn copysign(&self, sign: &Self);
    }
    maximum {
        fn maximum(&self, other: &Self);
        fn maximum_ties(&self, other: &Self, ties: Ties);
        fn minimum(&self, other: &Self);
        fn minimum_ties(&self, other: &Self, ties: Ties);
    }
    compare {
        fn less(&self, other: &Self);
        fn less_equal(&self, other: &Self);
        fn greater(&self, other: &Self);
        fn greater_equal(&self, other: &Self);
        fn equal(&self, other: &Self);
        fn not_equal(&self, other: &Self);
        fn is_nan(&self);
    }
    select {
        fn select(&self, first: &Self, second: &Self);
    }
    sum {
        fn sum(&self, axes: &[usize]);
        fn sum_kept(&self, axes: &[usize]);
        fn sum_all(&self);
    }
    mean {
        fn mean(&self, axes: &[usize]);
        fn mean_kept(&self, axes: &[usize]);
        fn mean_all(&self);
    }
    product {
        fn product(&self, axes: &[usize]);
        fn product_kept(&self, axes: &[usize]);
        fn product_all(&self);
    }
    variance {
        fn variance(&self, axes: &[usize], spread: variance::Spread);
        fn variance_kept(&self, axes: &[usize], spread: variance::Spread);
    }
    standard_deviation {
        fn standard_deviation(&self, axes: &[usize], spread: variance::Spread);
        fn standard_deviation_kept(&self, axes: &[usize], spread: variance::Spread);
    }
    max {
        fn max(&self, axes: &[usize]);
        fn max_kept(&self, axes: &[usize]);
        fn max_ties(&self, axes: &[usize], ties: Ties);
        fn max_all(&self);
        fn min(&self, axes: &[usize]);
        fn min_kept(&self, axes: &[usize]);
        fn min_ties(&self, axes: &[usize], ties: Ties);
        fn min_all(&self);
    }
    argmax {
        fn argmax(&self, axis: usize) -> ArrayD<usize>;
        fn argmin(&self, axis: usize) -> ArrayD<usize>;
    }
    norm {
        fn norm(&self, axes: &[usize], norm: norm::Norm);
        fn norm_kept(&self, axes: &[usize], norm: norm::Norm);
        fn norm_all(&self, norm: norm::Norm);
    }
    cumulative_sum {
        fn cumulative_sum(&self, axis: usize);
    }
    log_sum_exp {
        fn log_sum_exp(&self);
        fn log_sum_exp_over(&self, axes: &[usize]);
        fn log_sum_exp_kept(&self, axes: &[usize]);
    }
    softmax {
        fn softmax(&self);
        fn softmax_over(&self, axis: usize);
    }
    log_softmax {
        fn log_softmax(&self);
        fn log_softmax_over(&self, axis: usize);
    }
    cross_entropy {
        fn softmax_cross_entropy(&self, labels: &[usize]);
    }
    matmul {
        fn matmul(&self, right: &Self);
    }
    batched_matmul {}
    outer {
        fn outer(&self, right: &Self);
        fn dot(&self, right: &Self);
    }
    einsum {
        static fn einsum(subscripts: &str, operands: &[&Self]);
    }
    linear {
        fn linear(&self, weight: &Self, bias: &Self);
    }
    normalise {
        fn layer_norm(&self, epsilon: f64);
        fn batch_norm(&self, epsilon: f64);
        fn batch_norm_with(&self, mean: &Self, variance: &Self, epsilon: f64);
    }
    embedding {
        fn embedding(&self, indices: &[usize]);
    }
    dropout {
        fn dropout(&self, rate: f64, uniform: &mut dyn FnMut() -> f64);
    }
    convolution {
        fn conv1d(&self, weight: &Self, convolution: convolution::Convolution<1>);
        fn conv2d(&self, weight: &Self, convolution: convolution::Convolution<2>);
        fn conv_transpose1d(&self, weight: &Self, convolution: convolution::Convolution<1>, longer: [usize; 1]);
        fn conv_transpose2d(&self, weight: &Self, convolution: convolution::Convolution<2>, longer: [usize; 2]);
    }
    pool {
        fn max_pool1d(&self, pooling: pool::Pooling<1>);
        fn max_pool2d(&self, pooling: pool::Pooling<2>);
        fn average_pool1d(&self, pooling: pool::Pooling<1>);
        fn average_pool2d(&self, pooling: pool::Pooling<2>);
    }
    transpose {
        fn transpose(&self);
        fn swap_axes(&self, first: usize, second: usize);
        fn permute(&self, axes: &[usize]);
    }
    reshape {
        fn reshape(&self, shape: &[usize]);
    }
    squeeze {
        fn squeeze(&self, axes: &[usize]);
        fn insert_axis(&self, axis: usize);
    }
    slice {
        fn slice(&self, parts: impl AsRef<[SliceInfoElem]>);
        fn slice_axis(&self, axis: usize, range: impl Into<ndarray::Slice>);
    }
    flip {
        fn flip(&self, axes: &[usize]);
    }
    gather {
        fn gather(&self, labels: &[usize]);
    }
    index_select {
        fn index_select(&self, axis: usize, indices: &[usize]);
        fn index_add(&self, axis: usize, indices: &[usize], source: &Self);
    }
    gather_along {
        fn gather_along(&self, axis: usize, indices: &ArrayD<usize>);
        fn scatter_add(&self, axis: usize, indices: &ArrayD<usize>, source: &Self);
    }
    concat {
        fn split(&self, axis: usize, lengths: &[usize]) -> Vec<Self>;
        static fn concat(arrays: &[&Self], axis: usize);
        static fn stack(arrays: &[&Self], axis: usize);
    }
    pad {
        fn pad(&self, widths: &[[usize; 2]], value: f64);
    }
    broadcast {
        fn broadcast_to(&self, shape: &[usize]);
    }
    tile {
        fn repeat(&self, axis: usize, count: usize);
        fn tile(&self, counts: &[usize]);
    }
}

#[cfg(feature = "linear-algebra")]
register! {
    /// Linear algebra on matrices, plain or recorded, for the feature `linear-algebra`. Each operation is documented in full
    /// in its module under [`op`](self). Derivatives are of any order, and elements may be dual numbers.
    ///
    /// # Panics
    /// Every method panics at the caller's line if shapes do not fit, tapes are mixed, or a matrix is not what it has to be,
    /// such as regular or positive definite.
    trait LinearAlgebra, swept by linear_algebra_cases;
    solve {
        fn solve(&self, right: &Self);
    }
    triangular_solve {
        fn triangular_solve(&self, right: &Self, triangle: triangular_solve::Triangle);
    }
    inverse {
        fn inverse(&self);
    }
    log_determinant {
        fn log_determinant(&self);
    }
    cholesky {
        fn cholesky(&self);
    }
    symmetric_eigen {
        fn symmetric_eigen(&self) -> (Self, Self);
        fn symmetric_eigenvalues(&self);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Case;

    /// Exact against numeric, forward against reverse, second order, nested; in `f32` and `f64`; wherever the operands lie.
    fn sweep(operations: Vec<(&'static str, Vec<Case>)>, least: usize) {
        let mut failures = Vec::new();
        let mut count = 0;
        for (operation, cases) in operations {
            for case in cases {
                count += 1;
                if let Err(discrepancy) = case.check() {
                    failures.push(format!("{operation}, {case:?}: {discrepancy}"));
                }
            }
        }
        assert!(failures.is_empty(), "{} of {count} cases:\n{}", failures.len(), failures.join("\n"));
        assert!(count > least, "the register lists {count} cases only");
    }

    #[test]
    fn every_registered_operation_passes_every_check() {
        sweep(super::cases(), 250);
    }

    #[cfg(feature = "linear-algebra")]
    #[test]
    fn linear_algebra_passes_every_check() {
        sweep(super::linear_algebra_cases(), 20);
    }
}
