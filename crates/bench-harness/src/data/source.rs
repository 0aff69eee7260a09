//! A file that may be damaged, packed or not what its name says, read piece by piece.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::Error;

/// More than any file of the kinds read here unpacks to: a header that declares more is damaged, and a small packed
/// file cannot fill the memory.
pub(super) const LIMIT: usize = 1 << 30;

const REMEDY: &str = "the file is damaged or of another kind: fetch it again from where it came";

/// A file being read, unpacked on the way if its first bytes are those of gzip.
pub(super) struct Source {
    path: PathBuf,
    reader: Box<dyn Read>,
    taken: usize,
}

impl Source {
    /// Opens a file.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let io = |source| Error::Io { action: "read", path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(io)?;
        if !metadata.is_file() {
            let found = if metadata.is_dir() { "a directory" } else { "something that is no regular file" };
            return Err(damaged(path, "a file", found));
        }
        Self::unpacking(path, BufReader::new(File::open(path).map_err(io)?))
    }

    /// Reads from memory what a file of this name would hold.
    pub(super) fn memory(path: &Path, contents: &'static [u8]) -> Result<Self, Error> {
        Self::unpacking(path, Cursor::new(contents))
    }

    fn unpacking(path: &Path, mut reader: impl BufRead + 'static) -> Result<Self, Error> {
        let io = |source| Error::Io { action: "read", path: path.to_owned(), source };
        let start = reader.fill_buf().map_err(io)?;
        if start.is_empty() {
            return Err(damaged(path, "a file with contents", "an empty file"));
        }
        let reader: Box<dyn Read> = match start {
            [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(reader)),
            _ => Box::new(reader),
        };
        Ok(Self { path: path.to_owned(), reader, taken: 0 })
    }

    /// The next `count` bytes, which are `what`. The memory taken grows with what is there, not with `count`.
    pub(super) fn take(&mut self, count: usize, what: &str) -> Result<Vec<u8>, Error> {
        if count > LIMIT {
            return Err(self.damaged(
                format!("at most {LIMIT} bytes of {what}"),
                format!("a header that declares {count} bytes"),
            ));
        }
        let mut bytes = Vec::new();
        let outcome = self.reader.by_ref().take(count as u64).read_to_end(&mut bytes);
        outcome.map_err(|source| self.unreadable(source))?;
        if bytes.len() < count {
            return Err(self.damaged(
                format!("{count} bytes of {what} after the first {}", self.taken),
                format!("the end of the file after {} of them", bytes.len()),
            ));
        }
        self.taken += count;
        Ok(bytes)
    }

    /// All that is left, which is `what`.
    pub(super) fn rest(&mut self, what: &str) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let outcome = self.reader.by_ref().take(LIMIT as u64 + 1).read_to_end(&mut bytes);
        outcome.map_err(|source| self.unreadable(source))?;
        if bytes.len() > LIMIT {
            return Err(self.damaged(format!("at most {LIMIT} bytes of {what}"), "more".to_owned()));
        }
        self.taken += bytes.len();
        Ok(bytes)
    }

    /// Makes sure that the file ends here. For a packed file this is also what verifies gzip's own checksum.
    pub(super) fn end(mut self) -> Result<(), Error> {
        match self.reader.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.damaged(
                format!("the end of the file after {} bytes", self.taken),
                "further bytes".to_owned(),
            )),
            Err(source) => Err(self.unreadable(source)),
        }
    }

    /// The error for contents that are not what they should be.
    pub(super) fn damaged(&self, expected: String, found: String) -> Error {
        damaged(&self.path, expected, found)
    }

    /// A failed read: damage if the unpacking failed, else the system's refusal.
    fn unreadable(&self, source: std::io::Error) -> Error {
        match source.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput => {
                let place =
                    if self.taken == 0 { String::new() } else { format!(" after {} bytes", self.taken) };
                self.damaged("sound gzip data".to_owned(), format!("broken gzip data{place} ({source})"))
            }
            _ => Error::Io { action: "read", path: self.path.clone(), source },
        }
    }
}

/// The error for a file that is not what it should be.
pub(super) fn damaged(path: &Path, expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::Data {
        path: path.to_owned(),
        expected: expected.into(),
        found: found.into(),
        remedy: REMEDY.to_owned(),
    }
}

/// The text of a note that lies beside data, as one line; `None` if there is none. Cut after 500 characters: it goes into
/// reports.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read.
pub(super) fn note(path: &Path) -> Result<Option<String>, Error> {
    let mut bytes = Vec::new();
    let io = |source| Error::Io { action: "read", path: path.to_owned(), source };
    File::open(path).map_err(io)?.take(4096).read_to_end(&mut bytes).map_err(io)?;
    let text = String::from_utf8_lossy(&bytes);
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect();
    Ok((!line.is_empty()).then_some(line))
}

/// The first of `names` that is in `directory` or in its `subdirectory`.
pub(super) fn find(
    directory: &Path,
    subdirectory: &str,
    names: &[String],
    remedy: &str,
) -> Result<PathBuf, Error> {
    let missing = |found: String| Error::Data {
        path: directory.to_owned(),
        expected: format!("{} in it or in its subdirectory {subdirectory}", names.join(" or ")),
        found,
        remedy: remedy.to_owned(),
    };
    if !directory.is_dir() {
        let found = if directory.exists() { "something that is no directory" } else { "no such directory" };
        return Err(missing(found.to_owned()));
    }
    [directory.to_owned(), directory.join(subdirectory)]
        .iter()
        .flat_map(|place| names.iter().map(|name| place.join(name)))
        .find(|path| path.exists())
        .ok_or_else(|| missing("no such file".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::note;

    #[test]
    fn a_note_becomes_one_line_of_limited_length() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("NOTE.txt");
        std::fs::write(&path, "decoded from\n  JPEG copies\n").unwrap();
        assert_eq!(note(&path).unwrap().as_deref(), Some("decoded from JPEG copies"));
        std::fs::write(&path, "é".repeat(9000)).unwrap();
        assert!(note(&path).unwrap().unwrap().chars().count() == 500);
        std::fs::write(&path, " \n").unwrap();
        assert_eq!(note(&path).unwrap(), None);
    }
}
