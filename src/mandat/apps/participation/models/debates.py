"""Threaded comments: on the questions of a debate, and on proposals."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.participation.models.standing import Participant


class Side(models.TextChoices):
    """Where a comment stands."""

    NEITHER = "neither", pgettext_lazy("side", "neither for nor against")
    FOR = "for", pgettext_lazy("side", "for")
    AGAINST = "against", pgettext_lazy("side", "against")


class Thread(models.Model):
    """Counters of what is said about one target: ``proposal`` and its reference, or ``question`` and ``process/component/question``."""

    kind = models.CharField(max_length=10)
    target = models.CharField(max_length=190)
    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    comments = models.PositiveIntegerField(default=0)
    roots = models.PositiveIntegerField(default=0)
    sides_for = models.PositiveIntegerField(default=0)
    sides_against = models.PositiveIntegerField(default=0)
    sides_neither = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Thread]]

    class Meta:
        verbose_name = _("thread")
        constraints = (models.UniqueConstraint("programme", "kind", "target", name="participation_one_thread"),)
        indexes = (models.Index("programme", "process", "component", name="participation_threads"),)

    def __str__(self) -> str:
        return f"{self.kind}:{self.target}"


class Comment(models.Model):
    """Something said, in answer to ``parent`` or to the target itself. Deleted or hidden, it leaves its place.

    ``root`` is the first of its branch (None for a first one); ``depth`` 1 for a first one; ``replies`` counts those of its branch.
    """

    reference = models.CharField(max_length=12, unique=True)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="said")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="answers")
    root = models.ForeignKey("self", models.PROTECT, null=True, related_name="branch")
    depth = models.PositiveSmallIntegerField(default=1)
    side = models.CharField(max_length=10, choices=Side, default=Side.NEITHER)
    author = models.ForeignKey(Participant, models.PROTECT, related_name="comments")
    version = models.PositiveIntegerField(default=1)
    text = models.TextField(_("text"))
    official = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    replies = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Comment]]

    class Meta:
        verbose_name = _("comment")
        ordering = ("at", "id")
        indexes = (
            models.Index(fields=("thread", "-id"), condition=Q(root=None), name="participation_roots"),
            models.Index(fields=("thread", "side", "-id"), condition=Q(root=None), name="participation_sides"),
            models.Index("root", "id", name="participation_branch"),
            models.Index("author", "at", name="participation_said_by"),
            models.Index("at", name="participation_comment_days"),
        )

    def __str__(self) -> str:
        return self.reference
