"""What agents and experts fill in about a case: one short form for each act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.accounts.models import User
from mandat.apps.grants.forms.questions import Asked
from mandat.apps.grants.models import Duty, Opinion
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.deciding import Criterion, Scoring
from mandat.apps.programme.forms.fields import DayField, NumberField
from mandat.web.templatetags.formats import say

YES_NO = (("yes", gettext_lazy("favourable")), ("no", gettext_lazy("unfavourable")))
#: Points up to this number are buttons one walks with the arrows, more are typed.
FEW_POINTS = 10


def _long(
    label: Any, *, rows: int = 4, required: bool = True, most: int = 5_000, help_text: Any = ""
) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, widget=area, required=required, max_length=most, help_text=help_text)


def _choices(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class AskForm(forms.Form):
    """What an application still lacks."""

    codes = forms.MultipleChoiceField(
        label=gettext_lazy("Documents"), required=False, widget=forms.CheckboxSelectMultiple
    )
    fields_asked = forms.MultipleChoiceField(
        label=gettext_lazy("Answers to give or correct"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=gettext_lazy("Several: hold Ctrl, or Cmd on a Mac."),
    )
    text = _long(gettext_lazy("In plain words"), required=False)
    until = DayField(label=gettext_lazy("Last day to answer"), required=False)

    def __init__(self, scheme: Scheme, asked: Mapping[str, Asked], day: dt.date, data: Any = None) -> None:
        until = day + dt.timedelta(days=scheme.workflow.answer_days)
        super().__init__(data, auto_id="ask-%s", initial={"until": until})
        pieces = [(one.code, say(one.label)) for one in scheme.evidence if one.stage in ("application", "instruction")]
        _choices(self, "codes", pieces)
        _choices(self, "fields_asked", [(name, say(one.label)) for name, one in asked.items()])
        if not pieces:
            del self.fields["codes"]


class CallOnForm(forms.Form):
    """A word to those called to the next round."""

    text = _long(gettext_lazy("A word to the applicant"), rows=3, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="round-%s")


class ReasonForm(forms.Form):
    """A reason, where an act asks for nothing more. ``name`` tells the fields of two such forms apart on a page."""

    reason = _long(gettext_lazy("Reason"), rows=3, most=2_000)

    def __init__(self, name: str, data: Any = None, *, label: Any = "", help_text: Any = "") -> None:
        super().__init__(data, auto_id=f"{name}-%s")
        if label:
            self.fields["reason"].label = label
        self.fields["reason"].help_text = help_text


class ProposeForm(forms.Form):
    """What the service proposes."""

    outcome = forms.ChoiceField(label=gettext_lazy("Proposal"), choices=YES_NO, widget=forms.RadioSelect)
    amount = NumberField(label=gettext_lazy("Amount proposed, in euros"), required=False)
    motive = _long(
        gettext_lazy("Grounds"),
        rows=5,
        required=False,
        help_text=gettext_lazy("Needed for a refusal, and wherever the amount is not that of the rule."),
    )

    def __init__(self, scheme: Scheme, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, auto_id="propose-%s", initial=initial)
        if scheme.outputs.amount is None:
            del self.fields["amount"]

    @property
    def favourable(self) -> bool:
        return bool(self.cleaned_data["outcome"] == "yes")


class DecideForm(ProposeForm):
    """What the authority decides, where no committee votes."""

    def __init__(self, scheme: Scheme, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(scheme, data, initial=initial)
        self.auto_id = "decide-%s"
        self.fields["outcome"].label = _("Decision")
        if "amount" in self.fields:
            self.fields["amount"].label = _("Amount awarded, in euros")
        self.fields["motive"].required = True
        self.fields["motive"].help_text = _("They go into the letter.")


class OpinionAskForm(forms.Form):
    """Whom to ask, and for when."""

    expert = forms.ChoiceField(label=gettext_lazy("Expert"))
    due_on = DayField(label=gettext_lazy("Opinion due on"))

    def __init__(self, experts: Iterable[User], day: dt.date, data: Any = None) -> None:
        super().__init__(data, auto_id="opinion-%s", initial={"due_on": day + dt.timedelta(days=21)})
        _choices(self, "expert", [(str(one.pk), str(one)) for one in experts])


class OpinionForm(forms.Form):
    """An expert's opinion."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Opinion"), choices=Opinion.Verdict.choices, widget=forms.RadioSelect
    )
    text = _long(
        gettext_lazy("Grounds"),
        rows=8,
        most=20_000,
        help_text=gettext_lazy("The applicant does not read them. Once given, an opinion is not changed."),
    )


class VisitForm(forms.Form):
    """A visit made."""

    on = DayField(label=gettext_lazy("Day of the visit"))
    findings = _long(gettext_lazy("What was found"), rows=6, most=20_000)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="visit-%s")


class AssignForm(forms.Form):
    """Who examines the case."""

    to = forms.ChoiceField(label=gettext_lazy("Give it to"), required=False)

    def __init__(self, agents: Iterable[User], data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, auto_id="assign-%s", initial=initial)
        _choices(self, "to", [("", _("nobody")), *((str(one.pk), str(one)) for one in agents)])


class ScoreForm(forms.Form):
    """The grid of a scheme: one group of buttons a criterion, walked with the arrow keys, or a number to type."""

    def __init__(
        self, grid: Scoring, data: Any = None, *, initial: Mapping[str, int] | None = None, said: str = ""
    ) -> None:
        super().__init__(data, auto_id="score-%s")
        self.grid = grid
        for one in grid.criteria:
            field = self._points(one)
            field.initial = (initial or {}).get(one.code)
            self.fields[f"c-{one.code}"] = field
        self.fields["comment"] = _long(gettext_lazy("Comment"), rows=4, required=False)
        self.fields["comment"].initial = said

    def _points(self, one: Criterion) -> forms.Field:
        help_text = say(one.help) if one.help else ""
        weight = _(" – counts %(n)s times") % {"n": one.weight} if one.weight > 1 else ""
        label = f"{say(one.label)}{weight}"
        if one.most <= FEW_POINTS:
            return forms.TypedChoiceField(
                label=label,
                help_text=help_text,
                choices=[(n, str(n)) for n in range(one.most + 1)],
                coerce=int,
                widget=forms.RadioSelect(attrs={"class": "points"}),
            )
        span = _("from 0 to %(n)s") % {"n": one.most}
        return forms.IntegerField(label=f"{label} ({span})", help_text=help_text, min_value=0, max_value=one.most)

    @property
    def points(self) -> dict[str, int]:
        return {one.code: int(self.cleaned_data[f"c-{one.code}"]) for one in self.grid.criteria}


class PostForm(forms.Form):
    """A post or a seat to give."""

    email = forms.EmailField(label=gettext_lazy("E-mail address of the account"), max_length=254)
    duty = forms.ChoiceField(label=gettext_lazy("Duty"), choices=Duty.choices)
    scheme = forms.ChoiceField(label=gettext_lazy("Scheme"), required=False)
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("Until"), required=False)

    def __init__(self, schemes: Mapping[str, Any], data: Any = None) -> None:
        super().__init__(data, auto_id="post-%s")
        _choices(self, "scheme", [("", _("all schemes")), *schemes.items()])


class SeatForm(forms.Form):
    """A seat in a committee to give."""

    email = forms.EmailField(label=gettext_lazy("E-mail address of the account"), max_length=254)
    body = forms.ChoiceField(label=gettext_lazy("Committee"))
    president = forms.BooleanField(label=gettext_lazy("presides"), required=False)
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("Until"), required=False)

    def __init__(self, bodies: Mapping[str, Any], data: Any = None) -> None:
        super().__init__(data, auto_id="seat-%s")
        _choices(self, "body", bodies.items())
