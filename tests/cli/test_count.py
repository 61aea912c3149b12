"""``mandat count`` as people call it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ELECTION = """META
key;value
description;Budget <participatif>
budget;100
num_votes;10
vote_type;approval
PROJECTS
project_id;cost;name;category
park;30;Le parc & le jardin;Vert
school;48;École;Enfance
pool;45;Piscine;Sport
VOTES
voter_id;vote
"""
BALLOTS = ["park"] * 4 + ["park,school"] * 2 + ["school"] * 3 + ["school,pool"]


@pytest.fixture
def ballots(tmp_path: Path) -> Path:
    path = tmp_path / "vote.pb"
    path.write_text(ELECTION + "".join(f"v{k};{b}\n" for k, b in enumerate(BALLOTS)), "utf-8")
    return path


def mandat(*arguments: object, language: str = "fr") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mandat.cli", "count", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={"MANDAT_LANG": language, "PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": "utf-8"},
    )


def counted(*arguments: object) -> dict[str, Any]:
    done = mandat(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_json_has_what_is_promised(ballots: Path) -> None:
    found = counted(ballots, "--rule", "equal-shares", "--compare", "greedy:cardinality")
    assert found["rule"] == "equal-shares"
    assert found["winners"] == ["park", "school"]
    assert found["total_cost"] == 78
    assert found["ties"] == [{"step": 1, "projects": ["park", "school"], "chosen": "park", "order": "id"}]
    assert list(found["projects"]) == ["park", "school", "pool"]
    pool = found["projects"]["pool"]
    assert pool["elected"] is False
    assert pool["missing_votes"] > 0
    assert pool["sentence"]["fr"].startswith("Non retenu")
    assert found["metrics"]["win_share"] == 1.0
    assert found["comparison"][0]["rule"] == "greedy"


@pytest.mark.parametrize("rule", ["equal-shares", "greedy", "phragmen", "welfare", "approval", "pav"])
def test_every_rule_gives_a_script_that_finds_the_same_winners_alone(ballots: Path, tmp_path: Path, rule: str) -> None:
    script = tmp_path / "recount.py"
    found = counted(ballots, "--rule", rule, "--completion", "add1u", "--seats", 2, "--recount-script", script)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(ballots)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == {"winners": found["winners"], "announced": found["winners"], "same": True}


def test_the_script_says_when_ballots_were_changed(ballots: Path, tmp_path: Path) -> None:
    script = tmp_path / "recount.py"
    counted(ballots, "--recount-script", script)
    ballots.write_text(ballots.read_text("utf-8").replace(";park\n", ";pool\n"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(ballots)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["same"] is False


def test_refused_ballots_are_left_out_of_the_recount_too(ballots: Path, tmp_path: Path) -> None:
    script = tmp_path / "recount.py"
    ballots.write_text(ballots.read_text("utf-8") + "x;pool,ghost\n\nv1;pool\n", "utf-8")
    found = counted(ballots, "--recount-script", script)
    assert [(r["line"], r["code"]) for r in found["refused"]] == [(24, "unknown-project"), (26, "repeated-voter")]
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(ballots)], capture_output=True, text=True, check=False
    )
    assert json.loads(done.stdout)["same"] is True


def test_the_report_opens_alone_and_escapes_names(ballots: Path, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    done = mandat(ballots, "--html", page, "--compare", "greedy", "--compare", "phragmen")
    assert done.returncode == 0, done.stderr
    html = page.read_text("utf-8")
    assert "<script" not in html
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    assert "Budget &lt;participatif&gt;" in html
    assert "Le parc &amp; le jardin" in html
    assert "<participatif>" not in html
    assert html.count("<svg") == 1
    assert 'role="img"' in html
    assert "<desc" in html
    english = mandat(ballots, "--html", page, language="en")
    assert english.returncode == 0
    assert 'lang="en"' in page.read_text("utf-8")
    assert "The money of each project" in page.read_text("utf-8")


def test_people_read_winners_and_reasons(ballots: Path) -> None:
    french, english = mandat(ballots), mandat(ballots, language="en")
    assert "Retenu 1er : 6 personnes paient 5 chacune" in french.stdout
    assert "Elected 1st: 6 people pay 5 each" in english.stdout


def test_a_vote_is_written_again_as_pabulib(ballots: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.pb"
    first = counted(ballots, "--write-pb", copy)
    assert counted(copy)["winners"] == first["winners"]
    assert "Le parc & le jardin" in copy.read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("budget;100", "budget;cent"), "vote.pb:4: budget illisible"),
        (("park;30", "park;trente"), "vote.pb:9: projet park : coût illisible"),
        (("vote_type;approval", "vote_type;autre"), "vote.pb:6: vote_type inconnu"),
    ],
)
def test_a_bad_file_is_one_line_and_nothing_is_written(
    ballots: Path, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    ballots.write_text(ballots.read_text("utf-8").replace(*change), "utf-8")
    done = mandat(ballots, "--html", tmp_path / "out.html")
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.html").exists()


def test_what_is_not_there_or_not_text_is_one_line(tmp_path: Path) -> None:
    missing = mandat(tmp_path / "none.pb")
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    odd = tmp_path / "odd.pb"
    odd.write_bytes(ELECTION.encode() + b"a;park\nb;\xff\xfe\n")
    done = mandat(odd)
    assert done.returncode == 1
    assert "odd.pb:15: le fichier n’est pas en UTF-8" in done.stderr
    assert mandat(tmp_path / "none.pb", "--policy", "x").returncode == 1


def test_csv_in_both_layouts(tmp_path: Path) -> None:
    (tmp_path / "projects.csv").write_text("project_id,cost\npark,30\nschool,48\npool,45\n", "utf-8")
    listed, matrix = tmp_path / "listed.csv", tmp_path / "matrix.csv"
    listed.write_text("voter_id,vote\n" + "".join(f'v{k},"{b}"\n' for k, b in enumerate(BALLOTS)), "utf-8")
    names = ["park", "school", "pool"]
    cells = [";".join(["x" if i in b.split(",") else "" for i in names]) for b in BALLOTS]
    matrix.write_text(
        "voter_id;" + ";".join(names) + "\n" + "".join(f"v{k};{c}\n" for k, c in enumerate(cells)), "utf-8"
    )
    for path in (listed, matrix):
        found = counted(path, "--projects", tmp_path / "projects.csv", "--budget", "100")
        assert found["winners"] == ["park", "school"], path.name
        assert [p["votes"] for p in found["projects"].values()] == [6, 6, 1]


def test_csv_of_ranks_and_of_grades(tmp_path: Path) -> None:
    ranks = tmp_path / "ranks.csv"
    ranks.write_text("A,B,C\n1,2,3\n1,2,3\n3,1,2\n2,2,1\n", "utf-8")
    found = counted(ranks, "--rule", "schulze", "--vote-type", "ordinal")
    assert found["winners"] == ["A"]
    assert [r["line"] for r in found["refused"]] == [5]
    grades = tmp_path / "grades.csv"
    grades.write_text("A,B\n6,2\n5,2\n0,4\n", "utf-8")
    assert counted(grades, "--rule", "majority-judgement", "--vote-type", "scoring")["winners"] == ["A"]


def test_the_command_needs_no_web_framework() -> None:
    script = "import sys; import mandat.cli.count; print([m for m in ('django', 'numba', 'scipy', 'highspy') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.strip() == "[]"
