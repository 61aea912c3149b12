"""Lists of pupils and classes: one person is one member, bad lines say why, nothing is half-done."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.custody import keys
from mandat.apps.offers.models import Establishment, Identity, Member, RefusedRollLine, RollImport, Tally
from mandat.apps.offers.selectors import reconciliation
from mandat.apps.offers.services import roll_close, roll_import
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.offers.conftest import HEAD, ROUND, lines, roll

Enrol = Callable[..., RollImport]
A, B, C = "0450001A", "0450002B", "0180003C"


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.iterate() if entry.fact.kind == kind]


def test_each_line_is_one_member_and_the_rolls_are_told_by_establishment(enrol: Enrol) -> None:
    with guard.acts():
        run = enrol(*lines(A, 8), *lines(B, 3, first=8), *lines(C, 6, first=11))
    assert (run.lines, run.arrived, run.refused) == (17, 17, 0)
    assert Member.objects.count() == Identity.objects.count() == 17
    told = {fact.subject: (fact.quantity, fact.unit, fact.area) for fact in facts("offers.enrolled.v1")}
    # Three pupils are too few to be told.
    assert told == {A: (8, "pupil", "departement:45"), C: (6, "pupil", "departement:18")}


def test_no_name_stands_in_the_database(enrol: Enrol) -> None:
    enrol(f"{A};2nde 1;MARTEL;Aloïs;2010-03-09;M;alois@example.org")
    row = Identity.objects.values_list("person", flat=True).get()
    member = Member.objects.values().get()
    for word in ("MARTEL", "Aloïs", "2010-03-09", "alois"):
        assert word not in str(row)
        assert word.lower() not in str(member).lower()
    assert Identity.objects.get().person == {
        "surname": "MARTEL",
        "given": "Aloïs",
        "born_on": "2010-03-09",
        "email": "alois@example.org",
    }


def test_a_person_in_two_lists_is_one_member_however_it_is_written(enrol: Enrol) -> None:
    enrol(f"{A};2nde 1;L’HÉRITIER;Jean-Marc;2010-03-09;M;")
    run = enrol(f"{B};2NDE 4;l'heritier;JEAN MARC;09/03/2010;;")
    assert (run.arrived, run.moved) == (0, 1)
    member = Member.objects.select_related("establishment").get()
    assert (member.establishment.code, member.group) == (B, "2NDE 4")


def test_the_same_person_twice_in_a_file_is_kept_once_and_reported(enrol: Enrol) -> None:
    run = enrol(*lines(A, 2), *lines(A, 1))
    assert (run.arrived, run.repeated) == (2, 1)
    assert RefusedRollLine.objects.get().line == 4


def test_homonyms_born_another_day_are_two(enrol: Enrol) -> None:
    enrol(f"{A};1;MARTEL;Lou;2010-03-09;;", f"{A};1;MARTEL;Lou;2010-03-10;;")
    assert Member.objects.count() == 2


def test_the_database_itself_refuses_a_second_member(enrol: Enrol) -> None:
    enrol(*lines(A, 1))
    one = Member.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(offer=one.offer, round=one.round, key=one.key, establishment=one.establishment)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("0999999Z;1;MARTEL;Lou;2010-03-09;F;", "établissement inconnu : 0999999Z"),
        ("MARTEL LOU;1;MARTEL;Lou;2010-03-09;F;", "établissement inconnu : ?"),
        (f"{A};;MARTEL;Lou;2010-03-09;F;", "classe absente"),
        (f"{A};1;;Lou;2010-03-09;F;", "nom ou prénom absent"),
        (f"{A};1;MARTEL;Lou;;F;", "date de naissance illisible"),
        (f"{A};1;MARTEL;Lou;31/02/2010;F;", "date de naissance illisible"),
        (f"{A};1;MARTEL;Lou;2010;F;", "incomplète ou impossible"),
        (f"{A};1;MARTEL;Lou;1999-03-09;F;", "âge hors de l'offre"),
        (f"{A};1;MARTEL;Lou;2013-03-09;F;", "âge hors de l'offre"),
        (f"{A};1;MARTEL;Lou;2010-03-09;Q;", "sexe attendu"),
        (f"{A};1;MARTEL;Lou;2010-03-09;F;lou.example.org", "courriel mal formé"),
        (f"{A};1;{'M' * 101};Lou;2010-03-09;F;", "trop long"),
        (f"{A};1;MARTEL", "cellules au lieu de 7"),
    ],
)
def test_a_bad_line_is_left_out_by_number_and_tells_nothing_of_what_it_held(enrol: Enrol, line: str, why: str) -> None:
    run = enrol(*lines(A, 2), line, *lines(A, 2, first=2))
    assert (run.arrived, run.refused) == (4, 1)
    refused = run.refusals.get()
    assert refused.line == 4
    assert why in refused.fr
    assert "MARTEL" not in refused.fr + refused.en
    assert "Lou" not in refused.fr + refused.en


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "fichier vide"),
        (b"PK\x03\x04....", "classeur"),
        (b"une;deux\n1;2\n", "ne nomme pas les colonnes"),
        (b"etablissement;classe;nom;prenom\nx;y;z;t\n", "colonne manquante : date_naissance"),
    ],
)
def test_what_is_no_list_changes_nothing(agent: User, schools: Any, content: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        roll_import(
            actor=agent, offer="consultation", round=ROUND, stream=io.BytesIO(content), filename="l.csv", complete=True
        )
    assert not Member.objects.exists()
    assert not RollImport.objects.exists()


def test_columns_come_in_any_order_and_encoding(enrol: Enrol, agent: User) -> None:
    text = "Prénom,NOM,UAI,Division,Né le\nÉlia,MARTEL,0450001A,2nde 1,09/03/2010\n"
    roll_import(
        actor=agent,
        offer="consultation",
        round=ROUND,
        stream=io.BytesIO(text.encode("cp1252")),
        filename="l.csv",
        complete=True,
    )
    assert Identity.objects.get().person["given"] == "Élia"


def test_a_trial_reports_alike_and_changes_nothing(enrol: Enrol) -> None:
    trial = enrol(*lines(A, 6), f"{A};1;;;;;", dry_run=True)
    assert (trial.arrived, trial.refused, trial.refusals.count()) == (6, 1, 1)
    assert not Member.objects.exists()
    assert not Tally.objects.exists()
    assert not facts("offers.enrolled.v1")


def test_who_is_no_longer_in_a_complete_list_has_left_and_may_come_back(enrol: Enrol) -> None:
    enrol(*lines(A, 6), *lines(B, 5, first=6))
    run = enrol(*lines(A, 4))
    assert (run.unchanged, run.departed) == (4, 2)
    # The other establishment was not in the list: nobody left it.
    assert Member.objects.filter(establishment__code=B, present=True).count() == 5
    assert enrol(*lines(A, 5)).returned == 1
    assert Member.objects.filter(establishment__code=A, present=True).count() == 5


def test_an_addition_makes_nobody_leave(enrol: Enrol) -> None:
    enrol(*lines(A, 6))
    run = enrol(*lines(A, 1, first=6), complete=False)
    assert (run.arrived, run.departed) == (1, 0)


def test_a_later_list_corrects_an_address(enrol: Enrol) -> None:
    enrol(f"{A};1;MARTEL;Lou;2010-03-09;F;")
    enrol(f"{A};1;MARTEL;Lou;2010-03-09;F;lou@example.org")
    assert Identity.objects.get().person["email"] == "lou@example.org"


def test_an_arrival_after_the_roll_is_closed_is_late(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 6))
    with guard.acts():
        assert roll_close(actor=agent, offer="consultation", round=ROUND, establishments=[A]) == 1
    enrol(*lines(A, 7))
    assert Member.objects.filter(late=True).count() == 1
    (line,) = reconciliation("consultation", ROUND).lines
    assert (line.roll, line.late, line.closed) == (7, 1, True)
    assert roll_close(actor=agent, offer="consultation", round=ROUND) == 0


def test_an_establishment_without_a_roll_cannot_be_closed(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 6))
    with pytest.raises(InputError, match=f"aucune liste pour {B}"):
        roll_close(actor=agent, offer="consultation", round=ROUND, establishments=[B])


def test_a_roll_is_told_again_only_when_it_changed_by_the_threshold(enrol: Enrol) -> None:
    enrol(*lines(A, 8))
    enrol(*lines(A, 9))
    enrol(*lines(A, 12))
    enrol(*lines(A, 13))
    assert [fact.quantity for fact in facts("offers.enrolled.v1")] == [8, 13]


def test_classes_are_members_that_stand_for_their_pupils(agent: User, programme: Any) -> None:
    Establishment.objects.create(code="0450009Z", kind="ecole", name="École du Bois", commune="45234", department="45")
    head = "etablissement;classe;effectif;courriel"
    rows = ["0450009Z;CM1;24;ecole@example.org", "0450009Z;CM2;0;", "0450009Z;CP;vingt;"]
    run = roll_import(
        actor=agent, offer="nature", round=ROUND, stream=roll(*rows, head=head), filename="l.csv", complete=True
    )
    assert (run.arrived, run.refused) == (1, 2)
    assert Member.objects.get().size == 24
    assert facts("offers.enrolled.v1")[0].quantity == 24


def test_a_rotated_key_still_knows_the_same_person(enrol: Enrol, settings: Any) -> None:
    enrol(*lines(A, 3))
    fresh = "k9:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
    settings.MANDAT_CUSTODY_INDEX_KEYS = f"{fresh},{keys.DEVELOPMENT}"
    run = enrol(*lines(A, 3))
    assert (run.arrived, run.unchanged) == (0, 3)
    assert all(key.startswith("k9:") for key in Member.objects.values_list("key", flat=True))


def test_only_those_who_may_import_do(person: Callable[..., User], schools: Sequence[Establishment]) -> None:
    for role in ("inhabitant", "member", "elected", "auditor"):
        with pytest.raises(PermissionDenied):
            roll_import(
                actor=person(role),
                offer="consultation",
                round=ROUND,
                stream=roll(*lines(A, 1)),
                filename="l",
                complete=True,
            )


def test_the_header_of_the_tests_is_the_documented_one() -> None:
    assert HEAD.split(";")[:5] == ["etablissement", "classe", "nom", "prenom", "date_naissance"]
