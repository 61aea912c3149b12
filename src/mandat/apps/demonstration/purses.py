"""Synthetic partners of the wallets, purchases at their tills, and their payment, by the services of wallets and rights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import numpy as np
from stdnum import luhn

from mandat.apps.accounts.models import User
from mandat.apps.custody.models import Subject
from mandat.apps.demonstration.claims import Act, Staff, moment
from mandat.apps.demonstration.course import seed_of
from mandat.apps.demonstration.places import Places
from mandat.apps.demonstration.residents import IBAN
from mandat.apps.ledger.models import Payment
from mandat.apps.ledger.payments.reading import Outcome
from mandat.apps.rights import services as rights
from mandat.apps.wallets import services
from mandat.apps.wallets.definitions import kinds
from mandat.apps.wallets.models import Approval, Wallet
from mandat.kernel.errors import InputError

#: Partners of each wallet, first and last approvals.
PARTNERS = 14
FIRST, LAST = dt.date(2022, 6, 6), dt.date(2026, 9, 14)
#: Purchases tried each week in each wallet.
PURCHASES = 1


def acts(where: Places, manager: User, staff: Staff) -> Iterator[Act]:
    """Partners applying and being approved, over the years."""
    number = 0
    for code, kind in kinds().items():
        categories = [category.code for category in kind.definition.categories]
        for rank in range(PARTNERS):
            number += 1
            chance = np.random.default_rng(seed_of(f"mandat/partner/{code}/{rank}"))
            day = FIRST + dt.timedelta(days=int((LAST - FIRST).days * (rank / PARTNERS) ** 1.3))
            apply = partial(_apply, manager, code, categories[rank % len(categories)], number, where.commune(chance))
            yield Act(moment(day, 10, number % 60), f"partner/{number:03d}/1", apply)
            decide = partial(_approve, code, number, staff.first)
            yield Act(moment(day + dt.timedelta(days=9), 16, number % 60), f"partner/{number:03d}/2", decide)


def siret(number: int) -> str:
    """A well-formed number that is nobody's: the SIREN begins with 000."""
    siren = f"000{number:05d}"
    siren += luhn.calc_check_digit(siren)
    return siren + (rest := "0001") + luhn.calc_check_digit(siren + rest)


def _apply(manager: User, wallet: str, category: str, number: int, area: str) -> None:
    services.partner_apply(
        actor=manager, wallet=wallet, category=category, name=f"Partenaire synthétique {number}", siret=siret(number),
        commune=area.partition(":")[2], iban=IBAN,
    )  # fmt: skip


def _approve(wallet: str, number: int, agent: User) -> None:
    approval = Approval.objects.filter(code=wallet, partner__siret=siret(number), state=Approval.State.APPLIED).first()
    if approval is not None:
        services.partner_decide(actor=agent, approval=approval, decision="approve")


def purchases(day: dt.date, manager: User) -> None:
    """A few holders pay at a till, by one-time codes. What the open account holds is left to visitors."""
    visitor = User.objects.get(email="habitante@demo.example")
    for code, kind in kinds().items():
        chance = np.random.default_rng(seed_of(f"mandat/purchases/{code}/{day}"))
        tills = list(Approval.objects.filter(code=code, state=Approval.State.APPROVED).order_by("partner__siret"))
        open_purses = Wallet.objects.filter(code=code, account__balance__gt=0).exclude(
            holder=Subject.objects.of(visitor)
        )
        purses = list(open_purses.select_related("account").order_by("opened_at", "pk"))
        if not tills or not purses:
            continue
        for rank in range(PURCHASES):
            wallet = purses[int(chance.integers(len(purses)))]
            wallet.account.refresh_from_db()
            held = kind.major(wallet.account.balance)
            wanted = Decimal(1) if kind.unit == "item" else Decimal(int(chance.integers(600, 3200))) / 100
            till = tills[int(chance.integers(len(tills)))]
            amount = min(held, wanted)
            if amount <= 0:
                continue
            try:
                shown = services.code_make(wallet=wallet)
                services.spend(
                    actor=manager, approval=till, number=shown.number, amount=amount, key=f"{code}-{day}-{rank}"
                )
            except InputError:  # a cap of the definition: the purchase is not made
                continue


def settle(day: dt.date, agent: User) -> None:
    """Pay partners and beneficiaries, and record that the bank did."""
    for number, code in enumerate(kinds()):
        try:
            run = services.run_make(actor=agent, wallet=code, reference=f"SYN-{day:%Y%m}-{number}", execution_on=day)
        except InputError:  # nothing is owed
            continue
        services.run_sent(actor=agent, run=run)
        services.answer_record(actor=agent, outcomes=paid(run.file_id, day))
    try:
        transfers = rights.transfers_make(actor=agent, reference=f"SYN-{day:%Y%m}-D", execution_on=day)
    except InputError:
        return
    rights.transfers_sent(actor=agent, run=transfers)
    rights.answer_record(actor=agent, outcomes=paid(transfers.file_id, day))


def paid(file: int | None, day: dt.date) -> list[Outcome]:
    """What a bank that pays everything answers about a file."""
    rows = Payment.objects.filter(file=file).order_by("pk")
    return [Outcome(row.end_to_end, "paid", Decimal(row.cents) / 100, day) for row in rows]
