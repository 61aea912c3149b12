"""Export the log, damage it in every way, and see what verification names."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from mandat import journal
from mandat.facts import canonical
from mandat.journal import columns, files, merkle, state, triggers
from mandat.journal.models import Line, Tile
from mandat.journal.note import Signer, read_checkpoint
from mandat.journal.record import parse
from mandat.journal.tiles import TilePath, bundle, unbundle
from mandat.journal.verify import MOST_FINDINGS, Folder, Report, source, verify
from mandat.kernel.errors import InputError
from tests.journal.factories import NOON, award

pytestmark = pytest.mark.django_db
SIZE = 600
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log(tmp_path) -> Path:
    for start in range(0, SIZE, 100):
        journal.append([award(n) for n in range(start, start + 100)], recorded_at=NOON + dt.timedelta(minutes=start))
    files.export(tmp_path / "log")
    return tmp_path / "log"


def check(log: Path, **options) -> Report:
    return verify(Folder(log), key=state.verifier_key(), **options)


def said(report: Report) -> list[tuple[str, int | None]]:
    return [(finding.what, finding.index) for finding in report.findings]


def bundle_path(log: Path, index: int) -> Path:
    number = index // 256
    return log / str(TilePath(-1, number, min(256, SIZE - number * 256)))


def edit(log: Path, index: int, change) -> None:
    path = bundle_path(log, index)
    facts = unbundle(path.read_bytes(), name="x")
    change(facts, index % 256)
    path.write_bytes(bundle(facts))


def test_an_exported_log_verifies_with_its_files_and_key_alone(log):
    report = check(log)
    assert report.ok
    assert report.facts == SIZE
    assert report.checkpoints == 6
    assert report.checkpoint == journal.head().checkpoint


@pytest.mark.parametrize("index", [0, 255, 256, 599])
def test_a_changed_fact_is_named(log, index):
    def change(facts, at):
        facts[at] = facts[at].replace(b"Fermes", b"Usines")

    edit(log, index, change)
    assert said(check(log)) == [("changed", index)]


@pytest.mark.parametrize("index", [0, 300, 599])
def test_a_removed_fact_is_named(log, index):
    edit(log, index, lambda facts, at: facts.pop(at))
    assert said(check(log)) == [("removed", index)]


def test_reordered_facts_are_named(log):
    def swap(facts, at):
        facts[at], facts[at + 1] = facts[at + 1], facts[at]

    edit(log, 300, swap)
    assert said(check(log)) == [("moved", 300)]

    def move_far(facts, at):
        swap(facts, at)
        facts.append(facts.pop(10))

    shutil.rmtree(log)
    files.export(log)
    edit(log, 300, move_far)
    assert said(check(log)) == [("moved", 266), ("moved", 300), ("back-dated", 266)]


def test_an_added_or_repeated_fact_is_named(log):
    edit(log, 300, lambda facts, at: facts.insert(at, b'{"index":9000}'))
    assert ("added", 9000) in said(check(log))
    shutil.rmtree(log)
    files.export(log)
    edit(log, 300, lambda facts, at: facts.insert(at, facts[at]))
    assert ("added", None) in said(check(log))


def test_a_back_dated_fact_is_named_even_where_the_operator_signs_it(tmp_path):
    """The operator holds the key: what it signs is still wrong on its face."""
    texts = [canonical(award(n), index=n, recorded_at=NOON - dt.timedelta(days=5 if n == 7 else 0)) for n in range(20)]
    write_signed(tmp_path, texts)
    assert said(check(tmp_path)) == [("back-dated", 7)]


def test_a_fact_signed_at_another_place_than_it_says_is_named(tmp_path):
    texts = [canonical(award(n), index=n if n != 4 else 40, recorded_at=NOON) for n in range(9)]
    write_signed(tmp_path, texts)
    assert said(check(tmp_path)) == [("moved", 4)]


def test_what_a_fact_quotes_is_not_taken_for_its_place(tmp_path):
    purpose = '"format":1,"index":7,"kind":"x","recorded_at":"1999-01-01T00:00:00.000000Z"'
    texts = [
        canonical(award(n, data={"beneficiary": "x", "purpose": purpose}), index=n, recorded_at=NOON) for n in range(3)
    ]
    write_signed(tmp_path, texts)
    assert check(tmp_path).ok


def test_a_signed_line_that_is_no_fact_is_named(tmp_path):
    write_signed(tmp_path, [b"not json", b"[]", b'{"index":2}'])
    assert said(check(tmp_path)) == [("unreadable", 0), ("unreadable", 1), ("unreadable", 2)]


def write_signed(folder: Path, texts: list[bytes]) -> None:
    """A log of fewer than 256 lines, signed with the test's own key, without going through ``append``."""
    leaves = [merkle.leaf_hash(text) for text in texts]
    origin = journal.head().origin
    note = state.signer(origin).sign(f"{origin}\n{len(texts)}\n{files_base64(merkle.root_of(leaves))}\n")
    for path, raw in {
        str(TilePath(-1, 0, len(texts))): bundle(texts),
        str(TilePath(0, 0, len(texts))): b"".join(leaves),
        "checkpoint": note.encode(),
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(raw)


def files_base64(raw: bytes) -> str:
    import base64

    return base64.b64encode(raw).decode()


def test_leaves_replaced_along_with_a_fact_are_caught_by_the_tile_above(log):
    def change(facts, at):
        facts[at] = facts[at].replace(b"Fermes", b"Usines")

    edit(log, 100, change)
    facts = unbundle(bundle_path(log, 100).read_bytes(), name="x")
    (log / "tile/0/000").write_bytes(b"".join(merkle.leaf_hash(fact) for fact in facts))
    report = check(log)
    (found,) = [finding for finding in report.findings if finding.what == "tree"]
    assert found.index == 0
    assert "faits 0 à 255" in str(found)


def test_leaves_of_the_last_partial_tile_replaced_are_caught_by_the_signature(log):
    def change(facts, at):
        facts[at] = facts[at].replace(b"Fermes", b"Usines")

    edit(log, 599, change)
    facts = unbundle(bundle_path(log, 599).read_bytes(), name="x")
    (log / str(TilePath(0, 2, SIZE - 512))).write_bytes(b"".join(merkle.leaf_hash(fact) for fact in facts))
    (log / "checkpoints.jsonl").unlink()
    assert said(check(log)) == [("tree", None)]


def rewritten(tmp_path: Path) -> Path:
    """The same log with fact 50 rewritten and everything signed anew by the operator."""
    with triggers.lifted(), transaction.atomic():
        entry = journal.entry(50)
        text = canonical(journal.correction(entry, subject="autre"), index=50, recorded_at=entry.recorded_at).decode()
        Line.objects.filter(index=50).update(text=text, leaf=merkle.leaf_hash(text.encode()))
        leaves = [bytes(leaf) for leaf in Line.objects.order_by("index").values_list("leaf", flat=True)]
        for tile in Tile.objects.filter(level=0):
            some = leaves[tile.number * 256 : (tile.number + 1) * 256]
            Tile.objects.filter(pk=tile.pk).update(hashes=b"".join(some), root=merkle.root_of(some))
        frontier = merkle.Frontier()
        frontier.extend(leaves)
        row = state.State.objects.get()
        row.frontier = frontier.to_bytes()
        files.storing.sign(row, frontier.root(), recorded_at=row.recorded_at)
        row.save()
    with connection.cursor() as cursor, triggers.lifted():
        cursor.execute("DELETE FROM journal_checkpoint")
    files.export(tmp_path / "rewritten")
    return tmp_path / "rewritten"


def test_a_log_rewritten_and_signed_anew_is_caught_by_a_checkpoint_kept_earlier(log, tmp_path):
    kept = (log / "checkpoint").read_text()
    after = rewritten(tmp_path)
    assert check(after).ok, "nothing inside the rewritten log contradicts it"
    report = check(after, since=kept)
    assert said(report) == [("checkpoint", None)]
    assert "réécrit" in str(report.findings[0])


def test_a_log_rewritten_is_caught_by_the_checkpoints_it_published(log, tmp_path):
    history = (log / "checkpoints.jsonl").read_text()
    after = rewritten(tmp_path)
    (after / "checkpoints.jsonl").write_text(history)
    assert {finding.what for finding in check(after).findings} == {"checkpoint"}


def test_a_log_that_lost_its_end_is_caught_by_a_checkpoint_kept_earlier(log, tmp_path):
    kept = state.signer(journal.head().origin).sign(f"{journal.head().origin}\n{SIZE + 5}\n{files_base64(bytes(32))}\n")
    assert said(check(log, since=kept)) == [("truncated", SIZE)]


def test_a_checkpoint_signed_by_another_key_is_refused(log):
    other = Signer(journal.head().origin, bytes(32))
    (log / "checkpoint").write_text(other.sign(journal.head().checkpoint.text))
    report = check(log)
    assert said(report) == [("checkpoint", None)]
    assert report.facts == 0
    with pytest.raises(InputError, match="non signé"):
        check(log, since=other.sign(journal.head().checkpoint.text))


@pytest.mark.parametrize("name", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2", str(TilePath(0, 2, SIZE - 512))])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "noise", "folder"])
def test_a_damaged_file_is_reported_and_never_a_crash(log, name, damage):
    path = log / name
    raw = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes({"empty": b"", "cut": raw[:-7], "noise": os.urandom(len(raw))}[damage])
    try:
        assert not check(log).ok
    except OSError:
        assert damage == "folder"


def test_broken_history_is_reported(log):
    (log / "checkpoints.jsonl").write_text('{"note": 3}\nnot json\n[]\n{"note": "x"}\n')
    report = check(log)
    assert said(report) == [("checkpoint", None)] * 4
    assert "ligne 2" in str(report.findings[1])


def test_findings_are_bounded(log):
    for number in range(3):
        (log / str(TilePath(-1, number, min(256, SIZE - number * 256)))).write_bytes(bundle([b"{}"] * 200))
    assert len(check(log).findings) == MOST_FINDINGS


def test_an_export_without_checkpoint_or_folder_is_said(log, tmp_path):
    (log / "checkpoint").unlink()
    with pytest.raises(InputError, match="introuvable"):
        check(log)
    with pytest.raises(InputError, match="dossier introuvable"):
        source(str(tmp_path / "nowhere"))


def test_an_export_goes_on_where_it_was(log):
    before = {path: path.stat().st_mtime_ns for path in log.rglob("*") if path.is_file()}
    (log / "tile/entries/001").unlink()
    journal.append([award(n) for n in range(SIZE, SIZE + 500)])
    done = files.export(log)
    assert done.size == SIZE + 500
    assert check(log).ok
    assert before[log / "tile/0/000"] == (log / "tile/0/000").stat().st_mtime_ns
    assert not list(log.rglob("002.p"))
    assert not list(log.rglob(".*"))
    again = files.export(log)
    assert again.written == 3, "only the partial tiles are written again"


def test_an_export_never_mixes_two_logs(log, settings, tmp_path):
    (log / "key.pub").write_text(str(Signer("autre", bytes(32)).key))
    with pytest.raises(InputError, match="autre journal"):
        files.export(log)
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="pas un dossier"):
        files.export(tmp_path / "file")


def test_a_full_disk_leaves_the_earlier_state_whole(log, monkeypatch):
    journal.append([award(n) for n in range(SIZE, SIZE + 500)])
    written = []

    def full(path, raw):
        if len(written) == 4:
            raise OSError(28, "No space left on device", str(path))
        written.append(path)
        return original(path, raw)

    original = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        files.export(log)
    monkeypatch.undo()
    report = check(log)
    assert report.ok
    assert report.facts == SIZE
    assert not list(log.rglob(".*"))


def database_report() -> Report:
    now = journal.head()
    report = verify(columns.Database(now), key=state.verifier_key())
    columns.check_copies(now, report)
    return report


def test_the_database_verifies_against_itself(log):
    (entry,) = journal.append([journal.correction(journal.entry(3), measures=(14,), commitments=("14.1",))])
    assert entry.index == SIZE
    report = database_report()
    assert report.ok, report.findings
    assert report.facts == SIZE + 1


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("UPDATE journal_line SET area = 'commune:45001' WHERE \"index\" = 9", ("changed", 9)),
        ('UPDATE journal_line SET cents = cents + 1 WHERE "index" = 9', ("changed", 9)),
        ("UPDATE journal_line SET text = replace(text, 'Fermes', 'Usines') WHERE \"index\" = 9", ("changed", 9)),
        ('DELETE FROM journal_line WHERE "index" = 9', ("removed", 9)),
        ('DELETE FROM journal_line WHERE "index" = 599', ("removed", 599)),
        ('DELETE FROM journal_measureline WHERE "index" = 9', ("changed", None)),
        ("UPDATE journal_commitmentline SET commitment = '12.2' WHERE \"index\" = 9", ("changed", None)),
        ("DELETE FROM journal_tile WHERE number = 1", ("tree", 256)),
    ],
)
def test_a_database_changed_behind_the_triggers_is_named(log, sql, finding):
    with triggers.lifted(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert finding in said(database_report())


def test_facts_parse_back_from_what_is_published(log):
    facts = unbundle((log / "tile/entries/000").read_bytes(), name="x")
    assert parse(facts[7]) == award(7)
    assert json.loads(facts[7])["index"] == 7


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mandat.cli", "journal", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **(env or {})},
    )


def test_the_command_verifies_files_without_django(log):
    key = log.parent / "key.pub"
    shutil.copy(log / "key.pub", key)
    # Without settings, and with a Django that cannot be imported.
    trap = log.parent / "trap" / "django"
    trap.mkdir(parents=True)
    (trap / "__init__.py").write_text("raise ImportError('no framework here')")
    env = {
        "PYTHONPATH": f"{trap.parent}{os.pathsep}{ROOT / 'src'}",
        "DJANGO_SETTINGS_MODULE": "",
    }
    done = run("verify", "--from", str(log), "--key", str(key), "--since", str(log / "checkpoint"), env=env)
    assert done.returncode == 0, done.stderr
    assert "600 faits vérifiés" in done.stdout
    edit(log, 300, lambda facts, at: facts.pop(at))
    done = run("verify", "--from", str(log), "--json", env=env)
    assert done.returncode == 1
    assert json.loads(done.stdout)["findings"] == [{"what": "removed", "index": 300, "message": "fait 300 : supprimé"}]
    assert "clé vient du journal lui-même" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("verify", "--from", "/nowhere"), "dossier introuvable"),
        (("verify", "--from", "LOG", "--key", "/nowhere"), "/nowhere"),
        (("verify", "--from", "LOG", "--key", "LOG/checkpoint"), "clé publique illisible"),
        (("verify", "--from", "LOG", "--since", "LOG/tile/0/000"), "fichier illisible"),
        (("verify", "--from", "http://127.0.0.1:9"), "ne répond pas"),
    ],
)
def test_the_command_says_what_is_wrong_with_its_arguments(log, arguments, message):
    done = run(*(argument.replace("LOG", str(log)) for argument in arguments))
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_served_log_verifies_from_its_address(log):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, directory=str(log), **options)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        report = verify(source(address), key=state.verifier_key())
        assert report.ok
        assert report.facts == SIZE
        (log / "tile/0/001").unlink()
        assert not verify(source(address), key=state.verifier_key()).ok
        server.shutdown()


def test_every_kept_checkpoint_is_the_beginning_of_the_log(log):
    leaves = [entry.leaf for entry in journal.iterate()]
    lines = [json.loads(line) for line in (log / "checkpoints.jsonl").read_text().splitlines()]
    assert [line["size"] for line in lines] == [100, 200, 300, 400, 500, 600]
    for line in lines:
        kept = read_checkpoint(line["note"], state.verifier_key())
        assert kept.root == merkle.root_of(leaves[: kept.size])
