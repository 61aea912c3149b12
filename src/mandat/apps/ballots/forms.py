"""Forms of the back office of votes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from pydantic import ValidationError

from mandat.apps.ballots.choices import CODE, Option
from mandat.apps.ballots.models import Channel
from mandat.apps.ballots.schema import BallotRules
from mandat.apps.programme.forms.fields import DayField, NumberField
from mandat.engines.counting.model import parse_decimal
from mandat.kernel.text import Text

_TYPES = (
    ("single", _("one option")),
    ("yes-no", _("yes or no")),
    ("approval", _("several options (approval)")),
    ("knapsack", _("projects within a budget")),
    ("ranking", _("a ranking")),
    ("cumulative", _("points to share out")),
    ("majority-judgement", _("a grade for each option")),
)
_RULES = (
    ("plurality", _("plurality (one option, yes or no)")),
    ("approval", _("approval (options named most often)")),
    ("equal-shares", _("equal shares (budget)")),
    ("greedy", _("most votes first (budget, points)")),
    ("phragmen", _("Phragmén (budget)")),
    ("borda", _("Borda (ranking)")),
    ("schulze", _("Schulze (ranking)")),
    ("stv", _("single transferable vote (ranking)")),
    ("majority-judgement", _("majority judgement")),
)


class MomentField(forms.DateTimeField):
    """A day and an hour of Paris; an hour that is missing or comes twice is refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"])
        super().__init__(**kwargs)


class OptionsField(forms.CharField):
    """Options, one a line: ``code ; title ; title in English ; cost``. Gives ``Option`` values."""

    widget = forms.Textarea(attrs={"rows": 8})

    def clean(self, value: Any) -> Any:
        found: list[Option] = []
        for number, line in enumerate(str(super().clean(value) or "").splitlines(), 1):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.split(";")]
            code, title = parts[0], parts[1] if len(parts) > 1 else ""
            if not CODE.match(code) or not title:
                raise forms.ValidationError(
                    _now("Line %(n)s: write a code in small letters, a semicolon, a title.") % {"n": number}
                )
            cost: Decimal | None = None
            if len(parts) > 3 and parts[3]:
                cost = parse_decimal(parts[3].rstrip("€ "))
                if cost is None or cost < 0:
                    raise forms.ValidationError(_now("Line %(n)s: the cost is no number.") % {"n": number})
            english = parts[2] if len(parts) > 2 and parts[2] else title
            found.append(Option(code, Text(title[:300], english[:300]), cost=cost))
        return found


class PollForm(forms.Form):
    """A vote and its rules. What is opened is never changed again."""

    process = forms.SlugField(
        label=_("Roll (code of the process)"), max_length=80, help_text=_("An existing roll, or a new one.")
    )
    closed_list = forms.BooleanField(
        label=_("Only those named by a list may vote"), required=False, help_text=_("For a new roll.")
    )
    code = forms.SlugField(label=_("Code of the vote"), max_length=60)
    title_fr = forms.CharField(label=_("Title in French"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    question_fr = forms.CharField(label=_("Question in French"), max_length=500, required=False)
    question_en = forms.CharField(label=_("Question in English"), max_length=500, required=False)
    type = forms.ChoiceField(label=_("Ballot"), choices=_TYPES)
    rule = forms.ChoiceField(label=_("Counting rule"), choices=_RULES)
    options = OptionsField(
        label=_("Options"), required=False,
        help_text=_("One a line: code ; title ; title in English ; cost in euros. Empty for a yes-no question."),
    )  # fmt: skip
    most = forms.IntegerField(label=_("At most so many options"), min_value=1, max_value=1000, required=False)
    points = forms.IntegerField(label=_("Points to share out"), min_value=1, max_value=1000, required=False)
    seats = forms.IntegerField(label=_("Options chosen"), min_value=1, max_value=1000, required=False)
    budget = NumberField(label=_("Budget, in euros"), required=False)
    blank = forms.BooleanField(label=_("A blank ballot is possible"), required=False, initial=True)
    quorum = NumberField(label=_("Quorum, in % of the roll"), required=False)
    threshold = NumberField(label=_("Threshold, in % of the ballots that name something"), required=False)
    opens_at = MomentField(label=_("Opens"))
    closes_at = MomentField(label=_("Closes"))
    channels = forms.MultipleChoiceField(
        label=_("One votes by"), choices=Channel.choices, widget=forms.CheckboxSelectMultiple, initial=["account"]
    )
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        counting: dict[str, Any] = {"rule": given["rule"], "seats": given["seats"] or 1}
        if given["type"] == "cumulative":
            counting["utility"] = "points"
        rules: dict[str, Any] = {
            "type": given["type"],
            "counting": counting,
            "blank": given["blank"],
            "channels": tuple(given["channels"]),
        }
        rules |= {name: given[name] for name in ("most", "points", "quorum", "threshold") if given[name] is not None}
        try:
            given["rules"] = BallotRules.model_validate(rules)
        except ValidationError as error:
            for one in error.errors():
                context = one.get("ctx", {}).get("error")
                text = getattr(context, "text", None)
                self.add_error(None, str(text) if text is not None else str(one["msg"]))
        return given


class RollForm(forms.Form):
    """A list of voters."""

    file = forms.FileField(label=_("List (CSV)"))
    trial = forms.BooleanField(label=_("Only try: report, change nothing"), required=False, initial=True)
    letters = forms.BooleanField(
        label=_("Draw a code for each and give the letters now"), required=False,
        help_text=_("Up to 2,000 lines. Names are printed and not kept: these letters cannot be printed again."),
    )  # fmt: skip


class CodesForm(forms.Form):
    """A batch of codes that belong to whoever types them."""

    count = forms.IntegerField(label=_("How many codes"), min_value=1, max_value=2000)
    purpose = forms.CharField(
        label=_("For whom"), max_length=200, help_text=_("Where they are handed out, and by whom.")
    )


class ReasonForm(forms.Form):
    why = forms.CharField(label=_("Why"), max_length=300)


class DeskForm(forms.Form):
    """Someone who came with proof of identity."""

    family = forms.CharField(label=_("Surname at birth"), max_length=100)
    given = forms.CharField(label=_("First given name"), max_length=100)
    born = DayField(label=_("Birth date"))
    reason = forms.CharField(
        label=_("Why at the desk"), max_length=300, help_text=_("Without a name: “no Internet”, “identity seen”.")
    )


class UrnForm(forms.Form):
    place = forms.CharField(label=_("Where the urn is"), max_length=200)


class SheetForm(forms.Form):
    """What was counted by hand."""

    valid = forms.IntegerField(label=pgettext_lazy("ballots", "Valid"), min_value=0, max_value=5000)
    blank = forms.IntegerField(label=_("Blank"), min_value=0, max_value=5000)
    spoiled = forms.IntegerField(label=_("Spoiled"), min_value=0, max_value=5000)


class EntryForm(forms.Form):
    papers = forms.CharField(
        label=_("Papers"), widget=forms.Textarea(attrs={"rows": 10}), max_length=200_000,
        help_text=_("A line for each different ballot: its number ; what it says. “12 ; 3”, “2 ; 1, 4”, “1 ; 2 > 1”, “5 ; blanc”, “1 ; nul”."),
    )  # fmt: skip


class ExplainForm(forms.Form):
    text = forms.CharField(
        label=_("Where the difference comes from"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000
    )


class BeleniosForm(forms.Form):
    file = forms.FileField(label=_("result.json of Belenios"))
    voters = forms.IntegerField(label=_("Ballots accepted"), min_value=0)
    on_roll = forms.IntegerField(label=_("People on the list of voters"), min_value=0)
    election = forms.URLField(label=_("Address of the election"), required=False, assume_scheme="https", max_length=300)


class VotersForm(forms.Form):
    file = forms.FileField(label=_("List (CSV) with a column “courriel”"))
