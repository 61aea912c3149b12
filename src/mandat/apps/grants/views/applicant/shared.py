"""What the applicant's pages share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.completeness import Lack, lacks, standing_of
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case
from mandat.apps.grants.services.drafts import editable, open_request
from mandat.apps.grants.services.funders import region_source
from mandat.apps.grants.services.moving import terms_of
from mandat.apps.grants.sheets import Sheet, sheet_of
from mandat.apps.programme.views.shared import home_crumb
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say

View = Callable[..., HttpResponseBase]

#: Colours of states, of the family of the statuses of commitments (always with their words).
TONES: dict[str, str] = {
    State.DRAFT: "not_begun",
    State.SUBMITTED: "in_progress",
    State.INCOMPLETE: "late",
    State.COMPLETE: "in_progress",
    State.OPINIONS: "in_progress",
    State.READY: "in_progress",
    State.AWARDED: "kept",
    State.RUNNING: "kept",
    State.SUSPENDED: "suspended",
    State.CLOSED: "kept",
    State.REFUSED: "broken",
    State.WITHDRAWN: "suspended",
    State.INADMISSIBLE: "broken",
}


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def own(view: View) -> View:
    """A page of a case of one's own side: signed in, never kept; for anyone else the case does not exist."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = get_object_or_404(
            Case.objects.select_related("applicant", "subject", "opened_by"), reference=reference.upper()
        )
        rank = access.applicant_rank(user_of(request), found)
        if not rank:
            raise Http404
        return view(request, found, *args, **kwargs)

    return guarded


def attempt(request: HttpRequest, act: Callable[[], Any], done: str = "") -> bool:
    """Do an act; say on the next page what was done, or why it was not."""
    try:
        act()
    except InputError as error:
        messages.error(request, str(error))
        return False
    if done:
        messages.success(request, done)
    return True


def to_case(case: Case) -> HttpResponseBase:
    return redirect("grants:case", reference=case.reference)


def crumbs(case: Case, title: str = "") -> list[Crumb]:
    trail = [home_crumb(), Crumb(_("My applications"), reverse("grants:cases"))]
    here = case.title or say(terms_of(case).document.title)
    if title:
        return [*trail, Crumb(here, reverse("grants:case", args=[case.reference])), Crumb(title)]
    return [*trail, Crumb(here)]


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the draft: ``state`` is ``done``, ``begun`` or ``empty``; ``lacking`` counts what it still needs."""

    name: str
    label: str
    url: str
    state: str
    lacking: int
    here: bool


@dataclass(slots=True)
class Draft:
    """Everything the pages of a draft look at, read once."""

    case: Case
    sheet: Sheet
    lacking: list[Lack]
    changes: set[str]

    @property
    def joint(self) -> bool:
        return self.sheet.scheme.applicants.parties[1] > 1

    @property
    def pieces(self) -> bool:
        return bool(self.sheet.evidence("application"))

    def steps(self, here: str) -> list[Step]:
        """Pages in the order they are filled, with what each still needs."""
        found = [(f"section:{one.code}", say(one.title), "grants:section", one.code) for one in self.sheet.sections]
        if self.sheet.planned:
            found.append(("plan", _("Financing plan"), "grants:financing", ""))
        if self.joint:
            found.append(("parties", _("Partners"), "grants:parties", ""))
        if self.pieces:
            found.append(("pieces", _("Documents"), "grants:pieces", ""))
        found.append(("review", _("Check and send"), "grants:review", ""))
        return [self._step(name, label, url, code, here) for name, label, url, code in found]

    def _step(self, name: str, label: str, url: str, code: str, here: str) -> Step:
        where, _colon, section = name.partition(":")
        lacking = sum(one.where == where and (not section or one.code == section) for one in self.lacking)
        if name == "review":
            state = "empty"
        elif lacking:
            state = "begun" if section and self._touched(section) else "empty"
        else:
            state = "done"
        arguments = [self.case.reference, code] if code else [self.case.reference]
        return Step(name, label, reverse(url, args=arguments), state, lacking, name == here)

    def _touched(self, code: str) -> bool:
        names = {one.name for one in self.sheet.asked.values() if one.section.code == code} | {code}
        return any(self.sheet.answers.get(name) not in (None, "", []) for name in names)

    def following(self, name: str) -> str:
        """The address of the step after ``name``."""
        found = self.steps(name)
        names = [step.name for step in found]
        rank = names.index(name) if name in names else -1
        return found[min(rank + 1, len(found) - 1)].url


def draft_of(case: Case) -> Draft:
    sheet = sheet_of(case)
    found = lacks(sheet, standing_of(case), region=region_source(case))
    return Draft(case, sheet, found, editable(case, sheet))


def filling(case: Case) -> bool:
    """Whether the applicant may still change answers."""
    return case.state in (State.DRAFT, State.INCOMPLETE)


def values(draft: Draft, here: str, title: str) -> dict[str, Any]:
    """What the pages of a draft show around their own."""
    case = draft.case
    return {
        "crumbs": crumbs(case, title),
        "case": case,
        "scheme": draft.sheet.scheme,
        "title": title,
        "steps": draft.steps(here),
        "lacking": len(draft.lacking),
        "ruling": draft.sheet.ruling,
        "request_open": open_request(case) if case.state == State.INCOMPLETE else None,
    }
