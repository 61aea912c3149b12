"""The money of a scheme: the financing plan it asks for, how it pays, what is accounted for and paid back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from mandat.apps.grants.schema.parts import ApplicantKind, Name, Percent
from mandat.apps.programme.schema import BilingualTitle, Reference, Slug
from mandat.engines.indicators.expression import Strict

DeMinimis = Literal["general", "agriculture", "fisheries", "sgei"]


class PlanTerms(Strict):
    """What a financing plan must respect, in percent; ``de_minimis`` the regulation an award falls under, where it does.

    ``own_of_public`` is CGCT L1111-10 for investments of local authorities; ``own_of_cost`` and ``aid_rate`` are the scheme's own.
    """

    own_of_public: Percent | None = None
    own_of_cost: Percent | None = None
    aid_rate: Percent | None = None
    de_minimis: DeMinimis | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is asked."""
        return not any((self.own_of_public, self.own_of_cost, self.aid_rate, self.de_minimis))


class PlanCase(PlanTerms):
    """What the plan must respect for some: applicants of ``applicants``, and projects for which the rule's yes-or-no formula
    ``when`` holds (an investment, an economic activity). All that is given must hold."""

    applicants: tuple[ApplicantKind, ...] = ()
    when: Name | None = None
    label: BilingualTitle | None = None
    reference: Reference | None = None

    def holds(self, kind: str, formulas: Mapping[str, bool | None]) -> bool:
        """Whether the case is that of an applicant of ``kind`` whose project gives ``formulas``. An unknown formula does not hold."""
        if self.applicants and kind not in self.applicants:
            return False
        return self.when is None or formulas.get(self.when) is True


class Plan(PlanTerms):
    """What the financing plan must respect: the figures of the first of ``cases`` that holds, else those written beside them."""

    cases: tuple[PlanCase, ...] = Field(default=(), max_length=12)

    def terms(self, kind: str, formulas: Mapping[str, bool | None] | None = None) -> PlanTerms:
        """What is asked of an applicant of ``kind`` whose project gives ``formulas`` (yes-or-no formulas of the rule by name)."""
        return next((case for case in self.cases if case.holds(kind, formulas or {})), self)


class Payment(Strict):
    """One payment: a ``share`` of the award in percent (all add up to 100), made once ``needs`` are there and checked.

    ``of``: of what was awarded, or of what was ``spent`` within it (the balance is then reduced with the cost).
    """

    code: Slug
    label: BilingualTitle
    share: Percent
    stage: Literal["advance", "instalment", "balance"]
    of: Literal["award", "spent"] = "award"
    needs: tuple[Slug, ...] = ()


class Report(Strict):
    """An account to give, ``due_months`` after the ``agreement`` or the ``end`` of the project, or of each ``year``."""

    code: Slug
    label: BilingualTitle
    after: Literal["agreement", "end", "year"] = "end"
    due_months: int = Field(ge=0, le=60)


class Repayment(Strict):
    """Loans and advances: yearly ``rate`` in percent, ``instalments`` every ``every_months`` after ``deferred_months``."""

    rate: Percent
    instalments: int = Field(ge=1, le=240)
    every_months: Literal[1, 3, 6, 12] = 3
    deferred_months: int = Field(default=0, ge=0, le=60)
    kind: Literal["annuity", "linear", "bullet"] = "linear"


class Retention(Strict):
    """Years a case is kept after its closing (granted) or its decision (refused); then only the public award remains."""

    granted_years: int = Field(default=10, ge=1, le=30)
    refused_years: int = Field(default=2, ge=1, le=10)
