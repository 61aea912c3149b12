"""Credits, purchases, refunds, expiry: what they move, what they refuse, once each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.custody.models import Subject
from mandat.apps.ledger import selectors as ledger
from mandat.apps.ledger.services import InsufficientError, KeyReusedError
from mandat.apps.wallets.models import Approval, Credential, Lot, Spend, Wallet
from mandat.apps.wallets.schema import Expiry
from mandat.apps.wallets.services import (
    Credit,
    card_make,
    card_stop,
    code_make,
    credit,
    credit_many,
    expire,
    refund,
    spend,
    wallet_close,
)
from mandat.apps.wallets.services.credits import expires_on
from mandat.apps.wallets.services.spending import MOST_WRONG, CapError, WrongCodeError
from mandat.journal import guard
from mandat.kernel.errors import InputError

EUR = Decimal


def left(wallet: Wallet) -> Decimal:
    return ledger.balance(wallet.account_id)


def pay(wallet: Wallet, shop: Approval, till: User, amount: str, key: str = "k") -> Spend:
    return spend(actor=till, approval=shop, number=code_make(wallet=wallet).number, amount=EUR(amount), key=key)


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.iterate(kind=kind)]


@pytest.fixture(autouse=True)
def everything_still_sums_to_zero(db: None) -> Iterator[None]:
    yield
    assert [str(fault) for fault in ledger.verify()] == []


# -- credits


def test_a_credit_is_given_once_a_key_and_told_without_the_person(programme: Any, holder: User) -> None:
    with guard.acts():
        first = credit(wallet="panier", holder=holder, amount=EUR("30.50"), key="r1", departement="37")
        again = credit(wallet="panier", holder=holder, amount=EUR("30.50"), key="r1", departement="37")
    assert (first.new, again.new) == (True, False)
    assert left(first.wallet) == EUR("30.50")
    [fact] = facts("wallets.credited.v1")
    assert (fact.amount, fact.area, fact.measures, fact.commitments) == (EUR("30.50"), "departement:37", (1,), ("1.1",))
    assert fact.breakdowns == {}
    written = str(fact)
    assert "r1" not in written.replace("wallet-credit", "")
    assert holder.email not in written
    assert first.wallet.pk.hex not in written


def test_a_credit_of_nothing_too_much_or_another_amount_is_refused(programme: Any, holder: User) -> None:
    for amount in ("0", "-5", "150.01", "0.001"):
        with pytest.raises(InputError):
            credit(wallet="panier", holder=holder, amount=EUR(amount), key="r", departement="37")
    with pytest.raises(InputError, match="inconnu"):
        credit(wallet="nope", holder=holder, amount=EUR(1), key="r")
    credit(wallet="panier", holder=holder, amount=EUR(1), key="r")
    with pytest.raises(KeyReusedError):
        credit(wallet="panier", holder=holder, amount=EUR(2), key="r")
    assert len(facts("wallets.credited.v1")) == 1


def test_a_person_without_account_may_hold_a_wallet(programme: Any) -> None:
    subject = Subject.objects.create(**Subject.fresh())
    done = credit(wallet="culture", holder=subject, amount=EUR(4), key="c", departement="45")
    assert (left(done.wallet), done.expires_on) == (4, dt.date(2027, 12, 31))
    [fact] = facts("wallets.credited.v1")
    assert (fact.quantity, fact.unit, fact.amount) == (4, "item", None)


def test_a_run_of_credits_is_told_by_departement_and_few_with_the_region(
    programme: Any, person: Callable[..., User]
) -> None:
    asked = [Credit(person(), EUR(10), f"run:{n}", "37" if n < 6 else "18") for n in range(8)]
    with guard.acts():
        done = credit_many(wallet="panier", credits=asked, run="2026-11")
    assert [one.new for one in done] == [True] * 8
    assert sorted((f.area, f.amount, f.data["wallets"]) for f in facts("wallets.credited.v1")) == [
        ("departement:37", 60, 6),
        ("region:24", 20, 2),
    ]
    assert not any(one.new for one in credit_many(wallet="panier", credits=asked, run="2026-11"))
    assert len(facts("wallets.credited.v1")) == 2


@pytest.mark.parametrize(
    ("expiry", "day", "end"),
    [
        (Expiry(after="month-end", months=0), (2026, 11, 10), (2026, 11, 30)),
        (Expiry(after="month-end", months=1), (2026, 12, 31), (2027, 1, 31)),
        (Expiry(after="months", months=1), (2026, 1, 31), (2026, 2, 28)),
        (Expiry(after="months", months=12), (2027, 2, 28), (2028, 2, 28)),
    ],
)
def test_a_credit_ends_by_the_calendar(expiry: Expiry, day: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    assert expires_on(expiry, dt.date(*day)) == dt.date(*end)
    assert expires_on(Expiry(after="never"), dt.date(*day)) is None


# -- purchases


def test_a_code_pays_once(wallet: Wallet, shop: Approval, till: User) -> None:
    number = code_make(wallet=wallet).number
    done = spend(actor=till, approval=shop, number=number.lower().replace("-", " "), amount=EUR("12.30"), key="a")
    assert (left(wallet), ledger.balance(shop.account_id or 0)) == (EUR("87.70"), EUR("12.30"))
    again = spend(actor=till, approval=shop, number=number, amount=EUR("12.30"), key="a")
    assert again.pk == done.pk
    with pytest.raises(WrongCodeError):
        spend(actor=till, approval=shop, number=number, amount=EUR("12.30"), key="b")
    with pytest.raises(KeyReusedError):
        spend(actor=till, approval=shop, number=number, amount=EUR("12.31"), key="a")
    assert left(wallet) == EUR("87.70")


def test_codes_are_kept_as_hashes_only(wallet: Wallet) -> None:
    shown = code_make(wallet=wallet)
    [row] = Credential.objects.all()
    assert shown.number.replace("-", "") not in str(row.__dict__)
    assert len(row.digest) == 64


def test_a_code_ends_after_its_minutes_and_a_new_one_stops_the_one_before(
    wallet: Wallet, shop: Approval, till: User, clock: Any
) -> None:
    first, second = code_make(wallet=wallet).number, code_make(wallet=wallet).number
    with pytest.raises(WrongCodeError):
        spend(actor=till, approval=shop, number=first, amount=EUR(1), key="a")
    clock.shift(dt.timedelta(minutes=10))
    with pytest.raises(WrongCodeError):
        spend(actor=till, approval=shop, number=second, amount=EUR(1), key="a")
    assert left(wallet) == 100


def test_an_amount_the_holder_fixed_is_the_only_one_taken(wallet: Wallet, shop: Approval, till: User) -> None:
    number = code_make(wallet=wallet, amount=EUR(20)).number
    with pytest.raises(InputError, match="fixé est 20"):
        spend(actor=till, approval=shop, number=number, amount=EUR("20.01"), key="a")
    assert spend(actor=till, approval=shop, number=number, amount=EUR(20), key="a").amount == 2000
    with pytest.raises(InputError, match="dépasse votre solde"):
        code_make(wallet=wallet, amount=EUR(81))


def test_more_than_the_balance_is_refused_and_the_code_still_serves(
    programme: Any, holder: User, shop: Approval, till: User
) -> None:
    wallet = credit(wallet="panier", holder=holder, amount=EUR(10), key="x").wallet
    number = code_make(wallet=wallet).number
    with pytest.raises(InsufficientError) as caught:
        spend(actor=till, approval=shop, number=number, amount=EUR(11), key="a")
    assert caught.value.available == 10
    spend(actor=till, approval=shop, number=number, amount=EUR(10), key="a")
    assert left(wallet) == 0


def test_caps_hold_over_their_periods(programme: Any, holder: User, shop: Approval, till: User, clock: Any) -> None:
    for n in range(2):
        wallet = credit(wallet="panier", holder=holder, amount=EUR(150), key=f"c{n}").wallet
    pay(wallet, shop, till, "50", "1")
    with pytest.raises(CapError, match="par semaine : il reste 10 €"):
        pay(wallet, shop, till, "10.01", "2")
    pay(wallet, shop, till, "10", "2")
    clock.move_to(dt.datetime(2026, 11, 15, 22, 59, tzinfo=dt.UTC))  # Sunday, 23:59 in Paris
    with pytest.raises(CapError):
        pay(wallet, shop, till, "1", "3")
    clock.shift(120)
    pay(wallet, shop, till, "60", "3")
    assert left(wallet) == 180


def test_a_refund_frees_the_cap(wallet: Wallet, shop: Approval, till: User, manager: User) -> None:
    done = pay(wallet, shop, till, "60")
    refund(actor=manager, spend=done, amount=EUR(30), key="r")
    pay(wallet, shop, till, "30", "again")
    with pytest.raises(CapError):
        pay(wallet, shop, till, "0.01", "more")


def test_a_card_pays_for_little_until_it_is_stopped(wallet: Wallet, shop: Approval, till: User) -> None:
    number = card_make(wallet=wallet).number
    with pytest.raises(CapError, match="20 € par achat"):
        spend(actor=till, approval=shop, number=number, amount=EUR("20.01"), key="a")
    for key in ("a", "b"):
        spend(actor=till, approval=shop, number=number, amount=EUR(20), key=key)
    assert spend(actor=till, approval=shop, number=number, amount=EUR(20), key="b").reference
    with pytest.raises(CapError, match="40 € par jour"):
        spend(actor=till, approval=shop, number=number, amount=EUR(1), key="c")
    pay(wallet, shop, till, "10", "with-a-code")
    assert card_stop(wallet=wallet) is True
    assert card_stop(wallet=wallet) is False
    with pytest.raises(WrongCodeError):
        spend(actor=till, approval=shop, number=number, amount=EUR(1), key="d")
    assert left(wallet) == 50


def test_a_wallet_without_card_gives_none(programme: Any, holder: User) -> None:
    culture = credit(wallet="culture", holder=holder, amount=EUR(3), key="x").wallet
    with pytest.raises(InputError, match="carte"):
        card_make(wallet=culture)


def test_only_those_who_work_there_take_payments(wallet: Wallet, shop: Approval, holder: User, agent: User) -> None:
    number = code_make(wallet=wallet).number
    for stranger in (holder, agent):
        with pytest.raises(InputError, match="caisse"):
            spend(actor=stranger, approval=shop, number=number, amount=EUR(1), key="a")


def test_a_code_of_another_wallet_is_unknown_here(programme: Any, holder: User, shop: Approval, till: User) -> None:
    culture = credit(wallet="culture", holder=holder, amount=EUR(3), key="x").wallet
    with pytest.raises(WrongCodeError):
        spend(actor=till, approval=shop, number=code_make(wallet=culture).number, amount=EUR(1), key="a")


def test_a_till_that_guesses_waits(wallet: Wallet, shop: Approval, till: User, clock: Any) -> None:
    for n in range(MOST_WRONG):
        with pytest.raises(WrongCodeError):
            spend(actor=till, approval=shop, number="AAAA-AAAA", amount=EUR(1), key=str(n))
    with pytest.raises(InputError, match="quart d'heure"):
        pay(wallet, shop, till, "1")
    clock.shift(dt.timedelta(minutes=16))
    pay(wallet, shop, till, "1")
    with pytest.raises(WrongCodeError):
        spend(actor=till, approval=shop, number="AAAA-AAAA", amount=EUR(1), key="z")
    shop.refresh_from_db()
    assert shop.wrong == 1


# -- refunds


def test_what_is_refunded_comes_back_once_and_never_beyond(
    wallet: Wallet, shop: Approval, till: User, manager: User, clock: Any
) -> None:
    done = pay(wallet, shop, till, "30")
    with pytest.raises(InputError, match="caisse"):
        refund(actor=till, spend=done, amount=EUR(1), key="r")
    assert (
        refund(actor=manager, spend=done, amount=EUR(10), key="r").pk
        == refund(actor=manager, spend=done, amount=EUR(10), key="r").pk
    )
    assert left(wallet) == 80
    with pytest.raises(InputError, match="au plus 20"):
        refund(actor=manager, spend=done, amount=EUR("20.01"), key="r2")
    with pytest.raises(KeyReusedError):
        refund(actor=manager, spend=done, amount=EUR(11), key="r")
    clock.shift(dt.timedelta(days=31))
    with pytest.raises(InputError, match="30 jours"):
        refund(actor=manager, spend=done, amount=EUR(1), key="late")


# -- expiry


def test_what_is_not_spent_in_time_goes_back_and_what_ends_later_stays(
    wallet: Wallet, holder: User, shop: Approval, till: User, clock: Any
) -> None:
    pay(wallet, shop, till, "30")
    clock.move_to(dt.datetime(2026, 12, 5, tzinfo=dt.UTC))
    credit(wallet="panier", holder=holder, amount=EUR(50), key="dec")
    clock.move_to(dt.datetime(2026, 12, 31, 22, 59, tzinfo=dt.UTC))
    assert expire() == 0
    clock.shift(120)
    assert expire() == 1
    assert expire() == 0
    assert left(wallet) == 50
    wallet.refresh_from_db()
    assert wallet.next_expiry == dt.date(2027, 1, 31)
    clock.move_to(dt.datetime(2027, 2, 1, tzinfo=dt.UTC))
    expire()
    assert left(wallet) == 0
    wallet.refresh_from_db()
    assert wallet.next_expiry is None
    assert ledger.total("wallet:panier", "expired") == 120


def test_money_that_has_ended_cannot_be_spent_before_the_nightly_task(
    wallet: Wallet, shop: Approval, till: User, clock: Any
) -> None:
    clock.move_to(dt.datetime(2027, 1, 1, 8, tzinfo=dt.UTC))
    with pytest.raises(InsufficientError):
        pay(wallet, shop, till, "1")


def test_a_refund_after_the_end_may_be_spent_for_thirty_days(
    wallet: Wallet, shop: Approval, till: User, manager: User, clock: Any
) -> None:
    clock.move_to(dt.datetime(2026, 12, 30, tzinfo=dt.UTC))
    done = pay(wallet, shop, till, "60")
    clock.move_to(dt.datetime(2027, 1, 10, tzinfo=dt.UTC))
    expire()
    refund(actor=manager, spend=done, amount=EUR(60), key="r")
    assert Lot.objects.latest("pk").expires_on == dt.date(2027, 2, 9)
    assert left(wallet) == 60
    clock.move_to(dt.datetime(2027, 2, 9, 12, tzinfo=dt.UTC))
    pay(wallet, shop, till, "10", "later")
    clock.move_to(dt.datetime(2027, 2, 10, 12, tzinfo=dt.UTC))
    expire()
    assert left(wallet) == 0


def test_a_closed_wallet_gives_back_what_is_left_and_forgets_its_holder(
    wallet: Wallet, shop: Approval, till: User, manager: User, holder: User
) -> None:
    done = pay(wallet, shop, till, "30")
    number = code_make(wallet=wallet).number
    wallet_close(wallet=wallet, cut=True)
    wallet.refresh_from_db()
    assert (wallet.state, wallet.holder, left(wallet)) == ("closed", None, 0)
    with pytest.raises(WrongCodeError):
        spend(actor=till, approval=shop, number=number, amount=EUR(1), key="x")
    done.refresh_from_db()
    with pytest.raises(InputError, match="clos"):
        refund(actor=manager, spend=done, amount=EUR(1), key="r")
    assert credit(wallet="panier", holder=holder, amount=EUR(5), key="new").wallet.pk != wallet.pk
