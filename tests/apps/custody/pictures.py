"""Small pictures made by hand, with what cameras add to them."""

from __future__ import annotations

import struct
import zlib


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif_of(orientation: int, more: bytes = b"") -> bytes:
    """An EXIF block with a way up, and anything else after it."""
    return b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0) + more


def jpeg(*, exif: bytes = b"", orientation: int = 1, comment: bytes = b"", after: bytes = b"") -> bytes:
    """A JPEG whose structure is right, of 8 × 8 pixels, with what is asked beside the picture."""
    parts = [b"\xff\xd8", segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")]
    if exif or orientation != 1:
        parts.append(segment(0xE1, exif_of(orientation, exif)))
    if comment:
        parts.append(segment(0xFE, comment))
    parts.append(segment(0xDB, b"\0" + bytes([1] * 64)))
    parts.append(segment(0xC0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0"))
    parts.append(segment(0xC4, b"\0" + bytes([0, 1] + [0] * 14) + b"\0"))
    parts.append(segment(0xDA, b"\1\1\0\0\x3f\0"))
    parts.append(b"\x2a\xff\x00\x15\xff\xd0\x11\xff\xd9")
    return b"".join(parts) + after


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*extra: tuple[bytes, bytes]) -> bytes:
    """A PNG of one pixel with ``extra`` chunks."""
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
            *(chunk(name, body) for name, body in extra),
            chunk(b"IDAT", zlib.compress(b"\0\0")),
            chunk(b"IEND", b""),
        )
    )
