"""What a panel says: its opinion, and the recommendations it voted on, each owed an answer."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.panels.models.draws import Panel
from mandat.kernel.text import Text


class Opinion(models.Model):
    """The opinion as the panel adopted it; ``digest`` is the SHA-256 of its French text and of its recommendations."""

    panel = models.OneToOneField(Panel, models.PROTECT, related_name="opinion")
    text_fr = models.TextField()
    text_en = models.TextField()
    given_on = models.DateField()
    digest = models.CharField(max_length=64)
    fact = models.BigIntegerField(null=True)
    answered_on = models.DateField(null=True)

    objects: ClassVar[models.Manager[Opinion]]

    class Meta:
        verbose_name = _("opinion of a panel")

    def __str__(self) -> str:
        return self.digest

    @property
    def text(self) -> Text:
        return Text(self.text_fr, self.text_en)


class Recommendation(models.Model):
    """A recommendation, the votes of members on it, and the outcome of its answer."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="recommendations")
    rank = models.PositiveSmallIntegerField()
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    text_fr = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    votes_for = models.PositiveSmallIntegerField()
    votes_against = models.PositiveSmallIntegerField()
    abstentions = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10, blank=True)

    objects: ClassVar[models.Manager[Recommendation]]

    class Meta:
        verbose_name = _("recommendation")
        ordering = ("rank",)
        constraints = (models.UniqueConstraint("opinion", "rank", name="panels_one_recommendation_a_rank"),)

    def __str__(self) -> str:
        return self.title_fr

    @property
    def title(self) -> Text:
        return Text(self.title_fr, self.title_en)

    @property
    def text(self) -> Text:
        return Text(self.text_fr, self.text_en)
