"""Suspend and resume commitments, withdraw facts."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.programme.published import published
from mandat.apps.programme.services.checks import check_codes, check_day, with_measures
from mandat.apps.programme.standing import today
from mandat.facts import Fact
from mandat.journal import Entry
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def commitment_suspend(
    *, actor: User, commitment: str, on: dt.date, reason: str, decision: str = "", synthetic: bool = False
) -> Entry:
    """Suspend a commitment by a reasoned decision."""
    return _turn("suspended", actor, commitment, on, reason, decision, synthetic)


def commitment_resume(*, actor: User, commitment: str, on: dt.date, reason: str, synthetic: bool = False) -> Entry:
    """End the suspension of a commitment."""
    return _turn("resumed", actor, commitment, on, reason, "", synthetic)


@transaction.atomic
def _turn(turn: str, actor: User, commitment: str, on: dt.date, reason: str, decision: str, synthetic: bool) -> Entry:
    require(actor, "programme.commitment_suspend")
    current = published()
    check_day(current, on)
    check_codes(current, (), (commitment,))
    if len(reason.strip()) < 10:
        raise InputError(Text("donnez le motif en une phrase", "give the reason in a sentence"))
    data = {"reason": reason.strip(), **({"decision": decision} if turn == "suspended" else {})}
    fact = Fact(
        kind=f"programme.commitment_{turn}.v1",
        occurred_on=on,
        programme=current.code,
        measures=with_measures((), (commitment,)),
        commitments=(commitment,),
        definition=current.ref("commitment", commitment),
        data=data,
        synthetic=synthetic,
    )
    [entry] = journal.append([fact])
    return entry


@transaction.atomic
def fact_withdraw(*, actor: User, index: int, reason: str) -> Entry:
    """Withdraw a fact: it stays readable and no longer counts."""
    require(actor, "programme.fact_correct")
    if len(reason.strip()) < 10:
        raise InputError(Text("donnez le motif en une phrase", "give the reason in a sentence"))
    old = journal.entry(index)
    [entry] = journal.append([journal.withdrawal(old, reason=reason.strip(), occurred_on=today())])
    return entry
