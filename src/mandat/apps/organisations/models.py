"""Organisations, the people who speak for them, and how they are held together."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.custody.sealing import BlindIndexField, SealedTextField
from mandat.apps.organisations.categories import HEADCOUNT, legal_label


class State(models.TextChoices):
    ACTIVE = "active", _("active")
    CEASED = "ceased", pgettext_lazy("company", "closed")
    UNKNOWN = "unknown", _("not known")


class Rank(models.TextChoices):
    """What a member may do in the name of the organisation."""

    OWNER = "owner", _("owner")
    EDITOR = "editor", _("editor")
    READER = "reader", _("reader")


class Organisation(models.Model):
    """An organisation known by its SIRET, its RNA number, or by what its members declare.

    ``declared`` names the fields written by hand; the others are the register's, read at ``read_at``. ``confirmed_at``: an
    agent checked that its owner speaks for it. ``subject`` is whose key seals its files and contacts.
    """

    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    subject = models.OneToOneField("custody.Subject", models.PROTECT, related_name="organisation")
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True, db_index=True)
    rna = models.CharField(_("RNA number"), max_length=10, blank=True)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=80, blank=True)
    legal_category = models.CharField(_("legal category"), max_length=4, blank=True)
    naf = models.CharField(_("activity (NAF)"), max_length=6, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    postcode = models.CharField(_("postcode"), max_length=5, blank=True)
    commune = models.CharField(_("commune"), max_length=5, blank=True)
    commune_name = models.CharField(_("name of the commune"), max_length=100, blank=True)
    headcount = models.CharField(_("headcount"), max_length=2, blank=True)
    state = models.CharField(_("state in the register"), max_length=8, choices=State, default=State.UNKNOWN)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    diffusible = models.BooleanField(default=True)
    declared = models.JSONField(default=list)
    read_at = models.DateTimeField(_("read in the register on"), null=True, blank=True)
    email = SealedTextField(_("e-mail address"), null=True, blank=True, subject="subject")
    telephone = SealedTextField(_("telephone"), null=True, blank=True, subject="subject")
    by_link = models.BooleanField(default=False, help_text=_("named by another organisation only: nobody entered it"))
    confirmed_at = models.DateTimeField(_("confirmed on"), null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)

    objects: ClassVar[models.Manager[Organisation]]

    class Meta:
        verbose_name = _("organisation")
        constraints = (
            models.UniqueConstraint("siret", condition=~models.Q(siret=""), name="organisations_one_a_siret"),
            models.UniqueConstraint("rna", condition=~models.Q(rna=""), name="organisations_one_an_rna"),
        )
        indexes = (models.Index("name", name="organisations_by_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def legal_label(self) -> str:
        label = legal_label(self.legal_category)
        return str(label) if label else self.legal_category

    @property
    def headcount_label(self) -> str:
        label = HEADCOUNT.get(self.headcount)
        return str(label) if label else ""

    @property
    def number(self) -> str:
        """The number it is known by, as the French write it."""
        if self.siret:
            return f"{self.siret[:3]} {self.siret[3:6]} {self.siret[6:9]} {self.siret[9:]}"
        return self.rna

    @property
    def area(self) -> str:
        """The area of facts, empty where the commune is not known."""
        return f"commune:{self.commune}" if self.commune else ""


class Member(models.Model):
    """A person who acts in the name of an organisation."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    rank = models.CharField(_("role"), max_length=8, choices=Rank)
    joined_at = models.DateTimeField(_("joined on"), auto_now_add=True)

    class Meta:
        verbose_name = _("member")
        constraints = (models.UniqueConstraint("organisation", "user", name="organisations_one_membership"),)

    def __str__(self) -> str:
        return self.get_rank_display()


class Invitation(models.Model):
    """Someone is invited by e-mail. The address is sealed; the link's secret is kept as a digest."""

    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = SealedTextField(_("e-mail address"), null=True)
    email_index = BlindIndexField(source="email", db_index=True)
    rank = models.CharField(_("role"), max_length=8, choices=Rank)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(pgettext_lazy("request", "sent on"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name = _("invitation")

    def __str__(self) -> str:
        return self.reference.hex


class JoinRequest(models.Model):
    """Someone asks to join an organisation that is here already."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(_("asked on"), auto_now_add=True)

    class Meta:
        verbose_name = _("request to join")
        constraints = (models.UniqueConstraint("organisation", "user", name="organisations_one_request"),)

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d}"


class Control(models.Model):
    """One organisation controls another (single undertaking, Regulation (EU) 2023/2831, article 2.2).

    ``until`` None: still so. Shares are declared in percent where they are the reason.
    """

    class Why(models.TextChoices):
        MAJORITY = "majority", _("majority of the votes")
        APPOINTS = "appoints", _("appoints most of those who direct it")
        CONTRACT = "contract", _("dominant influence by contract or statutes")
        AGREEMENT = "agreement", _("majority by agreement with others")

    parent = models.ForeignKey(Organisation, models.PROTECT, related_name="controls")
    child = models.ForeignKey(Organisation, models.PROTECT, related_name="controlled_by")
    why = models.CharField(_("reason"), max_length=10, choices=Why)
    share = models.DecimalField(_("share of the votes (%)"), max_digits=5, decimal_places=2, null=True, blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    declared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("control")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("child")), name="organisations_controls_another"
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="organisations_control_ends_after",
            ),
            models.UniqueConstraint(
                "parent", "child", condition=models.Q(until__isnull=True), name="organisations_one_control"
            ),
        )

    def __str__(self) -> str:
        return self.get_why_display()
