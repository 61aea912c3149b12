"""``{% follow_button target %}``, ``{% badges user %}``, ``{% report_link kind reference %}`` on any page."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.middleware.csrf import get_token
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.community import badges as known_badges
from mandat.apps.community.follow import targets
from mandat.apps.community.models import Follow
from mandat.apps.community.selectors import standing_of

register = template.Library()


@register.inclusion_tag("community/_follow_button.html", takes_context=True)
def follow_button(context: template.Context, target: str) -> dict[str, Any]:
    """A button that works without script: to follow ``target``, or to stop. Signed out it leads to the page that explains how.

    One statement where one is signed in, none else: pages for visitors stay in the page cache.
    """
    request = context.get("request")
    user = getattr(request, "user", None)
    prefix, _colon, code = target.partition(":")
    values: dict[str, Any] = {
        "target": target,
        "page_url": reverse("community:target", args=[prefix, code or "tout"]),
        "known": targets.known(target),
        "signed_in": False,
        "mine": None,
        "csrf": "",
        "back": "",
    }
    if request is None or not values["known"] or not isinstance(user, User):
        return values
    mine = Follow.objects.filter(user=user, programme=settings.MANDAT_PROGRAMME, target=target).first()
    return {**values, "signed_in": True, "mine": mine, "csrf": get_token(request), "back": request.get_full_path()}


@register.inclusion_tag("community/_badges.html")
def badges(user: User | None) -> dict[str, Any]:
    """Whom an account speaks for, said in words beside its name; nothing for those who speak for themselves."""
    return {"badges": known_badges.badges_of(user) if user is not None else []}


@register.inclusion_tag("community/_report_link.html")
def report_link(kind: str, reference: str) -> dict[str, Any]:
    """The way to report a content. ``kind`` as registered in ``moderation.contents``."""
    return {"url": reverse("community:report", args=[kind, reference])}


@register.inclusion_tag("community/_moderated.html")
def moderated(kind: str, reference: str) -> dict[str, Any]:
    """In place of a content that is not shown: that it is held, hidden or refused, under which rule, and what its author may do."""
    return {"standing": standing_of(kind, reference)}
