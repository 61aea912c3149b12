"""Prepare a carnet before an event, hand it over, close it, or declare it lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.custody.subjects import subject_erase, subject_open
from mandat.apps.desk import sealing
from mandat.apps.desk.adapters import Target, adapter_of, adapters
from mandat.apps.desk.models import Act, Carnet, Entry, Section
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.periods import paris_date
from mandat.kernel.text import Text

#: Blanks of one carnet: more are two carnets.
MOST = 2000
#: A carnet is prepared for an event within so many days.
AHEAD = dt.timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A section to prepare: what is collected, about what, and how many blanks."""

    kind: str
    target: str
    blanks: int


def offered(process: str, meeting: str) -> list[tuple[str, Any, Sequence[Target]]]:
    """What may be collected at an event: kind, label, targets."""
    found = [(one.kind, one.label, one.targets(process, meeting)) for one in adapters()]
    return [(kind, label, targets) for kind, label, targets in found if targets]


@transaction.atomic
def carnet_prepare(
    *,
    actor: User,
    title: str,
    place: str,
    event_on: dt.date,
    sections: Sequence[Wanted],
    process: str = "",
    meeting: str = "",
) -> Carnet:
    """Prepare a carnet with its own keys and numbered blanks. Raises PermissionDenied, InputError."""
    require(actor, "desk.collect")
    said, where = " ".join(title.split()), " ".join(place.split())
    if not 3 <= len(said) <= 150 or not 2 <= len(where) <= 150:
        raise InputError(Text("donnez un titre et un lieu", "give a title and a place"))
    today = timezone.localdate()
    if not today - dt.timedelta(days=1) <= event_on <= today + AHEAD:
        raise InputError(Text("le jour est proche et à venir", "the day is near and to come"))
    if not sections:
        raise InputError(Text("choisissez ce que vous recueillez", "choose what you collect"))
    total = sum(one.blanks for one in sections)
    if any(one.blanks < 1 for one in sections) or total > MOST:
        raise InputError(Text(f"de 1 à {MOST} feuillets", f"from 1 to {MOST} blanks"))
    keys = sealing.new_keys()
    carnet = Carnet(
        programme=settings.MANDAT_PROGRAMME, title=said, place=where, event_on=event_on, process=process, meeting=meeting,
        blanks=total, holder=subject_open(), secret=keys.secret, private_key=keys.private, public_key=keys.public,
        prepared_by=actor, prepared_at=timezone.now(), synthetic=settings.MANDAT_DEMO, package={}, digest="",
    )  # fmt: skip
    made, first = [], 1
    for one in sections:
        adapter = adapter_of(one.kind)
        target = next((t for t in adapter.targets(process, meeting) if t.code == one.target), None)
        if target is None:
            raise InputError(
                Text(f"ceci ne se recueille pas ici : {one.target}", f"this is not collected here: {one.target}")
            )
        made.append(
            Section(
                kind=one.kind, target=one.target, title_fr=target.title.fr[:300], title_en=target.title.en[:300],
                first=first, last=first + one.blanks - 1,
            )
        )  # fmt: skip
        first += one.blanks
    carnet.package = _package(carnet, made)
    carnet.digest = sealing.digest_of(carnet.package)
    carnet.save(force_insert=True)
    for section in made:
        section.carnet = carnet
    Section.objects.bulk_create(made)
    act(carnet, Act.What.PREPARED, actor, blanks=total)
    journal.append([fact(carnet, "desk.prepared.v1", quantity=total)])
    return carnet


def _package(carnet: Carnet, sections: Sequence[Section]) -> dict[str, Any]:
    """What the page of the device reads; no secret is in it."""
    return {
        "format": sealing.FORMAT,
        "carnet": carnet.code,
        "title": carnet.title,
        "place": carnet.place,
        "event_on": carnet.event_on.isoformat(),
        "prepared_at": carnet.prepared_at.isoformat(),
        "public": carnet.public_key,
        "sections": [
            {
                "code": f"{section.kind}:{section.target}",
                "label": {"fr": str(section.title.fr), "en": str(section.title.en)},
                "help": {"fr": adapter.help.fr, "en": adapter.help.en},
                "first": section.first,
                "last": section.last,
                "fields": [one.as_json() for one in adapter.fields(section.target)],
            }
            for section, adapter in ((section, adapter_of(section.kind)) for section in sections)
        ],
    }


def act(carnet: Carnet, what: str, actor: User, **detail: Any) -> None:
    """Keep who did what: counts alone."""
    Act.objects.create(carnet=carnet, what=what, actor=actor, detail=detail)


def fact(carnet: Carnet, kind: str, *, quantity: int | None = None, **data: Any) -> Fact:
    """A fact about a carnet, today."""
    kinds = tuple(dict.fromkeys(one["code"].partition(":")[0] for one in carnet.package["sections"]))
    return Fact(
        kind=kind,
        occurred_on=paris_date(timezone.now()),
        programme=carnet.programme,
        data={"process": carnet.process, "kinds": kinds, **data},
        quantity=None if quantity is None else Decimal(quantity),
        unit="" if quantity is None else "item",
        subject=carnet.code,
        synthetic=carnet.synthetic,
    )


def locked(carnet: Carnet) -> Carnet:
    """The row of a carnet, locked until the transaction ends; not closed. Raises InputError."""
    found = Carnet.objects.select_for_update(of=("self",)).select_related("holder").get(pk=carnet.pk)
    if found.state in (Carnet.State.CLOSED, Carnet.State.LOST):
        raise InputError(
            Text("ce carnet est clos : sa clé est détruite", "this carnet is closed: its key is destroyed")
        )
    return found


@transaction.atomic
def package_hand(*, actor: User, carnet: Carnet) -> Mapping[str, Any]:
    """Give a device what it needs to collect: the package, its digest, the secret of its blanks. Raises PermissionDenied, InputError."""
    require(actor, "desk.collect")
    found = locked(carnet)
    if found.state == Carnet.State.PREPARED:
        Carnet.objects.filter(pk=found.pk).update(state=Carnet.State.OUT)
    act(found, Act.What.HANDED, actor)
    return {"package": found.package, "digest": found.digest, "secret": found.secret, "now": timezone.now().isoformat()}


@transaction.atomic
def blanks_print(*, actor: User, carnet: Carnet) -> list[tuple[Section, list[tuple[int, str]]]]:
    """The blanks of each section with their control numbers, to print or to type. Raises PermissionDenied, InputError."""
    require(actor, "desk.collect")
    found = locked(carnet)
    if found.state == Carnet.State.PREPARED:
        Carnet.objects.filter(pk=found.pk).update(state=Carnet.State.OUT)
    act(found, Act.What.PRINTED, actor)
    secret = str(found.secret)
    return [
        (section, [(n, sealing.blank(secret, n)) for n in range(section.first, section.last + 1)])
        for section in found.sections.order_by("first")
    ]


@transaction.atomic
def carnet_lose(*, actor: User, carnet: Carnet) -> Carnet:
    """Declare a carnet lost, stolen or unused: its key is destroyed, no file of it is taken any more. Raises PermissionDenied, InputError."""
    require(actor, "desk.collect")
    found = locked(carnet)
    if found.entries.filter(state__in=(Entry.State.RECEIVED, Entry.State.CONFLICT)).exists():
        raise InputError(Text("réglez d'abord ce qui est revenu", "first settle what came back"))
    if found.entries.exists():
        raise InputError(Text("ce carnet est revenu : clôturez-le", "this carnet came back: close it"))
    _end(found, Carnet.State.LOST)
    act(found, Act.What.LOST, actor)
    journal.append([fact(found, "desk.lost.v1")])
    return found


@transaction.atomic
def carnet_close(*, actor: User, carnet: Carnet) -> Carnet:
    """Close a carnet whose every entry is settled: what was told in counts becomes a fact, its key is destroyed.

    Raises PermissionDenied; InputError while something is left to settle, or nothing came back.
    """
    require(actor, "desk.collect")
    found = locked(carnet)
    states = list(found.entries.order_by("number").values_list("state", "conflicted"))
    if not states:
        raise InputError(
            Text("rien n'est revenu : déclarez-le perdu ou inutilisé", "nothing came back: declare it lost or unused")
        )
    left = sum(state in (Entry.State.RECEIVED, Entry.State.CONFLICT) for state, _ in states)
    if left:
        raise InputError(Text(f"{left} feuillets restent à régler", f"{left} blanks are left to settle"))
    counts = {
        "used": len(states),
        "taken": sum(state == Entry.State.TAKEN for state, _ in states),
        "refused": sum(state == Entry.State.REFUSED for state, _ in states),
        "conflicts": sum(conflicted for _, conflicted in states),
    }
    _end(found, Carnet.State.CLOSED)
    act(found, Act.What.CLOSED, actor, **counts)
    told: dict[str, Any] = {"blanks": found.blanks, **_told(counts)}
    journal.append([fact(found, "desk.reconciled.v1", **told)])
    return found


def _told(counts: Mapping[str, int]) -> dict[str, str]:
    """Counts as a fact may tell them: all of them, or none where one of them is of too few people."""
    smallest = settings.MANDAT_SMALLEST_COUNT
    if any(0 < n < smallest for n in counts.values()):
        shown = {"used": str(counts["used"])} if counts["used"] >= smallest else {}
        return {name: shown.get(name, "") for name in counts}
    return {name: str(n) for name, n in counts.items()}


def _end(carnet: Carnet, state: Carnet.State) -> None:
    holder = carnet.holder
    Entry.objects.filter(carnet=carnet).update(data=None, other=None)
    Carnet.objects.filter(pk=carnet.pk).update(state=state, closed_at=timezone.now(), secret=None, private_key=None)
    subject_erase(subject=holder)
    carnet.refresh_from_db()
