"""What people are told about their claims: that something awaits on the site, and nothing more (see ``accounts.notices``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.accounts.notices import notices_send

__all__ = ["notices_send", "notify", "register"]

_KINDS = (
    ("received", _("Your claim is received"), _("Your claim is received. Its acknowledgement is on the site.")),
    ("asked", _("Something is asked of you"), _("The service asks you for something to go on with your claim.")),
    ("message", _("You have a message"), _("The service has written to you about your claim.")),
    ("decided", _("Your claim is decided"), _("A decision is made on your claim. Its letter is on the site.")),
    ("appeal", _("Your appeal is decided"), _("Your appeal is decided. The letter is on the site.")),
    ("reminder", _("A document is still awaited"), _("The time to send what was asked is nearly over.")),
    ("renewal", _("Time to renew"), _("What you were granted will end soon: you may ask for more.")),
    ("ended", _("A right has ended"), _("What you were granted has ended.")),
    ("refund", _("About a payment"), _("There is news about a payment.")),
)


def register() -> None:
    """Say to accounts what is told, and where it leads."""
    for kind, subject, sentence in _KINDS:
        notices.register(f"rights.{kind}", subject, sentence, "rights:claim")


def notify(user: User, kind: str, reference: str, *, key: str) -> None:
    """Have ``user`` told once for ``key``."""
    notices.notify(user, f"rights.{kind}", reference, key=key)
