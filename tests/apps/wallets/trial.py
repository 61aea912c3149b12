"""A trial programme with a wallet, a shop and holders, made in a database of its own: for tests and benchmarks with real processes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.custody.models import Subject
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.models import Commune, Departement, Region
from mandat.apps.wallets.models import Approval, Wallet
from mandat.apps.wallets.services import card_make, credit, partner_apply, partner_decide
from mandat.definitions.folder import read_texts
from tests.apps.wallets.folder import WALLETS
from tests.programmes_folder import texts

IBAN = "FR1420041010050500013M02606"


def prepare(*, holders: int, shops: int, amount: str = "100", caps: bool = True) -> list[str]:
    """Publish the programme, approve ``shops`` partners, credit ``holders`` wallets. Gives the number of each wallet's card."""
    wallet = WALLETS["wallets/panier.yaml"].replace("per_spend: 20, per_day: 40", "per_spend: 1000, per_day: 100000")
    wallet = wallet.replace("at_most: 150", "at_most: 100000")
    if not caps:
        wallet = wallet.replace("caps: [{amount: 100, every: day}]\n", "").replace(
            "    caps: [{amount: 60, every: week}]\n", ""
        )
    programme_load(folder=read_texts(texts() | {"wallets/panier.yaml": wallet.encode()}))
    region = Region.objects.create(code="24", name="Centre-Val de Loire", vintage=dt.date(2026, 1, 1), digest="")
    Departement.objects.create(code="37", name="Indre-et-Loire", region=region)
    Commune.objects.create(code="37261", name="Tours", departement_id="37", population=1000)
    agent = User.objects.create_user("agent@example.org")
    RoleGrant.objects.create(user=agent, role="agent")
    manager = User.objects.create_user("till@example.org")
    for n in range(shops):
        asked = partner_apply(
            actor=manager,
            wallet="panier",
            category="magasin-bio",
            name=f"Boutique {n}",
            siret=siret(n),
            commune="37261",
            iban=IBAN,
        )
        partner_decide(actor=agent, approval=asked, decision="approve")
    numbers = []
    for n in range(holders):
        subject = Subject.objects.create(**Subject.fresh())
        held = credit(
            wallet="panier", holder=subject, amount=Decimal(amount), key=f"start:{n}", departement="37"
        ).wallet
        numbers.append(card_make(wallet=held).number)
    return numbers


def siret(n: int) -> str:
    """A number whose keys are right, for the nth partner."""
    siren = _with_key(f"{10_000_000 + n:08d}")
    return _with_key(f"{siren}0001")


def _with_key(digits: str) -> str:
    """``digits`` and the figure that makes Luhn's sum a multiple of ten."""
    total = sum(sum(divmod(int(d) * (2 if rank % 2 == 0 else 1), 10)) for rank, d in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def till() -> User:
    return User.objects.get(email="till@example.org")


def approvals() -> list[Approval]:
    return list(Approval.objects.select_related("partner").order_by("pk"))


def wallets() -> list[Wallet]:
    return list(Wallet.objects.order_by("pk"))
