"""The winners recorded with the field's reference tool, on every election beside the repository."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mandat.engines import counting

RULES: dict[str, dict[str, Any]] = {
    "mes_cost": {"rule": "equal-shares", "utility": "cost"},
    "mes_card": {"rule": "equal-shares", "utility": "cardinality"},
    "mes_add1_cost": {"rule": "equal-shares", "utility": "cost", "completion": "add1"},
    "mes_add1_card": {"rule": "equal-shares", "utility": "cardinality", "completion": "add1"},
    "mes_add1u_cost": {"rule": "equal-shares", "utility": "cost", "completion": "add1u"},
    "mes_add1u_card": {"rule": "equal-shares", "utility": "cardinality", "completion": "add1u"},
    "greedy_cost": {"rule": "greedy", "utility": "cost"},
    "greedy_card": {"rule": "greedy", "utility": "cardinality"},
    "phragmen": {"rule": "phragmen"},
    "phragmen_cost": {"rule": "phragmen"},
    "maxwelfare_cost": {"rule": "welfare", "utility": "cost"},
    "maxwelfare_card": {"rule": "welfare", "utility": "cardinality"},
}

#: Recorded lists whose order is not one of election, and why.
UNORDERED = {
    "phragmen_cost": "the reference tool sorts the ids of this rule's outcome as strings",
    "maxwelfare_cost": "an optimal set has no order of election; the reference tool lists its own",
    "maxwelfare_card": "an optimal set has no order of election; the reference tool lists its own",
}

#: (file, rule) → why our winners differ. Empty: every difference would have to be explained here.
DIFFERENCES: dict[tuple[str, str], str] = {}


@cache
def election_of(path: Path) -> counting.Election:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return counting.read_pabulib(stream, file=path.name)


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> Iterator[dict[str, Any]]:
    yield json.loads((shared_data / "pabulib" / "reference-winners.json").read_text("utf-8"))
    election_of.cache_clear()


def test_every_recorded_set_of_winners_is_found_again(shared_data: Path, reference: dict[str, Any]) -> None:
    differences = {}
    compared = 0
    for record in reference["small"]:
        election = election_of(shared_data / "pabulib" / record["file"])
        assert (election.ballots.total, len(election)) == (record["n"], record["m"])
        for key in record.keys() - {"file", "n", "m"}:
            found = counting.count(election, **RULES[key]).winner_ids
            compared += 1
            if set(found) != set(record[key]):
                differences[record["file"], key] = (found, record[key])
    assert compared == 290
    assert differences.keys() == {key for key in DIFFERENCES if key[0] in {r["file"] for r in reference["small"]}}


def test_large_elections_elect_the_recorded_winners_in_their_order(
    shared_data: Path, reference: dict[str, Any]
) -> None:
    for file, rules in reference["large"].items():
        election = election_of(shared_data / "pabulib" / file)
        for key, record in rules.items():
            found = counting.count(election, **RULES[key]).winner_ids
            expected = record["winners_in_order"]
            if key in UNORDERED:
                found, expected = sorted(found), sorted(expected)
            assert (found == expected) != ((file, key) in DIFFERENCES), (file, key)


def test_the_votes_counted_are_those_each_file_declares(shared_data: Path) -> None:
    files = sorted((shared_data / "pabulib").glob("*.pb"))
    assert len(files) == 133
    for path in files:
        election = election_of(path)
        assert all(p.votes in (None, v) for p, v in zip(election.projects, election.votes, strict=True)), path.name
        assert election.ballots.total == int(election.meta["num_votes"]), path.name
