"""Invitations and their codes, slots and appointments, who came; and counts by establishment."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.sealing import SealedTextField
from mandat.apps.offers.models.rolls import Establishment, Member, Place


class Batch(models.Model):
    """One sending of invitations to some establishments (all where ``codes`` is empty). It stops and goes on by establishment."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("finished")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.SlugField(max_length=60)
    offer = models.SlugField(max_length=60)
    round = models.SlugField(max_length=60)
    rank = models.PositiveSmallIntegerField(default=1)
    codes: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Batch]]

    class Meta:
        verbose_name = _("batch of invitations")
        verbose_name_plural = _("batches of invitations")
        ordering = ("-id",)
        indexes = (models.Index("programme", "offer", "id", name="offers_batches"),)

    def __str__(self) -> str:
        return str(self.reference)


class Invitation(models.Model):
    """An invitation of a member: ``rank`` 1 once for all, 2 after an appointment missed. The code it bears is kept as a keyed hash."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="invitations")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="invitations")
    rank = models.PositiveSmallIntegerField(default=1)
    code = models.CharField(max_length=81, unique=True)
    created_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)
    closed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint("member", "rank", name="offers_invited_once"),
            models.CheckConstraint(condition=Q(rank__in=(1, 2)), name="offers_invitation_rank"),
        )
        indexes = (models.Index("batch", "id", name="offers_of_batch"),)

    def __str__(self) -> str:
        return str(self.reference)


class PendingCode(models.Model):
    """The code of an invitation until its letter is handed over: sealed, then erased."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    invitation = models.OneToOneField(Invitation, models.CASCADE, related_name="pending")
    code: SealedTextField = SealedTextField(bind="reference", purpose="offers.code")

    class Meta:
        verbose_name = _("code not yet handed over")

    def __str__(self) -> str:
        return str(self.reference)


class Delivery(models.Model):
    """A message to one invitation, written down before it is sent: a crash may lose one, never repeat it."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="deliveries")
    what = models.CharField(max_length=80)
    claimed_at = models.DateTimeField(auto_now_add=True)
    sent = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("message")
        ordering = ("id",)
        constraints = (models.UniqueConstraint("invitation", "what", name="offers_said_once"),)

    def __str__(self) -> str:
        return self.what


class Slot(models.Model):
    """A time at a place. ``taken`` never passes ``capacity``: the database refuses."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    offer = models.SlugField(max_length=60)
    round = models.SlugField(max_length=60)
    place = models.ForeignKey(Place, models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ("starts_at", "id")
        constraints = (
            models.UniqueConstraint("offer", "place", "starts_at", name="offers_one_slot"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="offers_slot_capacity"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="offers_slot_ordered"),
        )
        indexes = (models.Index("offer", "round", "place", "starts_at", name="offers_slots"),)

    def __str__(self) -> str:
        return f"{self.place_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Appointment(models.Model):
    """An invitation's slot. At most one stands at a time; those moved or cancelled stay until retention erases them."""

    class State(models.TextChoices):
        BOOKED = "booked", _("booked")
        MOVED = "moved", _("moved")
        CANCELLED = "cancelled", _("cancelled")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="appointments")
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="appointments")
    state = models.CharField(max_length=10, choices=State, default=State.BOOKED)
    from_waiting = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint("invitation", condition=Q(state="booked"), name="offers_one_appointment"),
        )
        indexes = (models.Index("slot", "state", name="offers_of_slot"),)

    def __str__(self) -> str:
        return str(self.reference)


class Waiting(models.Model):
    """An invitation that waits for a free slot at a place, first come first served."""

    invitation = models.OneToOneField(Invitation, models.CASCADE, related_name="waiting")
    place = models.ForeignKey(Place, models.CASCADE, related_name="waiting")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("waiting")
        ordering = ("since", "id")
        indexes = (models.Index("place", "since", name="offers_queue"),)

    def __str__(self) -> str:
        return f"{self.place_id} {self.since:%Y-%m-%d}"


class Attendance(models.Model):
    """Whether the person came: ``present`` or ``missed``, sealed, apart from who it is."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    appointment = models.OneToOneField(Appointment, models.CASCADE, related_name="attendance")
    outcome: SealedTextField = SealedTextField(bind="reference", purpose="offers.attendance")
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("attendance")

    def __str__(self) -> str:
        return str(self.reference)


class Tally(models.Model):
    """Pupils of an establishment in a round: how many are so, and how many were told so in facts (``told_…``)."""

    offer = models.SlugField(max_length=60)
    round = models.SlugField(max_length=60)
    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="tallies")
    listed = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    invited = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    attended = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    told_listed = models.PositiveIntegerField(default=0)
    told_invited = models.PositiveIntegerField(default=0)
    told_declined = models.PositiveIntegerField(default=0)
    told_attended = models.PositiveIntegerField(default=0)
    folded_invited = models.PositiveIntegerField(default=0)
    folded_declined = models.PositiveIntegerField(default=0)
    folded_attended = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("tally")
        ordering = ("id",)
        constraints = (models.UniqueConstraint("offer", "round", "establishment", name="offers_one_tally"),)

    def __str__(self) -> str:
        return f"{self.offer} {self.round} {self.establishment_id}"


class CoverageRelease(models.Model):
    """What was last published of a round over the whole region: the next one may differ by nobody, or by enough people."""

    offer = models.SlugField(max_length=60)
    round = models.SlugField(max_length=60)
    what = models.CharField(max_length=10)
    published_at = models.DateTimeField(auto_now_add=True)
    reached = models.PositiveIntegerField()
    target = models.PositiveIntegerField()
    breakdowns: models.JSONField[dict[str, dict[str, int]], dict[str, dict[str, int]]] = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("coverage published")
        ordering = ("-id",)
        indexes = (models.Index("offer", "round", "what", "id", name="offers_releases"),)

    def __str__(self) -> str:
        return f"{self.offer} {self.round} {self.what}"
