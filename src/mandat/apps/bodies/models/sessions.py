"""Sessions: convened, moved, cancelled, opened, closed; who came; the minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.bodies.models.members import Term

if TYPE_CHECKING:
    import datetime as dt

USER = settings.AUTH_USER_MODEL


class Session(models.Model):
    """One meeting of a body. Known as ``year-number`` in its body.

    ``quorum`` and ``members`` (voting members in office) are set when it opens. ``draft`` is the secretariat's account until the minutes are
    published. ``moved_from`` and ``notice`` say what changed since it was convened.
    """

    class State(models.TextChoices):
        CONVENED = "convened", pgettext_lazy("session of a body", "convened")
        OPEN = "open", pgettext_lazy("session of a body", "sitting")
        CLOSED = "closed", pgettext_lazy("session of a body", "held")
        CANCELLED = "cancelled", pgettext_lazy("session of a body", "cancelled")

    programme = models.SlugField(max_length=60)
    body = models.SlugField(max_length=60)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=200, blank=True)
    link = models.URLField(max_length=500, blank=True)
    public = models.BooleanField(default=True)
    state = models.CharField(max_length=9, choices=State, default=State.CONVENED)
    convened_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    convened_at = models.DateTimeField()
    moved_from = models.DateTimeField(null=True)
    notice = models.CharField(max_length=300, blank=True)
    sequence = models.PositiveSmallIntegerField(default=0)
    agenda_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    quorum = models.PositiveSmallIntegerField(null=True)
    members = models.PositiveSmallIntegerField(null=True)
    draft = models.TextField(blank=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Session]]

    class Meta:
        verbose_name = _("session of a body")
        ordering = ("-starts_at", "-pk")
        constraints = [models.UniqueConstraint("programme", "body", "year", "number", name="bodies_one_session_code")]
        indexes = [models.Index("programme", "starts_at", name="bodies_sessions_by_day")]

    def __str__(self) -> str:
        return f"{self.body} {self.code}"

    @property
    def code(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def reference(self) -> str:
        """Its body and code: the subject of its facts."""
        return f"{self.body}/{self.code}"

    @property
    def on(self) -> dt.date:
        """The day in Paris it is for."""
        return timezone.localtime(self.starts_at).date()


class Attendance(models.Model):
    """Whether a member came to a session, and to whom they gave a proxy if they did not."""

    class Status(models.TextChoices):
        PRESENT = "present", _("present")
        REMOTE = "remote", _("present at a distance")
        EXCUSED = "excused", _("excused")
        ABSENT = "absent", _("absent")

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendance")
    term = models.ForeignKey(Term, models.PROTECT, related_name="attendance")
    status = models.CharField(max_length=7, choices=Status)
    proxy = models.ForeignKey(Term, models.PROTECT, null=True, related_name="proxies_held")

    class Meta:
        verbose_name = _("attendance")
        constraints = [models.UniqueConstraint("session", "term", name="bodies_one_attendance_each")]

    def __str__(self) -> str:
        return self.status


class Minutes(models.Model):
    """The minutes of a session as published, then as adopted by a later one. A row is never changed: another rank is another row.

    ``text`` is the account in words; ``record`` canonical JSON of who came, what was on the agenda, how each voted, what was decided;
    ``sha256`` is of both, as ``written.signed`` puts them together.
    """

    class Stage(models.TextChoices):
        PUBLISHED = "published", _("published, to be adopted")
        ADOPTED = "adopted", _("adopted")

    session = models.ForeignKey(Session, models.PROTECT, related_name="minutes")
    rank = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=9, choices=Stage)
    text = models.TextField(blank=True)
    record = models.TextField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    adopted_in = models.ForeignKey(Session, models.PROTECT, null=True, related_name="adopts")

    objects: ClassVar[models.Manager[Minutes]]

    class Meta:
        verbose_name = _("minutes of a session")
        constraints = [models.UniqueConstraint("session", "rank", name="bodies_one_minutes_a_rank")]

    def __str__(self) -> str:
        return f"{self.session_id}.{self.rank}"
