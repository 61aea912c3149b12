"""What the pages of consultations share: the component or 404, crumbs, who may act now, acts that answer in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from mandat.apps.consultations.held import Held, held
from mandat.apps.consultations.models import Consultation
from mandat.apps.consultations.services.following import source_of
from mandat.apps.participation import standing
from mandat.apps.participation.schema.contributions import Drafting, Observations, OpinionMap, Survey
from mandat.apps.participation.standing import NotEntitled, Reason
from mandat.apps.programme.views.shared import home_crumb, participate_crumb, programme_or_404, words
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb, Link

Document = TypeVar("Document", Drafting, Survey, OpinionMap, Observations)


def held_or_404(process: str, component: str, document: type[Document]) -> Held[Document]:
    """A component of the published programme."""
    programme_or_404()
    try:
        return held(process, component, document)
    except InputError as error:
        raise Http404(str(error)) from error


def row_or_404(held: Held[Any]) -> Consultation:
    """The row of a component on which something was done."""
    row = held.row()
    if row is None:
        raise Http404(held.code)
    return row


def process_url(code: str) -> str:
    """The page of a process; the home page where this site has none."""
    try:
        return reverse("participation:process", args=[code])
    except NoReverseMatch:
        return reverse("programme:home")


def crumbs(held: Held[Any], *more: Crumb, url: str = "") -> list[Crumb]:
    """From the home page to the component, and below it."""
    process = held.process.process
    found = [home_crumb(), participate_crumb(), Crumb(words(process.title), process_url(process.code))]
    own = words(held.document.title)
    return [*found, Crumb(own, url), *more] if more else [*found, Crumb(own)]


@dataclass(frozen=True, slots=True)
class When:
    """Where a component stands in time: ``open`` now, ``over`` for good; its bounds."""

    open: bool
    over: bool
    opens: dt.datetime | None
    closes: dt.datetime | None
    last: dt.datetime | None = None


def when(held: Held[Any], *, moment: str = "") -> When:
    """Now, to the second."""
    at = timezone.now()
    closes = held.closes_at()
    last = closes - dt.timedelta(seconds=1) if closes else None
    return When(held.is_open(at, moment=moment), held.is_over(at), held.opens_at(), closes, last)


def sign_in_url(request: HttpRequest) -> str:
    """Where one signs in, and back here."""
    return f"{reverse('account_login')}?next={request.path}"


def measures(held: Held[Any]) -> list[Link]:
    """The measures that the process serves."""
    current = programme_or_404()
    return [
        Link(f"{number}. {words(current.measures[number].title)}", reverse("programme:measure", args=[number]))
        for number in held.process.process.measures
        if number in current.measures
    ]


def base(request: HttpRequest, held: Held[Any], *, moment: str = "") -> dict[str, Any]:
    """What every page of a component says."""
    return {
        "held": held,
        "document": held.document,
        "process": held.process.process,
        "process_url": process_url(held.process.code),
        "when": when(held, moment=moment),
        "source": source_of(held),
        "measures": measures(held),
        "sign_in": "" if request.user.is_authenticated else sign_in_url(request),
        "stands": _stands(request, held),
    }


def _stands(request: HttpRequest, held: Held[Any]) -> Reason | None:
    """What keeps someone signed in from taking part, time aside."""
    if not request.user.is_authenticated:
        return None
    reason = standing.may(request.user, held.process, held.code, timezone.now())
    return None if reason is None or reason.code in ("closed", "coming") else reason


def acted(request: HttpRequest, act: Callable[[], Any], done: str) -> Any:
    """Do an act and say so; what is refused is said in its words. Gives what the act gave, or None."""
    try:
        made = act()
    except InputError as error:
        messages.error(request, str(error))
        return None
    if done:
        messages.success(request, done)
    return made if made is not None else True


def entitled(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lead someone who may not take part, or has not joined yet, to where that is settled, with the reason."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotEntitled as error:
            messages.warning(request, str(error))
            return redirect(error.reason.url or process_url(kwargs["process"]))

    return guarded
