"""A case as its scheme's form shows it: the fields asked, the answers given, what the rule says of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from django.utils import timezone

from mandat.apps.custody.sealing import readable
from mandat.apps.grants.forms.questions import Asked, asked_of
from mandat.apps.grants.models import Case
from mandat.apps.grants.ruling import Ruling, rule_of, rule_on
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.form import Section
from mandat.apps.grants.schema.scheme import MONEY, Evidence
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import published
from mandat.apps.programme.terms import Terms
from mandat.apps.rulebook.published import PublishedRule
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Inputs of the shared vocabulary of organisations and projects that tell what lists and sums show of a case.
COST, ASKED, KIND, SEAT, PLACE = "cout", "aide_demandee", "type_organisme", "siege", "commune_projet"
#: Names by which a project's title is asked for, before any other text.
TITLES = ("intitule", "titre", "titre_projet", "nom_projet", "projet")


@dataclass(slots=True)
class Sheet:
    """One case, read once. ``answers`` hold the personal ones too; ``trouble`` says why the rule could not be applied."""

    case: Case
    terms: Terms[Scheme]
    rule: PublishedRule | None
    asked: Mapping[str, Asked]
    answers: dict[str, Any]
    ruling: Ruling | None
    trouble: Text | None = None
    _shown: dict[str, bool] = field(default_factory=dict)

    @property
    def scheme(self) -> Scheme:
        return self.terms.document

    def shows(self, formula: str | None) -> bool:
        """Whether what depends on a yes-or-no formula is shown: where it is not known to be false."""
        if formula is None or self.ruling is None:
            return True
        if formula not in self._shown:
            try:
                self._shown[formula] = self.ruling.condition(formula) is not False
            except KeyError:
                self._shown[formula] = True
        return self._shown[formula]

    def formulas(self) -> dict[str, bool | None]:
        """The yes-or-no formulas that the scheme's plan looks at."""
        names = {case.when for case in self.scheme.plan.cases if case.when}
        return {name: self.ruling.condition(name) if self.ruling else None for name in sorted(names)}

    def in_round(self, code: str | None) -> bool:
        """Whether a section or a piece of a round is asked for by now."""
        if code is None:
            return True
        ranks = {found.code: rank for rank, found in enumerate(self.scheme.rounds, start=2)}
        return ranks.get(code, 1) <= self.case.round

    @property
    def sections(self) -> list[Section]:
        """Sections shown, in their order: those with at least one field shown."""
        return [
            section
            for section in self.scheme.form.sections
            if self.in_round(section.round) and self.shows(section.when) and self.fields(section)
        ]

    def fields(self, section: Section) -> list[Asked]:
        """Fields shown of a section."""
        return [
            self.asked[question.name]
            for question in section.fields
            if question.name in self.asked and self.shows(question.when)
        ]

    def rows(self, section: Section) -> list[dict[str, Any]]:
        """The rows of a repeated section."""
        rows = self.answers.get(section.code)
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def by_input(self, name: str) -> Any:
        """The answer to an input of the rule; None where no field asks it or it has no answer."""
        return next(
            (self.answers.get(one.name) for one in self.asked.values() if one.question.input == name and one.section.repeats is None),
            None,
        )  # fmt: skip

    def evidence(self, *stages: str) -> list[Evidence]:
        """The pieces this case calls for, of some stages (all where none is named)."""
        return [
            one
            for one in self.scheme.evidence
            if (not stages or one.stage in stages) and self.in_round(one.round) and self.shows(one.when)
        ]

    @property
    def title(self) -> str:
        """What the applicant calls the project."""
        single = [one for one in self.asked.values() if one.section.repeats is None]
        open_ = [one for one in single if one.type == "text" and not one.question.personal and not one.question.blind]
        chosen = next((one for name in TITLES for one in open_ if one.name == name), open_[0] if open_ else None)
        return str(self.answers.get(chosen.name) or "")[:200] if chosen else ""

    @property
    def place(self) -> str:
        """The INSEE code of the project's commune, else of the seat, else of the organisation; empty where none is known."""
        communes = [one for one in self.asked.values() if one.type == "commune" and one.section.repeats is None]
        wanted = sorted(communes, key=lambda one: (one.question.input != PLACE, one.question.input == SEAT))
        for one in wanted:
            code = self.answers.get(one.name)
            if code and code != "00000":
                return str(code)
        return self.case.applicant.commune if self.case.applicant is not None else ""

    @property
    def cost(self) -> int | None:
        return cents(self.by_input(COST))

    @property
    def wished(self) -> int | None:
        """What is asked of the Region, in cents: said by the applicant, else what the rule gives."""
        said = cents(self.by_input(ASKED))
        return said if said is not None else self.given

    @property
    def given(self) -> int | None:
        """What the rule gives, in cents."""
        if self.ruling is None or self.ruling.amount is None or self.scheme.type not in MONEY:
            return None
        return cents(self.ruling.amount)

    @property
    def planned(self) -> bool:
        """Whether a financing plan is asked for."""
        if self.scheme.type not in MONEY or cents_input(self.asked, COST) is None:
            return False
        plan = self.scheme.plan
        terms = plan.terms(self.case.applicant_kind, self.formulas())
        return any(share is not None for share in (terms.own_of_public, terms.own_of_cost, terms.aid_rate))


def cents_input(asked: Mapping[str, Asked], name: str) -> Asked | None:
    """The field that asks an input of the shared vocabulary, if there is one."""
    return next((one for one in asked.values() if one.question.input == name), None)


def cents(value: Any) -> int | None:
    """An exact amount in euros as cents; half a cent goes up."""
    if value is None or value == "":
        return None
    return int((Decimal(str(value)) * 100).to_integral_value(ROUND_HALF_UP))


def whole(case: Case) -> dict[str, Any]:
    """Every answer of a case, the personal ones in their place."""
    return merged(case.answers, readable(case, "private", {}) or {})


def merged(answers: Mapping[str, Any], private: Mapping[str, Any]) -> dict[str, Any]:
    """Answers with the personal ones in their place, row by row where a section repeats."""
    found = dict(answers)
    for key, value in private.items():
        if isinstance(value, list):
            rows = [dict(row) for row in found.get(key, [])]
            rows += [{} for _ in range(len(value) - len(rows))]
            found[key] = [{**row, **extra} for row, extra in zip(rows, value, strict=False)] + rows[len(value) :]
        else:
            found[key] = value
    return found


def fields_of(scheme: Scheme, rule: PublishedRule | None, ref: Any) -> Mapping[str, Asked]:
    """Fields of a scheme in one version, remembered."""
    return _fields(ref, rule.ref if rule else None, _Held(scheme, rule))


class _Held:
    """What a remembered answer is made of; two of the same version are the same."""

    __slots__ = ("rule", "scheme")

    def __init__(self, scheme: Scheme, rule: PublishedRule | None) -> None:
        self.scheme, self.rule = scheme, rule

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=512)
def _fields(ref: Any, rule_ref: Any, held: _Held) -> Mapping[str, Asked]:
    return asked_of(held.scheme, held.rule)


def sheet_of(case: Case, *, answers: Mapping[str, Any] | None = None, as_of: dt.date | None = None) -> Sheet:
    """The sheet of a case, with ``answers`` in place of those kept where they are given (a page not yet saved)."""
    terms = SCHEMES.at(case.programme, case.scheme, case.scheme_version)
    known = dict(answers) if answers is not None else whole(case)
    return _sheet(case, terms, case.rule_version, known, as_of or _day(case))


def _day(case: Case) -> dt.date:
    """A draft is judged today, an application on the day it was sent."""
    return timezone.localdate(case.submitted_at) if case.submitted_at else timezone.localdate()


def _sheet(case: Case, terms: Terms[Scheme], version: int, answers: dict[str, Any], day: dt.date) -> Sheet:
    rule: PublishedRule | None = None
    ruling: Ruling | None = None
    trouble: Text | None = None
    try:
        rule = rule_of(terms.document, version)
        ruling = rule_on(terms.document, answers, as_of=day, version=version)
    except InputError as error:
        trouble = error.text
    return Sheet(case, terms, rule, fields_of(terms.document, rule, terms.ref), answers, ruling, trouble)


def trial(code: str, answers: Mapping[str, Any], *, kind: str = "") -> Sheet:
    """The sheet of nobody's case, for the scheme and rule in force: nothing is written. Raises InputError for an unknown scheme."""
    terms = SCHEMES.current(code)
    case = Case(programme=published().code, scheme=code, scheme_version=terms.ref.version, applicant_kind=kind)
    return _sheet(case, terms, 0, dict(answers), timezone.localdate())


def names(sections: Sequence[Section]) -> list[str]:
    """Codes of sections."""
    return [section.code for section in sections]
