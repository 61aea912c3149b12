"""``mandat manage funds_day``: what of loans is due to be told, every day."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mandat.apps.funds import telling
from mandat.apps.funds.arrears import arrears_of, late_loans
from mandat.apps.programme.standing import today
from mandat.kernel.money import ZERO


class Command(BaseCommand):
    help = "Tells repayments of natural persons together, and once a month what is overdue. Twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        programme, day = settings.MANDAT_PROGRAMME, today()
        told = telling.natural_told(programme=programme)
        telling.arrears_told(programme=programme, on=day)
        late = list(late_loans(programme, day))
        overdue = sum((found.late for found in arrears_of(late, day).values()), ZERO)
        self.stdout.write(f"told: {told}, late: {len(late)}, overdue: {overdue} EUR")
