"""A panel as it is run, and its draws: what was published before each, and what the public event gave."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Panel(models.Model):
    """A panel of a process. ``pool`` is the anonymous list of volunteers published when the pool closed, and ``digest`` its SHA-256.

    ``letters``, ``answered`` and ``declined`` count what became of invitations; ``volunteers`` those in the pool.
    """

    class State(models.TextChoices):
        OPEN = "open", _("volunteers are called")
        CLOSED = "closed", _("the pool is closed")
        SEATED = "seated", _("the panel is drawn")
        GIVEN = "given", _("the opinion is given")

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    letters = models.PositiveIntegerField(default=0)
    addresses = models.PositiveIntegerField(default=0)
    invited_seed = models.CharField(max_length=100, blank=True)
    invited_at = models.DateTimeField(null=True)
    declined = models.PositiveIntegerField(default=0)
    volunteers = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    pool = models.TextField(blank=True)
    counts: models.JSONField[dict[str, object], dict[str, object]] = models.JSONField(default=dict)
    forgotten_on = models.DateField(null=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Panel]]

    class Meta:
        verbose_name = _("panel")
        constraints = (models.UniqueConstraint("programme", "process", "component", name="panels_one_a_component"),)

    def __str__(self) -> str:
        return f"{self.process}/{self.component}"

    @property
    def source(self) -> str:
        """What answers and the chain know it by."""
        return f"process:{self.process}/{self.component}"


class Draw(models.Model):
    """One draw: the first, then one each time seats must be filled again.

    ``shut`` people of the pool can be on no panel that meets the quotas beside those who stay: they have no chance in this draw, and that is said.

    Before the event: ``event``, ``event_on`` and ``lottery`` (``document`` and its ``digest``) are published. After it: ``number`` is what the event
    gave, ``proof`` where anyone may check it, ``which`` the numbered panel it designates and ``selected`` the volunteers' numbers.
    """

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="draws")
    rank = models.PositiveSmallIntegerField()
    event = models.CharField(max_length=200)
    event_on = models.DateField()
    announced_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    document = models.TextField()
    minimum = models.DecimalField(max_digits=9, decimal_places=6)
    bound = models.DecimalField(max_digits=9, decimal_places=6)
    shut = models.PositiveIntegerField(default=0)
    panels = models.PositiveIntegerField(default=1000)
    kept: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    excluded: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    number = models.CharField(max_length=100, blank=True)
    proof = models.URLField(max_length=500, blank=True)
    which = models.PositiveIntegerField(null=True)
    selected: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[models.Manager[Draw]]

    class Meta:
        verbose_name = _("draw")
        ordering = ("rank",)
        constraints = (
            models.UniqueConstraint("panel", "rank", name="panels_one_draw_a_rank"),
            models.UniqueConstraint("panel", condition=Q(drawn_at__isnull=True), name="panels_one_draw_to_come"),
        )

    def __str__(self) -> str:
        return f"{self.panel_id}/{self.rank}"

    @property
    def lowest(self) -> Decimal:
        """The smallest chance of anyone whom a panel that meets the quotas can seat, in percent."""
        return self.minimum * 100

    @property
    def most(self) -> Decimal:
        """What no fair lottery could promise more than, in percent."""
        return self.bound * 100
