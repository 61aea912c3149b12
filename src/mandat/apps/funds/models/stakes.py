"""The register of stakes in companies and cooperatives: what was subscribed, called, received, sold."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.funds.models.envelopes import Allocation
from mandat.apps.ledger.models import major


class Stake(models.Model):
    """Shares held in one company; amounts in cents.

    ``committed`` is the price of the shares as subscribed (``shares × price``), ``called`` what was paid of it. ``cost`` is what the
    shares still held cost: the stake's account in the ledger. ``value`` is declared, on ``valued_on``, from ``value_source``.
    """

    class State(models.TextChoices):
        HELD = "held", _("held")
        SOLD = "sold", _("sold")

    programme = models.SlugField(max_length=60)
    reference = models.CharField(max_length=40)
    allocation = models.OneToOneField(Allocation, models.PROTECT, related_name="stake")
    company = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="stakes")
    state = models.CharField(max_length=8, choices=State, default=State.HELD)
    taken_on = models.DateField()
    ended_on = models.DateField(null=True)
    shares = models.PositiveIntegerField()
    shares_left = models.PositiveIntegerField()
    price = models.BigIntegerField()
    committed = models.BigIntegerField()
    called = models.BigIntegerField(default=0)
    cost = models.BigIntegerField(default=0)
    dividends = models.BigIntegerField(default=0)
    proceeds = models.BigIntegerField(default=0)
    result = models.BigIntegerField(default=0)
    value = models.BigIntegerField(null=True)
    valued_on = models.DateField(null=True)
    value_source = models.CharField(max_length=200, blank=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Stake]]

    class Meta:
        verbose_name = _("stake")
        constraints = [
            models.UniqueConstraint("programme", "reference", name="funds_one_stake_a_case"),
            models.CheckConstraint(
                condition=Q(shares_left__lte=F("shares")) & Q(called__lte=F("committed")) & Q(cost__gte=0),
                name="funds_stake_adds_up",
            ),
        ]
        indexes = [models.Index("programme", "state", "id", name="funds_stakes_held")]

    def __str__(self) -> str:
        return self.reference

    @property
    def uncalled(self) -> Decimal:
        return major(self.committed - self.called, "EUR")

    @property
    def euros(self) -> dict[str, Decimal]:
        """Every amount in euros, by name."""
        names = ("price", "committed", "called", "cost", "dividends", "proceeds", "result")
        return {name: major(getattr(self, name), "EUR") for name in names}

    @property
    def worth(self) -> Decimal | None:
        """What it was last declared to be worth; None where nobody said."""
        return None if self.value is None else major(self.value, "EUR")


class StakeMove(models.Model):
    """What happened to a stake, once a ``key``: ``amount`` in cents, ``shares`` sold, ``result`` won or lost on them."""

    class Kind(models.TextChoices):
        TAKEN = "taken", _("subscribed")
        CALLED = "called", _("capital called")
        DIVIDEND = "dividend", _("dividend received")
        VALUED = "valued", _("value declared")
        SOLD = "sold", _("sold")

    stake = models.ForeignKey(Stake, models.PROTECT, related_name="moves", db_index=False)
    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)
    on = models.DateField()
    amount = models.BigIntegerField(default=0)
    shares = models.PositiveIntegerField(default=0)
    result = models.BigIntegerField(default=0)
    source = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=60, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[StakeMove]]

    class Meta:
        verbose_name = _("move of a stake")
        constraints = [models.UniqueConstraint("stake", "key", name="funds_one_stake_move_a_key")]

    def __str__(self) -> str:
        return self.key

    @property
    def euros(self) -> Decimal:
        return major(self.amount, "EUR")

    @property
    def gain(self) -> Decimal:
        return major(self.result, "EUR")
