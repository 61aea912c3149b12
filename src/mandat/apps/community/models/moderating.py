"""What is moderated, by whom, why, and what became of the appeals. Words of people are kept here, never in facts."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

#: No vowel, no look-alike: a reference is read aloud and typed.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def reference() -> str:
    return "M-" + "".join(secrets.choice(_ALPHABET) for _place in range(8))


class State(models.TextChoices):
    VISIBLE = "visible", _("shown to everyone")
    HELD = "held", _("held until someone has looked")
    HIDDEN = "hidden", _("hidden")
    CHANGE = "change", _("hidden until its author has changed it")
    REFUSED = "refused", _("refused")


class ModerationCase(models.Model):
    """One content that somebody or something asked to look at. Its words stay where they are: ``kind`` and ``content`` lead there."""

    reference = models.CharField(max_length=20, unique=True, default=reference)
    programme = models.SlugField(max_length=60)
    kind = models.CharField(max_length=40)
    content = models.CharField(max_length=80)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.VISIBLE)
    #: Codes of what held it by itself (``links``, ``repeated`` …), parted by commas.
    held_for = models.CharField(max_length=120, blank=True)
    reports = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    #: By when someone must have looked; None once nobody has to.
    due_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("moderation case")
        constraints = [models.UniqueConstraint("programme", "kind", "content", name="one_case_a_content")]
        indexes = [
            models.Index("programme", "due_at", condition=models.Q(due_at__isnull=False), name="community_to_look_at")
        ]

    def __str__(self) -> str:
        return self.reference


class Report(models.Model):
    """Someone says a content breaks a rule of the charter: which, and in a few words how."""

    case = models.ForeignKey(ModerationCase, models.CASCADE, related_name="reported")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=40)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    #: None until the case is decided: whether the report was founded.
    upheld = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("report")
        constraints = [models.UniqueConstraint("case", "reporter", name="one_report_a_reporter")]

    def __str__(self) -> str:
        return self.reason


class Outcome(models.TextChoices):
    KEEP = "keep", _("keep as it is")
    HIDE = "hide", _("hide")
    CHANGE = "change", _("ask the author to change it")
    REFUSE = "refuse", _("refuse")
    RESTORE = "restore", _("show again")


class ModerationDecision(models.Model):
    """What was decided, under which rule of the charter, in words anyone may read. Never changed, never deleted."""

    case = models.ForeignKey(ModerationCase, models.PROTECT, related_name="decisions")
    rank = models.PositiveSmallIntegerField()
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    reason = models.CharField(max_length=40)
    words = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    charter_version = models.PositiveIntegerField(default=0)
    fact_index = models.BigIntegerField()

    class Meta:
        verbose_name = _("moderation decision")
        constraints = [models.UniqueConstraint("case", "rank", name="one_moderation_decision_a_rank")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.rank} {self.outcome}"

    @property
    def contested(self) -> ModerationAppeal | None:
        """The appeal against it; None where there is none."""
        return getattr(self, "appeal", None)


class ModerationAppeal(models.Model):
    """The author asks for the decision to be looked at again: by another agent, by a day."""

    decision = models.OneToOneField(ModerationDecision, models.PROTECT, related_name="appeal")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    grounds = models.TextField()
    lodged_at = models.DateTimeField()
    due_at = models.DateTimeField()
    upheld = models.BooleanField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    words = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("appeal")
        indexes = [models.Index("due_at", condition=models.Q(upheld__isnull=True), name="community_appeals_left")]

    def __str__(self) -> str:
        return f"{self.decision_id}"


class Suspension(models.Model):
    """An account that may read but not publish, from a moment to another, for a reason it is told."""

    reference = models.CharField(max_length=20, unique=True, default=reference)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="suspensions")
    reason = models.CharField(max_length=40)
    words = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    fact_index = models.BigIntegerField()

    class Meta:
        verbose_name = _("suspension")
        indexes = [models.Index("user", "ends_at", name="community_suspended")]

    def __str__(self) -> str:
        return self.reference


class Badge(models.Model):
    """An account speaks for the region (``official``) or for an organisation: shown beside what it publishes."""

    class Kind(models.TextChoices):
        OFFICIAL = "official", _("speaks for the region")
        ORGANISATION = "organisation", _("speaks for an organisation")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="badges")
    kind = models.CharField(max_length=15, choices=Kind)
    label_fr = models.CharField(max_length=120)
    label_en = models.CharField(max_length=120)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("badge")
        constraints = [models.UniqueConstraint("user", "kind", name="one_badge_a_kind")]

    def __str__(self) -> str:
        return self.label_fr
