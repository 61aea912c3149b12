"""Publishing makes versions; loading twice changes nothing; a dump gives the very files back."""

from __future__ import annotations

from pathlib import Path

import pytest

from mandat.apps.programme.services import programme_load
from mandat.definitions import store
from mandat.definitions.folder import read_folder, read_texts
from mandat.definitions.models import DefinitionVersion, Revision, SourceFile
from mandat.kernel.errors import InputError
from tests.conftest import ROOT
from tests.programmes_folder import CHAPTER, FILES, texts

pytestmark = pytest.mark.django_db


def load(**changes: str) -> list[store.Change]:
    return programme_load(folder=read_texts(texts(**changes)))


def test_loading_publishes_every_definition_and_loading_twice_changes_nothing() -> None:
    first = load()
    assert {change.what for change in first} == {"added"}
    assert len(first) == DefinitionVersion.objects.count()
    number = Revision.objects.get().number
    assert load() == []
    assert Revision.objects.get().number == number


def test_what_changed_gets_a_new_version_and_says_what_differs() -> None:
    load()
    [change] = load(chapter=CHAPTER.replace("value: 450", "value: 500"))
    assert (change.what, change.kind, change.code, change.version) == ("changed", "commitment", "1.1", 2)
    assert change.differences == {"goal.value": ("450", "500")}
    versions = list(store.versions("essai", "commitment", "1.1"))
    assert [(row.version, row.current) for row in versions] == [(2, True), (1, False)]
    assert versions[1].body["goal"]["value"] == "450"


def test_a_definition_that_comes_back_goes_on_with_its_versions() -> None:
    load()
    two = CHAPTER[: CHAPTER.index("  - number: 2")]
    programme = FILES["programme.yaml"].replace("measures: 2", "measures: 1")
    retired = load(chapter=two, programme=programme)
    assert {(c.what, c.kind, c.code) for c in retired} >= {
        ("retired", "measure", "2"),
        ("retired", "commitment", "2.1"),
    }
    back = load()
    assert {(c.what, c.code, c.version) for c in back if c.kind == "measure"} == {("added", "2", 2)}


def test_moving_a_definition_is_no_new_version() -> None:
    load()
    before = DefinitionVersion.objects.count()
    files = texts()
    files["measures/renamed.yaml"] = files.pop("measures/01-sante.yaml")
    assert programme_load(folder=read_texts(files)) == []
    assert DefinitionVersion.objects.count() == before
    assert SourceFile.objects.filter(path="measures/renamed.yaml").exists()
    assert not SourceFile.objects.filter(path="measures/01-sante.yaml").exists()


def test_a_folder_with_errors_publishes_nothing() -> None:
    with pytest.raises(InputError, match="unité inconnue"):
        load(chapter=CHAPTER.replace("unit: doctor", "unit: docteur"))
    assert not DefinitionVersion.objects.exists()
    assert not Revision.objects.exists()


def test_load_dump_load_is_the_identity(tmp_path: Path) -> None:
    load()
    store.dump("essai", tmp_path)
    assert {str(p.relative_to(tmp_path)): p.read_text() for p in tmp_path.rglob("*.yaml")} == FILES
    assert programme_load(folder=read_folder(tmp_path)) == []


def test_the_bundled_programme_survives_load_and_dump_to_the_byte(tmp_path: Path) -> None:
    root = ROOT / "programmes" / "centre-val-de-loire"
    folder = read_folder(root)
    if folder.problems:
        pytest.fail(str(folder.problems[:3]))
    programme_load(folder=folder)
    store.dump("centre-val-de-loire", tmp_path)
    assert {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*.yaml")} == {
        p.relative_to(root): p.read_bytes() for p in root.rglob("*.yaml")
    }
    assert programme_load(folder=read_folder(tmp_path)) == []


def test_a_dump_never_leaves_its_folder(tmp_path: Path) -> None:
    load()
    SourceFile.objects.filter(path="bodies.yaml").update(path="../outside.yaml")
    with pytest.raises(InputError, match="refusé"):
        store.dump("essai", tmp_path / "in")
    assert not (tmp_path / "outside.yaml").exists()


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.yaml"
    target.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.write_whole(target, b"new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
