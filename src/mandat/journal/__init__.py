"""The append-only log of facts: append, read, prove, verify.

What other apps use is reachable from here and nowhere else:

- ``append(facts)`` inside the act's transaction, ``append_many(facts)`` for imports, ``withdrawal`` and ``correction``
  to make the facts that replace others, ``on_append(callback)`` to follow in the same transaction;
- ``entry(index)``, ``page(...)``, ``iterate(...)``, ``count(...)``, ``current(...)``, ``head()`` to read;
- ``guard.acts()`` in tests: an act that changed state without a fact fails before commit.

Names are looked up on first use: ``merkle``, ``note``, ``tiles`` and ``verify`` work without Django.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mandat.journal.appending import Appended, append, append_many, correction, lock, on_append, withdrawal
    from mandat.journal.record import Entry
    from mandat.journal.selectors import Page, UnknownFactError, Where, count, current, entries, entry, iterate, page
    from mandat.journal.state import Head, head, size

_HOME = {
    "Appended": "appending",
    "append": "appending",
    "append_many": "appending",
    "correction": "appending",
    "lock": "appending",
    "on_append": "appending",
    "withdrawal": "appending",
    "Entry": "record",
    "UnknownFactError": "selectors",
    "Page": "selectors",
    "Where": "selectors",
    "count": "selectors",
    "current": "selectors",
    "entries": "selectors",
    "entry": "selectors",
    "page": "selectors",
    "size": "state",
    "iterate": "selectors",
    "Head": "state",
    "head": "state",
}

__all__ = [
    "Appended",
    "Entry",
    "Head",
    "Page",
    "UnknownFactError",
    "Where",
    "append",
    "append_many",
    "correction",
    "count",
    "current",
    "entries",
    "entry",
    "head",
    "iterate",
    "lock",
    "on_append",
    "page",
    "size",
    "withdrawal",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
