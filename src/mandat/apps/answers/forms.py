"""What people and agents fill in about answers and contested figures."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mandat.apps.answers.models import Contest, Outcome
from mandat.apps.answers.services.duties import Link
from mandat.apps.community.forms import WordsField
from mandat.apps.programme.forms.fields import NumberField
from mandat.kernel.text import Text

_FACT = re.compile(r"(?:/faits/)?(\d{1,12})/?\Z")


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **more)


class LinkFields(forms.Form):
    """Where an answer leads: a decision, the money, the delivery, each by its title and its address or its fact."""

    decision_title = WordsField(label=_("Decision: its title"), longest=200, one_line=True, required=False)
    decision_url = forms.CharField(label=_("Decision: address, or number of its fact"), max_length=500, required=False)
    budget_title = WordsField(label=_("Money: its title"), longest=200, one_line=True, required=False)
    budget_url = forms.CharField(label=_("Money: address, or number of its fact"), max_length=500, required=False)
    delivery_title = WordsField(label=_("Delivery: its title"), longest=200, one_line=True, required=False)
    delivery_url = forms.CharField(label=_("Delivery: address, or number of its fact"), max_length=500, required=False)

    def links(self) -> list[Link]:
        """Those that were given."""
        found = []
        for sort in ("decision", "budget", "delivery"):
            title, where = self.cleaned_data[f"{sort}_title"], self.cleaned_data[f"{sort}_url"].strip()
            if not title and not where:
                continue
            fact = _FACT.search(where)
            index = int(fact[1]) if fact and not where.startswith("https://") else None
            url = reverse("programme:fact", args=[index]) if index is not None else where
            found.append(Link(sort, Text(title or where, title or where), url, index))
        return found


class AnswerForm(LinkFields):
    """The answer of a body."""

    outcome = forms.ChoiceField(label=_("What is decided"), choices=Outcome.choices, widget=forms.RadioSelect)
    text_fr = WordsField(
        label=_("The answer, in French"),
        longest=20_000,
        least=20,
        help_text=_("What is decided, why, what follows and when. In plain words."),
    )
    text_en = WordsField(label=_("The answer, in English (optional)"), longest=20_000, required=False)
    delivery_by = _day(_("If something is promised: by when"), required=False)
    because = WordsField(label=_("Why the answer changes"), longest=1000, required=False)
    field_order = ("outcome", "text_fr", "text_en", "delivery_by", "because")

    def __init__(self, *args: Any, amends: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not amends:
            del self.fields["because"]


class DeliveredForm(forms.Form):
    """What was promised is there."""

    on = _day(_("Since when"))
    title = WordsField(label=_("What is there"), longest=200, least=5, one_line=True)
    where = forms.CharField(label=_("Address, or number of the fact that shows it"), max_length=500, required=False)

    def proof(self) -> tuple[str, int | None]:
        """Address and fact, whichever was given."""
        where = self.cleaned_data["where"].strip()
        fact = _FACT.search(where)
        if fact and not where.startswith("https://"):
            return reverse("programme:fact", args=[int(fact[1])]), int(fact[1])
        return where, None


class ContestForm(forms.Form):
    """Another value for a figure, its source, and why."""

    value = NumberField(label=_("Your value"))
    as_of = _day(_("As of which day"))
    source_title = WordsField(
        label=_("Its source"), longest=200, least=5, one_line=True, help_text=_("Who publishes it, and its title.")
    )
    source_url = forms.URLField(
        label=_("Link to the source"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("A public address, beginning with https://"),
    )
    file = forms.FileField(label=_("or a file (PDF or image)"), required=False)
    why = WordsField(label=_("Why the published figure is wrong"), longest=3000, least=20)


class ContestAnswerForm(forms.Form):
    """What the examination finds."""

    outcome = forms.ChoiceField(
        label=_("What the examination finds"),
        choices=[choice for choice in Contest.State.choices if choice[0] in ("upheld", "partly", "rejected")],
        widget=forms.RadioSelect,
    )
    text_fr = WordsField(label=_("Why, in French"), longest=3000, least=20)
    text_en = WordsField(label=_("Why, in English (optional)"), longest=3000, required=False)
    correction = forms.IntegerField(
        label=_("Number of the fact that corrects the figure (optional)"), min_value=0, required=False
    )
