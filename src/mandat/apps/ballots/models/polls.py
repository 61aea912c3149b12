"""Polls, the marks of the roll, the box, and what was counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.ballots.choices import Option
from mandat.apps.ballots.models.fields import RandomKeyField
from mandat.apps.ballots.models.rolls import Channel, Roll, Voter
from mandat.apps.ballots.schema import BallotRules
from mandat.kernel.text import Text


class Poll(models.Model):
    """A question put to a roll, frozen when it is opened: ``definition`` and its SHA-256 are published and never change.

    ``key`` seals the box until it is counted. ``opens_at`` is the first instant at which one may vote, ``closes_at`` the first at which one
    may not.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        COUNTED = "counted", _("counted")
        CANCELLED = "cancelled", _("cancelled")

    roll = models.ForeignKey(Roll, models.PROTECT, related_name="polls")
    code = models.CharField(max_length=120)
    reference = models.CharField(max_length=40, unique=True)
    programme = models.CharField(max_length=80)
    source = models.CharField(max_length=200, blank=True, db_index=True)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    measures = models.JSONField(default=list)
    commitments = models.JSONField(default=list)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    key = models.TextField()
    synthetic = models.BooleanField(default=False)
    counted_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("poll")
        constraints = (models.UniqueConstraint("roll", "code", name="ballots_one_poll_a_code"),)
        indexes = (models.Index("state", "closes_at", name="ballots_polls_to_close"),)

    def __str__(self) -> str:
        return self.reference

    @cached_property
    def rules(self) -> BallotRules:
        return BallotRules.model_validate(self.definition["rules"])

    @cached_property
    def options(self) -> tuple[Option, ...]:
        return tuple(Option.of(one) for one in self.definition["options"])

    @cached_property
    def by_code(self) -> Mapping[str, Option]:
        return {one.code: one for one in self.options}

    @property
    def budget(self) -> Decimal | None:
        text = self.definition.get("budget")
        return None if text is None else Decimal(text)

    @property
    def title(self) -> Text:
        return Text(**self.definition["title"])

    @property
    def question(self) -> Text | None:
        words = self.definition.get("question")
        return Text(**words) if words else None

    def begun(self, at: dt.datetime | None = None) -> bool:
        return self.opens_at <= (at or timezone.now())

    def over(self, at: dt.datetime | None = None) -> bool:
        return self.closes_at <= (at or timezone.now())

    def takes_votes(self, at: dt.datetime | None = None) -> bool:
        """Whether one may vote at an instant: to the second, and not a second more."""
        return self.state == self.State.OPEN and self.begun(at) and not self.over(at)

    @property
    def appeal_until(self) -> dt.datetime | None:
        """Until when the count may be contested; None before it."""
        return None if self.counted_at is None else self.counted_at + dt.timedelta(days=self.rules.appeal_days)


class Mark(models.Model):
    """A voter voted: by which channel, on which day. Never what, never at what hour."""

    id = RandomKeyField(primary_key=True, editable=False)
    poll = models.ForeignKey(Poll, models.PROTECT, related_name="marks")
    voter = models.ForeignKey(Voter, models.PROTECT, related_name="marks")
    channel = models.CharField(max_length=12, choices=Channel)
    on = models.DateField()

    class Meta:
        verbose_name = _("mark of the roll")
        constraints = (models.UniqueConstraint("poll", "voter", name="ballots_one_vote_a_voter"),)

    def __str__(self) -> str:
        return "–"


class Boxed(models.Model):
    """A ballot in the box, sealed until the count. Its key is drawn at random and is its receipt."""

    id = RandomKeyField(primary_key=True, editable=False)
    poll = models.ForeignKey(Poll, models.PROTECT, related_name="box")
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("ballot in the box")

    def __str__(self) -> str:
        return "–"


class Ballot(models.Model):
    """A ballot of the published list: ``content`` is canonical JSON, ``id`` the number its receipt writes."""

    id = RandomKeyField(primary_key=True, editable=False)
    poll = models.ForeignKey(Poll, models.PROTECT, related_name="ballots")
    content = models.TextField()

    class Meta:
        verbose_name = _("published ballot")
        indexes = (models.Index("poll", "id", name="ballots_list_by_receipt"),)

    def __str__(self) -> str:
        return "–"


class Turnout(models.Model):
    """Votes by channel and area, counted with each vote; ``shard`` keeps voters of one second from waiting for one another."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="turnout")
    channel = models.CharField(max_length=12, choices=Channel)
    area = models.CharField(max_length=80, blank=True)
    shard = models.PositiveSmallIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("turnout")
        constraints = (models.UniqueConstraint("poll", "channel", "area", "shard", name="ballots_one_count_a_shard"),)

    def __str__(self) -> str:
        return f"{self.channel} {self.area}"


class Unfinished(models.Model):
    """Someone with an account began a ballot: that alone, so that they may be reminded. What they began is not kept here."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="unfinished")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    on = models.DateField()

    class Meta:
        verbose_name = _("ballot begun")
        constraints = (models.UniqueConstraint("poll", "user", name="ballots_begun_once"),)

    def __str__(self) -> str:
        return str(self.poll_id)


class Result(models.Model):
    """What was counted, once and for all: see ``tallying.Outcome``."""

    poll = models.OneToOneField(Poll, models.PROTECT, related_name="result")
    outcome = models.JSONField()
    root = models.CharField(max_length=64)
    ballots = models.PositiveIntegerField()
    voters = models.PositiveIntegerField()
    marks = models.PositiveIntegerField()
    turnout = models.JSONField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("result")

    def __str__(self) -> str:
        return self.root[:8]

    @property
    def winners(self) -> list[str]:
        """Codes of the options chosen, in order; empty where the vote does not count (quorum, threshold)."""
        return list(self.outcome["winners"]) if self.outcome["valid"] else []


class Block(models.Model):
    """A run of the published list: its first receipt and the root over its leaves, for proofs without reading the whole list."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="blocks")
    number = models.PositiveIntegerField()
    first = models.BigIntegerField()
    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("block of the list")
        constraints = (models.UniqueConstraint("poll", "number", name="ballots_one_block_a_number"),)

    def __str__(self) -> str:
        return str(self.number)
