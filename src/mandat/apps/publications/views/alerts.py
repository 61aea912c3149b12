"""Alerts by e-mail: follow, see what one follows, stop (without signing in too)."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mandat.apps.accounts.models import User
from mandat.apps.programme.views.shared import home_crumb, programme_or_404
from mandat.apps.publications.alerts import services
from mandat.apps.publications.models import Pace, Subscription
from mandat.apps.publications.topics import Topic, topic
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say


class PaceForm(forms.Form):
    """When to be told."""

    pace = forms.ChoiceField(
        label=gettext_lazy("When do you want to be told?"),
        choices=Pace.choices,
        initial=Pace.WEEKLY,
        widget=forms.RadioSelect,
    )


def alert_values(request: HttpRequest, followed: Topic) -> dict[str, Any]:
    """What the page of a topic shows about alerts."""
    current = programme_or_404()
    mine = None
    if request.user.is_authenticated:
        mine = Subscription.objects.filter(user=request.user, programme=current.code, topic=followed.key).first()
    return {
        "mine": mine,
        "pace_form": PaceForm(initial={"pace": mine.pace} if mine else None),
        "alert_url": reverse("publications:alert", args=[followed.sort, followed.code or "tout"]),
        "sign_in_url": f"{reverse('account_login')}?next={request.path}",
    }


@never_cache
@require_POST
@login_required
def alert(request: HttpRequest, sort: str, code: str) -> HttpResponse:
    """Follow a topic by e-mail, change the pace, or stop."""
    current = programme_or_404()
    followed = topic(current, sort, "" if code == "tout" else code)
    if followed is None:
        raise Http404
    user = cast(User, request.user)
    back = redirect("publications:follow_topic", sort, code)
    if "stop" in request.POST:
        services.unsubscribe(user=user, topic=followed.key)
        messages.success(request, _("You no longer follow “%(title)s” by e-mail.") % {"title": say(followed.title)})
        return back
    form = PaceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose when you want to be told."))
        return back
    try:
        services.subscribe(user=user, current=current, topic=followed, pace=form.cleaned_data["pace"])
    except InputError as error:
        messages.error(request, str(error))
        return back
    messages.success(request, _("You will be told by e-mail about “%(title)s”.") % {"title": say(followed.title)})
    return back


@never_cache
@login_required
def alerts(request: HttpRequest) -> HttpResponse:
    """All one follows by e-mail."""
    current = programme_or_404()
    user = cast(User, request.user)
    if request.method == "POST":
        services.unsubscribe(user=user, topic=request.POST.get("topic", ""))
        messages.success(request, _("It is done: these messages stop."))
        return redirect("publications:alerts")
    rows = []
    for kept in Subscription.objects.filter(user=user, programme=current.code).order_by("created_at"):
        sort, _sep, code = kept.topic.partition(":")
        if (followed := topic(current, sort, code)) is not None:
            rows.append((followed, kept, reverse("publications:follow_topic", args=[sort, code or "tout"])))
    crumbs = [home_crumb(), Crumb(_("Follow"), reverse("publications:follow")), Crumb(_("My alerts"))]
    return render(request, "publications/alerts.html", {"rows": rows, "crumbs": crumbs})


# Mail programs post here by themselves (RFC 8058), without cookie nor token but the link's own signature.
@csrf_exempt
@never_cache
def alerts_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop all alerts from a message's link. A visit alone changes nothing: link checkers visit too."""
    user = services.user_of_token(token)
    if user is None:
        raise Http404
    done = request.method == "POST"
    if done:
        services.unsubscribe(user=user)
    values = {
        "done": done,
        "count": Subscription.objects.filter(user=user).count(),
        "crumbs": [home_crumb(), Crumb(_("Stop all alerts"))],
    }
    response = render(request, "publications/alerts_stop.html", values)
    response["Referrer-Policy"] = "no-referrer"
    return response
