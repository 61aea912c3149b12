"""Thresholds that were crossed, what followed, and signatures found fraudulent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.petitions.models.petitions import Petition

USER = settings.AUTH_USER_MODEL


class Crossing(models.Model):
    """A threshold crossed: its consequence is set going once, suspended where fraud brings the petition back under, and goes on if crossed again."""

    class Status(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("threshold", "crossed")
        SUSPENDED = "suspended", pgettext_lazy("threshold", "suspended: signatures were invalidated")
        ANSWERED = "answered", pgettext_lazy("threshold", "answered")

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="crossings")
    threshold = models.SlugField(max_length=60)
    rank = models.PositiveSmallIntegerField()
    needed = models.PositiveIntegerField()
    consequence = models.CharField(max_length=20)
    body = models.SlugField(max_length=60)
    status = models.CharField(max_length=9, choices=Status, default=Status.ACTIVE)
    round = models.PositiveSmallIntegerField(default=1, help_text=_("how many times it was crossed"))
    crossed_at = models.DateTimeField()
    due_on = models.DateField()
    suspended_at = models.DateTimeField(null=True)
    answered_on = models.DateField(null=True)
    outcome = models.CharField(max_length=9, blank=True)
    result = models.CharField(max_length=200, blank=True, help_text=_("what the consequence made: a reference"))

    class Meta:
        verbose_name = _("threshold crossed")
        ordering = ("rank",)
        constraints = [models.UniqueConstraint("petition", "threshold", name="petitions_one_crossing_a_threshold")]
        indexes = [models.Index("status", "due_on", name="petitions_crossings_due")]

    def __str__(self) -> str:
        return self.threshold


class Invalidation(models.Model):
    """Signatures that one agent takes for fraudulent, and that count no more once a second agent confirms it."""

    class Reason(models.TextChoices):
        AUTOMATED = "automated", _("sent by a machine")
        SHEET = "sheet", _("sheet filled by one hand, or not verifiable")
        IDENTITY = "identity", _("identities that do not exist or were borrowed")
        BOUGHT = "bought", _("signatures obtained for money or under pressure")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("to be confirmed by a second agent")
        CONFIRMED = "confirmed", pgettext_lazy("invalidation", "confirmed")
        DISMISSED = "dismissed", pgettext_lazy("invalidation", "dismissed")
        RESTORED = "restored", _("restored")

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="invalidations")
    number = models.PositiveIntegerField()
    pattern = models.JSONField()
    reason = models.CharField(_("reason"), max_length=9, choices=Reason)
    explanation = models.TextField(_("what was found"), max_length=2000)
    found = models.PositiveIntegerField()
    count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    actor = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    reviewer = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    remark = models.TextField(max_length=2000, blank=True)

    class Meta:
        verbose_name = _("invalidation of signatures")
        constraints = [models.UniqueConstraint("petition", "number", name="petitions_one_invalidation_a_number")]

    def __str__(self) -> str:
        return f"{self.number}"
