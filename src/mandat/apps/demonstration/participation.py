"""What people said in the region's processes: hundreds of synthetic proposals, supports, comments, answers and a vote.

Every text is made of sentences written for the demonstration; nobody wrote it, and each says that it is synthetic. Names are numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mandat.apps.accounts.models import User
from mandat.apps.answers.models import Duty
from mandat.apps.answers.services import duties
from mandat.apps.ballots.bulk import fill
from mandat.apps.ballots.models import Poll
from mandat.apps.ballots.services.closing import poll_close
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.course import END, seed_of
from mandat.apps.demonstration.places import Places
from mandat.apps.demonstration.voices import ANSWERS, COMMENTS, TOPICS, Topic
from mandat.apps.participation.codes import ALPHABET, LENGTH
from mandat.apps.participation.definitions import PublishedProcess, published_processes
from mandat.apps.participation.models import Participant, Proposal
from mandat.apps.participation.services import bulk
from mandat.apps.participation.services.counting import days_tell
from mandat.apps.participation.services.examining import status_give
from mandat.apps.participation.services.merging import proposals_merge
from mandat.apps.participation.services.running import begins, ends, phases_announce, process_close, process_open
from mandat.apps.participation.services.votes import vote_open
from mandat.apps.territory import selectors as territory
from mandat.kernel.text import Text

#: Proposals and participants of each process, and how many weeks people come.
SIZES = {
    "offre-mobilites-2028": (220, 900, 12),
    "culture-engagement-2026": (90, 420, 9),
    "mobilisation-climat": (140, 500, 80),
}
GENDERS = ("women", "men", "other", "")
BANDS = ("14-17", "18-24", "25-39", "40-59", "60-74", "75+")
YOUNG = ("14-17", "18-24", "25-39")
VOTERS = 320
#: Bourges, Chartres, Châteauroux, Tours, Blois, Orléans.
TOWNS = ("18033", "28085", "36044", "37261", "41018", "45234")


@dataclass(frozen=True, slots=True)
class Team:
    """Who acts for the Region."""

    agent: User
    second: User


def acts(where: Places, team: Team) -> list[Act]:
    """The acts of every process that is published, in the order of time."""
    known = published_processes()
    found: list[Act] = []
    for code, (proposals, people, weeks) in SIZES.items():
        if code in known:
            found += _process(known[code], where, team, proposals, people, weeks)
    return found


def _process(
    one: PublishedProcess, where: Places, team: Team, proposals: int, people: int, weeks: int
) -> Iterator[Act]:
    chance = np.random.default_rng(seed_of(f"participation {one.code}"))
    first = begins(one).date()
    component = next(part for part in one.process.components if part.type == "proposals")
    yield Act(moment(first, 9), f"{one.code} 0 opens", lambda: process_open(published=one, at=moment(first, 9)))
    last = one.closes_at(component.code)
    days = [first + dt.timedelta(days=7 * n + 1) for n in range(weeks)]
    days = [day for day in days if day <= END and (last is None or day < last.date())]
    each = -(-proposals // len(days))
    crowd = -(-people // len(days))
    for rank, day in enumerate(days):
        seed = int(chance.integers(2**31))
        yield Act(moment(day, 12), f"{one.code} 1 {rank}", _week(one, component, where, day, each, crowd, seed))
    yield from _debates(one, days)
    if last is not None and last.date() <= END:
        yield from _examined(one, component, team, last.date())
    else:
        yield from _answered_as_it_goes(one, component, team, days)
    yield from _votes(one, team)
    end = ends(one)
    if end is not None and end.date() <= END:
        day = end.date()
        yield Act(moment(day, 10), f"{one.code} 9 closes", lambda: _close(one, moment(day, 10)))


def _close(one: PublishedProcess, at: dt.datetime) -> None:
    phases_announce(published=one, at=at)
    process_close(published=one, at=at + dt.timedelta(days=1))


def _week(
    one: PublishedProcess, component: Any, where: Places, day: dt.date, proposals: int, people: int, seed: int
) -> Callable[[], None]:
    def happen() -> None:
        chance = np.random.default_rng(seed)
        at = moment(day, 12)
        phases_announce(published=one, at=at)
        bands = YOUNG if one.process.participants.most_age else BANDS
        number = Participant.objects.filter(programme=one.programme, process=one.code).count()
        joined = bulk.participants_write(
            one,
            [
                bulk.Someone(
                    name=f"Participante {number + n + 1:04d}" if n % 2 else f"Participant {number + n + 1:04d}",
                    commune=where.commune(chance).split(":")[1], age_band=str(chance.choice(bands)),
                    gender=str(chance.choice(GENDERS, p=[0.48, 0.42, 0.03, 0.07])), at=at,
                )
                for n in range(people)
            ],
        )  # fmt: skip
        topics = [topic for topic in TOPICS if topic.process == one.code]
        ideas = []
        for _ in range(proposals):
            topic = topics[int(chance.integers(len(topics)))]
            # Towns come again, so that some people ask for the same.
            commune = str(chance.choice(TOWNS)) if chance.random() < 0.25 else where.commune(chance).split(":")[1]
            ideas.append(_idea(topic, component, commune, int(chance.choice(joined)), at, chance))
        bulk.proposals_write(one, component.code, ideas)
        _supported(one, component, joined, at, chance)
        _commented(one, component, joined, at, chance)
        days_tell(until=day - dt.timedelta(days=1))

    return happen


def _idea(
    topic: Topic, component: Any, commune: str, by: int, at: dt.datetime, chance: np.random.Generator
) -> bulk.Idea:
    name = territory.area_name(f"commune:{commune}")
    parts = [str(chance.choice(list(options))) for options in (topic.why, topic.how, topic.effect)]
    title = str(chance.choice(list(topic.titles))).format(commune=name)
    reference = "".join(ALPHABET[int(n)] for n in chance.integers(len(ALPHABET), size=LENGTH))
    english = topic.english.format(commune=name) if topic.english and chance.random() < 0.25 else ""
    return bulk.Idea(
        by=by, title=title[:150], text="\n\n".join(part.format(commune=name) for part in parts), category=topic.category,
        commune="" if component.place == "none" else commune, at=at, reference=reference,
        shuffle=int(chance.integers(2**31)), title_other=english.split("\n")[0][:150], text_other=english,
    )  # fmt: skip


def _supported(
    one: PublishedProcess, component: Any, joined: Sequence[int], at: dt.datetime, chance: np.random.Generator
) -> None:
    rows = list(
        Proposal.objects.filter(programme=one.programme, process=one.code, component=component.code, state="published")
        .order_by("pk").values_list("pk", flat=True)
    )  # fmt: skip
    weights = 1 / np.arange(1, len(rows) + 1) ** 0.8
    order = np.random.default_rng(seed_of(f"liked {one.code}")).permutation(len(rows))
    weights = weights[np.argsort(order)]
    weights /= weights.sum()
    given = []
    most = component.supports.most or 8
    for person in joined:
        wanted = int(chance.integers(1, min(most, 8) + 1))
        chosen = chance.choice(len(rows), size=min(wanted, len(rows)), replace=False, p=weights)
        given += [(int(person), int(rows[int(place)]), at) for place in chosen]
    bulk.supports_write(one, component.code, given)


def _commented(
    one: PublishedProcess, component: Any, joined: Sequence[int], at: dt.datetime, chance: np.random.Generator
) -> None:
    rows = Proposal.objects.filter(
        programme=one.programme, process=one.code, component=component.code, state="published"
    )
    for reference in rows.order_by("-supports", "pk").values_list("reference", flat=True)[
        : 4 + int(chance.integers(4))
    ]:
        bulk.comments_write(
            one,
            component.code,
            "proposal",
            reference,
            _said(joined, at, chance, 1 + int(chance.integers(3))),
            tallied=False,
        )
    bulk.recount(one)


def _said(people: Sequence[int], at: dt.datetime, chance: np.random.Generator, count: int) -> list[bulk.Said]:
    found: list[bulk.Said] = []
    for n in range(count):
        side = str(chance.choice(["for", "against", "neither"], p=[0.5, 0.2, 0.3]))
        text = str(chance.choice(COMMENTS[side]))
        found.append(bulk.Said(by=int(chance.choice(people)), text=text, side=side, at=at + dt.timedelta(minutes=n)))
        if chance.random() < 0.4:
            reply = str(chance.choice(COMMENTS["reply"]))
            found.append(
                bulk.Said(
                    by=int(chance.choice(people)),
                    text=reply,
                    side="neither",
                    at=at + dt.timedelta(minutes=n, seconds=30),
                    answers=len(found) - 1,
                )
            )
    return found


def _debates(one: PublishedProcess, days: Sequence[dt.date]) -> Iterator[Act]:
    for part in one.process.components:
        if part.type != "debate":
            continue
        for rank, day in enumerate(days[::2]):

            def happen(part: Any = part, day: dt.date = day) -> None:
                chance = np.random.default_rng(seed_of(f"debate {one.code} {day}"))
                people = list(
                    Participant.objects.filter(programme=one.programme, process=one.code)
                    .order_by("-pk")
                    .values_list("pk", flat=True)[:60]
                )
                for question in part.questions:
                    target = f"{one.code}/{part.code}/{question.code}"
                    bulk.comments_write(
                        one,
                        part.code,
                        "question",
                        target,
                        _said(people, moment(day, 15), chance, 3 + int(chance.integers(6))),
                    )

            yield Act(moment(day, 15), f"{one.code} 2 {part.code} {rank}", happen)


def _examined(one: PublishedProcess, component: Any, team: Team, closed: dt.date) -> Iterator[Act]:
    """After the phase: like proposals are merged, the supported ones retained or refused with reasons, and each duty answered."""

    def merge() -> None:
        rows = Proposal.objects.filter(
            programme=one.programme, process=one.code, component=component.code, state="published", status=""
        )
        by_title: dict[str, list[str]] = {}
        for title, reference in rows.order_by("-supports", "pk").values_list("title", "reference"):
            by_title.setdefault(title, []).append(reference)
        for references in [same for same in by_title.values() if len(same) > 1][:8]:
            proposals_merge(
                actor=team.agent, into=references[0], sources=references[1:],
                reason="Même demande pour la même commune : les soutiens sont réunis.",
            )  # fmt: skip

    def examine() -> None:
        rows = Proposal.objects.filter(
            programme=one.programme, process=one.code, component=component.code, state="published", status=""
        )
        for rank, row in enumerate(rows.order_by("-supports", "pk")[:40]):
            status = "retained" if rank < 14 else "refused" if rank % 3 == 0 else "in-study"
            reason, english = ANSWERS[status][rank % len(ANSWERS[status])]
            status_give(actor=team.agent, reference=row.reference, status=status, reason=reason, reason_en=english)

    yield Act(moment(closed + dt.timedelta(days=12), 10), f"{one.code} 3 merge", merge)
    yield Act(moment(closed + dt.timedelta(days=45), 10), f"{one.code} 4 examine", examine)
    yield Act(
        moment(closed + dt.timedelta(days=60), 11),
        f"{one.code} 5 answer",
        lambda: _answer(one, team, closed + dt.timedelta(days=60)),
    )


def _answered_as_it_goes(one: PublishedProcess, component: Any, team: Team, days: Sequence[dt.date]) -> Iterator[Act]:
    for rank, day in enumerate(days[8::6]):

        def happen(day: dt.date = day) -> None:
            rows = Proposal.objects.filter(
                programme=one.programme,
                process=one.code,
                component=component.code,
                state="published",
                status="",
                threshold_at__isnull=False,
            )
            for place, row in enumerate(rows.order_by("threshold_at", "pk")[:3]):
                status = ("retained", "in-study", "refused")[place % 3]
                reason, english = ANSWERS[status][place % len(ANSWERS[status])]
                status_give(actor=team.agent, reference=row.reference, status=status, reason=reason, reason_en=english)
            _answer(one, team, day, most=3)

        yield Act(moment(day, 16), f"{one.code} 6 {rank}", happen)


def _answer(one: PublishedProcess, team: Team, day: dt.date, *, most: int = 30) -> None:
    """Answer the oldest duties; one in six is left, so that what is overdue can be seen."""
    waiting = Duty.objects.filter(process=one.code, state=Duty.State.OWED).order_by("due_on", "pk")
    for rank, duty in enumerate(waiting[:most]):
        if rank % 6 == 5:
            continue
        outcome = ("accepted", "partly", "explained", "refused")[rank % 4]
        fr, en = ANSWERS[outcome][rank % len(ANSWERS[outcome])]
        duties.answer(
            actor=team.second, duty=duty, text=Text(fr, en), outcome=outcome,
            delivery_by=day + dt.timedelta(days=400) if outcome in ("accepted", "partly") else None,
        )  # fmt: skip


def _votes(one: PublishedProcess, team: Team) -> Iterator[Act]:
    for part in one.process.components:
        closes = one.closes_at(part.code)
        opens = one.opens_at(part.code)
        if part.type != "vote" or closes is None or opens is None or closes.date() > END:
            continue

        def cast(part: Any = part, at: dt.datetime = opens) -> None:
            run = vote_open(published=one, component=part, at=at + dt.timedelta(hours=3))
            if run is None:
                return
            poll = Poll.objects.get(reference=run.poll)
            chance = np.random.default_rng(seed_of(f"vote {one.code} {part.code}"))
            options = [option.code for option in poll.options]
            weights = 1 / np.arange(1, len(options) + 1) ** 0.6
            weights /= weights.sum()
            most = min(part.ballot.most or 3, len(options))
            fill(
                poll,
                [
                    {"approved": sorted(str(code) for code in chance.choice(options, size=int(chance.integers(1, most + 1)), replace=False, p=weights))}
                    for _ in range(VOTERS)
                ],
            )  # fmt: skip

        def count(part: Any = part) -> None:
            poll = Poll.objects.filter(source=f"process:{one.code}/{part.code}").first()
            if poll is not None:
                poll_close(actor=None, poll=poll)

        yield Act(moment(opens.date() + dt.timedelta(days=1), 14), f"{one.code} 7 {part.code}", cast)
        yield Act(moment(closes.date() + dt.timedelta(days=2), 9), f"{one.code} 8 {part.code}", count)
