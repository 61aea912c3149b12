"""The instruction sheet: what the service goes by to propose a decision, as a PDF to print and file.

Confidential: it holds the application, the rule's steps, the opinions and the points, and no note between agents.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mandat.apps.grants import reading
from mandat.apps.grants.case_file import CaseFile
from mandat.apps.grants.machine import MOVEMENTS
from mandat.apps.grants.services.moving import today
from mandat.apps.grants.services.scoring import mean, rounded
from mandat.web import formats, typeset
from mandat.web.templatetags.formats import say

TEMPLATE = Path(__file__).parent / "typst" / "sheet.typ"
Part = dict[str, Any]


def pdf(made: dict[str, Any]) -> bytes:
    """The sheet as PDF/UA-1."""
    return typeset.pdf(TEMPLATE, made, day=today())


def _pairs(items: Sequence[tuple[Any, Any]]) -> Part:
    return {"kind": "pairs", "items": [[say(label), str(value) or "–"] for label, value in items]}


def _text(words: Any) -> Part:
    return {"kind": "text", "text": say(words)}


def _table(columns: Sequence[Any], rows: Sequence[Sequence[Any]], widths: Sequence[int]) -> Part:
    return {
        "kind": "table",
        "columns": [say(one) for one in columns],
        "rows": [[str(cell) or "–" for cell in row] for row in rows],
        "widths": list(widths),
    }


def _money(cents: int | None) -> str:
    return "–" if cents is None else formats.euros(Decimal(cents) / 100)


def content(held: CaseFile, sent: reading.Sent) -> dict[str, Any]:
    """What the template reads, in the page's language."""
    case, scheme, day = held.case, sent.sheet.scheme, today()
    rules = reading.explained(sent.sheet)
    sections = [
        {"title": _("The case"), "parts": [_head(held, sent)]},
        *({"title": say(group.title), "parts": [_group(group)]} for group in reading.groups(sent.sheet)),
        {"title": _("Documents"), "parts": [_evidence(held, sent)]},
        {"title": _("What the rule gives"), "parts": _rule(rules)},
        {"title": _("Financing plan"), "parts": [_plan(held)]},
        *_judged(held, sent),
        {"title": _("History"), "parts": [_history(held)]},
    ]
    return {
        "lang": (get_language() or "fr")[:2],
        "title": _("Instruction sheet"),
        "subject": f"{say(scheme.title)} – {case.reference}",
        "service": say(scheme.authority),
        "date": [day.year, day.month, day.day],
        "sections": sections,
        "foot": f"{case.reference} – {formats.day(day)}",
        "demo": _("Demonstration: this document is worth nothing, nobody is concerned.") if case.synthetic else "",
    }


def _head(held: CaseFile, sent: reading.Sent) -> Part:
    case = held.case
    applicant = case.applicant.name if case.applicant is not None else str(case.opened_by)
    rows: list[tuple[Any, Any]] = [
        (_("Project"), case.title),
        (_("Applicant"), applicant),
        (_("State"), case.get_state_display()),
        (_("Sent"), formats.moment(sent.submission.at) if sent.submission else "–"),
        (_("Answer due"), formats.day(case.due_on) if case.due_on else "–"),
        (_("Given to"), str(case.assigned_to) if case.assigned_to else "–"),
        (_("Cost"), _money(case.cost)),
        (_("Asked"), _money(case.asked)),
        (_("The rule gives"), _money(case.computed)),
    ]
    if case.favourable is not None:
        said = (
            _("refusal") if not case.favourable else _("favourable") if case.proposed is None else _money(case.proposed)
        )
        rows.append((_("Proposed"), said))
        rows.append((_("Grounds"), held.proposal.reason if held.proposal else ""))
    return _pairs(rows)


def _group(group: reading.Group) -> Part:
    if group.columns:
        return _table(group.columns, group.rows, [1] * len(group.columns)) if group.rows else _text(_("nothing given"))
    return _pairs(group.pairs)


def _evidence(held: CaseFile, sent: reading.Sent) -> Part:
    rows = []
    for item in reading.files(sent.sheet, held.pieces):
        said = ", ".join(str(piece.get_verdict_display() or _("given")) for piece in item.pieces)
        rows.append((item.label, said or (_("missing") if item.lacks else _("not given"))))
    return _pairs(rows) if rows else _text(_("The scheme asks for none."))


def _rule(rules: reading.Explained) -> list[Part]:
    if rules.trouble is not None:
        return [_text(rules.trouble)]
    told = {True: _("The rule says yes."), False: _("The rule says no."), None: _("The rule cannot tell yet.")}
    parts = [_text(told[rules.eligible])]
    parts += [_text(one) for one in rules.failed]
    met = {True: _("met"), False: _("not met")}
    rows = [
        [say(step.label), say(step.words) if step.words else step.formula, met.get(step.met, step.value) if step.met is not None else step.value]
        for step in rules.steps
    ]  # fmt: skip
    if rows:
        parts.append(_table([_("Step"), _("Calculation"), _("Value")], rows, [4, 6, 3]))
    return parts


def _plan(held: CaseFile) -> Part:
    if not held.plan:
        return _text(_("This scheme asks for none."))
    rows = [[line.funder, _money(line.amount), _("certain") if line.certain else _("asked for")] for line in held.plan]
    rows.append([_("Total"), _money(sum(line.amount for line in held.plan)), ""])
    return _table([_("Funder"), _("Amount"), _("State")], rows, [5, 3, 3])


def _judged(held: CaseFile, sent: reading.Sent) -> list[dict[str, Any]]:
    found = []
    given = [one for one in held.opinions if one.given_at is not None]
    if given:
        rows = [[str(one.expert), str(one.get_verdict_display()), one.text] for one in given]
        parts = [_table([_("Expert"), _("Opinion"), _("Grounds")], rows, [3, 3, 7])]
        found.append({"title": _("Opinions of experts"), "parts": parts})
    grid = sent.sheet.scheme.scoring
    if grid is not None and held.scores:
        rows = [
            [say(one.label), f"0–{one.most} × {one.weight}", ", ".join(str(score.points.get(one.code, "–")) for score in held.scores)]
            for one in grid.criteria
        ]  # fmt: skip
        points = mean(grid, [one.points for one in held.scores])
        shown = formats.number(rounded(points), 2) if points is not None else "–"
        parts = [_table([_("Criterion"), _("Scale"), _("Points")], rows, [6, 2, 4]), _text(f"{shown} / 100")]
        found.append({"title": _("Points"), "parts": parts})
    if held.visits:
        visits = [(formats.day(one.on), one.findings) for one in held.visits]
        found.append({"title": _("Visits"), "parts": [_pairs(visits)]})
    return found


def _history(held: CaseFile) -> Part:
    rows = [
        [formats.moment(one.at), str(MOVEMENTS[one.name].label) if one.name in MOVEMENTS else one.name,
         str(one.actor) if one.actor else _("by the passing of time"), one.reason]
        for one in held.moves
    ]  # fmt: skip
    return _table([_("When"), _("Step"), _("Who"), _("Why")], rows, [3, 4, 3, 5])
