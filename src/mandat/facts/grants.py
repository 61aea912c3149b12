"""Facts of money given: awards and payments."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
DecidedBy = Literal["authority", "committee", "silence"]


@fact_type(
    "grants.awarded.v1",
    label=Text("Subvention attribuée", "Grant awarded"),
    sentence=Text("{amount} attribués à {beneficiary} : {purpose}", "{amount} awarded to {beneficiary}: {purpose}"),
)
class Awarded(Data):
    """A public body awards ``amount`` (SCDL subventions). ``beneficiary`` is a legal person, else "personne physique".

    ``by`` and ``record_sha256`` say who decided here and under which record; awards read in open data have neither.
    """

    awarder: str = ""
    awarder_siret: str = ""
    beneficiary: str
    beneficiary_siret: str = ""
    purpose: str
    nature: Literal["money", "in_kind", "both"] = "money"
    terms: str = ""
    reference: str = ""
    de_minimis: bool | None = None
    budget_year: int | None = None
    by: DecidedBy | None = None
    record_sha256: Digest | None = None


@fact_type(
    "grants.paid.v1",
    label=Text("Subvention versée", "Grant paid"),
    sentence=Text("{amount} versés à {beneficiary} : {purpose}", "{amount} paid to {beneficiary}: {purpose}"),
)
class Paid(Data):
    """``amount`` is paid; ``award`` is the public reference of what was awarded."""

    beneficiary: str
    purpose: str
    award: str = ""
    share: str = ""


@fact_type(
    "grants.accepted.v1",
    label=Text("Demande acceptée", "Application accepted"),
    sentence=Text(
        "Décision favorable pour {beneficiary} : {purpose}", "Favourable decision for {beneficiary}: {purpose}"
    ),
)
class Accepted(Data):
    """A label, a contract or another aid without an amount is decided favourably. ``beneficiary`` as in ``Awarded``."""

    beneficiary: str
    beneficiary_siret: str = ""
    purpose: str
    reference: str = ""
    by: DecidedBy
    record_sha256: Digest


@fact_type(
    "grants.refused.v1",
    label=Text("Demande refusée", "Application refused"),
    sentence=Text("Une demande est refusée", "An application is refused"),
    counts=False,
)
class Refused(Data):
    """An application is refused, or not admissible. Of whom is not public; ``record_sha256`` is the digest of the record."""

    outcome: Literal["refused", "inadmissible"]
    by: DecidedBy
    record_sha256: Digest


@fact_type(
    "grants.sitting_closed.v1",
    label=Text("Séance d'un comité", "Sitting of a committee"),
    sentence=Text(
        "Le comité vote {awarded} accords, {refused} refus, et ajourne {postponed} dossiers",
        "The committee votes {awarded} awards, {refused} refusals, and puts {postponed} cases off",
    ),
    counts=False,
)
class SittingClosed(Data):
    """A committee has sat: its body, how many were present of how many seats, what it decided. ``amount`` is what it awarded."""

    body: str
    present: int
    seats: int
    awarded: int
    refused: int
    postponed: int
    minutes_sha256: Digest


@fact_type(
    "grants.applied.v1",
    label=Text("Demande déposée", "Application received"),
    sentence=Text("Une demande est déposée : {title}", "An application is received: {title}"),
    counts=False,
)
class Applied(Data):
    """One application to ``scheme`` is received in ``call``. Nothing tells who applies, nor for how much."""

    scheme: str
    title: str
    call: str = ""


@fact_type(
    "grants.completed.v1",
    label=Text("Demande complétée", "Application completed"),
    sentence=Text("Une demande est complétée : {title}", "An application is completed: {title}"),
    counts=False,
)
class Completed(Data):
    """What the service asked for came."""

    scheme: str
    title: str
    call: str = ""


@fact_type(
    "grants.withdrawn.v1",
    label=Text("Demande retirée", "Application withdrawn"),
    sentence=Text("Une demande est retirée : {title}", "An application is withdrawn: {title}"),
    counts=False,
)
class Withdrawn(Data):
    """The applicant takes one application back."""

    scheme: str
    title: str
    call: str = ""
