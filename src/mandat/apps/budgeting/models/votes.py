"""What was put to the vote, and what the vote gave."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.budgeting.models.projects import Project
from mandat.apps.ledger.models import major
from mandat.kernel.text import Text


class ProjectList(models.Model):
    """The projects of a budget, or of one part of it, as they are put to the vote: fixed, with the digest of what is published.

    ``body`` is what the digest is made of: money, projects with their costs, in the order of their references. ``poll`` is the vote's reference.
    ``result`` holds figures of the count: voters, rule, spent, comparison; None before it.
    """

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    part = models.SlugField(max_length=60, blank=True)
    amount = models.BigIntegerField()
    body: models.JSONField[dict[str, object], dict[str, object]] = models.JSONField()
    digest = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    poll = models.CharField(max_length=60, blank=True)
    counted_at = models.DateTimeField(null=True)
    result: models.JSONField[dict[str, object] | None, dict[str, object] | None] = models.JSONField(null=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[ProjectList]]

    class Meta:
        verbose_name = _("list of projects")
        ordering = ("part", "id")
        constraints = (
            models.UniqueConstraint("programme", "process", "component", "part", name="budgeting_one_list_a_part"),
            models.UniqueConstraint("poll", condition=~Q(poll=""), name="budgeting_one_list_a_poll"),
        )

    def __str__(self) -> str:
        return self.digest

    @property
    def euros(self) -> Decimal:
        return major(self.amount, "EUR")


class Outcome(models.Model):
    """A project on its list: what it cost then, what the vote gave, and why in words. ``rank``: the order in which it was chosen.

    ``greedy`` is what the most votes first would have chosen, for information.
    """

    list = models.ForeignKey(ProjectList, models.CASCADE, related_name="outcomes")
    project = models.OneToOneField(Project, models.PROTECT, related_name="outcome")
    cost = models.BigIntegerField()
    votes = models.PositiveIntegerField(null=True)
    chosen = models.BooleanField(null=True)
    rank = models.PositiveSmallIntegerField(null=True)
    greedy = models.BooleanField(null=True)
    sentence_fr = models.TextField(blank=True)
    sentence_en = models.TextField(blank=True)

    class Meta:
        verbose_name = _("result of a project")
        ordering = ("-chosen", "rank", "-votes", "id")

    def __str__(self) -> str:
        return str(self.project_id)

    @property
    def euros(self) -> Decimal:
        return major(self.cost, "EUR")

    @property
    def sentence(self) -> Text:
        return Text(self.sentence_fr, self.sentence_en)
