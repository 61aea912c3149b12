"""Where a body stands, who sits in it, and what they declared."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class Standing(models.Model):
    """One row a body: since when it exists, and what its acts take in turn (its lock, and the numbers of its decisions).

    ``subject`` seals its papers until they are public.
    """

    programme = models.SlugField(max_length=60)
    body = models.SlugField(max_length=60)
    created_on = models.DateField(null=True)
    created_by = models.CharField(max_length=200, blank=True)
    created_url = models.URLField(max_length=500, blank=True)
    installed_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    subject = models.ForeignKey("custody.Subject", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("standing of a body")
        constraints = [models.UniqueConstraint("programme", "body", name="bodies_one_standing")]

    def __str__(self) -> str:
        return self.body


class TermSet(models.QuerySet["Term"]):
    """Terms by body and day."""

    def of(self, programme: str, body: str) -> TermSet:
        return self.filter(programme=programme, body=body)

    def on(self, day: dt.date) -> TermSet:
        """Those that run on a day."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)

    def listed(self) -> TermSet:
        """As pages list them: the presidency first, then by college and seat."""
        return self.order_by("-president", "college", "seat", "name", "pk")


class Term(models.Model):
    """Someone holds a seat of a college of a body from a day to another (both included). Never deleted: it is ended.

    ``name`` is public: a member of a public body is not a private person there. ``organisation`` is what they sit for, with its SIREN where
    it has one. ``user``: their account, if they have one. ``college`` is empty for terms taken from before colleges were defined.
    """

    class Gender(models.TextChoices):
        WOMAN = "women", _("woman")
        MAN = "men", _("man")
        OTHER = "other", _("other")
        UNSAID = "", _("not said")

    class Why(models.TextChoices):
        TERM = "term", _("end of the term")
        RESIGNED = "resigned", _("resignation")
        LOST = "lost", _("loss of the quality for which one sat")
        REPLACED = "replaced", _("replaced by the organisation represented")
        DEATH = "death", _("death")
        BODY = "body", _("end of the body")

    programme = models.SlugField(max_length=60)
    body = models.SlugField(max_length=60)
    college = models.SlugField(max_length=60, blank=True)
    seat = models.PositiveSmallIntegerField(null=True)
    user = models.ForeignKey(USER, models.PROTECT, null=True, related_name="body_terms")
    name = models.CharField(max_length=120)
    gender = models.CharField(max_length=5, choices=Gender, blank=True, default="")
    organisation = models.CharField(max_length=200, blank=True)
    siren = models.CharField(max_length=9, blank=True)
    president = models.BooleanField(default=False)
    votes = models.BooleanField(default=True)
    since = models.DateField()
    until = models.DateField(null=True)
    why_ended = models.CharField(max_length=8, choices=Why, blank=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Term]] = TermSet.as_manager()

    class Meta:
        verbose_name = _("term in a body")
        constraints = [
            models.UniqueConstraint("programme", "body", "user", "since", name="bodies_one_term_each"),
            models.UniqueConstraint("programme", "body", "college", "seat", "since", name="bodies_one_holder_a_seat"),
        ]
        indexes = [models.Index("programme", "body", "until", name="bodies_terms_of_a_body")]

    def __str__(self) -> str:
        return f"{self.body} {self.college} {self.seat or ''}".strip()


class Interest(models.Model):
    """An interest a member declares, public as long as it is held. ``until`` ends it; a declaration is never rewritten."""

    class Nature(models.TextChoices):
        JOB = "job", _("job")
        MANDATE = "mandate", _("elected office")
        DIRECTOR = "director", _("seat on a board")
        HOLDING = "holding", _("shares")
        VOLUNTEER = "volunteer", _("unpaid responsibility")
        FAMILY = "family", _("activity of a close relative")
        NONE = "none", _("nothing to declare")

    term = models.ForeignKey(Term, models.PROTECT, related_name="interests")
    nature = models.CharField(max_length=9, choices=Nature)
    organisation = models.CharField(max_length=200, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    declared_on = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        verbose_name = _("declared interest")
        indexes = [models.Index("term", "until", name="bodies_interests_of_a_term")]

    def __str__(self) -> str:
        return self.nature
