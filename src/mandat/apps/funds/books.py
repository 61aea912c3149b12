"""The accounts of envelopes in the ledger.

One book a programme. Of each envelope, commitment credits move ``assembly → available → reserved → awarded → engaged → paid``, or to
``lapsed``; payment credits of a year ``treasury → cp:YEAR → spent:YEAR``, or to ``cp-lapsed``. Only the assembly's and the
treasury's accounts go below zero: they are what was voted. So no euro is promised or paid twice, whatever runs beside.

Loans and stakes have books of their own (``loans:PROGRAMME``, ``stakes:PROGRAMME``), with an account for each: it holds what is still
owed, or what the shares held cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from mandat.apps.funds.models import Envelope
from mandat.apps.ledger.models import Account
from mandat.apps.ledger.services import account_open

#: Accounts of commitment credits, in the order money goes through them.
COMMITMENT = ("assembly", "available", "reserved", "awarded", "engaged", "paid", "lapsed")
#: Accounts that stand for who voted: what they lack is what the envelope holds.
SOURCES = ("assembly", "treasury")


def payment_names(year: int) -> tuple[str, str]:
    """The accounts of a year's payment credits: open, and spent."""
    return f"cp:{year}", f"spent:{year}"


def account(envelope: Envelope, name: str) -> Account:
    """One account of an envelope, opened the first time."""
    floor = None if name in SOURCES else Decimal(0)
    return account_open(
        book=envelope.book, code=f"{envelope.code}/{name}", kind=name.split(":")[0], unit="EUR", floor=floor
    )


def kept_account(book: str, code: str, kind: str, *, floor: bool = True) -> Account:
    """An account of the books of loans and stakes; without ``floor``, it stands for where the money comes from."""
    return account_open(book=book, code=code, kind=kind, unit="EUR", floor=Decimal(0) if floor else None)


def balances(envelopes: Iterable[Envelope]) -> Mapping[str, Mapping[str, Decimal]]:
    """What every account of these envelopes of one programme holds: by envelope's code, then by account's name. One query."""
    wanted = list(envelopes)
    found: dict[str, dict[str, Decimal]] = {envelope.code: {} for envelope in wanted}
    if not wanted:
        return found
    for row in Account.objects.filter(book=wanted[0].book).order_by("pk"):
        code, _, name = row.code.rpartition("/")
        if code in found:
            found[code][name] = row.held
    return found
