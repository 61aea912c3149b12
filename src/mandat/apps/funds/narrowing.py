"""What the address of the board says, and addresses made from it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.funds.board import BY, Narrowing
from mandat.apps.funds.vocabulary import KINDS
from mandat.apps.programme.areas import area_of
from mandat.apps.programme.published import Published

#: What is asked of a figure's cases: the states they have reached.
STATES = ("voted", "reserved", "awarded", "engaged", "paid")


class BoardForm(forms.Form):
    """The board's filters; names of fields are those of the address, shared with the file and the details."""

    par = forms.ChoiceField(label=gettext_lazy("By"), required=False, widget=forms.HiddenInput)
    mesure = forms.IntegerField(
        label=gettext_lazy("Number of the measure"), required=False, min_value=1, max_value=9999
    )
    beneficiaire = forms.ChoiceField(label=gettext_lazy("Beneficiaries"), required=False)
    lieu = forms.CharField(
        label=gettext_lazy("Place"), required=False, max_length=80,
        help_text=gettext_lazy("A commune, an EPCI or a department: its name or its code."),
    )  # fmt: skip
    annee = forms.TypedChoiceField(label=gettext_lazy("Voted for"), required=False, coerce=int, empty_value=None)
    versement = forms.TypedChoiceField(label=gettext_lazy("Paid in"), required=False, coerce=int, empty_value=None)
    dispositif = forms.SlugField(label=gettext_lazy("Scheme"), required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, current: Published, data: Any) -> None:
        super().__init__(data)
        mandate = current.programme.mandate
        years = [("", _("All"))] + [(str(year), str(year)) for year in range(mandate.start.year, mandate.end.year + 1)]
        self._choose("par", list(words_by().items()))
        self._choose("beneficiaire", [("", _("All")), *((code, str(said)) for code, said in KINDS.items() if code)])
        self._choose("annee", years)
        self._choose("versement", years)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean_lieu(self) -> str:
        place = str(self.cleaned_data["lieu"]).strip()
        if place and not area_of(place):
            raise forms.ValidationError(_("No place is called “%(place)s”. Try its code.") % {"place": place})
        return place

    def narrowing(self) -> tuple[str, Narrowing]:
        """By what, and narrowed by what. Of an address that cannot be read, the board by measure."""
        if not self.is_valid():
            return "mesure", Narrowing()
        said = self.cleaned_data
        return said["par"] or "mesure", Narrowing(
            measure=said["mesure"],
            scheme=said["dispositif"] or None,
            kind=said["beneficiaire"] or None,
            year=said["annee"],
            paid_in=said["versement"],
            place=area_of(said["lieu"]) if said["lieu"] else "",
        )


def words_by() -> dict[str, str]:
    """What the board may be asked by, in order."""
    said = {
        "mesure": _("measure"),
        "dispositif": _("scheme"),
        "beneficiaire": _("kind of beneficiary"),
        "annee": _("year voted for"),
        "versement": _("year of payment"),
        "departement": _("department"),
        "epci": _("EPCI"),
        "commune": _("commune"),
    }
    return {code: said[code] for code in BY}


def parameters(narrowing: Narrowing) -> dict[str, str]:
    """The narrowing as parameters of an address."""
    values = {
        "mesure": narrowing.measure,
        "dispositif": narrowing.scheme,
        "beneficiaire": narrowing.kind,
        "lieu": narrowing.place,
        "annee": narrowing.year,
        "versement": narrowing.paid_in,
    }
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


def address(name: str, narrowing: Narrowing, **more: Any) -> str:
    """The address of a page of the board under a narrowing."""
    query = urlencode({**parameters(narrowing), **more})
    return reverse(f"funds:{name}") + (f"?{query}" if query else "")
