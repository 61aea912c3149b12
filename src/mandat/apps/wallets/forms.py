"""Forms of holders, tills, partners and agents."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mandat.apps.programme.areas import area_of
from mandat.apps.programme.published import say
from mandat.apps.wallets.definitions import Kind
from mandat.kernel.errors import InputError
from mandat.kernel.money import parse_euros


class AmountField(forms.CharField):
    """An amount as people write it: ``12,50`` or ``12.5``."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 20)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_euros(text)
        except InputError as error:
            raise forms.ValidationError(str(error)) from None


class PayForm(forms.Form):
    """The holder asks for a code; the amount may be left to the till."""

    amount = AmountField(label=_("Amount"), required=False, help_text=_("Leave empty to let the till type it."))


class TillForm(forms.Form):
    """The till types the code and the amount. ``key`` makes a button pressed twice pay once."""

    code = forms.CharField(
        label=_("Code or card number"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    amount = AmountField(label=_("Amount"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    @staticmethod
    def fresh(code: str = "") -> dict[str, str]:
        return {"key": uuid.uuid4().hex, "code": code}


class RefundForm(forms.Form):
    amount = AmountField(label=_("Amount to give back"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ApplyForm(forms.Form):
    """A shop, a farm, a theatre asks to take a wallet."""

    category = forms.ChoiceField(label=_("What you are"))
    name = forms.CharField(label=_("Name shown to the public"), max_length=140)
    siret = forms.CharField(label=_("SIRET"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    commune = forms.CharField(label=_("Commune"), max_length=100)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")
    iban = forms.CharField(
        label=_("IBAN"), max_length=50, help_text=_("Where you are paid. It is kept sealed and never shown."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    bic = forms.CharField(label=_("BIC"), max_length=11, required=False)

    def __init__(self, *args: Any, kind: Kind, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, say(one.label)) for one in kind.definition.categories]

    def clean_commune(self) -> str:
        area = area_of(self.cleaned_data["commune"])
        if not area.startswith("commune:"):
            raise forms.ValidationError(_("No commune of this name: write it in full, or its postal code."))
        return area.removeprefix("commune:")


class BankForm(forms.Form):
    iban = forms.CharField(label=_("IBAN"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    bic = forms.CharField(label=_("BIC"), max_length=11, required=False)


class MemberForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address of their account"))
    role = forms.ChoiceField(
        label=_("Role"), choices=[("till", _("Till")), ("manager", _("Till, refunds and bank account"))]
    )


class PartnerFilter(forms.Form):
    """Narrows the directory, through its address."""

    categorie = forms.ChoiceField(label=_("What"), required=False)
    lieu = forms.CharField(
        label=_("Where"), required=False, max_length=100, help_text=_("A commune, a department or an EPCI.")
    )

    def __init__(self, *args: Any, kind: Kind, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["categorie"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("everything")), *((one.code, say(one.label)) for one in kind.definition.categories)]


class DecideForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=300, help_text=_("Asked for unless you approve or resume."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class RunForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference"), max_length=28, help_text=_("Up to 28 letters and figures: it names the file for ever.")
    )
    execution_on = forms.DateField(label=_("Execution day"), widget=forms.DateInput(attrs={"type": "date"}))


class AnswerForm(forms.Form):
    file = forms.FileField(label=_("The bank's file"), help_text=_("camt.053, camt.054, pain.002 or CSV, up to 20 MB."))
