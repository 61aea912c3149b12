"""What the pages of participation share: what they find, who asks, what stays private to a visitor."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from mandat.apps.accounts.models import User
from mandat.apps.participation import standing
from mandat.apps.participation.definitions import PublishedProcess, published_processes
from mandat.apps.participation.models import Participant
from mandat.apps.programme.views.shared import home_crumb, words
from mandat.web.components import Crumb

#: Counters move at each act: these pages are made anew, and no shared cache may keep them.
fresh = cache_control(private=True, no_cache=True)


def process_or_404(code: str) -> PublishedProcess:
    found = published_processes().get(code)
    if found is None:
        raise Http404(code)
    return found


def component_or_404(published: PublishedProcess, code: str, type_: str = "") -> Any:
    found = published.process.component(code)
    if found is None or (type_ and found.type != type_):
        raise Http404(code)
    return found


def crumbs(published: PublishedProcess, *more: Crumb) -> list[Crumb]:
    trail = [home_crumb(), Crumb(_("Take part"), reverse("participation:hub"))]
    if not more:
        return [*trail, Crumb(words(published.process.title))]
    return [
        *trail,
        Crumb(words(published.process.title), reverse("participation:process", args=[published.code])),
        *more,
    ]


def component_url(published: PublishedProcess, component: str) -> str:
    return reverse("participation:component", args=[published.code, component])


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Lead to the sign-in page and back, for acts that need an account."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            back = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "/")
            return redirect_to_login(request, back)
        return view(request, *args, **kwargs)

    return guarded


def redirect_to_login(request: HttpRequest, back: str) -> HttpResponse:
    from django.contrib.auth.views import redirect_to_login as to_login

    path = back if back.startswith("/") else "/" + back.split("/", 3)[-1] if back.count("/") >= 3 else "/"
    return to_login(path)


def voices_of(request: HttpRequest, published: PublishedProcess) -> list[Participant]:
    """Everyone this visitor may speak as in a process: the one asked for in the form first, then themselves, then organisations."""
    if not request.user.is_authenticated:
        return []
    asked = request.POST.get("voix", "") or request.GET.get("voix", "")
    found = standing.acting(request.user, published)
    return sorted(found, key=lambda place: str(place.reference) != asked)


def place_of(request: HttpRequest, published: PublishedProcess) -> Participant | None:
    """The participant this visitor speaks as in a process, or None."""
    return next(iter(voices_of(request, published)), None)


def organisation_of(request: HttpRequest, published: PublishedProcess) -> Any:
    """The organisation this visitor speaks for just now; None for themselves."""
    place = place_of(request, published)
    return None if place is None else place.organisation
