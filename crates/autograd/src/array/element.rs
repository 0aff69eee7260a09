//! What an array can hold: its matrix product, and its loops.

use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use num_traits::Float;

use super::Array;
#[cfg(feature = "linear-algebra")]
use super::decompose::Decompose;
use super::lane::Lane;
use super::transposed::transpose_into;
use crate::dual::Dual;
use crate::threads::of_products;

/// Without the feature `linear-algebra` an element has no decompositions.
#[cfg(not(feature = "linear-algebra"))]
pub trait Decompose {}

#[cfg(not(feature = "linear-algebra"))]
impl<T> Decompose for T {}

/// A number that arrays can hold.
pub trait Element: Float + std::fmt::Debug + Default + Send + Sync + Decompose + 'static {
    /// The number as the loops over arrays see it: [`Lane`] for plain floats, whose elementary functions turn into vector
    /// code; the number itself for all others.
    type Lane: Float;

    /// Whether the number carries no derivatives.
    const IS_PLAIN: bool;

    /// The number for a loop.
    fn into_lane(self) -> Self::Lane;

    /// The number from a loop.
    fn from_lane(lane: Self::Lane) -> Self;

    /// Runs a loop over plain numbers with the widest vectors that the processor has. The results are the same with any:
    /// an addition is one, however many are done at once.
    ///
    /// What is to gain from it has to be inlined, and a long loop is not by itself: hence the `#[inline(always)]` at every
    /// closure that is passed here.
    fn vectorised(run: impl FnOnce()) {
        run();
    }

    /// Writes the product of an m×k and a k×n matrix over an m×n matrix, or adds it, whatever the strides of the three.
    ///
    /// # Panics
    /// If the sizes do not fit.
    fn multiply(
        left: ArrayView2<'_, Self>,
        right: ArrayView2<'_, Self>,
        accumulate: Accumulate,
        into: ArrayViewMut2<'_, Self>,
    );

    /// The product of an m×k matrix and a k×n matrix, row-major, whatever the strides of the operands.
    ///
    /// # Panics
    /// If the inner axes differ in length.
    fn product(left: ArrayView2<'_, Self>, right: ArrayView2<'_, Self>) -> Array<Self> {
        let (rows, columns) = (left.nrows(), right.ncols());
        Array::written(&[rows, columns], |elements| {
            let into =
                ArrayViewMut2::from_shape((rows, columns), elements).expect("as many as the shape asks for");
            Self::multiply(left, right, Accumulate::Overwrite, into);
        })
    }
}

/// What becomes of the numbers that a product is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accumulate {
    /// They are replaced.
    Overwrite,
    /// The product is added to them.
    Add,
}

/// Panics where matrices do not fit.
fn assert_fit<T>(left: &ArrayView2<'_, T>, right: &ArrayView2<'_, T>, into: &ArrayViewMut2<'_, T>) {
    assert_eq!(left.ncols(), right.nrows(), "a product needs equal inner axes");
    assert_eq!(
        (left.nrows(), right.ncols()),
        into.dim(),
        "a product has the rows of the left operand and the columns of the right"
    );
}

/// Plain floats: products go to the tuned kernels of the `gemm` crate, loops to the vectors that `pulp` finds.
macro_rules! plain_element {
    ($($number:ty),*) => {
        $(impl Element for $number {
            type Lane = Lane<$number>;

            const IS_PLAIN: bool = true;

            #[inline(always)]
            fn into_lane(self) -> Lane<$number> {
                Lane(self)
            }

            #[inline(always)]
            fn from_lane(lane: Lane<$number>) -> $number {
                lane.0
            }

            #[inline(always)]
            fn vectorised(run: impl FnOnce()) {
                pulp::Arch::new().dispatch(run);
            }

            fn multiply(
                left: ArrayView2<'_, Self>,
                right: ArrayView2<'_, Self>,
                accumulate: Accumulate,
                mut into: ArrayViewMut2<'_, Self>,
            ) {
                assert_fit(&left, &right, &into);
                let ((rows, inner), columns) = (left.dim(), right.ncols());
                if rows == 0 || columns == 0 {
                    return;
                }
                if inner == 0 {
                    if accumulate == Accumulate::Overwrite {
                        into.fill(0.0);
                    }
                    return;
                }
                if accumulate == Accumulate::Overwrite && writes_by_columns(rows, &right) {
                    if let Some(elements) = into.as_slice_mut() {
                        let mut by_columns = Array::<$number>::unwritten(&[columns, rows]);
                        let transposed = ArrayViewMut2::from_shape((columns, rows), by_columns.as_mut_slice());
                        let transposed = transposed.expect("as many as the shape asks for").reversed_axes();
                        Self::multiply(left, right, accumulate, transposed);
                        transpose_into(by_columns.contiguous(), rows, elements);
                        return;
                    }
                }
                let [left_strides, right_strides] = [left.strides(), right.strides()];
                let strides = [into.strides()[0], into.strides()[1]];
                // SAFETY: each pointer is that of a view, and is read, or written, at the positions that its view's shape and
                // strides span, which ndarray guarantees to be valid, initialised and, within the mutable view, distinct. The
                // sizes agree, as asserted. The mutable view is borrowed exclusively and so aliases neither operand.
                unsafe {
                    gemm::gemm(
                        rows,
                        columns,
                        inner,
                        into.as_mut_ptr(),
                        strides[1],
                        strides[0],
                        accumulate == Accumulate::Add,
                        left.as_ptr(),
                        left_strides[1],
                        left_strides[0],
                        right.as_ptr(),
                        right_strides[1],
                        right_strides[0],
                        1.0,
                        1.0,
                        false,
                        false,
                        false,
                        of_products(rows * columns * inner),
                    );
                }
            }
        })*
    };
}

plain_element!(f32, f64);

/// Whether a product is faster if its result is written column by column first and transposed then.
///
/// A right operand that lies column by column, as in the gradient of a layer's inputs, is `gemm`'s weak spot when the result
/// lies row by row: 42 GFLOP/s for 64×512 by 512×512 in `f32`, where 106 are reached with the operand in order. Written by
/// columns it is 96, and the result, with few rows, is much less to transpose than the operand. Of two to seven rows the whole
/// time goes into packing the operand: 518 µs for 4×512 by 512×512, where 19 are taken with the operand in order. Tiny products
/// are not worth it, and a single row `gemm` multiplies without packing.
fn writes_by_columns<T>(rows: usize, right: &ArrayView2<'_, T>) -> bool {
    let (inner, columns) = right.dim();
    right.strides() == [1, inner as isize] && rows >= 2 && rows <= 2 * inner && inner >= 32 && columns >= 32
}

impl<T: Element> Element for Dual<T> {
    type Lane = Self;

    const IS_PLAIN: bool = false;

    fn into_lane(self) -> Self {
        self
    }

    fn from_lane(lane: Self) -> Self {
        lane
    }

    /// (A + A′ε)(B + B′ε) = AB + (A′B + AB′)ε: three products of plain matrices.
    fn multiply(
        left: ArrayView2<'_, Self>,
        right: ArrayView2<'_, Self>,
        accumulate: Accumulate,
        mut into: ArrayViewMut2<'_, Self>,
    ) {
        assert_fit(&left, &right, &into);
        let (a, a_derivative) = (left.mapv(|x| x.value), left.mapv(|x| x.derivative));
        let (b, b_derivative) = (right.mapv(|x| x.value), right.mapv(|x| x.derivative));
        let mut values = Array2::from_elem(into.dim(), T::zero());
        let mut derivatives = values.clone();
        T::multiply(a.view(), b.view(), Accumulate::Overwrite, values.view_mut());
        T::multiply(a_derivative.view(), b.view(), Accumulate::Overwrite, derivatives.view_mut());
        T::multiply(a.view(), b_derivative.view(), Accumulate::Add, derivatives.view_mut());
        for ((into, &value), &derivative) in into.iter_mut().zip(&values).zip(&derivatives) {
            let product = Self::new(value, derivative);
            *into = match accumulate {
                Accumulate::Overwrite => product,
                Accumulate::Add => *into + product,
            };
        }
    }
}
