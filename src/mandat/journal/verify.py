"""Verify a log from its published files and its public key. No framework, no database, no trust in who publishes.

Every fact is hashed and compared with its leaf; the tree is rebuilt and compared with the signed checkpoint, with
those signed before, and with one the reader kept. What differs is named: a fact changed, removed, moved, back-dated.
Memory does not grow with the log.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from mandat.journal.merkle import HASH, Frontier, leaf_hash
from mandat.journal.note import Checkpoint, VerifierKey, read_checkpoint
from mandat.journal.tiles import ENTRIES, HEIGHT, WIDTH, TilePath, hashes, unbundle
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

CHECKPOINT = "checkpoint"
CHECKPOINTS = "checkpoints.jsonl"
KEY = "key.pub"

What = Literal["changed", "removed", "added", "moved", "back-dated", "unreadable", "tree", "checkpoint", "truncated"]
#: After so many findings the log is broken as a whole: the rest adds nothing.
MOST_FINDINGS = 200
#: No honest file is larger: 256 facts of 64 KB.
LARGEST_FILE = 17_000_000

# Where a canonical line says its index and its moment. Texts have their quotes escaped: only a key can match.
_INDEX = re.compile(rb'"format":\d+,"index":(\d+),"kind":"')
_MOMENT = re.compile(rb'"recorded_at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)"')


class MissingError(Exception):
    """The source has no such file."""


class Source(Protocol):
    """Where the files of a log are read: ``read`` raises MissingError for a file that is not there."""

    def read(self, path: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """Files exported to a folder."""

    root: Path

    def read(self, path: str) -> bytes:
        try:
            with (self.root / path).open("rb") as file:
                return file.read(LARGEST_FILE)
        except (FileNotFoundError, NotADirectoryError):
            raise MissingError(path) from None


@dataclass(frozen=True, slots=True)
class Site:
    """Files served by a site."""

    address: str

    def read(self, path: str) -> bytes:
        try:
            with urllib.request.urlopen(f"{self.address.rstrip('/')}/{path}", timeout=30) as answer:  # noqa: S310 - the reader's own address, http(s) only
                raw: bytes = answer.read(LARGEST_FILE)
                return raw
        except urllib.error.HTTPError as error:
            if error.code in (404, 410):
                raise MissingError(path) from None
            raise InputError(
                Text(f"{self.address} répond {error.code}", f"{self.address} answers {error.code}")
            ) from None
        except (urllib.error.URLError, TimeoutError) as error:
            reason = getattr(error, "reason", error)
            raise InputError(
                Text(f"{self.address} ne répond pas ({reason})", f"{self.address} does not answer ({reason})")
            ) from None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: ``index`` is the fact's place, None where it concerns the log as a whole."""

    what: What
    index: int | None
    text: Text

    def __str__(self) -> str:
        return str(self.text)


@dataclass(slots=True)
class Report:
    """What was verified and what is wrong; no finding means that every fact is as it was signed."""

    checkpoint: Checkpoint | None = None
    facts: int = 0
    checkpoints: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings

    def add(self, what: What, index: int | None, fr: str, en: str) -> None:
        """Note a finding, unless there are so many that it adds nothing."""
        if not self.full:
            self.findings.append(Finding(what, index, Text(fr, en)))

    @property
    def full(self) -> bool:
        return len(self.findings) >= MOST_FINDINGS


def source(address: str) -> Source:
    """A folder or a site by its name. Raises InputError."""
    if re.match(r"^https?://", address):
        return Site(address)
    root = Path(address)
    if not root.is_dir():
        raise InputError(Text(f"dossier introuvable : {address}", f"no such folder: {address}"))
    return Folder(root)


def verify(
    log: Source,
    *,
    key: VerifierKey,
    since: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Verify every fact of ``log``. ``since`` is a signed note kept earlier; ``progress`` gets facts done and facts in all.

    Never raises on what the log holds: it is reported. Raises InputError where the log cannot be reached or has no checkpoint, and
    where ``since`` is not a note of ``key``.
    """
    report = Report()
    earlier: dict[int, list[tuple[str, bytes]]] = {}
    if since is not None:
        kept = read_checkpoint(since, key)
        earlier.setdefault(kept.size, []).append(("kept", kept.root))
    try:
        note = log.read(CHECKPOINT).decode()
    except MissingError:
        raise InputError(Text("point de contrôle introuvable", "no checkpoint")) from None
    except UnicodeDecodeError:
        raise InputError(Text("point de contrôle illisible", "unreadable checkpoint")) from None
    try:
        report.checkpoint = read_checkpoint(note, key)
    except InputError as error:
        report.add("checkpoint", None, error.text.fr, error.text.en)
        return report
    size = report.checkpoint.size
    _read_history(log, key, report, earlier)
    _walk(log, report, earlier, progress)
    for other in sorted(earlier):
        if other > size:
            report.add(
                "truncated",
                size,
                f"le journal a perdu des faits : {size} au lieu de {other} déjà signés",
                f"the log lost facts: {size} instead of {other} already signed",
            )
    return report


def _read_history(log: Source, key: VerifierKey, report: Report, earlier: dict[int, list[tuple[str, bytes]]]) -> None:
    try:
        lines = log.read(CHECKPOINTS).decode(errors="replace").splitlines()
    except MissingError:
        return
    for number, line in enumerate(lines, start=1):
        try:
            known = read_checkpoint(json.loads(line)["note"], key)
        except (InputError, ValueError, KeyError, TypeError) as error:
            reason = error.text if isinstance(error, InputError) else Text("illisible", "unreadable")
            report.add(
                "checkpoint",
                None,
                f"{CHECKPOINTS}, ligne {number} : {reason.fr}",
                f"{CHECKPOINTS}, line {number}: {reason.en}",
            )
            if report.full:
                return
            continue
        earlier.setdefault(known.size, []).append(("signed", known.root))
        report.checkpoints += 1


def _walk(
    log: Source,
    report: Report,
    earlier: Mapping[int, list[tuple[str, bytes]]],
    progress: Callable[[int, int], None] | None,
) -> None:
    """Go through every fact once, growing the tree beside."""
    assert report.checkpoint is not None
    size = report.checkpoint.size
    frontier = Frontier()
    last = b""
    upper = _Upper(log, size)
    marks = sorted(mark for mark in earlier if mark <= size)
    whole = True
    for number in range(-(-size // WIDTH)):
        start = number * WIDTH
        width = min(WIDTH, size - start)
        facts = _facts(log, number, width, report)
        signed = _signed_leaves(log, number, width, report)
        leaves = [leaf_hash(fact) for fact in facts]
        if leaves != signed:
            whole = whole and len(signed) == width
            _explain(start, facts, leaves, signed, width, report)
        last = _order(start, facts, last, report, quiet=leaves != signed)
        report.facts += len(facts)
        # The tree grows on the signed leaves: one changed fact must not hide what follows.
        grown = signed if len(signed) == width else leaves
        while marks and start < marks[0] <= start + width:
            cut = marks.pop(0) - frontier.size
            _extend(upper, frontier, grown[:cut], report)
            grown = grown[cut:]
            _compare(frontier, earlier, report)
        _extend(upper, frontier, grown, report)
        if progress is not None:
            progress(start + width, size)
        if report.full:
            return
    if marks and marks[0] == 0 == frontier.size:
        _compare(frontier, earlier, report)
    told = any(finding.what == "tree" for finding in report.findings)
    if whole and not told and frontier.root() != report.checkpoint.root:
        report.add(
            "tree",
            None,
            "la racine calculée n'est pas celle du point de contrôle signé : les empreintes publiées ont été remplacées",
            "the computed root is not that of the signed checkpoint: the published hashes were replaced",
        )


def _facts(log: Source, number: int, width: int, report: Report) -> list[bytes]:
    path = str(TilePath(-1, number, width))
    try:
        return unbundle(log.read(path), name=path)
    except MissingError:
        report.add("removed", number * WIDTH, f"fichier de faits absent : {path}", f"file of facts missing: {path}")
    except InputError as error:
        report.add("unreadable", number * WIDTH, f"{path} : {error.text.fr}", f"{path}: {error.text.en}")
    return []


def _signed_leaves(log: Source, number: int, width: int, report: Report) -> list[bytes]:
    path = str(TilePath(0, number, width))
    try:
        found = hashes(log.read(path), name=path)
        if len(found) == width:
            return found
        report.add(
            "tree",
            None,
            f"{path} : {len(found)} empreintes au lieu de {width}",
            f"{path}: {len(found)} hashes instead of {width}",
        )
    except MissingError:
        report.add("tree", None, f"tuile absente : {path}", f"tile missing: {path}")
    except InputError as error:
        report.add("tree", None, f"{path} : {error.text.fr}", f"{path}: {error.text.en}")
    return []


class _Upper:
    """The published tiles above the leaves; the last one read of each level is kept."""

    def __init__(self, log: Source, size: int) -> None:
        self._log = log
        self._size = size
        self._last: dict[int, tuple[str, bytes]] = {}

    def node(self, level: int, number: int) -> tuple[str, bytes]:
        """The path of the tile that holds a node, and the node's hash (empty where it is not published)."""
        tile, rest = divmod(number, WIDTH)
        path = str(TilePath(level, tile, min(WIDTH, (self._size >> HEIGHT * level) - tile * WIDTH)))
        if self._last.get(level, ("", b""))[0] != path:
            try:
                self._last[level] = (path, self._log.read(path))
            except (MissingError, InputError):
                self._last[level] = (path, b"")
        return path, self._last[level][1][rest * HASH : (rest + 1) * HASH]


def _extend(upper: _Upper, frontier: Frontier, leaves: list[bytes], report: Report) -> None:
    """Grow the tree, and compare each completed subtree of a tile's height with the published tile above it."""
    for height, number, root in frontier.extend(leaves, every=HEIGHT):
        path, published = upper.node(height // HEIGHT, number)
        if published != root and not report.full:
            first, last = number << height, ((number + 1) << height) - 1
            report.add(
                "tree",
                first,
                f"faits {first} à {last} : leurs empreintes ne sont plus celles de la tuile {path}",
                f"facts {first} to {last}: their hashes are no longer those of tile {path}",
            )


def _compare(frontier: Frontier, earlier: Mapping[int, list[tuple[str, bytes]]], report: Report) -> None:
    for origin, root in earlier.get(frontier.size, ()):
        if root != frontier.root():
            fr, en = ("que vous avez conservé", "you kept") if origin == "kept" else ("publié", "published")
            report.add(
                "checkpoint",
                None,
                f"les {frontier.size} premiers faits ne sont plus ceux du point de contrôle {fr} : le journal a été réécrit",
                f"the first {frontier.size} facts are no longer those of the checkpoint {en}: the log was rewritten",
            )


def _explain(
    start: int, facts: list[bytes], leaves: list[bytes], signed: list[bytes], width: int, report: Report
) -> None:
    """Name what differs between the facts of one bundle and the signed leaves: removed, moved, added or changed."""
    if not signed:
        there = {_says(fact) for fact in facts}
        for index in range(start, start + width if facts else start):
            if index not in there and not report.full:
                report.add("removed", index, f"fait {index} : supprimé", f"fact {index}: removed")
        return
    if not facts:
        last = start + width - 1
        if not any(finding.index == start for finding in report.findings):
            report.add("removed", start, f"faits {start} à {last} : supprimés", f"facts {start} to {last}: removed")
        return
    place_of = {leaf: start + rank for rank, leaf in enumerate(signed)}
    present = set(leaves)
    for rank, leaf in enumerate(signed):
        index = start + rank
        if leaf in present:
            continue
        # A fact that says it is this one is there, but reads otherwise.
        if any(_says(fact) == index for fact, found in zip(facts, leaves, strict=True) if found not in place_of):
            report.add("changed", index, f"fait {index} : modifié", f"fact {index}: changed")
        else:
            report.add("removed", index, f"fait {index} : supprimé", f"fact {index}: removed")
        if report.full:
            return
    kept = [place_of[leaf] for leaf in leaves if leaf in place_of]
    for index in _out_of_order(kept):
        report.add("moved", index, f"fait {index} : déplacé", f"fact {index}: moved")
    for fact, leaf in zip(facts, leaves, strict=True):
        says = _says(fact)
        if leaf not in place_of and (says is None or not start <= says < start + width):
            report.add(
                "added",
                says,
                f"fait ajouté hors de la suite, près de {start} (il se dit {says})",
                f"fact added out of sequence, near {start} (it says {says})",
            )
    if len(kept) != len(set(kept)):
        report.add("added", None, f"fait répété près de {start}", f"fact repeated near {start}")


def _out_of_order(places: list[int]) -> Iterator[int]:
    """The places that stand before a smaller one, or after a larger one: the fewest that explain the disorder."""
    if places == sorted(places):
        return
    # Longest increasing run kept in place; the others moved.
    runs: list[tuple[int, ...]] = []
    for place in places:
        before = [run for run in runs if run[-1] < place]
        runs.append((*_longest(before), place))
    stay = set(_longest(runs))
    yield from sorted({place for place in places if place not in stay})


def _longest(runs: list[tuple[int, ...]]) -> tuple[int, ...]:
    return max(runs, key=lambda run: len(run), default=())


def _order(start: int, facts: list[bytes], last: bytes, report: Report, *, quiet: bool) -> bytes:
    """Each fact says its own place, and none was recorded before the one ahead of it. Returns the last moment."""
    for rank, fact in enumerate(facts):
        index = start + rank
        places, moments = _INDEX.findall(fact), _MOMENT.findall(fact)
        if len(places) == 1 == len(moments):
            says, moment = int(places[0]), moments[0]
        else:
            try:
                line = json.loads(fact)
                says, moment = line["index"], line["recorded_at"].encode()
            except (ValueError, KeyError, TypeError, AttributeError):
                report.add("unreadable", index, f"fait {index} : illisible", f"fact {index}: unreadable")
                continue
        if says != index and not quiet:
            report.add(
                "moved", index, f"à la place {index}, un fait se dit {says}", f"at place {index}, a fact says {says}"
            )
        # Moments are written with a fixed width in UTC: they compare as they read.
        if moment < last:
            report.add(
                "back-dated",
                says,
                f"fait {says} : antidaté ({moment.decode()} après {last.decode()})",
                f"fact {says}: back-dated ({moment.decode()} after {last.decode()})",
            )
        else:
            last = moment
        if report.full:
            break
    return last


def _says(fact: bytes) -> int | None:
    try:
        index = json.loads(fact)["index"]
    except (ValueError, KeyError, TypeError):
        return None
    return index if isinstance(index, int) else None


__all__ = [
    "CHECKPOINT",
    "CHECKPOINTS",
    "ENTRIES",
    "KEY",
    "Finding",
    "Folder",
    "MissingError",
    "Report",
    "Site",
    "Source",
    "source",
    "verify",
]
