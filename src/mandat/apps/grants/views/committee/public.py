"""What everyone may read of committees: who they are, their sittings, how each member voted, decisions about legal persons."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.grants import minutes, papers
from mandat.apps.grants.models import Sitting
from mandat.apps.grants.seats import committees
from mandat.apps.grants.views.committee.shared import TONES, body_title, pdf_answer, sitting_or_404
from mandat.apps.programme.views.shared import home_crumb, programme_or_404
from mandat.kernel.text import Text
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say

LINES = 50
OUTCOMES = {
    "awarded": Text("accordé", "awarded"),
    "refused": Text("refusé", "refused"),
    "postponed": Text("ajourné", "put off"),
    "removed": Text("retiré de l'ordre du jour", "taken off the agenda"),
}
#: ACTES nomenclature: local finance, grants.
MATTER = ("7.5", "Finances locales – subventions")


@require_safe
def bodies(request: HttpRequest) -> HttpResponse:
    """The committees and their sittings, the last first."""
    current = programme_or_404()
    quorums = committees(current)
    closed = Sitting.objects.filter(programme=current.code, state=Sitting.State.CLOSED)
    rows = Paginator(closed.defer("minutes").order_by("-on", "-pk"), 30).get_page(request.GET.get("page"))
    values = {
        "crumbs": [home_crumb(), Crumb(_("Committees"))],
        "bodies": sorted(
            ((current.bodies.get(code), body_title(current, code), quorum) for code, quorum in quorums.items()),
            key=lambda one: one[1],
        ),
        "rows": [(one, body_title(current, one.body)) for one in rows],
        "page_of": rows,
    }
    return render(request, "grants/committee/bodies.html", values)


def _closed(pk: int) -> Sitting:
    return sitting_or_404(pk, state=Sitting.State.CLOSED)


@require_safe
def sitting(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes of one sitting: roll calls, decisions about legal persons; those about natural persons are only counted."""
    current, found = programme_or_404(), _closed(pk)
    held = minutes.read(found)
    named = [one for one in held["items"] if one["public"]]
    rows = Paginator(named, LINES).get_page(request.GET.get("page"))
    members = held["members"]
    private = [one for one in held["items"] if not one["public"]]
    title = body_title(current, found.body)
    values: dict[str, Any] = {
        "crumbs": [home_crumb(), Crumb(_("Committees"), reverse("grants:committees")), Crumb(f"{title} – {found.on:%d/%m/%Y}")],
        "sitting": found,
        "title": title,
        "members": members,
        "present": sum(one["present"] for one in members),
        "lines": [_line(one, members) for one in rows],
        "rows": rows,
        "total": _sum(named),
        "private": _counts(private),
        "private_total": _sum(private) if len(private) >= 5 else None,
    }  # fmt: skip
    return render(request, "grants/committee/public.html", values)


def _sum(items: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(one["amount"]) for one in items if one["amount"]), Decimal(0))


def _counts(items: list[dict[str, Any]]) -> list[tuple[str, int]]:
    found = {code: sum(one["outcome"] == code for one in items) for code in OUTCOMES}
    return [(say(OUTCOMES[code]), count) for code, count in found.items() if count]


def _line(one: dict[str, Any], members: list[dict[str, Any]]) -> dict[str, Any]:
    def names(ranks: list[int]) -> str:
        return ", ".join(members[rank]["name"] or _("a member") for rank in ranks)

    return {
        **one,
        "amount": Decimal(one["amount"]) if one["amount"] else None,
        "said": say(OUTCOMES.get(one["outcome"], Text("", ""))),
        "tone": TONES.get(one["outcome"], "in_progress"),
        "counts": {name: len(ranks) for name, ranks in one["votes"].items()},
        "names": {name: names(ranks) for name, ranks in one["votes"].items()},
        "recused_names": names(one["recused"]),
    }


@require_safe
def minutes_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes as a PDF."""
    found = _closed(pk)
    return pdf_answer(papers.minutes(found), f"proces-verbal-{found.body}-{found.on:%Y-%m-%d}", public=True)


@require_safe
def sitting_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The deliberations about legal persons, in the shape of the SCDL (délibérations 2.1.5)."""
    current, found = programme_or_404(), _closed(pk)
    held, authority = minutes.read(found), current.programme.authority
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ["COLL_NOM", "COLL_SIRET", "DELIB_ID", "DELIB_DATE", "DELIB_MATIERE_CODE", "DELIB_MATIERE_NOM", "DELIB_OBJET", "BUDGET_ANNEE",
         "BUDGET_NOM", "PREF_ID", "PREF_DATE", "VOTE_EFFECTIF", "VOTE_REEL", "VOTE_POUR", "VOTE_CONTRE", "VOTE_ABSTENTION", "DELIB_URL"]
    )  # fmt: skip
    url = request.build_absolute_uri(reverse("grants:committee_sitting", args=[pk]))
    name = authority.name if authority else current.programme.region_name
    for one in held["items"]:
        if not one["public"] or one["outcome"] not in ("awarded", "refused"):
            continue
        votes = {choice: len(ranks) for choice, ranks in one["votes"].items()}
        amount = f" : {one['amount']} €" if one["amount"] else ""
        what = f"{OUTCOMES[one['outcome']].fr.capitalize()} – {one['scheme_title']} – {one['applicant']} – {one['purpose']}{amount}"
        writer.writerow(
            [name, (authority.siret or "") if authority else "", f"{found.on:%Y}-{found.pk}-{one['position']}", held["on"], *MATTER,
             _plain(what), held["on"][:4], "", "", "", len(held["members"]), sum(votes.values()), votes["for"], votes["against"],
             votes["abstain"], url]
        )  # fmt: skip
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="deliberations-{found.on:%Y-%m-%d}.csv"'},
    )


def _plain(text: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
