"""The secretariat of bodies: who sits, what is asked, sessions from their convocation to their minutes."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.bodies import papers
from mandat.apps.bodies.models import (
    AgendaRequest,
    Attendance,
    Decision,
    Division,
    FollowUp,
    Item,
    Minutes,
    Session,
    Term,
)
from mandat.apps.bodies.reading import LARGEST
from mandat.apps.bodies.selectors import composition, members, standing_of
from mandat.apps.bodies.services import voting
from mandat.apps.bodies.terms import BODIES
from mandat.apps.bodies.views.bureau_acts import BODY_ACTS, SESSION_ACTS
from mandat.apps.bodies.views.shared import calendar, document_or_404, groups, session_or_404, tried
from mandat.apps.bodies.vocabulary import CHOICES, FORMS, NATURES, OUTCOMES, STATE_TONES, STATES, TONES, origin_of
from mandat.apps.custody.uploads import limited_uploads
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.web.components import Crumb

SHOWN = 30


def _crumbs(*more: Crumb) -> list[Crumb]:
    found = [Crumb(_("Bodies"), reverse("bodies:bureau")), *more]
    found[-1] = Crumb(found[-1].label)
    return found


@require_safe
@requires("bodies.read")
def bodies(request: HttpRequest) -> HttpResponse:
    """The bodies that sit, with what waits in each: requests, sessions, minutes, follow-ups."""
    current, day = published(), timezone.localdate()
    waiting = _counted(AgendaRequest.objects.filter(programme=current.code, state=AgendaRequest.State.WAITING), "body")
    late = FollowUp.objects.filter(decision__programme=current.code, done_on__isnull=True, due_on__lt=day)
    overdue = _counted(late, "decision__body")
    held = Session.objects.filter(programme=current.code, state=Session.State.CLOSED, minutes__isnull=True)
    unwritten = _counted(held, "body")
    coming = Session.objects.filter(programme=current.code, state__in=(Session.State.CONVENED, Session.State.OPEN))
    nearest: dict[str, Session] = {}
    for one in coming.defer("draft").order_by("starts_at", "pk"):
        nearest.setdefault(one.body, one)
    running = Term.objects.filter(Q(until__isnull=True) | Q(until__gte=day), programme=current.code, since__lte=day)
    seated = _counted(running, "body")
    lines = [
        {
            "body": terms.document, "next": nearest.get(code), "waiting": waiting.get(code, 0),
            "overdue": overdue.get(code, 0), "unwritten": unwritten.get(code, 0), "members": seated.get(code, 0),
        }
        for code, terms in BODIES.all(current).items()
        if terms.document.meets or code in seated
    ]  # fmt: skip
    values = {"lines": lines}
    return page(request, "bodies/bureau/bodies.html", values, crumbs=[Crumb(_("Bodies"))])


def _counted(rows: Any, field: str) -> dict[str, int]:
    return {row[field]: row["n"] for row in rows.order_by().values(field).annotate(n=Count("pk"))}


@require_safe
@requires("bodies.read")
def body(request: HttpRequest, code: str) -> HttpResponse:
    """One body: its members, its sessions, what it is asked, its decisions to follow up."""
    current, user, day = published(), user_of(request), timezone.localdate()
    document = document_or_404(current, code)
    terms = members(code, on=day, programme=current.code)
    to_come, past = calendar(current.code, code)
    asked = AgendaRequest.objects.filter(programme=current.code, body=code, state=AgendaRequest.State.WAITING)
    open_ = FollowUp.objects.filter(decision__programme=current.code, decision__body=code, done_on__isnull=True)
    convened = Session.objects.filter(programme=current.code, body=code, state=Session.State.CONVENED).defer("draft")
    values = {
        "body": document,
        "standing": standing_of(current.code, code),
        "groups": groups(document, terms, {}, day),
        "made": composition(terms, document.seats),
        "to_come": to_come,
        "past": past[:SHOWN],
        "asked": [(one, origin_of(one.source)) for one in asked.order_by("due_on", "pk")],
        "convened": list(convened.order_by("starts_at", "pk")),
        "follow_ups": list(open_.select_related("decision").order_by("due_on", "pk")[:SHOWN]),
        "decisions": list(Decision.objects.filter(programme=current.code, body=code).select_related("item").defer("record")[:SHOWN]),
        "owners": [one.document for one in BODIES.all(current).values()],
        "manages": may(user, "bodies.manage"),
        "assigns": may(user, "bodies.assign"),
        "genders": Term.Gender.choices,
        "whys": Term.Why.choices,
        "forms": FORMS.items(),
        "natures": [(one, NATURES[one]) for one in NATURES if one not in ("minutes", "information")],
        "today": day,
    }  # fmt: skip
    return page(request, "bodies/bureau/body.html", values, crumbs=_crumbs(Crumb(document.title)))


@require_POST
@requires("bodies.manage")
def act(request: HttpRequest, code: str, name: str) -> HttpResponseBase:
    """One act on a body."""
    current = published()
    document = document_or_404(current, code)
    if name not in BODY_ACTS:
        raise Http404
    do, done = BODY_ACTS[name]
    tried(request, lambda: do(user_of(request), document.code, request.POST), str(done))
    return redirect("bodies:bureau_body", code=code)


@require_safe
@requires("bodies.read")
def session(request: HttpRequest, code: str, session: str) -> HttpResponse:
    """One session, with what may be done at its stage."""
    current, user = published(), user_of(request)
    document = document_or_404(current, code)
    found = session_or_404(current, code, session)
    terms = members(code, on=found.on, programme=found.programme)
    came = {row.term_id: row for row in Attendance.objects.filter(session=found).order_by("pk")}
    question = Division.objects.filter(item__session=found, closed_at__isnull=True).select_related("item", "amendment").first()  # fmt: skip
    past = Session.objects.filter(programme=found.programme, body=code, state=Session.State.CLOSED).defer("draft")
    minutes = found.minutes.order_by("-rank").first()
    values = {
        "body": document,
        "session": found,
        "state": STATES[found.state],
        "tone": STATE_TONES[found.state],
        "lines": [_line(one) for one in _items(found)],
        "people": [(one, came.get(one.pk)) for one in terms],
        "statuses": Attendance.Status.choices,
        "there": sum(row.status in ("present", "remote") for row in came.values()),
        "question": question,
        "roll": _roll(found, question, terms) if question is not None else [],
        "choices": CHOICES.items(),
        "natures": [(one, label) for one, label in NATURES.items() if one != "minutes"],
        "adoptable": [one for one in past.order_by("-starts_at")[:6] if _adoptable(one)],
        "minutes": minutes,
        "papers": list(found.papers.filter(item__isnull=True).select_related("upload").order_by("pk")),
        "manages": may(user, "bodies.manage"),
        "settled": all(item.outcome for item in found.items.order_by("pk")),
    }
    crumbs = _crumbs(
        Crumb(document.title, reverse("bodies:bureau_body", args=[code])), Crumb(_("Session %(code)s") % {"code": found.code})
    )  # fmt: skip
    return page(request, "bodies/bureau/session.html", values, crumbs=crumbs)


def _items(found: Session) -> Any:
    rows = found.items.select_related("rapporteur", "request").prefetch_related(
        "papers__upload", "amendments", "divisions"
    )
    return rows.order_by("position", "pk")


def _line(item: Item) -> dict[str, Any]:
    voted = [one for one in item.divisions.all() if one.closed_at is not None and one.amendment_id is None]
    return {
        "item": item,
        "nature": NATURES[item.nature],
        "outcome": OUTCOMES[item.outcome] if item.outcome else "",
        "tone": TONES[item.outcome],
        "vote": voted[0] if voted else None,
        "votable": item.nature != Item.Nature.INFORMATION and not item.outcome,
        "notable": item.nature in (Item.Nature.INFORMATION, Item.Nature.REPORT),
        "amendments": sorted(item.amendments.all(), key=lambda one: one.number),
        "papers": list(item.papers.all()),
    }


def _roll(found: Session, question: Division, terms: list[Term]) -> list[Any]:
    """Who may vote on the question put, and who has voted: how, nobody is told before it is closed."""
    able = voting.electors(found, question.item)
    cast = set(question.votes.order_by("pk").values_list("term", flat=True))
    return [(one, one.pk in cast, able.represented.get(one.pk)) for one in terms if one.pk in able.all]


def _adoptable(one: Session) -> bool:
    last = one.minutes.order_by("-rank").first()
    return last is not None and last.stage == Minutes.Stage.PUBLISHED


@limited_uploads(LARGEST)
@require_POST
@requires("bodies.manage")
def session_act(request: HttpRequest, code: str, session: str, name: str) -> HttpResponseBase:
    """One act on a session."""
    current = published()
    document_or_404(current, code)
    found = session_or_404(current, code, session)
    if name not in SESSION_ACTS:
        raise Http404
    do, done = SESSION_ACTS[name]
    tried(request, lambda: do(user_of(request), found, request.POST, request.FILES), str(done))
    return redirect("bodies:bureau_session", code=code, session=session)


@require_safe
@requires("bodies.read")
def agenda_pdf(request: HttpRequest, code: str, session: str) -> HttpResponse:
    """The agenda as it is sent to members."""
    current = published()
    document = document_or_404(current, code)
    found = session_or_404(current, code, session)
    raw = papers.agenda(current, document, found)
    headers = {
        "Content-Disposition": f'inline; filename="ordre-du-jour-{code}-{found.code}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(raw, content_type="application/pdf", headers=headers)
