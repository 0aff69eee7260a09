//! Pooling over one or two axes: the largest or the mean of the elements under a window.

use crate::algebra::number;
use crate::array::pooling::{Geometry, largest, mean_of_largest, spread, spread_to_largest, sum, ties};
use crate::array::window::Axis;
use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind, reshape};

/// The window of a pooling over so many axes.
///
/// ```
/// use autograd::op::pool::Pooling;
///
/// let overlapping = Pooling { stride: [2, 2], ..Pooling::of([3, 3]) };
/// assert_eq!(Pooling::of([2, 2]).stride, [2, 2]);
/// # let _ = overlapping;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pooling<const AXES: usize> {
    /// The lengths of the window.
    pub size: [usize; AXES],
    /// How far the window moves along each axis from one position to the next.
    pub stride: [usize; AXES],
    /// How far it reaches beyond either end of each axis: at most half its length, so that there is always an element under
    /// it.
    pub padding: [usize; AXES],
}

impl<const AXES: usize> Pooling<AXES> {
    /// Windows of this size side by side.
    pub fn of(size: [usize; AXES]) -> Self {
        Self { size, stride: size, padding: [0; AXES] }
    }
}

impl Pooling<1> {
    /// The same along the second of two axes, of which the first has length 1.
    fn along_second(self) -> Pooling<2> {
        Pooling { size: [1, self.size[0]], stride: [1, self.stride[0]], padding: [0, self.padding[0]] }
    }
}

impl Pooling<2> {
    fn axes(&self, lengths: [usize; 2]) -> [Axis; 2] {
        [0, 1].map(|axis| Axis {
            length: lengths[axis],
            size: self.size[axis],
            stride: self.stride[axis],
            padding: self.padding[axis],
            dilation: 1,
        })
    }

    /// The planes and windows over an array of this shape.
    fn geometry(&self, name: &'static str, shape: &[usize]) -> Result<Geometry, ShapeError> {
        let [planes @ .., height, width] = shape else {
            return Err(ShapeError::new(
                name,
                [shape],
                "expected at least two axes, the last two to pool over",
            ));
        };
        let axes = self.axes([*height, *width]);
        for axis in &axes {
            axis.check(name, &[shape])?;
            if axis.padding > axis.size / 2 || axis.length == 0 {
                let reason = format!(
                    "expected an element under every window: padding of at most half the window's {} elements, found {}, \
                     and an axis that is not empty",
                    axis.size, axis.padding
                );
                return Err(ShapeError::new(name, [shape], reason));
            }
        }
        Ok(Geometry { planes: planes.iter().product(), axes })
    }
}

/// The shape with the last two axes pooled.
fn pooled_shape(geometry: &Geometry, shape: &[usize]) -> Vec<usize> {
    let mut pooled = shape.to_vec();
    let kept = shape.len() - 2;
    pooled[kept..].copy_from_slice(&geometry.axes.map(|axis| axis.positions()));
    pooled
}

/// Refuses operands of a rule that are not shaped like images and results.
fn check_shapes(
    name: &'static str,
    images: &[&[usize]],
    results: &[&[usize]],
    pooled: &[usize],
) -> Result<(), ShapeError> {
    if images.iter().all(|&shape| shape == images[0]) && results.iter().all(|&shape| shape == pooled) {
        return Ok(());
    }
    let reason = format!("expected {:?} for images and {pooled:?} for what is pooled", images[0]);
    Err(ShapeError::new(name, images.iter().chain(results).copied(), reason))
}

/// The largest element under each window of the last two axes; each of k equal largest elements receives 1/k of the cotangent.
#[derive(Debug, Clone, Copy)]
pub struct MaxPool(
    /// The window.
    pub Pooling<2>,
);

/// What the images of a [`MaxPool`] receive, from images, result and cotangent. Linear in the cotangent; which elements are
/// the largest is constant, so that its second derivative is 0 at ties as well.
#[derive(Debug, Clone, Copy)]
struct SpreadToLargest(Pooling<2>);

/// The transpose of [`SpreadToLargest`], from images, result and a direction of the images: the mean over the largest elements.
#[derive(Debug, Clone, Copy)]
struct MeanOfLargest(Pooling<2>);

/// The sum of the elements under each window of the last two axes.
#[derive(Debug, Clone, Copy)]
pub struct SumPool(
    /// The window.
    pub Pooling<2>,
);

/// The transpose of [`SumPool`]: every element receives the cotangents of the windows that lie over it.
#[derive(Debug, Clone)]
struct SpreadPool {
    pooling: Pooling<2>,
    /// The shape of the images.
    shape: Vec<usize>,
}

impl Primitive for MaxPool {
    const NAME: &'static str = "max_pool2d";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let geometry = self.0.geometry(Self::NAME, x[0].shape())?;
        let images = x[0].to_contiguous();
        Ok(Array::written(&pooled_shape(&geometry, x[0].shape()), |y| {
            largest(&geometry, images.contiguous(), y)
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(SpreadToLargest(self.0), &[&x[0], y, &cotangent]));
    }

    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        let images = x[0].to_contiguous();
        self.0.geometry(Self::NAME, x[0].shape()).map_or(0, |geometry| ties(&geometry, images.contiguous()))
    }
}

impl Primitive for SpreadToLargest {
    const NAME: &'static str = "max_pool2d_spread";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let geometry = self.0.geometry(Self::NAME, x[0].shape())?;
        let pooled = pooled_shape(&geometry, x[0].shape());
        check_shapes(Self::NAME, &[x[0].shape()], &[x[1].shape(), x[2].shape()], &pooled)?;
        let [images, y, cotangent] = [x[0], x[1], x[2]].map(Array::to_contiguous);
        Ok(Array::written(images.shape(), |into| {
            spread_to_largest(&geometry, images.contiguous(), y.contiguous(), cotangent.contiguous(), into);
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(2, || bind(MeanOfLargest(self.0), &[&x[0], &x[1], &cotangent]));
    }
}

impl Primitive for MeanOfLargest {
    const NAME: &'static str = "max_pool2d_mean";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let geometry = self.0.geometry(Self::NAME, x[0].shape())?;
        let pooled = pooled_shape(&geometry, x[0].shape());
        check_shapes(Self::NAME, &[x[0].shape(), x[2].shape()], &[x[1].shape()], &pooled)?;
        let [images, y, direction] = [x[0], x[1], x[2]].map(Array::to_contiguous);
        Ok(Array::written(&pooled, |into| {
            mean_of_largest(&geometry, images.contiguous(), y.contiguous(), direction.contiguous(), into);
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(2, || bind(SpreadToLargest(self.0), &[&x[0], &x[1], &cotangent]));
    }
}

impl Primitive for SumPool {
    const NAME: &'static str = "sum_pool2d";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let geometry = self.0.geometry(Self::NAME, x[0].shape())?;
        let images = x[0].to_contiguous();
        Ok(Array::written(&pooled_shape(&geometry, x[0].shape()), |y| sum(&geometry, images.contiguous(), y)))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(SpreadPool { pooling: self.0, shape: x[0].shape().to_vec() }, &[&cotangent]));
    }
}

impl Primitive for SpreadPool {
    const NAME: &'static str = "sum_pool2d_spread";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let geometry = self.pooling.geometry(Self::NAME, &self.shape)?;
        check_shapes(Self::NAME, &[&self.shape], &[x[0].shape()], &pooled_shape(&geometry, &self.shape))?;
        let cotangent = x[0].to_contiguous();
        Ok(Array::written(&self.shape, |into| spread(&geometry, cotangent.contiguous(), into)))
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(SumPool(self.pooling), &[&cotangent]));
    }
}

/// Gives arrays a second axis of length 1 before the last, and takes it from what comes out.
#[track_caller]
fn with_second_axis<A: ArrayAlgebra>(name: &'static str, x: &A, of: impl FnOnce(&A) -> A) -> A {
    let [planes @ .., length] = x.shape() else {
        panic!("{}", ShapeError::new(name, [x.shape()], "expected at least one axis, the last to pool over"))
    };
    let result = of(&reshape::reshape(x, &[planes, &[1, *length]].concat()));
    let pooled = result.shape()[result.shape().len() - 1];
    reshape::reshape(&result, &[planes, &[pooled]].concat())
}

/// The largest element under each window of the last two axes: an axis of length L becomes ⌊(L + 2·padding − size)/stride⌋ + 1
/// long. What lies in the padding is smaller than everything. NaN if an element is.
///
/// # Gradient
///
/// The largest element receives the cotangent. *Kink*: each of k equal largest elements receives 1/k of it, the element of
/// minimum norm of the subdifferential, which is spanned by their unit vectors. (PyTorch gives the first of them all of it.) The
/// second derivative is 0, at ties as well.
///
/// # Panics
/// If there are fewer than two axes, the window is longer than an axis with its padding, or the padding more than half the
/// window.
///
/// # Example
///
/// ```
/// use autograd::op::pool::Pooling;
/// use autograd::{Array, ArrayOps, grad};
///
/// let x = [Array::new(&[2, 2], vec![1.0, 7.0, 7.0, 3.0])?];
/// let gradient = grad(|x| x[0].max_pool2d(Pooling::of([2, 2])).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [0.0, 0.5, 0.5, 0.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// K. Yamaguchi, K. Sakamoto, T. Akabane & Y. Fujimoto 1990, *A neural network for speaker-independent isolated word
/// recognition*.
#[track_caller]
pub fn max_pool2d<A: ArrayAlgebra>(x: &A, pooling: Pooling<2>) -> A {
    bind(MaxPool(pooling), &[x])
}

/// The largest element under each window of the last axis. Lengths, padding, source and an example are those of
/// [`max_pool2d`].
///
/// # Gradient
///
/// The largest element receives the cotangent. *Kink*: each of k equal largest elements receives 1/k of it.
///
/// # Panics
/// If there is no axis, the window is longer than it with its padding, or the padding more than half the window.
#[track_caller]
pub fn max_pool1d<A: ArrayAlgebra>(x: &A, pooling: Pooling<1>) -> A {
    with_second_axis("max_pool1d", x, |x| max_pool2d(x, pooling.along_second()))
}

/// The mean of the elements under each window of the last two axes: an axis of length L becomes
/// ⌊(L + 2·padding − size)/stride⌋ + 1 long. What lies in the padding does not count: the mean is over the elements there are,
/// as with PyTorch's `count_include_pad=False`.
///
/// # Gradient
///
/// Every element receives the cotangents of the windows that lie over it, each over its number of elements. Linear.
///
/// # Panics
/// If there are fewer than two axes, the window is longer than an axis with its padding, or the padding more than half the
/// window.
///
/// # Example
///
/// ```
/// use autograd::op::pool::Pooling;
/// use autograd::{Array, ArrayOps};
///
/// let x = Array::new(&[1, 4], vec![1.0, 3.0, 10.0, 20.0])?;
/// assert_eq!(x.average_pool2d(Pooling::of([1, 2])).to_vec(), [2.0, 15.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// Y. LeCun, L. Bottou, Y. Bengio & P. Haffner 1998, *Gradient-based learning applied to document recognition*, section II
/// (subsampling).
#[track_caller]
pub fn average_pool2d<A: ArrayAlgebra>(x: &A, pooling: Pooling<2>) -> A {
    let sums = bind(SumPool(pooling), &[x]);
    let dimensions = x.shape().len();
    let [vertical, horizontal] = pooling.axes([x.shape()[dimensions - 2], x.shape()[dimensions - 1]]);
    if pooling.padding == [0, 0] {
        return sums.clone() * sums.number(1.0 / (vertical.size * horizontal.size) as f64);
    }
    let under = |axis: Axis| -> Vec<usize> {
        let elements = |position| (0..axis.size).filter(|&tap| axis.element(position, tap).is_some()).count();
        (0..axis.positions()).map(elements).collect()
    };
    let (rows, columns) = (under(vertical), under(horizontal));
    let counts = rows.iter().flat_map(|&i| columns.iter().map(move |&j| number((i * j) as f64))).collect();
    let counts = Array::from_kernel(&[rows.len(), columns.len()], counts);
    sums / A::from_array(counts)
}

/// The mean of the elements under each window of the last axis. Lengths, padding, source and an example are those of
/// [`average_pool2d`].
///
/// # Gradient
///
/// Every element receives the cotangents of the windows that lie over it, each over its number of elements.
///
/// # Panics
/// If there is no axis, the window is longer than it with its padding, or the padding more than half the window.
#[track_caller]
pub fn average_pool1d<A: ArrayAlgebra>(x: &A, pooling: Pooling<1>) -> A {
    with_second_axis("average_pool1d", x, |x| average_pool2d(x, pooling.along_second()))
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let poolings: [(Pooling<2>, &[usize]); 5] = [
        (Pooling::of([2, 2]), &[2, 4, 5]),
        (Pooling { size: [3, 2], stride: [1, 1], padding: [1, 1] }, &[3, 3]),
        (Pooling { size: [2, 1], stride: [3, 3], padding: [1, 0] }, &[1, 2, 3, 4]),
        (Pooling { size: [1, 3], stride: [1, 2], padding: [0, 0] }, &[2, 7]),
        (Pooling::of([2, 2]), &[0, 2, 2]),
    ];
    let mut cases = Vec::new();
    for (pooling, shape) in poolings {
        let pooled = pooled_shape(&pooling.geometry("case", shape).expect("a case"), shape);
        cases.push(Case::new(MaxPool(pooling), &[shape]));
        cases.push(Case::new(SumPool(pooling), &[shape]));
        cases.push(Case::new(SpreadPool { pooling, shape: shape.to_vec() }, &[&pooled]));
    }
    cases.push(Case::new(MaxPool(Pooling::of([2, 2])), &[&[4, 2]]).transposed());
    cases
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::ArrayOps;

    /// A plane of equal elements: all of them tie, in every mode and order.
    #[test]
    fn ties_share_alike_in_both_modes() {
        let pooling = Pooling::of([2, 2]);
        for value in [0.0, 3.0, f64::INFINITY, f64::NEG_INFINITY] {
            let x = [Array::full(&[1, 2, 2], value)];
            let tape = crate::Tape::new();
            let variable = tape.var(x[0].clone());
            let pooled = variable.max_pool2d(pooling);
            assert_eq!(pooled.value().to_vec(), [value]);
            assert_eq!(tape.gradient(&pooled).wrt(&variable).to_vec(), [0.25; 4]);
            assert_eq!(tape.kinks()[0].elements, 4);
        }
        let x = [Array::full(&[2, 2], 3.0)];
        let direction = [Array::new(&[2, 2], vec![1.0, 0.0, 0.0, 0.0]).unwrap()];
        assert_eq!(crate::jvp(|x| x[0].max_pool2d(pooling), &x, &direction).1.to_vec(), [0.25]);
        assert_eq!(crate::hessian(|x| x[0].max_pool2d(pooling).sum_all(), &x), vec![vec![0.0; 4]; 4]);
    }

    #[test]
    fn one_nan_is_the_largest() {
        for place in 0..4 {
            let mut elements = vec![1.0; 4];
            elements[place] = f64::NAN;
            let x = Array::new(&[2, 2], elements).unwrap();
            assert!(x.max_pool2d(Pooling::of([2, 2])).to_vec()[0].is_nan());
        }
    }

    #[test]
    fn padding_neither_wins_nor_counts() {
        let pooling = Pooling { size: [3, 3], stride: [2, 2], padding: [1, 1] };
        let x = Array::new(&[2, 2], vec![-1.0, -2.0, -3.0, -6.0]).unwrap();
        assert_eq!(x.max_pool2d(pooling).to_vec(), [-1.0]);
        assert_eq!(x.average_pool2d(pooling).to_vec(), [-3.0]);
        let line = Array::vector(&[1.0, 5.0, 2.0]);
        assert_eq!(line.max_pool1d(Pooling::of([2])).to_vec(), [5.0]);
        assert_eq!(line.average_pool1d(Pooling { padding: [1], ..Pooling::of([2]) }).to_vec(), [1.0, 3.5]);
    }
}
