"""Who carries the projects: told freely, sealed, read only as counts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.sealing import SealedJSONField
from mandat.apps.grants.models import Bound


class Portrait(Bound):
    """What the person who carries a project chose to say of themselves: gender, age, disability. Never shown but in counts."""

    case = models.OneToOneField("grants.Case", models.CASCADE, related_name="portrait")
    answers = SealedJSONField(default=dict, subject="case__subject")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("portrait of who carries a project")

    def __str__(self) -> str:
        return str(self.case_id)


class Tally(models.Model):
    """How many cases of a scheme and year are in one category, among those sent and those awarded. Rebuilt every day."""

    programme = models.SlugField(max_length=60)
    scheme = models.SlugField(max_length=60)
    year = models.PositiveSmallIntegerField()
    dimension = models.CharField(max_length=12)
    category = models.CharField(max_length=24)
    asked = models.PositiveIntegerField(default=0)
    received = models.PositiveIntegerField(default=0)
    amount = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("tally of cases")
        constraints = [
            models.UniqueConstraint("programme", "scheme", "year", "dimension", "category", name="registers_one_tally")
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.year} {self.dimension} {self.category}"
