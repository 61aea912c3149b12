"""A programme folder is checked whole: what is wrong is said with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat.definitions.folder import read_folder, read_texts
from mandat.kernel.errors import InputError
from tests.conftest import ROOT
from tests.programmes_folder import BODIES, CHAPTER, PROGRAMME, RULE, texts

BUNDLED = ROOT / "programmes" / "centre-val-de-loire"


def lines_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def test_a_sound_folder_has_no_problem_and_is_counted() -> None:
    folder = read_texts(texts())
    assert folder.problems == []
    counts = folder.counts()
    assert (counts["programme"], counts["pillar"], counts["chapter"], counts["measure"]) == (1, 1, 1, 2)
    assert (counts["commitment"], counts["body"]) == (3, 1)


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "word"),
    [
        ("chapter", "number: 2\n", "number: 1\n", "number: 2", "double"),
        ("chapter", "unit: doctor", "unit: docteur", "unit: doctor", "unité inconnue"),
        (
            "chapter",
            "facts: [grants.awarded.v1]",
            "facts: [grants.given.v1]",
            "facts: [grants",
            "genre de fait inconnu",
        ),
        (
            "chapter",
            "data.output",
            "data.outptu",
            "indicator:\n          facts: [programme.output_confirmed.v1]\n          where",
            "champ de fait inconnu",
        ),
        ("chapter", "due: 2022-06-30", "due: 2031-06-30", "due: 2022", "hors du mandat"),
        ("chapter", "responsible: conseil", "responsible: inconnue", "responsible: conseil", "instance inconnue"),
        ("chapter", "pillar: pilier", "pillar: autre", "pillar: pilier", "pilier inconnu"),
        ("chapter", 'code: "1.2"', 'code: "2.2"', 'code: "1.2"', "rangé dans la mesure 1"),
        ("chapter", "code: prevenir", "code: former", "code: prevenir", "déjà pris"),
        ("chapter", "truth: money", "truth: argent", "truth: money", "valeur inconnue"),
        ("chapter", "sdgs: [3]", "sdgs: [18]", "sdgs: [3]", "au plus 17"),
        ("chapter", "instruments: [budget]", "instruments: [magie]", "instruments: [budget]", "instrument inconnu"),
        ("chapter", "expected_every_months: 12", "expected_every_months: 0", "expected_every", "au moins 1"),
        ("chapter", "value: 450,", "value: beaucoup,", "value: 450", "nombre"),
        ("programme", "measures: 2", "measures: 3", "measures: 2", "mesure manquante : 3"),
        ("programme", "chapters: 1", "chapters: 2", "chapters: 1", "chapitre manquant : 2"),
        ("programme", "end: 2028-03-31", "end: 2020-03-31", "mandate:", "finit après"),
        ("programme", "kind: programme", "kind: program", "kind: programme", "genre inconnu"),
    ],
)
def test_each_error_is_named_where_it_stands(file: str, old: str, new: str, at: str, word: str) -> None:
    source = {"chapter": CHAPTER, "programme": PROGRAMME, "rule": RULE, "bodies": BODIES}[file]
    assert old in source
    broken = source.replace(old, new, 1)
    folder = read_texts(texts(**{file: broken}))
    found = [problem for problem in folder.problems if word in problem.message]
    assert found, folder.problems
    assert lines_of(source, at) in {problem.line for problem in found}


def test_a_due_date_outside_the_mandate_is_an_error() -> None:
    chapter = CHAPTER.replace('code: "2.1"\n', 'code: "2.1"\n        due: 2029-01-01\n', 1)
    [problem] = read_texts(texts(chapter=chapter)).problems
    assert "échéance hors du mandat" in problem.message


def test_a_missing_chapter_is_an_error() -> None:
    files = texts()
    del files["measures/01-sante.yaml"]
    messages = [problem.message for problem in read_texts(files).problems]
    assert any("chapitre manquant : 1" in message for message in messages)
    assert any("mesures manquantes : 1, 2" in message for message in messages)


def test_one_bad_file_does_not_hide_the_others() -> None:
    folder = read_texts(texts(bodies="kind: bodies\nbodies: [\n"))
    assert {problem.file for problem in folder.problems} >= {"bodies.yaml", "measures/01-sante.yaml"}
    assert folder.counts()["measure"] == 2


def test_what_is_not_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="introuvable"):
        read_folder(tmp_path / "rien")
    file = tmp_path / "a.yaml"
    file.write_text("a: 1")
    with pytest.raises(InputError, match="pas un dossier"):
        read_folder(file)
    (tmp_path / "vide").mkdir()
    with pytest.raises(InputError, match="aucun fichier"):
        read_folder(tmp_path / "vide")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "dehors.yaml"
    outside.write_text("kind: programme\n")
    inside = tmp_path / "dossier"
    inside.mkdir()
    (inside / "lien.yaml").symlink_to(outside)
    with pytest.raises(InputError, match="aucun fichier"):
        read_folder(inside)


_BUNDLED = {str(p.relative_to(BUNDLED)): p.read_bytes() for p in sorted(BUNDLED.rglob("*.yaml"))}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_random_mutation_of_the_bundled_files_never_raises(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(_BUNDLED)))
    raw = _BUNDLED[name]
    start = data.draw(st.integers(0, len(raw)))
    length = data.draw(st.integers(0, 40))
    patch = data.draw(
        st.one_of(
            st.binary(max_size=20),
            st.sampled_from([b"\t", b"&a", b"*a", b": ", b"- ", b"\n", b"[", b"{", b"null", b"1e9"]),
        )
    )
    files = {**_BUNDLED, name: raw[:start] + patch + raw[start + length :]}
    small = {key: files[key] for key in {name, "programme.yaml", "bodies.yaml", "status-rule.yaml"} & files.keys()}
    folder = read_texts(small)
    for problem in folder.problems:
        assert problem.line >= 1
        assert problem.message
