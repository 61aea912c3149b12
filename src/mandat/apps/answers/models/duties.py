"""What is owed an answer, what was answered, and what became of what the answer promised."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def reference() -> str:
    return "R-" + "".join(secrets.choice(_ALPHABET) for _place in range(8))


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    PARTLY = "partly", _("accepted in part")
    REFUSED = "refused", pgettext_lazy("answer", "refused")
    EXPLAINED = "explained", _("explained")


class Duty(models.Model):
    """``body`` owes an answer about ``source`` (``petition:<reference>`` …) by ``due_on``. Never deleted: what is withdrawn is waived, with a reason."""

    class State(models.TextChoices):
        OWED = "owed", _("answer awaited")
        ANSWERED = "answered", _("answered")
        WAIVED = "waived", _("no longer due")

    reference = models.CharField(max_length=20, unique=True, default=reference)
    programme = models.SlugField(max_length=60)
    kind = models.CharField(max_length=40, help_text=_("what kind of thing is answered, and how: petition-reply"))
    source = models.CharField(max_length=120)
    title_fr = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    url = models.CharField(max_length=400)
    body = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60, blank=True)
    measures = models.JSONField(default=list)
    owed_on = models.DateField()
    due_on = models.DateField()
    reminder_days = models.PositiveSmallIntegerField(default=7)
    delivery_by = models.DateField(null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OWED)
    waived_because = models.TextField(blank=True)
    #: The day it was found overdue (the fact says so), and the day what was promised was found late.
    overdue_on = models.DateField(null=True)
    answered_on = models.DateField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    delivered_on = models.DateField(null=True)
    delivery_late_on = models.DateField(null=True)
    fact_index = models.BigIntegerField()
    synthetic = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("answer due")
        constraints = [models.UniqueConstraint("programme", "source", "kind", name="one_duty_a_source")]
        indexes = [
            models.Index("programme", "state", "due_on", name="answers_by_day"),
            models.Index("programme", "body", "state", name="answers_by_body"),
            models.Index("programme", "process", name="answers_by_process"),
            models.Index("delivery_by", condition=models.Q(delivered_on=None), name="answers_to_deliver"),
        ]

    def __str__(self) -> str:
        return self.reference


class Answer(models.Model):
    """What was answered. The first stays, whatever follows it: an amendment is another row with its reason. Never changed, never deleted."""

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="answers")
    rank = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    text_fr = models.TextField()
    text_en = models.TextField(blank=True)
    #: Why another answer follows the first; empty for the first.
    because = models.TextField(blank=True)
    #: [{"sort": "decision|measure|budget|delivery|page", "title": {"fr", "en"}, "url", "fact", "on"}]
    links = models.JSONField(default=list)
    delivery_by = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    fact_index = models.BigIntegerField()

    class Meta:
        verbose_name = _("answer")
        constraints = [models.UniqueConstraint("duty", "rank", name="one_answer_a_rank")]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.rank}"


class ChainLink(models.Model):
    """A step of what became of an answer, added by an agent: the vote, the money, what is delivered, each with its proof."""

    class Stage(models.TextChoices):
        PROMISE = "promise", _("promise")
        VOTE = "vote", _("vote")
        MONEY = "money", _("money")
        DELIVERY = "delivery", _("delivery")

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="steps")
    stage = models.CharField(max_length=10, choices=Stage)
    on = models.DateField()
    title_fr = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    url = models.CharField(max_length=500, blank=True)
    fact_index = models.BigIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step")
        constraints = [models.UniqueConstraint("duty", "stage", "on", "title_fr", name="one_step_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.stage}"
