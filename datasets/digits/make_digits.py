"""Writes digits.csv.gz, the 1,797 handwritten digits that are bundled with scikit-learn.

    python -m venv venv && venv/bin/pip install scikit-learn==1.9.1 && venv/bin/python make_digits.py

One line per image: 64 integers 0..16 in row-major order, then the label 0..9. The gzip header carries neither a time
nor a name, so that the same compressor writes the same file again; the checksum in README.md is of the text inside,
which every compressor gives back.
"""

import gzip
import hashlib
import pathlib

from sklearn.datasets import load_digits

digits = load_digits()
pixels = digits.data.astype(int)
assert (pixels == digits.data).all() and pixels.shape == (1797, 64)
assert pixels.min() == 0 and pixels.max() == 16

lines = [",".join(map(str, [*row, label])) for row, label in zip(pixels.tolist(), digits.target.tolist())]
text = ("\n".join(lines) + "\n").encode("ascii")

path = pathlib.Path(__file__).with_name("digits.csv.gz")
with open(path, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", filename="", compresslevel=9, mtime=0) as packed:
    packed.write(text)
print(f"{path.name}: SHA-256 of the text {hashlib.sha256(text).hexdigest()}")
