//! The cases on which an operation is swept.

use std::fmt;
use std::ops::Range;

use ndarray::Axis;

use super::{Discrepancy, Mode, Order, check_grads, spread};
use crate::algebra::number;
use crate::array::{Array, Element};
use crate::differentiable::Differentiable;
use crate::dual::Dual;
use crate::op::{ArrayAlgebra, Primitive, bind, transpose};
use crate::tape::Tape;
use crate::var::Var;

/// A recorded array of the checks in double precision, in single precision, and nested.
type Double<'t> = Var<'t, Array<Dual<f64>>>;
type Single<'t> = Var<'t, Array<Dual<f32>>>;
type Nested<'o, 'i> = Var<'i, Var<'o, Array<f64>>>;

/// A function as the checks see it: they are compiled once, and not anew for each.
trait Checked: Send + Sync {
    fn double<'t>(&self, operands: &Operands, x: &[Double<'t>]) -> Double<'t>;
    fn single<'t>(&self, operands: &Operands, x: &[Single<'t>]) -> Single<'t>;
    fn nested<'o, 'i>(&self, operands: &Operands, x: &[Nested<'o, 'i>]) -> Nested<'o, 'i>;
}

impl<F: Composite> Checked for F {
    fn double<'t>(&self, operands: &Operands, x: &[Double<'t>]) -> Double<'t> {
        operands.apply(self, x)
    }

    fn single<'t>(&self, operands: &Operands, x: &[Single<'t>]) -> Single<'t> {
        operands.apply(self, x)
    }

    fn nested<'o, 'i>(&self, operands: &Operands, x: &[Nested<'o, 'i>]) -> Nested<'o, 'i> {
        operands.apply(self, x)
    }
}

/// A function of arrays, at whatever level of nesting: an operation made of others, for a [`Case`].
///
/// ```
/// use autograd::check::{Case, Composite};
/// use autograd::{Algebra, ArrayAlgebra, ArrayOps};
///
/// /// The mean of the squares over the last axis.
/// struct MeanSquare;
///
/// impl Composite for MeanSquare {
///     fn apply<A: ArrayAlgebra>(&self, x: &[A]) -> A {
///         x[0].powi(2).mean(&[x[0].shape().len() - 1])
///     }
/// }
///
/// Case::of("mean_square", MeanSquare, &[&[2, 3]]).check().unwrap();
/// ```
pub trait Composite: Send + Sync + 'static {
    /// The function.
    fn apply<A: ArrayAlgebra>(&self, x: &[A]) -> A;
}

/// A primitive as a function.
struct Bound<P>(P);

impl<P: Primitive> Composite for Bound<P> {
    fn apply<A: ArrayAlgebra>(&self, x: &[A]) -> A {
        bind(self.0.clone(), &x.iter().collect::<Vec<_>>())
    }
}

/// Cases of expressions of arrays, each for several lists of shapes.
#[cfg(test)]
macro_rules! cases_of {
    ($(|$x:ident| $value:expr => $($shapes:expr),+;)+) => {{
        let mut cases: Vec<$crate::check::Case> = Vec::new();
        $({
            struct This;
            impl $crate::check::Composite for This {
                fn apply<A: $crate::ArrayAlgebra>(&self, $x: &[A]) -> A {
                    $value
                }
            }
            $(cases.push($crate::check::Case::of(stringify!($value), This, $shapes));)+
        })+
        cases
    }};
}
#[cfg(test)]
pub(crate) use cases_of;

/// A primitive, or an operation made of several, with the shapes to check it on: what this crate's own operations are swept with.
///
/// ```
/// use autograd::check::Case;
/// use autograd::op::{arithmetic::Divide, matmul::Matmul};
///
/// Case::new(Divide, &[&[2, 3], &[3]]).within(1.0..2.0).check().unwrap();
/// Case::new(Matmul, &[&[2, 3], &[2, 3]]).transposed_at(1).check().unwrap();
/// ```
pub struct Case {
    name: &'static str,
    operands: Operands,
    function: Box<dyn Checked>,
}

/// What the operands of a case look like.
#[derive(Debug, Clone)]
struct Operands {
    shapes: Vec<Vec<usize>>,
    interval: Range<f64>,
    transposed: Vec<usize>,
    /// Added to the diagonals.
    diagonal: f64,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {:?}, transposed {:?}", self.name, self.operands.shapes, self.operands.transposed)
    }
}

impl Case {
    /// A case with operands of these shapes and with elements between ½ and 2.
    pub fn new<P: Primitive>(primitive: P, shapes: &[&[usize]]) -> Self {
        Self::of(P::NAME, Bound(primitive), shapes)
    }

    /// As [`Case::new`], for an operation made of several.
    pub fn of(name: &'static str, function: impl Composite, shapes: &[&[usize]]) -> Self {
        Self {
            name,
            operands: Operands {
                shapes: shapes.iter().map(|shape| shape.to_vec()).collect(),
                interval: 0.5..2.0,
                transposed: Vec::new(),
                diagonal: 0.0,
            },
            function: Box::new(function),
        }
    }

    /// The same with elements from another interval.
    #[must_use]
    pub fn within(mut self, interval: Range<f64>) -> Self {
        self.operands.interval = interval;
        self
    }

    /// The same with every operand transposed after it is made, so that it is not contiguous.
    #[must_use]
    pub fn transposed(mut self) -> Self {
        self.operands.transposed = (0..self.operands.shapes.len()).collect();
        self
    }

    /// The same with one operand transposed after it is made.
    #[must_use]
    pub fn transposed_at(mut self, position: usize) -> Self {
        self.operands.transposed.push(position);
        self
    }

    /// The same with this number added to the diagonals of all operands, matrices in their last two axes: so that they can
    /// be inverted.
    #[must_use]
    pub fn with_diagonal(mut self, added: f64) -> Self {
        self.operands.diagonal = added;
        self
    }

    /// Checks it in `f64` and `f32`: exact against numeric, forward against reverse, second order; and
    /// reverse over reverse against forward over reverse. Operands that lie otherwise in memory, with their axes reversed,
    /// or as every second element backwards, must give the same.
    ///
    /// # Errors
    /// The first discrepancy.
    ///
    /// # Panics
    /// If the operands' shapes do not fit the primitive.
    pub fn check(&self) -> Result<(), Discrepancy> {
        let operands = &self.operands;
        let (double, single) = (operands.arrays::<f64>(), operands.arrays::<f32>());
        check_grads(|x| self.function.double(operands, x), &double, Order::Second, &Mode::ALL)?;
        check_grads(|x| self.function.single(operands, x), &single, Order::Second, &Mode::ALL)?;
        self.check_nested()?;
        self.check_layouts()
    }

    /// The gradient of the squared length of the gradient, once by reverse over reverse and once as 2H·g by forward over
    /// reverse.
    fn check_nested(&self) -> Result<(), Discrepancy> {
        let x = self.operands.arrays::<f64>();
        let outer = Tape::new();
        let outer_variables = outer.vars(&x);
        let inner = Tape::new();
        let inner_variables = inner.vars(&outer_variables);
        let result = self.function.nested(&self.operands, &inner_variables);
        let ones = ArrayAlgebra::from_array(Array::full(result.shape(), 1.0));
        let inner_gradient = inner.pullback(&result, ones);
        let mut squares = Var::constant(Array::scalar(0.0));
        for variable in &inner_variables {
            let gradient = inner_gradient.wrt(variable);
            squares += crate::op::sum::sum_all(&(&gradient * &gradient));
        }
        let outer_gradient = outer.gradient(&squares);
        let nested: Vec<f64> =
            outer_variables.iter().flat_map(|variable| outer_gradient.wrt(variable).to_vec()).collect();

        let gradient: Vec<Array<f64>> =
            inner_variables.iter().map(|v| inner_gradient.wrt(v).value().clone()).collect();
        let product = crate::derive::hvp(
            |x| crate::op::sum::sum_all(&self.function.double(&self.operands, x)),
            &x,
            &gradient,
        );
        let expected = product.iter().flat_map(|product| product.to_vec()).map(|product| 2.0 * product);
        for (coordinate, (reverse, other)) in nested.into_iter().zip(expected).enumerate() {
            let tolerance = 1e-10 * reverse.abs().max(1.0);
            if (reverse - other).abs() > tolerance {
                return Err(Discrepancy {
                    comparison: "reverse over reverse against forward over reverse",
                    coordinate,
                    second_coordinate: None,
                    left: reverse,
                    right: other,
                    tolerance,
                    count: 1,
                    reason: "The rule of reverse mode is not written in the differentiable language.",
                });
            }
        }
        Ok(())
    }

    /// The result and the cotangents of the operands, with all the derivatives that the elements carry.
    fn result_and_cotangents(&self, x: &[Array<Dual<f64>>]) -> Vec<Dual<f64>> {
        let tape = Tape::new();
        let variables = tape.vars(x);
        let result = self.function.double(&self.operands, &variables);
        let cotangent = (0..result.array().len()).map(|i| number(1.0 + 0.5 * spread(i))).collect();
        let gradient = tape.pullback(&result, Array::from_kernel(result.shape(), cotangent));
        let cotangents = variables.iter().flat_map(|variable| gradient.wrt(variable).to_vec());
        result.value().to_vec().into_iter().chain(cotangents).collect()
    }

    /// Whether the result and its first and second derivatives are the same wherever the operands lie.
    fn check_layouts(&self) -> Result<(), Discrepancy> {
        let direction = |count: usize| (0..count).map(|i| spread(i + 1)).collect::<Vec<f64>>();
        let x: Vec<Array<Dual<f64>>> =
            self.operands.arrays().iter().map(|x: &Array<f64>| x.dual(&direction(x.len()))).collect();
        let expected = self.result_and_cotangents(&x);
        let [reversed, backwards] =
            [0, 1].map(|layout| x.iter().map(|x| laid_out(x)[layout].clone()).collect::<Vec<_>>());
        for (comparison, x) in [
            ("operands with reversed axes against contiguous ones", reversed),
            ("every second element backwards against contiguous operands", backwards),
        ] {
            let found = self.result_and_cotangents(&x);
            for (coordinate, (found, expected)) in found.iter().zip(&expected).enumerate() {
                for (left, right) in [(found.value, expected.value), (found.derivative, expected.derivative)]
                {
                    let tolerance = 1e-12 * right.abs().max(1.0);
                    if (left - right).abs() > tolerance {
                        return Err(Discrepancy {
                            comparison,
                            coordinate,
                            second_coordinate: None,
                            left,
                            right,
                            tolerance,
                            count: 1,
                            reason: "The operation or its rule depends on where the operands lie.",
                        });
                    }
                }
            }
        }
        Ok(())
    }
}

impl Operands {
    fn arrays<T: Element>(&self) -> Vec<Array<T>> {
        let middle = (self.interval.start + self.interval.end) / 2.0;
        let half = (self.interval.end - self.interval.start) / 2.0;
        let mut count = 0;
        let mut next = || {
            count += 1;
            number(middle + half * spread(count))
        };
        let mut array = |shape: &Vec<usize>| {
            let mut elements: Vec<T> = (0..shape.iter().product()).map(|_| next()).collect();
            if let [.., rows, columns] = shape[..]
                && self.diagonal != 0.0
            {
                for matrix in elements.chunks_exact_mut((rows * columns).max(1)) {
                    let diagonal = matrix.iter_mut().step_by(columns + 1);
                    diagonal.for_each(|element| *element = *element + number(self.diagonal));
                }
            }
            Array::from_kernel(shape, elements)
        };
        self.shapes.iter().map(&mut array).collect()
    }

    fn apply<F: Composite, A: ArrayAlgebra>(&self, function: &F, x: &[A]) -> A {
        let x: Vec<A> = x
            .iter()
            .enumerate()
            .map(|(i, x)| if self.transposed.contains(&i) { transpose::transpose(x) } else { x.clone() })
            .collect();
        function.apply(&x)
    }
}

/// The same elements with the axes reversed in memory, or spread over twice the memory and backwards along the last axis.
fn laid_out(x: &Array<Dual<f64>>) -> [Array<Dual<f64>>; 2] {
    let reversed = x.storage().t().as_standard_layout().into_owned().reversed_axes();
    let Some(last) = x.dimensions().checked_sub(1).map(Axis) else {
        return [reversed.into(), x.clone()];
    };
    let mut backwards = x.storage().to_owned();
    backwards.invert_axis(last);
    let mut shape = x.shape().to_vec();
    shape[last.0] *= 2;
    let doubled = Array::from_kernel(&shape, backwards.iter().flat_map(|&x| [x, x]).collect());
    let step = ndarray::Slice::from(..).step_by(-2);
    let spread = doubled.storage().clone().slice_axis_move(last, step);
    [reversed.into(), spread.into()]
}
