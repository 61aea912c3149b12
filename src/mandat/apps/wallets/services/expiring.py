"""What is not spent in time goes back to the region.

A wallet is one balance: each euro spent counts against the credit that ends soonest. What ends by a day is then the sum of the credits that end
by then less all that ever left the wallet.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.db.models import Min, Q, Sum
from django.utils import timezone

from mandat.apps.ledger import services as ledger
from mandat.apps.ledger.models import identifier
from mandat.apps.ledger.rows import Held
from mandat.apps.wallets.definitions import Kind, kind_of, kinds
from mandat.apps.wallets.models import Credential, Expired, Lot, Wallet
from mandat.kernel.periods import PARIS

#: Wallets looked at in one transaction.
BATCH = 100


def expire(*, programme: str = "", moment: dt.datetime | None = None) -> int:
    """Take back what has ended, in every wallet. Gives how many wallets lost something. Run twice, it takes once."""
    now = moment or timezone.now()
    today = now.astimezone(PARIS).date()
    taken = 0
    for kind in kinds(programme).values():
        last = None
        while True:
            due = Wallet.objects.filter(programme=kind.programme, code=kind.code, next_expiry__lt=today)
            if last is not None:
                due = due.filter(pk__gt=last)
            chunk = list(due.order_by("pk")[:BATCH])
            if not chunk:
                break
            last = chunk[-1].pk
            with transaction.atomic():
                expired = kind.account("expired")
                draft = ledger.Draft("", "", {pk: Decimal(0) for pk in [expired.pk, *(w.account_id for w in chunk)]})
                locked = ledger.lock([draft])
                taken += sum(expire_held(kind, wallet, locked[wallet.account_id], now) > 0 for wallet in chunk)
    return taken


def expire_held(kind: Kind, wallet: Wallet, account: Held, now: dt.datetime) -> int:
    """Take back what ended in a wallet whose account is locked by the caller. Gives how much, in the unit's smallest part."""
    today = now.astimezone(PARIS).date()
    lots = Lot.objects.filter(wallet=wallet).aggregate(
        ended=Sum("amount", filter=Q(expires_on__lt=today)),
        every=Sum("amount"),
        next=Min("expires_on", filter=Q(expires_on__gte=today)),
    )
    left = (lots["every"] or 0) - account.balance
    due = min(max((lots["ended"] or 0) - left, 0), account.balance)
    if due:
        _take(kind, wallet, due, now, "expiry")
    if wallet.next_expiry != lots["next"]:
        wallet.next_expiry = lots["next"]
        wallet.save(update_fields=["next_expiry"])
    return due


@transaction.atomic
def wallet_close(*, wallet: Wallet, cut: bool = False) -> None:
    """Close a wallet for good: its balance goes back to the region, its codes and card stop. ``cut`` takes its holder away too."""
    kind = kind_of(wallet.code, wallet.programme)
    now = timezone.now()
    Credential.objects.filter(wallet=wallet).delete()
    probe = ledger.Draft("", "", {wallet.account_id: Decimal(0), kind.account("expired").pk: Decimal(0)})
    account = ledger.lock([probe])[wallet.account_id]
    if account.balance:
        _take(kind, wallet, account.balance, now, "closing")
    wallet.state, wallet.next_expiry = Wallet.State.CLOSED, None
    if cut:
        wallet.holder, wallet.departement = None, ""
    wallet.save(update_fields=["state", "next_expiry", "holder", "departement"])
    ledger.account_close(account=wallet.account)


def _take(kind: Kind, wallet: Wallet, amount: int, now: dt.datetime, reason: str) -> None:
    back = kind.account("expired")
    done = ledger.post(
        book=kind.book, key=f"{reason}:{identifier().hex}", reason=reason, moment=now, actor="system",
        postings={wallet.account_id: -kind.major(amount), back.pk: kind.major(amount)},
    )  # fmt: skip
    Expired.objects.create(wallet=wallet, amount=amount, day=now.astimezone(PARIS).date(), transaction=done.transaction)
