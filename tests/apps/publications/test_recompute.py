"""A stranger recomputes a figure with the archive and the standard library; a changed fact is refused."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import measure_standing
from mandat.facts.base import decimal_text

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def kit(client: Client, tmp_path: Path) -> Callable[[str], Path]:
    """Download and unpack the archive of a commitment."""

    def download(code: str) -> Path:
        response = client.get(f"/engagements/{code}/recalcul.zip")
        assert response.status_code == 200
        assert response["Content-Type"] == "application/zip"
        folder = tmp_path / f"kit-{code}"
        zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))).extractall(folder)  # type: ignore[arg-type]
        return folder

    return download


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The program alone: no site packages, no environment, no library but the standard one."""
    command = [sys.executable, "-I", "-S", str(folder / "recompute.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, env={}, check=False, timeout=60)


def result(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    text = done.stdout
    found: dict[str, str] = json.loads(text[: text.rindex("}") + 1])
    return found


@pytest.mark.parametrize(
    ("code", "aggregate", "value"),
    [
        ("1.1", "sum", "57.5"),
        ("1.2", "share", "100"),
        ("2.1", "yearly sum", "0"),
        ("3.1", "count", "1"),
        ("3.2", "distinct", "2"),
        ("3.3", "last", "7.25"),
        ("3.4", "sum of the measure", "3"),
        ("3.5", "yearly count", "0"),
    ],
)
def test_a_stranger_finds_the_figure_and_status_of_the_page(
    history: list[journal.Entry],
    programme: Published,
    kit: Callable[[str], Path],
    code: str,
    aggregate: str,
    value: str,
) -> None:
    done = run(kit(code))
    assert done.returncode == 0, done.stdout + done.stderr
    found = result(done)
    measure = measure_standing(programme, programme.measure_of(code).number)
    page = next(part for part in measure.commitments if part.commitment.code == code)
    assert page.value.value is not None
    assert found["value"] == decimal_text(round(page.value.value, 6)) == value
    assert found["status"] == page.status.value
    assert found["log_root"] == journal.head().root.hex()


def test_the_figure_of_an_earlier_day_is_found_too(history: list[journal.Entry], kit: Callable[[str], Path]) -> None:
    assert result(run(kit("2.1"), "--date", "2023-06-01"))["value"] == "2000000"
    assert result(run(kit("3.3"), "--date", "2023-06-01"))["value"] == "6"
    assert result(run(kit("1.2"), "--date", "2022-06-01"))["value"] == "10"


def test_a_commitment_without_facts_is_unknown_not_zero(programme: Published, kit: Callable[[str], Path]) -> None:
    done = run(kit("3.3"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert result(done)["value"] is None
    assert result(done)["status"] == "unknown"


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_changed_fact_is_refused_and_named(history: list[journal.Entry], kit: Callable[[str], Path]) -> None:
    folder = kit("1.1")
    _edit(folder / "facts.jsonl", '\\"quantity\\":\\"12.5\\"', '\\"quantity\\":\\"99\\"')
    done = run(folder)
    assert done.returncode == 1
    assert "facts.jsonl, ligne" in done.stdout
    assert "not in the signed log" in done.stdout


def test_facts_in_another_order_are_refused(history: list[journal.Entry], kit: Callable[[str], Path]) -> None:
    folder = kit("1.1")
    lines = (folder / "facts.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "facts.jsonl").write_text("".join(reversed(lines)), encoding="utf-8")
    assert run(folder).returncode == 1


def test_a_fact_counted_twice_is_refused(history: list[journal.Entry], kit: Callable[[str], Path]) -> None:
    folder = kit("3.1")
    lines = (folder / "facts.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "facts.jsonl").write_text("".join([*lines, lines[-1]]), encoding="utf-8")
    assert run(folder).returncode == 1


def test_a_moved_goalpost_is_refused(history: list[journal.Entry], kit: Callable[[str], Path]) -> None:
    folder = kit("1.1")
    definition = json.loads((folder / "definition.json").read_text(encoding="utf-8"))
    definition["commitment"]["body"]["goal"]["value"] = "45"
    (folder / "definition.json").write_text(json.dumps(definition), encoding="utf-8")
    done = run(folder)
    assert done.returncode == 1
    assert "the definition (commitment) is not the log's" in done.stdout


def test_another_checkpoint_or_key_is_refused(history: list[journal.Entry], kit: Callable[[str], Path]) -> None:
    folder = kit("1.1")
    good = (folder / "checkpoint").read_text(encoding="utf-8")
    _edit(folder / "checkpoint", f"\n{journal.head().size}\n", f"\n{journal.head().size + 1}\n")
    done = run(folder)
    assert done.returncode == 1
    assert "signature" in done.stdout
    (folder / "checkpoint").write_text(good, encoding="utf-8")
    other = "testserver/journal+00000000+AQ3sbDbHYRIMMvHuN3Nd9m1n6gOHOpgjPPwwhNOyPLI9"
    assert run(folder, "--key", other).returncode == 1


def test_a_published_value_that_does_not_follow_is_told(
    history: list[journal.Entry], kit: Callable[[str], Path]
) -> None:
    folder = kit("1.1")
    _edit(folder / "definition.json", '"value": "57.5"', '"value": "60"')
    done = run(folder)
    assert done.returncode == 1
    assert "DIFFÉRENT" in done.stdout


def test_a_log_of_many_tiles_is_proved(programme: Published, kit: Callable[[str], Path]) -> None:
    from tests.apps.publications.conftest import fact

    journal.append_many([fact("3.1", "2024-01-01", source=f"ligne:{n}") for n in range(700)])
    done = run(kit("3.1"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert result(done)["value"] == "700"


def test_an_unknown_commitment_has_no_archive(programme: Published, client: Client) -> None:
    assert client.get("/engagements/99.9/recalcul.zip").status_code == 404
