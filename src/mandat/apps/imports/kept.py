"""What imports keep about the agents who ran them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.imports.models import Run


def _export(user: User) -> list[personal.Record]:
    return [
        personal.record(run, "filename", ("state", _("state")), ("created_at", _("on")))
        for run in Run.objects.filter(actor=user)
    ]


def _forget(user: User) -> None:
    Run.objects.filter(actor=user).update(actor=None)


def _anonymise(rows: QuerySet[Any]) -> int:
    return rows.update(actor=None)


def register() -> None:
    """Called once, when the apps are ready."""
    personal.register(
        code="imports.runs", title=_("Imports you ran as an agent"), models=("imports.Run",), export=_export,
        erase=_forget, with_account=True,
    )  # fmt: skip
    retention.register(
        code="imports.runs",
        title=_("Imports of open data"),
        purpose=_("Know who imported which file."),
        data=_("The agent, the file's name, the day."),
        people=_("Agents"),
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(years=2),
        after=_("the import, which then stays without the agent"),
        models=("imports.Run",),
        due=lambda before: Run.objects.filter(created_at__lt=before, actor__isnull=False),
        apply=_anonymise,
    )
