"""One-time codes and printed cards: shown once, kept as keyed hashes."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from mandat.apps.wallets.definitions import kind_of
from mandat.apps.wallets.models import ALPHABET, Credential, Wallet
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Characters of a one-time code (39 bits, for minutes) and of a card (78 bits, for good).
CODE_LENGTH, CARD_LENGTH = 8, 16


@dataclass(frozen=True, slots=True)
class Shown:
    """A code or a card's number in clear: known to this answer alone."""

    number: str
    expires_at: dt.datetime | None
    amount: Decimal | None


def digest_of(number: str) -> str:
    """What is kept of a number, however it was typed: spaces and hyphens do not count, nor do capitals."""
    return salted_hmac("wallets.credential", plain(number), algorithm="sha256").hexdigest()


def plain(number: str) -> str:
    return "".join(c for c in number.upper()[:80] if c.isalnum())


def grouped(number: str) -> str:
    """``ABCD-EFGH``: as it is read aloud."""
    return "-".join(number[start : start + 4] for start in range(0, len(number), 4))


@transaction.atomic
def code_make(*, wallet: Wallet, amount: Decimal | None = None) -> Shown:
    """A one-time code for the holder's next purchase; those made before are stopped. ``amount`` fixes what is paid.

    Raises InputError where the wallet is stopped or closed, or holds less than ``amount``.
    """
    kind = kind_of(wallet.code, wallet.programme)
    _usable(wallet)
    wanted = None if amount is None else kind.minor(amount)
    wallet.account.refresh_from_db(fields=["balance"])
    if wanted is not None and not 0 < wanted <= wallet.account.balance:
        raise InputError(Text("ce montant dépasse votre solde", "this amount is over your balance"))
    now = timezone.now()
    expires = now + dt.timedelta(minutes=kind.definition.code_minutes)
    _stop(wallet, Credential.Kind.CODE, now)
    number = _random(CODE_LENGTH)
    Credential.objects.create(
        wallet=wallet, kind=Credential.Kind.CODE, digest=digest_of(number), amount=wanted, made_at=now, expires_at=expires
    )  # fmt: skip
    return Shown(grouped(number), expires, amount)


@transaction.atomic
def card_make(*, wallet: Wallet) -> Shown:
    """A new card for a wallet; the one before is stopped. Raises InputError where its kind has no card."""
    kind = kind_of(wallet.code, wallet.programme)
    if kind.definition.card is None:
        raise InputError(Text("ce porte-monnaie n'a pas de carte", "this wallet has no card"))
    _usable(wallet)
    now = timezone.now()
    _stop(wallet, Credential.Kind.CARD, now)
    number = _random(CARD_LENGTH)
    Credential.objects.create(wallet=wallet, kind=Credential.Kind.CARD, digest=digest_of(number), made_at=now)
    return Shown(grouped(number), None, None)


@transaction.atomic
def card_stop(*, wallet: Wallet) -> bool:
    """Stop a lost card, and any code under way. False where there was none."""
    now = timezone.now()
    stopped = _stop(wallet, Credential.Kind.CARD, now)
    _stop(wallet, Credential.Kind.CODE, now)
    return bool(stopped)


def has_card(wallet: Wallet) -> bool:
    return Credential.objects.filter(wallet=wallet, kind=Credential.Kind.CARD, stopped_at=None).exists()


def _stop(wallet: Wallet, kind: str, now: dt.datetime) -> int:
    live = Credential.objects.filter(wallet=wallet, kind=kind, stopped_at=None, used_at=None)
    return live.update(stopped_at=now)


def _usable(wallet: Wallet) -> None:
    if wallet.state != Wallet.State.OPEN:
        raise InputError(Text("ce porte-monnaie n'est pas utilisable", "this wallet cannot be used"))


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
