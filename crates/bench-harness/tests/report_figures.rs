//! Figures: the same bytes every time, sound XML, and the edges of their scales.

use bench_harness::report::{Axis, Figure, Mark, Point, Series, Spacing, svg};

fn axis(label: &str, spacing: Spacing) -> Axis {
    Axis { label: label.to_owned(), spacing }
}

fn point(x: f64, y: f64) -> Point {
    Point { x, y: Some(y), bounds: None }
}

fn series(name: &str, mark: Mark, points: Vec<Point>) -> Series {
    Series::new(name, mark, points)
}

fn figure(spacing: Spacing, series: Vec<Series>) -> Figure {
    Figure {
        id: "convergence".to_owned(),
        title: "Distance to the minimum".to_owned(),
        caption: "Median of six seeds; bands span the quartiles.".to_owned(),
        x: axis("steps", Spacing::Linear),
        y: axis("f(x) − f*", spacing),
        series,
    }
}

/// Curves of every kind, on a logarithmic and a linear axis.
fn rich(spacing: Spacing) -> Figure {
    let names = ["gradient descent", "heavy ball", "Nesterov", "Adam", "AMSGrad", "Adadelta"];
    let mut all: Vec<Series> = names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let points = (0..=60)
                .map(|k| {
                    let x = f64::from(k) * 10.0;
                    let y = 3.0 * (-x / (150.0 + 90.0 * i as f64)).exp() * (1.0 + 0.1 * (x / 30.0).sin());
                    let bounds = (i % 2 == 0).then_some((y * 0.75, y * 1.3));
                    Point { x, y: (i != 3 || !(40..=45).contains(&k)).then_some(y), bounds }
                })
                .collect();
            series(name, Mark::Line, points)
        })
        .collect();
    let bound = (0..=60).map(|k| point(f64::from(k) * 10.0, 3.3 * (-f64::from(k) / 15.0).exp())).collect();
    all.push(series("bound of Theorem 1, (1 − 1/κ)ᵏ", Mark::Reference, bound));
    let dots = (1..6)
        .map(|k| Point {
            x: f64::from(k) * 100.0,
            y: Some(0.5 / f64::from(k)),
            bounds: Some((0.3 / f64::from(k), 0.9 / f64::from(k))),
        })
        .collect();
    all.push(series("the paper's figures [V]", Mark::Dots, dots));
    figure(spacing, all)
}

/// Every coordinate of the picture lies within it, and every text has a place.
#[track_caller]
fn sound(picture: &str) {
    assert!(picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\""), "{picture}");
    assert!(picture.ends_with("</svg>\n"));
    assert!(picture.contains("role=\"img\"") && picture.contains("<title id=\"title\">"));
    for word in ["NaN", "inf\"", "inf,", "-2147483648", "2147483647"] {
        assert!(!picture.contains(word), "{word} in {picture}");
    }
    let height: f64 = attribute(picture, "height=\"").next().expect("a height").parse().expect("a number");
    for points in attribute(picture, " points=\"") {
        for pair in points.split_whitespace() {
            let (x, y) = pair.split_once(',').expect("a pair");
            let (x, y): (f64, f64) = (x.parse().expect("x"), y.parse().expect("y"));
            assert!((0.0..=7600.0).contains(&x) && (0.0..=10.0 * height).contains(&y), "{pair} is outside");
        }
    }
}

fn attribute<'a>(picture: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    picture.split(start).skip(1).map(|rest| rest.split('"').next().expect("closed"))
}

/// For looking at: `FIGURES=directory cargo test --test report_figures` writes the pictures there.
fn show(name: &str, picture: &str) {
    if let Some(directory) = std::env::var_os("FIGURES") {
        let path = std::path::Path::new(&directory).join(format!("{name}.svg"));
        std::fs::write(path, picture).expect("the directory can be written to");
    }
}

#[test]
fn the_same_bytes_every_time() {
    for (name, spacing) in [("linear", Spacing::Linear), ("logarithmic", Spacing::Logarithmic)] {
        let picture = svg(&rich(spacing));
        sound(&picture);
        show(name, &picture);
        assert_eq!(picture, svg(&rich(spacing)));
    }
}

/// Rates on two logarithmic axes, few points, whiskers, a band of one point, and words too long for their places.
#[test]
fn long_words_and_few_points() {
    let rate = |factor: f64, slope: f64| -> Vec<Point> {
        let xs = [1e2, 1e3, 1e4, 1e5, 1e6];
        let y = |x: f64| factor * x.powf(slope);
        xs.iter().map(|&x| Point { x, y: Some(y(x)), bounds: Some((y(x) * 0.6, y(x) * 1.5)) }).collect()
    };
    let mut lonely = rate(0.02, -0.5);
    lonely[1].y = None;
    lonely[3].y = None;
    let mut drawn = figure(
        Spacing::Logarithmic,
        vec![
            series(
                "subgradient method with the step size 1/√k that the theorem asks for, median of six seeds and quartiles",
                Mark::Line,
                rate(2.0, -0.5),
            ),
            series("lonely", Mark::Line, lonely),
            series("other", Mark::Dots, rate(9.0, -0.7)),
            series("another", Mark::Dots, rate(30.0, -0.9)),
            series(
                "1/√k",
                Mark::Reference,
                rate(5.0, -0.5).into_iter().map(|p| Point { bounds: None, ..p }).collect(),
            ),
            series(
                "1/k",
                Mark::Reference,
                rate(5.0, -1.0).into_iter().map(|p| Point { bounds: None, ..p }).collect(),
            ),
        ],
    );
    drawn.x.spacing = Spacing::Logarithmic;
    drawn.title =
        "The subgradient method needs a number of steps that grows with the inverse square of the accuracy"
            .to_owned();
    drawn.y.label =
        "best value so far minus the minimum, as a share of the start's distance to the minimum (no unit)"
            .to_owned();
    let picture = svg(&drawn);
    sound(&picture);
    show("long", &picture);
    assert!(picture.contains('…'), "a name too long for a row is cut");
}

#[test]
fn words_are_escaped() {
    let mut drawn = rich(Spacing::Linear);
    drawn.title = "a < b & \"c\" > d".to_owned();
    drawn.caption = "</desc><script>\u{0}".to_owned();
    drawn.series[0].name = "<x> & y".to_owned();
    let picture = svg(&drawn);
    sound(&picture);
    assert!(!picture.contains("<script>") && !picture.contains("<x>") && !picture.contains('\u{0}'));
    assert!(picture.contains("<title id=\"title\">a &lt; b &amp; \"c\" &gt; d</title>"));
}

#[test]
fn nothing_to_show() {
    let missing = Point { x: 1.0, y: None, bounds: Some((1.0, 2.0)) };
    let nan = Point { x: f64::NAN, y: Some(f64::NAN), bounds: Some((f64::NAN, f64::INFINITY)) };
    for spacing in [Spacing::Linear, Spacing::Logarithmic] {
        for points in [vec![], vec![missing], vec![nan, missing, point(1.0, f64::INFINITY)]] {
            for mark in [Mark::Line, Mark::Dots, Mark::Reference] {
                let picture = svg(&figure(spacing, vec![series("diverged", mark, points.clone())]));
                sound(&picture);
                show("nothing", &picture);
                assert!(picture.contains("no value to show"));
            }
        }
        sound(&svg(&figure(spacing, vec![])));
    }
    let mut bare = figure(Spacing::Linear, vec![]);
    bare.title.clear();
    bare.x.label.clear();
    bare.y.label.clear();
    sound(&svg(&bare));
}

#[test]
fn degenerate_ranges() {
    let extremes = [
        vec![5.0],
        vec![0.0, 0.0],
        vec![-3.0, -3.0, -3.0],
        vec![1.0, 1.0 + f64::EPSILON],
        vec![1e6, 1e6 + 1e-6],
        vec![f64::MIN_POSITIVE, 5e-324],
        vec![1e300, -1e300],
        vec![f64::MAX, f64::MIN],
        vec![1e-300, 1e300],
        vec![0.0, -1.0, 2.0],
        vec![999.0, 1000.0, 1001.0],
        vec![2.1, 2.2],
        vec![20.0, 300.0],
    ];
    for ys in extremes {
        for spacing in [Spacing::Linear, Spacing::Logarithmic] {
            for mark in [Mark::Line, Mark::Dots, Mark::Reference] {
                let points = ys
                    .iter()
                    .enumerate()
                    .map(|(i, &y)| Point { x: i as f64, y: Some(y), bounds: Some((0.0, f64::INFINITY)) })
                    .collect();
                sound(&svg(&figure(spacing, vec![series("s", mark, points)])));
            }
        }
    }
}

#[test]
fn missing_values_break_the_line() {
    let gap = |y: Option<f64>| {
        let points = [Some(1.0), Some(2.0), y, Some(3.0), Some(4.0)];
        let points = points.iter().enumerate().map(|(i, &y)| Point { x: i as f64, y, bounds: None });
        let picture = svg(&figure(Spacing::Logarithmic, vec![series("s", Mark::Line, points.collect())]));
        picture.matches("stroke=\"#1478BE\"").count()
    };
    let whole = gap(Some(2.5));
    for missing in [None, Some(f64::NAN), Some(f64::INFINITY), Some(0.0), Some(-1.0)] {
        assert_eq!(gap(missing), whole + 1, "{missing:?} makes two lines of one");
    }
}

#[test]
fn ticks_are_round_numbers() {
    let labels = |spacing, low: f64, high: f64| -> Vec<String> {
        let mut drawn =
            figure(spacing, vec![series("s", Mark::Line, vec![point(0.0, low), point(1.0, high)])]);
        drawn.x.label.clear();
        let picture = svg(&drawn);
        show(&format!("ticks {low} {high} {spacing:?}").replace(' ', "-"), &picture);
        let ends = picture.split("text-anchor=\"end\"").skip(1);
        ends.map(|rest| rest.split(['>', '<']).nth(1).expect("a text").trim().to_owned()).collect()
    };
    assert_eq!(
        labels(Spacing::Linear, 0.0, 1.0),
        ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"].map(String::from)
    );
    assert_eq!(labels(Spacing::Linear, -20.0, 20.0), ["−20", "−10", "0", "10", "20"].map(String::from));
    assert_eq!(labels(Spacing::Linear, 0.0, 4e6)[1], "1×10⁶");
    assert_eq!(labels(Spacing::Linear, 0.0, 40000.0)[1], "10\u{2009}000");
    assert_eq!(
        labels(Spacing::Logarithmic, 0.001, 100.0),
        ["0.001", "0.01", "0.1", "1", "10", "100"].map(String::from)
    );
    assert_eq!(labels(Spacing::Logarithmic, 1e-8, 1e-5), ["10⁻⁸", "10⁻⁷", "10⁻⁶", "10⁻⁵"].map(String::from));
    assert_eq!(labels(Spacing::Logarithmic, 0.1, 1.0), ["0.1", "0.2", "0.5", "1"].map(String::from));
    assert!(labels(Spacing::Logarithmic, 1e-30, 1e30).len() <= 12);
    assert!(labels(Spacing::Logarithmic, 2.1, 2.2).len() >= 3);
}

/// The loss over learning rate and batch size: tiles on two logarithmic axes, some of which diverged, with a line above.
#[test]
fn heat_maps() {
    let rates = [1e-3, 1e-2, 1e-1, 1.0];
    let batches = [1.0, 4.0, 16.0, 64.0];
    let loss = |rate: f64, batch: f64| if rate > 0.05 * batch { f64::INFINITY } else { 0.01 * batch / rate };
    let tiles: Vec<(f64, f64, f64)> =
        rates.iter().flat_map(|&rate| batches.map(|batch| (rate, batch, loss(rate, batch)))).collect();
    let best = series("best rate", Mark::Line, vec![point(1e-2, 1.0), point(1e-1, 4.0), point(1.0, 64.0)]);
    let mut drawn = figure(
        Spacing::Logarithmic,
        vec![Series::tiles("median training loss", Spacing::Logarithmic, &tiles), best],
    );
    drawn.x = axis("learning rate", Spacing::Logarithmic);
    drawn.y = axis("batch", Spacing::Logarithmic);
    let picture = svg(&drawn);
    sound(&picture);
    show("heat-map", &picture);
    assert_eq!(picture, svg(&drawn));
    // The extremes of the values lie near the ends of viridis.
    let crossed = tiles.iter().filter(|(_, _, value)| value.is_infinite()).count();
    assert!(crossed > 0 && picture.contains("median training loss"));
    let legend = picture.matches("best rate</text>").count() + picture.matches("best rate\n</text>").count();
    assert_eq!(legend, 1, "the line has an entry in the legend, the tiles have their bar");

    // Without a value the axes stay.
    drawn.series[0].values.iter_mut().for_each(|value| *value = f64::NAN);
    sound(&svg(&drawn));
    let one = Series::tiles("v", Spacing::Linear, &[(1.0, 1.0, 3.0)]);
    sound(&svg(&figure(Spacing::Linear, vec![one])));
}
