"""Forms of panels: for volunteers, and for the service that runs them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mandat.apps.panels.codes import cleaned as code_of
from mandat.apps.panels.services.opinions import Adopted
from mandat.apps.panels.services.volunteering import Contact
from mandat.apps.panels.terms import PanelTerms
from mandat.apps.programme.forms.fields import DayField, NumberField
from mandat.apps.programme.views.shared import words
from mandat.kernel.text import Text


class CodeForm(forms.Form):
    """The code of a letter, or of one's own page."""

    code = forms.CharField(
        label=_("Your code"), max_length=40, help_text=_("Twelve letters and figures, on your letter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        code = code_of(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(gettext("A code has twelve letters and figures."))
        return code


class VolunteerForm(forms.Form):
    """What quotas ask, and how to reach the person."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("Your e-mail address"), required=False, max_length=200)
    phone = forms.CharField(
        label=_("Your telephone"), required=False, max_length=40, help_text=_("One of the two is enough.")
    )
    needs = forms.CharField(
        label=_("What you need in order to come"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Accessibility, child care, an interpreter, a train ticket in advance…"),
    )  # fmt: skip
    consent = forms.BooleanField(
        label=_(
            "I accept that my answers above, under a number and without my name, are published so that anyone can check the draw."
        )
    )

    def __init__(self, *args: Any, terms: PanelTerms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = dict(self.fields)
        self.fields.clear()
        self.codes = []
        for feature in terms.rules.features:
            self.codes.append(feature.code)
            self.fields[f"f-{feature.code}"] = forms.ChoiceField(
                label=words(feature.label),
                choices=[("", "–"), *((one.value, words(one.label)) for one in feature.values)],
            )
        self.fields.update(own)

    def features(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"f-{code}"] for code in self.codes}

    def contact(self) -> Contact:
        given = self.cleaned_data
        return Contact(given["name"], given["email"], given["phone"], given["needs"])


class LettersForm(forms.Form):
    """The list of addresses letters are drawn from."""

    file = forms.FileField(
        label=_("Addresses (CSV)"), help_text=_("Columns stratum and address. The file is read and never kept.")
    )
    seed = forms.CharField(
        label=_("Seed"),
        required=False,
        max_length=100,
        help_text=_("Published. Drawn at random where nothing is given."),
    )


class AnnounceForm(forms.Form):
    """What will decide."""

    event = forms.CharField(
        label=_("Public event that decides"),
        max_length=200,
        help_text=_("For instance the national lottery draw of that day."),
    )
    event_on = DayField(label=_("On"))


class HoldForm(forms.Form):
    """What the event gave."""

    number = forms.CharField(
        label=_("What it gave"),
        max_length=100,
        help_text=_("Exactly as published; a number under 1000 is the panel itself."),
    )
    proof = forms.URLField(label=_("Where anyone can check it"), assume_scheme="https", max_length=500)


class SittingForm(forms.Form):
    """A session to come."""

    title_fr = forms.CharField(label=_("Title in French"), max_length=150)
    title_en = forms.CharField(label=_("Title in English"), max_length=150)
    held_on = DayField(label=_("On"))
    place = forms.CharField(label=_("Place"), max_length=200)
    commune = forms.CharField(label=_("Commune (INSEE code)"), max_length=5, required=False)
    days = NumberField(label=_("Days"), initial="1")

    def given(self) -> dict[str, Any]:
        one = self.cleaned_data
        return {
            "title": Text(one["title_fr"], one["title_en"]), "held_on": one["held_on"], "place": one["place"],
            "commune": one["commune"], "days": one["days"] or Decimal(1),
        }  # fmt: skip


class PresenceForm(forms.Form):
    """Who came."""

    present = forms.MultipleChoiceField(
        label=_("Members who came"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, members: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.MultipleChoiceField", self.fields["present"]).choices = [(one, one) for one in members]


class PayForm(forms.Form):
    """Allowances were paid."""

    on = DayField(label=_("Paid on"))
    reference = forms.CharField(label=_("Order of payment"), max_length=60)


class OpinionForm(forms.Form):
    """The opinion, and a recommendation a line: ``title ; title in English ; for ; against ; abstentions``."""

    text_fr = forms.CharField(label=_("Opinion in French"), widget=forms.Textarea(attrs={"rows": 8}), max_length=20_000)
    text_en = forms.CharField(
        label=_("Opinion in English"), widget=forms.Textarea(attrs={"rows": 8}), max_length=20_000
    )
    lines = forms.CharField(
        label=_("Recommendations"), widget=forms.Textarea(attrs={"rows": 8}), max_length=40_000,
        help_text=_("One a line: title in French ; title in English ; votes for ; against ; abstentions."),
    )  # fmt: skip
    on = DayField(label=_("Adopted on"))

    def clean_lines(self) -> list[Adopted]:
        found = []
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), 1):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.split(";")]
            try:
                french, english, *votes = parts
                for_, against, none = (int(one) for one in votes)
            except ValueError:
                raise forms.ValidationError(
                    gettext("Line %(number)s: write title ; title in English ; for ; against ; abstentions.")
                    % {"number": number}
                ) from None
            found.append(Adopted(Text(french, english), Text("", ""), for_, against, none))
        return found
