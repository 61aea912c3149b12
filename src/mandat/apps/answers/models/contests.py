"""Figures that somebody contests, with another value and its source."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def reference() -> str:
    return "C-" + "".join(secrets.choice(_ALPHABET) for _place in range(8))


class Contest(models.Model):
    """``value`` in ``unit`` for a commitment, as of a day, with a source: examined by ``due_on``, answered, shown beside the figure."""

    class State(models.TextChoices):
        PENDING = "pending", _("under examination")
        UPHELD = "upheld", pgettext_lazy("contest", "upheld")
        PARTLY = "partly", _("upheld in part")
        REJECTED = "rejected", _("not upheld")
        WITHDRAWN = "withdrawn", _("taken back by its author")

    reference = models.CharField(max_length=20, unique=True, default=reference)
    programme = models.SlugField(max_length=60)
    commitment = models.CharField(max_length=10)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    #: The figure that was shown when it was contested; None: unknown.
    shown = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6)
    unit = models.CharField(max_length=20)
    as_of = models.DateField(_("as of"))
    source_title = models.CharField(_("source"), max_length=200)
    source_url = models.CharField(max_length=500, blank=True)
    upload = models.ForeignKey("custody.StoredFile", models.SET_NULL, null=True, related_name="+")
    #: Keyed when there is a file: its seal. None where only a link is given.
    person = models.ForeignKey("custody.Subject", models.SET_NULL, null=True, related_name="+")
    why = models.TextField()
    hidden = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    made_at = models.DateTimeField()
    due_on = models.DateField()
    overdue_on = models.DateField(null=True)
    answer_fr = models.TextField(blank=True)
    answer_en = models.TextField(blank=True)
    correction = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    fact_index = models.BigIntegerField()
    synthetic = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("contested figure")
        indexes = [
            models.Index("programme", "commitment", "made_at", name="contests_of_commitment"),
            models.Index("programme", "state", "due_on", name="contests_by_day"),
        ]

    def __str__(self) -> str:
        return self.reference
