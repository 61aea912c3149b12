"""What other apps hear and say: a poll counted; who may vote in a poll of theirs; where its page leads back to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mandat.apps.ballots.models import Poll, Result

Counted = Callable[["Poll", "Result"], None]


@dataclass(frozen=True, slots=True)
class Entitled:
    """Someone may vote: where they live and their age band, for the turnout, as far as they are known."""

    area: str = ""
    age_band: str = ""


Entitle = Callable[["Poll", Any], Entitled]
Home = Callable[["Poll"], tuple[Any, str]]

_COUNTED: list[Counted] = []
_ENTITLE: dict[str, Entitle] = {}
_HOMES: dict[str, Home] = {}


def on_counted(function: Counted) -> Counted:
    """Have ``function(poll, result)`` called in the transaction that closes a poll, for every poll. Usable as a decorator."""
    if function not in _COUNTED:
        _COUNTED.append(function)
    return function


def counted(poll: Poll, result: Result) -> None:
    for function in _COUNTED:
        function(poll, result)


def entitle(prefix: str, function: Entitle) -> None:
    """For polls whose ``source`` begins with ``prefix`` (``process:``), ask ``function(poll, user)`` who may vote with an account.

    It returns ``Entitled``, or raises InputError with reasons in plain words. Polls that nobody speaks for accept every account.
    """
    _ENTITLE[prefix] = function


def entitled(poll: Poll, user: Any) -> Entitled:
    """Whether an account may join the roll of a poll. Raises InputError."""
    for prefix in sorted(_ENTITLE, key=len, reverse=True):
        if poll.source.startswith(prefix):
            return _ENTITLE[prefix](poll, user)
    return Entitled()


def home(prefix: str, function: Home) -> None:
    """Where polls of a source come from: ``function(poll)`` gives a title and an address for the breadcrumb."""
    _HOMES[prefix] = function


def home_of(poll: Poll) -> tuple[Any, str] | None:
    for prefix in sorted(_HOMES, key=len, reverse=True):
        if poll.source.startswith(prefix):
            return _HOMES[prefix](poll)
    return None
