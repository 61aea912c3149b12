"""What the database refuses even to those who speak to it directly."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from mandat.apps.ledger import selectors, triggers
from mandat.apps.ledger.models import Account, Posting, Transaction, identifier
from mandat.apps.ledger.services import account_open, post

Book = dict[str, Account]
FORBIDDEN = [
    "UPDATE ledger_posting SET amount = amount + 1",
    "DELETE FROM ledger_posting",
    "UPDATE ledger_transaction SET reason = 'x'",
    "DELETE FROM ledger_transaction",
    "DELETE FROM ledger_account",
    "UPDATE ledger_account SET code = 'x'",
    "UPDATE ledger_account SET unit = 'item'",
]


@pytest.fixture
def posted(book: Book) -> Book:
    post(book="essai", key="k", reason="r", postings={book["fund"].pk: Decimal(-5), book["a"].pk: Decimal(5)})
    return book


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_what_is_recorded_is_neither_changed_nor_deleted(posted: Book, sql: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_balance_below_its_floor_is_refused_by_the_database(posted: Book) -> None:
    with pytest.raises(DatabaseError, match="ledger_floor"), transaction.atomic():
        Posting.objects.create(transaction_id=identifier(), account=posted["a"], amount=-501)


def test_a_balance_moves_by_postings_only_on_postgresql(posted: Book) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no trigger depth: verify() says it")
    with pytest.raises(DatabaseError, match="postings only"), transaction.atomic():
        Account.objects.filter(pk=posted["a"].pk).update(balance=7)


def header(key: str = "raw", unit: str = "EUR", book: str = "essai") -> Transaction:
    return Transaction(
        id=uuid.uuid4(), book=book, key=key, unit=unit, moment=timezone.now(), day=timezone.localdate(), reason="r"
    )


def one_sided(book: Book) -> None:
    row = header()
    Posting.objects.create(transaction_id=row.pk, account=book["a"], amount=100)
    row.save(force_insert=True)


def unequal(book: Book) -> None:
    row = header()
    Posting.objects.create(transaction_id=row.pk, account=book["a"], amount=100)
    Posting.objects.create(transaction_id=row.pk, account=book["fund"], amount=-99)
    row.save(force_insert=True)


def empty(book: Book) -> None:
    header().save(force_insert=True)


def two_units(book: Book) -> None:
    items = account_open(book="essai", code="items", kind="purse", unit="item")
    row = header()
    Posting.objects.create(transaction_id=row.pk, account=book["fund"], amount=-100)
    Posting.objects.create(transaction_id=row.pk, account=items, amount=100)
    row.save(force_insert=True)


def added_later(book: Book) -> None:
    row = Transaction.objects.get(key="k")
    Posting.objects.create(transaction_id=row.pk, account=book["a"], amount=100)


def without_header(book: Book) -> None:
    stray = uuid.uuid4()
    Posting.objects.create(transaction_id=stray, account=book["a"], amount=100)
    Posting.objects.create(transaction_id=stray, account=book["fund"], amount=-100)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [one_sided, unequal, empty, two_units, added_later, without_header])
def test_the_database_refuses_at_the_commit_what_does_not_sum_to_zero(act: Callable[[Book], None]) -> None:
    book = {
        "fund": account_open(book="essai", code="fund", kind="fund", unit="EUR"),
        "a": account_open(book="essai", code="purse:a", kind="purse", unit="EUR", floor=Decimal(0)),
    }
    post(book="essai", key="k", reason="r", postings={book["fund"].pk: Decimal(-5), book["a"].pk: Decimal(5)})
    with pytest.raises(DatabaseError), transaction.atomic():
        act(book)
    assert list(selectors.verify()) == []
    assert Posting.objects.count() == 2


def test_triggers_are_put_back_after_a_migration(posted: Book) -> None:
    with connection.cursor() as cursor:
        on = " ON ledger_posting" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER ledger_posting_moves{on}")
    triggers.reinstall()
    triggers.reinstall()
    post(book="essai", key="k2", reason="r", postings={posted["fund"].pk: Decimal(-5), posted["a"].pk: Decimal(5)})
    assert selectors.balance(posted["a"]) == 10


def test_verify_sees_a_balance_that_is_not_the_sum_of_its_postings(posted: Book, monkeypatch: Any) -> None:
    assert "tout est juste" in run("ledger_verify")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE ledger_account DISABLE TRIGGER ledger_account_only_postings")
        cursor.execute("UPDATE ledger_account SET balance = 900 WHERE id = %s", [posted["a"].pk])
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE ledger_account ENABLE TRIGGER ledger_account_only_postings")
    faults = [str(fault) for fault in selectors.verify("essai")]
    assert any("purse:a" in fault and "900" in fault for fault in faults)
    assert any("somme des comptes" in fault for fault in faults)
    with pytest.raises(SystemExit):
        run("ledger_verify", "--book", "essai")


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out, stderr=StringIO())
    return out.getvalue()
