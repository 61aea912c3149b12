"""Tables of the journal. Only this package touches them; triggers refuse to change or delete what is recorded."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Line(models.Model):
    """One recorded fact: the canonical text that counts, and copies of the fields pages filter by.

    ``cents`` is the amount in euro cents (exact on every database). Where a copy and ``text`` differ, ``text`` is
    right and ``verify`` says so.
    """

    index = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    occurred_on = models.DateField()
    programme = models.CharField(max_length=60)
    kind = models.CharField(max_length=80)
    area = models.CharField(max_length=40)
    department = models.CharField(max_length=3)
    subject = models.CharField(max_length=200)
    beneficiary = models.CharField(max_length=255)
    cents = models.BigIntegerField(null=True)
    quantity = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    unit = models.CharField(max_length=20)
    source = models.CharField(max_length=255)
    corrects = models.BigIntegerField(null=True)
    synthetic = models.BooleanField()
    text = models.TextField()
    leaf = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("fact")
        constraints = [
            models.UniqueConstraint(
                "programme", "source", condition=Q(corrects=None) & ~Q(source=""), name="journal_one_fact_a_source"
            ),
            models.UniqueConstraint("corrects", condition=Q(corrects__isnull=False), name="journal_one_correction"),
        ]
        indexes = [
            models.Index("kind", "index", name="journal_kind"),
            models.Index("occurred_on", "index", name="journal_day"),
            # Not partial: SQLite would not use them for a value passed as a parameter.
            models.Index("area", "index", name="journal_area"),
            models.Index("department", "index", name="journal_department"),
            models.Index("subject", "index", name="journal_subject"),
            models.Index("beneficiary", "index", name="journal_beneficiary"),
            models.Index("source", name="journal_source"),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.kind}"


class MeasureLine(models.Model):
    """A fact serves a measure."""

    pk = models.CompositePrimaryKey("programme", "measure", "line")
    programme = models.CharField(max_length=60)
    measure = models.PositiveIntegerField()
    line = models.ForeignKey(
        Line, models.DO_NOTHING, db_column="index", db_constraint=False, db_index=False, related_name="measure_lines"
    )

    def __str__(self) -> str:
        return f"{self.measure} ← {self.line_id}"


class CommitmentLine(models.Model):
    """A fact serves a commitment."""

    pk = models.CompositePrimaryKey("programme", "commitment", "line")
    programme = models.CharField(max_length=60)
    commitment = models.CharField(max_length=8)
    line = models.ForeignKey(
        Line, models.DO_NOTHING, db_column="index", db_constraint=False, db_index=False, related_name="commitment_lines"
    )

    def __str__(self) -> str:
        return f"{self.commitment} ← {self.line_id}"


class Tile(models.Model):
    """A full tile of 256 hashes: ``level`` 0 holds leaves, level *n* the roots of 256 tiles of level *n* - 1."""

    pk = models.CompositePrimaryKey("level", "number")
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    hashes = models.BinaryField(max_length=8192)

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class Checkpoint(models.Model):
    """A signed note kept for good: what the log was at ``size``."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.size)


class State(models.Model):
    """The one row that moves: the right edge of the tree, the last moment, the latest signed note."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    origin = models.CharField(max_length=200)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    recorded_at = models.DateTimeField(null=True)
    note = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"
