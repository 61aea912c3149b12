"""Where a beneficiary is paid: given by the beneficiary, verified by an agent against its proof, replaced and never changed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import LIVE, State
from mandat.apps.grants.models import BankDetails, Case, PaymentRequest
from mandat.apps.grants.services.moving import held
from mandat.apps.grants.services.stepping import step
from mandat.apps.ledger.payments.sepa import checked_bic, checked_iban, written
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def bank_of(case: Case) -> BankDetails | None:
    """The account that counts: the last one given."""
    return case.bank_details.select_related("case__subject").order_by("-id").first()


@transaction.atomic
def bank_give(*, actor: User, case: Case, name: str, iban: str, bic: str = "") -> BankDetails:
    """Say where to pay. What was checked for another account is checked anew; the same account again changes nothing.

    Raises InputError for a wrong IBAN or BIC, or a name no bank can read; none of the messages repeats the number.
    """
    case = held(case)
    access.require(actor, case, "edit")
    if case.state not in LIVE:
        raise InputError(Text("aucun versement n'est attendu", "no payment is awaited"))
    account = {"name": name.strip(), "iban": checked_iban(iban), "bic": checked_bic(bic)}
    written(account["name"], most=70)
    if len(account["name"]) > 140:
        raise InputError(Text("le nom du titulaire est trop long", "the holder's name is too long"))
    known = bank_of(case)
    if known is not None and known.refused_at is None and known.account == account:
        return known
    given = BankDetails.objects.create(
        case=case,
        account=account,  # type: ignore[misc]
        hint=account["iban"][-4:],
        given_at=timezone.now(),
        given_by=actor,
    )
    # What waits for the bank's file was checked for the account of before.
    case.payments.filter(state=PaymentRequest.State.CHECKED).update(
        state=PaymentRequest.State.ASKED, checked_at=None, checked_by=None, bank=None
    )
    step(case, "bank-details-given")
    return given


@transaction.atomic
def bank_verify(*, actor: User, details: BankDetails) -> BankDetails:
    """An agent has compared the account with its proof (holder and number). Raises InputError where another one was given since."""
    case = held(details.case)
    access.require(actor, case, "examine")
    last = bank_of(case)
    if last is None or last.pk != details.pk or last.refused_at is not None:
        raise InputError(
            Text("ces coordonnées ne sont plus celles du dossier", "these bank details are no longer the case's")
        )
    if last.given_by_id == actor.pk or case.state not in (*LIVE, State.CLOSED):
        raise InputError(Text("un autre agent vérifie ces coordonnées", "another agent verifies these bank details"))
    if last.verified_at is None:
        last.verified_at, last.verified_by = timezone.now(), actor
        last.save(update_fields=["verified_at", "verified_by"])
        step(case, "bank-details-verified")
    return last
