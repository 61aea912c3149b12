"""Proposals: their versions, authors, supports, amendments and files; what agents do with them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.participation.models.standing import Participant


class Proposal(models.Model):
    """A proposal. ``supports`` and ``comments`` are counters kept in the transaction of each act, never counted at a visit.

    ``shuffle`` places it in the order of chance, which each visitor begins elsewhere. ``version`` is the version of the process under
    which it was published. ``hidden`` is moderation's; ``merged_into`` keeps it readable, with the supports it brought.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn by its author")
        MERGED = "merged", _("merged into another")

    class Status(models.TextChoices):
        NONE = "", _("not examined yet")
        STUDY = "in-study", _("in study")
        RETAINED = "retained", _("retained")
        REFUSED = "refused", pgettext_lazy("proposal", "refused")
        DONE = "done", _("done")

    reference = models.CharField(max_length=12, unique=True)
    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(Participant, models.PROTECT, related_name="proposals")
    language = models.CharField(max_length=2, default="fr")
    title = models.CharField(_("title"), max_length=150)
    text = models.TextField(_("text"), blank=True)
    title_other = models.CharField(_("title in the other language"), max_length=150, blank=True)
    text_other = models.TextField(_("text in the other language"), blank=True)
    category = models.SlugField(_("category"), max_length=60, blank=True)
    commune = models.CharField(_("commune"), max_length=5, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    status = models.CharField(max_length=10, choices=Status, default=Status.NONE, blank=True)
    hidden = models.BooleanField(default=False)
    official = models.BooleanField(default=False)
    supports = models.PositiveIntegerField(default=0)
    comments = models.PositiveIntegerField(default=0)
    shuffle = models.PositiveIntegerField()
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    threshold_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Proposal]]

    class Meta:
        verbose_name = _("proposal")
        ordering = ("-published_at", "-id")
        indexes = (
            models.Index(
                "programme", "process", "component", "shuffle", "id",
                condition=Q(state="published", hidden=False), name="participation_by_chance",
            ),
            models.Index(fields=('programme', 'process', 'component', '-supports', '-id'), condition=Q(state="published", hidden=False), name="participation_by_supports"),
            models.Index(fields=('programme', 'process', 'component', '-published_at', '-id'), condition=Q(state="published", hidden=False), name="participation_by_day"),
            models.Index(fields=('programme', 'process', 'component', '-comments', '-id'), condition=Q(state="published", hidden=False), name="participation_by_comments"),
            models.Index(fields=('programme', 'process', 'component', 'category', 'shuffle', 'id'), condition=Q(state="published", hidden=False), name="participation_by_category"),
            models.Index(fields=('programme', 'process', 'component', 'commune', 'shuffle', 'id'), condition=Q(state="published", hidden=False), name="participation_by_commune"),
            models.Index(fields=('programme', 'process', 'component', 'status', 'shuffle', 'id'), condition=Q(state="published", hidden=False), name="participation_by_status"),
            models.Index(fields=('author', '-saved_at'), name="participation_own"),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @property
    def target(self) -> str:
        """What followers, comments and answers name it by."""
        return f"proposal:{self.reference}"

    @property
    def public(self) -> bool:
        """Whether everyone may read it."""
        return not self.hidden and self.state != self.State.DRAFT


class ProposalVersion(models.Model):
    """The words of a proposal at one time, and why they changed."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=150)
    text = models.TextField(blank=True)
    title_other = models.CharField(max_length=150, blank=True)
    text_other = models.TextField(blank=True)
    category = models.SlugField(max_length=60, blank=True)
    by = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("version of a proposal")
        ordering = ("-number",)
        constraints = (models.UniqueConstraint("proposal", "number", name="participation_version_number"),)

    def __str__(self) -> str:
        return f"{self.proposal_id} v{self.number}"


class Authorship(models.Model):
    """Someone credited for a proposal: its author, the author of one merged into it, or of an amendment it took."""

    class Part(models.TextChoices):
        AUTHOR = "author", _("author")
        MERGED = "merged", _("author of a merged proposal")
        AMENDED = "amended", _("author of an accepted amendment")

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="authors")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part, default=Part.AUTHOR)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("author")
        ordering = ("id",)
        constraints = (models.UniqueConstraint("proposal", "participant", name="participation_credited_once"),)

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.part}"


class Support(models.Model):
    """One participant supports one proposal, once. ``carried``: it came with a proposal that was merged into this one."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="given")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="supports")
    carried = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("support")
        ordering = ("id",)
        constraints = (models.UniqueConstraint("participant", "proposal", name="participation_supported_once"),)
        indexes = (models.Index("at", name="participation_support_days"),)

    def __str__(self) -> str:
        return f"{self.participant_id} → {self.proposal_id}"


class Amendment(models.Model):
    """Other words for a proposal, by someone else; its author takes or refuses them, and says why."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for the author")
        ACCEPTED = "accepted", pgettext_lazy("amendment", "accepted")
        REFUSED = "refused", pgettext_lazy("proposal", "refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="amendments")
    author = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    base = models.PositiveSmallIntegerField(help_text=_("version of the proposal it changes"))
    title = models.CharField(_("title"), max_length=150)
    text = models.TextField(_("text"))
    reason = models.CharField(_("reason"), max_length=500)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.CharField(_("answer of the author"), max_length=500, blank=True)
    hidden = models.BooleanField(default=False)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("proposal", "amendment")
        ordering = ("-at", "-id")
        indexes = (models.Index("proposal", "state", name="participation_amendments"),)

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.state}"


class Attachment(models.Model):
    """A file given with a proposal: public once the antivirus let it through and the proposal is published."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="attachments")
    file = models.OneToOneField("custody.StoredFile", models.PROTECT, related_name="+")
    title = models.CharField(_("what it shows"), max_length=150)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("attachment")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title


class StatusChange(models.Model):
    """What the Region said of a proposal, with its public reason."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="statuses")
    status = models.CharField(max_length=10, choices=Proposal.Status)
    reason = models.TextField(_("reason"))
    reason_en = models.TextField(_("reason in English"), blank=True)
    url = models.CharField(_("where it leads"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("status given")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return self.status


class Merge(models.Model):
    """Agents joined a proposal to another: how many supports it brought, and how many people had given both."""

    source = models.OneToOneField(Proposal, models.CASCADE, related_name="merge")
    into = models.ForeignKey(Proposal, models.CASCADE, related_name="merges")
    brought = models.PositiveIntegerField()
    shared = models.PositiveIntegerField()
    reason = models.CharField(_("reason"), max_length=500)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("merge")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.source_id} → {self.into_id}"
