//! Parts of an array: ranges with steps, single positions, new axes. Nothing is copied: the result is a view.

use ndarray::{ArrayD, IxDyn, Slice as Range, SliceInfoElem};

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind};

/// A part of an array, as [`s!`](crate::s) describes it. Its transpose is [`Embed`].
#[derive(Debug, Clone)]
pub struct Slice {
    /// What is taken along each axis; axes that are not mentioned are taken whole.
    pub parts: Vec<SliceInfoElem>,
}

/// Zeros of a shape, but for a part of it, as [`s!`](crate::s) describes it. Its transpose is [`Slice`].
#[derive(Debug, Clone)]
pub struct Embed {
    /// Where along each axis the operand lies.
    pub parts: Vec<SliceInfoElem>,
    /// The shape of the whole.
    pub shape: Vec<usize>,
}

/// The description with every axis mentioned, if all of it lies within the shape.
fn within(
    name: &'static str,
    shape: &[usize],
    parts: &[SliceInfoElem],
) -> Result<Vec<SliceInfoElem>, ShapeError> {
    let wrong = |reason: String| Err(ShapeError::new(name, [shape], reason));
    let mut lengths = shape.iter().enumerate();
    for part in parts {
        if part.is_new_axis() {
            continue;
        }
        let Some((axis, &length)) = lengths.next() else {
            return wrong(format!("it has {} axes, but the slice describes more", shape.len()));
        };
        let place = |index: isize| if index < 0 { index + length as isize } else { index };
        match *part {
            SliceInfoElem::Slice { step: 0, .. } => {
                return wrong(format!("the step along axis {axis} is 0; take 1, or -1 for the reverse"));
            }
            SliceInfoElem::Slice { start, end, .. } => {
                let ends = [place(start), place(end.unwrap_or(length as isize))];
                if ends.iter().any(|end| !(0..=length as isize).contains(end)) {
                    return wrong(format!("axis {axis} has length {length}, and {part} reaches beyond it"));
                }
            }
            SliceInfoElem::Index(index) if !(0..length as isize).contains(&place(index)) => {
                return wrong(format!("axis {axis} has length {length}, and no position {index}"));
            }
            _ => {}
        }
    }
    let whole = SliceInfoElem::Slice { start: 0, end: None, step: 1 };
    Ok(parts.iter().copied().chain(lengths.map(|_| whole)).collect())
}

impl Primitive for Slice {
    const NAME: &'static str = "slice";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let parts = within(Self::NAME, x[0].shape(), &self.parts)?;
        Ok(x[0].storage().clone().slice_move(&parts[..]).into())
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let shape = x[0].shape().to_vec();
        into.add(0, || bind(Embed { parts: self.parts.clone(), shape }, &[&cotangent]));
    }
}

impl Primitive for Embed {
    const NAME: &'static str = "embed";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let parts = within(Self::NAME, &self.shape, &self.parts)?;
        let mut whole = ArrayD::from_elem(IxDyn(&self.shape), T::zero());
        let mut part = whole.slice_mut(&parts[..]);
        if part.shape() != x[0].shape() {
            let reason =
                format!("the part of {:?} that it shall fill has the shape {:?}", self.shape, part.shape());
            return Err(ShapeError::new(Self::NAME, [x[0].shape()], reason));
        }
        part.assign(x[0].storage());
        Ok(whole.into())
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(Slice { parts: self.parts.clone() }, &[&cotangent]));
    }
}

/// A part of an array, described with [`s!`](crate::s) for one axis after the other: a range, `from..to;step`, a position,
/// which drops the axis, or `NewAxis`. Negative positions count from the end. Axes that are not mentioned are taken whole. A
/// negative step walks its range from the end, as in ndarray: `..;-1` is the reverse. The part is a view, of which nothing is
/// copied.
///
/// # Gradient
///
/// The cotangent where the part lies, among zeros.
///
/// # Panics
/// If the description has more axes than the array, or reaches beyond one.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps, s};
///
/// let x = [Array::new(&[2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?];
/// assert_eq!(x[0].slice(s![.., 1..]).to_vec(), [2.0, 3.0, 5.0, 6.0]);
/// assert_eq!(x[0].slice_axis(1, 1..), x[0].slice(s![.., 1..]));
/// assert_eq!(x[0].slice(s![1, ..;-2]).to_vec(), [6.0, 4.0]);
/// let gradient = autograd::grad(|x| x[0].slice(s![-1, ..;2]).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [0.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn slice<A: ArrayAlgebra>(x: &A, parts: impl AsRef<[SliceInfoElem]>) -> A {
    bind(Slice { parts: parts.as_ref().to_vec() }, &[x])
}

/// A range of one axis, the others whole: `x.slice_axis(axis, 2..5)`, a view. A step is written
/// `Slice::from(2..5).step_by(2)` with ndarray's `Slice`. For an example see [`slice`](slice()).
///
/// # Gradient
///
/// The cotangent where the range lies, among zeros.
///
/// # Panics
/// If the axis does not exist, or the range reaches beyond it.
#[track_caller]
pub fn slice_axis<A: ArrayAlgebra>(x: &A, axis: usize, range: impl Into<Range>) -> A {
    if let Err(error) = axes::require(Slice::NAME, x.shape(), axis) {
        panic!("{error}");
    }
    let mut parts = vec![SliceInfoElem::from(..); axis];
    parts.push(range.into().into());
    bind(Slice { parts }, &[x])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    use crate::s;
    let part =
        |parts: &[SliceInfoElem], shape: &[usize]| Case::new(Slice { parts: parts.to_vec() }, &[shape]);
    let whole = |parts: &[SliceInfoElem], from: &[usize], shape: &[usize]| {
        Case::new(Embed { parts: parts.to_vec(), shape: shape.to_vec() }, &[from])
    };
    vec![
        part(s![.., 1..3].as_ref(), &[2, 3]),
        part(s![1].as_ref(), &[2, 3]),
        part(s![..;-1, -1].as_ref(), &[2, 3]),
        part(s![ndarray::NewAxis, ..;2].as_ref(), &[3]),
        part(s![1..1].as_ref(), &[2, 2]),
        part(&[], &[]),
        part(s![..].as_ref(), &[0, 3]),
        whole(s![.., 1..3].as_ref(), &[2, 2], &[2, 4]),
        whole(s![..;-2, 0].as_ref(), &[2], &[3, 2]),
        whole(s![1, 1].as_ref(), &[], &[2, 2]),
    ]
}
