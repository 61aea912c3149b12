"""Places booked, waited for and used; people counted without names; people trained, each once."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.custody.sealing import BlindIndexField, SealedTextField
from mandat.apps.meetings.models.meetings import Meeting

AGES = ("0-13", "14-17", "18-24", "25-39", "40-59", "60-74", "75+", "unknown")


class Booking(models.Model):
    """One person and one meeting: an account, or a name an agent was given (sealed). One live row for each account or name.

    ``booked``, ``offered`` (promoted from the waiting list, to be confirmed before ``confirm_by``) and ``attended`` hold a place; ``missed``
    held one. ``waiting`` rows are served by ``queued_at``.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("on the waiting list")
        OFFERED = "offered", _("a place is kept, to be confirmed")
        BOOKED = "booked", pgettext_lazy("place", "booked")
        CANCELLED = "cancelled", pgettext_lazy("place", "cancelled")
        LAPSED = "lapsed", _("not confirmed in time")
        ATTENDED = "attended", pgettext_lazy("place", "came")
        MISSED = "missed", _("did not come")

    class Source(models.TextChoices):
        ACCOUNT = "account", _("on the site")
        AGENT = "agent", _("by an agent")
        CODE = "code", _("code shown in the room")
        PAPER = "paper", _("list on paper")
        CARNET = "carnet", _("offline carnet")

    LIVE = (State.WAITING, State.OFFERED, State.BOOKED, State.ATTENDED, State.MISSED)
    HOLDING = (State.OFFERED, State.BOOKED, State.ATTENDED, State.MISSED)

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="bookings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="meeting_bookings")
    name: SealedTextField = SealedTextField(_("name"), null=True, bind="reference", purpose="meetings.name")
    name_index = BlindIndexField(source="name", purpose="meetings.name")
    needs: SealedTextField = SealedTextField(
        _("what would help"), null=True, bind="reference", purpose="meetings.needs"
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    source = models.CharField(_("how it was booked"), max_length=8, choices=Source, default=Source.ACCOUNT)
    age = models.CharField(_("age"), max_length=8, blank=True)
    queued_at = models.DateTimeField(_("asked on"))
    confirm_by = models.DateTimeField(_("to be confirmed before"), null=True, blank=True)
    attended_by = models.CharField(_("attendance noted"), max_length=8, choices=Source, blank=True)
    reminded: models.JSONField[list[int], list[int]] = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0)
    certificate = models.CharField(max_length=16, null=True, unique=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager[Booking]]

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ("queued_at", "id")
        constraints = (
            models.UniqueConstraint(
                "meeting",
                "user",
                condition=Q(state__in=("waiting", "offered", "booked", "attended", "missed"), user__isnull=False),
                name="meetings_one_booking",
            ),
            models.UniqueConstraint(
                "meeting",
                "name_index",
                condition=Q(state__in=("waiting", "offered", "booked", "attended", "missed"), name_index__isnull=False),
                name="meetings_one_name",
            ),
        )
        indexes = (models.Index("meeting", "state", "queued_at", "id", name="meetings_queue"),)

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def holds(self) -> bool:
        return self.state in self.HOLDING


class Count(models.Model):
    """People who came without being named: from a list on paper or counted at the door, by age band."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="counts")
    age = models.CharField(max_length=8, default="unknown")
    people = models.PositiveIntegerField()
    source = models.CharField(max_length=8, choices=Booking.Source, default=Booking.Source.PAPER)

    class Meta:
        verbose_name = _("people counted")
        ordering = ("id",)
        constraints = (models.UniqueConstraint("meeting", "age", "source", name="meetings_one_count"),)

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.age} {self.people}"


class Trainee(models.Model):
    """Someone in a training, by a keyed hash: how many sessions they attended, and whether they were counted."""

    programme = models.SlugField(max_length=60)
    series = models.SlugField(max_length=60)
    person = models.CharField(max_length=81)
    sessions = models.PositiveSmallIntegerField(default=0)
    age = models.CharField(max_length=5, default="all")
    department = models.CharField(max_length=3, blank=True)
    trained_on = models.DateField(null=True)
    told = models.BooleanField(default=False)
    keep_until = models.DateTimeField()

    class Meta:
        verbose_name = _("person trained")
        ordering = ("id",)
        constraints = (models.UniqueConstraint("programme", "series", "person", name="meetings_trained_once"),)
        indexes = (
            models.Index(
                "programme",
                "series",
                "trained_on",
                condition=Q(told=False, trained_on__isnull=False),
                name="meetings_untold",
            ),
        )

    def __str__(self) -> str:
        return f"{self.series} {self.pk}"
