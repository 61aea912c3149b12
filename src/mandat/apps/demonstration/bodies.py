"""Synthetic organisations and elected members: names are numbers, SIREN begin with 0000, which is given to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mandat.apps.accounts.models import Role, RoleGrant, User
from mandat.apps.custody.models import Subject
from mandat.apps.demonstration.course import seed_of
from mandat.apps.demonstration.places import Places
from mandat.apps.grants.schema.parts import ApplicantKind
from mandat.apps.organisations.models import Member, Organisation, Rank, State
from mandat.apps.organisations.registers.fake import siret_of
from mandat.apps.territory import selectors as territory

#: By kind of applicant: the name before the number, the legal category, the activity, how many.
_KINDS: Mapping[ApplicantKind, tuple[str, str, str, int]] = {
    "association": ("Association synthétique", "9220", "94.99Z", 90),
    "company": ("Entreprise synthétique", "5710", "62.01Z", 60),
    "cooperative": ("Coopérative synthétique", "5458", "47.29Z", 24),
    "farm": ("Ferme synthétique", "6598", "01.13Z", 50),
    "commune": ("Commune synthétique", "7210", "84.11Z", 90),
    "epci": ("Intercommunalité synthétique", "7344", "84.11Z", 0),
    "public-body": ("Établissement public synthétique", "7361", "84.12Z", 16),
    "lycee": ("Lycée synthétique", "7331", "85.31Z", 24),
    "higher-education": ("Université synthétique", "7383", "85.42Z", 6),
    "research-body": ("Organisme de recherche synthétique", "7389", "72.19Z", 8),
    "foundation": ("Fondation synthétique", "9300", "94.99Z", 6),
    "union": ("Syndicat synthétique", "8410", "94.20Z", 6),
}  # fmt: skip
#: SIREN of the register's own invented organisations come before.
FIRST = 500
#: Seats of a committee.
MEMBERS = 45


@dataclass(frozen=True, slots=True)
class Bodies:
    """Those who apply, by kind, and the account that enters their applications."""

    by_kind: Mapping[ApplicantKind, Sequence[Organisation]]
    opener: User

    def one(self, kind: ApplicantKind, chance: np.random.Generator) -> Organisation:
        found = self.by_kind[kind]
        return found[int(chance.integers(len(found)))]


def kinds() -> tuple[ApplicantKind, ...]:
    return tuple(_KINDS)


def bodies(where: Places) -> Bodies:
    """The synthetic organisations, made once: one EPCI for each of the region's, the others in communes drawn by population."""
    opener = _account("porteurs@demo.example", "Compte des dossiers synthétiques", Role.MEMBER)
    wanted = list(_drawn(where))
    known = {one.siret: one for one in Organisation.objects.filter(siret__in=[row["siret"] for row in wanted])}
    missing = [row for row in wanted if row["siret"] not in known]
    if missing:
        subjects = Subject.objects.bulk_create([Subject(**Subject.fresh()) for _ in missing])
        made = Organisation.objects.bulk_create(
            [
                Organisation(subject=subject, state=State.ACTIVE, **row)
                for subject, row in zip(subjects, missing, strict=True)
            ]
        )
        known |= {one.siret: one for one in made}
        Member.objects.bulk_create([Member(organisation=one, user=opener, rank=Rank.OWNER) for one in made])
        # Visitors who sign in as a member of an association find its applications.
        guest = User.objects.filter(email="association@demo.example").first()
        first = next(one for one in made if one.legal_category == _KINDS["association"][1])
        if guest is not None:
            Member.objects.get_or_create(organisation=first, user=guest, defaults={"rank": Rank.OWNER})
    by_kind: dict[ApplicantKind, list[Organisation]] = {kind: [] for kind in _KINDS}
    codes = {legal: kind for kind, (_name, legal, _naf, _count) in _KINDS.items()}
    for row in wanted:
        by_kind[codes[row["legal_category"]]].append(known[row["siret"]])
    return Bodies(by_kind, opener)


def _drawn(where: Places) -> Sequence[dict[str, str]]:
    chance = np.random.default_rng(seed_of("mandat/bodies"))
    known = territory.reference()
    rows: list[dict[str, str]] = []
    for kind, (name, legal, naf, count) in _KINDS.items():
        areas = [where.commune(chance) for _ in range(count)]
        if kind == "epci":
            areas = [f"commune:{_seat(area)}" for area in where.epci]
        for number, area in enumerate(areas, 1):
            code = area.removeprefix("commune:")
            siret = siret_of(FIRST + len(rows))
            rows.append(
                {
                    "siret": siret, "siren": siret[:9], "name": f"{name} n° {number}", "legal_category": legal, "naf": naf,
                    "commune": code, "commune_name": known.names.get(area, ""), "headcount": "11",
                }
            )  # fmt: skip
    return rows


def _seat(epci: str) -> str:
    """The most populated commune of a group: where its seat is taken to be."""
    known = territory.reference()
    return max(territory.expand(epci), key=lambda code: (known.places[code].population or 0, code))


def members() -> list[User]:
    """Synthetic elected members, who sit in committees and vote."""
    return [
        _account(f"elu{n:02d}@demo.example", f"Membre synthétique n° {n}", Role.ELECTED) for n in range(1, MEMBERS + 1)
    ]


def expert(number: int) -> User:
    return _account(f"expert{number}@demo.example", f"Expertise synthétique n° {number}", Role.MEMBER)


def _account(email: str, name: str, role: Role) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=name)
        RoleGrant.objects.create(user=user, role=role)
    return user
