"""Everything held about a person: shown to them in one file, erased when they ask.

Each app registers its holdings in ``AppConfig.ready``::

    personal.register(
        code="rights.claims", title=_("Your claims"), models=("rights.Claim", "rights.Message"),
        export=lambda user: [personal.record(claim, "reference", "state", "answers") for claim in …],
        erase=lambda user: …,                       # acts, in the caller's transaction
        stays=lambda user: [Kept(_("your decisions"), _("…"), _("two years after …"), sealed=True)],
    )

A model that refers to an account or to a ``custody.Subject`` and belongs to no holding fails a test of the suite, unless
``exempt("app.Model", why)`` says why nobody is meant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.sealing import ErasedError


@dataclass(frozen=True, slots=True)
class Value:
    """One thing held: its key in the file for machines, its words for people."""

    key: str
    label: Any
    value: Any


@dataclass(frozen=True, slots=True)
class Record:
    """One row held, with its title."""

    title: Any
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file held: its name, and how to open it."""

    name: str
    open: Callable[[], BinaryIO | Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What an erasure leaves: what, why, until when. ``sealed``: the person's key must stay to read it."""

    what: Any
    why: Any
    until: Any = ""
    sealed: bool = False


Export = Callable[[Any], Iterable[Record]]
Files = Callable[[Any], Iterable[HeldFile]]
Erase = Callable[[Any], None]
Stays = Callable[[Any], Iterable[Kept]]


@dataclass(frozen=True, slots=True)
class Holding:
    """What one app holds about persons."""

    code: str
    title: Any
    models: tuple[str, ...]
    export: Export
    erase: Erase
    stays: Stays
    files: Files
    with_account: bool = False


_HOLDINGS: dict[str, Holding] = {}
_EXEMPT: dict[str, str] = {}


def _nothing(user: Any) -> tuple[Any, ...]:
    return ()


def register(
    *,
    code: str,
    title: Any,
    models: Sequence[str],
    export: Export,
    erase: Erase,
    stays: Stays = _nothing,
    files: Files = _nothing,
    with_account: bool = False,
) -> Holding:
    """Add a holding. ``with_account``: erased only when the account is closed. Raises ValueError where it is known."""
    # Apps may be set up more than once in one process: the same holding is then given again.
    if code in _HOLDINGS and _HOLDINGS[code].models != tuple(models):
        raise ValueError(f"holding registered twice: {code}")
    holding = Holding(code, title, tuple(models), export, erase, stays, files, with_account)
    _HOLDINGS[code] = holding
    return holding


def exempt(model: str, why: str) -> None:
    """Say why a model that refers to an account or a person holds nothing about them."""
    _EXEMPT[model.lower()] = why


def holdings() -> list[Holding]:
    """Every holding, by code."""
    return [_HOLDINGS[code] for code in sorted(_HOLDINGS)]


def covered() -> set[str]:
    """Models of the holdings and those exempt, in lower case."""
    return {label.lower() for holding in _HOLDINGS.values() for label in holding.models} | set(_EXEMPT)


def linked_models() -> Iterator[type[models.Model]]:
    """Models of Mandat that refer to an account or to a person."""
    people = (get_user_model(), apps.get_model("custody", "Subject"))
    for model in apps.get_models():
        fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
        if model.__module__.startswith("mandat.") and any(f.related_model in people for f in fields):
            yield model


def unregistered(registered: Iterable[str]) -> list[str]:
    """Labels of linked models that are not among ``registered`` (in lower case)."""
    known = set(registered)
    return sorted(m._meta.label for m in linked_models() if m._meta.label_lower not in known)


def record(instance: models.Model, *names: str | tuple[str, Any], title: Any = "") -> Record:
    """A record from fields of an instance, with the words of its model or those given beside the name.

    What was erased is said to be.
    """
    values = []
    for given in names:
        name, label = given if isinstance(given, tuple) else (given, "")
        field: Any = instance._meta.get_field(name)
        try:
            value = getattr(instance, field.attname)
        except ErasedError:
            value = str(_("erased"))
        if field.choices and value is not None:
            value = str(dict(field.flatchoices).get(value, value))
        values.append(Value(name, label or field.verbose_name, value))
    return Record(title or instance._meta.verbose_name, tuple(values))


def plain(value: Any) -> Any:
    """A value as JSON takes it."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return str(value)
