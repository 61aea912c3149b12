"""What narrows the directory: words, who I am, where, a chapter, what I look for, when; and how many each choice would leave."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.grants.calls import Window, opening, window
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.vocabulary import APPLICANTS, TYPES
from mandat.apps.grants.where import covers
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms
from mandat.apps.programme.views.measures import matches
from mandat.apps.programme.views.shared import words
from mandat.apps.territory import selectors as territory

#: A call opens or closes soon within so many days.
SOON = dt.timedelta(days=45)
NOW, OPENS_SOON, CLOSES_SOON = "maintenant", "bientot", "ferme-bientot"
#: Schemes a page shows.
PER_PAGE = 16


def moments(found: Window, now: dt.datetime) -> frozenset[str]:
    """The answers to « when » that a scheme fits."""
    fits = set()
    if found.phase == "open":
        fits.add(NOW)
        if found.closes is not None and found.closes - now <= SOON:
            fits.add(CLOSES_SOON)
    elif found.phase == "coming" and opening(found.call) - now <= SOON:
        fits.add(OPENS_SOON)
    return frozenset(fits)


@dataclass(frozen=True, slots=True)
class Found:
    """A scheme with what the filters look at. ``facets`` holds the codes that it fits in each."""

    terms: Terms[Scheme]
    window: Window
    facets: Mapping[str, frozenset[str]]

    @property
    def scheme(self) -> Scheme:
        return self.terms.document


def all_found(current: Published, schemes: Iterable[Terms[Scheme]], now: dt.datetime) -> list[Found]:
    """Every scheme, those open first."""
    found = []
    for terms in schemes:
        where = window(terms.document, now)
        facets = {
            "public": frozenset(terms.document.applicants.kinds),
            "type": frozenset({terms.document.type}),
            "chapitre": frozenset(current.chapter_of[n].code for n in terms.document.measures),
            "ouvert": moments(where, now),
        }
        found.append(Found(terms, where, facets))
    found.sort(key=lambda one: ("open", "coming", "closed").index(one.window.phase))
    return found


class SchemeFilters(forms.Form):
    """The filters of the address, or of a form that carries the answers of "Mes droits"."""

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    public = forms.ChoiceField(label=gettext_lazy("Who I am"), required=False)
    commune = forms.CharField(label=gettext_lazy("Commune (name or INSEE code)"), required=False, max_length=80)
    chapitre = forms.ChoiceField(label=gettext_lazy("Theme"), required=False)
    type = forms.ChoiceField(label=gettext_lazy("What I look for"), required=False)
    ouvert = forms.ChoiceField(label=gettext_lazy("When"), required=False)

    FACETS = ("public", "chapitre", "type", "ouvert")

    def __init__(self, current: Published, found: Sequence[Found], data: Mapping[str, Any]) -> None:
        # Addresses kept from before said only whether it was open now.
        super().__init__({**_plain(data), "ouvert": NOW} if data.get("ouvert") == "on" else data)
        self._found = found
        self.commune_name = ""
        self.labels: dict[str, dict[str, str]] = {
            "public": {code: words(label) for code, label in APPLICANTS.items()},
            "chapitre": {chapter.code: words(chapter.title) for chapter in current.chapters.values()},
            "type": {code: words(label) for code, label in TYPES.items()},
            "ouvert": {NOW: _("Open now"), CLOSES_SOON: _("Closes soon"), OPENS_SOON: _("Opens soon")},
        }
        for name in self.FACETS:
            there = {code for one in found for code in one.facets[name]} if name != "ouvert" else self.labels[name]
            self._choices(name).choices = [
                ("", _("All")),
                *((code, label) for code, label in self.labels[name].items() if code in there),
            ]

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def clean_commune(self) -> str:
        """The INSEE code of the commune written; an error names no other commune than those of the region."""
        text = self.cleaned_data["commune"].strip()
        if not text:
            return ""
        found = territory.search_communes(text).first()
        if found is None:
            raise forms.ValidationError(_("No commune is called “%(text)s”.") % {"text": text})
        self.commune_name = found.name
        return str(found.code)

    def _fails(self, one: Found) -> frozenset[str]:
        """The filters in force that a scheme does not fit."""
        wanted = self.cleaned_data
        failed = {name for name in self.FACETS if wanted.get(name) and wanted[name] not in one.facets[name]}
        if wanted.get("commune") and not covers(one.scheme, wanted["commune"]):
            failed.add("commune")
        text, scheme = wanted.get("q", "").strip(), one.scheme
        if text and not matches(
            text, f"{words(scheme.title)} {words(scheme.summary)} {words(scheme.applicants.who)} {words(scheme.what)}"
        ):
            failed.add("q")
        return frozenset(failed)

    def narrow(self) -> tuple[list[Found], dict[str, int]]:
        """The schemes that fit all filters; and by filter in force, how many there would be without it.

        The choices then say how many schemes each would leave, the other filters staying as they are.
        """
        kept: list[Found] = []
        without: Counter[str] = Counter()
        counts = {name: Counter[str]() for name in self.FACETS}
        totals: Counter[str] = Counter()
        for one in self._found:
            failed = self._fails(one)
            if not failed:
                kept.append(one)
            if len(failed) == 1:
                without.update(failed)
            for name in self.FACETS:
                if failed <= {name}:
                    totals[name] += 1
                    counts[name].update(one.facets[name])
        for name in self.FACETS:
            field = self._choices(name)
            shown: Any = field.choices
            field.choices = [
                (code, f"{label} ({counts[name][code] if code else totals[name]})") for code, label in shown
            ]
        in_force = [name for name, value in self.cleaned_data.items() if value]
        return kept, {name: len(kept) + without[name] for name in in_force}

    def said(self, name: str) -> str:
        """A filter in force, in words."""
        value = str(self.cleaned_data[name])
        if name == "commune":
            return self.commune_name or value
        return self.labels[name].get(value, value) if name in self.labels else value

    def address(self, here: str, **changes: Any) -> str:
        """The directory with these filters and ``changes``; what is empty is left out."""
        kept = {name: value for name, value in {**self.cleaned_data, **changes}.items() if value not in (None, "", 1)}
        return f"{here}?{urlencode(kept)}" if kept else here


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data.get(name, "") for name in ("q", "public", "commune", "chapitre", "type")}
