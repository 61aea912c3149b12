"""Opinion maps: statements, who votes under which drawn number, and the votes."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.consultations.models.common import USER, Consultation, Written


class Statement(Written):
    """A statement: those of the definition have no author and come first. Counters are those of the last count."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="statements")
    number = models.PositiveIntegerField()
    text = models.CharField(max_length=500)
    text_en = models.CharField(max_length=500, blank=True)
    seed = models.BooleanField(default=False)
    agrees = models.PositiveIntegerField(default=0)
    disagrees = models.PositiveIntegerField(default=0)
    passes = models.PositiveIntegerField(default=0)
    priority = models.FloatField(default=1.0)

    objects: ClassVar[models.Manager[Statement]]

    class Meta:
        verbose_name = _("statement")
        ordering = ("number",)
        constraints = [models.UniqueConstraint("consultation", "number", name="consultations_one_statement_a_number")]

    def __str__(self) -> str:
        return self.text


class OpinionVoter(models.Model):
    """Someone who votes on statements: ``code`` is what the map and the export know of them."""

    code = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="voters")
    user = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[models.Manager[OpinionVoter]]

    class Meta:
        verbose_name = _("voter of an opinion map")
        constraints = [models.UniqueConstraint("consultation", "user", name="consultations_one_voter")]

    def __str__(self) -> str:
        return str(self.code)


class OpinionVote(models.Model):
    """A vote on a statement: 1 agree, 0 pass, -1 disagree. The last one counts; no moment is kept."""

    voter = models.ForeignKey(OpinionVoter, models.CASCADE, related_name="votes")
    statement = models.ForeignKey(Statement, models.CASCADE, related_name="votes")
    value = models.SmallIntegerField()

    objects: ClassVar[models.Manager[OpinionVote]]

    class Meta:
        verbose_name = _("vote on a statement")
        constraints = [
            models.UniqueConstraint("voter", "statement", name="consultations_one_vote_a_statement"),
            models.CheckConstraint(condition=models.Q(value__in=[-1, 0, 1]), name="consultations_vote_is_known"),
        ]

    def __str__(self) -> str:
        return str(self.value)
