"""Spend at a partner's till, and give back. Every purchase is one transaction of the ledger, once a code and once a key."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.ledger import services as ledger
from mandat.apps.wallets import tills
from mandat.apps.wallets.definitions import Kind, kind_of
from mandat.apps.wallets.models import Approval, Credential, Lot, Member, Refund, Spend, Wallet
from mandat.apps.wallets.schema import Cap
from mandat.apps.wallets.services.cards import digest_of
from mandat.apps.wallets.services.expiring import expire_held
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text

#: A till that types this many wrong codes within ``PATIENCE`` waits for its end.
MOST_WRONG = 20
PATIENCE = dt.timedelta(minutes=15)
#: A refund may be spent for at least so many days, even where the credit it came from has ended.
GRACE = dt.timedelta(days=30)

_PERIODS = {
    "spend": Text("par achat", "a purchase"),
    "day": Text("par jour", "a day"),
    "week": Text("par semaine", "a week"),
    "month": Text("par mois", "a month"),
    "year": Text("par an", "a year"),
}


class WrongCodeError(InputError):
    """A code that is unknown, used, stopped or out of date: which one is not said."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "code inconnu, déjà utilisé ou expiré : demandez un nouveau code",
                "unknown, used or expired code: ask for a new one",
            )
        )


class CapError(InputError):
    """A cap of the definition would be passed. ``left`` is what may still be spent under it."""

    def __init__(self, cap: Cap, left: Decimal, unit: str) -> None:
        sign = " €" if unit == "EUR" else ""
        per = _PERIODS[cap.every]
        super().__init__(
            Text(
                f"plafond de {_said(cap.amount)}{sign} {per.fr} : il reste {_said(left)}{sign}",
                f"cap of {cap.amount}{sign} {per.en}: {left}{sign} left",
            )
        )
        self.left = left


def spend(*, actor: User, approval: Approval, number: str, amount: Decimal, key: str) -> Spend:
    """Pay ``amount`` to a partner with a one-time code or a card. The same ``key`` again gives the same purchase.

    ``actor`` works for the partner. Raises WrongCodeError, CapError, ``ledger.InsufficientError`` (with what is left), InputError for a partner that is not approved, an amount that is not above zero or is not the one
    the holder fixed, a key used for something else. Nothing is spent then.
    """
    kind = kind_of(approval.code)
    cents = kind.minor(amount)
    if cents <= 0:
        raise InputError(Text("le montant est au-dessus de zéro", "the amount is above zero"))
    if not key or len(key) > 64:
        raise InputError(Text("un achat a une clé", "a purchase has a key"))
    check_member(actor, approval)
    now = timezone.now()
    if approval.wrong_since and approval.wrong >= MOST_WRONG and now < approval.wrong_since + PATIENCE:
        raise InputError(
            Text(
                "trop de codes faux : réessayez dans un quart d'heure",
                "too many wrong codes: try again in a quarter of an hour",
            )
        )
    try:
        with transaction.atomic():
            return _spend(kind, approval, digest_of(number), cents, key, now)
    except WrongCodeError:
        _count_wrong(approval, now)
        raise
    except IntegrityError:
        # The same key at the same moment: the other one was first.
        found = _same(kind, approval, digest_of(number), cents, key)
        if found is None:
            raise
        return found


def _spend(kind: Kind, approval: Approval, digest: str, cents: int, key: str, now: dt.datetime) -> Spend:
    # A one-time code is held from here to the end: two tills that type it at once are one after the other.
    credential = tills.credential(kind, digest)
    if credential is None:
        raise WrongCodeError
    if credential.spent or (credential.expires_at is not None and credential.expires_at <= now):
        found = _same(kind, approval, digest, cents, key)
        if found is not None:
            return found
        raise WrongCodeError
    if not credential.open:
        raise WrongCodeError
    card = credential.card
    if approval.state != Approval.State.APPROVED or approval.account_id is None:
        raise InputError(Text("ce partenaire n'est pas agréé", "this partner is not approved"))
    if credential.amount is not None and credential.amount != cents:
        fixed = kind.major(credential.amount)
        raise InputError(Text(f"le montant fixé est {_said(fixed)}", f"the amount was fixed at {fixed}"))
    amount = kind.major(cents)
    postings = {credential.account: -amount, approval.account_id: amount}
    draft = ledger.Draft(f"spend:{approval.pk.hex}:{key}", "spend", postings, f"till:{approval.pk.hex}")
    today = now.astimezone(PARIS).date()
    ended = credential.next_expiry is not None and credential.next_expiry < today
    # What has ended goes to another account: every lock is taken here, in one order.
    more = [ledger.Draft("", "", {kind.account("expired").pk: amount})] if ended else []
    locked = ledger.lock([draft, *more])
    if ended:
        expire_held(kind, Wallet.objects.get(pk=credential.wallet), locked[credential.account], now)
        locked = ledger.lock([draft])
    try:
        _check_caps(kind, credential.wallet, approval.category, cents, today, card=card)
        [done] = ledger.post_many(book=kind.book, drafts=[draft], moment=now, locked=locked)
    except (CapError, ledger.InsufficientError):
        # A card's purchase asked for again is answered as the first time, even where nothing more may be spent.
        found = _same(kind, approval, digest, cents, key)
        if found is None:
            raise
        return found
    if not done.new:
        found = _same(kind, approval, digest, cents, key)
        if found is None:
            raise ledger.KeyReusedError(key)
        return found
    made = Spend(
        wallet_id=credential.wallet, approval=approval, credential_id=credential.pk, by_card=card, key=key,
        category=approval.category, departement=approval.partner.departement, amount=cents, day=today, made_at=now,
        transaction=done.transaction,
    )  # fmt: skip
    tills.record(made)
    if not card:
        Credential.objects.filter(pk=credential.pk).update(used_at=now)
    return made


def _same(kind: Kind, approval: Approval, digest: str, cents: int, key: str) -> Spend | None:
    """The purchase already made under this key with this code and amount; None where there is none. Raises KeyReusedError for another."""
    found = Spend.objects.select_related("credential").filter(approval=approval, key=key).first()
    if found is None:
        return None
    if found.amount != cents or found.credential is None or found.credential.digest != digest:
        raise ledger.KeyReusedError(key)
    return found


def _check_caps(kind: Kind, wallet: UUID, category: str, cents: int, today: dt.date, *, card: bool) -> None:
    definition = kind.definition
    known = definition.category(category)
    caps: list[tuple[Cap, str, tuple[object, ...]]] = [(cap, "", ()) for cap in definition.caps]
    caps += [(cap, "AND category = %s", (category,)) for cap in (known.caps if known else ())]
    if card and definition.card is not None:
        caps.append((Cap(amount=definition.card.per_spend, every="spend"), "", ()))
        caps.append((Cap(amount=definition.card.per_day, every="day"), "AND by_card", ()))
    dated = [(rank, cap, which, values) for rank, (cap, which, values) in enumerate(caps) if cap.every != "spend"]
    spent = tills.spent(wallet, [(_first_day(cap, today), which, values) for _, cap, which, values in dated])
    already = {rank: total for (rank, *_), total in zip(dated, spent, strict=True)}
    for rank, (cap, _, _) in enumerate(caps):
        left = kind.minor(cap.amount) - already.get(rank, 0)
        if cents > left:
            raise CapError(cap, kind.major(max(left, 0)), kind.unit)


def _first_day(cap: Cap, today: dt.date) -> dt.date:
    if cap.every == "week":
        return today - dt.timedelta(days=today.weekday())
    if cap.every == "month":
        return today.replace(day=1)
    if cap.every == "year":
        return today.replace(month=1, day=1)
    return today


def _count_wrong(approval: Approval, now: dt.datetime) -> None:
    """Written after the refusal, outside what it rolled back."""
    held = Approval.objects.filter(pk=approval.pk)
    fresh = Q(wrong_since=None) | Q(wrong_since__lt=now - PATIENCE)
    if not held.filter(fresh).update(wrong=1, wrong_since=now):
        held.update(wrong=F("wrong") + 1)
    approval.refresh_from_db(fields=["wrong", "wrong_since"])


@transaction.atomic
def refund(*, actor: User, spend: Spend, amount: Decimal, key: str) -> Refund:
    """Give back ``amount`` of a purchase to the wallet it came from. The same ``key`` again gives the same refund.

    ``actor`` is a manager of the partner. What comes back may be spent until its credit ends, and for at least 30 days. Raises InputError
    where more would be given back than was paid, after the definition's ``refund_days``, or where the wallet is closed.
    """
    approval, wallet = spend.approval, spend.wallet
    check_member(actor, approval, manager=True)
    kind = kind_of(approval.code)
    cents = kind.minor(amount)
    if cents <= 0:
        raise InputError(Text("le montant est au-dessus de zéro", "the amount is above zero"))
    assert approval.account_id is not None
    # Accounts before the purchase's row: the order in which a settlement takes them.
    draft = ledger.Draft(
        f"refund:{spend.pk.hex}:{key}", "refund", {approval.account_id: -amount, wallet.account_id: amount},
        f"till:{approval.pk.hex}",
    )  # fmt: skip
    locked = ledger.lock([draft])
    held = Spend.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=spend.pk)
    known = Refund.objects.filter(spend=held, key=key).first()
    if known is not None:
        if known.amount != cents:
            raise ledger.KeyReusedError(key)
        return known
    now = timezone.now()
    today = now.astimezone(PARIS).date()
    left = held.amount - held.refunded
    if cents > left:
        raise InputError(
            Text(f"au plus {_said(kind.major(left))} à rembourser", f"at most {kind.major(left)} to refund")
        )
    if today > held.day + dt.timedelta(days=kind.definition.refund_days):
        raise InputError(
            Text(
                f"un achat se rembourse dans les {kind.definition.refund_days} jours",
                f"a purchase is refunded within {kind.definition.refund_days} days",
            )
        )
    if held.wallet.state == Wallet.State.CLOSED:
        raise InputError(Text("ce porte-monnaie est clos", "this wallet is closed"))
    [done] = ledger.post_many(book=kind.book, drafts=[draft], moment=now, locked=locked)
    held.refunded += cents
    held.save(update_fields=["refunded"])
    ends = _refund_ends(held.wallet, today)
    Lot.objects.create(
        wallet=held.wallet, kind=Lot.Kind.REFUND, key=f"refund:{held.pk.hex}:{key}", amount=cents, expires_on=ends, made_at=now,
        transaction=done.transaction,
    )  # fmt: skip
    if ends is not None and (held.wallet.next_expiry is None or ends < held.wallet.next_expiry):
        Wallet.objects.filter(pk=held.wallet_id).update(next_expiry=ends)
    return Refund.objects.create(
        spend=held, key=key, amount=cents, day=today, made_at=now, transaction=done.transaction
    )  # fmt: skip


def _refund_ends(wallet: Wallet, today: dt.date) -> dt.date | None:
    """The latest end of what was credited before, and 30 days at least; None where a credit never ends."""
    ends = list(Lot.objects.filter(wallet=wallet, kind=Lot.Kind.CREDIT).values_list("expires_on", flat=True))
    if not ends or None in ends:
        return None
    return max([*(end for end in ends if end is not None), today + GRACE])


def check_member(actor: User, approval: Approval, *, manager: bool = False) -> None:
    """Raise InputError unless ``actor`` works for the partner."""
    role = tills.role(actor.pk, approval.partner_id) if actor.is_active else ""
    if not role or (manager and role != Member.Role.MANAGER):
        raise InputError(Text("ce compte ne travaille pas à cette caisse", "this account does not work at this till"))


def _said(amount: Decimal) -> str:
    whole = amount == amount.to_integral_value()
    return f"{amount:.0f}" if whole else f"{amount:f}".replace(".", ",")
