"""Forms of organisations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.organisations.categories import DECLARABLE, HEADCOUNT, LEGAL, clean_rna, clean_siret, naf_code
from mandat.apps.organisations.models import Control, Organisation, Rank
from mandat.apps.organisations.registers import Entry
from mandat.apps.organisations.services import WRITTEN
from mandat.apps.territory.selectors import fold, search_communes
from mandat.kernel.errors import InputError

_SALT = "organisations.entry"


class NumberForm(forms.Form):
    """The number an organisation is known by, where it has one."""

    number = forms.CharField(
        label=_("SIRET or RNA number"),
        max_length=30,
        help_text=_("14 digits, or W and 9 digits for an association without SIRET."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_number(self) -> str:
        text: str = self.cleaned_data["number"].strip()
        try:
            return clean_rna(text) if text[:1].upper() == "W" else clean_siret(text)
        except InputError as error:
            raise forms.ValidationError(str(error)) from error


class OrganisationForm(forms.Form):
    """What is known of an organisation; ``proof`` is the register's entry, signed by us."""

    name = forms.CharField(label=_("Name"), max_length=200)
    short_name = forms.CharField(label=_("Short name"), max_length=80, required=False)
    legal_category = forms.ChoiceField(label=_("Legal category"), required=False, choices=())
    naf = forms.CharField(
        label=_("Activity (NAF code)"), max_length=6, required=False, help_text=_("As on your Insee notice: 94.99Z.")
    )
    address = forms.CharField(label=_("Address"), max_length=250, required=False)
    postcode = forms.CharField(
        label=_("Postcode"), max_length=5, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    commune_name = forms.CharField(label=_("Commune"), max_length=100, required=False)
    headcount = forms.ChoiceField(label=_("Headcount"), required=False, choices=())
    email = forms.EmailField(
        label=_("Contact e-mail"), required=False, help_text=_("Seen by members and agents only; never published.")
    )
    telephone = forms.CharField(
        label=_("Telephone"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    proof = forms.CharField(required=False, widget=forms.HiddenInput)
    mark_optional = True

    def __init__(self, *args: Any, known: Organisation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        category: Any = self.fields["legal_category"]
        present = (known.legal_category if known else "") or self.initial.get("legal_category", "") or ""
        posted = self.data.get("legal_category", "") if self.is_bound else ""
        codes = [*DECLARABLE, *(c for c in (present, posted) if c and c not in DECLARABLE)]
        category.choices = [("", _("not known")), *((code, _category(code)) for code in codes if _category(code))]
        band: Any = self.fields["headcount"]
        band.choices = [
            ("", _("not known")),
            *((code, str(label)) for code, label in HEADCOUNT.items() if code != "NN"),
        ]
        if self.initial.get("headcount") == "NN" or (known and known.headcount == "NN") or posted == "NN":
            band.choices = [*band.choices, ("NN", str(HEADCOUNT["NN"]))]

    def clean_naf(self) -> str:
        code: str = self.cleaned_data["naf"].strip().upper()
        if code and not naf_code(code):
            raise forms.ValidationError(_("A NAF code is written 94.99Z: two digits, a point, two digits, a letter."))
        return code

    def clean_postcode(self) -> str:
        code: str = self.cleaned_data["postcode"].strip()
        if code and not (len(code) == 5 and code.isascii() and code.isdigit()):
            raise forms.ValidationError(_("A postcode has five digits."))
        return code

    @property
    def entry(self) -> Entry | None:
        """The register's entry the form was filled from; None where it is filled by hand or was tampered with."""
        return read_proof(self.cleaned_data.get("proof", ""))

    def values(self) -> dict[str, str]:
        """Fields as services take them; the commune's code comes from its name."""
        data = {name: self.cleaned_data.get(name, "") or "" for name in WRITTEN if name != "commune"}
        return data | {"commune": self._commune(data["commune_name"], data["postcode"])}

    def _commune(self, name: str, postcode: str) -> str:
        for source in (self.entry, self.known):
            if source is not None and source.commune and fold(source.commune_name) == fold(name):
                return source.commune
        found = [c for c in search_communes(name)[:10] if fold(c.name) == fold(name)] if fold(name) else []
        near = [c for c in found if not postcode or c.code[:2] == postcode[:2]]
        return near[0].code if len(near) == 1 else ""


def _category(code: str) -> str:
    label = next((LEGAL[code[:length]] for length in range(len(code), 0, -1) if code[:length] in LEGAL), None)
    return str(label) if label else ""


def proof_of(entry: Entry) -> str:
    """An entry as the form carries it, signed."""
    held = {name: getattr(entry, name) for name in Entry.__slots__}
    return signing.dumps(held | {"closed_on": entry.closed_on.isoformat() if entry.closed_on else None}, salt=_SALT)


def read_proof(text: str) -> Entry | None:
    """The entry of a proof made within a day."""
    if not text:
        return None
    try:
        held = signing.loads(text, salt=_SALT, max_age=86_400)
    except signing.BadSignature:
        return None
    closed = held.pop("closed_on")
    return Entry(**held, closed_on=dt.date.fromisoformat(closed) if closed else None)


class InvitationForm(forms.Form):
    """Who is invited, to do what."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    rank = forms.ChoiceField(label=_("Role"), choices=Rank.choices, initial=Rank.EDITOR)


class RankForm(forms.Form):
    """A role to give."""

    rank = forms.ChoiceField(label=_("Role"), choices=Rank.choices)


class ControlForm(forms.Form):
    """An organisation that controls this one, or that it controls."""

    DIRECTIONS = (("parent", _("it controls ours")), ("child", _("ours controls it")))

    siret = forms.CharField(label=_("SIRET of the other organisation"), max_length=20)
    direction = forms.ChoiceField(label=_("Which way"), choices=DIRECTIONS, widget=forms.RadioSelect)
    why = forms.ChoiceField(label=_("Why"), choices=Control.Why.choices)
    share = forms.DecimalField(
        label=_("Share of the votes (%)"), required=False, min_value=0, max_value=100, decimal_places=2, localize=True
    )
    since = forms.DateField(label=_("Since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    mark_optional = True

    def clean_siret(self) -> str:
        try:
            return clean_siret(self.cleaned_data["siret"])
        except InputError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_since(self) -> dt.date:
        day: dt.date = self.cleaned_data["since"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This date is still to come."))
        return day


class SearchForm(forms.Form):
    """Narrows the list of the back office."""

    STATES = (
        ("", _("all")),
        ("unconfirmed", _("not confirmed yet")),
        ("ownerless", _("without owner")),
        ("ceased", _("closed in the register")),
        ("declared", _("filled in by hand")),
    )

    q = forms.CharField(label=_("Name or number"), max_length=80, required=False)
    which = forms.ChoiceField(label=_("Which"), choices=STATES, required=False)
