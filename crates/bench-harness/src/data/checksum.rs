//! SHA-256, the one checksum of the house: of data, of cells and of seeds.

use sha2::{Digest, Sha256};

/// SHA-256 of `parts` one after the other, as 64 hexadecimal digits: what `cat PARTS | sha256sum` prints.
///
/// ```
/// use bench_harness::data::checksum::sha256;
/// assert_eq!(sha256(&[b"ab", b"c"]), sha256(&[b"abc"]));
/// assert!(sha256(&[b"abc"]).starts_with("ba7816bf8f01cfea")); // FIPS 180-4's example
/// ```
pub fn sha256(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hexadecimal(hasher)
}

/// What `hasher` has seen, as 64 hexadecimal digits.
pub(super) fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
