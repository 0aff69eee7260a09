//! Files that are either the old or the new one, never half of either.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::Error;

/// Writes a file through a temporary one in the same directory, which it creates if need be.
pub(super) fn write(path: &Path, content: &str) -> Result<(), Error> {
    let io = |action| move |source| Error::Io { action, path: path.to_path_buf(), source };
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(directory).map_err(io("create the directory of"))?;
    let mut builder = tempfile::Builder::new();
    // Temporary files are private by default; a report is as readable as any other file of its owner.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(directory).map_err(io("create"))?;
    file.write_all(content.as_bytes()).map_err(io("write"))?;
    file.as_file().sync_all().map_err(io("write"))?;
    file.persist(path).map_err(|error| error.error).map_err(io("write"))?;
    Ok(())
}

/// Reads a file as text. Bytes that are no UTF-8 count as damage.
pub(super) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Io { action: "read", path: path.to_path_buf(), source })
}

/// Reads a file as text if it is there.
pub(super) fn read_if_present(path: &Path) -> Result<Option<String>, Error> {
    match read(path) {
        Ok(content) => Ok(Some(content)),
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The names of the directory's files with this extension, sorted.
pub(super) fn names(directory: &Path, extension: &str) -> Result<Vec<String>, Error> {
    let io = |source| Error::Io { action: "read", path: directory.to_path_buf(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|found| found == extension)
            && let Some(name) = path.file_name().and_then(|name| name.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}
