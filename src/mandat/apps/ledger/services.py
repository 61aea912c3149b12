"""Acts on the ledger: open and close accounts, post, reverse. Callers append the facts of what they do.

Everything happens in the caller's transaction, or in one of its own. Accounts are locked in the order of their keys, so that two posts never wait for
each other (PostgreSQL); on SQLite the IMMEDIATE transaction is the only writer.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mandat.apps.ledger import rows
from mandat.apps.ledger.models import Account, Posting, Transaction, identifier, major, scale
from mandat.apps.ledger.rows import Held
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text

#: What one posting may move, in the smallest part of its unit.
LARGEST = 10**15


class InsufficientError(InputError):
    """An account would fall below its floor. ``available`` is what it can still give."""

    def __init__(self, account: Held, available: Decimal) -> None:
        super().__init__(Text("solde insuffisant", "insufficient balance"))
        self.account = account
        self.available = available


class KeyReusedError(InputError):
    """A key was used before for something else."""

    def __init__(self, key: str) -> None:
        super().__init__(Text(f"clé déjà utilisée : {key}", f"key already used: {key}"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction to be. ``postings`` maps accounts' primary keys to what they get (negative: what they give), in their unit."""

    key: str
    reason: str
    postings: Mapping[int, Decimal]
    actor: str = ""
    reverses: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a draft; ``new`` is False where its key was already posted."""

    transaction: uuid.UUID
    new: bool


def minor(amount: Decimal | int, unit: str) -> int:
    """1250 for ``Decimal("12.50")`` euros. Raises InputError for more decimals than the unit has, and for what is not a number."""
    if isinstance(amount, bool | float):
        raise InputError(Text("un montant est un nombre décimal exact", "an amount is an exact decimal number"))
    try:
        value = Decimal(amount)
        shifted = value.scaleb(scale(unit))
        whole = int(shifted)
    except (InvalidOperation, ValueError, OverflowError):
        raise InputError(Text(f"montant illisible : {amount}", f"unreadable amount: {amount}")) from None
    if whole != shifted:
        raise InputError(Text(f"trop de décimales : {amount}", f"too many decimals: {amount}"))
    if abs(whole) > LARGEST:
        raise InputError(Text(f"montant hors limites : {amount}", f"amount out of range: {amount}"))
    return whole


def account_open(*, book: str, code: str, kind: str, unit: str, floor: Decimal | None = None) -> Account:
    """The account of a code, opened where there is none. Raises InputError where it exists with another kind or unit."""
    limit = None if floor is None else minor(floor, unit)
    account, _ = Account.objects.get_or_create(
        book=book,
        code=code,
        defaults={"kind": kind, "unit": unit, "floor": limit, "opened_at": timezone.now()},
    )
    if (account.kind, account.unit) != (kind, unit):
        raise InputError(Text(f"le compte {code} existe sous un autre genre", f"account {code} exists as another kind"))
    return account


@transaction.atomic
def account_close(*, account: Account) -> None:
    """Refuse postings from now on. Raises InputError where the balance is not zero."""
    [held] = Account.objects.select_for_update(no_key=True).filter(pk=account.pk)
    if held.balance:
        raise InputError(Text(f"le compte {held.code} n'est pas soldé", f"account {held.code} is not settled"))
    if held.closed_at is None:
        held.closed_at = timezone.now()
        held.save(update_fields=["closed_at"])


def post(
    *,
    book: str,
    key: str,
    reason: str,
    postings: Mapping[int, Decimal],
    actor: str = "",
    moment: dt.datetime | None = None,
) -> Posted:
    """Post one transaction. See ``post_many``."""
    [done] = post_many(book=book, drafts=[Draft(key, reason, postings, actor)], moment=moment)
    return done


def post_many(
    *,
    book: str,
    drafts: Sequence[Draft],
    moment: dt.datetime | None = None,
    locked: Mapping[int, Held] | None = None,
) -> list[Posted]:
    """Post all of ``drafts`` in their order, or none. One result a draft. ``locked``: what ``lock`` gave, where it was asked before.

    A draft whose key is already posted with the same postings is not posted again. Raises InputError for postings that do not sum to zero, are
    fewer than two, name an unknown or closed account or one of another book or unit; InsufficientError where a floor forbids it; KeyReusedError.
    """
    if not drafts:
        return []
    if connection.in_atomic_block:
        # Everything is checked before the first row is written: no savepoint is needed inside the caller's transaction.
        return _post(book, drafts, moment, locked)
    with transaction.atomic():
        return _post(book, drafts, moment, locked)


def _post(
    book: str, drafts: Sequence[Draft], moment: dt.datetime | None, locked: Mapping[int, Held] | None
) -> list[Posted]:
    accounts = lock(drafts) if locked is None else locked
    known = _known(book, drafts)
    now = moment or timezone.now()
    day = now.astimezone(PARIS).date()
    headers: list[Transaction] = []
    lines: list[Posting] = []
    results: list[Posted] = []
    for draft in drafts:
        amounts, unit = _checked(book, draft, accounts)
        before = known.get(draft.key)
        if before is not None:
            if before[1] != amounts:
                raise KeyReusedError(draft.key)
            results.append(Posted(before[0], new=False))
            continue
        for pk, amount in amounts.items():
            account = accounts[pk]
            if amount < 0 and account.floor is not None and account.balance + amount < account.floor:
                raise InsufficientError(account, account.available)
        for pk, amount in amounts.items():
            accounts[pk].balance += amount
        header = Transaction(
            id=identifier(), book=book, key=draft.key, unit=unit, moment=now, day=day, reason=draft.reason,
            actor=draft.actor, reverses_id=draft.reverses,
        )  # fmt: skip
        known[draft.key] = (header.id, amounts)
        headers.append(header)
        lines += [Posting(transaction=header, account_id=pk, amount=amount) for pk, amount in amounts.items()]
        results.append(Posted(header.id, new=True))
    if headers:
        try:
            # Postings first: on SQLite the transaction's row seals them (see triggers).
            rows.insert(headers, lines)
        except IntegrityError as error:
            # The same key at the same time, over other accounts.
            if "one_transaction_a_key" in str(error) or "ledger_transaction.key" in str(error):
                raise KeyReusedError(drafts[0].key) from error
            raise
    return results


@transaction.atomic
def reverse(*, transaction_id: uuid.UUID, key: str, reason: str, actor: str = "") -> Posted:
    """Post the opposite of a transaction. Once only: raises InputError where it is already reversed, or is itself a reversal."""
    header = Transaction.objects.filter(pk=transaction_id).first()
    if header is None:
        raise InputError(Text("écriture inconnue", "unknown transaction"))
    if header.reverses_id is not None:
        raise InputError(Text("une annulation ne s'annule pas", "a reversal is not reversed"))
    postings = {line.account_id: major(-line.amount, header.unit) for line in header.postings.order_by("id")}
    draft = Draft(key, reason, postings, actor, reverses=header.pk)
    lock([draft])
    other = Transaction.objects.filter(reverses=header).exclude(book=header.book, key=key).first()
    if other is not None:
        raise InputError(Text("écriture déjà annulée", "transaction already reversed"))
    [done] = post_many(book=header.book, drafts=[draft])
    return done


def lock(drafts: Sequence[Draft]) -> dict[int, Held]:
    """The accounts of ``drafts``, locked in the order of their keys until the transaction ends. To be called inside one."""
    return rows.lock(sorted({pk for draft in drafts for pk in draft.postings}))


def _known(book: str, drafts: Sequence[Draft]) -> dict[str, tuple[uuid.UUID, dict[int, int]]]:
    """What is already posted under the keys of ``drafts``."""
    found = {pk: key for key, pk in rows.known(book, [draft.key for draft in drafts]).items()}
    known: dict[str, tuple[uuid.UUID, dict[int, int]]] = {key: (pk, {}) for pk, key in found.items()}
    if found:
        lines = Posting.objects.filter(transaction__in=list(found)).order_by("id")
        for pk, account, amount in lines.values_list("transaction_id", "account_id", "amount"):
            known[found[pk]][1][account] = amount
    return known


def _checked(book: str, draft: Draft, accounts: Mapping[int, Held]) -> tuple[dict[int, int], str]:
    if not draft.key or len(draft.key) > 150:
        raise InputError(Text("une écriture a une clé d'au plus 150 caractères", "a key has 1 to 150 characters"))
    if len(draft.postings) < 2:
        raise InputError(Text("une écriture touche deux comptes ou plus", "a transaction has two postings or more"))
    amounts: dict[int, int] = {}
    unit = ""
    for pk, amount in draft.postings.items():
        account = accounts.get(pk)
        if account is None:
            raise InputError(Text("compte inconnu", "unknown account"))
        if account.closed:
            raise InputError(Text(f"le compte {account.code} est fermé", f"account {account.code} is closed"))
        unit = unit or account.unit
        if account.book != book or account.unit != unit:
            raise InputError(
                Text(
                    f"le compte {account.code} n'est pas de ce livre ou de cette unité",
                    f"account {account.code} is of another book or unit",
                )
            )
        amounts[pk] = minor(amount, unit)
        if not amounts[pk]:
            raise InputError(Text("une ligne de zéro ne déplace rien", "a posting of zero moves nothing"))
    if sum(amounts.values()):
        raise InputError(Text("les lignes d'une écriture s'annulent", "the postings of a transaction sum to zero"))
    return amounts, unit
