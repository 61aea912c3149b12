"""The keys of a carnet, and the files that come back.

Each carnet has two keys: a secret that names its blanks and signs each entry (HMAC-SHA256), and a P-256 pair whose public half seals the
file (ECDH with a key that serves once, HKDF-SHA256, AES-256-GCM). So a file stolen on the way is not read, an entry cannot be altered or
made for a blank that was not given, and a file is of one package of one carnet.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

FORMAT = "mandat-carnet-1"
#: Bytes of a file brought back, and of one entry.
LARGEST = 8 * 1024 * 1024
LONGEST = 32 * 1024
_INFO = b"mandat carnet 1"


@dataclass(frozen=True, slots=True)
class Keys:
    """What a new carnet is given; texts as they are kept."""

    secret: str
    private: str
    public: str


@dataclass(frozen=True, slots=True)
class Raw:
    """One entry of a file: its bytes as they were signed."""

    body: str
    tag: str


def new_keys() -> Keys:
    """A secret of 32 bytes and a P-256 pair."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Keys(secrets.token_hex(32), pem.decode(), b64(_point(private.public_key())))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def blank(secret: str, number: int) -> str:
    """What proves that a blank is of the carnet: 8 figures, written on the paper one too."""
    made = hmac.new(bytes.fromhex(secret), f"blank:{number}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(made[:8], 'big') % 10**8:08d}"


def tag(secret: str, body: str) -> str:
    """The signature of an entry, in hexadecimal."""
    return hmac.new(bytes.fromhex(secret), body.encode(), hashlib.sha256).hexdigest()


def digest_of(package: Mapping[str, Any]) -> str:
    """SHA-256 of a package in canonical JSON."""
    text = json.dumps(package, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _key(shared: bytes, code: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=code.encode(), info=_INFO).derive(shared)


def sealed(plain: bytes, *, code: str, digest: str, public: str) -> bytes:
    """A file as the page of the device makes it: for tests and demonstrations."""
    once = ec.generate_private_key(ec.SECP256R1())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(public))
    iv = secrets.token_bytes(12)
    cipher = AESGCM(_key(once.exchange(ec.ECDH(), theirs), code))
    body = cipher.encrypt(iv, plain, f"{code}|{digest}".encode())
    made = {"format": FORMAT, "carnet": code, "digest": digest, "key": b64(_point(once.public_key())), "iv": b64(iv), "sealed": b64(body)}  # fmt: skip
    return json.dumps(made).encode()


def _wrong(fr: str, en: str) -> InputError:
    return InputError(Text(fr, en))


def named(raw: bytes) -> str:
    """Which carnet a file says it is of. Raises InputError for what is no such file."""
    return str(_envelope(raw)["carnet"])


def _envelope(raw: bytes) -> dict[str, Any]:
    if len(raw) > LARGEST:
        raise _wrong("ce fichier est trop grand pour un carnet", "this file is too large for a carnet")
    try:
        made = json.loads(raw)
    except (ValueError, RecursionError):
        raise _wrong("ce fichier est coupé, ou n'est pas un carnet", "this file is cut, or is no carnet") from None
    wanted = {"format", "carnet", "digest", "key", "iv", "sealed"}
    if not isinstance(made, dict) or set(made) != wanted or not all(isinstance(made[name], str) for name in wanted):
        raise _wrong("ce fichier n'est pas un carnet", "this file is no carnet")
    if made["format"] != FORMAT:
        raise _wrong("ce carnet est d'une autre version du site", "this carnet is of another version of the site")
    return made


def opened(raw: bytes, *, code: str, digest: str, private: str) -> list[Raw]:
    """The entries of a file, still as they were signed. Raises InputError for a file forged, cut, or of another carnet."""
    made = _envelope(raw)
    if made["carnet"] != code:
        raise _wrong("ce fichier est d'un autre carnet", "this file is of another carnet")
    if made["digest"] != digest:
        raise _wrong(
            "ce fichier vient d'un autre paquet de ce carnet", "this file comes from another package of this carnet"
        )
    forged = _wrong(
        "ce fichier a été altéré, ou n'a pas été fait par ce carnet",
        "this file was altered, or not made by this carnet",
    )
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), base64.b64decode(made["key"], validate=True)
        )
        ours = serialization.load_pem_private_key(private.encode(), password=None)
        assert isinstance(ours, ec.EllipticCurvePrivateKey)
        cipher = AESGCM(_key(ours.exchange(ec.ECDH(), theirs), code))
        iv, body = base64.b64decode(made["iv"], validate=True), base64.b64decode(made["sealed"], validate=True)
        plain = cipher.decrypt(iv, body, f"{code}|{digest}".encode())
        found = json.loads(plain)
    except (ValueError, binascii.Error, InvalidTag, RecursionError):
        raise forged from None
    rows = found.get("entries") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise forged
    entries = []
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("body"), str) or not isinstance(row.get("tag"), str):
            raise forged
        entries.append(Raw(row["body"], row["tag"]))
    return entries
