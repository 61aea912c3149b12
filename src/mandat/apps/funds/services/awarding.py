"""Award many cases at once: one batch of the ledger, in the transaction of the vote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from mandat.apps.funds import cells
from mandat.apps.funds.books import account
from mandat.apps.funds.models import Allocation, Envelope
from mandat.apps.funds.services.allocating import place_of
from mandat.apps.funds.services.envelopes import short
from mandat.apps.ledger.services import Draft, InsufficientError, minor, post_many
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Wanted:
    """``amount`` euros of ``envelope`` for ``case``, once for ``key``. The rest is what the board adds up by (see ``reserve``)."""

    envelope: Envelope
    case: str
    amount: Decimal
    key: str
    scheme: str = ""
    commune: str = ""
    beneficiary_kind: str = ""


@transaction.atomic
def award_many(*, wanted: Sequence[Wanted], actor: str = "") -> None:
    """Reserve and award all of ``wanted``, or nothing: what a case had reserved goes first, the rest comes from what is available.

    Raises InputError where an envelope is closed or holds less than is asked of it, and for a case given twice.
    """
    for one in wanted:
        if one.envelope.closed_on is not None:
            code = one.envelope.code
            raise InputError(Text(f"l'enveloppe {code} est close", f"envelope {code} is closed"))
        if one.amount <= 0 or one.amount != euros(one.amount):
            raise InputError(
                Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent")
            )
    if len({(one.envelope.pk, one.case) for one in wanted}) < len(wanted):
        raise InputError(Text("un dossier figure deux fois", "a case is given twice"))
    books: dict[str, list[Wanted]] = defaultdict(list)
    for one in wanted:
        books[one.envelope.book].append(one)
    for book, some in sorted(books.items()):
        _award(book, some, actor)


def _award(book: str, wanted: Sequence[Wanted], actor: str) -> None:
    held = _held(wanted)
    accounts: dict[tuple[int, str], int] = {}
    drafts = []
    for one in wanted:
        allocation = held.get((one.envelope.pk, one.case))
        reserved = Decimal(allocation.reserved) / 100 if allocation else Decimal(0)
        moved = {"awarded": one.amount, "reserved": -reserved, "available": reserved - one.amount}
        postings = {}
        for name, amount in moved.items():
            if amount:
                key = (one.envelope.pk, name)
                if key not in accounts:
                    accounts[key] = account(one.envelope, name).pk
                postings[accounts[key]] = amount
        drafts.append(Draft(f"{one.key}:{one.case}", "available-awarded", postings, actor))
    try:
        done = post_many(book=book, drafts=drafts)
    except InsufficientError as error:
        code = error.account.code.rpartition("/")[0]
        envelope = next(one.envelope for one in wanted if one.envelope.code == code)
        raise short(envelope, error.available) from error
    deltas: dict[cells.Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    fresh: list[Allocation] = []
    changed: list[tuple[int, int]] = []
    for one, posted in zip(wanted, done, strict=True):
        if not posted.new:
            continue
        cents = minor(one.amount, "EUR")
        allocation = held.get((one.envelope.pk, one.case))
        if allocation is None:
            allocation = Allocation(
                envelope=one.envelope, case=one.case, awarded=cents, scheme=one.scheme or one.envelope.scheme,
                kind=one.beneficiary_kind, place=place_of(one.commune, one.beneficiary_kind),
            )  # fmt: skip
            fresh.append(allocation)
            delta = {"awarded": cents, "cases": 1}
        else:
            delta = {"awarded": cents, "reserved": -allocation.reserved, "cases": int(not allocation.active)}
            changed.append((cents, allocation.pk))
        for column, change in delta.items():
            deltas[cells.key_of(allocation)][column] += change
    Allocation.objects.bulk_create(fresh, batch_size=400)
    if changed:
        with connection.cursor() as cursor:
            table = Allocation._meta.db_table
            cursor.executemany(
                f"UPDATE {table} SET awarded = awarded + %s, reserved = 0 WHERE id = %s",  # noqa: S608 - marks only
                changed,
            )
    if deltas:
        cells.add(deltas)


def _held(wanted: Sequence[Wanted]) -> Mapping[tuple[int, str], Allocation]:
    """What these cases hold already, locked."""
    found: dict[tuple[int, str], Allocation] = {}
    envelopes = {one.envelope.pk for one in wanted}
    cases = [one.case for one in wanted]
    for start in range(0, len(cases), 500):
        rows = Allocation.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
        for row in rows.filter(case__in=cases[start : start + 500], envelope__in=envelopes):
            found[row.envelope_id, row.case] = row
    return found
