"""The ranking of the cases of a call."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.accounts.access import requires
from mandat.apps.grants import queue as cases
from mandat.apps.grants.models import Case
from mandat.apps.grants.ranking import RANKED, ranking
from mandat.apps.grants.views.bureau.common import crumbs
from mandat.apps.grants.views.bureau.queue import schemes_for
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say

#: Cases of one call that are ranked, and those on one page.
MOST, PAGE = 5_000, 100
#: What places a case; the rest is read for those of the page alone.
NEEDED = ("pk", "reference", "state", "favourable", "awarded", "proposed", "computed")


@require_safe
@requires("grants.read")
def call_ranking(request: HttpRequest, scheme: str, call: str) -> HttpResponse:
    """Cases of a call, most points first, a hundred a page. Those of the reader's own side are left out, and it is said."""
    current, user = published(), user_of(request)
    terms = schemes_for(user, current).get(scheme)
    if terms is None or terms.document.scoring is None:
        raise Http404
    found = next((one for one in terms.document.calls if one.code == call), None)
    if found is None:
        raise Http404
    rows = Case.objects.filter(programme=current.code, scheme=scheme, call=call, state__in=RANKED)
    seen = cases.visible(current.code, user).filter(scheme=scheme, call=call, state__in=RANKED)
    listed = list(seen.order_by("pk").values_list(*NEEDED, named=True)[:MOST])
    placed = ranking(listed, terms.document, found)
    given = request.GET.get("debut", "")
    start = min(int(given), len(placed)) if given.isdecimal() and len(given) < 6 else 0
    here = placed[start : start + PAGE]
    shown = Case.objects.select_related("applicant").defer("answers", "private").in_bulk([one.case.pk for one in here])
    values = {
        "current": current,
        "total": len(placed),
        "following": f"?debut={start + PAGE}" if start + PAGE < len(placed) else "",
        "first": "?debut=0" if start else "",
        "terms": terms,
        "call": found,
        "grid": terms.document.scoring,
        "rows": [(shown[one.case.pk], one) for one in here],
        "left_out": rows.count() - len(listed),
        "queue_url": f"{reverse('grants:queue')}?dispositif={scheme}&appel={call}&etat=all",
    }
    trail = [*crumbs(), Crumb(say(terms.document.title)), Crumb(_("Ranking"))]
    return page(request, "grants/bureau/ranking.html", values, crumbs=trail)
