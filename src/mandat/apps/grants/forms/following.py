"""Small forms of what follows an award: each is one act."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.forms import CheckedFileField
from mandat.apps.grants import filing
from mandat.apps.grants.models import Case, Recovery
from mandat.apps.grants.services.plans import MOST_LINES
from mandat.apps.programme.forms.fields import DayField, NumberField

TEXT = forms.Textarea(attrs={"rows": 4})


class BankForm(forms.Form):
    """Where to pay."""

    name = forms.CharField(
        label=_("Holder of the account"), max_length=140, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    iban = forms.CharField(
        label=_("IBAN"), max_length=42, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    bic = forms.CharField(
        label=_("BIC"), max_length=11, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class SpentForm(forms.Form):
    """What was spent, in euros."""

    spent = NumberField(label=_("What the project has cost up to now, in euros"))


class AmountForm(forms.Form):
    """An amount in euros, with why."""

    amount = NumberField(label=_("Amount, in euros"))
    reason = forms.CharField(label=_("Why"), widget=TEXT, max_length=10_000)


class WhyForm(forms.Form):
    """A reason, an answer or a note."""

    text = forms.CharField(label=_("Why"), widget=TEXT, max_length=10_000)


class CheckForm(forms.Form):
    """What the service retains of the spending, where it retains less than was declared."""

    spent = NumberField(
        label=_("Spending retained, in euros"), required=False, help_text=_("Leave empty to retain what was declared.")
    )
    note = forms.CharField(label=_("Why less, for the beneficiary"), widget=TEXT, max_length=10_000, required=False)


class PieceForm(forms.Form):
    """One document, for the code named beside."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = CheckedFileField(purpose=filing.PURPOSE, label=_("Document"))


class RecoveryForm(AmountForm):
    why = forms.ChoiceField(
        label=_("Reason"), choices=[(c.value, c.label) for c in Recovery.Why if c.value != "breach"]
    )
    field_order = ("why", "amount", "reason")


class SharesForm(forms.Form):
    """Shares as the deed of subscription says."""

    shares = forms.IntegerField(label=_("Number of shares"), min_value=1, max_value=100_000_000)
    price = NumberField(label=_("Price of a share, in euros"))
    on = DayField(label=_("Subscribed on"))


class OrderRecoveryForm(forms.Form):
    title = forms.CharField(label=_("Number of the collection order"), max_length=40)


class ReceiptForm(forms.Form):
    amount = NumberField(label=_("Amount received, in euros"))
    on = DayField(label=_("On"))
    key = forms.CharField(label=_("Reference of the receipt"), max_length=60)


class UpholdForm(forms.Form):
    unmet = NumberField(label=_("Share not met, in percent"), required=False)
    text = forms.CharField(label=_("Why"), widget=TEXT, max_length=10_000)


class RunForm(forms.Form):
    reference = forms.CharField(label=_("Reference of the file"), max_length=28)
    execution_on = DayField(label=_("Day of execution"))


class AnswerForm(forms.Form):
    file = forms.FileField(label=_("The bank's answer (camt.054, pain.002 or CSV)"))


class SmallAidForm(forms.Form):
    """A de minimis aid received from another funder."""

    funder = forms.CharField(label=_("Who gave it"), max_length=200)
    granted_on = DayField(label=_("Granted on"))
    amount = NumberField(label=_("Amount, in euros"))
    regulation = forms.ChoiceField(
        label=_("Rules it was given under"),
        choices=[
            ("general", _("general")),
            ("agriculture", _("agriculture")),
            ("fisheries", _("fisheries")),
            ("sgei", _("services of general interest")),
        ],
    )


class PlanLineForm(forms.Form):
    """One funder. An empty line is left out."""

    funder = forms.CharField(label=_("Who"), max_length=200, required=False)
    amount = NumberField(label=_("Amount, in euros"), required=False)
    kind = forms.ChoiceField(
        label=_("Money"),
        choices=[("own", _("yours")), ("public", _("public, from another")), ("private", _("private, from another"))],
    )
    certain = forms.BooleanField(label=_("certain"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("funder") and given.get("amount") is None and not self.errors.get("amount"):
            self.add_error("amount", _("Write the amount, 0 where it is not known yet."))
        if given.get("amount") and not given.get("funder"):
            self.add_error("funder", _("Say who brings this money."))
        return given


#: The lines of a plan and three empty ones: saved, it shows three more. No script.
PlanFormSet = formset_factory(PlanLineForm, extra=3, max_num=MOST_LINES, validate_max=True, absolute_max=MOST_LINES + 3)


def plan_initial(case: Case) -> list[dict[str, Any]]:
    """The lines of a case as the editor shows them."""
    return [
        {
            "funder": line.funder,
            "amount": f"{line.amount // 100},{line.amount % 100:02d}",
            "kind": "own" if line.own else ("public" if line.public else "private"),
            "certain": line.certain,
        }
        for line in case.plan.order_by("position", "pk")
    ]


def plan_lines(forms_: BaseFormSet[Any], *, public: bool) -> list[dict[str, Any]]:
    """What ``services.plans.plan_save`` takes. ``public``: the promoter's own money is public money (a local authority)."""
    found = []
    for form in forms_:
        given = form.cleaned_data
        if given.get("funder"):
            own = given["kind"] == "own"
            found.append(
                {
                    "funder": given["funder"],
                    "amount": given["amount"],
                    "own": own,
                    "public": public if own else given["kind"] == "public",
                    "certain": bool(given.get("certain")),
                }
            )
    return found
