"""Signed notes and log checkpoints (C2SP signed-note and tlog-checkpoint), Ed25519. No framework.

A note is a text ending in a newline, an empty line, and signature lines
``— name base64(key hash ‖ signature)``. A checkpoint's text is three lines: origin, size, root in base64.
A verifier key is ``name+hash+base64(0x01 ‖ public key)``.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_ED25519 = b"\x01"
_NAME = re.compile(r"^[^\s+]+$")
#: No honest checkpoint is longer: what is read from elsewhere is bounded.
LARGEST_NOTE = 100_000


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and an Ed25519 public key of 32 bytes."""

    name: str
    public: bytes

    @property
    def hash(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Inverse of ``str``. Raises InputError where the text is no Ed25519 verifier key."""
        broken = InputError(Text("clé publique illisible", "unreadable public key"))
        try:
            name, digest, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise broken from None
        if not _NAME.match(name) or len(raw) != 33 or raw[:1] != _ED25519:
            raise broken
        key = cls(name, raw[1:])
        if key.hash.hex() != digest:
            raise broken
        return key


class Signer:
    """Signs notes under ``name`` with the Ed25519 key of a 32-byte seed."""

    def __init__(self, name: str, seed: bytes) -> None:
        if not _NAME.match(name):
            raise InputError(Text(f"nom de clé invalide : {name!r}", f"invalid key name: {name!r}"))
        if len(seed) != 32:
            raise InputError(Text("la clé du journal fait 32 octets", "the journal's key is 32 bytes long"))
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The signed note of ``text``, which ends in a newline."""
        if not text.endswith("\n"):
            raise ValueError("the text of a note ends in a newline")
        signature = base64.b64encode(self.key.hash + self._private.sign(text.encode())).decode()
        return f"{text}\n— {self.key.name} {signature}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: whose it is, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """The text of a note signed by ``key``. Raises InputError where the note is broken or the signature is not of that key."""
    if len(note) > LARGEST_NOTE:
        raise InputError(Text("point de contrôle trop long", "checkpoint too long"))
    text, found, signatures = note.rpartition("\n\n")
    text += "\n"
    if not found or not signatures.endswith("\n"):
        raise InputError(Text("point de contrôle illisible", "unreadable checkpoint"))
    for line in signatures[:-1].split("\n"):
        if not line.startswith("— ") or len(parts := line[2:].split(" ")) != 2:
            raise InputError(Text("signature illisible", "unreadable signature"))
        name, encoded = parts
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise InputError(Text("signature illisible", "unreadable signature")) from None
        if name != key.name or raw[:4] != key.hash:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], text.encode())
        except InvalidSignature:
            raise InputError(
                Text("la signature du point de contrôle est fausse", "the checkpoint's signature is wrong")
            ) from None
        return text
    raise InputError(Text(f"point de contrôle non signé par {key.name}", f"checkpoint not signed by {key.name}"))


def read_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint of a note signed by ``key``. Raises InputError."""
    lines = open_note(note, key).split("\n")
    broken = InputError(Text("point de contrôle illisible", "unreadable checkpoint"))
    if len(lines) < 4 or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
        raise broken
    try:
        root = base64.b64decode(lines[2], validate=True)
    except ValueError:
        raise broken from None
    if len(root) != 32 or not lines[0]:
        raise broken
    return Checkpoint(lines[0], int(lines[1]), root)
