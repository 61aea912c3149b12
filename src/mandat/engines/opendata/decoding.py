"""Turn bytes into lines of text, whatever wrote them.

UTF-8 (with or without its mark), UTF-16 and Windows-1252 are read, even mixed in one file: each line is UTF-8 if it can be,
else Windows-1252. Lines end in LF, CRLF or CR.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_CHUNK = 1 << 16
#: A longer line is no line of data.
LONGEST_LINE = 1_000_000

#: First bytes of files that are often given by mistake.
_MAGIC: tuple[tuple[bytes, Text], ...] = (
    (b"PK\x03\x04", Text("un classeur ou une archive (xlsx, ods, zip) : enregistrez-le en CSV", "a workbook or an archive (xlsx, ods, zip): save it as CSV")),
    (b"\xd0\xcf\x11\xe0", Text("un ancien classeur Excel : enregistrez-le en CSV", "an old Excel workbook: save it as CSV")),
    (b"%PDF", Text("un PDF", "a PDF")),
    (b"\x1f\x8b", Text("un fichier compressé : décompressez-le", "a compressed file: decompress it")),
    (b"\x89PNG", Text("une image", "an image")),
    (b"\xff\xd8\xff", Text("une image", "an image")),
    (b"GIF8", Text("une image", "an image")),
    (b"SQLite format 3", Text("une base de données", "a database")),
)  # fmt: skip


def refuse_binary(start: bytes) -> None:
    """Raise InputError where the first bytes are those of a file that is not text."""
    for magic, text in _MAGIC:
        if start.startswith(magic):
            raise InputError(Text(f"ce fichier est {text.fr}", f"this file is {text.en}"))
    head = start[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise InputError(Text("ce fichier est une page web ou du XML", "this file is a web page or XML"))


def lines(stream: BinaryIO) -> Iterator[str]:
    """The lines of ``stream``, without their ends. Raises InputError for an empty file, one that is not text, or an endless line."""
    start = stream.read(_CHUNK)
    if not start.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise InputError(Text("fichier vide", "empty file"))
    refuse_binary(start)
    wide = _wide(start)
    if wide:
        yield from _decoded(start, stream, wide)
        return
    if b"\x00" in start:
        raise InputError(Text("ce fichier n'est pas du texte", "this file is not text"))
    end = b"\n" if b"\n" in start or b"\r" not in start else b"\r"
    for number, raw in enumerate(_split(start.removeprefix(codecs.BOM_UTF8), stream, end), start=1):
        try:
            yield raw.decode()
        except UnicodeDecodeError:
            yield raw.decode("cp1252", errors="replace")
        if b"\x00" in raw:
            raise InputError(Text("ce fichier n'est pas du texte", "this file is not text"), line=number)


def _wide(start: bytes) -> str:
    """The UTF-16 that ``start`` is in, by its mark or by every other byte being 0; empty for none."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = start[:400]
    if len(sample) >= 8 and sample[1::2].count(0) > len(sample) * 0.45:
        return "utf-16-le"
    if len(sample) >= 8 and sample[::2].count(0) > len(sample) * 0.45:
        return "utf-16-be"
    return ""


def _decoded(start: bytes, stream: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    rest, chunk = "", start
    while chunk:
        *whole, rest = (rest + decoder.decode(chunk)).replace("\r\n", "\n").split("\n")
        for line in whole:
            yield line.rstrip("\r")
        if len(rest) > LONGEST_LINE:
            raise InputError(Text("ligne sans fin", "endless line"))
        chunk = stream.read(_CHUNK)
    if rest:
        yield rest.rstrip("\r")


def _split(start: bytes, stream: BinaryIO, end: bytes) -> Iterator[bytes]:
    rest, chunk = b"", start
    while chunk:
        *whole, rest = (rest + chunk).split(end)
        for line in whole:
            yield line.rstrip(b"\r")
        if len(rest) > LONGEST_LINE:
            raise InputError(Text("ligne sans fin", "endless line"))
        chunk = stream.read(_CHUNK)
    if rest:
        yield rest.rstrip(b"\r")
