"""Agendas: who asks for an item, the items, their papers, amendments to them, and who takes no part."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.bodies.models.members import Term
from mandat.apps.bodies.models.sessions import Session
from mandat.kernel.text import Text

USER = settings.AUTH_USER_MODEL


class AgendaRequest(models.Model):
    """Something asks to be put on the agenda of a body: a petition, an answer, a member. ``source`` is ``petition:<reference>`` and the like."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PLACED = "placed", _("on an agenda")
        DECIDED = "decided", _("dealt with")
        REFUSED = "refused", _("refused")

    programme = models.SlugField(max_length=60)
    body = models.SlugField(max_length=60)
    title_fr = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=120)
    url = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    reason = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[AgendaRequest]]

    class Meta:
        verbose_name = _("request for an item")
        ordering = ("due_on", "pk")
        constraints = [models.UniqueConstraint("programme", "body", "source", name="bodies_one_request_a_source")]

    def __str__(self) -> str:
        return self.source

    @property
    def title(self) -> Text:
        return Text(self.title_fr, self.title_en or self.title_fr)

    @property
    def origin(self) -> str:
        """The sort of what asks."""
        return self.source.partition(":")[0]


class Item(models.Model):
    """A point of an agenda, and what became of it.

    ``nature`` information is not voted on: it is noted. ``text`` is what is put to the vote. ``closed_doors``: what is said on it is not
    public (a person's situation); how many voted what still is.
    """

    class Nature(models.TextChoices):
        DECISION = "decision", _("decision")
        OPINION = "opinion", _("opinion")
        REPORT = "report", pgettext_lazy("item of a body", "report")
        AGREEMENT = "agreement", pgettext_lazy("item of a body", "agreement")
        ELECTION = "election", _("election")
        MINUTES = "minutes", _("adoption of minutes")
        INFORMATION = "information", _("information")

    class Outcome(models.TextChoices):
        ADOPTED = "adopted", _("adopted")
        REJECTED = "rejected", _("rejected")
        NOTED = "noted", _("noted")
        POSTPONED = "postponed", _("put off")
        WITHDRAWN = "withdrawn", _("withdrawn")

    session = models.ForeignKey(Session, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    title_fr = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    nature = models.CharField(max_length=11, choices=Nature, default=Nature.DECISION)
    text = models.TextField(blank=True)
    rapporteur = models.ForeignKey(Term, models.PROTECT, null=True, related_name="+")
    request = models.OneToOneField(AgendaRequest, models.PROTECT, null=True, related_name="item")
    adopts = models.ForeignKey(Session, models.PROTECT, null=True, related_name="+")
    closed_doors = models.BooleanField(default=False)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)

    objects: ClassVar[models.Manager[Item]]

    class Meta:
        verbose_name = _("item of a body's agenda")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return str(self.position)

    @property
    def title(self) -> Text:
        return Text(self.title_fr, self.title_en or self.title_fr)


class Paper(models.Model):
    """A file of a session or of one item. Read by members once it is there, by everyone from ``public_at``."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="papers")
    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="papers")
    title = models.CharField(max_length=200)
    upload = models.ForeignKey("custody.StoredFile", models.PROTECT, related_name="+")
    added_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField()
    public_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("paper of a session")
        ordering = ("item__position", "pk")

    def __str__(self) -> str:
        return self.title


class Amendment(models.Model):
    """A change to the text of an item, voted on before it."""

    class Outcome(models.TextChoices):
        ADOPTED = "adopted", _("adopted")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    item = models.ForeignKey(Item, models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    author = models.ForeignKey(Term, models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)

    class Meta:
        verbose_name = _("amendment to an item")
        ordering = ("number",)
        constraints = [models.UniqueConstraint("item", "number", name="bodies_one_amendment_a_number")]

    def __str__(self) -> str:
        return str(self.number)


class Recusal(models.Model):
    """A member takes no part in an item, and why. Never taken back."""

    class Why(models.TextChoices):
        INTEREST = "interest", _("declared interest")
        PERSON = "person", _("personal tie")
        OTHER = "other", _("other reason")

    item = models.ForeignKey(Item, models.PROTECT, related_name="recusals")
    term = models.ForeignKey(Term, models.PROTECT, related_name="recusals")
    why = models.CharField(max_length=8, choices=Why)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("recusal on an item")
        constraints = [models.UniqueConstraint("item", "term", name="bodies_one_recusal_each")]

    def __str__(self) -> str:
        return self.why
