"""``mandat check`` on what people give it: every error is a line, nothing raises, nothing hangs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mandat.cli.check import app
from mandat.kernel.errors import InputError
from tests.programmes_folder import CHAPTER, texts

LINE = CHAPTER[: CHAPTER.index("unit: doctor")].count("\n") + 1
BUNDLED = Path(__file__).resolve().parents[2] / "programmes" / "centre-val-de-loire"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, raw in texts().items():
        (tmp_path / "programme" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "programme" / name).write_bytes(raw)
    return tmp_path / "programme"


def check(path: Path, *options: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(path), *options])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def errors(path: Path) -> list[dict[str, Any]]:
    code, out, _ = check(path, "--json")
    found: list[dict[str, Any]] = json.loads(out)["errors"]
    assert code == (1 if found else 0)
    return found


def test_the_bundled_programme_has_no_error_and_all_its_measures() -> None:
    code, out, _ = check(BUNDLED, "--json")
    assert code == 0
    report = json.loads(out)
    assert report["errors"] == []
    assert {name: report["counts"][name] for name in ("programme", "pillar", "chapter", "measure")} == {
        "programme": 1, "pillar": 3, "chapter": 19, "measure": 100,
    }  # fmt: skip
    assert report["counts"]["commitment"] >= 100


def test_a_sound_folder_is_counted_in_words(folder: Path) -> None:
    code, out, err = check(folder)
    assert (code, err) == (0, "")
    assert "     2  mesure" in out
    assert out.endswith("Aucune erreur.\n")


def test_each_error_is_a_line_with_its_place(folder: Path) -> None:
    (folder / "measures/01-sante.yaml").write_text(CHAPTER.replace("unit: doctor", "unit: docteur"))
    code, _, err = check(folder)
    assert code == 1
    assert f"measures/01-sante.yaml:{LINE}: " in err
    assert "unité inconnue : docteur" in err
    [error] = [e for e in errors(folder) if "docteur" in e["message"]]
    assert (error["file"], error["line"]) == ("measures/01-sante.yaml", LINE)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"kind: body\n\tcode: x\n", "tabulation"),
        (b"kind: body\ncode: a\ncode: b\n", "double"),
        (b"a: &a [x]\nb: *a\n", "alias"),
        (b"kind: wish\n", "genre inconnu"),
        (b"- kind: body\n", "kind"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe" * 40, "UTF-8"),
        (b"a: \x00\n", "texte"),
        (b"", "vide"),
        (b"[" * 100_000, "profond"),
        (b"{a: " * 1_000_000, "profond"),
        (b"- " * 2_000_000, "profond"),
        (b"? " * 2_000_000, "profond"),
        (b"- " * 2_000 + b"x", "profond"),
        ("kind: café\n".encode("latin-1"), "UTF-8"),
        (b"--- a\n--- b\n", "un seul document"),
        (b"kind: !!python/object:os.system x\n", "tiquette"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_definition_is_one_error_beside_the_others(folder: Path, raw: bytes, word: str) -> None:
    (folder / "bad.yaml").write_bytes(raw)
    [error] = errors(folder)
    assert error["file"] == "bad.yaml"
    assert word in error["message"]


def test_fifty_megabytes_of_yaml_are_refused_without_being_read(folder: Path) -> None:
    with (folder / "large.yaml").open("wb") as stream:
        stream.truncate(50_000_000)
    [error] = errors(folder)
    assert "trop grand" in error["message"]


def test_links_that_turn_in_circles_or_lead_out_are_left_aside(folder: Path) -> None:
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder.parent / "outside.yaml").write_text("kind: wish\n")
    (folder / "out.yaml").symlink_to(folder.parent / "outside.yaml")
    assert errors(folder) == []


def test_a_folder_or_a_pipe_named_like_a_file_is_left_aside(folder: Path) -> None:
    (folder / "folder.yaml").mkdir()
    os.mkfifo(folder / "pipe.yaml")
    assert errors(folder) == []


@pytest.mark.parametrize("name", [b"caf\xe9.yaml", b"two\nlines.yaml", b"x" * 100 + b"/" + b"y" * 160 + b".yaml"])
def test_a_name_that_cannot_be_published_is_an_error_that_can_be_written(folder: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(folder), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(texts()["bodies.yaml"])
    [error] = errors(folder)
    assert "nom" in error["message"]
    error["file"].encode()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_said(folder: Path) -> None:
    (folder / "secret.yaml").touch(mode=0)
    with pytest.raises(PermissionError):
        check(folder)


@pytest.mark.parametrize("make", ["nothing", "file", "empty", "loop"])
def test_what_is_no_folder_of_definitions_is_refused(tmp_path: Path, make: str) -> None:
    path = tmp_path / "given"
    if make == "file":
        path.write_text("kind: body")
    elif make == "empty":
        path.mkdir()
    elif make == "loop":
        path.symlink_to(path)
    with pytest.raises(InputError, match=str(path)):
        check(path)
