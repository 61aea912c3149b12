"""Posting: sums to zero, once a key, never below a floor, undone by a reversal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat.apps.ledger import selectors
from mandat.apps.ledger.models import Account, Posting, Transaction, identifier
from mandat.apps.ledger.services import (
    Draft,
    InsufficientError,
    KeyReusedError,
    account_close,
    account_open,
    minor,
    post,
    post_many,
    reverse,
)
from mandat.kernel.errors import InputError

Book = dict[str, Account]


def give(book: Book, to: str, amount: str, key: str = "k") -> bool:
    """Post from the fund to a purse."""
    postings = {book["fund"].pk: -Decimal(amount), book[to].pk: Decimal(amount)}
    return post(book="essai", key=key, reason="credit", postings=postings).new


def held(book: Book, name: str) -> Decimal:
    return selectors.balance(book[name])


def test_what_is_given_is_taken_and_the_accounts_sum_to_zero(book: Book) -> None:
    give(book, "a", "12.50")
    assert (held(book, "fund"), held(book, "a")) == (Decimal("-12.50"), Decimal("12.50"))
    assert list(selectors.verify()) == []


def test_a_key_is_posted_once(book: Book) -> None:
    assert give(book, "a", "10") is True
    assert give(book, "a", "10") is False
    assert held(book, "a") == 10
    with pytest.raises(KeyReusedError):
        give(book, "a", "11")
    with pytest.raises(KeyReusedError):
        give(book, "b", "10")


def test_a_floor_is_never_crossed_and_says_what_is_left(book: Book) -> None:
    give(book, "a", "10")
    with pytest.raises(InsufficientError) as caught:
        post(
            book="essai",
            key="s",
            reason="spend",
            postings={book["a"].pk: Decimal("-10.01"), book["b"].pk: Decimal("10.01")},
        )
    assert caught.value.available == 10
    assert held(book, "a") == 10


def test_all_drafts_are_posted_or_none(book: Book) -> None:
    good = Draft("1", "credit", {book["fund"].pk: Decimal(-5), book["a"].pk: Decimal(5)})
    bad = Draft("2", "spend", {book["a"].pk: Decimal(-6), book["b"].pk: Decimal(6)})
    with pytest.raises(InsufficientError):
        post_many(book="essai", drafts=[good, bad])
    assert held(book, "a") == 0
    assert not Transaction.objects.exists()
    spend = Draft("2", "spend", {book["a"].pk: Decimal(-5), book["b"].pk: Decimal(5)})
    assert [done.new for done in post_many(book="essai", drafts=[good, spend, good])] == [True, True, False]
    assert (held(book, "a"), held(book, "b")) == (0, 5)


@pytest.mark.parametrize(
    ("postings", "said"),
    [
        ({"fund": "-5", "a": "4"}, "s'annulent"),
        ({"fund": "5"}, "deux comptes"),
        ({"fund": "0", "a": "0"}, "zéro"),
        ({"fund": "-0.001", "a": "0.001"}, "décimales"),
        ({"fund": "-1e20", "a": "1e20"}, "hors limites"),
        ({"fund": "NaN", "a": "NaN"}, "illisible"),
    ],
)
def test_what_does_not_balance_is_refused(book: Book, postings: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        post(book="essai", key="x", reason="r", postings={book[n].pk: Decimal(v) for n, v in postings.items()})
    assert not Posting.objects.exists()


def test_floats_are_not_money() -> None:
    with pytest.raises(InputError):
        minor(1.5, "EUR")  # type: ignore[arg-type]
    assert minor(Decimal("1.5"), "EUR") == 150
    with pytest.raises(InputError):
        minor(Decimal("1.5"), "item")


def test_accounts_of_another_book_or_unit_and_closed_ones_are_refused(book: Book) -> None:
    other = account_open(book="autre", code="x", kind="purse", unit="EUR")
    items = account_open(book="essai", code="items", kind="purse", unit="item")
    for stranger in (other, items):
        with pytest.raises(InputError, match=r"autre|livre"):
            post(book="essai", key="x", reason="r", postings={book["fund"].pk: Decimal(-1), stranger.pk: Decimal(1)})
    with pytest.raises(InputError, match="inconnu"):
        post(book="essai", key="x", reason="r", postings={book["fund"].pk: Decimal(-1), 10**9: Decimal(1)})
    give(book, "a", "1")
    with pytest.raises(InputError, match="soldé"):
        account_close(account=book["a"])
    account_close(account=book["b"])
    with pytest.raises(InputError, match="fermé"):
        give(book, "b", "1", key="other")


def test_an_account_keeps_its_kind_and_unit(book: Book) -> None:
    assert account_open(book="essai", code="fund", kind="fund", unit="EUR").pk == book["fund"].pk
    with pytest.raises(InputError):
        account_open(book="essai", code="fund", kind="purse", unit="EUR")


def test_a_reversal_undoes_once(book: Book) -> None:
    give(book, "a", "10")
    header = Transaction.objects.get()
    done = reverse(transaction_id=header.pk, key="undo", reason="error")
    assert held(book, "a") == 0
    assert Transaction.objects.get(pk=done.transaction).reverses_id == header.pk
    assert reverse(transaction_id=header.pk, key="undo", reason="error").new is False
    with pytest.raises(InputError, match="déjà annulée"):
        reverse(transaction_id=header.pk, key="again", reason="error")
    with pytest.raises(InputError, match="ne s'annule pas"):
        reverse(transaction_id=done.transaction, key="other", reason="error")
    with pytest.raises(InputError, match="inconnue"):
        reverse(transaction_id=identifier(), key="other", reason="error")


def test_a_reversal_of_money_already_spent_is_refused(book: Book) -> None:
    give(book, "a", "10")
    header = Transaction.objects.get()
    post(book="essai", key="s", reason="spend", postings={book["a"].pk: Decimal(-1), book["b"].pk: Decimal(1)})
    with pytest.raises(InsufficientError):
        reverse(transaction_id=header.pk, key="undo", reason="error")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(st.sampled_from(["fund", "a", "b"]), st.sampled_from(["fund", "a", "b"]), st.integers(1, 5000)),
        max_size=12,
    )
)
def test_whatever_is_posted_balances_are_sums_and_never_below_their_floor(
    book: Book, moves: list[tuple[str, str, int]]
) -> None:
    for giver, taker, cents in moves:
        if giver == taker:
            continue
        amount = Decimal(cents) / 100
        try:
            post(
                book="essai",
                key=str(identifier()),
                reason="m",
                postings={book[giver].pk: -amount, book[taker].pk: amount},
            )
        except InsufficientError as error:
            assert error.available < amount  # noqa: PT017 - the refusal is a rightful answer, checked here
    assert list(selectors.verify()) == []
    assert sum(held(book, name) for name in book) == 0
    assert held(book, "a") >= 0 <= held(book, "b")


def test_a_statement_runs_from_its_opening_to_its_closing(book: Book) -> None:
    def at(day: int) -> dt.datetime:
        return dt.datetime(2026, 3, day, 12, tzinfo=dt.UTC)

    for day, amount in ((1, "10"), (10, "20"), (20, "-5")):
        value = Decimal(amount)
        post(
            book="essai",
            key=str(day),
            reason="m",
            postings={book["fund"].pk: -value, book["a"].pk: value},
            moment=at(day),
        )
    found = selectors.statement(book["a"], since=dt.date(2026, 3, 2), until=dt.date(2026, 3, 31))
    assert (found.opening, found.closing) == (10, 25)
    assert [(line.amount, line.balance) for line in found.lines] == [(20, 30), (-5, 25)]
    assert selectors.balance(book["a"], at=dt.date(2026, 3, 10)) == 30
    rows = {
        row.name: row for row in selectors.trial_balance("essai", since=dt.date(2026, 3, 2), until=dt.date(2026, 3, 31))
    }
    assert (
        rows["purse"].accounts,
        rows["purse"].opening,
        rows["purse"].into,
        rows["purse"].out,
        rows["purse"].closing,
    ) == (2, 10, 20, 5, 25)
    assert sum(row.closing for row in rows.values()) == 0
    assert selectors.by_reason("essai", since=dt.date(2026, 3, 2), until=dt.date(2026, 3, 31)) == [
        ("m", 2, Decimal(25))
    ]
    assert selectors.total("essai", "purse") == 25
    assert selectors.books() == ["essai"]
