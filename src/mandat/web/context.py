"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from mandat.web.navigation import main_navigation
from mandat.web.theme import chosen_theme


def site(request: HttpRequest) -> dict[str, Any]:
    match = request.resolver_match
    return {
        "demo": settings.MANDAT_DEMO,
        "site_url": settings.SITE_URL,
        "navigation": list(main_navigation(match.view_name if match else "")),
        "theme": chosen_theme(request),
        "other_language": _other_language(request),
        "account_url": _first("accounts:home", "account_login"),
    }


def _first(*names: str) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def _other_language(request: HttpRequest) -> dict[str, str]:
    """The same page in the other language: English addresses are the French ones under ``/en/``."""
    path = request.get_full_path()
    if (get_language() or "fr").startswith("en"):
        return {"code": "fr", "name": "Français", "url": path.removeprefix("/en") or "/"}
    return {"code": "en", "name": "English", "url": "/en" + path}
