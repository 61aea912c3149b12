"""Master keys: where they come from, what is derived from them, and how bytes are sealed and opened.

``MANDAT_CUSTODY_KEYS`` holds ``id:base64`` pairs separated by commas, newest first: the first seals, all open.
``MANDAT_CUSTODY_INDEX_KEYS`` holds those of the blind indexes, likewise. Keys are 32 random bytes; ids are 1 to 16
lower-case letters and digits. Each purpose (a column, the files, the keys of persons) has its own AES-256-GCM key,
derived by HKDF-SHA256: what one opens, another does not. What is sealed is padded to a multiple of 64 bytes, so that its
length says little, and bound to its place by associated data. Nonces are random, 96 bits: rotate before
2³² values are sealed for one purpose (NIST SP 800-38D, 8.3).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

#: Known to everyone who reads this: serves development, tests and demonstrations, refused elsewhere.
DEVELOPMENT = "dev:ZGV2ZWxvcG1lbnQta2V5LW9mLW1hbmRhdC0zMi1ieXQ="
_PUBLISHED = base64.b64decode(DEVELOPMENT.partition(":")[2])

_ID = re.compile(r"[a-z0-9]{1,16}\Z")
_BLOCK = 64
_NONCE = 12


class SealError(Exception):
    """What is stored does not open: altered, moved from its place, or sealed under a key that is not given."""


class ErasedError(SealError):
    """The person's key was destroyed: nothing sealed with it can be read any more."""

    silent_variable_failure = True


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One master key."""

    id: str
    secret: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """Master keys, newest first."""

    keys: tuple[Key, ...]

    @property
    def newest(self) -> Key:
        return self.keys[0]

    def named(self, key_id: str) -> Key:
        """Raises SealError for a key that is not given."""
        for key in self.keys:
            if key.id == key_id:
                return key
        raise SealError(f"key {key_id!r} is not among those given")


def read_keys(text: str, setting: str) -> Keyring:
    """Read ``id:base64,id:base64``. Raises ImproperlyConfigured; never repeats a secret."""
    keys: list[Key] = []
    for position, entry in enumerate((part.strip() for part in text.split(",") if part.strip()), 1):
        key_id, _, encoded = entry.partition(":")
        if not _ID.match(key_id):
            raise ImproperlyConfigured(
                f"{setting}: key {position} needs an id of 1 to 16 lower-case letters and digits"
            )
        try:
            secret = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise ImproperlyConfigured(f"{setting}: key {key_id} is not base64") from None
        if len(secret) != 32:
            raise ImproperlyConfigured(f"{setting}: key {key_id} must be 32 bytes, not {len(secret)}")
        if any(key.id == key_id for key in keys):
            raise ImproperlyConfigured(f"{setting}: key {key_id} is given twice")
        keys.append(Key(key_id, secret))
    return Keyring(tuple(keys))


def keyring(setting: str = "MANDAT_CUSTODY_KEYS") -> Keyring:
    """The keys of this site. Raises ImproperlyConfigured where there are none, or only the published one in service."""
    development = bool(getattr(settings, "MANDAT_CUSTODY_DEVELOPMENT", False))
    return _keyring(str(getattr(settings, setting, "")), setting, development)


@lru_cache(maxsize=32)
def _keyring(text: str, setting: str, development: bool) -> Keyring:
    ring = read_keys(text or (DEVELOPMENT if development else ""), setting)
    if not ring.keys:
        raise ImproperlyConfigured(f"{setting} is empty: make one with “manage custody_key”")
    if not development and any(key.secret == _PUBLISHED for key in ring.keys):
        raise ImproperlyConfigured(f"{setting} holds the development key, which everyone can read")
    return ring


def new_key() -> str:
    """A fresh key as the settings take it."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


@lru_cache(maxsize=1024)
def derived(secret: bytes, purpose: str) -> bytes:
    """The 32-byte key of one purpose."""
    return HKDF(SHA256(), length=32, salt=None, info=f"mandat.custody.1 {purpose}".encode()).derive(secret)


def bound(*parts: str) -> bytes:
    """Associated data from parts, each with its length: no two lists of parts give the same bytes."""
    return b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))


def seal(secret: bytes, purpose: str, data: bytes, place: bytes) -> bytes:
    """Nonce and ciphertext of ``data``, which opens only with the same secret, purpose and place."""
    padded = len(data).to_bytes(4, "big") + data
    padded += bytes(-len(padded) % _BLOCK)
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(derived(secret, purpose)).encrypt(nonce, padded, place)


def unseal(secret: bytes, purpose: str, sealed: bytes, place: bytes) -> bytes:
    """What was sealed. Raises SealError."""
    if len(sealed) < _NONCE + _BLOCK + 16:
        raise SealError("too short to be sealed")
    try:
        padded = AESGCM(derived(secret, purpose)).decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
    except InvalidTag:
        raise SealError(f"{purpose} does not open: altered, moved, or of another key") from None
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def fingerprint(key: Key, purpose: str, value: str) -> str:
    """Keyed hash of a value for one purpose: 32 bytes in hexadecimal."""
    return hmac.new(derived(key.secret, f"index {purpose}"), value.encode(), hashlib.sha256).hexdigest()
