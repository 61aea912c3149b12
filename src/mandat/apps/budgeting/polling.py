"""What a budget asks of votes and of answers: open the vote on a list, take its count, owe what the result promises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.answers.services import duties
from mandat.apps.ballots import tallying
from mandat.apps.ballots.choices import Option
from mandat.apps.ballots.hooks import Entitled
from mandat.apps.ballots.models import Ballot, Poll, Result
from mandat.apps.ballots.services import polls, rolls
from mandat.apps.budgeting.models import Project, ProjectList
from mandat.apps.budgeting.terms import BudgetTerms, budget_terms
from mandat.apps.participation import standing
from mandat.apps.territory import selectors as territory
from mandat.engines.counting import Election
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: What polls of an area's part of a budget say they come from.
PART = "budget-part:"


def _area(terms: BudgetTerms, part: str) -> str:
    found = terms.budget.part(part)
    return found.area or "" if found is not None and terms.budget.part_kind == "area" else ""


def entitle(poll: Poll, user: Any) -> Entitled:
    """Who may join the roll of the vote on an area's part: whoever takes part in the process and lives there. Raises InputError."""
    process, component, part = poll.source.removeprefix(PART).split("/")
    terms = budget_terms(process, component)
    try:
        place = standing.participant(user, terms.published, component=component)
    except standing.NotEntitled as refused:
        raise InputError(refused.text) from refused
    area = _area(terms, part)
    if area not in (place.area, *territory.containing(place.area)):
        title = terms.part_title(part)
        raise InputError(
            Text(f"ce vote est celui des personnes de : {title.fr}", f"this vote is for people of: {title.en}")
        )
    return Entitled(area=place.area, age_band=place.age_band)


def home(poll: Poll) -> tuple[Any, str]:
    """Where the page of an area's vote leads back to."""
    process, component, _part = poll.source.removeprefix(PART).split("/")
    return budget_terms(process, component).title, reverse("budgeting:budget", args=[process, component])


def opened(*, actor: User, terms: BudgetTerms, made: ProjectList, projects: Sequence[Project]) -> str:
    """Open the vote on a list, at the instants of the phase; gives the poll's reference. Raises InputError where the phase is over."""
    opens = terms.published.opens_at(terms.code, moment="vote")
    closes = terms.published.closes_at(terms.code, moment="vote")
    if opens is None or closes is None:
        raise InputError(Text("le règlement ne dit pas quand on vote", "the rules do not say when one votes"))
    if closes <= timezone.now():
        raise InputError(Text("le temps du vote est passé", "the time of the vote is over"))
    process = terms.published.process
    part = terms.part_title(made.part)
    # Pupils of two lycées are two electorates: a code of one opens no vote in the other.
    electorate = f"{terms.process}/{made.part}" if made.part and terms.budget.part_kind == "lycee" else terms.process
    roll = rolls.roll_open(process=electorate, title=terms.title, least_age=process.participants.least_age)
    title = Text(f"{terms.title.fr} : {part.fr}", f"{terms.title.en}: {part.en}") if made.part else terms.title
    poll = polls.poll_open(
        actor=actor,
        roll=roll,
        code=f"{terms.code}-{made.part}" if made.part else terms.code,
        title=title,
        question=Text("Quels projets voulez-vous voir réalisés ?", "Which projects do you want carried out?"),
        rules=terms.budget.ballot,
        options=[
            Option(
                code=one.reference,
                title=one.title,
                text=one.summary,
                url=reverse("budgeting:project", args=[one.reference]),
                cost=one.cost_euros,
                area=one.area,
            )
            for one in sorted(projects, key=lambda one: one.reference)
        ],
        opens_at=opens,
        closes_at=closes,
        budget=made.euros,
        # Where a part is an area's, only those who live there vote in it.
        source=f"{PART}{terms.process}/{terms.code}/{made.part}" if _area(terms, made.part) else terms.source,
        measures=process.measures,
        commitments=process.commitments,
        synthetic=made.synthetic,
    )
    return str(poll.reference)


def election_of(poll: Poll) -> Election | None:
    """The ballots of a poll that was counted, as the engine takes them; None where none names anything."""
    contents = Ballot.objects.filter(poll=poll).order_by("pk").values_list("content", flat=True)
    tally = tallying.tallied(contents.iterator(chunk_size=5000))
    return tallying.election_of(poll.definition, tally) if tally.expressed else None


def counted(poll: Poll, result: Result) -> None:
    """A poll was counted: take it where it is a budget's. Called in that transaction."""
    from mandat.apps.budgeting.services.lists import list_counted

    if ProjectList.objects.filter(poll=poll.reference).exists():
        list_counted(
            poll=poll.reference, election=election_of(poll), winners=result.winners, root=result.root,
            voters=result.voters,
        )  # fmt: skip


def owe_answer(terms: BudgetTerms, found: ProjectList) -> None:
    """What the rules promise once the vote is counted: who says what becomes of it, and by when."""
    duty = terms.budget.answer
    if duty is None or found.counted_at is None:
        return
    part = terms.part_title(found.part)
    delivery = duty.delivery_months or terms.budget.delivery_months
    day = timezone.localdate(found.counted_at)
    duties.owe(
        kind="budget-result",
        source=terms.source + (f"/{found.part}" if found.part else ""),
        title=Text(
            f"Suites du vote : {terms.title.fr}" + (f", {part.fr}" if found.part else ""),
            f"What follows the vote: {terms.title.en}" + (f", {part.en}" if found.part else ""),
        ),
        url=reverse("budgeting:results", args=[terms.process, terms.code]),
        body=duty.body,
        due_on=day + dt.timedelta(days=duty.days),
        process=terms.process,
        measures=terms.published.process.measures,
        delivery_by=day + dt.timedelta(days=30 * delivery),
    )
