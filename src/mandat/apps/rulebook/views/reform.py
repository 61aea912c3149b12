"""Change the figures of a rule and see, on the synthetic population, what it would cost and who would gain or lose.

Everything is in the address, so that a comparison can be shared; nothing personal is asked.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from mandat.apps.programme.views.shared import home_crumb
from mandat.apps.rulebook import population
from mandat.apps.rulebook.asking import WrongAnswerError, control, read_answer, typed_in
from mandat.apps.rulebook.costing import Costed, Line, cost, unsaid
from mandat.apps.rulebook.published import PublishedRule
from mandat.apps.rulebook.saying import quantity, unit_words
from mandat.apps.rulebook.tasks import ensure_population
from mandat.apps.rulebook.views.rules import rule_or_404, rules_crumb
from mandat.apps.territory import selectors as territory
from mandat.engines.rules import Parameter
from mandat.engines.rules.units import parse_unit
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.sides import Sides, sides
from mandat.web.components import Chart, Column, Crumb, Table
from mandat.web.templatetags.formats import say

#: Communes shown on the page; the file has them all.
SHOWN = 15
_NUMBER = re.compile(r"^-?[0-9]{1,12}(?:\.[0-9]{1,9})?$")


@csrf_exempt
def reform(request: HttpRequest, code: str) -> HttpResponseBase:
    """The form, and the comparison where the address changes something. POST asks for the population to be prepared."""
    current, found = rule_or_404(code)
    del current
    if request.method == "POST":
        ensure_population()
        return redirect("rulebook:reform", code=code)
    asked = _Reform(found, request)
    return asked.shown()


@require_safe
def table(request: HttpRequest, code: str) -> HttpResponseBase:
    """The same comparison as CSV, every commune included."""
    _current, found = rule_or_404(code)
    asked = _Reform(found, request)
    costed = asked.costed()
    if costed is None:
        return redirect(f"{reverse('rulebook:reform', args=[code])}?{request.GET.urlencode()}")
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["dimension", "code", "persons", "unknown", "eligible_before", "eligible_after", "gainers", "losers", "before", "after", "unit", "population"])  # fmt: skip
    for dimension, cells in {"total": {"": costed.totals}, **costed.by}.items():
        for label, line in cells.items():
            writer.writerow([
                dimension, label, line.persons, line.unknown, line.eligible_before, line.eligible_after, line.gainers,
                line.losers, line.before, line.after, costed.unit, "synthetic",
            ])  # fmt: skip
    response = HttpResponse(stream.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reforme-{code}.csv"'
    return response


class _Reform:
    """What an address asks: new figures, answers for everybody, who pays."""

    def __init__(self, found: PublishedRule, request: HttpRequest) -> None:
        self.found, self.request = found, request
        self.get = request.GET.dict()
        self.today = timezone.localdate()
        self.errors: list[tuple[str, str]] = []
        self.figures = self._figures()
        self.given, self.controls = self._answers()
        self.paid = "paye" in self.get

    def _figures(self) -> list[dict[str, Any]]:
        """Each figure that is used, as fields: a number has one, a scale two a bracket."""
        used = self.found.rule.tree.parameters if self.found.rule else {}
        shown = []
        for parameter in used.values():
            dated = parameter.at(self.today)
            if dated is None or parameter.kind == "date":
                continue
            fields = []
            if parameter.kind == "scale":
                for rank, bracket in enumerate(dated.brackets):
                    worth = bracket.amount if bracket.amount is not None else (bracket.rate or Decimal(0)) * 100
                    fields.append(
                        self._field(parameter, f"{rank}.from", bracket.from_, _("threshold"), parameter.of or "1")
                    )
                    unit = parameter.unit if bracket.amount is not None else "percent"
                    fields.append(self._field(parameter, f"{rank}.worth", worth, _("value"), unit))
            else:
                assert isinstance(dated.value, Decimal)
                fields.append(self._field(parameter, "", dated.value, "", parameter.unit))
            shown.append(
                {
                    "label": say(parameter.label),
                    "parameter": parameter,
                    "fields": fields,
                    "assumption": dated.assumption,
                }
            )
        return shown

    def _field(self, parameter: Parameter, part: str, now: Decimal, label: str, unit: str) -> dict[str, Any]:
        name = f"p.{parameter.name}{'.' + part if part else ''}"
        typed = self.get.get(name, "").strip()
        plain = re.sub(r"[\s\u00a0\u202f€%]", "", typed).replace(",", ".")
        value, error = now, ""
        if plain:
            if _NUMBER.match(plain):
                value = Decimal(plain)
            else:
                error = _("Write a number in figures, for example 1250,50.")
                self.errors.append((f"f-{name.replace('.', '-')}", error))
        return {
            "name": name, "id": f"f-{name.replace('.', '-')}", "label": label, "unit": unit_words(unit), "now": quantity(now, unit, 4),
            "typed": typed or formats.number(now, 4), "value": value, "changed": value != now, "error": error,
        }  # fmt: skip

    def _answers(self) -> tuple[dict[str, Any], list[Any]]:
        given: dict[str, Any] = {}
        controls = []
        for asked in unsaid(self.found):
            name = f"q.{asked.name}"
            typed = typed_in(self.get, name)
            error = ""
            try:
                value = read_answer(asked, typed, as_of=self.today)
                if value is not None:
                    given[asked.name] = value
            except WrongAnswerError as wrong:
                error = str(wrong)
            one = control(asked, name, typed=typed, error=error, required=False)
            if error:
                self.errors.append((one.focus, error))
            controls.append(one)
        return given, controls

    @property
    def changed(self) -> dict[str, Any]:
        """The parameters that change, as the engine takes them."""
        found: dict[str, Any] = {}
        for figure in self.figures:
            if not any(field["changed"] for field in figure["fields"]):
                continue
            parameter, values = figure["parameter"], [field["value"] for field in figure["fields"]]
            if parameter.kind != "scale":
                found[parameter.name] = values[0]
                continue
            dated = parameter.at(self.today)
            found[parameter.name] = [
                {"from": values[2 * rank], **({"amount": values[2 * rank + 1]} if bracket.amount is not None else {"rate": values[2 * rank + 1] / 100})}
                for rank, bracket in enumerate(dated.brackets)
            ]  # fmt: skip
        return found

    def costed(self) -> Costed | None:
        """The comparison; None where it cannot be made yet (``errors`` then says why, if it is the reform's fault)."""
        sample = population.sample()
        if sample is None or self.errors or self.found.rule is None:
            return None
        try:
            new = self.found.rule.reformed(self.changed) if self.changed else None
            day = max(sample.reference_day, self.found.document.applies.from_)
            return cost(self.found, new, sample, as_of=day, given=self.given, paid=self.paid)
        except InputError as error:
            self.errors.append(("", str(error)))
            return None

    def shown(self) -> HttpResponse:
        document = self.found.document
        ready = population.sample() is not None
        costed = self.costed() if self.get else None
        values = {
            "crumbs": [home_crumb(), rules_crumb(), Crumb(say(document.title), reverse("rulebook:rule", args=[document.code])), Crumb(_("Compare a reform"))],
            "document": document,
            "figures": self.figures,
            "controls": self.controls,
            "paid": self.paid,
            "errors": self.errors,
            "ready": ready,
            "costed": costed,
            "money": bool(costed and costed.unit and parse_unit(costed.unit).unit.money),
            "one_in": population.ONE_IN,
            "deciles": _deciles(costed) if costed else None,
            "tables": _tables(costed) if costed else (),
            "summary": _summary(costed) if costed else (),
            "changed": bool(self.changed),
            "query": self.request.GET.urlencode(),
            "here": reverse("rulebook:reform", args=[document.code]),
        }  # fmt: skip
        return render(self.request, "rulebook/reform.html", values, status=422 if self.errors else 200)


def _money(costed: Costed) -> bool:
    return bool(costed.unit) and parse_unit(costed.unit).unit.money


def _summary(costed: Costed) -> list[tuple[str, str]]:
    totals = costed.totals
    rows = []
    if _money(costed):
        rows += [
            (_("Cost before"), quantity(totals.before, costed.unit)),
            (_("Cost after"), quantity(totals.after, costed.unit)),
            (_("Difference"), _signed(totals.change, costed.unit)),
        ]
    rows += [
        (_("Eligible before"), formats.number(totals.eligible_before, 0)),
        (_("Eligible after"), formats.number(totals.eligible_after, 0)),
        (_("Gain"), formats.number(totals.gainers, 0)),
        (_("Lose"), formats.number(totals.losers, 0)),
    ]
    if totals.unknown:
        rows.append((_("The rule cannot tell, for want of an answer"), formats.number(totals.unknown, 0)))
    return rows


def _signed(value: Decimal, unit: str) -> str:
    return f"{'+' if value > 0 else ''}{quantity(value, unit)}"


def _deciles(costed: Costed) -> Chart | None:
    """Who gains and who loses from the poorest tenth to the richest; None where nobody does."""
    cells = costed.by.get("decile", {})
    if not any(line.gainers or line.losers for line in cells.values()):
        return None
    title = _("Who gains and who loses, by decile of standard of living")
    return sides(
        [Sides(_("decile %(n)s") % {"n": label}, line.losers, line.gainers) for label, line in cells.items()],
        left=Text("perdent", "lose"),
        right=Text("gagnent", "gain"),
        title=title,
        name="deciles",
        table=_table(costed, "decile", _("By decile of standard of living"), cells, ""),
        caption=_("Persons of each tenth of the population, from the poorest (1) to the richest (10). Synthetic population."),
    )  # fmt: skip


def _tables(costed: Costed) -> list[Table]:
    titles = {
        "age": _("By age"),
        "gender": _("By gender"),
        "decile": _("By decile of standard of living"),
        "commune": _("By commune"),
    }
    if _deciles(costed) is not None:
        del titles["decile"]  # the table of the picture
    found = []
    for dimension, title in titles.items():
        cells = dict(costed.by.get(dimension, {}))
        note = ""
        if dimension == "commune":
            order = sorted(cells, key=lambda code: -(cells[code].gainers + cells[code].losers))
            cells = {code: cells[code] for code in order[:SHOWN] if cells[code].gainers + cells[code].losers}
            note = _("The communes where most people gain or lose; the file has them all.")
        if cells:
            found.append(_table(costed, dimension, title, cells, note))
    return found


def _table(costed: Costed, dimension: str, title: str, cells: Mapping[str, Line], note: str) -> Table:
    money = _money(costed)
    columns = [
        Column(title),
        Column(_("Persons"), right=True),
        Column(_("Gain"), right=True),
        Column(_("Lose"), right=True),
    ]
    columns += [Column(_("Difference"), right=True)] if money else [Column(_("Eligible after"), right=True)]
    rows = []
    for label, line in cells.items():
        last = _signed(line.change, costed.unit) if money else formats.number(line.eligible_after, 0)
        counts = [formats.number(count, 0) for count in (line.persons, line.gainers, line.losers)]
        rows.append([_said(dimension, label), *counts, last])
    return Table(title, columns, rows, note)


def _said(dimension: str, label: str) -> str:
    if dimension == "gender":
        return {"F": _("women"), "M": _("men")}.get(label, label)
    if dimension == "commune":
        return territory.area_name(f"commune:{label}") if label else _("not known")
    if dimension == "age":
        low, _dash, high = label.partition("-")
        return (
            _("%(low)s to %(high)s years") % {"low": low, "high": high}
            if high
            else _("%(low)s years and over") % {"low": label.rstrip("+")}
        )
    return label
