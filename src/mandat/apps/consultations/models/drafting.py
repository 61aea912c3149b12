"""A text written together: versions of its articles, amendments, votes on them, and how those that meet were settled."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.consultations.models.common import USER, Consultation, Written


class ArticleVersion(models.Model):
    """An article as it read from ``since`` on. Version 1 is the definition's; one that is deleted is kept with ``deleted``.

    ``pieces`` tell the French text as runs that stayed, went or came, each with the references of its amendments.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="articles")
    code = models.SlugField(max_length=60)
    number = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    body_en = models.TextField(blank=True)
    pieces: models.JSONField[Any, Any] = models.JSONField(default=list)
    deleted = models.BooleanField(default=False)
    current = models.BooleanField(default=True)
    since = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[ArticleVersion]]

    class Meta:
        verbose_name = _("version of an article")
        ordering = ("position", "code", "number")
        constraints = [
            models.UniqueConstraint("consultation", "code", "number", name="consultations_one_version_a_number"),
            models.UniqueConstraint(
                "consultation", "code", condition=models.Q(current=True), name="consultations_one_version_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"


class Amendment(Written):
    """A change asked for: to the words of ``article``, its deletion, or a new article after it (first where ``article`` is empty).

    ``base`` is the number of the version it was written on; ``body`` the whole text wanted (empty for a deletion). Counters are kept with
    the votes. ``outcome`` is given once, at closing; one adopted that met another and was set aside is ``set-aside``.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", _("change an article")
        ADD = "add", _("add an article")
        DELETE = "delete", _("delete an article")

    class Outcome(models.TextChoices):
        NONE = "", _("under debate")
        ADOPTED = "adopted", _("adopted")
        REJECTED = "rejected", _("rejected")
        CONFLICT = "conflict", _("adopted, meets another")
        SET_ASIDE = "set-aside", _("adopted, then set aside")

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="amendments")
    kind = models.CharField(max_length=6, choices=Kind)
    article = models.SlugField(max_length=60, blank=True)
    base = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    reason = models.TextField()
    votes_for = models.PositiveIntegerField(default=0)
    votes_against = models.PositiveIntegerField(default=0)
    abstentions = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.NONE, blank=True)
    decided_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Amendment]]

    class Meta:
        verbose_name = _("amendment to a text")
        indexes = [
            models.Index("consultation", "article", "made_at", name="consultations_amendments_of"),
            models.Index("consultation", "outcome", name="consultations_amendments_won"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def voters(self) -> int:
        return self.votes_for + self.votes_against + self.abstentions


class AmendmentVote(models.Model):
    """What one person thinks of one amendment; they may change their mind until it closes."""

    class Choice(models.TextChoices):
        FOR = "for", _("for")
        AGAINST = "against", _("against")
        ABSTAIN = "abstain", _("abstention")

    amendment = models.ForeignKey(Amendment, models.CASCADE, related_name="votes")
    voter = models.ForeignKey(USER, models.CASCADE, related_name="+")
    choice = models.CharField(max_length=7, choices=Choice)

    class Meta:
        verbose_name = _("vote on an amendment")
        constraints = [models.UniqueConstraint("amendment", "voter", name="consultations_one_vote_an_amendment")]

    def __str__(self) -> str:
        return self.choice


class Settlement(models.Model):
    """How amendments that touch the same words were settled: which are kept, or the words ``body`` an agent wrote from them, and why."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="settlements")
    article = models.SlugField(max_length=60)
    references: models.JSONField[Any, Any] = models.JSONField()
    kept: models.JSONField[Any, Any] = models.JSONField(default=list)
    reason = models.TextField()
    settled_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("settlement of amendments")
        ordering = ("settled_at", "pk")

    def __str__(self) -> str:
        return self.article
