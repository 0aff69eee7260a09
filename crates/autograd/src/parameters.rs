//! The parameters of a model: one flat buffer with named, shaped views.

use std::ops::Range;

use crate::array::{Array, Element};
use crate::op::ArrayAlgebra;
use crate::tape::{Gradient, Tape};
use crate::var::Var;

/// The names, shapes and places of a model's parameters in a flat buffer.
///
/// ```
/// use autograd::Layout;
///
/// let layout = Layout::new().with("weight", &[2, 3]).with("bias", &[3]);
/// assert_eq!((layout.len(), layout.entries()[1].range()), (9, 6..9));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    entries: Vec<Entry>,
}

/// One parameter: its name, its shape, and where it lies in the flat buffer, row-major.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    name: String,
    shape: Vec<usize>,
    range: Range<usize>,
}

impl Entry {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The place in the flat buffer.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }
}

impl Layout {
    /// No parameters yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a parameter.
    ///
    /// # Panics
    /// If the name is taken.
    #[must_use]
    #[track_caller]
    pub fn with(mut self, name: impl Into<String>, shape: &[usize]) -> Self {
        let name = name.into();
        assert!(self.entries.iter().all(|entry| entry.name != name), "the parameter name {name:?} is taken");
        let start = self.len();
        let range = start..start + shape.iter().product::<usize>();
        self.entries.push(Entry { name, shape: shape.to_vec(), range });
        self
    }

    /// The parameters in the order of the buffer.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The length of the flat buffer.
    pub fn len(&self) -> usize {
        self.entries.last().map_or(0, |entry| entry.range.end)
    }

    /// Whether there is no number at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The parameters of a model in one flat buffer, so that an optimizer sees a slice and a model sees arrays.
///
/// The arrays are views of the buffer. While any of them is alive a write to the buffer copies it first, so drop the
/// tape's variables (clear the tape) before the optimizer's step.
///
/// ```
/// use autograd::{Array, ArrayOps, Layout, Parameters, Tape};
///
/// let layout = Layout::new().with("weight", &[2, 1]).with("bias", &[1]);
/// let mut parameters = Parameters::new(layout, vec![1.0, -1.0, 0.5]);
/// let mut gradient = vec![0.0; parameters.len()];
/// let inputs = Array::new(&[3, 2], vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0])?;
///
/// let mut tape = Tape::new();
/// for _ in 0..10 {
///     let [weight, bias] = &parameters.record(&tape)[..] else { unreachable!() };
///     let outputs = autograd::Var::constant(inputs.clone()).matmul(weight) + bias;
///     let loss = (&outputs * &outputs).mean_all();
///     parameters.gradient(&tape, &loss, &mut gradient);
///     tape.clear();
///     for (parameter, slope) in parameters.as_mut_slice().iter_mut().zip(&gradient) {
///         *parameter -= 0.1 * slope;
///     }
/// }
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters<T: Element> {
    layout: Layout,
    flat: Array<T>,
}

impl<T: Element> Parameters<T> {
    /// Parameters in this layout with these values. For an example see [`Parameters`].
    ///
    /// # Panics
    /// If the number of values is not the layout's.
    #[track_caller]
    pub fn new(layout: Layout, values: Vec<T>) -> Self {
        assert_eq!(
            values.len(),
            layout.len(),
            "the layout has {} numbers, found {}",
            layout.len(),
            values.len()
        );
        Self { layout, flat: Array::from_kernel(&[values.len()], values) }
    }

    /// The layout.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The number of numbers.
    pub fn len(&self) -> usize {
        self.flat.len()
    }

    /// Whether there is no number at all.
    pub fn is_empty(&self) -> bool {
        self.flat.is_empty()
    }

    /// The flat buffer.
    pub fn as_slice(&self) -> &[T] {
        self.flat.as_slice().expect("one axis, contiguous")
    }

    /// The flat buffer for writing.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.flat.as_mut_slice()
    }

    /// The parameters as arrays in the layout's order: views of the buffer, nothing is copied.
    ///
    /// ```
    /// use autograd::{Layout, Parameters};
    ///
    /// let layout = Layout::new().with("weight", &[2, 1]).with("bias", &[1]);
    /// let parameters = Parameters::new(layout, vec![1.0, -1.0, 0.5]);
    /// assert_eq!(parameters.arrays()[0].shape(), [2, 1]);
    /// assert_eq!(parameters.get("bias").unwrap().item(), Some(0.5));
    /// ```
    pub fn arrays(&self) -> Vec<Array<T>> {
        self.layout.entries.iter().map(|entry| self.flat.section(entry.range.clone(), &entry.shape)).collect()
    }

    /// The parameter of this name, if there is one; for an example see [`Parameters::arrays`].
    pub fn get(&self, name: &str) -> Option<Array<T>> {
        let entry = self.layout.entries.iter().find(|entry| entry.name == name)?;
        Some(self.flat.section(entry.range.clone(), &entry.shape))
    }

    /// The parameters as leaves of a tape, in the layout's order: the first leaves, on a tape that is empty.
    ///
    /// # Panics
    /// If the tape is not empty; clear it first.
    #[track_caller]
    pub fn record<'t>(&self, tape: &'t Tape<Array<T>>) -> Vec<Var<'t, Array<T>>> {
        assert!(tape.is_empty(), "parameters are recorded first, on an empty tape; clear it");
        self.arrays().into_iter().map(|array| tape.var(array)).collect()
    }

    /// Writes the gradient of a scalar loss with respect to the parameters that were recorded on this tape into a flat
    /// buffer of the same layout, and returns the loss.
    ///
    /// # Panics
    /// If the loss is not scalar or was recorded elsewhere, or if `gradient` has another length than the parameters.
    #[track_caller]
    pub fn gradient(&self, tape: &Tape<Array<T>>, loss: &Var<'_, Array<T>>, gradient: &mut [T]) -> T {
        assert_eq!(gradient.len(), self.len(), "the gradient has the parameters' length");
        let sweep = tape.gradient(loss);
        for (leaf, entry) in self.layout.entries.iter().enumerate() {
            sweep.write_leaf(leaf, &mut gradient[entry.range.clone()]);
        }
        tape.recycle(sweep);
        loss.array().item().expect("a gradient was taken of it, hence it is scalar")
    }
}

impl<T: Element> Gradient<Array<T>> {
    /// Writes the cotangent of one of the tape's first leaves.
    fn write_leaf(&self, leaf: usize, into: &mut [T]) {
        match self.adjoints.get(leaf) {
            Some(Some(cotangent)) => match cotangent.as_slice() {
                Some(elements) => into.copy_from_slice(elements),
                None => into.iter_mut().zip(cotangent.view()).for_each(|(into, &element)| *into = element),
            },
            _ => into.fill(T::zero()),
        }
    }
}
