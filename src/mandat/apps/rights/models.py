"""Claims, their evidence and messages, decisions that never change, and the benefits they open.

Names, dates of birth, incomes, bank accounts and what people write are sealed under a key of the claim's own (``Claim.person``):
destroying it makes them unreadable for good, in what may not be changed too. Addresses of pages carry random references. Deadlines stand in columns of their own, so that queues of any length are read by an index.
"""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.custody.models import Subject
from mandat.apps.custody.sealing import SealedJSONField, SealedTextField
from mandat.apps.ledger.models import PaymentFile
from mandat.apps.rights.machine import State

#: Letters and digits that are not taken for one another (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
USER = settings.AUTH_USER_MODEL


def reference() -> str:
    """A random name of 60 bits, in groups that can be read aloud: ``7F3K-9QWX-2M4T``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


class Sealed(models.Model):
    """A row with sealed values, which are bound to its ``token``."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class Claim(models.Model):
    """One person's claim to one right, from its draft to what became of it.

    ``answers`` is the situation of ``engines.rules``; ``identity`` who claims and where letters and payments go. Both are emptied
    by retention. ``complete_on`` is the day from which the delay runs, ``due_on`` the last day to answer: None while
    evidence is awaited, or where nothing is due. ``area`` is the département.
    """

    programme = models.SlugField(max_length=60)
    reference = models.CharField(max_length=14, unique=True, default=reference, editable=False)
    right = models.SlugField(max_length=60)
    right_version = models.PositiveIntegerField(default=0)
    claimant = models.ForeignKey(USER, models.PROTECT, related_name="claims")
    person = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    is_open = models.BooleanField(default=False, help_text=_("the service has something to do"))
    answers = SealedJSONField(default=dict, subject="person")
    identity = SealedJSONField(default=dict, subject="person")
    area = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    complete_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    suspended_days = models.PositiveIntegerField(default=0)
    discard_on = models.DateField(null=True, help_text=_("when answers proved by evidence are next discarded"))
    assigned_to = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    renews = models.ForeignKey("Benefit", models.PROTECT, null=True, related_name="renewals")
    emptied_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("claim")
        indexes = [
            models.Index("programme", "is_open", "due_on", "id", name="claims_late_first"),
            models.Index("programme", "state", "due_on", "id", name="claims_of_a_state"),
            models.Index("programme", "right", "is_open", "due_on", "id", name="claims_of_a_right"),
            models.Index("claimant", models.F("id").desc(), name="claims_of_a_person"),
            models.Index("assigned_to", "state", "due_on", name="claims_of_an_agent"),
            models.Index("discard_on", condition=models.Q(discard_on__isnull=False), name="claims_to_discard"),
        ]
        constraints = [
            # Two clicks, two tabs: a person has one claim under way to a right.
            models.UniqueConstraint(
                "programme", "claimant", "right",
                condition=models.Q(state__in=[State.DRAFT, State.SUBMITTED, State.INCOMPLETE]),
                name="one_claim_under_way",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference


class Move(Sealed):
    """One step of a claim: who (None: nobody, the clock or the algorithm), when, from where to where, and why. Never changed."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="moves")
    name = models.CharField(max_length=24)
    source = models.CharField(max_length=12, choices=State)
    target = models.CharField(max_length=12, choices=State)
    actor = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = SealedTextField(blank=True, default="", subject="claim__person")

    class Meta:
        verbose_name = _("step of a claim")
        indexes = [models.Index("claim", "id", name="moves_in_order")]

    def __str__(self) -> str:
        return self.name


class Piece(models.Model):
    """A file given as evidence. ``upload`` is None once it is discarded."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="pieces")
    code = models.SlugField(max_length=60)
    upload = models.ForeignKey("custody.StoredFile", models.SET_NULL, null=True, related_name="rights_pieces")
    added_at = models.DateTimeField()
    verdict = models.CharField(
        max_length=8,
        blank=True,
        choices=[("accepted", _("accepted")), ("rejected", pgettext_lazy("evidence", "not accepted"))],
    )
    judged_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    discard_on = models.DateField(null=True)
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("claim", "piece of evidence")
        indexes = [models.Index("discard_on", condition=models.Q(discarded_at__isnull=True), name="pieces_to_discard")]

    def __str__(self) -> str:
        return self.code


class EvidenceRequest(Sealed):
    """What an agent still asks for, and until when (CRPA L114-5)."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="requests")
    codes = models.JSONField(default=list)
    text = SealedTextField(blank=True, default="", subject="claim__person")
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_on = models.DateField()
    until = models.DateField()
    closed_on = models.DateField(null=True)
    reminded = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("request for evidence")
        indexes = [models.Index("until", condition=models.Q(closed_on__isnull=True), name="requests_running")]

    def __str__(self) -> str:
        return ", ".join(self.codes)


class Message(Sealed):
    """A line between the claimant and the service."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="messages")
    author = models.ForeignKey(USER, models.PROTECT, related_name="+")
    from_service = models.BooleanField()
    at = models.DateTimeField()
    text = SealedTextField(subject="claim__person")
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("message")
        indexes = [
            models.Index("claim", "id", name="messages_in_order"),
            models.Index(
                "claim",
                condition=models.Q(read_at__isnull=True, from_service=False),
                name="messages_to_read",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Decision(models.Model):
    """A decision as it was made: the database refuses to change or delete it.

    ``record`` is canonical JSON, sealed; ``sha256`` its digest, published in the decision's fact. Once the key of the claim
    is destroyed only the digest can be read.
    """

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("granted")
        REFUSED = "refused", pgettext_lazy("claim", "refused")

    class By(models.TextChoices):
        AUTOMATIC = "automatic", _("by the algorithm alone")
        AGENT = "agent", _("by an agent")
        SILENCE = "silence", _("by silence")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="decisions")
    rank = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    by = models.CharField(max_length=10, choices=By)
    author = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    on_appeal = models.BooleanField(default=False)
    decided_at = models.DateTimeField()
    decided_on = models.DateField()
    appeal_until = models.DateField()
    right = models.SlugField(max_length=60)
    right_version = models.PositiveIntegerField()
    rule = models.SlugField(max_length=60)
    rule_version = models.PositiveIntegerField()
    rule_digest = models.CharField(max_length=64)
    mention = models.BooleanField()
    sha256 = models.CharField(max_length=64)
    record = SealedTextField(subject="claim__person", bind="sha256")
    fact_index = models.BigIntegerField()

    class Meta:
        verbose_name = _("decision")
        constraints = [
            models.UniqueConstraint("claim", "rank", name="one_decision_a_rank"),
            # Loi 78-17, article 47; CRPA L311-3-1: void without the mention.
            models.CheckConstraint(
                condition=~models.Q(by="automatic") | models.Q(mention=True), name="automatic_carries_mention"
            ),
            models.CheckConstraint(condition=~models.Q(by="automatic", on_appeal=True), name="appeal_by_a_person"),
        ]
        indexes = [models.Index("right", "decided_on", name="decisions_of_a_right")]

    def __str__(self) -> str:
        return f"{self.claim_id}.{self.rank}"


class Appeal(Sealed):
    """A recours gracieux against a decision."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="appeal")
    lodged_at = models.DateTimeField()
    grounds = SealedTextField(subject="decision__claim__person")
    due_on = models.DateField()
    outcome = models.CharField(
        max_length=8,
        blank=True,
        choices=[("accepted", _("accepted")), ("rejected", _("rejected")), ("dropped", _("dropped"))],
    )
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = SealedTextField(blank=True, default="", subject="decision__claim__person")

    class Meta:
        verbose_name = _("appeal")
        indexes = [models.Index("due_on", condition=models.Q(outcome=""), name="appeals_waiting")]

    def __str__(self) -> str:
        return str(self.decision)


class Benefit(models.Model):
    """What a granted claim gives one person, from ``starts_on`` to ``ends_on`` (None: no term).

    ``amount`` is what each payment is, in ``unit``. ``code`` is shown at counters and checked on a public page that says
    only whether it is valid, for which right, until when. ``profile`` serves the counting of beneficiaries.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("in force")
        ENDED = "ended", _("ended")

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="benefit")
    programme = models.SlugField(max_length=60)
    right = models.SlugField(max_length=60)
    right_version = models.PositiveIntegerField()
    holder = models.ForeignKey(USER, models.PROTECT, related_name="benefits")
    type = models.CharField(max_length=20)
    code = models.CharField(max_length=14, unique=True, default=reference, editable=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    ended_because = models.CharField(max_length=10, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    unit = models.CharField(max_length=20, blank=True)
    next_due = models.DateField(null=True)
    remind_on = models.DateField(null=True)
    reminded = models.BooleanField(default=False)
    profile = SealedJSONField(default=dict, subject="decision__claim__person")
    synthetic = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("benefit")
        constraints = [
            # Two decisions never give the same person the same right over the same days.
            models.UniqueConstraint(
                "programme", "holder", "right", "starts_on", condition=models.Q(status="active"), name="one_benefit_a_start"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index("programme", "right", "status", "ends_on", name="benefits_of_a_right"),
            models.Index("holder", models.F("id").desc(), name="benefits_of_a_person"),
            models.Index("next_due", condition=models.Q(status="active"), name="benefits_to_pay"),
            models.Index("ends_on", condition=models.Q(status="active"), name="benefits_to_end"),
            models.Index("remind_on", condition=models.Q(status="active", reminded=False), name="benefits_to_remind"),
        ]

    def __str__(self) -> str:
        return self.code


class TransferRun(Sealed):
    """A payment file of what is due by transfer, sealed: it names accounts."""

    reference = models.CharField(max_length=28, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    file = models.OneToOneField(PaymentFile, models.PROTECT, null=True, related_name="+")
    xml = SealedTextField(blank=True, default="")

    class Meta:
        verbose_name = _("payment file")

    def __str__(self) -> str:
        return self.reference


class Payment(models.Model):
    """What one benefit owes for one period, or what is asked back. ``key`` makes it once and for all."""

    class Kind(models.TextChoices):
        DUE = "due", _("payment")
        REFUND = "refund", _("overpayment to refund")

    class Status(models.TextChoices):
        ORDERED = "ordered", pgettext_lazy("payment", "ordered")
        WAITING = "waiting", _("waiting")
        SETTLED = "settled", _("settled")
        CANCELLED = "cancelled", _("cancelled")

    benefit = models.ForeignKey(Benefit, models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.DUE)
    key = models.CharField(max_length=80, unique=True)
    period_start = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=6)
    unit = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=Status)
    run = models.ForeignKey(TransferRun, models.PROTECT, null=True, related_name="payments")
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("payment")
        indexes = [models.Index("status", "kind", "unit", "run", "id", name="payments_by_status")]

    def __str__(self) -> str:
        return self.key


class SavedFilter(models.Model):
    """A way an agent looks at the queue."""

    user = models.ForeignKey(USER, models.CASCADE, related_name="rights_filters")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=500)

    class Meta:
        verbose_name = _("saved filter")
        constraints = [models.UniqueConstraint("user", "name", name="one_filter_a_name")]

    def __str__(self) -> str:
        return self.name
