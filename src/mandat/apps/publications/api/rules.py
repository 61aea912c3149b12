"""Rules of rights and aids: what they say, and the dated figures they apply."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query

from mandat.apps.programme.standing import today
from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.publications.api import shapes
from mandat.apps.publications.api.routes import CANNOT, LARGEST, Cursor, Limit, Slug, WholeDay, _known, _page, _say, api
from mandat.apps.publications.site import address
from mandat.apps.rulebook.published import published_rules
from mandat.apps.rulebook.selectors import parameter_lines, rule_document, rule_lines

Measure = Annotated[int | None, Query(ge=1, le=LARGEST, description="rules that serve this measure")]
RuleCode = Annotated[str, Query(pattern=r"^$|^[a-z0-9-]{1,60}$", description="of one rule")]
On = Annotated[WholeDay | None, Query(description="only the values in force that day")]


def _url(code: str) -> str:
    return address("rulebook:rule", code, language="fr")


@api.get("/rules", response={200: shapes.RulePage, **CANNOT}, tags=["rules"], summary="Rules of rights and aids", openapi_extra=_say("Les règles des droits et des aides"))  # fmt: skip
def rules(request: HttpRequest, measure: Measure = None, limit: Limit = 100, cursor: Cursor = None) -> Any:
    lines = list(rule_lines(programme_or_404(), on=today()))
    kept = [line | {"url": _url(line["code"])} for line in lines if measure is None or measure in line["measures"]]
    return _cut(kept, "/rules", {"measure": measure, "limit": limit}, limit, cursor)


@api.get("/rules/{code}", response={200: shapes.RuleDocumentOut, **CANNOT}, tags=["rules"], summary="One rule, whole: inputs, parameters, formulas, golden cases", openapi_extra=_say("Une règle entière : entrées, chiffres, formules, cas de référence"))  # fmt: skip
def rule(request: HttpRequest, code: Slug) -> Any:
    found = _known(published_rules(programme_or_404()).rules, code)
    return {"code": code, "url": _url(code), **rule_document(found)}


@api.get("/parameters", response={200: shapes.ParameterPage, **CANNOT}, tags=["rules"], summary="The dated figures of rules, each with its reference", openapi_extra=_say("Les chiffres datés des règles, chacun avec sa référence"))  # fmt: skip
def parameters(
    request: HttpRequest, rule: RuleCode = "", on: On = None, limit: Limit = 100, cursor: Cursor = None
) -> Any:
    lines = [line for line in parameter_lines(programme_or_404(), on=on) if rule in ("", line["rule"])]
    kept = [line | {"reference_url": line["url"]} for line in lines]
    query = {"rule": rule, "on": on.isoformat() if isinstance(on, dt.date) else "", "limit": limit}
    return _cut(kept, "/parameters", query, limit, cursor)


def _cut(lines: list[Any], path: str, query: dict[str, Any], limit: int, cursor: int | None) -> Any:
    """A page of lines in their order; the cursor is the rank of its first."""
    start = cursor or 0
    following = start + limit if start + limit < len(lines) else None
    return _page(lines[start : start + limit], path=path, query=query, cursor=following)
