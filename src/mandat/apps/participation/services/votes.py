"""Votes of a process: the poll is made from the definition at its phase's instant, and its result comes back to the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse

from mandat.apps.ballots.choices import Option
from mandat.apps.ballots.hooks import Entitled
from mandat.apps.ballots.models import Poll, Result
from mandat.apps.ballots.services import polls, rolls
from mandat.apps.participation import standing
from mandat.apps.participation.definitions import PublishedProcess, published_process
from mandat.apps.participation.models import ProcessRun, Proposal, VoteRun
from mandat.apps.participation.services.running import contributed
from mandat.apps.participation.standing import NotEntitled
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

SOURCE = "process:"


def source_of(published: PublishedProcess, component: Any) -> str:
    """What a poll of a process says it comes from."""
    return f"{SOURCE}{published.code}/{component.code}"


def options_of(published: PublishedProcess, component: Any) -> Sequence[Option]:
    """What one chooses from: the options of the definition, or the proposals that were kept, in the order of their references."""
    if component.options_from is None:
        return [
            Option(
                one.code, Text(one.label.fr, one.label.en),
                Text(one.help.fr, one.help.en) if one.help is not None else Text("", ""),
            )
            for one in component.options
        ]  # fmt: skip
    kept = Proposal.objects.filter(
        programme=published.programme, process=published.code, component=component.options_from,
        state=Proposal.State.PUBLISHED, hidden=False, status=Proposal.Status.RETAINED,
    ).order_by("reference")  # fmt: skip
    return [
        Option(
            one.reference, Text(one.title, one.title_other or one.title),
            url=reverse("participation:proposal", args=[one.process, one.component, one.reference]),
            area=f"commune:{one.commune}" if one.commune else "",
        )
        for one in kept
    ]  # fmt: skip


@transaction.atomic
def vote_open(*, published: PublishedProcess, component: Any, at: dt.datetime) -> VoteRun | None:
    """Open the poll of a vote component once its phase has come; None where there is nothing to choose from.

    The poll itself takes votes from the phase's first second to its last. From then on the rules of the process are frozen.
    """
    opens, closes = published.opens_at(component.code), published.closes_at(component.code)
    if opens is None or closes is None or not opens <= at < closes:
        return None
    contributed(published, at=at)
    run = ProcessRun.objects.select_for_update().get(programme=published.programme, process=published.code)
    known = VoteRun.objects.filter(run=run, component=component.code).first()
    if known is not None:
        return known
    options = options_of(published, component)
    if not options and component.ballot.type != "yes-no":
        return None
    title = Text(component.title.fr, component.title.en)
    roll = rolls.roll_open(
        process=published.code, title=Text(published.process.title.fr, published.process.title.en),
        least_age=published.process.participants.least_age,
        closed_list=published.process.participants.verification.identity == "roll",
        programme=published.programme,
    )  # fmt: skip
    poll = polls.poll_open(
        actor=None, roll=roll, code=component.code, title=title,
        question=Text(component.question.fr, component.question.en), rules=component.ballot, options=options,
        opens_at=opens, closes_at=closes, source=source_of(published, component),
        measures=published.process.measures, commitments=published.process.commitments,
    )  # fmt: skip
    return VoteRun.objects.create(run=run, component=component.code, poll=poll.reference, opened_at=at)


def votes_run(published: PublishedProcess, *, at: dt.datetime) -> int:
    """Open every vote of a process whose time has come. Returns how many are open."""
    opened = [
        vote_open(published=published, component=one, at=at)
        for one in published.process.components
        if one.type == "vote" and published.is_open(one.code, at)
    ]
    return sum(one is not None for one in opened)


def entitle(poll: Poll, user: Any) -> Entitled:
    """Who may join the roll of a process's vote with an account: whoever may take part in it. Raises InputError with the reason."""
    process, _, component = poll.source.removeprefix(SOURCE).partition("/")
    try:
        place = standing.participant(user, published_process(process), component=component)
    except NotEntitled as refused:
        raise InputError(refused.text) from refused
    return Entitled(area=place.area, age_band=place.age_band)


def home(poll: Poll) -> tuple[Any, str]:
    """Where the page of a poll leads back to."""
    process, _, component = poll.source.removeprefix(SOURCE).partition("/")
    published = published_process(process)
    return published.process.title, reverse("participation:component", args=[process, component])


def counted(poll: Poll, result: Result) -> None:
    """Told by ballots once a poll is counted: the vote of the process is closed."""
    if not poll.source.startswith(SOURCE):
        return
    process, _, component = poll.source.removeprefix(SOURCE).partition("/")
    VoteRun.objects.filter(
        run__process=process, run__programme=poll.programme, component=component, closed_at=None
    ).update(closed_at=poll.counted_at)


def chosen(published: PublishedProcess, component: Any) -> list[Option]:
    """What a vote chose, in order, once it is counted and where it counts."""
    result = Result.objects.filter(poll__source=source_of(published, component)).select_related("poll").first()
    if result is None:
        return []
    known = result.poll.by_code
    return [known[code] for code in result.winners if code in known]
