"""Forms of petitions: what people write, what agents decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mandat.apps.accounts.models import User
from mandat.apps.meetings.forms import MomentField
from mandat.apps.organisations import selectors as organisations
from mandat.apps.participation.forms import CommuneField
from mandat.apps.petitions.models import Argument, Invalidation, Petition, Sheet, Signature
from mandat.apps.petitions.services.drafting import LONGEST_REQUEST, LONGEST_TITLE
from mandat.apps.petitions.terms import Terms
from mandat.apps.petitions.words import APPEALS, CHECKS
from mandat.apps.programme.forms.fields import DayField
from mandat.kernel.text import Text
from mandat.web.templatetags.formats import say

_REQUESTS = {
    "consultation": Text("organiser une consultation des électeurs", "organise a consultation of the electors"),
    "deliberation": Text("se prononcer dans un sens déterminé", "pronounce itself in a given sense"),
}


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def choose(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    """Give a choice field its choices."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class PetitionForm(forms.Form):
    """The text of a petition."""

    request = forms.ChoiceField(label=gettext_lazy("You ask the assembly to"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=LONGEST_TITLE,
        help_text=gettext_lazy("What you want, in one line, without capitals."),
    )
    request_text = forms.CharField(
        label=gettext_lazy("What you ask"),
        max_length=LONGEST_REQUEST,
        widget=_area(4),
        help_text=gettext_lazy("What the Region should do, as a sentence that can be answered by yes or no."),
    )
    text = forms.CharField(label=gettext_lazy("Why"), required=False, widget=_area(12))
    name = forms.CharField(
        label=gettext_lazy("Name shown"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Your name, or nothing. Your e-mail address is never shown."),
    )
    organisation = forms.ChoiceField(label=gettext_lazy("In the name of an organisation"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, terms: Terms, user: User, petition: Petition | None = None, **options: Any) -> None:
        initial: dict[str, Any] = {"name": user.name}
        if petition is not None:
            fields = ("request", "title", "request_text", "text", "revision")
            initial = {**{name: getattr(petition, name) for name in fields}, "name": petition.author_name}
        super().__init__(*args, **{"initial": initial, **options})
        if terms.component.requests:
            choose(self, "request", [(one, str(_REQUESTS[one])) for one in terms.component.requests])
        else:
            del self.fields["request"]
        longest = terms.component.longest
        text = self.fields["text"]
        assert isinstance(text, forms.CharField)
        text.max_length = longest
        text.widget.attrs["maxlength"] = str(longest)
        self.members = [one for one in organisations.organisations_of(user) if one.rank in organisations.MAY["edit"]]
        if self.members and petition is None:
            mine = [(str(one.organisation.reference), one.organisation.name) for one in self.members]
            choose(self, "organisation", [("", _("no: in my own name")), *mine])
        else:
            del self.fields["organisation"]

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        values = dict(self.cleaned_data)
        values.pop("revision", None)
        chosen = values.pop("organisation", "")
        values["request"] = values.get("request", "")
        if chosen:
            values["organisation"] = next(
                one.organisation for one in self.members if str(one.organisation.reference) == chosen
            )
        return values


class SignForm(forms.Form):
    """Sign, in one step. What the process knows already is not asked again."""

    commune = CommuneField(label=gettext_lazy("Commune where you live"))
    birth = forms.DateField(
        label=gettext_lazy("Date of birth"),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        help_text=gettext_lazy("It is looked at and not kept: only your age band is."),
        error_messages={"invalid": gettext_lazy("Write the day as 2006-10-03 or 03/10/2006.")},
    )
    show = forms.BooleanField(label=gettext_lazy("Show my name with my signature"), required=False)
    name = forms.CharField(label=gettext_lazy("Name to show"), max_length=80, required=False)
    sure = forms.BooleanField(label="")

    def __init__(self, *args: Any, terms: Terms, user: User, known: bool, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"name": user.name}, **options})
        if known:
            del self.fields["commune"], self.fields["birth"]
        least = terms.component.least_age
        sworn = _("I am %(age)s or more, I sign for myself and only once") % {"age": least}
        if terms.component.basis == "law":
            sworn = _("I am on an electoral roll of the region, I sign for myself and only one request a quarter")
        self.fields["sure"].label = sworn

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("show") and not values.get("name", "").strip():
            self.add_error("name", _("Write the name to show, or untick the box above."))
        if "@" in values.get("name", ""):
            self.add_error("name", _("An e-mail address is not a name to show."))
        return values


class RefuseForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    explanation = forms.CharField(
        label=gettext_lazy("Explanation, for everyone to read"), max_length=2000, widget=_area(4)
    )

    def __init__(self, *args: Any, terms: Terms, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "refuse_%s", **options})
        choose(self, "reason", [("", ""), *((one.code, say(one.label)) for one in terms.component.refusals)])


class ExplainForm(forms.Form):
    explanation = forms.CharField(label=gettext_lazy("What must change"), max_length=2000, widget=_area(4))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "explain_%s", **options})


class AppealForm(forms.Form):
    grounds = forms.CharField(label=gettext_lazy("Why the refusal is wrong"), max_length=2000, widget=_area(5))


class AppealDecisionForm(forms.Form):
    outcome = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    explanation = forms.CharField(
        label=gettext_lazy("Explanation, for everyone to read"), max_length=2000, widget=_area(4)
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "appeal_%s", **options})
        choose(self, "outcome", [(code, str(text)) for code, text in APPEALS.items()])


class InvalidationForm(forms.Form):
    """Which signatures, and why. Each field narrows."""

    sheet = forms.IntegerField(label=gettext_lazy("Sheet number"), required=False, min_value=1)
    origin = forms.CharField(label=gettext_lazy("Network (from the list beside)"), required=False, max_length=32)
    commune = CommuneField(label=gettext_lazy("Commune"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Way of signing"), required=False)
    since = forms.DateTimeField(
        label=gettext_lazy("From"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    until = forms.DateTimeField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=Invalidation.Reason.choices)
    explanation = forms.CharField(label=gettext_lazy("What was found"), max_length=2000, widget=_area(4))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "channel", [("", ""), *Signature.Channel.choices])

    def pattern(self) -> dict[str, Any]:
        values = self.cleaned_data
        found = {name: values[name] for name in ("sheet", "origin", "commune", "channel") if values.get(name)}
        return found | {name: values[name].isoformat() for name in ("since", "until") if values.get(name)}


class ReviewForm(forms.Form):
    remark = forms.CharField(label=gettext_lazy("Remark"), max_length=2000, required=False, widget=_area(2))


class SheetForm(forms.Form):
    announced = forms.IntegerField(
        label=gettext_lazy("Signatures counted by hand on the sheet"), min_value=1, max_value=500
    )
    collected_on = DayField(label=gettext_lazy("Filled on"))
    channel = forms.ChoiceField(label=gettext_lazy("Where"), choices=Sheet.Channel.choices)


class LineForm(forms.Form):
    """A line of a sheet."""

    last = forms.CharField(label=gettext_lazy("Name at birth"), max_length=80)
    first = forms.CharField(label=gettext_lazy("First name"), max_length=80)
    birth = forms.DateField(
        label=gettext_lazy("Date of birth"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )
    commune = CommuneField(label=gettext_lazy("Commune"))
    show = forms.BooleanField(label=gettext_lazy("The name may be shown"), required=False)


class HearingForm(forms.Form):
    """When and where those who carry a petition are heard."""

    starts_at = MomentField(label=gettext_lazy("Begins (hour of Paris)"))
    ends_at = MomentField(label=gettext_lazy("Ends (hour of Paris)"))
    place = forms.CharField(label=pgettext_lazy("hearing", "Place"), max_length=150, required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    commune = CommuneField(label=gettext_lazy("Commune"), required=False)
    link = forms.URLField(
        label=gettext_lazy("Link, where it is held online"), max_length=300, required=False, assume_scheme="https"
    )

    mark_optional = True

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("place") and not values.get("link"):
            self.add_error("place", _("Give a place, or a link."))
        elif values.get("place") and not values.get("commune") and "commune" not in self.errors:
            self.add_error("commune", _("Give the commune of the place."))
        return values


class CheckForm(forms.Form):
    """What the body found of a question."""

    outcome = forms.ChoiceField(label=gettext_lazy("What the body found"), widget=forms.RadioSelect)
    reasons = forms.CharField(label=gettext_lazy("Reasons, for everyone to read"), max_length=3000, widget=_area(5))
    proposed = forms.CharField(label=gettext_lazy("Wording proposed"), max_length=500, required=False, widget=_area(3))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "outcome", [(code, str(text)) for code, text in CHECKS.items()])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("outcome") == "reword" and not values.get("proposed", "").strip():
            self.add_error("proposed", _("Write the wording proposed."))
        return values


class WriterForm(forms.Form):
    side = forms.ChoiceField(label=pgettext_lazy("referendum", "Side"), choices=Argument.Side.choices)
    email = forms.EmailField(label=gettext_lazy("E-mail address of the account that writes"))
    signed = forms.CharField(label=gettext_lazy("In the name of"), max_length=120)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "writer_%s", **options})


class CampaignForm(forms.Form):
    opens_on = DayField(label=gettext_lazy("First day of the campaign"))


class ArgumentForm(forms.Form):
    """What a side says, within its space."""

    text = forms.CharField(label=gettext_lazy("Your text"), widget=_area(14))

    def __init__(self, *args: Any, space: int, documents: int, argument: Argument, **options: Any) -> None:
        kept = argument.documents
        initial = {"text": argument.text}
        for n, one in enumerate(kept):
            initial |= {f"title-{n}": one["title"], f"url-{n}": one["url"]}
        super().__init__(*args, **{"initial": initial, **options})
        self.documents = documents
        text = self.fields["text"]
        assert isinstance(text, forms.CharField)
        text.max_length = space
        text.widget.attrs["maxlength"] = str(space)
        text.help_text = _("%(n)s characters, as many as the other side.") % {"n": space}
        for n in range(documents):
            self.fields[f"title-{n}"] = forms.CharField(
                label=_("Title of document %(n)s") % {"n": n + 1}, max_length=120, required=False
            )
            self.fields[f"url-{n}"] = forms.CharField(
                label=_("Its address (https://)"), max_length=400, required=False, widget=forms.URLInput
            )

    def given(self) -> list[tuple[str, str]]:
        values = self.cleaned_data
        return [(values.get(f"title-{n}", ""), values.get(f"url-{n}", "")) for n in range(self.documents)]
