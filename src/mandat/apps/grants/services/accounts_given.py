"""Accounts a beneficiary owes: scheduled from the decision, given with their evidence, accepted or sent back; and the closing of a case.

Which accounts a case owes is in ``owing``.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Allocation
from mandat.apps.grants import access
from mandat.apps.grants.machine import LIVE
from mandat.apps.grants.models import Account, Agreement, Case, Message, PaymentRequest, Recovery
from mandat.apps.grants.services import awards, recovery, small_aids
from mandat.apps.grants.services.moving import fact, held, move, terms_of, today
from mandat.apps.grants.services.stepping import step
from mandat.apps.grants.services.telling import tell_applicants
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

#: A beneficiary is reminded so many days before an account is due, then every so many days once it is late.
REMIND_BEFORE, REMIND_EVERY = 30, 30
#: How long a project lasts where its agreement does not say.
USUAL_MONTHS = 12


def period(case: Case) -> tuple[dt.date, dt.date]:
    """First and last day of the project: of its agreement, else a year from the decision."""
    agreement = Agreement.objects.filter(case=case).first()
    decided = timezone.localdate(case.decided_at) if case.decided_at is not None else today()
    starts = (agreement.starts_on or agreement.signed_on or decided) if agreement is not None else decided
    ends = agreement.ends_on if agreement is not None else None
    return starts, ends or add_months(starts, USUAL_MONTHS) - dt.timedelta(days=1)


@transaction.atomic
def accounts_schedule(case: Case) -> None:
    """Write down the accounts a case owes for the days of its agreement, in the place of those planned and not given yet."""
    starts, ends = period(case)
    awards.accounts_schedule([(case, terms_of(case).document)], starts_on=starts, ends_on=ends)


def _held(account: Account) -> tuple[Case, Account]:
    case = held(account.case)
    found = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    found.case = case
    return case, found


@transaction.atomic
def account_give(*, actor: User, account: Account) -> Account:
    """Give an account: its evidence (a piece of its code) is there and not refused."""
    case, account = _held(account)
    access.require(actor, case, "edit")
    if account.accepted_at is not None or (account.given_at is not None and account.returned_at is None):
        raise InputError(Text("ce compte rendu est déjà donné", "this account is given already"))
    pieces = case.pieces.filter(code=account.code, upload__isnull=False).exclude(verdict="rejected")
    if account.returned_at is not None:
        pieces = pieces.filter(added_at__gt=account.returned_at)
    if not pieces.exists():
        raise InputError(Text("joignez d'abord le document", "first add the document"))
    account.given_at, account.returned_at = timezone.now(), None
    account.save(update_fields=["given_at", "returned_at"])
    step(case, "account-given")
    return account


@transaction.atomic
def account_accept(*, actor: User, account: Account) -> Account:
    """An agent has read an account and finds it good; its documents are accepted with it."""
    case, account = _held(account)
    access.require(actor, case, "examine")
    if account.given_at is None or account.accepted_at is not None or account.returned_at is not None:
        raise InputError(Text("ce compte rendu n'attend pas de lecture", "this account is not waiting to be read"))
    account.accepted_at, account.accepted_by = timezone.now(), actor
    account.save(update_fields=["accepted_at", "accepted_by"])
    case.pieces.filter(code=account.code, verdict="").update(
        verdict="accepted", judged_by=actor, judged_at=account.accepted_at
    )
    step(case, "account-accepted")
    return account


@transaction.atomic
def account_return(*, actor: User, account: Account, reason: str) -> Account:
    """Send an account back: the beneficiary reads why, and gives it again."""
    case, account = _held(account)
    access.require(actor, case, "examine")
    if account.given_at is None or account.accepted_at is not None or account.returned_at is not None:
        raise InputError(Text("ce compte rendu n'attend pas de lecture", "this account is not waiting to be read"))
    if not reason.strip():
        raise InputError(Text("dites pourquoi", "say why"))
    Message.objects.create(case=case, author=actor, from_service=True, text=reason.strip()[:10_000], at=timezone.now())
    account.returned_at = timezone.now()
    account.save(update_fields=["returned_at"])
    step(case, "account-returned")
    tell_applicants("account_back", case, key=f"returned:{account.pk}:{account.returned_at.timestamp()}")
    return account


def account_remind(account: Account) -> bool:
    """Remind of an account due soon, or late: once before, then every month. False where nothing is to be said today."""
    with transaction.atomic():
        case, account = _held(account)
        if case.state not in LIVE or (account.given_at is not None and account.returned_at is None):
            return False
        soonest = account.due_on - dt.timedelta(days=REMIND_BEFORE)
        last = account.reminded_on
        if last is None:
            say = today() >= soonest
        else:
            after = max(last + dt.timedelta(days=REMIND_EVERY), account.due_on + dt.timedelta(days=1))
            say = today() >= after
        if not say:
            return False
        account.reminded_on = today()
        account.save(update_fields=["reminded_on"])
        tell_applicants("account_due", case, key=f"late:{account.pk}:{today().isoformat()}")
        return True


def closing_lacks(case: Case) -> list[Text]:
    """What stands in the way of closing a case."""
    found = []
    waiting = (PaymentRequest.State.ASKED, PaymentRequest.State.CHECKED, PaymentRequest.State.ORDERED)
    if case.payments.filter(state__in=waiting).exists():
        found.append(Text("un versement est en cours", "a payment is under way"))
    if case.accounts.filter(accepted_at__isnull=True).exists():
        found.append(Text("un compte rendu n'est pas accepté", "an account is not accepted"))
    if case.breaches.filter(outcome="").exists():
        found.append(Text("un manquement est examiné", "a breach is examined"))
    if case.recoveries.filter(state__in=(Recovery.State.ANNOUNCED, Recovery.State.ORDERED)).exists():
        found.append(Text("de l'argent reste à rendre", "money is still to be given back"))
    final = getattr(case, "final_cost", None)
    if final is not None and final.retained is None:
        found.append(Text("le coût final n'est pas retenu", "the final cost is not retained"))
    return found


@transaction.atomic
def case_close(*, actor: User, case: Case, reason: str = "") -> Case:
    """Close a case: what is not paid goes back to its envelope, the de minimis aid becomes what was paid and kept.

    Raises InputError for what still stands in the way (all of it at once). Closing with less than the award says why.
    """
    case = held(case)
    access.require(actor, case, "examine")
    lacks = closing_lacks(case)
    if lacks:
        raise InputError(Text(" ; ".join(text.fr for text in lacks), "; ".join(text.en for text in lacks)))
    kept = recovery.kept(case)
    if kept < (case.awarded or 0) and not reason.strip():
        raise InputError(
            Text(
                "tout n'est pas versé : dites pourquoi le dossier est clos",
                "not all is paid: say why the case is closed",
            )
        )
    move(case, "close", who="instructor", actor=actor, reason=reason.strip())
    case.ended_at, case.due_on = timezone.now(), None
    case.save(update_fields=["state", "ended_at", "due_on"])
    released = rest_release(case, actor=actor)
    small_aids.correct(case, Decimal(kept) / 100)
    terms = terms_of(case)
    fact(
        "grants.closed.v1", case, terms, amount=Decimal(kept) / 100, scheme=case.scheme, title=terms.document.title.fr,
        award=case.reference, released=str(released),
    )  # fmt: skip
    tell_applicants("closed", case, key="closed")
    return case


def rest_release(case: Case, *, actor: User | None) -> Decimal:
    """Give what a case holds and will not receive back to its envelopes: for a closing, a withdrawal. Returns how much, in euros."""
    journal.lock()
    who = f"user:{actor.pk}" if actor is not None else ""
    total = 0
    for allocation in Allocation.objects.filter(case=case.reference).select_related("envelope").order_by("pk"):
        for state in ("reserved", "awarded", "engaged"):
            cents = getattr(allocation, state)
            if cents:
                funds.release(
                    allocation=allocation, state=state, amount=Decimal(cents) / 100,
                    key=f"release:{case.pk}:{state}:{allocation.pk}", actor=who,
                )  # fmt: skip
                total += cents
    return Decimal(total) / 100
