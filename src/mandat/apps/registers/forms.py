"""Forms of the back office: a withdrawal, what a contract says, its actions, reviews and amendments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from mandat.apps.organisations.models import Organisation
from mandat.apps.programme.forms.fields import DayField, NumberField
from mandat.apps.registers.models import Contract
from mandat.apps.territory import selectors as territory

_AREA = tuple[str, str]
ROWS = 4


class WithdrawalForm(forms.Form):
    """On which grounds a label may be withdrawn."""

    grounds = forms.CharField(label=_("Grounds"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4000)
    answer_by = DayField(label=_("The holder may answer until"))


class WithdrawalDecisionForm(forms.Form):
    """The label is withdrawn, or kept."""

    withdrawn = forms.TypedChoiceField(
        label=_("Decision"), choices=[("oui", _("withdraw the label")), ("non", _("keep the label"))],
        coerce=lambda value: value == "oui", widget=forms.RadioSelect,
    )  # fmt: skip
    motive = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4000)


class AnswerForm(forms.Form):
    """What the holder answers."""

    text = forms.CharField(label=_("Your answer"), widget=forms.Textarea(attrs={"rows": 6}), max_length=4000)


class AreasField(forms.CharField):
    """Areas, one a line: the name or INSEE code of a commune, or the name of a group of communes. Gives their codes."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        found: list[str] = []
        for line in (line.strip() for line in str(text or "").splitlines()):
            if line:
                area = _area(line)
                if area is None:
                    raise forms.ValidationError(_now("No area is called “%(name)s”.") % {"name": line[:80]})
                found.append(area)
        return list(dict.fromkeys(found))


def _area(text: str) -> str | None:
    """The code of an area given by its code, or its name among groups of communes, then communes."""
    if territory.exists(text):
        return text
    folded = territory.fold(text)
    for area, name in territory.reference().names.items():
        if area.startswith("epci:") and territory.fold(name) == folded:
            return area
    commune = territory.search_communes(text, former=False).first()
    return commune.area if commune is not None else None


class PreparationForm(forms.Form):
    """What will be signed."""

    title = forms.CharField(label=_("Title"), max_length=200)
    areas = AreasField(
        label=_("Territory covered"), required=False, help_text=_("One a line: a group of communes or a commune.")
    )
    parties = forms.CharField(
        label=_("Other parties"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: the SIRET, then the role after a semicolon."),
    )  # fmt: skip

    @classmethod
    def of(cls, contract: Contract, data: Any = None) -> PreparationForm:
        names = territory.reference().names
        initial = {
            "title": contract.title,
            "areas": "\n".join(names.get(one.area, one.area) for one in contract.areas.all()),
            "parties": "\n".join(
                f"{one.organisation.siret}; {one.role}"
                for one in contract.parties.filter(leads=False).select_related("organisation")
            ),
        }
        return cls(data, initial=initial)

    def clean_parties(self) -> list[tuple[Organisation, str]]:
        found: list[tuple[Organisation, str]] = []
        for line in str(self.cleaned_data["parties"]).splitlines():
            siret, _semicolon, role = line.partition(";")
            number = "".join(siret.split())
            if not number:
                continue
            organisation = Organisation.objects.filter(siret=number).first()
            if organisation is None:
                raise forms.ValidationError(
                    _now("No organisation here has the number “%(number)s”: enter it first.") % {"number": number[:20]}
                )
            found.append((organisation, role.strip()))
        return found


class SignatureForm(forms.Form):
    on = DayField(label=_("Signed by all parties on"))


class ActionForm(forms.Form):
    """An action, and up to four lines of money."""

    title = forms.CharField(label=_("Action"), max_length=200)
    due_on = DayField(label=_("Due on"))
    leader = forms.ModelChoiceField(label=_("Led by"), queryset=Organisation.objects.none(), required=False)

    def __init__(self, contract: Contract, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["leader"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.filter(pk__in=contract.parties.values("organisation")).order_by(
            "name", "pk"
        )
        for rank in range(1, ROWS + 1):
            names = {"rank": rank}
            self.fields[f"funder_{rank}"] = forms.CharField(
                label=_now("Funder %(rank)s") % names, required=False, max_length=200
            )
            self.fields[f"amount_{rank}"] = NumberField(label=_now("Euros of funder %(rank)s") % names, required=False)
            self.fields[f"region_{rank}"] = forms.BooleanField(
                label=_now("Funder %(rank)s is the Region") % names, required=False
            )
            self.fields[f"certain_{rank}"] = forms.BooleanField(
                label=_now("Funder %(rank)s is certain") % names, required=False
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for rank in range(1, ROWS + 1):
            if bool(given.get(f"funder_{rank}")) != (given.get(f"amount_{rank}") is not None):
                self.add_error(f"amount_{rank}", _now("A funder goes with an amount."))
        return given

    def fundings(self) -> list[tuple[str, Decimal, bool, bool]]:
        given = self.cleaned_data
        return [
            (given[f"funder_{n}"], given[f"amount_{n}"], given[f"region_{n}"], given[f"certain_{n}"])
            for n in range(1, ROWS + 1)
            if given.get(f"funder_{n}")
        ]


class DoneForm(forms.Form):
    on = DayField(label=_("Done on"))
    evidence = forms.CharField(label=_("What shows it (address or document)"), max_length=500)
    cost = NumberField(label=_("What it cost, in euros"), required=False)


class DropForm(forms.Form):
    why = forms.CharField(label=_("Why it is given up"), max_length=500)


class ReviewForm(forms.Form):
    on = DayField(label=_("Held on"))
    findings = forms.CharField(label=_("Findings"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4000)


class AmendmentForm(forms.Form):
    on = DayField(label=_("Signed on"))
    what = forms.CharField(label=_("What changes"), max_length=500)
    ends_on = DayField(label=_("New end of the contract"), required=False)
    adds = AreasField(label=_("Territory added"), required=False)
    removes = AreasField(label=_("Territory taken away"), required=False)
