"""Who takes part in a process: the least that lets one take part, and nothing that says who."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Participant(models.Model):
    """A person, or an organisation, in one process, asked once.

    ``age_band`` is a band of ``facts.base.CATEGORIES`` and ``age_known`` the highest age asked in the process that was reached: no
    birth date is kept. ``area`` is the commune (``commune:45234``), empty outside France or where nothing is asked. ``proof`` tells
    how it is known. ``user`` and ``organisation`` are both None once the account is erased.
    """

    class Proof(models.TextChoices):
        DECLARED = "declared", pgettext_lazy("proof", "declared")
        OIDC = "oidc", _("identity provider")
        ROLL = "roll", _("roll")
        DESK = "desk", _("seen by an agent")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    organisation = models.ForeignKey("organisations.Organisation", models.SET_NULL, null=True, related_name="+")
    pseudonym = models.CharField(_("name shown"), max_length=60, blank=True)
    area = models.CharField(_("commune"), max_length=20, blank=True)
    age_band = models.CharField(_("age band"), max_length=10, blank=True)
    age_known = models.PositiveSmallIntegerField(default=0)
    gender = models.CharField(_("gender"), max_length=10, blank=True)
    quality = models.CharField(_("quality"), max_length=20, blank=True)
    proof = models.CharField(_("proof"), max_length=10, choices=Proof, default=Proof.DECLARED)
    official = models.BooleanField(_("speaks for the Region"), default=False)
    joined_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Participant]]

    class Meta:
        verbose_name = _("participant")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                "programme", "process", "user", condition=Q(organisation=None), name="participation_one_person"
            ),
            models.UniqueConstraint("programme", "process", "organisation", name="participation_one_voice"),
        )
        indexes = (models.Index("programme", "process", "joined_at", name="participation_joined"),)

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """The name other people read; never an e-mail address."""
        if self.erased_at is not None:
            return str(_("deleted account"))
        if self.organisation is not None:
            return self.organisation.name
        return self.pseudonym or str(_("inhabitant"))


class Attestation(models.Model):
    """An agent saw that someone meets the conditions of a process: the reason is kept, what was seen is not."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="attestations")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("what was seen"), max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("attestation")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return self.reason
