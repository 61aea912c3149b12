"""The search page: results by type, then facts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from mandat import journal
from mandat.apps.programme.views.shared import fact_line, home_crumb, programme_or_404
from mandat.web.components import Crumb
from mandat.web.links import with_, without
from mandat.web.search import search as look
from mandat.web.search import sources

#: Results of each type on the page of all; facts shown; the most of one type.
FEW, FACTS, MANY = 5, 5, 100
LONGEST = 200


def search(request: HttpRequest) -> HttpResponse:
    """Results for ``q``, of one ``type`` where asked. Five queries at most."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    type = request.GET.get("type", "")
    address = request.GET.urlencode()
    groups, facts, results = [], [], None
    if query:
        current = programme_or_404()
        results = look(query)
        for known in sources():
            found = results.of(known.type)
            if not found or (type and known.type != type):
                continue
            shown = found[: MANY if type else FEW]
            groups.append({
                "label": known.label,
                "count": len(found),
                "more": with_(address, type=known.type) if len(found) > len(shown) and not type else "",
                "items": [(item.url, mark_safe(item.title), mark_safe(item.excerpt)) for item in shown],  # noqa: S308 - excerpts escapes
            })  # fmt: skip
        if not type:
            found_facts = journal.page(size=FACTS, programme=current.code, text=query, effective=True).entries
            facts = [fact_line(entry) for entry in found_facts]
    values = {
        "crumbs": [home_crumb(), Crumb(_("Search"))],
        "query": query,
        "groups": groups,
        "facts": facts,
        "facts_url": f"{reverse('programme:facts')}{with_('', q=query)}",
        "partial": bool(results and results.partial),
        "nearest": [(word, with_("", q=word)) for word in results.nearest] if results else [],
        "all_types": without(address, "type") if type else "",
    }
    return render(request, "programme/search.html", values)
