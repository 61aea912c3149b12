"""A petition, the versions of its text, those who back it, and what the service says of it."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.custody.sealing import SealedTextField
from mandat.apps.petitions.machine import State

USER = settings.AUTH_USER_MODEL
#: Letters and digits that are not taken for one another (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference() -> str:
    """A random name of 40 bits, for addresses and paper: ``P7F3-K9QW``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"P{letters[:4]}-{letters[4:]}"


def token() -> str:
    """What a link to share holds: 128 bits, and nothing about anybody."""
    return secrets.token_urlsafe(16)


def salt() -> str:
    return secrets.token_hex(32)


class Petition(models.Model):
    """A petition from its draft to what became of it.

    ``version_under`` is the process's version when it was sent: its rules hold to the end. ``total`` is the number of valid signatures
    when they were last added up (``Tally`` holds the exact number). ``leads`` is the threshold it comes close to, for lists. ``salt``
    keeps what signatures are kept under from telling who signed. ``author`` is None once the account is gone.
    """

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    process_version = models.PositiveIntegerField()
    basis = models.CharField(max_length=5, choices=[("house", _("the Region's own right")), ("law", "CGCT L1112-16")])
    request = models.CharField(
        max_length=12,
        blank=True,
        choices=[
            ("consultation", _("organise a consultation of the electors")),
            ("deliberation", _("have the assembly pronounce itself")),
        ],
    )
    reference = models.CharField(max_length=10, unique=True, default=reference, editable=False)
    invitation = models.CharField(max_length=30, unique=True, default=token, editable=False)
    salt = SealedTextField(default=salt, bind="reference", editable=False)
    author = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="petitions")
    author_name = models.CharField(_("name shown"), max_length=80, blank=True)
    organisation = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        null=True,
        related_name="petitions",
        verbose_name=_("organisation"),
    )
    commune = models.CharField(max_length=5, blank=True)
    title = models.CharField(_("title"), max_length=120)
    request_text = models.TextField(_("what is asked"), max_length=500)
    text = models.TextField(_("why"), max_length=20_000, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    examine_by = models.DateField(null=True)
    opened_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    total = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(null=True, help_text=_("signatures to the next threshold"))
    counted_at = models.DateTimeField(null=True)
    hidden = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("petition")
        indexes = [
            models.Index("programme", "state", F("opened_at").desc(), name="petitions_latest"),
            models.Index("programme", "state", F("total").desc(), name="petitions_most_signed"),
            models.Index("programme", "state", "left", name="petitions_near_a_threshold"),
            models.Index("programme", F("answered_at").desc(), name="petitions_answered"),
            models.Index("state", "examine_by", name="petitions_to_examine"),
            models.Index("state", "closes_at", name="petitions_to_end"),
            models.Index("author", "state", name="petitions_of_an_author"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["open", "ended"]) | Q(opened_at__isnull=False, closes_at__isnull=False),
                name="petitions_open_has_its_time",
            ),
            models.CheckConstraint(condition=Q(basis="law") ^ Q(request=""), name="petitions_request_of_the_law"),
        ]

    def __str__(self) -> str:
        return self.reference


class Version(models.Model):
    """The text as it was sent to examination: none changes once it is signed."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    request_text = models.TextField(max_length=500)
    text = models.TextField(max_length=20_000, blank=True)
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("version of a petition")
        ordering = ("number",)
        constraints = [models.UniqueConstraint("petition", "number", name="petitions_one_version_a_number")]

    def __str__(self) -> str:
        return f"{self.number}"


class Sponsor(models.Model):
    """Someone who backs a petition before it is examined, from their own account. Only how many there are is shown."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="sponsors")
    user = models.ForeignKey(USER, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sponsor")
        constraints = [models.UniqueConstraint("petition", "user", name="petitions_one_backing_each")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Examination(models.Model):
    """What the service says of a petition that was sent: published, refused or to be changed, with reasons for everyone to read."""

    class Outcome(models.TextChoices):
        PUBLISHED = "published", pgettext_lazy("petition", "published")
        CHANGES = "changes", _("to be changed")
        REFUSED = "refused", pgettext_lazy("petition", "refused")

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="examinations")
    outcome = models.CharField(_("decision"), max_length=9, choices=Outcome)
    reason = models.SlugField(max_length=60, blank=True)
    explanation = models.TextField(_("explanation"), max_length=2000, blank=True)
    version = models.PositiveIntegerField()
    actor = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    late = models.BooleanField(default=False)
    appeal_until = models.DateField(null=True)

    class Meta:
        verbose_name = _("examination of a petition")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.outcome


class Appeal(models.Model):
    """An author contests a refusal; someone else than who refused decides."""

    class Outcome(models.TextChoices):
        PUBLISHED = "published", _("the petition is published")
        UPHELD = "upheld", _("the refusal stands")

    examination = models.OneToOneField(Examination, models.CASCADE, related_name="appeal")
    grounds = models.TextField(_("grounds"), max_length=2000)
    lodged_at = models.DateTimeField()
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    explanation = models.TextField(_("explanation"), max_length=2000, blank=True)
    actor = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("appeal about a petition")

    def __str__(self) -> str:
        return f"{self.lodged_at:%Y-%m-%d}"


class Seal(models.Model):
    """The salt under which an authority knows its electors for the rule of one request a quarter: ``scope`` is its area."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scope = models.CharField(max_length=40, unique=True)
    salt = SealedTextField(default=salt, bind="token", editable=False)

    class Meta:
        verbose_name = _("salt of an authority")

    def __str__(self) -> str:
        return self.scope
