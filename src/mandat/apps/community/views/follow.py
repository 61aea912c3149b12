"""Follow a target, see what one follows, stop with or without signing in; the feed and the calendar of a target."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from mandat.apps.accounts.models import User
from mandat.apps.community.follow import feeds
from mandat.apps.community.follow.targets import Target, find
from mandat.apps.community.forms import PaceForm
from mandat.apps.community.models import Follow
from mandat.apps.community.selectors import events_of, followed
from mandat.apps.community.services import follows
from mandat.apps.programme.views.shared import home_crumb
from mandat.kernel.errors import InputError
from mandat.kernel.text import Language
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say

EVERYTHING = "tout"


def _language() -> Language:
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def _found(prefix: str, code: str) -> tuple[str, Target]:
    key = f"{prefix}:{'' if code == EVERYTHING else code}"
    found = find(key)
    if found is None:
        raise Http404
    return key, found


def target(request: HttpRequest, prefix: str, code: str) -> HttpResponse:
    """How to follow one thing, and the act itself."""
    key, found = _found(prefix, code)
    if request.method == "POST":
        return _act(request, key, found, prefix, code)
    mine = None
    if isinstance(request.user, User):
        mine = Follow.objects.filter(user=request.user, target=key).first()
    path = reverse("community:feed", args=[prefix, code])
    values = {
        "crumbs": [home_crumb(), Crumb(_("Follow"), reverse("publications:follow")), Crumb(found.title)],
        "found": found,
        "key": key,
        "mine": mine,
        "pace_form": PaceForm(initial={"pace": mine.pace} if mine else None),
        "sign_in_url": f"{reverse('account_login')}?next={request.path}",
        "feed_url": found.feed or path,
        "calendar_url": found.calendar or reverse("community:calendar", args=[prefix, code]),
        "events": list(events_of(key)[:10]),
    }
    return render(request, "community/target.html", values)


@never_cache
@login_required
def _act(request: HttpRequest, key: str, found: Target, prefix: str, code: str) -> HttpResponse:
    user = cast(User, request.user)
    back = request.POST.get("back", "")
    if not back or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("community:target", args=[prefix, code])
    title = say(found.title)
    if "stop" in request.POST:
        follows.unfollow(user=user, target=key)
        messages.success(request, _("You no longer follow “%(title)s”.") % {"title": title})
        return redirect(back)
    form = PaceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose when you want to be told."))
        return redirect(back)
    try:
        follows.follow(user=user, target=key, pace=form.cleaned_data["pace"])
    except InputError as error:
        messages.error(request, str(error))
        return redirect(back)
    messages.success(request, _("You follow “%(title)s”.") % {"title": title})
    return redirect(back)


@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """All one follows, and at which pace."""
    user = cast(User, request.user)
    if request.method == "POST":
        if "pace" in request.POST:
            try:
                follows.pace_all(user=user, pace=request.POST["pace"])
            except InputError as error:
                messages.error(request, str(error))
                return redirect("community:mine")
            messages.success(request, _("It is done: one pace for all you follow."))
        else:
            follows.unfollow(user=user, target=request.POST.get("target", ""))
            messages.success(request, _("It is done: these messages stop."))
        return redirect("community:mine")
    rows = []
    for kept in followed(user):
        prefix, _colon, code = kept.target.partition(":")
        rows.append((find(kept.target), kept, reverse("community:target", args=[prefix, code or EVERYTHING])))
    crumbs = [home_crumb(), Crumb(_("Follow"), reverse("publications:follow")), Crumb(_("What I follow"))]
    return render(request, "community/mine.html", {"rows": rows, "crumbs": crumbs, "pace_form": PaceForm()})


# Mail programs post here by themselves (RFC 8058), without cookie nor token but the link's own signature.
@csrf_exempt
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop all messages from a link in one of them. A visit alone changes nothing: link checkers visit too."""
    user = follows.user_of_token(token)
    if user is None:
        raise Http404
    done = request.method == "POST"
    if done:
        follows.pace_all(user=user, pace="none")
    values = {
        "done": done,
        "count": Follow.objects.filter(user=user).exclude(pace="none").count(),
        "crumbs": [home_crumb(), Crumb(_("Stop all messages"))],
    }
    response = render(request, "community/stop.html", values)
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def feed(request: HttpRequest, prefix: str, code: str) -> HttpResponse:
    """The Atom feed of a target."""
    key, found = _found(prefix, code)
    raw = feeds.atom(found, events_of(key)[: feeds.SIZE], language=_language(), path=request.path)
    return _file(raw, "application/atom+xml; charset=utf-8")


@require_safe
def calendar(request: HttpRequest, prefix: str, code: str) -> HttpResponse:
    """The calendar of a target."""
    key, found = _found(prefix, code)
    raw = feeds.calendar(found, events_of(key)[: feeds.SIZE * 4], language=_language())
    response = _file(raw, "text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="mandat-{prefix}-{code}.ics"'
    return response


def _file(raw: bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(raw, content_type=content_type)
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=300)
    return response
