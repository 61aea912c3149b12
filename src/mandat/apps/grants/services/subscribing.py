"""Shares subscribed for a case: what is engaged becomes a stake in the register, before any of it is called."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction

from mandat.apps.accounts.models import User
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Allocation, Stake
from mandat.apps.grants import access
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case
from mandat.apps.grants.services.moving import held, terms_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def stake_of(case: Case) -> Stake | None:
    """The stake a case led to."""
    return Stake.objects.filter(programme=case.programme, reference=case.reference).first()


@transaction.atomic
def stake_subscribe(*, actor: User, case: Case, shares: int, price: Decimal, on: dt.date) -> Stake:
    """Enter ``shares`` subscribed at ``price`` euros each on a day. The same entry twice is one; the register tells the fact.

    Raises InputError where the scheme takes no stake, the agreement is not in force, nobody is named to hold shares in, or less is
    engaged than they cost; PermissionDenied but for those who pay on the scheme.
    """
    case = held(case)
    access.require(actor, case, "pay")
    if terms_of(case).document.type != "equity":
        raise InputError(Text("ce dispositif ne prend pas de parts", "this scheme takes no shares"))
    if case.state != State.RUNNING:
        raise InputError(
            Text("les parts se souscrivent une fois la convention signée", "shares are subscribed once the agreement is signed")
        )  # fmt: skip
    allocation = Allocation.objects.filter(case=case.reference).order_by("pk").first()
    if allocation is None or case.applicant is None:
        raise InputError(Text("aucune société n'est au dossier", "the case names no company"))
    return funds.stake_take(
        allocation=allocation, company=case.applicant, shares=shares, price=price, on=on, key="subscribe",
        actor=f"user:{actor.pk}",
    )  # fmt: skip
