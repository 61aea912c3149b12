"""Opinion maps against red-dwarf: time, memory, singular values, in the same run on the same votes.

    MANDAT_PEERS_PYTHON=/path/to/peers/bin/python python benchmarks/opinion.py [--quick]

The peer runs in an environment of its own (``requirements-peers.txt``); without it only our side is measured.
Both sides start from votes in memory and end with groups, representative and consensus statements: ours from three
arrays, the peer from the list of dictionaries it asks for, whose making is not counted. Real conversations come from
``../shared/data/polis`` where it is there; synthetic ones are seeded. Each measure is a process of its own; times are
medians of five runs (one run above a million votes), without the imports. Resampling, which the peer does not do, is
measured apart.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
POLIS = ROOT.parent / "shared" / "data" / "polis"

PEER = r"""
import json, resource, sys, time
import numpy as np
from reddwarf.implementations.base import run_pipeline
from sklearn.decomposition import PCA

data = np.load(sys.argv[1])
out = [int(j) for j in np.flatnonzero(data["excluded"])]
votes = [
    {"participant_id": r, "statement_id": c, "vote": v, "modified": 0}
    for r, c, v in zip(data["rows"].tolist(), data["columns"].tolist(), data["values"].tolist())
]
runs = []
for _ in range(int(sys.argv[2])):
    wall, cpu = time.perf_counter(), time.process_time()
    found = run_pipeline(votes=votes, mod_out_statement_ids=out, random_state=0)
    runs.append((time.perf_counter() - wall, time.process_time() - cpu))
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
# Its own solver may be a randomised one: the exact values come from the same library's full decomposition.
filled = found.filtered_vote_matrix.to_numpy(dtype=float)
means = np.nanmean(filled, axis=0)
exact = PCA(n_components=2, svd_solver="full").fit(np.where(np.isnan(filled), means, filled))
print(json.dumps({
    "runs": runs,
    "memory": memory,
    "singular": exact.singular_values_.tolist(),
    "own_singular": found.reducer.singular_values_.tolist(),
    "people": [int(i) for i in found.participants_df.index[found.participants_df.to_cluster]],
    "labels": found.clusterer.labels_.tolist(),
}))
"""


def synthetic(people: int, statements: int, mean_votes: int, *, seed: int = 1) -> dict[str, np.ndarray]:
    """Four groups of opinion; numbers of votes are geometric; each person votes on a regular stride of statements."""
    rng = np.random.default_rng(seed)
    count = np.clip(rng.geometric(1 / mean_votes, size=people), 1, statements)
    rows = np.repeat(np.arange(people, dtype=np.int32), count)
    inside = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    strides = np.array([s for s in range(1, statements) if np.gcd(s, statements) == 1])
    columns = (
        (rng.integers(0, statements, people)[rows] + inside * rng.choice(strides, people)[rows]) % statements
    ).astype(np.int32)
    belief = rng.uniform(-1, 1, (4, statements))[rng.integers(0, 4, people)[rows], columns]
    values = np.where(rng.random(len(rows)) < 0.15, 0, np.where(rng.random(len(rows)) < (1 + belief) / 2, 1, -1))
    return {
        "rows": rows,
        "columns": columns,
        "values": values.astype(np.int8),
        "shape": np.array([people, statements]),
        "excluded": np.zeros(statements, bool),
    }


def real(folder: Path) -> dict[str, np.ndarray]:
    """A shipped conversation as arrays."""
    from mandat.cli.opinion import read_conversation

    votes = read_conversation(folder).votes
    return {
        "rows": np.repeat(np.arange(votes.shape[0], dtype=np.int32), votes.votes_by_participant()),
        "columns": votes.indices,
        "values": votes.values,
        "shape": np.array(votes.shape),
        "excluded": votes.excluded,
    }


def ours(path: Path, repeats: int) -> dict[str, Any]:
    """Our side, in this process."""
    from mandat.engines.opinion import VoteMatrix, map_opinions

    data = dict(np.load(path))
    n, m = data["shape"].tolist()
    runs, apart = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        votes = VoteMatrix.from_triplets(
            participants=range(n),
            statements=range(m),
            rows=data["rows"],
            columns=data["columns"],
            values=data["values"],
            excluded=data["excluded"],
        )
        opinions = map_opinions(votes, stability=False)
        runs.append((time.perf_counter() - wall, time.process_time() - cpu))
        wall = time.perf_counter()
        map_opinions(votes)
        apart.append(time.perf_counter() - wall)
    return {
        "runs": runs,
        "with_stability": sorted(apart)[len(apart) // 2],
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "singular": opinions.projection.singular_values.tolist(),
        "labels": opinions.labels.tolist() if n <= 100_000 else [],
    }


def update_time(path: Path) -> float:
    """Median seconds to take one new vote into a fitted state."""
    from mandat.engines.opinion import Vote, VoteMatrix, fit_state, update

    data = dict(np.load(path))
    n, m = data["shape"].tolist()
    votes = VoteMatrix.from_triplets(
        participants=range(n), statements=range(m), rows=data["rows"], columns=data["columns"], values=data["values"]
    )
    state = fit_state(votes)
    rng = np.random.default_rng(0)
    spent = []
    for _ in range(7):
        vote = Vote(int(rng.integers(n)), int(rng.integers(m)), int(rng.integers(-1, 2)))
        start = time.perf_counter()
        state, _ = update(state, [vote])
        spent.append(time.perf_counter() - start)
    return sorted(spent)[3]


def call(command: list[str]) -> dict[str, Any]:
    # One thread for each side: what is compared is work, not cores.
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def middle(found: dict[str, Any]) -> tuple[float, float]:
    runs = sorted(found["runs"])
    wall, cpu = runs[len(runs) // 2]
    return wall, cpu


def same_digits(first: list[float], second: list[float]) -> str:
    gap = max(abs(a - b) / max(abs(b), 1e-300) for a, b in zip(first, second, strict=True))
    return f"{gap:.0e}"


def same_groups(mine: dict[str, Any], theirs: dict[str, Any]) -> str:
    """Adjusted Rand index of the two partitions."""
    from mandat.engines.opinion import adjusted_rand

    return f"{adjusted_rand(np.array(mine['labels'])[theirs['people']], np.array(theirs['labels'])):.3f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out the two largest synthetic conversations")
    parser.add_argument("--side", nargs=2, metavar=("FILE", "RUNS"), help=argparse.SUPPRESS)
    parser.add_argument("--update", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps(ours(Path(options.side[0]), int(options.side[1]))))
        return
    if options.update:
        print(json.dumps({"seconds": update_time(Path(options.update))}))
        return

    peer = os.environ.get("MANDAT_PEERS_PYTHON", "")
    cases: list[tuple[str, Callable[[], dict[str, np.ndarray]], bool]] = []
    if POLIS.is_dir():
        cases += [(f.name, lambda f=f: real(f), True) for f in sorted(POLIS.iterdir()) if f.is_dir()]  # type: ignore[misc]
    else:
        print("../shared/data/polis is absent: real conversations left out")
    cases.append(("synthetic 10,000 × 500", lambda: synthetic(10_000, 500, 60), True))
    if not options.quick:
        cases.append(("synthetic 30,000 × 1,000", lambda: synthetic(30_000, 1_000, 100), True))
        cases.append(("synthetic 1,000,000 × 1,000", lambda: synthetic(1_000_000, 1_000, 30), False))
    if not peer:
        print("MANDAT_PEERS_PYTHON is not set: the peer is left out")

    head = (
        "conversation",
        "votes",
        "ours s",
        "peer s",
        "times",
        "CPU times",
        "σ apart",
        "same groups",
        "stable s",
        "vote s",
        "MB",
        "peer MB",
    )
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head), flush=True)
    for name, build, with_peer in cases:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "votes.npz"
            data = build()
            np.savez(path, **data)
            count = len(data["rows"])
            del data
            repeats = "5" if count < 1_000_000 else "1"
            mine = call([sys.executable, __file__, "--side", str(path), repeats])
            theirs = (
                call([peer, "-c", PEER, str(path), repeats if count < 500_000 else "1"]) if peer and with_peer else None
            )
            vote = call([sys.executable, __file__, "--update", str(path)])["seconds"]
        wall, cpu = middle(mine)
        cells = [name, f"{count:,}", f"{wall:.3f}"]
        if theirs:
            peer_wall, peer_cpu = middle(theirs)
            cells += [
                f"{peer_wall:.3f}",
                f"{peer_wall / wall:.1f}",
                f"{peer_cpu / cpu:.1f}",
                same_digits(mine["singular"], theirs["singular"]),
                same_groups(mine, theirs),
            ]
        else:
            cells += ["–"] * 5
        cells += [
            f"{mine['with_stability']:.3f}",
            f"{vote:.3f}",
            f"{mine['memory'] / 1024:.0f}",
            f"{theirs['memory'] / 1024:.0f}" if theirs else "–",
        ]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
