"""Surveys: what is begun, the mark that somebody answered, and the answers, which for an anonymous survey say nothing of who gave them."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.consultations.models.common import USER, Consultation, Shown
from mandat.apps.custody.sealing import SealedJSONField


class SurveyDraft(models.Model):
    """What someone has answered so far: sealed with their own key, gone once sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="drafts")
    user = models.ForeignKey(USER, models.CASCADE, related_name="+")
    answers = SealedJSONField(default=dict, subject="user")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("survey begun")
        constraints = [models.UniqueConstraint("consultation", "user", name="consultations_one_draft")]

    def __str__(self) -> str:
        return str(self.pk)


class SurveyMark(models.Model):
    """That someone answered: one each. Its key is drawn, it bears no moment and leads to no answers.

    ``personal`` holds the answers asked for as personal, sealed with that person's key, apart from all the others.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="marks")
    user = models.ForeignKey(USER, models.CASCADE, related_name="+")
    personal = SealedJSONField(null=True, subject="user")

    class Meta:
        verbose_name = _("mark of a survey answered")
        constraints = [models.UniqueConstraint("consultation", "user", name="consultations_answered_once")]

    def __str__(self) -> str:
        return str(self.pk)


class AnswerSet(models.Model):
    """One set of answers under a key drawn at random: its order is no order of time. ``author`` is known in a survey that is not anonymous."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="answer_sets")
    answers: models.JSONField[Any, Any] = models.JSONField(default=dict)
    age_band = models.CharField(max_length=7, blank=True)
    departement = models.CharField(max_length=3, blank=True)
    author = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[models.Manager[AnswerSet]]

    class Meta:
        verbose_name = _("answers")
        indexes = [models.Index("consultation", "key", name="consultations_answers_in_turn")]

    def __str__(self) -> str:
        return str(self.key)


class FreeText(models.Model):
    """Words written in a survey, apart from the other answers, shown once an agent has read them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="texts")
    question = models.SlugField(max_length=60)
    text = models.TextField()
    shown = models.CharField(max_length=9, choices=Shown, default=Shown.WAITING)
    moderated_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    why_hidden = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("words of a survey")
        indexes = [models.Index("consultation", "shown", "question", "id", name="consultations_texts_in_turn")]

    def __str__(self) -> str:
        return str(self.pk)
