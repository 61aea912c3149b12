"""Who comes to a meeting: a name on the list, with or without a booking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.desk.adapters.registry import Adapter, Conflict, Context, Data, Field, Target, Window
from mandat.apps.meetings import selectors
from mandat.apps.meetings.services import attending, places
from mandat.apps.programme.vocabulary import CATEGORIES
from mandat.facts.base import CATEGORIES as ORDER
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def _targets(process: str, meeting: str) -> Sequence[Target]:
    found = selectors.meeting(meeting) if meeting else None
    if found is not None:
        return [Target(found.code, found.title)]
    return (
        [Target(one.code, one.title) for one in selectors.upcoming(selectors.of_component(process))] if process else []
    )


def _fields(target: str) -> Sequence[Field]:
    ages = tuple(
        (age, Text(CATEGORIES["age"][age].fr, CATEGORIES["age"][age].en)) for age in ORDER["age"] if age != "unknown"
    )
    return (
        Field("name", Text("Nom et prénom", "Name")),
        Field("age", Text("Âge", "Age"), type="choice", required=False, choices=ages),
    )


def _meeting(target: str):  # type: ignore[no-untyped-def]  # its model belongs to another app
    found = selectors.meeting(target)
    if found is None:
        raise InputError(Text("cette rencontre n'existe plus", "this meeting is gone"))
    return found


def _window(target: str) -> Window:
    found = _meeting(target)
    return Window(found.starts_at - dt.timedelta(hours=2), found.ends_at + dt.timedelta(hours=2), dt.timedelta(days=30))


def _check(target: str, data: Data, context: Context) -> None:
    found = _meeting(target)
    if found.state == "cancelled":
        raise InputError(Text("cette rencontre est annulée", "this meeting is cancelled"))
    if timezone.now() < found.starts_at - attending.EARLY:
        raise InputError(Text("cette rencontre est à venir", "this meeting is to come"))
    known = places.known_name(found, places.named(str(data.get("name", ""))))
    if known is not None and known.state == "attended" and not context.settled:
        raise Conflict(
            Text(
                "ce nom est déjà noté présent : la même personne, ou une autre du même nom ?",
                "this name is noted present already: the same person, or another of the same name?",
            ),
            may_take=True,
        )


def _take(target: str, data: Data, context: Context) -> str:
    _check(target, data, context)
    found = _meeting(target)
    name = str(data.get("name", ""))
    if context.settled:
        name = f"{name} ({context.carnet} {context.number})"
    attending.attended_unbooked(
        actor=context.actor, meeting=found, name=name, age=str(data.get("age") or ""), source="carnet"
    )
    return ""


ATTENDANCE = Adapter(
    kind="attendance",
    label=_("attendance at a meeting"),
    targets=_targets,
    fields=_fields,
    window=_window,
    check=_check,
    take=_take,
    help=Text("Une ligne par personne qui vient.", "One line for each person who comes."),
)
