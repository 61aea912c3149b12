"""Keep one PDF a state of the data: built once, then served as a file.

A visitor never triggers more than one build: where a build is under way others wait for it, and while the journal
moves on, the last file is served until it is ``OLDEST`` old. ``refresh`` (a task and a command) builds ahead of visitors.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import today
from mandat.apps.publications.document.content import content
from mandat.apps.publications.document.typesetting import typeset_pdf
from mandat.apps.publications.site import stamp
from mandat.kernel.text import LANGUAGES, Language

#: How long a file is served while the journal moves on.
OLDEST = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file, and when it was built."""

    path: Path
    built_at: dt.datetime
    tag: str


def folder() -> Path:
    return Path(settings.VAR) / "publications"


def programme_pdf(current: Published, language: Language) -> Kept:
    """The PDF of the programme: of the present state, or of one at most ``OLDEST`` old."""
    day = today()
    prefix = f"{current.code}-{language}-{day.isoformat()}-r{current.revision}-"
    if found := _young(prefix):
        return found
    return refresh(current, language)


def refresh(current: Published, language: Language) -> Kept:
    """Build the PDF of the present state unless it is there. One build at a time for each language."""
    day = today()
    state = stamp(current)
    name = f"{current.code}-{language}-{day.isoformat()}-r{current.revision}-{state.key(settings.MANDAT_DEMO)}.pdf"
    path = folder() / name
    if path.exists():
        os.utime(path)
        return _kept(path)
    with _alone(f"{current.code}-{language}"):
        if not path.exists():
            raw = typeset_pdf(content(current, language=language, stamp=state, as_of=day))
            _write(path, raw)
            _forget(f"{current.code}-{language}-", keep=path)
    return _kept(path)


def refresh_all(current: Published) -> list[Kept]:
    """Build what is missing in every language."""
    return [refresh(current, language) for language in LANGUAGES]


def _young(prefix: str) -> Kept | None:
    found = [_kept(path) for path in folder().glob(f"{prefix}*.pdf")]
    if not found:
        return None
    last = max(found, key=lambda kept: kept.built_at)
    return last if timezone.now() - last.built_at < OLDEST else None


def _kept(path: Path) -> Kept:
    return Kept(path, dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC), path.stem.rsplit("-", 1)[-1])


@contextmanager
def _alone(name: str) -> Iterator[None]:
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, raw: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        draft.write_bytes(raw)
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _forget(prefix: str, *, keep: Path) -> None:
    for path in folder().glob(f"{prefix}*.pdf"):
        if path != keep:
            path.unlink(missing_ok=True)


def young_sizes(current: Published) -> dict[str, int]:
    """Bytes of the documents already built, by their name in an export."""
    found = {}
    for language in LANGUAGES:
        for path in folder().glob(f"{current.code}-{language}-*.pdf"):
            found[f"programme-{language}.pdf"] = path.stat().st_size
    return found
