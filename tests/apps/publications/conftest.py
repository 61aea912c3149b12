"""A small programme with one commitment of each sort, and a few facts of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mandat import journal
from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.programme import geography, published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from mandat.engines.indicators.value import Geography
from mandat.facts import Fact
from tests.programmes_folder import CHAPTER, texts

COMMUNES = {
    "commune:18033": {"18033": 10},
    "commune:37261": {"37261": 30},
    "epci:243700754": {"37261": 30, "37262": 60},
}


GOAL = "{value: 10, unit: item, promised: true, baseline: 0}"
YEARLY = "{value: 1, unit: item, promised: true, each: year}"


def _commitment(code: str, indicator: str, *, truth: str = "output", goal: str = GOAL) -> str:
    lines = (
        f'- code: "{code}"',
        f"  promise: {{fr: Engagement d'essai {code}., en: Trial commitment {code}.}}",
        f"  truth: {truth}",
        f"  goal: {goal}",
        "  kept_when: {fr: Quand le critère est rempli., en: When the criterion is met.}",
        f"  indicator: {indicator}",
        "  expected_every_months: 12",
        "  instruments: [count]",
    )
    return "".join(f"      {line}\n" for line in lines)


CONFIRMED = "facts: [programme.output_confirmed.v1]"
MEASURE = """\
  - number: 3
    code: mesurer
    title: {fr: "Mesurer = *tout* #compter", en: Measure everything}
    summary: {fr: Une mesure pour les essais., en: A measure for the trials.}
    figures: [{value: 3, unit: item, text: {fr: trois choses, en: three things}}]
    markers: [{marker: youth, because: jeunes}]
    sdgs: [3]
    audiences: [everyone]
    responsible: conseil
    commitments:
""" + "".join(
    (
        _commitment("3.1", f"{{{CONFIRMED}, aggregate: count}}"),
        _commitment("3.2", f"{{{CONFIRMED}, aggregate: distinct, of: area}}"),
        _commitment("3.3", "{facts: [statistics.observed.v1], aggregate: last, of: quantity}", truth="outcome"),
        _commitment("3.4", f"{{{CONFIRMED}, aggregate: sum, of: quantity, scope: measure}}"),
        _commitment("3.5", f"{{{CONFIRMED}, aggregate: count, window: year}}", goal=YEARLY),
    )
)
FOLDER = texts(chapter=CHAPTER + MEASURE)
FOLDER["programme.yaml"] = FOLDER["programme.yaml"].replace(b"measures: 2", b"measures: 3")
FOLDER["programme.yaml"] += b'siret: "23450002300028"\n'


@pytest.fixture
def programme(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> published.Published:
    """The trial programme with one commitment of each sort, over a region of 100 inhabitants."""
    settings.MANDAT_PROGRAMME = "essai"
    settings.VAR = tmp_path
    published._read.cache_clear()
    weights = Geography(lambda area: COMMUNES.get(area, {}), 100)
    monkeypatch.setattr(geography, "_geography", lambda over, region, stamp: weights)
    folder = read_texts(FOLDER)
    assert not folder.problems, folder.problems
    programme_load(folder=folder, at=dt.datetime(2021, 7, 2, 12, tzinfo=dt.UTC))
    return published.published()


def fact(commitment: str, on: str, **values: Any) -> Fact:
    """An output of a commitment; keywords are fields of the fact."""
    fields: dict[str, Any] = {
        "kind": "programme.output_confirmed.v1",
        "occurred_on": dt.date.fromisoformat(on),
        "programme": "essai",
        "measures": (int(commitment.split(".")[0]),),
        "commitments": (commitment,),
        "data": {"title": "Lieu ouvert"},
        "area": "commune:37261",
        "synthetic": True,
    }
    return Fact(**{**fields, **values})


def grant(on: str, amount: str, **values: Any) -> Fact:
    data = {"beneficiary": "Association d'essai", "purpose": "Prévention"}
    return fact("2.1", on, kind="grants.awarded.v1", amount=Decimal(amount), data=data, **values)


def observed(on: str, value: str) -> Fact:
    return fact("3.3", on, kind="statistics.observed.v1", quantity=Decimal(value), unit="item", data=OBSERVED, area="")


OBSERVED = {"series": "Valeur observée", "publisher": "Institut d'essai"}


@pytest.fixture
def history(programme: published.Published) -> list[journal.Entry]:
    """Facts for every commitment, one of them corrected and one withdrawn."""
    facts = [
        fact("1.1", "2022-03-01", quantity=Decimal(40), unit="doctor"),
        fact("1.1", "2023-03-01", quantity=Decimal("12.5"), unit="doctor", breakdowns={"gender": {"women": 2, "men": 9, "other": 4}}),
        fact("1.2", "2022-05-01", data={"title": "Maison", "output": "house"}, area="commune:18033"),
        fact("1.2", "2023-05-01", data={"title": "Maison", "output": "house"}, area="epci:243700754"),
        fact("1.1", "2022-06-20", kind="programme.milestone_reached.v1", data={"milestone": "convention", "title": "Convention signée"}),
        grant("2022-01-10", "1000000.50"),
        grant("2023-02-10", "2000000"),
        fact("3.1", "2023-01-01"),
        fact("3.1", "2024-01-01", area="commune:18033"),
        fact("3.2", "2024-01-01"),
        fact("3.2", "2024-02-01"),
        fact("3.2", "2024-03-01", area="commune:18033"),
        observed("2022-12-31", "6"),
        observed("2023-12-31", "8"),
        observed("2024-12-31", "7.25"),
        fact("3.4", "2024-04-01", quantity=Decimal(3), unit="item"),
        fact("3.5", "2022-04-01"),
        fact("3.5", "2024-04-01"),
    ]  # fmt: skip
    entries = journal.append(facts, recorded_at=dt.datetime(2025, 1, 6, 12, tzinfo=dt.UTC))
    second = dt.datetime(2025, 1, 7, 12, tzinfo=dt.UTC)
    journal.append([journal.correction(entries[0], quantity=Decimal(45))], recorded_at=second)
    journal.append(
        [journal.withdrawal(entries[7], reason="Compté deux fois", occurred_on=dt.date(2025, 1, 7))], recorded_at=second
    )
    return list(journal.iterate(programme="essai"))


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make an account with roles: ``person("agent")``."""

    def make(*roles: str) -> User:
        user = User.objects.create_user(f"{'-'.join(roles) or 'nobody'}{User.objects.count()}@example.org")
        for role in roles:
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make
