"""What authors are told about moderation: that something awaits on the site, and nothing more (see ``accounts.notices``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts import notices

_KINDS = (
    ("held", _("A text of yours is held"), _("Somebody will read it before it is published. The reason is on the site.")),
    ("decided", _("A decision about a text of yours"), _("What was decided, and why, is on the site. You may contest it.")),
    ("appeal", _("Your appeal is answered"), _("Another person looked at it. The answer is on the site.")),
    ("suspended", _("Your account may not publish for a time"), _("Until when, and why, is on the site.")),
)  # fmt: skip


def register() -> None:
    """Say to accounts what is told, and where it leads."""
    for kind, subject, sentence in _KINDS:
        page = "community:suspension" if kind == "suspended" else "community:case"
        notices.register(f"community.{kind}", subject, sentence, page)
