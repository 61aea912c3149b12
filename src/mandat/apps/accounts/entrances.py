"""Other ways to enter that a higher layer adds to the sign-in page (the demonstration's accounts)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entrance:
    """One button: what is posted, to which address, and its words."""

    url: str
    value: str
    label: Any
    note: Any = ""


_SOURCES: list[Callable[[], Sequence[Entrance]]] = []


def register(source: Callable[[], Sequence[Entrance]]) -> None:
    """Add buttons to the sign-in page; ``source`` is asked at each display and may give none."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def entrances() -> list[Entrance]:
    return [entrance for source in _SOURCES for entrance in source()]
