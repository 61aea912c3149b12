"""Synthetic cases by the hundred thousand, written in bulk: what a back office with years behind it holds. For benchmarks.

``cases_make`` writes whole cases; ``cases_copy`` multiplies their rows for lists, whose sealed parts cannot be opened (they are bound to
the row they were written in).

They look like what services leave behind (a record sealed with its digest, moves, a plan), but no service made them and the journal
knows nothing of them: never for a site anyone reads. ``history`` makes cases that hold, act by act.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.custody.models import Subject
from mandat.apps.custody.records import canonical, digest
from mandat.apps.grants.forms.questions import Asked, asked_of
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Duty, Message, Move, Opinion, PlanLine, Post, Score, Submission
from mandat.apps.grants.ruling import rule_of
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.organisations.models import Organisation
from mandat.apps.programme.published import published
from mandat.apps.programme.terms import Terms
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months

BATCH = 1_000
#: States and their weights: one case in five awaits an answer.
STATES: Mapping[str, int] = {
    State.SUBMITTED: 4, State.INCOMPLETE: 3, State.COMPLETE: 7, State.OPINIONS: 2, State.READY: 4, State.AWARDED: 4,
    State.RUNNING: 22, State.SUSPENDED: 1, State.CLOSED: 30, State.REFUSED: 18, State.WITHDRAWN: 3, State.INADMISSIBLE: 2,
}  # fmt: skip
OPEN = (State.SUBMITTED, State.INCOMPLETE, State.COMPLETE, State.OPINIONS, State.READY)


@dataclass(frozen=True, slots=True)
class Kit:
    """What the cases of one scheme have in common."""

    terms: Terms[Scheme]
    rule_version: int
    asked: Mapping[str, Asked]


def kits() -> list[Kit]:
    """Every scheme in force whose rule can be applied."""
    found = []
    for terms in SCHEMES.all().values():
        try:
            rule = rule_of(terms.document)
        except InputError:
            continue
        found.append(Kit(terms, rule.ref.version, asked_of(terms.document, rule)))
    return found


def agents_make(count: int, *, schemes: Sequence[str]) -> list[User]:
    """Agents, each posted to examine the cases of a few schemes; the first to all of them. Roles are the caller's to give."""
    programme, start = published().code, len(schemes)
    made = User.objects.bulk_create(
        [
            User(email=f"agent{n}@example.org", name=f"Agent {n}", password="!")  # noqa: S106 - nobody signs in with it
            for n in range(count)
        ]
    )
    posts = [Post(programme=programme, scheme="", duty=Duty.INSTRUCT, user=made[0], since=dt.date(2021, 1, 1))]
    for n, user in enumerate(made[1:]):
        for shift in range(3):
            code = schemes[(n * 3 + shift) % start]
            posts.append(
                Post(programme=programme, scheme=code, duty=Duty.INSTRUCT, user=user, since=dt.date(2021, 1, 1))
            )
    Post.objects.bulk_create(posts, ignore_conflicts=True)
    return made


def cases_make(count: int, *, agents: Sequence[User], experts: Sequence[User], seed: int = 7) -> int:
    """Write ``count`` cases of the last three years, three to an organisation. Returns how many rows there are in all."""
    chance, held, rows = random.Random(seed), kits(), 0
    current = published()
    places = [area.split(":")[-1] for area in territory.expand(f"region:{current.programme.region}")] or ["45234"]
    opener = User.objects.create_user(f"opener{seed}@example.org")
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        applicants = _organisations(max(1, size // 3), start, places, chance)
        cases = [
            _case(chance, chance.choice(held), current.code, chance.choice(applicants), opener, agents)
            for _ in range(size)
        ]
        Subject.objects.bulk_create([case.subject for case in cases], batch_size=500)
        Case.objects.bulk_create(cases, batch_size=200)
        rows += size + _around(cases, opener, experts, chance)
    return rows


#: What differs from one copy to another, by database: a name, a reference, a day.
_COPIES: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        "token": "lower(hex(randomblob(16)))",
        "reference": "hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2))",
        "due_on": "date(due_on, (abs(random()) %% 90 - 30) || ' days')",
    },
    "postgresql": {
        "token": "gen_random_uuid()",
        "reference": "upper(regexp_replace(left(md5(random()::text || id), 12), '(.{4})(.{4})(.{4})', '\\1-\\2-\\3'))",
        "due_on": "due_on + (floor(random() * 90)::int - 30)",
    },
}


def cases_copy(until: int) -> int:
    """Copy the cases there are until there are ``until``: other references and days due, the rest the same. Returns how many there are."""
    special = _COPIES[connection.vendor]
    names = [str(field.column) for field in Case._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    values = ", ".join(special.get(name, connection.ops.quote_name(name)) for name in names)
    count = Case.objects.count()
    with connection.cursor() as cursor:
        while count and count < until:
            cursor.execute(
                f"INSERT INTO grants_case ({columns}) SELECT {values} FROM grants_case ORDER BY id LIMIT %s",  # noqa: S608
                [min(count, until - count)],
            )
            count = Case.objects.count()
    return count


def _organisations(count: int, start: int, places: Sequence[str], chance: random.Random) -> list[Organisation]:
    subjects = Subject.objects.bulk_create([Subject(**Subject.fresh()) for _ in range(count)], batch_size=500)
    made = [
        Organisation(
            name=f"Organisme {start + n} {chance.choice(('des Lilas', 'du Cher', 'de Loire', 'Solidaire'))}",
            subject=subject,
            commune=chance.choice(places),
        )
        for n, subject in enumerate(subjects)
    ]
    return Organisation.objects.bulk_create(made, batch_size=500)


def _case(
    chance: random.Random, kit: Kit, programme: str, applicant: Organisation, opener: User, agents: Sequence[User]
) -> Case:
    scheme, now = kit.terms.document, timezone.now()
    state = chance.choices(list(STATES), list(STATES.values()))[0]
    age = chance.randrange(1, 110) if state in OPEN else chance.randrange(60, 1_000)
    sent = now - dt.timedelta(days=age, seconds=chance.randrange(86_400))
    day = timezone.localdate(sent)
    cost = chance.randrange(200_000, 40_000_000, 100)
    complete = day + dt.timedelta(days=chance.randrange(1, 20))
    due = {
        State.SUBMITTED: day + dt.timedelta(days=scheme.workflow.complete_days),
        State.INCOMPLETE: timezone.localdate(now) + dt.timedelta(days=chance.randrange(-3, 30)),
    }.get(State(state), add_months(complete, scheme.workflow.delay_months) if state in OPEN else None)
    computed = cost // 2 if scheme.outputs.amount else None
    decided = sent + dt.timedelta(days=90) if state not in OPEN else None
    return Case(
        programme=programme, scheme=scheme.code, scheme_version=kit.terms.ref.version, rule_version=kit.rule_version,
        call=chance.choice(scheme.calls).code, measure=scheme.measures[0], applicant=applicant, opened_by=opener,
        subject=Subject(**Subject.fresh()), state=state, title=f"Projet {chance.randrange(10**6)}",
        answers=_answers(kit, applicant.commune, cost, chance), area=applicant.commune, applicant_kind=scheme.applicants.kinds[0],
        cost=cost, asked=computed, computed=computed, proposed=computed if state == State.READY else None,
        favourable=True if state == State.READY else None, awarded=computed if state in (State.AWARDED, State.RUNNING, State.CLOSED) else None,
        assigned_to=chance.choice(agents) if agents and state != State.SUBMITTED else None, created_at=sent, saved_at=sent,
        submitted_at=sent, complete_on=None if state in (State.SUBMITTED, State.INCOMPLETE) else complete, due_on=due,
        decided_at=decided, ended_at=decided if state in (State.CLOSED, State.REFUSED) else None, synthetic=True,
    )  # fmt: skip


def _answers(kit: Kit, commune: str, cost: int, chance: random.Random) -> dict[str, Any]:
    """Something plausible in every field that asks for one thing."""
    found: dict[str, Any] = {}
    for name, asked in kit.asked.items():
        if asked.section.repeats is not None or asked.question.personal:
            continue
        given = asked.given
        if asked.type == "commune":
            found[name] = commune
        elif asked.type == "boolean":
            found[name] = True
        elif asked.type == "choice" and given is not None:
            found[name] = given.choices[0].code
        elif asked.type == "date":
            found[name] = "2026-06-01"
        elif given is not None and asked.type in ("integer", "number", "money", "percent"):
            most = given.max if isinstance(given.max, int | Decimal) else cost // 100
            found[name] = str(min(int(most), cost // 100)) if "cout" in name else str(min(int(most), 10))
        elif asked.type in ("text", "paragraph"):
            found[name] = "Un projet utile au territoire. " * chance.randrange(1, 12)
    return found


def _around(cases: Sequence[Case], opener: User, experts: Sequence[User], chance: random.Random) -> int:
    """What surrounds the cases: what was sent, how they moved, who pays, what was said and judged."""
    rows: dict[type[Any], list[Any]] = {kind: [] for kind in (Submission, Move, PlanLine, Message, Opinion, Score)}
    for case in cases:
        for row in _parts(case, opener, experts, chance):
            rows[type(row)].append(row)
    for kind, made in rows.items():
        kind._default_manager.bulk_create(made, batch_size=300)
    return sum(len(made) for made in rows.values())


def _parts(case: Case, opener: User, experts: Sequence[User], chance: random.Random) -> Iterator[Any]:
    assert case.submitted_at is not None
    assert case.cost is not None
    at = case.submitted_at
    record = canonical({"answers": case.answers, "reference": case.reference})
    yield Submission(case=case, rank=1, at=at, by=opener, record=record, sha256=digest(record))
    yield Move(case=case, name="submit", source="draft", target="submitted", actor=opener, at=at)
    if case.complete_on is not None:
        yield Move(case=case, name="accept", source="submitted", target="complete", actor=case.assigned_to, at=at)
    if case.decided_at is not None:
        yield Move(case=case, name="propose", source="complete", target="ready", actor=case.assigned_to, at=at)
    yield PlanLine(case=case, position=0, funder="Porteur du projet", amount=case.cost // 2, public=False, own=True)
    yield PlanLine(case=case, position=1, funder="Région", amount=case.cost - case.cost // 2, public=True)
    if chance.random() < 0.05:
        yield Message(case=case, author=opener, from_service=False, at=at, text="Bonjour, où en est ma demande ?")
    scheme = SCHEMES.at(case.programme, case.scheme, case.scheme_version).document
    if experts and scheme.workflow.experts and case.complete_on is not None:
        for expert in experts[: scheme.workflow.experts]:
            yield Opinion(case=case, expert=expert, asked_by=opener, asked_at=at, due_on=case.complete_on, verdict="for",
                          text="Favorable.", given_at=at)  # fmt: skip
    if experts and scheme.scoring is not None and case.complete_on is not None:
        for expert in experts[: scheme.scoring.scorers]:
            points = {one.code: chance.randrange(one.most + 1) for one in scheme.scoring.criteria}
            yield Score(case=case, scorer=expert, points=points, given_at=at)
