"""Measures: the list with its filters, the chapters, one measure, its badge."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_exempt

from mandat import journal
from mandat.apps.programme.instruments import INSTRUMENTS
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import MeasureStanding, course
from mandat.apps.programme.views.shared import (
    all_standings,
    cells,
    course_of,
    fact_line,
    home_crumb,
    measures_crumb,
    programme_or_404,
    standing_figure,
    tally,
    why_url,
    words,
)
from mandat.apps.programme.vocabulary import AUDIENCES, GOALS, MARKERS, TRUTHS
from mandat.engines.indicators.status import LABELS, Status
from mandat.journal.words import fold
from mandat.web.charts.carre import badge as badge_svg
from mandat.web.charts.carre import carre
from mandat.web.charts.ruban import ruban
from mandat.web.components import ActiveFilter, Chart, Crumb, Filters
from mandat.web.links import without

#: Facts of a commitment drawn on its ruban, and listed under it.
ON_RUBAN, LISTED = 60, 3
#: Beyond these many commitments, only the latest fact of each is listed, then none: the page stays light.
MANY, VERY_MANY = 4, 6


class MeasureFilters(forms.Form):
    """What narrows the list of measures; names of fields are those of the address.

    Only words and status have a field on the page, which must stay light: the links of ``browse`` set the others.
    """

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    statut = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    pilier = forms.ChoiceField(label=gettext_lazy("Pillar"), required=False, widget=forms.HiddenInput)
    public = forms.ChoiceField(label=gettext_lazy("For whom"), required=False, widget=forms.HiddenInput)
    marqueur = forms.ChoiceField(label=gettext_lazy("Marker"), required=False, widget=forms.HiddenInput)
    odd = forms.ChoiceField(
        label=gettext_lazy("Sustainable development goal"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, current: Published, data: Any) -> None:
        super().__init__(data)
        everything: list[tuple[str, Any]] = [("", _("All"))]
        used = {audience for measure in current.measures.values() for audience in measure.audiences}
        self._choose("statut", everything + [(status.value, str(LABELS[status])) for status in Status])
        self._choose("pilier", everything + [(code, words(pillar.title)) for code, pillar in current.pillars.items()])
        audiences: list[tuple[str, Any]] = sorted(
            ((str(code), str(AUDIENCES[code])) for code in used), key=lambda pair: pair[1]
        )
        self._choose("public", everything + audiences)
        self._choose("marqueur", everything + [(code, str(label)) for code, label in MARKERS.items()])
        self._choose("odd", everything + [(str(number), f"{number}. {label}") for number, label in GOALS.items()])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def accepts(self, current: Published, item: MeasureStanding) -> bool:
        """Whether a measure fits every filter in force."""
        wanted, measure = self.cleaned_data, item.measure
        if wanted.get("statut") and item.status != wanted["statut"]:
            return False
        if wanted.get("pilier") and current.chapter_of[measure.number].pillar != wanted["pilier"]:
            return False
        if wanted.get("public") and wanted["public"] not in measure.audiences:
            return False
        if wanted.get("marqueur") and wanted["marqueur"] not in [use.marker for use in measure.markers]:
            return False
        if wanted.get("odd") and int(wanted["odd"]) not in measure.sdgs:
            return False
        text = wanted.get("q", "").strip()
        return not text or matches(text, f"{measure.number} {words(measure.title)} {words(measure.summary)}")


def matches(query: str, text: str) -> bool:
    """Whether every word of ``query`` is in ``text``, plural and accents aside."""
    from mandat.web.search.stemming import forms_of, query_forms

    found = set(forms_of(text))
    return all(found & set(word) for word in query_forms(query))


def active_filters(form: forms.Form, query: str) -> list[ActiveFilter]:
    """The filters in force, each with the address that lifts it."""
    found = []
    for name, value in form.cleaned_data.items():
        if value in (None, "") or value is False:
            continue
        field = form.fields[name]
        said = _("yes") if value is True else form[name].value()
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            said = dict(choices).get(str(value), value)
        found.append(ActiveFilter(field.label, said, without(query, name)))
    return found


def measures(request: HttpRequest) -> HttpResponse:
    """All measures by chapter, narrowed by the filters of the address. Two queries."""
    current = programme_or_404()
    standing = all_standings(current)
    form = MeasureFilters(current, request.GET)
    valid = form.is_valid()
    kept = [item for item in standing.values() if not valid or form.accepts(current, item)]
    numbers = {item.measure.number for item in kept}
    groups = []
    for chapter in current.chapters.values():
        rows = [standing[measure.number] for measure in chapter.measures if measure.number in numbers]
        if rows:
            groups.append({"chapter": chapter, "rows": rows})
    values = {
        "crumbs": [home_crumb(), Crumb(_("Measures"))],
        "filters": Filters(
            form,
            active_filters(form, request.GET.urlencode()) if valid else (),
            clear=reverse("programme:measures"),
            action=reverse("programme:measures"),
        ),
        "groups": groups,
        "count": len(kept),
        "total": len(standing),
        "tally": tally(item.status for item in kept),
    }
    return render(request, "programme/measures.html", values)


def browse(request: HttpRequest) -> HttpResponse:
    """Every other way into the measures, each with how many it leads to: audience, chapter, goal, marker."""
    current = programme_or_404()
    found = current.measures.values()
    audiences = Counter(code for measure in found for code in measure.audiences)
    goals = Counter(goal for measure in found for goal in measure.sdgs)
    markers = Counter(str(use.marker) for measure in found for use in measure.markers)
    here = reverse("programme:measures")
    values = {
        "crumbs": [home_crumb(), measures_crumb(), Crumb(_("By audience, chapter or goal"))],
        "audiences": sorted(
            ((f"{here}?public={code}", words(AUDIENCES[code]), n) for code, n in audiences.items()),
            key=lambda row: fold(row[1]),
        ),
        "markers": [(f"{here}?marqueur={code}", label, markers[code]) for code, label in MARKERS.items()],
        "goals": [
            (f"{here}?odd={number}", f"{number}. {words(label)}", goals[number])
            for number, label in GOALS.items()
            if goals[number]
        ],
        "pillars": [
            (
                f"{here}?pilier={pillar.code}",
                pillar,
                [
                    (reverse("programme:chapter", args=[one.code]), one.title, len(one.measures))
                    for one in current.chapters.values()
                    if one.pillar == pillar.code
                ],
            )
            for pillar in current.pillars.values()
        ],
    }
    return render(request, "programme/browse.html", values)


def chapter(request: HttpRequest, code: str) -> HttpResponse:
    """One chapter: its goal and its measures. Two queries."""
    current = programme_or_404()
    if code not in current.chapters:
        raise Http404
    found = current.chapters[code]
    pillar = current.pillars[found.pillar]
    standing = all_standings(current)
    codes = list(current.chapters)
    place = codes.index(code)
    values = {
        "crumbs": [home_crumb(), measures_crumb(), Crumb(found.title)],
        "chapter": found,
        "pillar": pillar,
        "rows": [standing[measure.number] for measure in found.measures],
        "tally": tally(standing[measure.number].status for measure in found.measures),
        "before": current.chapters[codes[place - 1]] if place else None,
        "after": current.chapters[codes[place + 1]] if place + 1 < len(codes) else None,
    }
    return render(request, "programme/chapter.html", values)


def measure(request: HttpRequest, number: int) -> HttpResponse:
    """One measure and its commitments. Queries are bounded by the number of commitments."""
    current = programme_or_404()
    if number not in current.measures:
        raise Http404
    found = current.measures[number]
    own = current.chapter_of[number]
    standing = all_standings(current)
    numbers = list(current.measures)
    place = numbers.index(number)
    values = {
        "crumbs": [
            home_crumb(),
            measures_crumb(),
            Crumb(own.title, reverse("programme:chapter", args=[own.code])),
            Crumb(_("Measure %(number)s") % {"number": number}),
        ],
        "measure": found,
        "chapter": own,
        "pillar": current.pillars[own.pillar],
        "status": standing[number].status,
        "corner": Chart(
            svg=carre(cells(current, standing, linked=False), name="corner", lit=number, numbers=False), size="carre--corner"
        ),
        "commitments": [
            _commitment(current, part.commitment.code, listed=_listed(len(found.commitments)))
            for part in standing[number].commitments
        ],
        "figures": found.figures,
        "markers": [(MARKERS[use.marker], use.because) for use in found.markers],
        "goals": [(goal, GOALS[goal]) for goal in found.sdgs],
        "audiences": [AUDIENCES[audience] for audience in found.audiences],
        "body": current.bodies[found.responsible],
        "instruments": _instruments(standing[number]),
        "before": numbers[place - 1] if place else None,
        "after": numbers[place + 1] if place + 1 < len(numbers) else None,
        "ref": current.ref("measure", str(number)),
        "badge_url": request.build_absolute_uri(reverse("programme:badge", args=[number])),
        "page_url": request.build_absolute_uri(request.path),
    }  # fmt: skip
    return render(request, "programme/measure.html", values)


def _listed(commitments: int) -> int:
    return LISTED if commitments <= MANY else int(commitments <= VERY_MANY)


def _instruments(standing: MeasureStanding) -> list[dict[str, Any]]:
    codes = dict.fromkeys(code for commitment in standing.measure.commitments for code in commitment.instruments)
    return [{"label": INSTRUMENTS[code].label, "live": INSTRUMENTS[code].live} for code in codes]


def _commitment(current: Published, code: str, *, listed: int) -> dict[str, Any]:
    """A commitment as its measure's page shows it: two queries."""
    standing = course(current, code, areas=False)
    commitment = standing.commitment
    entries = journal.page(size=ON_RUBAN, programme=current.code, commitment=code).entries
    drawn = ruban(course_of(current, standing, entries), name=f"ruban-{code.replace('.', '-')}")
    counting = [entry for entry in entries if entry.fact.type.counts]
    return {
        "standing": standing,
        "commitment": commitment,
        "truth": TRUTHS[commitment.truth],
        "figure": standing_figure(standing),
        "due": current.due(code),
        "ruban": Chart(svg=drawn.svg, size="ruban"),  # its table is the one of "why this number"
        "facts": [fact_line(entry, serves=False) for entry in counting[:listed]],
        "why": why_url(code),
        "instruments": [INSTRUMENTS[name].label for name in commitment.instruments],
        "breakdowns": bool(standing.value.categories),
    }


@xframe_options_exempt
def badge(request: HttpRequest, number: int) -> HttpResponse:
    """The measure as a picture other sites may show. Two queries."""
    current = programme_or_404()
    if number not in current.measures:
        raise Http404
    standing = all_standings(current)
    response = HttpResponse(
        badge_svg(cells(current, standing, linked=False), number), content_type="image/svg+xml; charset=utf-8"
    )
    response["Cache-Control"] = "public, max-age=3600"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
