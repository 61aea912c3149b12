"""What an offer may say, and what is refused with its place."""

from __future__ import annotations

import datetime as dt
from typing import cast

import pytest

from mandat.apps.offers.schema import Offer
from mandat.definitions.folder import read_texts
from tests.apps.offers.examples import CONSULTATION, NATURE, OFFERS
from tests.programmes_folder import texts


def folder(**changes: str) -> list[str]:
    files = OFFERS | changes
    return [
        str(problem) for problem in read_texts(texts() | {name: text.encode() for name, text in files.items()}).problems
    ]


def offer(text: str = CONSULTATION) -> Offer:
    found = read_texts(texts() | {"offers/one.yaml": text.encode()})
    assert not found.problems, found.problems
    return cast(Offer, found.of("offer")[0].model)


def test_the_examples_are_valid() -> None:
    assert folder() == []


@pytest.mark.parametrize(
    ("text", "old", "new", "said"),
    [
        (CONSULTATION, 'commitments: ["1.1"]', 'commitments: ["2.1"]', "l'engagement 2.1 n'est pas d'une mesure"),
        (CONSULTATION, "measures: [1]\ncommitments: [\"1.1\"]", "measures: [77]", "mesure inconnue : 77"),
        (CONSULTATION, "neutral_name: {fr: Rendez-vous au lycée, en: Appointment at the lycée}\n", "", "neutral_name"),
        (CONSULTATION, "least: 14, most: 20", "least: 20, most: 14", "most"),
        (CONSULTATION, "alone_from_age: 15\n", "alone_from_age: null\n", "à partir de quel âge"),
        (CONSULTATION, "r2026-2027, title", "r2025-2026, title", "tour en double"),
        (CONSULTATION, "opens: 2026-09-01", "opens: 2026-06-01", "sans se recouvrir"),
        (CONSULTATION, "closes: 2026-07-04", "closes: 2025-07-04", "ferme après avoir ouvert"),
        (CONSULTATION, "attendance_months: 12", "attendance_months: 1", "avant les noms"),
        (CONSULTATION, "threshold: 5", "threshold: 4", "au moins 5"),
        (NATURE, "identified_by: group-name", "identified_by: identifier", "group-name"),
        (NATURE, "opens: 2026-09-01", "opens: 2001-09-01", "hors du mandat"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(text: str, old: str, new: str, said: str) -> None:
    assert old in text
    name = "offers/consultation.yaml" if text is CONSULTATION else "offers/nature.yaml"
    (problem,) = folder(**{name: text.replace(old, new)})
    assert name in problem
    assert said in problem


def test_the_round_in_force_is_the_open_one_else_the_next_else_the_last() -> None:
    one = offer()
    assert one.current_round(dt.date(2025, 1, 1)).code == "r2025-2026"
    assert one.current_round(dt.date(2026, 7, 4)).code == "r2025-2026"
    assert one.current_round(dt.date(2026, 7, 5)).code == "r2026-2027"
    assert one.current_round(dt.date(2030, 1, 1)).code == "r2026-2027"
    assert one.round("none") is None


def test_a_sensitive_offer_never_says_why_in_its_messages() -> None:
    assert offer().spoken_name.fr == "Rendez-vous au lycée"
    assert offer(NATURE).spoken_name.fr == "Une sortie nature pour chaque classe"
