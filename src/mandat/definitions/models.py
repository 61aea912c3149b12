"""Published definitions: each version stays for ever; the texts of their files are kept for dump."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DefinitionVersion(models.Model):
    """One version of one definition. Only ``current`` and where it stands (``position``, ``file``, ``parent``) ever change."""

    programme = models.SlugField(max_length=60)
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    parent = models.CharField(max_length=80, blank=True)
    file = models.CharField(max_length=255)
    position = models.PositiveIntegerField(help_text=_("order within its kind"))
    current = models.BooleanField(default=True)
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("definition version")
        constraints = [
            models.UniqueConstraint("programme", "kind", "code", "version", name="one_row_a_version"),
            models.UniqueConstraint(
                "programme", "kind", "code", condition=models.Q(current=True), name="one_current_version"
            ),
        ]
        indexes = [
            models.Index("programme", "kind", "position", condition=models.Q(current=True), name="current_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} v{self.version}"


class SourceFile(models.Model):
    """The text of a programme's file as last published, comments included."""

    programme = models.SlugField(max_length=60)
    path = models.CharField(max_length=255)
    text = models.TextField()

    class Meta:
        verbose_name = _("source file")
        constraints = [models.UniqueConstraint("programme", "path", name="one_text_a_file")]

    def __str__(self) -> str:
        return self.path


class Revision(models.Model):
    """One number a programme, raised by each publication: what caches of definitions are keyed by."""

    programme = models.SlugField(max_length=60, primary_key=True)
    number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.programme} r{self.number}"
