"""Ideas as agents examine them, and the projects made of them: what they cost, what services say of them, and everything that happened."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.ledger.models import major
from mandat.kernel.text import Text

USER = settings.AUTH_USER_MODEL
#: Letters and digits that are not taken for one another.
ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"


def reference() -> str:
    """A name of 39 bits that can be read aloud: ``pb-7k3qf9m2``."""
    return "pb-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


class Project(models.Model):
    """A project of a participatory budget, from its study to its delivery.

    ``cost`` is the investment found by the study and ``running`` what it costs a year, sums of its lines; ``months`` from the vote to its end.
    ``version`` is the version of the process the study was opened under. ``agreed_on``: the authors agreed to what the study changed.
    """

    class State(models.TextChoices):
        STUDY = "study", _("in study")
        FEASIBLE = "feasible", _("feasible")
        INFEASIBLE = "infeasible", _("not feasible")
        LISTED = "listed", _("put to the vote")
        CHOSEN = "chosen", _("chosen by the vote")
        UNCHOSEN = "unchosen", _("not chosen")
        FUNDED = "funded", _("being carried out")
        DELIVERED = "delivered", _("delivered")
        ABANDONED = "abandoned", _("given up after the vote")

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    reference = models.CharField(max_length=12, unique=True, default=reference, editable=False)
    part = models.SlugField(max_length=60, blank=True)
    title_fr = models.CharField(_("title in French"), max_length=150)
    title_en = models.CharField(_("title in English"), max_length=150)
    summary_fr = models.TextField(_("what the project is, in French"), blank=True)
    summary_en = models.TextField(_("what the project is, in English"), blank=True)
    category = models.SlugField(max_length=60, blank=True)
    area = models.CharField(_("where"), max_length=20, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    state = models.CharField(max_length=10, choices=State, default=State.STUDY)
    cost = models.BigIntegerField(default=0)
    running = models.BigIntegerField(default=0)
    months = models.PositiveSmallIntegerField(_("months to carry it out"), null=True)
    owner = models.CharField(_("who will own and keep it"), max_length=200, blank=True)
    manager = models.CharField(_("who carries it out"), max_length=200, blank=True)
    changes = models.TextField(_("what the study changes in the idea"), blank=True)
    agreed_on = models.DateField(null=True)
    finding = models.TextField(_("why it can or cannot be done"), blank=True)
    due_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    studied_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    envelope = models.SlugField(max_length=80, blank=True)
    reserved = models.BooleanField(default=False)
    decision = models.CharField(max_length=120, blank=True)
    awarded = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Project]]

    class Meta:
        verbose_name = _("project")
        constraints = (
            models.CheckConstraint(
                condition=Q(cost__gte=0) & Q(running__gte=0) & Q(awarded__gte=0) & Q(paid__gte=0),
                name="budgeting_amounts_positive",
            ),
        )
        indexes = (
            models.Index("programme", "process", "component", "part", "state", "id", name="budgeting_projects"),
            models.Index("due_on", "id", condition=Q(state="study"), name="budgeting_studies_due"),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def title(self) -> Text:
        return Text(self.title_fr, self.title_en)

    @property
    def summary(self) -> Text:
        return Text(self.summary_fr, self.summary_en)

    @property
    def cost_euros(self) -> Decimal:
        return major(self.cost, "EUR")

    @property
    def running_euros(self) -> Decimal:
        return major(self.running, "EUR")

    @property
    def awarded_euros(self) -> Decimal:
        return major(self.awarded, "EUR")

    @property
    def paid_euros(self) -> Decimal:
        return major(self.paid, "EUR")

    @property
    def source(self) -> str:
        """What answers and the chain know it by."""
        return f"project:{self.reference}"


class Idea(models.Model):
    """A proposal of the process, as agents decided on it: studied in a project, or refused for a public reason. ``proposal`` is its reference."""

    class State(models.TextChoices):
        RETAINED = "retained", _("retained for study")
        REFUSED = "refused", pgettext_lazy("idea", "refused")

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    proposal = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State)
    ground = models.SlugField(max_length=60, blank=True)
    reason = models.TextField(_("public reason"), blank=True)
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="ideas")
    decided_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Idea]]

    class Meta:
        verbose_name = _("idea examined")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint("programme", "process", "proposal", name="budgeting_one_decision_an_idea"),
            models.CheckConstraint(
                condition=Q(state="retained", project__isnull=False)
                | (Q(state="refused", project__isnull=True) & ~Q(reason="")),
                name="budgeting_idea_decided",
            ),
        )
        indexes = (models.Index("programme", "process", "component", "state", name="budgeting_ideas"),)

    def __str__(self) -> str:
        return self.proposal


class CostLine(models.Model):
    """A line of the cost sheet: what is bought once, or what it costs each year, and where the amount comes from."""

    class Kind(models.TextChoices):
        INVESTMENT = "investment", _("investment, once")
        RUNNING = "running", _("running, each year")

    project = models.ForeignKey(Project, models.CASCADE, related_name="lines")
    rank = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    label = models.CharField(max_length=200)
    amount = models.BigIntegerField()
    origin = models.CharField(max_length=200, blank=True, help_text=_("quote, price list, similar work…"))

    class Meta:
        verbose_name = _("cost line")
        ordering = ("rank",)
        constraints = (
            models.UniqueConstraint("project", "rank", name="budgeting_one_line_a_rank"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="budgeting_line_positive"),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def euros(self) -> Decimal:
        return major(self.amount, "EUR")


class Assessment(models.Model):
    """What the study says of one criterion of the process."""

    class Verdict(models.TextChoices):
        MET = "met", pgettext_lazy("criterion", "met")
        PARTLY = "partly", _("partly met")
        UNMET = "unmet", pgettext_lazy("criterion", "not met")

    project = models.ForeignKey(Project, models.CASCADE, related_name="assessments")
    criterion = models.SlugField(max_length=60)
    verdict = models.CharField(max_length=10, choices=Verdict)
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("assessment")
        ordering = ("id",)
        constraints = (models.UniqueConstraint("project", "criterion", name="budgeting_one_assessment"),)

    def __str__(self) -> str:
        return self.criterion


class Opinion(models.Model):
    """What a service of the Region, or whoever would own the project, says of it."""

    class Stance(models.TextChoices):
        FOR = "for", _("favourable")
        RESERVES = "reserves", _("favourable with reserves")
        AGAINST = "against", _("unfavourable")

    project = models.ForeignKey(Project, models.CASCADE, related_name="opinions")
    service = models.CharField(max_length=200)
    stance = models.CharField(max_length=10, choices=Stance)
    text = models.TextField(blank=True)
    given_on = models.DateField()

    class Meta:
        verbose_name = _("opinion of a service")
        ordering = ("given_on", "id")

    def __str__(self) -> str:
        return self.service


class Note(models.Model):
    """One line of a project's public history: what was done, when, and in what words."""

    class What(models.TextChoices):
        IDEA = "idea", _("an idea joined the study")
        SPLIT = "split", _("an idea left the study")
        COSTED = "costed", _("the cost sheet was written")
        OPINION = "opinion", _("a service gave its opinion")
        CHANGED = "changed", _("the study proposed changes")
        AGREED = "agreed", _("the authors agreed to the changes")
        STUDIED = "studied", _("the study was given")
        LISTED = "listed", _("the project was put to the vote")
        COUNTED = "counted", _("the vote was counted")
        RESERVED = "reserved", _("money was set aside")
        FUNDED = "funded", _("the assembly awarded the money")
        PLANNED = "planned", _("the steps were planned")
        STEP = "step", _("a step was done")
        DELAYED = "delayed", _("a step was put off")
        PAID = "paid", _("money was paid")
        DELIVERED = "delivered", _("the project was delivered")
        ABANDONED = "abandoned", _("the project was given up")

    project = models.ForeignKey(Project, models.CASCADE, related_name="notes")
    what = models.CharField(max_length=10, choices=What)
    text = models.TextField(blank=True)
    on = models.DateField()
    amount = models.BigIntegerField(null=True)
    fact = models.BigIntegerField(null=True)
    by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("history of a project")
        ordering = ("on", "id")

    def __str__(self) -> str:
        return self.what

    @property
    def euros(self) -> Decimal | None:
        return None if self.amount is None else major(self.amount, "EUR")
