//! Products and sums of arrays by named axes: Einstein's convention.

#[cfg(test)]
use crate::check::{Case, cases_of};
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, axes, matmul, reshape, slice, sum, transpose};

/// What a formula such as `ij,jk->ik` says: a name for each axis of each operand, and of the result.
struct Formula {
    operands: Vec<Vec<char>>,
    result: Vec<char>,
}

impl Formula {
    /// Reads a formula for operands of these shapes. Without an arrow the result has, in alphabetical order, the axes that
    /// are named once.
    fn read(subscripts: &str, shapes: &[&[usize]]) -> Result<Self, String> {
        let (left, right) = match subscripts.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (subscripts, None),
        };
        let names = |part: &str| -> Result<Vec<char>, String> {
            let names = part.chars().filter(|name| !name.is_whitespace());
            let name = |name: char| match name {
                _ if name.is_alphabetic() => Ok(name),
                '.' => Err("an ellipsis is not understood; name every axis".to_owned()),
                _ => Err(format!("{name:?} is not the name of an axis; a letter is expected")),
            };
            names.map(name).collect()
        };
        let operands = left.split(',').map(names).collect::<Result<Vec<_>, _>>()?;
        if operands.len() != shapes.len() {
            return Err(format!("the formula has {} operands, found {}", operands.len(), shapes.len()));
        }
        let mut lengths: Vec<(char, usize, usize)> = Vec::new();
        for (position, (names, shape)) in operands.iter().zip(shapes).enumerate() {
            if names.len() != shape.len() {
                let names: String = names.iter().collect();
                return Err(format!(
                    "{names:?} names {} axes of operand {position}, which has {}",
                    names.chars().count(),
                    shape.len()
                ));
            }
            for (&name, &length) in names.iter().zip(*shape) {
                match lengths.iter().find(|(other, ..)| *other == name) {
                    None => lengths.push((name, length, position)),
                    Some(&(_, before, operand)) if before != length => {
                        return Err(format!(
                            "axis {name:?} has length {before} in operand {operand} and {length} in operand {position}"
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
        let result = match right {
            Some(right) => names(right)?,
            None => {
                let all = operands.concat();
                let once = |name: &char| all.iter().filter(|other| *other == name).count() == 1;
                let mut result: Vec<char> = all.iter().copied().filter(once).collect();
                result.sort_unstable();
                result
            }
        };
        for (position, name) in result.iter().enumerate() {
            if !lengths.iter().any(|(other, ..)| other == name) {
                return Err(format!("axis {name:?} of the result is an axis of no operand"));
            }
            if result[..position].contains(name) {
                return Err(format!("the result names axis {name:?} twice"));
            }
        }
        Ok(Self { operands, result })
    }
}

/// An array with names for its axes, each another.
struct Named<A> {
    array: A,
    names: Vec<char>,
}

impl<A: ArrayAlgebra> Named<A> {
    /// Names the axes; those of one name are taken along their diagonal, which then is the last axis.
    #[track_caller]
    fn new(array: &A, names: &[char]) -> Self {
        let mut named = Self { array: array.clone(), names: names.to_vec() };
        while let Some((first, second)) = named.repeated() {
            let name = named.names[first];
            let length = named.array.shape()[first];
            let mut order: Vec<usize> = axes::all(&named.array);
            order.retain(|&axis| axis != first && axis != second);
            named.names = order.iter().map(|&axis| named.names[axis]).chain([name]).collect();
            let mut shape: Vec<usize> = order.iter().map(|&axis| named.array.shape()[axis]).collect();
            order.extend([first, second]);
            let last = shape.len();
            shape.push(length * length);
            let square = reshape::reshape(&transpose::permute(&named.array, &order), &shape);
            let diagonal = ndarray::Slice::from(..).step_by(length as isize + 1);
            named.array = slice::slice_axis(&square, last, diagonal);
        }
        named
    }

    /// Two axes of one name.
    fn repeated(&self) -> Option<(usize, usize)> {
        let earlier = |axis: usize| self.names[..axis].iter().position(|name| *name == self.names[axis]);
        (0..self.names.len()).find_map(|axis| earlier(axis).map(|first| (first, axis)))
    }

    /// Sums over the axes of other names.
    #[track_caller]
    fn keeping(self, keep: impl Fn(char) -> bool) -> Self {
        let summed: Vec<usize> = (0..self.names.len()).filter(|&axis| !keep(self.names[axis])).collect();
        if summed.is_empty() {
            return self;
        }
        let array = sum::sum(&self.array, &summed);
        Self { array, names: self.names.into_iter().filter(|&name| keep(name)).collect() }
    }

    /// The array with its axes in the order of these names.
    #[track_caller]
    fn ordered(&self, names: impl Iterator<Item = char>) -> A {
        let axis = |name| self.names.iter().position(|other| *other == name).expect("one of its names");
        let order: Vec<usize> = names.map(axis).collect();
        if order.iter().copied().eq(0..order.len()) {
            return self.array.clone();
        }
        transpose::permute(&self.array, &order)
    }

    fn lengths(&self, names: &[char]) -> Vec<usize> {
        let axis = |name: &char| self.names.iter().position(|other| other == name).expect("one of its names");
        names.iter().map(|name| self.array.shape()[axis(name)]).collect()
    }

    /// The product of two arrays, summed over the common axes that nobody keeps.
    #[track_caller]
    fn times(self, other: Self, keep: impl Fn(char) -> bool) -> Self {
        let left = self.keeping(|name| keep(name) || other.names.contains(&name));
        let right = other.keeping(|name| keep(name) || left.names.contains(&name));
        let (common, only_left): (Vec<char>, Vec<char>) =
            left.names.iter().partition(|name| right.names.contains(name));
        let only_right: Vec<char> =
            right.names.iter().copied().filter(|name| !left.names.contains(name)).collect();
        let (batch, summed): (Vec<char>, Vec<char>) = common.iter().partition(|&&name| keep(name));
        let names = [&batch[..], &only_left, &only_right].concat();
        let [batch_lengths, left_lengths, summed_lengths] =
            [&batch, &only_left, &summed].map(|names| left.lengths(names));
        let right_lengths = right.lengths(&only_right);
        let ones = |names: &[char]| vec![1; names.len()];
        let left_array = left.ordered([&batch[..], &only_left, &summed].concat().into_iter());
        if summed.is_empty() || (only_left.is_empty() && only_right.is_empty()) {
            // No matrix product: elementwise, and then summed.
            let right_array = right.ordered([&batch[..], &only_right, &summed].concat().into_iter());
            let left_shape =
                [&batch_lengths[..], &left_lengths, &ones(&only_right), &summed_lengths].concat();
            let right_shape =
                [&batch_lengths[..], &ones(&only_left), &right_lengths, &summed_lengths].concat();
            let product =
                reshape::reshape(&left_array, &left_shape) * reshape::reshape(&right_array, &right_shape);
            let summed: Vec<usize> = (names.len()..names.len() + summed.len()).collect();
            let array = if summed.is_empty() { product } else { sum::sum(&product, &summed) };
            return Self { array, names };
        }
        let right_array = right.ordered([&batch[..], &summed, &only_right].concat().into_iter());
        let count = |lengths: &[usize]| lengths.iter().product::<usize>();
        let matrices = |rows: &[usize], columns: &[usize]| {
            // Without batch axes a plain matrix.
            let batch = if batch.is_empty() { vec![] } else { vec![count(&batch_lengths)] };
            [batch, vec![count(rows), count(columns)]].concat()
        };
        let product = matmul::matmul(
            &reshape::reshape(&left_array, &matrices(&left_lengths, &summed_lengths)),
            &reshape::reshape(&right_array, &matrices(&summed_lengths, &right_lengths)),
        );
        let shape = [batch_lengths, left_lengths, right_lengths].concat();
        Self { array: reshape::reshape(&product, &shape), names }
    }
}

/// The sum of products that a formula describes: every operand's axes get names, axes of one name run together, and those
/// that the result does not name are summed over.
///
/// | formula | what it is |
/// |---|---|
/// | `ij->ji` | a transpose |
/// | `ij->j`, `ij->` | a sum over axes |
/// | `ii->i`, `ii->` | a diagonal, a trace |
/// | `i,i->`, `i,j->ij` | an inner and an outer product |
/// | `ij,jk->ik`, `bij,bjk->bik` | a product of matrices, one for each position of a batch |
/// | `bi,ij,bj->b` | a bilinear form for each row |
///
/// Without an arrow the result has, in alphabetical order, the axes that are named once, as in NumPy. Several operands are
/// multiplied from left to right, and axes are summed as soon as nothing names them any more. Products that sum over an axis
/// are [products of matrices](super::matmul::matmul); everything else is elementwise.
///
/// Axes of one name must have one length; none is repeated, and an ellipsis is not understood.
///
/// # Gradient
///
/// Those of the steps. Together: an operand receives the sum of the products of the cotangent with all other operands, over
/// the axes that it does not name itself, and on the diagonal alone where it names one twice.
///
/// # Panics
/// If the formula cannot be read, does not fit the operands' numbers of axes, or names axes of different lengths alike: the
/// message names the axis.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let a = Array::new(&[2, 2], vec![1.0, 2.0, 3.0, 4.0])?;
/// assert_eq!(Array::einsum("ii->", &[&a]).item(), Some(5.0));
/// assert_eq!(Array::einsum("ij,jk->ik", &[&a, &a]), a.matmul(&a));
/// let gradient = autograd::grad(|x| autograd::Var::einsum("ij,ij->", &[&x[0], &x[0]]), &[a.clone()]);
/// assert_eq!(gradient[0], &a * 2.0);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// A. Einstein 1916, *Die Grundlage der allgemeinen Relativitätstheorie*, Annalen der Physik 49, pages 769–822, for the
/// convention of summing over repeated names.
#[track_caller]
pub fn einsum<A: ArrayAlgebra>(subscripts: &str, operands: &[&A]) -> A {
    let shapes: Vec<&[usize]> = operands.iter().map(|operand| operand.shape()).collect();
    let formula = match Formula::read(subscripts, &shapes) {
        Ok(formula) => formula,
        Err(reason) => {
            panic!("{}", ShapeError::new("einsum", shapes, format!("in {subscripts:?}, {reason}")))
        }
    };
    let mut product = Named::new(operands[0], &formula.operands[0]);
    for (position, (operand, names)) in operands.iter().zip(&formula.operands).enumerate().skip(1) {
        let later = &formula.operands[position + 1..];
        let keep = |name| formula.result.contains(&name) || later.iter().any(|names| names.contains(&name));
        product = product.times(Named::new(*operand, names), keep);
    }
    product.keeping(|name| formula.result.contains(&name)).ordered(formula.result.iter().copied())
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    cases_of! {
        |x| einsum("ij,jk->ik", &[&x[0], &x[1]]) => &[&[2, 3], &[3, 2]], &[&[2, 0], &[0, 3]];
        |x| einsum("bij,bjk->bik", &[&x[0], &x[1]]) => &[&[2, 1, 3], &[2, 3, 2]];
        |x| einsum("i,j->ij", &[&x[0], &x[1]]) => &[&[2], &[3]];
        |x| einsum("bi,ij,bj->b", &[&x[0], &x[1], &x[2]]) => &[&[2, 2], &[2, 3], &[2, 3]];
        |x| einsum("ij,ij->", &[&x[0], &x[1]]) => &[&[2, 3], &[2, 3]];
        |x| einsum("ii->", &[&x[0]]) => &[&[3, 3]];
        |x| einsum("iij->ji", &[&x[0]]) => &[&[2, 2, 3]], &[&[0, 0, 2]];
        |x| einsum("ij->j", &[&x[0]]) => &[&[2, 3]];
        |x| einsum(",i->i", &[&x[0], &x[1]]) => &[&[], &[2]];
    }
}
