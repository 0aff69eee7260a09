//! Array operations: what a primitive is, how it is applied, and the register of all of them.
//!
//! One operation is one file, with its forward rule, its vector–Jacobian product, its documentation and its cases for
//! the checks; and one entry in the register at the end of this file. Another crate adds an operation exactly as the
//! files here do: a struct, an `impl Primitive`, and [`bind`].
//!
//! Each module has a struct for the primitive, which tells the rule, and functions that apply it, which tell the rest: the
//! formula and the shapes, under *Gradient* the derivative by cases, with the choice at kinks, or what the operands receive from
//! the cotangent of the result; when it panics; an example; and where it comes from. Formulas without axes hold element by element,
//! and what is repeated to a longer shape receives the sum over its copies. Every operation is also a method, of [`ArrayOps`] or
//! `LinearAlgebra`.

use ndarray::{ArrayD, SliceInfoElem};

use crate::algebra::Algebra;
use crate::array::{Array, Element};
use crate::elementary::Elementary;
use crate::error::ShapeError;
use crate::kink::Ties;
use crate::value::Value;

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
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use autograd::op::{arithmetic::Add, bind};
///
/// let (a, b) = (Array::vector(&[1.0, 2.0]), Array::scalar(3.0));
/// assert_eq!(bind(Add, &[&a, &b]), &a + &b);
/// ```
#[track_caller]
pub fn bind<P: Primitive, A: ArrayAlgebra>(operation: P, operands: &[&A]) -> A {
    match A::try_bind(operation, operands) {
        Ok(result) => result,
        Err(error) => panic!("{error}"),
    }
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

mod axes;
mod nesting;
mod node;

pub use node::{Cotangents, Node, Operands};

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
    /// The operations on arrays, plain or recorded. Each is documented in full in its module under [`op`](self): what it is,
    /// its gradient by cases, the choice at its kinks, and when it panics.
    ///
    /// Arithmetic is done with operators, and the elementary functions (exp, ln, sqrt, tanh, powi and the like) are methods of
    /// [`Algebra`], which numbers have as well: import both.
    ///
    /// ```
    /// use autograd::{Algebra, Array, ArrayOps};
    ///
    /// let x = [Array::vector(&[1.0, 4.0])];
    /// assert_eq!(autograd::grad(|x| x[0].sqrt().sum_all(), &x)[0].to_vec(), [0.5, 0.25]);
    /// ```
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
