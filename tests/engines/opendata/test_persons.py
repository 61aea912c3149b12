"""Natural persons are told apart and their names stay out."""

from __future__ import annotations

import pytest

from mandat.engines.opendata.persons import REMOVED, is_natural_person, without_names


@pytest.mark.parametrize(
    ("name", "number"),
    [("M. DUPONT Jean", ""), ("Mme Durand", "23450002300028"), ("MONSIEUR LE GALL", ""), ("DUPONT Jean", ""), ("Mlle X", ""), ("Dr Martin", ""),
     ("Boulangerie Martin EI", "23450002300028"), ("Jean Martin entrepreneur individuel", "23450002300028"), ("Julie P. micro-entreprise", "234500023"),
     ("INDIVISION DE LEZARDIERE", ""), ("", "")],
)  # fmt: skip
def test_what_is_or_may_be_a_person_is_one(name, number):
    assert is_natural_person(name, number)


@pytest.mark.parametrize(
    ("name", "number"),
    [("ASS SPORTIVE", ""), ("Association Les Amis", ""), ("Commune de Bourges", ""), ("LES ARTS FLORISSANTS", "32416633900055"), ("CTE DES FETES", ""),
     ("SARL Martin", ""), ("Musée M", ""), ("École élémentaire", ""), ("Union poitiers basket 86", ""), ("M6 Publicité SA", "23450002300028"),
     ("MM's Théâtre", ""), ("", "234500023")],
)  # fmt: skip
def test_organisations_keep_their_name(name, number):
    assert not is_natural_person(name, number)


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("Aide à M. Dupont pour sa ferme", f"Aide à {REMOVED} pour sa ferme"),
        ("Bourse de Mme Anne-Marie de La Tour, Tours", f"Bourse de {REMOVED}, Tours"),
        ("Installation de Monsieur et Madame Martin", f"Installation de {REMOVED}"),
        ("Projet du Dr. Élodie Noël à Blois", f"Projet du {REMOVED} à Blois"),
        ("Fonctionnement M49 et madame la présidente", "Fonctionnement M49 et madame la présidente"),
    ],
)
def test_names_after_a_title_leave_texts(text, without):
    assert without_names(text) == without
