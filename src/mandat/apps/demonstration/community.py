"""Synthetic answers, contested figures, moderation and followers: made by the services, at the moments they tell of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import numpy as np
from django.urls import reverse
from django.utils import timezone, translation

from mandat.apps.accounts.models import User
from mandat.apps.answers.models import Contest, Duty
from mandat.apps.answers.services import clock, contests, duties
from mandat.apps.community.models import Follow, ModerationAppeal, ModerationCase
from mandat.apps.community.services import counting, follows, moderation, suspensions
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.course import END, seed_of
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.standing import course
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: The first question of inhabitants, and how many there are.
BEGINS = dt.date(2024, 1, 15)
QUESTIONS, CONTESTS = 30, 14
_OUTCOMES = ("accepted", "partly", "refused", "explained", "accepted")
_ANSWERS = {
    "accepted": Text(
        "La demande est acceptée : le service engage ce qui est demandé et dira ici quand c'est fait.",
        "The request is accepted: the service begins what is asked for and will say here when it is done.",
    ),
    "partly": Text(
        "Une partie de la demande est retenue ; l'autre relève d'une autre collectivité, à qui elle est transmise.",
        "Part of the request is kept; the other belongs to another authority, to which it is passed on.",
    ),
    "refused": Text(
        "La demande n'est pas retenue : le budget voté ne la permet pas cette année. Elle peut être présentée à nouveau.",
        "The request is not kept: the voted budget does not allow it this year. It may be made again.",
    ),
    "explained": Text(
        "La demande portait sur une explication : la règle appliquée et les chiffres sont sur la page de la mesure.",
        "The request was for an explanation: the rule applied and the figures are on the page of the measure.",
    ),
}


@dataclass(slots=True)
class _Made:
    """What acts made and later acts need."""

    duties: dict[int, Duty] = field(default_factory=dict)
    contests: dict[int, Contest] = field(default_factory=dict)


def acts(current: Published, people: Mapping[int, User], agent: User, second: User) -> Iterator[Act]:
    """Every act, in no order; nothing for a programme without bodies or people."""
    users = [people[number] for number in sorted(people)]
    if not users or not current.bodies:
        return
    made = _Made()
    chance = np.random.default_rng(seed_of(f"mandat/{current.code}/answers"))
    for rank in range(QUESTIONS):
        yield from _question(current, made, rank, chance, agent)
    for rank in range(CONTESTS):
        yield from _contested(current, made, rank, chance, users, agent, second)
    for week in range(((END - BEGINS).days // 7) + 1):
        monday = BEGINS + dt.timedelta(days=7 * week)
        yield Act(moment(monday, 6), "answers/0", _day)
    yield Act(moment(BEGINS, 8), "follows/0", partial(_follow, current, users))


def _day() -> None:
    clock.run()
    counting.count_days(back=8)


def _question(current: Published, made: _Made, rank: int, chance: np.random.Generator, agent: User) -> Iterator[Act]:
    """A question of inhabitants to the body responsible for a measure: owed, then answered (in time or late) or not, delivered or not."""
    numbers = list(current.measures)
    number = numbers[int(chance.integers(0, len(numbers)))]
    day = BEGINS + dt.timedelta(days=int(chance.integers(0, 1000)))
    due = day + dt.timedelta(days=60)
    outcome = _OUTCOMES[rank % len(_OUTCOMES)]
    took = int(chance.integers(12, 85))
    yield Act(moment(day, 10, rank), f"answers/1{rank:02d}", partial(_owe, current, made, rank, number, due))
    silent = rank % 7 == 3
    if not silent:
        answered = moment(day + dt.timedelta(days=took), 15, rank)
        promised = answered.date() + dt.timedelta(days=180) if outcome == "accepted" else None
        yield Act(answered, f"answers/2{rank:02d}", partial(_answer, made, rank, outcome, promised, agent))
        if promised is not None and rank % 4:
            late = 30 if rank % 3 == 1 else -20
            there = moment(promised + dt.timedelta(days=late), 11, rank)
            yield Act(there, f"answers/3{rank:02d}", partial(_deliver, made, rank, agent))
        if rank == 6:
            again = moment(day + dt.timedelta(days=took + 60), 15)
            yield Act(again, f"answers/4{rank:02d}", partial(_amend, made, rank, agent))


def _owe(current: Published, made: _Made, rank: int, number: int, due: dt.date) -> None:
    measure = current.measures[number]
    with translation.override("fr"):
        url = reverse("programme:measure", args=[number])
    made.duties[rank] = duties.owe(
        kind="question",
        source=f"question:Q-{rank + 1:03d}",
        title=Text(
            f"Question d'habitants n° {rank + 1} : {measure.title.fr}",
            f"Question of inhabitants no. {rank + 1}: {measure.title.en}",
        ),
        url=url,
        body=measure.responsible,
        due_on=due,
        measures=(number,),
    )


def _answer(made: _Made, rank: int, outcome: str, promised: dt.date | None, agent: User) -> None:
    duty = made.duties[rank]
    number = duty.measures[0]
    with translation.override("fr"):
        link = duties.Link(
            "measure", Text(f"La mesure {number}", f"Measure {number}"), reverse("programme:measure", args=[number])
        )
    duties.answer(actor=agent, duty=duty, text=_ANSWERS[outcome], outcome=outcome, links=[link], delivery_by=promised)


def _amend(made: _Made, rank: int, agent: User) -> None:
    duties.answer(
        actor=agent,
        duty=made.duties[rank],
        text=_ANSWERS["accepted"],
        outcome="accepted",
        because="Le budget rectificatif permet maintenant ce qui était écarté.",
        delivery_by=timezone.localdate() + dt.timedelta(days=240),
    )


def _deliver(made: _Made, rank: int, agent: User) -> None:
    duties.delivered(
        actor=agent,
        duty=made.duties[rank],
        on=timezone.localdate(),
        title=Text("Ce qui était promis est en service", "What was promised is in service"),
    )


def _contested(
    current: Published,
    made: _Made,
    rank: int,
    chance: np.random.Generator,
    users: list[User],
    agent: User,
    second: User,
) -> Iterator[Act]:
    codes = list(current.commitments)
    code = codes[int(chance.integers(0, len(codes)))]
    day = END - dt.timedelta(days=int(chance.integers(5, 500)))
    author = users[int(chance.integers(0, len(users)))]
    yield Act(moment(day, 11, rank), f"contests/1{rank:02d}", partial(_contest, made, rank, code, author))
    if rank % 4 == 3:
        others = [user for user in users if user.pk != author.pk][:4]
        yield Act(moment(day, 13, rank), f"contests/2{rank:02d}", partial(_report, made, rank, others))
        looked = moment(day + dt.timedelta(days=2), 9, rank)
        yield Act(looked, f"contests/3{rank:02d}", partial(_moderate, made, rank, agent, author, second))
    if rank % 5:
        examined = moment(day + dt.timedelta(days=int(chance.integers(8, 40))), 16, rank)
        outcome = ("rejected", "upheld", "partly")[rank % 3]
        yield Act(examined, f"contests/4{rank:02d}", partial(_examine, made, rank, outcome, second))


def _contest(made: _Made, rank: int, code: str, author: User) -> None:
    shown = course_value(code)
    try:
        made.contests[rank] = contests.contest(
            actor=author,
            commitment=code,
            value=(shown * Decimal("0.8")).quantize(Decimal(1)) if shown else Decimal(rank + 1),
            as_of=timezone.localdate() - dt.timedelta(days=20),
            source_title=f"Relevé synthétique n° {rank + 1} d'un collectif d'habitants",
            source_url="https://example.org/releve",
            why=f"Relevé synthétique n° {rank + 1} : sur place, une partie de ce qui est compté n'est pas encore ouverte au public.",
        )
    except InputError:
        # The same person may not contest one figure twice: the draw leaves it out.
        return


def course_value(code: str) -> Decimal | None:
    """The figure shown for a commitment."""
    return course(published(), code).value.value


def _report(made: _Made, rank: int, others: list[User]) -> None:
    held = made.contests.get(rank)
    if held is None:
        return
    for place, user in enumerate(others[: 3 if rank % 8 == 3 else 1]):
        reason = "spam" if place else "off-topic"
        moderation.report(actor=user, kind="contest", content=held.reference, reason=reason)


def _moderate(made: _Made, rank: int, agent: User, author: User, second: User) -> None:
    held = made.contests.get(rank)
    case = ModerationCase.objects.filter(kind="contest", content=held.reference).first() if held else None
    if case is None:
        return
    if rank % 8 != 3:
        moderation.decide(actor=agent, case=case, outcome="keep", reason="off-topic")
        return
    moderation.decide(
        actor=agent,
        case=case,
        outcome="hide",
        reason="spam",
        words="Le même relevé est opposé à plusieurs chiffres sans rapport avec lui.",
    )
    moderation.appeal(actor=author, case=case, grounds="Ce relevé porte bien sur cet engagement, page 4.")
    upheld = rank % 16 == 3
    moderation.appeal_decide(
        actor=second,
        appeal=ModerationAppeal.objects.get(decision__case=case, upheld__isnull=True),
        upheld=upheld,
        words="La page 4 porte bien sur ce chiffre." if upheld else "La page 4 porte sur un autre engagement.",
    )
    if not upheld:
        suspensions.suspend(
            actor=agent,
            user=author,
            days=7,
            reason="spam",
            words="Contestations répétées sans rapport avec leur source.",
        )


def _examine(made: _Made, rank: int, outcome: str, second: User) -> None:
    held = made.contests.get(rank)
    if held is None:
        return
    words = {
        "rejected": Text(
            "Le relevé porte sur une partie de la région seulement : le chiffre publié reste juste.",
            "The survey covers only a part of the region: the published figure stands.",
        ),
        "upheld": Text(
            "Le relevé est juste : un lieu compté n'était pas ouvert. Le fait est corrigé par le service.",
            "The survey is right: a place that was counted was not open. The service corrects the fact.",
        ),
        "partly": Text(
            "Le relevé est juste pour un lieu sur deux : le service corrige le premier et explique le second.",
            "The survey is right for one place out of two: the service corrects the first and explains the second.",
        ),
    }[outcome]
    contests.contest_answer(actor=second, contest=held, outcome=outcome, text=words)


def _follow(current: Published, users: list[User]) -> None:
    """Residents follow a few measures and their place's body, weekly or not at all by e-mail."""
    chance = np.random.default_rng(seed_of(f"mandat/{current.code}/follows"))
    numbers, bodies = list(current.measures), list(current.bodies)
    rows = []
    for user in users:
        wanted = {f"measure:{numbers[int(n)]}" for n in chance.integers(0, len(numbers), size=3)}
        wanted.add(f"body:{bodies[int(chance.integers(0, len(bodies)))]}")
        pace = ("weekly", "daily", "none")[int(chance.integers(0, 3))]
        rows += [
            Follow(user=user, programme=current.code, target=target, pace=pace, since=timezone.now())
            for target in sorted(wanted)
        ]
    Follow.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    follows.follow(user=users[0], target="all:", pace="weekly")
