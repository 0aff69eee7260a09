//! Hashes the code that results depend on, so that stored cells of other code are never taken for this code's: once what
//! all claims share, and for each claim its own file, so that work on one claim leaves the cells of the others valid.

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use sha2::{Digest, Sha256};

/// Below the workspace: what a result can depend on.
const CODE: [&str; 4] =
    ["crates/autograd/src", "crates/losses-optim/src", "crates/bench-harness/src", "Cargo.lock"];

/// Below the workspace: what only lists claims, draws results or starts runs, and may change without a new run.
const PRESENTATION: [&str; 4] = [
    "crates/bench-harness/src/claims/mod.rs",
    "crates/bench-harness/src/report",
    "crates/bench-harness/src/main.rs",
    "crates/bench-harness/src/cli.rs",
];

/// Below the workspace: the claims, one file each, named by its id.
const CLAIMS: &str = "crates/bench-harness/src/claims";

fn main() -> Result<(), Box<dyn Error>> {
    let workspace = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let mut files = Vec::new();
    for path in CODE {
        println!("cargo::rerun-if-changed={}", workspace.join(path).display());
        collect(&workspace.join(path), &mut files)?;
    }
    let presentation = PRESENTATION.map(|path| workspace.join(path));
    files.retain(|file| !presentation.iter().any(|path| file.starts_with(path)));
    files.sort();

    let claims = workspace.join(CLAIMS);
    let (own, shared): (Vec<PathBuf>, Vec<PathBuf>) =
        files.into_iter().partition(|file| file.starts_with(&claims));

    let rustc = Command::new(env::var_os("RUSTC").ok_or("cargo sets RUSTC")?).arg("--version").output()?;
    let rustc = String::from_utf8(rustc.stdout)?.trim().to_owned();
    let mut hasher = Sha256::new();
    for file in &shared {
        add(&mut hasher, &workspace, file)?;
    }
    for part in [&rustc, &env::var("TARGET")?, &env::var("PROFILE")?] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let hash = text(hasher);
    // A claim may have a directory beside its file: what is in it is its own too.
    let mut by_claim: BTreeMap<String, Sha256> = BTreeMap::new();
    for file in &own {
        let name = file.strip_prefix(&claims)?.components().nth(1).ok_or("a claim stands in a section")?;
        let name = Path::new(&name).file_stem().and_then(OsStr::to_str).ok_or("a claim has a plain name")?;
        if fs::read_to_string(file)?.contains("crate::claims::") {
            return Err(format!(
                "{}: a claim uses another claim's code, on which its stored cells would not depend; move what they \
                 share to `model` or `stats`",
                file.display()
            )
            .into());
        }
        add(by_claim.entry(name.replace('_', "-")).or_default(), &workspace, file)?;
    }
    let by_claim: Vec<String> =
        by_claim.into_iter().map(|(id, hasher)| format!("{id}={}", text(hasher))).collect();
    println!("cargo::rustc-env=HARNESS_CODE_HASH={hash}");
    println!("cargo::rustc-env=HARNESS_CLAIM_HASHES={}", by_claim.join(" "));
    println!("cargo::rustc-env=HARNESS_RUSTC={rustc}");
    Ok(())
}

/// Adds a file's name and contents, each with its length before it: no part can pass for the end of another.
fn add(hasher: &mut Sha256, workspace: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    let name = file.strip_prefix(workspace)?.to_string_lossy().into_owned();
    for part in [name.as_bytes(), &fs::read(file)?] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    Ok(())
}

/// A hash in hexadecimal digits.
fn text(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Adds `path`, or the files below it if it is a directory, to `files`.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}
