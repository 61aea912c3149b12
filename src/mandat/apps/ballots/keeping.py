"""What votes keep about people, and until when: the roll without names, the marks, codes, acts at desks, ballots begun."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from mandat.apps.ballots.models import DeskAct, Poll, Roll, Unfinished
from mandat.apps.ballots.services.rolls import salt_destroy
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, record
from mandat.apps.custody.retention import Basis, Lasts

_VOTERS = _("People who may vote")
_AGENTS = _("Agents")


def rolls_due(before: dt.datetime) -> QuerySet[Roll]:
    """Rolls all of whose polls are final: counted and past their appeal, or cancelled. A roll that never had a poll is its owner's."""
    waiting = [
        poll.roll_id
        for poll in Poll.objects.exclude(state=Poll.State.CANCELLED).filter(roll__forgotten_at=None).order_by("pk")
        if poll.appeal_until is None or poll.appeal_until > before
    ]
    had = Poll.objects.filter(roll=OuterRef("pk"))
    return Roll.objects.filter(Exists(had), forgotten_at=None).exclude(pk__in=waiting)


def _forget(rolls: QuerySet[Roll]) -> int:
    return sum(salt_destroy(roll=roll) for roll in rolls.select_related("holder").order_by("pk"))


def _begun(user: Any) -> list[Record]:
    found = Unfinished.objects.filter(user=user).select_related("poll").order_by("pk")
    return [record(one, "on", title=one.poll.reference) for one in found]


def _acts(user: Any) -> list[Record]:
    found = DeskAct.objects.filter(agent=user).select_related("roll").order_by("pk")
    return [record(one, "on", "what", "reason", title=one.roll.process) for one in found]


def _stays(user: Any) -> list[Kept]:
    if not DeskAct.objects.filter(agent=user).exists():
        return []
    return [Kept(_("your acts at the desk"), _("a vote can be contested"), _("the roll is erased"))]


def _unfinished_due(before: dt.datetime) -> QuerySet[Unfinished]:
    return Unfinished.objects.filter(Q(poll__closes_at__lt=before) | ~Q(poll__state=Poll.State.OPEN))


def _acts_due(before: dt.datetime) -> QuerySet[DeskAct]:
    return DeskAct.objects.filter(roll__forgotten_at__lt=before)


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="ballots.unfinished",
        title=_("Votes you began"),
        models=("ballots.Unfinished",),
        export=_begun,
        erase=lambda user: Unfinished.objects.filter(user=user).delete() and None,
    )
    personal.register(
        code="ballots.desk",
        title=_("What you did at the desk of a vote"),
        models=("ballots.DeskAct",),
        export=_acts,
        erase=lambda user: None,
        stays=_stays,
        with_account=True,
    )
    office = "an act of office: the account is let go of when it is closed, the act stays without a name"
    for model in ("CodeBatch", "RollImport", "PaperBatch", "Explanation", "Imported"):
        personal.exempt(f"ballots.{model}", office)
    personal.exempt("ballots.Roll", "the key is the roll's own: its holder is nobody")
    retention.register(
        code="ballots.rolls",
        title=_("Rolls of votes"),
        purpose=_("One person, one voice: nobody votes twice, by whatever channel."),
        data=_(
            "For each voter: keyed hashes of who they are (never the name nor the address), area and age band where known, and for each "
            "vote the channel and the day. Never what was voted."
        ),
        people=_VOTERS,
        after=_(
            "The appeal period of the last vote of the roll: the key is then destroyed and the rows are deleted; totals stay."
        ),
        models=("ballots.Roll", "ballots.Voter", "ballots.Nullifier", "ballots.Mark", "ballots.Code"),
        due=rolls_due,
        apply=_forget,
        basis=Basis.PUBLIC_TASK,
    )
    retention.register(
        code="ballots.box",
        title=_("Ballots"),
        purpose=_("Count, and let anyone count again."),
        data=_(
            "What each ballot says and its receipt; no name, no account, no time, no order. Sealed until the count."
        ),
        people=_VOTERS,
        after=_("Published with the result, as long as the programme is."),
        models=("ballots.Boxed", "ballots.Ballot", "ballots.PaperBatch"),
        basis=Basis.PUBLIC_TASK,
    )
    retention.register(
        code="ballots.unfinished",
        title=_("Ballots begun and not cast"),
        purpose=_("Remind those who began to vote."),
        data=_("That an account began, and on which day; nothing of what it chose."),
        people=_VOTERS,
        after=_("The ballot is cast, or the vote is closed."),
        models=("ballots.Unfinished",),
        due=_unfinished_due,
        basis=Basis.PUBLIC_TASK,
    )
    retention.register(
        code="ballots.desk",
        title=_("Acts at the desks of votes"),
        purpose=_("Account for who was put on a roll by hand, and why."),
        data=_("Which agent, on which day, for what reason."),
        people=_AGENTS,
        after=_("the roll is erased"),
        lasts=Lasts(years=1),
        models=(
            "ballots.DeskAct",
            "ballots.CodeBatch",
            "ballots.RollImport",
            "ballots.Explanation",
            "ballots.Imported",
        ),
        due=_acts_due,
        basis=Basis.PUBLIC_TASK,
    )
