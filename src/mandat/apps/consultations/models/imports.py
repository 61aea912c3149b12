"""What came from the open data of another site, item by item."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.consultations.models.common import USER


class ImportRun(models.Model):
    """One import: which process it went to, what was read, made, known and refused. A ``trial`` made nothing; its file waits to be taken over."""

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60, blank=True)
    filename = models.CharField(max_length=200)
    trial = models.BooleanField(default=False)
    file = models.OneToOneField("custody.StoredFile", models.SET_NULL, null=True, related_name="+")
    run_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    run_at = models.DateTimeField(default=timezone.now)
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    refused: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        verbose_name = _("import from another site")
        ordering = ("-run_at", "-pk")

    def __str__(self) -> str:
        return self.filename


class Imported(models.Model):
    """Where one item came from: ``kind`` and ``foreign`` name it over there, ``url`` shows it, ``target`` is what it became here.

    ``body`` keeps what has no table of its own here (results).
    """

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    kind = models.CharField(max_length=10)
    foreign = models.CharField(max_length=120)
    url = models.URLField(max_length=500, blank=True)
    target = models.CharField(max_length=60, blank=True)
    digest = models.CharField(max_length=64)
    body: models.JSONField[Any, Any] = models.JSONField(default=dict)
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="items")

    class Meta:
        verbose_name = _("item imported")
        constraints = [
            models.UniqueConstraint("programme", "process", "kind", "foreign", name="consultations_imported_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.foreign}"
