"""A rule as its page shows it: formulas with linked names, parameters through time, golden cases with what the rule answers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mandat.apps.rulebook.published import PublishedRule
from mandat.apps.rulebook.saying import bracket_rows, dated_words, quantity, unit_words, value_words
from mandat.apps.rulebook.wording import amount_sentence, sentences
from mandat.definitions.models import DefinitionVersion
from mandat.engines.rules import Input, Parameter, Rule
from mandat.engines.rules.document import Dated
from mandat.kernel.errors import InputError
from mandat.web.components import Link
from mandat.web.templatetags.formats import say

_NAME = re.compile(r"\"[^\"]*\"|[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class ShownFormula:
    name: str
    label: str
    help: str
    code: SafeString
    output: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A parameter from a day on. ``rows`` are the brackets of a scale."""

    from_: dt.date
    words: str
    reference: str
    url: str
    assumption: bool
    rows: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ShownParameter:
    """``now`` is the value in force; ``others`` those before and after it, the latest first."""

    name: str
    label: str
    now: ShownValue | None
    others: Sequence[ShownValue]
    scale: bool


@dataclass(frozen=True, slots=True)
class ShownInput:
    name: str
    label: str
    question: str
    source: str
    sensitive: bool
    kind: str


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A golden case: what is given, what is expected, what the rule answers."""

    rank: int
    title: str
    as_of: dt.date
    given: Sequence[tuple[str, str]]
    expected: Sequence[tuple[str, str, str, bool]]

    @property
    def passes(self) -> bool:
        return all(good for _name, _wanted, _found, good in self.expected)


def formulas(published: PublishedRule) -> list[ShownFormula]:
    """Each step, its outputs marked, in the order of the document."""
    document = published.document
    anchors = {name: f"entree-{name}" for name in published.inputs}
    anchors |= {parameter.name: f"parametre-{parameter.name}" for parameter in document.parameters}
    anchors |= {line.name: f"formule-{line.name}" for line in document.formulas}
    titles = {name: say(given.label) for name, given in published.inputs.items()}
    titles |= {parameter.name: say(parameter.label) for parameter in document.parameters}
    titles |= {line.name: say(line.label) for line in document.formulas}
    roles = {output.name: output.role for output in document.outputs}
    return [
        ShownFormula(
            line.name,
            say(line.label),
            say(line.help) if line.help else "",
            linked(line.formula, anchors, titles),
            roles.get(line.name, ""),
            say(document.reasons[line.name]) if line.name in document.reasons else "",
        )
        for line in document.formulas
    ]


def conditions(published: PublishedRule) -> list[dict[str, Any]]:
    """What the rule says in sentences: the conditions that open the right, then what gives its amount."""
    if published.rule is None:
        return []
    found = []
    eligible, amount = published.output("eligible"), published.output("amount")
    if eligible:
        items = sentences(published.rule, eligible)
        found.append({"intro": _("It is open when all of this is true:") if len(items) > 1 else _("It is open when:"), "sentences": items})  # fmt: skip
    if amount:
        found.append({"intro": _("How much:"), "sentences": [amount_sentence(published.rule, amount)]})
    return found


def linked(formula: str, anchors: Mapping[str, str], titles: Mapping[str, str]) -> SafeString:
    """A formula whose names lead to what they stand for."""

    def word(match: re.Match[str]) -> str:
        name = match.group()
        if name not in anchors:
            return str(escape(name))
        return format_html('<a href="#{}" title="{}">{}</a>', anchors[name], titles[name], name)

    parts: list[str] = []
    end = 0
    for match in _NAME.finditer(formula):
        parts += [str(escape(formula[end : match.start()])), word(match)]
        end = match.end()
    return mark_safe("".join([*parts, str(escape(formula[end:]))]).strip())  # noqa: S308 - every part is escaped above


def parameters(published: PublishedRule, today: dt.date) -> list[ShownParameter]:
    return [_parameter(parameter, today) for parameter in published.document.parameters]


def _parameter(parameter: Parameter, today: dt.date) -> ShownParameter:
    current = parameter.at(today)
    others = [_value(parameter, dated) for dated in reversed(parameter.values) if dated is not current]
    now = _value(parameter, current) if current else None
    return ShownParameter(parameter.name, say(parameter.label), now, others, parameter.kind == "scale")


def _value(parameter: Parameter, dated: Dated) -> ShownValue:
    return ShownValue(
        dated.from_, dated_words(parameter, dated), dated.reference.text, dated.reference.url or "", dated.assumption,
        bracket_rows(parameter, dated) if parameter.kind == "scale" else (),
    )  # fmt: skip


def assumptions(published: PublishedRule, today: dt.date) -> int:
    """How many parameters rest today on a stated assumption."""
    found = [parameter.at(today) for parameter in published.document.parameters]
    return sum(dated is not None and dated.assumption for dated in found)


def inputs(published: PublishedRule) -> list[ShownInput]:
    """What the rule may ask: only what its formulas use."""
    return [_input(given) for given in published.asked.values()]


def _input(given: Input) -> ShownInput:
    kinds = {
        "boolean": _("yes or no"),
        "date": _("a date"),
        "choice": _("one of %(n)s answers") % {"n": len(given.choices)},
        "commune": _("a commune"),
    }
    kind = kinds.get(given.type) or (_("a number") if given.unit == "1" else unit_words(given.unit))
    return ShownInput(given.name, say(given.label), say(given.question), given.source, given.sensitive, kind)


def cases(published: PublishedRule) -> list[ShownCase]:
    """Golden cases, each evaluated now."""
    if published.rule is None:
        return []
    # Problems lead to the case they are of: ("cases", 2, "expect", "montant").
    wrong = {problem.place[1:] for problem in published.rule.run_cases()}
    return [_case(published, published.rule, rank, wrong) for rank in range(len(published.document.cases))]


def _case(published: PublishedRule, rule: Rule, rank: int, wrong: set[tuple[str | int, ...]]) -> ShownCase:
    case = published.document.cases[rank]
    try:
        evaluation = rule.evaluate(case.given, as_of=case.as_of)
    except InputError:
        evaluation = None
    lines = {line.name: line for line in published.document.formulas}
    units = {output.name: output.unit or "1" for output in published.document.outputs}
    expected = []
    for name, wanted in case.expect.items():
        unit = units.get(name) or (lines[name].unit if name in lines else None) or "1"
        found = evaluation.value(name) if evaluation is not None and name in lines else None
        good = evaluation is not None and (rank, "expect", name) not in wrong
        label = say(lines[name].label) if name in lines else name
        expected.append((label, _expected(wanted, unit), value_words(found, unit), good))
    title = say(case.title) if not isinstance(case.title, str) else case.title
    return ShownCase(rank, title, case.as_of, given_words(published, case.given), expected)


def _expected(wanted: Any, unit: str) -> str:
    return _("not known") if wanted == "unknown" else value_words(wanted, unit)


def given_words(published: PublishedRule, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A situation in words: whose answer, the answer."""
    found = []
    keys = {entity.key: entity for entity in published.entities.values()}
    for key, block in given.items():
        if key not in keys:
            continue
        many = isinstance(block, list | tuple) and len(block) > 1
        for rank, member in enumerate(block if isinstance(block, list | tuple) else [block], start=1):
            for name, value in member.items():
                asked = published.inputs.get(name)
                label = say(asked.label) if asked else name
                whose = f"{label} ({_('person %(n)s') % {'n': rank}})" if many else label
                found.append((whose, _answer(asked, value)))
    return found


def _answer(asked: Input | None, value: Any) -> str:
    from mandat.apps.rulebook.asking import said

    if asked is None:
        return str(value)
    if asked.type in ("number", "integer"):
        return quantity(value, asked.unit, asked.decimals)
    return said(asked, value.isoformat() if isinstance(value, dt.date) else value)


def users(published: PublishedRule, programme: str) -> list[Link]:
    """Who applies the rule: rights and aid schemes that name it."""
    rows = DefinitionVersion.objects.filter(programme=programme, current=True, body__rule=published.code).order_by(
        "kind", "position"
    )
    pages = {"right": "rights:right", "scheme": "grants:scheme"}
    found = []
    for row in rows:
        title = say(row.body.get("title") or row.code)
        try:
            found.append(Link(title, reverse(pages[row.kind], args=[row.code])))
        except (NoReverseMatch, KeyError):
            found.append(Link(title, ""))
    return found
