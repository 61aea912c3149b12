"""Things seen on the ground: what, when, where, and who confirmed it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.consultations.models.common import USER, Consultation, Written


class Observation(Written):
    """A sighting. ``latitude`` and ``longitude`` are what was given, for agents alone; ``shown_*`` what everyone sees, ``radius`` metres around.

    ``photo`` is shown once an agent has seen it (``photo_shown``).
    """

    class State(models.TextChoices):
        SEEN = "seen", _("to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        REFUTED = "refuted", _("refuted")

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="observations")
    subject = models.SlugField(max_length=60)
    count = models.PositiveIntegerField(default=1)
    seen_on = models.DateField()
    commune = models.CharField(max_length=5)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    shown_latitude = models.FloatField(null=True)
    shown_longitude = models.FloatField(null=True)
    radius = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)
    photo = models.ForeignKey("custody.StoredFile", models.SET_NULL, null=True, related_name="+")
    photo_text = models.CharField(max_length=200, blank=True)
    photo_shown = models.BooleanField(default=False)
    confirmations = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.SEEN)

    objects: ClassVar[models.Manager[Observation]]

    class Meta:
        verbose_name = _("observation")
        indexes = [
            models.Index(
                "consultation",
                "shown",
                models.F("seen_on").desc(),
                models.F("id").desc(),
                name="consultations_sightings",
            ),
            models.Index("consultation", "subject", "commune", name="consultations_sightings_by"),
        ]

    def __str__(self) -> str:
        return self.reference


class Confirmation(models.Model):
    """Someone else saw the same, or says it is not so."""

    observation = models.ForeignKey(Observation, models.CASCADE, related_name="given")
    user = models.ForeignKey(USER, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("confirmation of an observation")
        constraints = [models.UniqueConstraint("observation", "user", name="consultations_confirmed_once")]

    def __str__(self) -> str:
        return str(self.pk)
