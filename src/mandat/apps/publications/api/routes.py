"""Every address of the API. Lists are pages followed by their ``next``; filters add up."""

from __future__ import annotations

import base64
import datetime as dt
import re
from typing import Annotated, Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja import NinjaAPI, Path, Query
from pydantic import BeforeValidator

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import course, measure_standing, standings, today
from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.publications.api import making, shapes
from mandat.apps.publications.exports.facts import public_breakdowns
from mandat.apps.publications.exports.programme import six
from mandat.apps.publications.site import address
from mandat.apps.territory import selectors as territory
from mandat.apps.territory.models import Commune
from mandat.definitions.models import DefinitionVersion
from mandat.engines.indicators.status import Status
from mandat.facts.base import AREA as AREAS
from mandat.facts.base import COMMITMENT as COMMITMENTS
from mandat.facts.base import KIND as KINDS
from mandat.journal import proofs
from mandat.journal.state import verifier_key

BASE = "/api/v1"
LARGEST = 2**53 - 1
WORDS = r"^[^\x00-\x1f]*$"


def _pattern(known: re.Pattern[str]) -> str:
    """A pattern as JSON Schema writes it: ``$`` is the end and nothing else."""
    return known.pattern.replace(r"\Z", "$")


KIND, AREA, COMMITMENT = _pattern(KINDS), _pattern(AREAS), _pattern(COMMITMENTS)

api = NinjaAPI(
    title="Mandat",
    version="1.0.0",
    description=(
        "Read a public programme, its commitments with their standing, and the public facts they rest on. "
        "Open Licence 2.0. Every list is a page: follow `next` until it is null. No key is needed."
    ),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-v1",
)

Limit = Annotated[int, Query(ge=1, le=200, description="rows a page")]
Cursor = Annotated[int | None, Query(ge=0, le=LARGEST, description="from the `next` of a page")]


def _day(value: Any) -> Any:
    """Days are written whole: pydantic would read a bare number as seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("a day is written 2026-11-23")
    return value


WholeDay = Annotated[dt.date, BeforeValidator(_day)]
Day = Annotated[WholeDay | None, Query(description="day of the act, included")]
Index = Annotated[int, Path(ge=0, le=LARGEST)]
Slug = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,60}$")]
Code = Annotated[str, Path(pattern=COMMITMENT)]
CANNOT = {404: shapes.Problem, 422: shapes.Problem}


def _say(fr: str) -> dict[str, Any]:
    """The French summary of an operation, for the page that explains the API."""
    return {"x-summary-fr": fr}


def _page(
    items: list[Any], *, path: str = "", query: dict[str, Any] | None = None, cursor: Any = None
) -> dict[str, Any]:
    following = None
    if cursor is not None:
        kept = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        following = f"{settings.SITE_URL}{BASE}{path}?{urlencode({**kept, 'cursor': cursor})}"
    return {"items": items, "next": following, "synthetic": settings.MANDAT_DEMO}


def _known(found: Any, code: Any) -> Any:
    if code not in found:
        raise Http404
    return found[code]


@api.get("/programme", response={200: shapes.ProgrammeOut, **CANNOT}, tags=["programme"], summary="The programme and how it stands", openapi_extra=_say("Le programme et où il en est"))  # fmt: skip
def programme(request: HttpRequest) -> Any:
    current = programme_or_404()
    return making.programme_of(current, standings(current))


@api.get("/pillars", response={200: shapes.PillarPage, **CANNOT}, tags=["programme"], summary="The pillars", openapi_extra=_say("Les piliers"))  # fmt: skip
def pillars(request: HttpRequest) -> Any:
    current = programme_or_404()
    return _page([making.pillar_of(current, code) for code in current.pillars])


@api.get("/pillars/{code}", response={200: shapes.PillarOut, **CANNOT}, tags=["programme"], summary="One pillar", openapi_extra=_say("Un pilier"))  # fmt: skip
def pillar(request: HttpRequest, code: Slug) -> Any:
    current = programme_or_404()
    _known(current.pillars, code)
    return making.pillar_of(current, code)


@api.get("/chapters", response={200: shapes.ChapterPage, **CANNOT}, tags=["programme"], summary="The chapters", openapi_extra=_say("Les chapitres"))  # fmt: skip
def chapters(request: HttpRequest) -> Any:
    current = programme_or_404()
    return _page([making.chapter_of(current, code) for code in current.chapters])


@api.get("/chapters/{code}", response={200: shapes.ChapterOut, **CANNOT}, tags=["programme"], summary="One chapter", openapi_extra=_say("Un chapitre"))  # fmt: skip
def chapter(request: HttpRequest, code: Slug) -> Any:
    current = programme_or_404()
    _known(current.chapters, code)
    return making.chapter_of(current, code)


@api.get("/measures", response={200: shapes.MeasurePage, **CANNOT}, tags=["programme"], summary="Measures with their status", openapi_extra=_say("Les mesures et leur statut"))  # fmt: skip
def measures(
    request: HttpRequest,
    chapter: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,60}$")] = "",
    responsible: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,60}$")] = "",
    status: Annotated[Status | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    current = programme_or_404()
    day = today()
    found = [
        standing
        for number, standing in standings(current, as_of=day).items()
        if number > (cursor or 0)
        and (not chapter or current.chapter_of[number].code == chapter)
        and (not responsible or standing.measure.responsible == responsible)
        and (status is None or standing.status is status)
    ]
    items = [making.measure_of(current, standing, as_of=day) for standing in found[:limit]]
    query = {"chapter": chapter, "responsible": responsible, "status": status.value if status else "", "limit": limit}
    return _page(items, path="/measures", query=query, cursor=items[-1]["number"] if len(found) > limit else None)


@api.get("/measures/{number}", response={200: shapes.MeasureOut, **CANNOT}, tags=["programme"], summary="One measure", openapi_extra=_say("Une mesure"))  # fmt: skip
def measure(request: HttpRequest, number: Annotated[int, Path(ge=1, le=9999)]) -> Any:
    current = programme_or_404()
    _known(current.measures, number)
    day = today()
    return making.measure_of(current, measure_standing(current, number, as_of=day), as_of=day)


@api.get("/commitments", response={200: shapes.CommitmentPage, **CANNOT}, tags=["programme"], summary="Commitments with their standing", openapi_extra=_say("Les engagements et où ils en sont"))  # fmt: skip
def commitments(
    request: HttpRequest,
    measure: Annotated[int | None, Query(ge=1, le=9999)] = None,
    status: Annotated[Status | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    current = programme_or_404()
    day = today()
    parts = [part for standing in standings(current, as_of=day).values() for part in standing.commitments]
    ranked = [
        (rank, part)
        for rank, part in enumerate(parts, start=1)
        if rank > (cursor or 0)
        and (measure is None or current.measure_of(part.commitment.code).number == measure)
        and (status is None or part.status is status)
    ]
    items = [making.commitment_of(current, part, as_of=day) for _, part in ranked[:limit]]
    query = {"measure": measure, "status": status.value if status else "", "limit": limit}
    following = ranked[limit - 1][0] if len(ranked) > limit else None
    return _page(items, path="/commitments", query=query, cursor=following)


@api.get("/commitments/{code}", response={200: shapes.CommitmentOut, **CANNOT}, tags=["programme"], summary="One commitment", openapi_extra=_say("Un engagement"))  # fmt: skip
def commitment(request: HttpRequest, code: Code) -> Any:
    current = programme_or_404()
    _known(current.commitments, code)
    day = today()
    number = current.measure_of(code).number
    parts = measure_standing(current, number, as_of=day).commitments
    return making.commitment_of(current, next(p for p in parts if p.commitment.code == code), as_of=day)


@api.get("/commitments/{code}/series", response={200: shapes.SeriesOut, **CANNOT}, tags=["programme"], summary="The course of a commitment's figure", openapi_extra=_say("L'évolution du chiffre d'un engagement"))  # fmt: skip
def series(request: HttpRequest, code: Code) -> Any:
    current = programme_or_404()
    commitment = _known(current.commitments, code)
    value = course(current, code).value
    return {
        "commitment": code,
        "unit": commitment.goal.unit,
        "points": [{"day": day, "value": making.exact(six(part))} for day, part in value.series],
        "years": {str(year): making.exact(six(part)) for year, part in value.years.items()},
        "areas": {area: making.exact(six(part)) for area, part in value.areas.items()},
        "breakdowns": public_breakdowns(value.categories),
        "synthetic": settings.MANDAT_DEMO,
    }


@api.get("/facts", response={200: shapes.FactPage, **CANNOT}, tags=["facts"], summary="Facts, newest first", openapi_extra=_say("Les faits, du plus récent au plus ancien"))  # fmt: skip
def facts(
    request: HttpRequest,
    kind: Annotated[str, Query(pattern=r"^$|" + KIND)] = "",
    measure: Annotated[int | None, Query(ge=1, le=9999)] = None,
    commitment: Annotated[str, Query(pattern=r"^$|" + COMMITMENT)] = "",
    area: Annotated[str, Query(pattern=r"^$|" + AREA, description="facts inside this area")] = "",
    since: Day = None,
    until: Day = None,
    text: Annotated[str, Query(max_length=100, pattern=WORDS)] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    current = programme_or_404()
    query: dict[str, Any] = {"kind": kind, "measure": measure, "commitment": commitment, "since": since, "until": until, "text": text}  # fmt: skip
    conditions = {name: value for name, value in query.items() if value not in (None, "")}
    if area:
        conditions["areas"] = territory.within(area)
    found = journal.page(programme=current.code, before=cursor, size=limit, **conditions)
    items = [making.fact_of(entry) for entry in found.entries]
    return _page(items, path="/facts", query={**query, "area": area, "limit": limit}, cursor=found.older)


@api.get("/facts/{index}", response={200: shapes.FactOut, **CANNOT}, tags=["facts"], summary="One fact", openapi_extra=_say("Un fait"))  # fmt: skip
def fact(request: HttpRequest, index: Index) -> Any:
    current = programme_or_404()
    found = journal.entry(index)
    if found.fact.programme != current.code:
        raise Http404
    return making.fact_of(found)


@api.get("/facts/{index}/proof", response={200: shapes.ProofOut, **CANNOT}, tags=["facts"], summary="Proof that a fact is in the signed log", openapi_extra=_say("La preuve qu'un fait est dans le journal signé"))  # fmt: skip
def proof(request: HttpRequest, index: Index) -> Any:
    return proofs.document(index)


@api.get("/bodies", response={200: shapes.BodyPage, **CANNOT}, tags=["programme"], summary="Bodies: delegations, councils, services", openapi_extra=_say("Les instances : délégations, conseils, services"))  # fmt: skip
def bodies(request: HttpRequest) -> Any:
    current = programme_or_404()
    return _page([making.body_of(current, code) for code in current.bodies])


@api.get("/bodies/{code}", response={200: shapes.BodyOut, **CANNOT}, tags=["programme"], summary="One body", openapi_extra=_say("Une instance"))  # fmt: skip
def body(request: HttpRequest, code: Slug) -> Any:
    current = programme_or_404()
    _known(current.bodies, code)
    return making.body_of(current, code)


@api.get("/communes", response={200: shapes.CommunePage, **CANNOT}, tags=["territory"], summary="Communes, by code", openapi_extra=_say("Les communes, par code"))  # fmt: skip
def communes(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=80, pattern=WORDS, description="beginning of words of the name, or code")] = "",
    departement: Annotated[str, Query(pattern=r"^$|^[0-9]{2,3}$|^2[AB]$")] = "",
    limit: Limit = 100,
    cursor: Annotated[str, Query(pattern=r"^$|^[0-9][0-9AB][0-9]{3}$")] = "",
) -> Any:
    found = territory.search_communes(q) if q.strip() else Commune.objects.all()
    if departement:
        found = found.filter(departement_id=departement)
    rows = list(found.filter(code__gt=cursor).order_by("code")[: limit + 1])
    items = [making.commune_of(commune) for commune in rows[:limit]]
    query = {"q": q, "departement": departement, "limit": limit}
    return _page(items, path="/communes", query=query, cursor=items[-1]["code"] if len(rows) > limit else None)


@api.get("/communes/{code}", response={200: shapes.CommuneOut, **CANNOT}, tags=["territory"], summary="One commune, present or former", openapi_extra=_say("Une commune, actuelle ou ancienne"))  # fmt: skip
def commune(request: HttpRequest, code: Annotated[str, Path(pattern=r"^[0-9][0-9AB][0-9]{3}$")]) -> Any:
    found = territory.commune(code)
    if found is None:
        raise Http404
    return making.commune_of(found)


@api.get("/journal", response={200: shapes.JournalOut, **CANNOT}, tags=["journal"], summary="Size, root and signed checkpoint of the log", openapi_extra=_say("Taille, racine et point de contrôle signé du journal"))  # fmt: skip
def log(request: HttpRequest) -> Any:
    head = journal.head()
    return {
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "recorded_at": head.recorded_at,
        "checkpoint": head.note,
        "key": str(verifier_key()),
    }


@api.get("/journal/consistency", response={200: shapes.ConsistencyOut, **CANNOT}, tags=["journal"], summary="Proof that the log only grew", openapi_extra=_say("La preuve que le journal n'a fait que grandir"))  # fmt: skip
def consistency(
    request: HttpRequest,
    first: Annotated[int, Query(ge=0, le=LARGEST)],
    second: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
) -> Any:
    found = proofs.consistency(first, second)
    return {
        "first": found.first,
        "second": found.second,
        "first_root": base64.b64encode(found.first_root).decode(),
        "second_root": base64.b64encode(found.second_root).decode(),
        "path": [base64.b64encode(step).decode() for step in found.path],
    }


@api.get("/status-rule", response={200: shapes.RuleOut, **CANNOT}, tags=["definitions"], summary="The rule that turns figures into a status", openapi_extra=_say("La règle qui fait d'un chiffre un statut"))  # fmt: skip
def status_rule(request: HttpRequest) -> Any:
    current: Published = programme_or_404()
    rule = current.rule
    return {
        "code": rule.code,
        "title": making.both(rule.title),
        "text": making.both(rule.text),
        "tolerance": making.exact(rule.tolerance),
        "stale_after": making.exact(rule.stale_after),
        "unknown_after": making.exact(rule.unknown_after),
        "definition": making.ref_of(current.ref("status-rule", rule.code)),
        "url": address("programme:status", language="fr"),
    }


@api.get("/definitions", response={200: shapes.DefinitionPage, **CANNOT}, tags=["definitions"], summary="Definitions in force", openapi_extra=_say("Les définitions en vigueur"))  # fmt: skip
def definitions(
    request: HttpRequest,
    kind: Annotated[str, Query(pattern=r"^[a-z-]{0,40}$")] = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    rows = DefinitionVersion.objects.filter(programme=programme_or_404().code, current=True, pk__gt=cursor or 0)
    if kind:
        rows = rows.filter(kind=kind)
    found = list(rows.order_by("pk")[: limit + 1])
    items = [making.definition_of(row) for row in found[:limit]]
    following = found[limit - 1].pk if len(found) > limit else None
    return _page(items, path="/definitions", query={"kind": kind, "limit": limit}, cursor=following)


KindCode = Annotated[str, Path(pattern=r"^[a-z-]{1,40}$")]
AnyCode = Annotated[str, Path(pattern=r"^[a-z0-9.-]{1,80}$")]


@api.get("/definitions/{kind}/{code}", response={200: shapes.DefinitionPage, **CANNOT}, tags=["definitions"], summary="Every version of a definition, newest first", openapi_extra=_say("Toutes les versions d'une définition"))  # fmt: skip
def definition(request: HttpRequest, kind: KindCode, code: AnyCode) -> Any:
    rows = DefinitionVersion.objects.filter(programme=programme_or_404().code, kind=kind, code=code)
    found = list(rows.order_by("-version"))
    if not found:
        raise Http404
    return _page([making.definition_of(row) for row in found])


@api.get("/definitions/{kind}/{code}/{version}", response={200: shapes.DefinitionOut, **CANNOT}, tags=["definitions"], summary="One version of a definition", openapi_extra=_say("Une version d'une définition"))  # fmt: skip
def definition_version(
    request: HttpRequest, kind: KindCode, code: AnyCode, version: Annotated[int, Path(ge=1, le=2_000_000_000)]
) -> Any:
    rows = DefinitionVersion.objects.filter(programme=programme_or_404().code, kind=kind, code=code, version=version)
    row = rows.first()
    if row is None:
        raise Http404
    return making.definition_of(row)
