"""What facts say of a case after its award: one step and nothing of what it holds; its beneficiary where the law lets it be named."""

from __future__ import annotations

from typing import Any

from mandat import journal
from mandat.apps.grants.models import Case
from mandat.apps.grants.services.awards import PERSON, legal_person
from mandat.apps.grants.services.moving import fact, terms_of


def step(case: Case, name: str) -> journal.Entry:
    """Append that ``name`` was done on a case, and nothing of what it holds."""
    terms = terms_of(case)
    return fact("grants.followed.v1", case, terms, scheme=case.scheme, title=terms.document.title.fr, step=name)


def beneficiary(case: Case) -> str:
    """Who received, as facts say it."""
    return case.applicant.name if legal_person(case) and case.applicant is not None else PERSON


def siret(case: Case) -> str:
    """The number of a legal person; empty for others."""
    return case.applicant.siret if legal_person(case) and case.applicant is not None else ""


def about(case: Case) -> dict[str, Any]:
    """What the facts of a case's money say of it: its beneficiary and its reference."""
    return {"beneficiary": beneficiary(case), "award": case.reference}
