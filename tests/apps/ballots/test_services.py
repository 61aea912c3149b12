"""One person, one voice: the roll, the box, the count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.ballots import boxing, bulk, bundle, contents, hooks, receipts
from mandat.apps.ballots.models import Ballot, Boxed, Mark, Nullifier, Poll, Result, Roll, Turnout, Voter
from mandat.apps.ballots.services import casting, closing, polls, rolls
from mandat.apps.custody.keys import SealError
from mandat.journal import guard
from mandat.kernel.errors import InputError
from mandat.kernel.moments import closing as end
from mandat.kernel.text import Text
from tests.apps.ballots import examples

pytestmark = pytest.mark.django_db

Make = Callable[..., Any]
#: Private until it is counted by the act that closes a poll: the roll, the box, what happens at desks.
QUIET = (
    "ballots_roll",
    "ballots_voter",
    "ballots_nullifier",
    "ballots_codebatch",
    "ballots_code",
    "ballots_deskact",
    "ballots_rollimport",
    "ballots_mark",
    "ballots_boxed",
    "ballots_turnout",
    "ballots_unfinished",
    "ballots_paperbatch",
    "ballots_imported",
)


def close(poll: Poll, agent: User, clock: Any) -> Result:
    clock.move_to(poll.closes_at)
    return closing.poll_close(actor=agent, poll=poll)


# -- the roll


def test_a_process_has_one_roll(roll: Roll) -> None:
    again = rolls.roll_open(process="budget-essai", title=Text("Autre", "Other"))
    assert again.pk == roll.pk


def test_the_salt_is_sealed_and_no_identity_is_kept(roll: Roll) -> None:
    rolls.enrol(roll=roll, channel="account", identity="email:ines@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT salt FROM ballots_roll")
        kept = cursor.fetchone()[0]
        cursor.execute("SELECT value FROM ballots_nullifier")
        value = cursor.fetchone()[0]
    assert kept.startswith("s1.")
    assert roll.salt not in kept
    assert "ines" not in value
    assert len(value) == 64
    other = rolls.roll_open(process="autre", title=Text("Autre", "Other"))
    assert rolls.nullifier(roll=other, identity="email:ines@example.org") != value


def test_the_same_person_by_two_channels_is_one_voter(roll: Roll) -> None:
    listed = rolls.enrol(roll=roll, channel="roll", identity="civil:dupont|marie|1980-02-29")
    with pytest.raises(rolls.AlreadyEnrolled) as met:
        rolls.enrol(
            roll=roll, channel="oidc", identity="oidc:fc|123", also=["civil:dupont|marie|1980-02-29", "account:7"]
        )
    assert (met.value.voter, met.value.channel) == (listed, "roll")
    assert rolls.found(roll=roll, known_as=["account:7"]) == listed
    assert Voter.objects.count() == 1
    assert Nullifier.objects.count() == 3


def test_two_rows_that_prove_to_be_one_person_become_one_with_its_vote(roll: Roll, poll_of: Make) -> None:
    poll = poll_of("single")
    listed = rolls.enrol(roll=roll, channel="roll", identity="civil:dupont|marie|1980-02-29")
    account = rolls.enrol(roll=roll, channel="account", identity="account:7")
    casting.cast(poll=poll, voter=account, ballot={"choice": "cour"}, channel="account")
    voter = rolls.known(roll=roll, channel="oidc", known_as=["civil:dupont|marie|1980-02-29", "account:7"])
    assert voter == account
    assert not Voter.objects.filter(pk=listed.pk).exists()
    with pytest.raises(casting.AlreadyVoted):
        casting.cast(poll=poll, voter=voter, ballot={"choice": "haie"}, channel="account")


def test_a_closed_list_takes_nobody_else(agent: User) -> None:
    roll = rolls.roll_open(process="ferme", title=Text("Fermé", "Closed"), closed_list=True)
    with pytest.raises(InputError, match="pas sur la liste"):
        rolls.enrol(roll=roll, channel="account", identity="account:1")
    assert rolls.enrol(roll=roll, channel="desk", identity="civil:a|b|1990-01-01", actor=agent, reason="oubli").pk


def test_a_desk_acts_with_a_right_and_a_reason(roll: Roll, agent: User, person: Make) -> None:
    with pytest.raises(InputError, match="pourquoi"):
        rolls.enrol(roll=roll, channel="desk", identity="civil:a|b|1990-01-01", actor=agent)
    for actor in (None, person(), person("elected")):
        with pytest.raises(PermissionDenied):
            rolls.enrol(roll=roll, channel="desk", identity="civil:a|b|1990-01-01", actor=actor, reason="x")
    assert not Voter.objects.exists()


def test_a_plus_in_an_address_makes_no_second_voter(roll: Roll) -> None:
    from mandat.apps.ballots import identities

    assert (
        identities.email("Ines+budget@Example.org") == identities.email("ines@example.org") == "email:ines@example.org"
    )
    assert identities.civil(family="D'Aubigné", given="Marie-Ève, Anne", born=dt.date(1980, 2, 29)) == identities.civil(
        family="d aubigne", given="MARIE", born=dt.date(1980, 2, 29)
    )


# -- casting


@pytest.mark.parametrize("type", examples.TYPES)
def test_a_vote_marks_the_roll_and_fills_the_box_with_three_writes(type: str, poll_of: Make, enrolled: Make) -> None:
    poll, voter = poll_of(type), enrolled("a", area="departement:45")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        receipt = casting.cast(poll=poll, voter=voter, ballot=examples.GOOD[type], channel="account")
    written = [q["sql"].split()[0] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == ["INSERT"] * 3
    plain = [q for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(plain) <= 5, [q["sql"][:80] for q in plain]
    boxed = Boxed.objects.get()
    assert receipts.number_of(receipt) == boxed.pk
    text = boxing.opened(reference=poll.reference, key=poll.key, number=boxed.pk, data=boxed.sealed)
    assert text == contents.canonical(examples.CANONICAL[type])
    assert Mark.objects.get().voter == voter
    assert closing.voters_so_far(poll) == 1


def test_the_box_is_sealed_and_knows_neither_voter_nor_time(poll_of: Make, vote: Make) -> None:
    poll = poll_of("single")
    vote(poll, {"choice": "haie"})
    vote(poll, {"choice": "cour"})
    one, two = Boxed.objects.order_by("pk")
    assert {f.name for f in Boxed._meta.get_fields()} == {"id", "poll", "sealed"}
    assert b"haie" not in bytes(one.sealed) + bytes(two.sealed)
    assert len(one.sealed) == len(two.sealed)
    with pytest.raises(SealError):
        boxing.opened(reference=poll.reference, key=poll.key, number=one.pk, data=two.sealed)
    with pytest.raises(SealError):
        boxing.opened(reference="autre", key=poll.key, number=one.pk, data=one.sealed)


def test_nothing_in_the_tables_counts_up_with_time(poll_of: Make, vote: Make) -> None:
    poll = poll_of("single")
    given = [receipts.number_of(vote(poll, {"choice": "haie"})) for _ in range(30)]
    assert given != sorted(given)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for table in ("ballots_boxed", "ballots_mark", "ballots_voter", "ballots_nullifier", "ballots_ballot"):
                cursor.execute(f"SELECT count(*) FROM {table} WHERE rowid <> id")
                assert cursor.fetchone()[0] == 0, table
            cursor.execute("SELECT rowid FROM ballots_boxed ORDER BY rowid")
            assert [row[0] for row in cursor] == sorted(given)
            cursor.execute("SELECT name FROM sqlite_sequence")
            assert not {row[0] for row in cursor} & {
                "ballots_boxed",
                "ballots_mark",
                "ballots_voter",
                "ballots_nullifier",
            }


def test_a_second_vote_is_refused_and_changes_nothing(poll_of: Make, enrolled: Make) -> None:
    poll, voter = poll_of("single"), enrolled("a")
    casting.cast(poll=poll, voter=voter, ballot={"choice": "haie"}, channel="account")
    for channel in ("account", "code", "desk"):
        with pytest.raises(casting.AlreadyVoted) as refused:
            casting.cast(poll=poll, voter=voter, ballot={"choice": "cour"}, channel=channel)
        assert refused.value.mark is not None
        assert refused.value.mark.channel == "account"
    assert Boxed.objects.count() == Mark.objects.count() == closing.voters_so_far(poll) == 1


def test_the_database_itself_refuses_a_second_mark(poll_of: Make, vote: Make) -> None:
    poll = poll_of("single")
    vote(poll, {"choice": "haie"})
    mark = Mark.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Mark.objects.create(poll=poll, voter=mark.voter, channel="desk", on=mark.on)


def test_a_ballot_that_cannot_be_written_leaves_no_mark(poll_of: Make, enrolled: Make, monkeypatch: Any) -> None:
    poll, voter = poll_of("single"), enrolled("a")

    def fails(*_: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(casting, "turnout_add", fails)
    with pytest.raises(RuntimeError):
        casting.cast(poll=poll, voter=voter, ballot={"choice": "haie"}, channel="account")
    assert not Mark.objects.exists()
    assert not Boxed.objects.exists()


def test_votes_are_taken_from_the_first_second_to_the_last_and_not_one_more(
    poll_of: Make, vote: Make, clock: Any
) -> None:
    poll = poll_of("single")
    clock.move_to(poll.opens_at - dt.timedelta(microseconds=1))
    with pytest.raises(casting.NotVotingError, match="pas encore ouvert"):
        vote(poll, {"choice": "haie"})
    clock.move_to(poll.opens_at)
    vote(poll, {"choice": "haie"})
    clock.move_to(poll.closes_at - dt.timedelta(microseconds=1))
    vote(poll, {"choice": "haie"})
    clock.move_to(poll.closes_at)
    with pytest.raises(casting.NotVotingError, match="clos : votre bulletin n'a pas été pris"):
        vote(poll, {"choice": "haie"})
    assert Boxed.objects.count() == Mark.objects.count() == 2


def test_a_vote_that_closes_when_the_clocks_change_closes_at_one_instant(poll_of: Make, vote: Make, clock: Any) -> None:
    """In the night of 28 March 2027 Paris goes from 2:00 to 3:00; of 31 October from 3:00 back to 2:00."""
    three = dt.datetime(2027, 3, 28, 3, 0)  # noqa: DTZ001 - as a definition writes it
    spring = poll_of("single", closes_at=end(three))
    assert spring.closes_at == dt.datetime(2027, 3, 28, 1, 0, tzinfo=dt.UTC)
    clock.move_to(dt.datetime(2027, 3, 28, 0, 59, 59, tzinfo=dt.UTC))
    vote(spring, {"choice": "haie"})
    clock.move_to(dt.datetime(2027, 3, 28, 1, 0, tzinfo=dt.UTC))
    with pytest.raises(casting.NotVotingError):
        vote(spring, {"choice": "haie"})
    with pytest.raises(ValueError, match="clocks change"):
        end(dt.datetime(2027, 10, 31, 2, 30))  # noqa: DTZ001
    autumn = poll_of("single", code="automne", closes_at=dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC))
    clock.move_to(dt.datetime(2027, 10, 31, 0, 45, tzinfo=dt.UTC))  # 2:45 on the clocks, for the first time
    vote(autumn, {"choice": "haie"})
    clock.move_to(dt.datetime(2027, 10, 31, 1, 45, tzinfo=dt.UTC))  # 2:45 again: over
    with pytest.raises(casting.NotVotingError):
        vote(autumn, {"choice": "haie"})


def test_a_channel_that_the_rules_do_not_open_is_refused(poll_of: Make, vote: Make) -> None:
    poll = poll_of("single", channels=("code",))
    with pytest.raises(casting.NotVotingError, match="par ce moyen"):
        vote(poll, {"choice": "haie"}, "account")
    assert vote(poll, {"choice": "haie"}, "code")


def test_a_voter_of_another_roll_is_refused(poll_of: Make) -> None:
    other = rolls.roll_open(process="autre", title=Text("Autre", "Other"))
    voter = rolls.enrol(roll=other, channel="account", identity="account:1")
    with pytest.raises(InputError, match="pas sur la liste"):
        casting.cast(poll=poll_of("single"), voter=voter, ballot={"choice": "haie"}, channel="account")


# -- polls


def test_opening_a_poll_tells_its_rules_and_nothing_changes_them(poll_of: Make, agent: User) -> None:
    with guard.acts(exempt=QUIET):
        poll = poll_of("knapsack")
    [entry] = [one for one in journal.iterate() if one.fact.kind == "ballots.opened.v1"]
    assert entry.fact.data["digest"] == poll.digest == bundle.digest_of(poll.definition)
    assert poll_of("knapsack").pk == poll.pk
    with pytest.raises(InputError, match="déjà ce code"):
        poll_of("knapsack", blank=False)


def test_a_poll_is_given_up_only_before_anyone_voted(poll_of: Make, vote: Make, agent: User) -> None:
    poll, other = poll_of("single"), poll_of("approval")
    vote(poll, {"choice": "haie"})
    with pytest.raises(InputError, match="on a déjà voté"):
        polls.poll_cancel(actor=agent, poll=poll, why="erreur")
    with guard.acts(exempt=QUIET):
        polls.poll_cancel(actor=agent, poll=other, why="Une option manquait.")
    assert other.state == Poll.State.CANCELLED
    with pytest.raises(casting.NotVotingError):
        vote(other, {"approved": ["cour"]})


@pytest.mark.parametrize("role", ["inhabitant", "member", "elected", "auditor"])
def test_others_neither_open_nor_close_nor_cancel(
    role: str, poll_of: Make, person: Make, clock: Any, roll: Roll
) -> None:
    poll, actor = poll_of("single"), person(role)
    clock.move_to(poll.closes_at)
    with pytest.raises(PermissionDenied):
        closing.poll_close(actor=actor, poll=poll)
    with pytest.raises(PermissionDenied):
        polls.poll_cancel(actor=actor, poll=poll, why="x")
    with pytest.raises(PermissionDenied):
        polls.poll_open(
            actor=actor, roll=roll, code="x", title=Text("X", "X"), question=None, rules=examples.rules("single"),
            options=examples.options("single"), opens_at=poll.opens_at, closes_at=poll.closes_at,
        )  # fmt: skip


# -- closing


@pytest.mark.parametrize("type", examples.TYPES)
def test_a_poll_of_each_type_is_counted_published_and_recounted(
    type: str, poll_of: Make, vote: Make, agent: User, clock: Any
) -> None:
    poll = poll_of(type)
    given = [vote(poll, examples.GOOD[type]) for _ in range(3)] + [vote(poll, {"blank": True})]
    with guard.acts(exempt=QUIET):
        result = close(poll, agent, clock)
    assert (result.ballots, result.marks, result.outcome["blank"]) == (4, 4, 1)
    assert result.winners
    listed = [(receipts.receipt(b.pk), b.content) for b in Ballot.objects.filter(poll=poll).order_by("pk")]
    assert sorted(given) == [receipt for receipt, _ in listed]
    assert result.root == bundle.root_over([bundle.leaf(*one) for one in listed]).hex()
    assert not Boxed.objects.exists()
    assert poll.key == ""
    kinds = [entry.fact.kind for entry in journal.iterate()]
    assert kinds == ["ballots.opened.v1", "ballots.closed.v1", "ballots.counted.v1"]
    assert [e.fact.data["root"] for e in journal.iterate() if e.fact.kind == "ballots.counted.v1"] == [result.root]
    assert closing.poll_close(actor=agent, poll=poll).pk == result.pk


def test_nothing_is_counted_before_the_last_second(poll_of: Make, vote: Make, agent: User, clock: Any) -> None:
    poll = poll_of("single")
    vote(poll, {"choice": "haie"})
    clock.move_to(poll.closes_at - dt.timedelta(microseconds=1))
    for actor in (agent, None):
        with pytest.raises(InputError, match="après la clôture"):
            closing.poll_close(actor=actor, poll=poll)
    assert not Ballot.objects.exists()
    assert not Result.objects.exists()


def test_a_box_that_differs_from_the_roll_blocks_the_count_until_it_is_explained(
    poll_of: Make, vote: Make, agent: User, clock: Any
) -> None:
    poll = poll_of("single")
    for _ in range(3):
        vote(poll, {"choice": "haie"})
    Boxed.objects.filter(pk=Boxed.objects.order_by("pk").values_list("pk", flat=True)[0]).delete()
    with pytest.raises(closing.NotReconciledError):
        close(poll, agent, clock)
    with pytest.raises(InputError, match="pas cette différence"):
        closing.difference_explain(actor=agent, poll=poll, batch=None, difference=1, text="?")
    with guard.acts(exempt=QUIET):
        closing.difference_explain(
            actor=agent, poll=poll, batch=None, difference=-1, text="Panne du disque, voir le procès-verbal."
        )
    result = closing.poll_close(actor=agent, poll=poll)
    assert (result.ballots, result.marks) == (2, 3)


def test_a_ballot_altered_in_the_box_stops_the_count(poll_of: Make, vote: Make, agent: User, clock: Any) -> None:
    poll = poll_of("single")
    vote(poll, {"choice": "haie"})
    boxed = Boxed.objects.get()
    Boxed.objects.update(sealed=bytes(boxed.sealed[:-1]) + bytes([boxed.sealed[-1] ^ 1]))
    with pytest.raises(SealError):
        close(poll, agent, clock)
    poll.refresh_from_db()
    assert poll.state == Poll.State.OPEN
    assert not Ballot.objects.exists()


def test_who_waits_for_a_count_hears_of_it_in_its_transaction(
    poll_of: Make, vote: Make, agent: User, clock: Any, monkeypatch: Any
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(hooks, "_COUNTED", [lambda poll, result: heard.append((poll.reference, result.winners))])
    poll = poll_of("single")
    vote(poll, {"choice": "haie"})
    close(poll, agent, clock)
    assert heard == [(poll.reference, ["haie"])]


def test_small_groups_are_not_told_in_the_turnout(poll_of: Make, vote: Make, agent: User, clock: Any) -> None:
    poll = poll_of("single")
    for area, count in (("departement:45", 12), ("departement:18", 9), ("departement:36", 2), ("departement:41", 7)):
        for _ in range(count):
            vote(poll, {"choice": "haie"}, area=area)
    turnout = close(poll, agent, clock).turnout
    assert turnout["area"]["departement:36"] is None
    assert sum(count is None for count in turnout["area"].values()) >= 2, "the hidden one follows by subtraction"
    assert turnout["channel"] == {"account": 30}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ballots=st.lists(st.sampled_from([*examples.CODES, None]), max_size=25))
def test_the_count_is_that_of_the_box(ballots: list[str | None], roll: Roll, clock: Any) -> None:
    from tests.apps.ballots.conftest import NOW

    clock.move_to(NOW)
    with transaction.atomic():
        poll = polls.poll_open(
            actor=None, roll=roll, code="p", title=Text("P", "P"), question=None, rules=examples.rules("single"), synthetic=True,
            options=examples.options("single"), opens_at=NOW, closes_at=NOW + dt.timedelta(days=1),
        )  # fmt: skip
        assert bulk.fill(
            poll, [{"choice": one} if one else {"blank": True} for one in ballots], seed=str(ballots)
        ) == len(ballots)
        marks, box = Mark.objects.filter(poll=poll).count(), Boxed.objects.filter(poll=poll).count()
        assert marks == box == len(ballots) == closing.voters_so_far(poll)
        clock.move_to(poll.closes_at)
        found = closing.poll_close(actor=None, poll=poll).outcome
        assert found["votes"] == {code: ballots.count(code) for code in examples.CODES}
        assert found["blank"] == ballots.count(None)
        transaction.set_rollback(True)


# -- forgetting


def test_the_salt_is_destroyed_after_the_appeal_and_nobody_is_found_again(
    poll_of: Make, vote: Make, agent: User, clock: Any, roll: Roll
) -> None:
    poll = poll_of("single")
    vote(poll, {"choice": "haie"})
    result = close(poll, agent, clock)
    with pytest.raises(InputError, match="pas définitif"):
        rolls.salt_destroy(roll=roll)
    clock.move_to(poll.appeal_until)
    assert rolls.salt_destroy(roll=roll)
    assert not rolls.salt_destroy(roll=roll)
    assert not (Voter.objects.exists())
    assert not (Nullifier.objects.exists())
    assert not (Mark.objects.exists())
    roll.refresh_from_db()
    with pytest.raises(rolls.RollForgottenError):
        rolls.found(roll=roll, known_as=["account:somebody-0"])
    with pytest.raises(rolls.RollForgottenError):
        rolls.enrol(roll=roll, channel="account", identity="account:2")
    assert rolls.voters_count(roll) == 1
    result.refresh_from_db()
    assert result.marks == 1
    assert Ballot.objects.count() == 1
    assert Turnout.objects.exists()


def test_a_box_is_filled_for_demonstrations_alone(poll_of: Make) -> None:
    poll = poll_of("approval")
    assert bulk.fill(poll, [({"approved": ["cour"]}, "departement:45"), {"blank": True}]) == 2
    assert Boxed.objects.count() == Mark.objects.count() == closing.voters_so_far(poll) == 2
    Poll.objects.update(synthetic=False)
    poll.refresh_from_db()
    with pytest.raises(InputError, match="démonstration"):
        bulk.fill(poll, [{"blank": True}], seed="x")
