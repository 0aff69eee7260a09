//! Random streams by name, and which seeds are for what.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::{Digest, Sha256};

/// Reported seeds count up from here, plus the run's base seed. Seeds below 200 were used to size the experiments, so
/// that no reported result is one that the criteria could have been fitted to.
pub const REPORTED: u64 = 1000;

/// Seeds for choosing hyper-parameters count up from here, plus the run's base seed, and stay below [`REPORTED`].
pub const TUNING: u64 = 500;

/// The stream of random numbers that belongs to a `seed` and a `purpose`, such as "initialisation" or "batch order".
///
/// Its key is the SHA-256 of the seed's eight bytes, least significant first, and the purpose. Streams of different
/// seeds or purposes are independent for all that is known of SHA-256 and ChaCha, so an experiment that draws more
/// numbers for one purpose leaves every other purpose's numbers as they were.
///
/// ```
/// use bench_harness::run::seed::stream;
/// use rand::RngExt;
///
/// let draw = |seed, purpose| stream(seed, purpose).random::<u64>();
/// assert_eq!(draw(1000, "initialisation"), draw(1000, "initialisation"));
/// assert_ne!(draw(1000, "initialisation"), draw(1000, "batch order"));
/// assert_ne!(draw(1000, "initialisation"), draw(1001, "initialisation"));
/// ```
pub fn stream(seed: u64, purpose: &str) -> ChaCha8Rng {
    let mut hasher = Sha256::new();
    hasher.update(seed.to_le_bytes());
    hasher.update(purpose);
    ChaCha8Rng::from_seed(hasher.finalize().into())
}

/// `count` seeds from `first` on, shifted by the run's `base`.
pub(super) fn range(first: u64, base: u64, count: usize) -> Vec<u64> {
    // Wrapping keeps the reported and the tuning seeds of one base apart whatever the base.
    (0..count as u64).map(|index| first.wrapping_add(base).wrapping_add(index)).collect()
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    /// The first numbers of a stream never change: stored results and printed seeds would lose their meaning.
    /// Expected value: Python 3, `hashlib.sha256((1000).to_bytes(8, "little") + b"split")` as the key of ChaCha with
    /// 8 rounds, counter 0 and nonce 0; the first eight bytes, least significant first.
    #[test]
    fn a_stream_is_fixed_for_ever() {
        assert_eq!(stream(1000, "split").next_u64(), 0xad83faa626b9c44f);
    }

    #[test]
    fn reported_and_tuning_seeds_are_disjoint_for_every_base() {
        for base in [0, 1, 499, 500, u64::MAX - 1200, u64::MAX] {
            let reported = range(REPORTED, base, 500);
            assert!(range(TUNING, base, 500).iter().all(|seed| !reported.contains(seed)), "base {base}");
        }
    }
}
