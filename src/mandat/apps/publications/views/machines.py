"""What programs read: the journal's files, the catalogue, schemas, robots, site map, security contact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from mandat.apps.participation.definitions import published_processes
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.publications import aids
from mandat.apps.publications.catalogue import dcat, schema_org
from mandat.apps.publications.document.files import young_sizes
from mandat.apps.publications.exports.facts import facts_table
from mandat.apps.publications.exports.programme import TABLES
from mandat.apps.publications.exports.tables import table_schema
from mandat.apps.publications.site import address
from mandat.apps.territory.selectors import current_region, expand
from mandat.journal import files, tiles
from mandat.kernel.text import LANGUAGES
from mandat.web import openings

A_YEAR = 365 * 24 * 3600
#: The security contact is to be confirmed at least this often.
SECURITY_DAYS = 180


@require_safe
def journal_file(request: HttpRequest, path: str = "checkpoint") -> HttpResponse:
    """One file of the log, as ``mandat journal export`` writes it. Full tiles never change."""
    raw = files.read(path)
    if raw is None:
        raise Http404
    tile = tiles.TilePath.parse(path)
    response = HttpResponse(raw, content_type="application/octet-stream" if tile else "text/plain; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    if tile and tile.width == tiles.WIDTH:
        patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=5)
    return response


def _open(response: HttpResponse, *, seconds: int = 300) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=seconds)
    return response


def _json(data: Any, content_type: str = "application/json") -> HttpResponse:
    return _open(
        JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1}, content_type=f"{content_type}; charset=utf-8")
    )  # fmt: skip


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The DCAT catalogue, with the sizes that are known without writing the files."""
    current = programme_or_404()
    return _json(dcat(current, sizes=young_sizes(current)), "application/ld+json")


@require_safe
def dataset(request: HttpRequest) -> HttpResponse:
    """The schema.org description."""
    return _json(schema_org(programme_or_404()), "application/ld+json")


@require_safe
def aid(request: HttpRequest, code: str) -> HttpResponse:
    """A scheme as schema.org says it."""
    current = programme_or_404()
    found = next((one for one in aids.aids(current) if one.terms.code == code), None)
    if found is None:
        raise Http404
    return _json(aids.schema_org(current, found), "application/ld+json")


@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """The Table Schema of a table."""
    if name == "facts":
        return _json(table_schema(facts_table({})))
    if name not in TABLES:
        raise Http404
    return _json(table_schema(TABLES[name](programme_or_404())))


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116. The expiry moves with the day it is read, for whoever serves the site answers for it."""
    expires = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=SECURITY_DAYS)
    contact = getattr(settings, "MANDAT_SECURITY_CONTACT", f"mailto:{settings.DEFAULT_FROM_EMAIL}")
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ("User-agent: *", "Disallow: /admin/", "Disallow: /compte/", "Disallow: /en/compte/", "Disallow: /*?", "Allow: /", "", f"Sitemap: {settings.SITE_URL}/sitemap.xml")  # fmt: skip
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page in both languages, each naming the other."""
    current = programme_or_404()
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">']  # fmt: skip
    for pair in _pages(current):
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(url)}"/>'
            for code, url in zip(LANGUAGES, pair, strict=True)
        )
        parts += [f"<url><loc>{escape(url)}</loc>{links}</url>" for url in pair]
    parts.append("</urlset>\n")
    return _open(HttpResponse("\n".join(parts), content_type="application/xml"), seconds=3600)


def _pages(current: Published) -> Iterator[tuple[str, ...]]:
    alone = ("home", "measures", "facts", "status", "about", "data", "glossary", "accessibility", "legal")
    yield from _family([f"programme:{name}" for name in alone], [()])
    yield from _family(["publications:follow", "publications:api", "territory:communes"], [()])
    yield from _family(["programme:measure"], [(number,) for number in current.measures])
    yield from _family(["programme:chapter"], [(code,) for code in current.chapters])
    yield from _family(["programme:why"], [(code,) for code in current.commitments])
    yield from _family(["participation:hub", *(place.name for place in openings.places())], [()])
    yield from _family(["participation:process"], [(code,) for code in published_processes()])
    yield from _family(["bodies:body"], [(code,) for code in current.bodies])
    region = current_region()
    if region:
        yield from _family(["territory:commune"], [(code,) for code in expand(region.area)])


def _family(names: list[str], arguments: list[tuple[Any, ...]]) -> Iterator[tuple[str, ...]]:
    """Pages of these names; the address of the first gives those of the others, for a region has thousands."""
    for name in names:
        try:
            first = [address(name, *arguments[0], language=code) for code in LANGUAGES] if arguments else []
        except NoReverseMatch:
            continue
        for values in arguments:
            if not values:
                yield tuple(first)
            else:
                old, new = f"/{arguments[0][0]}/", f"/{values[0]}/"
                yield tuple(new.join(url.rsplit(old, 1)) for url in first)
