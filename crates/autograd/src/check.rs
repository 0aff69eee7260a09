//! Checking derivatives: exact against numeric, forward against reverse, first and second order.

use std::fmt;
use std::ops::Range;

use ndarray::Axis;
use num_traits::{Float, ToPrimitive};

use crate::algebra::number;
use crate::array::{Array, Element};
use crate::derive::{duals, unit};
use crate::differentiable::{Differentiable, parts};
use crate::dual::Dual;
use crate::op::{ArrayAlgebra, Primitive, bind, transpose};
use crate::tape::Tape;
use crate::var::Var;

/// Two ways of computing one derivative that disagree.
#[derive(Debug, Clone, PartialEq)]
pub struct Discrepancy {
    /// What was compared, such as "reverse mode against differences".
    pub comparison: &'static str,
    /// The coordinate, counted through all arguments, by which was differentiated.
    pub coordinate: usize,
    /// What reverse mode gives.
    pub reverse: f64,
    /// What the other way gives.
    pub other: f64,
    /// The difference that rounding and truncation would explain.
    pub tolerance: f64,
    /// The likely reason.
    pub reason: &'static str,
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: at coordinate {} reverse mode gives {}, the other way {}; the difference {:e} exceeds {:e}. {}",
            self.comparison,
            self.coordinate,
            self.reverse,
            self.other,
            (self.reverse - self.other).abs(),
            self.tolerance,
            self.reason
        )
    }
}

impl std::error::Error for Discrepancy {}

/// Checks the derivatives of a function at `x`, coordinate by coordinate: reverse mode against forward mode, reverse mode
/// against central differences, and the second derivatives (forward over reverse) against differences of the gradient.
///
/// A result that is not scalar is weighed with fixed numbers first. Differences are extrapolated once (L. F. Richardson
/// 1911) from the steps h and h/2 with h = ε^⅕·max(1, |x|) and the machine epsilon ε, which leaves an error of about
/// ε^⅘; the tolerance is √ε times the size of the derivative, but at least of 1.
///
/// # Errors
/// The first discrepancy. At a kink exact and numeric derivatives differ rightly: check beside it.
///
/// ```
/// use autograd::check_grads;
/// use num_traits::{Float, ToPrimitive};
///
/// check_grads(|x| x[0].sin() * x[1].exp(), &[0.5, -0.3]).unwrap();
/// ```
pub fn check_grads<V: Differentiable>(
    f: impl for<'t> Fn(&[Var<'t, V::Dual>]) -> Var<'t, V::Dual>,
    x: &[V],
) -> Result<(), Discrepancy> {
    let count: usize = x.iter().map(|x| x.coordinates().len()).sum();
    for coordinate in 0..count {
        let direction = unit(x, coordinate);
        let here = derivatives(&f, &duals(x, &direction));
        let epsilon = V::Number::epsilon().to_f64().unwrap_or(f64::EPSILON);
        let at = coordinate_of(x, coordinate);
        let step = epsilon.powf(0.2) * at.abs().max(1.0);
        let moved = |step: f64| {
            let step: V::Number = number(step);
            let moved: Vec<V> = x
                .iter()
                .zip(&direction)
                .map(|(x, direction)| {
                    let pairs = x.coordinates().into_iter().zip(direction.coordinates());
                    x.with_coordinates(pairs.map(|(x, direction)| x + step * direction).collect())
                })
                .collect();
            derivatives(&f, &duals(&moved, &direction))
        };
        let sides = [moved(step), moved(-step), moved(step / 2.0), moved(-step / 2.0)];
        let extrapolated = |of: &dyn Fn(&Derivatives) -> f64| {
            let wide = (of(&sides[0]) - of(&sides[1])) / (2.0 * step);
            let narrow = (of(&sides[2]) - of(&sides[3])) / step;
            (4.0 * narrow - wide) / 3.0
        };
        let compare = |comparison, reverse: f64, other: f64, reason| {
            let tolerance = epsilon.sqrt() * reverse.abs().max(1.0);
            // Written so that NaN on one side alone is a discrepancy.
            let agree = (reverse - other).abs() <= tolerance || (reverse.is_nan() && other.is_nan());
            if agree {
                Ok(())
            } else {
                Err(Discrepancy { comparison, coordinate, reverse, other, tolerance, reason })
            }
        };
        let reverse = here.gradient[coordinate];
        compare(
            "reverse mode against forward mode",
            reverse,
            here.slope,
            "A rule of reverse mode is wrong.",
        )?;
        let kink =
            sides.iter().any(|side| (side.slope - here.slope).abs() > 1e-2 * here.slope.abs().max(1.0));
        let reason = if kink {
            "The slopes on both sides differ: `x` lies at or beside a kink, or the function is steep."
        } else {
            "A rule of both modes is wrong, or the closure is not a function of its arguments alone."
        };
        compare("reverse mode against differences", reverse, extrapolated(&|side| side.value), reason)?;
        for other in 0..count {
            compare(
                "second derivatives against differences of the gradient",
                here.second[other],
                extrapolated(&|side| side.gradient[other]),
                "The derivative's own derivative is wrong, or `x` lies beside a kink.",
            )?;
        }
    }
    Ok(())
}

/// A function weighed to one number, and its derivatives, at one point in one direction.
struct Derivatives {
    value: f64,
    /// The derivative in the direction, by forward mode.
    slope: f64,
    /// By reverse mode.
    gradient: Vec<f64>,
    /// The derivative of the gradient in the direction.
    second: Vec<f64>,
}

fn derivatives<D, T: Float>(f: &impl for<'t> Fn(&[Var<'t, D>]) -> Var<'t, D>, x: &[D]) -> Derivatives
where
    D: Differentiable<Number = crate::Dual<T>>,
{
    let tape = Tape::new();
    let variables = tape.vars(x);
    let result = f(&variables);
    let outputs = result.value.coordinates();
    let weights: Vec<f64> = (0..outputs.len()).map(|i| 1.0 + 0.5 * spread(i)).collect();
    let cotangent: Vec<_> = weights.iter().map(|&weight| number(weight)).collect();
    let gradient = tape.pullback(&result, result.value.with_coordinates(cotangent));
    let coordinates: Vec<_> =
        variables.iter().flat_map(|variable| gradient.wrt(variable).coordinates()).collect();
    let to_f64 =
        |numbers: Vec<T>| -> Vec<f64> { numbers.iter().map(|x| x.to_f64().unwrap_or(f64::NAN)).collect() };
    let weigh = |numbers: Vec<T>| to_f64(numbers).iter().zip(&weights).map(|(x, weight)| x * weight).sum();
    let (values, slopes) = parts(&outputs);
    let (first, second) = parts(&coordinates);
    Derivatives {
        value: weigh(values),
        slope: weigh(slopes),
        gradient: to_f64(first),
        second: to_f64(second),
    }
}

fn coordinate_of<V: Differentiable>(x: &[V], coordinate: usize) -> f64 {
    x.iter().flat_map(Differentiable::coordinates).nth(coordinate).and_then(|x| x.to_f64()).unwrap_or(0.0)
}

/// The i-th of a sequence that fills (−1, 1) evenly: multiples of the golden ratio, modulo 1.
pub(crate) fn spread(i: usize) -> f64 {
    ((i as f64 + 1.0) * 0.618_033_988_749_894_9).fract() * 2.0 - 1.0
}

/// A recorded array of the checks in double precision, in single precision, and nested.
type Double<'t> = Var<'t, Array<Dual<f64>>>;
type Single<'t> = Var<'t, Array<Dual<f32>>>;
type Nested<'o, 'i> = Var<'i, Var<'o, Array<f64>>>;

/// A primitive as the checks see it: they are compiled once, and not anew for each.
trait Checked: Send + Sync {
    fn double<'t>(&self, operands: &Operands, x: &[Double<'t>]) -> Double<'t>;
    fn single<'t>(&self, operands: &Operands, x: &[Single<'t>]) -> Single<'t>;
    fn nested<'o, 'i>(&self, operands: &Operands, x: &[Nested<'o, 'i>]) -> Nested<'o, 'i>;
}

impl<P: Primitive> Checked for P {
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

/// A primitive with the shapes to check it on.
pub struct Case {
    name: &'static str,
    operands: Operands,
    primitive: Box<dyn Checked>,
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
        Self {
            name: P::NAME,
            operands: Operands {
                shapes: shapes.iter().map(|shape| shape.to_vec()).collect(),
                interval: 0.5..2.0,
                transposed: Vec::new(),
                diagonal: 0.0,
            },
            primitive: Box::new(primitive),
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

    /// Checks the primitive in `f64` and `f32`: exact against numeric, forward against reverse, second order; and
    /// reverse over reverse against forward over reverse. Operands that lie otherwise in memory, with their axes reversed,
    /// or as every second element backwards, must give the same.
    ///
    /// # Errors
    /// The first discrepancy.
    pub fn check(&self) -> Result<(), Discrepancy> {
        let operands = &self.operands;
        check_grads(|x| self.primitive.double(operands, x), &operands.arrays::<f64>())?;
        check_grads(|x| self.primitive.single(operands, x), &operands.arrays::<f32>())?;
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
        let result = self.primitive.nested(&self.operands, &inner_variables);
        let ones = ArrayAlgebra::from_array(Array::full(result.shape(), 1.0));
        let inner_gradient = inner.pullback(&result, ones);
        let mut squares = Var::constant(Array::scalar(0.0));
        for variable in &inner_variables {
            let gradient = inner_gradient.wrt(variable);
            squares = squares + crate::op::sum::sum_all(&(&gradient * &gradient));
        }
        let outer_gradient = outer.gradient(&squares);
        let nested: Vec<f64> =
            outer_variables.iter().flat_map(|variable| outer_gradient.wrt(variable).to_vec()).collect();

        let gradient: Vec<Array<f64>> =
            inner_variables.iter().map(|v| inner_gradient.wrt(v).value().clone()).collect();
        let product = crate::derive::hvp(
            |x| crate::op::sum::sum_all(&self.primitive.double(&self.operands, x)),
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
                    reverse,
                    other,
                    tolerance,
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
        let result = self.primitive.double(&self.operands, &variables);
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
                for (reverse, other) in
                    [(found.value, expected.value), (found.derivative, expected.derivative)]
                {
                    let tolerance = 1e-12 * other.abs().max(1.0);
                    if (reverse - other).abs() > tolerance {
                        let reason = "The operation or its rule depends on where the operands lie.";
                        return Err(Discrepancy {
                            comparison,
                            coordinate,
                            reverse,
                            other,
                            tolerance,
                            reason,
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

    fn apply<P: Primitive, A: ArrayAlgebra>(&self, primitive: &P, x: &[A]) -> A {
        let x: Vec<A> = x
            .iter()
            .enumerate()
            .map(|(i, x)| if self.transposed.contains(&i) { transpose::transpose(x) } else { x.clone() })
            .collect();
        bind(primitive.clone(), &x.iter().collect::<Vec<_>>())
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
