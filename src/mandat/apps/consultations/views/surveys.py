"""A survey: how it begins, its sections one by one, what will be sent, thanks, results and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mandat.apps.accounts import access
from mandat.apps.accounts.permissions import may
from mandat.apps.consultations import questionnaire
from mandat.apps.consultations.exports import answers as files
from mandat.apps.consultations.forms import SectionForm
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Consultation, FreeText, Shown
from mandat.apps.consultations.results import Told, told_results
from mandat.apps.consultations.services.surveys import begun, has_answered, step_save, survey_send
from mandat.apps.consultations.views.shared import acted, base, crumbs, entitled, held_or_404, row_or_404
from mandat.apps.participation.schema.contributions import Survey, SurveyQuestion, SurveySection
from mandat.apps.programme.views.shared import words
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb
from mandat.web.formats import day, number
from mandat.web.paging import turned

TEXTS_SHOWN = 10


def survey_url(held: Held[Any], name: str = "survey", *more: str) -> str:
    return reverse(f"consultations:{name}", args=[held.process.code, held.code, *more])


@require_safe
def survey(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """What the survey asks, how long it is, what becomes of the answers; and where to begin or go on."""
    held = held_or_404(process, component, Survey)
    signed = request.user.is_authenticated
    answered = signed and has_answered(request.user, held)
    kept = begun(request.user, held) if signed and not answered else {}
    first = questionnaire.next_section(held.document, "", kept)
    row = held.row()
    values = {
        **base(request, held),
        "crumbs": crumbs(held),
        "answered": answered,
        "begun": bool(kept),
        "first": first.code if first else "",
        "count": len(held.document.questions),
        "row": row,
        "shown": results_shown(held, row),
    }
    response = render(request, "consultations/survey.html", values)
    if signed:
        response["Cache-Control"] = "private, no-store"
    return response


@login_required
@never_cache
@entitled
def section(request: HttpRequest, process: str, component: str, code: str) -> HttpResponseBase:
    """One section: what was understood is saved even beside an error; a question that an answer calls for is asked before going on."""
    held = held_or_404(process, component, Survey)
    document = held.document
    found = next((one for one in document.sections if one.code == code), None)
    if found is None:
        raise Http404(code)
    if has_answered(request.user, held):
        return redirect(survey_url(held))
    kept = begun(request.user, held)
    questions = questionnaire.asked(found, kept)
    form = SectionForm(request.POST or None, questions=questions, answered=kept)
    if request.method == "POST":
        valid = form.is_valid()
        try:
            kept = step_save(actor=request.user, held=held, answers=form.answers())  # type: ignore[arg-type]
        except InputError as error:
            form.add_error(None, str(error))
            valid = False
        if valid:
            new = {one.code for one in questionnaire.asked(found, kept)} - {one.code for one in questions}
            if new:
                return redirect(survey_url(held, "survey_section", code))
            following = questionnaire.next_section(document, code, kept)
            if following is not None:
                return redirect(survey_url(held, "survey_section", following.code))
            return redirect(survey_url(held, "survey_send"))
    codes = [one.code for one in document.sections]
    earlier = [one for one in document.sections[: codes.index(code)] if questionnaire.asked(one, kept)]
    values = {
        **base(request, held),
        "crumbs": crumbs(held, Crumb(words(found.title)), url=survey_url(held)),
        "section": found,
        "form": form,
        "asked": list(form.asked()),
        "number": codes.index(code) + 1,
        "total": len(codes),
        "back": survey_url(held, "survey_section", earlier[-1].code) if earlier else survey_url(held),
    }
    return render(request, "consultations/section.html", values)


@login_required
@never_cache
@entitled
def send(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Everything that will be sent, each answer to be changed; then it is sent for good."""
    held = held_or_404(process, component, Survey)
    if has_answered(request.user, held):
        return redirect(survey_url(held))
    kept = begun(request.user, held)
    lacking = questionnaire.missing(held.document, kept)
    if request.method == "POST":
        done = acted(
            request,
            lambda: survey_send(actor=request.user, held=held),  # type: ignore[arg-type]
            _("Your answers are sent. Thank you."),
        )
        return redirect(survey_url(held) if done else survey_url(held, "survey_send"))
    settled = questionnaire.settled(held.document, kept)
    groups = [
        (one, survey_url(held, "survey_section", one.code), _lines(one, settled))
        for one in held.document.sections
        if questionnaire.asked(one, settled)
    ]
    values = {
        **base(request, held),
        "crumbs": crumbs(held, Crumb(_("Send")), url=survey_url(held)),
        "groups": groups,
        "lacking": [(words(q.label), survey_url(held, "survey_section", s.code)) for s, q in lacking],
        "something": bool(settled),
    }
    return render(request, "consultations/send.html", values)


def _lines(section: SurveySection, answers: dict[str, Any]) -> list[tuple[str, str]]:
    return [(words(one.label), said(one, answers)) for one in section.questions if one.code in answers]


def said(question: SurveyQuestion, answers: dict[str, Any]) -> str:
    """An answer in words."""
    value = answers[question.code]
    labels = {one.code: words(one.label) for one in question.choices}
    labels |= {"yes": _("Yes"), "no": _("No"), "other": answers.get(f"{question.code}.other") or _("Other")}
    if isinstance(value, list):
        return ", ".join(labels[one] for one in value)
    if isinstance(value, dict):
        rows = {one.code: words(one.label) for one in question.rows}
        return " ; ".join(f"{rows[row]} : {labels[choice]}" for row, choice in value.items())
    if question.type == "commune":
        return territory.area_name(f"commune:{value}")
    if question.type == "date":
        import datetime as dt

        return day(dt.date.fromisoformat(value))
    if question.type in ("integer", "scale"):
        return number(value, 0)
    return labels.get(value, str(value)) if question.type in ("choice", "boolean") else str(value)


def results_shown(held: Held[Survey], row: Consultation | None) -> bool:
    """Whether counts may be read: once closed, or before where the definition says so. The same for agents."""
    return row is not None and bool(row.result) and (row.closed_at is not None or held.document.results_during)


@require_safe
def results(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """Counts of each question with their chart and table, crossings, and what people wrote, once read by an agent."""
    held = held_or_404(process, component, Survey)
    row = row_or_404(held)
    shown = results_shown(held, row)
    found: list[Told] = told_results(held.document, row.result) if shown else []
    values = {
        **base(request, held),
        "crumbs": crumbs(held, Crumb(_("Results")), url=survey_url(held)),
        "row": row,
        "shown": shown,
        "results": found,
        "texts": _texts(row, [one.question.code for one in found]) if shown else {},
        "least": held.document.cell_least,
        "may_analyse": may(request.user, "consultations.analyse"),
    }
    return render(request, "consultations/results.html", values)


def _texts(row: Consultation, codes: Sequence[str]) -> dict[str, list[str]]:
    """The first words shown of each question, in the order of their drawn keys."""
    found: dict[str, list[str]] = {}
    rows = FreeText.objects.filter(consultation=row, shown=Shown.SHOWN, question__in=codes)
    for question, text in rows.order_by("question", "id").values_list("question", "text")[:2000]:
        kept = found.setdefault(question, [])
        if len(kept) < TEXTS_SHOWN:
            kept.append(text)
    return found


@require_safe
def texts(request: HttpRequest, process: str, component: str, question: str) -> HttpResponse:
    """Everything people wrote to one question, page after page."""
    held = held_or_404(process, component, Survey)
    row = row_or_404(held)
    asked = next((one for one in held.document.questions if one.code == question and not one.personal), None)
    if asked is None or not results_shown(held, row):
        raise Http404(question)
    found = FreeText.objects.filter(consultation=row, question=question, shown=Shown.SHOWN).order_by("id")
    listed: Any = found
    rows, page = turned(request, listed, size=50)
    values = {
        **base(request, held),
        "crumbs": crumbs(held, Crumb(words(asked.label)), url=survey_url(held, "results")),
        "question": words(asked.label),
        "rows": rows,
        "page": page,
    }
    return render(request, "consultations/texts.html", values)


@require_safe
def results_file(request: HttpRequest, process: str, component: str, form: str) -> HttpResponseBase:
    """The counts as they are published, as JSON or CSV."""
    held = held_or_404(process, component, Survey)
    row = row_or_404(held)
    if not results_shown(held, row):
        raise Http404(form)
    if form == "json":
        return JsonResponse(
            {"process": process, "component": component, "computed_at": row.computed_at, **row.result},
            json_dumps_params={"ensure_ascii": False},
        )
    return files.counts_csv(held, row)


@access.requires("consultations.analyse")
@require_safe
def answers_file(request: HttpRequest, process: str, component: str, form: str) -> HttpResponseBase:
    """Every set of answers, streamed, for those who analyse them, once they may be read."""
    held = held_or_404(process, component, Survey)
    row = row_or_404(held)
    if row.closed_at is None and not held.document.results_during:
        raise Http404(form)
    return files.response(held, row, form)
