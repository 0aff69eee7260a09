//! The buffer behind a tape: it grows through shared references, at the cost of one comparison for each record.

use alloc::vec::Vec;
use core::cell::{Cell, UnsafeCell};

/// A function that leaves its caller's vector registers as they were, where there is a convention of calling that says so.
///
/// By the usual one of x86-64 a callee may overwrite them all, so that a loop with a call in it, however rare, keeps its numbers
/// in memory: recording took a third longer. By that of 64-bit Windows, which can be chosen on any system, ten of them survive.
macro_rules! called_with_vectors_kept {
    ($(#[$attribute:meta])* fn $name:ident($($parameters:tt)*) $body:block) => {
        $(#[$attribute])*
        #[cfg(target_arch = "x86_64")]
        extern "win64-unwind" fn $name($($parameters)*) $body

        $(#[$attribute])*
        #[cfg(not(target_arch = "x86_64"))]
        fn $name($($parameters)*) $body
    };
}

/// An append-only buffer that handles write through a shared reference.
///
/// While it is lent to a sweep it cannot be appended to, so no reference into it ever meets a write.
pub(crate) struct Records<R> {
    /// Empty and without capacity while the records are lent.
    buffer: UnsafeCell<Vec<R>>,
    /// The most records that the buffer may have room for.
    limit: Cell<usize>,
}

impl<R> Records<R> {
    pub(crate) fn with_capacity(records: usize, limit: usize) -> Self {
        Self { buffer: UnsafeCell::new(Vec::with_capacity(records.min(limit))), limit: Cell::new(limit) }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        // SAFETY: see `push`; the reference ends with this line.
        unsafe { (*self.buffer.get()).len() }
    }

    /// Appends a record and returns its position.
    #[inline]
    pub(crate) fn push(&self, record: R) -> usize {
        // SAFETY: `UnsafeCell` makes the type `!Sync`, so no other thread has a reference. On this thread every
        // reference to the buffer is made inside a method of this type and ends before that method returns: `len`,
        // `push`, `extend`, `lower_limit` and `lend` are the only ones that take `&self`, `lend` moves the buffer out, and
        // none of them runs foreign code while it holds the reference (`grow` only allocates, and what `extend` copies
        // is `Copy`).
        let buffer = unsafe { &mut *self.buffer.get() };
        let position = buffer.len();
        if position == buffer.capacity() {
            self.grow(buffer, 1);
        }
        // SAFETY: the position is below the capacity, either found so or made so by `grow`; hence it lies in the
        // allocation, and all records below it are initialised.
        unsafe {
            buffer.as_mut_ptr().add(position).write(record);
            buffer.set_len(position + 1);
        }
        position
    }

    /// Appends records and returns how many there are now.
    #[inline]
    pub(crate) fn extend(&self, records: &[R]) -> usize
    where
        R: Copy,
    {
        // SAFETY: as in `push`; copying them runs no foreign code.
        let buffer = unsafe { &mut *self.buffer.get() };
        if records.len() > buffer.capacity() - buffer.len() {
            self.grow(buffer, records.len());
        }
        buffer.extend_from_slice(records);
        buffer.len()
    }

    called_with_vectors_kept! {
        /// Doubles the room, up to the limit, and makes it so large at least that `more` records fit.
        ///
        /// # Panics
        /// If that is beyond the limit, or the records are lent.
        #[cold]
        #[inline(never)]
        fn grow(&self, buffer: &mut Vec<R>, more: usize) {
            let (count, limit) = (buffer.len(), self.limit.get());
            assert!(limit > 0, "a tape cannot record while it is swept");
            assert!(
                more <= limit - count,
                "the tape is full: {count} operations were recorded; clear it or use one per task"
            );
            buffer.reserve_exact((count.max(FIRST_ROOM)).min(limit - count).max(more));
        }
    }

    /// Lowers the limit by so many.
    ///
    /// # Panics
    /// If there is room already for more records than the new limit would allow.
    #[inline]
    pub(crate) fn lower_limit(&self, by: usize) {
        // SAFETY: as in `push`.
        let room = unsafe { (*self.buffer.get()).capacity() };
        let limit = self.limit.get();
        assert!(
            room.checked_add(by).is_some_and(|room| room <= limit),
            "the tape is full: it has {limit} values left; clear it or use one per task"
        );
        self.limit.set(limit - by);
    }

    /// Lends the records out; they come back when the loan is dropped.
    ///
    /// # Panics
    /// If they are lent already.
    pub(crate) fn lend(&self) -> Loan<'_, R> {
        let limit = self.limit.replace(0);
        assert!(limit > 0, "a tape cannot be swept while it is swept");
        // SAFETY: as in `push`; taking the vector out runs no foreign code, for the one left behind is empty.
        let records = unsafe { core::mem::take(&mut *self.buffer.get()) };
        Loan { owner: self, records, limit }
    }

    /// Forgets the records and keeps their room.
    pub(crate) fn clear(&mut self, limit: usize) {
        self.buffer.get_mut().clear();
        self.limit.set(limit);
    }
}

/// The room of a buffer that has recorded something: 64 records.
const FIRST_ROOM: usize = 64;

/// The records, on loan.
pub(crate) struct Loan<'a, R> {
    owner: &'a Records<R>,
    records: Vec<R>,
    limit: usize,
}

impl<R> core::ops::Deref for Loan<'_, R> {
    type Target = [R];

    fn deref(&self) -> &[R] {
        &self.records
    }
}

impl<R> Drop for Loan<'_, R> {
    fn drop(&mut self) {
        // SAFETY: as in `Records::push`; the vector that is replaced is empty and has no room, because a limit of 0 kept
        // everything from growing it, so dropping it runs no foreign code.
        unsafe { *self.owner.buffer.get() = core::mem::take(&mut self.records) };
        self.owner.limit.set(self.limit);
    }
}
