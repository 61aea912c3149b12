"""Facts of public procurement (DECP)."""

from __future__ import annotations

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


@fact_type(
    "procurement.awarded.v1",
    label=Text("Marché attribué", "Contract awarded"),
    sentence=Text("Marché de {amount} : {purpose}", "Contract of {amount}: {purpose}"),
)
class ContractAwarded(Data):
    """A public contract or concession (DECP 2.0.3). ``holders`` are SIRET or other identifiers of companies."""

    buyer: str = ""
    reference: str
    purpose: str
    form: str = ""
    nature: str = ""
    procedure: str = ""
    cpv: str = ""
    holders: tuple[str, ...] = ()
    months: int | None = None
    social: tuple[str, ...] = ()
    environmental: tuple[str, ...] = ()


@fact_type(
    "procurement.modified.v1",
    label=Text("Marché modifié", "Contract modified"),
    sentence=Text("Marché {reference} modifié : {purpose}", "Contract {reference} modified: {purpose}"),
)
class ContractModified(Data):
    """A published modification; ``amount`` is the new total when it changes."""

    buyer: str = ""
    reference: str
    modification: int
    purpose: str
    months: int | None = None
