"""Who follows what, what happened to it, and what was sent of it. Nothing here is public but the events. An account that goes takes its rows along."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Pace(models.TextChoices):
    INSTANT = "instant", _("as soon as something happens")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")
    NONE = "none", _("never: only keep it in my list")


class Follow(models.Model):
    """One person follows one target (``process:<code>``, ``measure:12`` …: see ``follow.targets``)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows")
    programme = models.SlugField(max_length=60)
    target = models.CharField(max_length=120)
    pace = models.CharField(_("pace"), max_length=10, choices=Pace, default=Pace.WEEKLY)
    #: What was recorded before is not theirs to be told.
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("what one follows")
        constraints = [models.UniqueConstraint("user", "programme", "target", name="one_follow_a_target")]
        indexes = [
            models.Index("programme", "pace", "user", "target", name="community_to_tell"),
            models.Index("programme", "target", name="community_followers"),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.pace}"


class Event(models.Model):
    """Something that happened to a target, told to those who follow it, in its feed and its calendar. ``key`` makes it once."""

    programme = models.SlugField(max_length=60)
    target = models.CharField(max_length=120)
    key = models.CharField(max_length=160)
    title_fr = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    url = models.CharField(max_length=400)
    #: When it happened, or is going to (a meeting, a closing): feeds sort by it, calendars show it.
    at = models.DateTimeField()
    answer = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    #: The number of the digest of each pace that told it. Numbers of rows would not do: what is committed later may have a smaller one.
    told_instant = models.PositiveIntegerField(null=True)
    told_daily = models.PositiveIntegerField(null=True)
    told_weekly = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("event")
        constraints = [models.UniqueConstraint("programme", "target", "key", name="one_event_a_key")]
        indexes = [
            models.Index("programme", "target", models.F("at").desc(), name="community_events_of"),
            models.Index("programme", "key", name="community_events_keys"),
            models.Index("told_instant", condition=models.Q(told_instant=None), name="community_untold_instant"),
            models.Index("told_daily", condition=models.Q(told_daily=None), name="community_untold_daily"),
            models.Index("told_weekly", condition=models.Q(told_weekly=None), name="community_untold_weekly"),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.key}"


class Digest(models.Model):
    """One sending to all who follow at one pace: a window of news that never changes once it is cut."""

    programme = models.SlugField(max_length=60)
    pace = models.CharField(max_length=10, choices=Pace)
    number = models.PositiveIntegerField()
    #: For each source of news, where the window begins and ends.
    window = models.JSONField(default=dict)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    due = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("digest")
        constraints = [models.UniqueConstraint("programme", "pace", "number", name="one_digest_a_number")]

    def __str__(self) -> str:
        return f"{self.pace} {self.number}"


class DigestCursor(models.Model):
    """How far each pace was told: the place of each source, and the last number. Locked while a digest is cut."""

    programme = models.SlugField(max_length=60)
    pace = models.CharField(max_length=10, choices=Pace)
    place = models.JSONField(default=dict)
    number = models.PositiveIntegerField(default=0)
    ran_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("programme", "pace", name="one_digest_cursor")]

    def __str__(self) -> str:
        return f"{self.pace} {self.number}"


class DigestSection(models.Model):
    """What one digest says of one target: composed once, in both languages, whatever the number of those who follow it."""

    digest = models.ForeignKey(Digest, models.CASCADE, related_name="sections")
    target = models.CharField(max_length=120)
    #: {"lines": [digests.sources.Line, kept], "counts": {group: n}}
    body = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint("digest", "target", name="one_section_a_target")]

    def __str__(self) -> str:
        return self.target


class DigestSlice(models.Model):
    """Recipients from ``first_user`` to ``last_user``: the work of one task. ``held_at`` says somebody is at it, and when they last were."""

    digest = models.ForeignKey(Digest, models.CASCADE, related_name="slices")
    first_user = models.BigIntegerField()
    last_user = models.BigIntegerField()
    held_at = models.DateTimeField(null=True)
    filled_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("digest", "first_user", name="one_slice_a_start")]
        indexes = [models.Index("digest", condition=models.Q(done_at__isnull=True), name="community_slices_left")]

    def __str__(self) -> str:
        return f"{self.digest_id} {self.first_user}-{self.last_user}"


class DigestDelivery(models.Model):
    """One digest to one person: entered before it is handed over (``begun_at``) and once it was (``sent_at``).

    What was begun and never finished (the program died in between) is handed over again under the same Message-ID, which mail
    programs show once.
    """

    slice = models.ForeignKey(DigestSlice, models.CASCADE, related_name="deliveries")
    digest = models.ForeignKey(Digest, models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    begun_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    given_up = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("digest", "user", name="one_digest_a_person")]
        indexes = [
            models.Index(
                "slice",
                "not_before",
                condition=models.Q(sent_at__isnull=True, given_up=False),
                name="community_deliveries_left",
            )
        ]

    def __str__(self) -> str:
        return f"{self.digest_id} {self.user_id}"
