"""Credit wallets, once a key."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.custody.models import Subject
from mandat.apps.ledger import services as ledger
from mandat.apps.wallets.definitions import Kind, kind_of
from mandat.apps.wallets.facts import append, area_of, region
from mandat.apps.wallets.models import Lot, Wallet
from mandat.apps.wallets.schema import Expiry
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text

#: Wallets credited in one transaction by ``credit_many``.
BATCH = 200
#: A run's fact tells of no fewer wallets in a département.
SMALLEST = 5


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit to be: to whom, how much, under which key."""

    holder: User | Subject
    amount: Decimal
    key: str
    departement: str = ""


@dataclass(frozen=True, slots=True)
class Credited:
    """The wallet credited; ``new`` is False where the key had been before."""

    wallet: Wallet
    amount: Decimal
    expires_on: dt.date | None
    new: bool


def wallet_open(*, wallet: str, holder: User | Subject, departement: str = "") -> Wallet:
    """The wallet of a person, opened where there is none. Raises InputError for a kind that is not published."""
    kind = kind_of(wallet)
    subject = Subject.objects.of(holder)
    found = Wallet.objects.filter(programme=kind.programme, code=kind.code, holder=subject).first()
    if found is not None:
        return found
    with transaction.atomic():
        # The person's row is locked: two credits at once open one wallet.
        Subject.objects.select_for_update().get(pk=subject.pk)
        found = Wallet.objects.filter(programme=kind.programme, code=kind.code, holder=subject).first()
        if found is not None:
            return found
        fresh = Wallet(
            programme=kind.programme, code=kind.code, holder=subject, departement=departement, opened_at=timezone.now()
        )
        fresh.account = ledger.account_open(
            book=kind.book, code=f"wallet:{fresh.pk.hex}", kind="wallet", unit=kind.unit, floor=Decimal(0)
        )
        fresh.save(force_insert=True)
        return fresh


@transaction.atomic
def credit(
    *,
    wallet: str,
    holder: User | Subject,
    amount: Decimal,
    key: str,
    departement: str = "",
    moment: dt.datetime | None = None,
) -> Credited:
    """Credit a person's wallet, opening it where need be, and append the fact. The same ``key`` again changes nothing.

    ``departement`` (two or three characters) is where the fact is counted: never finer. Raises InputError for an unknown wallet, an amount
    that is not above zero or is over the definition's ``at_most``, a wallet that is stopped or closed, a key used for something else.
    """
    kind = kind_of(wallet)
    # The log before the accounts: a caller that appended its own fact holds it already.
    journal.lock()
    done = _credit(kind, [Credit(holder, amount, key, departement)], moment or timezone.now())
    if done[0].new:
        append(
            kind, "credited", on=_day(moment), area=area_of(departement), quantity=amount, wallets=1,
            source=f"wallet-credit:{salted_hmac('wallets.credit', key).hexdigest()}",
        )  # fmt: skip
    return done[0]


def credit_many(
    *, wallet: str, credits: Sequence[Credit], run: str, moment: dt.datetime | None = None
) -> list[Credited]:
    """Credit many wallets (a month's allowances): by batches, each with its facts. Run again after a crash, it goes on where it stopped.

    ``run`` names it in the facts' sources. Départements where few wallets are credited in a batch are told with the rest of the region.
    """
    kind = kind_of(wallet)
    results: list[Credited] = []
    for start in range(0, len(credits), BATCH):
        chunk = credits[start : start + BATCH]
        with transaction.atomic():
            journal.lock()
            done = _credit(kind, chunk, moment or timezone.now())
            counted: dict[str, list[Decimal]] = defaultdict(list)
            for asked, result in zip(chunk, done, strict=True):
                if result.new:
                    counted[asked.departement].append(result.amount)
            for departement in [name for name, amounts in counted.items() if name and len(amounts) < SMALLEST]:
                counted[""] += counted.pop(departement)
            for departement, amounts in sorted(counted.items()):
                named = salted_hmac("wallets.credit", chunk[0].key).hexdigest()[:20]
                append(
                    kind, "credited", on=_day(moment), area=area_of(departement) if departement else region(),
                    quantity=sum(amounts, Decimal(0)), wallets=len(amounts),
                    source=f"wallet-credits:{run}:{departement}:{named}",
                )  # fmt: skip
            results += done
    return results


def _credit(kind: Kind, credits: Sequence[Credit], moment: dt.datetime) -> list[Credited]:
    wallets = [wallet_open(wallet=kind.code, holder=one.holder, departement=one.departement) for one in credits]
    fund = kind.account("fund")
    drafts = []
    for one, wallet in zip(credits, wallets, strict=True):
        if one.amount <= 0 or one.amount > kind.definition.credit.at_most:
            most = kind.definition.credit.at_most
            raise InputError(
                Text(f"un crédit va de 0 à {most}, pas {one.amount}", f"a credit is from 0 to {most}, not {one.amount}")
            )
        if not one.key or len(one.key) > 140:
            raise InputError(
                Text("un crédit a une clé d'au plus 140 caractères", "a credit has a key of 1 to 140 characters")
            )
        drafts.append(
            ledger.Draft(f"credit:{one.key}", "credit", {fund.pk: -one.amount, wallet.account_id: one.amount}, "system")
        )
    locked = ledger.lock(drafts)
    # Looked at once the accounts are locked: a wallet stopped meanwhile is seen.
    states = {w.pk: w for w in Wallet.objects.filter(pk__in=[w.pk for w in wallets]).order_by("pk")}
    known = set(Lot.objects.filter(key__in=[one.key for one in credits]).values_list("key", flat=True))
    for one, wallet in zip(credits, wallets, strict=True):
        if one.key not in known and states[wallet.pk].state == Wallet.State.CLOSED:
            raise InputError(Text("ce porte-monnaie est clos", "this wallet is closed"))
    posted = ledger.post_many(book=kind.book, drafts=drafts, moment=moment, locked=locked)
    results: list[Credited] = []
    lots: list[Lot] = []
    for one, wallet, done in zip(credits, wallets, posted, strict=True):
        ends = expires_on(kind.definition.expiry, moment.astimezone(PARIS).date())
        results.append(Credited(states[wallet.pk], one.amount, ends, done.new))
        if not done.new:
            continue
        lots.append(
            Lot(
                wallet=wallet, kind=Lot.Kind.CREDIT, key=one.key, amount=kind.minor(one.amount), expires_on=ends,
                made_at=moment, transaction=done.transaction,
            )
        )  # fmt: skip
        held = states[wallet.pk]
        if ends is not None and (held.next_expiry is None or ends < held.next_expiry):
            held.next_expiry = ends
            held.save(update_fields=["next_expiry"])
    Lot.objects.bulk_create(lots, batch_size=200)
    return results


def expires_on(expiry: Expiry, day: dt.date) -> dt.date | None:
    """The last day on which what is credited on ``day`` may be spent; None where it never ends."""
    if expiry.after == "never":
        return None
    if expiry.after == "date":
        return expiry.date
    year, month = divmod(day.year * 12 + day.month - 1 + expiry.months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, last if expiry.after == "month-end" else min(day.day, last))


def _day(moment: dt.datetime | None) -> dt.date:
    return (moment or timezone.now()).astimezone(PARIS).date()
