"""Feeds, calendars, and the pages that explain them to people who never met one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.community.views.follow import EVERYTHING
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import home_crumb, programme_or_404
from mandat.apps.publications.calendars import calls_calendar, icalendar
from mandat.apps.publications.feeds import atom, calls_feed
from mandat.apps.publications.site import address
from mandat.apps.publications.topics import Sort, Topic, calendar_url, feed_url, topic
from mandat.apps.publications.views.files import language
from mandat.web.components import Card, Column, Crumb, Link, Table


def follow_url(followed: Topic) -> str:
    prefix, _colon, code = followed.target.partition(":")
    return reverse("community:target", args=[prefix, code or EVERYTHING])


def _topic(current: Published, sort: str, code: Any) -> Topic:
    found = topic(current, sort, str(code))
    if found is None:
        raise Http404
    return found


@require_safe
def feed(request: HttpRequest, sort: Sort = "all", code: Any = "") -> HttpResponse:
    """The Atom feed of a topic."""
    current = programme_or_404()
    raw = atom(current, _topic(current, sort, code), language=language(), path=request.path)
    return _file(raw, "application/atom+xml; charset=utf-8")


@require_safe
def calendar(request: HttpRequest, sort: Sort = "all", code: Any = "") -> HttpResponse:
    """The calendar of a topic."""
    current = programme_or_404()
    raw = icalendar(current, _topic(current, sort, code), language=language())
    response = _file(raw, "text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="mandat-{sort}{f"-{code}" if code else ""}.ics"'
    return response


@require_safe
def calls_atom(request: HttpRequest) -> HttpResponse:
    """The feed of the calls of schemes."""
    raw = calls_feed(programme_or_404(), language=language(), path=request.path)
    return _file(raw, "application/atom+xml; charset=utf-8")


@require_safe
def calls_ics(request: HttpRequest) -> HttpResponse:
    """The last moments of the calls of schemes."""
    response = _file(calls_calendar(programme_or_404(), language=language()), "text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="mandat-appels.ics"'
    return response


def _file(raw: bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(raw, content_type=content_type)
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=300)
    return response


@require_safe
def follow(request: HttpRequest) -> HttpResponse:
    """How to follow the programme, and what."""
    current = programme_or_404()
    chapters = []
    for code in current.chapters:
        one = _topic(current, "chapter", code)
        chapters.append(Card(one.title, follow_url(one)))
    values = {
        "crumbs": [home_crumb(), Crumb(_("Follow"))],
        "everything": _offer(_topic(current, "all", "")),
        "chapters": chapters,
    }
    return render(request, "publications/follow.html", values)


def _offer(followed: Topic) -> dict[str, str]:
    code = language()
    feed_address, calendar_address = feed_url(followed), calendar_url(followed)
    site = address("publications:follow", language=code).split("/suivre/")[0].removesuffix("/en")
    full = f"{site}{calendar_address}" if calendar_address else ""
    return {
        "follow_url": follow_url(followed),
        "feed_url": feed_address,
        "feed_address": site + feed_address,
        "calendar_url": calendar_address,
        "calendar_address": full,
        # Calendar programs subscribe to addresses that begin so, instead of copying today's dates.
        "webcal": "webcal:" + full.split(":", 1)[1] if full else "",
    }


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """Every feed and calendar, in one table."""
    current = programme_or_404()
    topics = [_topic(current, "all", "")]
    topics += [_topic(current, "chapter", code) for code in current.chapters]
    topics += [_topic(current, "measure", number) for number in current.measures]
    topics += [_topic(current, "body", code) for code in current.bodies]
    rows = []
    for one in topics:
        calendar_address = calendar_url(one)
        rows.append(
            [
                Link(one.title, follow_url(one)),
                Link("Atom", feed_url(one)),
                Link("iCalendar", calendar_address) if calendar_address else "",
            ]
        )
    table = Table(
        _("Feeds and calendars"), [Column(_("What to follow")), Column(_("Feed")), Column(_("Calendar"))], rows,
        note=_("Each commune has its feed too: its page leads there."),
    )  # fmt: skip
    values = {
        "crumbs": [home_crumb(), Crumb(_("Follow"), reverse("publications:follow")), Crumb(_("Feeds and calendars"))],
        "table": table,
    }
    return render(request, "publications/feeds.html", values)
