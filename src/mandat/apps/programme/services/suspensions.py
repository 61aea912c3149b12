"""Suspend and resume commitments, withdraw and correct facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.programme.published import published
from mandat.apps.programme.services.checks import check_codes, check_day, with_measures
from mandat.apps.programme.standing import today
from mandat.facts import Fact
from mandat.journal import Entry
from mandat.journal.record import WITHDRAWN
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


@transaction.atomic
def fact_correct(*, actor: User, index: int, changes: Mapping[str, Any]) -> Entry:
    """Replace a fact by the same with ``changes`` (day, area, quantity, amount). The first one stays readable."""
    require(actor, "programme.fact_correct")
    old = journal.entry(index)
    if not set(changes) <= {"occurred_on", "area", "quantity", "amount"}:
        raise InputError(Text("ce champ ne se corrige pas", "this field cannot be corrected"))
    if not changes:
        raise InputError(Text("rien ne change", "nothing changes"))
    if old.fact.kind == WITHDRAWN or not old.fact.type.counts:
        raise InputError(Text("ce genre de fait ne se corrige pas", "facts of this kind cannot be corrected"))
    if "occurred_on" in changes:
        check_day(published(), changes["occurred_on"])
    for name in ("quantity", "amount"):
        if changes.get(name) is not None and changes[name] < 0 <= (getattr(old.fact, name) or 0):
            raise InputError(Text("une quantité n'est pas négative", "a quantity is not negative"))
    [entry] = journal.append([journal.correction(old, **changes)])
    return entry
