"""Sealed files on disk, outside what is served: chunks of AES-256-GCM that cannot be swapped, cut or reordered.

A blob begins with ``MDF1`` and a random salt of 16 bytes; its key is derived from the person's and the salt, and serves this
blob alone. Each chunk of 256 KiB has its rank and whether it is the last as nonce (the STREAM construction).
"""

from __future__ import annotations

import os
import secrets
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from mandat.apps.custody.keys import SealError, derived

MAGIC = b"MDF1"
CHUNK = 256 * 1024
_TAG = 16


def folder() -> Path:
    """Where blobs lie: never under what the site serves."""
    return Path(settings.MANDAT_CUSTODY_ROOT)


def path_of(identity: uuid.UUID) -> Path:
    return folder() / identity.hex[:2] / identity.hex


def _cipher(secret: bytes, identity: uuid.UUID, salt: bytes) -> AESGCM:
    # Not remembered: each blob's key serves once.
    return AESGCM(derived.__wrapped__(secret, f"blob {identity.hex} {salt.hex()}"))


def _nonce(rank: int, *, last: bool) -> bytes:
    return rank.to_bytes(11, "big") + (b"\1" if last else b"\0")


def write(identity: uuid.UUID, secret: bytes, chunks: Iterable[bytes]) -> None:
    """Seal chunks of any size into a new blob; whole or not at all."""
    target = path_of(identity)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    salt = secrets.token_bytes(16)
    cipher = _cipher(secret, identity, salt)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(MAGIC + salt)
            rank, held = 0, b""
            for piece in _even(chunks):
                if rank or held:
                    out.write(cipher.encrypt(_nonce(rank, last=False), held, identity.bytes))
                    rank += 1
                held = piece
            out.write(cipher.encrypt(_nonce(rank, last=True), held, identity.bytes))
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _even(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of ``CHUNK``, but for the last."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    if held:
        yield bytes(held)


def read(identity: uuid.UUID, secret: bytes) -> Iterator[bytes]:
    """What was sealed, chunk by chunk. Raises SealError for what was altered, cut or lost."""
    try:
        source = path_of(identity).open("rb")
    except FileNotFoundError:
        raise SealError("this file is not where it was kept") from None
    with source:
        head = source.read(len(MAGIC) + 16)
        if not head.startswith(MAGIC) or len(head) != len(MAGIC) + 16:
            raise SealError("this file was altered")
        cipher = _cipher(secret, identity, head[len(MAGIC) :])
        rank, chunk = 0, source.read(CHUNK + _TAG)
        while True:
            following = source.read(CHUNK + _TAG)
            try:
                yield cipher.decrypt(_nonce(rank, last=not following), chunk, identity.bytes)
            except InvalidTag:
                raise SealError("this file was altered or cut") from None
            if not following:
                return
            rank, chunk = rank + 1, following


def delete(identity: uuid.UUID) -> None:
    """Remove a blob; nothing happens where it is gone."""
    path_of(identity).unlink(missing_ok=True)


def stored() -> Iterator[tuple[uuid.UUID, float]]:
    """Blobs on disk and when each was written (seconds since 1970)."""
    for path in sorted(folder().glob("??/*")):
        try:
            yield uuid.UUID(hex=path.name), path.stat().st_mtime
        except (ValueError, FileNotFoundError):
            continue
