"""What the search looks through. Rebuilt from the sources at will: nothing is kept here alone."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchDocument(models.Model):
    """One page in one language. Its words, stemmed, stand in the table ``web_search_words`` under the same id."""

    type = models.CharField(max_length=20)
    key = models.CharField(max_length=80)
    language = models.CharField(max_length=2)
    url = models.CharField(max_length=255)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)

    class Meta:
        verbose_name = _("search document")
        constraints = [models.UniqueConstraint("type", "key", "language", name="one_search_document")]

    def __str__(self) -> str:
        return f"{self.type} {self.key} ({self.language})"
