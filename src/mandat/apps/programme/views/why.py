"""Why this number: formula, definition, every fact, and how to compute it again."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from mandat import journal
from mandat.apps.programme import sections
from mandat.apps.programme.breakdowns import shown
from mandat.apps.programme.standing import course
from mandat.apps.programme.views.facts import cursor
from mandat.apps.programme.views.shared import (
    course_of,
    fact_line,
    home_crumb,
    measure_url,
    measures_crumb,
    programme_or_404,
    standing_figure,
)
from mandat.apps.programme.vocabulary import TRUTHS
from mandat.engines.indicators.expression import explain
from mandat.web.charts.ruban import ruban
from mandat.web.components import Chart, Crumb, Link, Page
from mandat.web.links import with_

#: Facts on a page.
PAGE = 20


def why(request: HttpRequest, code: str) -> HttpResponse:
    """The proof of one figure. Queries are bounded: facts are read a page at a time."""
    current = programme_or_404()
    if code not in current.commitments:
        raise Http404
    standing = course(current, code)
    commitment = standing.commitment
    measure = current.measure_of(code)
    expression = commitment.indicator
    conditions: dict[str, object] = {"programme": current.code, "kind": expression.facts}
    if expression.scope == "commitment":
        conditions["commitment"] = code
    elif expression.scope == "measure":
        conditions["measure"] = measure.number
    found = journal.page(before=cursor(request, "avant"), after=cursor(request, "apres"), size=PAGE, **conditions)
    rows = []
    for entry in found.entries:
        accepted = entry.effective and expression.accepts(entry.fact, measure=measure.number, commitment=code)
        rows.append({"line": fact_line(entry, serves=False), "counted": accepted, "leaf": entry.leaf.hex()[:16]})
    query = request.GET.urlencode()
    values = {
        "crumbs": [
            home_crumb(),
            measures_crumb(),
            Crumb(_("Measure %(number)s") % {"number": measure.number}, measure_url(measure.number)),
            Crumb(_("Why this number")),
        ],
        "standing": standing,
        "commitment": commitment,
        "measure": measure,
        "truth": TRUTHS[commitment.truth],
        "figure": standing_figure(standing, why=False),
        "due": current.due(code),
        "formula": explain(expression),
        "expression": expression.model_dump_json(indent=2, exclude_defaults=True),
        "ref": current.ref("commitment", code),
        "rule": current.rule,
        "rule_ref": current.ref("status-rule", current.rule.code),
        "rows": rows,
        "ruban": Chart(svg=ruban(course_of(current, standing, found.entries), name="ruban").svg, size="ruban"),
        "breakdowns": shown(standing.value.categories),
        "page": Page(
            shown=len(rows),
            newer=with_(query, apres=found.newer) if found.newer is not None else "",
            older=with_(query, avant=found.older) if found.older is not None else "",
        ),
        "downloads": _downloads(code),
        "head": journal.head(),
        "sections": [mark_safe(said) for said in sections.why(request, code)],  # noqa: S308 - escaped by their templates
    }
    return render(request, "programme/why.html", values)


def _downloads(code: str) -> list[Link]:
    """Files from which a stranger recomputes the figure, where the app that writes them is installed."""
    found = []
    for label, name, args in (
        (_("Everything needed to compute it again (ZIP)"), "publications:commitment_proof", [code]),
        (_("Its facts (CSV)"), "publications:commitment_facts", [code, "csv"]),
        (_("Its facts (JSON Lines)"), "publications:commitment_facts", [code, "jsonl"]),
    ):
        try:
            found.append(Link(label, reverse(name, args=args)))
        except NoReverseMatch:
            continue
    return found
