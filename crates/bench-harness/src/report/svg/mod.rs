//! A figure as an SVG picture that is read on white and on dark pages, by colour-blind readers and by screen readers.

mod canvas;
mod palette;
mod scale;
mod tiles;

use canvas::{Align, Canvas, Place, Weight, text_width};
use palette::{GRID_OPACITY, INK, Look};
use scale::{Scale, Tick};
use tiles::Tiles;

use super::{Figure, Mark, Point, Series};

/// Sizes in pixels. At half its width a figure's smallest letters are still 8 pixels high.
const WIDTH: f64 = 760.0;
const PLOT_HEIGHT: f64 = 330.0;
const MARGIN: f64 = 16.0;
const TITLE: f64 = 19.0;
const TEXT: f64 = 16.0;
const LINE: f64 = 24.0;
const LEGEND_KEY: f64 = 46.0;
const LEGEND_GAP: f64 = 24.0;
/// The widths of data and of reference lines.
const BOLD: f64 = 2.4;
const THIN: f64 = 1.5;
/// The opacity of a bar.
const BAR: f64 = 0.35;
/// A line of so few points shows each of them.
const FEW: usize = 12;

/// Draws a figure as an SVG document of 760 pixels' width, the same bytes for the same figure.
///
/// The ground is transparent. Series differ in colour and in dash (lines) or marker (dots). A band or whisker spans a
/// point's bounds. The legend stands below the axes, where it covers no data; so does the bar of a heat map's shades.
///
/// What an axis cannot show is missing, and a missing value breaks its line: `None`, NaN, infinities, magnitudes above
/// 10³⁰⁰, and numbers that are not positive on a logarithmic axis. A bound that the axis cannot show (a lower bound of
/// 0 on a logarithmic axis, an infinite upper one) ends at the axis's end. Without any value the axes stay and say so.
/// Where all values are equal the axis reaches 10 % to either side (half a decade if logarithmic).
pub fn render(figure: &Figure) -> String {
    let title = wrap(&clean(&figure.title), TITLE * 1.05, WIDTH - 2.0 * MARGIN);
    let y_label = wrap(&clean(&figure.y.label), TEXT, WIDTH - 2.0 * MARGIN);
    let x_label = wrap(&clean(&figure.x.label), TEXT, WIDTH - 2.0 * MARGIN);
    let looks = looks(&figure.series);
    let tiles = Tiles::of(&figure.series, figure.x.spacing, figure.y.spacing);
    let legend = legend(&figure.series);

    let points = || figure.series.iter().flat_map(|series| &series.points);
    let widths: Vec<f64> = figure.series.iter().map(bar_width).collect();
    let x = Scale::over(
        &figure.x,
        figure
            .series
            .iter()
            .zip(&widths)
            .flat_map(|(series, &width)| {
                series.points.iter().flat_map(move |point| [point.x - width / 2.0, point.x + width / 2.0])
            })
            .chain(tiles.iter().flat_map(Tiles::widths)),
    );
    // A point that is not drawn has no say in the range, nor have its bounds.
    let drawn = |point: &&Point| x.place(point.x).is_some() && point.y.is_some_and(f64::is_finite);
    let heights = points().filter(drawn).flat_map(|point| {
        let (low, high) = point.bounds.unzip();
        [point.y, low, high].into_iter().flatten()
    });
    // Bars stand on 0, which a logarithmic axis passes over.
    let floor = figure.series.iter().any(|series| series.mark == Mark::Bars).then_some(0.0);
    let y = Scale::over(&figure.y, heights.chain(floor).chain(tiles.iter().flat_map(Tiles::heights)));

    let y_ticks = y.ticks();
    let widest = y_ticks.iter().map(|tick| text_width(&tick.label, TEXT)).fold(0.0, f64::max);
    let head = MARGIN + LINE * (title.len() + y_label.len()) as f64 + 8.0;
    let frame = Frame {
        x,
        y,
        left: MARGIN + widest + 8.0,
        right: WIDTH - MARGIN - 14.0,
        top: head + 6.0,
        bottom: head + 6.0 + PLOT_HEIGHT,
    };
    let label_top = frame.bottom + 10.0 + LINE;
    let legend_top = label_top + LINE * x_label.len() as f64 + 8.0;
    let rows = legend.iter().map(|entry| entry.row + 1).max().unwrap_or(0);
    let key_top = legend_top + LINE * rows as f64;
    let height = key_top + tiles.as_ref().map_or(0.0, |_| tiles::KEY_HEIGHT) + MARGIN - 4.0;

    let mut drawing = String::new();
    {
        let canvas = Canvas::new(&mut drawing, WIDTH, height);
        for (i, line) in title.iter().enumerate() {
            let at = (MARGIN, MARGIN + LINE * (i as f64 + 0.5));
            canvas.text(line, at, TITLE, INK, Align::Left, Weight::Bold);
        }
        for (i, line) in y_label.iter().enumerate() {
            let at = (MARGIN, MARGIN + 4.0 + LINE * ((title.len() + i) as f64 + 0.5));
            canvas.text(line, at, TEXT, INK, Align::Left, Weight::Normal);
        }
        frame.draw(&canvas, &y_ticks);
        for (i, line) in x_label.iter().enumerate() {
            let at = ((frame.left + frame.right) / 2.0, label_top + LINE * (i as f64 + 0.5));
            canvas.text(line, at, TEXT, INK, Align::Middle, Weight::Normal);
        }
        // All areas first: a band may lie over another band, never over a line.
        let mut shown = tiles.as_ref().map_or(0, |tiles| tiles.draw(&canvas, &frame));
        for ((series, look), &width) in figure.series.iter().zip(&looks).zip(&widths) {
            if series.mark == Mark::Bars {
                shown += bars(&canvas, &frame, series, look, width);
            }
        }
        for (series, look) in figure.series.iter().zip(&looks) {
            if matches!(series.mark, Mark::Line | Mark::Reference) {
                band(&canvas, &frame, series, look);
            }
        }
        for (series, look) in figure.series.iter().zip(&looks) {
            shown += match series.mark {
                Mark::Dots => dots(&canvas, &frame, series, look),
                Mark::Bars | Mark::Tiles(_) => 0,
                Mark::Line => line(&canvas, &frame, series, look, BOLD),
                Mark::Reference => line(&canvas, &frame, series, look, THIN),
            };
        }
        if shown == 0 {
            let middle = ((frame.left + frame.right) / 2.0, (frame.top + frame.bottom) / 2.0);
            canvas.text("no value to show", middle, TEXT, INK, Align::Middle, Weight::Normal);
        }
        if let Some(tiles) = &tiles {
            tiles.draw_key(&canvas, &frame, key_top);
        }
        for entry in &legend {
            let (series, look) = (&figure.series[entry.series], &looks[entry.series]);
            let middle = legend_top + LINE * (entry.row as f64 + 0.5);
            let key = [(entry.left, middle), (entry.left + LEGEND_KEY - 10.0, middle)];
            let centre = (entry.left + (LEGEND_KEY - 10.0) / 2.0, middle);
            match series.mark {
                Mark::Line => {
                    canvas.line(&key, look.colour, BOLD, look.dash);
                    if marked(series) {
                        canvas.marker(centre, look.marker, BOLD + 1.2, look.colour);
                    }
                }
                Mark::Reference => canvas.line(&key, look.colour, THIN, look.dash),
                Mark::Dots => canvas.marker(centre, look.marker, 5.0, look.colour),
                Mark::Bars => {
                    canvas.area(&rectangle(key[0].0, middle - 6.0, key[1].0, middle + 6.0), look.colour, BAR)
                }
                // They have the bar of shades instead.
                Mark::Tiles(_) => {}
            }
            let at = (entry.left + LEGEND_KEY, middle);
            canvas.text(&entry.name, at, TEXT, INK, Align::Left, Weight::Normal);
        }
    }
    accessible(&drawing, figure, height)
}

/// The plot's rectangle in pixels, and its scales.
struct Frame {
    x: Scale,
    y: Scale,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Frame {
    fn horizontal(&self, place: f64) -> f64 {
        self.left + place * (self.right - self.left)
    }

    fn vertical(&self, place: f64) -> f64 {
        self.bottom - place * (self.bottom - self.top)
    }

    /// Where a point stands, if the axes can show it.
    fn place(&self, point: &Point) -> Option<Place> {
        Some((self.horizontal(self.x.place(point.x)?), self.vertical(self.y.place(point.y?)?)))
    }

    /// The lower and upper end of a point's spread, if it has one and the point itself can be shown.
    fn spread(&self, point: &Point) -> Option<(Place, Place)> {
        let (x, _) = self.place(point)?;
        let (low, high) = point.bounds?;
        Some(((x, self.vertical(self.y.bound(low)?)), (x, self.vertical(self.y.bound(high)?))))
    }

    /// Grid, ticks and axes.
    fn draw(&self, canvas: &Canvas<'_>, y_ticks: &[Tick]) {
        for tick in y_ticks {
            let y = self.vertical(tick.place);
            canvas.faint_line(&[(self.left, y), (self.right, y)], INK, GRID_OPACITY);
            canvas.text(&tick.label, (self.left - 8.0, y), TEXT, INK, Align::Right, Weight::Normal);
        }
        let mut free_from = f64::NEG_INFINITY;
        for tick in self.x.ticks() {
            let x = self.horizontal(tick.place);
            canvas.faint_line(&[(x, self.top), (x, self.bottom)], INK, GRID_OPACITY);
            canvas.line(&[(x, self.bottom), (x, self.bottom + 5.0)], INK, 1.2, None);
            // A label that would touch its neighbour is left out; its tick stays.
            let half = text_width(&tick.label, TEXT) / 2.0;
            if x - half > free_from {
                let at = (x, self.bottom + 19.0);
                canvas.text(&tick.label, at, TEXT, INK, Align::Middle, Weight::Normal);
                free_from = x + half + 6.0;
            }
        }
        let axes = [(self.left, self.top), (self.left, self.bottom), (self.right, self.bottom)];
        canvas.line(&axes, INK, 1.2, None);
    }
}

/// The looks of the series: data count through the palette, references through the dashes of their own.
fn looks(series: &[Series]) -> Vec<Look> {
    let (mut data, mut references) = (0.., 0..);
    series
        .iter()
        .map(|series| match series.mark {
            Mark::Reference => palette::reference(references.next().expect("endless")),
            Mark::Line | Mark::Dots | Mark::Bars | Mark::Tiles(_) => {
                palette::data(data.next().expect("endless"))
            }
        })
        .collect()
}

/// The width of a series' bars in units of x: the smallest distance between two of its points, 0 for other marks.
fn bar_width(series: &Series) -> f64 {
    if series.mark != Mark::Bars {
        return 0.0;
    }
    let mut places: Vec<f64> = series.points.iter().map(|point| point.x).filter(|x| x.is_finite()).collect();
    places.sort_by(f64::total_cmp);
    let gaps = places.windows(2).map(|pair| pair[1] - pair[0]).filter(|&gap| gap > 0.0);
    let smallest = gaps.fold(f64::INFINITY, f64::min);
    if smallest.is_finite() { smallest } else { 1.0 }
}

/// The bars, translucent so that those of another series show through. Returns how many it shows.
fn bars(canvas: &Canvas<'_>, frame: &Frame, series: &Series, look: &Look, width: f64) -> usize {
    let mut shown = 0;
    for point in &series.points {
        let edge =
            |x: f64, y: f64| Some((frame.horizontal(frame.x.bound(x)?), frame.vertical(frame.y.bound(y)?)));
        let Some(height) = point.y.filter(|height| height.is_finite()) else { continue };
        if let (Some((left, base)), Some((right, top))) =
            (edge(point.x - width / 2.0, 0.0), edge(point.x + width / 2.0, height))
        {
            canvas.area(&rectangle(left, base, right, top), look.colour, BAR);
            canvas.line(
                &[(left, base), (left, top), (right, top), (right, base)],
                look.colour,
                THIN,
                look.dash,
            );
            shown += 1;
        }
    }
    shown
}

/// The corners of an upright rectangle.
fn rectangle(left: f64, bottom: f64, right: f64, top: f64) -> [Place; 4] {
    [(left, bottom), (left, top), (right, top), (right, bottom)]
}

/// The band between the bounds, interrupted where a point has none.
fn band(canvas: &Canvas<'_>, frame: &Frame, series: &Series, look: &Look) {
    for run in runs(series.points.iter().map(|point| frame.spread(point))) {
        let lower = run.iter().map(|(low, _)| *low);
        let upper = run.iter().rev().map(|(_, high)| *high);
        if run.len() > 1 {
            canvas.area(&lower.chain(upper).collect::<Vec<_>>(), look.colour, 0.2);
        } else {
            // A lone point has no area: its spread is drawn as a stroke of the band's shade.
            canvas.faint_line(&[run[0].0, run[0].1], look.colour, 0.5);
        }
    }
}

/// The line, interrupted where a value is missing. Returns how many points it shows.
fn line(canvas: &Canvas<'_>, frame: &Frame, series: &Series, look: &Look, width: f64) -> usize {
    let runs = runs(series.points.iter().map(|point| frame.place(point)));
    let shown = runs.iter().map(Vec::len).sum();
    for run in runs {
        if run.len() > 1 {
            canvas.line(&run, look.colour, width, look.dash);
        }
        // A point without neighbours would be invisible.
        if marked(series) || run.len() == 1 {
            for place in run {
                canvas.marker(place, look.marker, width + 1.2, look.colour);
            }
        }
    }
    shown
}

/// Whether a line has a marker at each of its points.
fn marked(series: &Series) -> bool {
    series.mark == Mark::Line && series.points.len() <= FEW
}

/// Markers with whiskers. Returns how many it shows.
fn dots(canvas: &Canvas<'_>, frame: &Frame, series: &Series, look: &Look) -> usize {
    let mut shown = 0;
    for point in &series.points {
        let Some(place) = frame.place(point) else { continue };
        if let Some((low, high)) = frame.spread(point) {
            canvas.line(&[low, high], look.colour, 1.6, None);
            for (x, y) in [low, high] {
                canvas.line(&[(x - 4.0, y), (x + 4.0, y)], look.colour, 1.6, None);
            }
        }
        canvas.marker(place, look.marker, 4.2, look.colour);
        shown += 1;
    }
    shown
}

/// The maximal runs of present items.
fn runs<T>(items: impl Iterator<Item = Option<T>>) -> Vec<Vec<T>> {
    let mut runs = vec![Vec::new()];
    for item in items {
        match item {
            Some(item) => runs.last_mut().expect("never empty").push(item),
            None => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// The legend's entry of a series.
struct Entry {
    series: usize,
    name: String,
    left: f64,
    row: usize,
}

/// The legend in rows, as many entries to a row as fit; tiles have none.
fn legend(series: &[Series]) -> Vec<Entry> {
    let (mut left, mut row) = (MARGIN, 0);
    let listed = series.iter().enumerate().filter(|(_, series)| !matches!(series.mark, Mark::Tiles(_)));
    listed
        .map(|(index, series)| {
            let name = shorten(&clean(&series.name), WIDTH - 2.0 * MARGIN - LEGEND_KEY);
            let width = LEGEND_KEY + text_width(&name, TEXT);
            if left > MARGIN && left + width > WIDTH - MARGIN {
                (left, row) = (MARGIN, row + 1);
            }
            let entry = Entry { series: index, name, left, row };
            left += width + LEGEND_GAP;
            entry
        })
        .collect()
}

/// The text, cut with an ellipsis if it is wider than `width`.
fn shorten(text: &str, width: f64) -> String {
    let mut text = text.to_owned();
    while text_width(&text, TEXT) > width {
        while text.pop() == Some('…') {}
        text.push('…');
    }
    text
}

/// The text in lines of at most `width` pixels, broken between words.
fn wrap(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if text_width(line, size) + text_width(word, size) + size * 0.6 <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Puts the backend's drawing into a document with a title and a description for readers who do not see it.
fn accessible(drawing: &str, figure: &Figure, height: f64) -> String {
    let body = drawing.split_once(">\n").map_or("", |(_, body)| body);
    let names: Vec<String> = figure.series.iter().map(|series| escape(&series.name)).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"title desc\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"desc\">{} Across: {}. Up: {}. Series: {}.</desc>\n{body}",
        WIDTH * 10.0,
        height * 10.0,
        escape(&figure.title),
        escape(&figure.caption),
        escape(&figure.x.label),
        escape(&figure.y.label),
        names.join("; "),
    )
}

/// The text without the control characters that XML forbids.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The text as XML character data.
fn escape(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
