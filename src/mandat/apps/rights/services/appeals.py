"""Recours gracieux: the administration is asked to decide anew. Never by an algorithm, never by who decided first."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.rights.machine import State
from mandat.apps.rights.models import Appeal, Claim, Decision
from mandat.apps.rights.ruling import rule_on
from mandat.apps.rights.services.decisions import decided, judged_on
from mandat.apps.rights.services.moving import fact, held, move, terms_of, today
from mandat.apps.rights.services.notices import notify
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months, in_words
from mandat.kernel.text import Text

LONGEST = 6000
#: Silence on an appeal for two months rejects it (CRPA L231-4, 2°; CJA R421-2).
SILENCE_MONTHS = 2


@transaction.atomic
def appeal_lodge(*, actor: User, claim: Claim, grounds: str) -> Appeal:
    """Contest the last decision. Raises InputError once the delay is over, or where that decision was already contested."""
    claim = held(claim)
    require(actor, "rights.claim")
    terms = terms_of(claim)
    grounds = grounds.strip()
    if not grounds or len(grounds) > LONGEST:
        raise InputError(Text("dites pourquoi, en 6 000 caractères au plus", "say why, in at most 6,000 characters"))
    decision = claim.decisions.order_by("-rank").first()
    if decision is None or decision.on_appeal or Appeal.objects.filter(decision=decision).exists():
        raise InputError(
            Text("cette décision ne peut plus être contestée ici", "this decision can no more be contested here")
        )
    if today() > decision.appeal_until:
        words = in_words(decision.appeal_until)
        raise InputError(
            Text(f"le délai de recours a pris fin le {words.fr}", f"the time to appeal ended on {words.en}")
        )
    move(claim, "appeal", who="claimant", actor=actor)
    day = today()
    appeal = Appeal.objects.create(
        decision=decision, lodged_at=timezone.now(), grounds=grounds, due_on=add_months(day, SILENCE_MONTHS)
    )
    claim.due_on = appeal.due_on
    claim.save()
    fact("rights.appealed.v1", terms, claim)
    return appeal


def _waiting(claim: Claim) -> Appeal:
    appeal = (
        Appeal.objects.select_for_update(of=("self",))
        .select_related("decision")
        .filter(decision__claim=claim, outcome="")
        .first()
    )
    if appeal is None:
        raise InputError(Text("aucun recours n'attend ici", "no appeal waits here"))
    return appeal


@transaction.atomic
def appeal_decide(
    *, actor: User, claim: Claim, accept: bool, reason: str, amount: Decimal | None = None
) -> Decision | None:
    """Another agent answers an appeal. Accepted, a new decision grants the right (or ``amount``); rejected, the first one stands.

    Returns the new decision, None where there is none.
    """
    claim = held(claim)
    require(actor, "rights.appeal_decide")
    appeal = _waiting(claim)
    before = appeal.decision
    if before.author_id == actor.pk:
        raise InputError(
            Text(
                "vous avez pris la décision contestée : une autre personne tranche le recours",
                "you made the contested decision: someone else decides the appeal",
            )
        )
    reason = reason.strip()
    if not reason or len(reason) > LONGEST:
        raise InputError(Text("la réponse à un recours est motivée", "the answer to an appeal has its reasons"))
    terms = terms_of(claim)
    if not accept:
        name = "appeal_reject_grant" if before.outcome == Decision.Outcome.GRANTED else "appeal_reject"
        move(claim, name, who="appeal", actor=actor, reason=reason)
        claim.due_on = None
        claim.save()
        _close(appeal, "rejected", actor, reason)
        fact("rights.appeal_decided.v1", terms, claim, outcome="rejected", by="agent")
        notify(claim.claimant, "appeal", claim.reference, key=f"{claim.reference}:r{before.rank}")
        return None
    ruling = rule_on(terms, claim.answers, as_of=judged_on(claim), programme=claim.programme)
    given = amount if amount is not None else ruling.amount
    if terms.document.outputs.amount is not None and terms.document.benefit.paid_by is not None and not given:
        raise InputError(
            Text("indiquez le montant : la règle ne peut le dire", "give the amount: the rule cannot tell")
        )
    move(claim, "appeal_accept", who="appeal", actor=actor, reason=reason)
    _close(appeal, "accepted", actor, reason)
    made = decided(
        claim, terms, ruling, outcome="granted", by="agent", author=actor, reason=reason, amount=given, on_appeal=True
    )
    fact("rights.appeal_decided.v1", terms, claim, outcome="accepted", by="agent", record_sha256=made.sha256)
    return made


@transaction.atomic
def appeal_drop(*, actor: User, claim: Claim) -> None:
    """The person takes the appeal back; the decision stands."""
    claim = held(claim)
    appeal = _waiting(claim)
    granted = appeal.decision.outcome == Decision.Outcome.GRANTED
    move(claim, "appeal_drop_grant" if granted else "appeal_drop", who="claimant", actor=actor)
    claim.due_on = None
    claim.save()
    _close(appeal, "dropped", None, "")
    fact("rights.appeal_dropped.v1", terms_of(claim), claim)


def appeal_silence(claim: Claim) -> bool:
    """Two months without an answer reject an appeal; the clock says so. False where it was answered meanwhile."""
    with transaction.atomic():
        claim = held(claim)
        if claim.state != State.APPEALED or claim.due_on is None or claim.due_on >= today():
            return False
        appeal = _waiting(claim)
        granted = appeal.decision.outcome == Decision.Outcome.GRANTED
        move(claim, "appeal_reject_grant" if granted else "appeal_reject", who="system", actor=None)
        claim.due_on = None
        claim.save()
        _close(appeal, "rejected", None, "")
        fact("rights.appeal_decided.v1", terms_of(claim), claim, outcome="rejected", by="silence")
        notify(claim.claimant, "appeal", claim.reference, key=f"{claim.reference}:r{appeal.decision.rank}")
        return True


def _close(appeal: Appeal, outcome: str, actor: User | None, reason: str) -> None:
    appeal.outcome = outcome
    appeal.decided_by = actor
    appeal.decided_at = timezone.now()
    appeal.reason = reason
    appeal.save()
