"""``mandat count`` on a vote published by the site: the same result and root, or the line that differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mandat.apps.ballots import bundle, contents, receipts, tallying
from mandat.cli.count import app
from mandat.kernel.errors import InputError
from tests.apps.ballots.test_words import definition, written

RUN = CliRunner()


@pytest.fixture
def published(tmp_path: Path) -> Path:
    file = tmp_path / "vote.ballots"
    file.write_text("".join(written(300)), encoding="utf-8", newline="\n")
    return file


def test_a_published_vote_recounts_to_the_same_result_and_root(published: Path) -> None:
    header = json.loads(published.read_text("utf-8").splitlines()[1])
    done = RUN.invoke(app, [str(published), "--root", header["root"]])
    assert done.exit_code == 0, done.output
    assert header["root"] in done.output
    assert "Le résultat annoncé est le bon." in done.output
    told = json.loads(RUN.invoke(app, [str(published), "--json"]).output)
    assert told["agrees"] is True
    assert told["outcome"] == header["outcome"]


def test_a_tampered_list_is_refused_with_its_line(published: Path) -> None:
    lines = published.read_text("utf-8").splitlines(keepends=True)
    lines[41] = lines[41].replace("cour", "haie")
    published.write_text("".join(lines), encoding="utf-8", newline="\n")
    done = RUN.invoke(app, [str(published)])
    assert done.exit_code == 1
    assert isinstance(done.exception, InputError)
    assert (done.exception.line, done.exception.file) == (42, str(published))


def test_a_result_that_was_not_the_count_is_told(tmp_path: Path) -> None:
    ballots = [(receipts.receipt(n), contents.canonical({"choice": "yes"})) for n in range(3)]
    leaves = [bundle.leaf(*one) for one in ballots]
    told = tallying.outcome(definition("yes-no"), tallying.tallied(c for _, c in ballots), voters=3, on_roll=3)
    told["winners"], told["votes"] = ["no"], {"yes": 0, "no": 3}
    file = tmp_path / "vote.ballots"
    file.write_text(
        "".join(
            bundle.written(
                definition=definition("yes-no"),
                outcome=told,
                more={},
                ballots=ballots,
                blocks=[one.hex() for one in bundle.blocks_of(leaves)],
                root=bundle.root_over(leaves).hex(),
            )
        ),
        encoding="utf-8",
    )
    done = RUN.invoke(app, [str(file)])
    assert isinstance(done.exception, InputError)
    assert "winners, votes" in str(done.exception)


def test_another_root_is_refused(published: Path) -> None:
    done = RUN.invoke(app, [str(published), "--root", "0" * 64])
    assert isinstance(done.exception, InputError)
    assert "racine" in str(done.exception)


def test_it_needs_no_database(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess
    import sys

    code = "import sys; from mandat.cli.count_published import recount; from pathlib import Path; recount(Path(sys.argv[1])); assert 'django.db.models' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code, str(published)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
