"""From the lottery to the people: rounding, seating, tickets, the public number, and replay."""

from __future__ import annotations

import copy
import io
import json
import runpy
import subprocess
import sys
from collections import Counter
from importlib.resources import files
from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.engines.sortition import Problem, optimal_lottery
from mandat.engines.sortition.chance import SeededDraw, panel_of_number
from mandat.engines.sortition.public import document_hash, pool_hash, publish, select, verify
from mandat.engines.sortition.rounding import round_lottery
from mandat.kernel.errors import InputError

from .makers import draws

quick = settings(max_examples=20, deadline=None)


@quick
@given(draws(households=True), st.text(max_size=8))
def test_every_numbered_panel_meets_quotas_seats_and_households(problem: Problem, seed: str) -> None:
    draw = publish(round_lottery(optimal_lottery(problem), panels=60), seed=seed)
    people = {person.id: person for person in problem.pool.people}
    verify(draw.document, problem.pool, problem.quotas, draw.tickets)
    for number in range(60):
        _, (chosen,) = select(draw, str(number))
        assert len(set(chosen)) == problem.seats
        homes = Counter(people[name].household for name in chosen if people[name].household)
        assert not homes or max(homes.values()) <= 1
        for quota in problem.quotas.items:
            place = problem.pool.categories.index(quota.category)
            held = sum(people[name].features[place] == quota.value for name in chosen)
            assert quota.low <= held <= quota.high


@quick
@given(draws())
def test_people_of_a_type_differ_by_one_numbered_panel_at_most(problem: Problem) -> None:
    draw = publish(round_lottery(optimal_lottery(problem), panels=100), seed="s")
    times = Counter(ticket for panel in draw.document["panels"] for part in panel for ticket in part)
    for number, group in enumerate(problem.classes, start=1):
        counts = [times[f"{number}.{rank}"] for rank in range(1, len(group.members) + 1)]
        assert max(counts) - min(counts) <= 1


@quick
@given(draws())
def test_rounding_keeps_the_sum_and_moves_probabilities_little(problem: Problem) -> None:
    lottery = optimal_lottery(problem)
    uniform = round_lottery(lottery, panels=1000)
    assert uniform.copies.sum() == 1000
    assert fsum((uniform.probabilities * problem.caps).tolist()) == pytest.approx(problem.seats, abs=1e-9)
    assert uniform.error <= len(problem.caps) / 1000


def test_over_many_seeds_two_people_of_a_type_are_drawn_as_often(shared_problem: Problem) -> None:
    uniform = round_lottery(optimal_lottery(shared_problem), panels=10)
    times: Counter[str] = Counter()
    for seed in range(300):
        _, (chosen,) = select(publish(uniform, seed=str(seed)), "3")
        times.update(chosen)
    # Three people share one seat: 100 expected each, standard deviation 8.
    assert all(abs(times[name] - 100) < 40 for name in ("p000", "p001", "p002"))


@pytest.fixture
def shared_problem() -> Problem:
    from mandat.engines.sortition import Quota, Quotas, build_problem

    from .makers import pool_of

    quotas = Quotas((Quota("c0", "a", 1, 1), Quota("c0", "b", 2, 2)))
    return build_problem(pool_of([("a",)] * 3 + [("b",)] * 4), quotas, seats=3)


def test_the_public_number_designates_the_panel_as_documented() -> None:
    assert panel_of_number("007", 1000) == 7
    assert panel_of_number(" 999 ", 1000) == 999
    # SHA-256 of any other text, modulo the number of panels.
    assert (
        panel_of_number("abc", 1000)
        == int("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 16) % 1000
    )
    assert panel_of_number("1000", 1000) != 1000


def test_the_seeded_generator_is_the_documented_one() -> None:
    import hashlib

    draw = SeededDraw("graine", "panels")
    expected = [int.from_bytes(hashlib.sha256(f"graine:panels:{i}".encode()).digest(), "big") % 6 for i in range(5)]
    assert [draw.below(6) for _ in range(5)] == expected
    assert sorted(SeededDraw("a", "b").shuffled(range(50))) == list(range(50))


def test_the_published_file_holds_no_identifier(shared_problem: Problem) -> None:
    text = json.dumps(publish(round_lottery(optimal_lottery(shared_problem), panels=20), seed="s").document)
    assert not any(person.id in text for person in shared_problem.pool.people)


def test_a_stranger_replays_the_published_file_with_the_script_alone(shared_problem: Problem, tmp_path) -> None:  # type: ignore[no-untyped-def]
    draw = publish(round_lottery(optimal_lottery(shared_problem), panels=1000), seed="s")
    which, (chosen,) = select(draw, "round 5: 8f3a")
    script = tmp_path / "replay.py"
    script.write_text(files("mandat.engines.sortition").joinpath("replay.py").read_text("utf-8"))
    done = subprocess.run(
        [sys.executable, "-I", str(script), "round 5: 8f3a"],
        input=json.dumps(draw.document), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert draw.hash in done.stdout
    assert f"panel {which} of" in done.stdout
    tickets = done.stdout.splitlines()[-1].split()
    assert sorted(tickets) == sorted(draw.tickets[name] for name in chosen)


def test_a_tampered_file_is_caught_by_replay_and_by_verification(shared_problem: Problem) -> None:
    draw = publish(round_lottery(optimal_lottery(shared_problem), panels=20), seed="s")
    replay = runpy.run_path(str(files("mandat.engines.sortition").joinpath("replay.py")))
    assert replay["faults"](draw.document) == []
    assert replay["file_hash"](draw.document) == draw.hash == document_hash(draw.document)
    swapped = copy.deepcopy(draw.document)
    panel = swapped["panels"][0][0]
    gone = panel[0].partition(".")[0]
    panel[0] = next(t for t in draw.tickets.values() if t not in panel and t.partition(".")[0] != gone)
    assert replay["faults"](swapped)
    stated = copy.deepcopy(draw.document)
    stated["types"][0]["in_this_lottery"] += 0.01
    assert replay["faults"](stated)
    for wrong in (swapped, stated, {**draw.document, "pool_hash": "0"}, {**draw.document, "tickets_hash": "0"}):
        with pytest.raises(InputError):
            verify(wrong, shared_problem.pool, shared_problem.quotas, draw.tickets)


def test_the_pool_hash_ignores_the_order_of_lines_and_nothing_else(shared_problem: Problem) -> None:
    from dataclasses import replace

    pool = shared_problem.pool
    assert pool_hash(replace(pool, people=pool.people[::-1])) == pool_hash(pool)
    other = replace(pool.people[0], features=("b",))
    assert pool_hash(replace(pool, people=(other, *pool.people[1:]))) != pool_hash(pool)


def test_replay_reads_from_standard_input_and_refuses_without_a_number(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = runpy.run_path(str(files("mandat.engines.sortition").joinpath("replay.py")))
    monkeypatch.setattr(sys, "stdin", io.StringIO("{}"))
    assert replay["main"]([]) == 2
    assert "NUMBER" in capsys.readouterr().err


def test_rounding_never_leaves_out_who_was_certain() -> None:
    from mandat.engines.sortition import Quota, Quotas, build_problem

    from .makers import pool_of

    quotas = Quotas((Quota("c0", "a", 1, 1), Quota("c0", "b", 1, 1)))
    uniform = round_lottery(
        optimal_lottery(build_problem(pool_of([("a",), ("b",), ("b",)]), quotas, seats=2)), panels=7
    )
    assert np.isclose(uniform.probabilities, [1.0, 0.5]).tolist() == [True, True]
