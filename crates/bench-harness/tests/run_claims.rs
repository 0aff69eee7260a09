//! What a run leaves behind does not depend on how it was carried out.

#[allow(dead_code, reason = "each file of tests uses a part of the support")]
mod run_support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bench_harness::Error;
use bench_harness::claim::{Claim, Findings, Scale, Verdict};
use bench_harness::run::{Laboratory, Options, Store, run_claims};
use run_support::{Ask, CELLS, NeedsMnist, Walk, cells, files, findings, into, reports};
use serde::{Deserialize, Serialize};

#[track_caller]
fn run(claim: &dyn Claim, options: &Options) {
    let summary = run_claims(&[claim], options).unwrap();
    assert_eq!(summary.exit_code(), 0, "{summary:?}");
}

#[test]
fn one_job_and_two_give_the_same_bytes() {
    let [one, two] = [1, 2].map(|jobs| {
        let out = tempfile::tempdir().unwrap();
        run(&Walk::default(), &Options { jobs, ..into(out.path()) });
        files(out.path())
    });
    assert_eq!(one.len(), CELLS + reports_of_one_run());
    assert_eq!(one, two);
}

fn reports_of_one_run() -> usize {
    let out = tempfile::tempdir().unwrap();
    run(&Walk::default(), &into(out.path()));
    reports(out.path()).len()
}

#[test]
fn a_second_run_runs_nothing_and_a_fresh_one_everything() {
    let out = tempfile::tempdir().unwrap();
    let walk = Walk::default();
    run(&walk, &into(out.path()));
    let first = files(out.path());
    run(&walk, &into(out.path()));
    assert_eq!((walk.runs(), &files(out.path())), (CELLS, &first));
    run(&walk, &Options { store: Store::Replace, ..into(out.path()) });
    assert_eq!((walk.runs(), &files(out.path())), (2 * CELLS, &first));
}

#[test]
fn a_run_that_failed_midway_continues_with_the_same_bytes() {
    for jobs in [1, 2] {
        let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        run(&Walk::default(), &into(whole.path()));
        let failing = Walk { fails_at: Some(7), ..Walk::default() };
        let options = Options { jobs, ..into(broken.path()) };
        let summary = run_claims(&[&failing], &options).unwrap();
        assert_eq!(summary.exit_code(), 3);
        let finished = failing.runs();
        assert!((7..CELLS).contains(&finished), "{finished} cells");
        assert_eq!(cells(broken.path()).len(), finished, "every finished cell stays stored");
        assert!(
            !reports(broken.path()).keys().any(|name| name.starts_with("walk")),
            "no report of half a run"
        );

        let sound = Walk::default();
        run(&sound, &options);
        assert_eq!(sound.runs(), CELLS - finished);
        assert_eq!(files(broken.path()), files(whole.path()));
    }
}

/// Run by the test below in a process of its own, and killed there.
#[test]
#[ignore = "is a part of a_killed_run_continues_with_the_same_bytes"]
fn slow_run() {
    let Some(out) = std::env::var_os("HARNESS_TEST_OUT") else { return };
    run(&Walk { delay: Duration::from_millis(60), ..Walk::default() }, &into(Path::new(&out)));
}

#[test]
fn a_killed_run_continues_with_the_same_bytes() {
    let (whole, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    run(&Walk::default(), &into(whole.path()));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "slow_run", "--ignored"])
        .env("HARNESS_TEST_OUT", killed.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while cells(killed.path()).len() < 3 && begun.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let finished = cells(killed.path()).len();
    assert!((3..CELLS).contains(&finished), "killed midway, after {finished} cells");

    let walk = Walk::default();
    run(&walk, &into(killed.path()));
    assert_eq!(walk.runs(), CELLS - finished);
    assert_eq!(reports(killed.path()), reports(whole.path()));
    assert_eq!(cells(killed.path()), cells(whole.path()));
}

#[test]
fn damaged_cells_are_run_again() {
    let out = tempfile::tempdir().unwrap();
    run(&Walk::default(), &into(out.path()));
    let sound = files(out.path());
    let stored = cells(out.path());
    let (name, contents) = stored.first_key_value().unwrap();
    let other = stored.last_key_value().unwrap().1.clone();
    let text = String::from_utf8(contents.clone()).unwrap();
    let place = text.find("\"end\":").unwrap() + 8;
    let digit = if text.as_bytes()[place] == b'1' { "2" } else { "1" };
    let altered = format!("{}{digit}{}", &text[..place], &text[place + 1..]);
    let damages: [(&str, Vec<u8>); 6] = [
        ("empty", vec![]),
        ("truncated", contents[..contents.len() / 2].to_vec()),
        ("not text", vec![0xff; 40]),
        ("another JSON", b"{}".to_vec()),
        ("another cell", other),
        ("an altered digit", altered.into_bytes()),
    ];
    for (what, damage) in damages {
        std::fs::write(out.path().join(".cells").join(name), damage).unwrap();
        let walk = Walk::default();
        run(&walk, &into(out.path()));
        assert_eq!(walk.runs(), 1, "{what}");
        assert_eq!(files(out.path()), sound, "{what}");
    }
}

#[test]
fn cells_belong_to_their_scale_seed_and_number_of_seeds() {
    let out = tempfile::tempdir().unwrap();
    let walk = Walk::default();
    let mut before = 0;
    let mut expect = |options: Options, runs: usize, what: &str| {
        run(&walk, &options);
        assert_eq!(walk.runs() - before, runs, "{what}");
        before = walk.runs();
    };
    let options = into(out.path());
    expect(options.clone(), CELLS, "first");
    expect(Options { seed: 3, ..options.clone() }, CELLS, "another base seed");
    expect(Options { scale: Scale::Full, ..options.clone() }, 2 * CELLS, "another scale");
    expect(Options { seeds: Some(CELLS + 3), ..options.clone() }, 3, "three seeds more");
    expect(Options { store: Store::Off, ..options }, CELLS, "no store");
}

/// Runs `ask` in a laboratory that stores nothing and returns the message of its error.
fn error_of(ask: impl Fn(&Laboratory) -> Result<Findings, Error> + Sync) -> String {
    let out = tempfile::tempdir().unwrap();
    let summary = run_claims(&[&Ask(ask)], &into(out.path())).unwrap();
    assert_eq!(summary.exit_code(), 3);
    summary.runs[0].outcome.as_ref().unwrap_err().to_string()
}

#[test]
fn failures_of_cells_name_claim_stage_and_configuration() {
    let panicking = error_of(|laboratory| {
        laboratory.cells("train", &[1, 2, 3], |&n: &i32| if n == 2 { panic!("n was {n}") } else { Ok(n) })?;
        Ok(findings(Verdict::Reproduced))
    });
    assert_eq!(panicking, "claim ask: stage train: the cell 2 panicked: n was 2");

    let not_finite = error_of(|laboratory| {
        laboratory.cells("train", &["sgd"], |_| Ok(vec![Some(1.0), Some(f64::NAN)]))?;
        Ok(findings(Verdict::Reproduced))
    });
    assert!(not_finite.contains("stage train: the cell \"sgd\" gave"), "{not_finite}");
    assert!(not_finite.contains("NaN at [1]") && not_finite.contains("run::float"), "{not_finite}");

    let configuration = error_of(|laboratory| {
        laboratory.cells("train", &[f64::INFINITY], |&rate: &f64| Ok(rate))?;
        Ok(findings(Verdict::Reproduced))
    });
    assert!(
        configuration.contains("a configuration holds a number that JSON cannot hold, inf"),
        "{configuration}"
    );

    let opening = error_of(|laboratory| {
        laboratory.cells("train", &[1], |_| Ok(laboratory.digits()?.len()))?;
        Ok(findings(Verdict::Reproduced))
    });
    assert!(opening.contains("opened a data set"), "{opening}");

    let undecided = error_of(|_| Ok(Findings { outcomes: vec![], ..findings(Verdict::Reproduced) }));
    assert!(undecided.contains("one outcome for each criterion"), "{undecided}");

    let whole_claim = error_of(|_| panic!("no such luck"));
    assert_eq!(whole_claim, "claim ask: panicked: no such luck");
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Awkward {
    doubles: Vec<f64>,
    singles: Vec<f32>,
    #[serde(with = "bench_harness::run::float::vec")]
    any: Vec<f64>,
    nothing: Option<f64>,
    whole: u64,
}

#[test]
fn results_keep_every_bit_on_the_way_through_the_store() {
    let out = tempfile::tempdir().unwrap();
    let laboratory = Laboratory::new("bits", &into(out.path())).unwrap();
    let doubles =
        vec![0.1 + 0.2, -0.0, 5e-324, f64::MAX, f64::MIN_POSITIVE, 1e300, 123_456_789.123_456_79, 2.0];
    let awkward = Awkward {
        singles: doubles.iter().map(|&double| double as f32).filter(|single| single.is_finite()).collect(),
        any: [&doubles[..], &[f64::INFINITY, f64::NEG_INFINITY]].concat(),
        nothing: None,
        whole: u64::MAX,
        doubles,
    };
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    let ran = AtomicUsize::new(0);
    for _ in 0..2 {
        let results = laboratory.cells("bits", &[0], |_| {
            ran.fetch_add(1, Ordering::SeqCst);
            Ok(awkward.clone())
        });
        let [result] = &results.unwrap()[..] else { panic!("one result") };
        assert_eq!(*result, awkward);
        assert_eq!(bits(&result.doubles), bits(&awkward.doubles));
        assert_eq!(bits(&result.any), bits(&awkward.any));
    }
    assert_eq!(ran.into_inner(), 1);
    let nan: Vec<f64> = serde_json::from_str::<Awkward>(
        r#"{"doubles":[],"singles":[],"any":["nan",1],"nothing":null,"whole":0}"#,
    )
    .unwrap()
    .any;
    assert!(nan[0].is_nan() && nan[1] == 1.0);
    let wrong = serde_json::from_str::<Awkward>(r#"{"doubles":[],"singles":[],"any":["infinity"]}"#);
    assert!(wrong.unwrap_err().to_string().contains("found \"infinity\""));
}

#[test]
fn results_come_in_order_and_each_cell_has_one_thread() {
    let laboratory =
        Laboratory::new("order", &Options { jobs: 3, store: Store::Off, ..Options::default() }).unwrap();
    let numbers: Vec<u64> = (0..40).collect();
    let results = laboratory
        .cells("order", &numbers, |&number| {
            std::thread::sleep(Duration::from_micros(300 * (40 - number) % 7));
            Ok((number, rayon::current_num_threads()))
        })
        .unwrap();
    assert_eq!(results, numbers.iter().map(|&number| (number, 1)).collect::<Vec<_>>());
    let none: Vec<u8> = laboratory.cells("none", &[] as &[u8], |&number| Ok(number)).unwrap();
    assert!(none.is_empty());
}

#[test]
fn seeds_are_those_of_the_protocol() {
    let laboratory = |options| Laboratory::new("seeds", &options).unwrap();
    assert_eq!(laboratory(Options::default()).seeds(3, 5), [1000, 1001, 1002]);
    assert_eq!(laboratory(Options::default()).tuning_seeds(2), [500, 501]);
    let full = laboratory(Options { scale: Scale::Full, seed: 7, ..Options::default() });
    assert_eq!((full.seeds(3, 2), full.tuning_seeds(1)), (vec![1007, 1008], vec![507]));
    assert_eq!(laboratory(Options { seeds: Some(2), ..Options::default() }).seeds(6, 20), [1000, 1001]);
}

#[test]
fn a_claim_without_its_data_is_not_run_and_the_others_are() {
    let out = tempfile::tempdir().unwrap();
    let options = Options { scale: Scale::Full, ..into(out.path()) };
    let walk = Walk::default();
    let summary = run_claims(&[&NeedsMnist, &walk], &options).unwrap();
    let error = summary.runs[0].outcome.as_ref().unwrap_err();
    assert!(matches!(error, Error::Data { .. }));
    let text = error.to_string();
    assert!(
        text.contains("MNIST") && text.contains("needs-mnist") && text.contains("--data-dir DIR"),
        "{text}"
    );
    assert!(summary.runs[1].outcome.is_ok());
    assert_eq!((walk.runs(), summary.exit_code()), (2 * CELLS, 3));
}

#[test]
fn a_changed_verdict_is_told_once_and_only_against_the_same_seed_and_scale() {
    let out = tempfile::tempdir().unwrap();
    let run = |verdict, options: Options| {
        let summary = run_claims(&[&Walk { verdict, ..Walk::default() }], &options).unwrap();
        (summary.exit_code(), summary.runs[0].change())
    };
    let options = into(out.path());
    assert_eq!(run(Verdict::Reproduced, options.clone()), (0, None));
    let change = Some((Verdict::Reproduced, Verdict::Refuted));
    assert_eq!(run(Verdict::Refuted, options.clone()), (1, change));
    assert_eq!(run(Verdict::Refuted, options.clone()), (0, None));
    assert_eq!(run(Verdict::Partly, Options { scale: Scale::Full, ..options.clone() }), (0, None));
    assert_eq!(run(Verdict::Partly, Options { seed: 10_000, ..options }), (0, None));
}

/// Writes a set in MNIST's form: one image of one pixel in each part.
fn write_mnist(directory: &Path) {
    for part in ["train", "t10k"] {
        let images = [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1][..], &[77]].concat();
        std::fs::write(directory.join(format!("{part}-images-idx3-ubyte")), images).unwrap();
        std::fs::write(directory.join(format!("{part}-labels-idx1-ubyte")), [0, 0, 8, 1, 0, 0, 0, 1, 4])
            .unwrap();
    }
}

#[test]
fn a_report_names_its_command_and_data_and_no_place() {
    let (out, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_mnist(data.path());
    let claim = Ask(|laboratory: &Laboratory| {
        let mnist = laboratory.mnist()?;
        assert_eq!((mnist.train.labels[0], mnist.test.features[0]), (4, 77.0 / 255.0));
        Ok(Findings {
            data: laboratory.data_used(),
            remarks: laboratory.data_notes(),
            ..findings(Verdict::Reproduced)
        })
    });
    let options = Options {
        scale: Scale::Full,
        seed: 5,
        seeds: Some(4),
        data_dir: Some(data.path().to_owned()),
        ..into(out.path())
    };
    let summary = run_claims(&[&claim, &Walk::default()], &options).unwrap();
    let [asked, walked] = &summary.runs[..] else { panic!("two runs") };
    let (asked, walked) = (asked.outcome.as_ref().unwrap(), walked.outcome.as_ref().unwrap());
    let command = "cargo run --release -- run ask --scale full --seed 5 --seeds 4 --data-dir DIR";
    assert_eq!(asked.command, command);
    assert_eq!(walked.command, "cargo run --release -- run walk --scale full --seed 5 --seeds 4");
    assert_eq!(asked.findings.data.len(), 2);
    assert!(asked.findings.remarks[0].contains("differs from the original distribution"));
    for (name, bytes) in files(out.path()) {
        let text = String::from_utf8(bytes).unwrap();
        for place in [out.path(), data.path(), Path::new(env!("CARGO_MANIFEST_DIR"))] {
            assert!(!text.contains(place.to_str().unwrap()), "{name}");
        }
    }
}

/// Runs a claim of one cell on the MNIST in `data` and returns how often the cell was run.
fn runs_on(data: &Path, out: &Path) -> usize {
    let ran = AtomicUsize::new(0);
    let claim = Ask(|laboratory: &Laboratory| {
        let mnist = laboratory.mnist()?;
        laboratory.cells("mean", &[0], |_| {
            ran.fetch_add(1, Ordering::SeqCst);
            Ok(mnist.train.features[0])
        })?;
        Ok(findings(Verdict::Reproduced))
    });
    run(&claim, &Options { data_dir: Some(data.to_owned()), ..into(out) });
    ran.into_inner()
}

#[test]
fn cells_belong_to_the_data_they_were_computed_from() {
    let (out, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_mnist(data.path());
    assert_eq!((runs_on(data.path(), out.path()), runs_on(data.path(), out.path())), (1, 0));
    let images = data.path().join("train-images-idx3-ubyte");
    let mut bytes = std::fs::read(&images).unwrap();
    *bytes.last_mut().unwrap() += 1;
    std::fs::write(&images, bytes).unwrap();
    assert_eq!(runs_on(data.path(), out.path()), 1);
}

#[test]
fn a_run_of_one_claim_leaves_other_reports_alone() {
    let out = tempfile::tempdir().unwrap();
    run(&Walk::default(), &into(out.path()));
    let before = reports(out.path());
    run(&Ask(|_: &Laboratory| Ok(findings(Verdict::Reproduced))), &into(out.path()));
    let after = reports(out.path());
    assert!(after.len() > before.len());
    assert!(
        before.iter().filter(|(name, _)| name.starts_with("walk")).all(|(name, bytes)| after[name] == *bytes)
    );
}

#[test]
fn a_damaged_report_of_another_claim_hides_no_result() {
    let out = tempfile::tempdir().unwrap();
    std::fs::write(out.path().join("other.json"), "{").unwrap();
    let summary = run_claims(&[&Walk::default()], &into(out.path())).unwrap();
    assert!(summary.runs[0].outcome.is_ok());
    let error = summary.index.as_ref().unwrap_err();
    assert!(error.to_string().contains("other.json"), "{error}");
    assert_eq!(summary.exit_code(), 3);
    // The claim's own damaged report is replaced.
    let out = tempfile::tempdir().unwrap();
    std::fs::write(out.path().join("walk.json"), "{").unwrap();
    run(&Walk::default(), &into(out.path()));
}

#[test]
fn a_run_that_cannot_be_done_is_refused_before_anything_runs() {
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let walk = Walk::default();
    let refused = |options| run_claims(&[&walk], &options).unwrap_err();
    assert!(matches!(refused(Options { jobs: 0, ..into(out.path()) }), Error::Usage(_)));
    assert!(matches!(refused(Options { jobs: usize::MAX, ..into(out.path()) }), Error::Usage(_)));
    for seeds in [0, 1] {
        assert!(matches!(refused(Options { seeds: Some(seeds), ..into(out.path()) }), Error::Usage(_)));
    }
    let twice = run_claims(&[&walk, &walk], &into(out.path())).unwrap_err();
    assert!(twice.to_string().contains("found walk twice"), "{twice}");
    for place in [file.clone(), file.join("below")] {
        assert!(matches!(refused(into(&place)), Error::Io { .. }));
    }
    for name in ["", "../up", "a/b", "Big"] {
        assert!(matches!(Laboratory::new(name, &Options::default()), Err(Error::Usage(_))), "{name}");
    }
    assert_eq!(walk.runs(), 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "in the way");
}
