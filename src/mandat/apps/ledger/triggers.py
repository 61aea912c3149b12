"""What the database itself refuses in the ledger, and the balances it keeps.

- Transactions and postings are append-only, accounts are never deleted and change neither name nor unit (``PROTECTED``, enforced by
  the journal's triggers).
- A posting moves the balance of its account: there is no other way to move it (on PostgreSQL any other update is refused).
- A transaction has two postings or more, of accounts of its book and unit, and they sum to zero. On PostgreSQL a deferred constraint trigger
  looks at the commit. SQLite has no such trigger: there postings come first, the transaction's row seals them, its trigger adds them up,
  none can be added afterwards, and the deferred foreign key refuses the commit of postings that nothing seals.

Installed after every migration: on SQLite Django alters a table by making it anew, and its triggers are lost.
"""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction

PROTECTED: dict[str, tuple[str, ...]] = {
    "ledger_transaction": (),
    "ledger_posting": (),
    "ledger_account": ("balance", "floor", "closed_at"),
    "ledger_paymentfile": ("state", "emitted_at", "closed_at"),
    "ledger_payment": ("state", "settled_on", "detail"),
}

UNBALANCED = "ledger: the postings of a transaction are two or more, of its book and unit, and sum to zero"
SEALED = "ledger: a recorded transaction takes no more postings"
DIRECT = "ledger: a balance moves by postings only"

_FAULTY = """
    (SELECT count(*) < 2 OR sum(p.amount) <> 0 OR sum(CASE WHEN a.book <> {book} OR a.unit <> {unit} THEN 1 ELSE 0 END) <> 0
     FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id WHERE p.transaction_id = {id})
"""

_POSTGRESQL = (
    f"""
    CREATE OR REPLACE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE header ledger_transaction%ROWTYPE; named uuid;
    BEGIN
      IF TG_TABLE_NAME = 'ledger_posting' THEN named := NEW.transaction_id; ELSE named := NEW.id; END IF;
      SELECT * INTO header FROM ledger_transaction WHERE id = named;
      IF NOT FOUND OR {_FAULTY.format(book="header.book", unit="header.unit", id="named")} THEN
        RAISE EXCEPTION '{UNBALANCED}' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NULL;
    END $$
    """,  # noqa: S608 - this module's own constants
    """
    CREATE OR REPLACE FUNCTION ledger_move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE ledger_account SET balance = balance + NEW.amount WHERE id = NEW.account_id;
      RETURN NULL;
    END $$
    """,
    f"""
    CREATE OR REPLACE FUNCTION ledger_only_postings() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF pg_trigger_depth() < 2 AND NEW.balance <> OLD.balance THEN
        RAISE EXCEPTION '{DIRECT}' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    "DROP TRIGGER IF EXISTS ledger_posting_balanced ON ledger_posting",
    """
    CREATE CONSTRAINT TRIGGER ledger_posting_balanced AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced()
    """,
    "DROP TRIGGER IF EXISTS ledger_transaction_balanced ON ledger_transaction",
    """
    CREATE CONSTRAINT TRIGGER ledger_transaction_balanced AFTER INSERT ON ledger_transaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced()
    """,
    """
    CREATE OR REPLACE TRIGGER ledger_posting_moves AFTER INSERT ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_move()
    """,
    """
    CREATE OR REPLACE TRIGGER ledger_account_only_postings BEFORE UPDATE OF balance ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_only_postings()
    """,
)

_SQLITE = (
    "DROP TRIGGER IF EXISTS ledger_posting_moves",
    """
    CREATE TRIGGER ledger_posting_moves AFTER INSERT ON ledger_posting
    BEGIN UPDATE ledger_account SET balance = balance + NEW.amount WHERE id = NEW.account_id; END
    """,
    "DROP TRIGGER IF EXISTS ledger_posting_sealed",
    f"""
    CREATE TRIGGER ledger_posting_sealed BEFORE INSERT ON ledger_posting
    WHEN EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id)
    BEGIN SELECT RAISE(ABORT, '{SEALED}'); END
    """,  # noqa: S608 - this module's own constants
    "DROP TRIGGER IF EXISTS ledger_transaction_balanced",
    f"""
    CREATE TRIGGER ledger_transaction_balanced BEFORE INSERT ON ledger_transaction
    WHEN {_FAULTY.format(book="NEW.book", unit="NEW.unit", id="NEW.id")}
    BEGIN SELECT RAISE(ABORT, '{UNBALANCED}'); END
    """,
)

_TABLES = {"ledger_account", "ledger_transaction", "ledger_posting"}


def install(using: str = "default") -> None:
    """Put every trigger in place; twice changes nothing. Nothing is done while the tables do not exist yet."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if not set(connection.introspection.table_names(cursor)) >= _TABLES:
            return
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def reinstall(using: str = "default", **_: Any) -> None:
    """Receiver of ``post_migrate``."""
    install(using)
