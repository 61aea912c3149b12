"""Downloads: the programme's PDF and the open data, streamed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import today
from mandat.apps.programme.views.facts import FactFilters
from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.publications.document.files import programme_pdf as kept_pdf
from mandat.apps.publications.exports.facts import canonical_chunks, facts_table, indicator_conditions
from mandat.apps.publications.exports.programme import TABLES
from mandat.apps.publications.exports.tables import Table
from mandat.apps.publications.exports.writers import CONTENT_TYPES, chunks
from mandat.apps.publications.recompute.kit import kit_chunks
from mandat.kernel.text import Language

SEPARATORS = {"virgule": ",", "point-virgule": ";"}
FACTS_FORMS = ("csv", "jsonl", "parquet")


def language() -> Language:
    return "en" if (get_language() or "fr").startswith("en") else "fr"


@require_safe
def programme_pdf(request: HttpRequest) -> HttpResponseBase:
    """The programme as one accessible file, in the language of the address."""
    current = programme_or_404()
    kept = kept_pdf(current, language())
    response = HttpResponse(kept.path.read_bytes(), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{current.code}-{language()}.pdf"'
    response["ETag"] = quote_etag(kept.tag)
    response["Content-Language"] = language()
    patch_cache_control(response, public=True, max_age=300)
    return response


@require_safe
def facts_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The facts that fit the address's filters, which are those of the facts explorer."""
    current = programme_or_404()
    filters = FactFilters(current, request.GET)
    if not filters.is_valid():
        problems = "\n".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in filters.errors.items())
        return HttpResponse(problems, status=400, content_type="text/plain; charset=utf-8")
    return _facts(request, current, filters.conditions(current.code), form, "faits")


@require_safe
def commitment_facts(request: HttpRequest, code: str, form: str) -> HttpResponseBase:
    """The facts the indicator of a commitment reads."""
    current = programme_or_404()
    if code not in current.commitments:
        raise Http404
    return _facts(request, current, indicator_conditions(current, code), form, f"engagement-{code}")


@require_safe
def commitment_proof(request: HttpRequest, code: str) -> HttpResponseBase:
    """Everything needed to compute a figure again without this site (see ``recompute``)."""
    current = programme_or_404()
    if code not in current.commitments:
        raise Http404
    return stream(kit_chunks(current, code, as_of=today()), "application/zip", f"recalcul-{code}.zip")


def _facts(
    request: HttpRequest, current: Published, conditions: dict[str, Any], form: str, name: str
) -> HttpResponseBase:
    if form not in FACTS_FORMS:
        raise Http404
    if form == "jsonl":
        return stream(canonical_chunks(conditions), CONTENT_TYPES[form], f"{name}.jsonl")
    return _table(request, facts_table(conditions), form, name)


@require_safe
def table_export(request: HttpRequest, table: str, form: str) -> HttpResponseBase:
    """A table of the programme as csv, jsonl, parquet or xlsx."""
    current = programme_or_404()
    made = TABLES[table](current)
    if form == "xlsx" and not made.small:
        raise Http404
    return _table(request, made, form, made.name)


def _table(request: HttpRequest, table: Table, form: str, name: str) -> HttpResponseBase:
    separator = SEPARATORS.get(request.GET.get("separateur", "virgule"))
    if form not in CONTENT_TYPES:
        raise Http404
    if separator is None:
        words = _("The separator is “virgule” or “point-virgule”.")
        return HttpResponse(words, status=400, content_type="text/plain; charset=utf-8")
    pieces = chunks(table, form, synthetic=settings.MANDAT_DEMO, separator=separator, bom="bom" in request.GET)
    return stream(pieces, CONTENT_TYPES[form], f"{name}.{form}", schema=table.name)


def stream(pieces: Any, content_type: str, name: str, *, schema: str = "") -> StreamingHttpResponse:
    """A download sent as it is made."""
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Mandat-Synthetic"] = "true" if settings.MANDAT_DEMO else "false"
    if schema in ("measures", "commitments"):
        response["Link"] = f'<{settings.SITE_URL}/schemas/{schema}.json>; rel="describedby"'
    patch_cache_control(response, public=True, max_age=300)
    return response
