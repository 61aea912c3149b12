"""Votes: a question put to those present, what each voted, the decisions that come of it and what is done of them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.bodies.models.agenda import Amendment, Item
from mandat.apps.bodies.models.members import Term

USER = settings.AUTH_USER_MODEL


class Division(models.Model):
    """A question put to the vote: an item, or one amendment to it. At most one each.

    By roll call each member's vote is a row of ``Vote`` and is public; by show of hands only the numbers are kept. ``presided`` is how
    whoever presides voted, which may settle a tie.
    """

    class Mode(models.TextChoices):
        ROLL = "roll-call", _("roll call")
        SHOW = "show-of-hands", _("show of hands")

    item = models.ForeignKey(Item, models.PROTECT, related_name="divisions")
    amendment = models.ForeignKey(Amendment, models.PROTECT, null=True, related_name="divisions")
    mode = models.CharField(max_length=13, choices=Mode)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    yes = models.PositiveSmallIntegerField(default=0)
    no = models.PositiveSmallIntegerField(default=0)
    abstain = models.PositiveSmallIntegerField(default=0)
    none = models.PositiveSmallIntegerField(default=0)
    presided = models.CharField(max_length=7, blank=True)
    adopted = models.BooleanField(null=True)

    objects: ClassVar[models.Manager[Division]]

    class Meta:
        verbose_name = _("question put to the vote")
        ordering = ("item__position", "amendment__number", "pk")
        constraints = [
            models.UniqueConstraint("item", condition=Q(amendment__isnull=True), name="bodies_one_vote_an_item"),
            models.UniqueConstraint(
                "amendment", condition=Q(amendment__isnull=False), name="bodies_one_vote_an_amendment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}.{self.amendment_id or 0}"


class Vote(models.Model):
    """What one member voted on a question, themselves or by their proxy. Cast once, never changed; public once the vote is closed."""

    class Choice(models.TextChoices):
        FOR = "for", _("for")
        AGAINST = "against", _("against")
        ABSTAIN = "abstain", _("abstention")
        NONE = "none", _("takes no part")

    division = models.ForeignKey(Division, models.PROTECT, related_name="votes")
    term = models.ForeignKey(Term, models.PROTECT, related_name="votes_cast")
    choice = models.CharField(max_length=7, choices=Choice)
    proxy = models.ForeignKey(Term, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("vote of a member")
        constraints = [models.UniqueConstraint("division", "term", name="bodies_one_vote_each")]

    def __str__(self) -> str:
        return self.choice


class Decision(models.Model):
    """What a body decided, numbered in its year. Never changed. ``record`` is canonical JSON, ``sha256`` its digest."""

    programme = models.SlugField(max_length=60)
    body = models.SlugField(max_length=60)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    item = models.OneToOneField(Item, models.PROTECT, related_name="decision")
    decided_on = models.DateField()
    record = models.TextField()
    sha256 = models.CharField(max_length=64)
    fact_index = models.BigIntegerField()
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Decision]]

    class Meta:
        verbose_name = _("decision of a body")
        ordering = ("-year", "-number")
        constraints = [
            models.UniqueConstraint("programme", "body", "year", "number", name="bodies_one_decision_a_number")
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"{self.year}-{self.number:03d}"


class FollowUp(models.Model):
    """What is to be done of a decision: by which body or service, until when, and when it was done."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="follow_ups")
    owner = models.SlugField(max_length=60)
    what = models.CharField(max_length=300)
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    done_note = models.CharField(max_length=300, blank=True)
    done_url = models.URLField(max_length=500, blank=True)

    objects: ClassVar[models.Manager[FollowUp]]

    class Meta:
        verbose_name = _("follow-up of a decision")
        ordering = ("due_on", "pk")
        indexes = [models.Index("due_on", condition=Q(done_on__isnull=True), name="bodies_follow_up_due")]

    def __str__(self) -> str:
        return self.what
