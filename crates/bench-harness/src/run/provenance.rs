//! What a report was made with.

use std::path::Path;
use std::process::Command;

use crate::report::Provenance;

/// Where the source was when the program was built.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Below the source: what results depend on. Reports are left out, or each would name the commit of the last.
const CODE: [&str; 4] = ["crates", "datasets", "Cargo.toml", "Cargo.lock"];

/// What reports of this program on this machine are made with. Holds nothing that differs from run to run.
pub(super) fn provenance() -> Provenance {
    Provenance {
        commit: commit(Path::new(SOURCE)),
        rustc: env!("HARNESS_RUSTC").to_owned(),
        processor: processor(),
        threads: threads(),
    }
}

/// The last commit that touched the code, "-modified" if the code differs from it, "unknown" without git.
fn commit(source: &Path) -> String {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        // A hook of another repository names that one here.
        command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
        // Looking must not get in the way of a git that works at the same time.
        command.arg("--no-optional-locks").arg("-C").arg(source).args(arguments).arg("--").args(CODE);
        let output = command.output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        output.status.success().then_some(text)
    };
    let commit = git(&["log", "-1", "--format=%H"]).filter(|commit| !commit.is_empty());
    match (commit, git(&["status", "--porcelain"])) {
        (Some(commit), Some(changes)) if changes.is_empty() => commit,
        (Some(commit), Some(_)) => commit + "-modified",
        _ => "unknown".to_owned(),
    }
}

/// The text about the processor that Linux keeps, empty elsewhere.
fn processor_text() -> String {
    std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default()
}

/// The processor's name, or its architecture where the system does not tell.
pub(super) fn processor() -> String {
    let text = processor_text();
    let name =
        text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |name| name.trim().to_owned())
}

/// The processor's threads: all of them, and not those that this process may use, which differs from run to run.
pub(super) fn threads() -> usize {
    let listed = processor_text().lines().filter(|line| line.starts_with("processor")).count();
    if listed > 0 { listed } else { std::thread::available_parallelism().map_or(1, usize::from) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_without_a_repository_is_unknown() {
        let nowhere = tempfile::tempdir().expect("a directory");
        assert_eq!(commit(nowhere.path()), "unknown");
        assert_eq!(commit(&nowhere.path().join("absent")), "unknown");
    }

    #[test]
    fn nothing_differs_from_call_to_call() {
        assert_eq!(provenance(), provenance());
        assert!(!provenance().processor.is_empty() && provenance().threads > 0);
    }
}
