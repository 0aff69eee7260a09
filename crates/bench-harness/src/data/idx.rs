//! The IDX format, in which MNIST and its kin are distributed, plain or packed with gzip.
//!
//! A file is a magic number (two zero bytes, the type of the elements, the number of axes), the length of each axis as
//! a big-endian 32-bit number, and the elements. Source: Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database
//! of handwritten digits", <http://yann.lecun.com/exdb/mnist/>.

use std::path::Path;

use crate::Error;
use crate::data::source::{LIMIT, Source, damaged};

/// The type code of unsigned bytes, the only one that these sets use.
const UNSIGNED_BYTE: u8 = 0x08;

/// Images of one size, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// The number of images.
    pub count: usize,
    /// The rows of each.
    pub rows: usize,
    /// The columns of each.
    pub columns: usize,
    /// The whole file, unpacked: the header and then the pixels 0..=255, image after image in row-major order.
    pub contents: Vec<u8>,
}

/// The labels of images, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// The whole file, unpacked: the header and then one byte per label.
    pub contents: Vec<u8>,
}

/// The bytes of the header of an image file: the magic number and three lengths.
const IMAGE_HEADER: usize = 16;
/// The bytes of the header of a label file: the magic number and one length.
const LABEL_HEADER: usize = 8;

impl Images {
    /// The pixels without the header.
    pub fn pixels(&self) -> &[u8] {
        &self.contents[IMAGE_HEADER..]
    }
}

impl Labels {
    /// The labels without the header.
    pub fn values(&self) -> &[u8] {
        &self.contents[LABEL_HEADER..]
    }
}

/// Reads a file of images.
///
/// # Errors
/// [`Error::Data`] unless the file is a sound IDX file of unsigned bytes with three axes, none of length zero, and
/// nothing after it; [`Error::Io`] if it cannot be read.
pub fn read_images(path: &Path) -> Result<Images, Error> {
    let mut source = Source::open(path)?;
    let mut contents = source.take(IMAGE_HEADER, "an IDX header of images")?;
    let [count, rows, columns] = lengths::<3>(path, &contents, "images")?;
    let size = count.checked_mul(rows).and_then(|pixels| pixels.checked_mul(columns));
    let Some(size) = size.filter(|size| (1..=LIMIT).contains(size)) else {
        return Err(damaged(
            path,
            format!("between 1 and {LIMIT} pixels"),
            format!("a header that declares {count} images of {rows} × {columns} pixels"),
        ));
    };
    contents.extend(source.take(size, &format!("{count} images of {rows} × {columns} pixels"))?);
    source.end()?;
    Ok(Images { count, rows, columns, contents })
}

/// Reads a file of labels, all of which must be below `classes`.
///
/// # Errors
/// [`Error::Data`] unless the file is a sound IDX file of unsigned bytes with one axis, not of length zero, with
/// nothing after it and no label out of range; [`Error::Io`] if it cannot be read.
pub fn read_labels(path: &Path, classes: usize) -> Result<Labels, Error> {
    let mut source = Source::open(path)?;
    let mut contents = source.take(LABEL_HEADER, "an IDX header of labels")?;
    let [count] = lengths::<1>(path, &contents, "labels")?;
    if !(1..=LIMIT).contains(&count) {
        let found = format!("a header that declares {count} labels");
        return Err(damaged(path, format!("between 1 and {LIMIT} labels"), found));
    }
    contents.extend(source.take(count, &format!("{count} labels"))?);
    source.end()?;
    let labels = Labels { contents };
    if let Some(index) = labels.values().iter().position(|&label| usize::from(label) >= classes) {
        let found = format!("label {} at image {index}", labels.values()[index]);
        return Err(damaged(path, format!("labels below {classes}"), found));
    }
    Ok(labels)
}

/// The lengths of the `N` axes that a header declares, after a look at its magic number.
fn lengths<const N: usize>(path: &Path, header: &[u8], what: &str) -> Result<[usize; N], Error> {
    let magic = [0, 0, UNSIGNED_BYTE, N as u8];
    if header[..4] != magic {
        let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        return Err(damaged(
            path,
            format!("the magic number {} of {what}", hexadecimal(&magic)),
            hexadecimal(&header[..4]),
        ));
    }
    Ok(std::array::from_fn(|axis| {
        let start = 4 + 4 * axis;
        let bytes: [u8; 4] = std::array::from_fn(|byte| header[start + byte]);
        u32::from_be_bytes(bytes) as usize
    }))
}
