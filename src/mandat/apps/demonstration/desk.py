"""Synthetic meetings, trainings and events over the mandate, and two carnets brought back from a market. Nobody in them exists."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.clock import set_to
from mandat.apps.demonstration.course import END, seed_of
from mandat.apps.demonstration.places import Places
from mandat.apps.desk import sealing
from mandat.apps.desk import selectors as carnets
from mandat.apps.desk.services import bringing, preparing, reconciling
from mandat.apps.meetings import selectors
from mandat.apps.meetings.definitions import PublishedSeries, published_series
from mandat.apps.meetings.services import attending, places
from mandat.apps.meetings.services import meetings as services
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text

#: Series begin with this year; the last meetings are announced so many days after the end of the history.
FIRST, AHEAD = dt.date(2024, 1, 8), 110
#: People of the synthetic network of developers, and names drawn for the training to public debate.
DEVELOPERS, DEBATERS = 400, 3000
_HALLS = (
    "Salle des fêtes",
    "Maison des associations",
    "Médiathèque",
    "Lycée",
    "Tiers-lieu",
    "Jardin public",
    "Centre social",
)
_AGES = ("14-17", "18-24", "25-39", "40-59", "60-74", "75+")


def acts(where: Places, users: Mapping[int, User], agent: User) -> Iterator[Act]:
    """Every act on meetings and carnets, in no order; those after the end of the history are never done."""
    found = published_series()
    for code, one in sorted(found.items()):
        chance = np.random.default_rng(seed_of(f"mandat/meetings/{code}"))
        every = 365 / one.series.meetings_a_year
        day, rank = FIRST + dt.timedelta(days=int(chance.integers(0, 20))), 0
        while day <= END + dt.timedelta(days=AHEAD):
            yield from _meeting(one, rank, day, where, agent, chance)
            rank += 1
            day += dt.timedelta(days=max(2, round(every + float(chance.normal(0, every / 6)))))
    if "debat-public" in found:
        yield Act(moment(END - dt.timedelta(days=4), 10), "meetings/book", partial(_book, users))
        yield from _carnets(where, agent)


def _starts(day: dt.date, one: PublishedSeries, rank: int) -> tuple[dt.datetime, dt.datetime]:
    """Trainings on Tuesday to Thursday, events on Saturdays, sites for a week of summer."""
    training = one.training
    if training is not None:
        day += dt.timedelta(days=(1 + rank % 3 - day.weekday()) % 7)
        start = dt.datetime.combine(day, dt.time(18 if training.hours < 5 else 9), PARIS)
        return start, start + dt.timedelta(hours=int(training.hours) + (1 if training.hours > 5 else 0))
    if one.kind == "worksite":
        day += dt.timedelta(days=-day.weekday())
        start = dt.datetime.combine(day, dt.time(9), PARIS)
        return start, dt.datetime.combine(day + dt.timedelta(days=4), dt.time(17), PARIS)
    day += dt.timedelta(days=5 - day.weekday())
    start = dt.datetime.combine(day, dt.time(10 + rank % 5), PARIS)
    return start, start + dt.timedelta(hours=3 + rank % 3)


def _meeting(
    one: PublishedSeries, rank: int, day: dt.date, where: Places, agent: User, chance: np.random.Generator
) -> Iterator[Act]:
    starts, ends = _starts(day, one, rank)
    area = where.commune(chance)
    hall = _HALLS[int(chance.integers(0, len(_HALLS)))]
    seed = int(chance.integers(0, 2**31))
    title = Text(one.series.title.fr, one.series.title.en)
    name = f"meetings/{one.code}/{rank:03}"
    announced = min(starts.date() - dt.timedelta(days=32), END - dt.timedelta(days=int(3 + rank % 12)))
    made: dict[str, str] = {}

    def announce() -> None:
        found = services.meeting_create(
            actor=agent, title=title, kind=one.kind, starts_at=starts, ends_at=ends, place=f"{hall} (lieu synthétique)",
            commune=area.partition(":")[2], places=one.series.places, series=one.code, access=("wheelchair", "transit"),
        )  # fmt: skip
        made["code"] = found.code

    yield Act(moment(announced, 9, rank % 60), f"{name}/1", announce)
    over = ends.date() + dt.timedelta(days=3)
    over += dt.timedelta(days=(7 - over.weekday()) % 7)
    if over > END:
        return
    if rank % 23 == 22:
        reason = "Rencontre synthétique annulée : la salle n'était plus libre."
        before = starts.date() - dt.timedelta(days=6)
        yield Act(moment(before, 11), f"{name}/2", lambda: _cancel(made, agent, reason))
        return
    yield Act(moment(over, 10, rank % 60), f"{name}/3", lambda: _hold(made, one, agent, seed))


def _cancel(made: Mapping[str, str], agent: User, reason: str) -> None:
    if (found := selectors.meeting(made.get("code", ""))) is not None:
        services.meeting_cancel(actor=agent, meeting=found, reason=reason)


def _hold(made: Mapping[str, str], one: PublishedSeries, agent: User, seed: int) -> None:
    found = selectors.meeting(made.get("code", ""))
    if found is None:
        return
    chance = np.random.default_rng(seed)
    count = int(chance.integers(one.series.places // 3, one.series.places + 1))
    if one.training is not None and one.series.measures == (33,):
        for number in sorted(chance.choice(DEVELOPERS, size=min(count, 6), replace=False)):
            attending.attended_unbooked(
                actor=agent, meeting=found, name=f"Développeur synthétique {number}", age="25-39"
            )
    elif one.training is not None:
        named = min(count, 4)
        for number in sorted(chance.choice(DEBATERS, size=named, replace=False)):
            age = _AGES[int(chance.choice(6, p=(0.3, 0.35, 0.12, 0.1, 0.09, 0.04)))]
            attending.attended_unbooked(actor=agent, meeting=found, name=f"Personne synthétique {number}", age=age)
        attending.count_record(actor=agent, meeting=found, people={"unknown": count - named})
    else:
        shares = chance.multinomial(count, (0.08, 0.1, 0.22, 0.28, 0.24, 0.08))
        attending.count_record(
            actor=agent, meeting=found, people={age: int(n) for age, n in zip(_AGES, shares, strict=True)}
        )
    attending.meeting_hold(actor=agent, meeting=found)
    if seed % 3 == 0:
        said = Text(
            "Compte rendu synthétique : ce qui a été demandé, ce qui a été répondu, et ce qui reste à regarder.",
            "Synthetic minutes: what was asked, what was answered, and what is left to look at.",
        )
        services.minutes_publish(actor=agent, meeting=found, minutes=said)
    attending.fold()


def _book(users: Mapping[int, User]) -> None:
    """Residents book the next trainings: the first one is full, and some wait."""
    coming = list(selectors.upcoming(selectors.of_series("debat-public"))[:3])
    for rank, found in enumerate(coming):
        for number in sorted(users)[: (found.places or 10) + 4 if rank == 0 else 9]:
            try:
                places.book(actor=users[number], meeting=found)
            except InputError:
                continue


# -- carnets


def _carnets(where: Places, agent: User) -> Iterator[Act]:
    """A market of October whose carnet is closed, and one of November that is left to settle."""
    for name, day, settled in (("octobre", dt.date(2026, 10, 7), True), ("novembre", dt.date(2026, 11, 10), False)):
        chance = np.random.default_rng(seed_of(f"mandat/carnet/{name}"))
        area = where.commune(chance).partition(":")[2]
        held: dict[str, str] = {}
        yield Act(
            moment(day - dt.timedelta(days=20), 9), f"carnets/{name}/1", partial(_announce, held, day, area, agent)
        )
        yield Act(moment(day - dt.timedelta(days=1), 16), f"carnets/{name}/2", partial(_prepare, held, day, agent))
        yield Act(
            moment(day + dt.timedelta(days=1), 9), f"carnets/{name}/3", partial(_bring, held, day, agent, settled)
        )


def _announce(held: dict[str, str], day: dt.date, area: str, agent: User) -> None:
    start = dt.datetime.combine(day, dt.time(9), PARIS)
    found = services.meeting_create(
        actor=agent, title=Text("La Région au marché", "The Region at the market"), kind="meeting", starts_at=start,
        ends_at=start + dt.timedelta(hours=4), place="Place du marché (lieu synthétique)", commune=area, places=None, booking="none",
        text=Text("Poser une question, signer, proposer : un stand tenu par des agents.", "Ask, sign, propose: a stall held by agents."),
        access=("wheelchair",), measures=(78,),
    )  # fmt: skip
    held["meeting"] = found.code


def _prepare(held: dict[str, str], day: dt.date, agent: User) -> None:
    made = preparing.carnet_prepare(
        actor=agent, title="La Région au marché", place="Place du marché", event_on=day, meeting=held["meeting"],
        sections=[preparing.Wanted("attendance", held["meeting"], 40)],
    )  # fmt: skip
    preparing.package_hand(actor=agent, carnet=made)
    held["carnet"] = made.code


def _bring(held: dict[str, str], day: dt.date, agent: User, settled: bool) -> None:
    carnet = carnets.carnet(held["carnet"])
    given = preparing.package_hand(actor=agent, carnet=carnet)
    rows = []
    # Two lines bear a name that is there already: an agent looks at them.
    for number, who in enumerate([*range(1, 19), 4, 9], start=1):
        at = dt.datetime.combine(day, dt.time(9, 30), PARIS) + dt.timedelta(minutes=9 * number)
        body = json.dumps(
            {"n": number, "at": at.isoformat(), "data": {"name": f"Personne synthétique {who}", "age": _AGES[number % 6]}, "void": False, "nonce": f"{number:032x}"},
            ensure_ascii=False,
        )  # fmt: skip
        rows.append({"body": body, "tag": sealing.tag(str(given["secret"]), body)})
    raw = sealing.sealed(
        json.dumps({"entries": rows}).encode(), code=carnet.code, digest=carnet.digest, public=carnet.public_key
    )
    bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True)
    if not settled:
        return
    first, second = carnets.conflicts(carnet)
    reconciling.conflict_settle(
        actor=agent, entry=first, choice="refuse", reason="La même personne, inscrite deux fois au stand."
    )
    reconciling.conflict_settle(
        actor=agent, entry=second, choice="take", reason="Une homonyme : deux âges différents, vues ensemble."
    )
    with set_to(timezone.now() + dt.timedelta(minutes=20)):
        preparing.carnet_close(actor=agent, carnet=carnet)
        found = selectors.meeting(held["meeting"])
        assert found is not None
        attending.meeting_hold(actor=agent, meeting=found)
