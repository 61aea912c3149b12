"""Reading and writing Pabulib: whole, by line, and never misled by a bad ballot."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat.engines import counting
from mandat.engines.counting.rows import RowSplitter, join_row, split_row
from mandat.kernel.errors import InputError

HEAD = "META\nkey;value\ndescription;Test\nbudget;100\nnum_votes;{n}\nvote_type;{kind}\n{meta}"
PROJECTS = "PROJECTS\nproject_id;cost;name\n1;40;One\n2;30.5;Two\n3;20;Three\n"


def read(votes: str, *, kind: str = "approval", meta: str = "", n: int = 3, header: str = "", **how: Any) -> Any:
    header = header or ("voter_id;vote;points" if kind in ("cumulative", "scoring") else "voter_id;vote")
    text = HEAD.format(n=n, kind=kind, meta=meta) + PROJECTS + f"VOTES\n{header}\n{votes}"
    return counting.read_pabulib(text.splitlines(keepends=True), file="t.pb", **how)


def reasons(election: counting.Election) -> list[tuple[int, str, bool]]:
    return [(r.line, r.code, r.counted) for r in election.refused]


#: The line of the first ballot in these tests.
FIRST = 14


def test_equal_ballots_are_packed_and_counted() -> None:
    election = read("a;1,2\nb;2,1\nc;3\n")
    assert election.votes == [2, 2, 1]
    assert election.ballots.weights.tolist() == [2, 1]
    assert election.budget == Decimal(100)
    assert election.costs == [400, 305, 200]


def test_bom_crlf_quotes_blank_lines_and_trailing_semicolons_change_nothing() -> None:
    plain = read("a;1,2\nb;\nc;3\n")
    text = "\ufeff" + HEAD.format(n=3, kind="approval", meta='comment;"one; ""two"""\n') + PROJECTS
    text += 'VOTES\nvoter_id;vote\na;"1,2"\n\nb;;\n"c";3\n'
    odd = counting.read_pabulib(text.replace("\n", "\r\n").splitlines(keepends=True))
    assert odd.votes == plain.votes
    assert odd.ballots.total == 3
    assert odd.meta["comment"] == 'one; "two"'
    assert odd.refused == ()


def test_a_quoted_field_may_hold_line_ends_and_a_stray_quote_is_itself() -> None:
    text = HEAD.format(n=2, kind="approval", meta="") + 'PROJECTS\nproject_id;cost;name\n1;40;"A\nB"\n2;5;12" pipe\n'
    election = counting.read_pabulib((text + "VOTES\nvoter_id;vote\na;1\nb;2,9\n").splitlines(keepends=True))
    assert [p.name for p in election.projects] == ["A\nB", '12" pipe']
    assert reasons(election) == [(15, "unknown-project", False)]


@pytest.mark.parametrize(
    ("kind", "meta", "votes", "expected"),
    [
        ("approval", "", "a;1\nb;1,9\nc;2\n", [(FIRST + 1, "unknown-project", False)]),
        ("approval", "", "a;1\na;2\nc;2\n", [(FIRST + 1, "repeated-voter", False)]),
        ("approval", "", "a;1\nb;1,1\nc;2\n", [(FIRST + 1, "repeated-project", True)]),
        ("ordinal", "", "a;1\nb;1,1\nc;2\n", [(FIRST + 1, "repeated-project", False)]),
        ("choose-1", "", "a;1\nb;1,2\nc;2\n", [(FIRST + 1, "too-long", False)]),
        ("approval", "max_length;2\n", "a;1\nb;1,2,3\nc;2\n", [(FIRST + 2, "too-long", False)]),
        ("approval", "min_length;1\n", "a;1\nb;\nc;2\n", [(FIRST + 2, "too-short", False)]),
        ("approval", "max_sum_cost;60\n", "a;1\nb;1,2\nc;2\n", [(FIRST + 2, "sum-cost-too-high", False)]),
        ("approval", "", "a;1\nb\nc;2\n", [(FIRST + 1, "fields", False)]),
        ("approval", "", "a;1\nb;1;x\nc;2\n", [(FIRST + 1, "fields", False)]),
        ("cumulative", "max_sum_points;5\n", "a;1;5\nb;1,2;3,3\n", [(FIRST + 2, "sum-points-too-high", False)]),
        ("cumulative", "min_sum_points;5\n", "a;1;5\nb;1,2;1,3\n", [(FIRST + 2, "sum-points-too-low", False)]),
        ("cumulative", "max_points;3\n", "a;1;3\nb;1,2;1,4\n", [(FIRST + 2, "points-too-high", False)]),
        ("cumulative", "min_points;1\n", "a;1;3\nb;1,2;1,0\n", [(FIRST + 2, "points-too-low", False)]),
        ("cumulative", "", "a;1;3\nb;1,2;1\n", [(FIRST + 1, "points", False)]),
        ("cumulative", "", "a;1;3\nb;1,2;1,x\n", [(FIRST + 1, "points", False)]),
        ("cumulative", "", "a;1;3\nb;1,2;1,-1\n", [(FIRST + 1, "points", False)]),
        ("scoring", "", "a;1;3\nb;1,2;;\n", [(FIRST + 1, "points", False)]),
    ],
)
def test_each_refused_ballot_has_its_line_and_reason(
    kind: str, meta: str, votes: str, expected: list[tuple[int, str, bool]]
) -> None:
    election = read(votes, kind=kind, meta=meta)
    assert reasons(election) == expected
    refused = sum(not counted for _, _, counted in expected)
    assert election.ballots.total == votes.count("\n") - refused
    assert all(r.reason.fr and r.reason.en for r in election.refused)


def test_what_is_beyond_limits_is_counted_when_the_file_shows_it_was() -> None:
    text = HEAD.format(n=2, kind="approval", meta="max_length;1\n")
    text += "PROJECTS\nproject_id;cost;votes\n1;40;2\n2;30;1\nVOTES\nvoter_id;vote\na;1,2\nb;1\n"
    lines = text.splitlines(keepends=True)
    assert reasons(counting.read_pabulib(lines)) == [(14, "too-long", True)]
    assert counting.read_pabulib(lines).ballots.total == 2
    assert reasons(counting.read_pabulib(lines, policy="enforce")) == [(14, "too-long", False)]
    contradicted = [line.replace("1;40;2", "1;40;1") for line in lines]
    assert counting.read_pabulib(contradicted).ballots.total == 1
    assert counting.read_pabulib(contradicted, policy="report").ballots.total == 2


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("budget;100", "budget;beaucoup", 4),
        ("budget;100\n", "", 0),
        ("vote_type;approval", "vote_type;runoff", 6),
        ("1;40;One", "1;;One", 9),
        ("2;30.5;Two", "1;30.5;Two", 10),
        ("project_id;cost;name", "project_id;name;x", 8),
        ("voter_id;vote\n", "voter_id;choice\n", 13),
        ("META\nkey;value\n", "a,b,c\n1,2,3\n", 1),
        ("num_votes;3", "max_length;lots", 5),
    ],
)
def test_an_unusable_file_is_refused_with_its_line(old: str, new: str, line: int) -> None:
    text = HEAD.format(n=3, kind="approval", meta="") + PROJECTS + "VOTES\nvoter_id;vote\na;1\n"
    assert old in text
    with pytest.raises(InputError) as caught:
        counting.read_pabulib(text.replace(old, new).splitlines(keepends=True), file="t.pb")
    assert caught.value.line == line
    assert caught.value.file == "t.pb"


@pytest.mark.parametrize("cut", ["PROJECTS", "VOTES"])
def test_a_missing_section_is_named(cut: str) -> None:
    text = HEAD.format(n=3, kind="approval", meta="") + PROJECTS + "VOTES\nvoter_id;vote\na;1\n"
    with pytest.raises(InputError, match=cut):
        counting.read_pabulib(text[: text.index(cut)].splitlines(keepends=True))


def test_every_shared_file_is_written_back_whole(shared_data: Path) -> None:
    for path in sorted((shared_data / "pabulib").glob("*.pb"))[::4]:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            election = counting.read_pabulib(stream, keep_voters=True)
        again = counting.read_pabulib(list(counting.write_pabulib(election)), keep_voters=True)
        assert again.meta.keys() == election.meta.keys()
        assert [p.fields for p in again.projects] == [p.fields for p in election.projects], path.name
        assert again.votes == election.votes
        assert again.budget == election.budget
        assert election.voters is not None
        assert again.voters is not None
        assert again.voters == election.voters
        for name in ("indptr", "indices", "weights", "row_of"):
            assert (getattr(again.ballots, name) == getattr(election.ballots, name)).all(), (path.name, name)
        if election.ballots.points is not None:
            assert (again.ballots.points == election.ballots.points).all()


@given(
    fields=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8), min_size=1
    )
)
@settings(max_examples=200, deadline=None)
def test_a_joined_row_splits_into_the_same_fields(fields: list[str]) -> None:
    found = split_row(join_row(fields))
    assert found == fields


@given(st.text(st.sampled_from('a1;,"\n\r \ufeffMETA\nVOTES\nPROJECTS'), max_size=300))
@settings(max_examples=300, deadline=None)
def test_noise_is_an_error_with_a_sentence_never_a_crash(noise: str) -> None:
    with pytest.raises(InputError) as caught:
        counting.read_pabulib(noise.splitlines(keepends=True))
    assert str(caught.value)


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_is_read_or_refused_never_miscounted(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["approval", "ordinal", "cumulative", "choose-1", "scoring"]))
    scored = kind in ("cumulative", "scoring")
    rows = [f"v{k};{k % 3 + 1}{';2' if scored else ''}\n" for k in range(6)]
    header = "voter_id;vote;points\n" if scored else "voter_id;vote\n"
    text = HEAD.format(n=6, kind=kind, meta="") + PROJECTS + "VOTES\n" + header + "".join(rows)
    at = data.draw(st.integers(0, len(text)))
    damage = data.draw(st.text(st.sampled_from('";,\n\r19x\ufeff'), max_size=4))
    keep = data.draw(st.integers(0, 3))
    election = None
    with suppress(InputError):
        election = counting.read_pabulib((text[:at] + damage + text[at + keep :]).splitlines(keepends=True))
    if election is None:
        return
    refused = sum(not r.counted for r in election.refused)
    assert election.ballots.total + refused <= 7 + damage.count("\n") + damage.count("\r")
    assert sum(election.votes) == int((election.ballots.weights * election.ballots.lengths).sum())
    assert counting.count(election, rule="greedy").total_cost <= election.budget


@given(st.lists(st.text(st.sampled_from('ab";\n'), max_size=6), max_size=8))
@settings(max_examples=200, deadline=None)
def test_rows_never_lose_a_line(parts: list[str]) -> None:
    lines = "\n".join(parts).splitlines(keepends=True)
    seen = 0
    for number, row in (splitter := RowSplitter(enumerate(lines, 1))):
        assert number > seen
        assert splitter.at >= number
        assert row
        seen = splitter.at
    assert all(not line.strip() for line in lines[seen:])
