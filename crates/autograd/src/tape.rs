//! The engine: recording, and the reverse sweep. It knows no operation.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::checkpoint::{Recomputable, Segment};
pub(crate) use crate::gradient::Gradient;
use crate::kink::Kink;
use crate::records::Records;
use crate::subdifferential::{Exploration, Side};
use crate::value::Value;
use crate::var::Var;

/// The position of an adjoint: leaves and nodes are numbered together, in the order in which they came.
pub type Index = u32;

/// Set in a record's first parent: the operation has further operands, in the record before this one.
pub(crate) const CONTINUED: Index = 1 << 31;

/// The most leaves and nodes together: their indices, and their number, stay clear of the mark.
const LIMIT: usize = (CONTINUED - 1) as usize;

/// What the tape remembers of an operation between two recorded numbers: its parents and its partial derivatives
/// with respect to them, 24 bytes in `f64`. No operation survives on the tape. An operation of many numbers is a block
/// of records; the last one is its node, and each hands its cotangent on to the one before.
#[derive(Debug, Clone, Copy)]
pub struct Record<T> {
    pub(crate) parents: [Index; 2],
    pub(crate) partials: [T; 2],
}

/// A stretch of leaves followed by a stretch of nodes. Leaves write no node, so the two are numbered by stretches.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// The number of leaves before the nodes of this stretch, all earlier leaves included.
    leaves: Index,
    /// The position among the nodes at which this stretch's nodes begin.
    first_node: Index,
}

/// A record of a computation, from which the reverse sweep takes the derivatives.
///
/// A tape belongs to one thread; a data-parallel program uses one tape per task. Handles ([`Var`]) borrow the tape, so
/// it cannot be cleared while any of them is alive.
///
/// ```
/// use autograd::Tape;
/// use num_traits::Float;
///
/// let tape = Tape::new();
/// let x = tape.var(3.0);
/// let y = x * x + x.sin();
/// let gradient = tape.gradient(&y);
/// assert_eq!(gradient.wrt(&x), 6.0 + 3.0_f64.cos());
/// ```
pub struct Tape<V: Value> {
    nodes: Records<V::Record>,
    stretches: RefCell<Vec<Stretch>>,
    leaves: Cell<Index>,
    adjoints: RefCell<Vec<V::Adjoint>>,
    kinks: RefCell<Vec<Kink>>,
    /// What is not stored, in the order of its outputs.
    segments: RefCell<Vec<Segment<V>>>,
    /// The sides that kinks take while a subdifferential is enumerated.
    exploration: RefCell<Option<Exploration>>,
    /// Empty buffers in which operations of many numbers collect their operands.
    spares: RefCell<Vec<Vec<V::Record>>>,
    /// Tells this recording from every other, so that a gradient is not asked about a variable of another: addresses
    /// would be taken again by later tapes.
    pub(crate) recording: usize,
    /// Last, so that what is dropped before it is still within it.
    scope: V::Scope,
}

/// A number that no recording of this process has had.
fn next_recording() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl<V: Value> Default for Tape<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: Value> core::fmt::Debug for Tape<V> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tape").field("leaves", &self.leaves.get()).field("nodes", &self.nodes()).finish()
    }
}

impl<V: Value> Tape<V> {
    /// An empty tape.
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty tape with room for `nodes` operations.
    pub fn with_capacity(nodes: usize) -> Self {
        Self {
            nodes: Records::with_capacity(nodes, LIMIT),
            stretches: RefCell::new(Vec::new()),
            leaves: Cell::new(0),
            adjoints: RefCell::new(Vec::new()),
            kinks: RefCell::new(Vec::new()),
            segments: RefCell::new(Vec::new()),
            exploration: RefCell::new(None),
            spares: RefCell::new(Vec::new()),
            recording: next_recording(),
            scope: V::Scope::default(),
        }
    }

    /// A leaf: an independent variable of the given value. Writes no node. For an example see [`Tape`].
    ///
    /// # Panics
    /// If the tape is full: it holds 2³¹ − 1 leaves and nodes.
    pub fn var(&self, value: V) -> Var<'_, V> {
        Var { tape: Some(self), index: self.add_leaves(1), value, pending: V::fresh(), is_node: true }
    }

    /// Numbers so many leaves and returns the index of the first.
    fn add_leaves(&self, count: usize) -> Index {
        self.nodes.lower_limit(count);
        let (before, nodes) = (self.leaves.get(), self.nodes.len() as Index);
        let leaves = before + count as Index;
        let mut stretches = self.stretches.borrow_mut();
        match stretches.last_mut() {
            Some(last) if last.first_node == nodes => last.leaves = leaves,
            _ => stretches.push(Stretch { leaves, first_node: nodes }),
        }
        self.leaves.set(leaves);
        before + nodes
    }

    /// One leaf for each value, numbered one after the other.
    ///
    /// # Panics
    /// If the tape is full: it holds 2³¹ − 1 leaves and nodes.
    pub fn vars(&self, values: &[V]) -> Vec<Var<'_, V>> {
        let first = self.add_leaves(values.len());
        let variable = |(index, value): (Index, &V)| Var {
            tape: Some(self),
            index,
            value: value.clone(),
            pending: V::fresh(),
            is_node: true,
        };
        (first..).zip(values).map(variable).collect()
    }

    /// Whether nothing is recorded, not even a leaf.
    pub fn is_empty(&self) -> bool {
        self.leaves.get() == 0 && self.nodes() == 0
    }

    /// The number of recorded operations between two variables; an operation of n counts as ⌈n/2⌉.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The bytes that the recorded operations and the last sweep's adjoints take. What a node of arrays points to is not
    /// counted.
    pub fn bytes(&self) -> usize {
        let adjoints = self.leaves.get() as usize + self.nodes();
        self.nodes() * size_of::<V::Record>() + adjoints * size_of::<V::Adjoint>()
    }

    /// The kinks at which values were recorded: where a gradient taken from this tape is one choice among several. For an
    /// example see [`Gradient::kinks`].
    pub fn kinks(&self) -> Vec<Kink> {
        self.kinks.borrow().clone()
    }

    /// Forgets everything recorded and keeps the memory for the next recording.
    ///
    /// ```
    /// use autograd::Tape;
    ///
    /// let mut tape = Tape::new();
    /// for x in [1.0, 2.0, 3.0] {
    ///     let variable = tape.var(x);
    ///     let gradient = tape.gradient(&(variable * variable));
    ///     assert_eq!(gradient.wrt(&variable), 2.0 * x);
    ///     tape.recycle(gradient);
    ///     tape.clear();
    /// }
    /// ```
    pub fn clear(&mut self) {
        self.nodes.clear(LIMIT);
        self.stretches.get_mut().clear();
        self.leaves.set(0);
        self.adjoints.get_mut().clear();
        self.kinks.get_mut().clear();
        self.segments.get_mut().clear();
        self.recording = next_recording();
        V::cleared(&self.scope);
    }

    /// Appends a node.
    #[inline]
    pub(crate) fn push(&self, record: V::Record) -> Index {
        let position = self.nodes.push(record);
        self.leaves.get() + position as Index
    }

    /// Appends the records of one operation, at least one, and returns its node: the last of them.
    #[inline]
    pub(crate) fn push_block(&self, records: &[V::Record]) -> Index
    where
        V::Record: Copy,
    {
        let end = self.nodes.extend(records);
        self.leaves.get() + (end - 1) as Index
    }

    /// An empty buffer in which to collect the operands of one operation.
    #[inline]
    pub(crate) fn spare(&self) -> Vec<V::Record> {
        self.spares.borrow_mut().pop().unwrap_or_default()
    }

    /// Takes such a buffer back, so that the next operation need not allocate.
    #[inline]
    pub(crate) fn keep_spare(&self, mut records: Vec<V::Record>) {
        records.clear();
        self.spares.borrow_mut().push(records);
    }

    pub(crate) fn note_kink(&self, kink: Kink) {
        self.kinks.borrow_mut().push(kink);
    }

    /// From here on every kink takes the side that the exploration says.
    pub(crate) fn explore(&self, exploration: Exploration) {
        *self.exploration.borrow_mut() = Some(exploration);
    }

    /// The exploration after a recording.
    pub(crate) fn explored(&self) -> Exploration {
        self.exploration.take().unwrap_or_default()
    }

    pub(crate) fn exploration(&self) -> &RefCell<Option<Exploration>> {
        &self.exploration
    }

    /// The side that the kink of an operation on numbers takes; `None` if it takes its own choice.
    pub(crate) fn side(&self) -> Option<Side> {
        self.exploration.borrow_mut().as_mut().map(Exploration::side)
    }

    /// The gradient of a scalar result with respect to everything it was computed from; for an example see [`Tape`].
    ///
    /// # Panics
    /// If `result` is not scalar, or was recorded on another tape.
    #[track_caller]
    pub fn gradient(&self, result: &Var<'_, V>) -> Gradient<V> {
        let Some(unit) = result.value.unit_cotangent() else {
            panic!(
                "a gradient needs a scalar result, found {}; sum it, or pass a cotangent to `pullback`",
                result.value.form()
            )
        };
        self.pullback(result, unit)
    }

    /// The product of a cotangent with the Jacobian of `result`: the cotangents of everything it was computed from.
    ///
    /// ```
    /// use autograd::Tape;
    ///
    /// let tape = Tape::new();
    /// let (x, y) = (tape.var(2.0), tape.var(3.0));
    /// let (sum, product) = (x + y, x * y);
    /// assert_eq!(tape.pullback(&product, 10.0).wrt(&x), 30.0);
    /// assert_eq!(tape.pullback_many(&[sum, product], vec![1.0, 10.0]).wrt(&x), 31.0);
    /// ```
    ///
    /// # Panics
    /// If `result` was recorded on another tape, or the cotangent has another shape.
    #[track_caller]
    pub fn pullback(&self, result: &Var<'_, V>, cotangent: V) -> Gradient<V> {
        self.sweep(core::slice::from_ref(result), [cotangent])
    }

    /// The sum of the [pullbacks](Self::pullback) of several results, in one sweep; for an example see there.
    ///
    /// # Panics
    /// If the number of cotangents is not that of the results, one has another shape than its result, or a result was recorded
    /// on another tape.
    #[track_caller]
    pub fn pullback_many(&self, results: &[Var<'_, V>], cotangents: Vec<V>) -> Gradient<V> {
        assert!(
            results.len() == cotangents.len(),
            "a pullback needs one cotangent for each result: expected {}, found {}",
            results.len(),
            cotangents.len()
        );
        self.sweep(results, cotangents)
    }

    #[track_caller]
    fn sweep(&self, results: &[Var<'_, V>], cotangents: impl IntoIterator<Item = V>) -> Gradient<V> {
        let mut gradient =
            Gradient { adjoints: self.adjoints.take(), kinks: self.kinks(), recording: self.recording };
        let nodes = self.nodes.lend();
        gradient.adjoints.clear();
        gradient.adjoints.resize(self.leaves.get() as usize + nodes.len(), V::untouched());
        let mut last = None;
        for (result, cotangent) in results.iter().zip(cotangents) {
            assert!(
                cotangent.fits(&result.value),
                "a cotangent is formed like its result: expected {}, found {}",
                result.value.form(),
                cotangent.form()
            );
            let Some(tape) = result.tape else { continue };
            assert_same_tape(self, tape);
            V::accumulate(&mut gradient.adjoints[result.index as usize], cotangent, &result.pending);
            last = last.max(Some(result.index));
        }
        let Some(last) = last else { return gradient };
        let stretches = self.stretches.borrow();
        let segments = self.segments.borrow();
        let mut waiting = segments.as_slice();
        // No node after the last result can contribute to it.
        let mut end = nodes.len();
        for (position, stretch) in stretches.iter().enumerate().rev() {
            let first = stretch.first_node as usize;
            let stop = end.min((last as usize + 1).saturating_sub(stretch.leaves as usize));
            let first_index = stretch.leaves as usize + first;
            V::sweep(&nodes[first..stop.max(first)], first_index as Index, &mut gradient.adjoints);
            end = first;
            let earlier = position.checked_sub(1).map_or(0, |before| stretches[before].leaves);
            while let [before @ .., segment] = waiting
                && segment.first_output() >= stretch.first_node + earlier
            {
                waiting = before;
                if segment.first_output() <= last {
                    let (kinks, exploration) = segment.sweep(&mut gradient.adjoints, self.exploration.take());
                    gradient.kinks.extend(kinks);
                    *self.exploration.borrow_mut() = exploration;
                }
            }
        }
        gradient
    }

    /// Leaves for the outputs of a part that is not stored but recomputed.
    pub(crate) fn recomputed(
        &self,
        function: Box<dyn Recomputable<V>>,
        inputs: &[Var<'_, V>],
        outputs: Vec<V>,
    ) -> Vec<Var<'_, V>> {
        let outputs: Vec<_> = outputs.into_iter().map(|value| self.var(value)).collect();
        if let Some(first) = outputs.first() {
            let segment = Segment::new(function, inputs, &outputs, first.index);
            self.segments.borrow_mut().push(segment);
        }
        outputs
    }

    /// The inputs of the recomputed part that a leaf is an output of.
    pub(crate) fn inputs_of(&self, leaf: Index) -> Option<Vec<Index>> {
        let segments = self.segments.borrow();
        segments.iter().find(|segment| segment.has_output(leaf)).map(Segment::origins)
    }

    /// The number of leaves.
    pub(crate) fn leaves(&self) -> usize {
        self.leaves.get() as usize
    }

    /// The index of the node at this position.
    pub(crate) fn index_of(&self, node: usize) -> Index {
        let stretches = self.stretches.borrow();
        let stretch = stretches.partition_point(|stretch| stretch.first_node as usize <= node);
        node as Index + stretch.checked_sub(1).map_or(0, |stretch| stretches[stretch].leaves)
    }

    /// The position of the node with this index; `None` if it is a leaf.
    pub(crate) fn node_at(&self, index: Index) -> Option<usize> {
        let stretches = self.stretches.borrow();
        let next = stretches.partition_point(|stretch| stretch.first_node + stretch.leaves <= index);
        let node = index - stretches[..next].last()?.leaves;
        stretches.get(next).is_none_or(|next| node < next.first_node).then_some(node as usize)
    }

    /// Reads the nodes; the first argument finds the position of an index, unless it is a leaf's.
    pub(crate) fn with_nodes<R>(
        &self,
        read: impl FnOnce(&dyn Fn(Index) -> Option<usize>, &[V::Record]) -> R,
    ) -> R {
        let nodes = self.nodes.lend();
        let position = |index: Index| self.node_at(index).filter(|&node| node < nodes.len());
        read(&position, &nodes)
    }

    /// Gives the memory of a gradient back to the tape, so that the next sweep need not allocate. For an example see
    /// [`Tape::clear`].
    pub fn recycle(&self, gradient: Gradient<V>) {
        *self.adjoints.borrow_mut() = gradient.adjoints;
    }
}

/// # Panics
/// At the caller's line, if the two tapes differ.
#[track_caller]
#[inline]
pub(crate) fn assert_same_tape<V: Value>(left: &Tape<V>, right: &Tape<V>) {
    if !core::ptr::eq(left, right) {
        different_tapes();
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn different_tapes() -> ! {
    panic!(
        "the operands were recorded on two different tapes; record all variables of one computation on one tape, or \
         pass one of them as a constant (`Var::constant(x.value())`)"
    )
}
