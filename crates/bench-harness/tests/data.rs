//! Sound files are read as they are, and every kind of damage is named.

use std::fs;
use std::io::Write;
use std::path::Path;

use bench_harness::Error;
use bench_harness::data::{cifar10, digits, idx, mnist};
use flate2::Compression;
use flate2::write::GzEncoder;

fn idx_file(magic: [u8; 4], lengths: &[u32], elements: &[u8]) -> Vec<u8> {
    let lengths = lengths.iter().flat_map(|length| length.to_be_bytes());
    magic.into_iter().chain(lengths).chain(elements.iter().copied()).collect()
}

fn images(count: u32, rows: u32, columns: u32, pixels: &[u8]) -> Vec<u8> {
    idx_file([0, 0, 8, 3], &[count, rows, columns], pixels)
}

fn labels(count: u32, values: &[u8]) -> Vec<u8> {
    idx_file([0, 0, 8, 1], &[count], values)
}

fn packed(contents: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(contents).unwrap();
    encoder.finish().unwrap()
}

/// Asserts that an outcome is [`Error::Data`] for `file` whose message has the two `words`.
fn assert_damage<T>(outcome: Result<T, Error>, case: &str, file: &Path, words: [&str; 2]) {
    let Err(error) = outcome else { panic!("{case}: accepted") };
    let Error::Data { path, expected, found, remedy } = &error else { panic!("{case}: {error:?}") };
    assert_eq!(path, file, "{case}: {error}");
    assert!(expected.contains(words[0]), "{case}: expected {expected:?}");
    assert!(found.contains(words[1]), "{case}: found {found:?}");
    assert!(!remedy.is_empty(), "{case}");
    assert_eq!(error.exit_code(), 3);
}

/// A damaged copy of `sound`, packed or not.
fn changed(sound: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    change(&mut bytes);
    bytes
}

#[test]
fn damaged_image_files_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("images");
    let sound = images(2, 2, 3, &[7; 12]);
    let gzip = packed(&sound);
    let huge = u32::MAX;
    let cases: Vec<(&str, Vec<u8>, [&str; 2])> = vec![
        ("empty", vec![], ["contents", "empty file"]),
        ("one byte", vec![0], ["16 bytes of an IDX header", "after 1 of them"]),
        ("half a header", sound[..9].to_vec(), ["16 bytes of an IDX header", "after 9 of them"]),
        ("labels for images", labels(20, &[1; 20]), ["00000803", "00000801"]),
        ("another type of element", idx_file([0, 0, 0x0d, 3], &[1, 1, 1], &[0; 4]), ["00000803", "00000d03"]),
        ("text", b"<!DOCTYPE html><html><body>404 not found".to_vec(), ["00000803", "3c21444f"]),
        ("truncated", sound[..sound.len() - 1].to_vec(), ["12 bytes of 2 images", "after 11 of them"]),
        ("no pixels", sound[..16].to_vec(), ["12 bytes of 2 images", "after 0 of them"]),
        (
            "trailing byte",
            changed(&sound, |bytes| bytes.push(0)),
            ["end of the file after 28", "further bytes"],
        ),
        ("too few declared", images(1, 2, 3, &[7; 12]), ["end of the file after 22", "further bytes"]),
        ("too many declared", images(3, 2, 3, &[7; 12]), ["18 bytes of 3 images", "after 12 of them"]),
        ("no image", images(0, 28, 28, &[]), ["between 1 and", "0 images"]),
        ("no row", images(2, 0, 28, &[]), ["between 1 and", "2 images of 0"]),
        ("huge", images(huge, huge, huge, &[7; 12]), ["between 1 and", "4294967295 images"]),
        ("a gigabyte", images(1 << 20, 32, 32, &[7; 12]), ["1073741824 bytes", "after 12 of them"]),
        (
            "above the limit",
            images((1 << 20) + 1, 32, 32, &[7; 12]),
            ["between 1 and 1073741824", "1048577 images"],
        ),
        ("gzip's magic alone", vec![0x1f, 0x8b], ["sound gzip", "broken gzip"]),
        ("truncated gzip", gzip[..gzip.len() - 9].to_vec(), ["sound gzip", "broken gzip"]),
        ("gzip without its end", gzip[..gzip.len() - 4].to_vec(), ["sound gzip", "broken gzip"]),
        ("gzip of other contents", changed(&gzip, |b| b[gzip.len() - 6] ^= 1), ["sound gzip", "broken gzip"]),
        ("bytes after gzip", changed(&gzip, |bytes| bytes.extend([1, 2])), ["sound gzip", "broken gzip"]),
        ("packed and truncated", packed(&sound[..20]), ["12 bytes of 2 images", "after 4 of them"]),
        (
            "packed trailing bytes",
            packed(&changed(&sound, |bytes| bytes.push(0))),
            ["end of the file", "further bytes"],
        ),
        ("packed nothing", packed(&[]), ["16 bytes of an IDX header", "after 0 of them"]),
        ("packed twice", packed(&gzip), ["00000803", "1f8b08"]),
    ];
    for (case, contents, words) in cases {
        fs::write(&path, contents).unwrap();
        assert_damage(idx::read_images(&path), case, &path, words);
    }
    assert_damage(
        idx::read_images(directory.path()),
        "a directory",
        directory.path(),
        ["a file", "a directory"],
    );
    let absent = idx::read_images(&directory.path().join("absent"));
    assert!(matches!(absent, Err(Error::Io { action: "read", .. })), "{absent:?}");
}

#[test]
fn damaged_label_files_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("labels");
    let sound = labels(3, &[0, 9, 4]);
    let cases: Vec<(&str, Vec<u8>, [&str; 2])> = vec![
        ("empty", vec![], ["contents", "empty file"]),
        ("half a header", sound[..5].to_vec(), ["8 bytes of an IDX header", "after 5 of them"]),
        ("images for labels", images(2, 2, 3, &[7; 12]), ["00000801", "00000803"]),
        ("truncated", sound[..10].to_vec(), ["3 bytes of 3 labels", "after 2 of them"]),
        (
            "trailing byte",
            changed(&sound, |bytes| bytes.push(1)),
            ["end of the file after 11", "further bytes"],
        ),
        ("out of range", labels(3, &[0, 9, 10]), ["labels below 10", "label 10 at image 2"]),
        ("none", labels(0, &[]), ["between 1 and", "0 labels"]),
        ("huge", labels(u32::MAX, &[1; 3]), ["between 1 and", "4294967295 labels"]),
    ];
    for (case, contents, words) in cases {
        fs::write(&path, contents).unwrap();
        assert_damage(idx::read_labels(&path, 10), case, &path, words);
    }
}

#[test]
fn idx_is_read_as_it_is_packed_or_not() {
    let directory = tempfile::tempdir().unwrap();
    let pixels: Vec<u8> = (0..12).map(|pixel| pixel * 20).collect();
    let contents = images(2, 2, 3, &pixels);
    for (name, bytes) in [("plain", contents.clone()), ("packed", packed(&contents))] {
        let path = directory.path().join(name);
        fs::write(&path, bytes).unwrap();
        let images = idx::read_images(&path).unwrap();
        assert_eq!(
            (images.count, images.rows, images.columns, images.pixels()),
            (2, 2, 3, &pixels[..]),
            "{name}"
        );
    }
}

/// Writes the four files of a small set in MNIST's form.
fn write_mnist(directory: &Path) {
    fs::create_dir_all(directory).unwrap();
    fs::write(directory.join("train-images-idx3-ubyte"), images(3, 1, 2, &[0, 255, 51, 102, 1, 2])).unwrap();
    fs::write(directory.join("train-labels-idx1-ubyte.gz"), packed(&labels(3, &[5, 0, 9]))).unwrap();
    fs::write(directory.join("t10k-images-idx3-ubyte.gz"), packed(&images(1, 1, 2, &[9, 9]))).unwrap();
    fs::write(directory.join("t10k-labels-idx1-ubyte"), labels(1, &[3])).unwrap();
}

#[test]
fn a_set_in_the_form_of_mnist_is_read_from_either_place() {
    for subdirectory in ["", "mnist"] {
        let directory = tempfile::tempdir().unwrap();
        write_mnist(&directory.path().join(subdirectory));
        let split = mnist::read(directory.path()).unwrap();
        assert_eq!(split.train.features, [0.0, 1.0, 0.2, 0.4, 1.0 / 255.0, 2.0 / 255.0]);
        assert_eq!(
            (split.train.labels.as_slice(), split.train.shape.as_slice()),
            (&[5, 0, 9][..], &[1, 2][..])
        );
        assert_eq!((split.train.len(), split.test.len(), split.train.dimension()), (3, 1, 2));
        assert_eq!(split.train.example(1), [0.2, 0.4]);
        let note = split.train.note.as_deref().unwrap();
        assert!(note.contains("differs from the original distribution"), "{note}");
    }
}

#[test]
fn files_of_mnist_must_fit_together_and_be_there() {
    let directory = tempfile::tempdir().unwrap();
    write_mnist(directory.path());
    let train_images = directory.path().join("train-images-idx3-ubyte");
    fs::write(&train_images, images(2, 1, 2, &[0; 4])).unwrap();
    assert_damage(mnist::read(directory.path()), "counts", &train_images, ["3 images", "2 images"]);
    fs::write(&train_images, images(3, 2, 1, &[0; 6])).unwrap();
    assert_damage(mnist::read(directory.path()), "shapes", directory.path(), ["[2, 1]", "[1, 2]"]);
    fs::remove_file(&train_images).unwrap();
    assert_damage(
        mnist::read(directory.path()),
        "missing",
        directory.path(),
        ["train-images", "no such file"],
    );
    let absent = directory.path().join("absent");
    assert_damage(mnist::read(&absent), "no directory", &absent, ["train-images", "no such directory"]);
    let file = directory.path().join("t10k-labels-idx1-ubyte");
    assert_damage(mnist::read(&file), "a file", &file, ["train-images", "no directory"]);
}

#[test]
fn damaged_batches_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data_batch_1.bin");
    let record = |label: u8| -> Vec<u8> { [vec![label], vec![200; 3072]].concat() };
    let sound = [record(3), record(9)].concat();
    fs::write(&path, &sound).unwrap();
    assert_eq!(cifar10::read_batch(&path, 2).unwrap(), sound);
    let cases: Vec<(&str, Vec<u8>, [&str; 2])> = vec![
        ("empty", vec![], ["contents", "empty file"]),
        ("truncated", sound[..sound.len() - 1].to_vec(), ["6146 bytes of 2 records", "after 6145 of them"]),
        ("a record short", record(3), ["6146 bytes of 2 records", "after 3073 of them"]),
        (
            "trailing byte",
            changed(&sound, |bytes| bytes.push(0)),
            ["end of the file after 6146", "further bytes"],
        ),
        ("out of range", [record(3), record(10)].concat(), ["labels below 10", "label 10 in record 1"]),
        ("an archive", packed(b"cifar-10-binary.tar"), ["6146 bytes", "after 19 of them"]),
    ];
    for (case, contents, words) in cases {
        fs::write(&path, contents).unwrap();
        assert_damage(cifar10::read_batch(&path, 2), case, &path, words);
    }
    assert_damage(cifar10::read_batch(&path, usize::MAX), "huge", &path, ["at most", "declares"]);
    let missing = cifar10::read(directory.path());
    assert_damage(missing, "missing", directory.path(), ["test_batch.bin", "no such file"]);
}

#[test]
fn cifar_is_read_from_its_six_files() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("cifar-10-batches-bin");
    fs::create_dir(&place).unwrap();
    let batch: Vec<u8> = (0..cifar10::RECORDS)
        .flat_map(|record| {
            let mut bytes = vec![51; cifar10::RECORD];
            bytes[0] = (record % 10) as u8;
            bytes
        })
        .collect();
    for name in ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"]
    {
        fs::write(place.join(name).with_extension("bin"), &batch).unwrap();
    }
    let split = cifar10::read(directory.path()).unwrap();
    assert_eq!((split.train.len(), split.test.len()), (50_000, 10_000));
    assert_eq!((split.train.shape.as_slice(), split.train.dimension()), (&[3, 32, 32][..], 3072));
    assert_eq!((split.test.labels[7], split.test.example(7)[3071]), (7, 0.2));
    assert!(split.test.note.is_some());
}

/// Expected values: NumPy 2 on scikit-learn 1.9.1's `load_digits()`: `data.sum()`, `np.bincount(target)`, `data[0]`.
#[test]
fn the_digits_are_those_of_scikit_learn() {
    let digits = digits().unwrap();
    assert_eq!((digits.len(), digits.shape.as_slice(), digits.classes), (1797, &[8, 8][..], 10));
    let sum: f64 = digits.features.iter().map(|&pixel| f64::from(pixel) * 16.0).sum();
    assert_eq!(sum, 561_718.0);
    let counts: Vec<usize> =
        (0..10).map(|class| digits.labels.iter().filter(|&&label| label == class).count()).collect();
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let first_row = [0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0].map(|pixel: f32| pixel / 16.0);
    assert_eq!(digits.example(0)[..8], first_row);
    assert_eq!(digits.labels[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn a_split_is_disjoint_whole_and_fixed_by_its_seed() {
    let digits = digits().unwrap();
    let split = digits.split(1437, 1000);
    assert_eq!(split, digits.split(1437, 1000));
    assert_ne!(split.train.labels, digits.split(1437, 1001).train.labels);
    // No two digits are alike, so the rows themselves tell examples apart.
    let rows = |data: &bench_harness::data::Dataset| -> Vec<Vec<u32>> {
        (0..data.len())
            .map(|index| data.example(index).iter().map(|pixel| pixel.to_bits()).collect())
            .collect()
    };
    let (mut parts, mut whole) = ([rows(&split.train), rows(&split.test)].concat(), rows(&digits));
    parts.sort();
    whole.sort();
    assert_eq!(parts, whole);
    assert!(whole.windows(2).all(|pair| pair[0] != pair[1]));
}
