"""What can be followed: apps say, for each prefix, what a target is called and where its page is.

In ``AppConfig.ready``::

    targets.register("process", lambda code: Target(title, url) if … else None)

A target is written ``prefix:code``: ``process:budget-climat``, ``proposal:P-7KX2``, ``petition:…``, ``measure:36``, ``commune:18033``, ``body:…``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

TARGET = re.compile(r"^[a-z][a-z-]{0,19}:[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z|^all:\Z")


@dataclass(frozen=True, slots=True)
class Target:
    """What is followed. ``feed`` and ``calendar`` are addresses of its own ones, where an app has better than those made of events."""

    title: Text
    url: str
    feed: str = ""
    calendar: str = ""


Find = Callable[[str], Target | None]
_FINDERS: dict[str, Find] = {}


def register(prefix: str, find: Find) -> None:
    """Make targets of a prefix known; the last one said counts. ``find`` gives None for what does not exist."""
    _FINDERS[prefix] = find


def known(target: str) -> bool:
    """Whether some app serves this sort of target."""
    return bool(TARGET.match(target)) and target.partition(":")[0] in _FINDERS


def find(target: str) -> Target | None:
    """What a target is; None where nothing is called so."""
    prefix, _colon, code = target.partition(":")
    return _FINDERS[prefix](code) if known(target) else None


def require(target: str) -> Target:
    """What a target is. Raises InputError where nothing is called so."""
    found = find(target)
    if found is None:
        raise InputError(Text("rien à suivre de ce nom", "nothing to follow is called so"))
    return found
