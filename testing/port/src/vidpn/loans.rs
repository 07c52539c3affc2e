//! Structures that the VidPN interfaces give to the driver: mode infos and path infos.
//!
//! A structure is either new (the driver fills it and adds or releases it) or lent (constant, to be released). What was
//! given back stays allocated, filled with a pattern, until the DDI that got it has returned: a second use is recognised
//! by its address instead of crashing the model.

use super::same::Same;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ptr::NonNull;

/// Who owns the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The driver, to add or to release.
    New,
    /// The port; the driver may read it until it releases it.
    Lent,
    /// The port: the driver added it.
    Added,
    /// The port: the driver released it.
    Released,
}

/// Why a structure can't be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misuse {
    /// The model never gave this pointer, or its DDI has returned.
    Unknown,
    /// It belongs to another set.
    Foreign,
    /// It was added before.
    Added,
    /// It was released before.
    Released,
    /// It is lent, not new.
    Lent,
}

struct Loan<T> {
    memory: NonNull<T>,
    original: Box<T>,
    standing: Standing,
    owner: u32,
    index: usize,
    processor: u32,
}

/// All structures of one type that are out.
pub(crate) struct Loans<T> {
    all: BTreeMap<usize, Loan<T>>,
}

// SAFETY: the memory is owned by the table and has no thread of its own.
unsafe impl<T: Send> Send for Loans<T> {}

impl<T> Default for Loans<T> {
    fn default() -> Self {
        Self {
            all: BTreeMap::new(),
        }
    }
}

/// What is left of one processor's structures when its DDI has returned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    /// New ones that were neither added nor released.
    pub new: usize,
    /// Lent ones that were not released.
    pub lent: usize,
}

impl<T: Same> Loans<T> {
    fn insert(
        &mut self,
        value: T,
        standing: Standing,
        owner: u32,
        index: usize,
        processor: u32,
    ) -> *mut T {
        let memory = NonNull::from(Box::leak(Box::new(value)));
        let loan = Loan {
            memory,
            original: Box::new(value),
            standing,
            owner,
            index,
            processor,
        };
        self.all.insert(memory.as_ptr().addr(), loan);
        memory.as_ptr()
    }

    /// A new structure for `owner`.
    pub fn create(&mut self, value: T, owner: u32, processor: u32) -> *mut T {
        self.insert(value, Standing::New, owner, 0, processor)
    }

    /// Lends element `index` of `owner`.
    pub fn lend(&mut self, value: T, owner: u32, index: usize, processor: u32) -> *const T {
        self.insert(value, Standing::Lent, owner, index, processor)
    }

    /// The index of the element that was lent (or the present one) as `pointer`.
    pub fn index(&self, pointer: *const T, owner: u32) -> Option<usize> {
        let loan = self.all.get(&pointer.addr())?;
        (loan.owner == owner && loan.standing == Standing::Lent).then_some(loan.index)
    }

    fn find(&mut self, pointer: *const T, owner: u32) -> Result<&mut Loan<T>, Misuse> {
        let loan = self.all.get_mut(&pointer.addr()).ok_or(Misuse::Unknown)?;
        match loan.standing {
            Standing::Added => Err(Misuse::Added),
            Standing::Released => Err(Misuse::Released),
            _ if loan.owner != owner => Err(Misuse::Foreign),
            _ => Ok(loan),
        }
    }

    /// What the driver wrote into a new structure of `owner`, which stays new.
    pub fn read_new(&mut self, pointer: *const T, owner: u32) -> Result<T, Misuse> {
        let loan = self.find(pointer, owner)?;
        if loan.standing != Standing::New {
            return Err(Misuse::Lent);
        }
        // SAFETY: the memory is a live allocation of a T; the driver wrote it on this processor, before this call.
        Ok(unsafe { loan.memory.read() })
    }

    /// Marks a new structure as added; the driver must not use it any more.
    pub fn consume(&mut self, pointer: *const T) {
        if let Some(loan) = self.all.get_mut(&pointer.addr()) {
            loan.standing = Standing::Added;
            poison(loan.memory);
        }
    }

    /// Takes a structure of `owner` back; says whether a lent one is as it was.
    pub fn release(&mut self, pointer: *const T, owner: u32) -> Result<bool, Misuse> {
        let loan = self.find(pointer, owner)?;
        // SAFETY: the memory is a live allocation of a T; the driver has given it back on this processor.
        let now = unsafe { loan.memory.read() };
        let kept = loan.standing == Standing::New || now.same(&loan.original);
        loan.standing = Standing::Released;
        poison(loan.memory);
        Ok(kept)
    }

    /// Frees everything that `processor` was given and says what had not come back.
    pub fn settle(&mut self, processor: u32) -> Left {
        let mut left = Left::default();
        let mine: Vec<usize> = self
            .all
            .iter()
            .filter(|(_, loan)| loan.processor == processor)
            .map(|(address, _)| *address)
            .collect();
        for address in mine {
            let Some(loan) = self.all.remove(&address) else {
                continue;
            };
            match loan.standing {
                Standing::New => left.new += 1,
                Standing::Lent => left.lent += 1,
                Standing::Added | Standing::Released => {}
            }
            // SAFETY: the memory came from a leaked box and is taken out of the table, so it is freed once.
            drop(unsafe { Box::from_raw(loan.memory.as_ptr()) });
        }
        left
    }
}

fn poison<T>(memory: NonNull<T>) {
    // SAFETY: the memory is a live allocation of a T; every T here is plain data that no Rust code reads afterwards.
    unsafe { memory.cast::<u8>().write_bytes(0xDD, size_of::<T>()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Same for u64 {
        fn same(&self, other: &Self) -> bool {
            self == other
        }
    }

    #[test]
    fn each_way_of_misusing_a_structure_has_its_name() {
        let mut loans = Loans::<u64>::default();
        let new = loans.create(1, 7, 0);
        assert_eq!(loans.read_new(new, 8), Err(Misuse::Foreign));
        assert_eq!(loans.read_new(new, 7), Ok(1));
        loans.consume(new);
        assert_eq!(loans.release(new, 7), Err(Misuse::Added));
        let lent = loans.lend(5, 7, 3, 0);
        assert_eq!(
            (loans.index(lent, 7), loans.index(lent, 6)),
            (Some(3), None)
        );
        assert_eq!(loans.read_new(lent, 7), Err(Misuse::Lent));
        assert_eq!(loans.release(lent, 7), Ok(true));
        assert_eq!(loans.release(lent, 7), Err(Misuse::Released));
        assert_eq!(
            loans.release(&raw const lent as *const u64, 7),
            Err(Misuse::Unknown)
        );
        let written = loans.lend(5, 7, 3, 0);
        // SAFETY: a live allocation; writing to it is the misuse that is tested.
        unsafe { written.cast_mut().write(6) };
        assert_eq!(loans.release(written, 7), Ok(false));
        loans.create(0, 7, 0);
        loans.lend(0, 7, 0, 1);
        assert_eq!(loans.settle(0), Left { new: 1, lent: 0 });
        assert_eq!(loans.settle(1), Left { new: 0, lent: 1 });
        assert_eq!(loans.settle(1), Left::default());
    }
}
