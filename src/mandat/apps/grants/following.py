"""What follows one award, read for a page: payments and what they wait for, accounts, conditions, breaches, money to give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from mandat.apps.custody.sealing import readable, with_keys
from mandat.apps.grants.gating import Gate, gates
from mandat.apps.grants.machine import LIVE, OPEN, State
from mandat.apps.grants.models import Account, BankDetails, Breach, Case, FinalCost, PaymentRequest, Piece, Recovery
from mandat.apps.grants.owing import LEGAL_TITLE
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.money import Payment
from mandat.apps.grants.services import conditions, payments, recovery
from mandat.apps.grants.services.accounts_given import closing_lacks
from mandat.apps.grants.services.banking import bank_of
from mandat.apps.grants.services.evidence import proof_code
from mandat.apps.grants.services.moving import terms_of
from mandat.apps.grants.services.plans import PlanView, plan_of
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Due:
    """One payment of the plan. ``open``: it is the next to be asked for; ``amount`` what it is or would be, None where spending will say."""

    payment: Payment
    request: PaymentRequest | None
    gates: Sequence[Gate]
    open: bool
    amount: Decimal | None

    @property
    def needs_spending(self) -> bool:
        return self.payment.of == "spent"

    @property
    def askable(self) -> bool:
        return self.open and all(gate.given for gate in self.gates)

    @property
    def checkable(self) -> bool:
        return self.request is not None and all(gate.met for gate in self.gates)


@dataclass(frozen=True, slots=True)
class Owed:
    """An account due, with its title, what was given for it, and whether it is late."""

    account: Account
    title: Text
    pieces: Sequence[Piece]
    late: bool

    @property
    def open(self) -> bool:
        return self.account.accepted_at is None and (
            self.account.given_at is None or self.account.returned_at is not None
        )

    @property
    def waiting(self) -> bool:
        """Given, and not read yet."""
        return self.account.accepted_at is None and not self.open


@dataclass(frozen=True, slots=True)
class Bound:
    """A condition with the pieces given for it and its breach under way."""

    line: conditions.Line
    pieces: Sequence[Piece]
    breach: Breach | None
    code: str


@dataclass(frozen=True, slots=True)
class Bindings:
    """The conditions of a case alone, at any stage of its life. ``live``: they may still be shown."""

    bound: Sequence[Bound]
    live: bool


@dataclass(frozen=True, slots=True)
class Back:
    """Money to give back: what is left of it, in euros."""

    recovery: Recovery
    reason: str
    answer: str
    left: Decimal


@dataclass(frozen=True, slots=True)
class Followed:
    """All of it. ``bank`` is the account as its holder reads it, empty where it was erased or never given."""

    case: Case
    scheme: Scheme
    dues: Sequence[Due]
    paid: Decimal
    kept: Decimal
    bank: BankDetails | None
    account: dict[str, Any]
    evidence: Sequence[tuple[Any, Sequence[Piece]]]
    owed: Sequence[Owed]
    bound: Sequence[Bound]
    breaches: Sequence[Breach]
    backs: Sequence[Back]
    final: FinalCost | None
    plan: PlanView
    lacks: Sequence[Text]
    live: bool


def follow(case: Case) -> Followed:
    """Read everything that follows the award of a case. A bounded number of statements, whatever the case went through."""
    scheme = terms_of(case).document
    pieces = list(case.pieces.filter(upload__isnull=False).select_related("upload__subject").order_by("pk"))
    by_code: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_code.setdefault(piece.code, []).append(piece)
    bank = bank_of(case)
    breaches = with_keys(Breach.objects.filter(case=case).select_related("record", "case__subject").order_by("-pk"))
    later = [one for one in scheme.evidence if one.stage not in ("application", "instruction")]
    return Followed(
        case=case,
        scheme=scheme,
        dues=_dues(case, scheme),
        paid=Decimal(recovery.paid(case)) / 100,
        kept=Decimal(recovery.kept(case)) / 100,
        bank=bank,
        account=readable(bank, "account", {}) or {} if bank is not None else {},
        evidence=[(one, by_code.get(one.code, [])) for one in later],
        owed=_owed(case, scheme, by_code),
        bound=_bound(case, by_code, breaches),
        breaches=breaches,
        backs=_backs(case),
        final=FinalCost.objects.filter(case=case).first(),
        plan=plan_of(case),
        lacks=closing_lacks(case),
        live=case.state in LIVE,
    )


def bindings(case: Case) -> Bindings:
    """The conditions of a case, from its draft on."""
    by_code: dict[str, list[Piece]] = {}
    for piece in case.pieces.filter(upload__isnull=False).select_related("upload__subject").order_by("pk"):
        by_code.setdefault(piece.code, []).append(piece)
    breaches = with_keys(
        Breach.objects.filter(case=case, outcome="").select_related("record", "case__subject").order_by("pk")
    )
    return Bindings(_bound(case, by_code, breaches), case.state in (State.DRAFT, *OPEN, *LIVE))


def _bound(case: Case, pieces: dict[str, list[Piece]], breaches: Sequence[Breach]) -> list[Bound]:
    running = {breach.record.condition: breach for breach in breaches if not breach.outcome}
    found = []
    for line in conditions.lines(case):
        code = proof_code(line.condition)
        found.append(Bound(line, pieces.get(code, []), running.get(line.condition), code))
    return found


def _dues(case: Case, scheme: Scheme) -> list[Due]:
    live = {row.code: row for row in case.payments.exclude(state=PaymentRequest.State.REFUSED).order_by("pk")}
    found, opened = [], case.state not in LIVE
    for payment in scheme.payments:
        request = live.get(payment.code)
        is_open = request is None and not opened
        opened = opened or is_open
        waits = is_open or (request is not None and request.state == PaymentRequest.State.ASKED)
        amount = Decimal(request.amount) / 100 if request is not None else None
        if amount is None and payment.of == "award":
            amount = Decimal(max(payments.due_now(case, payment.code, None), 0)) / 100
        found.append(Due(payment, request, gates(case, scheme, payment) if waits else (), is_open, amount))
    return found


def title_of(scheme: Scheme, code: str) -> Text:
    """The name of an account: the scheme's, or the law's own."""
    return next((Text(one.label.fr, one.label.en) for one in scheme.reports if one.code == code), LEGAL_TITLE)


def _owed(case: Case, scheme: Scheme, pieces: dict[str, list[Piece]]) -> list[Owed]:
    today = timezone.localdate()
    rows = case.accounts.order_by("due_on", "pk")
    return [
        Owed(row, title_of(scheme, row.code), pieces.get(row.code, []), row.due_on < today and row.accepted_at is None)
        for row in rows
    ]


def _backs(case: Case) -> list[Back]:
    rows = with_keys(case.recoveries.select_related("case__subject").order_by("-pk"))
    return [
        Back(
            row, readable(row, "reason", "") or "", readable(row, "answer", "") or "", Decimal(recovery.owed(row)) / 100
        )
        for row in rows
    ]
