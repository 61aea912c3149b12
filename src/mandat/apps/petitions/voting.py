"""The vote of a referendum: a ``ballots`` poll, who may vote in it, and what its count makes of the referendum."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.answers.services import duties
from mandat.apps.ballots.hooks import Entitled
from mandat.apps.ballots.services import polls, rolls
from mandat.apps.participation import standing
from mandat.apps.petitions.models import Referendum
from mandat.apps.petitions.services import referendums
from mandat.apps.petitions.terms import Vote, vote_of
from mandat.apps.petitions.words import RESULTS
from mandat.kernel.text import Text

PREFIX = "referendum:"


def poll_open(*, actor: User, referendum: Referendum, vote: Vote) -> str:
    """Freeze the poll of a referendum: who opened the campaign answers for it. Returns its reference."""
    assert referendum.vote_opens_at is not None
    assert referendum.vote_closes_at is not None  # the campaign sets both
    title = Text(f"Référendum {referendum.reference}", f"Referendum {referendum.reference}")
    roll = rolls.roll_open(process=vote.process.code, title=Text(vote.process.title.fr, vote.process.title.en))
    made = polls.poll_open(
        actor=None, roll=roll, code=referendum.reference.lower(), title=title,
        question=Text(referendum.question, referendum.question_en or referendum.question), rules=vote.terms.ballot, options=(),
        opens_at=referendum.vote_opens_at, closes_at=referendum.vote_closes_at, source=referendums.source_of(referendum),
        measures=vote.process.measures, commitments=vote.process.commitments, synthetic=referendum.synthetic,
    )  # fmt: skip
    return str(made.reference)


def of_poll(poll: Any) -> Referendum | None:
    """The referendum a poll is of."""
    if not poll.source.startswith(PREFIX):
        return None
    return Referendum.objects.filter(reference=poll.source.removeprefix(PREFIX)).first()


def entitled(poll: Any, user: User) -> Entitled:
    """Who may vote: a participant of the process, as its definition says. Raises NotEntitled with its reasons."""
    found = of_poll(poll)
    assert found is not None  # asked for our polls alone
    place = standing.participant(user, found.process)
    least = getattr(vote_of(found).component, "least_age", 0)
    if place.age_known < least:
        raise standing.NotEntitled(standing.too_young(least, standing.join_url(standing.process_of(found.process))))
    return Entitled(area=place.area, age_band=place.age_band)


def home(poll: Any) -> tuple[Any, str]:
    found = of_poll(poll)
    assert found is not None
    return poll.title, referendums.address(found)


@transaction.atomic
def counted(poll: Any, result: Any) -> None:
    """The poll is counted: what came of the question, and the answer that is due."""
    found = of_poll(poll)
    if found is None:
        return
    referendum = referendums.held(found)
    vote = vote_of(referendum)
    votes = {name: int(n) for name, n in counts_of(result).items()}
    outcome = outcome_of(votes, valid=bool(result.outcome["valid"]))
    day = timezone.localdate()
    due = day + dt.timedelta(days=vote.terms.answer.days)
    referendum.state, referendum.result, referendum.held_on = Referendum.State.HELD, outcome, day
    referendum.yes, referendum.no, referendum.blank = votes["yes"], votes["no"], votes["blank"]
    referendum.due_on = due
    referendum.save()
    journal.append(
        [
            referendums.line(
                "referendums.held.v1", referendum, vote, origin=referendums.origin_of(referendum), poll=referendum.poll,
                outcome=outcome, outcome_label=RESULTS[outcome].fr, due_on=due, yes=votes["yes"], no=votes["no"], blank=votes["blank"],
                milestone="first-citizens-referendum" if referendum.petition_id is not None else "",
                turnout=_turnout(result.voters, vote),
            )
        ]
    )  # fmt: skip
    said = RESULTS[outcome]
    duties.owe(
        kind="referendum", source=referendums.source_of(referendum),
        title=Text(f"Référendum {referendum.reference} : {said.fr}", f"Referendum {referendum.reference}: {said.en}"),
        url=referendums.address(referendum), body=vote.terms.answer.body, due_on=due, process=referendum.process,
        measures=vote.process.measures, reminder_days=vote.terms.answer.reminder_days,
    )  # fmt: skip
    referendums._tell(referendum, "held", said)


def outcome_of(votes: dict[str, int], *, valid: bool) -> str:
    """What comes of the votes: yes needs more than no; level adopts nothing; short of the quorum or the threshold, nothing counts."""
    if not valid:
        return "quorum-missed"
    if votes["yes"] == votes["no"]:
        return "level"
    return "yes" if votes["yes"] > votes["no"] else "no"


def counts_of(result: Any) -> dict[str, int]:
    """Votes yes, no and blank."""
    outcome = result.outcome
    return {"yes": outcome["votes"]["yes"], "no": outcome["votes"]["no"], "blank": outcome["blank"]}


def _turnout(voters: int, vote: Vote) -> Decimal | None:
    electors = getattr(vote.component, "electors", None)
    return None if not electors else (Decimal(100) * voters / electors).quantize(Decimal("0.01"))
