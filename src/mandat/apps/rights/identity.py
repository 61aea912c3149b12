"""Who claims, where letters go, and where money is paid: checked here, sealed in the claim."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from stdnum import bic as bic_numbers
from stdnum import iban as iban_numbers
from stdnum.exceptions import ValidationError

from mandat.apps.accounts.models import User
from mandat.apps.rights.schema import Right
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Fields, and how long each may be.
FIELDS: Mapping[str, int] = {
    "name": 150,
    "birth_date": 10,
    "gender": 10,
    "address": 200,
    "postcode": 5,
    "city": 100,
    "iban": 34,
    "bic": 11,
}
GENDERS = ("women", "men", "other")
#: What a letter and a decision need.
_NEEDED = {
    "name": Text("indiquez votre nom", "give your name"),
    "birth_date": Text("indiquez votre date de naissance", "give your date of birth"),
    "address": Text("indiquez votre adresse", "give your address"),
    "postcode": Text("indiquez votre code postal", "give your postcode"),
    "city": Text("indiquez votre ville", "give your town"),
}
#: Nobody is older (the oldest person known lived 122 years).
OLDEST_YEARS = 125


def of_account(user: User) -> dict[str, str]:
    """What the account already tells."""
    return {"name": user.name} if user.name else {}


def kept(given: Mapping[str, Any]) -> dict[str, str]:
    """The known fields, as texts without control characters, numbers in their compact form. Nothing is refused in a draft."""
    found = {}
    for name, longest in FIELDS.items():
        text = unicodedata.normalize("NFC", str(given.get(name) or ""))
        text = "".join(" " if unicodedata.category(char).startswith("C") else char for char in text)
        text = " ".join(text.split())[:longest]
        if name in ("iban", "bic"):
            text = text.replace(" ", "").upper()
        if text:
            found[name] = text
    return found


def problems(identity: Mapping[str, str], right: Right) -> dict[str, Text]:
    """What keeps a claim from being sent, by field."""
    found = {name: text for name, text in _NEEDED.items() if not identity.get(name)}
    if "birth_date" not in found and (wrong := _birth(identity["birth_date"])):
        found["birth_date"] = wrong
    postcode = identity.get("postcode", "")
    if postcode and not (len(postcode) == 5 and postcode.isascii() and postcode.isdigit()):
        found["postcode"] = Text("un code postal a cinq chiffres", "a postcode has five digits")
    if identity.get("gender", "women") not in GENDERS:
        found["gender"] = Text("choix inconnu", "unknown choice")
    if right.benefit.paid_by == "transfer":
        found |= _account(identity)
    return found


def _birth(text: str) -> Text | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return Text("date de naissance illisible", "unreadable date of birth")
    today = timezone.localdate()
    if day > today:
        return Text("cette date est dans le futur", "this date lies in the future")
    if today.year - day.year > OLDEST_YEARS:
        return Text("vérifiez l'année de naissance", "check the year of birth")
    return None


def _account(identity: Mapping[str, str]) -> dict[str, Text]:
    iban = identity.get("iban", "")
    if not iban:
        return {"iban": Text("indiquez l'IBAN où vous payer", "give the IBAN to be paid on")}
    found = {}
    try:
        iban_numbers.validate(iban)
    except ValidationError:
        found["iban"] = Text(
            "cet IBAN est faux : recopiez-le de votre RIB", "this IBAN is wrong: copy it from your bank"
        )
    if identity.get("bic"):
        try:
            bic_numbers.validate(identity["bic"])
        except ValidationError:
            found["bic"] = Text("ce BIC est faux", "this BIC is wrong")
    return found


def check(identity: Mapping[str, str], right: Right) -> None:
    """Raise InputError for what keeps a claim from being sent."""
    found = problems(identity, right)
    if found:
        fr = " ; ".join(text.fr for text in found.values())
        raise InputError(Text(fr, "; ".join(text.en for text in found.values())))


def area(identity: Mapping[str, str], commune: str = "") -> str:
    """The département, from the commune where it is known, else from the postcode. Empty where it cannot be told."""
    if commune:
        for found in territory.containing(f"commune:{commune}"):
            if found.startswith("departement:"):
                return found
    code = identity.get("postcode", "")
    found = f"departement:{code[:3] if code[:2] in ('97', '98') else code[:2]}"
    return found if len(code) == 5 and territory.exists(found) else ""
