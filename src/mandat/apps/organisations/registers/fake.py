"""The bundled register: invented organisations behind the same contract, for tests and demonstrations.

Their SIREN begin with 0000, which is never given to anyone. It answers in the two shapes, and fails on demand: each number
of ``TROUBLES`` shows one way a register can fail.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mandat.apps.organisations.registers.transport import Reply, UnreachableError

#: name, short name, legal category, NAF, address, postcode, commune code and name, headcount, RNA
_INVENTED: tuple[tuple[str, str, str, str, str, str, str, str, str, str], ...] = (
    ("Les Rives vives", "LRV", "9220", "94.99Z", "1 rue de l'Essai", "45000", "45234", "Orléans", "02", "W451000001"),
    ("Coopérative du Grand Chêne", "", "5458", "47.29Z", "2 place du Modèle", "18000", "18033", "Bourges", "11", ""),
    ("Atelier des Trois Ponts", "ATP", "9220", "90.01Z", "3 quai de l'Exemple", "37000", "37261", "Tours", "01", "W371000003"),
    ("EARL de la Combe d'essai", "", "6598", "01.13Z", "La Combe", "36000", "36044", "Châteauroux", "00", ""),
    ("Ferme partagée du Modèle", "", "6533", "01.50Z", "Le Modèle", "41000", "41018", "Blois", "NN", ""),
    ("Fabrique d'essai du Perche", "", "5710", "16.23Z", "6 route du Gabarit", "28000", "28085", "Chartres", "12", ""),
    ("Cinéma associatif l'Épreuve", "", "9220", "59.14Z", "7 rue du Test", "28100", "28134", "Dreux", "03", "W281000007"),
    ("Maison de santé du Bac à sable", "", "6589", "86.21Z", "8 rue du Test", "18100", "18279", "Vierzon", "02", ""),
    ("Recyclerie la Deuxième Épreuve", "R2E", "9221", "38.32Z", "9 rue du Banc", "45200", "45208", "Montargis", "11", "W451000009"),
    ("Épicerie sociale du Prototype", "", "9220", "88.99B", "10 rue du Banc", "41100", "41269", "Vendôme", "01", "W411000010"),
)  # fmt: skip

#: What each of the following numbers does.
TROUBLES = (
    "closed", "enterprise_closed", "hidden", "partial", "unlisted", "wrong", "malformed", "busy", "error", "slow", "empty",
)  # fmt: skip


def _luhn(digits: str) -> str:
    """The key that makes ``digits`` followed by it pass Luhn's test."""
    total = 0
    for rank, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if rank % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def siren_of(rank: int) -> str:
    body = f"0000{rank:04d}"
    return body + _luhn(body)


def siret_of(rank: int, establishment: int = 1) -> str:
    """The SIRET of an invented organisation, from 1; those after the ten ordinary ones are the troubles, in order."""
    body = f"{siren_of(rank)}{establishment:04d}"
    return body + _luhn(body)


def trouble(name: str) -> str:
    """The SIRET that meets a trouble."""
    return siret_of(len(_INVENTED) + 1 + TROUBLES.index(name))


def ordinary() -> list[str]:
    """The SIRETs that answer well."""
    return [siret_of(rank) for rank in range(1, len(_INVENTED) + 1)]


@cache
def _units() -> dict[str, dict[str, Any]]:
    """Ordinary units by SIREN."""
    return {siren_of(rank): _unit(rank, row) for rank, row in enumerate(_INVENTED, 1)}


def _unit(rank: int, row: tuple[str, ...]) -> dict[str, Any]:
    name, short, legal, naf, address, postcode, commune, commune_name, headcount, rna = row
    place = {
        "siret": siret_of(rank),
        "activite_principale": naf,
        "adresse": f"{address} {postcode} {commune_name.upper()}",
        "code_postal": postcode,
        "commune": commune,
        "libelle_commune": commune_name.upper(),
        "etat_administratif": "A",
        "date_fermeture": None,
        "tranche_effectif_salarie": headcount,
        "statut_diffusion_etablissement": "O",
    }
    return {
        "siren": siren_of(rank),
        "nom_complet": name.upper(),
        "nom_raison_sociale": name,
        "sigle": short or None,
        "nature_juridique": legal,
        "activite_principale": naf,
        "etat_administratif": "A",
        "date_fermeture": None,
        "statut_diffusion": "O",
        "tranche_effectif_salarie": headcount,
        "complements": {"identifiant_association": rna or None, "est_association": bool(rna)},
        "siege": place,
        "matching_etablissements": [place],
    }


def answer(url: str) -> Reply:
    """A transport that asks nobody. Raises UnreachableError for the number that is too slow."""
    parts = urlsplit(url)
    if parts.path.endswith("/search"):
        return _search(parse_qs(parts.query).get("q", [""])[0])
    if "/id/" in parts.path:
        return _association(parts.path.rpartition("/")[2])
    return Reply(404, b"{}")


def _search(number: str) -> Reply:
    kind = next((name for name in TROUBLES if trouble(name) == number), "")
    if kind == "busy":
        return Reply(429, b"", retry_after=2)
    if kind == "error":
        return Reply(503, b"<html>unavailable</html>")
    if kind == "slow":
        raise UnreachableError("too slow")
    if kind == "malformed":
        return Reply(200, b'{"results": [{"siren": ')
    if kind == "empty":
        return _found([])
    if kind:
        return _found([_troubled(kind, number)])
    unit = _units().get(number[:9])
    return _found([unit] if unit and unit["siege"]["siret"] == number else [])


def _troubled(kind: str, number: str) -> dict[str, Any]:
    rank = len(_INVENTED) + 1 + TROUBLES.index(kind)
    unit = _unit(rank, ("Organisation d'essai", "", *_INVENTED[0][2:9], ""))
    place = unit["siege"]
    if kind == "closed":
        place |= {"etat_administratif": "F", "date_fermeture": "2024-12-31"}
    elif kind == "enterprise_closed":
        unit |= {"etat_administratif": "C", "date_fermeture": "2023-06-30"}
    elif kind == "hidden":
        unit |= {"statut_diffusion": "P", "nom_complet": "[ND]", "nom_raison_sociale": None}
        place |= {"adresse": "[ND]", "libelle_commune": "[ND]", "statut_diffusion_etablissement": "P"}
    elif kind == "partial":
        keep = {"siren": unit["siren"], "nom_complet": "ORGANISATION À TROUS", "nature_juridique": 9220}
        return keep | {"siege": {"siret": number, "commune": "99", "activite_principale": "??"}}
    elif kind == "unlisted":
        unit |= {"siege": place | {"siret": siret_of(rank, 2)}, "matching_etablissements": []}
    elif kind == "wrong":
        return _units()[siren_of(1)]
    return unit


def _found(results: list[dict[str, Any]]) -> Reply:
    body = {"results": results, "total_results": len(results), "page": 1, "per_page": 1, "total_pages": 1}
    return Reply(200, json.dumps(body).encode())


def _association(rna: str) -> Reply:
    row = next((row for row in _INVENTED if row[9] == rna), None)
    if row is None:
        return Reply(404, b'{"message": "no association found"}')
    rank = _INVENTED.index(row) + 1
    found = {
        "id_association": rna,
        "titre": row[0],
        "titre_court": row[1] or None,
        "siret": siret_of(rank),
        "adresse_siege": row[4],
        "adresse_code_postal": row[5],
        "adresse_code_insee": row[6],
        "adresse_libelle_commune": row[7],
        "position_activite": "A",
        "date_dissolution": None,
    }
    return Reply(200, json.dumps({"association": found}).encode())
