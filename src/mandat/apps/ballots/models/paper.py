"""Paper: batches of ballots counted by hand, entered by one agent and checked by another, and differences explained in public."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.ballots.models.polls import Poll
from mandat.apps.custody.sealing import SealedJSONField


class PaperBatch(models.Model):
    """An urn: how many signed the roll for it, what was counted by hand, what was entered, by whom, checked by whom.

    ``entries``: contents entered and not yet in the box, sealed; emptied when they are dropped in it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("voters sign the roll")
        COUNTED = "counted", _("counted by hand")
        ENTERED = "entered", _("entered, to be checked")
        SEALED = "sealed", _("in the box")

    poll = models.ForeignKey(Poll, models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField()
    place = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    signed = models.PositiveIntegerField(default=0)
    valid = models.PositiveIntegerField(null=True)
    blank = models.PositiveIntegerField(null=True)
    spoiled = models.PositiveIntegerField(null=True)
    entries = SealedJSONField(null=True, bind="seal")
    seal = models.UUIDField(unique=True)
    boxed = models.PositiveIntegerField(default=0)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("batch of paper ballots")
        constraints = (models.UniqueConstraint("poll", "number", name="ballots_one_urn_a_number"),)

    def __str__(self) -> str:
        return f"{self.number} {self.place}"

    @property
    def by_hand(self) -> int | None:
        """Papers counted by hand, blank and spoiled ones too; None before the count."""
        if self.valid is None:
            return None
        return self.valid + (self.blank or 0) + (self.spoiled or 0)


class Explanation(models.Model):
    """Why a batch, or the whole box, does not agree with the roll: published with the result. Without it a vote does not close."""

    poll = models.ForeignKey(Poll, models.PROTECT, related_name="explanations")
    batch = models.ForeignKey(PaperBatch, models.PROTECT, null=True, related_name="explanations")
    difference = models.IntegerField()
    text = models.CharField(max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("difference explained")

    def __str__(self) -> str:
        return self.text[:40]


class Imported(models.Model):
    """The result of a vote held elsewhere (Belenios), as it was given, with its digest."""

    poll = models.OneToOneField(Poll, models.PROTECT, related_name="imported")
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    election = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("result of a vote held elsewhere")

    def __str__(self) -> str:
        return self.digest[:8]
