//! Arrays survive being written and read, bit for bit; what is damaged is refused with a reason.

use std::fmt::Debug;

use autograd::{Array, ArrayOps, Element, s};
use serde::{Serialize, de::DeserializeOwned};

fn text<T: Element + Serialize>(x: &Array<T>) -> String {
    serde_json::to_string(x).unwrap()
}

fn round_trip<T: Element + Serialize + DeserializeOwned + Debug>(x: &Array<T>) -> Array<T> {
    serde_json::from_str(&text(x)).unwrap()
}

#[test]
fn every_form_comes_back_with_its_shape_and_its_bits() {
    for shape in [&[][..], &[1], &[5], &[2, 3], &[2, 1, 4], &[0], &[3, 0], &[0, 2, 0]] {
        let count = shape.iter().product::<usize>();
        let elements: Vec<f64> = (0..count).map(|i| (i as f64 + 0.1).sqrt() * 1e-300).collect();
        let x = Array::new(shape, elements.clone()).unwrap();
        let read = round_trip(&x);
        assert_eq!(read.shape(), shape);
        assert_eq!(read.to_vec().iter().map(|x| x.to_bits()).collect::<Vec<_>>(), bits(&elements));

        let single = Array::new(shape, elements.iter().map(|&x| (x * 1e300) as f32 / 3.0).collect()).unwrap();
        let read = round_trip(&single);
        assert_eq!(read.shape(), shape);
        let [read, single] =
            [read, single].map(|x| x.to_vec().into_iter().map(f32::to_bits).collect::<Vec<_>>());
        assert_eq!(read, single);
    }
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn extremes_and_the_sign_of_zero_come_back() {
    let extremes = [0.0, -0.0, f64::MIN_POSITIVE, 5e-324, f64::MAX, f64::MIN, f64::EPSILON];
    assert_eq!(bits(&round_trip(&Array::vector(&extremes)).to_vec()), bits(&extremes));
}

/// What is written are the elements in row-major order, however they lie in memory.
#[test]
fn views_are_written_as_what_they_show() {
    let x = Array::new(&[2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
    for view in [x.transpose(), x.slice(s![.., ..;-2]), x.slice(s![1, 1..]), x.broadcast_to(&[2, 2, 3])] {
        let copy = Array::new(view.shape(), view.to_vec()).unwrap();
        assert_eq!(text(&view), text(&copy));
        assert_eq!(round_trip(&view), view);
    }
}

/// Files that were written once are read for ever: this is the form.
#[test]
fn the_form_is_that_of_ndarray() {
    let written = r#"{"v":1,"dim":[2,1],"data":[1.5,-2.0]}"#;
    let x = Array::new(&[2, 1], vec![1.5, -2.0]).unwrap();
    assert_eq!(text(&x), written);
    assert_eq!(serde_json::from_str::<Array<f64>>(written).unwrap(), x);
    assert_eq!(serde_json::from_str::<ndarray::ArrayD<f64>>(written).unwrap(), ndarray::ArrayD::from(x));
}

#[test]
fn what_is_damaged_is_refused_with_a_reason() {
    let huge = format!(r#"{{"v":1,"dim":[{},2],"data":[1.0]}}"#, usize::MAX);
    let damaged = [
        (
            r#"{"v":1,"dim":[2,2],"data":[1.0,2.0,3.0]}"#,
            "array of [2, 2]: the shape asks for 4 elements, found 3",
        ),
        (r#"{"v":1,"dim":[2],"data":[1.0,2.0,3.0]}"#, "array of [2]: the shape asks for 2 elements, found 3"),
        (r#"{"v":1,"dim":[],"data":[]}"#, "array of []: the shape asks for 1 elements, found 0"),
        (&huge, "the shape asks for more elements than can be counted"),
        (r#"{"v":1,"dim":[-1],"data":[1.0]}"#, "invalid value: integer `-1`"),
        (r#"{"v":1,"dim":[1]}"#, "missing field `data`"),
        (r#"{"v":1,"data":[1.0]}"#, "missing field `dim`"),
        (r#"{"v":2,"dim":[1],"data":[1.0]}"#, "an array is read in version 1 of its form, found 2"),
        (r#"{"v":1,"dim":[1],"data":[1.0],"order":"F"}"#, "unknown field `order`"),
        (r#"{"v":1,"dim":[1],"data":["one"]}"#, "invalid type: string"),
        (r#"{"v":1,"dim":[1],"data":[1.0"#, "EOF"),
        // JSON has no word for what is not finite.
        (&text(&Array::vector(&[f64::NAN])), "invalid type: null"),
    ];
    for (text, reason) in damaged {
        let error = serde_json::from_str::<Array<f64>>(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}
