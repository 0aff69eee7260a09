//! Hashes the code that results depend on, so that stored cells of other code are never taken for this code's.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use sha2::{Digest, Sha256};

/// Below the workspace: what a result can depend on.
const CODE: [&str; 4] =
    ["crates/autograd/src", "crates/losses-optim/src", "crates/bench-harness/src", "Cargo.lock"];

/// Below the workspace: what only draws results or starts runs, and may change without a new run.
const PRESENTATION: [&str; 3] = [
    "crates/bench-harness/src/report",
    "crates/bench-harness/src/main.rs",
    "crates/bench-harness/src/cli.rs",
];

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

    let mut hasher = Sha256::new();
    for file in &files {
        let (name, contents) =
            (file.strip_prefix(&workspace)?.to_string_lossy().into_owned(), fs::read(file)?);
        for part in [name.as_bytes(), &contents] {
            // With its length before it, no part can pass for the end of another.
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    let rustc = Command::new(env::var_os("RUSTC").ok_or("cargo sets RUSTC")?).arg("--version").output()?;
    let rustc = String::from_utf8(rustc.stdout)?.trim().to_owned();
    for part in [&rustc, &env::var("TARGET")?, &env::var("PROFILE")?] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let hash: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    println!("cargo::rustc-env=HARNESS_CODE_HASH={hash}");
    println!("cargo::rustc-env=HARNESS_RUSTC={rustc}");
    Ok(())
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
