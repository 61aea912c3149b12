"""Ballot lines to packed ballots: in blocks for speed, line by line where something is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mandat.engines.counting.blocks import Block, Layout, read_blocks
from mandat.engines.counting.limits import Limits, broken_limits, shown
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
from mandat.kernel.text import Text

Policy = Literal["auto", "enforce", "report"]
_UNKNOWN, _BLANK = -1, -2


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
        self.layout = Layout(
            width=len(columns),
            vote=columns.index("vote"),
            voter=columns.index("voter_id") if "voter_id" in columns else -1,
            points=columns.index("points") if self.scored and "points" in columns else -1,
            delimiter=delimiter,
            keep=keep_voters,
        )
        self.costs = np.array([float(p.cost) for p in projects])
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

    def read(self, lines: Iterator[str], *, start: int) -> None:
        """Take every ballot line; the first has number ``start``."""
        for block in read_blocks(lines, start=start, layout=self.layout, refuse=self._refuse):
            self._absorb(block)

    def _refuse(self, line: int, voter: str, code: str, reason: Text) -> None:
        self.refused.append(Refusal(line, voter, reason, code))

    # ------------------------------------------------------------------ checking

    def _absorb(self, block: Block) -> None:
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
                self._refuse(
                    block.lines[r],
                    block.voters[r],
                    "unknown-project",
                    Text(f"projet inconnu : {shown(names)}", f"unknown project: {shown(names)}"),
                )
        keep = (found >= 0) & ~bad[rows]
        if not keep.all():
            found, rows = found[keep], rows[keep]
            codes = None if codes is None else codes[keep]
        found, rows, codes = self._repeated(block, found, rows, codes, bad)
        lengths = np.bincount(rows, minlength=n).astype(np.int64)
        irregular = broken_limits(
            self.limits,
            rows=rows,
            lengths=lengths,
            most=1 if self.vote_type == "choose-1" else self.limits.max_length,
            costs=self.costs[found],
            points=None if codes is None else np.array([float(v or 0) for v in self.values])[codes],
        )
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

    def _points(self, block: Block, lengths: IntArray, bad: NDArray[np.bool_]) -> IndexArray:
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
        block: Block,
        found: IndexArray,
        rows: IndexArray,
        codes: IndexArray | None,
        bad: NDArray[np.bool_],
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

    def _voters(self, block: Block, bad: NDArray[np.bool_], irregular: dict[int, tuple[str, Text]]) -> None:
        seen = self.seen
        if self.layout.voter < 0:
            return
        fresh = set(block.voters)
        if len(fresh) == len(block.voters) and seen.isdisjoint(fresh) and "" not in fresh:
            seen |= fresh
            return
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
            is_sorted=self.vote_type in ("approval", "choose-1"),
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
        counts: list[int | None] = np.bincount(indices, minlength=len(self.projects)).tolist()
        return declared == counts

    def _scaled(self, codes: IndexArray) -> tuple[IntArray, int]:
        used = set(np.unique(codes).tolist())
        values = [v if k in used and v is not None else Decimal(0) for k, v in enumerate(self.values)]
        places = max((max(0, -int(v.normalize().as_tuple().exponent)) for v in values), default=0)
        scale = 10**places
        table = np.array([int(v * scale) for v in values] or [0], dtype=np.int64)
        return table[codes], scale
