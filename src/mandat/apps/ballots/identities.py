"""The writings of who someone is, before they become nullifiers: one string for each way to be known. None is ever stored.

``account:12``, ``email:a@example.org``, ``oidc:provider|subject``, ``civil:dupont|marie|1980-02-29``, ``code:7K3QFM9X2A0B``,
``organisation:siret``. Name, first given name and birth date are what a roll of electors and FranceConnect both give.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from contextlib import suppress
from typing import Any

from allauth.socialaccount.models import SocialAccount

from mandat.apps.ballots import receipts
from mandat.engines.opendata import values


def _folded(text: str) -> str:
    """A name as two lists may write it: no accents, case, hyphens nor apostrophes."""
    plain = unicodedata.normalize("NFKC", text)
    return " ".join(re.findall(r"[^\W_]+", values.fold(plain)))


def civil(*, family: str, given: str, born: dt.date) -> str:
    """By birth name, first given name and birth date. Empty where a part is missing."""
    name, first = _folded(family), _folded(given).split(" ")[0]
    return f"civil:{name}|{first}|{born.isoformat()}" if name and first else ""


def email(address: str) -> str:
    """By an e-mail address, without its case and without what follows a ``+``: it reaches the same person."""
    local, _at, domain = unicodedata.normalize("NFKC", address).strip().casefold().rpartition("@")
    return f"email:{local.split('+')[0]}@{domain}" if local and domain else ""


def code(typed: str) -> str:
    found = receipts.code_of(typed)
    return f"code:{found}" if found else ""


def organisation(number: str) -> str:
    """By a SIRET, or another identifier that is the organisation's alone."""
    return f"organisation:{''.join(number.split()).casefold()}"


def of_user(user: Any) -> list[str]:
    """All the ways an account is known: the identity provider's name and birth date first, where it gave them."""
    found: list[str] = []
    for social in SocialAccount.objects.filter(user=user).order_by("pk"):
        found += of_claims(social.provider, social.uid, social.extra_data or {})
    return [*found, f"account:{user.pk}", *(one for one in (email(user.email),) if one)]


def of_claims(provider: str, subject: str, claims: dict[str, Any]) -> list[str]:
    """What an OpenID Connect provider of FranceConnect's shape tells: ``family_name``, ``given_name``, ``birthdate``, ``sub``."""
    told = claims.get("userinfo") or claims.get("id_token") or claims
    if not isinstance(told, dict):
        told = {}
    found: list[str] = []
    family, given, born = (told.get(name) for name in ("family_name", "given_name", "birthdate"))
    if isinstance(family, str) and isinstance(given, str) and isinstance(born, str):
        # FranceConnect writes 1980-00-00 where the day is not known: the subject alone identifies then.
        with suppress(ValueError):
            found.append(civil(family=family, given=given, born=dt.date.fromisoformat(born)))
    return [one for one in [*found, f"oidc:{provider}|{subject}"] if one]


def proven(user: Any) -> bool:
    """Whether an identity provider vouches for the account."""
    return bool(SocialAccount.objects.filter(user=user).exists())
