"""Facts of individual rights: claimed, granted, refused, ended, paid, appealed, counted. None names or describes a person.

``record_sha256`` is the digest of the decision's sealed record, which holds a random number: it proves that the record
was not changed since, and tells nothing of what is in it.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text

#: How a decision came about: by the algorithm alone, by an agent, or by the end of the delay.
By = Literal["automatic", "agent", "silence"]


class _OfRight(Data):
    """``right`` is the code of its definition; ``title`` what it is called."""

    right: str
    title: str


@fact_type(
    "rights.claimed.v1",
    label=Text("Droit demandé", "Right claimed"),
    sentence=Text("Une demande est déposée : {title}", "A claim is made: {title}"),
    counts=False,
)
class Claimed(_OfRight):
    """One claim to ``right`` is received."""


@fact_type(
    "rights.evidence_asked.v1",
    label=Text("Pièce demandée", "Evidence asked for"),
    sentence=Text("Une demande est à compléter : {title}", "A claim is to be completed: {title}"),
    counts=False,
)
class EvidenceAsked(_OfRight):
    """The service asks for what a claim lacks: its delay stands still (CRPA L114-5)."""


@fact_type(
    "rights.completed.v1",
    label=Text("Demande complétée", "Claim completed"),
    sentence=Text("Une demande est complétée : {title}", "A claim is completed: {title}"),
    counts=False,
)
class Completed(_OfRight):
    """What was asked for is received."""


@fact_type(
    "rights.claim_withdrawn.v1",
    label=Text("Demande retirée", "Claim withdrawn"),
    sentence=Text("Une demande est retirée : {title}", "A claim is withdrawn: {title}"),
    counts=False,
)
class ClaimWithdrawn(_OfRight):
    """The person takes the claim back before it is decided."""


@fact_type(
    "rights.granted.v1",
    label=Text("Droit accordé", "Right granted"),
    sentence=Text("Accordé à une personne : {title}", "Granted to one person: {title}"),
)
class Granted(_OfRight):
    """One person gets ``right`` from ``starts_on`` to ``ends_on`` (None: until it is ended). ``quantity`` is 1 person.

    ``on_appeal``: the decision takes the place of a refusal.
    """

    by: By
    starts_on: dt.date
    ends_on: dt.date | None = None
    record_sha256: str
    on_appeal: bool = False


@fact_type(
    "rights.refused.v1",
    label=Text("Droit refusé", "Right refused"),
    sentence=Text("Une demande est refusée : {title}", "A claim is refused: {title}"),
    counts=False,
)
class Refused(_OfRight):
    """One claim is refused, expressly or by silence."""

    by: By
    record_sha256: str


@fact_type(
    "rights.renewed.v1",
    label=Text("Droit renouvelé", "Right renewed"),
    sentence=Text("Renouvelé pour une personne : {title}", "Renewed for one person: {title}"),
)
class Renewed(_OfRight):
    """The same person goes on: not counted again among those granted."""

    by: By
    starts_on: dt.date
    ends_on: dt.date | None = None
    record_sha256: str


@fact_type(
    "rights.ended.v1",
    label=Text("Droit terminé", "Right ended"),
    sentence=Text("Prend fin pour une personne : {title}", "Ends for one person: {title}"),
    counts=False,
)
class Ended(_OfRight):
    """One benefit ends: at its term, given up by the person, or by a decision."""

    because: Literal["term", "given_up", "decision"]


@fact_type(
    "rights.paid.v1",
    label=Text("Droit versé", "Right paid"),
    sentence=Text("Mis en paiement pour une personne : {title}", "Ordered for one person: {title}"),
)
class Paid(_OfRight):
    """What one person is due for the period from ``starts_on``: ``amount`` in euros, or ``quantity`` in units."""

    starts_on: dt.date
    paid_by: Literal["wallet", "transfer"]


@fact_type(
    "rights.payment_returned.v1",
    label=Text("Versement revenu", "Payment returned"),
    sentence=Text(
        "Un versement est revenu, il sera refait : {title}", "A payment came back and will be made again: {title}"
    ),
    counts=False,
)
class PaymentReturned(_OfRight):
    """The bank could not pay one person ``amount``: it is ordered again, and was counted once."""


@fact_type(
    "rights.refund_due.v1",
    label=Text("Trop-perçu à rembourser", "Overpayment to refund"),
    sentence=Text("Un trop-perçu est constaté : {title}", "An overpayment is found: {title}"),
    counts=False,
)
class RefundDue(_OfRight):
    """One person was paid more than was due: ``amount`` in euros, or ``quantity`` in units, is asked back."""


@fact_type(
    "rights.refund_settled.v1",
    label=Text("Trop-perçu réglé", "Overpayment settled"),
    sentence=Text("Un trop-perçu est réglé : {title}", "An overpayment is settled: {title}"),
    counts=False,
)
class RefundSettled(_OfRight):
    """What one person was asked back is refunded, or given up by a reasoned decision (``remission``)."""

    how: Literal["refunded", "remission"]


@fact_type(
    "rights.appealed.v1",
    label=Text("Recours déposé", "Appeal lodged"),
    sentence=Text("Une décision est contestée : {title}", "A decision is contested: {title}"),
    counts=False,
)
class Appealed(_OfRight):
    """The person asks the administration to decide anew (recours gracieux)."""


@fact_type(
    "rights.appeal_decided.v1",
    label=Text("Recours tranché", "Appeal decided"),
    sentence=Text("Un recours est tranché : {title}", "An appeal is decided: {title}"),
    counts=False,
)
class AppealDecided(_OfRight):
    """An appeal is accepted or rejected, expressly or by silence. Never by an algorithm (loi 78-17, article 47)."""

    outcome: Literal["accepted", "rejected"]
    by: Literal["agent", "silence"]
    record_sha256: str = ""


@fact_type(
    "rights.appeal_dropped.v1",
    label=Text("Recours retiré", "Appeal dropped"),
    sentence=Text("Un recours est retiré : {title}", "An appeal is dropped: {title}"),
    counts=False,
)
class AppealDropped(_OfRight):
    """The person takes an appeal back."""


@fact_type(
    "rights.beneficiaries_counted.v1",
    label=Text("Bénéficiaires comptés", "Beneficiaries counted"),
    sentence=Text("{quantity_text} bénéficient de : {title}", "{quantity_text} benefit from: {title}"),
)
class BeneficiariesCounted(_OfRight):
    """How many persons hold ``right`` on ``occurred_on`` in ``area``, with breakdowns; small counts are folded or left out."""
