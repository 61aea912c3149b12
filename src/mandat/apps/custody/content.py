"""What a file really is: its name made safe, its content recognised, its traps found. Nothing is stored here.

A file is accepted when its extension is on the list, its content is of that kind by its own structure and by its signature
(puremagic), and it opens within bounds. Active content of a PDF is flagged, macros are refused.
"""

from __future__ import annotations

import re
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

MOST_MEMBERS = 2_000
MOST_INFLATED = 200 * 1024 * 1024
MOST_RATIO = 200
#: A ratio says nothing of small files: blank pages compress well.
RATIO_FROM = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
NAME_LENGTH = 120
_CHUNK = 256 * 1024
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of file: its extensions, its type, its words, and what checks it (raises InputError, returns flags)."""

    code: str
    extensions: tuple[str, ...]
    mime: str
    label: Text
    check: Callable[[BinaryIO], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: a safe name, the kind, and flags (``javascript``, ``launch``, ``embedded``, ``encrypted``)."""

    name: str
    kind: Kind
    flags: frozenset[str]


def safe_name(name: str) -> str:
    """A name without path, control, direction or invisible characters, at most 120 characters long."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(" " if c.isspace() else c for c in last if unicodedata.category(c) not in _INVISIBLE)
    kept = re.sub(r'[<>:"|?*]', "_", kept)
    kept = re.sub(r"\s+", " ", kept).rstrip(" .")
    stem, dot, extension = kept.rpartition(".")
    if not dot:
        stem, extension = kept, ""
    stem = stem.strip(" .") or "piece"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    extension = extension[:10].strip()
    suffix = f".{extension}" if extension else ""
    return stem[: NAME_LENGTH - len(suffix)].rstrip(" .") + suffix


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def check(stream: BinaryIO, *, name: str, kinds: tuple[str, ...], largest: int, size: int) -> Checked:
    """What a file is. Raises InputError, in the words of the person who sends it; leaves the stream at its beginning."""
    kept = safe_name(name)
    if size <= 0:
        raise InputError(Text("ce fichier est vide", "this file is empty"))
    if size > largest:
        most = largest // 1024 // 1024
        raise InputError(Text(f"ce fichier dépasse {most} Mo", f"this file is over {most} MB"))
    extension = kept.rpartition(".")[2].lower() if "." in kept else ""
    kind = next((KINDS[code] for code in kinds if extension in KINDS[code].extensions), None)
    if kind is None:
        known = ", ".join(KINDS[code].extensions[0].upper() for code in kinds)
        raise InputError(
            Text(
                f"ce genre de fichier n'est pas accepté ; envoyez l'un de ceux-ci : {known}",
                f"files of this kind are not accepted; send one of these: {known}",
            )
        )
    try:
        stream.seek(0)
        if not _signed(stream, kind):
            raise _not_really(kind)
        stream.seek(0)
        flags = kind.check(stream)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, IndexError, ValueError):
        raise InputError(
            Text(
                "ce fichier est abîmé : ouvrez-le, enregistrez-le de nouveau et renvoyez-le",
                "this file is damaged: open it, save it again and send it again",
            )
        ) from None
    finally:
        stream.seek(0)
    return Checked(kept, kind, flags)


def _not_really(kind: Kind) -> InputError:
    return InputError(
        Text(
            f"le contenu de ce fichier n'est pas celui d'un fichier {kind.label.fr}",
            f"the content of this file is not that of a {kind.label.en} file",
        )
    )


def _signed(stream: BinaryIO, kind: Kind) -> bool:
    """Whether the signature is one of the kind's."""
    head = stream.read(8192)
    try:
        found = {match.extension.lstrip(".").lower() for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return False
    wanted = {*kind.extensions, "zip"} if kind.check in _ZIPPED else {*kind.extensions}
    return bool(found & wanted)


# -- PDF

_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE = {
    "javascript": re.compile(rb"/(?:JavaScript|JS)(?![A-Za-z0-9])"),
    "launch": re.compile(rb"/Launch(?![A-Za-z0-9])"),
    "embedded": re.compile(rb"/(?:EmbeddedFiles?|RichMedia)(?![A-Za-z0-9])"),
    "encrypted": re.compile(rb"/Encrypt(?![A-Za-z0-9])"),
    "submit": re.compile(rb"/(?:SubmitForm|ImportData)(?![A-Za-z0-9])"),
}
_STREAM = re.compile(rb"stream\r?\n")


def _pdf(stream: BinaryIO) -> frozenset[str]:
    data = stream.read()
    if not data.startswith(b"%PDF-"):
        raise _not_really(KINDS["pdf"])
    if b"startxref" not in data[-4096:] and b"%%EOF" not in data[-4096:]:
        raise ValueError("cut short")
    flags = set(_active(data))
    left = MOST_INFLATED // 4
    for found in _STREAM.finditer(data):
        # Objects may hide in compressed streams; those that are not Flate are pictures.
        inflating = zlib.decompressobj()
        try:
            text = inflating.decompress(data[found.end() : found.end() + 4 * 1024 * 1024], min(left, 8 * 1024 * 1024))
        except zlib.error:
            continue
        left -= len(text)
        flags |= _active(text)
        if left <= 0:
            flags.add("unread")
            break
    return frozenset(flags)


def _active(data: bytes) -> set[str]:
    if b"#" in data:
        data = _NAME_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), data)
    return {flag for flag, pattern in _ACTIVE.items() if pattern.search(data)}


# -- pictures


def _png(stream: BinaryIO) -> frozenset[str]:
    if stream.read(8) != b"\x89PNG\r\n\x1a\n":
        raise _not_really(KINDS["png"])
    first = True
    while True:
        length, name = struct.unpack(">I4s", stream.read(8))
        if length > 2**31 - 1:
            raise ValueError("impossible length")
        body = stream.read(length)
        if len(body) != length or struct.unpack(">I", stream.read(4))[0] != zlib.crc32(name + body):
            raise ValueError("cut short or altered")
        if first:
            if name != b"IHDR":
                raise ValueError("no header")
            _pixels(*struct.unpack(">II", body[:8]))
            first = False
        if name == b"IEND":
            break
    if stream.read(1):
        raise _not_really(KINDS["png"])
    return frozenset()


def _jpeg(stream: BinaryIO) -> frozenset[str]:
    if stream.read(2) != b"\xff\xd8":
        raise _not_really(KINDS["jpeg"])
    sized = False
    while True:
        marker = stream.read(2)
        while len(marker) == 2 and marker == b"\xff\xff":
            marker = b"\xff" + stream.read(1)
        if len(marker) < 2 or marker[0] != 0xFF:
            raise ValueError("no marker")
        if marker[1] == 0xDA:
            break
        if marker[1] == 0x01 or 0xD0 <= marker[1] <= 0xD7:
            continue
        (length,) = struct.unpack(">H", stream.read(2))
        body = stream.read(length - 2)
        if length < 2 or len(body) != length - 2:
            raise ValueError("cut short")
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", body[1:5])
            _pixels(width, height)
            sized = True
    if not sized or b"\xff\xd9" not in stream.read():
        raise ValueError("cut short")
    return frozenset()


def _pixels(width: int, height: int) -> None:
    if not width or not height:
        raise ValueError("no picture")
    if width * height > MOST_PIXELS:
        raise InputError(
            Text("cette image est trop grande : réduisez-la", "this picture is too large: make it smaller")
        )


# -- archives


def _members(stream: BinaryIO) -> dict[str, zipfile.ZipInfo]:
    """Entries of an archive, every one of them read to its end within bounds. Raises InputError, BadZipFile."""
    with zipfile.ZipFile(stream) as packed:
        entries = packed.infolist()
        if len(entries) > MOST_MEMBERS or sum(entry.file_size for entry in entries) > MOST_INFLATED:
            raise _bomb()
        if len({entry.filename for entry in entries}) != len(entries):
            raise ValueError("an entry twice")
        inflated = 0
        for entry in entries:
            if entry.flag_bits & 0x1:
                raise InputError(
                    Text(
                        "ce fichier est protégé par un mot de passe : enregistrez-le sans",
                        "this file is protected by a password: save it without",
                    )
                )
            if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
                raise _bomb()
            with packed.open(entry) as member:
                while part := member.read(_CHUNK):
                    inflated += len(part)
                    if inflated > MOST_INFLATED:
                        raise _bomb()
        return {entry.filename: entry for entry in entries}


def _bomb() -> InputError:
    return InputError(
        Text(
            "ce fichier contient beaucoup trop de données une fois ouvert",
            "this file holds far too much data once opened",
        )
    )


def _macros() -> InputError:
    return InputError(
        Text(
            "ce document contient des macros : enregistrez-le sans macros, ou en PDF",
            "this document holds macros: save it without macros, or as a PDF",
        )
    )


def _office(code: str, part: str) -> Callable[[BinaryIO], frozenset[str]]:
    def check_office(stream: BinaryIO) -> frozenset[str]:
        found = _members(stream)
        if "[Content_Types].xml" not in found or part not in found:
            raise _not_really(KINDS[code])
        if any(name.lower().endswith("vbaproject.bin") for name in found):
            raise _macros()
        return _embedded(found)

    return check_office


def _open_document(code: str, mime: bytes) -> Callable[[BinaryIO], frozenset[str]]:
    def check_open_document(stream: BinaryIO) -> frozenset[str]:
        found = _members(stream)
        stream.seek(0)
        with zipfile.ZipFile(stream) as packed:
            if "mimetype" not in found or packed.read("mimetype").strip() != mime or "content.xml" not in found:
                raise _not_really(KINDS[code])
        if any(name.startswith(("Basic/", "Scripts/")) for name in found):
            raise _macros()
        return _embedded(found)

    return check_open_document


def _embedded(found: dict[str, zipfile.ZipInfo]) -> frozenset[str]:
    inside = any("embeddings/" in name or name.startswith("ObjectReplacements/") for name in found)
    return frozenset({"embedded"} if inside else ())


#: What a plain archive may hold: files of these kinds, each checked as if it came alone.
_PACKED = ("pdf", "jpeg", "png", "docx", "xlsx", "odt", "ods")


def _zip(stream: BinaryIO) -> frozenset[str]:
    """Every file inside is of an accepted kind by name and content; folders are only names. Flags are those of all of them."""
    found = _members(stream)
    flags: set[str] = set()
    held = 0
    with zipfile.ZipFile(stream) as packed:
        for name, entry in found.items():
            if entry.is_dir():
                continue
            if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
                raise ValueError("a path that leaves the archive")
            with tempfile.SpooledTemporaryFile(max_size=_CHUNK * 8) as copy, packed.open(entry) as member:
                while part := member.read(_CHUNK):
                    copy.write(part)
                try:
                    inside = check(copy, name=name, kinds=_PACKED, largest=MOST_INFLATED, size=entry.file_size)  # type: ignore[arg-type]
                except InputError as refused:
                    last = safe_name(name)
                    said = refused.text
                    raise InputError(
                        Text(f"dans l'archive, {last} : {said.fr}", f"in the archive, {last}: {said.en}")
                    ) from None
            flags |= inside.flags
            held += 1
    if not held:
        raise InputError(Text("cette archive est vide", "this archive is empty"))
    return frozenset(flags)


def _tables(stream: BinaryIO) -> frozenset[str]:
    """An open data archive: tables and notes as text, by name and by how they begin; nothing that leads out of the archive."""
    found = _members(stream)
    with zipfile.ZipFile(stream) as packed:
        for name, entry in found.items():
            if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
                raise ValueError("a path that leaves the archive")
            if not entry.is_dir() and not name.lower().endswith((".csv", ".txt", ".md")):
                raise InputError(
                    Text(
                        "cette archive ne tient que des tableaux CSV et des notes : retirez le reste",
                        "this archive holds CSV tables and notes alone: take the rest away",
                    )
                )
            if not entry.is_dir():
                with packed.open(entry) as member:
                    if b"\0" in member.read(_CHUNK):
                        raise ValueError("no text")
    return frozenset()


_docx, _xlsx = _office("docx", "word/document.xml"), _office("xlsx", "xl/workbook.xml")
_odt = _open_document("odt", b"application/vnd.oasis.opendocument.text")
_ods = _open_document("ods", b"application/vnd.oasis.opendocument.spreadsheet")
_ZIPPED = frozenset({_docx, _xlsx, _odt, _ods, _zip, _tables})
_OOXML, _ODF = "application/vnd.openxmlformats-officedocument", "application/vnd.oasis.opendocument"

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("pdf", ("pdf",), "application/pdf", Text("PDF", "PDF"), _pdf),
        Kind("jpeg", ("jpg", "jpeg", "jpe"), "image/jpeg", Text("JPEG", "JPEG"), _jpeg),
        Kind("png", ("png",), "image/png", Text("PNG", "PNG"), _png),
        Kind("docx", ("docx",), f"{_OOXML}.wordprocessingml.document", Text("Word", "Word"), _docx),
        Kind("xlsx", ("xlsx",), f"{_OOXML}.spreadsheetml.sheet", Text("Excel", "Excel"), _xlsx),
        Kind("odt", ("odt",), f"{_ODF}.text", Text("OpenDocument", "OpenDocument"), _odt),
        Kind("ods", ("ods",), f"{_ODF}.spreadsheet", Text("OpenDocument", "OpenDocument"), _ods),
        Kind("zip", ("zip",), "application/zip", Text("ZIP", "ZIP"), _zip),
        Kind("tables", ("zip",), "application/zip", Text("ZIP de CSV", "ZIP of CSV"), _tables),
    )
}
EVIDENCE = ("pdf", "jpeg", "png")
DOCUMENTS = (*EVIDENCE, "odt", "ods", "docx", "xlsx")
