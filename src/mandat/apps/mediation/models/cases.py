"""A mediation case, its parties, what they say to one another, what is proposed, and how it ends.

Everything that is said is sealed under a key of the case's own (``Case.subject``): destroying it makes it unreadable for good. References are
random; nothing of a case is in an address, a log or a fact.
"""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.custody.models import Subject
from mandat.apps.custody.sealing import SealedTextField

USER = settings.AUTH_USER_MODEL
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference() -> str:
    """A random name of 60 bits: ``7F3K-9QWX-2M4T``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def token() -> str:
    """What an invitation holds: 128 bits."""
    return secrets.token_urlsafe(16)


class Sealed(models.Model):
    """A row with sealed values, which are bound to its ``token``."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class Case(Sealed):
    """One case. ``service`` is a code of the definition, or empty; ``urgent``: somebody is threatened, and it is taken up at once.

    ``take_up_by`` and ``end_by`` are the last days. ``forget_on``: when its key is destroyed.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        TAKEN = "taken", _("taken up")
        RUNNING = "running", _("under way")
        CLOSED = "closed", pgettext_lazy("mediation", "closed")
        DECLINED = "declined", _("not a matter for mediation")
        WITHDRAWN = "withdrawn", pgettext_lazy("mediation", "withdrawn")

    class Outcome(models.TextChoices):
        AGREEMENT = "agreement", pgettext_lazy("mediation", "agreement")
        PARTIAL = "partial", _("agreement in part")
        NONE = "none", _("no agreement")

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    process_version = models.PositiveIntegerField()
    reference = models.CharField(max_length=14, unique=True, default=reference, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    asker = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="mediations")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, null=True, related_name="+")
    service = models.SlugField(max_length=60, blank=True)
    urgent = models.BooleanField(default=False)
    title = SealedTextField(_("title"), subject="subject")
    account = SealedTextField(_("what happens"), subject="subject")
    wanted = SealedTextField(_("what is wanted"), subject="subject", blank=True, default="")
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    mediator = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="mediated")
    asked_at = models.DateTimeField()
    take_up_by = models.DateField()
    taken_at = models.DateTimeField(null=True)
    end_by = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    summary = SealedTextField(_("what came of it"), subject="subject", blank=True, default="")
    forget_on = models.DateField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Case]]

    class Meta:
        verbose_name = _("mediation case")
        indexes = [
            models.Index("programme", "state", "take_up_by", name="mediation_to_take_up"),
            models.Index("forget_on", condition=Q(forgotten_at__isnull=True), name="mediation_to_forget"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(outcome=""), name="mediation_closed_has_an_outcome"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Party(Sealed):
    """Who takes part in a case: whoever asked, and those the mediator invites. ``invitation`` serves once, until it is answered."""

    class Side(models.TextChoices):
        GROUP = "group", _("citizens")
        SERVICE = "service", _("service")

    case = models.ForeignKey(Case, models.PROTECT, related_name="parties")
    side = models.CharField(max_length=7, choices=Side)
    called = SealedTextField(_("who"), subject="case__subject")
    user = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    invitation = models.CharField(max_length=30, null=True, unique=True)
    invited_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("party to a mediation")
        constraints = [models.UniqueConstraint("case", "user", name="mediation_one_party_each")]

    def __str__(self) -> str:
        return self.side


class Message(Sealed):
    """What somebody writes. ``aside``: between one party and the mediator alone (``with_party``)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="messages")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+", help_text=_("empty: the mediator"))
    with_party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    text = SealedTextField(_("text"), subject="case__subject")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("message of a mediation")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Proposal(Sealed):
    """What the mediator proposes to the parties."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="proposals")
    number = models.PositiveSmallIntegerField()
    text = SealedTextField(_("text"), subject="case__subject")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("proposal of a mediation")
        ordering = ("number",)
        constraints = [models.UniqueConstraint("case", "number", name="mediation_one_proposal_a_number")]

    def __str__(self) -> str:
        return f"{self.number}"


class Reply(Sealed):
    """A party accepts a proposal or not, and may say why."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="replies")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    accepts = models.BooleanField()
    text = SealedTextField(_("why"), subject="proposal__case__subject", blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("reply to a proposal")
        constraints = [models.UniqueConstraint("proposal", "party", name="mediation_one_reply_each")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Step(models.Model):
    """What happened to a case, by whom and when: its delays can be followed without reading it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    name = models.CharField(max_length=12)
    actor = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of a mediation")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class Told(models.Model):
    """How many cases were told in facts already, of a component and a sort: the next fact tells those that came since, when they are enough."""

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    sort = models.CharField(max_length=10)
    upto = models.BigIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("cases told")
        constraints = [
            models.UniqueConstraint("programme", "process", "component", "sort", name="mediation_one_told_a_sort")
        ]

    def __str__(self) -> str:
        return self.sort
