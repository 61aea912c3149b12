"""Files made by hand for the tests: whole, damaged and hostile."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile

#: The test file every antivirus knows, cut so that no antivirus stops this source.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(body: bytes = b"", size: int = 0) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + body + b" " * size + b"\nstartxref\n9\n%%EOF\n"


def pdf_with_stream(text: bytes) -> bytes:
    packed = zlib.compress(text)
    return pdf(b"2 0 obj\n<< /Filter /FlateDecode >>\nstream\n" + packed + b"\nendstream\nendobj\n")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 2, height: int = 2, after: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0\0\0" * 2)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"") + after


def jpeg(width: int = 2, height: int = 2) -> bytes:
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\1\0\0\x3f\0" + b"\0\0\0"
    return b"\xff\xd8" + app + frame + scan + b"\xff\xd9"


def archive(members: dict[str, bytes], stored: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in members.items():
            packed.writestr(name, body, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    types = b"<?xml version='1.0'?><Types/>"
    named = {name.replace("__", "/").replace("_", "."): body for name, body in more.items()}
    return archive({"[Content_Types].xml": types, "word/document.xml": b"<w/>", **named})


def odt(**more: bytes) -> bytes:
    mime = b"application/vnd.oasis.opendocument.text"
    named = {name.replace("__", "/"): body for name, body in more.items()}
    return archive({"mimetype": mime, "content.xml": b"<o/>", **named}, stored=("mimetype",))


def sent(body: bytes, name: str = "avis.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)
