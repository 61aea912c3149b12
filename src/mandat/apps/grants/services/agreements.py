"""From an award to a project under way: the agreement is sent and signed, or the decision notified where none is needed; then it may change.

What is awarded becomes legally due (engaged) when the agreement is signed or the decision notified. An agreement nobody signs lapses with
its award. An amendment gives more time, or takes money away: it never gives more, which takes a decision.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.custody import content, uploads
from mandat.apps.custody.models import StoredFile
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Allocation
from mandat.apps.grants import access, hooks
from mandat.apps.grants.machine import LIVE, State
from mandat.apps.grants.models import Agreement, Amendment, Case, Decision, PaymentRequest
from mandat.apps.grants.services import accounts_given, plans, small_aids
from mandat.apps.grants.services.moving import held, move, today
from mandat.apps.grants.services.stepping import step
from mandat.apps.grants.services.telling import tell_applicants
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

PURPOSE = "grants.agreement"
#: Months to sign an agreement once it is sent.
SIGN_MONTHS = 6
#: The longest a project may last, in years, amendments included.
LONGEST_YEARS = 15
LONGEST_REASON = 4000


def register() -> None:
    """Say to custody what the files of agreements are for."""
    uploads.purpose(
        PURPOSE,
        title=_("Signed agreements"),
        kinds=("pdf", "jpeg", "png"),
        largest=20 * uploads.MEGABYTE,
        may_read=_may_read,
        erasable=lambda stored: not Agreement.objects.filter(upload=stored).exists(),
    )
    assert set(content.KINDS) >= {"pdf", "jpeg", "png"}


def _may_read(user: Any, stored: StoredFile) -> bool:
    found = Agreement.objects.filter(upload=stored).select_related("case__applicant").first()
    return found is not None and access.may(user, found.case, "money")


@transaction.atomic
def agreement_send(*, actor: User, case: Case, starts_on: dt.date, ends_on: dt.date) -> Agreement:
    """Send the agreement to be signed; where none is required, notify the decision, which engages it at once.

    ``starts_on`` and ``ends_on`` are the days of the project. Sent again before it is signed, the new days replace the others.
    """
    case = held(case)
    access.require(actor, case, "examine")
    if case.state != State.AWARDED:
        raise InputError(Text("ce dossier n'attend pas de convention", "this case awaits no agreement"))
    _days(starts_on, ends_on)
    decision = award_of(case)
    amount = Decimal(case.awarded or 0) / 100
    required = plans.agreement_required(case, amount, decision.decided_on)
    day = today()
    agreement, _made = Agreement.objects.update_or_create(
        case=case,
        defaults={
            "required": required,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "sent_at": timezone.now(),
            "expires_on": add_months(day, SIGN_MONTHS) if required else None,
        },
    )
    step(case, "agreement-sent")
    if required:
        tell_applicants("agreement", case, key=f"{day:%Y%m%d}")
    else:
        _start(case, decision, agreement, actor=actor, on=day)
    return agreement


@transaction.atomic
def agreement_signed(*, actor: User, case: Case, signed_on: dt.date, upload: File[bytes] | None = None) -> Agreement:
    """Record that the agreement is signed, with its copy: what is awarded is engaged and the project under way."""
    case = held(case)
    access.require(actor, case, "examine")
    agreement = Agreement.objects.select_for_update(of=("self",)).filter(case=case).first()
    if agreement is None or agreement.sent_at is None or agreement.signed_on is not None or case.state != State.AWARDED:
        raise InputError(Text("aucune convention n'attend de signature", "no agreement awaits a signature"))
    if not timezone.localdate(agreement.sent_at) <= signed_on <= today():
        raise InputError(
            Text(
                "la date de signature est entre l'envoi et aujourd'hui",
                "the day of signature is between the sending and today",
            )
        )
    if upload is not None:
        agreement.upload = uploads.file_receive(actor=actor, subject=case.subject, upload=upload, purpose=PURPOSE)
    _start(case, award_of(case), agreement, actor=actor, on=signed_on)
    return agreement


def _start(case: Case, decision: Decision, agreement: Agreement, *, actor: User, on: dt.date) -> None:
    """The award is due from ``on``: engaged in the envelopes, accounts planned on the days of the project."""
    agreement.signed_on = on
    agreement.save()
    move(case, "start", who="instructor", actor=actor)
    case.save(update_fields=["state"])
    step(case, "agreement-signed")
    for allocation in Allocation.objects.filter(case=case.reference, awarded__gt=0).order_by("pk"):
        amount = Decimal(allocation.awarded) / 100
        funds.engage(allocation=allocation, amount=amount, key=f"engage:{decision.rank}", actor=f"user:{actor.pk}")
    accounts_given.accounts_schedule(case)
    hooks.in_force(case, on)


@transaction.atomic
def agreement_amend(
    *, actor: User, case: Case, signed_on: dt.date, reason: str, ends_on: dt.date | None = None,
    amount: Decimal | None = None,
) -> Amendment:  # fmt: skip
    """Record a signed amendment: a later end (``ends_on``), or less money (``amount`` is what is left, in euros), or both.

    What is taken away goes back to its envelope, and the public award is corrected. Raises InputError for more money, less than what is
    already ordered or paid, an earlier end, or no reason.
    """
    case = held(case)
    access.require(actor, case, "examine")
    agreement = Agreement.objects.select_for_update(of=("self",)).filter(case=case, signed_on__isnull=False).first()
    if agreement is None or case.state not in LIVE or agreement.ends_on is None or agreement.starts_on is None:
        raise InputError(Text("ce dossier n'a pas de convention en cours", "this case has no agreement in force"))
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise InputError(Text("un avenant dit pourquoi", "an amendment says why"))
    assert agreement.signed_on is not None
    if not agreement.signed_on <= signed_on <= today():
        raise InputError(
            Text("la date de l'avenant suit celle de la convention", "an amendment comes after its agreement")
        )
    longer = ends_on is not None and ends_on != agreement.ends_on
    if longer and ends_on is not None:
        if ends_on < agreement.ends_on:
            raise InputError(
                Text("un avenant ne raccourcit pas le projet", "an amendment does not end the project sooner")
            )
        _days(agreement.starts_on, ends_on)
    less = amount is not None and amount * 100 != case.awarded
    if not (longer or less):
        raise InputError(Text("cet avenant ne change rien", "this amendment changes nothing"))
    index = _reduce(case, amount, actor, reason) if less and amount is not None else None
    if longer and ends_on is not None:
        agreement.ends_on = ends_on
        agreement.save(update_fields=["ends_on"])
        accounts_given.accounts_schedule(case)
    entry = step(case, "agreement-amended")
    assert agreement.ends_on is not None
    return Amendment.objects.create(
        case=case, rank=case.amendments.count() + 1, ends_on=agreement.ends_on, amount=case.awarded, reason=reason,
        signed_on=signed_on, recorded_by=actor, recorded_at=timezone.now(), fact_index=entry.index if index is None else index,
    )  # fmt: skip


def _reduce(case: Case, amount: Decimal, actor: User, reason: str) -> int:
    """Take the award down to ``amount``. Returns the index of the fact that says so."""
    awarded = Decimal(case.awarded or 0) / 100
    if not amount.is_finite() or amount <= 0 or amount != euros(amount) or amount > awarded:
        raise InputError(
            Text(
                "un avenant ne donne pas plus : il faut une décision",
                "an amendment gives no more: that takes a decision",
            )
        )
    bound = PaymentRequest.objects.filter(case=case).exclude(state=PaymentRequest.State.REFUSED)
    asked = Decimal(sum(bound.order_by("pk").values_list("amount", flat=True))) / 100
    if amount < asked:
        raise InputError(Text(f"{asked} € sont déjà demandés ou versés", f"€{asked} are already asked for or paid"))
    journal.lock()
    left = awarded - amount
    rank = case.amendments.count() + 1
    for allocation in Allocation.objects.filter(case=case.reference, engaged__gt=0).order_by("pk"):
        part = min(left, Decimal(allocation.engaged) / 100)
        if part > 0:
            funds.release(
                allocation=allocation, state="engaged", amount=part, key=f"amend:{rank}", actor=f"user:{actor.pk}"
            )
            left -= part
    if left > 0:
        raise InputError(Text("l'enveloppe n'en garde pas autant", "the envelope does not hold as much"))
    case.awarded = int(amount * 100)
    case.save(update_fields=["awarded"])
    small_aids.correct(case, amount)
    standing = journal.entry(_standing_fact(case))
    [entry] = journal.append([journal.correction(standing, amount=amount)])
    return entry.index


def _standing_fact(case: Case) -> int:
    """The fact of the award as it stands, amendments included."""
    last = case.amendments.filter(amount__isnull=False).order_by("-rank")
    kinds = [(one.fact_index, journal.entry(one.fact_index).fact.kind) for one in last]
    return next((index for index, kind in kinds if kind == "grants.awarded.v1"), award_of(case).fact_index)


@transaction.atomic
def agreement_lapse(case: Case) -> bool:
    """The time to sign is over: the award lapses, its money goes back, the public award is withdrawn. False where nothing is due."""
    case = held(case)
    agreement = Agreement.objects.select_for_update(of=("self",)).filter(case=case).first()
    if (
        agreement is None
        or case.state != State.AWARDED
        or agreement.signed_on is not None
        or agreement.expires_on is None
        or agreement.expires_on >= today()
    ):
        return False
    journal.lock()
    move(case, "close", who="system", actor=None, reason="La convention n'a pas été signée à temps.")
    case.ended_at, case.due_on = timezone.now(), None
    case.save(update_fields=["state", "ended_at", "due_on"])
    accounts_given.rest_release(case, actor=None)
    case.accounts.filter(given_at__isnull=True).delete()
    small_aids.correct(case, Decimal(0))
    entry = journal.entry(award_of(case).fact_index)
    journal.append(
        [
            journal.withdrawal(
                entry, reason="La convention n'a pas été signée : l'aide est caduque.", occurred_on=today()
            )
        ]
    )
    tell_applicants("closed", case, key="lapsed")
    return True


def award_of(case: Case) -> Decision:
    """The decision that awards. Raises InputError where there is none."""
    found = case.decisions.filter(outcome=Decision.Outcome.AWARDED).defer("motive", "record").order_by("-rank").first()
    if found is None:
        raise InputError(Text("ce dossier n'est pas accordé", "this case is not awarded"))
    return found


def _days(starts_on: dt.date, ends_on: dt.date) -> None:
    if not starts_on <= ends_on <= add_months(starts_on, 12 * LONGEST_YEARS):
        raise InputError(
            Text(
                f"le projet finit après son début, et dure {LONGEST_YEARS} ans au plus",
                f"the project ends after it begins, and lasts {LONGEST_YEARS} years at most",
            )
        )
