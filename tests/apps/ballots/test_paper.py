"""Rolls received, codes printed, desks, urns: nobody left out, nobody twice, every paper accounted for; and Belenios."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from mandat.apps.accounts.models import User
from mandat.apps.ballots import belenios, entering, identities
from mandat.apps.ballots.models import Boxed, DeskAct, Mark, Nullifier, PaperBatch, Poll, Roll, RollImport, Voter
from mandat.apps.ballots.services import casting, closing, codes, elsewhere, importing, paper, rolls
from mandat.kernel.errors import InputError
from tests.apps.ballots import examples

pytestmark = pytest.mark.django_db

Make = Callable[..., Any]
LIST = """\
nom;prenom;date_naissance;courriel;commune
DUPONT;Marie Anne;29/02/1980;marie@example.org;45234
D'Aubigné;Jean-Éric;1975-06-01;;18033
=HYPERLINK("x");<script>alert(1)</script>;1990-01-01;;
DUPONT;Marie;1980-02-29;;
;Paul;1990-01-01;;
MARTIN;Paul;1990-02-30;;
MARTIN;Paul;01/01/1990;pas une adresse;
MARTIN;Paul;01/01/1990;paul@example.org;4523
PETIT;Zoé;2015-01-01;;
MARTIN;Paul;01/01/1990;paul@example.org;45234
"""


def received(roll: Roll, agent: User, text: str = LIST, **more: Any) -> importing.Report:
    return importing.roll_import(
        actor=agent, roll=roll, stream=io.BytesIO(text.encode()), filename="C:\\liste.csv", **more
    )


def test_a_list_is_read_line_by_line_and_a_bad_one_loses_no_other(roll: Roll, agent: User) -> None:
    Roll.objects.filter(pk=roll.pk).update(least_age=16)
    roll.refresh_from_db()
    report = received(roll, agent)
    assert (report.lines, report.new, report.known, report.refused_count) == (10, 4, 0, 6)
    assert [line for line, _why in report.refused] == [5, 6, 7, 8, 9, 10]
    said = {line: why.fr for line, why in report.refused}
    assert "plus haut" in said[5]
    assert "absent" in said[6]
    assert "date de naissance" in said[7]
    assert "courriel" in said[8]
    assert "commune" in said[9]
    assert "moins de 16 ans" in said[10]
    assert Voter.objects.filter(listed=True).count() == 4
    assert Voter.objects.get(area="commune:18033").age_band == "40-59"
    assert RollImport.objects.get().filename == "liste.csv"
    again = received(roll, agent)
    assert (again.new, again.known) == (0, 4)
    assert Voter.objects.count() == 4


def test_a_trial_reports_the_same_and_changes_nothing(roll: Roll, agent: User) -> None:
    assert received(roll, agent, dry_run=True).new == 5
    assert not Voter.objects.exists()
    assert not RollImport.objects.exists()


def test_no_name_nor_address_of_a_list_is_kept_anywhere(roll: Roll, agent: User) -> None:
    from django.apps import apps
    from django.db import connection

    received(roll, agent)
    with connection.cursor() as cursor:
        for model in apps.get_app_config("ballots").get_models():
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            text = str(cursor.fetchall()).casefold()
            # The year of birth as dates are written: keys and digests are digits too.
            for word in ("dupont", "marie", "aubign", "1980-", "(1980", "/1980", "hyperlink", "<script"):
                assert word not in text, (model, word)


def test_the_person_of_a_line_is_found_by_account_desk_and_identity(roll: Roll, agent: User, person: Make) -> None:
    received(roll, agent)
    user = person()
    User.objects.filter(pk=user.pk).update(email="marie@example.org")
    user.refresh_from_db()
    line = rolls.voter_of(roll=roll, user=user)
    assert line is not None
    claims = {"family_name": "Dupont", "given_name": "Marie Anne", "birthdate": "1980-02-29"}
    assert rolls.found(roll=roll, known_as=identities.of_claims("fc", "x", claims)) == line
    unknown_day = identities.of_claims("fc", "x", claims | {"birthdate": "1980-00-00"})
    assert unknown_day == ["oidc:fc|x"]


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"PK\x03\x04", b"a;b\n1;2\n", b"nom;prenom\nx;y\n"])
def test_what_is_no_list_is_refused_whole(data: bytes, roll: Roll, agent: User) -> None:
    with pytest.raises(InputError):
        importing.roll_import(actor=agent, roll=roll, stream=io.BytesIO(data), filename="x.csv")
    assert not Voter.objects.exists()


def test_letters_go_to_those_of_the_list_and_their_code_is_theirs(roll: Roll, agent: User, poll_of: Make) -> None:
    from mandat.apps.ballots import printing

    poll = poll_of("single")
    report = received(roll, agent, keep_voters=100)
    voters = [voter for voter, _name in report.voters]
    batch, drawn = codes.codes_make(actor=agent, roll=roll, voters=voters)
    found, channel = codes.voter_by_code(roll=roll, typed=drawn[0])
    assert (found, channel) == (voters[0], "code")
    names = [name for _voter, name in report.voters]
    assert names[0] == "Marie Anne DUPONT"
    assert printing.codes_pdf(poll=poll, batch=batch, codes=drawn, names=names).startswith(b"%PDF")
    assert printing.codes_pdf(poll=poll, batch=batch, codes=drawn).startswith(b"%PDF")


def test_codes_of_a_closed_list_go_to_its_people_alone(agent: User) -> None:
    from mandat.kernel.text import Text

    roll = rolls.roll_open(process="ferme", title=Text("Fermé", "Closed"), closed_list=True)
    with pytest.raises(InputError, match="liste est fermée"):
        codes.codes_make(actor=agent, roll=roll, count=5)
    for count in (0, 2001):
        with pytest.raises(InputError):
            codes.codes_make(actor=agent, roll=roll, count=count)


# -- urns


@pytest.fixture
def urn(poll_of: Make, agent: User) -> PaperBatch:
    return paper.batch_open(actor=agent, poll=poll_of("approval"), place="Mairie")


def signed(urn: PaperBatch, agent: User, *names: str) -> None:
    for name in names:
        voter = rolls.enrol(
            roll=urn.poll.roll, channel="desk", identity=f"civil:{name}|x|1990-01-01", actor=agent, reason="guichet"
        )
        paper.paper_sign(actor=agent, batch=urn, voter=voter, reason="guichet")


def test_paper_marks_the_roll_at_once_and_fills_the_box_after_the_closing(
    urn: PaperBatch, agent: User, person: Make, clock: Any, vote: Make
) -> None:
    poll, other = urn.poll, person("agent")
    signed(urn, agent, "a", "b", "c", "d")
    vote(poll, {"approved": ["cour"]})
    assert (Mark.objects.count(), Boxed.objects.count()) == (5, 1)
    with pytest.raises(InputError, match="après la clôture"):
        paper.batch_count(actor=agent, batch=urn, valid=4, blank=0, spoiled=0)
    clock.move_to(poll.closes_at)
    with pytest.raises(closing.NotReconciledError):
        closing.poll_close(actor=agent, poll=poll)
    paper.batch_count(actor=agent, batch=urn, valid=2, blank=1, spoiled=1)
    papers = entering.ballots("1 ; cour, haie\n1 ; 4\n1 ; blanc\n1 ; NUL\n", type="approval", options=poll.options)
    paper.batch_enter(actor=agent, batch=urn, ballots=papers)
    with pytest.raises(PermissionDenied):
        paper.batch_check(actor=agent, batch=urn, valid=2, blank=1, spoiled=1)
    with pytest.raises(InputError, match="recomptez"):
        paper.batch_check(actor=other, batch=urn, valid=3, blank=0, spoiled=1)
    paper.batch_check(actor=other, batch=urn, valid=2, blank=1, spoiled=1)
    state = closing.reconciled(poll)
    assert (state.marks, state.box, state.gaps) == (5, 5, ())
    found = closing.poll_close(actor=agent, poll=poll).outcome
    assert (found["expressed"], found["blank"], found["spoiled"], found["voters"]) == (3, 1, 1, 5)
    assert found["votes"] == {"cour": 2, "forum": 0, "haie": 1, "velo": 1}


def test_what_is_entered_is_what_was_counted_by_hand(urn: PaperBatch, agent: User, clock: Any) -> None:
    signed(urn, agent, "a", "b")
    clock.move_to(urn.poll.closes_at)
    paper.batch_count(actor=agent, batch=urn, valid=2, blank=0, spoiled=0)
    with pytest.raises(InputError, match="comptés à la main : 2, 0, 0"):
        paper.batch_enter(actor=agent, batch=urn, ballots=[{"approved": ["cour"]}])
    with pytest.raises(InputError, match="ligne 2 : "):
        paper.batch_enter(actor=agent, batch=urn, ballots=[{"approved": ["cour"]}, {"approved": ["autre"]}])
    urn.refresh_from_db()
    assert urn.entries is None


def test_a_paper_too_many_blocks_the_count_until_it_is_explained(
    urn: PaperBatch, agent: User, person: Make, clock: Any
) -> None:
    signed(urn, agent, "a", "b")
    clock.move_to(urn.poll.closes_at)
    paper.batch_count(actor=agent, batch=urn, valid=3, blank=0, spoiled=0)
    paper.batch_enter(actor=agent, batch=urn, ballots=[{"approved": ["cour"]}] * 3)
    paper.batch_check(actor=person("agent"), batch=urn, valid=3, blank=0, spoiled=0)
    [gap] = closing.reconciled(urn.poll).gaps
    assert (gap.batch, gap.difference, gap.explained) == (urn, 1, False)
    with pytest.raises(closing.NotReconciledError):
        closing.poll_close(actor=agent, poll=urn.poll)
    closing.difference_explain(
        actor=agent, poll=urn.poll, batch=urn, difference=1, text="Deux bulletins dans une enveloppe."
    )
    result = closing.poll_close(actor=agent, poll=urn.poll)
    assert (result.ballots, result.marks) == (3, 2)


def test_who_signed_for_paper_votes_nowhere_else(urn: PaperBatch, agent: User) -> None:
    signed(urn, agent, "a")
    voter = Voter.objects.get()
    with pytest.raises(casting.AlreadyVoted):
        casting.cast(poll=urn.poll, voter=voter, ballot={"approved": ["cour"]}, channel="account")
    with pytest.raises(casting.AlreadyVoted):
        paper.paper_sign(actor=agent, batch=urn, voter=voter, reason="encore")
    urn.refresh_from_db()
    assert urn.signed == 1
    assert DeskAct.objects.filter(what="paper").count() == 1


@pytest.mark.parametrize(
    ("type", "text", "expected"),
    [
        ("single", "2 ; haie\n", [{"choice": "haie"}] * 2),
        ("yes-no", "1 ; oui\n1;non", [{"choice": "yes"}, {"choice": "no"}]),
        ("ranking", "1 ; 3 > cour", [{"ranked": ["haie", "cour"]}]),
        ("cumulative", "1 ; haie=3, 1=2", [{"points": {"haie": 3, "cour": 2}}]),
        ("majority-judgement", "1 ; haie=6", [{"grades": {"haie": 6}}]),
    ],
)
def test_papers_are_typed_by_kind(type: str, text: str, expected: Any) -> None:
    from mandat.apps.ballots.choices import YES_NO

    assert entering.ballots(text, type=type, options=examples.options(type) or YES_NO) == expected


@pytest.mark.parametrize("text", ["haie", "x ; haie", "1 ; autre", "1 ;", "-1 ; haie", "9999 ; haie"])
def test_a_badly_typed_paper_is_told_with_its_line(text: str) -> None:
    with pytest.raises(InputError, match="ligne 2 : "):
        entering.ballots(f"1 ; haie\n{text}", type="single", options=examples.options("single"))


# -- Belenios


def definition(poll: Poll) -> dict[str, Any]:
    return dict(poll.definition)


def test_a_question_is_written_as_belenios_takes_it(poll_of: Make) -> None:
    found = belenios.template(definition(poll_of("approval")))
    assert found["questions"] == [
        {"question": "Que choisir ?", "answers": ["Cour", "Forum", "Haie", "Velo"], "min": 1, "max": 3, "blank": True}
    ]
    assert belenios.template(definition(poll_of("ranking")))["questions"][0]["type"] == "NonHomomorphic"
    with pytest.raises(InputError, match="ni budget"):
        belenios.template(definition(poll_of("knapsack")))


def test_a_list_of_voters_is_one_address_a_line_and_none_twice() -> None:
    assert list(belenios.voters([("a@example.org", "v1"), ("b@example.org", "v2")])) == [
        "a@example.org,v1,1\n",
        "b@example.org,v2,1\n",
    ]
    for bad in (("a,b@example.org", "x"), ("", "x"), ("A@example.org", "x")):
        with pytest.raises(InputError, match="ligne 2 : "):
            list(belenios.voters([("a@example.org", "v1"), bad]))


@pytest.mark.parametrize(
    ("type", "result", "voters", "winners"),
    [
        ("single", [[1, 5, 2, 4, 0]], 12, ["cour"]),
        ("yes-no", [[0, 3, 9]], 12, ["no"]),
        ("approval", [[2, 9, 10, 1, 0]], 12, ["forum"]),
        ("ranking", [[[1, 2, 0, 0], [2, 1, 0, 0], [1, 0, 0, 2], [0, 0, 0, 0]]], 4, ["cour"]),
        ("majority-judgement", [[[1, 7, 7, 7], [2, 1, 7, 7], [1, 3, 3, 3]]], 3, ["cour"]),
    ],
)
def test_a_result_of_belenios_is_counted_by_our_rules_and_published(
    type: str, result: Any, voters: int, winners: list[str], poll_of: Make, agent: User, clock: Any
) -> None:
    poll = poll_of(type)
    data = json.dumps({"result": result}).encode()
    with pytest.raises(InputError, match="pas clos"):
        elsewhere.result_import(actor=agent, poll=poll, data=data, voters=voters, on_roll=20)
    clock.move_to(poll.closes_at)
    found = elsewhere.result_import(actor=agent, poll=poll, data=data, voters=voters, on_roll=20)
    assert found.winners == winners
    assert (found.marks, found.voters) == (voters, 20)
    assert poll.state == Poll.State.COUNTED


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b'{"result": []}', b'{"result": [[1, 2]]}', b'{"result": [[0, 99, 0, 0, 0]]}', b'{"result": [[0, 1, 1, 1, true]]}', b"\xff", b'{"result": [[0, 1, 1, 1, 1]]}'],
)  # fmt: skip
def test_a_result_that_is_not_of_this_vote_is_refused(data: bytes, poll_of: Make, agent: User, clock: Any) -> None:
    poll = poll_of("single")
    clock.move_to(poll.closes_at)
    with pytest.raises(InputError):
        elsewhere.result_import(actor=agent, poll=poll, data=data, voters=12, on_roll=20)
    poll.refresh_from_db()
    assert poll.state == Poll.State.OPEN


def test_a_vote_that_was_held_here_takes_no_other_result(poll_of: Make, vote: Make, agent: User, clock: Any) -> None:
    poll = poll_of("single")
    vote(poll, {"choice": "haie"})
    clock.move_to(poll.closes_at)
    with pytest.raises(InputError, match="on a voté ici"):
        elsewhere.result_import(actor=agent, poll=poll, data=b'{"result": [[0, 1, 0, 0, 0]]}', voters=1, on_roll=1)


def test_nullifiers_of_the_same_list_differ_from_one_roll_to_another(roll: Roll, agent: User) -> None:
    from mandat.kernel.text import Text

    received(roll, agent)
    other = rolls.roll_open(process="autre", title=Text("Autre", "Other"))
    received(other, agent)
    first = set(Nullifier.objects.filter(roll=roll).values_list("value", flat=True))
    assert first.isdisjoint(Nullifier.objects.filter(roll=other).values_list("value", flat=True))
