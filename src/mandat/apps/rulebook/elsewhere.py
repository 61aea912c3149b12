"""What other apps offer to a person who has just answered questions: said here, so that apps that know nothing of one another meet.

An app registers a provider when it starts; "Mes droits" asks each of them. Nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offered:
    """Something one might ask for besides rights."""

    title: str
    summary: str
    url: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """``offered`` to a person; ``address`` takes the same answers by POST, with ``fields`` beside them, and shows the rest."""

    offered: Sequence[Offered]
    address: str
    fields: Sequence[tuple[str, str]]


Provider = Callable[[str], Elsewhere | None]
_PROVIDERS: list[Provider] = []


def register(provider: Provider) -> None:
    """Ask ``provider`` with the INSEE code of the person's commune, empty where it is not known."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def elsewhere(commune: str) -> list[Elsewhere]:
    """What every app offers to a person of ``commune``."""
    return [found for provider in _PROVIDERS if (found := provider(commune)) is not None]
