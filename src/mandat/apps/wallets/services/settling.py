"""Pay partners: one run makes one payment file; the bank's answer moves the money for good, or back.

In the ledger: partner → ``paying`` when the file is made, ``paying`` → ``paid`` when the bank has paid, ``paying`` (or ``paid``) → partner where it
has refused: the amount is then in the next run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.ledger import services as ledger
from mandat.apps.ledger.models import Payment, major
from mandat.apps.ledger.payments import bordereau
from mandat.apps.ledger.payments.pain import Party, Transfer
from mandat.apps.ledger.payments.reading import Outcome
from mandat.apps.ledger.payments.services import Reconciled, file_make, file_sent, outcomes_record
from mandat.apps.wallets.definitions import Kind, kind_of
from mandat.apps.wallets.facts import append, region
from mandat.apps.wallets.models import Approval, Line, Refund, Run, Spend
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text

#: A settlement is told once at least so many purchases are told together.
SMALLEST = 5
_PREFIX = "wallets:"


def payer() -> Party:
    """Who pays: ``MANDAT_PAYER`` (name, iban, bic). Raises InputError where it is not set; a demonstration pays with an example."""
    known = dict(getattr(settings, "MANDAT_PAYER", None) or {})
    if not known.get("iban"):
        if not settings.MANDAT_DEMO:
            raise InputError(
                Text(
                    "le compte de la région n'est pas réglé : MANDAT_PAYER",
                    "the region's account is not set: MANDAT_PAYER",
                )
            )
        # The example every manual gives: no bank holds it.
        known = {"name": "Région (démonstration)", "iban": "FR7630006000011234567890189"}
    return Party(known.get("name", ""), known["iban"], known.get("bic", ""))


@dataclass(frozen=True, slots=True)
class Due:
    """What a partner is owed, and for how many purchases not yet settled."""

    approval: Approval
    amount: Decimal
    purchases: int


def due(kind: Kind) -> list[Due]:
    """What every partner is owed now, the most first. What is negative is owed by the partner (refunds after payment)."""
    approvals = Approval.objects.filter(code=kind.code, account__isnull=False).exclude(account__balance=0)
    found = []
    for approval in approvals.select_related("partner", "account").order_by("-account__balance", "pk"):
        count = Spend.objects.filter(approval=approval, line=None).count()
        assert approval.account is not None
        found.append(Due(approval, approval.account.held, count))
    return found


@transaction.atomic
def run_make(*, actor: User, wallet: str, reference: str, execution_on: dt.date) -> Run:
    """Make the payment file of all that partners of a wallet are owed. ``reference`` names it: the same again gives the same run.

    Raises InputError where nothing is owed, or the file would be refused by the bank. A partner who is suspended is not paid meanwhile.
    """
    require(actor, "wallets.settle")
    kind = kind_of(wallet)
    known = Run.objects.filter(reference=reference).first()
    if known is not None:
        if known.code != kind.code:
            raise InputError(Text(f"référence déjà prise : {reference}", f"reference taken: {reference}"))
        return known
    if not reference or len(reference) > 28:
        raise InputError(Text("une référence a 1 à 28 caractères", "a reference has 1 to 28 characters"))
    debtor = payer()
    # One settlement at a time, and the log before the accounts, as everywhere.
    journal.lock()
    now = timezone.now()
    paying = kind.account("paying")
    approvals = list(
        Approval.objects.filter(
            code=kind.code, account__balance__gt=0, state__in=(Approval.State.APPROVED, Approval.State.ENDED)
        )
        .select_related("partner")
        .order_by("pk")
    )
    probe = ledger.Draft(
        "", "", {paying.pk: Decimal(0), **{a.account_id: Decimal(0) for a in approvals if a.account_id}}
    )
    locked = ledger.lock([probe])
    run = Run(
        programme=kind.programme, code=kind.code, until=now.astimezone(PARIS).date(), reference=reference, made_at=now,
        made_by=actor,
    )  # fmt: skip
    run.save(force_insert=True)
    lines: list[Line] = []
    drafts: list[ledger.Draft] = []
    transfers: list[Transfer] = []
    for approval in approvals:
        assert approval.account_id is not None
        owed = locked[approval.account_id].balance
        if owed <= 0:
            continue
        number = len(lines) + 1
        amount = kind.major(owed)
        euros = kind.definition.euros_of(amount)
        spends = Spend.objects.filter(approval=approval, line=None)
        line = Line(
            run=run, approval=approval, amount=owed, cents=ledger.minor(euros, "EUR"), purchases=spends.count(),
            key=f"{_PREFIX}{run.pk.hex}:{number}", end_to_end=f"{reference}-{number}"[:35],
        )  # fmt: skip
        line.save(force_insert=True)
        spends.update(line=line)
        Refund.objects.filter(spend__approval=approval, line=None).update(line=line)
        lines.append(line)
        drafts.append(
            ledger.Draft(
                f"settle:{line.key}", "settle", {approval.account_id: -amount, paying.pk: amount}, _actor(actor)
            )
        )
        payee = Party(approval.partner.name, str(approval.partner.iban), approval.partner.bic)
        transfers.append(Transfer(line.key, line.end_to_end, payee, euros, f"{kind.definition.title.fr} {reference}"))
    if not lines:
        raise InputError(Text("rien n'est dû", "nothing is owed"))
    ledger.post_many(book=kind.book, drafts=drafts, moment=now, locked=locked)
    made = file_make(
        key=f"{_PREFIX}{run.pk.hex}",
        message_id=reference,
        debtor=debtor,
        transfers=transfers,
        execution_on=execution_on,
    )
    run.file = made.file
    run.xml = made.xml.decode()
    run.bordereau = bordereau.write(made.order)
    run.save(update_fields=["file", "xml", "bordereau"])
    return run


@transaction.atomic
def run_sent(*, actor: User, run: Run) -> bool:
    """Say that the file was handed to the bank. False where it was said before."""
    require(actor, "wallets.settle")
    assert run.file is not None
    return file_sent(file=run.file)


@transaction.atomic
def answer_record(*, actor: User, outcomes: Sequence[Outcome]) -> Reconciled:
    """Record what the bank says of the transfers; move the money accordingly; tell it as facts. What was recorded is not recorded again."""
    require(actor, "wallets.settle")
    today = timezone.localdate()
    touched: dict[str, Kind] = {}

    def moved(payment: Payment, before: str) -> None:
        line = Line.objects.select_related("run", "approval").get(key=payment.key)
        kind = kind_of(line.run.code, line.run.programme)
        touched[kind.code] = kind
        held = "paid" if before == Payment.State.PAID else "paying"
        amount = kind.major(line.amount)
        source = kind.account(held)
        if payment.state == Payment.State.PAID:
            postings = {source.pk: -amount, kind.account("paid").pk: amount}
        else:
            assert line.approval.account_id is not None
            postings = {source.pk: -amount, line.approval.account_id: amount}
        ledger.post(
            book=kind.book, key=f"{payment.state}:{line.key}:{before}", reason=str(payment.state), postings=postings,
            actor=_actor(actor),
        )  # fmt: skip
        line.state = payment.state
        line.save(update_fields=["state"])
        if payment.state == Payment.State.REFUSED:
            # Owed again: in the next run with the purchases it paid.
            Spend.objects.filter(line=line).update(line=None)
            Refund.objects.filter(line=line).update(line=None)

    journal.lock()
    done = outcomes_record(outcomes=outcomes, today=today, each=moved, prefix=_PREFIX)
    for kind in touched.values():
        _tell(kind, today)
    return done


def _tell(kind: Kind, today: dt.date) -> None:
    """One fact for all that was paid and not yet told, once it covers enough purchases."""
    lines = Line.objects.filter(
        run__programme=kind.programme, run__code=kind.code, state=Line.State.PAID, published_on=None
    )
    sums = lines.aggregate(cents=Sum("cents"), purchases=Sum("purchases"))
    if (sums["purchases"] or 0) < SMALLEST:
        return
    partners = lines.order_by().values("approval").distinct().count()
    last = lines.order_by("-pk").values_list("run__reference", flat=True).first() or ""
    first = lines.order_by("pk").values_list("pk", flat=True).first()
    append(
        kind, "settled", on=today, area=region(), quantity=major(sums["cents"], "EUR"), unit="EUR",
        source=f"wallet-settled:{kind.code}:{first}", partners=partners, purchases=sums["purchases"], reference=last,
    )  # fmt: skip
    lines.update(published_on=today)


def anomalies(kind: Kind) -> list[Text]:
    """What does not agree between purchases, settlements and the ledger; nothing where all holds."""
    found: list[Text] = []
    for approval in (
        Approval.objects.filter(code=kind.code, account__isnull=False)
        .select_related("account", "partner")
        .order_by("pk")
    ):
        bought = Spend.objects.filter(approval=approval, line=None).aggregate(s=Sum("amount"))["s"] or 0
        back = Refund.objects.filter(spend__approval=approval, line=None).aggregate(s=Sum("amount"))["s"] or 0
        assert approval.account is not None
        if bought - back != approval.account.balance:
            found.append(
                Text(
                    f"{approval.partner.name} : achats non réglés {kind.major(bought - back)}, compte {approval.account.held}",
                    f"{approval.partner.name}: purchases not settled {kind.major(bought - back)}, account {approval.account.held}",
                )
            )
        if approval.account.balance < 0:
            found.append(
                Text(
                    f"{approval.partner.name} doit {-approval.account.held} (remboursements)",
                    f"{approval.partner.name} owes {-approval.account.held} (refunds)",
                )
            )
    waiting = Line.objects.filter(
        run__code=kind.code,
        state=Line.State.WAITING,
        run__file__execution_on__lt=timezone.localdate() - dt.timedelta(days=10),
    )
    found += [
        Text(
            f"{line.end_to_end} : sans réponse de la banque depuis dix jours",
            f"{line.end_to_end}: no answer from the bank for ten days",
        )
        for line in waiting.order_by("pk")
    ]
    over = Spend.objects.filter(refunded__gt=F("amount"), approval__code=kind.code).count()
    if over:
        found.append(
            Text(f"{over} achats remboursés au-delà de leur montant", f"{over} purchases refunded beyond their amount")
        )
    return found


def _actor(actor: User) -> str:
    return f"account:{actor.pk}"
