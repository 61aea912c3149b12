"""What answers keep about persons: contested figures, by whom; who answered. How long, how they see it, what erasure does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.answers.models import Contest
from mandat.apps.custody import personal, retention, uploads
from mandat.apps.custody.personal import HeldFile, Kept, Record, record
from mandat.apps.custody.retention import Basis, Lasts


def _contests(user: User) -> list[Record]:
    return [
        record(one, "commitment", "value", "unit", "source_title", "source_url", "why", "state", "made_at", title=one.reference)
        for one in Contest.objects.filter(author=user).order_by("pk")
    ]  # fmt: skip


def _files(user: User) -> list[HeldFile]:
    found = Contest.objects.filter(author=user, upload__isnull=False).select_related("upload").order_by("pk")
    return [
        HeldFile(one.reference, lambda stored=one.upload: uploads.read(stored))  # type: ignore[misc]
        for one in found
    ]


def _erase(user: User) -> None:
    """Those nobody answered are withdrawn with their files; the others stay without a name, since an answer stands on them."""
    for one in Contest.objects.select_for_update().filter(author=user).order_by("pk"):
        if one.upload is not None:
            uploads.file_delete(stored=one.upload)
    Contest.objects.filter(author=user, state=Contest.State.PENDING).update(
        state=Contest.State.WITHDRAWN, why="", source_title="", source_url="", hidden=True, author=None
    )
    Contest.objects.filter(author=user).update(author=None)


def _stays(user: User) -> list[Kept]:
    if not Contest.objects.filter(author=user).exclude(state=Contest.State.PENDING).exists():
        return []
    return [
        Kept(
            _("figures you contested and the answers given, without your name"),
            _("a public figure was examined because of them"),
            _("as long as the programme is published"),
        )
    ]


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="answers.contests",
        title=_("Figures you contested"),
        models=("answers.Contest",),
        export=_contests,
        files=_files,
        erase=_erase,
        stays=_stays,
    )
    personal.exempt("answers.Answer", "who wrote an answer of the institution, as a trace of its act")
    personal.exempt("answers.ChainLink", "who recorded a step of the institution, as a trace of its act")
    retention.register(
        code="answers.contests",
        title=_("Contested figures"),
        purpose=_("Examine a published figure that somebody contests, and answer."),
        data=_("Another value, its source, the reasons; the account, never shown."),
        people=_("People who contest a figure"),
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(years=2),
        after=_("the answer; then without a name"),
        models=("answers.Contest",),
        due=lambda before: Contest.objects.filter(answered_at__lt=before, author__isnull=False),
        apply=lambda rows: rows.update(author=None),
    )
