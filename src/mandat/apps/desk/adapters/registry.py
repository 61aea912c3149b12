"""The registry of adapters, and the values they speak in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mandat.apps.accounts.models import User
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing the page asks: its name in entries, its label, its sort. ``choices`` are codes with labels."""

    name: str
    label: Text
    type: Literal["text", "long", "date", "choice", "check"] = "text"
    required: bool = True
    longest: int = 120
    choices: tuple[tuple[str, Text], ...] = ()
    help: Text | None = None

    def as_json(self) -> dict[str, Any]:
        """As the offline page reads it."""
        return {
            "name": self.name, "label": _both(self.label), "type": self.type, "required": self.required, "longest": self.longest,
            "choices": [[code, _both(label)] for code, label in self.choices], "help": _both(self.help) if self.help else None,
        }  # fmt: skip


def _both(text: Text) -> dict[str, str]:
    return {"fr": text.fr, "en": text.en}


@dataclass(frozen=True, slots=True)
class Target:
    """What entries are about: ``code`` is the adapter's own (a meeting's code, a petition's reference)."""

    code: str
    title: Text


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when an entry may be collected, and how long after the end it may still be brought back."""

    opens: dt.datetime | None = None
    closes: dt.datetime | None = None
    grace: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One entry to take: who brings it back, the carnet's and its own number, when it was collected, and what its section remembers.

    ``settled``: the reason an agent gave to take it in spite of a conflict; empty otherwise.
    """

    actor: User
    carnet: str
    number: int
    at: dt.datetime
    place: str
    memory: Mapping[str, Any] = field(default_factory=dict)
    settled: str = ""


class Conflict(InputError):  # noqa: N818 - it is no error of the person: an agent settles it
    """An agent must look: taken twice, or something else that a machine cannot tell. ``may_take``: it may be taken all the same."""

    def __init__(self, text: Text, *, may_take: bool = False) -> None:
        super().__init__(text)
        self.may_take = may_take


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry refused by what took it, where something of the refusal must be kept (a sheet that counts its lines)."""

    why: Text


def _no_memory(
    actor: User, target: str, count: int, day: dt.date, place: str, memory: Mapping[str, Any]
) -> Mapping[str, Any]:
    return {}


def _no_end(actor: User, memory: Mapping[str, Any]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Adapter:
    """How one kind of entry is collected and taken.

    - ``targets(process, meeting)``: what may be collected at an event;
    - ``fields(target)``: what is asked;
    - ``window(target)``: when;
    - ``check(target, data, context)``: raises InputError to refuse, Conflict to have an agent look; writes nothing;
    - ``take(target, data, context)``: the same, and takes it; gives its public reference, "", or a Refusal that is kept; in the caller's transaction;
    - ``begin(actor, target, count, day, place, memory)``: before ``count`` entries are taken, what the section then remembers (a sheet, an urn);
    - ``end(actor, memory)``: once they are.
    """

    kind: str
    label: Any
    targets: Callable[[str, str], Sequence[Target]]
    fields: Callable[[str], Sequence[Field]]
    window: Callable[[str], Window]
    check: Callable[[str, Data, Context], None]
    take: Callable[[str, Data, Context], str | Refusal]
    begin: Callable[[User, str, int, dt.date, str, Mapping[str, Any]], Mapping[str, Any]] = _no_memory
    end: Callable[[User, Mapping[str, Any]], None] = _no_end
    help: Text = field(default_factory=lambda: Text("", ""))


_ADAPTERS: dict[str, Adapter] = {}


def register(adapter: Adapter) -> None:
    """Have a kind of entry collected; the last one said counts."""
    _ADAPTERS[adapter.kind] = adapter


def adapters() -> list[Adapter]:
    """Every adapter, by kind."""
    return [_ADAPTERS[kind] for kind in sorted(_ADAPTERS)]


def adapter_of(kind: str) -> Adapter:
    """Raises InputError for a kind this site does not collect."""
    if kind not in _ADAPTERS:
        raise InputError(Text(f"ce site ne recueille pas : {kind}", f"this site does not collect: {kind}"))
    return _ADAPTERS[kind]
