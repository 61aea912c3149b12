"""Who follows what by e-mail, what was seen last, and the outbox.

Nothing here is public. Deleting an account deletes its rows.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Pace(models.TextChoices):
    INSTANT = "instant", _("at once")
    WEEKLY = "weekly", _("once a week")


class Subscription(models.Model):
    """One person follows one topic (see ``topics``). Facts before ``since_index`` are not theirs to be told."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="subscriptions")
    programme = models.SlugField(max_length=60)
    topic = models.CharField(max_length=80, help_text=_("sort, colon, code: measure:12"))
    pace = models.CharField(_("pace"), max_length=10, choices=Pace, default=Pace.WEEKLY)
    since_index = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("subscription")
        constraints = [models.UniqueConstraint("user", "programme", "topic", name="one_subscription_a_topic")]
        indexes = [models.Index("programme", "pace", "topic", name="subscriptions_to_tell")]

    def __str__(self) -> str:
        return f"{self.topic} {self.pace}"


class SeenStanding(models.Model):
    """The standing of a commitment when alerts were last prepared: what a change is told against."""

    programme = models.SlugField(max_length=60)
    commitment = models.CharField(max_length=10)
    status = models.CharField(max_length=20)
    stale_since = models.DateField(null=True)
    regressed = models.BooleanField(default=False)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)

    class Meta:
        constraints = [models.UniqueConstraint("programme", "commitment", name="one_seen_standing")]

    def __str__(self) -> str:
        return f"{self.commitment} {self.status}"


class Change(models.Model):
    """What changed in a commitment's standing, as told to those who follow it."""

    class What(models.TextChoices):
        STATUS = "status", _("status changed")
        STALE = "stale", _("figures out of date")
        REGRESSED = "regressed", _("figure went back")

    programme = models.SlugField(max_length=60)
    commitment = models.CharField(max_length=10)
    what = models.CharField(max_length=10, choices=What)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40)
    on = models.DateField()

    class Meta:
        indexes = [models.Index("programme", "id", name="changes_in_order")]

    def __str__(self) -> str:
        return f"{self.commitment} {self.what} {self.before} {self.after}"


class AlertCursor(models.Model):
    """How far each pace was told: the next fact and the last change. Locked while messages are prepared."""

    programme = models.SlugField(max_length=60)
    pace = models.CharField(max_length=10, choices=Pace)
    next_index = models.BigIntegerField()
    last_change = models.BigIntegerField(default=0)
    ran_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("programme", "pace", name="one_alert_cursor")]

    def __str__(self) -> str:
        return f"{self.pace} {self.next_index}"


class Mailing(models.Model):
    """One message, written once for all who receive the same words."""

    programme = models.SlugField(max_length=60)
    pace = models.CharField(max_length=10, choices=Pace)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.subject


class Delivery(models.Model):
    """One message to one person: entered when it is due, again just before it is handed over, and once it was.

    A delivery that was never begun is sent; one that was begun and not finished (the program died in
    between) is sent again under the same Message-ID, which mail programs show once.
    """

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    begun_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    given_up = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("mailing", "user", name="one_delivery_a_person")]
        indexes = [
            models.Index(
                "not_before", condition=models.Q(sent_at__isnull=True, given_up=False), name="deliveries_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.user_id}"
