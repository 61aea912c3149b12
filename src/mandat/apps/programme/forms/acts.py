"""One form an act."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.programme.areas import area_of
from mandat.apps.programme.forms.fields import (
    BREAKDOWNS,
    ActForm,
    CommitmentsField,
    DayField,
    DocumentField,
    MeasuresField,
    NumberField,
)
from mandat.apps.programme.published import Published, say
from mandat.apps.programme.schema import Commitment
from mandat.apps.programme.services.checks import check_codes
from mandat.apps.programme.vocabulary import CATEGORIES
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.units import UNITS

LINK = gettext_lazy("A public address, beginning with https://")


def _url(label: Any) -> forms.URLField:
    return forms.URLField(label=label, required=False, max_length=500, assume_scheme="https", help_text=LINK)


def _unit_choices() -> list[tuple[str, str]]:
    return [(code, str(unit.many)) for code, unit in UNITS.items()]


class PlaceMixin(forms.Form):
    """A place by its name or its code."""

    def clean_place(self) -> str:
        place = str(self.cleaned_data.get("place", "")).strip()
        if not place:
            return ""
        area = area_of(place)
        if not area:
            raise forms.ValidationError(_("No place is called “%(place)s”. Try its code.") % {"place": place})
        return str(area)


class DecisionForm(ActForm):
    """A deliberation, an order, a convention."""

    form = forms.ChoiceField(
        label=gettext_lazy("Kind of decision"),
        choices=[
            ("deliberation", gettext_lazy("deliberation")),
            ("order", gettext_lazy("order (arrêté)")),
            ("convention", gettext_lazy("agreement (convention)")),
            ("other", gettext_lazy("other")),
        ],
    )
    number = forms.CharField(
        label=gettext_lazy("Number"), max_length=80, help_text=gettext_lazy("As written on it: 24.01.02, for example.")
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    body = forms.ChoiceField(label=gettext_lazy("Body that decided"), required=False)
    measures = MeasuresField(
        label=gettext_lazy("Measures it serves"), required=False, help_text=gettext_lazy("Their numbers: 2, 14")
    )
    commitments = CommitmentsField(
        label=gettext_lazy("Commitments it serves"), required=False, help_text=gettext_lazy("Their codes: 2.1, 14.3")
    )
    document = DocumentField(label=gettext_lazy("The document"))
    document_url = _url(gettext_lazy("or its public link"))
    field_order = ("form", "number", "title", "on", "body", "measures", "commitments", "document", "document_url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["body"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("not stated")), *((code, say(b.title)) for code, b in self.current.bodies.items())]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        measures, commitments = values.get("measures", ()), values.get("commitments", ())
        for name, asked in (("measures", (measures, ())), ("commitments", ((), commitments))):
            try:
                check_codes(self.current, *asked)
            except InputError as error:
                self.add_error(name, str(error))
        if not measures and not commitments and not self.errors:
            self.add_error("measures", _("Say which measure or commitment it serves."))
        return values


class CommitmentForm(ActForm):
    """Base of the forms about one commitment."""

    def __init__(self, *args: Any, commitment: Commitment, **kwargs: Any) -> None:
        self.commitment = commitment
        super().__init__(*args, **kwargs)


class MilestoneForm(CommitmentForm):
    """A milestone is reached."""

    milestone = forms.ChoiceField(label=gettext_lazy("Milestone"), widget=forms.RadioSelect)
    document = DocumentField(label=gettext_lazy("Evidence: a document"))
    evidence_url = _url(gettext_lazy("or a public link"))
    field_order = ("milestone", "on", "document", "evidence_url")

    def __init__(self, *args: Any, reached: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["milestone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(m.code, say(m.title)) for m in self.commitment.milestones if m.code not in reached]


class OutputForm(PlaceMixin, CommitmentForm):
    """Something was done: how much, where, for whom, with what evidence."""

    on = DayField(label=gettext_lazy("Day it was done"))
    title = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=300,
        help_text=gettext_lazy("One public sentence, without the name of a person."),
    )
    quantity = NumberField(label=gettext_lazy("How many"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    output = forms.ChoiceField(label=gettext_lazy("Nature"), required=False)
    place = forms.CharField(
        label=gettext_lazy("Place"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("A commune, an EPCI or a department: its name or its code."),
    )
    evidence = DocumentField(
        label=gettext_lazy("Evidence: a document"),
        help_text=gettext_lazy("A document or a link is needed. PDF, image or office document, 20 MB at most."),
    )
    evidence_url = _url(gettext_lazy("or a public link"))
    field_order = ("title", "on", "quantity", "unit", "output", "place", "evidence", "evidence_url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, output = self.fields["unit"], self.fields["output"]
        assert isinstance(unit, forms.ChoiceField)
        assert isinstance(output, forms.ChoiceField)
        unit.choices = _unit_choices()
        unit.initial = self.commitment.goal.unit
        known = [v for f in self.commitment.indicator.where if f.field == "data.output" for v in f.any_of]
        if known:
            output.initial = known[0]
            output.choices = [*((code, code) for code in known), ("", _("other: will not count in the indicator"))]
        else:
            del self.fields["output"]
        for name, (dimension, category) in BREAKDOWNS.items():
            self.fields[name] = forms.IntegerField(
                label=str(CATEGORIES[dimension][category]), required=False, min_value=0, max_value=10**7,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": "0"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not values.get("evidence") and not values.get("evidence_url") and not self.errors:
            self.add_error("evidence", _("Evidence is needed: a document or a public link."))
        return values

    def main_fields(self) -> Iterator[BoundField]:
        return (bound for bound in self if bound.name not in BREAKDOWNS)

    def breakdown_fields(self) -> list[tuple[str, list[BoundField]]]:
        """Fields of the counts of persons, by dimension."""
        found: dict[str, list[BoundField]] = {}
        for name, (dimension, _category) in BREAKDOWNS.items():
            found.setdefault(dimension, []).append(self[name])
        return list(found.items())

    def breakdown_errors(self) -> bool:
        return any(name in self.errors for name in BREAKDOWNS) if self.is_bound else False

    def breakdowns(self) -> dict[str, dict[str, int]]:
        """Counts of persons as a fact has them; what was left empty is not there."""
        found: dict[str, dict[str, int]] = {}
        for name, (dimension, category) in BREAKDOWNS.items():
            count = self.cleaned_data.get(name)
            if count is not None:
                found.setdefault(dimension, {})[category] = count
        return found


class ObservationForm(PlaceMixin, CommitmentForm):
    """A published statistic gives the value of an outcome."""

    on = DayField(label=gettext_lazy("Day the value is of"))
    series = forms.CharField(
        label=gettext_lazy("Statistical series"),
        max_length=200,
        help_text=gettext_lazy("Its name where it is published."),
    )
    publisher = forms.CharField(label=gettext_lazy("Published by"), max_length=200)
    period = forms.CharField(
        label=gettext_lazy("Period"), required=False, max_length=40, help_text=gettext_lazy("2025, for example.")
    )
    quantity = NumberField(label=gettext_lazy("Value"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    place = forms.CharField(
        label=gettext_lazy("Place"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("A commune, an EPCI or a department: its name or its code."),
    )
    evidence_url = forms.URLField(
        label=gettext_lazy("Where it is published"), max_length=500, assume_scheme="https", help_text=LINK
    )
    field_order = ("series", "publisher", "on", "period", "quantity", "unit", "place", "evidence_url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = _unit_choices()
        unit.initial = self.commitment.goal.unit


class SuspensionForm(CommitmentForm):
    """Suspend a commitment by a reasoned decision."""

    on = DayField(label=gettext_lazy("From"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=10,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Public, in a sentence or two, without the name of a person."),
    )
    decision = forms.CharField(
        label=gettext_lazy("Number of the decision"), required=False, max_length=80,
        help_text=gettext_lazy("Of the deliberation or order that says so."),
    )  # fmt: skip


class ResumptionForm(CommitmentForm):
    """End a suspension."""

    on = DayField(label=gettext_lazy("From"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), min_length=10, max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Public, in a sentence or two, without the name of a person."),
    )  # fmt: skip


class RefusalForm(forms.Form):
    """Refuse a declaration."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is refused"),
        min_length=3,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Public. Say what is missing or wrong."),
    )


class WithdrawalForm(forms.Form):
    """Withdraw a fact."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is withdrawn"),
        min_length=10,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Public, in a sentence: the fact stays readable, with this reason."),
    )


class CorrectionForm(PlaceMixin, ActForm):
    """Correct the day, the quantity, the amount or the place of a fact."""

    quantity = NumberField(label=gettext_lazy("Quantity"), required=False)
    amount = NumberField(label=gettext_lazy("Amount in euros"), required=False)
    place = forms.CharField(label=gettext_lazy("Place"), required=False, max_length=80)

    def __init__(self, *args: Any, current: Published, fact: Any, **kwargs: Any) -> None:
        initial = {"on": fact.occurred_on, "quantity": _plain(fact.quantity), "amount": _plain(fact.amount)}
        initial["place"] = fact.area
        super().__init__(*args, current=current, initial=initial, **kwargs)
        self.fact = fact
        for name, value in (("quantity", fact.quantity), ("amount", fact.amount)):
            if value is None:
                del self.fields[name]
            else:
                self.fields[name].required = True
        if fact.area:
            self.fields["place"].help_text = territory.area_name(fact.area)

    def changes(self) -> dict[str, Any]:
        """Fields that differ from the fact."""
        values = self.cleaned_data
        asked = {"occurred_on": values["on"], "area": values["place"]}
        asked |= {name: values[name] for name in ("quantity", "amount") if name in self.fields}
        return {name: value for name, value in asked.items() if value != getattr(self.fact, name)}


def _plain(value: Any) -> str:
    return "" if value is None else f"{value:f}"
