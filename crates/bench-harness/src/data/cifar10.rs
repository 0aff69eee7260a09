//! CIFAR-10 in its binary version.
//!
//! A file is records of one byte of label and 3,072 of pixels: the red plane, the green, the blue, each row by row.
//! Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009,
//! <https://www.cs.toronto.edu/~kriz/cifar.html>.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::Error;
use crate::data::source::{self, Source};
use crate::data::{Dataset, Split, checksum};

const CLASSES: usize = 10;
const CHANNELS: usize = 3;
const PLANE: usize = 32 * 32;
/// The bytes of a record: the label and the pixels.
pub const RECORD: usize = 1 + CHANNELS * PLANE;
/// The records of each file of the distribution.
pub const RECORDS: usize = 10_000;

const REMEDY: &str =
    "unpack https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz there (see datasets/README.md)";

/// What tells the two parts apart.
struct Part {
    name: &'static str,
    files: &'static [&'static str],
    /// The sums of all pixels of each channel in the original distribution.
    ///
    /// The distribution publishes a checksum of its archive only, so unpacked files cannot be compared with one. The
    /// mean of each channel, however, is printed to 15 digits in many programs that normalise by it (training part:
    /// 0.491399678615196, 0.482158408394608, 0.446530914445466; test part: 0.49421428002451, 0.485131389016545,
    /// 0.450409092754289); times the number of pixels and 255 these are the whole numbers here. A copy that went
    /// through a lossy format, or any other set, has other sums.
    original: [u64; CHANNELS],
}

const TRAIN: Part = Part {
    name: "CIFAR-10, training part",
    files: &[
        "data_batch_1.bin",
        "data_batch_2.bin",
        "data_batch_3.bin",
        "data_batch_4.bin",
        "data_batch_5.bin",
    ],
    original: [6_415_714_204, 6_295_060_180, 5_829_907_619],
};

const TEST: Part = Part {
    name: "CIFAR-10, test part",
    files: &["test_batch.bin"],
    original: [1_290_492_328, 1_266_775_083, 1_176_108_223],
};

/// Reads CIFAR-10 from `directory` or its subdirectory `cifar-10-batches-bin`: `data_batch_1.bin` to
/// `data_batch_5.bin` and `test_batch.bin`. Pixels are divided by 255.
///
/// # Errors
/// [`Error::Data`] if a file is missing or damaged; [`Error::Io`] if one cannot be read.
pub fn read(directory: &Path) -> Result<Split, Error> {
    // The small part first: a wrong directory is then known after one file and not after six.
    let test = read_part(directory, &TEST)?;
    Ok(Split { train: read_part(directory, &TRAIN)?, test })
}

/// Reads one part. If it differs from the original distribution, what the owner of the copy has to say of it in a file
/// `NOTE.txt` beside the batches goes with it into every report.
fn read_part(directory: &Path, part: &Part) -> Result<Dataset, Error> {
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    let mut sums = [0_u64; CHANNELS];
    let mut hasher = Sha256::new();
    for &file in part.files {
        let path = source::find(directory, "cifar-10-batches-bin", &[file.to_owned()], REMEDY)?;
        let batch = read_batch(&path, RECORDS)?;
        hasher.update(&batch);
        for record in batch.chunks_exact(RECORD) {
            let (label, pixels) = (record[0], &record[1..]);
            labels.push(label);
            features.extend(pixels.iter().map(|&pixel| f32::from(pixel) / 255.0));
            for (sum, plane) in sums.iter_mut().zip(pixels.chunks_exact(PLANE)) {
                *sum += plane.iter().map(|&pixel| u64::from(pixel)).sum::<u64>();
            }
        }
    }
    let note = if sums == part.original {
        None
    } else {
        let owner = match source::find(directory, "cifar-10-batches-bin", &["NOTE.txt".to_owned()], REMEDY) {
            Ok(path) => source::note(&path)?,
            Err(_) => None,
        };
        let differs = format!("{} differs from the original distribution", part.name);
        Some(owner.map_or_else(|| differs.clone(), |owner| format!("{differs}. Its owner notes: {owner}")))
    };
    Ok(Dataset {
        name: part.name.to_owned(),
        features,
        shape: vec![CHANNELS, 32, 32],
        labels,
        classes: CLASSES,
        checksum: checksum::hexadecimal(hasher),
        note,
    })
}

/// Reads a file of as many `records` as stored: [`RECORD`] bytes each, the label first. The distribution's files hold
/// [`RECORDS`] of them.
///
/// # Errors
/// [`Error::Data`] if the file holds fewer or more, or a label out of range; [`Error::Io`] if it cannot be read.
pub fn read_batch(path: &Path, records: usize) -> Result<Vec<u8>, Error> {
    let mut source = Source::open(path)?;
    let size = records.saturating_mul(RECORD);
    let batch = source.take(size, &format!("{records} records of {RECORD} bytes"))?;
    source.end()?;
    match batch.iter().step_by(RECORD).position(|&label| usize::from(label) >= CLASSES) {
        Some(index) => Err(source::damaged(
            path,
            format!("labels below {CLASSES}"),
            format!("label {} in record {index}", batch[index * RECORD]),
        )),
        None => Ok(batch),
    }
}
