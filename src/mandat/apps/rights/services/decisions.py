"""Decide: the record first, then the benefit and the fact, in one transaction."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.custody.records import canonical, digest, nonce
from mandat.apps.rights import records
from mandat.apps.rights.mention import mention_of
from mandat.apps.rights.models import Claim, Decision
from mandat.apps.rights.ruling import Ruling, rule_on
from mandat.apps.rights.schema import MONEY
from mandat.apps.rights.services.benefits import benefit_open, first_day
from mandat.apps.rights.services.evidence import plan_discards
from mandat.apps.rights.services.moving import fact, held, move, terms_of, today
from mandat.apps.rights.services.notices import notify
from mandat.apps.rights.terms import Terms
from mandat.apps.rulebook import recording
from mandat.kernel.delays import appeal_until
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

LONGEST_REASON = 4000
Outcome = Decision.Outcome
By = Decision.By


@transaction.atomic
def claim_decide(
    *, actor: User, claim: Claim, outcome: str, reason: str = "", amount: Decimal | None = None
) -> Decision:
    """An agent decides. ``reason`` is needed for a refusal, and wherever the decision departs from what the rule gives.

    ``amount`` (what each payment is) is needed where the rule cannot tell, and else departs from it. A claim that silence refused
    may still be decided expressly.
    """
    claim = held(claim)
    terms = terms_of(claim)
    if outcome not in Outcome.values:
        raise InputError(Text(f"décision inconnue : {outcome}", f"unknown decision: {outcome}"))
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise InputError(Text("motif trop long (4 000 caractères)", "reason too long (4,000 characters)"))
    ruling = rule_on(terms, claim.answers, as_of=judged_on(claim), programme=claim.programme)
    departs = ruling.eligible is not (outcome == Outcome.GRANTED)
    given = _amount(terms, ruling, outcome, amount)
    departs = departs or (given is not None and ruling.amount is not None and given != ruling.amount)
    if not reason and (departs or outcome == Outcome.REFUSED):
        raise InputError(
            Text(
                "dites pourquoi : un refus, ou une décision qui s'écarte de la règle, est motivé (CRPA L211-2)",
                "say why: a refusal, or a decision that departs from the rule, has its reasons (CRPA L211-2)",
            )
        )
    late = claim.state == "refused"
    last = claim.decisions.order_by("-rank").first() if late else None
    if late and (last is None or last.by != By.SILENCE):
        raise InputError(Text("cette demande est déjà décidée", "this claim is already decided"))
    name = {"granted": "grant", "refused": "refuse"}[outcome]
    move(claim, f"answer_{name}" if late else name, who="decider", actor=actor, reason=reason)
    return decided(claim, terms, ruling, outcome=outcome, by=By.AGENT, author=actor, reason=reason, amount=given)


def decide_automatically(claim: Claim, terms: Terms, ruling: Ruling) -> Decision:
    """The algorithm decides on a claim just sent (locked). Raises InputError unless the definition says so and carries the mention."""
    if terms.document.decision.by != "automatic" or ruling.eligible is None:
        raise InputError(Text("ce droit se décide par un agent", "this right is decided by an agent"))
    outcome = Outcome.GRANTED if ruling.eligible else Outcome.REFUSED
    move(claim, "grant" if ruling.eligible else "refuse", who="system", actor=None)
    return decided(claim, terms, ruling, outcome=outcome, by=By.AUTOMATIC, author=None, amount=ruling.amount)


def judged_on(claim: Claim) -> dt.date:
    """The day on which a claim's situation is judged: that of its sending."""
    return timezone.localdate(claim.submitted_at) if claim.submitted_at else today()


def _amount(terms: Terms, ruling: Ruling, outcome: str, amount: Decimal | None) -> Decimal | None:
    if outcome == Outcome.REFUSED:
        return None
    if terms.document.benefit.type not in MONEY:
        return ruling.amount
    given = ruling.amount if amount is None else amount
    if given is None:
        raise InputError(
            Text("indiquez le montant : la règle ne peut le dire", "give the amount: the rule cannot tell")
        )
    if given <= 0 or given >= 10**8 or given != given.quantize(Decimal("0.01")):
        raise InputError(Text("montant hors limites", "amount out of range"))
    return given


def decided(
    claim: Claim,
    terms: Terms,
    ruling: Ruling,
    *,
    outcome: str,
    by: str,
    author: User | None,
    reason: str = "",
    amount: Decimal | None = None,
    on_appeal: bool = False,
    on: dt.date | None = None,
) -> Decision:
    """Write the decision on a claim already moved and locked: record, fact, benefit, notice, what is to be discarded when.

    Every way of deciding ends here, so that no automatic decision leaves without its mention, whatever called it.
    """
    mention = mention_of(terms, by)
    if by == By.AUTOMATIC and mention is None:
        raise InputError(
            Text(
                "une décision automatique sans la mention de l'article L311-3-1 du CRPA est nulle : elle n'est pas prise",
                "an automatic decision without the mention of CRPA L311-3-1 is void: it is not made",
            )
        )
    now = timezone.now()
    day = on or timezone.localdate(now)
    claim.complete_on = claim.complete_on or day
    claim.due_on = None
    claim.save()
    claim.requests.filter(closed_on__isnull=True).update(closed_on=day)
    starts_on, ends_on = first_day(claim, terms, day)
    granted = outcome == Outcome.GRANTED
    rank = claim.decisions.count() + 1
    until = appeal_until(day, months=terms.document.appeals.gracious_months)
    record = _record(
        claim, terms, ruling, outcome=outcome, by=by, author=author, reason=reason, amount=amount, on_appeal=on_appeal,
        day=day, rank=rank, mention=mention, until=until,
    )  # fmt: skip
    if granted:
        record |= {"starts_on": starts_on, "ends_on": ends_on}
    text = canonical(record)
    sha256 = digest(text)
    entry = _fact(claim, terms, outcome, by, sha256, day, starts_on, ends_on, on_appeal)
    decision = Decision.objects.create(
        claim=claim,
        rank=rank,
        outcome=outcome,
        by=by,
        author=author,
        on_appeal=on_appeal,
        decided_at=now,
        decided_on=day,
        appeal_until=until,
        right=terms.code,
        right_version=terms.ref.version,
        rule=ruling.rule.code,
        rule_version=ruling.rule.ref.version,
        rule_digest=ruling.rule.ref.digest,
        mention=mention is not None,
        sha256=sha256,
        record=text,
        fact_index=entry.index,
    )
    if granted:
        benefit_open(decision, terms, starts_on=starts_on, ends_on=ends_on, amount=amount, unit=ruling.unit)
    plan_discards(
        claim,
        terms,
        decided_on=day,
        appeals_end=until,
        ends_on=ends_on if granted else None,
        final=by != By.SILENCE or granted,
    )
    notify(claim.claimant, "appeal" if on_appeal else "decided", claim.reference, key=f"{claim.reference}:{rank}")
    return decision


def _fact(
    claim: Claim, terms: Terms, outcome: str, by: str, sha256: str, day: dt.date,
    starts_on: dt.date, ends_on: dt.date | None, on_appeal: bool,
) -> journal.Entry:  # fmt: skip
    if outcome == Outcome.REFUSED:
        return fact("rights.refused.v1", terms, claim, on=day, by=by, record_sha256=sha256)
    common: dict[str, Any] = {"by": by, "record_sha256": sha256, "starts_on": starts_on.isoformat()}
    if ends_on is not None:
        common["ends_on"] = ends_on.isoformat()
    if claim.renews_id is not None:
        return fact("rights.renewed.v1", terms, claim, on=day, quantity=Decimal(1), unit="person", **common)
    return fact(
        "rights.granted.v1", terms, claim, on=day, quantity=Decimal(1), unit="person", on_appeal=on_appeal, **common
    )


def _record(
    claim: Claim, terms: Terms, ruling: Ruling, *, outcome: str, by: str, author: User | None, reason: str,
    amount: Decimal | None, on_appeal: bool, day: dt.date, rank: int, mention: dict[str, Any] | None, until: dt.date,
) -> dict[str, Any]:  # fmt: skip
    right, dropped = terms.document, records.discarded(terms.document)
    return {
        "format": records.FORMAT,
        "nonce": nonce(),
        "reference": claim.reference,
        "rank": rank,
        "outcome": outcome,
        "by": by,
        "author": author.name if author is not None else None,
        "on_appeal": on_appeal,
        "decided_on": day,
        "as_of": ruling.as_of,
        "applicant": int(claim.answers.get("demandeur", 0)),
        "right": {
            "code": terms.code,
            "version": terms.ref.version,
            "digest": terms.ref.digest,
            "title": right.title.fr,
        },
        "rule": recording.reference(ruling.rule),
        "parameters": ruling.parameters,
        "inputs": records.reduced_inputs(ruling.inputs, dropped),
        "steps": records.reduced_steps(ruling.steps, dropped),
        "eligible": ruling.eligible,
        "rule_amount": ruling.amount,
        "amount": amount,
        "unit": ruling.unit if amount is not None else "",
        "law": [basis.text for basis in right.decision.legal_basis],
        "facts": [text.fr for text in ruling.failed],
        "reason": reason,
        "mention": mention,
        "appeals": {
            "until": until,
            "months": right.appeals.gracious_months,
            "contentious_months": right.appeals.contentious_months,
            "court": right.appeals.court,
            "court_address": right.appeals.court_address,
            "answered_by": right.appeals.answered_by.fr,
        },
        "service": right.decision.service.fr,
        "authority": right.decision.authority.fr,
        "contact": right.decision.contact,
        "address": right.decision.address,
    }


def record_of(decision: Decision) -> dict[str, Any]:
    """The record, its digest verified. Raises InputError where it does not match, ErasedError where its key is destroyed."""
    text = decision.record
    if digest(text) != decision.sha256:
        raise InputError(Text("le dossier de cette décision a été modifié", "the record of this decision was altered"))
    loaded: dict[str, Any] = json.loads(text)
    return loaded
