"""The life of synthetic applications: received, examined, voted on or decided, a quarter at a time.

Envelopes, sittings, votes and decisions are made by the real services. What comes before a decision is written in bulk, in the shapes
the services write: thousands of forms filled one page at a time would take an hour.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.custody.models import Subject
from mandat.apps.custody.records import canonical, digest
from mandat.apps.demonstration import credits
from mandat.apps.demonstration.bodies import Bodies, expert, members
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.course import END
from mandat.apps.demonstration.projects import Project
from mandat.apps.grants.completeness import standing_of
from mandat.apps.grants.limits import ceiling
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import (
    Case,
    Duty,
    Move,
    Opinion,
    Party,
    PlanLine,
    Post,
    Score,
    Seat,
    Sitting,
    Submission,
    Visit,
)
from mandat.apps.grants.seats import committees
from mandat.apps.grants.services import delays, scoring
from mandat.apps.grants.services.deciding import By, Verdict, decided_many
from mandat.apps.grants.services.moving import fact_of
from mandat.apps.grants.services.sittings import agenda_set, presence_set, sitting_close, sitting_convene, sitting_open
from mandat.apps.grants.services.voting import block_vote
from mandat.apps.grants.sheets import sheet_of
from mandat.apps.grants.submitted import record_of
from mandat.apps.programme.published import Published
from mandat.facts import Fact

#: Applicants whose own money is public.
PUBLIC = frozenset({"commune", "epci", "public-body", "lycee", "higher-education", "research-body"})
#: Days after a batch is received on which it is examined, then decided.
EXAMINED, DECIDED = 21, 39
#: Of the last batches some are still where agents find them.
WAITING = 0.35
NOT_ELIGIBLE = "Le projet ne remplit pas les conditions de la règle."
BELOW = "Le projet n'atteint pas le seuil de la grille."
CEILING = "Le plafond des aides de minimis serait dépassé."
SPENT = "L'enveloppe de l'appel est attribuée."


@dataclass(frozen=True, slots=True)
class Desk:
    """Who examines, who decides and who holds the secretariat."""

    agent: User
    decider: User
    admin: User


@dataclass(slots=True)
class Batch:
    """The applications of one quarter. ``refused`` says why by title, ``cases`` are those received."""

    monday: dt.date
    projects: list[Project]
    refused: dict[tuple[str, int], str] = field(default_factory=dict)


def batches_of(drawn: Sequence[tuple[dt.date, list[Project]]]) -> list[Batch]:
    """The batches, with what will not be funded."""
    held = [Batch(monday, projects) for monday, projects in drawn]
    _foresee(held)
    return held


def acts(current: Published, found: Bodies, held: Sequence[Batch], desk: Desk) -> Iterator[Act]:
    """Every act on applications up to their decision, in no order."""
    first = held[0].monday
    yield Act(moment(first - dt.timedelta(days=4), 9), "grants/0", partial(_staff, current, desk, first))
    yield from credits.acts(current, desk.agent, needs(held), credits.OPENS)
    for rank, batch in enumerate(held):
        last = batch.monday + dt.timedelta(days=DECIDED) > END
        yield Act(
            moment(batch.monday + dt.timedelta(days=7), 9), f"grants/2{rank:02d}", partial(_receive, found, batch)
        )
        examined = batch.monday + dt.timedelta(days=EXAMINED)
        yield Act(
            moment(examined, 10),
            f"grants/3{rank:02d}",
            partial(_examine, batch, desk, part=1 - WAITING if last else 1.0),
        )
        decided = batch.monday + dt.timedelta(days=DECIDED)
        yield Act(moment(decided, 14), f"grants/4{rank:02d}", partial(_decide, current, batch, desk))


def _foresee(held: Sequence[Batch]) -> None:
    """Which projects will not be funded, and why: the rule, the grid, a ceiling, an envelope spent."""
    small: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    calls: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for batch in held:
        for project in batch.projects:
            key = (project.scheme.code, project.number)
            amount = Decimal(project.computed or 0) / 100
            if not project.eligible:
                batch.refused[key] = NOT_ELIGIBLE
                continue
            grid = project.scheme.scoring
            if grid is not None and grid.threshold is not None and scoring.total(grid, project.points) < grid.threshold:
                batch.refused[key] = BELOW
                continue
            # Whatever the plan asks of this kind of applicant, the tightest ceiling of the scheme is kept to.
            regulations = {
                one.de_minimis for one in (project.scheme.plan, *project.scheme.plan.cases) if one.de_minimis
            }
            room = min((ceiling(one, project.sent.date()).amount for one in regulations), default=None)
            owner = (project.organisation.pk, "")
            if room is not None and small[owner] + amount > room:
                batch.refused[key] = CEILING
                continue
            call = next((one for one in project.scheme.calls if one.code == project.call), None)
            spent = (project.scheme.code, project.call)
            if call is not None and call.envelope is not None and calls[spent] + amount > call.envelope:
                batch.refused[key] = SPENT
                continue
            if room is not None:
                small[owner] += amount
            calls[spent] += amount


def needs(held: Sequence[Batch]) -> dict[int, dict[str, Decimal]]:
    """What will be awarded, by year of the decision and scheme."""
    found: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for batch in held:
        year = (batch.monday + dt.timedelta(days=DECIDED)).year
        for project in batch.projects:
            if project.computed and (project.scheme.code, project.number) not in batch.refused:
                found[year][project.scheme.code] += Decimal(project.computed) / 100
    return found


def _staff(current: Published, desk: Desk, first: dt.date) -> None:
    """Posts, and seats of the committees: the first member presides."""
    since = first - dt.timedelta(days=30)
    posts = [
        (desk.agent, Duty.INSTRUCT), (desk.agent, Duty.PAY), (desk.decider, Duty.INSTRUCT), (desk.decider, Duty.DECIDE),
        (desk.decider, Duty.PAY), *((expert(n), Duty.EXPERT) for n in (1, 2, 3)),
    ]  # fmt: skip
    for user, duty in posts:
        Post.objects.get_or_create(programme=current.code, duty=duty, user=user, since=since)
    seated = members()
    for body, quorum in sorted(committees(current).items()):
        Seat.objects.bulk_create(
            [
                Seat(programme=current.code, body=body, user=user, president=rank == 0, since=since)
                for rank, user in enumerate(seated[: quorum + 3])
            ]
        )


def cases_of(batch: Batch) -> dict[tuple[str, int], Case]:
    """The cases of a batch as they stand: a history that was cut off goes on from the database."""
    wanted = {project.title: (project.scheme.code, project.number) for project in batch.projects}
    titles, found = list(wanted), {}
    for start in range(0, len(titles), 500):
        rows = Case.objects.filter(synthetic=True, title__in=titles[start : start + 500])
        for case in rows.select_related("subject", "applicant").order_by("pk"):
            found[wanted[case.title]] = case
    return found


@transaction.atomic
def _receive(found: Bodies, batch: Batch) -> None:
    """The applications as they were sent: case, plan, sealed submission, first step, fact."""
    subjects = Subject.objects.bulk_create([Subject(**Subject.fresh()) for _ in batch.projects])
    cases = Case.objects.bulk_create(
        [_case(project, found.opener, subject) for project, subject in zip(batch.projects, subjects, strict=True)],
        batch_size=200,
    )
    PlanLine.objects.bulk_create(
        [
            PlanLine(
                case=case, position=0, funder="Fonds propres", amount=project.cost - (project.computed or 0), own=True,
                public=project.kind in PUBLIC, certain=True,
            )
            for case, project in zip(cases, batch.projects, strict=True)
            if project.cost is not None and project.cost > (project.computed or 0)
        ],
        batch_size=200,
    )  # fmt: skip
    Party.objects.bulk_create(
        [
            Party(case=case, organisation=partner, role=role, agreed_at=project.sent, agreed_by=found.opener)
            for case, project in zip(cases, batch.projects, strict=True)
            for partner, role in project.partners
        ]
    )
    sent, moves, facts = [], [], []
    for case, project in zip(cases, batch.projects, strict=True):
        text = canonical(record_of(sheet_of(case), standing_of(case), at=project.sent, rank=1, by=found.opener.name))
        one = Submission(case=case, rank=1, at=project.sent, by=found.opener, sha256=digest(text))
        one.record = text
        sent.append(one)
        moves.append(_move(case, "submit", State.DRAFT, State.SUBMITTED, found.opener, project.sent))
        facts.append(_fact("grants.applied.v1", case, project))
    Submission.objects.bulk_create(sent, batch_size=200)
    Move.objects.bulk_create(moves, batch_size=200)
    journal.append(facts)


def _case(project: Project, opener: User, subject: Subject) -> Case:
    case = Case(
        programme=project.programme, scheme=project.scheme.code, scheme_version=project.terms.ref.version,
        rule_version=project.rule_version, call=project.call, measure=project.scheme.measures[0],
        applicant=project.organisation, applicant_kind=project.kind, opened_by=opener, subject=subject,
        state=State.SUBMITTED, title=project.title, answers=project.answers, revision=1,
        area=project.organisation.commune, cost=project.cost, asked=project.computed, computed=project.computed,
        created_at=project.sent - dt.timedelta(days=6), saved_at=project.sent, submitted_at=project.sent, synthetic=True,
    )  # fmt: skip
    case.private = project.private
    case.due_on = project.sent.date() + dt.timedelta(days=project.scheme.workflow.complete_days)
    return case


def _move(
    case: Case, name: str, source: str, target: str, actor: User | None, at: dt.datetime, reason: str = ""
) -> Move:
    made = Move(case=case, name=name, source=source, target=target, actor=actor, at=at)
    made.reason = reason
    return made


def _fact(kind: str, case: Case, project: Project) -> Fact:
    return fact_of(kind, case, project.terms, scheme=case.scheme, title=project.scheme.title.fr, call=case.call)


@transaction.atomic
def _examine(batch: Batch, desk: Desk, *, part: float) -> None:
    """Held complete, opinions and scores given, a decision proposed. ``part`` of the batch only, where the history ends."""
    now = timezone.now()
    experts = [expert(n) for n in (1, 2, 3)]
    known = cases_of(batch)
    moves: list[Move] = []
    opinions: list[Opinion] = []
    scores: list[Score] = []
    visits: list[Visit] = []
    facts: list[Fact] = []
    changed: list[Case] = []
    for project in batch.projects:
        case = known.get((project.scheme.code, project.number))
        if case is None or case.state != State.SUBMITTED or project.luck > part:
            continue
        scheme, at = project.scheme, now
        moves.append(_move(case, "accept", State.SUBMITTED, State.COMPLETE, desk.agent, at))
        facts.append(_fact("grants.complete.v1", case, project))
        case.complete_on = timezone.localdate(case.submitted_at)
        case.assigned_to = desk.agent
        for user in experts[: scheme.workflow.experts]:
            one = Opinion(
                case=case, expert=user, asked_by=desk.agent, asked_at=at - dt.timedelta(days=9),
                due_on=(at - dt.timedelta(days=2)).date(), verdict="for" if project.luck > 0.2 else "reserved",
                given_at=at - dt.timedelta(days=3),
            )  # fmt: skip
            one.text = "Avis synthétique."
            opinions.append(one)
        if scheme.scoring is not None:
            for user in experts[: scheme.scoring.scorers]:
                mark = Score(case=case, scorer=user, points=project.points, given_at=at - dt.timedelta(days=2))
                mark.comment = ""
                scores.append(mark)
            case.points = scoring.rounded(scoring.total(scheme.scoring, project.points))
        if scheme.workflow.pattern == "visit":
            visit = Visit(case=case, by=desk.agent, on=(at - dt.timedelta(days=4)).date(), recorded_at=at)
            visit.findings = "Visite synthétique : les critères sont vérifiés sur place."
            visits.append(visit)
        why = batch.refused.get((scheme.code, project.number), "")
        case.favourable = not why
        case.proposed = None if why else case.computed
        moves.append(_move(case, "propose", State.COMPLETE, State.READY, desk.agent, at, why))
        case.state = State.READY
        case.due_on = delays.due(case, scheme)
        changed.append(case)
    Move.objects.bulk_create(moves, batch_size=200)
    Opinion.objects.bulk_create(opinions, batch_size=200)
    Score.objects.bulk_create(scores, batch_size=200)
    Visit.objects.bulk_create(visits, batch_size=200)
    Case.objects.bulk_update(
        changed, ["state", "complete_on", "assigned_to", "points", "favourable", "proposed", "due_on"], batch_size=200
    )
    journal.append(facts)


def _decide(current: Published, batch: Batch, desk: Desk) -> None:
    """Committees sit, and the authority decides on what no committee votes."""
    known = cases_of(batch)
    ready: dict[str, list[Case]] = defaultdict(list)
    alone: list[tuple[Project, Case]] = []
    for project in batch.projects:
        case = known.get((project.scheme.code, project.number))
        if case is None or case.state != State.READY:
            continue
        if project.scheme.committee is not None:
            ready[project.scheme.committee.body].append(case)
        else:
            alone.append((project, case))
    for body, cases in sorted(ready.items()):
        _sit(body, cases, desk)
    with transaction.atomic():
        decided_many([_verdict(batch, project, case, desk) for project, case in alone])


def _sit(body: str, cases: Sequence[Case], desk: Desk) -> None:
    """One sitting: convened, opened with its members, voted as a block, closed."""
    today = timezone.localdate()
    if Sitting.objects.filter(body=body, on=today, synthetic=True).exists():
        return
    sitting = sitting_convene(actor=desk.agent, body=body, on=today, place="Salle synthétique")
    agenda_set(actor=desk.agent, sitting=sitting, references=[case.reference for case in cases])
    seats = Seat.objects.filter(body=body, programme=sitting.programme).select_related("user").order_by("pk")
    present = [seat.user for seat in seats]
    presence_set(actor=desk.agent, sitting=sitting, members=present[: sitting.quorum + 1])
    sitting_open(actor=desk.agent, sitting=sitting)
    last = present[sitting.quorum]
    items = list(sitting.items.order_by("position").values_list("pk", flat=True))
    # One member in the minority here and there, so that a roll call has something to read.
    block_vote(actor=desk.agent, sitting=sitting, exceptions={pk: {last.pk: "abstain"} for pk in items[::5]})
    sitting_close(actor=desk.agent, sitting=sitting)


def _verdict(batch: Batch, project: Project, case: Case, desk: Desk) -> Verdict:
    why = batch.refused.get((project.scheme.code, project.number), "")
    amount = None if why or case.proposed is None else Decimal(case.proposed) / 100
    return Verdict(
        case=case,
        outcome="refused" if why else "awarded",
        by=By.AUTHORITY,
        motive=why,
        amount=amount,
        actor=desk.decider,
    )
