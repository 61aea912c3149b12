"""Acts on loans: release, receive repayments, repay early, put off, write off.

Each is recorded once a ``key`` and moves the ledger in the same transaction. The loan's account holds what is still owed: the
ledger itself refuses that more comes back than went out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db import transaction

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.funds import plans, telling
from mandat.apps.funds.arrears import Received, borne, overdue, received
from mandat.apps.funds.books import kept_account
from mandat.apps.funds.models import Allocation, DueLine, Loan, LoanMove
from mandat.apps.funds.plans import Line, LoanTerms
from mandat.apps.funds.services.allocating import pay
from mandat.apps.ledger.models import major
from mandat.apps.ledger.services import minor, post
from mandat.apps.organisations.models import Organisation
from mandat.apps.programme.standing import today
from mandat.kernel.errors import InputError
from mandat.kernel.money import ZERO, euros
from mandat.kernel.text import Text

Reason = Literal["hardship", "disaster", "insolvency", "death", "other"]


@dataclass(slots=True)
class _Held:
    """A loan locked for an act, with its plan in force and what happened to it."""

    loan: Loan
    lines: list[Line]
    moves: list[LoanMove]
    #: Whether what ends the loan is that the rest is given up.
    given_up: bool = False

    @property
    def received(self) -> Received:
        return received(self.moves)

    @property
    def settled(self) -> list[plans.Settled]:
        return plans.settle(self.lines, self.loan.paid)


@transaction.atomic
def loan_release(
    *,
    allocation: Allocation,
    beneficiary: Organisation | None,
    amount: Decimal,
    on: dt.date,
    year: int,
    terms: LoanTerms,
    key: str,
    type: Literal["loan", "advance"] = "loan",  # the field's word
    actor: str = "",
) -> Loan:
    """Pay ``amount`` of a loan on the credits of ``year`` and write when it comes back. ``beneficiary`` None: a natural person.

    The first release opens the loan under ``terms``; a further one adds to what is owed over the days still to come. Called by the
    acts on cases, which check permissions. Raises InputError where the envelope lacks the money or the terms make no loan.
    """
    _money(amount)
    _not_future(on)
    journal.lock()
    pay(allocation=allocation, amount=amount, year=year, key=key, actor=actor)
    envelope = allocation.envelope
    loan, opened = Loan.objects.get_or_create(
        programme=envelope.programme,
        reference=allocation.case,
        defaults={
            "allocation": allocation, "organisation": beneficiary, "type": type, "rate": terms.rate,
            "late_rate": terms.late_rate, "every_months": terms.every_months, "repayment": terms.kind,
            "released_on": on, "synthetic": envelope.synthetic,
        },
    )  # fmt: skip
    held = _lock(loan)
    if _done(held, key, LoanMove.Kind.RELEASED, principal=amount) is not None:
        return held.loan
    if held.loan.allocation_id != allocation.pk or held.loan.state != Loan.State.RUNNING:
        raise InputError(Text("ce prêt n'est plus ouvert", "this loan is not open any more"))
    cents = minor(amount, "EUR")
    _post(held.loan, key, "released", {"lent": -amount, "owed": amount})
    if opened:
        lines = plans.first_plan(terms, amount, on)
    else:
        lines = plans.replan(held.lines, held.loan.paid, pace=held.loan.pace, on=on, balance=held.loan.balance + amount)
    held.loan.lent += cents
    move = _record(held, key, LoanMove.Kind.RELEASED, on, actor, principal=cents)
    _plan(held, lines, first=opened)
    telling.loan_told(held.loan, move, rate=held.loan.rate, ends_on=held.loan.ends_on)
    return held.loan


@transaction.atomic
def repayment_record(
    *, actor: User, loan: Loan, amount: Decimal, on: dt.date, reference: str, late: Decimal = ZERO
) -> LoanMove:
    """Record what came in: ``amount`` settles the oldest lines first, ``late`` is late interest paid beside.

    ``reference`` is the bank's or the treasury's: recorded once, whoever tries again. Raises InputError for more than is owed.
    """
    require(actor, "funds.recover")
    key = _reference(reference)
    _money(amount + late)
    if amount < 0 or late < 0 or amount != euros(amount):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))
    _not_future(on)
    journal.lock()
    held = _lock(loan)
    if (before := _done(held, key, LoanMove.Kind.REPAID, total=amount + late)) is not None:
        return before
    _running(held.loan, on)
    left = plans.owed(held.lines, held.loan.paid)
    if amount > left:
        raise InputError(Text(f"il ne reste que {left} € à rembourser", f"only €{left} remain to be repaid"))
    owed = overdue(held.loan, held.lines, held.received, on).interest
    if late > owed:
        raise InputError(Text(f"les intérêts de retard dus sont de {owed} €", f"late interest owed is €{owed}"))
    principal, interest = plans.split(held.lines, held.loan.paid, amount)
    return _receive(held, key, LoanMove.Kind.REPAID, on, actor, principal, interest, late)


@transaction.atomic
def early_repayment_record(
    *, actor: User, loan: Loan, principal: Decimal, on: dt.date, reference: str, keep: plans.Keep = "term"
) -> LoanMove:
    """Record principal repaid ahead of its days, with the interest it bore since the last one (``early_amount``).

    The rest is spread over the same days (``term``) or ends sooner with payments of the same size (``payment``). Raises InputError where
    a line is overdue or due that day, which is settled first, and for more than is owed.
    """
    require(actor, "funds.recover")
    key = _reference(reference)
    _money(principal)
    _not_future(on)
    journal.lock()
    held = _lock(loan)
    if (before := _done(held, key, LoanMove.Kind.EARLY, principal=principal)) is not None:
        return before
    _running(held.loan, on)
    if any(one.left and one.line.due <= on for one in held.settled):
        raise InputError(
            Text("enregistrez d'abord les échéances dues à ce jour", "first record the instalments due by that day")
        )
    if held.moves and on < max(move.on for move in held.moves):
        raise InputError(Text("un versement plus récent est déjà enregistré", "a later payment is already recorded"))
    if principal > held.loan.balance:
        raise InputError(
            Text(f"il reste {held.loan.balance} € à rembourser", f"€{held.loan.balance} remain to be repaid")
        )
    line = Line(on, principal, _early_interest(held, principal, on), early=True)
    balance = held.loan.balance - principal
    lines = plans.replan(held.lines, held.loan.paid, pace=held.loan.pace, on=on, balance=balance, keep=keep, early=line)
    return _receive(held, key, LoanMove.Kind.EARLY, on, actor, principal, line.interest, ZERO, lines=lines)


def early_amount(*, loan: Loan, principal: Decimal, on: dt.date) -> Decimal:
    """What must come in on ``on`` for ``principal`` to be repaid ahead: its interest included."""
    held = _Held(loan, _in_force(loan), [])
    return principal + _early_interest(held, principal, on)


def _early_interest(held: _Held, principal: Decimal, on: dt.date) -> Decimal:
    return plans.early_interest(held.lines, principal, pace=held.loan.pace, released_on=held.loan.released_on, on=on)


@transaction.atomic
def loan_defer(*, actor: User, loan: Loan, months: int, on: dt.date, reason: Reason, motive: str, key: str) -> LoanMove:
    """Put off what is still owed, overdue lines included, by ``months``. Interest of the loan runs; late interest so far stays owed."""
    require(actor, "funds.loan_decide")
    _motive(motive)
    _not_future(on)
    journal.lock()
    held = _lock(loan)
    if (before := _done(held, key, LoanMove.Kind.DEFERRED)) is not None:
        return before
    _running(held.loan, on)
    count, odd = divmod(months, held.loan.every_months)
    if odd or not 1 <= months <= 60:
        raise InputError(
            Text(
                f"un différé est un multiple de {held.loan.every_months} mois, 60 au plus",
                f"a deferral is a multiple of {held.loan.every_months} months, 60 at most",
            )
        )
    if not held.loan.balance:
        raise InputError(Text("il ne reste rien à rembourser", "nothing remains to be repaid"))
    lines = plans.replan(held.lines, held.loan.paid, pace=held.loan.pace, on=on, balance=held.loan.balance, later=count)
    move = _record(held, key, LoanMove.Kind.DEFERRED, on, _who(actor), reason=reason, motive=motive.strip())
    _plan(held, lines, on=on)
    telling.loan_told(held.loan, move, months=months, reason=reason, ends_on=held.loan.ends_on)
    return move


@transaction.atomic
def loan_write_off(
    *, actor: User, loan: Loan, amount: Decimal, on: dt.date, reason: Reason, motive: str, key: str
) -> LoanMove:
    """Give up ``amount`` of the principal owed, and the late interest owed with it. The whole: the loan ends, its interest with it."""
    require(actor, "funds.loan_decide")
    _motive(motive)
    _not_future(on)
    if amount < 0 or amount != euros(amount):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))
    journal.lock()
    held = _lock(loan)
    if (before := _done(held, key, LoanMove.Kind.WRITTEN_OFF, principal=amount)) is not None:
        return before
    _running(held.loan, on)
    if amount > held.loan.balance:
        raise InputError(
            Text(f"il reste {held.loan.balance} € à rembourser", f"€{held.loan.balance} remain to be repaid")
        )
    late = overdue(held.loan, held.lines, held.received, on).interest
    if not amount and not late:
        raise InputError(Text("cette remise ne change rien", "this write-off changes nothing"))
    if amount:
        _post(held.loan, key, "written-off", {"owed": -amount, "written-off": amount})
    balance = held.loan.balance - amount
    lines = (
        plans.replan(held.lines, held.loan.paid, pace=held.loan.pace, on=on, balance=balance) if amount else held.lines
    )
    held.loan.written_off += minor(amount, "EUR")
    held.loan.late_waived += minor(late, "EUR")
    held.given_up = True
    move = _record(
        held, key, LoanMove.Kind.WRITTEN_OFF, on, _who(actor), principal=minor(amount, "EUR"), late=minor(late, "EUR"),
        reason=reason, motive=motive.strip(),
    )  # fmt: skip
    _plan(held, lines, on=on)
    telling.loan_told(held.loan, move, reason=reason, remaining=held.loan.balance)
    return move


def _receive(
    held: _Held,
    key: str,
    kind: str,
    on: dt.date,
    actor: User,
    principal: Decimal,
    interest: Decimal,
    late: Decimal,
    *,
    lines: Sequence[Line] | None = None,
) -> LoanMove:
    loan = held.loan
    postings: dict[str, Decimal] = {}
    for name, source, amount in (
        ("returned", "owed", principal), ("interest", "interest-due", interest), ("late", "late-due", late),
    ):  # fmt: skip
        if amount:
            postings |= {source: -amount, name: amount}
    _post(loan, key, kind, postings)
    loan.repaid += minor(principal, "EUR")
    loan.interest += minor(interest, "EUR")
    loan.late_paid += minor(late, "EUR")
    move = _record(
        held, key, kind, on, _who(actor), principal=minor(principal, "EUR"), interest=minor(interest, "EUR"),
        late=minor(late, "EUR"),
    )  # fmt: skip
    held.moves.append(move)
    _plan(held, held.lines if lines is None else lines, on=on)
    telling.loan_told(loan, move, remaining=loan.balance)
    return move


def _lock(loan: Loan) -> _Held:
    [locked] = Loan.objects.select_for_update(no_key=True, of=("self",)).filter(pk=loan.pk)
    return _Held(locked, _in_force(locked), list(LoanMove.objects.filter(loan=locked).order_by("pk")))


def _in_force(loan: Loan) -> list[Line]:
    return [row.line for row in DueLine.objects.filter(loan=loan, plan=loan.plan).order_by("rank")]


def _done(
    held: _Held, key: str, kind: str, *, principal: Decimal | None = None, total: Decimal | None = None
) -> LoanMove | None:
    """The move already recorded under ``key``. Raises InputError where it was another one."""
    found = next((move for move in held.moves if move.key == key), None)
    if found is None:
        return None
    same = found.kind == kind
    same &= principal is None or major(found.principal, "EUR") == principal
    same &= total is None or found.total == total
    if not same:
        raise InputError(
            Text(
                f"la référence {key} est déjà enregistrée pour autre chose",
                f"reference {key} is already recorded otherwise",
            )
        )
    return found


def _record(held: _Held, key: str, kind: str, on: dt.date, actor: str, **values: Any) -> LoanMove:
    return LoanMove.objects.create(
        loan=held.loan, key=key, kind=kind, on=on, actor=actor, plan=held.loan.plan, **values
    )


def _plan(held: _Held, lines: Sequence[Line], *, first: bool = False, on: dt.date | None = None) -> None:
    """Write the plan in force, where it is a new one, and the loan's row after it."""
    loan = held.loan
    if first or list(lines) != held.lines:
        if on is not None:
            # Late interest borne under the former plan and not seen in the new one stays owed.
            before, after = (borne(loan, plan, held.received, on).interest for plan in (held.lines, lines))
            loan.late_carried += minor(before - after, "EUR")
        loan.plan += not first
        DueLine.objects.bulk_create(
            DueLine(
                loan=loan, plan=loan.plan, rank=rank, due=line.due, principal=minor(line.principal, "EUR"),
                interest=minor(line.interest, "EUR"), early=line.early,
            )
            for rank, line in enumerate(lines)
        )  # fmt: skip
    open_ = [one.line.due for one in plans.settle(lines, loan.paid) if one.left]
    loan.next_due = open_[0] if open_ else None
    loan.ends_on = max((line.due for line in lines), default=loan.ends_on)
    if on is not None and not open_ and not loan.balance and not overdue(loan, lines, held.received, on).interest:
        loan.state = Loan.State.WRITTEN_OFF if held.given_up else Loan.State.CLOSED
        loan.closed_on = on
    loan.save()


def _post(loan: Loan, key: str, reason: str, amounts: dict[str, Decimal]) -> None:
    """One transaction of the book of loans: ``owed`` is the loan's own account, the others its envelope's."""
    book, envelope = f"loans:{loan.programme}", loan.allocation.envelope.code
    sources = {"lent", "interest-due", "late-due"}
    postings = {}
    for name, amount in amounts.items():
        if name == "owed":
            account = kept_account(book, f"loan:{loan.reference}", "loan")
        else:
            account = kept_account(book, f"{envelope}/{name}", name, floor=name not in sources)
        postings[account.pk] = amount
    post(book=book, key=f"{key}:{loan.reference}", reason=reason, postings=postings)


def _money(amount: Decimal) -> None:
    if amount <= 0 or amount != euros(amount):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))


def _not_future(on: dt.date) -> None:
    if on > today():
        raise InputError(Text("la date est dans le futur", "the date lies in the future"))


def _running(loan: Loan, on: dt.date) -> None:
    if loan.state != Loan.State.RUNNING:
        raise InputError(Text("ce prêt est soldé", "this loan is settled"))
    if on < loan.released_on:
        raise InputError(Text("la date précède le versement du prêt", "the date comes before the loan was released"))


def _reference(text: str) -> str:
    key = " ".join(text.split())
    if not 1 <= len(key) <= 80:
        raise InputError(
            Text(
                "donnez la référence du versement (80 caractères au plus)",
                "give the payment's reference (80 characters at most)",
            )
        )
    return f"in:{key}"


def _motive(motive: str) -> None:
    if len(motive.strip()) < 10:
        raise InputError(Text("une décision dit son motif", "a decision says its motive"))


def _who(actor: User) -> str:
    return f"user:{actor.pk}"
