"""Addresses with the site's name, and the stamp that says which state of the data a file shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.kernel.text import Language


def address(name: str, *args: object, language: Language | None = None) -> str:
    """The absolute address of a page, in ``language`` or in the language in force."""
    with translation.override(language or translation.get_language()):
        return settings.SITE_URL + reverse(name, args=args)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Programme revision and journal head: two equal stamps of one day show the same data."""

    programme: str
    revision: int
    size: int
    root: bytes
    recorded_at: datetime | None

    def key(self, *parts: object) -> str:
        """A short name for what is computed from this state and ``parts``."""
        words = "|".join(
            map(str, (self.programme, self.revision, self.size, self.root.hex(), settings.SITE_URL, *parts))
        )
        return hashlib.sha256(words.encode()).hexdigest()[:24]


def stamp(current: Published) -> Stamp:
    """The state of the data now. One query."""
    head = journal.head()
    return Stamp(current.code, current.revision, head.size, head.root, head.recorded_at)
