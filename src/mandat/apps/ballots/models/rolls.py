"""Who may vote: voters without names, the keyed hashes that stand for them, the codes given on paper."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.ballots.models.fields import RandomKeyField
from mandat.apps.custody.sealing import SealedTextField


class Channel(models.TextChoices):
    """How one proved to be on the roll."""

    ACCOUNT = "account", _("account")
    OIDC = "oidc", _("digital identity")
    ROLL = "roll", _("roll of voters")
    CODE = "code", _("code on paper")
    DESK = "desk", _("at a desk")
    PAPER = "paper", _("paper ballot")
    ORGANISATION = "organisation", _("organisation")


class Roll(models.Model):
    """The roll of a process. ``salt`` is sealed with the roll's own key (``holder``, nobody), whose destruction nothing undoes.

    ``closed_list``: only those whom an imported list names may vote; else whoever the process accepts is added when they come.
    """

    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    process = models.CharField(max_length=120, unique=True)
    programme = models.CharField(max_length=80)
    title_fr = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    least_age = models.PositiveSmallIntegerField(null=True)
    closed_list = models.BooleanField(default=False)
    holder = models.ForeignKey("custody.Subject", models.PROTECT, related_name="ballot_rolls")
    salt = SealedTextField(null=True, subject="holder", bind="reference")
    opened_on = models.DateField()
    forgotten_at = models.DateTimeField(null=True)
    #: How many voters, kept when the keys are destroyed.
    voters_then = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("roll")

    def __str__(self) -> str:
        return self.process


class Voter(models.Model):
    """Someone who may vote: no name, no account. ``enrolled_on`` is a day."""

    id = RandomKeyField(primary_key=True, editable=False)
    roll = models.ForeignKey(Roll, models.PROTECT, related_name="voters")
    channel = models.CharField(max_length=12, choices=Channel)
    area = models.CharField(max_length=80, blank=True)
    age_band = models.CharField(max_length=10, blank=True)
    listed = models.BooleanField(default=False)
    enrolled_on = models.DateField()

    class Meta:
        verbose_name = _("voter")

    def __str__(self) -> str:
        return "–"


class Nullifier(models.Model):
    """HMAC-SHA256 of one identity under the roll's salt: one person has one for each way to be known, and is one voter."""

    id = RandomKeyField(primary_key=True, editable=False)
    roll = models.ForeignKey(Roll, models.PROTECT, related_name="nullifiers")
    value = models.CharField(max_length=64)
    voter = models.ForeignKey(Voter, models.CASCADE, related_name="nullifiers")

    class Meta:
        verbose_name = _("nullifier")
        constraints = (models.UniqueConstraint("roll", "value", name="ballots_one_voter_an_identity"),)

    def __str__(self) -> str:
        return self.value[:8]


class CodeBatch(models.Model):
    """Codes printed together: their number, for whom, and why they no longer serve where they were revoked."""

    roll = models.ForeignKey(Roll, models.PROTECT, related_name="code_batches")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    count = models.PositiveIntegerField()
    named = models.BooleanField(default=False)
    purpose = models.CharField(max_length=200, blank=True)
    area = models.CharField(max_length=80, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("batch of codes")
        constraints = (models.UniqueConstraint("roll", "number", name="ballots_one_batch_a_number"),)

    def __str__(self) -> str:
        return str(self.number)


class Code(models.Model):
    """A code on paper, as a keyed hash. ``voter``: whose it is, where a list named them; else whoever types it first is a voter."""

    id = RandomKeyField(primary_key=True, editable=False)
    batch = models.ForeignKey(CodeBatch, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=81, unique=True)
    voter = models.ForeignKey(Voter, models.CASCADE, null=True, related_name="codes")
    expires_at = models.DateTimeField(null=True)
    revoked = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("code")

    def __str__(self) -> str:
        return "–"


class DeskAct(models.Model):
    """What an agent did about the roll, and why: no person is named, the agent answers for it."""

    class What(models.TextChoices):
        ENROLLED = "enrolled", _("put someone on the roll")
        CODE = "code", _("gave a code")
        PAPER = "paper", _("noted a paper vote")

    roll = models.ForeignKey(Roll, models.PROTECT, related_name="desk_acts")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    what = models.CharField(max_length=12, choices=What)
    reason = models.CharField(max_length=300)
    on = models.DateField()

    class Meta:
        verbose_name = _("act at a desk")

    def __str__(self) -> str:
        return f"{self.on} {self.what}"


class RollImport(models.Model):
    """A list received: how many lines, how many refused. The lines themselves are not kept."""

    roll = models.ForeignKey(Roll, models.PROTECT, related_name="imports")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    filename = models.CharField(max_length=255)
    lines = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("list received")

    def __str__(self) -> str:
        return self.filename
