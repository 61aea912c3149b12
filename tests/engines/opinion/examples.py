"""Small conversations that several tests share."""

from __future__ import annotations

import numpy as np

from mandat.engines.opinion import VoteMatrix

#: 24 participants × 9 statements, the last one moderated out in the golden results.
SMALL = """
+-+.-++00
+-++.++-0
.--.-0+-.
+++++0+++
-----+0-0
+-+++++-.
-+-+-+++-
.++++++--
----++0+.
++++++.++
.--+-+.++
++++..++-
--+--+.-+
.+.+-+0+0
----+++0+
+++++++0.
----.+++-
+++++++-+
--+--++-0
++++-+00+
-.---0+.-
++.-+++--
-----++-.
--+-.+.+0
"""


def matrix(text: str, excluded: tuple[int, ...] = (), names: tuple[list[str], list[str]] | None = None) -> VoteMatrix:
    """A matrix from lines of ``+ - 0 .``."""
    lines = [line.strip() for line in text.strip().splitlines()]
    m = len(lines[0])
    cells = [(i, j, "-0+".index(c) - 1) for i, line in enumerate(lines) for j, c in enumerate(line) if c != "."]
    rows, columns, values = (np.array(part) for part in zip(*cells, strict=True))
    flags = np.zeros(m, bool)
    flags[list(excluded)] = True
    people, statements = names or ([str(i) for i in range(len(lines))], [str(j) for j in range(m)])
    return VoteMatrix.from_triplets(
        participants=people, statements=statements, rows=rows, columns=columns, values=values, excluded=flags
    )


def crowd(sizes: tuple[int, ...], statements: int = 20, *, seed: int = 0, noise: float = 0.1) -> VoteMatrix:
    """Groups of like-minded people who vote on about three statements in four; ``noise`` is the share of other votes."""
    rng = np.random.default_rng(seed)
    rows, columns, values = [], [], []
    person = 0
    for group, size in enumerate(sizes):
        belief = np.random.default_rng([group, 99]).choice([-1, 1], statements)
        for _ in range(size):
            seen = np.flatnonzero(rng.random(statements) < 0.75)
            vote = np.where(rng.random(len(seen)) < noise, rng.integers(-1, 2, len(seen)), belief[seen])
            rows.append(np.full(len(seen), person))
            columns.append(seen)
            values.append(vote)
            person += 1
    return VoteMatrix.from_triplets(
        participants=[str(i) for i in range(person)],
        statements=[str(j) for j in range(statements)],
        rows=np.concatenate(rows),
        columns=np.concatenate(columns),
        values=np.concatenate(values),
    )


def dense(votes: VoteMatrix) -> np.ndarray:
    """(n, m) with NaN where there is no vote."""
    out = np.full(votes.shape, np.nan)
    for i in range(votes.shape[0]):
        a, b = votes.indptr[i], votes.indptr[i + 1]
        out[i, votes.indices[a:b]] = votes.values[a:b]
    return out
