"""Units of quantities: one code each, a label in both languages, how many decimals are shown.

Conversions exist only inside a dimension and are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Unit:
    """``factor`` turns a value of this unit into the base unit of its ``dimension``."""

    code: str
    one: Text
    many: Text
    dimension: str
    factor: Decimal = Decimal(1)
    decimals: int = 0

    def label(self, value: Decimal) -> Text:
        """Singular or plural: French is singular below 2, English only at 1."""
        return Text(
            self.one.fr if abs(value) < 2 else self.many.fr,
            self.one.en if abs(value) == 1 else self.many.en,
        )


def _unit(
    code: str, fr: str, frs: str, en: str, ens: str, dimension: str = "", factor: str = "1", decimals: int = 0
) -> Unit:
    return Unit(code, Text(fr, en), Text(frs, ens), dimension or code, Decimal(factor), decimals)


UNITS: dict[str, Unit] = {
    unit.code: unit
    for unit in (
        _unit("EUR", "€", "€", "€", "€", "money", "1", 2),
        _unit("percent", "%", "%", "%", "%", "share", "0.01", 1),
        _unit("person", "personne", "personnes", "person", "people"),
        _unit("inhabitant", "habitant", "habitants", "inhabitant", "inhabitants"),
        _unit("doctor", "médecin", "médecins", "doctor", "doctors"),
        _unit("pupil", "élève", "élèves", "pupil", "pupils"),
        _unit("student", "étudiant", "étudiants", "student", "students"),
        _unit("signature", "signature", "signatures", "signature", "signatures"),
        _unit("job", "emploi", "emplois", "job", "jobs"),
        _unit("dwelling", "logement", "logements", "dwelling", "dwellings"),
        _unit("project", "projet", "projets", "project", "projects"),
        _unit("site", "lieu", "lieux", "site", "sites"),
        _unit("organisation", "organisation", "organisations", "organisation", "organisations"),
        _unit("company", "entreprise", "entreprises", "company", "companies"),
        _unit("farm", "ferme", "fermes", "farm", "farms"),
        _unit("commune", "commune", "communes", "commune", "communes"),
        _unit("territory", "territoire", "territoires", "territory", "territories"),
        _unit("lycee", "lycée", "lycées", "lycée", "lycées"),
        _unit("place", "place", "places", "place", "places"),
        _unit("session", "séance", "séances", "session", "sessions"),
        _unit("event", "événement", "événements", "event", "events"),
        _unit("contract", "contrat", "contrats", "contract", "contracts"),
        _unit("label", "label", "labels", "label", "labels"),
        _unit("observation", "observation", "observations", "observation", "observations"),
        _unit("amendment", "amendement", "amendements", "amendment", "amendments"),
        _unit("contribution", "contribution", "contributions", "contribution", "contributions"),
        _unit("decision", "décision", "décisions", "decision", "decisions"),
        _unit("body", "instance", "instances", "body", "bodies"),
        _unit("plan", "plan", "plans", "plan", "plans"),
        _unit("step", "étape", "étapes", "step", "steps"),
        _unit("service", "service", "services", "service", "services"),
        _unit("line", "ligne", "lignes", "line", "lines"),
        _unit("action", "action", "actions", "action", "actions"),
        _unit("artwork", "œuvre", "œuvres", "artwork", "artworks"),
        _unit("tree", "arbre", "arbres", "tree", "trees"),
        _unit("meal", "repas", "repas", "meal", "meals"),
        _unit("contribution", "contribution", "contributions", "contribution", "contributions"),
        _unit("proposal", "proposition", "propositions", "proposal", "proposals"),
        _unit("support", "soutien", "soutiens", "support", "supports"),
        _unit("item", "unité", "unités", "item", "items"),
        _unit("year", "an", "ans", "year", "years", "time"),
        _unit("month", "mois", "mois", "month", "months"),
        _unit("ha", "ha", "ha", "ha", "ha", "area", "10000", 1),
        _unit("km2", "km²", "km²", "km²", "km²", "area", "1000000", 1),
        _unit("m2", "m²", "m²", "m²", "m²", "area"),
        _unit("km", "km", "km", "km", "km", "length", "1000", 1),
        _unit("m", "m", "m", "m", "m", "length"),
        _unit("t", "t", "t", "t", "t", "mass", "1000", 1),
        _unit("kg", "kg", "kg", "kg", "kg", "mass", "1", 1),
        _unit("GWh", "GWh", "GWh", "GWh", "GWh", "energy", "1000000", 1),
        _unit("MWh", "MWh", "MWh", "MWh", "MWh", "energy", "1000", 1),
        _unit("kWh", "kWh", "kWh", "kWh", "kWh", "energy"),
    )
}


def unit(code: str) -> Unit:
    """The unit of a code. Raises InputError for an unknown one."""
    try:
        return UNITS[code]
    except KeyError:
        raise InputError(Text(f"unité inconnue : {code}", f"unknown unit: {code}")) from None


def convert(value: Decimal, source: str, target: str) -> Decimal:
    """``value`` of unit ``source`` in unit ``target``. Raises InputError across dimensions."""
    a, b = unit(source), unit(target)
    if a.dimension != b.dimension:
        raise InputError(Text(f"{source} ne se convertit pas en {target}", f"{source} does not convert to {target}"))
    return value * a.factor / b.factor
