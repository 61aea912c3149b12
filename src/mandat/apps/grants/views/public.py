"""For everyone: the directory of aids, labels and contracts, one of them, and the conditions they share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mandat.apps.grants.calls import Window, phase, window
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import CONDITIONS, SCHEMES, conditions_of
from mandat.apps.grants.vocabulary import (
    APPLICANTS,
    DE_MINIMIS,
    PATTERNS,
    PROOFS,
    RECOVERY,
    STAGES,
    TYPES,
)
from mandat.apps.grants.where import covers
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms
from mandat.apps.programme.views.measures import active_filters, matches
from mandat.apps.programme.views.shared import home_crumb, programme_or_404, words
from mandat.apps.rulebook import reading
from mandat.apps.rulebook.published import published_rules
from mandat.apps.territory import selectors as territory
from mandat.web import formats
from mandat.web.components import Card, Crumb, Filters
from mandat.web.paging import turned

#: Schemes on one page of the directory, which must stay light.
SHOWN = 24


class SchemeFilters(forms.Form):
    """What narrows the directory: words, who I am, where, what I look for, and whether it is open now."""

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    public = forms.ChoiceField(label=gettext_lazy("Who I am"), required=False)
    type = forms.ChoiceField(label=gettext_lazy("What I look for"), required=False)
    chapitre = forms.ChoiceField(label=gettext_lazy("Chapter"), required=False)
    commune = forms.CharField(label=gettext_lazy("Commune (name or INSEE code)"), required=False, max_length=80)
    ouvert = forms.BooleanField(label=gettext_lazy("Open now only"), required=False)

    def __init__(self, current: Published, found: list[Terms[Scheme]], data: Any) -> None:
        super().__init__(data)
        self._current = current
        kinds = {kind for terms in found for kind in terms.document.applicants.kinds}
        types = {terms.document.type for terms in found}
        chapters = {current.chapter_of[n].code for terms in found for n in terms.document.measures}
        for name, choices in (
            ("public", [(code, words(label)) for code, label in APPLICANTS.items() if code in kinds]),
            ("type", [(code, words(label)) for code, label in TYPES.items() if code in types]),
            ("chapitre", [(c.code, words(c.title)) for c in current.chapters.values() if c.code in chapters]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *choices]

    def clean_commune(self) -> str:
        """The INSEE code of the commune written; an error names no other commune than those of the region."""
        text = self.cleaned_data["commune"].strip()
        if not text:
            return ""
        found = territory.search_communes(text).first()
        if found is None:
            raise forms.ValidationError(_("No commune is called “%(text)s”.") % {"text": text})
        return str(found.code)

    def accepts(self, terms: Terms[Scheme], now: dt.datetime) -> bool:
        wanted, scheme = self.cleaned_data, terms.document
        if wanted.get("public") and wanted["public"] not in scheme.applicants.kinds:
            return False
        if wanted.get("type") and wanted["type"] != scheme.type:
            return False
        if wanted.get("chapitre") and wanted["chapitre"] not in {
            self._current.chapter_of[n].code for n in scheme.measures
        }:
            return False
        if wanted.get("ouvert") and window(scheme, now).phase != "open":
            return False
        if wanted.get("commune") and not covers(scheme, wanted["commune"]):
            return False
        text = wanted.get("q", "").strip()
        return not text or matches(
            text, f"{words(scheme.title)} {words(scheme.summary)} {words(scheme.applicants.who)}"
        )


def phase_words(found: Window) -> str:
    """When the scheme receives applications, in one line."""
    end = found.closes
    if found.phase == "open":
        if found.call.closes is None or end is None:
            return _("Open all year")
        return _("Open until %(moment)s") % {"moment": _moment(found.call.closes)}
    if found.phase == "coming":
        return _("Opens on %(day)s") % {"day": _moment(found.call.opens)}
    return _("Closed")


def _moment(value: dt.datetime | dt.date) -> str:
    """A day, or a moment where the hour counts."""
    return formats.moment(value) if isinstance(value, dt.datetime) else formats.day(value)


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Every scheme, narrowed by the filters of the address."""
    current, now = programme_or_404(), timezone.now()
    found = list(SCHEMES.all(current).values())
    form = SchemeFilters(current, found, request.GET)
    valid = form.is_valid()
    kept = [terms for terms in found if form.accepts(terms, now)] if valid else found
    windows = {terms.code: window(terms.document, now) for terms in kept}
    kept.sort(key=lambda terms: ("open", "coming", "closed").index(windows[terms.code].phase))
    shown, page = turned(request, kept, size=SHOWN)
    here = reverse("grants:directory")
    values = {
        "crumbs": [home_crumb(), Crumb(_("Aids, labels and contracts"))],
        "filters": Filters(
            form, active_filters(form, request.GET.urlencode()) if valid else (), clear=here, action=here
        ),
        "cards": [
            Card(
                words(terms.document.title),
                reverse("grants:scheme", args=[terms.code]),
                words(terms.document.summary),
                f"{words(TYPES[terms.document.type])} · {phase_words(windows[terms.code])}",
                foot=words(terms.document.applicants.who),
            )
            for terms in shown
        ],
        "page": page,
        "count": len(kept),
        "total": len(found),
        "rights": address("rights:directory"),
        "questionnaire": address("rights:questionnaire"),
    }
    return render(request, "grants/directory.html", values, status=200 if valid else 422)


def address(name: str, *args: str) -> str:
    """An address of another app; empty where it is not served."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@require_safe
def scheme(request: HttpRequest, code: str) -> HttpResponse:
    """Everything a scheme's document says, in the order one asks for it."""
    current = programme_or_404()
    terms = SCHEMES.all(current).get(code)
    if terms is None:
        raise Http404(code)
    body = terms.document
    now = timezone.now()
    found = window(body, now)
    rule = published_rules(current).rules.get(body.rule)
    day = timezone.localdate()
    values = {
        "crumbs": [home_crumb(), Crumb(_("Aids, labels and contracts"), reverse("grants:directory")), Crumb(words(body.title))],
        "scheme": body,
        "terms": terms,
        "type": TYPES[body.type],
        "window": found,
        "when": phase_words(found),
        "calls": [(call, phase_words(Window(call, phase(call, now)))) for call in body.calls],
        "who": [words(APPLICANTS[kind]) for kind in body.applicants.kinds],
        "rule": rule,
        "asked": reading.conditions(rule) if rule else [],
        "parameters": reading.parameters(rule, day) if rule else [],
        "stages": [
            (STAGES[stage], [piece for piece in body.evidence if piece.stage == stage])
            for stage in STAGES
            if any(piece.stage == stage for piece in body.evidence)
        ],
        "conditions": conditions_of(body, current),
        "pattern": PATTERNS[body.workflow.pattern],
        "committee": current.bodies.get(body.committee.body) if body.committee else None,
        "service": current.bodies.get(body.service),
        "de_minimis": DE_MINIMIS[body.plan.de_minimis] if body.plan.de_minimis else None,
        "measures": [current.measures[number] for number in body.measures if number in current.measures],
        "assumed": reading.assumptions(rule, day) if rule else 0,
        "try_url": address("rulebook:simulator", body.rule),
        "rule_url": address("rulebook:rule", body.rule),
        "jsonld": address("publications:aid_jsonld", code),
    }  # fmt: skip
    return render(request, "grants/scheme.html", values)


@require_safe
def condition(request: HttpRequest, code: str) -> HttpResponse:
    """A condition: what one undertakes, how it is shown, what a breach leads to, and where it applies."""
    current = programme_or_404()
    terms = CONDITIONS.all(current).get(code)
    if terms is None:
        raise Http404(code)
    body = terms.document
    schemes = [
        one
        for one in SCHEMES.all(current).values()
        if any(c.code == code for c in conditions_of(one.document, current))
    ]
    values = {
        "crumbs": [home_crumb(), Crumb(_("Aids, labels and contracts"), reverse("grants:directory")), Crumb(words(body.title))],
        "condition": body,
        "terms": terms,
        "proofs": [(proof, PROOFS[proof.by], STAGES[proof.stage]) for proof in body.proofs],
        "recovery": RECOVERY[body.breach.recovers],
        "schemes": schemes,
        "measures": [current.measures[number] for number in body.measures if number in current.measures],
    }  # fmt: skip
    return render(request, "grants/condition.html", values)
