"""What can be moderated: each app says how a content of its kind is found, shown to moderators, hidden and shown again.

In ``AppConfig.ready``::

    contents.register("comment", find, label=Text("commentaire", "comment"))

``find(reference)`` gives a ``Content`` or None where it is gone. ``hide`` and ``show`` are called inside the transaction of the decision,
change what the public sees and nothing else, and may be called twice. ``change_url`` is where its author may write it anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mandat.apps.accounts.models import User
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Content:
    """``text`` is what is judged, as people wrote it; ``url`` where it stands; ``author`` None where the account is gone."""

    text: str
    url: str
    author: User | None
    hide: Callable[[], None]
    show: Callable[[], None]
    change_url: str = ""


Find = Callable[[str], Content | None]


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of content, and what it is called."""

    kind: str
    find: Find
    label: Text


_SORTS: dict[str, Sort] = {}


def register(kind: str, find: Find, *, label: Text | None = None) -> None:
    """Make a kind of content open to moderation; the last one said counts."""
    _SORTS[kind] = Sort(kind, find, label or Text(kind, kind))


def known(kind: str) -> bool:
    return kind in _SORTS


def sorts() -> tuple[Sort, ...]:
    return tuple(_SORTS.values())


def label_of(kind: str) -> Text:
    """What a kind is called; its own name where no app says."""
    return _SORTS[kind].label if kind in _SORTS else Text(kind, kind)


def content_of(kind: str, reference: str) -> Content | None:
    """The content, or None where it or its kind is gone."""
    return _SORTS[kind].find(reference) if kind in _SORTS else None


def require_content(kind: str, reference: str) -> Content:
    """The content. Raises InputError where there is none."""
    found = content_of(kind, reference)
    if found is None:
        raise InputError(Text("ce contenu n'existe pas ou plus", "this content does not exist, or no longer"))
    return found
