"""Who reads the papers of a body, and on what its pages depend besides facts."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.permissions import may
from mandat.apps.bodies.models import Paper, Session
from mandat.apps.bodies.selectors import sits
from mandat.apps.bodies.services.agenda import PAPER
from mandat.apps.custody import content, uploads
from mandat.apps.custody.models import StoredFile
from mandat.apps.custody.uploads import MEGABYTE

LARGEST = 20 * MEGABYTE


def may_read(user: Any, stored: StoredFile) -> bool:
    """Agents and members of the body; everyone reads it through its session once it is public."""
    if may(user, "bodies.read"):
        return True
    paper = Paper.objects.filter(upload=stored).select_related("session").first()
    return paper is not None and sits(
        user, paper.session.body, on=timezone.localdate(), programme=paper.session.programme
    )


def register() -> None:
    """Name the purpose of papers to custody."""
    uploads.purpose(
        PAPER, title=_("Papers of bodies"), may_read=may_read, kinds=content.DOCUMENTS, largest=LARGEST,
        erasable=lambda stored: False,
    )  # fmt: skip


def stamp() -> str:
    """Changes when a paper becomes public at its hour, or an agenda already published is mended."""
    papers = Paper.objects.filter(public_at__lte=timezone.now()).count()
    changes = Session.objects.order_by().aggregate(total=Sum("sequence"))["total"] or 0
    return f"{papers}-{changes}"
