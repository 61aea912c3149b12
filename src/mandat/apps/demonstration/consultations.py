"""What people said in the region's consultations: a text amended and settled, another under way, a survey, an opinion map, an inventory.

Synthetic like all the rest. Amendments, votes and confirmations are made by the real services, on behalf of the demonstration's residents; crowds
(answers to the survey, votes on statements, sightings) are drawn from fixed seeds and written in bulk, then counted, mapped and closed by the real ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.consultations.grid import blurred
from mandat.apps.consultations.held import Held, held
from mandat.apps.consultations.models import (
    Amendment,
    AnswerSet,
    Consultation,
    FreeText,
    Observation,
    OpinionVote,
    OpinionVoter,
)
from mandat.apps.consultations.questionnaire import settled
from mandat.apps.consultations.services.adopting import conflict_settle
from mandat.apps.consultations.services.common import open_row
from mandat.apps.consultations.services.day import day_pass
from mandat.apps.consultations.services.drafting import amendment_propose, amendment_vote
from mandat.apps.consultations.services.opinions import open_map, statement_add, statement_moderate
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.course import END, seed_of
from mandat.apps.demonstration.residents import Resident
from mandat.apps.participation.definitions import published_processes
from mandat.apps.participation.schema.contributions import Drafting, Observations, OpinionMap, Survey
from mandat.apps.participation.services.joining import participant_join
from mandat.apps.territory import selectors as territory
from mandat.facts.base import CATEGORIES

PACT, CHARTER, JOURNEYS, INVENTORY = (
    "pacte-jeunesse",
    "charte-associations",
    "mobilites-du-quotidien",
    "inventaire-haies-mares",
)
VOTERS, ANSWERS, SIGHTINGS = 600, 1840, 46

#: Article, words taken, words brought, why, and of ten who vote how many are for.
Change = tuple[str, str, str, str, int]
PACT_CHANGES: Sequence[Change] = (
    ("ecoute", "une fois par an", "deux fois par an", "Une fois par an, on a oublié ce qui a été dit.", 8),
    ("ecoute", "une fois par an", "à chaque rentrée", "La rentrée est le moment où tout le monde est là.", 7),
    ("former", "au débat public", "au débat public et à l'écoute", "Débattre sans écouter ne sert à rien.", 9),
    ("former", "chaque lycée", "chaque lycée et chaque mission locale", "Tous les jeunes ne sont pas au lycée.", 9),
    ("moyens", "en trois mois", "en six semaines", "Un projet de jeunes ne tient pas trois mois.", 6),
    ("bilan", "chaque année", "chaque trimestre", "Pour suivre de près ce qui est promis.", 3),
)
CHARTER_CHANGES: Sequence[Change] = (
    ("duree", "sur trois ans", "sur quatre ans", "Trois ans passent en préparant la demande suivante.", 6),
    ("duree", "deux mois", "trente jours", "La trésorerie d'une petite association tient un mois.", 8),
    ("dossiers", "de quatre pages", "de deux pages", "Deux pages suffisent sous cinq mille euros.", 7),
    (
        "concertation",
        "un mois avant",
        "deux mois avant",
        "Un conseil d'administration se réunit tous les deux mois.",
        7,
    ),
    ("benevoles", "remboursés", "remboursés dans le mois", "Avancer les frais écarte les plus modestes.", 9),
    (
        "egalite",
        "de leurs instances",
        "de leurs instances et de leurs salaires",
        "La parité se voit aussi sur la fiche de paie.",
        8,
    ),
    (
        "suivi",
        "Une réunion publique",
        "Une réunion publique, tenue dans un autre département à chaque fois,",
        "Pour que le bilan ne se fasse pas toujours à Orléans.",
        9,
    ),
)
#: Statements that people added, and whether they were put to the vote.
ADDED = (
    ("Le car scolaire devrait prendre aussi les autres voyageurs.", True),
    ("Il faut plus de bancs aux arrêts de car.", True),
    ("C'est la faute du maire de ma commune.", False),
)
BANDS = [band for band in CATEGORIES["age"] if band not in ("0-13", "unknown")]


def acts(people: Sequence[Resident], users: Mapping[int, User], agent: User) -> Iterator[Act]:
    """Every act of the consultations that the programme has, in no order."""
    known = published_processes()
    crowd = [users[one.number] for one in people]
    if PACT in known:
        yield from _text(
            held(PACT, "pacte", Drafting), PACT_CHANGES, crowd[:14], dt.date(2025, 3, 10), dt.date(2004, 5, 3)
        )
        yield Act(moment(dt.date(2025, 4, 29), 10), "consultations/1z", partial(_settle, agent))
    if CHARTER in known:
        yield from _text(
            held(CHARTER, "charte", Drafting), CHARTER_CHANGES, crowd[14:40], dt.date(2026, 10, 5), dt.date(1985, 5, 3)
        )
    if JOURNEYS in known:
        yield Act(moment(dt.date(2026, 6, 24), 15), "consultations/2", _survey)
        yield Act(moment(dt.date(2026, 9, 21), 10), "consultations/3", partial(_statements, crowd[40:46], agent))
        yield Act(moment(dt.date(2026, 10, 20), 16), "consultations/4", _opinions)
    if INVENTORY in known:
        for quarter, day in enumerate(_quarters()):
            yield Act(moment(day, 14), f"consultations/5{quarter:02d}", partial(_sightings, quarter))
    for day in _months():
        yield Act(moment(day, 16), "consultations/9", day_pass)


def _quarters() -> Iterator[dt.date]:
    return (
        dt.date(year, month, 20)
        for year in (2024, 2025, 2026)
        for month in (3, 5, 8, 10)
        if dt.date(year, month, 20) <= END
    )


def _months() -> Iterator[dt.date]:
    """The days on which the count is told: once a month, and on the last day of the history."""
    found = [dt.date(year, month, 26) for year in (2024, 2025, 2026) for month in range(1, 13)]
    return (day for day in [*found, END] if dt.date(2024, 3, 1) < day <= END)


def _text(
    text: Held[Drafting], changes: Sequence[Change], crowd: Sequence[User], first: dt.date, birth: dt.date
) -> Iterator[Act]:
    yield Act(moment(first, 9), f"consultations/1{text.code}0", partial(_join, text.process.code, crowd, birth))
    for rank, change in enumerate(changes):
        day = first + dt.timedelta(days=2 + 3 * rank)
        yield Act(moment(day, 10), f"consultations/1{text.code}{rank}1", partial(_amend, text, change, crowd[rank]))
        vote = partial(_vote, text, change, crowd, rank)
        yield Act(moment(day + dt.timedelta(days=5), 11), f"consultations/1{text.code}{rank}2", vote)


def _join(process: str, crowd: Sequence[User], birth: dt.date) -> None:
    for user in crowd:
        participant_join(user=user, process=process, birth=birth)


def _amend(text: Held[Drafting], change: Change, author: User) -> None:
    code, taken, brought, why, _share = change
    body = next(one.body.fr for one in text.document.articles if one.code == code)
    wanted = body.replace(taken, brought) if taken in body else body.replace(taken.capitalize(), brought.capitalize())
    amendment_propose(actor=author, held=text, kind="change", article=code, body=wanted, reason=why)


def _vote(text: Held[Drafting], change: Change, crowd: Sequence[User], rank: int) -> None:
    found = Amendment.objects.filter(
        consultation__process=text.process.code, article=change[0], reason=change[3], shown="shown"
    ).first()  # fmt: skip
    if found is None:
        return
    chance = np.random.default_rng(seed_of(f"{text.code}/{rank}"))
    for user in crowd:
        drawn = int(chance.integers(0, 10))
        choice = "for" if drawn < change[4] else "abstain" if drawn == 9 else "against"
        amendment_vote(actor=user, held=text, amendment=found, choice=choice)


def _settle(agent: User) -> None:
    """The day after closing: the two amendments on the same words are settled in public."""
    day_pass()
    text = held(PACT, "pacte", Drafting)
    row = text.row()
    waiting = row.amendments.filter(outcome="conflict").order_by("-votes_for", "made_at") if row is not None else ()
    references = [one.reference for one in waiting]
    if references:
        conflict_settle(
            actor=agent, held=text, references=references, kept=references[:1],
            reason="Les deux touchent les mêmes mots : celui qui a reçu le plus de voix pour est gardé, comme annoncé au premier jour.",
        )  # fmt: skip


def _survey() -> None:
    """Answers of a crowd whose habits follow where it lives."""
    journeys = held(JOURNEYS, "enquete", Survey)
    row = open_row(journeys, timezone.now())
    chance = np.random.default_rng(seed_of("enquete"))
    communes = [
        code for code in sorted(territory.reference().places) if code[:2] in ("18", "28", "36", "37", "41", "45")
    ]
    weights = np.array([territory.reference().places[code].population or 1 for code in communes], float)
    sets: list[AnswerSet] = []
    texts: list[FreeText] = []
    for code in chance.choice(communes, size=ANSWERS, p=weights / weights.sum()):
        answers = settled(journeys.document, _answers(str(code), chance))
        departement = str(code)[:2]
        sets.append(
            AnswerSet(consultation=row, answers=answers, age_band=str(chance.choice(BANDS)), departement=departement)
        )
        if "conditions" in answers:
            texts.append(FreeText(consultation=row, question="conditions", text=answers["conditions"]))
    AnswerSet.objects.bulk_create(sorted(sets, key=lambda one: one.key), batch_size=500)
    kept = sorted(texts, key=lambda one: one.id)
    for one in kept[:40]:
        one.shown = "shown"
    FreeText.objects.bulk_create(kept, batch_size=500)


CONDITIONS = (
    "S'il y avait un car avant 7 heures et un autre après 19 heures.",
    "Si je pouvais laisser mon vélo à la gare sans peur qu'on le vole.",
    "Avec un seul billet pour tout le trajet.",
    "Si les correspondances attendaient quand le train est en retard.",
    "Un arrêt à moins d'un kilomètre de chez moi, avec un abri.",
)


def _answers(commune: str, chance: np.random.Generator) -> dict[str, Any]:
    rural = (territory.reference().places[commune].population or 0) < 5000
    modes = ("voiture", "covoiturage", "train", "car", "velo", "marche")
    mode = str(
        chance.choice(modes, p=(0.66, 0.08, 0.08, 0.08, 0.05, 0.05) if rural else (0.42, 0.06, 0.13, 0.16, 0.12, 0.11))
    )
    reasons = ("pas-de-choix", "horaires", "duree", "prix", "enfants")
    change = str(chance.choice(("oui", "a-condition", "non"), p=(0.3, 0.45, 0.25)))
    order = [str(one) for one in chance.permutation(("frequence", "tarifs", "correspondances", "velos"))]
    if chance.random() < 0.5:
        order.sort(key=("frequence", "correspondances", "tarifs", "velos").index)
    marks = ("bien", "moyen", "mal", "rien")
    return {
        "mode": mode,
        "pourquoi-voiture": sorted({str(one) for one in chance.choice(reasons, size=2)}, key=reasons.index),
        "trajets-semaine": int(chance.poisson(9)),
        "gare": "yes" if chance.random() < (0.3 if rural else 0.75) else "no",
        "commune": commune,
        "qualite": {
            row: str(chance.choice(marks, p=(0.15, 0.3, 0.25, 0.3) if rural else (0.3, 0.4, 0.25, 0.05)))
            for row in ("trains", "cars", "pistes")
        },
        "priorites": order[: int(chance.integers(1, 5))],
        "changer": change,
        "conditions": str(chance.choice(CONDITIONS)),
        "satisfaction": int(np.clip(round(chance.normal(2.6 if rural else 3.3, 1)), 1, 5)),
    }


def _statements(crowd: Sequence[User], agent: User) -> None:
    """People add statements; an agent puts them to the vote, or not, with a reason."""
    journeys = held(JOURNEYS, "carte", OpinionMap)
    _join(JOURNEYS, crowd, dt.date(1990, 5, 3))
    for (text, kept), user in zip(ADDED, crowd, strict=False):
        made = statement_add(actor=user, held=journeys, text=text)
        why = "" if kept else "Un énoncé porte sur une idée, pas sur une personne."
        statement_moderate(actor=agent, statement=made, shown=kept, why=why)


def _opinions() -> None:
    """Three leanings of a crowd, each voting on some of the statements, mostly as it leans; some statements everyone shares."""
    journeys = held(JOURNEYS, "carte", OpinionMap)
    row = open_map(journeys, timezone.now())
    statements = list(row.statements.filter(shown="shown").order_by("number"))
    chance = np.random.default_rng(seed_of("carte"))
    leanings = chance.choice((-1, 0, 1), size=(3, len(statements)), p=(0.38, 0.1, 0.52))
    shared = chance.random(len(statements)) < 0.2
    leanings[:, shared] = 1
    voters = [OpinionVoter(consultation=row) for _ in range(VOTERS)]
    votes = []
    for voter in voters:
        own = leanings[int(chance.choice(3, p=(0.45, 0.33, 0.22)))]
        seen = chance.random(len(statements)) < chance.uniform(0.25, 0.95)
        for rank in np.flatnonzero(seen):
            value = int(own[rank]) if chance.random() < 0.82 else int(chance.choice((-1, 0, 1)))
            votes.append(OpinionVote(voter=voter, statement=statements[int(rank)], value=value))
    OpinionVoter.objects.bulk_create(sorted(voters, key=lambda one: one.code), batch_size=500)
    OpinionVote.objects.bulk_create(votes, batch_size=2000)


def _sightings(quarter: int) -> None:
    """Sightings of one season, most of them confirmed within the month."""
    inventory = held(INVENTORY, "observations", Observations)
    row = open_row(inventory, timezone.now())
    chance = np.random.default_rng(seed_of(f"observations/{quarter}"))
    today = timezone.localdate()
    known = territory.children(inventory.process.process.area).filter(longitude__isnull=False).order_by("code")
    communes: list[Any] = list(known.values_list("code", "latitude", "longitude"))
    subjects = inventory.document.subjects
    found = []
    for _ in range(SIGHTINGS + 6 * quarter):
        code, latitude, longitude = communes[int(chance.integers(0, len(communes)))]
        subject = subjects[int(chance.choice(len(subjects), p=_odds(len(subjects))))]
        point = (latitude + float(chance.normal(0, 0.008)), longitude + float(chance.normal(0, 0.011)))
        shown = blurred(
            *point, inventory.document.sensitive_blur_km if subject.sensitive else inventory.document.blur_km
        )
        confirmed = bool(chance.random() < 0.72)
        found.append(
            Observation(
                consultation=row, subject=subject.code, count=int(chance.integers(1, 9)), commune=code,
                seen_on=today - dt.timedelta(days=int(chance.integers(0, 40))), latitude=point[0], longitude=point[1],
                shown_latitude=shown[0], shown_longitude=shown[1], radius=shown[2], made_at=timezone.now(),
                confirmations=2 if confirmed else int(chance.integers(0, 2)), state="confirmed" if confirmed else "seen",
                name=f"Observateur {int(chance.integers(1, 60))}",
            )
        )  # fmt: skip
    Observation.objects.bulk_create(found, batch_size=500)
    Consultation.objects.filter(pk=row.pk).update(items=row.items + len(found), changed_at=timezone.now())


def _odds(count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The first subjects are seen more often than the last."""
    weights = 1.0 / np.arange(1, count + 1)
    return np.asarray(weights / weights.sum())
