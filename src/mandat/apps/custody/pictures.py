"""Pictures without what they tell besides the picture: place, moment, device, comments, thumbnails, other pictures appended.

JPEG: segments that draw are kept (frame, tables, scans, colour profile, Adobe's transform), all else goes; only the way up is written
again. PNG: chunks that draw are kept. Formats: ITU-T T.81, Exif 2.3 §4.6, PNG (W3C, third edition) §11.
"""

from __future__ import annotations

import struct
import zlib

#: Chunks of a PNG that change how it is drawn.
_PNG_KEPT = frozenset(
    {
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
    }
)  # fmt: skip
_ORIENTATION = 0x0112


def without_metadata(data: bytes) -> bytes:
    """The same picture, bare. Raises ValueError for what is neither a whole JPEG nor a whole PNG."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data)
    raise ValueError("neither JPEG nor PNG")


def _jpeg(data: bytes) -> bytes:
    kept = [b"\xff\xd8"]
    orientation = 1
    at = 2
    while True:
        if at + 2 > len(data) or data[at] != 0xFF:
            raise ValueError("no marker")
        while at + 1 < len(data) and data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1] if at + 1 < len(data) else 0
        if marker == 0xD9:
            kept.append(b"\xff\xd9")
            break
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
            continue
        if at + 4 > len(data):
            raise ValueError("cut short")
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        segment = data[at : at + 2 + length]
        if length < 2 or len(segment) != 2 + length:
            raise ValueError("cut short")
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            orientation = _orientation(segment[10:]) or orientation
        if _is_drawn(marker, segment):
            kept.append(segment)
        at += 2 + length
        if marker == 0xDA:
            end = _scan_end(data, at)
            kept.append(data[at:end])
            at = end
    if orientation != 1:
        kept.insert(1, _way_up(orientation))
    return b"".join(kept)


def _is_drawn(marker: int, segment: bytes) -> bool:
    if marker == 0xE0:
        return segment[4:9] == b"JFIF\0"
    if marker == 0xE2:
        return segment[4:16] == b"ICC_PROFILE\0"
    if marker == 0xEE:
        return segment[4:9] == b"Adobe"
    return not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _scan_end(data: bytes, at: int) -> int:
    """Where the next marker after coded data stands: FF not followed by 00 nor by a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise ValueError("cut short")
        following = data[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2


def _orientation(tiff: bytes) -> int:
    """The way up, 1 to 8, or 0 where it is not told."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 0
    (start,) = struct.unpack(order + "I", tiff[4:8])
    if start + 2 > len(tiff):
        return 0
    (count,) = struct.unpack(order + "H", tiff[start : start + 2])
    for rank in range(min(count, 200)):
        entry = tiff[start + 2 + 12 * rank : start + 14 + 12 * rank]
        if len(entry) < 12:
            return 0
        tag, type_ = struct.unpack(order + "HH", entry[:4])
        if tag == _ORIENTATION and type_ == 3:
            (value,) = struct.unpack(order + "H", entry[8:10])
            return int(value) if 1 <= value <= 8 else 0
    return 0


def _way_up(orientation: int) -> bytes:
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(data: bytes) -> bytes:
    kept = [data[:8]]
    at = 8
    while True:
        if at + 12 > len(data):
            raise ValueError("cut short")
        (length,) = struct.unpack(">I", data[at : at + 4])
        name = data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != struct.unpack(">I", data[end - 4 : end])[0]:
            raise ValueError("cut short or altered")
        if name in _PNG_KEPT:
            kept.append(data[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
