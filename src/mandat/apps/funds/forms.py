"""Forms of the back office: an envelope, and what an assembly votes for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mandat.apps.funds.models import Envelope
from mandat.apps.programme.forms.fields import DayField, NumberField
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import words

STAGES = (
    ("primary", _("primary budget")),
    ("supplementary", _("supplementary budget")),
    ("amending", _("amending decision")),
)


class EnvelopeForm(forms.Form):
    """An envelope before its first vote."""

    code = forms.SlugField(
        label=_("Code"), max_length=80, help_text=_("Short, without spaces: it stands in public facts.")
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    line = forms.CharField(label=_("Budget line"), max_length=40)
    section = forms.ChoiceField(label=_("Section"), choices=Envelope.Section.choices)
    year = forms.TypedChoiceField(label=_("First year"), coerce=int)
    measure = forms.TypedChoiceField(label=_("Measure"), coerce=int)
    commitments = forms.CharField(
        label=_("Commitments"), required=False, max_length=200,
        help_text=_("Those whose budget this is, such as 3.1; parted by spaces."),
    )  # fmt: skip

    def __init__(self, current: Published, data: Any = None) -> None:
        super().__init__(data)
        mandate = current.programme.mandate
        self._choices("year", [(year, str(year)) for year in range(mandate.start.year, mandate.end.year + 1)])
        self._choices("measure", [(n, f"{n}. {words(measure.title)}") for n, measure in current.measures.items()])

    def _choices(self, name: str, choices: list[tuple[int, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = choices

    def clean_commitments(self) -> list[str]:
        return str(self.cleaned_data["commitments"]).replace(",", " ").split()


class VoteForm(forms.Form):
    """What a deliberation adds; ``less`` makes every amount one that is taken away."""

    on = DayField(label=_("Day of the deliberation"))
    decision = forms.CharField(label=_("Number of the deliberation"), max_length=80)
    stage = forms.ChoiceField(label=_("Stage"), choices=STAGES)
    commitment = NumberField(
        label=_("Commitment credits (AP or AE), in euros"),
        required=False,
        help_text=_("What may be promised, over all years."),
    )
    year = forms.TypedChoiceField(label=_("Year of the payment credits"), coerce=int)
    payment = NumberField(
        label=_("Payment credits (CP), in euros"), required=False, help_text=_("What may be paid in that year.")
    )
    less = forms.BooleanField(label=_("These credits are taken away"), required=False)

    def __init__(self, current: Published, envelope: Envelope, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["year"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(year, str(year)) for year in range(envelope.year, current.programme.mandate.end.year + 1)]

    def amounts(self) -> tuple[Decimal, dict[int, Decimal]]:
        """Commitment credits, and payment credits by year."""
        sign = -1 if self.cleaned_data["less"] else 1
        payment = self.cleaned_data["payment"] or Decimal(0)
        return sign * (self.cleaned_data["commitment"] or Decimal(0)), {self.cleaned_data["year"]: sign * payment}
