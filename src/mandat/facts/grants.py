"""Facts of money given: awards and payments."""

from __future__ import annotations

from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


@fact_type(
    "grants.awarded.v1",
    label=Text("Subvention attribuée", "Grant awarded"),
    sentence=Text("{amount} attribués à {beneficiary} : {purpose}", "{amount} awarded to {beneficiary}: {purpose}"),
)
class Awarded(Data):
    """A public body awards ``amount`` (SCDL subventions). ``beneficiary`` is a legal person, else "personne physique"."""

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
