"""The facts: the explorer with its filters, and one fact with its proof."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat import journal
from mandat.apps.programme.areas import area_of
from mandat.apps.programme.breakdowns import shown
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.measures import active_filters
from mandat.apps.programme.views.shared import (
    fact_label,
    fact_line,
    home_crumb,
    measure_url,
    programme_or_404,
    why_url,
)
from mandat.apps.programme.vocabulary import FIELDS
from mandat.apps.territory import selectors as territory
from mandat.facts import fact_types
from mandat.facts.base import COMMITMENT
from mandat.journal import Entry, UnknownFactError, proofs
from mandat.web import formats
from mandat.web.components import Crumb, Filters, Link, Page
from mandat.web.links import with_
from mandat.web.sentences import sentence

#: Facts on a page of the explorer; the longest chain of corrections shown.
PAGE, CHAIN = 10, 20


class FactFilters(forms.Form):
    """What narrows the facts; names of fields are those of the address, shared with the exports."""

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    genre = forms.ChoiceField(label=gettext_lazy("Kind of fact"), required=False)
    mesure = forms.IntegerField(
        label=gettext_lazy("Number of the measure"), required=False, min_value=1, max_value=9999
    )
    engagement = forms.RegexField(
        COMMITMENT, label=gettext_lazy("Commitment"), required=False,
        error_messages={"invalid": gettext_lazy("A commitment is written like 12.1.")},
    )  # fmt: skip
    lieu = forms.CharField(
        label=gettext_lazy("Place"), required=False, max_length=80,
        help_text=gettext_lazy("A commune, an EPCI or a department: its name or its code."),
    )  # fmt: skip
    depuis = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))  # fmt: skip
    jusque = forms.DateField(label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))  # fmt: skip

    def __init__(self, current: Published, data: Any) -> None:
        super().__init__(data)
        everything: list[tuple[str, Any]] = [("", _("All"))]
        kinds = sorted(((kind, str(known.label)) for kind, known in fact_types().items()), key=lambda pair: pair[1])
        self._choose("genre", everything + kinds)

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_lieu(self) -> str:
        place = str(self.cleaned_data["lieu"]).strip()
        if place and not area_of(place):
            raise forms.ValidationError(_("No place is called “%(place)s”. Try its code.") % {"place": place})
        return place

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("depuis"), values.get("jusque")
        if since and until and until < since:
            self.add_error("jusque", _("This day comes before the first."))
        return values

    def conditions(self, programme: str) -> dict[str, Any]:
        """The same as keywords of ``journal.page``. Valid forms only."""
        wanted = self.cleaned_data
        found: dict[str, Any] = {"programme": programme}
        names = {"q": "text", "genre": "kind", "mesure": "measure", "engagement": "commitment", "depuis": "since", "jusque": "until"}  # fmt: skip
        found |= {target: wanted[name] for name, target in names.items() if wanted.get(name)}
        if wanted.get("lieu"):
            found["areas"] = territory.within(area_of(wanted["lieu"]))
        return found


def cursor(request: HttpRequest, name: str) -> int | None:
    """The index an address stands at; None where it says none."""
    text = request.GET.get(name, "")
    return int(text) if text.isdigit() and len(text) < 16 else None


def facts(request: HttpRequest) -> HttpResponse:
    """Facts, newest first, narrowed by the filters of the address and read by cursor."""
    current = programme_or_404()
    form = FactFilters(current, request.GET)
    query = request.GET.urlencode()
    lines, page, count = [], Page(0), None
    if form.is_valid():
        conditions = form.conditions(current.code)
        found = journal.page(before=cursor(request, "avant"), after=cursor(request, "apres"), size=PAGE, **conditions)
        lines = [fact_line(entry) for entry in found.entries]
        count = journal.head().size if len(conditions) == 1 else None
        page = Page(
            shown=len(lines),
            newer=with_(query, apres=found.newer) if found.newer is not None else "",
            older=with_(query, avant=found.older) if found.older is not None else "",
            total=count,
        )
    values = {
        "crumbs": [home_crumb(), Crumb(_("Facts"))],
        "filters": Filters(
            form,
            active_filters(form, query) if form.is_valid() else (),
            clear=reverse("programme:facts"),
            action=reverse("programme:facts"),
        ),
        "lines": lines,
        "page": page,
        "wrong": not form.is_valid(),
        "exports": _exports(query) if form.is_valid() else [],
    }
    return render(request, "programme/facts.html", values)


def _exports(query: str) -> list[Link]:
    """The same selection as files, where the app that writes them is installed."""
    from django.urls import NoReverseMatch

    found = []
    for label, form in (("CSV", "csv"), ("JSON Lines", "jsonl"), ("Parquet", "parquet")):
        try:
            address = reverse("publications:facts_export", args=[form])
        except NoReverseMatch:
            continue
        found.append(Link(label, f"{address}?{query}" if query else address))
    return found


def fact(request: HttpRequest, index: int) -> HttpResponse:
    """One fact: its sentence, its fields, its place in the signed log and the proof of it."""
    proof = _proof(index)
    entry = journal.entry(index)
    known = entry.fact
    said = sentence(known)
    size = proof["size"]
    values = {
        "crumbs": [home_crumb(), Crumb(_("Facts"), reverse("programme:facts")), Crumb(_("Fact %(index)s") % {"index": formats.number(index)})],
        "entry": entry,
        "fact": known,
        "label": fact_label(known.kind),
        "sentence": said,
        "fields": _fields(entry),
        "breakdowns": shown(known.breakdowns),
        "canonical": json.dumps(json.loads(entry.text), ensure_ascii=False, indent=2, sort_keys=True),
        "leaf": entry.leaf.hex(),
        "size": size,
        "root": b64decode(proof["root"]).hex(),
        "path": [b64decode(step).hex() for step in proof["path"]],
        "checkpoint": proof["checkpoint"],
        "intact": entry.intact,
        "chain": _chain(entry),
        "before": index - 1 if index else None,
        "after": index + 1 if index + 1 < size else None,
        "measures": [Link(_("Measure %(number)s") % {"number": number}, measure_url(number)) for number in known.measures],
        "commitments": [Link(code, why_url(code)) for code in known.commitments],
    }  # fmt: skip
    return render(request, "programme/fact.html", values)


def fact_json(request: HttpRequest, index: int) -> HttpResponse:
    """The fact with its proof as one JSON document: all a stranger needs to check it."""
    proof = _proof(index)
    text = json.dumps(proof, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="fact-{index}.json"'
    return response


def _proof(index: int) -> dict[str, Any]:
    try:
        return proofs.document(index)
    except UnknownFactError as error:
        raise Http404(str(error)) from error


def _fields(entry: Entry) -> list[tuple[Any, Any, str]]:
    """The public fields of a fact: label, value, address where it leads somewhere."""
    known = entry.fact
    rows: list[tuple[Any, Any, str]] = [
        (_("Kind"), f"{fact_label(known.kind)} ({known.kind})", ""),
        (_("Day of the act"), formats.day(known.occurred_on), ""),
        (_("Recorded on"), formats.moment(entry.recorded_at), ""),
    ]
    if known.quantity is not None:
        rows.append((_("Quantity"), formats.quantity(known.quantity, known.unit), ""))
    if known.amount is not None:
        rows.append((_("Amount"), formats.euros(known.amount), ""))
    if known.area:
        name = territory.area_name(known.area)
        rows.append((_("Place"), f"{name} ({known.area})", f"{reverse('programme:facts')}?lieu={known.area}"))
    for name, value in known.data.items():
        if value not in (None, "", ()):
            said = ", ".join(map(str, value)) if isinstance(value, tuple | list) else value
            link = reverse("programme:fact", args=[value]) if name == "declared" else ""
            rows.append((FIELDS.get(name, name.replace("_", " ")), said, link))
    if known.subject:
        rows.append((_("Subject"), known.subject, ""))
    if known.source:
        rows.append((_("Line of origin"), known.source, ""))
    if known.definition is not None:
        ref = known.definition
        label = _("%(kind)s %(code)s, version %(version)s") % {"kind": ref.kind, "code": ref.code, "version": ref.version}  # fmt: skip
        rows.append((_("Definition in force"), label, reverse("programme:history_of", args=[ref.kind, ref.code])))
        rows.append((_("Its digest"), ref.digest, ""))
    return rows


def _chain(entry: Entry) -> list[Entry]:
    """The fact with those it corrects and those that correct it, oldest first; alone where there are none."""
    chain, seen = [entry], {entry.index}
    first = entry
    while first.fact.corrects is not None and first.fact.corrects not in seen and len(chain) < CHAIN:
        first = journal.entry(first.fact.corrects)
        seen.add(first.index)
        chain.insert(0, first)
    last = entry
    while last.replaced_by is not None and last.replaced_by not in seen and len(chain) < CHAIN:
        last = journal.entry(last.replaced_by)
        seen.add(last.index)
        chain.append(last)
    return chain
