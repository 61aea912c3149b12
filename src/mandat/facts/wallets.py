"""Facts of allowances credited, spent and settled, and of the partners that take them.

``data.wallet`` is the code of the wallet. ``quantity`` is how much, in the wallet's unit (``EUR`` or ``item``); where that is euros,
``amount`` says it too. ``subject`` is the wallet's code, or the partner's public reference.

- ``wallets.credited.v1``: so much was credited to ``data.wallets`` wallets, ``area`` no finer than a département.
- ``wallets.spent.v1``: purchases of a batch in a département, refunds taken off; ``data.purchases`` is at least 5: fewer are told with
  those of the whole region, or wait for the next batch. The day is that of the batch, never of a purchase.
- ``wallets.expired.v1``: what was not spent in time went back to the region; told in batches of at least 5 wallets.
- ``wallets.settled.v1``: ``amount`` euros were paid to ``data.partners`` partners, for ``data.purchases`` purchases (5 or more).
- ``wallets.partner_approved.v1``, ``wallets.partner_ended.v1``: a partner takes the wallet, or does not any more; ``area`` is its commune.
"""

from __future__ import annotations

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfWallet(Data):
    wallet: str
    title: str


@fact_type(
    "wallets.credited.v1",
    label=Text("Allocation créditée", "Allowance credited"),
    sentence=Text("{title} : {quantity_text} crédités", "{title}: {quantity_text} credited"),
)
class Credited(_OfWallet):
    """One credit, or a run of credits to ``wallets`` wallets, under one right."""

    wallets: int = 1


@fact_type(
    "wallets.spent.v1",
    label=Text("Allocation dépensée", "Allowance spent"),
    sentence=Text(
        "{title} : {quantity_text} dépensés en {purchases} achats",
        "{title}: {quantity_text} spent in {purchases} purchases",
    ),
)
class Spent(_OfWallet):
    """A batch of purchases."""

    purchases: int


@fact_type(
    "wallets.expired.v1",
    label=Text("Allocation expirée", "Allowance expired"),
    sentence=Text("{title} : {quantity_text} non dépensés à temps", "{title}: {quantity_text} not spent in time"),
)
class Expired(_OfWallet):
    """A batch of credits that ended unspent."""

    wallets: int


@fact_type(
    "wallets.settled.v1",
    label=Text("Partenaires payés", "Partners paid"),
    sentence=Text(
        "{title} : {amount} versés à {partners} partenaires", "{title}: {amount} paid to {partners} partners"
    ),
)
class Settled(_OfWallet):
    """What the bank says was paid."""

    partners: int
    purchases: int
    reference: str


@fact_type(
    "wallets.partner_approved.v1",
    label=Text("Partenaire agréé", "Partner approved"),
    sentence=Text("{title} : un partenaire de plus ({category})", "{title}: one more partner ({category})"),
)
class PartnerApproved(_OfWallet):
    """A partner may be paid with the wallet."""

    category: str
    category_code: str


@fact_type(
    "wallets.partner_ended.v1",
    label=Text("Agrément retiré", "Approval ended"),
    sentence=Text("{title} : un partenaire de moins ({category})", "{title}: one partner less ({category})"),
)
class PartnerEnded(_OfWallet):
    """A partner may not be paid with the wallet any more."""

    category: str
    category_code: str
