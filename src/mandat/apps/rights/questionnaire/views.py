"""The pages of "Mes droits": a start, one question a step, the result.

Nothing is stored: each page carries the answers given so far, signed, in its own form, and every answer is sent by POST. No
session, no address and no log holds them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from mandat.apps.programme.views.shared import home_crumb, programme_or_404
from mandat.apps.rights.questionnaire import results
from mandat.apps.rights.questionnaire.answers import (
    LARGEST,
    LONGEST_NAME,
    MOST_MEMBERS,
    Answers,
    Slot,
    file_of,
    read_file,
    sealed,
    unsealed,
)
from mandat.apps.rights.questionnaire.book import Book, book
from mandat.apps.rights.questionnaire.settling import Progress, settle
from mandat.apps.rulebook.asking import WrongAnswerError, control, read_answer, typed_in
from mandat.apps.rulebook.elsewhere import elsewhere
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

#: What stands in ``question`` where the step asks about the household rather than for an input.
HOUSEHOLD, NAMES = "household", "names"


@csrf_exempt
def entrance(request: HttpRequest) -> HttpResponseBase:
    """GET shows the start; POST takes a step. A step changes nothing here, so it needs no protection against forged ones."""
    if request.method in ("GET", "HEAD"):
        return start(request)
    return step(request)


def start(request: HttpRequest, *, wrong: str = "", status: int = 200) -> HttpResponse:
    programme_or_404()
    known = book()
    values = {
        "crumbs": [home_crumb(), Crumb(_("My rights"))],
        "count": len(known.entries),
        "wrong": wrong,
        "here": reverse("rights:questionnaire"),
    }
    return render(request, "rights/questionnaire/start.html", values, status=status)


@never_cache
@require_POST
@sensitive_post_parameters()
def step(request: HttpRequest) -> HttpResponseBase:
    """Take one answer, or go elsewhere in the questionnaire."""
    programme_or_404()
    try:
        answers = unsealed(request.POST.get("answers", ""))
        return _Step(request, answers).respond()
    except InputError as error:
        return start(request, wrong=str(error), status=400)


class _Step:
    """One request of the questionnaire."""

    def __init__(self, request: HttpRequest, answers: Answers) -> None:
        self.request = request
        self.post: QueryDict = request.POST
        self.book: Book = book()
        self.today: dt.date = timezone.localdate()
        self.answers = answers
        self.notices: list[str] = []

    def respond(self) -> HttpResponseBase:
        operation, _colon, place = self.post.get("op", "answer").partition(":")
        question = self.post.get("question", "")
        if operation == "begin":
            return self._next()
        if operation == "upload":
            return self._upload()
        if operation == "download":
            return self._download()
        if operation == "results":
            return self._results()
        if operation == "change":
            return self._ask(place)
        if operation == "back":
            return self._back(question)
        if operation == "claim":
            return self._sign_in(place)
        if question == HOUSEHOLD:
            return self._household()
        if question == NAMES:
            return self._names()
        return self._answer(question, skip=operation == "skip")

    # Taking answers

    def _answer(self, question: str, *, skip: bool) -> HttpResponseBase:
        slot = self._slot(question)
        if slot is None:
            return self._next()
        given = self.book.inputs[slot.entity, slot.name]
        if skip:
            self.answers = self.answers.with_(slot, None)
            return self._next(slot)
        typed = typed_in(self.post, str(slot))
        try:
            value = read_answer(given, typed, as_of=self.today)
        except WrongAnswerError as error:
            return self._question(slot, typed=typed, error=str(error), options=error.options)
        if value is None:
            return self._question(slot, typed=typed, error=_("Answer this question, or say that you prefer not to."))
        self.answers = self.answers.with_(slot, value)
        return self._next(slot)

    def _slot(self, text: str) -> Slot | None:
        """The question named by a form, if it is still asked and about someone of the household."""
        slot = Slot.read(text)
        if slot is None or (slot.entity, slot.name) not in self.book.inputs:
            return None
        return slot if slot.member <= len(self.answers.members or ()) else None

    def _household(self) -> HttpResponseBase:
        text = self.post.get(HOUSEHOLD, "").strip()
        known = self.answers.members or ()
        most = min(MOST_MEMBERS, self.book.most_members)
        if not text.isdecimal() or len(text) > 3:
            return self._people(typed=text, error=_("Write a number in figures: 0 if you live alone."))
        count = int(text)
        if count > most:
            return self._people(
                typed=text, error=_("This questionnaire stops at %(n)s other people. Check the number.") % {"n": most}
            )
        self.answers = self.answers.household(tuple((*known, *[""] * count)[:count]))
        return self._call_them() if count else self._next()

    def _names(self) -> HttpResponseBase:
        members = self.answers.members or ()
        said = [self.post.get(f"name.{rank}", "").strip()[:LONGEST_NAME] for rank in range(1, len(members) + 1)]
        self.answers = self.answers.household(tuple(name if name.isprintable() else "" for name in said))
        return self._next()

    def _upload(self) -> HttpResponseBase:
        file = self.request.FILES.get("file")
        if file is None:
            return start(self.request, wrong=_("Choose the file of your answers first."), status=422)
        raw = file.read(LARGEST + 1)
        try:
            self.answers, gone = read_file(raw, self.book.inputs, as_of=self.today)
        except InputError as error:
            return start(self.request, wrong=str(error), status=422)
        self.notices.append(_("Your answers were read from your file. You can change any of them."))
        if gone:
            self.notices.append(
                ngettext(
                    "%(n)s answer of your file is of no use any more and was left aside.",
                    "%(n)s answers of your file are of no use any more and were left aside.",
                    gone,
                )
                % {"n": gone}
            )
        return self._results()

    def _download(self) -> HttpResponse:
        response = HttpResponse(file_of(self.answers), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="mes-droits-{self.today.isoformat()}.json"'
        return response

    # Going somewhere

    def _settled(self, last: Slot | None = None) -> Progress:
        return settle(self.book, self.answers, as_of=self.today, last=last)

    def _next(self, last: Slot | None = None) -> HttpResponseBase:
        progress = self._settled(last)
        if progress.household and not progress.ahead:
            return self._people(progress=progress)
        if progress.ahead:
            return self._question(progress.ahead[0], progress=progress)
        return self._results(progress)

    def _back(self, question: str) -> HttpResponseBase:
        if question == NAMES:
            return self._people()
        before = self.answers.before(self._slot(question))
        while before is not None and self._slot(str(before)) is None:
            before = self.answers.before(before)
        if before is None:
            return start(self.request)
        return self._question(before)

    def _ask(self, place: str) -> HttpResponseBase:
        if place == HOUSEHOLD:
            return self._people()
        slot = self._slot(place)
        return self._question(slot) if slot else self._results()

    # Showing

    def _question(
        self, slot: Slot, *, progress: Progress | None = None, typed: dict[str, str] | None = None, error: str = "",
        options: Any = (),
    ) -> HttpResponse:  # fmt: skip
        progress = progress or self._settled()
        asked = control(
            self.book.inputs[slot.entity, slot.name], str(slot), value=self.answers.value(slot), typed=typed,
            error=error, options=options, own=slot.member == 0,
        )  # fmt: skip
        values = {
            "question": str(slot),
            "control": asked,
            "about": results.about(self.answers, slot, self.book),
            "refused": slot in self.answers and self.answers.value(slot) is None,
            "title": asked.question,
            "errors": [(asked.focus, asked.error)] if error else [],
        }
        return self._render("question.html", values, progress, status=422 if error else 200)

    def _people(self, *, progress: Progress | None = None, typed: str | None = None, error: str = "") -> HttpResponse:
        members = self.answers.members
        shown = typed if typed is not None else str(len(members)) if members is not None else ""
        values = {
            "question": HOUSEHOLD,
            "typed": shown,
            "error": error,
            "title": _("How many other people live in your household?"),
            "errors": [("household", error)] if error else [],
        }
        return self._render("household.html", values, progress or self._settled(), status=422 if error else 200)

    def _call_them(self) -> HttpResponse:
        values = {
            "question": NAMES,
            "members": list(enumerate(self.answers.members or (), start=1)),
            "most": LONGEST_NAME,
            "title": _("What shall we call these people here?"),
            "errors": [],
        }
        return self._render("names.html", values, self._settled())

    def _render(self, template: str, values: dict[str, Any], progress: Progress, *, status: int = 200) -> HttpResponse:
        settled = sum(verdict.settled for verdict in progress.verdicts)
        shared = {
            "crumbs": [home_crumb(), Crumb(_("My rights"))],
            "answers": sealed(self.answers),
            "given": len(self.answers.given),
            "ahead": len(progress.ahead) + progress.household,
            "settled": settled,
            "count": len(progress.verdicts),
            "contradictions": progress.contradictions,
            "notices": self.notices,
            "here": reverse("rights:questionnaire"),
        }
        return render(self.request, f"rights/questionnaire/{template}", {**shared, **values}, status=status)

    def _sign_in(self, code: str) -> HttpResponse:
        """How to keep the answers while signing in: they stay in this page, the account is opened in another."""
        entry = next((entry for entry in self.book.entries if entry.code == code), None)
        if entry is None:
            return self._results()
        values = {
            "crumbs": [
                home_crumb(),
                Crumb(_("My rights"), reverse("rights:questionnaire")),
                Crumb(_("Sign in to claim")),
            ],
            "right": entry.right,
            "answers": sealed(self.answers),
            "here": reverse("rights:questionnaire"),
        }
        return render(self.request, "rights/questionnaire/sign_in.html", values)

    def _results(self, progress: Progress | None = None) -> HttpResponse:
        progress = progress or self._settled()
        values = {
            "lines": results.lines(progress, self.answers, self.book, as_of=self.today),
            "recap": results.recap(self.answers, self.book),
            "members": results.household_words(self.answers),
            "title": _("Your result"),
            "errors": [],
            "signed_in": self.request.user.is_authenticated,
            "day": self.today,
            "claim_url": results.url("rights:questionnaire_claim"),
            "elsewhere": elsewhere(results.commune(self.answers, self.book)),
        }
        return self._render("results.html", values, progress)
