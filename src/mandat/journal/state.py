"""Where the log stands: its size, its root, its signed note, and the key that signs."""

from __future__ import annotations

import base64
import datetime as dt
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from mandat.journal.merkle import EMPTY, Frontier
from mandat.journal.models import State
from mandat.journal.note import Checkpoint, Signer, VerifierKey
from mandat.kernel.errors import InputError, MandatError
from mandat.kernel.text import Text

KEY_FILE = "journal.key"


@dataclass(frozen=True, slots=True)
class Head:
    """The log now: ``note`` is the signed checkpoint of this size and root (``checkpoint`` its content)."""

    origin: str
    size: int
    root: bytes
    recorded_at: dt.datetime | None
    note: str

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint(self.origin, self.size, self.root)


def default_origin() -> str:
    """The log's name where it has none yet: the site's address, without its scheme."""
    address = urlsplit(settings.SITE_URL)
    return f"{address.netloc}{address.path}/journal".replace("+", "-")


def head() -> Head:
    """Size, root and signed note of the log. Writes nothing."""
    state = State.objects.filter(id=1).first()
    if state is None:
        origin = default_origin()
        return Head(origin, 0, EMPTY, None, signer(origin).sign(Checkpoint(origin, 0, EMPTY).text))
    root = Frontier.from_bytes(state.size, bytes(state.frontier)).root()
    return Head(state.origin, state.size, root, state.recorded_at, state.note)


def size() -> int:
    """How many facts the log holds."""
    return State.objects.filter(id=1).values_list("size", flat=True).first() or 0


def signer(origin: str) -> Signer:
    """Signs for the log ``origin`` with the key of the settings, or of ``VAR/journal.key``, made where there is none."""
    if settings.MANDAT_JOURNAL_KEY:
        return _signer(origin, settings.MANDAT_JOURNAL_KEY)
    return _signer(origin, _key_of(Path(settings.VAR) / KEY_FILE))


def verifier_key() -> VerifierKey:
    """The public key to publish beside the log."""
    return signer(head().origin).key


@lru_cache(maxsize=8)
def _signer(origin: str, encoded: str) -> Signer:
    try:
        seed = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise InputError(Text("la clé du journal n'est pas en base64", "the journal's key is not base64")) from None
    return Signer(origin, seed)


def _key_of(path: Path) -> str:
    """Read the key, or make it: complete and readable by its owner alone before it has its name."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    except UnicodeDecodeError:
        raise MandatError(Text(f"clé du journal illisible : {path}", f"unreadable journal key: {path}")) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, not a rename: where two processes start together, the first key stays.
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
