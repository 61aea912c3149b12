"""Signatures, what is counted of them, the sheets they come on, and the elector's one request a quarter."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.petitions.models.petitions import Petition

USER = settings.AUTH_USER_MODEL


class Sheet(models.Model):
    """A batch of signatures on paper or taken at a desk: what was counted on it must be what was entered."""

    class Channel(models.TextChoices):
        PAPER = "paper", pgettext_lazy("signatures", "paper")
        DESK = "desk", _("desk")

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="sheets")
    number = models.PositiveIntegerField()
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.PAPER)
    collected_on = models.DateField(_("collected on"))
    announced = models.PositiveIntegerField(_("signatures counted on the sheet"))
    entered = models.PositiveIntegerField(default=0)
    twice = models.PositiveIntegerField(default=0, help_text=_("lines of people who had signed already"))
    refused = models.PositiveIntegerField(default=0)
    actor = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sheet of signatures")
        constraints = [models.UniqueConstraint("petition", "number", name="petitions_one_sheet_a_number")]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def missing(self) -> int:
        """Lines announced that were neither entered, nor found twice, nor refused."""
        return self.announced - self.entered - self.twice - self.refused


class Signature(models.Model):
    """One person's signature of one petition: what it is kept under (``nullifier``) is of this petition alone.

    No account is named. ``origin`` is a keyed hash of a network of that day, for finding floods; it goes after ``fraud`` has had its time.
    """

    class Channel(models.TextChoices):
        ACCOUNT = "account", _("account")
        OIDC = "oidc", _("identity provider")
        PAPER = "paper", pgettext_lazy("signatures", "paper")
        DESK = "desk", _("desk")

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="signatures")
    nullifier = models.CharField(max_length=64)
    at = models.DateTimeField()
    departement = models.CharField(max_length=3, blank=True)
    commune = models.CharField(max_length=5, blank=True)
    band = models.CharField(max_length=7)
    channel = models.CharField(max_length=7, choices=Channel)
    name = models.CharField(max_length=80, blank=True)
    origin = models.CharField(max_length=32, blank=True)
    sheet = models.ForeignKey(Sheet, models.PROTECT, null=True, related_name="signatures")
    batch = models.ForeignKey("Invalidation", models.PROTECT, null=True, related_name="signatures")

    class Meta:
        verbose_name = _("signature")
        constraints = [
            models.UniqueConstraint("petition", "nullifier", name="petitions_one_signature_each"),
        ]
        indexes = [
            models.Index("petition", F("id").desc(), name="petitions_names", condition=~Q(name="")),
            models.Index("petition", "at", name="petitions_signed_when"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Tally(models.Model):
    """How many valid signatures a petition has from a département, in an age band, by a way of signing: kept in each signature's transaction."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="tallies")
    departement = models.CharField(max_length=3, blank=True)
    band = models.CharField(max_length=7)
    channel = models.CharField(max_length=7)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("count of signatures")
        constraints = [
            models.UniqueConstraint("petition", "departement", "band", "channel", name="petitions_one_tally_a_cell")
        ]

    def __str__(self) -> str:
        return f"{self.departement} {self.band}"


class CommuneTally(models.Model):
    """How many valid signatures come from a commune, as they were last counted all together."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="commune_tallies")
    commune = models.CharField(max_length=5)
    n = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("count of signatures of a commune")
        constraints = [models.UniqueConstraint("petition", "commune", name="petitions_one_tally_a_commune")]

    def __str__(self) -> str:
        return self.commune


class Quarter(models.Model):
    """An elector's one request a quarter to one authority (CGCT L1112-16, I, second paragraph).

    ``nullifier`` is of the authority, the same for all its petitions, and of no use for any other thing.
    """

    authority = models.CharField(max_length=40)
    quarter = models.CharField(max_length=6)
    nullifier = models.CharField(max_length=64)
    petition = models.ForeignKey(Petition, models.PROTECT, related_name="+")
    signature = models.OneToOneField(Signature, models.SET_NULL, null=True, related_name="quarter")

    class Meta:
        verbose_name = _("request of an elector in a quarter")
        constraints = [
            models.UniqueConstraint("authority", "quarter", "nullifier", name="petitions_one_request_a_quarter")
        ]

    def __str__(self) -> str:
        return self.quarter
