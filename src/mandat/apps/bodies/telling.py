"""Tell members that something awaits them in a body; the message says where, never what."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts import notices

#: Kind, subject, sentence: each leads to the member's own page of the session.
KINDS = (
    ("convened", _("A body in which you sit is convened"), _("A body in which you sit is convened. Its agenda is on the site.")),
    ("moved", _("A session is moved"), _("A session of a body in which you sit is moved.")),
    ("cancelled", _("A session is cancelled"), _("A session of a body in which you sit is cancelled.")),
)  # fmt: skip


def register() -> None:
    """Say to accounts what these messages are."""
    for kind, subject, sentence in KINDS:
        notices.register(f"bodies.{kind}", subject, sentence, "bodies:my_session")
