"""People who sign in. What they may do is in ``permissions``."""

from __future__ import annotations

from typing import ClassVar

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Users are known by their e-mail address alone."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **extra: object) -> User:
        user: User = self.model(email=self.normalize_email(email).lower(), **extra)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save(using=self._db)
        # Known to the sign-in, and checked by the first code typed.
        EmailAddress.objects.using(self._db).create(user=user, email=user.email, primary=True, verified=False)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: object) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractUser):
    """An account: an e-mail address, and the name shown to agents."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held, each account being at least an inhabitant's."""
        return frozenset({Role.INHABITANT.value, *self.role_grants.values_list("role", flat=True)})


class Role(models.TextChoices):
    """What a person is to the region. One person may hold several."""

    INHABITANT = "inhabitant", _("inhabitant")
    MEMBER = "member", _("member of an organisation")
    AGENT = "agent", _("agent")
    ELECTED = "elected", _("elected member")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class RoleGrant(models.Model):
    """A role given to an account."""

    user = models.ForeignKey(User, models.CASCADE, related_name="role_grants")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("role grant")
        constraints = [models.UniqueConstraint("user", "role", name="one_grant_a_role")]

    def __str__(self) -> str:
        return self.get_role_display()


class AuditLine(models.Model):
    """Who did what to accounts and definitions: kept for administrators, never published, no address in it.

    Accounts that are gone leave their lines without a name.
    """

    class What(models.TextChoices):
        GRANTED = "role_granted", _("role granted")
        WITHDRAWN = "role_withdrawn", _("role withdrawn")
        PUBLISHED = "definition_published", _("definition published")
        DELETED = "account_deleted", _("account deleted")

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    target = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    what = models.CharField(max_length=30, choices=What)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("audit line")
        indexes = [models.Index(models.F("at").desc(), name="audit_latest_first")]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.detail}"


class Draft(models.Model):
    """What a person has begun to write in a form, so that nothing typed is lost before it is sent."""

    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=120)
    data = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft")
        constraints = [models.UniqueConstraint("user", "form", name="one_draft_a_form")]

    def __str__(self) -> str:
        return self.form


class Notice(models.Model):
    """An e-mail that says only that something awaits on the site. ``key`` makes it once. See ``accounts.notices``."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()

    class Meta:
        verbose_name = _("notice")
        indexes = [
            models.Index("not_before", condition=models.Q(sent_at__isnull=True), name="accounts_notices_waiting")
        ]

    def __str__(self) -> str:
        return self.key
