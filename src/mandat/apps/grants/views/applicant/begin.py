"""Before a draft: try the rule on a project without an account, then say who applies.

The pre-check keeps nothing: each page carries the answers given so far, signed, in its own form, and they are sent by POST. Those who go
on to a draft before they have signed in have them kept in their session, for an hour at most, and dropped once the draft is begun.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from mandat.apps.grants.applicants import fitting
from mandat.apps.grants.calls import phase, window
from mandat.apps.grants.forms.pages import Box, one_box, sent_for
from mandat.apps.grants.forms.questions import Asked, checked, read, said
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.services import drafts
from mandat.apps.grants.sheets import Sheet, trial
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.grants.views.applicant.shared import draft_of, user_of
from mandat.apps.grants.views.public import phase_words
from mandat.apps.grants.vocabulary import APPLICANTS
from mandat.apps.organisations.models import Organisation, Rank
from mandat.apps.organisations.selectors import organisations_of
from mandat.apps.programme.terms import Terms
from mandat.apps.programme.views.shared import home_crumb, programme_or_404
from mandat.apps.rulebook.asking import WrongAnswerError
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say

SALT = "mandat.grants.pre-check"
SESSION = "grants.begin"
LASTS = dt.timedelta(hours=1)
#: Questions a page of the pre-check asks at most.
AT_ONCE = 4
#: Longest signed text taken back.
LARGEST = 20_000


def sealed(answers: dict[str, Any]) -> str:
    """Answers as a text that a page carries and that nobody can change."""
    return signing.dumps(answers, salt=SALT, compress=True)


def unsealed(text: str, sheet: Sheet) -> dict[str, Any]:
    """Answers carried by a page, those that the form still takes. Raises InputError for a text that is not ours."""
    if not text:
        return {}
    wrong = InputError(_("These answers cannot be read any more: begin again."))
    if len(text) > LARGEST:
        raise wrong
    try:
        found = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        raise wrong from None
    kept: dict[str, Any] = {}
    for name, value in found.items() if isinstance(found, dict) else ():
        one = sheet.asked.get(name)
        if one is None:
            continue
        try:
            kept[name] = checked(one, value, as_of=timezone.localdate())
        except WrongAnswerError:
            continue
    return kept


def _terms(code: str) -> Terms[Scheme]:
    terms = SCHEMES.all(programme_or_404()).get(code)
    if terms is None:
        raise Http404(code)
    return terms


def _questions(sheet: Sheet) -> list[Asked]:
    """Fields that answer the rule, in the order of the form; those of repeated sections are not for a first look."""
    return [one for one in sheet.asked.values() if one.question.input is not None and one.section.repeats is None]


def _needed(sheet: Sheet) -> list[Asked]:
    """Fields whose answer the rule still needs to tell."""
    if sheet.ruling is None:
        return []
    wanted = {one.input for one in sheet.ruling.missing if one.input}
    return [one for one in _questions(sheet) if one.question.input in wanted and one.name not in sheet.answers]


@csrf_exempt
@sensitive_post_parameters()
def pre_check(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the rule says of a project. GET asks the first questions; POST takes answers. Nothing changes here, so nothing is to be forged."""
    terms = _terms(code)
    if request.method == "POST":
        return _taken(request, code, terms)
    return _shown(request, code, terms, trial(code, {}), [])


@never_cache
def _taken(request: HttpRequest, code: str, terms: Terms[Scheme]) -> HttpResponseBase:
    try:
        answers = unsealed(request.POST.get("answers", ""), trial(code, {}))
    except InputError as error:
        messages.error(request, str(error))
        return _shown(request, code, terms, trial(code, {}), [])
    sheet = trial(code, answers)
    verb, _colon, place = request.POST.get("op", "answer").partition(":")
    if verb == "change":
        again = sheet.asked.get(place)
        if again is not None and again.question.input is not None:
            kept = answers.pop(place, None)
            return _shown(request, code, terms, trial(code, answers), [one_box(again, value=kept)])
        return _shown(request, code, terms, sheet, [])
    wrong: list[Box] = []
    names = request.POST.getlist("asked")[:50]
    for one in (sheet.asked[name] for name in names if name in sheet.asked):
        sent = sent_for(one, one.name, request.POST)
        try:
            value = read(one, sent, as_of=timezone.localdate())
        except WrongAnswerError as error:
            wrong.append(one_box(one, typed=sent, error=str(error), options=error.options))
            continue
        if value is not None:
            answers[one.name] = value
    return _shown(request, code, terms, trial(code, answers), wrong)


def _shown(request: HttpRequest, code: str, terms: Terms[Scheme], sheet: Sheet, boxes: list[Box]) -> HttpResponse:
    scheme = terms.document
    errors = [(box.focus, box.question, box.error) for box in boxes if box.error]
    needed = _needed(sheet)
    if not errors:
        names = {box.asked.name for box in boxes}
        boxes = boxes or [one_box(one) for one in needed if one.name not in names][:AT_ONCE]
    ruling = sheet.ruling
    found = window(scheme, timezone.now())
    values = {
        "crumbs": [
            home_crumb(),
            Crumb(_("Aids, labels and contracts"), reverse("grants:directory")),
            Crumb(say(scheme.title), reverse("grants:scheme", args=[code])),
            Crumb(_("Check my project")),
        ],
        "scheme": scheme,
        "boxes": boxes,
        "left": len(needed),
        "answers": sealed(sheet.answers),
        "recap": [(one.name, say(one.label), said(one, sheet.answers[one.name])) for one in _questions(sheet) if one.name in sheet.answers],
        "ruling": ruling,
        "reasons": list(ruling.failed) if ruling else [],
        "contradictions": list(ruling.contradictions) if ruling else [],
        "known": ruling is not None and ruling.eligible is not None and (ruling.eligible is False or not needed),
        "trouble": sheet.trouble,
        "errors": errors,
        "here": reverse("grants:pre_check", args=[code]),
        "begin": reverse("grants:start", args=[code]),
        "open": found.phase == "open",
        "when": phase_words(found),
        "day": timezone.localdate(),
    }  # fmt: skip
    return render(request, "grants/applicant/pre_check.html", values, status=422 if errors else 200)


@never_cache
@sensitive_post_parameters()
def start(request: HttpRequest, code: str) -> HttpResponseBase:
    """Who applies, and to which call. Answers of the pre-check come with it."""
    terms = _terms(code)
    if request.method == "POST" and "applicant" not in request.POST:
        _remember(request, code)
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?next={reverse('grants:start', args=[code])}")
        return redirect("grants:start", code=code)
    return _signed_in(request, code, terms)


def _remember(request: HttpRequest, code: str) -> None:
    """Keep the answers of the pre-check, signed, until the draft is begun."""
    text = request.POST.get("answers", "")
    if text and len(text) <= LARGEST:
        request.session[SESSION] = {"scheme": code, "answers": text, "until": (timezone.now() + LASTS).timestamp()}


def _remembered(request: HttpRequest, code: str) -> dict[str, Any]:
    kept = request.session.get(SESSION)
    if not isinstance(kept, dict) or kept.get("scheme") != code or kept.get("until", 0) < timezone.now().timestamp():
        return {}
    try:
        return unsealed(str(kept.get("answers", "")), trial(code, {}))
    except InputError:
        return {}


@login_required
def _signed_in(request: HttpRequest, code: str, terms: Terms[Scheme]) -> HttpResponseBase:
    scheme, user, now = terms.document, user_of(request), timezone.now()
    calls = [call for call in scheme.calls if phase(call, now) == "open"]
    members = list(organisations_of(user))
    choices = _choices(scheme, members)
    error = ""
    if request.method == "POST":
        chosen = request.POST.get("applicant", "")
        call = request.POST.get("call", "") or (calls[0].code if len(calls) == 1 else "")
        match = next((one for one in choices if one["value"] == chosen), None)
        if match is None:
            error = _("Say who applies.")
        elif not call:
            error = _("Choose the call.")
        else:
            try:
                case = drafts.case_start(
                    actor=user, scheme=code, call=call, organisation=match["organisation"], kind=match["kind"],
                    answers=_remembered(request, code),
                )  # fmt: skip
            except InputError as problem:
                error = str(problem)
            except PermissionDenied:
                error = _("You may not apply for this organisation.")
            else:
                request.session.pop(SESSION, None)
                return redirect(draft_of(case).steps("")[0].url)
    values = {
        "crumbs": [
            home_crumb(),
            Crumb(_("Aids, labels and contracts"), reverse("grants:directory")),
            Crumb(say(scheme.title), reverse("grants:scheme", args=[code])),
            Crumb(_("Begin my application")),
        ],
        "scheme": scheme,
        "calls": [(call, phase_words(window(scheme.model_copy(update={"calls": (call,)}), now))) for call in calls],
        "when": phase_words(window(scheme, now)),
        "choices": choices,
        "others": _not_for(scheme, members),
        "error": error,
        "chosen": request.POST.get("applicant", choices[0]["value"] if len(choices) == 1 else ""),
        "chosen_call": request.POST.get("call", calls[0].code if calls else ""),
        "carried": len(_remembered(request, code)),
    }
    return render(request, "grants/applicant/start.html", values, status=422 if error else 200)


def _choices(scheme: Scheme, members: list[Any]) -> list[dict[str, Any]]:
    """Everyone in whose name this account may apply, each as what it can be."""
    found: list[dict[str, Any]] = []
    for member in members:
        if member.rank not in (Rank.OWNER, Rank.EDITOR):
            continue
        one: Organisation = member.organisation
        kinds = fitting(one, scheme.applicants.kinds)
        found += [_choice(one, kind, say(APPLICANTS[kind]) if len(kinds) > 1 else one.number) for kind in kinds]
    return found + [_choice(None, kind, say(APPLICANTS[kind])) for kind in fitting(None, scheme.applicants.kinds)]


def _choice(organisation: Organisation | None, kind: str, note: str) -> dict[str, Any]:
    return {
        "value": f"{organisation.reference if organisation else ''}:{kind}",
        "organisation": organisation,
        "kind": kind,
        "label": organisation.name if organisation else _("In my own name"),
        "note": note,
    }


def _not_for(scheme: Scheme, members: list[Any]) -> list[tuple[str, str]]:
    """One's organisations in whose name one cannot apply here, and why."""
    found = []
    for member in members:
        if member.rank == Rank.READER:
            found.append((member.organisation.name, _("you only read its sheet")))
        elif not fitting(member.organisation, scheme.applicants.kinds):
            found.append((member.organisation.name, _("this scheme is not for this kind of organisation")))
    return found
