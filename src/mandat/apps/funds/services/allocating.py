"""Set money aside for a case: reserve, award, engage, pay, and give back.

Called by the acts on cases, in their transaction: permissions are theirs to check, and facts theirs to append. ``key`` makes each move
happen once, whatever is tried again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from mandat.apps.funds import cells
from mandat.apps.funds.books import account, payment_names
from mandat.apps.funds.models import STATES, Allocation, Envelope, PaidIn
from mandat.apps.funds.services.envelopes import short
from mandat.apps.ledger import rows
from mandat.apps.ledger.models import major
from mandat.apps.ledger.services import InsufficientError, minor, post
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.text import Text

_COMMUNE = re.compile(r"[0-9][0-9AB][0-9]{3}\Z")


@transaction.atomic
def reserve(
    *,
    envelope: Envelope,
    case: str,
    amount: Decimal,
    key: str,
    actor: str = "",
    scheme: str = "",
    commune: str = "",
    beneficiary_kind: str = "",
) -> Allocation:
    """Set ``amount`` of what is available aside for ``case``. Raises InputError where less is left: nothing is promised twice.

    ``scheme`` (the envelope's own where none is said), ``commune`` (INSEE code) and ``beneficiary_kind`` (``vocabulary.KINDS``)
    are what the board adds up by. Of a natural person (``person``) only the département is kept.
    """
    if envelope.closed_on is not None:
        raise InputError(Text(f"l'enveloppe {envelope.code} est close", f"envelope {envelope.code} is closed"))
    said = {
        "scheme": scheme or envelope.scheme,
        "kind": beneficiary_kind,
        "place": place_of(commune, beneficiary_kind),
    }
    allocation, made = Allocation.objects.get_or_create(envelope=envelope, case=case, defaults=said)
    if not made:
        allocation = _describe(allocation, {name: value for name, value in said.items() if value})
    return _move(allocation, "available", "reserved", amount, key, actor)


def place_of(commune: str, kind: str) -> str:
    """The area money is counted in: the commune, of a natural person the département. Raises InputError for what is no commune."""
    if not commune:
        return ""
    if not _COMMUNE.match(commune):
        raise InputError(Text(f"code de commune invalide : {commune}", f"invalid commune code: {commune}"))
    if kind == cells.PERSON:
        return f"departement:{commune[:3] if commune.startswith(('97', '98')) else commune[:2]}"
    return f"commune:{commune}"


def _describe(allocation: Allocation, said: Mapping[str, str]) -> Allocation:
    """What is said of a case later than its first euro: its sums move with it."""
    if all(getattr(allocation, name) == value for name, value in said.items()):
        return allocation
    # The envelope's accounts come before its sums: the order of every move.
    [held] = Allocation.objects.select_for_update(no_key=True, of=("self",)).filter(pk=allocation.pk)
    rows.lock([account(allocation.envelope, "available").pk])
    before = [(cells.key_of(held), _sums(held)), *_years(held)]
    for name, value in said.items():
        setattr(held, name, value)
    held.save(update_fields=list(said))
    after = [(cells.key_of(held), _sums(held)), *_years(held)]
    deltas: dict[cells.Key, dict[str, int]] = {}
    for sign, part in ((-1, before), (1, after)):
        for key, sums in part:
            delta = deltas.setdefault(key, {})
            for column, amount in sums.items():
                delta[column] = delta.get(column, 0) + sign * amount
    cells.add(deltas)
    return held


def _sums(held: Allocation) -> dict[str, int]:
    return {state: getattr(held, state) for state in STATES[:-1]} | {"cases": int(held.active)}


def _years(held: Allocation) -> list[tuple[cells.Key, dict[str, int]]]:
    years = PaidIn.objects.filter(allocation=held).order_by("year").values_list("year", "cents")
    return [(cells.key_of(held, year), {"paid": cents}) for year, cents in years if cents]


@transaction.atomic
def award(*, allocation: Allocation, amount: Decimal, key: str, actor: str = "") -> Allocation:
    """What was reserved becomes awarded, in the transaction of the vote; what is not awarded is given back."""
    _positive(amount)
    rest = Decimal(allocation.reserved) / 100 - amount
    moved = {"reserved": -amount, "awarded": amount}
    if rest > 0:
        moved |= {"reserved": -amount - rest, "available": rest}
    return _post(allocation, "reserved-awarded", moved, key, actor)


@transaction.atomic
def engage(*, allocation: Allocation, amount: Decimal, key: str, actor: str = "") -> Allocation:
    """What was awarded becomes legally due: the agreement is signed, or the decision notified where none is needed."""
    return _move(allocation, "awarded", "engaged", amount, key, actor)


@transaction.atomic
def pay(*, allocation: Allocation, amount: Decimal, year: int, key: str, actor: str = "") -> Allocation:
    """Pay ``amount`` of what is engaged, on the payment credits of ``year``. Raises InputError where either lacks."""
    return _move(allocation, "engaged", "paid", amount, key, actor, year=year)


@transaction.atomic
def release(*, allocation: Allocation, state: str, amount: Decimal, key: str, actor: str = "") -> Allocation:
    """Give back what a case no longer needs (refused, withdrawn, cost lower than planned): it is available again."""
    if state not in STATES[:-1]:
        raise InputError(Text("ce qui est payé se reprend autrement", "what is paid is taken back otherwise"))
    return _move(allocation, state, "available", amount, key, actor)


@transaction.atomic
def take_back(*, allocation: Allocation, amount: Decimal, year: int, key: str, actor: str = "") -> Allocation:
    """Money recovered from a beneficiary: paid becomes available again, and the payment credits of ``year`` with it."""
    return _move(allocation, "paid", "available", amount, key, actor, year=year)


def _positive(amount: Decimal) -> None:
    if amount <= 0 or amount != euros(amount):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))


def _move(
    allocation: Allocation, source: str, target: str, amount: Decimal, key: str, actor: str, *, year: int = 0
) -> Allocation:
    _positive(amount)
    moved = {source: -amount, target: amount}
    if year:
        opened, spent = payment_names(year)
        sign = 1 if target == "paid" else -1
        moved |= {opened: -sign * amount, spent: sign * amount}
    return _post(allocation, f"{source}-{target}", moved, key, actor, year=year)


def _post(
    allocation: Allocation, reason: str, moved: Mapping[str, Decimal], key: str, actor: str, *, year: int = 0
) -> Allocation:
    """One transaction of the ledger, the same on the allocation's row, which is locked first, and on the board's sums."""
    [held] = Allocation.objects.select_for_update(no_key=True, of=("self",)).filter(pk=allocation.pk)
    envelope = allocation.envelope
    try:
        done = post(
            book=envelope.book,
            key=f"{key}:{allocation.case}",
            reason=reason,
            postings={account(envelope, name).pk: amount for name, amount in moved.items()},
            actor=actor,
        )
    except InsufficientError as error:
        raise short(envelope, error.available) from error
    if done.new:
        _follow(held, {name: minor(amount, "EUR") for name, amount in moved.items() if name in STATES}, year)
    return held


def _follow(held: Allocation, moved: Mapping[str, int], year: int) -> None:
    """Put what the ledger accepted on the allocation's row and into the sums. Raises InputError where the case has less."""
    active = held.active
    for state, cents in moved.items():
        left = getattr(held, state) + cents
        if left < 0:
            amount = major(-cents, "EUR")
            raise InputError(
                Text(
                    f"le dossier {held.case} n'a pas {amount} € à l'état « {state} »",
                    f"case {held.case} does not hold €{amount} as {state}",
                )
            )
        setattr(held, state, left)
    Allocation.objects.filter(pk=held.pk).update(**{state: getattr(held, state) for state in moved})
    delta = {state: cents for state, cents in moved.items() if state != "paid"}
    deltas = {cells.key_of(held): delta | {"cases": held.active - active}}
    if year:
        cells.paid(held, year, moved["paid"])
        deltas[cells.key_of(held, year)] = {"paid": moved["paid"]}
    cells.add(deltas)
