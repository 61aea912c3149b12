"""The register of loans and repayable advances: what was lent, when it comes back, what came back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.funds.models.envelopes import Allocation
from mandat.apps.funds.plans import Line, Pace
from mandat.apps.ledger.models import major


class Loan(models.Model):
    """Money lent to one case, and what became of it; amounts in cents.

    ``reference`` is the case's public one. ``organisation`` is None for a natural person, who is only ever counted.
    ``lent = repaid + written_off + what is still owed``: the loan's account in the ledger holds the last. ``next_due`` is the first
    day of a line that is not settled. ``late_carried`` is late interest borne under former plans and no longer seen in this one.
    """

    class Type(models.TextChoices):
        LOAN = "loan", _("loan")
        ADVANCE = "advance", _("repayable advance")

    class State(models.TextChoices):
        RUNNING = "running", _("being repaid")
        CLOSED = "closed", _("repaid")
        WRITTEN_OFF = "written_off", _("written off")

    programme = models.SlugField(max_length=60)
    reference = models.CharField(max_length=40)
    allocation = models.OneToOneField(Allocation, models.PROTECT, related_name="loan")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, null=True, related_name="loans")
    type = models.CharField(max_length=8, choices=Type, default=Type.LOAN)
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    rate = models.DecimalField(max_digits=7, decimal_places=4)
    late_rate = models.DecimalField(max_digits=7, decimal_places=4)
    every_months = models.PositiveSmallIntegerField()
    repayment = models.CharField(max_length=8)
    released_on = models.DateField()
    plan = models.PositiveSmallIntegerField(default=1)
    next_due = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    lent = models.BigIntegerField(default=0)
    repaid = models.BigIntegerField(default=0)
    written_off = models.BigIntegerField(default=0)
    interest = models.BigIntegerField(default=0)
    late_paid = models.BigIntegerField(default=0)
    late_waived = models.BigIntegerField(default=0)
    late_carried = models.BigIntegerField(default=0)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Loan]]

    class Meta:
        verbose_name = _("loan")
        constraints = [
            models.UniqueConstraint("programme", "reference", name="funds_one_loan_a_case"),
            models.CheckConstraint(
                condition=Q(repaid__gte=0) & Q(written_off__gte=0) & Q(lent__gte=F("repaid") + F("written_off")),
                name="funds_loan_adds_up",
            ),
        ]
        indexes = [
            models.Index("programme", "state", "next_due", "id", name="funds_loans_late"),
            models.Index("organisation", name="funds_loans_of"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def balance(self) -> Decimal:
        """Principal still owed, in euros."""
        return major(self.lent - self.repaid - self.written_off, "EUR")

    @property
    def paid(self) -> Decimal:
        """Principal and interest paid so far, in euros, late interest aside."""
        return major(self.repaid + self.interest, "EUR")

    @property
    def amount(self) -> Decimal:
        return major(self.lent, "EUR")

    @property
    def pace(self) -> Pace:
        return Pace(self.rate, self.every_months, self.repayment)  # type: ignore[arg-type]  # one of the engine's kinds

    def late(self, today: dt.date) -> bool:
        """Whether a line is overdue."""
        return self.state == self.State.RUNNING and self.next_due is not None and self.next_due < today


class DueLine(models.Model):
    """A line of one plan of a loan, in cents. Former plans stay readable."""

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="lines", db_index=False)
    plan = models.PositiveSmallIntegerField()
    rank = models.PositiveSmallIntegerField()
    due = models.DateField()
    principal = models.BigIntegerField()
    interest = models.BigIntegerField()
    early = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[DueLine]]

    class Meta:
        verbose_name = _("due line")
        constraints = [
            models.UniqueConstraint("loan", "plan", "rank", name="funds_one_line_a_rank"),
            models.CheckConstraint(condition=Q(principal__gte=0) & Q(interest__gte=0), name="funds_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.plan}.{self.rank}"

    @property
    def line(self) -> Line:
        return Line(self.due, major(self.principal, "EUR"), major(self.interest, "EUR"), self.early)


class LoanMove(models.Model):
    """What happened to a loan, once a ``key``. ``motive`` is the decision's, kept inside; ``told``: whether a public fact says it."""

    class Kind(models.TextChoices):
        RELEASED = "released", _("released")
        REPAID = "repaid", _("repaid")
        EARLY = "early", _("repaid early")
        DEFERRED = "deferred", _("deferred")
        WRITTEN_OFF = "written_off", _("written off")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="moves", db_index=False)
    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=Kind)
    on = models.DateField()
    principal = models.BigIntegerField(default=0)
    interest = models.BigIntegerField(default=0)
    late = models.BigIntegerField(default=0)
    plan = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(max_length=20, blank=True)
    motive = models.TextField(blank=True)
    actor = models.CharField(max_length=60, blank=True)
    told = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[LoanMove]]

    class Meta:
        verbose_name = _("move of a loan")
        constraints = [models.UniqueConstraint("loan", "key", name="funds_one_loan_move_a_key")]
        indexes = [models.Index("kind", "id", condition=Q(told=False), name="funds_loan_moves_untold")]

    def __str__(self) -> str:
        return self.key

    @property
    def total(self) -> Decimal:
        """What was received, in euros."""
        return major(self.principal + self.interest + self.late, "EUR")

    @property
    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        """Principal, interest and late interest, in euros."""
        return major(self.principal, "EUR"), major(self.interest, "EUR"), major(self.late, "EUR")
