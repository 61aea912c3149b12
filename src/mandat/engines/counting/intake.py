"""Ballot lines to packed ballots: in blocks for speed, line by line where something is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import Literal

import numpy as np

from mandat.engines.counting.model import (
    Ballots,
    IndexArray,
    IntArray,
    Project,
    Refusal,
    VoterTable,
    VoteType,
    parse_decimal,
)
from mandat.engines.counting.packing import pack
from mandat.engines.counting.rows import RowSplitter
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Policy = Literal["auto", "enforce", "report"]
_UNKNOWN, _BLANK = -1, -2


@dataclass(frozen=True, slots=True)
class Limits:
    """What the file declares of a lawful ballot; None where it says nothing."""

    min_length: int | None = None
    max_length: int | None = None
    min_points: Decimal | None = None
    max_points: Decimal | None = None
    min_sum_points: Decimal | None = None
    max_sum_points: Decimal | None = None
    min_sum_cost: Decimal | None = None
    max_sum_cost: Decimal | None = None

    @classmethod
    def of(cls, meta: Mapping[str, str], *, file: str = "", lines: Mapping[str, int] | None = None) -> Limits:
        found: dict[str, Decimal | None] = {}
        for key in cls.__slots__:
            text = meta.get(key, "").strip()
            if text and text.lower() not in ("none", "nan", "unlimited", "inf"):
                number = parse_decimal(text)
                if number is None:
                    raise InputError(
                        Text(f"{key} illisible : « {text} »", f"unreadable {key}: “{text}”"),
                        file=file,
                        line=(lines or {}).get(key, 0),
                    )
                found[key] = number
        whole = {k: None if found.get(k) is None else int(found[k]) for k in ("min_length", "max_length")}  # type: ignore[arg-type]
        return cls(**{**found, **whole})  # type: ignore[arg-type]


@dataclass(slots=True)
class _Block:
    """Ballots of one block after parsing: entries by ballot, and what is wrong with each."""

    lines: Sequence[int]
    voters: Sequence[str]
    votes: Sequence[str]
    points: Sequence[str] | None
    fields: Sequence[Sequence[str]] | None


class Intake:
    """Takes the VOTES section; :meth:`finish` gives packed ballots and the refusals, by line."""

    def __init__(
        self,
        *,
        projects: Sequence[Project],
        vote_type: VoteType,
        limits: Limits,
        policy: Policy,
        columns: tuple[str, ...],
        declared: Decimal | None = None,
        keep_voters: bool = False,
        delimiter: str = ";",
    ) -> None:
        self.projects, self.vote_type, self.limits, self.policy = projects, vote_type, limits, policy
        self.columns, self.declared, self.keep, self.delimiter = columns, declared, keep_voters, delimiter
        self.number: dict[str, int] = {p.id: k for k, p in enumerate(projects)}
        self.number.setdefault("", _BLANK)
        self.scored = vote_type in ("cumulative", "scoring")
        self.at_vote = columns.index("vote")
        self.at_voter = columns.index("voter_id") if "voter_id" in columns else -1
        self.at_points = columns.index("points") if self.scored and "points" in columns else -1
        self.seen: set[str] = set()
        self.indices: list[IndexArray] = []
        self.lengths: list[IntArray] = []
        self.codes: list[IndexArray] = []
        self.code_of: dict[str, int] = {}
        self.values: list[Decimal | None] = []
        self.refused: list[Refusal] = []
        self.doubtful: list[tuple[int, Refusal]] = []  # position among the ballots taken, why
        self.kept: list[tuple[str, ...]] = []
        self.taken = 0

    # ------------------------------------------------------------------ reading

    def read(self, numbered: Iterator[tuple[int, str]], *, chunk: int) -> None:
        while block := list(islice(numbered, chunk)):
            ready = self._fast(block)
            if ready is not None:
                self._absorb(ready)
            else:
                unread = self._slow(chain(block, numbered), block[-1][0])
                numbered = chain(unread, numbered) if unread else numbered

    def _fast(self, block: list[tuple[int, str]]) -> _Block | None:
        """Columns of a block in which every line is a plain row; None when one is not."""
        rows = [line.split(self.delimiter) for _, line in block]
        if len(rows[0]) != len(self.columns):
            return None
        try:
            columns = list(zip(*rows, strict=True))
        except ValueError:
            return None
        if self.at_voter < 0:
            voters: Sequence[str] = [""] * len(rows)
        else:
            voters = columns[self.at_voter]
        votes: Sequence[str] = columns[self.at_vote]
        points: Sequence[str] | None = columns[self.at_points] if self.at_points >= 0 else None
        last = len(self.columns) - 1
        if self.at_vote == last:
            votes = [v.rstrip() for v in votes]
        elif self.at_points == last and points is not None:
            points = [p.rstrip() for p in points]
        elif self.at_voter == last:
            voters = [v.rstrip() for v in voters]
        if '"' in "".join(chain.from_iterable(columns)):
            return None
        fields = [[f.strip() for f in row] for row in rows] if self.keep else None
        return _Block(range(block[0][0], block[0][0] + len(block)), voters, votes, points, fields)

    def _slow(self, numbered: Iterator[tuple[int, str]], last: int) -> list[tuple[int, str]]:
        """Row by row up to line ``last``: quotes, blank lines, wrong numbers of fields. Gives back lines read ahead."""
        lines: list[int] = []
        voters: list[str] = []
        votes: list[str] = []
        points: list[str] = []
        fields: list[Sequence[str]] = []
        splitter = RowSplitter(numbered, self.delimiter)
        for line, row in splitter:
            self._row(line, row, (lines, voters, votes, points, fields))
            if line >= last:
                break
        if lines:
            self._absorb(
                _Block(lines, voters, votes, points if self.at_points >= 0 else None, fields if self.keep else None)
            )
        return splitter.pending

    def _row(
        self, line: int, row: list[str], into: tuple[list[int], list[str], list[str], list[str], list[Sequence[str]]]
    ) -> None:
        width = len(self.columns)
        if len(row) > width and not any(f.strip() for f in row[width:]):
            row = row[:width]
        voter = row[self.at_voter].strip() if 0 <= self.at_voter < len(row) else ""
        if len(row) > width:
            tell = Text(f"{len(row)} champs au lieu de {width}", f"{len(row)} fields instead of {width}")
            self._refuse(line, voter, "fields", tell)
        elif len(row) <= self.at_vote:
            self._refuse(line, voter, "fields", Text("le champ vote manque", "the vote field is missing"))
        else:
            row = row + [""] * (width - len(row))
            given = row[self.at_points].strip() if self.at_points >= 0 else ""
            values = (line, voter, row[self.at_vote].strip(), given, [f.strip() for f in row])
            for column, value in zip(into, values, strict=True):
                column.append(value)  # type: ignore[arg-type]

    def _refuse(self, line: int, voter: str, code: str, reason: Text) -> None:
        self.refused.append(Refusal(line, voter, reason, code))

    # ------------------------------------------------------------------ checking

    def _absorb(self, block: _Block) -> None:
        votes = block.votes
        tokens = ",".join(votes).split(",")
        lookup = self.number
        try:
            found = np.fromiter(map(lookup.__getitem__, tokens), dtype=np.int32, count=len(tokens))
        except KeyError:
            found = np.fromiter((self._project(t) for t in tokens), dtype=np.int32, count=len(tokens))
        lengths = np.fromiter((v.count(",") for v in votes), dtype=np.int64, count=len(votes)) + 1
        n = len(votes)
        rows = np.repeat(np.arange(n, dtype=np.int32), lengths)
        bad = np.zeros(n, dtype=bool)
        codes: IndexArray | None = None
        if self.scored:
            codes = self._points(block, lengths, bad)
        for r in np.unique(rows[found == _UNKNOWN]):
            if not bad[r]:
                bad[r] = True
                names = [t.strip() for t in votes[r].split(",") if self._project(t) == _UNKNOWN]
                shown = ", ".join(names[:3])
                self._refuse(
                    block.lines[r],
                    block.voters[r],
                    "unknown-project",
                    Text(f"projet inconnu : {shown}", f"unknown project: {shown}"),
                )
        keep = (found >= 0) & ~bad[rows]
        if not keep.all():
            found, rows = found[keep], rows[keep]
            codes = None if codes is None else codes[keep]
        found, rows, codes = self._repeated(block, found, rows, codes, bad)
        lengths = np.bincount(rows, minlength=n).astype(np.int64)
        irregular = self._limits(found, rows, lengths, codes)
        self._voters(block, bad, irregular)
        for r in sorted(irregular):
            if not bad[r]:
                code, reason = irregular[r]
                refusal = Refusal(block.lines[r], block.voters[r], reason, code, counted=True)
                self.doubtful.append((self.taken + int(r - bad[:r].sum()), refusal))
        good = ~bad
        self.indices.append(found if good.all() else found[good[rows]])
        if codes is not None:
            self.codes.append(codes if good.all() else codes[good[rows]])
        self.lengths.append(lengths[good])
        if block.fields is not None:
            self.kept += [tuple(f) for f, ok in zip(block.fields, good, strict=True) if ok]
        self.taken += int(good.sum())

    def _project(self, token: str) -> int:
        found = self.number.get(token)
        if found is None:
            found = self.number.get(token.strip())
        if found is None and token.strip().lower() == "none":
            found = _BLANK
        return _UNKNOWN if found is None else found

    def _points(self, block: _Block, lengths: IntArray, bad: np.ndarray) -> IndexArray:  # type: ignore[type-arg]
        """A code per entry into :attr:`values`; ballots whose points do not fit are marked bad."""
        points = block.points if block.points is not None else [""] * len(block.votes)
        given = np.fromiter((p.count(",") for p in points), dtype=np.int64, count=len(points)) + 1
        wrong = given != lengths
        fixed = points
        if wrong.any() or "" in points:
            fixed = list(points)
            for r in range(len(points)):
                blank = block.votes[r].strip().lower() in ("", "none")
                if blank and not points[r].strip():
                    continue
                if wrong[r] or not points[r].strip():
                    bad[r] = True
                    n, k = int(lengths[r]), int(given[r]) if points[r].strip() else 0
                    self._refuse(
                        block.lines[r],
                        block.voters[r],
                        "points",
                        Text(f"{k} nombres de points pour {n} projets", f"{k} numbers of points for {n} projects"),
                    )
                    fixed[r] = ",".join(["0"] * n)
        tokens = ",".join(fixed).split(",")
        known = self.code_of
        try:
            codes = np.fromiter(map(known.__getitem__, tokens), dtype=np.int32, count=len(tokens))
        except KeyError:
            for token in set(tokens) - known.keys():
                known[token] = len(self.values)
                self.values.append(Decimal(0) if not token.strip() else parse_decimal(token))
            codes = np.fromiter(map(known.__getitem__, tokens), dtype=np.int32, count=len(tokens))
        unusable = [k for k, v in enumerate(self.values) if v is None or (v < 0 and self.vote_type == "cumulative")]
        if unusable:
            rows = np.repeat(np.arange(len(points)), lengths)
            for r in np.unique(rows[np.isin(codes, unusable)]):
                if not bad[r]:
                    bad[r] = True
                    self._refuse(
                        block.lines[r],
                        block.voters[r],
                        "points",
                        Text(f"points illisibles : {points[r]}", f"unreadable points: {points[r]}"),
                    )
        return codes

    def _repeated(
        self,
        block: _Block,
        found: IndexArray,
        rows: IndexArray,
        codes: IndexArray | None,
        bad: np.ndarray,  # type: ignore[type-arg]
    ) -> tuple[IndexArray, IndexArray, IndexArray | None]:
        """A project named twice: counted once in a set, a reason to refuse where order or points matter."""
        key = rows.astype(np.int64) * len(self.projects) + found
        ordered = self.vote_type in ("ordinal", "cumulative", "scoring")
        if not ordered and not np.any(key[1:] <= key[:-1]):
            return found, rows, codes
        order = np.argsort(key, kind="stable")
        again = np.zeros(len(key), dtype=bool)
        again[order[1:]] = key[order[1:]] == key[order[:-1]]
        if not ordered:
            for r in np.unique(rows[again]):
                self.refused.append(
                    Refusal(
                        block.lines[r],
                        block.voters[r],
                        Text("projet nommé deux fois, compté une fois", "project named twice, counted once"),
                        "repeated-project",
                        counted=True,
                    )
                )
            order = order[~again[order]]
            return found[order], rows[order], None
        if not again.any():
            return found, rows, codes
        for r in np.unique(rows[again]):
            if not bad[r]:
                bad[r] = True
                self._refuse(
                    block.lines[r],
                    block.voters[r],
                    "repeated-project",
                    Text("projet nommé deux fois", "project named twice"),
                )
        keep = ~bad[rows]
        return found[keep], rows[keep], None if codes is None else codes[keep]

    def _limits(
        self, found: IndexArray, rows: IndexArray, lengths: IntArray, codes: IndexArray | None
    ) -> dict[int, tuple[str, Text]]:
        """Ballots that break a declared limit, with the first limit broken."""
        limits, broken = self.limits, dict[int, tuple[str, Text]]()

        def mark(where: np.ndarray, code: str, tell: Text, measure: np.ndarray) -> None:  # type: ignore[type-arg]
            for r in np.flatnonzero(where):
                broken.setdefault(int(r), (code, tell.format(n=f"{measure[r]:g}")))

        most = 1 if self.vote_type == "choose-1" else limits.max_length
        if most is not None:
            tell = Text(f"{{n}} projets, au plus {most}", f"{{n}} projects, at most {most}")
            mark(lengths > most, "too-long", tell, lengths)
        if limits.min_length is not None:
            least = limits.min_length
            tell = Text(f"{{n}} projets, au moins {least}", f"{{n}} projects, at least {least}")
            mark(lengths < least, "too-short", tell, lengths)
        if codes is not None:
            # Limits are compared on floats widened by a hair: every real limit has few decimals.
            worth = np.array([float(v) if v is not None else 0.0 for v in self.values])[codes]
            self._bounds(
                mark, np.bincount(rows, weights=worth, minlength=len(lengths)), lengths, "sum_points", "points"
            )
            for r, value in zip(rows, worth, strict=True) if limits.min_points or limits.max_points else ():
                if limits.max_points is not None and value > float(limits.max_points):
                    tell = Text("{n} points à un projet, au plus {m}", "{n} points to one project, at most {m}")
                    broken.setdefault(
                        int(r), ("points-too-high", tell.format(n=f"{value:g}", m=f"{limits.max_points:f}"))
                    )
                elif limits.min_points is not None and value < float(limits.min_points):
                    tell = Text("{n} points à un projet, au moins {m}", "{n} points to one project, at least {m}")
                    broken.setdefault(
                        int(r), ("points-too-low", tell.format(n=f"{value:g}", m=f"{limits.min_points:f}"))
                    )
        if limits.min_sum_cost is not None or limits.max_sum_cost is not None:
            costs = np.array([float(p.cost) for p in self.projects])[found]
            self._bounds(mark, np.bincount(rows, weights=costs, minlength=len(lengths)), lengths, "sum_cost", "coût")
        return broken

    def _bounds(self, mark, sums, lengths, name: str, word: str) -> None:  # type: ignore[no-untyped-def]
        low, high = getattr(self.limits, f"min_{name}"), getattr(self.limits, f"max_{name}")
        english = {"points": "points", "coût": "cost"}[word]
        if high is not None:
            tell = Text(f"somme ({word}) de {{n}}, au plus {high:f}", f"{english} add up to {{n}}, at most {high:f}")
            mark(sums > float(high) * (1 + 1e-12) + 1e-9, f"{name}-too-high", tell, sums)
        if low is not None:
            tell = Text(f"somme ({word}) de {{n}}, au moins {low:f}", f"{english} add up to {{n}}, at least {low:f}")
            mark((sums < float(low) * (1 - 1e-12) - 1e-9) & (lengths > 0), f"{name}-too-low", tell, sums)

    def _voters(self, block: _Block, bad: np.ndarray, irregular: dict[int, tuple[str, Text]]) -> None:  # type: ignore[type-arg]
        before, seen = len(self.seen), self.seen
        if self.at_voter < 0:
            return
        fresh = set(block.voters)
        if len(fresh) == len(block.voters) and seen.isdisjoint(fresh) and "" not in fresh:
            seen |= fresh
            return
        del before
        for r, voter in enumerate(block.voters):
            name = voter.strip()
            if name and name in seen and not bad[r]:
                irregular.setdefault(r, ("repeated-voter", Text("personne déjà comptée", "voter already counted")))
            seen.add(name)

    # ------------------------------------------------------------------ the end

    def finish(self) -> tuple[Ballots, tuple[Refusal, ...], VoterTable | None]:
        lengths = np.concatenate(self.lengths) if self.lengths else np.zeros(0, dtype=np.int64)
        indices = np.concatenate(self.indices) if self.indices else np.zeros(0, dtype=np.int32)
        codes = (np.concatenate(self.codes) if self.codes else np.zeros(0, dtype=np.int32)) if self.scored else None
        self.lengths, self.indices, self.codes, self.seen = [], [], [], set()
        good = np.ones(len(lengths), dtype=bool)
        if self.doubtful and not self._counted_anyway(indices, len(lengths)):
            good[[position for position, _ in self.doubtful]] = False
            self.doubtful = [(p, Refusal(d.line, d.voter, d.reason, d.code)) for p, d in self.doubtful]
            entries = np.repeat(good, lengths)
            indices, lengths = indices[entries], lengths[good]
            codes = None if codes is None else codes[entries]
        indptr = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, out=indptr[1:])
        points, scale = self._scaled(codes) if codes is not None else (None, 1)
        ballots = pack(
            indptr=indptr,
            indices=indices,
            points=points,
            points_scale=scale,
            projects=len(self.projects),
            ordered=self.vote_type == "ordinal",
        )
        refused = tuple(sorted([*self.refused, *(d for _, d in self.doubtful)], key=lambda r: r.line))
        table = None
        if self.keep:
            table = VoterTable(self.columns, tuple(row for row, ok in zip(self.kept, good, strict=True) if ok))
        return ballots, refused, table

    def _counted_anyway(self, indices: IndexArray, n: int) -> bool:
        if self.policy != "auto":
            return self.policy == "report"
        declared = [p.votes for p in self.projects]
        if None in declared or (self.declared is not None and self.declared != n):
            return False
        return declared == np.bincount(indices, minlength=len(self.projects)).tolist()

    def _scaled(self, codes: IndexArray) -> tuple[IntArray, int]:
        used = set(np.unique(codes).tolist())
        values = [v if k in used and v is not None else Decimal(0) for k, v in enumerate(self.values)]
        places = max((max(0, -int(v.normalize().as_tuple().exponent)) for v in values), default=0)
        scale = 10**places
        table = np.array([int(v * scale) for v in values] or [0], dtype=np.int64)
        return table[codes], scale
