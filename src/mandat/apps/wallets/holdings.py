"""What wallets keep about persons: given to them, erased when they ask, forgotten in time.

The ledger's entries stay; what is erased is their link to a person.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, Value, record
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.ledger.models import major
from mandat.apps.wallets.definitions import kinds
from mandat.apps.wallets.models import Approval, Credential, Lot, Member, Run, Spend, Wallet
from mandat.apps.wallets.services.expiring import wallet_close


def _wallets(user: User) -> list[Record]:
    found: list[Record] = []
    for wallet in Wallet.objects.filter(holder__user=user).select_related("account").order_by("opened_at", "pk"):
        unit = wallet.account.unit
        left = Value("balance", _("what is left"), f"{wallet.account.held} {unit}")
        opened = record(wallet, "code", "state", "opened_at")
        found.append(Record(opened.title, (*opened.values, left)))
        for lot in Lot.objects.filter(wallet=wallet).order_by("pk"):
            one = record(lot, "kind", "made_at", "expires_on")
            found.append(Record(one.title, (*one.values, _amount(lot.amount, unit))))
        for spend in Spend.objects.filter(wallet=wallet).select_related("approval__partner").order_by("made_at", "pk"):
            one = record(spend, "reference", "made_at")
            where = Value("partner", _("partner"), spend.approval.partner.name)
            back = Value("refunded", _("refunded"), f"{major(spend.refunded, unit)} {unit}")
            found.append(Record(one.title, (*one.values, where, _amount(spend.amount, unit), back)))
    return found


def _amount(amount: int, unit: str) -> Value:
    return Value("amount", _("amount"), f"{major(amount, unit)} {unit}")


def _erase_wallets(user: User) -> None:
    for wallet in Wallet.objects.filter(holder__user=user).order_by("pk"):
        if wallet.state == Wallet.State.CLOSED:
            wallet.holder, wallet.departement = None, ""
            wallet.save(update_fields=["holder", "departement"])
        else:
            wallet_close(wallet=wallet, cut=True)


def _wallets_stay(user: User) -> list[Kept]:
    if not Wallet.objects.filter(holder__user=user).exists():
        return []
    return [
        Kept(
            _(
                "the entries of the accounts, without any link to you; what is left in the wallet goes back to the region"
            ),
            _("partners were paid for them: public accounts are kept"),
            _("ten years"),
        )
    ]


def _partners(user: User) -> list[Record]:
    found = []
    for member in Member.objects.filter(user=user).select_related("partner").order_by("pk"):
        one = record(member, "role", "added_at")
        found.append(Record(one.title, (Value("partner", _("partner"), member.partner.name), *one.values)))
    return found


def _erase_partners(user: User) -> None:
    Member.objects.filter(user=user).delete()


def _agents(user: User) -> list[Record]:
    decided = [
        record(one, "code", "state", "decided_at", title=_("Approval you decided"))
        for one in Approval.objects.filter(decided_by=user).order_by("decided_at", "pk")
    ]
    return decided + [
        record(one, "reference", "made_at", title=_("Settlement you made"))
        for one in Run.objects.filter(made_by=user).order_by("made_at", "pk")
    ]


def _nothing(user: User) -> None:
    """Goes with the account itself."""


def _dormant(before: dt.datetime) -> QuerySet[Wallet]:
    recent = Q(spends__made_at__gte=before) | Q(lots__made_at__gte=before)
    active = Wallet.objects.filter(recent).values("pk")
    return Wallet.objects.filter(holder__isnull=False, opened_at__lt=before).exclude(pk__in=active)


def _cut(rows: QuerySet[Any]) -> int:
    found = list(rows.order_by("pk"))
    published = kinds()
    for wallet in found:
        if wallet.state == Wallet.State.CLOSED or wallet.code not in published:
            wallet.holder, wallet.departement = None, ""
            wallet.save(update_fields=["holder", "departement"])
        else:
            wallet_close(wallet=wallet, cut=True)
    return len(found)


def _past_credentials(before: dt.datetime) -> QuerySet[Credential]:
    return Credential.objects.filter(Q(used_at__lt=before) | Q(stopped_at__lt=before) | Q(expires_at__lt=before))


def _old_files(before: dt.datetime) -> QuerySet[Run]:
    return Run.objects.filter(made_at__lt=before, xml__isnull=False)


def _forget_files(rows: QuerySet[Any]) -> int:
    found = list(rows.order_by("pk"))
    for run in found:
        run.xml = run.bordereau = None
        run.save(update_fields=["xml", "bordereau"])
    return len(found)


def register() -> None:
    """Called once, when the apps are ready."""
    personal.register(
        code="wallets.wallets", title=_("Your wallets"), models=("wallets.Wallet", "wallets.Lot", "wallets.Spend"),
        export=_wallets, erase=_erase_wallets, stays=_wallets_stay,
    )  # fmt: skip
    personal.register(
        code="wallets.partners", title=_("The tills you work at"), models=("wallets.Member",), export=_partners,
        erase=_erase_partners,
    )  # fmt: skip
    personal.register(
        code="wallets.agents", title=_("What you decided about wallets as an agent"),
        models=("wallets.Approval", "wallets.Run"), export=_agents, erase=_nothing, with_account=True,
    )  # fmt: skip
    people = _("People who hold a wallet")
    retention.register(
        code="wallets.wallets",
        title=_("Wallets, credits and purchases"),
        purpose=_("Let people spend an allowance, and pay the partners who took it."),
        data=_("Whose wallet it is, its credits, the partner, day and amount of each purchase; never what was bought."),
        people=people,
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(years=2),
        after=_("the last movement; the link to the person is then cut"),
        models=("wallets.Wallet", "wallets.Lot", "wallets.Spend", "wallets.Refund", "wallets.Expired"),
        due=_dormant,
        apply=_cut,
    )
    retention.register(
        code="wallets.credentials",
        title=_("One-time codes and cards"),
        purpose=_("Pay with a wallet."),
        data=_("A keyed hash, never the code itself."),
        people=people,
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(days=30),
        after=_("it was used, stopped or expired"),
        models=("wallets.Credential",),
        due=_past_credentials,
    )
    retention.register(
        code="wallets.partners",
        title=_("Partners of wallets and who works at their till"),
        purpose=_("Approve partners, let them take payments, pay them."),
        data=_("Name, SIRET, address, bank account (sealed), accounts that work there."),
        people=_("Partners and those who work for them"),
        basis=Basis.PUBLIC_TASK,
        after=_("As long as the partner is approved; bank account ten years with the payments."),
        models=("wallets.Partner", "wallets.Member", "wallets.Approval"),
    )
    retention.register(
        code="wallets.payments",
        title=_("Payment files"),
        purpose=_("Pay partners, and prove it."),
        data=_("Name and bank account of the partners paid (sealed)."),
        people=_("Partners"),
        basis=Basis.LEGAL_OBLIGATION,
        reference=_("commercial code, article L123-22"),
        lasts=Lasts(years=10),
        after=_("the payment"),
        models=("wallets.Run", "wallets.Line"),
        due=_old_files,
        apply=_forget_files,
    )
