"""Letters and volunteers. What people say is sealed; who was not drawn is forgotten on the day said when they answered."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.sealing import SealedJSONField
from mandat.apps.panels.models.draws import Panel


class Letter(models.Model):
    """An invitation: the code it bears as a keyed hash, and the stratum it was drawn in. Neither name nor address."""

    panel = models.ForeignKey(Panel, models.CASCADE, related_name="sent")
    stratum = models.SlugField(max_length=60)
    code = models.CharField(max_length=81, unique=True)
    declined_on = models.DateField(null=True)

    objects: ClassVar[models.Manager[Letter]]

    class Meta:
        verbose_name = _("letter")
        indexes = (models.Index("panel", "stratum", name="panels_letters"),)

    def __str__(self) -> str:
        return self.stratum


class Volunteer(models.Model):
    """Someone who accepts to be drawn. ``features`` (what quotas ask) and ``contact`` are sealed; ``number`` names them in public once the pool is closed.

    ``code`` is the keyed hash of what opens their own page: their letter's code, or one given to them.
    """

    class State(models.TextChoices):
        POOL = "pool", _("in the pool")
        DRAWN = "drawn", _("drawn, has not answered yet")
        MEMBER = "member", _("member of the panel")
        DECLINED = "declined", _("drawn, and declined")
        LEFT = "left", _("left the panel")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="people")
    letter = models.OneToOneField(Letter, models.SET_NULL, null=True, related_name="volunteer")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    code = models.CharField(max_length=81, unique=True)
    features: SealedJSONField = SealedJSONField(bind="reference")
    contact: SealedJSONField = SealedJSONField(bind="reference", null=True)
    number = models.CharField(max_length=8, blank=True)
    ticket = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.POOL)
    answer_by = models.DateField(null=True)
    joined_on = models.DateField()

    objects: ClassVar[models.Manager[Volunteer]]

    class Meta:
        verbose_name = _("volunteer")
        constraints = (
            models.UniqueConstraint("panel", "user", name="panels_once_an_account"),
            models.UniqueConstraint("panel", "number", condition=~Q(number=""), name="panels_one_number_each"),
        )
        indexes = (models.Index("panel", "state", "number", name="panels_people"),)

    def __str__(self) -> str:
        return str(self.reference)
