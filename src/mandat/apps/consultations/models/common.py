"""What the four types of consultation share: the component once it is opened, its counters and its last result."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL
#: Letters and digits that nobody takes for one another.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
REFERENCE_LENGTH = 10


def new_reference() -> str:
    """A public reference that tells neither order nor number."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(REFERENCE_LENGTH))


class Shown(models.TextChoices):
    """Whether everybody sees what someone wrote."""

    SHOWN = "shown", _("shown")
    WAITING = "waiting", _("waiting for moderation")
    HIDDEN = "hidden", _("hidden by moderation")
    WITHDRAWN = "withdrawn", _("withdrawn by who wrote it")


class Consultation(models.Model):
    """A component of a process, from its first act on: ``people`` took part, ``items`` were given (amendments, answers, votes, sightings).

    ``result`` is what was last computed of it, at ``computed_at``. ``changed_at`` moves with whatever its public pages show.
    """

    class Type(models.TextChoices):
        DRAFTING = "drafting", _("text written together")
        SURVEY = "survey", _("survey")
        OPINION_MAP = "opinion-map", _("opinion map")
        OBSERVATIONS = "observations", _("observations")

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    type = models.CharField(max_length=12, choices=Type)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    people = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0, help_text=_("items that wait for moderation"))
    counted_on = models.DateField(null=True)
    told: models.JSONField[Any, Any] = models.JSONField(default=dict, help_text=_("what facts told so far"))
    result: models.JSONField[Any, Any] = models.JSONField(default=dict)
    computed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Consultation]]

    class Meta:
        verbose_name = _("consultation")
        constraints = [
            models.UniqueConstraint("programme", "process", "component", name="consultations_one_a_component")
        ]
        indexes = [models.Index("changed_at", name="consultations_last_changed")]

    def __str__(self) -> str:
        return f"{self.process}/{self.component}"


class Written(models.Model):
    """Something a person published: under the name they chose, or gone with their account. ``imported_from`` names another site's export."""

    reference = models.CharField(max_length=REFERENCE_LENGTH, unique=True, default=new_reference)
    author = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=80, blank=True)
    shown = models.CharField(max_length=9, choices=Shown, default=Shown.SHOWN)
    why_hidden = models.CharField(max_length=300, blank=True)
    moderated_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    moderated_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    imported_from = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def signed(self) -> Any:
        """The name shown beside it."""
        if self.name:
            return self.name
        return _("account deleted") if self.author_id is None else _("a participant")

    author_id: int | None
