//! The digits that ship inside the program.

use std::path::Path;

use crate::Error;
use crate::data::source::Source;
use crate::data::{Dataset, checksum};

/// The file, part of the program so that the program works wherever it is.
static FILE: &[u8] = include_bytes!("../../../../datasets/digits/digits.csv.gz");

/// SHA-256 of the unpacked text, as in `datasets/digits/README.md`.
const CHECKSUM: &str = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8";

const SIDE: usize = 8;
const CLASSES: usize = 10;
/// The largest pixel: how many of the 16 pixels of a 4×4 block of the scanned image are ink.
const FULL: f32 = 16.0;

/// The 1,797 handwritten digits of 8×8 pixels that are bundled with scikit-learn: the test part of E. Alpaydin and
/// C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository 1998, DOI 10.24432/C50P49.
/// Pixels are divided by 16.
///
/// ```
/// let digits = bench_harness::data::digits()?;
/// assert_eq!((digits.len(), digits.dimension(), digits.classes), (1797, 64, 10));
/// # Ok::<(), bench_harness::Error>(())
/// ```
///
/// # Errors
/// [`Error::Data`] if the program was built with another or a damaged file.
pub fn digits() -> Result<Dataset, Error> {
    read(Path::new("datasets/digits/digits.csv.gz"), FILE)
}

fn read(path: &Path, file: &'static [u8]) -> Result<Dataset, Error> {
    let damaged = |expected: String, found: String| Error::Data {
        path: path.to_owned(),
        expected,
        found,
        remedy: "restore the file that came with the source, then build the program again".to_owned(),
    };
    let mut source = Source::memory(path, file)?;
    let text = source.rest("comma-separated digits")?;
    let checksum = checksum::sha256(&[&text]);
    if checksum != CHECKSUM {
        return Err(damaged(format!("text of SHA-256 {CHECKSUM}"), checksum));
    }
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    for (line, record) in
        csv::ReaderBuilder::new().has_headers(false).from_reader(&text[..]).deserialize().enumerate()
    {
        let mut values: Vec<u8> = record
            .map_err(|error| damaged("numbers 0..=255 separated by commas".to_owned(), error.to_string()))?;
        let label = values.pop().filter(|_| values.len() == SIDE * SIDE);
        labels.push(label.ok_or_else(|| {
            damaged(
                format!("{} numbers in line {}", SIDE * SIDE + 1, line + 1),
                (values.len() + 1).to_string(),
            )
        })?);
        features.extend(values.iter().map(|&pixel| f32::from(pixel) / FULL));
    }
    Ok(Dataset {
        name: "digits".to_owned(),
        features,
        shape: vec![SIDE, SIDE],
        labels,
        classes: CLASSES,
        checksum,
        note: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_refused() {
        let flipped: &'static [u8] = {
            let mut bytes = FILE.to_vec();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            bytes.leak()
        };
        for (what, bytes) in
            [("bit", flipped), ("half", &FILE[..FILE.len() / 2]), ("text", b"1,2\n"), ("none", b"")]
        {
            let error = read(Path::new("digits.csv.gz"), bytes).expect_err(what);
            assert!(matches!(error, Error::Data { .. }), "{what}: {error}");
        }
    }
}
