"""Forms of the registers: what comes back of a loan and what is decided about it, what happens to a stake."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.funds.models import Loan
from mandat.apps.programme.forms.fields import DayField, NumberField
from mandat.apps.programme.standing import today

REASONS = (
    ("hardship", gettext_lazy("passing hardship")),
    ("disaster", gettext_lazy("disaster or event beyond control")),
    ("insolvency", gettext_lazy("insolvency or liquidation")),
    ("death", gettext_lazy("death of the beneficiary")),
    ("other", gettext_lazy("another reason")),
)
KEEP = (
    ("term", gettext_lazy("the same last day, lower instalments")),
    ("payment", gettext_lazy("the same instalments, an earlier last day")),
)


class _Act(forms.Form):
    """Every form names its act, for a page has several."""

    act = ""
    on = DayField(label=gettext_lazy("Day"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{self.act}-%s", initial={"on": today()})


class RepaymentForm(_Act):
    """A payment received."""

    act = "repay"
    amount = NumberField(label=gettext_lazy("Amount received, in euros"))
    late = NumberField(label=gettext_lazy("Of which late interest, in euros"), required=False)
    reference = forms.CharField(
        label=gettext_lazy("Reference of the payment"), max_length=80,
        help_text=gettext_lazy("The bank's or the treasury's: each is recorded once."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        amount, late = values.get("amount"), values.get("late")
        if amount is not None and late is not None and late > amount:
            self.add_error("late", _("Late interest is part of the amount received."))
        return values


class EarlyForm(_Act):
    """Principal repaid ahead of its days."""

    act = "early"
    principal = NumberField(label=gettext_lazy("Principal repaid early, in euros"))
    keep = forms.ChoiceField(label=gettext_lazy("What follows keeps"), choices=KEEP)
    reference = forms.CharField(label=gettext_lazy("Reference of the payment"), max_length=80)


class _Decision(_Act):
    """A decision has a reason, told to all, and a motive, kept in the case."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason (public)"), choices=REASONS)
    motive = forms.CharField(
        label=gettext_lazy("Motive (kept in the case)"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("No name, nothing about health or private life: those stay in the case's own documents."),
    )  # fmt: skip
    decision = forms.CharField(label=gettext_lazy("Number of the decision"), max_length=80)


class DeferForm(_Decision):
    """Instalments put off."""

    act = "defer"
    months = forms.TypedChoiceField(label=gettext_lazy("Put off by"), coerce=int)

    field_order = ("on", "months", "reason", "motive", "decision")

    def __init__(self, loan: Loan, data: Any = None) -> None:
        super().__init__(data)
        field: Any = self.fields["months"]
        steps = range(loan.every_months, min(loan.every_months * 12, 60) + 1, loan.every_months)
        field.choices = [(months, _("%(n)s months") % {"n": months}) for months in steps]


class WriteOffForm(_Decision):
    """Principal given up."""

    act = "writeoff"
    amount = NumberField(
        label=gettext_lazy("Principal given up, in euros"),
        help_text=gettext_lazy("0 gives up late interest alone. Late interest owed always goes with it."),
    )

    field_order = ("on", "amount", "reason", "motive", "decision")


class CallForm(_Act):
    """A part of what was subscribed is paid."""

    act = "call"
    amount = NumberField(label=gettext_lazy("Amount called, in euros"))
    reference = forms.CharField(label=gettext_lazy("Reference of the call"), max_length=80)


class DividendForm(_Act):
    """Money received from the company."""

    act = "dividend"
    amount = NumberField(label=gettext_lazy("Dividend received, in euros"))
    reference = forms.CharField(label=gettext_lazy("Reference of the payment"), max_length=80)


class ValueForm(_Act):
    """What the shares are worth."""

    act = "value"
    value = NumberField(label=gettext_lazy("Value of the shares held, in euros"))
    source = forms.CharField(
        label=gettext_lazy("Source (public)"), max_length=200,
        help_text=gettext_lazy("Such as: accounts of 2025 approved on 12 June 2026."),
    )  # fmt: skip


class SaleForm(_Act):
    """Shares sold."""

    act = "sale"
    shares = forms.IntegerField(label=gettext_lazy("Shares sold"), min_value=1)
    proceeds = NumberField(label=gettext_lazy("Price received, in euros"))
    reference = forms.CharField(label=gettext_lazy("Reference of the sale"), max_length=80)
