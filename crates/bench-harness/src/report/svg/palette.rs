//! Colours, dashes and markers: what tells one series from another.

use plotters::style::RGBColor;

/// Text, axes and reference lines: near the grey with the same contrast against white and against a dark page.
pub(super) const INK: RGBColor = RGBColor(122, 122, 122);

/// The grid: present, but behind the data on either page.
pub(super) const GRID_OPACITY: f64 = 0.28;

/// The hues of Okabe and Ito, "Color Universal Design" (2008), told apart by colour-blind readers. The light ones are
/// darkened and the dark ones lightened until each has a contrast of 3:1 against white and against #0d1117. Their
/// yellow and black cannot have it; brown and violet stand in.
const COLOURS: [RGBColor; 8] = [
    RGBColor(20, 120, 190),  // blue
    RGBColor(213, 94, 0),    // vermilion
    RGBColor(0, 150, 110),   // bluish green
    RGBColor(190, 100, 150), // reddish purple
    RGBColor(190, 130, 0),   // orange
    RGBColor(160, 100, 60),  // brown
    RGBColor(60, 150, 205),  // sky blue
    RGBColor(125, 110, 205), // violet
];

/// Dash and gap in tenths of a pixel; `None` is a solid line.
const LINE_DASHES: [Option<(i32, i32)>; 5] =
    [None, Some((130, 65)), Some((45, 60)), Some((230, 75)), Some((85, 45))];

/// Dash and gap of reference lines, in tenths of a pixel.
const REFERENCE_DASHES: [(i32, i32); 4] = [(60, 50), (15, 45), (140, 60), (30, 30)];

/// The shape of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// A disc.
    Circle,
    /// A square.
    Square,
    /// A triangle, point up.
    Up,
    /// A square on its corner.
    Diamond,
    /// A triangle, point down.
    Down,
}

const MARKERS: [Marker; 5] = [Marker::Circle, Marker::Square, Marker::Up, Marker::Diamond, Marker::Down];

/// How one series looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Of lines, markers, whiskers and band.
    pub(super) colour: RGBColor,
    /// Dash and gap, `None` for a solid line.
    pub(super) dash: Option<(i32, i32)>,
    /// The marker at points.
    pub(super) marker: Marker,
}

/// The look of the series that is `index`-th among those with data: colours repeat after eight, dashes and markers
/// after five, the pair only after forty.
pub(super) fn data(index: usize) -> Look {
    Look {
        colour: COLOURS[index % COLOURS.len()],
        dash: LINE_DASHES[index % LINE_DASHES.len()],
        marker: MARKERS[index % MARKERS.len()],
    }
}

/// The look of the `index`-th reference line: ink, so that colour always means data.
pub(super) fn reference(index: usize) -> Look {
    let dash = Some(REFERENCE_DASHES[index % REFERENCE_DASHES.len()]);
    Look { colour: INK, dash, marker: Marker::Circle }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast ratio of two colours: WCAG 2.1, definitions of contrast ratio and relative luminance.
    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let luminance = |RGBColor(r, g, b)| {
            let linear = |channel: u8| {
                let c = f64::from(channel) / 255.0;
                if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
        };
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn legible_on_white_and_on_dark() {
        for page in [RGBColor(255, 255, 255), RGBColor(0x0d, 0x11, 0x17)] {
            for colour in COLOURS {
                assert!(contrast(colour, page) >= 3.0, "{colour:?} on {page:?}: {}", contrast(colour, page));
            }
            assert!(contrast(INK, page) >= 4.2, "{}", contrast(INK, page)); // 4.35 is the most one grey can have
        }
    }
}
