//! Arrays: a thin layer over ndarray's shared array.

mod broadcast;
pub(crate) mod convolution;
#[cfg(feature = "linear-algebra")]
mod decompose;
mod element;
pub(crate) mod kernel;
mod lane;
mod pool;
pub(crate) mod pooling;
pub(crate) mod reduction;
mod run;
mod transposed;
mod vector;
pub(crate) mod window;

use std::fmt;
use std::ops::Index;

use ndarray::{ArcArray, ArrayD, ArrayViewD, Axis, Dimension, IxDyn, Slice};

pub(crate) use broadcast::broadcast_shape;
#[cfg(feature = "linear-algebra")]
pub use decompose::Decompose;
#[cfg(not(feature = "linear-algebra"))]
pub use element::Decompose;
pub use element::{Accumulate, Element};
pub use lane::Lane;
pub use pool::Recycling;

use crate::error::ShapeError;

/// An n-dimensional array of numbers with shared storage: a clone is a handle to the same elements.
///
/// Storage, strides, slicing and printing are ndarray's; [`view`](Array::view) and the conversions from and to its types
/// are there for everything that is not differentiated. Arrays broadcast as in ndarray and NumPy: axes are aligned from
/// the last, and an axis of length 1 repeats.
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = Array::new(&[2, 2], vec![1.0, 2.0, 3.0, 4.0])?;
/// let row = Array::new(&[2], vec![10.0, 20.0])?;
/// assert_eq!((&x + &row).to_vec(), [11.0, 22.0, 13.0, 24.0]);
/// assert_eq!(x.matmul(&x).to_vec(), [7.0, 10.0, 15.0, 22.0]);
///
/// assert_eq!((x.shape(), x.dimensions(), x.len(), x[&[1, 0]]), (&[2, 2][..], 2, 4, 3.0));
/// assert_eq!(Array::vector(&[1.0, 1.0]), Array::full(&[2], 1.0));
/// assert_eq!((Array::scalar(3.0).item(), x.item()), (Some(3.0), None));
/// let mut copy = x.clone();
/// copy.as_mut_slice()[0] = 10.0;
/// assert_eq!((copy.view().diag().sum(), x.view().diag().sum()), (14.0, 5.0));
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Array<T: Element> {
    /// There until the array is dropped.
    storage: Option<ArcArray<T, IxDyn>>,
}

/// Whoever drops the last handle leaves the buffer to arrays to come.
impl<T: Element> Drop for Array<T> {
    fn drop(&mut self) {
        if let Some(storage) = self.storage.take() {
            pool::give(storage);
        }
    }
}

impl<T: Element> Array<T> {
    /// An array of this shape with these elements, in row-major order. For an example see [`Array`].
    ///
    /// # Errors
    /// If the number of elements is not the product of the shape.
    pub fn new(shape: &[usize], elements: Vec<T>) -> Result<Self, ShapeError> {
        let found = elements.len();
        match (ArcArray::from_shape_vec(IxDyn(shape), elements), count(shape)) {
            (Ok(storage), _) => Ok(storage.into()),
            (Err(_), Some(count)) => {
                let reason = format!("the shape asks for {count} elements, found {found}");
                Err(ShapeError::new("array", [shape], reason))
            }
            (Err(_), None) => Err(ShapeError::new("array", [shape], UNCOUNTABLE)),
        }
    }

    /// An array made by a kernel, which guarantees the count.
    pub(crate) fn from_kernel(shape: &[usize], elements: Vec<T>) -> Self {
        debug_assert_eq!(shape.iter().product::<usize>(), elements.len());
        ArcArray::from_shape_vec(IxDyn(shape), elements).expect("a kernel fills its shape").into()
    }

    /// An array of this shape with arbitrary elements, to be written by a kernel.
    pub(crate) fn unwritten(shape: &[usize]) -> Self {
        pool::take(shape).into()
    }

    /// An array of this shape whose elements a kernel writes, every one: what it finds is arbitrary.
    pub(crate) fn written(shape: &[usize], write: impl FnOnce(&mut [T])) -> Self {
        let mut array = Self::unwritten(shape);
        write(array.as_mut_slice());
        array
    }

    /// A 0-dimensional array, which broadcasts to every shape.
    pub fn scalar(element: T) -> Self {
        Self::full(&[], element)
    }

    /// A 1-dimensional array.
    pub fn vector(elements: &[T]) -> Self {
        Self::written(&[elements.len()], |into| into.copy_from_slice(elements))
    }

    /// An array of one repeated element.
    ///
    /// # Panics
    /// If the shape asks for more elements than can be counted.
    #[track_caller]
    pub fn full(shape: &[usize], element: T) -> Self {
        assert!(count(shape).is_some(), "{}", ShapeError::new("array", [shape], UNCOUNTABLE));
        Self::written(shape, |elements| elements.fill(element))
    }

    /// An array of zeros.
    ///
    /// # Panics
    /// If the shape asks for more elements than can be counted.
    #[track_caller]
    pub fn zeros(shape: &[usize]) -> Self {
        Self::full(shape, T::zero())
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        self.storage().shape()
    }

    /// The number of axes.
    pub fn dimensions(&self) -> usize {
        self.storage().ndim()
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.storage().len()
    }

    /// Whether there is no element: some axis has length 0.
    pub fn is_empty(&self) -> bool {
        self.storage().is_empty()
    }

    /// The elements in row-major order, where they lie so in memory.
    pub fn as_slice(&self) -> Option<&[T]> {
        self.storage().as_slice()
    }

    /// The elements in row-major order for writing; copies first if the storage is shared with another array.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        if !self.storage().is_standard_layout() {
            *self = self.to_contiguous();
        }
        let storage = self.storage.as_mut().expect(UNTIL_DROPPED);
        storage.as_slice_mut().expect("the layout is row-major")
    }

    /// The elements in row-major order.
    pub fn to_vec(&self) -> Vec<T> {
        match self.as_slice() {
            Some(slice) => slice.to_vec(),
            None => self.storage().iter().copied().collect(),
        }
    }

    /// The only element of an array that has one.
    pub fn item(&self) -> Option<T> {
        if self.len() == 1 { self.storage().first().copied() } else { None }
    }

    /// A view with all of ndarray's methods.
    pub fn view(&self) -> ArrayViewD<'_, T> {
        self.storage().view()
    }

    /// The same elements, row-major in memory: itself if they already are.
    pub(crate) fn to_contiguous(&self) -> Self {
        if self.storage().is_standard_layout() {
            self.clone()
        } else {
            let mut array = Self::unwritten(self.shape());
            array.storage.as_mut().expect(UNTIL_DROPPED).assign(self.storage());
            array
        }
    }

    /// The same elements in another shape, without a copy.
    ///
    /// # Panics
    /// If the array is not row-major in memory, or the numbers of elements differ.
    pub(crate) fn into_shape(mut self, shape: &[usize]) -> Self {
        let storage = self.storage.take().expect(UNTIL_DROPPED);
        storage.into_shape_with_order(IxDyn(shape)).expect("row-major, with as many elements").into()
    }

    /// The elements of an array that is row-major in memory.
    pub(crate) fn contiguous(&self) -> &[T] {
        self.as_slice().expect("contiguous")
    }

    /// A part of a one-dimensional array in another shape, sharing its storage.
    pub(crate) fn section(&self, range: std::ops::Range<usize>, shape: &[usize]) -> Self {
        let slice = Slice::from(range.start as isize..range.end as isize);
        Self::from(self.storage().clone().slice_axis_move(Axis(0), slice)).into_shape(shape)
    }

    /// ndarray's array.
    pub(crate) fn storage(&self) -> &ArcArray<T, IxDyn> {
        self.storage.as_ref().expect(UNTIL_DROPPED)
    }
}

/// The number of elements of an array of this shape, unless they are more than can be counted. The axes that are not empty must
/// be fewer than that even if others are.
pub(crate) fn count(shape: &[usize]) -> Option<usize> {
    let mut lengths = shape.iter().filter(|&&length| length != 0);
    let count = lengths.try_fold(1_usize, |count, &length| count.checked_mul(length));
    count
        .filter(|&count| isize::try_from(count).is_ok())
        .map(|count| if shape.contains(&0) { 0 } else { count })
}

/// Why a shape without a [`count`] is refused.
pub(crate) const UNCOUNTABLE: &str = "the shape asks for more elements than can be counted";

const UNTIL_DROPPED: &str = "the storage is there until the array is dropped";

/// From ndarray's array of any number of axes, without a copy.
///
/// ```
/// use autograd::Array;
/// use ndarray::array;
///
/// assert_eq!(Array::from(array![[1.0, 2.0], [3.0, 4.0]]).shape(), [2, 2]);
/// ```
impl<T: Element, D: Dimension> From<ndarray::Array<T, D>> for Array<T> {
    fn from(array: ndarray::Array<T, D>) -> Self {
        array.into_shared().into()
    }
}

/// From ndarray's shared array of any number of axes: shares the elements.
impl<T: Element, D: Dimension> From<ArcArray<T, D>> for Array<T> {
    fn from(storage: ArcArray<T, D>) -> Self {
        Self { storage: Some(storage.into_dyn()) }
    }
}

impl<T: Element> From<Array<T>> for ArrayD<T> {
    fn from(mut array: Array<T>) -> Self {
        array.storage.take().expect(UNTIL_DROPPED).into_owned()
    }
}

/// The element at a full index, one position per axis.
///
/// # Panics
/// If the index lies outside the shape.
impl<T: Element> Index<&[usize]> for Array<T> {
    type Output = T;

    fn index(&self, index: &[usize]) -> &T {
        &self.storage()[index]
    }
}

impl<T: Element> fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.storage(), f)
    }
}

impl<T: Element + fmt::Display> fmt::Display for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.storage(), f)
    }
}

#[cfg(feature = "serde")]
mod serialization {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Array, Element};

    /// What ndarray writes of an array.
    #[derive(Deserialize)]
    #[serde(rename = "Array", deny_unknown_fields)]
    struct Written<T> {
        /// The version of the form.
        v: u8,
        dim: Vec<usize>,
        data: Vec<T>,
    }

    impl<T: Element + Serialize> Serialize for Array<T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.storage().serialize(serializer)
        }
    }

    impl<'de, T: Element + Deserialize<'de>> Deserialize<'de> for Array<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let Written { v, dim, data } = Written::deserialize(deserializer)?;
            if v != 1 {
                return Err(D::Error::custom(format!(
                    "an array is read in version 1 of its form, found {v}"
                )));
            }
            Self::new(&dim, data).map_err(D::Error::custom)
        }
    }
}
