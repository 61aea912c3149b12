"""How what was chosen is carried out: steps with their days, what shows them, and what was paid."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.budgeting.models.projects import Project
from mandat.apps.ledger.models import major


class Step(models.Model):
    """A step of delivery. ``first_due`` is the day first announced and never changes; ``due_on`` the one that stands; ``why`` the last delay's reason."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="steps")
    rank = models.PositiveSmallIntegerField()
    title_fr = models.CharField(max_length=150)
    title_en = models.CharField(max_length=150)
    first_due = models.DateField()
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    why = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager[Step]]

    class Meta:
        verbose_name = _("step of a project")
        ordering = ("rank",)
        constraints = (
            models.UniqueConstraint("project", "rank", name="budgeting_one_step_a_rank"),
            models.CheckConstraint(condition=Q(first_due__lte=models.F("due_on")), name="budgeting_step_never_earlier"),
        )
        indexes = (models.Index("due_on", condition=Q(done_on__isnull=True), name="budgeting_steps_due"),)

    def __str__(self) -> str:
        return self.title_fr

    @property
    def late_days(self) -> int:
        """Days between the day first announced and the one it was done on, or is now due."""
        return max(0, ((self.done_on or self.due_on) - self.first_due).days)

    def overdue(self, today: dt.date) -> bool:
        return self.done_on is None and self.due_on < today


class Evidence(models.Model):
    """What shows that a step is done: the address of a page or a photo, described in words."""

    class Kind(models.TextChoices):
        LINK = "link", _("page")
        PHOTO = "photo", _("photo")

    project = models.ForeignKey(Project, models.CASCADE, related_name="evidence")
    step = models.ForeignKey(Step, models.CASCADE, null=True, related_name="evidence")
    kind = models.CharField(max_length=5, choices=Kind)
    url = models.URLField(max_length=500)
    caption = models.CharField(max_length=200)
    added_on = models.DateField()

    class Meta:
        verbose_name = _("evidence")
        ordering = ("added_on", "id")

    def __str__(self) -> str:
        return self.caption


class Payment(models.Model):
    """Money paid for a project, in cents. ``key`` names the order of payment: it counts once."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="payments")
    key = models.CharField(max_length=60)
    amount = models.BigIntegerField()
    paid_on = models.DateField()
    purpose = models.CharField(max_length=200)

    objects: ClassVar[models.Manager[Payment]]

    class Meta:
        verbose_name = _("payment of a project")
        ordering = ("paid_on", "id")
        constraints = (
            models.UniqueConstraint("project", "key", name="budgeting_one_payment_a_key"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="budgeting_payment_positive"),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def euros(self) -> Decimal:
        return major(self.amount, "EUR")
