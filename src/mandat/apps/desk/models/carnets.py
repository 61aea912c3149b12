"""Carnets and what comes back of them."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.custody.sealing import SealedJSONField, SealedTextField
from mandat.kernel.text import Text

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_code() -> str:
    """A number of a carnet, short enough to be written on paper."""
    return "c" + "".join(secrets.choice(_ALPHABET) for _ in range(7))


class Carnet(models.Model):
    """A booklet of numbered blanks, prepared for one event. ``secret`` and ``private_key`` are sealed by the carnet's own holder.

    ``package`` is what the page of the device reads, and ``digest`` its SHA-256: a file brought back says which package it comes from.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", pgettext_lazy("carnet", "prepared")
        OUT = "out", pgettext_lazy("carnet", "handed over")
        BACK = "back", pgettext_lazy("carnet", "brought back, to settle")
        CLOSED = "closed", pgettext_lazy("carnet", "reconciled")
        LOST = "lost", pgettext_lazy("carnet", "lost or unused")

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    programme = models.SlugField(max_length=60)
    title = models.CharField(_("event"), max_length=150)
    place = models.CharField(_("place"), max_length=150)
    event_on = models.DateField(_("day"))
    process = models.SlugField(max_length=60, blank=True)
    meeting = models.SlugField(max_length=12, blank=True)
    blanks = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    holder = models.ForeignKey("custody.Subject", models.PROTECT, related_name="+")
    secret: SealedTextField = SealedTextField(subject="holder", bind="code", purpose="desk.secret", null=True)
    private_key: SealedTextField = SealedTextField(subject="holder", bind="code", purpose="desk.key", null=True)
    public_key = models.CharField(max_length=120)
    package: models.JSONField[Any, Any] = models.JSONField()
    digest = models.CharField(max_length=64)
    synthetic = models.BooleanField(default=False)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    prepared_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Carnet]]

    class Meta:
        verbose_name = pgettext_lazy("offline desk", "carnet")
        verbose_name_plural = pgettext_lazy("offline desk", "carnets")
        ordering = ("-event_on", "-id")
        indexes = (models.Index("programme", F("event_on").desc(), F("id").desc(), name="desk_carnets"),)

    def __str__(self) -> str:
        return self.code


class Section(models.Model):
    """Blanks ``first`` to ``last`` of a carnet, of one kind and about one target. ``memory``: what its adapter began (a sheet, an urn)."""

    carnet = models.ForeignKey(Carnet, models.CASCADE, related_name="sections")
    kind = models.SlugField(max_length=30)
    target = models.CharField(max_length=120)
    title_fr = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    memory: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("section of a carnet")
        ordering = ("first",)
        constraints = (
            models.UniqueConstraint("carnet", "kind", "target", name="desk_one_section"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="desk_section_ordered"),
        )

    def __str__(self) -> str:
        return f"{self.carnet_id} {self.first}-{self.last}"

    @property
    def title(self) -> Text:
        return Text(self.title_fr, self.title_en)


class Upload(models.Model):
    """A file brought back, known by its digest: the same one again changes nothing."""

    carnet = models.ForeignKey(Carnet, models.CASCADE, related_name="uploads")
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    wrong: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        verbose_name = _("file brought back")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint("carnet", "sha256", name="desk_one_upload"),)

    def __str__(self) -> str:
        return self.sha256[:12]


class Entry(models.Model):
    """One blank filled. ``data`` (sealed) is erased once it is settled; ``digest`` is of the whole entry, with a nonce nobody can guess."""

    class State(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("entry", "to reconcile")
        TAKEN = "taken", pgettext_lazy("entry", "taken")
        REFUSED = "refused", pgettext_lazy("entry", "refused")
        CONFLICT = "conflict", pgettext_lazy("entry", "to settle")
        VOID = "void", pgettext_lazy("entry", "struck out")

    carnet = models.ForeignKey(Carnet, models.CASCADE, related_name="entries")
    section = models.ForeignKey(Section, models.CASCADE, related_name="entries")
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField()
    place = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    data: SealedJSONField = SealedJSONField(subject="carnet__holder", bind="place", purpose="desk.entry", null=True)
    other: SealedJSONField = SealedJSONField(subject="carnet__holder", bind="place", purpose="desk.other", null=True)
    digest = models.CharField(max_length=64)
    collected_at = models.DateTimeField()
    reason_fr = models.CharField(max_length=500, blank=True)
    reason_en = models.CharField(max_length=500, blank=True)
    may_take = models.BooleanField(default=False)
    conflicted = models.BooleanField(default=False)
    settled_why = models.CharField(max_length=500, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Entry]]

    class Meta:
        verbose_name = _("entry of a carnet")
        ordering = ("number",)
        constraints = (models.UniqueConstraint("carnet", "number", name="desk_one_entry"),)
        indexes = (models.Index("carnet", "state", "number", name="desk_entries"),)

    def __str__(self) -> str:
        return self.place

    @property
    def reason(self) -> Text:
        return Text(self.reason_fr, self.reason_en)


class Act(models.Model):
    """Who did what with a carnet, when, and counts alone."""

    class What(models.TextChoices):
        PREPARED = "prepared", _("prepared the carnet")
        HANDED = "handed", _("put it on a device")
        PRINTED = "printed", _("printed it")
        UPLOADED = "uploaded", _("brought a file back")
        RECONCILED = "reconciled", _("reconciled, swearing to the moments")
        SETTLED = "settled", _("settled a conflict")
        CLOSED = "closed", _("closed the carnet")
        LOST = "lost", _("declared it lost or unused")

    carnet = models.ForeignKey(Carnet, models.CASCADE, related_name="acts")
    what = models.CharField(max_length=12, choices=What)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    detail: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("act on a carnet")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"
