"""The published results of a survey as charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mandat.apps.participation.schema.contributions import Survey, SurveyQuestion
from mandat.apps.programme.views.shared import words
from mandat.apps.programme.vocabulary import CATEGORIES
from mandat.apps.territory import selectors as territory
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.bar import Bar, bars
from mandat.web.components import Chart, Column, Table


@dataclass(frozen=True, slots=True)
class Told:
    """A question with what is told of it: a chart, tables, figures."""

    question: SurveyQuestion
    label: str
    answered: int | None
    chart: Chart | None = None
    tables: Sequence[Table] = field(default_factory=tuple)
    figures: Sequence[tuple[str, str]] = field(default_factory=tuple)
    free: bool = False


def told_results(survey: Survey, result: Mapping[str, Any]) -> list[Told]:
    """Every question that is not personal, in order."""
    cross = result.get("cross", {})
    return [
        _told(one, result["questions"][one.code], cross)
        for one in survey.questions
        if not one.personal and one.code in result.get("questions", {})
    ]


def labels_of(question: SurveyQuestion) -> dict[str, str]:
    """Words of the answers by code."""
    found = {one.code: words(one.label) for one in question.choices}
    if question.other:
        found["other"] = _("Other")
    if question.type == "boolean":
        found = {"yes": _("Yes"), "no": _("No")}
    return found


def _told(question: SurveyQuestion, data: Mapping[str, Any], cross: Mapping[str, Any]) -> Told:
    title = words(question.label)
    labels = labels_of(question)
    chart, tables, figures = None, [], []
    if "counts" in data:
        names = {code: _name(question, code, labels) for code in data["counts"]}
        chart = _chart(question.code, title, names, data["counts"], data["answered"])
    if "rows" in data:
        heads = {one.code: words(one.label) for one in (question.rows or question.choices)}
        columns = labels if question.type == "matrix" else {str(n): str(n) for n in range(1, len(question.choices) + 1)}
        tables.append(_grid(title, heads, columns, data["rows"], data.get("points")))
    for name, label in (
        ("mean", _("Mean")),
        ("lower", _("First quartile")),
        ("median", _("Median")),
        ("upper", _("Third quartile")),
    ):
        if data.get(name) is not None:
            figures.append((label, formats.number(Decimal(str(data[name])))))
    for dimension, caption in (("age", _("By age")), ("departement", _("By département"))):
        crossing = cross.get(f"{question.code}.{dimension}")
        if crossing:
            tables.append(_crossing(f"{title} – {caption}", dimension, crossing, labels))
    free = question.type in ("text", "paragraph") or question.other
    return Told(question, title, data["answered"], chart, tables, figures, free)


def _name(question: SurveyQuestion, code: str, labels: Mapping[str, str]) -> str:
    if question.type == "commune":
        return territory.area_name(code) if code else _("elsewhere")
    if question.type == "scale":
        low, high = question.lowest, question.highest
        if code == "1" and low is not None:
            return f"1 – {words(low)}"
        if code == str(question.most) and high is not None:
            return f"{code} – {words(high)}"
    return labels.get(code, code)


def _chart(
    code: str, title: str, names: Mapping[str, str], counts: Mapping[str, int | None], answered: int | None
) -> Chart:
    """Bars in the order of the question, each with its count and its share of those who answered."""
    said = {one: _share(count, answered) for one, count in counts.items()}
    items = [
        Bar(names[one], None if count is None else Decimal(count), said=_("withheld")) for one, count in counts.items()
    ]
    drawn = bars(items, unit="person", title=title, name=f"q-{code}", head=Text("Réponse", "Answer"))
    table = Table(
        _("%(question)s – counts") % {"question": title},
        [Column(_("Answer")), Column(_("People"), right=True), Column(_("Share"), right=True)],
        [
            (names[one], _("withheld") if count is None else formats.number(count, 0), said[one])
            for one, count in counts.items()
        ],
    )
    return Chart(svg=drawn.svg, table=table, size=drawn.size)


def _share(count: int | None, answered: int | None) -> str:
    return "–" if count is None or not answered else formats.percent(Decimal(count) * 100 / Decimal(answered))


def _cell(value: int | None) -> str:
    return _("withheld") if value is None else formats.number(value, 0)


def _grid(
    title: str, heads: Mapping[str, str], columns: Mapping[str, str], rows: Mapping[str, Mapping[str, int | None]],
    points: Mapping[str, int] | None,
) -> Table:  # fmt: skip
    order = sorted(rows, key=lambda one: -points[one]) if points else list(rows)
    head = [Column(_("Answer")), *(Column(label, right=True) for label in columns.values())]
    if points:
        head.append(Column(_("Points"), right=True))
    return Table(
        _("%(question)s – counts") % {"question": title},
        head,
        [
            [
                heads[one],
                *(_cell(rows[one][code]) for code in columns),
                *([formats.number(points[one], 0)] if points else []),
            ]
            for one in order
        ],
        note=_("Of n choices, the first of each ranking gets n − 1 points, the last none.") if points else "",
    )


def _crossing(title: str, dimension: str, crossing: Mapping[str, Any], labels: Mapping[str, str]) -> Table:
    if dimension == "age":
        names = {code: str(CATEGORIES["age"][code]) for code in crossing["lines"]}
    else:
        names = {code: territory.area_name(f"departement:{code}") for code in crossing["lines"]}
        names["unknown"] = _("unknown")
    return Table(
        title,
        [
            Column(_("Age") if dimension == "age" else _("Département")),
            *(Column(labels[code], right=True) for code in crossing["columns"]),
        ],
        [[names[line], *map(_cell, row)] for line, row in zip(crossing["lines"], crossing["cells"], strict=True)],
    )
