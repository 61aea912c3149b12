"""Rollups of the indicators, rebuildable from the facts, and what waits for a second agent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RollupCell(models.Model):
    """One cell of a commitment's rollup (see engines/indicators/rollup.py). ``value`` is in millionths."""

    programme = models.SlugField(max_length=60)
    commitment = models.CharField(max_length=10)
    family = models.CharField(max_length=12)
    key = models.CharField(max_length=200, blank=True)
    day = models.DateField()
    value = models.BigIntegerField(default=0)
    n = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("rollup cell")
        constraints = [
            models.UniqueConstraint("programme", "commitment", "family", "key", "day", name="one_rollup_cell"),
        ]
        indexes = [models.Index("programme", "key", condition=models.Q(family="area"), name="rollup_by_area")]

    def __str__(self) -> str:
        return f"{self.commitment} {self.family} {self.key}"


class Figure(models.Model):
    """The present figure of a commitment, derived from its cells so that lists need not read them.

    ``points`` keeps the first, best and latest values of figures that can go back; ``years`` the value of each
    calendar year, in millionths as text keys allow. ``index`` is the last fact that touched it.
    """

    programme = models.SlugField(max_length=60)
    commitment = models.CharField(max_length=10)
    digest = models.CharField(max_length=64, help_text=_("digest of the definition it was computed under"))
    value = models.BigIntegerField(null=True)
    facts = models.BigIntegerField(default=0)
    last_day = models.DateField(null=True)
    index = models.BigIntegerField(null=True)
    years = models.JSONField(default=dict)
    points = models.JSONField(default=list)
    milestones = models.JSONField(default=dict)
    suspended_since = models.DateField(null=True)

    class Meta:
        verbose_name = _("figure")
        constraints = [models.UniqueConstraint("programme", "commitment", name="one_figure_a_commitment")]

    def __str__(self) -> str:
        return self.commitment


class Declaration(models.Model):
    """An output or an observation declared by one agent, waiting for another to confirm or refuse it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", pgettext_lazy("declaration", "refused")

    programme = models.SlugField(max_length=60)
    commitment = models.CharField(max_length=10)
    fact_index = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=80, help_text=_("fact kind appended once confirmed"))
    payload = models.JSONField(help_text=_("fields of the fact once confirmed"))
    evidence = models.FileField(upload_to="evidence/%Y/", blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="declarations")
    declared_at = models.DateTimeField()
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_index = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("declaration")
        indexes = [models.Index("programme", "state", "declared_at", name="declarations_waiting")]

    def __str__(self) -> str:
        return f"{self.commitment} {self.get_state_display()}"


class DecisionDocument(models.Model):
    """The document of a recorded decision, kept beside its fact (which cites its digest)."""

    fact_index = models.BigIntegerField(unique=True)
    document = models.FileField(upload_to="decisions/%Y/")
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.document.name or ""
