"""Meetings and what is published of them."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.kernel.text import Text

#: Letters and figures that are not mistaken for one another.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_code() -> str:
    """A public code, short enough to be typed from a poster."""
    return "r" + "".join(secrets.choice(ALPHABET) for _ in range(7))


class Kind(models.TextChoices):
    """What a meeting is."""

    MEETING = "meeting", _("public meeting")
    WORKSHOP = "workshop", _("workshop")
    VISIT = "visit", _("visit")
    TRAINING = "training", _("training session")
    EVENT = "event", _("event")
    WORKSITE = "worksite", _("hands-on site")


class Access(models.TextChoices):
    """What makes a place open to everyone."""

    WHEELCHAIR = "wheelchair", _("accessible by wheelchair")
    LOOP = "loop", _("hearing loop")
    SIGN = "sign", _("French sign language interpreter")
    CAPTIONS = "captions", _("live captions")
    EASY = "easy", _("easy-to-read papers")
    PARKING = "parking", _("reserved parking")
    CHILDREN = "children", _("children welcome or looked after")
    TRANSIT = "transit", _("reached by public transport")


class State(models.TextChoices):
    """Where a meeting stands."""

    PLANNED = "planned", pgettext_lazy("meeting", "announced")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "cancelled")
    HELD = "held", pgettext_lazy("meeting", "held")


class Meeting(models.Model):
    """A meeting with or without places. ``taken`` never passes ``places``: the database refuses.

    Moments are instants; pages and forms say them on the clocks of Paris. ``moves`` grows with each change that a page shows, ``sequence``
    with each change of date or place (calendars ask for it). ``booking``: who may book.
    """

    class Booking(models.TextChoices):
        OPEN = "open", _("everyone, on the site")
        AGENTS = "agents", _("through an agent only")
        NONE = "none", _("no booking: come as you are")

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    programme = models.SlugField(max_length=60)
    series = models.SlugField(max_length=60, blank=True)
    series_version = models.PositiveIntegerField(null=True)
    process = models.SlugField(max_length=60, blank=True)
    component = models.SlugField(max_length=60, blank=True)
    body = models.SlugField(max_length=60, blank=True)
    measures: models.JSONField[list[int], list[int]] = models.JSONField(default=list)
    kind = models.CharField(max_length=10, choices=Kind)
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    text_fr = models.TextField(max_length=4000, blank=True)
    text_en = models.TextField(max_length=4000, blank=True)
    place = models.CharField(max_length=150, blank=True)
    address = models.CharField(max_length=200, blank=True)
    commune = models.CharField(max_length=5, blank=True)
    department = models.CharField(max_length=3, blank=True)
    link = models.URLField(max_length=300, blank=True)
    access: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    access_note_fr = models.CharField(max_length=300, blank=True)
    access_note_en = models.CharField(max_length=300, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    booking = models.CharField(max_length=8, choices=Booking, default=Booking.OPEN)
    places = models.PositiveIntegerField(null=True, blank=True)
    taken = models.PositiveIntegerField(default=0)
    waiting_list = models.BooleanField(default=True)
    confirm_hours = models.PositiveSmallIntegerField(default=48)
    cancel_hours = models.PositiveSmallIntegerField(default=2)
    reminders: models.JSONField[list[int], list[int]] = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=500, blank=True)
    room_code = models.CharField(max_length=8, blank=True)
    minutes_fr = models.TextField(max_length=20_000, blank=True)
    minutes_en = models.TextField(max_length=20_000, blank=True)
    attended = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0)
    keep_until = models.DateTimeField()
    moves = models.PositiveIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    held_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[models.Manager[Meeting]]

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ("starts_at", "id")
        constraints = (
            models.CheckConstraint(condition=Q(places=None) | Q(taken__lte=F("places")), name="meetings_capacity"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meetings_ordered"),
            models.CheckConstraint(condition=Q(told__lte=F("attended")), name="meetings_told"),
        )
        indexes = (
            models.Index("programme", "starts_at", "id", name="meetings_calendar"),
            models.Index("programme", "process", "component", "starts_at", name="meetings_of_process"),
            models.Index("programme", "series", "starts_at", name="meetings_of_series"),
            models.Index("body", "starts_at", condition=~Q(body=""), name="meetings_of_body"),
        )

    def __str__(self) -> str:
        return self.title_fr

    @property
    def title(self) -> Text:
        return Text(self.title_fr, self.title_en)

    @property
    def text(self) -> Text:
        return Text(self.text_fr, self.text_en)

    @property
    def access_note(self) -> Text:
        return Text(self.access_note_fr, self.access_note_en)

    @property
    def minutes(self) -> Text:
        return Text(self.minutes_fr, self.minutes_en)

    @property
    def free(self) -> int | None:
        """Places left; None where there is no limit."""
        return None if self.places is None else max(0, self.places - self.taken)

    @property
    def area(self) -> str:
        """Where it is held, as facts say it; empty online."""
        return f"commune:{self.commune}" if self.commune else ""


class Paper(models.Model):
    """A file published with a meeting: slides, a report, a plan. Public: read by anyone once it is here."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="papers")
    title_fr = models.CharField(max_length=150)
    title_en = models.CharField(max_length=150)
    stored = models.OneToOneField("custody.StoredFile", models.PROTECT, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("paper")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title_fr

    @property
    def title(self) -> Text:
        return Text(self.title_fr, self.title_en)
