"""Words of the register: legal categories, headcount bands, and how numbers are checked and written.

Sources: Insee, nomenclature of legal categories (September 2022), headcount bands of Sirene; RNA numbers are W and nine
characters.
"""

from __future__ import annotations

import re

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: By the longest prefix that matches: the nomenclature has four digits.
LEGAL = {
    "1": Text("entreprise individuelle", "sole trader"),
    "2": Text("groupement sans personnalité morale", "group without legal personality"),
    "3": Text("personne morale de droit étranger", "foreign legal person"),
    "4": Text("établissement public industriel ou commercial", "public undertaking"),
    "5": Text("société commerciale", "commercial company"),
    "51": Text("coopérative commerciale", "commercial cooperative"),
    "54": Text("société à responsabilité limitée (SARL)", "private limited company"),
    "55": Text("société anonyme (SA)", "public limited company"),
    "57": Text("société par actions simplifiée (SAS)", "simplified joint-stock company"),
    "6": Text("autre personne morale immatriculée", "other registered legal person"),
    "6316": Text("coopérative d'utilisation de matériel agricole (CUMA)", "farm machinery cooperative"),
    "6317": Text("société coopérative agricole", "agricultural cooperative"),
    "6533": Text("groupement agricole d'exploitation en commun (GAEC)", "joint farming group"),
    "6540": Text("société civile immobilière", "property company"),
    "6597": Text("société civile d'exploitation agricole", "farming company"),
    "6598": Text("exploitation agricole à responsabilité limitée (EARL)", "limited farming company"),
    "7": Text("personne morale de droit public", "public body"),
    "71": Text("administration de l'État", "State administration"),
    "7210": Text("commune", "commune"),
    "7220": Text("département", "department"),
    "7230": Text("région", "region"),
    "7312": Text("commune associée ou déléguée", "associated commune"),
    "7343": Text("communauté urbaine", "urban community"),
    "7344": Text("métropole", "metropolis"),
    "7346": Text("communauté de communes", "community of communes"),
    "7348": Text("communauté d'agglomération", "agglomeration community"),
    "7354": Text("syndicat mixte fermé", "joint authority"),
    "7355": Text("syndicat mixte ouvert", "open joint authority"),
    "7361": Text("centre communal d'action sociale", "communal social centre"),
    "7366": Text("établissement public local culturel", "local cultural establishment"),
    "73": Text("établissement public administratif", "public establishment"),
    "7331": Text("établissement public local d'enseignement", "local school establishment"),
    "74": Text("autre personne morale de droit public", "other public body"),
    "8": Text("organisme privé spécialisé", "specialised private body"),
    "83": Text("comité d'entreprise", "works council"),
    "84": Text("organisme professionnel", "professional body"),
    "9": Text("groupement de droit privé", "private-law group"),
    "92": Text("association", "association"),
    "9220": Text("association déclarée", "declared association"),
    "9221": Text("association déclarée d'insertion par l'économique", "association for work integration"),
    "9230": Text("association reconnue d'utilité publique", "association of public utility"),
    "93": Text("fondation", "foundation"),
}

HEADCOUNT = {
    "NN": Text("aucun salarié", "no employee"),
    "00": Text("aucun salarié", "no employee"),
    "01": Text("1 ou 2 salariés", "1 or 2 employees"),
    "02": Text("3 à 5 salariés", "3 to 5 employees"),
    "03": Text("6 à 9 salariés", "6 to 9 employees"),
    "11": Text("10 à 19 salariés", "10 to 19 employees"),
    "12": Text("20 à 49 salariés", "20 to 49 employees"),
    "21": Text("50 à 99 salariés", "50 to 99 employees"),
    "22": Text("100 à 199 salariés", "100 to 199 employees"),
    "31": Text("200 à 249 salariés", "200 to 249 employees"),
    "32": Text("250 à 499 salariés", "250 to 499 employees"),
    "41": Text("500 à 999 salariés", "500 to 999 employees"),
    "42": Text("1 000 à 1 999 salariés", "1,000 to 1,999 employees"),
    "51": Text("2 000 à 4 999 salariés", "2,000 to 4,999 employees"),
    "52": Text("5 000 à 9 999 salariés", "5,000 to 9,999 employees"),
    "53": Text("10 000 salariés et plus", "10,000 employees or more"),
}

#: What a form offers to those who fill it in by hand.
DECLARABLE = ("9220", "1", "54", "57", "6598", "6533", "51", "7210", "7346", "7348", "73", "93", "9", "5", "7", "8")

_RNA = re.compile(r"W[0-9A-Z]{3}[0-9]{6}\Z")
_NAF = re.compile(r"[0-9]{2}\.[0-9]{1,2}[A-Z]?\Z")


def legal_label(code: str) -> Text | None:
    """Words of a legal category, by its longest known prefix; None where nothing is known of it."""
    return next((LEGAL[code[:length]] for length in range(len(code), 0, -1) if code[:length] in LEGAL), None)


def legal_code(code: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,4}", code))


def naf_code(code: str) -> bool:
    """Whether a code is written as in the French nomenclature of activities (``94.99Z``)."""
    return bool(_NAF.match(code))


def clean_siret(text: str) -> str:
    """Fourteen digits. Raises InputError where a digit is wrong (key), missing or too many."""
    digits = re.sub(r"[\s.\u00a0\u202f-]", "", text)
    if len(digits) == 9 and digits.isascii() and digits.isdigit():
        raise InputError(
            Text(
                "c'est un numéro SIREN : il manque les 5 chiffres de l'établissement, donnez le SIRET (14 chiffres)",
                "this is a SIREN number: the 5 digits of the establishment are missing, give the SIRET (14 digits)",
            )
        )
    try:
        return str(stdnum_siret.validate(digits))
    except ValidationError:
        raise InputError(
            Text(
                "ce numéro SIRET n'est pas valable : il a 14 chiffres, vérifiez chacun d'eux",
                "this SIRET number is not valid: it has 14 digits, check each of them",
            )
        ) from None


def clean_siren(text: str) -> str:
    """Nine digits. Raises InputError."""
    try:
        return str(stdnum_siren.validate(re.sub(r"[\s.\u00a0\u202f-]", "", text)))
    except ValidationError:
        raise InputError(
            Text(
                "ce numéro SIREN n'est pas valable : il a 9 chiffres", "this SIREN number is not valid: it has 9 digits"
            )
        ) from None


def clean_rna(text: str) -> str:
    """W and nine characters. Raises InputError."""
    number = re.sub(r"[\s.\u00a0\u202f-]", "", text).upper()
    if not _RNA.match(number):
        raise InputError(
            Text(
                "ce numéro RNA n'est pas valable : il commence par W, suivi de 9 chiffres",
                "this RNA number is not valid: W, then 9 digits",
            )
        )
    return number
