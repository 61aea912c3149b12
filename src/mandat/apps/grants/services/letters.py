"""Typeset the letters of many decisions: a file a hundred letters, each kept as soon as it is made. What is cut off is taken up where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.custody import uploads
from mandat.apps.custody.keys import ErasedError
from mandat.apps.custody.models import StoredFile, Subject
from mandat.apps.custody.subjects import subject_erase
from mandat.apps.grants.letters import of_decision
from mandat.apps.grants.models import Decision, LetterPart, LetterRun, Sitting
from mandat.kernel.errors import InputError, MandatError
from mandat.kernel.text import Text
from mandat.web.letters import MOST, Content, merged, pdfs

PURPOSE = "grants.letters"
#: Days the files are kept: letters can always be typeset again.
KEPT_DAYS = 30


def register() -> None:
    """Say to custody what these files are for."""
    uploads.purpose(
        PURPOSE,
        title=_("Letters to print"),
        kinds=("pdf",),
        largest=200 * uploads.MEGABYTE,
        may_read=lambda user, stored: may(user, "grants.committees"),
    )


def of_sitting(sitting: Sitting) -> QuerySet[Decision]:
    """The decisions of a sitting, as the agenda had them."""
    return Decision.objects.filter(item__sitting=sitting).order_by("item__position", "pk")


@transaction.atomic
def letters_begin(*, actor: User, sitting: Sitting) -> LetterRun:
    """Have the letters of a closed sitting typeset by the worker. A run under way is given back as it is."""
    from mandat.apps.grants.tasks import letters_make as task

    require(actor, "grants.committees")
    sitting = Sitting.objects.select_for_update(of=("self",)).get(pk=sitting.pk)
    if sitting.state != Sitting.State.CLOSED:
        raise InputError(Text("la séance n'est pas close", "the sitting is not closed"))
    running = sitting.letter_runs.filter(finished_at__isnull=True, failed=False).first()
    if running is not None:
        return running
    run = LetterRun.objects.create(
        sitting=sitting, subject=Subject.objects.create(**Subject.fresh()), asked_by=actor, asked_at=timezone.now(),
        total=of_sitting(sitting).count(),
    )  # fmt: skip
    transaction.on_commit(lambda: task.enqueue(run.pk))
    return run


def letters_make(run: LetterRun) -> LetterRun:
    """Typeset what a run still lacks, file by file."""
    keys = list(of_sitting(run.sitting).values_list("pk", flat=True))
    try:
        while run.done < len(keys):
            _part(run, keys[run.done : run.done + MOST])
    except MandatError:
        LetterRun.objects.filter(pk=run.pk).update(failed=True)
        raise
    run.finished_at = timezone.now()
    run.save(update_fields=["finished_at"])
    return run


def _part(run: LetterRun, keys: Sequence[int]) -> None:
    made = contents(keys)
    with transaction.atomic():
        held = LetterRun.objects.select_for_update(of=("self",)).select_related("subject", "asked_by").get(pk=run.pk)
        if held.done == run.done:
            stored = None
            if made:
                name = f"lettres-{held.done + 1:05d}-{held.done + len(keys):05d}.pdf"
                file = ContentFile(merged(made), name=name)
                stored = uploads.file_receive(actor=held.asked_by, subject=held.subject, upload=file, purpose=PURPOSE)
            LetterPart.objects.create(run=held, first=held.done + 1, last=held.done + len(keys), upload=stored)
            held.done += len(keys)
            held.save(update_fields=["done"])
    run.done = held.done


def contents(keys: Sequence[int]) -> list[Content]:
    """What the letters of decisions say, in the order of ``keys``; those whose key is destroyed are left out."""
    rows = Decision.objects.filter(pk__in=keys).select_related("case__subject", "case__applicant", "case__opened_by")
    found = {one.pk: one for one in rows.order_by("pk")}
    made = []
    for key in keys:
        try:
            made.append(of_decision(found[key]))
        except ErasedError:
            continue
    return made


def each(keys: Sequence[int], *, told: Callable[[int], None] | None = None) -> Iterator[tuple[str, bytes]]:
    """Each letter as a file of its own: name and PDF. ``told`` hears how many are done."""
    done = 0
    for start in range(0, len(keys), MOST):
        made = contents(keys[start : start + MOST])
        for content, raw in zip(made, pdfs(made), strict=True):
            done += 1
            if told is not None:
                told(done)
            yield f"{content['foot'].replace('Dossier ', '').replace(' / ', '-')}.pdf", raw


def discard(rows: QuerySet[LetterRun]) -> int:
    """Destroy the files of runs, with their key."""
    done = 0
    for run in rows.select_related("subject").order_by("pk"):
        with transaction.atomic():
            for stored in StoredFile.objects.filter(pk__in=run.parts.values("upload")).order_by("pk"):
                stored.delete()
            subject_erase(subject=run.subject)
        done += 1
    return done
