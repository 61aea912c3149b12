"""What every file of the repository keeps to."""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

from mandat.facts import fact_types
from tools import document_facts

ROOT = Path(__file__).resolve().parents[2]

#: Lines of a source file, and of a test file.
LONGEST, LONGEST_TEST = 400, 1_000
#: Longer ones, and why.
LONG = {
    "src/mandat/journal/verify.py": "one file that works alone, with nothing but the standard library",
    "src/mandat/cli/recount.py": "one file that recounts a vote alone, with nothing but the standard library",
}
#: Lines over ``LONGEST`` that a file may have before it must be cut.
SLACK = 10

#: Put together here so that this file does not hold them.
HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "proxy.golang" + ".org",
    "crates" + ".io",
)
MACHINE = re.compile(r"(?<![\w.~*])/(?:work|root|home/\w+|Users/\w+)/\w")


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def text_of(path: Path) -> str:
    raw = path.read_bytes()
    return "" if b"\0" in raw or raw.startswith(b"\x1f\x8b") else raw.decode(errors="replace")


def test_source_files_can_be_read_in_one_sitting() -> None:
    lengths = {str(path.relative_to(ROOT)): text_of(path).count("\n") for path in tracked() if path.suffix == ".py"}
    tests = {name for name in lengths if name.startswith("tests/")}
    # Migrations are written by Django, and read by it.
    own = {name for name in lengths if name.startswith("src/") and "/migrations/" not in name}
    long = {name for name in own if lengths[name] > LONGEST + SLACK}
    assert long == set(LONG), "cut the file, or say here why it is long"
    assert [name for name in tests if lengths[name] > LONGEST_TEST] == []


def test_no_file_names_a_registry_of_packages() -> None:
    assert [(str(path), host) for path in tracked() for host in HOSTS if host in text_of(path)] == []


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path.name != "LICENSE"
        for match in MACHINE.finditer(text_of(path))
    ]
    assert found == []


def test_compiled_texts_and_databases_are_not_tracked() -> None:
    assert [str(path) for path in tracked() if path.suffix in {".mo", ".pyc", ".sqlite3", ".key", ".pem"}] == []


def test_every_fact_type_is_documented_as_it_is() -> None:
    page = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")
    for kind in fact_types():
        assert f"### `{kind}`\n" in page
    assert page == document_facts.document(), "run python tools/document_facts.py"


def test_every_fact_type_says_what_it_is() -> None:
    assert [kind for kind, known in fact_types().items() if not (known.data.__doc__ or "").strip()] == []


def test_every_decision_is_listed_under_its_title() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    assert [int(path.name[:4]) for path in pages] == list(range(1, len(pages) + 1))
    for path in pages:
        number, title = re.fullmatch(r"# (\d+)\. (.+)", path.read_text(encoding="utf-8").splitlines()[0]).groups()  # type: ignore[union-attr]
        assert int(number) == int(path.name[:4])
        assert f"- [{path.name[:4]}]({path.name}) {title}\n" in index


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text_of(path))
        if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_fragment_of_the_changelog_is_of_a_known_type() -> None:
    """Any other is left out of the changelog without a word."""
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]["type"]
    types = {one["directory"] for one in known}
    fragments = [path.name for path in (ROOT / "changelog.d").glob("*.md")]
    assert [name for name in fragments if name.split(".")[1] not in types] == []
