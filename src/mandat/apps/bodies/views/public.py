"""What everyone reads of bodies: what they may do, who sits, when they meet, what they decided and what became of it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from mandat.apps.bodies.models import AgendaRequest, Decision, FollowUp, Session, Term
from mandat.apps.bodies.schema import Body
from mandat.apps.bodies.selectors import composition, declared, members, standing_of
from mandat.apps.bodies.terms import BODIES
from mandat.apps.bodies.views.shared import calendar, crumbs, document_or_404, groups
from mandat.apps.bodies.vocabulary import (
    MAJORITIES,
    NATURES,
    OUTCOMES,
    POWERS,
    TIES,
    TONES,
    origin_of,
    quorum_text,
)
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import all_standings, programme_or_404, tally, words
from mandat.apps.programme.vocabulary import BODY_TYPES
from mandat.web.components import Crumb

NEXT = 4
PAST = 3
DECISIONS = 3
ON_PAGE = 40


@require_safe
def bodies(request: HttpRequest) -> HttpResponse:
    """Every body by type, with what it answers for and how many sit in it; and the sessions to come. Three queries."""
    current = programme_or_404()
    documents = {code: terms.document for code, terms in BODIES.all(current).items()}
    answers: dict[str, int] = {}
    for measure in current.measures.values():
        answers[measure.responsible] = answers.get(measure.responsible, 0) + 1
    day = timezone.localdate()
    running = Term.objects.filter(Q(until__isnull=True) | Q(until__gte=day), programme=current.code, since__lte=day)
    seated = {row["body"]: row["n"] for row in running.order_by().values("body").annotate(n=Count("pk"))}
    found = []
    for kind, label in BODY_TYPES.items():
        lines = [
            {"body": one, "measures": answers.get(one.code, 0), "members": seated.get(one.code, 0)}
            for one in documents.values()
            if one.type == kind
        ]
        if lines:
            found.append({"label": label, "bodies": sorted(lines, key=lambda line: words(line["body"].title))})
    coming = Session.objects.filter(
        programme=current.code, state=Session.State.CONVENED, starts_at__gte=timezone.now()
    ).defer("draft")
    values = {
        "crumbs": crumbs(),
        "groups": found,
        "coming": [(one, documents[one.body]) for one in coming.order_by("starts_at", "pk")[:NEXT] if one.body in documents],
        "overdue": FollowUp.objects.filter(decision__programme=current.code, done_on__isnull=True, due_on__lt=day).count(),
    }  # fmt: skip
    return render(request, "bodies/bodies.html", values)


@require_safe
def body(request: HttpRequest, code: str) -> HttpResponse:
    """One body, whole. A bounded number of queries whatever its history."""
    current = programme_or_404()
    document = document_or_404(current, code)
    day = timezone.localdate()
    terms = members(code, on=day, programme=current.code)
    known = BODIES.all(current)
    standing = all_standings(current)
    rows = [item for item in standing.values() if item.measure.responsible == code]
    serves = [standing[n] for n in document.measures if n in standing and standing[n].measure.responsible != code]
    to_come, past = calendar(current.code, code)
    interests = declared(terms, on=day) if document.interests else {}
    decisions = _decisions(current, code)[:DECISIONS]
    asked = AgendaRequest.objects.filter(programme=current.code, body=code)
    values: dict[str, Any] = {
        "crumbs": crumbs(document),
        "body": document,
        "target": f"body:{code}",
        "type": BODY_TYPES[document.type],
        "parent": current.bodies.get(document.parent or ""),
        "children": [one.document for one in known.values() if one.document.parent == code],
        "rows": rows,
        "serves": serves,
        "tally": tally(item.status for item in [*rows, *serves]),
        "standing": standing_of(current.code, code),
        "groups": groups(document, terms, interests, day),
        "made": composition(terms, document.seats),
        "declared": len(interests),
        "to_come": to_come[:NEXT],
        "past": past[:PAST],
        "more_past": len(past) > PAST,
        "decisions": [_shown(one) for one in decisions],
        "waiting": [(one, origin_of(one.source)) for one in asked.filter(state=AgendaRequest.State.WAITING)[:NEXT]],
        "refused": [(one, origin_of(one.source)) for one in asked.filter(state=AgendaRequest.State.REFUSED).order_by("-settled_at", "pk")[:5]],
        **_rules(document),
    }  # fmt: skip
    return render(request, "bodies/body.html", values)


def _rules(document: Body) -> dict[str, Any]:
    return {
        "powers": [POWERS[one] for one in document.powers],
        "quorum": quorum_text(document),
        "majority": MAJORITIES[document.voting.majority],
        "tie": TIES[document.voting.tie],
    }


def _decisions(current: Published, code: str) -> Any:
    found = Decision.objects.filter(programme=current.code, body=code).select_related("item__session")
    found = found.prefetch_related("follow_ups", "item__divisions").defer("record", "item__session__draft")
    return found.order_by("-year", "-number")


def _shown(decision: Decision) -> dict[str, Any]:
    item = decision.item
    question = next((one for one in item.divisions.all() if one.amendment_id is None), None)
    done = list(decision.follow_ups.all())
    today = timezone.localdate()
    return {
        "decision": decision,
        "item": item,
        "title": item.title if not item.closed_doors else _("Item dealt with behind closed doors"),
        "nature": NATURES[item.nature],
        "outcome": OUTCOMES[item.outcome],
        "tone": TONES[item.outcome],
        "vote": question,
        "follow_ups": [
            (one, "kept" if one.done_on else "late" if one.due_on < today else "in_progress") for one in done
        ],
    }


@require_safe
def decisions(request: HttpRequest, code: str) -> HttpResponse:
    """Every decision of a body, the latest first, with its votes and what became of it."""
    current = programme_or_404()
    document = document_or_404(current, code)
    rows = Paginator(_decisions(current, code), ON_PAGE).get_page(request.GET.get("page"))
    values = {
        "crumbs": crumbs(document, Crumb(_("Decisions"))),
        "body": document,
        "decisions": [_shown(one) for one in rows],
        "rows": rows,
        "overdue": _overdue(current, code),
    }
    return render(request, "bodies/decisions.html", values)


@require_safe
def sessions(request: HttpRequest, code: str) -> HttpResponse:
    """Every meeting of a body, to come and past."""
    current = programme_or_404()
    document = document_or_404(current, code)
    to_come, past = calendar(current.code, code)
    values = {
        "crumbs": crumbs(document, Crumb(pgettext("body", "Sessions"))),
        "body": document,
        "to_come": to_come,
        "past": past,
    }
    return render(request, "bodies/sessions.html", values)


def _overdue(current: Published, code: str) -> int:
    late = FollowUp.objects.filter(decision__programme=current.code, decision__body=code, done_on__isnull=True)
    return late.filter(due_on__lt=timezone.localdate()).count()
