"""``mandat draw`` on files: JSON, report, public phases, replacements, several panels, invitations, bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from math import fsum
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mandat.cli.draw import app
from mandat.kernel.errors import InputError

QUOTAS = "category,feature,min,max\ng,f,2,2\ng,m,2,2\na,young,1,2\na,old,2,3\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [f"n{i},{'fm'[i % 2]},{('young', 'old', 'old')[i % 3]},{i // 2} street" for i in range(24)]
    (tmp_path / "respondents.csv").write_text("\n".join(["id,g,a,address", *rows]) + "\n", "utf-8")
    (tmp_path / "categories.csv").write_text(QUOTAS, "utf-8")
    return tmp_path


def run(folder: Path, *options: str) -> str:
    result = CliRunner().invoke(
        app,
        [str(folder / "respondents.csv"), str(folder / "categories.csv"), "--seats", "4", *options],
        catch_exceptions=False,
    )
    assert result.exit_code == 0
    return result.stdout


@pytest.mark.parametrize("objective", ["maximin", "leximin", "nash", "goldilocks", "legacy"])
def test_json_has_the_published_keys_and_selects_nobody_before_the_number(folder: Path, objective: str) -> None:
    result = json.loads(run(folder, "--objective", objective, "--json"))
    assert {"minimum_probability", "upper_bound", "probabilities", "panels"} <= result.keys()
    assert "selected" not in result
    assert set(result["probabilities"]) == {f"n{i}" for i in range(24)}
    assert abs(fsum(result["probabilities"].values()) - 4) < 1e-9
    assert result["minimum_probability"] == min(result["probabilities"].values()) <= result["upper_bound"]


def test_the_public_number_selects_a_panel_that_meets_the_quotas_and_can_be_repeated(folder: Path) -> None:
    first = json.loads(run(folder, "--json", "--number", "123"))
    assert first == json.loads(run(folder, "--json", "--number", "123"))
    chosen = [int(name[1:]) for name in first["selected"]]
    assert len(chosen) == 4
    assert sum(i % 2 == 0 for i in chosen) == 2
    assert 1 <= sum(i % 3 == 0 for i in chosen) <= 2
    numbers = {tuple(json.loads(run(folder, "--json", "--number", str(n)))["selected"]) for n in range(8)}
    assert len(numbers) > 1


def test_an_address_gives_one_person_at_most(folder: Path) -> None:
    for number in ("1", "2", "beacon 9"):
        chosen = json.loads(run(folder, "--json", "--number", number, "--household", "address"))["selected"]
        assert len({int(name[1:]) // 2 for name in chosen}) == 4


def test_a_replacement_keeps_the_others_and_the_quotas(folder: Path) -> None:
    panel = json.loads(run(folder, "--json", "--number", "5"))["selected"]
    leaver, rest = panel[0], panel[1:]
    (folder / "kept.txt").write_text("\n".join(rest) + "\n", "utf-8")
    result = json.loads(run(folder, "--json", "--number", "5", "--keep", str(folder / "kept.txt"), "--exclude", leaver))
    assert set(rest) < set(result["selected"])
    assert leaver not in result["selected"]
    assert leaver not in result["probabilities"]
    assert all(result["probabilities"][name] == 1.0 for name in rest)
    assert sum(int(name[1:]) % 2 == 0 for name in result["selected"]) == 2


def test_several_panels_are_disjoint_and_each_meets_the_quotas(folder: Path) -> None:
    result = json.loads(run(folder, "--json", "--number", "5", "--panels", "3"))
    assert len(result["selected"]) == 3
    everyone = [name for panel in result["selected"] for name in panel]
    assert len(set(everyone)) == 12
    for panel in result["selected"]:
        assert sum(int(name[1:]) % 2 == 0 for name in panel) == 2
        assert 1 <= sum(int(name[1:]) % 3 == 0 for name in panel) <= 2
    assert abs(fsum(result["probabilities"].values()) - 12) < 1e-9


def test_phase_one_publishes_without_identifiers_and_phase_two_replays_it(folder: Path) -> None:
    out = folder / "out"
    run(folder, "--publish", str(out), "--seed", "graine")
    public = (out / "public" / "lottery.json").read_text("utf-8")
    assert "n13" not in public
    assert "street" not in public
    again = json.loads(run(folder, "--json", "--replay", str(out / "public" / "lottery.json"), "--number", "17"))
    document = json.loads(public)
    assert len(document["panels"]) == 1000
    tickets = dict(line.split(",") for line in (out / "private" / "tickets.csv").read_text().splitlines()[1:])
    expected = sorted(tickets[ticket].strip('"') for ticket in document["panels"][17][0])
    assert again["selected"] == expected
    assert again["lottery_hash"] == (out / "public" / "SHA256").read_text().strip()
    done = subprocess.run(
        [sys.executable, "-I", str(out / "public" / "replay.py"), "17"],
        input=public, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert sorted(tickets[t].strip('"') for t in done.stdout.splitlines()[-1].split()) == expected


def test_another_pool_does_not_replay(folder: Path) -> None:
    run(folder, "--publish", str(folder / "out"))
    path = folder / "respondents.csv"
    path.write_text(path.read_text("utf-8").replace("n3,m,young", "n3,m,old"), "utf-8")
    with pytest.raises(InputError, match="vivier"):
        run(folder, "--replay", str(folder / "out" / "public" / "lottery.json"))


def test_the_report_opens_alone_names_nobody_and_gives_types(folder: Path) -> None:
    run(folder, "--html", str(folder / "r.html"), "--number", "4")
    page = (folder / "r.html").read_text("utf-8")
    assert "<script" not in page
    assert "style=" not in page
    assert "n13" not in page
    assert '<svg role="img"' in page
    assert "young" in page
    assert not list(folder.glob(".r.html*"))


def test_infeasible_quotas_come_with_the_smallest_change(folder: Path) -> None:
    (folder / "categories.csv").write_text(QUOTAS.replace("g,f,2,2", "g,f,3,4"), "utf-8")
    with pytest.raises(InputError) as error:
        run(folder)
    assert "abaisser le minimum de « g = f » de 3 à 2" in error.value.text.fr
    assert "lower the minimum of “g = f” from 3 to 2" in error.value.text.en


def test_flexible_quotas_stretch_by_the_least_and_say_so(folder: Path) -> None:
    flexible = "category,feature,min,max,min_flex,max_flex\ng,f,3,4,0,4\ng,m,2,2,2,2\na,young,1,2,1,2\na,old,2,3,2,3\n"
    (folder / "categories.csv").write_text(flexible, "utf-8")
    result = json.loads(run(folder, "--json"))
    assert len(result["relaxed"]) == 1
    assert "3" in result["relaxed"][0]


def test_bad_input_names_the_file_and_the_line_and_writes_nothing(folder: Path) -> None:
    path = folder / "respondents.csv"
    path.write_text(path.read_text("utf-8") + "n99,x,old,1 street\n", "utf-8")
    with pytest.raises(InputError, match=r"respondents.csv:26"):
        run(folder, "--html", str(folder / "r.html"))
    assert not (folder / "r.html").exists()
    with pytest.raises(InputError, match="inconnu"):
        run(folder, "--objective", "fair")


def test_invitations_are_stratified_reproducible_and_warn_when_addresses_are_too_few(tmp_path: Path) -> None:
    rows = [f"{'north' if i < 3000 else 'south'},{i} road" for i in range(6000)]
    (tmp_path / "respondents.csv").write_text("\n".join(["stratum,address", *rows]), "utf-8")
    strata = "stratum,share,invited,answered\nnorth,0.5,1000,60\nsouth,0.5,1000,20\n"
    (tmp_path / "categories.csv").write_text(strata, "utf-8")
    lines = run(tmp_path, "--invite").splitlines()
    assert lines == run(tmp_path, "--invite").splitlines()
    north = [line for line in lines if line.startswith("north")]
    south = [line for line in lines if line.startswith("south")]
    assert 0 < len(north) < len(south)
    assert lines != run(tmp_path, "--invite", "--seed", "other").splitlines()


def test_the_command_runs_without_django() -> None:
    code = "import sys, mandat.cli.draw; assert not any(m.split('.')[0] == 'django' for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
