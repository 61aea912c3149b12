"""The synthetic life of rights: made by the real services, whole, nobody's, and done once."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.demonstration import (
    accounts,
    assemblies,
    bodies,
    budgets,
    classes,
    clock,
    community,
    consultations,
    credits,
    desk,
    lots,
    participation,
    petitions,
    projects,
    purses,
    residents,
)
from mandat.apps.demonstration import life as lives
from mandat.apps.demonstration.claims import moment
from mandat.apps.demonstration.course import END
from mandat.apps.demonstration.places import Places, places
from mandat.apps.funds.models import Envelope
from mandat.apps.funds.selectors import standings
from mandat.apps.grants.models import Case, Decision, PaymentRequest, Sitting, Submission, Vote
from mandat.apps.grants.submitted import read_back
from mandat.apps.ledger.models import Account
from mandat.apps.offers.models import Appointment, Invitation, Member
from mandat.apps.programme import published as published_module
from mandat.apps.programme.published import published
from mandat.apps.programme.rollups import verify
from mandat.apps.programme.services import programme_load
from mandat.apps.registers.models import Contract, Label
from mandat.apps.rights.models import Claim
from mandat.apps.territory import reference
from mandat.apps.territory.services import territory_import
from mandat.apps.wallets.models import Approval, Spend, Wallet
from mandat.definitions.folder import read_folder
from mandat.journal import Entry
from mandat.kernel.periods import PARIS
from tests.apps.demonstration.conftest import PLACES

PROGRAMME = Path(__file__).resolve().parents[3] / "programmes" / "centre-val-de-loire"
SHOWN = dt.date(2026, 8, 17)


def test_the_clock_is_set_for_a_while_and_given_back() -> None:
    before = timezone.now()
    then = dt.datetime(2024, 5, 13, 9, tzinfo=PARIS)
    with clock.set_to(then):
        assert timezone.now() == then
        assert timezone.localdate() == dt.date(2024, 5, 13)
    assert timezone.now() >= before


def test_residents_are_the_same_twice_and_their_answers_go_together() -> None:
    found = residents.residents(PLACES)
    assert found == residents.residents(PLACES)
    assert len({resident.email for resident in found}) == len(found) == 1 + sum(residents.PROFILES.values())
    for resident in found:
        assert resident.email.endswith("@demo.example")
        assert re.fullmatch(r"Personne synthétique \d+|Habitante de la démonstration", resident.name)
        age = (resident.since - resident.born).days / 365.25
        least, most = residents._AGES[resident.profile]
        assert least <= age < most + 1
        assert resident.household["personnes_qui_partent" if resident.number else "nombre_personnes"] <= 8


def test_a_partner_has_a_well_formed_number_that_is_nobodys() -> None:
    from stdnum.fr import siret

    numbers = {purses.siret(number) for number in range(1, 200)}
    assert len(numbers) == 199
    assert all(siret.is_valid(number) and number.startswith("000") for number in numbers)


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Twelve weeks of the life of the bundled programme, in a region of its own; nothing of it stays in the database."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MANDAT_PROGRAMME", PROGRAMME.name)
        patch.setattr(settings, "MANDAT_DEMO", True)
        patch.setattr(residents, "PROFILES", {"pupil": 3, "student": 4, "seeker": 2, "employee": 2, "athlete": 2})
        patch.setattr(residents, "FIRST", SHOWN)
        patch.setattr(purses, "FIRST", SHOWN)
        patch.setattr(purses, "LAST", SHOWN + dt.timedelta(days=20))
        patch.setattr(purses, "PARTNERS", 4)
        patch.setattr(classes, "SIZES", {"person": (4, 8), "group": (4, 3)})
        patch.setattr(classes, "ROUNDS", 1)
        patch.setattr(lives, "BEGINS", SHOWN)
        # One quarter of applications, early enough for the first payments.
        patch.setattr(projects, "BEGINS", SHOWN + dt.timedelta(days=7))
        patch.setattr(projects, "QUARTERS", 1)
        patch.setattr(projects, "MOST", 4)
        patch.setattr(credits, "OPENS", SHOWN + dt.timedelta(days=1))
        # Processes last years: twelve weeks cannot begin in their middle. The whole demonstration is built for the browser.
        for process in (assemblies, budgets, community, consultations, desk, lots, participation, petitions):
            patch.setattr(process, "acts", lambda *_given: [])
        published_module._read.cache_clear()
        with reference.bundled()["24"].open("rb") as stream:
            territory_import(reference=reference.read_bundle(stream, file="24.json.gz"))
        programme_load(folder=read_folder(PROGRAMME), synthetic=True, at=dt.datetime(2021, 7, 2, 9, tzinfo=PARIS))
        accounts.create()
        where: Places = places("24")
        life = lives.life(published(), where)
        monday = SHOWN
        while monday <= END:
            life.live(monday, until=dt.datetime.combine(min(monday + dt.timedelta(days=6), END), dt.time(18), PARIS))
            monday += dt.timedelta(days=7)
        entries = [entry for entry in journal.iterate() if not entry.fact.kind.startswith("programme.")]
        yield {"entries": entries, "life": life}
        transaction.set_rollback(True)


def kinds(lived: dict[str, Any]) -> Counter[str]:
    entries: list[Entry] = lived["entries"]
    return Counter(entry.fact.kind for entry in entries)


def test_claims_are_sent_granted_refused_and_paid(lived: dict[str, Any]) -> None:
    found = kinds(lived)
    for kind in ("rights.claimed.v1", "rights.granted.v1", "rights.paid.v1", "wallets.credited.v1"):
        assert found[kind] > 0, kind
    assert found["rights.claimed.v1"] == Claim.objects.exclude(state="draft").filter(renews=None).count()
    assert set(Claim.objects.values_list("synthetic", flat=True)) == {True}


def test_every_fact_is_synthetic_and_lies_before_the_end(lived: dict[str, Any]) -> None:
    for entry in lived["entries"]:
        assert entry.fact.synthetic, entry.fact.kind
        assert entry.fact.occurred_on <= END
        assert "demo.example" not in entry.text


def test_no_claim_fact_tells_more_than_the_departement(lived: dict[str, Any]) -> None:
    for entry in lived["entries"]:
        if entry.fact.kind in ("rights.granted.v1", "rights.refused.v1", "rights.claimed.v1"):
            assert re.fullmatch(r"|departement:\d\d", entry.fact.area)
            assert not entry.fact.breakdowns


def test_the_ledger_sums_to_zero_and_no_purse_is_below_it(lived: dict[str, Any]) -> None:
    assert Approval.objects.filter(state="approved").count() == 8
    totals: Counter[tuple[str, str]] = Counter()
    for account in Account.objects.all():
        totals[account.book, account.unit] += account.balance
    assert set(totals.values()) == {0}
    assert all(wallet.account.balance >= 0 for wallet in Wallet.objects.select_related("account"))
    assert Spend.objects.exists()


def test_pupils_are_invited_once_and_some_came(lived: dict[str, Any]) -> None:
    pupils = Member.objects.filter(offer="consultation-lyceens", round="annee-2026-2027")
    assert pupils.count() == 32
    firsts = Invitation.objects.filter(member__in=pupils, rank=1)
    assert firsts.count() == firsts.values("member").distinct().count() > 0
    assert Appointment.objects.filter(attendance__isnull=False).exists()
    assert kinds(lived)["offers.coverage_invited.v1"] > 0


def test_the_open_account_has_rights_a_wallet_and_a_claim_under_way(lived: dict[str, Any]) -> None:
    user = User.objects.get(email="habitante@demo.example")
    states = dict(Claim.objects.filter(claimant=user).values_list("right", "state"))
    assert states["gratuite-transports"] == "granted"
    assert states["allocation-alimentaire"] == "granted"
    assert states["aide-licence"] == "submitted"
    assert classes.pupil_code()


def test_nobody_is_written_to_and_figures_are_those_of_the_facts(lived: dict[str, Any]) -> None:
    assert not Notice.objects.filter(sent_at__isnull=True).exists()
    assert verify(PROGRAMME.name) == []


def test_a_programme_without_rights_has_no_such_life(demo: Any) -> None:
    life = lives.life(published(), PLACES)
    assert not life.weeks
    life.live(SHOWN, until=moment(END, 17))
    assert not User.objects.filter(email__startswith="resident-").exists()


def test_applications_are_sent_examined_decided_and_some_are_paid(lived: dict[str, Any]) -> None:
    found = kinds(lived)
    cases = Case.objects.count()
    assert cases == found["grants.applied.v1"] > 60
    assert found["grants.awarded.v1"] > 20
    assert found["grants.refused.v1"] > 0
    assert found["grants.paid.v1"] == PaymentRequest.objects.filter(state="paid").count() > 0
    assert Decision.objects.count() == cases
    assert set(Case.objects.values_list("synthetic", flat=True)) == {True}


def test_what_was_sent_can_be_read_back_and_is_what_the_case_says(lived: dict[str, Any]) -> None:
    for submission in Submission.objects.select_related("case__subject").order_by("pk")[:20]:
        record = read_back(submission)
        assert record["reference"] == submission.case.reference
        assert record["scheme"]["code"] == submission.case.scheme


def test_committees_sat_with_their_quorum_and_voted(lived: dict[str, Any]) -> None:
    for sitting in Sitting.objects.all():
        assert sitting.state == "closed"
        assert sitting.present.count() >= sitting.quorum
        assert Vote.objects.filter(item__sitting=sitting).count() >= sitting.items.count() * sitting.quorum
    assert Sitting.objects.exists()


def test_no_envelope_gave_more_than_was_voted(lived: dict[str, Any]) -> None:
    found = standings(list(Envelope.objects.all()))
    assert found
    for one in found:
        assert 0 <= one.promised <= one.voted
    assert sum(one.promised for one in found) * 100 == sum(
        Case.objects.exclude(awarded=None).values_list("awarded", flat=True)
    )
    served = credits.budgeted(published())
    voted = {
        code
        for entry in lived["entries"]
        if entry.fact.kind == "budget.line_voted.v1"
        for code in entry.fact.commitments
    }
    assert voted
    assert voted <= served


def test_labels_are_held_and_contracts_cover_groups_of_communes(lived: dict[str, Any]) -> None:
    assert Label.objects.filter(ended_on=None).exists()
    running = Contract.objects.filter(state="running")
    assert running.exists()
    assert all(contract.areas.exists() and contract.actions.exists() for contract in running)


def test_organisations_are_numbers_and_nobodys(lived: dict[str, Any]) -> None:
    from stdnum.fr import siret

    for organisations in bodies.bodies(places("24")).by_kind.values():
        for one in organisations:
            assert re.fullmatch(r"[A-ZÉ][\w\s]* synthétique n° \d+", one.name)
            assert siret.is_valid(one.siret)
            assert one.siret.startswith("0000")
