"""Establishments, places, who is assigned to them; members of the target population, and who they are, sealed apart."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.custody.sealing import SealedJSONField


class Establishment(models.Model):
    """A lycée, a school: whose pupils are invited. ``code`` is its public identifier (UAI)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    kind = models.SlugField(pgettext_lazy("roll", "kind"), max_length=60)
    name = models.CharField(_("name"), max_length=150)
    commune = models.CharField(_("commune"), max_length=5)
    department = models.CharField(_("department"), max_length=3)

    class Meta:
        verbose_name = _("establishment")
        verbose_name_plural = _("establishments")
        ordering = ("department", "name", "code")
        indexes = (models.Index("kind", "department", "name", name="offers_establishments"),)

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """Where appointments are held, for the pupils of one establishment or of several nearby."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=150)
    address = models.CharField(_("address"), max_length=250, blank=True)
    commune = models.CharField(_("commune"), max_length=5)
    serves: models.ManyToManyField[Establishment, models.Model] = models.ManyToManyField(
        Establishment, related_name="places"
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ("name", "code")

    def __str__(self) -> str:
        return self.name


class Assignment(models.Model):
    """Whose names an account may see: those of an establishment (lists and letters) or of a place (who comes). No role gives it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="offer_assignments")
    establishment = models.ForeignKey(Establishment, models.CASCADE, null=True, blank=True, related_name="staff")
    place = models.ForeignKey(Place, models.CASCADE, null=True, blank=True, related_name="staff")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="offers_assigned_to_one",
                condition=Q(establishment__isnull=True, place__isnull=False)
                | Q(establishment__isnull=False, place__isnull=True),
            ),
            models.UniqueConstraint("user", "establishment", condition=Q(place=None), name="offers_assigned_school"),
            models.UniqueConstraint("user", "place", condition=Q(establishment=None), name="offers_assigned_place"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.establishment_id or ''} {self.place_id or ''}"


class Standing(models.TextChoices):
    WAITING = "waiting", _("not yet invited")
    INVITED = "invited", _("invited")
    DECLINED = "declined", _("declined")


class Member(models.Model):
    """One member of the target population in one round. ``key`` is the blind index of who it is.

    ``present``: on the roll today (those who left stay, so that they are not invited again elsewhere). ``late``: listed after the roll
    was closed. ``size``: pupils it stands for, 1 for a person. ``gender`` and ``age`` are categories of ``facts.base.CATEGORIES``.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    offer = models.SlugField(max_length=60)
    round = models.SlugField(max_length=60)
    key = models.CharField(max_length=81)
    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="members")
    group = models.CharField(max_length=60)
    size = models.PositiveIntegerField(default=1)
    gender = models.CharField(max_length=10, default="unknown")
    age = models.CharField(max_length=10, default="unknown")
    present = models.BooleanField(default=True)
    late = models.BooleanField(default=False)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.WAITING)
    listed_at = models.DateTimeField(auto_now_add=True)
    declined_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ("id",)
        constraints = (models.UniqueConstraint("offer", "round", "key", name="offers_one_member_a_round"),)
        indexes = (
            models.Index("offer", "round", "establishment", "standing", "present", name="offers_roll"),
            models.Index("offer", "round", "establishment", "group", "id", name="offers_classes"),
        )

    def __str__(self) -> str:
        return str(self.reference)


class Identity(models.Model):
    """Who a member is: sealed, apart, first to be erased. Keys: ``surname``, ``given``, ``born_on``, ``email``; for a group ``email``."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.OneToOneField(Member, models.CASCADE, related_name="identity")
    person: Any = SealedJSONField(bind="reference", purpose="offers.identity")

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")

    def __str__(self) -> str:
        return str(self.reference)


class RollImport(models.Model):
    """One reading of a list: what became of its lines. The list itself is not kept."""

    programme = models.SlugField(max_length=60)
    offer = models.SlugField(max_length=60)
    round = models.SlugField(max_length=60)
    filename = models.CharField(_("file"), max_length=255)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    complete = models.BooleanField()
    dry_run = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)
    lines = models.PositiveIntegerField(default=0)
    arrived = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    departed = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager[RollImport]]

    class Meta:
        verbose_name = _("roll import")
        ordering = ("-id",)
        indexes = (models.Index("programme", "offer", "id", name="offers_imports"),)

    def __str__(self) -> str:
        return f"{self.id} {self.filename}"


class RefusedRollLine(models.Model):
    """A line of a list that was left out, and why, in both languages; nothing of what it held."""

    run = models.ForeignKey(RollImport, models.CASCADE, related_name="refusals")
    line = models.PositiveIntegerField()
    fr = models.CharField(max_length=300)
    en = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("refused line")
        ordering = ("line", "id")
        indexes = (models.Index("run", "line", name="offers_refused"),)

    def __str__(self) -> str:
        return f"{self.line}: {self.fr}"


class RollClosure(models.Model):
    """The roll of an establishment was declared complete; who is listed after is late."""

    offer = models.SlugField(max_length=60)
    round = models.SlugField(max_length=60)
    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="closures")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(auto_now_add=True)
    members = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("closed roll")
        ordering = ("id",)
        constraints = (models.UniqueConstraint("offer", "round", "establishment", name="offers_one_closure"),)

    def __str__(self) -> str:
        return f"{self.offer} {self.round} {self.establishment_id}"
