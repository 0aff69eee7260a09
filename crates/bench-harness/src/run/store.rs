//! Files that are there whole or not at all.

use std::io::Write;
use std::path::Path;

use crate::Error;

/// Makes `directory` and those above it, if need be, and makes sure that files can be written in it.
pub(crate) fn prepare(directory: &Path) -> Result<(), Error> {
    let io = |action| move |source| Error::Io { action, path: directory.to_owned(), source };
    std::fs::create_dir_all(directory).map_err(io("create"))?;
    tempfile::tempfile_in(directory).map_err(io("write in"))?;
    Ok(())
}

/// Writes a file so that whoever reads it, and whenever this program is killed, it holds all of the old contents or
/// all of the new.
pub(crate) fn write(path: &Path, contents: &[u8]) -> Result<(), Error> {
    let io = |source| Error::Io { action: "write", path: path.to_owned(), source };
    // Renaming is atomic only within one file system, so the unfinished file stands beside the finished one.
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".unfinished-");
    // The default, readable by the owner alone, is meant for secrets; here the user's umask decides, as for any file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(directory).map_err(io)?;
    file.write_all(contents).map_err(io)?;
    file.persist(path).map_err(|error| io(error.error))?;
    Ok(())
}
