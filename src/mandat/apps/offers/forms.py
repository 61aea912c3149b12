"""Forms of systematic offers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.offers import codes
from mandat.apps.offers.models import Establishment, Place
from mandat.apps.offers.schema import Offer
from mandat.apps.programme.published import say

#: What a form takes; the command line takes more.
LARGEST_UPLOAD = 30 * 1024 * 1024
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class CodeForm(forms.Form):
    """The code of an invitation."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("The ten letters and figures of your letter or message."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "inputmode": "text"}
        ),
    )

    def clean_code(self) -> str:
        code = codes.cleaned(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("A code has ten letters and figures: check what you typed."))
        return code


class DeclineForm(forms.Form):
    """Who declines; no reason is asked."""

    by = forms.ChoiceField(label=_("Who answers?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, offer: Offer, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["by"]
        assert isinstance(field, forms.ChoiceField)
        if offer.unit == "group":
            field.choices = [("group", _("The establishment, for its class"))]
            field.initial = "group"
        else:
            field.choices = [("self", _("The person invited")), ("guardian", _("A legal guardian"))]


class RoundForm(forms.Form):
    """Which round a form is about."""

    round = forms.ChoiceField(label=_("Round"))

    def __init__(self, *args: Any, offer: Offer, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["round"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, say(one.title)) for one in offer.rounds]


class RollForm(RoundForm):
    """A list of members."""

    file = forms.FileField(
        label=_("List"),
        help_text=_("CSV, up to 30 MB. The file is read and not kept; names are sealed."),
        allow_empty_file=True,
    )
    complete = forms.BooleanField(
        label=_("This list is complete: those of these establishments who are not in it have left"), required=False
    )
    trial = forms.BooleanField(label=_("Only try: report and change nothing"), required=False, initial=True)

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if not upload.size:
            raise forms.ValidationError(_("This file is empty."))
        if upload.size > LARGEST_UPLOAD:
            raise forms.ValidationError(_("This file is over 30 MB: use the command “manage roll_import”."))
        return upload


class BatchForm(RoundForm):
    """Whom to invite."""

    rank = forms.ChoiceField(
        label=_("Whom to invite"),
        choices=[("1", _("Everyone who waits for an invitation")), ("2", _("Those who missed their appointment"))],
        initial="1",
        widget=forms.RadioSelect,
    )
    establishments = forms.CharField(
        label=_("Establishments"),
        required=False,
        help_text=_("Codes separated by spaces; empty for all."),
    )

    def __init__(self, *args: Any, offer: Offer, **options: Any) -> None:
        super().__init__(*args, offer=offer, **options)
        if offer.second_invitation is None:
            field = self.fields["rank"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("1", _("Everyone who waits for an invitation"))]

    def clean_establishments(self) -> list[str]:
        return str(self.cleaned_data["establishments"]).upper().replace(",", " ").replace(";", " ").split()


_WEEKDAYS = [
    ("0", _("Monday")), ("1", _("Tuesday")), ("2", _("Wednesday")), ("3", _("Thursday")), ("4", _("Friday")),
    ("5", _("Saturday")),
]  # fmt: skip


class SlotsForm(RoundForm):
    """Opening hours that become slots."""

    place = forms.ModelChoiceField(label=_("Place"), queryset=Place.objects.none())
    first = forms.DateField(label=_("First day"), widget=_DAY)
    last = forms.DateField(label=_("Last day"), widget=_DAY)
    weekdays = forms.MultipleChoiceField(label=_("Days"), choices=_WEEKDAYS, widget=forms.CheckboxSelectMultiple)
    begins = forms.TimeField(label=_("Opens at"), widget=_TIME)
    ends = forms.TimeField(label=_("Closes at"), widget=_TIME)
    capacity = forms.IntegerField(
        label=_("Invitations a slot"),
        min_value=1,
        max_value=1000,
        required=False,
        help_text=_("Empty: as the offer says."),
    )
    without = forms.CharField(
        label=_("Days left out"), required=False, help_text=_("Holidays and the like: 2026-12-24 2026-12-25…")
    )

    def __init__(self, *args: Any, offer: Offer, **options: Any) -> None:
        super().__init__(*args, offer=offer, **options)
        field = self.fields["place"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            Place.objects.filter(serves__kind=offer.target.establishments).distinct().order_by("name", "code")
        )

    def clean_weekdays(self) -> list[int]:
        return [int(day) for day in self.cleaned_data["weekdays"]]

    def clean_without(self) -> list[dt.date]:
        found = []
        for word in str(self.cleaned_data["without"]).replace(",", " ").replace(";", " ").split():
            try:
                found.append(dt.date.fromisoformat(word))
            except ValueError:
                raise forms.ValidationError(_("Days are written 2026-12-24.")) from None
        return found


class EstablishmentsForm(forms.Form):
    """A list of establishments."""

    kind = forms.ChoiceField(label=_("Kind"))
    file = forms.FileField(
        label=_("List"), help_text=_("CSV with the columns code, nom, commune (INSEE code)."), allow_empty_file=True
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = kinds


class AssignmentForm(forms.Form):
    """An account, and what it is assigned to."""

    email = forms.EmailField(label=_("E-mail address of the account"))
    code = forms.CharField(
        label=_("Code of the establishment or of the place"),
        max_length=60,
        help_text=_("An establishment: its lists and letters. A place: who comes."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "email" in cleaned:
            cleaned["user"] = User.objects.filter(email=cleaned["email"].lower()).first()
            if cleaned["user"] is None:
                self.add_error("email", _("No account has this address."))
        if "code" in cleaned:
            code = cleaned["code"].strip()
            cleaned["establishment"] = Establishment.objects.filter(code=code.upper()).first()
            cleaned["place"] = None if cleaned["establishment"] else Place.objects.filter(code=code.lower()).first()
            if cleaned["establishment"] is None and cleaned["place"] is None:
                self.add_error("code", _("No establishment nor place has this code."))
        return cleaned
