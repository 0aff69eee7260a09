//! Reports: the round trip through JSON, damaged files, the page word by word, and the check that pages are drawn.

use std::fs;
use std::path::Path;

use bench_harness::Error;
use bench_harness::claim::{About, Criterion, Findings, Outcome, Scale, Verdict};
use bench_harness::report::{
    Axis, Cell, Figure, Outline, Point, Provenance, Report, SCHEMA_VERSION, Section, Series, Spacing, Table,
    check, csv, index, page, read, read_all, redraw, replace_between_markers, to_json, verdict_table, write,
};

/// A small report with every kind of cell, point and awkward character.
fn report(id: &str) -> Report {
    let criterion = |id: &str, rule: &str| Criterion { id: id.to_owned(), rule: rule.to_owned() };
    let outcome = |criterion: &str, verdict, tested: &str| Outcome {
        criterion: criterion.to_owned(),
        verdict,
        tested: tested.to_owned(),
    };
    let number = |value, decimals| Cell::Number { value, decimals };
    let text = |text: &str| Cell::Text(text.to_owned());
    let points = vec![
        Point { x: 0.0, y: Some(1.0), bounds: Some((0.1 + 0.2, f64::INFINITY)) },
        Point { x: 1.0, y: None, bounds: None },
        Point { x: 2.0, y: Some(f64::INFINITY), bounds: Some((f64::NEG_INFINITY, 1e-300)) },
    ];
    Report {
        schema_version: SCHEMA_VERSION,
        about: About {
            id: id.to_owned(),
            title: "Momentum | needs √κ steps".to_owned(),
            statement: "On a quadratic of condition κ, heavy ball needs about √κ/4 times fewer steps than `x -= lr * g`; \
                        *plain* descent needs κ/2."
                .to_owned(),
            lecture: "part 3, momentum".to_owned(),
            sources: vec!["Polyak 1964, doi:10.1016/0041-5553(64)90137-5".to_owned()],
            criteria: vec![
                criterion("speed", "ratio of steps > 3 for κ ≥ 100; refuted if ≤ 1"),
                criterion("rate", "|fitted rate − theory| < 5 %"),
            ],
            would_change: "A function that is not smooth, or steps of a_b_c with noise.".to_owned(),
        },
        scale: Scale::Quick,
        seed: 1000,
        findings: Findings {
            setup: vec![
                ("Problem".to_owned(), "½ xᵀAx, κ ∈ {10, 100} | n = 20".to_owned()),
                ("Budget".to_owned(), "2000 steps".to_owned()),
            ],
            data: vec![("digits.csv".to_owned(), "ab".repeat(32))],
            figures: vec![Figure {
                id: "steps".to_owned(),
                title: "Distance to the minimum".to_owned(),
                caption: "The band spans the extremes of six seeds.".to_owned(),
                x: Axis { label: "steps".to_owned(), spacing: Spacing::Linear },
                y: Axis { label: "f(x) − f*".to_owned(), spacing: Spacing::Logarithmic },
                series: vec![Series::line("heavy ball, \"tuned\"", points)],
            }],
            tables: vec![Table {
                id: "paper".to_owned(),
                title: "The paper's figures beside ours".to_owned(),
                caption: "[T] exact theory.".to_owned(),
                columns: ["κ", "theory [T]", "ours", "remark"].map(String::from).to_vec(),
                rows: vec![
                    vec![number(10.0, 0), number(2.0, 1), number(1.96, 1), text("a | b")],
                    vec![number(100.0, 0), number(-0.01, 1), number(f64::INFINITY, 1), Cell::Empty],
                ],
            }],
            outcomes: vec![
                outcome("speed", Verdict::Reproduced, "8.1 > 3 (95 % interval 7.4 … 8.8, n = 6)"),
                outcome("rate", Verdict::NotReproduced, "7 % > 5 %"),
            ],
            key_number: "8.1 times fewer steps".to_owned(),
            remarks: vec!["Step sizes are the optimal ones, not tuned.".to_owned()],
        },
        verdict: Verdict::Partly,
        command: format!("cargo run --release -- run {id} --seed 1000"),
        provenance: Provenance {
            commit: "0123456789abcdef".to_owned(),
            rustc: "rustc 1.95.0".to_owned(),
            processor: "A processor".to_owned(),
            threads: 2,
        },
    }
}

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

/// A directory `reports` with two reports and a README beside it, all in step.
fn house() -> tempfile::TempDir {
    let house = directory();
    let reports = house.path().join("reports");
    write(&report("momentum"), &reports).unwrap();
    write(&report("adam"), &reports).unwrap();
    let all = redraw(&reports, &outline()).unwrap();
    let readme = "# House\n<!-- verdicts:begin -->\n<!-- verdicts:end -->\nEnd.\n";
    let readme = replace_between_markers(readme, &verdict_table(&all, "reports/")).unwrap();
    fs::write(house.path().join("README.md"), readme).unwrap();
    house
}

/// Momentum before Adam, which no alphabet would give.
fn outline() -> Outline {
    let section = |title: &str, claim: &str| Section {
        part: "Part 3: optimisation".to_owned(),
        title: title.to_owned(),
        claims: vec![claim.to_owned()],
    };
    Outline { sections: vec![section("Acceleration", "momentum"), section("Adaptive methods", "adam")] }
}

fn discrepancies(house: &Path) -> Vec<String> {
    check(&house.join("reports"), &house.join("README.md"), &outline()).unwrap()
}

#[test]
fn what_is_written_is_read() {
    let directory = directory();
    let original = report("momentum");
    write(&original, directory.path()).unwrap();
    let path = directory.path().join("momentum.json");
    assert_eq!(read(&path).unwrap(), original, "infinities and the last bit included");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.ends_with("}\n") && text.starts_with("{\n  \"schema_version\": 1,"));
    assert_eq!(to_json(&read(&path).unwrap()), text);
    assert!(text.contains("\"inf\"") && text.contains("\"-inf\"") && text.contains("0.30000000000000004"));
}

/// NaN equals nothing, so it is compared by what is written.
#[test]
fn nan_survives_the_round_trip() {
    let directory = directory();
    let mut original = report("momentum");
    original.findings.figures[0].series[0].points[1] = Point { x: 1.0, y: Some(f64::NAN), bounds: None };
    original.findings.tables[0].rows[0][1] = Cell::Number { value: f64::NAN, decimals: 1 };
    write(&original, directory.path()).unwrap();
    let again = read(&directory.path().join("momentum.json")).unwrap();
    assert!(again.findings.figures[0].series[0].points[1].y.unwrap().is_nan());
    assert_eq!(to_json(&again), to_json(&original));
    assert!(page(&again).contains("not a number"));
}

#[test]
fn the_files_of_a_report() {
    let directory = directory();
    let mut full = report("momentum");
    full.scale = Scale::Full;
    write(&full, directory.path()).unwrap();
    let mut names: Vec<String> = fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = ["momentum-full-steps.svg", "momentum-full.csv", "momentum-full.json", "momentum-full.md"];
    assert_eq!(names, expected, "no temporary file stays behind");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(directory.path().join("momentum-full.md")).unwrap().permissions().mode();
        assert_eq!(mode & 0o400, 0o400);
    }
}

#[test]
fn damaged_files_are_named_with_what_was_expected() {
    let directory = directory();
    let path = directory.path().join("momentum.json");
    let sound = to_json(&report("momentum"));
    let message = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        let error = read(&path).unwrap_err();
        assert_eq!(error.exit_code(), 3);
        error.to_string()
    };

    for length in (0..sound.len() - 2).step_by(97).filter(|length| sound.is_char_boundary(*length)) {
        let message = message(&sound.as_bytes()[..length]);
        // Cut within a number the file ends in an invalid one.
        assert!(message.contains("EOF") || message.contains("invalid number"), "{message}");
        assert!(message.contains("momentum.json"), "{message}");
    }
    let other = message(sound.replace("\"schema_version\": 1", "\"schema_version\": 7").as_bytes());
    assert!(other.contains("schema version 1") && other.contains("schema version 7"), "{other}");
    assert!(other.contains("run the claim again"), "{other}");
    assert!(message(b"# Not JSON").contains("expected a report in JSON"));
    assert!(message(b"{}").contains("schema_version"));
    assert!(message(&[0xff, 0xfe, 0x00]).contains("UTF-8"));
    assert!(message(sound.replace("\"inf\"", "\"much\"").as_bytes()).contains("\"much\""));
    assert!(message(sound.replace("\"linear\"", "\"cubic\"").as_bytes()).contains("cubic"));
    assert!(message(format!("{sound}{sound}").as_bytes()).contains("trailing characters"));
    assert!(matches!(read(&directory.path().join("absent.json")), Err(Error::Io { action: "read", .. })));
    assert!(matches!(read_all(&directory.path().join("absent"), &Outline::default()), Err(Error::Io { .. })));
}

#[test]
fn unsound_reports_are_refused() {
    let directory = directory();
    let reason = |change: &dyn Fn(&mut Report)| {
        let mut changed = report("momentum");
        change(&mut changed);
        write(&changed, directory.path()).unwrap_err().to_string()
    };
    assert!(reason(&|r| r.about.id = "../up".to_owned()).contains("../up"));
    assert!(reason(&|r| r.findings.figures[0].id = "a/b".to_owned()).contains("figure id"));
    assert!(reason(&|r| r.findings.figures.push(r.findings.figures[0].clone())).contains("two figures"));
    assert!(
        reason(&|r| drop(r.findings.tables[0].rows[1].pop())).contains("row 2 of table paper has 3 cells")
    );
    assert!(reason(&|r| r.findings.outcomes.reverse()).contains("outcomes decide"));
    assert!(reason(&|r| r.findings.outcomes.clear()).contains("no outcome"));
    assert!(reason(&|r| r.verdict = Verdict::Reproduced).contains("Partly"));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "nothing is written");
}

/// The page as it was read and approved. `UPDATE_SNAPSHOTS=1 cargo test` writes it anew, to be read again.
#[test]
fn the_page_word_by_word() {
    let found = page(&report("momentum"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/report.md");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).expect("the snapshot exists");
    assert!(found == expected, "the page differs from {}:\n{found}", path.display());
}

#[test]
fn figures_data_in_long_form() {
    let expected = "figure,series,x,y,low,high,value\n\
                    steps,\"heavy ball, \"\"tuned\"\"\",0,1,0.30000000000000004,inf,\n\
                    steps,\"heavy ball, \"\"tuned\"\"\",1,,,,\n";
    let found = csv(&report("momentum"));
    assert!(found.starts_with(expected), "{found}");
    let last: Vec<&str> = found.lines().last().unwrap().rsplit(',').take(4).collect();
    assert_eq!((last[0], &last[2..]), ("", &["-inf", "inf"][..]));
    assert_eq!(last[1].parse::<f64>(), Ok(1e-300));
}

#[test]
fn a_directory_in_step_has_no_discrepancy() {
    let house = house();
    assert_eq!(discrepancies(house.path()), [""; 0]);
    let index = fs::read_to_string(house.path().join("reports/README.md")).unwrap();
    let (momentum, adam) = (index.find("(momentum.md)").unwrap(), index.find("(adam.md)").unwrap());
    assert!(momentum < adam, "in the order given");
    let readme = fs::read_to_string(house.path().join("README.md")).unwrap();
    assert!(readme.contains("(reports/momentum.md)") && readme.ends_with("<!-- verdicts:end -->\nEnd.\n"));
}

#[test]
fn every_discrepancy_is_found() {
    let found = |change: &dyn Fn(&Path)| {
        let house = house();
        change(house.path());
        discrepancies(house.path()).join("\n")
    };
    let edit = |house: &Path, name: &str, from: &str, to: &str| {
        let path = house.join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(path, text.replace(from, to)).unwrap();
    };
    let edited = found(&|house| edit(house, "reports/adam.md", "7 % > 5 %", "4 % < 5 %"));
    assert!(edited.starts_with("adam.md differs from what its JSON draws, first in line "), "{edited}");
    assert_eq!(edited.lines().count(), 1);
    assert!(
        found(&|house| edit(house, "reports/adam-steps.svg", "<svg", "<svg "))
            .contains("adam-steps.svg differs")
    );
    assert!(found(&|house| edit(house, "reports/adam.csv", "inf", "9")).contains("adam.csv differs"));
    assert!(found(&|house| edit(house, "README.md", "8.1 times", "9.1 times")).contains("out of date"));
    assert!(found(&|house| edit(house, "README.md", "<!-- verdicts:end -->", "")).contains("marker"));
    assert!(
        found(&|house| fs::remove_file(house.join("reports/adam.md")).unwrap())
            .contains("adam.md is missing")
    );
    assert!(
        found(&|house| fs::write(house.join("reports/old.svg"), "").unwrap())
            .contains("old.svg is drawn from no JSON")
    );
    assert!(
        found(&|house| edit(
            house,
            "reports/adam.json",
            "\"verdict\": \"partly\"",
            "\"verdict\": \"reproduced\""
        ))
        .contains("adam.json: its verdict is Reproduced, its outcomes give Partly")
    );
    assert!(found(&|house| edit(house, "reports/adam.json", "{", "")).contains("adam.json"));
    let moved = found(&|house| {
        fs::rename(house.join("reports/adam.json"), house.join("reports/eve.json")).unwrap();
    });
    assert!(moved.contains("eve.json holds the report adam"), "{moved}");
}

#[test]
fn the_index_is_the_lecture_in_its_order() {
    let mut full = report("momentum");
    full.scale = Scale::Full;
    let mut stranger = report("stranger");
    stranger.findings.outcomes[0].verdict = Verdict::Refuted;
    let reports = [report("momentum"), full, report("adam"), stranger];
    let page = index(&reports, &outline());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text:?} is missing in\n{page}"));
    assert!(at("## Part 3: optimisation") < at("### Acceleration"));
    assert!(at("### Acceleration") < at("](momentum-full.md)"));
    assert!(at("](momentum-full.md)") < at("### Adaptive methods"));
    assert!(at("### Adaptive methods") < at("## Other claims"), "a claim outside of the lecture comes last");
    assert!(at("## Other claims") < at("## What surprised us"));
    assert!(page[at("## What surprised us")..].contains("stranger.md"));
    assert_eq!(page.matches("## Part 3").count(), 1, "one heading for both sections");
    assert_eq!(
        page.matches("src=\"momentum-steps.svg\"").count(),
        1,
        "one line, one picture for both scales"
    );
}

#[test]
fn drawing_again_mends() {
    let house = house();
    let reports = house.path().join("reports");
    fs::remove_file(reports.join("adam.md")).unwrap();
    fs::write(reports.join("momentum-steps.svg"), "damaged").unwrap();
    fs::write(reports.join("README.md"), "").unwrap();
    assert_eq!(discrepancies(house.path()).len(), 3);
    redraw(&reports, &outline()).unwrap();
    assert_eq!(discrepancies(house.path()), [""; 0]);
}
