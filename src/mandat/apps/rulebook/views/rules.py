"""The published rules: the list, and one rule with everything it says."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mandat.apps.programme.published import Published
from mandat.apps.programme.views.measures import active_filters, matches
from mandat.apps.programme.views.shared import home_crumb, measure_url, programme_or_404, words
from mandat.apps.rulebook import reading
from mandat.apps.rulebook.published import PublishedRule, published_rules
from mandat.definitions.models import DefinitionVersion
from mandat.definitions.store import differences
from mandat.web.components import Crumb, Filters, Link
from mandat.web.paging import turned
from mandat.web.templatetags.formats import say

#: Rules on one page of the list, which must stay light.
SHOWN = 20
#: What applies a rule, in the order of the list.
USES: dict[str, Any] = {"right": gettext_lazy("Right of a person"), "scheme": gettext_lazy("Aid, label or contract")}


class RuleFilters(forms.Form):
    """What narrows the list of rules; names of fields are those of the address."""

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    usage = forms.ChoiceField(label=gettext_lazy("Kind of rule"), required=False)
    chapitre = forms.ChoiceField(label=gettext_lazy("Chapter"), required=False)
    hypothese = forms.BooleanField(label=gettext_lazy("Only those that rest on an assumption"), required=False)

    def __init__(self, current: Published, found: Iterable[PublishedRule], data: Any) -> None:
        super().__init__(data)
        self._current = current
        chapters = {code for one in found for code in chapters_of(current, one)}
        named = [(code, words(chapter.title)) for code, chapter in current.chapters.items() if code in chapters]
        for name, choices in (("usage", list(USES.items())), ("chapitre", named)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *choices]

    def accepts(self, published: PublishedRule, assumed: int, uses: Collection[str]) -> bool:
        wanted = self.cleaned_data
        if wanted.get("hypothese") and not assumed:
            return False
        if wanted.get("usage") and wanted["usage"] not in uses:
            return False
        if wanted.get("chapitre") and wanted["chapitre"] not in chapters_of(self._current, published):
            return False
        text = wanted.get("q", "").strip()
        document = published.document
        named = [*(one.label for one in document.parameters), *(one.label for one in document.formulas)]
        labels = " ".join(map(say, named))
        return not text or matches(text, f"{document.code} {say(document.title)} {say(document.summary)} {labels}")


def chapters_of(current: Published, published: PublishedRule) -> set[str]:
    """The chapters of the measures that the rule serves."""
    return {current.chapter_of[number].code for number in published.document.measures if number in current.measures}


def rules_crumb() -> Crumb:
    return Crumb(_("Rules"), reverse("rulebook:rules"))


def rule_or_404(code: str) -> tuple[Published, PublishedRule]:
    """The programme and one of its rules."""
    current = programme_or_404()
    found = published_rules(current).rules.get(code)
    if found is None:
        raise Http404(code)
    return current, found


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules, narrowed by the filters of the address."""
    current = programme_or_404()
    known = published_rules(current)
    today = timezone.localdate()
    form = RuleFilters(current, known.rules.values(), request.GET)
    valid = form.is_valid()
    uses = applied(current.code)
    kept = []
    for found in known.rules.values():
        assumed, used = reading.assumptions(found, today), uses.get(found.code, ())
        if not valid or form.accepts(found, assumed, used):
            kept.append((found, assumed, used))
    order = list(USES)
    kept.sort(key=lambda row: min((order.index(use) for use in row[2] if use in USES), default=len(order)))
    shown, page = turned(request, kept, size=SHOWN)
    here = reverse("rulebook:rules")
    values = {
        "crumbs": [home_crumb(), Crumb(_("Rules"))],
        "rows": [
            {
                "url": reverse("rulebook:rule", args=[found.code]),
                "title": say(found.document.title),
                "summary": say(found.document.summary),
                "uses": [USES[use] for use in USES if use in used],
                "parameters": len(found.document.parameters),
                "assumed": assumed,
                "version": found.ref.version,
            }
            for found, assumed, used in shown
        ],
        "page": page,
        "count": len(kept),
        "total": len(known.rules),
        "filters": Filters(
            form, active_filters(form, request.GET.urlencode()) if valid else (), clear=here, action=here
        ),
    }
    return render(request, "rulebook/rules.html", values, status=200 if valid else 422)


def applied(programme: str) -> dict[str, set[str]]:
    """The kinds of definitions that name each rule. One query."""
    found: dict[str, set[str]] = {}
    rows = DefinitionVersion.objects.filter(programme=programme, current=True, body__has_key="rule")
    for kind, code in rows.values_list("kind", "body__rule"):
        found.setdefault(code, set()).add(kind)
    return found


@require_safe
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: what it says, its figures and on whose word, its golden cases, its versions, who applies it."""
    current, found = rule_or_404(code)
    today = timezone.localdate()
    document = found.document
    values: dict[str, Any] = {
        "crumbs": [home_crumb(), rules_crumb(), Crumb(say(document.title))],
        "published": found,
        "document": document,
        "conditions": reading.conditions(found),
        "formulas": reading.formulas(found),
        "parameters": reading.parameters(found, today),
        "assumed": reading.assumptions(found, today),
        "inputs": reading.inputs(found),
        "cases": reading.cases(found),
        "versions": versions(current.code, code),
        "users": reading.users(found, current.code),
        "measures": [
            Link(f"{number}. {words(current.measures[number].title)}", measure_url(number))
            for number in document.measures
            if number in current.measures
        ],
    }
    return render(request, "rulebook/rule.html", values)


def versions(programme: str, code: str) -> list[dict[str, Any]]:
    """Every version, the latest first, with the fields each changed."""
    rows = list(DefinitionVersion.objects.filter(programme=programme, kind="rule", code=code).order_by("version"))
    found = [
        {
            "row": row,
            "fields": sorted({name.split(".")[0] for name in differences(before.body, row.body)}) if before else [],
        }
        for before, row in zip([None, *rows], rows, strict=False)
    ]
    return found[::-1]
