"""Seal ballots for the box, open the box for the count: AES-256-GCM under the poll's own key, itself sealed by the site's.

Who reads the database without the site's keys counts nothing, before the closing or in a copy. Contents are padded, so that their length does
not tell what they are. It is no threshold encryption: the site itself could open the box, and only this program refuses to (docs/ballots.md).
"""

from __future__ import annotations

import base64
import secrets
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mandat.apps.custody.keys import SealError, bound, keyring, seal, unseal

PURPOSE = "ballots.box"
_BLOCK = 128
_NONCE = 12


def new_key(reference: str) -> str:
    """A fresh key for a poll, sealed by the site's newest: ``<key id>.<base64>``."""
    key = keyring().newest
    sealed = seal(key.secret, PURPOSE, secrets.token_bytes(32), bound(PURPOSE, reference))
    return f"{key.id}.{base64.urlsafe_b64encode(sealed).decode()}"


@lru_cache(maxsize=256)
def _cipher(reference: str, kept: str) -> AESGCM:
    key_id, _dot, text = kept.partition(".")
    if not text:
        raise SealError("the key of this box is gone")
    sealed = base64.urlsafe_b64decode(text)
    return AESGCM(unseal(keyring().named(key_id).secret, PURPOSE, sealed, bound(PURPOSE, reference)))


def sealed(*, reference: str, key: str, number: int, content: str) -> bytes:
    """A content sealed for its place in the box of a poll."""
    data = content.encode()
    padded = len(data).to_bytes(4, "big") + data
    padded += bytes(-len(padded) % _BLOCK)
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher(reference, key).encrypt(nonce, padded, number.to_bytes(8, "big"))


def opened(*, reference: str, key: str, number: int, data: bytes | memoryview) -> str:
    """The content of a sealed ballot. Raises SealError for one that was altered or moved."""
    from cryptography.exceptions import InvalidTag

    data = bytes(data)
    try:
        padded = _cipher(reference, key).decrypt(data[:_NONCE], data[_NONCE:], number.to_bytes(8, "big"))
    except InvalidTag:
        raise SealError("a ballot of the box was altered") from None
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")].decode()
