"""What is told by e-mail: that something awaits on the site, and nothing more (see ``accounts.notices``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts import notices


def register() -> None:
    """Say to accounts what is told, and where it leads."""
    notices.register("answers.due", _("An answer is due soon"), _("An answer of a body is due soon."), "answers:answer")
    notices.register("answers.late", _("An answer is overdue"), _("It is public on the home page."), "answers:answer")
    notices.register(
        "answers.contest", _("Your value was examined"), _("The answer is shown beside the figure."), "answers:contest"
    )
