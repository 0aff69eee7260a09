//! The tables that benchmarks end with.

use comfy_table::{CellAlignment, Table, presets};

/// A table with these headings: words on the left, numbers on the right.
pub fn table<const COLUMNS: usize>(headings: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(headings);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A time in microseconds.
pub fn microseconds(seconds: f64) -> String {
    let micros = seconds * 1e6;
    if micros < 100.0 { format!("{micros:.1} µs") } else { format!("{micros:.0} µs") }
}

/// How many times as long `seconds` is as `floor`.
pub fn times(seconds: f64, floor: f64) -> String {
    format!("{:.2}", seconds / floor)
}
