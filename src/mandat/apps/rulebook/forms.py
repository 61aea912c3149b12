"""The form of a parameter's new value in the back office."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.rulebook.saying import unit_words
from mandat.engines.rules.document import Parameter
from mandat.web import formats

_NUMBER = re.compile(r"^-?[0-9]{1,15}(?:\.[0-9]{1,9})?$")


class ExactField(forms.CharField):
    """A number as the French or the English write it, exact."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        plain = re.sub(r"[\s\u00a0\u202f€%]", "", text).replace(",", ".")
        if plain and not _NUMBER.match(plain):
            raise ValidationError(_("Write a number in figures, for example 1250,50."))
        return Decimal(plain) if plain else None


#: Empty brackets offered after those in force, and the most a scale may have here.
MORE, MOST = 2, 40


class ValueForm(forms.Form):
    """What a parameter is worth from a day on, on whose word, and why it changes.

    A scale has two fields a bracket, ``from-N`` and ``worth-N``: those in force, then a few empty ones. A bracket left empty goes.
    """

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
        self.parameter = parameter
        self.values: list[str] = ["value"]
        unit = unit_words(parameter.unit)
        if parameter.kind == "scale":
            self._brackets(parameter)
        elif parameter.kind == "date":
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
        self.order_fields([*self.values, "since", "reference", "url", "assumption", "reason"])

    def _brackets(self, parameter: Parameter) -> None:
        """The brackets of the latest value, and room for more: as many as were sent where the form comes back."""
        known = parameter.values[-1].brackets
        self.rated = known[0].rate is not None
        sent = sum(name.startswith("from-") for name in self.data) if self.is_bound else 0
        self.values = []
        for rank in range(min(max(len(known) + MORE, sent), MOST)):
            bracket = known[rank] if rank < len(known) else None
            worth = None if bracket is None else (bracket.rate or Decimal(0)) * 100 if self.rated else bracket.amount
            base, unit = unit_words(parameter.of or ""), "%" if self.rated else unit_words(parameter.unit)
            for name, label, now in (
                (
                    f"from-{rank}",
                    _("Threshold, in %(unit)s") % {"unit": base} if base else _("Threshold"),
                    bracket.from_ if bracket else None,
                ),
                (f"worth-{rank}", _("Value, in %(unit)s") % {"unit": unit} if unit else _("Value"), worth),
            ):
                self.fields[name] = ExactField(
                    label=f"{label} ({_('bracket %(n)s') % {'n': rank + 1}})",
                    initial="" if now is None else formats.number(now, 6),
                    required=False,
                    max_length=30,
                    widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
                )
                self.values.append(name)

    def brackets(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The two fields of each bracket; none where the parameter is no scale."""
        if self.parameter.kind != "scale":
            return []
        return [(self[low], self[worth]) for low, worth in zip(self.values[::2], self.values[1::2], strict=True)]

    def rest(self) -> list[forms.BoundField]:
        """The fields that are not those of a bracket."""
        return [bound for bound in self if self.parameter.kind != "scale" or bound.name not in self.values]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.parameter.kind != "scale":
            return data
        starts: list[Decimal] = []
        for low, worth in zip(self.values[::2], self.values[1::2], strict=True):
            start, value = data.get(low), data.get(worth)
            if low in self.errors or worth in self.errors:
                continue
            if (start is None) != (value is None):
                self.add_error(low if start is None else worth, _("Give both the threshold and the value, or neither."))
            elif start is not None:
                if starts and start <= starts[-1]:
                    self.add_error(low, _("Thresholds go upwards: this one is not above the one before."))
                starts.append(start)
        if not starts and not self.errors:
            self.add_error(self.values[0], _("A scale has at least one bracket."))
        return data

    def _scale(self) -> list[dict[str, Any]]:
        data, name = self.cleaned_data, "rate" if self.rated else "amount"
        return [
            {"from": plain(data[low]), name: plain(data[worth] / 100 if self.rated else data[worth])}
            for low, worth in zip(self.values[::2], self.values[1::2], strict=True)
            if data[low] is not None
        ]

    def dated(self) -> dict[str, Any]:
        """The value as its document writes it."""
        data = self.cleaned_data
        reference = {"text": data["reference"], **({"url": data["url"]} if data.get("url") else {})}
        if self.parameter.kind == "scale":
            given: dict[str, Any] = {"brackets": self._scale()}
        else:
            value = data["value"]
            given = {"value": plain(value) if isinstance(value, Decimal) else value}
        found = {"from": data["since"], **given, "reference": reference}
        return {**found, "assumption": True} if data["assumption"] else found


def plain(value: Decimal) -> Decimal | int:
    """A number as a document writes it: whole ones without a point."""
    return int(value) if value == value.to_integral_value() else value.normalize()
