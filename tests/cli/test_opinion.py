from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mandat.cli.opinion import app
from mandat.engines.opinion import VoteMatrix
from mandat.kernel.errors import InputError
from mandat.kernel.text import speaking
from tests.engines.opinion.examples import crowd

runner = CliRunner()


def call(*arguments: object) -> Result:
    return runner.invoke(app, [str(argument) for argument in arguments])


def write_votes(path: Path, votes: VoteMatrix) -> Path:
    lines = ["voter-id,comment-id,vote"]
    for i in range(votes.shape[0]):
        a, b = votes.indptr[i], votes.indptr[i + 1]
        lines += [f"{i},{j},{v}" for j, v in zip(votes.indices[a:b], votes.values[a:b], strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def votes_file(tmp_path: Path) -> Path:
    return write_votes(tmp_path / "votes.csv", crowd((30, 20)))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    write_votes(folder / "2026-votes.csv", crowd((30, 20, 3), noise=0.0))
    words = [f'{j},1,"Énoncé <b>{j}</b> & suite"' for j in range(20)]
    (folder / "comments.csv").write_text("comment-id,moderated,comment-body\n" + "\n".join(words) + "\n", "utf-8")
    (folder / "summary.csv").write_text('topic,Les <vélos>\nconversation-description,"Un texte"\n', "utf-8")
    (folder / "notes.txt").write_text("not a table")
    return folder


class Page(HTMLParser):
    """What a test needs of a page: tags with their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_json_has_the_documented_keys(votes_file: Path) -> None:
    result = call(votes_file, "--json")
    data = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {"participants", "statements", "votes", "groups", "consensus"} <= set(data)
    assert (data["participants"], data["statements"]) == (50, 20)
    assert [group["size"] for group in data["groups"]] == [30, 20]
    assert all(group["representative"] for group in data["groups"])
    assert data["stability"]["resamples"] == 50


def test_same_call_gives_the_same_bytes(votes_file: Path) -> None:
    assert call(votes_file, "--json").stdout == call(votes_file, "--json").stdout


def test_export_folder_is_read_with_its_words(export: Path) -> None:
    data = json.loads(call(export, "--json").stdout)
    assert data["topic"] == "Les <vélos>"
    assert data["groups"][0]["representative"][0]["text"].startswith("Énoncé <b>")
    assert data["withheld"] == {"groups": 1, "under": 5}


def test_page_is_accessible_and_runs_nothing(export: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    result = call(export, "--html", out)
    assert result.exit_code == 0
    assert str(out) in result.stdout
    text = out.read_text("utf-8")
    page = Page(text)

    assert page.named("html")[0]["lang"] == "fr"
    assert not page.named("script")
    assert not [
        tag for tag, attributes in page.tags if any(name.startswith("on") or name == "style" for name in attributes)
    ]
    assert "http://" not in text.replace("http://www.w3.org", "")
    picture = next(svg for svg in page.named("svg") if svg.get("role") == "img")
    assert page.named("title")
    assert page.named("desc")
    identifiers = {attributes.get("id") for _, attributes in page.tags}
    assert set((picture["aria-labelledby"] or "").split()) <= identifiers
    assert len(page.named("table")) >= 4
    assert len(page.named("caption")) == len(page.named("table"))
    marks = len(page.named("circle")) + len(
        [one for one in page.named("path") if "map-mark" in (one.get("class") or "")]
    )
    rows = text.split('aria-label="Marques de la carte"')[1].split("</table>")[0].count("<tr>") - 1
    assert marks == rows > 0
    assert "Énoncé <b>0</b> & suite" in page.text
    assert "<b>" not in text
    assert "moins de 5 personnes" in page.text
    assert "Groupe 1 : 30 personnes" in page.text.replace("\u202f", " ").replace("\u00a0", " ")


def test_page_speaks_english_too(export: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    with speaking("en"):
        call(export, "--html", out)
    page = Page(out.read_text("utf-8"))
    assert page.named("html")[0]["lang"] == "en"
    assert "fewer than 5 people" in page.text
    assert "Groupe" not in page.text


def test_page_without_groups_still_says_what_there_is(tmp_path: Path) -> None:
    votes, out = tmp_path / "votes.csv", tmp_path / "map.html"
    votes.write_text(
        "participant,statement,vote\n" + "".join(f"{i},{j},1\n" for i in range(9) for j in range(i, i + 3))
    )
    assert call(votes, "--html", out).exit_code == 0
    text = Page(out.read_text("utf-8")).text
    assert "Trop peu de votes" in text
    assert "Consensus" in text


def test_only_small_groups_are_said_to_be_withheld_not_missing(tmp_path: Path) -> None:
    votes = write_votes(tmp_path / "votes.csv", crowd((4, 3), noise=0.0))
    out = tmp_path / "map.html"
    text = call(votes, "--html", out).stdout
    page = Page(out.read_text("utf-8")).text
    for words in (text, page):
        assert "non montrés" in words
        assert "Trop peu" not in words


def test_text_lists_groups_and_what_they_share(export: Path) -> None:
    text = call(export).stdout.replace("\u00a0", " ")
    assert text.splitlines()[1] == "53 participants, 20 énoncés, 773 votes"
    assert "Groupe 1 : 30 personnes" in text
    assert "moins de 5 personnes : 1" in text
    assert "Stabilité" in text


def test_statements_may_come_from_their_own_file(votes_file: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.csv"
    words.write_text("statement_id;texte\n" + "".join(f"{j};Texte {j}\n" for j in range(20)), "utf-8")
    data = json.loads(call(votes_file, "--statements", words, "--json").stdout)
    assert data["consensus"] == [] or data["consensus"][0]["text"].startswith("Texte")
    assert data["routing"][0]["text"].startswith("Texte")


def test_sign_and_seed_and_number_of_groups_may_be_chosen(votes_file: Path) -> None:
    plain = json.loads(call(votes_file, "--json", "--resamples", 0).stdout)
    turned = json.loads(call(votes_file, "--json", "--sign", "disagree", "--seed", 9, "--max-groups", 2).stdout)
    assert plain["stability"] is None
    assert turned["settings"]["seed"] == 9
    assert list(turned["silhouette"]) == ["2"]
    assert turned["reading"]["sign_reversed"]


def test_refused_lines_are_told_on_the_error_stream(votes_file: Path) -> None:
    with votes_file.open("a") as file:
        file.write("1,2,seven\n3\n")
    result = call(votes_file, "--json")
    data = json.loads(result.stdout)
    assert result.exit_code == 0
    assert len(data["reading"]["refused"]) == 2
    assert "Lignes refusées\u00a0: 2" in result.stderr
    assert f"votes.csv:{data['reading']['refused'][0]['line']}" in result.stderr


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "voter-id,comment-id,vote\n1,1,x\n"])
def test_unusable_file_is_an_error_and_writes_nothing(tmp_path: Path, content: str) -> None:
    votes, out = tmp_path / "votes.csv", tmp_path / "map.html"
    votes.write_text(content)
    result = call(votes, "--json", "--html", out)
    assert isinstance(result.exception, InputError)
    assert result.stdout == ""
    assert not out.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["votes.csv"]


def test_page_that_cannot_be_written_leaves_nothing_behind(votes_file: Path, tmp_path: Path) -> None:
    taken = tmp_path / "map.html"
    taken.mkdir()
    (taken / "inside").touch()
    result = call(votes_file, "--html", taken)
    assert isinstance(result.exception, OSError)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.html", "votes.csv"]


def test_folder_without_votes_is_an_error(tmp_path: Path) -> None:
    assert isinstance(call(tmp_path).exception, InputError)


def test_command_needs_no_web_framework() -> None:
    code = "import sys, mandat.cli.opinion; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.processes
def test_whole_command_answers_on_a_real_export(shared_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mandat.cli",
            "opinion",
            shared_data / "polis" / "brexit-consensus",
            "--json",
            "--html",
            out,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(json.loads(done.stdout)["groups"]) == 3
    assert "Can there be consensus on Brexit?" in out.read_text("utf-8")


@pytest.mark.processes
def test_error_of_the_whole_command_is_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "votes.csv"
    bad.write_text("voter-id,comment-id,vote\n1,1,x\n")
    done = subprocess.run(
        [sys.executable, "-m", "mandat.cli", "opinion", bad], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "votes.csv:2" in done.stderr
    assert "Traceback" not in done.stderr
