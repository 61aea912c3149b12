"""Forms of meetings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mandat.apps.custody.forms import CheckedFileField
from mandat.apps.meetings.definitions import published_series
from mandat.apps.meetings.models import Access, Kind, Meeting
from mandat.apps.meetings.models.places import AGES
from mandat.apps.meetings.selectors import Search
from mandat.apps.meetings.services.meetings import PAPER
from mandat.apps.programme.areas import area_of
from mandat.apps.programme.forms.fields import MeasuresField
from mandat.apps.programme.published import Published, say
from mandat.apps.programme.vocabulary import CATEGORIES
from mandat.apps.territory import selectors as territory
from mandat.kernel.moments import opening
from mandat.kernel.text import Text

_ALL = ("", gettext_lazy("All"))


def age_choices(empty: Any = "") -> list[tuple[str, Any]]:
    """Bands as people choose theirs; unknown is the empty choice."""
    return [("", empty), *((age, str(CATEGORIES["age"][age])) for age in AGES if age != "unknown")]


class CalendarFilters(forms.Form):
    """What narrows the calendar, through its address."""

    lieu = forms.CharField(label=gettext_lazy("Commune or département"), required=False, max_length=80)
    genre = forms.ChoiceField(label=gettext_lazy("Kind of meeting"), required=False, choices=[_ALL, *Kind.choices])
    mesure = forms.ChoiceField(label=gettext_lazy("Measure"), required=False)
    mois = forms.RegexField(
        label=gettext_lazy("Month"), regex=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", required=False,
        widget=forms.TextInput(attrs={"type": "month"}),
        error_messages={"invalid": gettext_lazy("Write the month as 2026-10.")},
    )  # fmt: skip

    demarche = forms.SlugField(required=False, max_length=60, label=gettext_lazy("Process"), widget=forms.HiddenInput)

    def __init__(self, current: Published, data: Any) -> None:
        super().__init__(data)
        field = self.fields["mesure"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", pgettext_lazy("measures", "All")), *((str(n), f"{n}. {say(measure.title)}") for n, measure in current.measures.items()),
        ]  # fmt: skip

    def clean_lieu(self) -> str:
        text = self.cleaned_data["lieu"].strip()
        if not text:
            return ""
        area = area_of(text)
        if not area:
            raise forms.ValidationError(_("No place is called “%(place)s”. Try its code.") % {"place": text})
        return str(area)

    def search(self) -> Search:
        """What is asked; a filter that is wrong narrows nothing, and says so beside its field."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Search(
            area=given.get("lieu", ""),
            kind=given.get("genre", ""),
            measure=int(given.get("mesure") or 0),
            process=given.get("demarche", ""),
        )

    def month(self) -> dt.date | None:
        said = self.cleaned_data.get("mois", "")
        return dt.date.fromisoformat(f"{said}-01") if said else None


class BookForm(forms.Form):
    """What may be said when booking: nothing has to be."""

    age = forms.ChoiceField(
        label=gettext_lazy("Your age"), required=False,
        help_text=gettext_lazy("To know whether we welcome everyone. Published as counts alone, never under five people."),
    )  # fmt: skip
    needs = forms.CharField(
        label=gettext_lazy("What would help you take part"), required=False, max_length=300,
        help_text=gettext_lazy("Interpreter, seat near the door, child care… Read by the agents who welcome you, then erased."),
    )  # fmt: skip

    mark_optional = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["age"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = age_choices(_("I would rather not say"))


class BookForForm(BookForm):
    """An agent books for someone without account."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Sealed, and erased after the meeting.")
    )
    field_order = ("name", "age", "needs")


class CodeForm(forms.Form):
    """The code shown in the room."""

    code = forms.CharField(
        label=gettext_lazy("Code shown in the room"), max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip


class NameForm(forms.Form):
    """The name a certificate bears."""

    name = forms.CharField(label=gettext_lazy("Name on the certificate"), max_length=120)


class VerifyForm(forms.Form):
    """The code of a certificate."""

    code = forms.CharField(
        label=gettext_lazy("Code of the certificate"), max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class MomentField(forms.DateTimeField):
    """An hour on the clocks of Paris; one that is missing or comes twice there is refused."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"], **options)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        text = str(value).strip()
        for written in self.input_formats or ():
            try:
                return opening(dt.datetime.strptime(text, str(written)))  # noqa: DTZ007 - the clocks of Paris are put to it
            except ValueError as error:
                if "clocks" in str(error):
                    raise forms.ValidationError(
                        _("The clocks change at this hour: it is missing or comes twice. Choose another.")
                    ) from None
        raise forms.ValidationError(_("Write the moment as 2026-10-03 18:30."))


def _text(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": 5}), **options)


class MeetingForm(forms.Form):
    """A meeting announced, or changed."""

    mark_optional = True

    series = forms.ChoiceField(
        label=gettext_lazy("Series"),
        required=False,
        help_text=gettext_lazy("A training or a series of events: its rules then hold."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of meeting"), choices=Kind.choices)
    title_fr = forms.CharField(label=gettext_lazy("Title in French"), max_length=200)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=200, required=False)
    text_fr = _text(gettext_lazy("What it is about, in French"), max_length=4000)
    text_en = _text(gettext_lazy("What it is about, in English"), max_length=4000)
    starts_at = MomentField(label=gettext_lazy("Begins (hour of Paris)"))
    ends_at = MomentField(label=gettext_lazy("Ends (hour of Paris)"))
    place = forms.CharField(label=gettext_lazy("Place"), max_length=150, required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    commune = forms.CharField(label=gettext_lazy("Commune (name or INSEE code)"), max_length=80, required=False)
    link = forms.URLField(
        label=gettext_lazy("Link, where it is held online"), max_length=300, required=False, assume_scheme="https"
    )
    access = forms.MultipleChoiceField(
        label=gettext_lazy("Accessibility"), choices=Access.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    access_note_fr = forms.CharField(label=gettext_lazy("More on access, in French"), max_length=300, required=False)
    access_note_en = forms.CharField(label=gettext_lazy("More on access, in English"), max_length=300, required=False)
    booking = forms.ChoiceField(
        label=gettext_lazy("Booking"), choices=Meeting.Booking.choices, widget=forms.RadioSelect
    )
    places = forms.IntegerField(
        label=pgettext_lazy("seats", "Places"),
        min_value=1,
        max_value=20_000,
        required=False,
        help_text=gettext_lazy("Empty: no limit."),
    )
    waiting_list = forms.BooleanField(label=gettext_lazy("Keep a waiting list"), required=False)
    process = forms.SlugField(label=gettext_lazy("Process it belongs to (code)"), max_length=60, required=False)
    component = forms.SlugField(label=gettext_lazy("Component of the process (code)"), max_length=60, required=False)
    body = forms.ChoiceField(label=gettext_lazy("Body that holds it"), required=False)
    measures = MeasuresField(
        label=gettext_lazy("Measures it serves"), required=False, help_text=gettext_lazy("Their numbers: 2, 14")
    )

    #: What stays as it was announced.
    FIXED = ("series", "kind", "process", "component", "body", "measures")

    def __init__(self, *args: Any, current: Published, changing: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if changing:
            for name in self.FIXED:
                del self.fields[name]
            return
        self._choose("series", [(code, say(one.series.title)) for code, one in published_series().items()])
        self._choose("body", [(code, say(body.title)) for code, body in current.bodies.items()])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *choices]

    def clean_commune(self) -> str:
        text = self.cleaned_data["commune"].strip()
        if not text:
            return ""
        area = area_of(text)
        if area.startswith("commune:"):
            return area.partition(":")[2]
        found = territory.search_communes(text).first()
        if found is None:
            raise forms.ValidationError(_("No commune is called “%(text)s”.") % {"text": text})
        return str(found.code)

    def values(self) -> dict[str, Any]:
        """What ``meeting_create`` takes."""
        data = dict(self.cleaned_data)
        for name in ("title", "text", "access_note"):
            data[name] = Text(data.pop(f"{name}_fr"), data.pop(f"{name}_en"))
        return data

    def changes(self) -> dict[str, Any]:
        """What ``meeting_change`` takes."""
        data = dict(self.cleaned_data)
        data["title_en"] = data["title_en"] or data["title_fr"]
        data["access"] = sorted(data["access"])
        return data


class ReasonForm(forms.Form):
    """Why a meeting is cancelled."""

    reason = forms.CharField(
        label=gettext_lazy("Why, in words that will be public"),
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CountForm(forms.Form):
    """How many came without a name, by age band."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for age in AGES:
            self.fields[f"n-{age}"] = forms.IntegerField(
                label=str(CATEGORIES["age"][age]), min_value=0, max_value=20_000, required=False
            )

    def people(self) -> dict[str, int]:
        return {age: self.cleaned_data.get(f"n-{age}") or 0 for age in AGES}


class MinutesForm(forms.Form):
    """The minutes of a meeting."""

    mark_optional = True
    fr = forms.CharField(
        label=gettext_lazy("Minutes in French"), min_length=20, max_length=20_000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("Public at once. Name nobody from the audience."),
    )  # fmt: skip
    en = _text(gettext_lazy("Minutes in English"), max_length=20_000)


class PaperForm(forms.Form):
    """A paper published with a meeting."""

    mark_optional = True
    title_fr = forms.CharField(label=gettext_lazy("Title in French"), min_length=3, max_length=150)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=150, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["file"] = CheckedFileField(
            label=_("File"), purpose=PAPER, help_text=_("PDF, picture, text or sheet, up to 10 MB. Public at once.")
        )
