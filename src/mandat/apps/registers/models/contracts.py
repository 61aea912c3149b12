"""Contracts: several parties, several years, a territory, actions with their money, reviews and amendments. Amounts are in cents."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class Contract(models.Model):
    """A contract, prepared once its case is awarded, in force once signed. ``reference`` is that of its case."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("being prepared")
        RUNNING = "running", _("in force")
        ENDED = "ended", _("ended")

    programme = models.SlugField(max_length=60)
    scheme = models.SlugField(max_length=60)
    scheme_version = models.PositiveIntegerField()
    reference = models.CharField(max_length=14, unique=True)
    case = models.OneToOneField("grants.Case", models.PROTECT, related_name="contract")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.PREPARED)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    next_review_on = models.DateField(null=True)
    reminded_for = models.DateField(null=True, help_text=_("day of the review a reminder was sent for"))
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Contract]]

    class Meta:
        verbose_name = _("contract")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="prepared") | Q(starts_on__isnull=False, ends_on__gt=F("starts_on")),
                name="registers_contract_dated",
            )
        ]
        indexes = [
            models.Index("programme", "scheme", "state", name="registers_contracts_of_scheme"),
            models.Index("next_review_on", condition=Q(state="running"), name="registers_reviews_due"),
        ]

    def __str__(self) -> str:
        return self.title


class ContractParty(models.Model):
    """Who signs beside the Region, what for, and when it did."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    role = models.CharField(max_length=120, blank=True)
    leads = models.BooleanField(default=False)
    signed_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("party of a contract")
        ordering = ("-leads", "pk")
        constraints = [models.UniqueConstraint("contract", "organisation", name="registers_one_party_each")]

    def __str__(self) -> str:
        return str(self.organisation_id)


class ContractArea(models.Model):
    """An area the contract covers, since a day (that of an amendment where one added it), until the day before one took it away."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="areas")
    area = models.CharField(max_length=20)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        verbose_name = _("territory of a contract")
        ordering = ("area", "pk")
        constraints = [
            models.UniqueConstraint("contract", "area", condition=Q(until__isnull=True), name="registers_one_area_each")
        ]

    def __str__(self) -> str:
        return self.area


class Action(models.Model):
    """What the parties undertake to do. ``cost`` is what it took, once done."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned action")
        UNDER_WAY = "under-way", _("under way")
        DONE = "done", _("done")
        DROPPED = "dropped", _("given up by the parties")

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="actions")
    rank = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    leader = models.ForeignKey("organisations.Organisation", models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=9, choices=State, default=State.PLANNED)
    done_on = models.DateField(null=True)
    evidence = models.CharField(max_length=500, blank=True)
    cost = models.BigIntegerField(null=True)
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("action of a contract")
        ordering = ("rank",)
        constraints = [
            models.UniqueConstraint("contract", "rank", name="registers_one_action_a_rank"),
            models.CheckConstraint(condition=Q(cost__isnull=True) | Q(cost__gte=0), name="registers_cost_positive"),
        ]

    def __str__(self) -> str:
        return self.title


class Funding(models.Model):
    """Who pays for an action, how much, and whether it is certain."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="fundings")
    funder = models.CharField(max_length=200)
    amount = models.BigIntegerField()
    region = models.BooleanField(default=False)
    certain = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("funding of an action")
        ordering = ("-region", "pk")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="registers_funding_positive")]

    def __str__(self) -> str:
        return self.funder


class Review(models.Model):
    """A meeting of the parties over what was done, with its findings, and how many actions were done that day."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="reviews")
    held_on = models.DateField()
    findings = models.TextField()
    done = models.PositiveSmallIntegerField()
    planned = models.PositiveSmallIntegerField()
    recorded_by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("review of a contract")
        ordering = ("-held_on", "-pk")
        constraints = [models.UniqueConstraint("contract", "held_on", name="registers_one_review_a_day")]

    def __str__(self) -> str:
        return f"{self.held_on:%Y-%m-%d}"


class Amendment(models.Model):
    """A change all parties signed: what it says, and what it changed (end, areas added or taken away)."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="amendments")
    rank = models.PositiveSmallIntegerField()
    signed_on = models.DateField()
    what = models.CharField(max_length=500)
    changes = models.JSONField(default=dict)
    recorded_by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("amendment of a contract")
        ordering = ("rank",)
        constraints = [models.UniqueConstraint("contract", "rank", name="registers_one_amendment_a_rank")]

    def __str__(self) -> str:
        return str(self.rank)
