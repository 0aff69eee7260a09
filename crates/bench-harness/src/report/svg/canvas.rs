//! Strokes, fills and words, in pixels, over plotters' SVG backend.

use plotters::coord::Shift;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Text};
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use super::palette::Marker;

/// The backend places everything on whole units; ten units to the pixel keep slopes smooth.
const UNITS: f64 = 10.0;

/// The backend takes nominal sizes and writes them divided by this.
const NOMINAL: f64 = 1.24;

/// Why no drawing call can fail.
const INFALLIBLE: &str = "writing to a string does not fail";

/// A point in pixels from the upper left corner.
pub(super) type Place = (f64, f64);

/// A surface to draw on.
pub(super) struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

/// Which end of a text stands at its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Align {
    Left,
    Middle,
    Right,
}

/// The weight of a text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Weight {
    Normal,
    Bold,
}

impl<'a> Canvas<'a> {
    /// A transparent canvas of the given size in pixels that draws into `buffer`.
    pub(super) fn new(buffer: &'a mut String, width: f64, height: f64) -> Self {
        let size = (units(width) as u32, units(height) as u32);
        Self(SVGBackend::with_string(buffer, size).into_drawing_area())
    }

    /// A line through the points.
    pub(super) fn line(&self, points: &[Place], colour: RGBColor, width: f64, dash: Option<(i32, i32)>) {
        self.stroke(points, colour.stroke_width(units(width) as u32), dash);
    }

    /// A line of the grid.
    pub(super) fn faint_line(&self, points: &[Place], colour: RGBColor, opacity: f64) {
        self.stroke(points, colour.mix(opacity).stroke_width(units(1.0) as u32), None);
    }

    fn stroke(&self, points: &[Place], style: ShapeStyle, dash: Option<(i32, i32)>) {
        let mut points: Vec<(i32, i32)> = points.iter().copied().map(whole).collect();
        points.dedup(); // a long run's points share places: they add bytes, not ink
        match dash {
            None => self.0.draw(&PathElement::new(points, style)),
            Some((dash, gap)) => self.0.draw(&DashedPathElement::new(points, dash, gap, style)),
        }
        .expect(INFALLIBLE);
    }

    /// A semi-transparent area.
    pub(super) fn area(&self, corners: &[Place], colour: RGBColor, opacity: f64) {
        let corners: Vec<(i32, i32)> = corners.iter().copied().map(whole).collect();
        self.0.draw(&Polygon::new(corners, colour.mix(opacity))).expect(INFALLIBLE);
    }

    /// A marker, sized so that all shapes weigh the same to the eye.
    pub(super) fn marker(&self, (x, y): Place, shape: Marker, radius: f64, colour: RGBColor) {
        let r = radius;
        let corners = match shape {
            Marker::Circle => {
                let circle = Circle::new(whole((x, y)), units(radius), colour.filled());
                return self.0.draw(&circle).expect(INFALLIBLE);
            }
            Marker::Square => vec![(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            Marker::Up => vec![(0.0, -1.3), (1.15, 0.8), (-1.15, 0.8)],
            Marker::Diamond => vec![(0.0, -1.35), (1.35, 0.0), (0.0, 1.35), (-1.35, 0.0)],
            Marker::Down => vec![(0.0, 1.3), (1.15, -0.8), (-1.15, -0.8)],
        };
        let corners: Vec<Place> = corners.into_iter().map(|(dx, dy)| (x + r * dx, y + r * dy)).collect();
        self.area(&corners, colour, 1.0);
    }

    /// A line of text, centred vertically on its place.
    pub(super) fn text(
        &self,
        text: &str,
        at: Place,
        size: f64,
        colour: RGBColor,
        align: Align,
        weight: Weight,
    ) {
        let style = match weight {
            Weight::Normal => FontStyle::Normal,
            Weight::Bold => FontStyle::Bold,
        };
        let horizontal = match align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let font = FontDesc::new(FontFamily::SansSerif, size * UNITS * NOMINAL, style);
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(horizontal, VPos::Center));
        self.0.draw(&Text::new(text.to_owned(), whole(at), style)).expect(INFALLIBLE);
    }
}

/// A width that a text of this size hardly exceeds in a common sans-serif face, in pixels. An SVG cannot measure.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | 't' | 'f' | '.' | ',' | ':' | ';' | '\'' | '|' | '\u{2009}' => 0.36,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' => 0.95,
            '⁰'..='⁹' | '⁻' | '¹' | '²' | '³' => 0.42,
            c if c.is_ascii_uppercase() => 0.72,
            c if c.is_ascii() => 0.6,
            _ => 0.85,
        })
        .sum();
    ems * size
}

fn units(pixels: f64) -> i32 {
    (pixels * UNITS).round() as i32
}

fn whole((x, y): Place) -> (i32, i32) {
    (units(x), units(y))
}
