"""Envelopes, and what of each is set aside for whom. The amounts themselves are in the ledger (see ``books``)."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.ledger.models import major

#: What is set aside for one case, from the first promise to the last payment. Each is a column of ``Allocation``.
STATES = ("reserved", "awarded", "engaged", "paid")


class Envelope(models.Model):
    """Credits voted for one use: a budget line, the year it begins, the measure it serves.

    Commitment credits (AP for investment, AE for operation) say how much may be promised; payment credits (CP), by year, how
    much may leave the treasury. ``scheme`` is the scheme it feeds, where it feeds one only.
    """

    class Section(models.TextChoices):
        OPERATING = "operating", _("operating")
        INVESTMENT = "investment", _("investment")

    programme = models.SlugField(max_length=60)
    code = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    line = models.CharField(max_length=40, help_text=_("code of the budget line"))
    section = models.CharField(max_length=12, choices=Section.choices)
    year = models.PositiveSmallIntegerField()
    measure = models.PositiveSmallIntegerField()
    commitments = models.JSONField(default=list)
    scheme = models.SlugField(max_length=60, blank=True)
    #: Commitment credits voted, in cents: what all its states hold together.
    voted = models.BigIntegerField(default=0)
    closed_on = models.DateField(null=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Envelope]]

    class Meta:
        verbose_name = _("envelope")
        ordering = ("-year", "code")
        constraints = [models.UniqueConstraint("programme", "code", name="funds_one_envelope_a_code")]
        indexes = [models.Index("programme", "measure", name="funds_by_measure")]

    def __str__(self) -> str:
        return self.code

    @property
    def book(self) -> str:
        """The ledger's book of this envelope's programme."""
        return f"funds:{self.programme}"


class Allocation(models.Model):
    """What of an envelope is set aside for one case: reserved, awarded, engaged, paid, each in cents.

    ``case`` is the case's public reference. The sum of a state over an envelope's allocations is the balance of that account.
    ``kind`` is the kind of beneficiary; ``place`` an area: the commune, for a natural person the département and nothing finer.
    """

    envelope = models.ForeignKey(Envelope, models.PROTECT, related_name="allocations")
    case = models.CharField(max_length=40)
    scheme = models.SlugField(max_length=60, blank=True)
    kind = models.SlugField(max_length=30, blank=True)
    place = models.CharField(max_length=20, blank=True)
    reserved = models.BigIntegerField(default=0)
    awarded = models.BigIntegerField(default=0)
    engaged = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[Allocation]]

    class Meta:
        verbose_name = _("allocation")
        constraints = [
            models.UniqueConstraint("envelope", "case", name="funds_one_allocation_a_case"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(awarded__gte=0) & Q(engaged__gte=0) & Q(paid__gte=0),
                name="funds_allocation_positive",
            ),
        ]
        indexes = [
            models.Index("case", name="funds_by_case"),
            models.Index("place", name="funds_by_place"),
            models.Index("scheme", "kind", name="funds_by_scheme_kind"),
        ]

    def __str__(self) -> str:
        return self.case

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """What is in each of ``STATES``, in euros."""
        return tuple(major(getattr(self, state), "EUR") for state in STATES)

    @property
    def active(self) -> bool:
        """Whether it still holds a euro."""
        return any(getattr(self, state) for state in STATES)


class PaidIn(models.Model):
    """What of an allocation was paid on the payment credits of a year, less what was taken back; in cents."""

    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="years", db_index=False)
    year = models.PositiveSmallIntegerField()
    cents = models.BigIntegerField(default=0)

    objects: ClassVar[models.Manager[PaidIn]]

    class Meta:
        verbose_name = _("payment of a year")
        constraints = [models.UniqueConstraint("allocation", "year", name="funds_one_sum_a_year")]

    def __str__(self) -> str:
        return str(self.year)
