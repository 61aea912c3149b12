"""For everyone: the directory of aids, labels and contracts, one of them, and the conditions they share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.grants.calls import Window, phase, window
from mandat.apps.grants.finding import PER_PAGE, SchemeFilters, all_found
from mandat.apps.grants.kept import kept
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.money import PlanTerms
from mandat.apps.grants.schema.receiving import Call
from mandat.apps.grants.terms import CONDITIONS, SCHEMES, conditions_of
from mandat.apps.grants.vocabulary import (
    APPLICANTS,
    DE_MINIMIS,
    PATTERNS,
    PROOFS,
    RECOVERY,
    RULE_KINDS,
    STAGES,
    TYPES,
)
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import home_crumb, programme_or_404, words
from mandat.apps.rulebook import reading
from mandat.apps.rulebook.compiling import PERIMETERS
from mandat.apps.rulebook.published import published_rules
from mandat.apps.rulebook.schema import NAMED
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.components import ActiveFilter, Crumb, Filters, Page
from mandat.web.templatetags.formats import say

#: Characters of signed answers carried from "Mes droits" and back.
LONGEST = 100_000


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


@csrf_exempt
def directory(request: HttpRequest) -> HttpResponseBase:
    """Every scheme, narrowed by the filters of the address.

    By POST, by those of a form: it comes from "Mes droits" and carries the answers given there, signed, back and forth. Nothing
    is stored and nothing changes, so there is nothing to forge.
    """
    if request.method == "POST":
        return _carried(request)
    return _listed(request)


@require_safe
def _listed(request: HttpRequest) -> HttpResponse:
    return _directory(request, request.GET)


@never_cache
@require_POST
@sensitive_post_parameters()
def _carried(request: HttpRequest) -> HttpResponse:
    return _directory(request, request.POST, answers=request.POST.get("answers", "")[:LONGEST])


def _directory(request: HttpRequest, data: Any, *, answers: str | None = None) -> HttpResponse:
    current, now = programme_or_404(), timezone.now()
    here = reverse("grants:directory")
    found = all_found(current, SCHEMES.all(current).values(), now)
    form = SchemeFilters(current, found, data)
    valid = form.is_valid()
    kept, without = form.narrow() if valid else (found, {})
    pages = max(1, -(-len(kept) // PER_PAGE)) if answers is None else 1
    number = min(_page(data.get("page", "")), pages)
    shown = kept[(number - 1) * PER_PAGE : number * PER_PAGE] if answers is None else kept
    label = {name: form.fields[name].label for name in without}
    active = [ActiveFilter(label[name], form.said(name), form.address(here, **{name: ""})) for name in without]
    profile = _profile(form) if valid else {}
    values = {
        "crumbs": [home_crumb(), Crumb(_("Aids, labels and contracts"))],
        "filters": Filters(
            form,
            active if answers is None else (),
            clear=here,
            action=here,
            method="get" if answers is None else "post",
            hidden=() if answers is None else (("answers", answers),),
        ),
        "schemes": [
            Offer(
                one.scheme,
                reverse("grants:scheme", args=[one.terms.code]),
                f"{words(TYPES[one.scheme.type])} · {phase_words(one.window)}",
                *check_of(one.scheme, profile),
            )
            for one in shown
        ],
        "page": Page(
            len(shown),
            newer=form.address(here, page=number - 1) if valid and number > 1 else "",
            older=form.address(here, page=number + 1) if valid and number < pages else "",
            number=number,
            pages=pages,
        ),
        "count": len(kept),
        "total": len(found),
        "instead": [
            (label[name], form.said(name), n, form.address(here, **{name: ""}))
            for name, n in sorted(without.items(), key=lambda pair: -pair[1])
            if n
        ],
        "answers": answers,
        "person": valid and form.cleaned_data.get("public") == "person",
        "profile": profile,
        "rights": address("rights:directory"),
        "questionnaire": address("rights:questionnaire"),
        "feed": address("publications:calls_feed"),
        "calendar": address("publications:calls_calendar"),
    }  # fmt: skip
    return render(request, "grants/directory.html", values, status=200 if valid else 422)


def _page(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 5 else 1


@dataclass(frozen=True, slots=True)
class Offer:
    """A scheme of the directory: where it is checked, and what is already known of who asks."""

    scheme: Scheme
    url: str
    kicker: str
    check: str = ""
    known: Sequence[tuple[str, str]] = ()


def _profile(form: SchemeFilters) -> dict[str, str]:
    """What the filters say of who asks, by input of the shared vocabulary of rules."""
    wanted = form.cleaned_data
    found = {"type_organisme": RULE_KINDS.get(wanted.get("public", ""), ""), "commune": wanted.get("commune", "")}
    return {name: value for name, value in found.items() if value}


def check_of(scheme: Scheme, profile: Mapping[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """Where one checks whether a scheme is open to a project, and the hidden fields that carry what is known already.

    The commune given is that of the seat or of the project, as the scheme's perimeter goes and its form asks.
    """
    asked = {field.input for field in scheme.form.questions}
    place, other = ("siege", "commune_projet") if scheme.perimeter.of == "seat" else ("commune_projet", "siege")
    if place not in asked:
        place = other
    given = {"type_organisme": profile.get("type_organisme", ""), place: profile.get("commune", "")}
    check = address("grants:pre_check", scheme.code)
    if not check:
        return address("rulebook:simulator", scheme.rule), []
    known: list[tuple[str, str]] = []
    for field in scheme.form.questions:
        value = given.get(field.input or "", "")
        if value:
            known += [
                ("asked", field.name),
                (field.name if field.input == "type_organisme" else f"{field.name}.code", value),
            ]
    return check, known


def address(name: str, *args: str) -> str:
    """An address of another app; empty where it is not served."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def calls_of(scheme: Scheme, now: dt.datetime) -> list[tuple[Call, str, list[str]]]:
    """The calls that still matter, in words, and when their further rounds end; the last one where all are over."""
    matter = [call for call in scheme.calls if phase(call, now) != "closed"] or [window(scheme, now).call]
    return [
        (
            call,
            phase_words(Window(call, phase(call, now))),
            [_("then, for those retained, until %(moment)s") % {"moment": _moment(one.closes)} for one in call.rounds],
        )
        for call in matter
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the financing plan of some applicants must respect. ``whom`` is empty where it is all of them."""

    whom: str
    terms: PlanTerms
    de_minimis: Text | None
    reference: str = ""


def plans_of(scheme: Scheme) -> list[Asked]:
    """The cases of a scheme's plan in their order, then what is asked of the others."""
    found = []
    for case in scheme.plan.cases:
        kinds = case.applicants or scheme.applicants.kinds
        whom = say(case.label) if case.label else ", ".join(words(APPLICANTS[kind]) for kind in kinds)
        if case.when and not case.label:
            whom += _(", in some cases")
        reference = case.reference.text if case.reference else ""
        found.append(Asked(whom, case, DE_MINIMIS[case.de_minimis] if case.de_minimis else None, reference))
    covered = {kind for case in scheme.plan.cases if case.when is None for kind in case.applicants}
    if not scheme.plan.empty and not set(scheme.applicants.kinds) <= covered:
        minimis = DE_MINIMIS[scheme.plan.de_minimis] if scheme.plan.de_minimis else None
        found.append(Asked(_("the others") if found else "", scheme.plan, minimis))
    return found


def places_of(scheme: Scheme, current: Published) -> list[Any]:
    """Where a scheme applies, in words: its own, or those of the perimeters it names."""
    if scheme.perimeter.label is not None:
        return [scheme.perimeter.label]
    named = PERIMETERS.all(current)
    codes = [area.removeprefix(NAMED) for area in scheme.perimeter.areas if area.startswith(NAMED)]
    return [named[code].document.title for code in codes if code in named]


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
        "calls": calls_of(body, now),
        "past": [call for call in body.calls if phase(call, now) == "closed"],
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
        "plans": plans_of(body),
        "places": places_of(body, current),
        "roles": [
            (say(role.label) if role.label else ", ".join(words(APPLICANTS[kind]) for kind in role.kinds),
             ", ".join(words(APPLICANTS[kind]) for kind in role.kinds) if role.label else "")
            for role in body.applicants.roles
        ],
        "rounds": [
            (one, [section for section in body.form.sections if section.round == (one.code if one else None)])
            for one in (None, *body.rounds)
        ],
        "check_url": address("grants:pre_check", code),
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
        "kept": kept(current.code, code),
    }  # fmt: skip
    return render(request, "grants/condition.html", values)
