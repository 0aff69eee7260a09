//! The command line: what is printed, where, and how the program ends.

#[allow(dead_code, reason = "each file of tests uses a part of the support")]
mod run_support;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin_cmd;
use bench_harness::claim::{Claim, Verdict};
use bench_harness::cli;
use run_support::{NeedsMnist, Walk, reports};

/// The exit code and what was printed on stdout.
fn line(claims: &[&dyn Claim], arguments: &[&str]) -> (u8, String) {
    let mut stdout = Vec::new();
    let arguments = ["bench-harness"].iter().chain(arguments).map(OsString::from);
    let code = cli::run(claims, arguments, &mut stdout);
    (code, String::from_utf8(stdout).unwrap())
}

#[test]
fn a_run_prints_the_verdicts_the_seed_and_the_place() {
    let out = tempfile::tempdir().unwrap();
    let place = out.path().to_str().unwrap();
    let claims: &[&dyn Claim] = &[&Walk::default(), &NeedsMnist];
    let (code, text) = line(claims, &["run", "walk", "--out", place, "--jobs", "2"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("walk") && text.contains("reproduced") && !text.contains("needs-mnist"), "{text}");
    assert!(text.contains("scale quick, seed 0") && text.contains(place), "{text}");
    assert!(!text.contains('\u{1b}'), "no colour");

    let (code, text) =
        line(&[&Walk { verdict: Verdict::Refuted, ..Walk::default() }], &["run", "--out", place]);
    assert_eq!(code, 1);
    assert!(text.contains("reproduced → refuted"), "{text}");

    let (code, text) = line(claims, &["run", "--out", place, "--scale", "full", "--seeds", "3"]);
    assert_eq!(code, 3);
    assert!(text.contains("not run") && text.contains("scale full"), "{text}");

    let before = reports(out.path());
    let (code, text) = line(claims, &["report", "--out", place]);
    assert_eq!((code, reports(out.path())), (0, before), "{text}");
}

#[test]
fn claims_are_listed_and_completed() {
    let claims: &[&dyn Claim] = &[&Walk::default(), &NeedsMnist];
    let (code, text) = line(claims, &["list"]);
    assert_eq!((code, text.lines().count()), (0, 2));
    assert!(text.starts_with("walk\t"));
    for (kind, name) in [
        ("losses", "hinge"),
        ("optimizers", "adam"),
        ("schedules", "cosine"),
        ("wrappers", "clip_by_norm"),
        ("averages", "polyak_ruppert"),
        ("line-searches", "strong_wolfe"),
        ("minimisers", "lbfgs"),
        ("proximal", "l1"),
        ("svm", "pegasos"),
    ] {
        let (code, text) = line(claims, &["list", kind]);
        assert!(
            code == 0 && text.lines().any(|line| line.starts_with(&format!("{name}\t"))),
            "{kind}: {text}"
        );
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, text) = line(claims, &["completions", shell]);
        assert!(code == 0 && (text.contains("--data-dir") || text.contains("-l data-dir")), "{shell}");
        // The other shells' scripts complete no positional arguments.
        assert!(!["bash", "zsh"].contains(&shell) || text.contains("needs-mnist"), "{shell}");
    }
}

#[test]
fn reports_are_checked_against_the_claims() {
    let out = tempfile::tempdir().unwrap();
    let place = out.path().to_str().unwrap();
    line(&[&Walk::default()], &["run", "--out", place]);
    let readme = out.path().join("absent.md");
    let (code, text) = line(&[&NeedsMnist], &["check", "--out", place, "--readme", readme.to_str().unwrap()]);
    assert_ne!(code, 0, "no such claim is registered: {text}");
}

/// A reader that went away, or a disk that is full.
struct Closed(io::ErrorKind);

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_reader_that_went_away_is_no_failure_and_a_full_disk_is() {
    let end = |kind| cli::run(&[], ["bench-harness", "completions", "zsh"], &mut Closed(kind));
    assert_eq!(end(io::ErrorKind::BrokenPipe), 0);
    assert_eq!(end(io::ErrorKind::StorageFull), 3);
}

#[test]
fn the_program_survives_a_closed_pipe() {
    for arguments in [&["completions", "bash"][..], &["--help"], &["list"]] {
        let program = cargo_bin_cmd!("bench-harness").get_program().to_owned();
        let mut child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_program_ends_with_the_documented_codes() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("file"), "in the way").unwrap();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["--version"], 0, ""),
        (&["list"], 0, ""),
        (&["completions", "fish"], 0, ""),
        (&["run", "no-such-claim"], 2, "no-such-claim"),
        (&["run", "--jobs", "0"], 2, "jobs: expected 1 to"),
        (&["run", "--jobs", "-1"], 2, "'-1' for '--jobs"),
        (&["run", "--seeds", "0"], 2, "seeds: expected at least 2"),
        (&["run", "--seeds", "1"], 2, "seeds: expected at least 2"),
        (&["run", "--seeds", "many"], 2, "--seeds"),
        (&["run", "--seed", "-3"], 2, "'-3' for '--seed"),
        (&["run", "--scale", "huge"], 2, "quick"),
        (&["run", "--out", "file"], 3, "file"),
        (&["run", "--out", "file/below"], 3, "file/below"),
        (&["report", "--out", "absent"], 3, "absent"),
        (&["check", "--out", "absent"], 3, "absent"),
        (&["run", "--quickly"], 2, "--quickly"),
        (&["walk"], 2, "walk"),
    ];
    for &(arguments, code, words) in cases {
        let output =
            cargo_bin_cmd!("bench-harness").args(arguments).current_dir(&directory).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
        assert!(errors.contains(words) && !errors.contains("panicked"), "{arguments:?}: {errors}");
        assert!(code == 0 || output.stdout.is_empty(), "{arguments:?}: results only on stdout");
    }
    let help = cargo_bin_cmd!("bench-harness").arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&help.stdout);
    for words in ["Examples:", "Scales:", "Exit codes:", "--data-dir"] {
        assert!(help.contains(words), "{help}");
    }
}
