"""Delimited text as people save it: any of four separators, four encodings, any line end.

Everything is read from open binary streams given by the caller; errors name the file and the line.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

DELIMITERS = ",;\t|"
_CHUNK = 1 << 20

#: Characters of one field; a quote without end would otherwise swallow the file.
LONGEST_FIELD = 131_072


@dataclass(frozen=True, slots=True)
class Source:
    """An open binary stream with the name to show in errors. The stream must be seekable."""

    stream: BinaryIO
    name: str

    @classmethod
    def of(cls, stream: BinaryIO, name: str) -> Source:
        """Wrap a stream, keeping its bytes in memory when it cannot be read twice."""
        return cls(stream if stream.seekable() else io.BytesIO(stream.read()), name)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is written. ``header_line`` counts from 1; ``columns`` are its titles, stripped."""

    encoding: str
    delimiter: str
    header_line: int
    columns: tuple[str, ...]


def find_encoding(source: Source) -> str:
    """UTF-8 or UTF-16 by their marks, UTF-8 when every byte fits, else Windows-1252."""
    source.stream.seek(0)
    head = source.stream.read(_CHUNK)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while head:
            decoder.decode(head)
            head = source.stream.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _open(source: Source, encoding: str) -> io.TextIOWrapper:
    source.stream.seek(0)
    return io.TextIOWrapper(source.stream, encoding=encoding, errors="replace", newline="")


def _records(source: Source, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it begins on."""
    text = _open(source, encoding)
    csv.field_size_limit(LONGEST_FIELD)  # the module has one limit for the whole process: others set their own
    reader = csv.reader(text, delimiter=delimiter)
    try:
        while True:
            line = reader.line_num + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise InputError(
                    Text(f"ligne illisible ({error})", f"unreadable line ({error})"), file=source.name, line=line
                ) from None
            if any(cell.strip() for cell in record):
                yield line, record
    finally:
        # The caller owns the stream: closing the wrapper would close it too.
        if not text.closed:
            text.detach()


def read_layout(source: Source) -> Layout:
    """Encoding, separator and titles. Raises InputError for an empty file."""
    encoding = find_encoding(source)
    text = _open(source, encoding)
    try:
        first, line = "", 0
        for first in text:
            line += 1
            cleaned = first.strip().strip('"').casefold()
            if cleaned and not cleaned.strip(DELIMITERS):
                continue
            if cleaned and not cleaned.startswith("sep="):
                break
        else:
            raise InputError(Text("le fichier est vide", "the file is empty"), file=source.name)
        if "\x00" in first:
            raise InputError(
                Text("ce n’est pas un fichier texte", "this is not a text file"), file=source.name, line=line
            )
    finally:
        text.detach()
    counts = Counter(character for character in _outside_quotes(first) if character in DELIMITERS)
    delimiter = max(DELIMITERS, key=lambda mark: counts[mark])
    for start, record in _records(source, encoding, delimiter):
        if start >= line:
            return Layout(encoding, delimiter, start, tuple(cell.strip() for cell in record))
    raise InputError(Text("le fichier est vide", "the file is empty"), file=source.name)


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def rows(source: Source, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Each record after the header, with the line it begins on; blank lines are skipped."""
    for line, record in _records(source, layout.encoding, layout.delimiter):
        if line > layout.header_line:
            yield line, record
