"""Commitments to update: a list with filters one can keep as a bookmark, and a panel for one of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat import journal
from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.programme import worklist
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.bureau.common import current_or_none, page, user_of
from mandat.apps.programme.views.measures import active_filters
from mandat.apps.programme.views.shared import fact_line, standing_figure, why_url, words
from mandat.apps.programme.vocabulary import TRUTHS
from mandat.engines.indicators.status import LABELS, Status
from mandat.web.components import Crumb, Filters
from mandat.web.links import with_

#: Commitments on a page of the list; facts in the panel.
PAGE, FACTS = 40, 5


class CommitmentFilters(forms.Form):
    """What narrows the list; the address holds it, so a bookmark keeps it."""

    a_jour = forms.ChoiceField(
        label=gettext_lazy("News"),
        required=False,
        choices=[
            ("", gettext_lazy("all")),
            ("non", gettext_lazy("to update")),
            ("perime", gettext_lazy("news too old")),
            ("jamais", gettext_lazy("no fact at all")),
        ],
    )
    statut = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    chapitre = forms.ChoiceField(label=gettext_lazy("Chapter"), required=False)
    instance = forms.ChoiceField(label=gettext_lazy("Responsible body"), required=False)
    q = forms.CharField(label=gettext_lazy("Words or code"), required=False, max_length=80)

    def __init__(self, current: Published, data: Any) -> None:
        super().__init__(data)
        everything: list[tuple[str, Any]] = [("", _("All"))]
        responsible = {measure.responsible for measure in current.measures.values()}
        self._choose("statut", everything + [(status.value, str(LABELS[status])) for status in Status])
        self._choose(
            "chapitre", everything + [(c, f"{x.number}. {words(x.title)}") for c, x in current.chapters.items()]
        )
        self._choose(
            "instance", everything + [(c, words(x.title)) for c, x in current.bodies.items() if c in responsible]
        )

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def narrow(self, rows: list[worklist.Row]) -> list[worklist.Row]:
        """The rows that fit; those to update come most urgent first."""
        wanted = self.cleaned_data
        if wanted.get("a_jour") == "non":
            rows = worklist.to_update(rows)
        elif wanted.get("a_jour") == "perime":
            rows = [row for row in rows if row.stale]
        elif wanted.get("a_jour") == "jamais":
            rows = [row for row in rows if not row.standing.value.facts]
        text = str(wanted.get("q", "")).strip().casefold()
        return [
            row
            for row in rows
            if wanted.get("statut") in ("", row.status.value)
            and wanted.get("chapitre") in ("", row.chapter.code)
            and wanted.get("instance") in ("", row.measure.responsible)
            and (not text or text in f"{row.commitment.code} {words(row.commitment.promise)}".casefold())
        ]


@requires("bureau.enter")
def commitments(request: HttpRequest) -> HttpResponse:
    """The list; ``?voir=2.1`` opens the panel of a commitment beside it."""
    current = current_or_none()
    if current is None:
        return page(request, "bureau/empty.html", {})
    rows = worklist.rows(current)
    code, query = request.GET.get("voir", ""), request.GET.urlencode()
    chosen = next((row for row in rows if row.commitment.code == code), None)
    form = CommitmentFilters(current, request.GET)
    shown = form.narrow(rows) if form.is_valid() else []
    number = int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdigit() else 1
    last = max(1, -(-len(shown) // PAGE))
    number = min(max(1, number), last)
    values = {
        "current": current,
        "filters": Filters(form, active_filters(form, query) if form.is_valid() else (), clear=reverse("bureau:commitments"),
                           action=reverse("bureau:commitments")),
        "rows": [(row, with_(query, voir=row.commitment.code)) for row in shown[(number - 1) * PAGE : number * PAGE]],
        "count": len(shown),
        "total": len(rows),
        "saved": _saved(rows),
        "before": with_(query, page=str(number - 1)) if number > 1 else "",
        "after": with_(query, page=str(number + 1)) if number < last else "",
        "number": number,
        "last": last,
        "panel": _panel(request, current, chosen) if chosen else None,
        "missing": code if code and not chosen else "",
    }  # fmt: skip
    return page(request, "bureau/commitments.html", values, crumbs=[Crumb(_("Commitments"))], partial="panel")


def _saved(rows: list[worklist.Row]) -> list[tuple[str, str, int]]:
    """Filters at hand, with how many commitments each finds."""
    base = reverse("bureau:commitments")
    return [
        (_("To update"), f"{base}?a_jour=non", len(worklist.to_update(rows))),
        (_("Late"), f"{base}?statut=late", sum(row.status is Status.LATE for row in rows)),
        (_("No fact at all"), f"{base}?a_jour=jamais", sum(not row.standing.value.facts for row in rows)),
        (_("Suspended"), f"{base}?statut=suspended", sum(row.status is Status.SUSPENDED for row in rows)),
        (_("All"), base, len(rows)),
    ]


def _panel(request: HttpRequest, current: Published, row: worklist.Row) -> dict[str, Any]:
    user, commitment, standing = user_of(request), row.commitment, row.standing
    recent = journal.page(programme=current.code, commitment=commitment.code, size=FACTS).entries
    suspended = row.status is Status.SUSPENDED
    acts: list[tuple[str, str]] = []
    if may(user, "programme.output_declare"):
        if commitment.truth == "outcome":
            acts.append((_("Record an observed value"), "bureau:observation"))
        else:
            acts.append((_("Declare an output"), "bureau:output"))
    open_milestones = [m for m in commitment.milestones if m.code not in standing.milestones]
    if may(user, "programme.milestone_reach") and open_milestones:
        acts.append((_("Declare a milestone reached"), "bureau:milestone"))
    if may(user, "programme.commitment_suspend"):
        acts.append(
            (_("Resume this commitment"), "bureau:resumption") if suspended
            else (_("Suspend this commitment"), "bureau:suspension")
        )  # fmt: skip
    actions = [(label, reverse(name, args=[commitment.code])) for label, name in acts]
    if may(user, "programme.decision_record"):
        actions.append((_("Record a decision"), f"{reverse('bureau:decision')}?commitments={commitment.code}"))
    return {
        "row": row,
        "truth": TRUTHS[commitment.truth],
        "body": current.bodies[row.measure.responsible],
        "figure": standing_figure(standing),
        "due": current.due(commitment.code),
        "milestones": [(m, standing.milestones.get(m.code)) for m in commitment.milestones],
        "facts": [fact_line(entry, serves=False) for entry in recent],
        "acts": actions,
        "why": why_url(commitment.code),
    }
