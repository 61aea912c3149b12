"""Referendums: the question, its check, the campaign with as much space for each side, the vote, what follows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.petitions.models.petitions import ALPHABET, Petition

USER = settings.AUTH_USER_MODEL


def reference() -> str:
    """``R7F3-K9QW``."""
    import secrets

    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"R{letters[:4]}-{letters[4:]}"


class Referendum(models.Model):
    """A question put to people: by a petition that crossed its threshold, or by the Region itself (``petition`` None).

    ``proposed`` is the wording that the checking body proposes in place of ``question``. ``first`` is the side shown first, drawn.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("its question is examined")
        REWORDED = "reworded", _("another wording is proposed to its author")
        INADMISSIBLE = "inadmissible", _("its question cannot be put")
        SUSPENDED = "suspended", pgettext_lazy("referendum", "suspended")
        PREPARING = "preparing", _("its campaign is prepared")
        CAMPAIGN = "campaign", _("campaign")
        VOTE = "vote", _("vote open")
        HELD = "held", pgettext_lazy("referendum", "held")

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    process_version = models.PositiveIntegerField()
    reference = models.CharField(max_length=10, unique=True, default=reference, editable=False)
    petition = models.OneToOneField(Petition, models.PROTECT, null=True, related_name="referendum")
    state = models.CharField(max_length=12, choices=State, default=State.CHECKING)
    resumes = models.CharField(max_length=12, blank=True, help_text=_("the state it goes back to"))
    question = models.TextField(_("question"), max_length=500)
    question_en = models.TextField(_("question in English"), max_length=500, blank=True)
    proposed = models.TextField(_("wording proposed"), max_length=500, blank=True)
    checked_by = models.SlugField(max_length=60)
    asked_at = models.DateTimeField()
    check_by = models.DateField()
    outcome = models.CharField(max_length=12, blank=True)
    reasons = models.TextField(_("reasons"), max_length=3000, blank=True)
    checked_at = models.DateTimeField(null=True)
    first = models.CharField(max_length=7, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    campaign_opens_at = models.DateTimeField(null=True)
    campaign_closes_at = models.DateTimeField(null=True)
    vote_opens_at = models.DateTimeField(null=True)
    vote_closes_at = models.DateTimeField(null=True)
    poll = models.CharField(max_length=40, blank=True)
    result = models.CharField(max_length=13, blank=True)
    yes = models.PositiveIntegerField(null=True)
    no = models.PositiveIntegerField(null=True)
    blank = models.PositiveIntegerField(null=True)
    held_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("referendum")
        constraints = [
            # A referendum that the Region itself puts is one a component.
            models.UniqueConstraint(
                "programme",
                "process",
                "component",
                condition=models.Q(petition__isnull=True),
                name="petitions_one_referendum",
            )
        ]
        indexes = [models.Index("state", "vote_closes_at", name="petitions_referendums_due")]

    def __str__(self) -> str:
        return self.reference


class Argument(models.Model):
    """What one side says: a text within the space given, a few documents, and who writes in its name."""

    class Side(models.TextChoices):
        FOR = "for", pgettext_lazy("side", "for")
        AGAINST = "against", pgettext_lazy("side", "against")

    referendum = models.ForeignKey(Referendum, models.CASCADE, related_name="arguments")
    side = models.CharField(max_length=7, choices=Side)
    writer = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    signed = models.CharField(_("in the name of"), max_length=120, blank=True)
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    documents = models.JSONField(default=list)
    saved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("argument of a referendum")
        constraints = [models.UniqueConstraint("referendum", "side", name="petitions_one_argument_a_side")]

    def __str__(self) -> str:
        return self.side
