"""How allauth behaves here: where one lands, in which language it writes, whose addresses it trusts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, override

from mandat.apps.accounts.models import User
from mandat.kernel.text import speaking


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts without a password."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The account's page, in the language the person chose."""
        with override(getattr(request.user, "language", None) or get_language() or "fr"):
            return reverse("accounts:home")

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.language = "en" if (get_language() or "fr").startswith("en") else "fr"
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the language of the account where there is one, of the page otherwise."""
        user = context.get("user") or User.objects.filter(email=email).first()
        language = getattr(user, "language", None) or get_language() or "fr"
        site = {"name": "Mandat", "domain": urlsplit(settings.SITE_URL).netloc}
        with override(language), speaking("en" if language.startswith("en") else "fr"):
            super().send_mail(template_prefix, email, {"address": email, "site": site, **context})


class IdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts opened through an identity provider."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        user: User = sociallogin.user
        user.email = (data.get("email") or "").lower()
        given = " ".join(part for part in (data.get("first_name"), data.get("last_name")) if part)
        user.name = (data.get("name") or given)[:150]
        return user
