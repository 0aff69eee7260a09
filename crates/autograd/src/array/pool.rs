//! Buffers that arrays leave behind, kept for the next arrays of the same length.
//!
//! A step of training makes arrays of the same lengths again and again. While a tape of arrays lives on a thread, the buffers
//! of the arrays that are dropped on that thread are kept for the arrays that are made on it; with its last tape the thread
//! gives them all back. No more buffers of a length are kept than were asked for between two clearings of a tape, and those
//! that nobody has asked for at the last clearings are given back.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::marker::PhantomData;

use ndarray::{ArcArray, IxDyn};

use super::Element;

/// At so many clearings in a row fewer buffers of a length must have been asked for before the others are given back: an
/// evaluation in between, or a smaller batch at the end of an epoch, costs the steps around it nothing.
const PATIENCE: u32 = 8;

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { tapes: 0, shelves: Vec::new() }) };
}

/// The buffers of one thread.
struct Pool {
    /// The tapes of arrays that live on this thread. Without one nothing is kept.
    tapes: usize,
    /// A [`Shelf`] for each type of element; there are one or two.
    shelves: Vec<(TypeId, Box<dyn Clear>)>,
}

/// The buffers of one type of element, by length, ascending.
struct Shelf<T> {
    lengths: Vec<Length<T>>,
}

/// The buffers of one length.
struct Length<T> {
    length: usize,
    idle: Vec<ArcArray<T, IxDyn>>,
    /// How many were asked for since the last clearing.
    asked: usize,
    /// How many are asked for between two clearings: the most that are kept.
    demand: usize,
    /// At how many clearings in a row it was less than that.
    less: u32,
}

/// What a clearing means for a shelf of whatever type.
trait Clear: Any {
    fn clear(&mut self);
}

impl<T: Element> Clear for Shelf<T> {
    fn clear(&mut self) {
        for length in &mut self.lengths {
            length.less = if length.asked < length.demand { length.less + 1 } else { 0 };
            if length.less == PATIENCE {
                length.demand = length.asked;
                length.less = 0;
            }
            length.asked = 0;
            length.idle.truncate(length.demand);
        }
        self.lengths.retain(|length| length.demand > 0);
    }
}

impl<T: Element> Shelf<T> {
    /// Where the buffers of this length are, or would be.
    fn find(&self, length: usize) -> Result<usize, usize> {
        self.lengths.binary_search_by_key(&length, |of| of.length)
    }
}

impl Pool {
    fn shelf<T: Element>(&mut self) -> &mut Shelf<T> {
        let wanted = TypeId::of::<T>();
        let position = self.shelves.iter().position(|(element, _)| *element == wanted).unwrap_or_else(|| {
            self.shelves.push((wanted, Box::new(Shelf::<T> { lengths: Vec::new() })));
            self.shelves.len() - 1
        });
        let shelf: &mut dyn Any = &mut *self.shelves[position].1;
        shelf.downcast_mut().expect("a shelf is found by the type of its elements")
    }
}

/// A buffer of this shape with arbitrary elements, row-major, which belongs to the caller alone.
pub(super) fn take<T: Element>(shape: &[usize]) -> ArcArray<T, IxDyn> {
    let length = shape.iter().product();
    let kept = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.tapes == 0 {
            return None;
        }
        let shelf = pool.shelf::<T>();
        let position = shelf.find(length).unwrap_or_else(|position| {
            shelf.lengths.insert(position, Length { length, idle: Vec::new(), asked: 0, demand: 0, less: 0 });
            position
        });
        let of_length = &mut shelf.lengths[position];
        of_length.asked += 1;
        of_length.demand = of_length.demand.max(of_length.asked);
        of_length.idle.pop()
    });
    // The pool is gone while the thread ends.
    match kept.ok().flatten() {
        // Mostly it comes from an array of the same shape.
        Some(buffer) if buffer.shape() == shape => buffer,
        kept => {
            let buffer = kept.unwrap_or_else(|| ArcArray::from_vec(vec![T::zero(); length]).into_dyn());
            buffer.into_shape_with_order(IxDyn(shape)).expect("row-major, with the length of its shape")
        }
    }
}

/// Keeps the buffer of an array that is dropped, if it belongs to nobody else and is asked for.
pub(super) fn give<T: Element>(buffer: ArcArray<T, IxDyn>) {
    if !buffer.is_unique() || !buffer.is_standard_layout() {
        return;
    }
    let length = buffer.len();
    // Where nothing is kept the buffer is dropped, by the closure or with it.
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.tapes == 0 {
            return;
        }
        let shelf = pool.shelf::<T>();
        let Ok(position) = shelf.find(length) else { return };
        let of_length = &mut shelf.lengths[position];
        if of_length.idle.len() < of_length.demand {
            of_length.idle.push(buffer);
        }
    });
}

/// What lives as long as a tape of arrays: while there is one, its thread keeps buffers.
#[derive(Debug)]
pub struct Recycling {
    /// Belongs to the thread that counts it.
    thread: PhantomData<*const ()>,
}

impl Default for Recycling {
    fn default() -> Self {
        POOL.with_borrow_mut(|pool| pool.tapes += 1);
        Self { thread: PhantomData }
    }
}

impl Recycling {
    /// The tape was cleared: what was not asked for since may be given back.
    pub(crate) fn cleared(&self) {
        POOL.with_borrow_mut(|pool| pool.shelves.iter_mut().for_each(|(_, shelf)| shelf.clear()));
    }
}

impl Drop for Recycling {
    fn drop(&mut self) {
        // The pool is gone, and its buffers with it, when a tape lives in a variable of the thread and ends after it.
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            pool.tapes -= 1;
            if pool.tapes == 0 {
                pool.shelves.clear();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Array;

    /// The buffers kept of this length.
    fn idle<T: Element>(length: usize) -> usize {
        POOL.with_borrow_mut(|pool| {
            let shelf = pool.shelf::<T>();
            shelf.find(length).map_or(0, |position| shelf.lengths[position].idle.len())
        })
    }

    fn made(length: usize) -> Array<f64> {
        Array::written(&[length], |elements| elements.fill(1.0))
    }

    #[test]
    fn a_dropped_array_leaves_its_buffer_while_a_tape_lives() {
        drop(made(5));
        let tape = Recycling::default();
        assert_eq!(idle::<f64>(5), 0);
        drop(made(5));
        assert_eq!(idle::<f64>(5), 1);
        let (array, other) = (made(5), made(6));
        assert_eq!((idle::<f64>(5), idle::<f64>(6)), (0, 0));
        let shared = array.clone();
        drop(array);
        assert_eq!(idle::<f64>(5), 0, "somebody else has it still");
        drop((shared, other));
        assert_eq!((idle::<f64>(5), idle::<f64>(6)), (1, 1));
        drop(tape);
        assert_eq!(idle::<f64>(5), 0);
    }

    #[test]
    fn no_more_is_kept_than_is_asked_for() {
        let tape = Recycling::default();
        drop(Array::new(&[7], vec![0.0; 7]));
        assert_eq!(idle::<f64>(7), 0, "nobody asked for this length");
        let two = [made(7), made(7)];
        drop((two, Array::new(&[7], vec![0.0; 7])));
        assert_eq!(idle::<f64>(7), 2);
        tape.cleared();
        for _ in 1..PATIENCE {
            tape.cleared();
            assert_eq!(idle::<f64>(7), 2);
        }
        tape.cleared();
        assert_eq!(idle::<f64>(7), 0, "nobody asked for them in a long time");
    }
}
