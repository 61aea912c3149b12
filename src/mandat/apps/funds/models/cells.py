"""Sums that follow every move, so that the board adds thousands of rows and not one a case (ADR 5)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.funds.models.envelopes import Envelope


class Sums(models.Model):
    """What of an envelope is in each state, in cents, for cases alike. ``cases`` counts those that hold a euro.

    ``paid_in`` is 0, but for payments: there, the year of the payment credits, and no other state. ``moves`` only grows: it
    tells whether anything has changed.
    """

    envelope = models.ForeignKey(Envelope, models.PROTECT, related_name="+", db_index=False)
    scheme = models.SlugField(max_length=60, blank=True, db_index=False)
    kind = models.SlugField(max_length=30, blank=True, db_index=False)
    paid_in = models.PositiveSmallIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    awarded = models.BigIntegerField(default=0)
    engaged = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    cases = models.IntegerField(default=0)
    moves = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.envelope_id} {self.scheme} {self.kind} {self.paid_in}"


class Total(Sums):
    """Sums wherever they are."""

    objects: ClassVar[models.Manager[Total]]

    class Meta:
        verbose_name = _("sum")
        constraints = [models.UniqueConstraint("envelope", "scheme", "kind", "paid_in", name="funds_one_total")]


class Cell(Sums):
    """Sums of one place: a commune, or a département for natural persons; empty where it is not known."""

    place = models.CharField(max_length=20, blank=True)

    objects: ClassVar[models.Manager[Cell]]

    class Meta:
        verbose_name = _("sum of a place")
        constraints = [models.UniqueConstraint("envelope", "scheme", "kind", "paid_in", "place", name="funds_one_cell")]
        # All that is asked of every envelope at once, so that the rows themselves are not read.
        indexes = [
            models.Index(
                "place", "kind", "scheme", "paid_in", "reserved", "awarded", "engaged", "paid", "cases",
                name="funds_cell_by_place",
            )
        ]  # fmt: skip
