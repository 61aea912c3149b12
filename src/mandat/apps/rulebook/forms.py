"""The form of a parameter's new value in the back office."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.rulebook.saying import unit_words
from mandat.engines.rules.document import Parameter

_NUMBER = re.compile(r"^-?[0-9]{1,15}(?:\.[0-9]{1,9})?$")


class ExactField(forms.CharField):
    """A number as the French or the English write it, exact."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        plain = re.sub(r"[\s\u00a0\u202f€%]", "", text).replace(",", ".")
        if plain and not _NUMBER.match(plain):
            raise ValidationError(_("Write a number in figures, for example 1250,50."))
        return Decimal(plain) if plain else None


class ValueForm(forms.Form):
    """What a parameter is worth from a day on, on whose word, and why it changes."""

    since = forms.DateField(
        label=gettext_lazy("In force from"),
        help_text=gettext_lazy("The first day of the new value. Give the day of a value already there to replace it, for instance an assumption by the value voted."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    reference = forms.CharField(
        label=gettext_lazy("On whose word"),
        help_text=gettext_lazy("The deliberation, the article or the agreement, with its date."),
        min_length=3,
        max_length=300,
    )
    url = forms.URLField(
        label=gettext_lazy("Where it is published"), required=False, max_length=500, assume_scheme="https"
    )
    assumption = forms.BooleanField(label=gettext_lazy("This value is an assumption: no text gives it"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Public, in a sentence: why this definition changes."),
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, parameter: Parameter, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        unit = unit_words(parameter.unit)
        if parameter.kind == "date":
            self.fields["value"] = forms.DateField(
                label=_("New value"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            )
        else:
            label = _("New value, in %(unit)s") % {"unit": unit} if unit else _("New value")
            self.fields["value"] = ExactField(
                label=label,
                max_length=30,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )
        self.order_fields(["value", "since", "reference", "url", "assumption", "reason"])

    def dated(self) -> dict[str, Any]:
        """The value as its document writes it."""
        data = self.cleaned_data
        reference = {"text": data["reference"], **({"url": data["url"]} if data.get("url") else {})}
        value: Decimal | int | dt.date = data["value"]
        if isinstance(value, Decimal) and value == value.to_integral_value() and value.as_tuple().exponent == 0:
            value = int(value)
        found = {"from": data["since"], "value": value, "reference": reference}
        return {**found, "assumption": True} if data["assumption"] else found
