"""How much one did lately."""

from __future__ import annotations

from django.db import models


class Allowance(models.Model):
    """What one account, or one address of the day (hashed), did of one action lately: see ``community.ratelimit``."""

    key = models.CharField(max_length=120, unique=True)
    slots = models.JSONField(default=dict)
    touched_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class Fingerprint(models.Model):
    """The digest of a text someone published, to see the same one coming back. Never the text."""

    digest = models.CharField(max_length=64)
    author_key = models.CharField(max_length=40)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index("digest", "at", name="community_same_texts")]

    def __str__(self) -> str:
        return self.digest[:12]
