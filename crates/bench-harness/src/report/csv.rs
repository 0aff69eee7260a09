//! The data behind the figures, for other people's tools.

use super::Report;

/// All figures' points in long form, one line each: `figure, series, x, y, low, high, value`, the last for the
/// tiles of heat maps. Missing values are empty, infinities `inf` and `-inf`; numbers are as short as they can be and still be read back exactly.
///
/// # Panics
/// Never: writing to memory does not fail.
pub fn csv(report: &Report) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let infallible = "writing to memory does not fail";
    writer.write_record(["figure", "series", "x", "y", "low", "high", "value"]).expect(infallible);
    for figure in &report.findings.figures {
        for series in &figure.series {
            for (index, point) in series.points.iter().enumerate() {
                let text = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
                let (low, high) = point.bounds.unzip();
                let numbers =
                    [Some(point.x), point.y, low, high, series.values.get(index).copied()].map(text);
                let names = [&figure.id, &series.name];
                writer.write_record(names.into_iter().chain(&numbers)).expect(infallible);
            }
        }
    }
    String::from_utf8(writer.into_inner().expect(infallible)).expect("made of text")
}
