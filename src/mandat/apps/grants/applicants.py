"""Which kinds of applicant an organisation can be, by its legal category and activity as the register gives them.

Source: Insee, nomenclature of legal categories (September 2022) and of activities (division 01: farming).
"""

from __future__ import annotations

from mandat.apps.grants.schema.parts import ApplicantKind
from mandat.apps.organisations.models import Organisation

#: By the longest prefix of the legal category that matches.
_KINDS: dict[str, tuple[ApplicantKind, ...]] = {
    "1": ("sole-trader",),
    "2": ("unincorporated-group",),
    "4": ("public-body",),
    "5": ("company",),
    "51": ("cooperative", "company"),
    "5458": ("cooperative", "company"),
    "5558": ("cooperative", "company"),
    "5658": ("cooperative", "company"),
    "6": ("company",),
    "6316": ("cooperative", "farm"),
    "6317": ("cooperative",),
    "6318": ("cooperative",),
    "6533": ("farm", "company"),
    "6597": ("farm", "company"),
    "6598": ("farm", "company"),
    "7": ("public-body",),
    "7210": ("commune",),
    "7331": ("lycee", "public-body"),
    "734": ("epci",),
    "735": ("public-body", "epci"),
    "7381": ("public-body", "research-body"),
    "7382": ("public-body", "research-body"),
    "7383": ("higher-education", "research-body", "public-body"),
    "7384": ("higher-education", "research-body", "public-body"),
    "7385": ("public-body", "research-body", "higher-education"),
    "7389": ("research-body", "public-body"),
    "84": ("union",),
    "9": ("association",),
    "93": ("foundation",),
}
#: The choices of the shared vocabulary's question, by kind.
ANSWERS: dict[str, str] = {
    "association": "association",
    "company": "entreprise",
    "sole-trader": "entreprise_individuelle",
    "cooperative": "cooperative",
    "farm": "exploitation",
    "commune": "commune",
    "epci": "intercommunalite",
    "public-body": "etablissement_public",
    "lycee": "lycee",
    "higher-education": "universite",
    "research-body": "recherche",
    "foundation": "fondation",
    "unincorporated-group": "collectif",
    "person": "particulier",
}
#: Kinds whose own money is public.
PUBLIC: frozenset[str] = frozenset({"commune", "epci", "public-body", "lycee", "higher-education", "research-body"})
#: Kinds that apply without an organisation.
ALONE: tuple[ApplicantKind, ...] = ("person", "unincorporated-group")


def kinds_of(organisation: Organisation | None) -> tuple[ApplicantKind, ...]:
    """The kinds an applicant can be, the likeliest first; empty where nothing is known of it: it says so itself."""
    if organisation is None:
        return ALONE
    code = organisation.legal_category
    found = next((_KINDS[code[:length]] for length in range(len(code), 0, -1) if code[:length] in _KINDS), ())
    if organisation.naf.startswith("01.") and found and found[0] in ("sole-trader", "company", "farm"):
        return ("farm", *(kind for kind in found if kind != "farm"))
    return found


def fitting(organisation: Organisation | None, accepted: tuple[ApplicantKind, ...]) -> tuple[ApplicantKind, ...]:
    """Of the kinds a scheme accepts, those an applicant can be: all of them where nothing is known of it."""
    known = kinds_of(organisation)
    if not known:
        return tuple(kind for kind in accepted if kind != "person")
    return tuple(kind for kind in known if kind in accepted)
