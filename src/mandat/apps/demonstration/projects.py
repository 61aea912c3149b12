"""Synthetic applications: for each scheme, quarter after quarter, who asks for what. Drawn from seeds, checked by the scheme's own rule.

Answers start from the rule's own golden cases, so that each application is one the rule was written for; costs vary around them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from mandat.apps.demonstration.bodies import Bodies
from mandat.apps.demonstration.course import seed_of
from mandat.apps.grants.applicants import ANSWERS
from mandat.apps.grants.calls import closing, opening
from mandat.apps.grants.forms.questions import Asked, asked_of
from mandat.apps.grants.ruling import Ruling, rule_of, rule_on
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.scheme import MONEY, Call
from mandat.apps.grants.sheets import COST, KIND, PLACE, SEAT
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.organisations.models import Organisation
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS, add_months

#: Three years, quarter by quarter.
BEGINS = dt.date(2023, 12, 4)
QUARTERS = 12
#: Applications of a scheme in a quarter.
FEWEST, MOST = 2, 8
#: One application in so many is drawn not to be eligible.
REFUSED = 8


@dataclass(slots=True)
class Project:
    """One application as it will be sent, and what the rule gives on it."""

    programme: str
    terms: Terms[Scheme]
    rule_version: int
    call: str
    organisation: Organisation
    kind: str
    number: int
    sent: dt.datetime
    answers: dict[str, Any]
    private: dict[str, Any]
    eligible: bool
    cost: int | None
    computed: int | None
    luck: float
    points: dict[str, int] = field(default_factory=dict)
    partners: list[tuple[Organisation, str]] = field(default_factory=list)

    @property
    def scheme(self) -> Scheme:
        return self.terms.document

    @property
    def title(self) -> str:
        return f"Projet synthétique n° {self.number} – {self.scheme.title.fr}"[:200]


def projects(current: Published, found: Bodies) -> Iterator[tuple[dt.date, list[Project]]]:
    """Every application by the Monday of its batch, oldest first."""
    for quarter in range(QUARTERS):
        first = add_months(BEGINS, 3 * quarter)
        monday = first - dt.timedelta(days=first.weekday())
        batch = [
            project
            for terms in SCHEMES.all(current).values()
            for project in _of_scheme(current.code, terms, quarter, monday, found)
        ]
        yield monday, batch


def _of_scheme(programme: str, terms: Terms[Scheme], quarter: int, monday: dt.date, found: Bodies) -> Iterator[Project]:
    scheme, code = terms.document, terms.code
    chance = np.random.default_rng(seed_of(f"mandat/projects/{code}/{quarter}"))
    call = _call_on(scheme, monday)
    kinds = [kind for kind in scheme.applicants.kinds if found.by_kind.get(kind)]
    if call is None or not kinds:
        return
    rule = rule_of(scheme)
    asked = asked_of(scheme, rule)
    cases = [case for case in rule.document.cases if case.expect.get(scheme.outputs.eligible) is True]
    wrong = [case for case in rule.document.cases if case.expect.get(scheme.outputs.eligible) is False]
    covering = scheme.contract is not None and scheme.contract.covers is not None
    # A contract that covers no territory is signed now and then; the others come in numbers.
    alone = scheme.contract is not None and not covering
    count = int(chance.integers(0, 2)) if alone else int(chance.integers(FEWEST, MOST))
    for rank in range(count):
        refused = bool(wrong) and int(chance.integers(REFUSED)) == 0 and not covering
        written = wrong if refused else cases
        if not written:
            return
        golden = written[int(chance.integers(len(written)))]
        kind = _kind(golden.given, kinds, chance)
        organisation = found.one(kind, chance)
        if covering and "epci" in kinds:
            # One group of communes after the other, each once.
            order = np.random.default_rng(seed_of(f"mandat/covering/{code}")).permutation(len(found.by_kind["epci"]))
            place = quarter * (MOST - 1) + rank
            if place >= len(order):
                return
            kind, organisation = "epci", found.by_kind["epci"][int(order[place])]
        day = monday + dt.timedelta(days=int(chance.integers(0, 5)))
        sent = dt.datetime.combine(day, dt.time(8 + rank, int(chance.integers(60))), PARIS)
        number = 1 + quarter * 10 + rank
        made = _answers(scheme, asked, golden.given, organisation, kind, chance, sent.date(), number)
        if made is None:
            continue
        answers, ruling = made
        private = {name: answers.pop(name) for name, one in asked.items() if one.question.personal and name in answers}
        cost = answers.get(next((one.name for one in asked.values() if one.question.input == COST), ""))
        money = scheme.type in MONEY and ruling.amount is not None
        if cost and money and ruling.amount is not None and ruling.amount > Decimal(str(cost)):
            continue  # no project receives more than it costs
        points = (
            {one.code: int(chance.integers(one.most // 3, one.most + 1)) for one in scheme.scoring.criteria}
            if scheme.scoring
            else {}
        )
        yield Project(
            programme=programme, terms=terms, rule_version=rule.ref.version, call=call.code, organisation=organisation, kind=kind, number=number,
            sent=sent, answers=answers, private=private, eligible=ruling.eligible is True,
            cost=int(Decimal(str(cost)) * 100) if cost else None,
            computed=int(ruling.amount * 100) if money and ruling.amount is not None else None,
            luck=float(chance.random()), points=points, partners=_partners(scheme, organisation, found, chance),
        )  # fmt: skip


def _partners(
    scheme: Scheme, lead: Organisation, found: Bodies, chance: np.random.Generator
) -> list[tuple[Organisation, str]]:
    """Who applies with the one that leads: one for each role, then others up to the fewest asked."""
    least, _most = scheme.applicants.parties
    wanted: list[tuple[tuple[Any, ...], str]] = [(role.kinds, role.code) for role in scheme.applicants.roles]
    wanted = wanted[: max(least - 1, 0)] if len(wanted) >= least else wanted
    wanted += [(scheme.applicants.kinds, "")] * (least - 1 - len(wanted))
    chosen: dict[int, tuple[Organisation, str]] = {}
    for kinds, role in wanted:
        known = [kind for kind in kinds if found.by_kind.get(kind)]
        if known:
            one = found.one(known[int(chance.integers(len(known)))], chance)
            if one.pk != lead.pk:
                chosen.setdefault(one.pk, (one, role))
    return list(chosen.values())


def _call_on(scheme: Scheme, monday: dt.date) -> Call | None:
    """The call that receives applications in that week; the first one of a scheme whose calls are all of another time."""
    moment = dt.datetime.combine(monday + dt.timedelta(days=5), dt.time(), PARIS)
    for call in scheme.calls:
        end = closing(call)
        if opening(call) <= moment and (end is None or moment < end):
            return call
    return None


def _kind(given: Mapping[str, Any], kinds: list[Any], chance: np.random.Generator) -> Any:
    said = next((block[KIND] for block in given.values() if isinstance(block, Mapping) and KIND in block), None)
    named = [kind for kind in kinds if ANSWERS.get(kind) == said]
    return named[0] if named else kinds[int(chance.integers(len(kinds)))]


def _answers(
    scheme: Scheme, asked: Mapping[str, Asked], given: Mapping[str, Any], organisation: Organisation, kind: str,
    chance: np.random.Generator, day: dt.date, number: int,
) -> tuple[dict[str, Any], Ruling] | None:  # fmt: skip
    """Answers to every field asked, and what the rule gives; None where the rule refuses them."""
    told = {name: value for block in given.values() if isinstance(block, Mapping) for name, value in block.items()}
    answers: dict[str, Any] = {}
    for name, one in asked.items():
        if one.section.repeats is not None:
            answers.setdefault(one.section.code, [{}])[0][name] = _plain(one, number, organisation, day)
        elif one.question.input in told:
            answers[name] = _kept(told[one.question.input])
        elif one.question.required:
            answers[name] = _plain(one, number, organisation, day)
    by_input = {one.question.input: name for name, one in asked.items() if one.question.input}
    changes: dict[str, Any] = {}
    if by_input.get(KIND) and kind in ANSWERS:
        changes[by_input[KIND]] = ANSWERS[kind]
    for place in (SEAT, PLACE):
        if by_input.get(place):
            changes[by_input[place]] = organisation.commune
    cost = answers.get(by_input.get(COST, ""))
    if cost:
        scaled = int(Decimal(str(cost)) * Decimal(str(round(0.6 + 0.8 * float(chance.random()), 3))))
        changes[by_input[COST]] = str(max(100, scaled // 100 * 100))
    first = _ruled(scheme, answers, day)
    varied = _ruled(scheme, answers | changes, day)
    # What varies must not change the answer the golden case was written for.
    if varied is not None and first is not None and varied.eligible == first.eligible:
        return answers | changes, varied
    return (answers, first) if first is not None else None


def _ruled(scheme: Scheme, answers: Mapping[str, Any], day: dt.date) -> Ruling | None:
    try:
        found = rule_on(scheme, answers, as_of=day)
    except InputError:
        return None
    return found if found.eligible is not None else None


def _kept(value: Any) -> Any:
    """A golden value as an answer is kept."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _plain(one: Asked, number: int, organisation: Organisation, day: dt.date) -> Any:
    """An answer of the right type that says nothing of anyone."""
    if one.type == "boolean":
        return True
    if one.type == "choice":
        choices = one.given.choices if one.given is not None else one.question.choices
        return choices[0].code
    if one.type == "choices":
        return [one.question.choices[0].code]
    if one.type == "commune":
        return organisation.commune
    if one.type == "date":
        latest = one.given.max if one.given is not None and isinstance(one.given.max, dt.date) else day
        return min(day, latest).isoformat()
    if one.type in ("integer", "number", "money", "percent"):
        low = one.given.min if one.given is not None and isinstance(one.given.min, Decimal) else Decimal(0)
        high = one.given.max if one.given is not None and isinstance(one.given.max, Decimal) else Decimal(100)
        return str(int(min(max(low, Decimal(number)), high)))
    fixed = {
        "email": "contact@exemple.invalid", "phone": "0200000000", "siret": organisation.siret,
        "web-address": "https://exemple.invalid/",
    }  # fmt: skip
    return fixed.get(one.type, f"Réponse synthétique n° {number}")
