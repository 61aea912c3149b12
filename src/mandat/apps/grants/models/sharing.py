"""Someone is let into an application by e-mail."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.sealing import BlindIndexField, SealedTextField
from mandat.apps.grants.models.cases import Case

USER = settings.AUTH_USER_MODEL


class ShareInvitation(models.Model):
    """The address is sealed, the link's secret kept as a digest; it serves once, for that address, until ``expires_at``."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="invitations")
    email = SealedTextField(null=True, subject="case__subject")
    email_index = BlindIndexField(source="email", db_index=True)
    may_edit = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("invitation into an application")

    def __str__(self) -> str:
        return self.token.hex
