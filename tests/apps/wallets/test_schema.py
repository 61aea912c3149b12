"""A wallet's document: what is accepted, what is refused and where."""

from __future__ import annotations

import pytest

from mandat.definitions.folder import Folder, read_texts
from tests.apps.wallets.folder import WALLETS
from tests.programmes_folder import texts


def with_change(old: str, new: str, file: str = "wallets/panier.yaml") -> Folder:
    assert old in WALLETS[file]
    return read_texts(texts() | {file: WALLETS[file].replace(old, new).encode()})


def test_the_examples_are_accepted() -> None:
    folder = read_texts(texts() | {name: text.encode() for name, text in WALLETS.items()})
    assert folder.problems == []
    assert [definition.code for definition in folder.of("wallet")] == ["panier", "culture"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("measures: [1]\ncommitments: [\"1.1\"]", "measures: [77]", "mesure inconnue : 77"),
        ('["1.1"]', '["1.9"]', "engagement inconnu : 1.9"),
        ('["1.1"]', '["2.1"]', "n'est pas d'une mesure"),
        ("unit: EUR", "unit: item", "settlement.value"),
        ("per_day: 40", "per_day: 10", "per_day ne peut"),
        ("after: month-end, months: 1", "after: date", "after: date"),
        ("after: month-end, months: 1", "after: months", "combien de mois"),
        ("after: month-end, months: 1", "after: date, date: 2020-01-01", "avant le mandat"),
        ("code: magasin-bio", "code: amap", "même code"),
        ("amount: 60", "amount: 60.001", "wallets/panier.yaml:17"),
        ("amount: 60", "amount: -1", "wallets/panier.yaml:17"),
    ],
)  # fmt: skip
def test_what_a_wallet_must_not_say_is_refused_where_it_stands(old: str, new: str, said: str) -> None:
    problems = [str(problem) for problem in with_change(old, new).problems]
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith("wallets/panier.yaml:") for problem in problems)


def test_units_are_whole() -> None:
    problems = with_change("at_most: 10", "at_most: 10.5", "wallets/culture.yaml").problems
    assert "entières" in str(problems[0])
