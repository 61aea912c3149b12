"""Floods and borrowed names: found by two agents, taken out of the count, thresholds rolled back in public; paper reconciled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.answers.models import Duty
from mandat.apps.petitions import identities, selectors
from mandat.apps.petitions.models import Crossing, Invalidation, Petition, Referendum, Signature, Tally
from mandat.apps.petitions.services import counting, fraud, sheets, signing, thresholds
from mandat.apps.petitions.services.sheets import Line
from mandat.apps.petitions.services.signing import AlreadySignedError, Signer
from mandat.apps.petitions.terms import terms_of
from mandat.kernel.errors import InputError
from tests.apps.petitions.conftest import ORLEANS, TOURS, signer_of

pytestmark = pytest.mark.django_db
FOUND = "Envoyées en deux minutes depuis un même réseau."


def kinds() -> list[str]:
    return [entry.fact.kind for entry in journal.iterate() if entry.fact.kind.startswith(("petitions", "referendums"))]


def test_an_invalidation_needs_a_second_agent_and_rolls_thresholds_back(
    opened: Callable[..., Petition], signed: Callable[..., Any], agent: User, other_agent: User
) -> None:
    petition = opened()
    signed(petition, 2)
    signed(petition, 6, begin=2, channel="paper")
    assert petition.crossings.count() == 4
    assert Referendum.objects.get().state == "checking"
    proposed = fraud.invalidation_propose(
        actor=agent, petition=petition, pattern={"channel": "paper"}, reason="automated", explanation=FOUND
    )
    assert thresholds.total_of(petition) == 8
    with pytest.raises(InputError, match="autre personne"):
        fraud.invalidation_confirm(actor=agent, invalidation=proposed)
    confirmed = fraud.invalidation_confirm(actor=other_agent, invalidation=proposed)
    assert (confirmed.count, confirmed.state) == (6, "confirmed")
    petition.refresh_from_db()
    assert petition.total == thresholds.total_of(petition) == 2
    assert set(petition.crossings.values_list("status", flat=True)) == {Crossing.Status.SUSPENDED}
    assert set(Duty.objects.values_list("state", flat=True)) == {"waived"}
    assert Referendum.objects.get().state == "suspended"
    assert kinds().count("petitions.threshold_rolled_back.v1") == 4
    assert kinds().count("petitions.signatures_invalidated.v1") == 1


def test_thresholds_crossed_again_go_on_and_are_owed_anew(
    opened: Callable[..., Petition], signed: Callable[..., Any], agent: User, other_agent: User
) -> None:
    petition = opened()
    signed(petition, 8, channel="paper")
    proposed = fraud.invalidation_propose(
        actor=agent, petition=petition, pattern={"channel": "paper"}, reason="sheet", explanation=FOUND
    )
    fraud.invalidation_confirm(actor=other_agent, invalidation=proposed)
    signed(petition, 8, begin=100)
    assert set(petition.crossings.values_list("status", "round")) == {("active", 2)}
    assert Duty.objects.filter(state="owed").count() == 4
    assert Referendum.objects.get().state == "checking"
    assert petition.crossings.count() == 4


def test_an_invalidation_by_mistake_is_undone(
    opened: Callable[..., Petition], signed: Callable[..., Any], agent: User, other_agent: User
) -> None:
    petition = opened()
    signed(petition, 4)
    proposed = fraud.invalidation_propose(
        actor=agent, petition=petition, pattern={"commune": ORLEANS}, reason="identity", explanation=FOUND
    )
    confirmed = fraud.invalidation_confirm(actor=other_agent, invalidation=proposed)
    with pytest.raises(AlreadySignedError):
        signing.sign(petition=petition, signer=signer_of(petition, "account:900000"))
    with pytest.raises(InputError):
        fraud.invalidation_restore(actor=agent, invalidation=confirmed, remark="Ce sont bien des personnes.")
    fraud.invalidation_restore(actor=other_agent, invalidation=confirmed, remark="Ce sont bien des personnes.")
    assert thresholds.total_of(petition) == 4
    assert petition.crossings.get().status == Crossing.Status.ACTIVE


def test_what_was_signed_after_the_proposal_is_left_alone(
    opened: Callable[..., Petition], signed: Callable[..., Any], agent: User, other_agent: User, clock: Any
) -> None:
    petition = opened()
    signed(petition, 2, commune=TOURS)
    proposed = fraud.invalidation_propose(
        actor=agent, petition=petition, pattern={"commune": TOURS}, reason="automated", explanation=FOUND
    )
    clock.shift(dt.timedelta(minutes=1))
    signed(petition, 1, begin=9, commune=TOURS)
    assert fraud.invalidation_confirm(actor=other_agent, invalidation=proposed).count == 2
    assert thresholds.total_of(petition) == 1


@pytest.mark.parametrize(
    "pattern",
    [{}, {"name": "Ada"}, {"since": "hier"}, {"since": "2026-11-10T11:00:00"}, {"nullifier": "x"}, {"sheet": 9}],
)
def test_a_pattern_names_places_and_times_and_nobody(
    pattern: dict[str, Any], opened: Callable[..., Petition], signed: Callable[..., Any], agent: User
) -> None:
    petition = opened()
    signed(petition, 1)
    with pytest.raises(InputError):
        fraud.invalidation_propose(
            actor=agent, petition=petition, pattern=pattern, reason="automated", explanation=FOUND
        )
    assert Invalidation.objects.count() == 0


def test_only_agents_without_ties_deal_with_fraud(
    opened: Callable[..., Petition], signed: Callable[..., Any], author: User, person: Callable[..., User], agent: User
) -> None:
    petition = opened()
    signed(petition, 1)
    for stranger in (author, person("elected"), person("auditor"), person("administrator")):
        with pytest.raises(PermissionDenied):
            fraud.invalidation_propose(
                actor=stranger, petition=petition, pattern={"commune": ORLEANS}, reason="automated", explanation=FOUND
            )
    proposed = fraud.invalidation_propose(
        actor=agent, petition=petition, pattern={"commune": ORLEANS}, reason="automated", explanation=FOUND
    )
    fraud.invalidation_dismiss(actor=agent, invalidation=proposed, remark="Je me suis trompée.")
    with pytest.raises(InputError, match="plus à examiner"):
        fraud.invalidation_confirm(actor=person("agent"), invalidation=proposed)


def test_floods_are_seen_without_naming_anybody(opened: Callable[..., Petition], agent: User) -> None:
    petition = opened()
    for number in range(25):
        known = signer_of(petition, f"account:{number}")
        origin = identities.origin("192.0.2.7" if number < 22 else f"198.51.{number}.1")
        signer = Signer(**{name: getattr(known, name) for name in known.__slots__} | {"origin": origin})
        signing.sign(petition=petition, signer=signer)
    found = fraud.suspicious(petition)
    assert [one["n"] for one in found["networks"]] == [22]
    assert "192.0.2" not in str(found)
    assert identities.origin("") == identities.origin("unknown") == ""


def test_a_network_means_nothing_the_day_after(clock: Any) -> None:
    today = identities.origin("192.0.2.7")
    assert identities.origin("192.0.2.200") == today
    clock.shift(dt.timedelta(days=1))
    assert identities.origin("192.0.2.7") != today


@pytest.fixture
def lines() -> list[Line]:
    return [
        Line("Lovelace", "Ada", dt.date(1990, 5, 4), ORLEANS, show=True),
        Line("LOVELACE", "ada Augusta", dt.date(1990, 5, 4), ORLEANS),
        Line("Hopper", "Grâce", dt.date(2015, 1, 1), ORLEANS),
        Line("de Gouges", "Olympe", dt.date(1970, 5, 7), TOURS),
        Line("Curie", "Marie", dt.date(1967, 11, 7), "75056"),
    ]


def test_a_sheet_is_entered_once_each_and_reconciled(
    opened: Callable[..., Petition], agent: User, lines: list[Line]
) -> None:
    petition = opened()
    sheet = sheets.sheet_open(actor=agent, petition=petition, announced=5, collected_on=dt.date(2026, 11, 10))
    found = sheets.lines_enter(actor=agent, sheet=sheet, lines=lines[:4])
    assert [one.result for one in found] == ["signed", "twice", "refused", "signed"]
    with pytest.raises(InputError, match="1 signature de la feuille"):
        sheets.sheet_close(actor=agent, sheet=sheet)
    assert sheets.lines_enter(actor=agent, sheet=sheet, lines=lines[4:])[0].result == "refused"
    with pytest.raises(InputError, match="toutes les signatures"):
        sheets.lines_enter(actor=agent, sheet=sheet, lines=lines[:1])
    sheet = sheets.sheet_close(actor=agent, sheet=sheet)
    assert (sheet.entered, sheet.twice, sheet.refused, sheet.missing) == (2, 1, 2, 0)
    assert thresholds.total_of(petition) == 2
    assert selectors.names_of(petition) == ["Ada Lovelace"]
    with pytest.raises(InputError, match="close"):
        sheets.lines_enter(actor=agent, sheet=sheet, lines=lines[:1])


def test_a_sheet_is_of_the_time_of_the_petition(opened: Callable[..., Petition], agent: User, clock: Any) -> None:
    petition = opened()
    for day in (dt.date(2026, 11, 9), dt.date(2026, 11, 11)):
        with pytest.raises(InputError, match="temps des signatures"):
            sheets.sheet_open(actor=agent, petition=petition, announced=5, collected_on=day)
    for announced in (0, 501):
        with pytest.raises(InputError, match="1 à 500"):
            sheets.sheet_open(actor=agent, petition=petition, announced=announced, collected_on=dt.date(2026, 11, 10))


def test_places_and_ages_are_told_without_small_counts(
    opened: Callable[..., Petition], sign: Callable[..., Signature]
) -> None:
    petition = opened()
    for number in range(12):
        sign(petition, f"account:{number}", commune=ORLEANS, age=30)
    for number in range(12, 15):
        sign(petition, f"account:{number}", commune=TOURS, age=70)
    counting.communes_count(petition=petition)
    cells = selectors.cells_of(petition, terms_of(petition))
    shown = {n for row in cells.cells for n in row if n is not None}
    assert 3 not in shown
    assert cells.total == 15
    assert dict(selectors.communes_of(petition, terms_of(petition))) in ({}, {ORLEANS: 12})
    assert sum(Tally.objects.values_list("n", flat=True)) == 15
