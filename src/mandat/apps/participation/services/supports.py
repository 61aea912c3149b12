"""Supports: one a person and a proposal, taken back at will, counted in the same transaction.

Order of locks, everywhere: the participant, then proposals by their numbers, then counters. A person's limit is counted behind their own
lock, so two tabs never pass it; the proposal's counter behind its own.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.answers.services.duties import owe
from mandat.apps.community.services import events
from mandat.apps.participation import hooks, voices
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.models import Proposal, Support
from mandat.apps.participation.services.acting import acting
from mandat.apps.participation.services.running import fact
from mandat.apps.participation.standing import NotEntitled, Reason
from mandat.apps.participation.tallies import tally_add
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

#: Supports given or taken back in an hour by one account.
AN_HOUR = 300


class MergedError(InputError):
    """The proposal was merged into another between the reading and the support."""

    def __init__(self, into: str) -> None:
        super().__init__(Text("cette proposition a rejoint une autre", "this proposal joined another"))
        self.into = into


def support_give(*, user: User, reference: str, organisation: Any = None) -> Proposal:
    """Support a proposal, or the one it was merged into. Supporting twice changes nothing. Raises NotEntitled, InputError."""
    voices.take(user, "participation.support", per_hour=AN_HOUR)
    for _attempt in range(5):
        try:
            return _given(user=user, reference=reference, organisation=organisation)
        except MergedError as merged:
            reference = merged.into
    raise InputError(Text("réessayez dans un instant", "try again in a moment"))


@transaction.atomic
def _given(*, user: User, reference: str, organisation: Any) -> Proposal:
    row = _found(reference)
    who = acting(user=user, process=row.process, component=row.component, type_="proposals", organisation=organisation)
    terms = who.component.supports
    if terms is None:
        raise InputError(Text("on ne soutient pas ici", "nothing is supported here"))
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=row.pk)
    _supportable(proposal)
    if Support.objects.filter(proposal=proposal, participant=who.place).exists():
        return proposal
    if terms.most is not None:
        given = Support.objects.filter(
            participant=who.place, proposal__component=proposal.component, proposal__state=Proposal.State.PUBLISHED
        ).count()
        if given >= terms.most:
            raise NotEntitled(
                Reason(
                    "limit",
                    Text(f"Vous avez donné vos {terms.most} soutiens.", f"You have given your {terms.most} supports."),
                    Text("Retirez-en un pour en donner un autre.", "Take one back to give another."),
                )
            )
    Support.objects.create(proposal=proposal, participant=who.place, at=who.at)
    proposal.supports += 1
    crossed = threshold_crossed(proposal, who.published, who.component, at=who.at)
    proposal.save(update_fields=["supports", "threshold_at"])
    counted(proposal, 1)
    if crossed:
        hooks.threshold_crossed(proposal)
    return proposal


def _found(reference: str) -> Proposal:
    row = Proposal.objects.filter(reference=reference).select_related("merged_into").first()
    if row is None:
        raise InputError(Text("cette proposition n'existe pas", "this proposal does not exist"))
    if row.state == Proposal.State.MERGED and row.merged_into is not None:
        raise MergedError(row.merged_into.reference)
    return row


def _supportable(proposal: Proposal) -> None:
    if proposal.state == Proposal.State.MERGED and proposal.merged_into is not None:
        raise MergedError(proposal.merged_into.reference)
    if proposal.state != Proposal.State.PUBLISHED or proposal.hidden:
        raise InputError(Text("cette proposition n'est plus publiée", "this proposal is not published any more"))


def support_take_back(*, user: User, reference: str, organisation: Any = None) -> Proposal:
    """Take back a support. Without one, changes nothing. Raises NotEntitled, InputError."""
    voices.take(user, "participation.support", per_hour=AN_HOUR)
    for _attempt in range(5):
        try:
            return _taken_back(user=user, reference=reference, organisation=organisation)
        except MergedError as merged:
            reference = merged.into
    raise InputError(Text("réessayez dans un instant", "try again in a moment"))


@transaction.atomic
def _taken_back(*, user: User, reference: str, organisation: Any) -> Proposal:
    row = _found(reference)
    who = acting(user=user, process=row.process, component=row.component, type_="proposals", organisation=organisation)
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=row.pk)
    _supportable(proposal)
    gone, _rows = Support.objects.filter(proposal=proposal, participant=who.place).delete()
    if gone:
        proposal.supports -= 1
        proposal.save(update_fields=["supports"])
        counted(proposal, -1)
    return proposal


def counted(proposal: Proposal, by: int) -> None:
    """Move the counters of the component and of the process: the last statements of the act."""
    for component in (proposal.component, ""):
        tally_add(proposal.programme, proposal.process, component, supports=by)


def threshold_crossed(proposal: Proposal, published: PublishedProcess, component: Any, *, at: dt.datetime) -> bool:
    """Once a proposal reaches its threshold, and once only: the fact is told and the answer is due. The caller holds it and saves it."""
    terms = component.supports
    if (
        terms is None
        or terms.threshold is None
        or proposal.threshold_at is not None
        or proposal.supports < terms.threshold
    ):
        return False
    proposal.threshold_at = at
    duty = terms.answer
    due = timezone.localdate(at) + dt.timedelta(days=duty.days) if duty is not None else None
    data = {"component": proposal.component, "threshold": terms.threshold, "body": duty.body if duty else ""}
    if due is not None:
        data["answer_due"] = due
    journal.append(
        [
            fact(
                published, "participation.threshold_crossed.v1", data=data, subject=f"proposal:{proposal.reference}",
                quantity=Decimal(proposal.supports), unit="support",
                source=f"participation:threshold:{proposal.reference}",
                area=f"commune:{proposal.commune}" if proposal.commune else "",
            )
        ]
    )  # fmt: skip
    if duty is not None and due is not None:
        owe(
            kind="threshold", source=f"proposal:{proposal.reference}", title=Text(
                f"{published.process.title.fr} : proposition {proposal.reference}",
                f"{published.process.title.en}: proposal {proposal.reference}",
            ),
            url=reverse("participation:proposal", args=[proposal.process, proposal.component, proposal.reference]),
            body=duty.body, due_on=due, process=proposal.process, measures=published.process.measures,
            delivery_by=add_months(due, duty.delivery_months) if duty.delivery_months else None,
            reminder_days=duty.reminder_days,
        )  # fmt: skip
    events.tell(
        target=f"proposal:{proposal.reference}", at=at, key=f"participation:threshold:{proposal.reference}",
        title=Text(f"Une proposition réunit {terms.threshold} soutiens", f"A proposal has {terms.threshold} supports"),
        url=reverse("participation:proposal", args=[proposal.process, proposal.component, proposal.reference]),
    )  # fmt: skip
    return True
