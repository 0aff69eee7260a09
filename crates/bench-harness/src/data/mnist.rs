//! MNIST, or a set in its form, from its four usual files.

use std::path::Path;

use crate::Error;
use crate::data::{Dataset, Split, checksum, idx, source};

const CLASSES: usize = 10;

const REMEDY: &str = "put the four files of MNIST there, as fetched from https://ossci-datasets.s3.amazonaws.com/mnist/ \
                      (see datasets/README.md)";

/// What tells the two parts apart.
struct Part {
    name: &'static str,
    /// How the names of its files begin.
    prefix: &'static str,
    /// SHA-256 of the original distribution's files, unpacked, images before labels.
    original: &'static str,
}

const TRAIN: Part = Part {
    name: "MNIST, training part",
    prefix: "train",
    original: "c5097fdd51cfdbe7695fd9df3612695696864b5c424f58d843ffdc5d335e9914",
};

const TEST: Part = Part {
    name: "MNIST, test part",
    prefix: "t10k",
    original: "18489308deedfe2f7bd3a11e599a597126f161d991b1ffcffb71642aa76f7f62",
};

/// Reads MNIST from `directory` or its subdirectory `mnist`: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
/// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each plain or with `.gz`. Pixels are divided by 255.
///
/// # Errors
/// [`Error::Data`] if a file is missing or damaged, or if images and labels, or the two parts, do not fit together;
/// [`Error::Io`] if one cannot be read.
pub fn read(directory: &Path) -> Result<Split, Error> {
    let split = Split { train: read_part(directory, &TRAIN)?, test: read_part(directory, &TEST)? };
    if split.train.shape != split.test.shape {
        return Err(source::damaged(
            directory,
            format!("test images of the training images' shape {:?}", split.train.shape),
            format!("{:?}", split.test.shape),
        ));
    }
    Ok(split)
}

fn read_part(directory: &Path, part: &Part) -> Result<Dataset, Error> {
    let find = |name: &str| {
        let name = format!("{}-{name}", part.prefix);
        source::find(directory, "mnist", &[name.clone(), name + ".gz"], REMEDY)
    };
    let (images_path, labels_path) = (find("images-idx3-ubyte")?, find("labels-idx1-ubyte")?);
    let labels = idx::read_labels(&labels_path, CLASSES)?;
    let images = idx::read_images(&images_path)?;
    if images.count != labels.values().len() {
        return Err(source::damaged(
            &images_path,
            format!("{} images, as many as {} has labels", labels.values().len(), labels_path.display()),
            format!("{} images", images.count),
        ));
    }
    let checksum = checksum::sha256(&[&images.contents, &labels.contents]);
    let note =
        (checksum != part.original).then(|| format!("{} differs from the original distribution", part.name));
    Ok(Dataset {
        name: part.name.to_owned(),
        features: images.pixels().iter().map(|&pixel| f32::from(pixel) / 255.0).collect(),
        shape: vec![images.rows, images.columns],
        labels: labels.values().to_vec(),
        classes: CLASSES,
        checksum,
        note,
    })
}
