"""Tell natural persons from organisations, and take names of persons out of texts.

No personal data goes into facts. When in doubt, a beneficiary is a person: an organisation has a number (SIRET, SIREN, RNA) or a name that
says what it is.
"""

from __future__ import annotations

import re

from mandat.engines.opendata.values import fold

_TITLE = re.compile(
    r"^(?:m|mr|mme|mlle|mm|mmes|monsieur|madame|mademoiselle|messieurs|mesdames|dr|docteur|me|maitre)\b(?!\s*s\b)\.?\s"
)
_SOLE = re.compile(
    r"\b(?:ei|eirl|entrepreneure? individuell?e?|entreprise individuelle|auto-?entrepreneure?|micro-?entrepreneure?|micro-?entreprise|artisane? (?:m|mme)\b)"
)
_ORGANISATION = re.compile(
    r"\b(?:ass|assoc|assos?|asso|association|associations|amicale|amis|academie|agence|atelier|ateliers|bibliotheque|caisse|ccas|centre|cercle|chambre|"
    r"chorale|cinema|club|collectif|college|comite|commune|communaute|compagnie|conseil|conservatoire|cooperative|ctre|cte|cuma|crous|departement|earl|"
    r"ecole|ehpad|ensemble|entente|entraide|epci|epic|epl|etablissement|eurl|fed|federation|festival|fondation|fonds|foyer|gaec|gie|gip|groupe|groupement|hopital|"
    r"institut|irfss|ligue|lycee|mairie|maison|metropole|mfr|mission|mjc|municipalite|musee|mutuelle|office|ogec|orchestre|pays|petr|pole|radio|reseau|region|residence|"
    r"sa|sarl|sas|sasu|scea|sci|scic|scop|sem|sivom|sivu|snc|soc|societe|sport|sporting|spl|ste|synd|syndicat|theatre|uc|uncpie|union|universite|usep|ville)\b"
)

_PERSON_IN_TEXT = re.compile(
    r"\b(?:M\.|MM\.|Mr\.?|Mme|Mmes|Mlle|Monsieur|Madame|Mademoiselle|Docteur|Dr\.?)\s+"
    r"(?:(?:et|&)\s+(?:Mme|Madame|M\.|Monsieur)\s+)?"
    r"(?:[A-ZÀ-ÖØ-Þ][\w’'.-]*|d[eu]\b|des\b)(?:\s+(?:[A-ZÀ-ÖØ-Þ][\w’'.-]*|d[eu]\b|des\b|la\b|le\b))*"
)
REMOVED = "[nom retiré]"


def is_natural_person(name: str, number: str) -> bool:
    """Whether ``name`` is, or may be, that of a natural person; ``number`` is a SIRET, SIREN or RNA, or empty."""
    plain = fold(name)
    if not plain:
        return not number
    if _TITLE.match(plain + " ") or _SOLE.search(plain):
        return True
    return not number and not _ORGANISATION.search(plain)


def without_names(text: str) -> str:
    """``text`` with every name that follows a title (M., Mme…) taken out."""
    return _PERSON_IN_TEXT.sub(REMOVED, text)
