"""What mediation keeps about people: all of it under the case's own key, destroyed when its time is over."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, record
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.mediation.models import Case, Message, Party, Reply, Step
from mandat.apps.mediation.services.cases import State, case_forget

_MODELS = ("mediation.Case", "mediation.Party", "mediation.Step")


def _export(user: User) -> list[Record]:
    """What one asked, wrote and answered: not what others said."""
    asked = Case.objects.filter(asker=user).select_related("subject").order_by("pk")
    fields = ("reference", "state", "urgent", "title", "account", "wanted", "asked_at", "outcome")
    found = [record(one, *fields, title=one.reference) for one in asked]
    for party in Party.objects.filter(user=user).select_related("case__subject").order_by("pk"):
        title = party.case.reference
        found.append(record(party, "side", "called", "joined_at", "left_at", title=title))
        said = Message.objects.filter(party=party).select_related("case__subject").order_by("pk")
        found += [record(one, "at", "text", title=title) for one in said]
        replies = Reply.objects.filter(party=party).select_related("proposal__case__subject").order_by("pk")
        found += [record(one, "at", "accepts", "text", title=title) for one in replies]
    return found


def _erase(user: User) -> None:
    """A request that nobody took up goes; elsewhere one leaves, and what was said goes with the case's key."""
    for case in Case.objects.filter(asker=user, state=State.ASKED).order_by("pk"):
        Case.objects.filter(pk=case.pk).update(state=State.WITHDRAWN, closed_at=timezone.now())
        case_forget(case=case)
    Party.objects.filter(user=user).update(user=None, left_at=timezone.now())
    Case.objects.filter(asker=user).update(asker=None)
    Case.objects.filter(mediator=user).update(mediator=None)
    Step.objects.filter(actor=user).update(actor=None)


def _stays(user: User) -> list[Kept]:
    rest = Case.objects.filter(Q(asker=user) | Q(parties__user=user), forgotten_at__isnull=True).exclude(
        state=State.ASKED
    )
    if not rest.exists():
        return []
    return [
        Kept(
            _("what was said in mediations that are under way or just ended, without your account"),
            _("the other party and the mediator need it until the case is closed"),
            _("two years after the end of the case, or what its rules say"),
        )
    ]


def _due(before: dt.datetime) -> QuerySet[Case]:
    return Case.objects.filter(forget_on__lte=timezone.localdate(before), forgotten_at__isnull=True)


def _forget(rows: QuerySet[Case]) -> int:
    return sum(case_forget(case=one) for one in list(rows.order_by("pk")))


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="mediation.cases", title=_("Your mediations"), models=_MODELS, export=_export, erase=_erase, stays=_stays
    )
    common: dict[str, Any] = {
        "people": _("People who ask for a mediation, those invited, mediators"),
        "basis": Basis.PUBLIC_TASK,
    }
    retention.register(
        code="mediation.cases", title=_("Mediations"), purpose=_("Settle a difference with a service, in confidence."),
        data=_("What was told, written and proposed: sealed, read by the parties and the mediator alone."), lasts=Lasts(),
        after=_("Two years after the end of the case, or what its rules say."),
        models=("mediation.Case", "mediation.Party", "mediation.Step", "mediation.Message", "mediation.Proposal", "mediation.Reply"),
        due=_due, apply=_forget, **common,
    )  # fmt: skip
