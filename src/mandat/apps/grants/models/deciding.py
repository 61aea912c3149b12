"""How a case is decided: opinions, scores, recusals, sittings and votes, and the decision, which never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.sealing import SealedTextField
from mandat.apps.grants.models.cases import Bound, Case

if TYPE_CHECKING:
    from mandat.apps.accounts.models import User

USER = settings.AUTH_USER_MODEL


class Opinion(Bound):
    """What an expert was asked, and answered: seen by agents and the committee, never by the applicant."""

    class Verdict(models.TextChoices):
        FOR = "for", _("favourable")
        RESERVED = "reserved", _("favourable with reservations")
        AGAINST = "against", _("unfavourable")

    case = models.ForeignKey(Case, models.PROTECT, related_name="opinions")
    expert = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    text = SealedTextField(blank=True, default="", subject="case__subject")
    given_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("opinion")
        constraints = [models.UniqueConstraint("case", "expert", name="grants_one_opinion_each")]
        indexes = [models.Index("expert", "due_on", name="grants_opinions_of_an_expert")]

    def __str__(self) -> str:
        return str(self.case_id)


class Score(Bound):
    """The points one scorer gives, by criterion's code."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="scores")
    scorer = models.ForeignKey(USER, models.PROTECT, related_name="+")
    points = models.JSONField(default=dict)
    comment = SealedTextField(blank=True, default="", subject="case__subject")
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("score")
        constraints = [models.UniqueConstraint("case", "scorer", name="grants_one_score_each")]

    def __str__(self) -> str:
        return str(self.case_id)


class Visit(Bound):
    """Someone came and saw, on a day: what they found. Never changed: another visit is another row."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="visits")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    on = models.DateField()
    findings = SealedTextField(subject="case__subject")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("visit")
        indexes = [models.Index("case", "on", name="grants_visits_of_a_case")]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"


class Recusal(Bound):
    """Someone takes no part in a case, and why. Never taken back."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="recusals")
    user = models.ForeignKey(USER, models.PROTECT, related_name="+")
    reason = SealedTextField(subject="case__subject")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("recusal")
        constraints = [models.UniqueConstraint("case", "user", name="grants_one_recusal_each")]

    def __str__(self) -> str:
        return str(self.case_id)


class Duty(models.TextChoices):
    """What someone does for the cases of a scheme."""

    READ = "read", _("reads")
    INSTRUCT = "instruct", _("examines")
    DECIDE = "decide", _("decides")
    PAY = "pay", _("pays")
    EXPERT = "expert", _("gives opinions and scores")


class Post(models.Model):
    """Someone has a duty on the cases of a scheme, or of every scheme of the programme (``scheme`` empty), since a day.

    Without a post nobody sees a case from the Region's side, but auditors.
    """

    programme = models.SlugField(max_length=60)
    scheme = models.SlugField(max_length=60, blank=True)
    duty = models.CharField(max_length=8, choices=Duty)
    user = models.ForeignKey(USER, models.CASCADE, related_name="grants_posts")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        verbose_name = _("post on a scheme")
        constraints = [models.UniqueConstraint("programme", "scheme", "duty", "user", "since", name="grants_one_post")]

    def __str__(self) -> str:
        return f"{self.scheme or self.programme}: {self.duty}"


class Sitting(models.Model):
    """One meeting of a committee: its agenda is its items. ``quorum`` is that of the definition on the day it was convened.

    ``minutes`` is canonical JSON, written when it closes: who was present, how each voted on what, without a word about natural persons.
    """

    class State(models.TextChoices):
        CONVENED = "convened", _("convened")
        OPEN = "open", _("sitting")
        CLOSED = "closed", _("closed")

    programme = models.SlugField(max_length=60)
    body = models.SlugField(max_length=60)
    on = models.DateField()
    place = models.CharField(max_length=200, blank=True)
    quorum = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.CONVENED)
    present: models.ManyToManyField[User, Any] = models.ManyToManyField(USER, related_name="+")
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    convened_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    minutes = models.TextField(blank=True)
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Sitting]]

    class Meta:
        verbose_name = _("sitting")
        ordering = ("-on", "-id")

    def __str__(self) -> str:
        return f"{self.body} {self.on:%Y-%m-%d}"


class Item(Bound):
    """A case on the agenda, what is proposed for it, and what the committee made of it. Amounts are in cents.

    The committee votes on the proposal: ``favourable`` with ``amount`` (``proposed`` is what the service proposed), or a refusal.
    ``motive`` is that of the decision it leads to. ``put_off``: the committee will not vote on it this time.
    """

    class Outcome(models.TextChoices):
        AWARDED = "awarded", _("awarded")
        REFUSED = "refused", _("refused")
        POSTPONED = "postponed", _("put off")
        REMOVED = "removed", _("taken off the agenda")

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="items")
    case = models.ForeignKey(Case, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    favourable = models.BooleanField(default=True)
    proposed = models.BigIntegerField(null=True)
    amount = models.BigIntegerField(null=True)
    motive = SealedTextField(blank=True, default="", subject="case__subject")
    put_off = models.BooleanField(default=False)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)

    class Meta:
        verbose_name = _("item of an agenda")
        ordering = ("position",)
        constraints = [models.UniqueConstraint("sitting", "case", name="grants_once_on_an_agenda")]

    def __str__(self) -> str:
        return str(self.position)


class Vote(models.Model):
    """What one member voted on an item. Roll calls are public: a member of a committee is not a private person there."""

    class Choice(models.TextChoices):
        FOR = "for", _("for")
        AGAINST = "against", _("against")
        ABSTAIN = "abstain", _("abstention")

    item = models.ForeignKey(Item, models.PROTECT, related_name="votes")
    member = models.ForeignKey(USER, models.PROTECT, related_name="+")
    choice = models.CharField(max_length=7, choices=Choice)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("vote")
        constraints = [models.UniqueConstraint("item", "member", name="grants_one_vote_each")]

    def __str__(self) -> str:
        return self.choice


class Decision(models.Model):
    """What was decided, by whom, under which versions, on what: never changed. ``record`` is canonical JSON, ``sha256`` its digest."""

    class Outcome(models.TextChoices):
        AWARDED = "awarded", _("awarded")
        REFUSED = "refused", _("refused")
        INADMISSIBLE = "inadmissible", _("not admissible")

    class By(models.TextChoices):
        AUTHORITY = "authority", _("by the authority")
        COMMITTEE = "committee", _("by the committee")
        SILENCE = "silence", _("by silence")

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    rank = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    by = models.CharField(max_length=9, choices=By)
    amount = models.BigIntegerField(null=True)
    motive = SealedTextField(subject="case__subject", bind="sha256")
    item = models.OneToOneField(Item, models.PROTECT, null=True, related_name="decision")
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()
    decided_on = models.DateField()
    appeal_until = models.DateField()
    record = SealedTextField(subject="case__subject", bind="sha256")
    sha256 = models.CharField(max_length=64)
    fact_index = models.BigIntegerField()

    objects: ClassVar[models.Manager[Decision]]

    class Meta:
        verbose_name = _("decision")
        constraints = [models.UniqueConstraint("case", "rank", name="grants_one_decision_a_rank")]

    def __str__(self) -> str:
        return f"{self.case_id}.{self.rank}"


class Agreement(models.Model):
    """The agreement (or notified decision) that makes an award due. Required above 23,000 € a year (loi 2000-321, article 10).

    ``expires_on`` is the last day to sign: after it the award lapses. ``ends_on`` follows the amendments.
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="agreement")
    required = models.BooleanField()
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    sent_at = models.DateTimeField(null=True)
    expires_on = models.DateField(null=True)
    signed_on = models.DateField(null=True)
    upload = models.ForeignKey("custody.StoredFile", models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("agreement")
        indexes = [models.Index("expires_on", condition=models.Q(signed_on__isnull=True), name="grants_unsigned")]

    def __str__(self) -> str:
        return str(self.case_id)


class Amendment(Bound):
    """An amendment to an agreement (avenant): a later end, or less money. Never changed. ``amount`` is what is left, in cents."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="amendments")
    rank = models.PositiveSmallIntegerField()
    ends_on = models.DateField()
    amount = models.BigIntegerField(null=True)
    reason = SealedTextField(subject="case__subject")
    signed_on = models.DateField()
    recorded_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    fact_index = models.BigIntegerField()

    class Meta:
        verbose_name = _("amendment")
        constraints = [models.UniqueConstraint("case", "rank", name="grants_one_amendment_a_rank")]

    def __str__(self) -> str:
        return f"{self.case_id}.{self.rank}"
