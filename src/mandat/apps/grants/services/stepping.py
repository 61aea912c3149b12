"""What facts say of a case after its award: one step and nothing of what it holds; its beneficiary where the law lets it be named."""

from __future__ import annotations

from typing import Any

from mandat import journal
from mandat.apps.grants.models import Case
from mandat.apps.grants.services.moving import fact, terms_of

#: What a fact says of whom it may not name.
PERSON = "personne physique"
#: Kinds of applicants that are natural persons, whatever their number.
NATURAL = frozenset({"person", "sole-trader", "unincorporated-group"})


def step(case: Case, name: str) -> journal.Entry:
    """Append that ``name`` was done on a case, and nothing of what it holds."""
    terms = terms_of(case)
    return fact("grants.followed.v1", case, terms, scheme=case.scheme, title=terms.document.title.fr, step=name)


def legal_person(case: Case) -> bool:
    """Whether the applicant is a legal person, who may be named. Legal categories that begin with 1 are natural persons."""
    applicant = case.applicant
    if applicant is None or case.applicant_kind in NATURAL:
        return False
    return not applicant.legal_category.startswith("1") and (applicant.diffusible or not applicant.siret)


def beneficiary(case: Case) -> str:
    """Who received, as facts say it."""
    return case.applicant.name if legal_person(case) and case.applicant is not None else PERSON


def siret(case: Case) -> str:
    """The number of a legal person; empty for others."""
    return case.applicant.siret if legal_person(case) and case.applicant is not None else ""


def about(case: Case) -> dict[str, Any]:
    """What the facts of a case's money say of it: its beneficiary and its reference."""
    return {"beneficiary": beneficiary(case), "award": case.reference}
