"""Pages that explain: the status rule, the programme's source, its versions, the data, accessibility, legal notice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import home_crumb, programme_or_404
from mandat.definitions.models import DefinitionVersion
from mandat.definitions.registry import kinds
from mandat.definitions.store import differences
from mandat.engines.indicators.status import Promise, Rule, Standing, Status, stand
from mandat.engines.indicators.value import Value
from mandat.kernel.text import Text, current_language
from mandat.web.components import Card, Crumb
from mandat.web.typography import typeset

#: Versions listed on a page of the history.
PAGE = 40


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example of the status rule, computed by the rule itself."""

    words: Text
    promise: Promise
    value: Value
    standing: Standing


def worked_examples(rule: Rule) -> list[Example]:
    """Six invented commitments through the rule in force: 200 doctors promised from July 2021 to March 2028."""
    start, due, day = dt.date(2021, 7, 2), dt.date(2028, 3, 31), dt.date(2024, 11, 15)
    promise = Promise(goal=Decimal(200), start=start, due=due, promised=True, baseline=Decimal(0), expected_every_months=12)  # fmt: skip
    fresh, old = dt.date(2024, 9, 1), dt.date(2021, 10, 1)

    def value(figure: int | None, last: dt.date = fresh) -> Value:
        if figure is None:
            return Value(None)
        return Value(Decimal(figure), facts=4, last_day=last, series=((last, Decimal(figure)),))

    cases = [
        (Text("Aucun fait, sur une promesse sans chiffre.", "No fact, on a promise without a figure."), replace(promise, promised=False), value(None), day, None),
        (Text("90 médecins à mi-mandat : à peu près le rythme régulier.", "90 doctors half-way through the term: about the steady pace."), promise, value(90), day, None),
        (Text("45 médecins à mi-mandat : loin derrière le chemin droit.", "45 doctors half-way through: far behind the straight path."), promise, value(45), day, None),
        (Text("200 médecins avant l'échéance.", "200 doctors before the due date."), promise, value(200), day, None),
        (Text("160 médecins une fois l'échéance passée.", "160 doctors once the due date has passed."), promise, value(160, dt.date(2028, 3, 1)), dt.date(2028, 5, 1), None),
        (Text("Une décision motivée suspend l'engagement.", "A reasoned decision suspends the commitment."), promise, value(60), day, dt.date(2024, 3, 1)),
        (Text("Le dernier fait a plus de trois ans, un par an était attendu.", "The last fact is over three years old; one a year was expected."), promise, value(30, old), day, None),
    ]  # fmt: skip
    return [
        Example(words, case, figure, stand(case, figure, rule=rule, as_of=on, milestones_reached={}, suspended_since=suspended))
        for words, case, figure, on, suspended in cases
    ]  # fmt: skip


_MEANINGS = {
    Status.SUSPENDED: Text("Une décision motivée l'a suspendu ; elle est publiée.", "A reasoned, published decision suspended it."),
    Status.KEPT: Text("Le critère écrit d'avance est rempli.", "The criterion written beforehand is met."),
    Status.BROKEN: Text("L'échéance est passée sans que le critère soit rempli.", "The due date passed without the criterion being met."),
    Status.UNKNOWN: Text("Trop peu de faits récents pour le dire, ou aucune mesure de l'effet promis. Ne pas savoir n'est pas zéro.", "Too few recent facts to tell, or the promised outcome was never observed. Not knowing is not zero."),
    Status.LATE: Text("Derrière le chemin droit de plus que la tolérance, ou un jalon manqué, ou une année sous l'objectif.", "Behind the straight path by more than the tolerance, or a milestone missed, or a year below the goal."),
    Status.NOT_BEGUN: Text("Aucun fait, et rien n'était encore attendu.", "No fact, and nothing was expected yet."),
    Status.IN_PROGRESS: Text("Des faits, et pas de retard.", "Facts, and not late."),
}  # fmt: skip


def status(request: HttpRequest) -> HttpResponse:
    """How a status is computed: the rule in force, its versions, worked examples."""
    current = programme_or_404()
    rule = current.rule
    versions = DefinitionVersion.objects.filter(programme=current.code, kind="status-rule", code=rule.code)
    values = {
        "crumbs": [home_crumb(), Crumb(_("How the status is computed"))],
        "rule": rule,
        "ref": current.ref("status-rule", rule.code),
        "meanings": list(_MEANINGS.items()),
        "examples": worked_examples(current.status_rule),
        "versions": versions.order_by("-version"),
    }
    return render(request, "programme/status.html", values)


def programme(request: HttpRequest) -> HttpResponse:
    """Where the text comes from, what was assumed, what the site does not claim."""
    current = programme_or_404()
    values = {
        "crumbs": [home_crumb(), Crumb(_("The programme"))],
        "programme": current.programme,
        "pillars": list(current.pillars.values()),
        "counts": _counts(current),
    }
    return render(request, "programme/programme.html", values)


def _counts(current: Published) -> list[tuple[str, int]]:
    figures = sum(len(measure.figures) for measure in current.measures.values())
    promised = sum(commitment.goal.promised for commitment in current.commitments.values())
    return [
        (_("pillars"), len(current.pillars)),
        (_("chapters"), len(current.chapters)),
        (_("measures"), len(current.measures)),
        (_("commitments"), len(current.commitments)),
        (_("figures quoted from the source"), figures),
        (_("commitments whose figure was promised"), promised),
        (_("commitments without a promised figure"), len(current.commitments) - promised),
    ]


def _kind_label(kind: str) -> str:
    known = kinds().get(kind)
    return str(known.label) if known else kind


def _title(body: dict[str, object]) -> str:
    named = body.get("title") or body.get("promise") or {}
    language = current_language()
    return typeset(str(named.get(language, "")), language) if isinstance(named, dict) else ""


def history(request: HttpRequest) -> HttpResponse:
    """Versions of all definitions, latest first, of one kind where asked."""
    current = programme_or_404()
    rows = DefinitionVersion.objects.filter(programme=current.code)
    kind = request.GET.get("genre", "")
    if kind in kinds():
        rows = rows.filter(kind=kind)
    number = request.GET.get("page", "1")
    start = (min(int(number), 10_000) - 1) * PAGE if number.isdigit() and int(number) > 0 else 0
    listed = list(rows.order_by("-published_at", "kind", "position", "-version")[start : start + PAGE + 1])
    values = {
        "crumbs": [home_crumb(), Crumb(_("Versions of the programme"))],
        "rows": [{"row": row, "kind": _kind_label(row.kind), "title": _title(row.body)} for row in listed[:PAGE]],
        "kinds": [(name, str(known.label)) for name, known in kinds().items() if not known.wrapper],
        "kind": kind,
        "newer": start // PAGE if start else None,
        "older": start // PAGE + 2 if len(listed) > PAGE else None,
    }
    return render(request, "programme/history.html", values)


def history_of(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Every version of one definition, with what each changed."""
    current = programme_or_404()
    rows = list(DefinitionVersion.objects.filter(programme=current.code, kind=kind, code=code).order_by("version"))
    if not rows:
        raise Http404
    versions = []
    for before, row in zip([None, *rows], rows, strict=False):
        changes = differences(before.body, row.body) if before else {}
        versions.append({"row": row, "changes": [(name, *_words(old, new)) for name, (old, new) in changes.items()]})
    versions.reverse()
    label = f"{_kind_label(kind)} {code}"
    values = {
        "crumbs": [home_crumb(), Crumb(_("Versions of the programme"), reverse("programme:history")), Crumb(label)],
        "label": label[:1].upper() + label[1:],
        "title": _title(rows[-1].body),
        "versions": versions,
        "file": rows[-1].file,
    }
    return render(request, "programme/history_of.html", values)


def _words(old: object, new: object) -> tuple[str, str]:
    return tuple("–" if value is None else str(value) for value in (old, new))  # type: ignore[return-value]


def data(request: HttpRequest) -> HttpResponse:
    """What can be taken away, and how."""
    current = programme_or_404()
    offered: tuple[tuple[str, list[str], str, str], ...] = (
        ("publications:facts_export", ["csv"], _("Facts, CSV"), _("One line a fact, for a spreadsheet.")),
        ("publications:facts_export", ["jsonl"], _("Facts, JSON Lines"), _("The canonical text of each fact, as it is hashed.")),
        ("publications:facts_export", ["parquet"], _("Facts, Parquet"), _("For large analyses.")),
        ("publications:measures_export", ["csv"], _("Measures and commitments, CSV"), _("The programme with its status today.")),
        ("publications:programme_pdf", [], _("The programme, PDF"), _("One accessible file to print or read.")),
        ("publications:catalogue", [], _("Catalogue (DCAT)"), _("For data portals, in JSON-LD.")),
        ("publications:api", [], _("Interface for programs"), _("Read everything, page by page, with its description in OpenAPI.")),
        ("publications:feeds", [], _("Feeds and calendars"), _("Follow without an account.")),
        ("publications:checkpoint", [], _("Signed checkpoint of the journal"), _("Its size, its root and a signature, to check any fact.")),
    )  # fmt: skip
    cards = []
    for name, args, title, text in offered:
        try:
            cards.append(Card(title, reverse(name, args=args), text=text))
        except NoReverseMatch:
            continue
    values = {
        "crumbs": [home_crumb(), Crumb(_("Open data"))],
        "cards": cards,
        "head": journal.head(),
        "programme": current.programme,
        "smallest": settings.MANDAT_SMALLEST_COUNT,
    }
    return render(request, "programme/data.html", values)


def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement: what was checked, how, what remains, whom to tell."""
    return render(request, "programme/accessibility.html", {"crumbs": [home_crumb(), Crumb(_("Accessibility"))]})


def legal(request: HttpRequest) -> HttpResponse:
    """Who publishes, under which licence, and what happens to visitors' data."""
    return render(request, "programme/legal.html", {"crumbs": [home_crumb(), Crumb(_("Legal notice"))]})
