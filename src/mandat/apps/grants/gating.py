"""What must be there before a payment is made, line by line: each shown with its state, to the beneficiary and to the agent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from mandat.apps.grants.formulas import said
from mandat.apps.grants.limits import ACCOUNT_LAW, AGREEMENT_LAW
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Account, Agreement, BankDetails, Breach, Case, PaymentRequest, Piece
from mandat.apps.grants.owing import LEGAL_TITLE
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.money import Payment
from mandat.apps.grants.schema.scheme import Evidence
from mandat.apps.grants.services.subscribing import stake_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing a payment waits for. ``given``: the beneficiary has done their part; ``met``: an agent has found it good."""

    code: str
    label: Text
    given: bool
    met: bool
    law: Text | None = None


def payment_of(scheme: Scheme, code: str) -> Payment:
    """A payment of the plan. Raises InputError where there is none of this code."""
    found = next((payment for payment in scheme.payments if payment.code == code), None)
    if found is None:
        raise InputError(Text(f"versement inconnu : {code}", f"unknown payment: {code}"))
    return found


def evidence_for(case: Case, scheme: Scheme, payment: Payment) -> list[Evidence]:
    """What a payment asks for: what it names, and all of its stage whose condition is not known to be false."""
    asked = [
        one for one in scheme.evidence if one.code in payment.needs or (one.stage == payment.stage and not one.optional)
    ]
    known = said(case, scheme, [one.when for one in asked if one.when])
    return [one for one in asked if one.when is None or known[one.when] is not False]


def gates(case: Case, scheme: Scheme, payment: Payment) -> list[Gate]:
    """Everything one payment waits for, met or not. Ten short queries at most, whatever the plan."""
    from mandat.apps.grants.services.conditions import unmet

    found = [_state(case), _agreement(case), _bank(case), *_before(case, scheme, payment), *_stake(case, scheme)]
    pieces = list(case.pieces.filter(upload__isnull=False).exclude(verdict="rejected").order_by("pk"))
    found += [_piece(one.code, Text(one.label.fr, one.label.en), pieces) for one in evidence_for(case, scheme, payment)]
    found += _accounts(case, scheme, payment)
    if Breach.objects.filter(case=case, outcome="").exists():
        found.append(
            Gate("breach", Text("aucun manquement n'est examiné", "no breach is examined"), given=False, met=False)
        )
    found += [
        Gate(f"condition:{line.condition}", line.label, given=line.given, met=False)
        for line in unmet(case, payment.stage)
    ]
    return found


def _state(case: Case) -> Gate:
    live = case.state in (State.AWARDED, State.RUNNING)
    return Gate("state", Text("l'aide est en cours", "the aid is under way"), given=live, met=live)


def _agreement(case: Case) -> Gate:
    agreement = Agreement.objects.filter(case=case).first()
    needed = agreement is not None and agreement.required
    signed = agreement is not None and agreement.signed_on is not None
    met = signed or (not needed and case.state == State.RUNNING)
    return Gate(
        "agreement",
        Text("la convention est signée", "the agreement is signed")
        if needed
        else Text("la décision est notifiée", "the decision is notified"),
        given=met,
        met=met,
        law=AGREEMENT_LAW if needed else None,
    )


def _bank(case: Case) -> Gate:
    last = BankDetails.objects.filter(case=case).order_by("-id").first()
    label = Text("les coordonnées bancaires sont vérifiées", "the bank details are verified")
    return Gate("bank", label, given=last is not None and last.refused_at is None, met=last is not None and last.usable)


def _stake(case: Case, scheme: Scheme) -> list[Gate]:
    """What is called on shares waits for them to be in the register."""
    if scheme.type != "equity":
        return []
    taken = stake_of(case) is not None
    label = Text("les parts souscrites sont au registre", "the shares subscribed are in the register")
    return [Gate("stake", label, given=True, met=taken)]


def _before(case: Case, scheme: Scheme, payment: Payment) -> list[Gate]:
    """Payments go in the order of the plan: none overtakes one that still waits; none comes after the last."""
    codes = [one.code for one in scheme.payments]
    rank = codes.index(payment.code)
    live = dict(case.payments.exclude(state=PaymentRequest.State.REFUSED).order_by("pk").values_list("code", "state"))
    waiting = [code for code in codes[:rank] if live.get(code) not in (None, PaymentRequest.State.PAID)]
    after = [code for code in codes[rank + 1 :] if code in live]
    found = []
    if waiting:
        label = payment_of(scheme, waiting[0]).label
        found.append(
            Gate(
                "before",
                Text(f"le versement d'avant est fait : {label.fr}", f"the payment before is made: {label.en}"),
                given=False,
                met=False,
            )
        )
    if after:
        label = payment_of(scheme, after[0]).label
        found.append(
            Gate(
                "after",
                Text(
                    f"aucun versement suivant n'est demandé ({label.fr})",
                    f"no later payment was asked for ({label.en})",
                ),
                given=False,
                met=False,
            )
        )
    return found


def _piece(code: str, label: Text, pieces: Iterable[Piece]) -> Gate:
    mine = [piece for piece in pieces if piece.code == code]
    accepted = bool(mine) and all(piece.verdict == "accepted" for piece in mine)
    return Gate(f"piece:{code}", label, given=bool(mine), met=accepted)


def _accounts(case: Case, scheme: Scheme, payment: Payment) -> list[Gate]:
    """Accounts overdue, and those the payment names."""
    titles = {report.code: Text(report.label.fr, report.label.en) for report in scheme.reports}
    today = timezone.localdate()
    rows = list(Account.objects.filter(case=case).order_by("due_on", "pk"))
    found = []
    for code in payment.needs:
        if code not in titles:
            continue
        mine = [row for row in rows if row.code == code]
        given = any(row.given_at is not None for row in mine)
        met = any(row.accepted_at is not None for row in mine)
        found.append(Gate(f"account:{code}", titles[code], given=given, met=met))
    for row in rows:
        if row.due_on < today and row.accepted_at is None and row.code not in payment.needs:
            label = titles.get(row.code, LEGAL_TITLE)
            found.append(
                Gate(
                    f"account:{row.code}:{row.due_on.isoformat()}",
                    Text(f"{label.fr}, dû le {row.due_on:%d/%m/%Y}", f"{label.en}, due on {row.due_on:%d/%m/%Y}"),
                    given=row.given_at is not None,
                    met=False,
                    law=ACCOUNT_LAW,
                )
            )
    return found


def missing(lines: Iterable[Gate], *, checked: bool) -> list[Gate]:
    """What still lacks: before an agent looks (``checked`` False), what the beneficiary owes; else all that is not found good."""
    return [line for line in lines if not (line.met if checked else line.given)]
