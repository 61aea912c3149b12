"""Sending a sighting, and narrowing the list of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mandat.apps.consultations.forms.surveys import CommuneField
from mandat.apps.consultations.photos import PURPOSE
from mandat.apps.custody.forms import CheckedFileField
from mandat.apps.participation.schema.contributions import Observations
from mandat.apps.programme.forms.fields import DayField
from mandat.apps.programme.views.shared import words


class DegreesField(forms.CharField):
    """Decimal degrees with a point or a comma."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=20, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        text = (super().clean(value) or "").replace(",", ".").replace("−", "-").strip()
        if not text:
            return None
        if not re.fullmatch(r"-?[0-9]{1,3}(?:\.[0-9]{1,8})?", text):
            raise forms.ValidationError(_("Write decimal degrees, such as 47.9025."))
        return float(text)


class ObservationForm(forms.Form):
    """What, how many, when, where."""

    mark_optional = True
    subject = forms.ChoiceField(label=_("What did you see?"))
    count = forms.IntegerField(label=_("How many"), initial=1, min_value=1, max_value=1_000_000)
    seen_on = DayField(label=_("On which day"))
    commune = CommuneField(label=_("In which commune"))
    latitude = DegreesField(
        label=_("Latitude"), help_text=_("As your phone gives it: it is shown to the nearest square only.")
    )
    longitude = DegreesField(label=_("Longitude"))
    note = forms.CharField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    photo = CheckedFileField(purpose=PURPOSE, label=_("Photo"), required=False)
    photo_text = forms.CharField(
        label=_("What the photo shows"), max_length=200, required=False, help_text=_("For those who do not see it.")
    )

    def __init__(self, *args: Any, document: Observations, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = [(one.code, words(one.label)) for one in document.subjects]  # type: ignore[attr-defined]
        if not document.photo:
            del self.fields["photo"], self.fields["photo_text"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("photo") and not given.get("photo_text"):
            self.add_error("photo_text", _("Say in a few words what the photo shows."))
        return given


class FiltersForm(forms.Form):
    """A subject, a state."""

    sujet = forms.ChoiceField(label=_("What was seen"), required=False)
    etat = forms.ChoiceField(label=_("State"), required=False)

    def __init__(
        self, *args: Any, subjects: Sequence[tuple[str, str]], states: Sequence[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sujet"].choices = [("", _("All")), *subjects]  # type: ignore[attr-defined]
        self.fields["etat"].choices = [("", _("All")), *states]  # type: ignore[attr-defined]
