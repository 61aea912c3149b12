"""One session for everyone: its agenda and papers before, its votes and minutes after; and the files to keep."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.bodies import calendars, meetings, papers, scdl, written
from mandat.apps.bodies.models import Decision, Item, Minutes, Paper, Session
from mandat.apps.bodies.views.shared import crumbs, document_or_404, session_or_404
from mandat.apps.bodies.vocabulary import CHOICES, NATURES, OUTCOMES, STATE_TONES, STATES, STATUSES, TONES, origin_of
from mandat.apps.custody import uploads
from mandat.apps.custody.content import KINDS
from mandat.apps.custody.keys import ErasedError
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import programme_or_404
from mandat.web import ics
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say

State = Session.State


@require_safe
def session(request: HttpRequest, code: str, session: str) -> HttpResponse:
    """A session as far as it is public: announced, then its agenda, then how each voted and what was decided."""
    current = programme_or_404()
    document = document_or_404(current, code)
    found = session_or_404(current, code, session)
    minutes = found.minutes.select_related("adopted_in").order_by("-rank").first()
    held = _held(found, minutes)
    shown = found.agenda_at is not None or found.state in (State.OPEN, State.CLOSED)
    by_item, general = _papers(found)
    people = held["members"] if held else []
    values: dict[str, Any] = {
        "crumbs": crumbs(document, Crumb(_("Session %(code)s") % {"code": found.code})),
        "body": document,
        "session": found,
        "state": STATES[found.state],
        "tone": STATE_TONES[found.state],
        "agenda": shown,
        "items": [_announced(one, by_item.get(one.pk, [])) for one in _items(found)] if shown and not held else [],
        "lines": [_line(one, people, by_item) for one in _with_keys(held, found)] if held else [],
        "papers": general,
        "attendance": _attendance(people),
        "minutes": minutes,
        "outdated": found.minutes.count() > 1,
        "quorum": held["quorum"] if held else None,
        "voting": held["voting_members"] if held else None,
    }
    return render(request, "bodies/session.html", values)


def _items(found: Session) -> Any:
    return found.items.select_related("rapporteur", "request", "adopts").order_by("position", "pk")


def _held(found: Session, minutes: Minutes | None) -> dict[str, Any] | None:
    """The record of a session held: that of its published minutes, else as it stands."""
    if found.state != State.CLOSED:
        return None
    kept: dict[str, Any] = json.loads(minutes.record if minutes is not None else written.minutes(found))
    return kept


def _with_keys(held: dict[str, Any] | None, found: Session) -> Iterator[tuple[dict[str, Any], Item]]:
    known = {item.position: item for item in _items(found)}
    for one in (held or {})["items"]:
        yield one, known[one["position"]]


def _papers(found: Session) -> tuple[dict[int, list[Paper]], list[Paper]]:
    """Papers that are public now: by item, and those of the session as a whole."""
    by_item: dict[int, list[Paper]] = {}
    general = []
    rows = found.papers.filter(public_at__lte=timezone.now()).select_related("upload")
    for one in rows.order_by("pk"):
        if one.item_id is None:
            general.append(one)
        else:
            by_item.setdefault(one.item_id, []).append(one)
    return by_item, general


def _announced(item: Item, files: Sequence[Paper]) -> dict[str, Any]:
    hidden = item.closed_doors
    return {
        "item": item,
        "title": _("Item dealt with behind closed doors") if hidden else item.title,
        "nature": NATURES[item.nature],
        "text": "" if hidden else item.text,
        "rapporteur": item.rapporteur.name if item.rapporteur and not hidden else "",
        "origin": origin_of(item.request.source) if item.request else "",
        "url": item.request.url if item.request else "",
        "papers": [] if hidden else files,
        "outcome": OUTCOMES[item.outcome] if item.outcome else "",
        "tone": TONES[item.outcome],
    }


def _line(pair: tuple[dict[str, Any], Item], people: Sequence[dict[str, Any]], files: dict[int, list[Paper]]) -> Any:
    one, item = pair
    line = _announced(item, files.get(item.pk, []))
    return {
        **line,
        "position": one["position"],
        "outcome": OUTCOMES[one["outcome"]],
        "tone": TONES[one["outcome"]],
        "decision": one["decision"],
        "vote": _vote(one["vote"], people),
        "recused": ", ".join(people[rank]["name"] for rank in one["recused"]),
        "amendments": [
            {
                **amendment,
                "author": people[amendment["author"]]["name"] if amendment["author"] is not None else "",
                "said": OUTCOMES.get(amendment["outcome"], OUTCOMES[""]),
                "tone": TONES.get(amendment["outcome"], "not_begun"),
                "vote": _vote(amendment["vote"], people),
            }
            for amendment in one["amendments"]
        ],
    }


def _vote(vote: dict[str, Any] | None, people: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if vote is None:
        return None
    roll = vote["roll"] or {}
    names = [(CHOICES[choice], [people[rank]["name"] for rank in ranks]) for choice, ranks in roll.items() if ranks]
    return {**vote, "yes": vote["for"], "no": vote["against"], "names": names}


def _attendance(people: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **one,
            "said": STATUSES[one["status"]],
            "there": one["status"] in ("present", "remote"),
            "by": people[one["proxy"]]["name"] if one["proxy"] is not None else "",
        }
        for one in people
    ]


@require_safe
def minutes_pdf(request: HttpRequest, code: str, session: str) -> HttpResponse:
    """The published minutes as PDF/UA-1."""
    current = programme_or_404()
    document = document_or_404(current, code)
    found = session_or_404(current, code, session)
    minutes = found.minutes.select_related("adopted_in").order_by("-rank").first()
    if minutes is None:
        raise Http404
    raw = papers.minutes(current, document, found, minutes)
    name = f"proces-verbal-{code}-{found.code}.pdf"
    return HttpResponse(
        raw, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


@require_safe
def record(request: HttpRequest, code: str, session: str) -> HttpResponse:
    """What the digest of the minutes is made of, so that anyone can compute it again."""
    current = programme_or_404()
    document_or_404(current, code)
    minutes = session_or_404(current, code, session).minutes.order_by("-rank").first()
    if minutes is None:
        raise Http404
    raw = json.dumps(
        {"record": minutes.record, "text": minutes.text}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return HttpResponse(raw, content_type="application/json; charset=utf-8")


@require_safe
def paper(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """A paper that is public: always saved, never shown in the page."""
    current = programme_or_404()
    document_or_404(current, code)
    rows = Paper.objects.filter(session__programme=current.code, session__body=code, public_at__lte=timezone.now())
    found = get_object_or_404(rows.exclude(item__closed_doors=True).select_related("upload__subject"), pk=pk)
    try:
        chunks = uploads.read(found.upload)
    except (PermissionError, ErasedError):
        raise Http404 from None
    kind = KINDS[found.upload.kind]
    response = StreamingHttpResponse(chunks, content_type=kind.mime)
    name = f"{found.title}.{kind.extensions[0]}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def session_ics(request: HttpRequest, code: str, session: str) -> HttpResponse:
    """One session to put in one's calendar."""
    current = programme_or_404()
    document = document_or_404(current, code)
    found = session_or_404(current, code, session)
    entry = next(one for one in meetings.entries(current.code, code) if one.uid.endswith(f"-{found.code}"))
    raw = ics.calendar([calendars.event(document.title, entry)], name=say(document.title))
    response = HttpResponse(raw, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}-{found.code}.ics"'
    return response


@require_safe
def deliberations(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """The decisions of a body, or of all, in the shape of the SCDL; streamed."""
    current = programme_or_404()
    rows = Decision.objects.filter(programme=current.code)
    if code:
        document_or_404(current, code)
        rows = rows.filter(body=code)
    found = rows.select_related("item__session").defer("item__session__draft").order_by("body", "year", "number")
    name = f"deliberations-{code or 'instances'}.csv"
    return StreamingHttpResponse(
        scdl.lines(_rows(current, found)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Access-Control-Allow-Origin": "*"},
    )


def _rows(current: Published, found: Any) -> Iterator[list[Any]]:
    for one in found.iterator(chunk_size=500):
        page = reverse("bodies:session", args=[one.body, one.item.session.code])
        yield scdl.row(current, one, f"{settings.SITE_URL}{page}#point-{one.item.position}")
