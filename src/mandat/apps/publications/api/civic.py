"""Participation, read: processes, petitions, votes, sessions and decisions of bodies, answers owed.

What people do moves these without a fact, so answers are those of the minute (``LIVE``). A vote that is not counted tells its question,
its rules and its hours: no number, no result.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Query

from mandat.apps.answers.models import Duty
from mandat.apps.ballots.models import Poll
from mandat.apps.ballots.selectors import stage
from mandat.apps.bodies.models import Decision, Session
from mandat.apps.participation.definitions import PublishedProcess, published_processes
from mandat.apps.participation.models import Tally
from mandat.apps.participation.services.running import FEWEST, begins, ends
from mandat.apps.participation.tallies import all_tallies
from mandat.apps.petitions.models import Petition
from mandat.apps.petitions.selectors import public
from mandat.apps.petitions.terms import terms_of
from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.publications.api import civic_shapes as shapes
from mandat.apps.publications.api.making import both, exact, ref_of
from mandat.apps.publications.api.routes import BASE, CANNOT, LARGEST, Cursor, Limit, Slug, _known, _page, _say, api
from mandat.apps.publications.site import address
from mandat.kernel.moments import closing, opening

#: Addresses whose answers move without a fact.
LIVE = tuple(f"{BASE}/{name}" for name in ("processes", "petitions", "votes", "sessions", "decisions", "answers"))
OneSlug = Annotated[str, Query(pattern=r"^[a-z0-9-]{0,60}$")]
Reference = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,60}$")]
Measure = Annotated[int | None, Query(ge=1, le=LARGEST)]


def live(path: str) -> bool:
    """Whether an answer may change from one minute to the next though no fact came."""
    return any(path == one or path.startswith(f"{one}/") for one in LIVE)


def _cut(rows: QuerySet[Any], limit: int, cursor: int | None) -> tuple[list[Any], int | None]:
    """The rows recorded last first; the cursor is the last one read."""
    found = list((rows.filter(pk__lt=cursor) if cursor is not None else rows).order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


# Processes


def _phase(one: PublishedProcess, at: dt.datetime) -> shapes.Phase:
    last = ends(one)
    return "coming" if at < begins(one) else "closed" if last is not None and at >= last else "open"


def _process(one: PublishedProcess, tally: Tally | None, at: dt.datetime) -> dict[str, Any]:
    process = one.process
    return {
        "code": one.code,
        "title": both(process.title),
        "summary": both(process.summary),
        "stakes": both(process.stakes),
        "state": _phase(one, at),
        "owner": process.owner,
        "area": process.area,
        "scope": process.scope,
        "measures": list(process.measures),
        "commitments": list(process.commitments),
        "phases": [
            {
                "code": phase.code, "title": both(phase.title), "opens_at": opening(phase.opens), "does": list(phase.does),
                "closes_at": None if phase.closes is None else closing(phase.closes),
            }
            for phase in process.phases
        ],
        "components": [
            {
                "code": part.code, "type": part.type, "title": both(part.title), "open": one.open_until(part, at)[0],
                "url": address("participation:component", one.code, part.code, language="fr"),
            }
            for part in process.components
        ],
        "answer": process.answer and {"body": process.answer.body, "days": process.answer.days, "form": process.answer.form},
        "counts": tally and {
            "participants": tally.participants if tally.participants >= FEWEST else None,
            "proposals": tally.proposals, "supports": tally.supports, "comments": tally.comments,
        },
        "definition": ref_of(one.ref),
        "synthetic": process.synthetic,
        "url": address("participation:process", one.code, language="fr"),
    }  # fmt: skip


@api.get("/processes", response={200: shapes.ProcessPage, **CANNOT}, tags=["participation"], summary="Participation processes: who may take part, in what, when, by which rules", openapi_extra=_say("Les processus de participation : qui, quoi, quand, selon quelles règles"))  # fmt: skip
def processes(
    request: HttpRequest,
    state: Literal["", "coming", "open", "closed"] = "",
    measure: Measure = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    current, at = programme_or_404(), timezone.now()
    kept = [
        one
        for one in published_processes(current.code).values()
        if (not state or _phase(one, at) == state) and (measure is None or measure in one.process.measures)
    ]
    start = cursor or 0
    rows, tallies = kept[start : start + limit], all_tallies(current.code)
    following = start + limit if start + limit < len(kept) else None
    query = {"state": state, "measure": measure, "limit": limit}
    items = [_process(one, tallies.get(one.code), at) for one in rows]
    return _page(items, path="/processes", query=query, cursor=following)


@api.get("/processes/{code}", response={200: shapes.ProcessOut, **CANNOT}, tags=["participation"], summary="One process", openapi_extra=_say("Un processus"))  # fmt: skip
def process(request: HttpRequest, code: Slug) -> Any:
    current = programme_or_404()
    found = _known(published_processes(current.code), code)
    return _process(found, all_tallies(current.code).get(code), timezone.now())


# Petitions


def _petition(one: Petition) -> dict[str, Any]:
    terms = terms_of(one)
    crossed = {row.threshold: row for row in one.crossings.all()}
    return {
        "reference": one.reference, "title": one.title, "request": one.request_text, "process": one.process, "component": one.component,
        "basis": one.basis, "state": one.state, "opened_at": one.opened_at, "closes_at": one.closes_at, "signatures": one.total,
        "counted_at": one.counted_at, "answered_at": one.answered_at, "synthetic": one.synthetic,
        "thresholds": [
            {
                "code": threshold.code, "needed": need, "consequence": threshold.consequence, "body": threshold.answer.body,
                "crossed_at": crossing and crossing.crossed_at, "due_on": crossing and crossing.due_on, "status": crossing and crossing.status,
            }
            for threshold, need in zip(terms.component.thresholds, terms.needs, strict=True)
            for crossing in [crossed.get(threshold.code)]
        ],
        "url": address("petitions:petition", one.reference, language="fr"),
    }  # fmt: skip


def _petitions(programme: str) -> QuerySet[Petition]:
    return public(programme).defer("text", "salt").prefetch_related("crossings")


@api.get("/petitions", response={200: shapes.PetitionPage, **CANNOT}, tags=["participation"], summary="Petitions, the latest first, with their thresholds", openapi_extra=_say("Les pétitions, les dernières d'abord, et leurs seuils"))  # fmt: skip
def petitions(
    request: HttpRequest,
    state: Literal["", "open", "ended", "closed", "expired", "refused"] = "",
    process: OneSlug = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    found = _petitions(programme_or_404().code)
    found = found.filter(state=state) if state else found
    found = found.filter(process=process) if process else found
    rows, following = _cut(found, limit, cursor)
    query = {"state": state, "process": process, "limit": limit}
    return _page([_petition(one) for one in rows], path="/petitions", query=query, cursor=following)


@api.get("/petitions/{reference}", response={200: shapes.PetitionOut, **CANNOT}, tags=["participation"], summary="One petition", openapi_extra=_say("Une pétition"))  # fmt: skip
def petition(request: HttpRequest, reference: Reference) -> Any:
    found = _petitions(programme_or_404().code).filter(reference=reference.upper()).first()
    if found is None:
        raise Http404
    return _petition(found)


# Votes


def _vote(one: Poll) -> dict[str, Any]:
    return {
        "reference": one.reference, "title": both(one.title), "question": both(one.question) if one.question else None,
        "process": one.roll.process, "state": stage(one), "opens_at": one.opens_at, "closes_at": one.closes_at,
        "rules": one.definition["rules"], "budget": exact(one.budget), "measures": one.measures, "digest": one.digest,
        "options": [
            {"code": option.code, "title": both(option.title), "cost": exact(option.cost), "area": option.area or None} for option in one.options
        ],
        "result": _result(one) if one.state == Poll.State.COUNTED else None,
        "synthetic": one.synthetic, "url": address("ballots:poll", one.reference, language="fr"),
    }  # fmt: skip


def _result(one: Poll) -> dict[str, Any]:
    result = one.result
    elsewhere = hasattr(one, "imported")
    return {
        "counted_at": result.counted_at, "valid": bool(result.outcome["valid"]), "winners": result.winners, "outcome": result.outcome,
        "ballots": result.ballots, "voters": result.voters, "voted": result.marks, "root": result.root,
        "file": None if elsewhere else address("ballots:download", one.reference, language="fr"),
    }  # fmt: skip


def _polls(programme: str) -> QuerySet[Poll]:
    found = Poll.objects.filter(programme=programme).select_related("roll", "result", "imported")
    return found.defer("key", "roll__salt", "imported__body")


@api.get("/votes", response={200: shapes.VotePage, **CANNOT}, tags=["participation"], summary="Votes, the latest first; results once they are counted", openapi_extra=_say("Les votes, les derniers d'abord ; les résultats une fois dépouillés"))  # fmt: skip
def votes(
    request: HttpRequest,
    state: Literal["", "before", "open", "closed", "counted", "cancelled"] = "",
    process: OneSlug = "",
    limit: Annotated[int, Query(ge=1, le=50, description="rows a page")] = 20,
    cursor: Cursor = None,
) -> Any:
    now, found = timezone.now(), _polls(programme_or_404().code)
    running = found.filter(state=Poll.State.OPEN)
    narrowed = {
        "": found, "before": running.filter(opens_at__gt=now), "open": running.filter(opens_at__lte=now, closes_at__gt=now),
        "closed": running.filter(closes_at__lte=now), "counted": found.filter(state=Poll.State.COUNTED),
        "cancelled": found.filter(state=Poll.State.CANCELLED),
    }[state]  # fmt: skip
    narrowed = narrowed.filter(roll__process=process) if process else narrowed
    rows, following = _cut(narrowed, limit, cursor)
    query = {"state": state, "process": process, "limit": limit}
    return _page([_vote(one) for one in rows], path="/votes", query=query, cursor=following)


@api.get("/votes/{reference}", response={200: shapes.VoteOut, **CANNOT}, tags=["participation"], summary="One vote; its result once it is counted", openapi_extra=_say("Un vote ; son résultat une fois dépouillé"))  # fmt: skip
def vote(request: HttpRequest, reference: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,60}$")]) -> Any:
    found = _polls(programme_or_404().code).filter(reference=reference).first()
    if found is None:
        raise Http404
    return _vote(found)


# Bodies


def _session(one: Session) -> dict[str, Any]:
    shown = one.agenda_at is not None or one.state in (Session.State.OPEN, Session.State.CLOSED)
    return {
        "id": one.reference, "body": one.body, "code": one.code, "state": one.state, "public": one.public, "starts_at": one.starts_at,
        "ends_at": one.ends_at, "place": one.place, "synthetic": one.synthetic,
        "agenda": [
            {
                "position": item.position, "title": None if item.closed_doors else item.title_fr, "nature": item.nature,
                "outcome": item.outcome or None,
            }
            for item in sorted(one.items.all(), key=lambda item: (item.position, item.pk))
        ]
        if shown
        else None,
        "url": address("bodies:session", one.body, one.code, language="fr"),
    }  # fmt: skip


@api.get("/sessions", response={200: shapes.SessionPage, **CANNOT}, tags=["participation"], summary="Sessions of bodies, the latest convened first, with their agenda once it is public", openapi_extra=_say("Les séances des instances, les dernières convoquées d'abord, et leur ordre du jour une fois public"))  # fmt: skip
def sessions(
    request: HttpRequest,
    body: OneSlug = "",
    state: Literal["", "convened", "open", "closed", "cancelled"] = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    found = Session.objects.filter(programme=programme_or_404().code).defer("draft").prefetch_related("items")
    found = found.filter(body=body) if body else found
    found = found.filter(state=state) if state else found
    rows, following = _cut(found, limit, cursor)
    query = {"body": body, "state": state, "limit": limit}
    return _page([_session(one) for one in rows], path="/sessions", query=query, cursor=following)


def _decision(one: Decision) -> dict[str, Any]:
    kept, session = json.loads(one.record), one.item.session
    return {
        "id": f"{one.body}-{one.code}", "body": one.body, "code": one.code, "session": session.code, "decided_on": one.decided_on,
        "title": kept["title"] or None, "nature": kept["nature"], "outcome": kept["outcome"], "votes_for": kept["for"],
        "votes_against": kept["against"], "abstentions": kept["abstain"],
        "follow_ups": [
            {"owner": row.owner, "what": row.what, "due_on": row.due_on, "done_on": row.done_on} for row in one.follow_ups.all()
        ],
        "fact": one.fact_index, "synthetic": one.synthetic, "url": address("bodies:session", one.body, session.code, language="fr"),
    }  # fmt: skip


@api.get("/decisions", response={200: shapes.DecisionPage, **CANNOT}, tags=["participation"], summary="Decisions of bodies, the latest first, with their votes and what follows", openapi_extra=_say("Les décisions des instances, les dernières d'abord, avec leurs votes et leurs suites"))  # fmt: skip
def decisions(request: HttpRequest, body: OneSlug = "", limit: Limit = 100, cursor: Cursor = None) -> Any:
    found = Decision.objects.filter(programme=programme_or_404().code).select_related("item__session")
    found = found.defer("item__session__draft", "item__text").prefetch_related("follow_ups")
    rows, following = _cut(found.filter(body=body) if body else found, limit, cursor)
    return _page(
        [_decision(one) for one in rows], path="/decisions", query={"body": body, "limit": limit}, cursor=following
    )


# Answers


def _duty(one: Duty, today: dt.date) -> dict[str, Any]:
    return {
        "reference": one.reference, "about": one.kind, "source": one.source, "title": {"fr": one.title_fr, "en": one.title_en},
        "body": one.body, "process": one.process or None, "measures": one.measures, "state": one.state,
        "overdue": one.state == Duty.State.OWED and one.due_on < today, "owed_on": one.owed_on, "due_on": one.due_on,
        "answered_on": one.answered_on, "outcome": one.outcome or None, "delivery_by": one.delivery_by, "delivered_on": one.delivered_on,
        "answers": [
            {"outcome": row.outcome, "text": {"fr": row.text_fr, "en": row.text_en}, "at": row.at, "fact": row.fact_index}
            for row in sorted(one.answers.all(), key=lambda row: row.rank)
        ],
        "fact": one.fact_index, "synthetic": one.synthetic, "url": address("answers:duty", one.reference, language="fr"),
    }  # fmt: skip


@api.get("/answers", response={200: shapes.DutyPage, **CANNOT}, tags=["participation"], summary="Answers owed and given, the latest owed first", openapi_extra=_say("Les réponses dues et données, les dernières dues d'abord"))  # fmt: skip
def answers(
    request: HttpRequest,
    state: Literal["", "overdue", "owed", "answered", "waived"] = "",
    body: OneSlug = "",
    process: OneSlug = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    today = timezone.localdate()
    found = Duty.objects.filter(programme=programme_or_404().code).prefetch_related("answers")
    if state == "overdue":
        found = found.filter(state=Duty.State.OWED, due_on__lt=today)
    elif state:
        found = found.filter(state=state)
    found = found.filter(body=body) if body else found
    found = found.filter(process=process) if process else found
    rows, following = _cut(found, limit, cursor)
    query = {"state": state, "body": body, "process": process, "limit": limit}
    return _page([_duty(one, today) for one in rows], path="/answers", query=query, cursor=following)


@api.get("/answers/{reference}", response={200: shapes.DutyOut, **CANNOT}, tags=["participation"], summary="One answer: who owes it, by when, what was answered", openapi_extra=_say("Une réponse : qui la doit, pour quand, ce qui a été répondu"))  # fmt: skip
def answer(request: HttpRequest, reference: Reference) -> Any:
    found = (
        Duty.objects.filter(programme=programme_or_404().code, reference=reference).prefetch_related("answers").first()
    )
    if found is None:
        raise Http404
    return _duty(found, timezone.localdate())
