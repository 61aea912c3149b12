"""A case: who applies to which scheme, with what answers, evidence and financing plan, and every step of it.

What a form marks as personal, what people write to one another and why steps were taken are sealed under a key of the case's own
(``Case.subject``). Addresses of pages carry random references. A case keeps the version of the scheme it was opened under.
"""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.models import Subject
from mandat.apps.custody.sealing import SealedJSONField, SealedTextField
from mandat.apps.grants.machine import State

#: Letters and digits that are not taken for one another (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
USER = settings.AUTH_USER_MODEL


def reference() -> str:
    """A random name of 60 bits, in groups that can be read aloud: ``7F3K-9QWX-2M4T``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


class Bound(models.Model):
    """A row with sealed values, which are bound to its ``token``."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class Case(Bound):
    """An application and what became of it. Amounts are in cents.

    ``scheme_version`` and ``rule_version`` are those in force when it was opened: the case keeps them to its end. ``answers`` are the
    answers by field's name, a list of rows by section's code where a section repeats; ``private`` those of fields marked personal.
    ``revision`` counts saves: one that comes from an older page is refused, so that nothing is overwritten unseen. ``area`` is the
    project's commune (its INSEE code). ``complete_on`` is the day from which the delay to decide runs, ``due_on`` the last day for the next
    answer, whoever owes it: None where nobody does. ``suspended_days`` is how long the delay stood still. ``round`` is the phase of a call
    in several rounds.
    """

    programme = models.SlugField(max_length=60)
    reference = models.CharField(max_length=14, unique=True, default=reference, editable=False)
    scheme = models.SlugField(max_length=60)
    scheme_version = models.PositiveIntegerField()
    rule_version = models.PositiveIntegerField()
    call = models.SlugField(max_length=60)
    round = models.PositiveSmallIntegerField(default=1)
    measure = models.PositiveSmallIntegerField()
    applicant = models.ForeignKey("organisations.Organisation", models.PROTECT, null=True, related_name="cases")
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    title = models.CharField(max_length=200, blank=True)
    answers = models.JSONField(default=dict)
    private = SealedJSONField(default=dict, subject="subject")
    revision = models.PositiveIntegerField(default=0)
    area = models.CharField(max_length=20, blank=True)
    applicant_kind = models.CharField(max_length=24, blank=True)
    cost = models.BigIntegerField(null=True)
    asked = models.BigIntegerField(null=True)
    computed = models.BigIntegerField(null=True, help_text=_("what the rule gives on the answers sent"))
    favourable = models.BooleanField(null=True, help_text=_("what the service proposes: yes or no"))
    proposed = models.BigIntegerField(null=True)
    awarded = models.BigIntegerField(null=True)
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    assigned_to = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    complete_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    suspended_days = models.PositiveIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Case]]

    class Meta:
        verbose_name = _("case")
        indexes = [
            models.Index("programme", "state", "due_on", "id", name="cases_late_first"),
            models.Index("programme", "scheme", "state", "due_on", "id", name="cases_of_a_scheme"),
            models.Index("applicant", models.F("id").desc(), name="cases_of_an_applicant"),
            models.Index("opened_by", models.F("id").desc(), name="cases_of_a_person"),
            models.Index("assigned_to", "state", "due_on", name="cases_of_an_agent"),
            models.Index("programme", "measure", "state", name="cases_of_a_measure"),
            models.Index("programme", "area", "state", name="cases_of_a_place"),
            models.Index("programme", "scheme", "call", "state", name="cases_of_a_call"),
        ]

    def __str__(self) -> str:
        return self.reference


class Submission(Bound):
    """What was sent, as it was sent: canonical JSON, sealed; its digest is on the receipt. Never changed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="submissions")
    rank = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    record = SealedTextField(subject="case__subject")
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("application sent")
        constraints = [models.UniqueConstraint("case", "rank", name="grants_one_submission_a_rank")]

    def __str__(self) -> str:
        return f"{self.case_id}.{self.rank}"


class Request(Bound):
    """What an agent still asks for (codes of evidence, names of fields, words), and until when (CRPA L114-5)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="requests")
    codes = models.JSONField(default=list)
    fields = models.JSONField(default=list)
    text = SealedTextField(blank=True, default="", subject="case__subject")
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_on = models.DateField()
    until = models.DateField()
    closed_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("request for completion")
        indexes = [models.Index("until", condition=Q(closed_on__isnull=True), name="grants_requests_running")]

    def __str__(self) -> str:
        return ", ".join(self.codes)


class Shared(models.Model):
    """Someone of the applicant's side who may read or fill a draft, besides the members of its organisations."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="shares")
    user = models.ForeignKey(USER, models.CASCADE, related_name="+")
    may_edit = models.BooleanField(default=False)
    given_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sharing of a case")
        constraints = [models.UniqueConstraint("case", "user", name="grants_one_share")]

    def __str__(self) -> str:
        return str(self.case_id)


class Party(models.Model):
    """An organisation of a joint application: its part, and when it agreed. The one that leads is ``Case.applicant``."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    role = models.CharField(max_length=24, blank=True)
    amount = models.BigIntegerField(null=True)
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("party")
        constraints = [models.UniqueConstraint("case", "organisation", name="grants_one_part_each")]

    def __str__(self) -> str:
        return str(self.organisation_id)


class PlanLine(models.Model):
    """One funder of the project. See ``engines.financing.plan``."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="plan")
    position = models.PositiveSmallIntegerField()
    funder = models.CharField(max_length=200)
    amount = models.BigIntegerField()
    public = models.BooleanField()
    own = models.BooleanField(default=False)
    certain = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("line of a financing plan")
        ordering = ("position",)
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="grants_plan_positive")]

    def __str__(self) -> str:
        return self.funder


class Piece(models.Model):
    """A file given as evidence. ``upload`` is None once it is discarded."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="pieces")
    code = models.SlugField(max_length=60)
    upload = models.ForeignKey("custody.StoredFile", models.SET_NULL, null=True, related_name="grants_pieces")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    verdict = models.CharField(
        max_length=8, blank=True, choices=[("accepted", _("accepted")), ("rejected", _("not accepted"))]
    )
    judged_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("piece of evidence")
        indexes = [models.Index("case", "code", name="grants_pieces_of_a_case")]

    def __str__(self) -> str:
        return self.code


class Move(Bound):
    """One step of a case: who (None: nobody, the clock), when, from where to where, and why. Never changed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="moves")
    name = models.CharField(max_length=24)
    source = models.CharField(max_length=12, choices=State)
    target = models.CharField(max_length=12, choices=State)
    actor = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = SealedTextField(blank=True, default="", subject="case__subject")

    class Meta:
        verbose_name = _("step of a case")
        indexes = [models.Index("case", "id", name="grants_moves_in_order")]

    def __str__(self) -> str:
        return self.name


class Message(Bound):
    """What the applicant's side and the service write to one another in the case; ``internal`` between agents only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="messages")
    author = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    from_service = models.BooleanField()
    internal = models.BooleanField(default=False)
    text = SealedTextField(subject="case__subject")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("message")
        indexes = [models.Index("case", "id", name="grants_messages_in_order")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
