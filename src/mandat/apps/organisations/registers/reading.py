"""Read the answers of the two shapes: *recherche-entreprises* and the RNA. Nothing in them is believed untested."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from mandat.apps.organisations.categories import HEADCOUNT, legal_code, naf_code
from mandat.apps.organisations.registers.answers import Answer, Entry, Outcome
from mandat.apps.organisations.registers.transport import Reply, Transport, UnreachableError

_HIDDEN = re.compile(r"\[ND\]|\[NON[- ]DIFFUSIBLE\]", re.IGNORECASE)


class WrongAnswerError(Exception):
    """The other side answered something that is not what was asked."""


class EnterpriseRegister:
    """Speaks as *recherche-entreprises*: ``GET /search?q=<siret>``."""

    def __init__(self, base: str, transport: Transport) -> None:
        self.base, self.transport = base.rstrip("/"), transport

    def by_siret(self, siret: str) -> Answer:
        query = urlencode({"q": siret, "page": 1, "per_page": 1})
        return ask(self.transport, f"{self.base}/search?{query}", lambda body: self._read(body, siret))

    def _read(self, body: Mapping[str, Any], siret: str) -> Answer:
        results = body.get("results")
        if not isinstance(results, list):
            raise WrongAnswerError("no results")
        unit = next((one for one in results if isinstance(one, dict) and one.get("siren") == siret[:9]), None)
        if unit is None:
            if results:
                raise WrongAnswerError("another enterprise")
            return Answer(Outcome.UNKNOWN)
        place = _establishment(unit, siret)
        if place is None:
            # The enterprise is known, this establishment is not: its own state and place are not said.
            return Answer(Outcome.UNKNOWN, reason="establishment not listed")
        return Answer(Outcome.FOUND, _entry(unit, place, siret))


def _establishment(unit: Mapping[str, Any], siret: str) -> Mapping[str, Any] | None:
    listed = unit.get("matching_etablissements")
    places = [unit.get("siege"), *(listed if isinstance(listed, list) else ())]
    return next((one for one in places if isinstance(one, dict) and one.get("siret") == siret), None)


def _entry(unit: Mapping[str, Any], place: Mapping[str, Any], siret: str) -> Entry:
    states = (place.get("etat_administratif"), unit.get("etat_administratif"))
    active = None if None in states else states == ("A", "A")
    statuses = {unit.get("statut_diffusion"), place.get("statut_diffusion_etablissement")}
    head = unit.get("siege")
    shared: dict[str, Any] = {
        "siret": siret,
        "siren": siret[:9],
        "active": active,
        "closed_on": _day(place.get("date_fermeture") or unit.get("date_fermeture")),
        "head_office": isinstance(head, dict) and head.get("siret") == siret,
        "legal_category": _when(legal_code, _text(unit, "nature_juridique", 4)),
    }
    if statuses & {"P", "N"}:
        return Entry(**shared, diffusible=False)
    extra = unit.get("complements")
    rna = _text(extra, "identifiant_association", 10) if isinstance(extra, dict) else ""
    headcount = _text(place, "tranche_effectif_salarie", 2) or _text(unit, "tranche_effectif_salarie", 2)
    return Entry(
        **shared,
        rna=rna if re.fullmatch(r"W[0-9A-Z]{9}", rna) else "",
        name=_text(unit, "nom_raison_sociale", 200) or _text(unit, "nom_complet", 200),
        short_name=_text(unit, "sigle", 80),
        naf=_when(naf_code, _text(place, "activite_principale", 6) or _text(unit, "activite_principale", 6)),
        address=_text(place, "adresse", 250),
        postcode=_when(re.compile(r"[0-9]{5}\Z").match, _text(place, "code_postal", 5)),
        commune=_when(re.compile(r"[0-9][0-9AB][0-9]{3}\Z").match, _text(place, "commune", 5)),
        commune_name=_text(place, "libelle_commune", 100),
        headcount=headcount if headcount in HEADCOUNT else "",
    )


class AssociationRegister:
    """Speaks as the RNA: ``GET /id/<rna>``."""

    def __init__(self, base: str, transport: Transport) -> None:
        self.base, self.transport = base.rstrip("/"), transport

    def by_rna(self, rna: str) -> Answer:
        return ask(self.transport, f"{self.base}/id/{quote(rna)}", lambda body: self._read(body, rna))

    def _read(self, body: Mapping[str, Any], rna: str) -> Answer:
        found = body.get("association")
        if not isinstance(found, dict):
            raise WrongAnswerError("no association")
        if found.get("id_association") != rna:
            raise WrongAnswerError("another association")
        siret = _text(found, "siret", 14)
        position = found.get("position_activite")
        address = _text(found, "adresse_siege", 250) or " ".join(
            part
            for part in (
                _text(found, "adresse_numero_voie", 10),
                _text(found, "adresse_type_voie", 20),
                _text(found, "adresse_libelle_voie", 120),
            )
            if part
        )
        whole = re.fullmatch(r"[0-9]{14}", siret) is not None
        return Answer(
            Outcome.FOUND,
            Entry(
                siret=siret if whole else "",
                siren=siret[:9] if whole else "",
                rna=rna,
                name=_text(found, "titre", 200),
                short_name=_text(found, "titre_court", 80),
                legal_category="9220",
                address=address,
                postcode=_when(re.compile(r"[0-9]{5}\Z").match, _text(found, "adresse_code_postal", 5)),
                commune=_when(re.compile(r"[0-9][0-9AB][0-9]{3}\Z").match, _text(found, "adresse_code_insee", 5)),
                commune_name=_text(found, "adresse_libelle_commune", 100),
                active=None if position is None else position == "A",
                closed_on=_day(found.get("date_dissolution")),
                head_office=True,
            ),
        )


def ask(transport: Transport, url: str, read: Any) -> Answer:
    """One question and what becomes of each way it can fail."""
    try:
        reply: Reply = transport(url)
    except UnreachableError as error:
        return Answer(Outcome.UNAVAILABLE, reason=str(error))
    if reply.status == 404:
        return Answer(Outcome.UNKNOWN)
    if reply.status != 200:
        return Answer(Outcome.UNAVAILABLE, reason=f"status {reply.status}", retry_after=reply.retry_after)
    try:
        body = json.loads(reply.body)
        if not isinstance(body, dict):
            raise WrongAnswerError("not an object")
        found: Answer = read(body)
    except (ValueError, RecursionError, WrongAnswerError) as error:
        reason = str(error) if isinstance(error, WrongAnswerError) else type(error).__name__
        return Answer(Outcome.UNAVAILABLE, reason=f"wrong answer: {reason}")
    return found


def _text(source: Mapping[str, Any], name: str, longest: int) -> str:
    """A text of the answer, on one line, within bounds; what is hidden or is no text is empty."""
    value = source.get(name)
    if not isinstance(value, str) or _HIDDEN.search(value):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:longest]


def _when(test: Any, text: str) -> str:
    return text if text and test(text) else ""


def _day(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
