"""Aids and calls: ``/aids/`` answers as the public API of Aides-territoires does, ``/calls`` as the rest of ours."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Query, Schema

from mandat.apps.grants.where import covers
from mandat.apps.programme.views.measures import matches
from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.publications import aids as making
from mandat.apps.publications.api import shapes
from mandat.apps.publications.api.routes import (
    AREA,
    BASE,
    CANNOT,
    WORDS,
    Cursor,
    Limit,
    Slug,
    WholeDay,
    _page,
    _say,
    api,
)
from mandat.apps.territory import selectors as territory

Audience = Literal[
    "", "commune", "epci", "department", "region", "special", "association", "private_person", "farmer", "private_sector",
    "public_cies", "public_org", "researcher",
]  # fmt: skip
Financial = Literal["", "grant", "loan", "recoverable_advance", "other"]
Sorting = Literal["relevance", "publication_date", "submission_deadline"]


class Backer(Schema):
    id: int
    name: str
    logo: str | None


class AidType(Schema):
    id: int
    name: str
    group: dict[str, Any]


class AidOut(Schema):
    """One aid, field by field as Aides-territoires gives it."""

    id: int
    slug: str
    url: str = Field(description="path on this site")
    name: str
    name_initial: str | None
    short_title: str | None
    financers: list[str]
    financers_full: list[Backer]
    instructors: list[str]
    instructors_full: list[Backer]
    programs: list[str]
    description: str = Field(description="HTML")
    eligibility: str = Field(description="HTML")
    perimeter: str | None
    perimeter_scale: str | None
    mobilization_steps: list[str]
    origin_url: str | None
    categories: list[str]
    is_call_for_project: bool
    application_url: str | None
    targeted_audiences: list[str]
    aid_types: list[str]
    aid_types_full: list[AidType]
    is_charged: bool
    destinations: list[str]
    start_date: dt.date | None
    predeposit_date: dt.date | None
    submission_deadline: dt.date | None
    subvention_rate_lower_bound: int | None
    subvention_rate_upper_bound: int | None
    subvention_comment: str | None
    loan_amount: int | None
    recoverable_advance_amount: int | None
    contact: str = Field(description="HTML")
    recurrence: str | None
    project_examples: str | None
    import_data_url: str | None
    import_data_mention: str | None
    import_share_licence: str | None
    date_created: dt.datetime
    date_updated: dt.datetime | None
    project_references: list[str]
    european_aid: str | None
    is_live: bool


class AidPage(Schema):
    """A page as Aides-territoires numbers them."""

    count: int
    previous: str | None
    next: str | None
    results: list[AidOut]


class Named(Schema):
    id: str
    name: str


class NamedPage(Schema):
    count: int
    previous: str | None
    next: str | None
    results: list[Named]


class RoundOut(Schema):
    code: str
    opens_at: dt.datetime
    closes_at: dt.datetime | None
    committees: list[dt.date]


class CallOut(Schema):
    id: str
    scheme: str
    code: str
    title: shapes.Both
    type: str
    phase: Literal["coming", "open", "closed"]
    opens_at: dt.datetime
    closes_at: dt.datetime | None = Field(
        description="first instant at which nothing is received any more; null: no end"
    )
    envelope: str | None
    committees: list[dt.date]
    rounds: list[RoundOut]
    measures: list[int]
    url: str


class CallPage(shapes.PageOut):
    items: list[CallOut]


@api.get("/aids/", response={200: AidPage, **CANNOT}, tags=["aids"], summary="Aids, in the shape of Aides-territoires", openapi_extra=_say("Les aides, dans la forme d'Aides-territoires"))  # fmt: skip
def aids(
    request: HttpRequest,
    text: Annotated[str, Query(max_length=100, pattern=WORDS)] = "",
    targeted_audiences: Annotated[Audience, Query(description="whom it is for; see /aids/audiences/")] = "",
    financial_aids: Annotated[Financial, Query(description="its type; see /aids/types/")] = "",
    perimeter: Annotated[str, Query(pattern=r"^$|" + AREA, description="open to this place: commune:18033")] = "",
    apply_before: Annotated[WholeDay | None, Query(description="closes before that day")] = None,
    published_after: Annotated[WholeDay | None, Query(description="changed after that day")] = None,
    call_for_projects_only: bool = False,
    published: Annotated[bool, Query(description="also what is over")] = False,
    order_by: Sorting = "relevance",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    itemsPerPage: Annotated[int, Query(ge=1, le=100)] = 30,  # noqa: N803 - the name is theirs
) -> Any:
    current = programme_or_404()
    communes = territory.expand(perimeter) if perimeter else ()
    kept = [
        one
        for one in making.aids(current)
        if (published or one.live)
        and (not text or matches(text, f"{one.scheme.title.fr} {one.scheme.summary.fr} {one.scheme.what.fr}"))
        and (not targeted_audiences or targeted_audiences in one.audiences)
        and (not financial_aids or one.type == financial_aids)
        and (not call_for_projects_only or one.dated)
        and (published_after is None or one.updated.date() > published_after)
        and (apply_before is None or _closes_before(one, apply_before))
        and (not perimeter or any(covers(one.scheme, code) for code in communes))
    ]
    if order_by == "publication_date":
        kept.sort(key=lambda one: one.updated, reverse=True)
    elif order_by == "submission_deadline":
        far = dt.datetime.max.replace(tzinfo=dt.UTC)
        kept.sort(key=lambda one: one.window.closes or far)
    query = {
        "text": text, "targeted_audiences": targeted_audiences, "financial_aids": financial_aids, "perimeter": perimeter,
        "apply_before": apply_before, "published_after": published_after, "call_for_projects_only": call_for_projects_only or "",
        "published": published or "", "order_by": order_by, "itemsPerPage": itemsPerPage,
    }  # fmt: skip
    start = (page - 1) * itemsPerPage
    return {
        "count": len(kept),
        "previous": _numbered(query, page - 1) if page > 1 else None,
        "next": _numbered(query, page + 1) if start + itemsPerPage < len(kept) else None,
        "results": [making.aid_of(current, one) for one in kept[start : start + itemsPerPage]],
    }


def _closes_before(aid: making.Aid, day: dt.date) -> bool:
    closes = aid.window.closes
    return closes is not None and closes.date() <= day


def _numbered(query: dict[str, Any], page: int) -> str:
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{settings.SITE_URL}{BASE}/aids/?{urlencode({**kept, 'page': page})}"


def _list(labels: dict[str, str]) -> dict[str, Any]:
    return {
        "count": len(labels),
        "previous": None,
        "next": None,
        "results": [{"id": code, "name": name} for code, name in labels.items()],
    }


@api.get("/aids/audiences/", response={200: NamedPage, **CANNOT}, tags=["aids"], summary="Whom aids are for", openapi_extra=_say("À qui s'adressent les aides"))  # fmt: skip
def audiences(request: HttpRequest) -> Any:
    return _list(making.AUDIENCES)


@api.get("/aids/types/", response={200: NamedPage, **CANNOT}, tags=["aids"], summary="Types of aids", openapi_extra=_say("Les types d'aides"))  # fmt: skip
def types(request: HttpRequest) -> Any:
    return _list(making.FINANCIAL)


@api.get("/aids/steps/", response={200: NamedPage, **CANNOT}, tags=["aids"], summary="How far projects are", openapi_extra=_say("L'avancement des projets"))  # fmt: skip
def steps(request: HttpRequest) -> Any:
    return _list(making.STEPS)


@api.get("/aids/recurrences/", response={200: NamedPage, **CANNOT}, tags=["aids"], summary="How often aids come", openapi_extra=_say("La récurrence des aides"))  # fmt: skip
def recurrences(request: HttpRequest) -> Any:
    return _list(making.RECURRENCES)


@api.get("/aids/{code}/", response={200: AidOut, **CANNOT}, tags=["aids"], summary="One aid", openapi_extra=_say("Une aide"))  # fmt: skip
def aid(request: HttpRequest, code: Slug) -> Any:
    current = programme_or_404()
    found = next((one for one in making.aids(current) if one.terms.code == code), None)
    if found is None:
        raise Http404
    return making.aid_of(current, found)


@api.get("/calls", response={200: CallPage, **CANNOT}, tags=["aids"], summary="Calls of schemes, those that close first before", openapi_extra=_say("Les appels des dispositifs, ceux qui ferment d'abord"))  # fmt: skip
def calls(
    request: HttpRequest,
    scheme: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,60}$")] = "",
    phase: Literal["", "coming", "open", "closed"] = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    current, now = programme_or_404(), timezone.now()
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    found = [
        making.call_of(current, one, call, now)
        for one in making.aids(current, now)
        if not scheme or one.terms.code == scheme
        for call in one.scheme.calls
    ]
    kept = [one for one in found if not phase or one["phase"] == phase]
    kept.sort(key=lambda one: (one["closes_at"] or far, one["id"]))
    start = cursor or 0
    following = start + limit if start + limit < len(kept) else None
    query = {"scheme": scheme, "phase": phase, "limit": limit}
    return _page(kept[start : start + limit], path="/calls", query=query, cursor=following)
