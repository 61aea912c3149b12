"""Questions about petitions: lists, figures, breakdowns as they may be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.urls import reverse

from mandat.apps.petitions.machine import PUBLIC, State
from mandat.apps.petitions.models import CommuneTally, Petition, Tally
from mandat.apps.petitions.services.hearings import meeting_of
from mandat.apps.petitions.terms import Terms
from mandat.engines.disclosure import withhold, withhold_line

#: Age bands in their order.
BANDS = ("14-17", "18-24", "25-39", "40-59", "60-74", "75+", "unknown")
ORDERS = ("recentes", "signees", "seuil", "reponses")


def address(petition: Petition) -> str:
    return reverse("petitions:petition", args=[petition.reference])


def public(programme: str) -> QuerySet[Petition]:
    """What anyone may read."""
    return Petition.objects.filter(programme=programme, state__in=PUBLIC, hidden=False)


def listed(programme: str, *, order: str, right: str = "", what: str = "") -> QuerySet[Petition]:
    """Petitions of a list: ``recentes``, ``signees``, ``seuil`` (near a threshold), ``reponses`` (answered, latest first).

    ``right`` is ``process/component``; ``what`` narrows to ``ouvertes``, ``attente`` (of an answer), ``closes``, ``refusees``.
    """
    found = public(programme)
    if right:
        process, _, component = right.partition("/")
        found = found.filter(process=process, component=component)
    states: dict[str, Sequence[State]] = {
        "ouvertes": [State.OPEN], "attente": [State.ENDED], "closes": [State.CLOSED, State.EXPIRED], "refusees": [State.REFUSED],
    }  # fmt: skip
    found = found.filter(state__in=states[what]) if what in states else found.exclude(state=State.REFUSED)
    if order == "signees":
        return found.order_by("-total", "-pk")
    if order == "seuil":
        return found.filter(state=State.OPEN, left__isnull=False).order_by("left", "-pk")
    if order == "reponses":
        return found.filter(answered_at__isnull=False).order_by("-answered_at", "-pk")
    return found.order_by(F("opened_at").desc(nulls_last=True), "-pk")


def figures(process: str, component: str) -> tuple[int, int]:
    """Open petitions of a right, and signatures of all of them, as last added up."""
    rows = Petition.objects.filter(process=process, component=component, state__in=PUBLIC, hidden=False)
    return rows.filter(state=State.OPEN).count(), rows.aggregate(n=Sum("total"))["n"] or 0


@dataclass(frozen=True, slots=True)
class Cells:
    """Signatures by département and age band as they may be told: None where withheld."""

    departements: tuple[str, ...]
    bands: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]
    total: int


def cells_of(petition: Petition, terms: Terms) -> Cells:
    """Where signatures come from and at what age, from the counters; small counts, and what would tell them, are withheld."""
    rows = list(
        Tally.objects.filter(petition=petition)
        .values_list("departement", "band")
        .annotate(n=Sum("n"))
        .order_by("departement", "band")
    )
    departements = tuple(sorted({code for code, _, n in rows if n}, key=lambda code: (code == "", code)))
    bands = tuple(band for band in BANDS if any(one == band and n for _, one, n in rows))
    counts = {(code, band): n for code, band, n in rows}
    table = [[counts.get((code, band), 0) for band in bands] for code in departements]
    total = sum(map(sum, table))
    smallest = terms.component.cell_least
    if total < smallest:
        # So few that nothing of them may be told.
        return Cells((), (), (), (), (), total)
    shown = withhold(table, smallest=smallest)
    return Cells(departements, bands, shown.cells, shown.rows, shown.columns, total)


def communes_of(petition: Petition, terms: Terms) -> list[tuple[str, int]]:
    """Communes whose signatures may be told, most first, as last counted."""
    rows = list(CommuneTally.objects.filter(petition=petition).values_list("commune", "n").order_by("-n", "commune"))
    shown = withhold_line([n for _, n in rows], smallest=terms.component.cell_least, total_known=True)
    return [(code, n) for (code, _), n in zip(rows, shown.cells, strict=True) if n]


def names_of(petition: Petition, *, most: int = 20) -> list[str]:
    """The last names shown by those who wanted it."""
    found = petition.signatures.filter(batch=None).exclude(name="").order_by("-pk")
    return list(found.values_list("name", flat=True)[:most])


def steps_of(petition: Petition, terms: Terms, total: int) -> list[dict[str, Any]]:
    """Each threshold with what it leads to, and how far the petition is from it."""
    crossings = {one.threshold: one for one in petition.crossings.order_by("rank")}
    return [
        {
            "threshold": threshold, "need": need, "crossing": crossings.get(threshold.code), "missing": max(0, need - total),
            "share": min(100, total * 100 // need), "source": f"petition:{petition.reference}/{threshold.code}",
            "hearing": meeting_of(crossings.get(threshold.code)),
        }
        for threshold, need in zip(terms.component.thresholds, terms.needs, strict=True)
    ]  # fmt: skip


def queue(programme: str) -> QuerySet[Petition]:
    """Petitions to examine, the most urgent first."""
    return (
        Petition.objects.filter(programme=programme, state=State.EXAMINATION)
        .select_related("assigned_to", "organisation")
        .order_by("examine_by", "pk")
    )


def appeals(programme: str) -> QuerySet[Petition]:
    """Refused petitions whose author contests it."""
    waiting = Q(examinations__appeal__isnull=False, examinations__appeal__decided_at__isnull=True)
    return Petition.objects.filter(waiting, programme=programme, state=State.REFUSED).distinct().order_by("pk")
