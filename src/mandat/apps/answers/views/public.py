"""What is owed an answer, overdue first; one answer with its chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.answers import selectors
from mandat.apps.answers.chain import LABELS, STAGES
from mandat.apps.answers.models import Duty
from mandat.apps.community.follow import targets
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import home_crumb, participate_crumb, programme_or_404
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.components import Column, Crumb, Link, Table
from mandat.web.paging import turned
from mandat.web.spreadsheets import csv_file

PAGE = 10


@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    """Every duty to answer: overdue ones first. Narrowed by body (``instance``), process (``processus``) or state (``etat``)."""
    current = programme_or_404()
    found = selectors.duties()
    if body := request.GET.get("instance", ""):
        found = found.filter(body=body)
    if process := request.GET.get("processus", ""):
        found = found.filter(process=process)
    state = request.GET.get("etat", "")
    today = timezone.localdate()
    if state == "retard":
        found = found.filter(state=Duty.State.OWED, due_on__lt=today)
    elif state in Duty.State.values:
        found = found.filter(state=state)
    rows, page = turned(request, cast("Sequence[Any]", found), size=PAGE)
    values = {
        "crumbs": [home_crumb(), participate_crumb(), Crumb(_("Answers"))],
        "rows": [{"duty": duty, **standing(duty, current)} for duty in rows],
        "page": page,
        "records": records(current),
        "overdue": selectors.overdue().count(),
        "late_deliveries": list(selectors.late_deliveries()[:6]),
        "narrowed": bool(body or process or state),
        "body": title_of(current, body) if body else None,
        "process": process,
        "states": _states(state),
    }
    return render(request, "answers/duties.html", values)


@require_safe
def duties_csv(request: HttpRequest) -> HttpResponse:
    """Every duty as a CSV: read row by row, no text a formula."""
    head = ("reference", "about", "title", "body", "process", "measures", "owed_on", "due_on", "state", "outcome", "answered_on", "delivery_by", "delivered_on")  # fmt: skip
    rows = (
        (
            one.reference, one.kind, one.title_fr, one.body, one.process, " ".join(map(str, one.measures)), one.owed_on, one.due_on,
            one.state, one.outcome, one.answered_on or "", one.delivery_by or "", one.delivered_on or "",
        )
        for one in selectors.duties().iterator(chunk_size=500)
    )  # fmt: skip
    return csv_file("reponses", head, rows)


@require_safe
def duty(request: HttpRequest, reference: str) -> HttpResponse:
    """One answer: who owes it, by when, what was answered (the first one stays), and promise → vote → money → delivery."""
    current = programme_or_404()
    held = get_object_or_404(Duty, reference=reference, programme=current.code)
    steps = selectors.chain_of(held)
    answers = list(held.answers.order_by("-rank"))
    values = {
        "crumbs": [
            home_crumb(),
            participate_crumb(),
            Crumb(_("Answers"), reverse("answers:duties")),
            Crumb(held.reference),
        ],
        "duty": held,
        "answers": answers,
        "followed": held.source if targets.known(held.source) else f"body:{held.body}",
        "chain": [(LABELS[stage], [step for step in steps if step.stage == stage]) for stage in STAGES],
        "measures": [current.measures[number] for number in held.measures if number in current.measures],
        **standing(held, current),
    }
    return render(request, "answers/duty.html", values)


def standing(held: Duty, current: Published) -> dict[str, Any]:
    """What a page says of a duty besides its row."""
    today = timezone.localdate()
    return {
        "title": Text(held.title_fr, held.title_en),
        "body_title": title_of(current, held.body),
        "late": held.state == Duty.State.OWED and held.due_on < today,
        "days_late": (today - held.due_on).days,
        "delivery_late": bool(
            held.outcome in ("accepted", "partly")
            and held.delivered_on is None
            and held.delivery_by
            and held.delivery_by < today
        ),
    }


def title_of(current: Published, body: str) -> Text:
    """What a body is called; its code where the programme has none of that code."""
    found = current.bodies.get(body)
    return Text(found.title.fr, found.title.en) if found else Text(body, body)


def records(current: Published) -> Table | None:
    """How each body answers; None while none ever owed anything."""
    rows = [
        [
            Link(title_of(current, one.body), f"?instance={one.body}"),
            formats.number(one.owed, 0),
            formats.number(one.given, 0),
            formats.number(one.in_time, 0),
            formats.number(one.overdue, 0),
            "–" if one.days is None else _("%(n)s days") % {"n": formats.number(round(one.days), 0)},
        ]
        for one in selectors.records()
    ]
    if not rows:
        return None
    return Table(
        _("How each body answers"),
        [
            Column(_("Body")),
            Column(_("Were due"), right=True),
            Column(_("Given"), right=True),
            Column(_("In time"), right=True),
            Column(_("Overdue"), right=True),
            Column(_("On average"), right=True),
        ],
        rows,
    )


def _states(chosen: str) -> list[tuple[str, str, bool]]:
    shown = (
        ("", _("All of them")),
        ("retard", _("Overdue")),
        ("owed", _("Still awaited")),
        ("answered", _("Answered")),
        ("waived", _("No longer due")),
    )
    return [(f"?etat={code}" if code else "?", label, code == chosen) for code, label in shown]
