"""Acts on stakes: subscribe, answer capital calls, receive dividends, declare a value, sell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.funds import telling
from mandat.apps.funds.books import kept_account
from mandat.apps.funds.models import Allocation, Stake, StakeMove
from mandat.apps.funds.services.allocating import pay, release
from mandat.apps.ledger.models import major
from mandat.apps.ledger.services import minor, post
from mandat.apps.organisations.models import Organisation
from mandat.apps.programme.standing import today
from mandat.kernel.errors import InputError
from mandat.kernel.money import CENT, euros
from mandat.kernel.text import Text


@transaction.atomic
def stake_take(
    *,
    allocation: Allocation,
    company: Organisation,
    shares: int,
    price: Decimal,
    on: dt.date,
    key: str,
    actor: str = "",
) -> Stake:
    """Subscribe ``shares`` at ``price`` each: what is engaged for the case must cover them. Nothing is paid before it is called.

    Called by the acts on cases, which check permissions. Raises InputError where less is engaged, or the case has a stake already.
    """
    _positive(price)
    _not_future(on)
    if not 1 <= shares <= 100_000_000:
        raise InputError(Text("une participation a une part ou plus", "a stake has one share or more"))
    journal.lock()
    committed = price * shares
    envelope = allocation.envelope
    held = Stake.objects.filter(programme=envelope.programme, reference=allocation.case).first()
    if held is not None:
        if _done(held, key, StakeMove.Kind.TAKEN, committed) is not None:
            return held
        raise InputError(Text("ce dossier a déjà une participation", "this case has a stake already"))
    allocation.refresh_from_db()
    if major(allocation.engaged, "EUR") < committed:
        raise InputError(
            Text(
                f"{major(allocation.engaged, 'EUR')} € sont engagés, il en faut {committed}",
                f"€{major(allocation.engaged, 'EUR')} are engaged, {committed} are needed",
            )
        )
    stake = Stake.objects.create(
        programme=envelope.programme, reference=allocation.case, allocation=allocation, company=company, taken_on=on,
        shares=shares, shares_left=shares, price=minor(price, "EUR"), committed=minor(committed, "EUR"),
        synthetic=envelope.synthetic,
    )  # fmt: skip
    move = _record(stake, key, StakeMove.Kind.TAKEN, on, actor, amount=minor(committed, "EUR"), shares=shares)
    telling.stake_told(stake, move, "funds.stake_taken.v1", committed, shares=shares, price=price)
    return stake


@transaction.atomic
def capital_call(*, actor: User, stake: Stake, amount: Decimal, on: dt.date, year: int, reference: str) -> StakeMove:
    """Pay a part of what was subscribed, on the credits of ``year`` of the case's envelope. Raises InputError for more than is left."""
    require(actor, "funds.stakes_manage")
    key = _reference(reference)
    _positive(amount)
    _not_future(on)
    journal.lock()
    held = _lock(stake)
    if (before := _done(held, key, StakeMove.Kind.CALLED, amount)) is not None:
        return before
    _held(held, on)
    if amount > held.uncalled:
        raise InputError(Text(f"il reste {held.uncalled} € à appeler", f"€{held.uncalled} are left to call"))
    pay(allocation=held.allocation, amount=amount, year=year, key=key, actor=_who(actor))
    _post(held, key, "called", {"invested": -amount, "stake": amount})
    cents = minor(amount, "EUR")
    held.called += cents
    held.cost += cents
    held.save()
    move = _record(held, key, StakeMove.Kind.CALLED, on, _who(actor), amount=cents)
    telling.stake_told(held, move, "funds.capital_called.v1", amount, uncalled=held.uncalled)
    return move


@transaction.atomic
def dividend_record(*, actor: User, stake: Stake, amount: Decimal, on: dt.date, reference: str) -> StakeMove:
    """Record a dividend received, once a ``reference``; also after the shares were sold."""
    require(actor, "funds.stakes_manage")
    key = _reference(reference)
    _positive(amount)
    _not_future(on)
    journal.lock()
    held = _lock(stake)
    if (before := _done(held, key, StakeMove.Kind.DIVIDEND, amount)) is not None:
        return before
    _after(held, on)
    _post(held, key, "dividend", {"dividends-of": -amount, "dividends": amount})
    held.dividends += minor(amount, "EUR")
    held.save()
    move = _record(held, key, StakeMove.Kind.DIVIDEND, on, _who(actor), amount=minor(amount, "EUR"))
    telling.stake_told(held, move, "funds.dividend_received.v1", amount)
    return move


@transaction.atomic
def stake_value(*, actor: User, stake: Stake, value: Decimal, on: dt.date, source: str) -> StakeMove:
    """Declare what the shares held are worth on a day, with who says so. The latest day counts."""
    require(actor, "funds.stakes_manage")
    _not_future(on)
    origin = " ".join(source.split())
    if not 3 <= len(origin) <= 200:
        raise InputError(Text("une valeur cite sa source", "a value cites its source"))
    if value < 0 or value != euros(value):
        raise InputError(Text("une valeur est positive ou nulle, au centime", "a value is zero or more, to the cent"))
    journal.lock()
    held = _lock(stake)
    key = f"value:{on.isoformat()}"
    if (before := _done(held, key, StakeMove.Kind.VALUED, value)) is not None:
        return before
    _held(held, on)
    if held.valued_on is None or on > held.valued_on:
        held.value, held.valued_on, held.value_source = minor(value, "EUR"), on, origin
        held.save()
    move = _record(held, key, StakeMove.Kind.VALUED, on, _who(actor), amount=minor(value, "EUR"), source=origin)
    telling.stake_told(held, move, "funds.stake_valued.v1", value, origin=origin)
    return move


@transaction.atomic
def stake_sell(*, actor: User, stake: Stake, shares: int, proceeds: Decimal, on: dt.date, reference: str) -> StakeMove:
    """Sell shares for ``proceeds``: what they cost leaves the register, the difference is won or lost.

    Shares cost the same each, rounded half up to the cent, the last sale taking what is left. Once all are sold, what was never
    called is given back to the envelope.
    """
    require(actor, "funds.stakes_manage")
    key = _reference(reference)
    _not_future(on)
    if proceeds < 0 or proceeds != euros(proceeds):
        raise InputError(Text("un prix est positif ou nul, au centime", "a price is zero or more, to the cent"))
    journal.lock()
    held = _lock(stake)
    if (before := _done(held, key, StakeMove.Kind.SOLD, proceeds)) is not None:
        return before
    _held(held, on)
    if not 1 <= shares <= held.shares_left:
        raise InputError(Text(f"il reste {held.shares_left} parts", f"{held.shares_left} shares are left"))
    whole = major(held.cost, "EUR")
    cost = whole if shares == held.shares_left else (whole * shares / held.shares_left).quantize(CENT, ROUND_HALF_UP)
    result = proceeds - cost
    postings = {"stake": -cost, "sold": proceeds, "result": -result}
    if any(postings.values()):
        _post(held, key, "sold", {name: amount for name, amount in postings.items() if amount})
    held.shares_left -= shares
    held.cost -= minor(cost, "EUR")
    held.proceeds += minor(proceeds, "EUR")
    held.result += minor(result, "EUR")
    if not held.shares_left:
        held.state, held.ended_on, held.value = Stake.State.SOLD, on, None
        if held.uncalled:
            release(allocation=held.allocation, state="engaged", amount=held.uncalled, key=f"{key}:uncalled")
    held.save()
    move = _record(
        held,
        key,
        StakeMove.Kind.SOLD,
        on,
        _who(actor),
        amount=minor(proceeds, "EUR"),
        shares=shares,
        result=minor(result, "EUR"),
    )
    telling.stake_told(
        held, move, "funds.stake_ended.v1", proceeds, shares=shares, left=held.shares_left, result=result
    )
    return move


def _lock(stake: Stake) -> Stake:
    [held] = Stake.objects.select_for_update(no_key=True, of=("self",)).filter(pk=stake.pk)
    return held


def _done(stake: Stake, key: str, kind: str, amount: Decimal) -> StakeMove | None:
    """The move already recorded under ``key``. Raises InputError where it was another one."""
    found = StakeMove.objects.filter(stake=stake, key=key).first()
    if found is not None and (found.kind != kind or found.euros != amount):
        raise InputError(
            Text(
                f"la référence {key} est déjà enregistrée pour autre chose",
                f"reference {key} is already recorded otherwise",
            )
        )
    return found


def _record(stake: Stake, key: str, kind: str, on: dt.date, actor: str, **values: Any) -> StakeMove:
    return StakeMove.objects.create(stake=stake, key=key, kind=kind, on=on, actor=actor, **values)


def _post(stake: Stake, key: str, reason: str, amounts: Mapping[str, Decimal]) -> None:
    """One transaction of the book of stakes: ``stake`` is its own account, the others its envelope's."""
    book, envelope = f"stakes:{stake.programme}", stake.allocation.envelope.code
    sources = {"invested", "dividends-of", "result"}
    postings = {}
    for name, amount in amounts.items():
        if name == "stake":
            account = kept_account(book, f"stake:{stake.reference}", "stake")
        else:
            account = kept_account(book, f"{envelope}/{name}", name, floor=name not in sources)
        postings[account.pk] = amount
    post(book=book, key=f"{key}:{stake.reference}", reason=reason, postings=postings)


def _positive(amount: Decimal) -> None:
    if amount <= 0 or amount != euros(amount):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))


def _not_future(on: dt.date) -> None:
    if on > today():
        raise InputError(Text("la date est dans le futur", "the date lies in the future"))


def _after(stake: Stake, on: dt.date) -> None:
    if on < stake.taken_on:
        raise InputError(Text("la date précède la souscription", "the date comes before the subscription"))


def _held(stake: Stake, on: dt.date) -> None:
    if stake.state != Stake.State.HELD:
        raise InputError(Text("cette participation est cédée", "this stake is sold"))
    _after(stake, on)


def _reference(text: str) -> str:
    key = " ".join(text.split())
    if not 1 <= len(key) <= 80:
        raise InputError(
            Text("donnez une référence (80 caractères au plus)", "give a reference (80 characters at most)")
        )
    return f"in:{key}"


def _who(actor: User) -> str:
    return f"user:{actor.pk}"
