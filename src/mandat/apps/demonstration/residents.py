"""Synthetic residents: a number, a profile, answers that go together, and the rights such a person would claim.

None is a person, and none is drawn from one: names are numbers, addresses examples, the bank account the one every manual gives.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from mandat.apps.accounts.models import Role, RoleGrant, User
from mandat.apps.demonstration.course import seed_of
from mandat.apps.demonstration.places import Places

Profile = Literal["pupil", "student", "seeker", "employee", "retired", "athlete"]
#: How many of each.
PROFILES: Mapping[Profile, int] = {
    "pupil": 16, "student": 22, "seeker": 11, "employee": 10, "retired": 6, "athlete": 5,
}  # fmt: skip
IBAN = "FR7630006000011234567890189"
TOWNS = {
    "18": ("18000", "Bourges"), "28": ("28000", "Chartres"), "36": ("36000", "Châteauroux"),
    "37": ("37000", "Tours"), "41": ("41000", "Blois"), "45": ("45000", "Orléans"),
}  # fmt: skip
#: The first and last days on which residents begin to claim.
FIRST, LAST = dt.date(2022, 9, 5), dt.date(2026, 11, 13)
_AGES: Mapping[Profile, tuple[int, int]] = {
    "pupil": (15, 18), "student": (18, 24), "seeker": (19, 45), "employee": (25, 58), "retired": (63, 82),
    "athlete": (15, 34),
}  # fmt: skip
_SITUATIONS: Mapping[Profile, str] = {
    "pupil": "lycee", "student": "etudes", "seeker": "recherche", "employee": "salariat", "retired": "retraite",
    "athlete": "etudes",
}  # fmt: skip
#: Rights someone of a profile may claim, and how often.
_CLAIMS: Mapping[Profile, Mapping[str, float]] = {
    "pupil": {
        "cantine-lycee": 0.75, "weekend-gratuit-jeunes": 0.6, "premier-equipement": 0.3, "aide-licence": 0.35,
        "information-droits-jeunes": 0.4, "panier-culturel": 0.3,
    },
    "student": {
        "sante-etudiante": 0.7, "gratuite-transports": 0.75, "allocation-alimentaire": 0.65,
        "information-droits-jeunes": 0.4, "panier-culturel": 0.45, "mobi-centre": 0.2, "depart-jeunes": 0.25,
        "depart-sans-carbone": 0.2, "depot-garantie": 0.25, "weekend-gratuit-jeunes": 0.3,
    },
    "seeker": {
        "gratuite-transports": 0.8, "revenu-transition": 0.35, "reconversion-salaries": 0.3, "panier-culturel": 0.5,
        "tarif-solidaire-remi": 0.15, "vacances-pour-tous": 0.2,
    },
    "employee": {
        "tarif-solidaire-remi": 0.6, "transport-scolaire": 0.45, "vacances-pour-tous": 0.45,
        "reconversion-salaries": 0.35, "panier-culturel": 0.3,
    },
    "retired": {"gratuite-transports": 0.5, "panier-culturel": 0.5, "vacances-pour-tous": 0.4, "tarif-solidaire-remi": 0.3},
    "athlete": {"aide-sportifs": 0.9, "aide-licence": 0.6, "weekend-gratuit-jeunes": 0.3},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resident:
    """One of them. ``household`` and ``person`` answer every question of the region's rights, as of ``since``."""

    number: int
    profile: Profile
    since: dt.date
    commune: str
    born: dt.date
    gender: str
    household: Mapping[str, Any] = field(default_factory=dict)
    person: Mapping[str, Any] = field(default_factory=dict)
    claims: Sequence[str] = ()
    #: Days on which some claims are sent, where not soon after ``since``.
    days: Mapping[str, dt.date] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return f"resident-{self.number:03d}@demo.example" if self.number else "habitante@demo.example"

    @property
    def name(self) -> str:
        return f"Personne synthétique {self.number}" if self.number else "Habitante de la démonstration"

    @property
    def situation(self) -> dict[str, Any]:
        return {"foyer": dict(self.household), "personnes": [dict(self.person)], "demandeur": 0}

    @property
    def identity(self) -> dict[str, str]:
        postcode, city = TOWNS.get(self.commune[:2], ("45000", "Orléans"))
        return {
            "name": self.name, "birth_date": self.born.isoformat(), "gender": self.gender,
            "address": f"{self.number or 1} rue de l'Exemple", "postcode": postcode, "city": city, "iban": IBAN,
        }  # fmt: skip


def residents(where: Places) -> list[Resident]:
    """All of them, the same on every machine."""
    found = [habitante()]
    for profile, count in PROFILES.items():
        for rank in range(count):
            found.append(_resident(len(found), profile, rank, count, where))
    return found


def habitante() -> Resident:
    """The inhabitant whose account is open to visitors: a student with rights granted, a wallet, and a claim under way."""
    since, born = dt.date(2026, 9, 14), dt.date(2005, 3, 1)
    claims = (
        "gratuite-transports", "sante-etudiante", "allocation-alimentaire", "panier-culturel", "information-droits-jeunes",
        "aide-licence",
    )  # fmt: skip
    person = {
        "date_naissance": born.isoformat(), "situation": "etudes", "etudie_dans_la_region": True, "revenu_mensuel": "450",
        "repas_sautes": False, "sport": "licence", "prix_licence": "62", "handicap": False, "depart_etranger": "aucun",
        "projet_professionnel": "aucun", "premier_logement": False,
    }  # fmt: skip
    household = {"commune": "37261", "quotient_familial": "520", "nombre_personnes": 1}
    return Resident(
        0, "student", since, "37261", born, "women", household, person, claims, {"aide-licence": dt.date(2026, 11, 12)}
    )


def _resident(number: int, profile: Profile, rank: int, count: int, where: Places) -> Resident:
    chance = np.random.default_rng(seed_of(f"mandat/resident/{number}"))
    # Spread over the years, and one in five in the last weeks: agents find claims waiting.
    share = ((rank + 0.5) / count) ** 0.8
    since = FIRST + dt.timedelta(days=int(share * (LAST - FIRST).days))
    if rank % 5 == 4:
        since = LAST - dt.timedelta(days=int(chance.integers(2, 20)))
    least, most = _AGES[profile]
    born = since - dt.timedelta(days=int(365.25 * float(chance.uniform(least + 0.1, most + 0.9))))
    commune = where.commune(chance).partition(":")[2]
    size = 1 if profile in ("student", "athlete") else int(chance.integers(1, 8))
    household = {
        "commune": commune,
        "quotient_familial": str(round(float(chance.gamma(4.0, 170)), 2)),
        "nombre_personnes": size,
        "enfants_transportes": int(chance.integers(0, max(1, size - 1))),
        "personnes_qui_partent": int(chance.integers(1, size + 1)),
    }
    wanted = _CLAIMS[profile]
    claims = [right for right in wanted if float(chance.random()) < wanted[right]]
    gender = ("women", "men", "other")[int(chance.choice(3, p=[0.52, 0.47, 0.01]))]
    person = {"date_naissance": born.isoformat(), **_person(profile, since, claims, chance)}
    return Resident(number, profile, since, commune, born, gender, household, person, claims)


def _person(profile: Profile, since: dt.date, claims: Sequence[str], chance: np.random.Generator) -> dict[str, Any]:
    """Answers that fit the profile; who claims says what the claim is about."""

    def pick(*codes: str) -> str:
        return codes[int(chance.integers(len(codes)))]

    incomes = {"pupil": 0, "student": 480, "seeker": 720, "employee": 1750, "retired": 1080, "athlete": 600}
    abroad = any(right in claims for right in ("mobi-centre", "depart-jeunes", "depart-sans-carbone"))
    project = "reconversion" if "reconversion-salaries" in claims else "aucun"
    if "revenu-transition" in claims:
        project = "activite_transition"
    sport = "haut_niveau" if profile == "athlete" else "licence" if "aide-licence" in claims else "aucun"
    return {
        "situation": _SITUATIONS[profile],
        "etudie_dans_la_region": profile in ("pupil", "student", "athlete"),
        "revenu_mensuel": str(max(0, round(incomes[profile] * float(chance.uniform(0.6, 1.35))))),
        "handicap": bool(chance.random() < 0.07),
        "projet_professionnel": project,
        "projet_accepte": bool(chance.random() < 0.85),
        "depart_etranger": ("etudes_stage" if "mobi-centre" in claims else "engagement") if abroad else "aucun",
        "mode_voyage": pick("train", "train", "car", "velo", "avion"),
        "duree_sejour": int(chance.integers(3, 40)),
        "sport": sport,
        "prix_licence": str(int(chance.integers(20, 190))),
        "repas_sautes": bool(chance.random() < 0.4),
        "classe_professionnelle": pick("premiere_annee", "premiere_annee", "deuxieme_annee_apres_autre", "autre_annee"),
        "premier_logement": bool(chance.random() < 0.9),
        "date_bail": (since - dt.timedelta(days=int(chance.integers(2, 110)))).isoformat(),
        "depot_demande": str(int(chance.integers(200, 620))),
        "secteur_emploi": pick("aeronautique", "automobile", "petrole_plastique", "tourisme_evenements", "autre"),
        "contrat_conversion": bool(chance.random() < 0.3),
        "cout_formation": str(int(chance.integers(8, 80)) * 100),
    }


def accounts(found: Sequence[Resident]) -> dict[int, User]:
    """Their accounts by number, made where missing. They cannot sign in: no code is ever sent to such an address."""
    known = {user.email: user for user in User.objects.filter(email__in=[resident.email for resident in found])}
    missing = [resident for resident in found if resident.email not in known]
    fresh = [User(email=resident.email, name=resident.name, password="!") for resident in missing]  # noqa: S106  (unusable)
    User.objects.bulk_create(fresh, batch_size=200)
    users = {user.email: user for user in User.objects.filter(email__in=[resident.email for resident in found])}
    RoleGrant.objects.bulk_create(
        [RoleGrant(user=users[resident.email], role=Role.INHABITANT) for resident in missing], batch_size=200
    )
    return {resident.number: users[resident.email] for resident in found}
