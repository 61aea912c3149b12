"""Fair lotteries against sortition-algorithms: time, memory, lowest probability, certificate, on the same pools.

    MANDAT_PEERS_PYTHON=/path/to/peers/bin/python python benchmarks/sortition.py [--quick] [--large]

The peer runs in an environment of its own (``requirements-peers.txt``) with HiGHS, the solver it can use without a
licence; without that variable only our side is measured. Each measure is a process of its own, in CPU seconds from
the pool in memory to the lottery (imports and compilation, which are cached, not counted; ours is the median of
five runs). Pools come from ``../shared/data/sortition`` where it is there; larger ones are seeded
(``sortition_pools.py``). ``--quick`` leaves out pools on which the peer takes minutes; ``--large`` adds the seeded
ones, which the peer cannot do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
POOLS = ROOT.parent / "shared" / "data" / "sortition"
SLOW_PEER = {"cca_like_75", "example_large_200", "obf_like_30", "hd_like_30"}

PEER = r"""
import csv, json, resource, sys, time
from pathlib import Path
from sortition_algorithms.features import read_in_features
from sortition_algorithms.people import read_in_people
from sortition_algorithms.settings import Settings
from sortition_algorithms.committee_generation.leximin import find_distribution_leximin

folder, seats = Path(sys.argv[1]), int(sys.argv[2])
with open(folder / "categories.csv", newline="") as stream:
    reader = csv.DictReader(stream)
    rows = [
        {"feature": row["category"], "value": row["feature"], "min": row["min"], "max": row["max"]} for row in reader
    ]
    features = read_in_features(["feature", "value", "min", "max"], rows, seats)[0]
with open(folder / "respondents.csv", newline="") as stream:
    reader = csv.DictReader(stream)
    head = ["id", *reader.fieldnames]
    body = [{"id": str(number), **row} for number, row in enumerate(reader, start=1)]
people, _ = read_in_people(head, body, features, Settings(id_column="id", columns_to_keep=[]))
start = time.process_time()
panels, weights, _ = find_distribution_leximin(features, people, seats, [], "highspy")
seconds = time.process_time() - start
chances, types = {}, {}
for panel, weight in zip(panels, weights):
    for member in panel:
        chances[member] = chances.get(member, 0.0) + weight
for row in body:
    key = tuple(value for name, value in row.items() if name != "id")
    types.setdefault(key, []).append(chances.get(row["id"], 0.0))
print(json.dumps({
    "seconds": seconds,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    "minimum": min(chances.get(row["id"], 0.0) for row in body),
    "unequal": max(max(values) - min(values) for values in types.values()),
}))
"""

OURS = r"""
import json, resource, statistics, sys, time
from collections import defaultdict
from pathlib import Path
from mandat.engines.sortition import build_problem, optimal_lottery, read_pool, read_quotas

name, seats, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if Path(name).is_dir():
    with (Path(name) / "categories.csv").open("rb") as stream:
        quotas = read_quotas(stream)
    with (Path(name) / "respondents.csv").open("rb") as stream:
        pool = read_pool(stream, quotas)
else:
    from benchmarks.sortition_pools import SHAPES, make_pool
    pool, quotas = make_pool(SHAPES[name])
if runs > 1:
    optimal_lottery(build_problem(pool, quotas, seats=seats))
times = []
for run in range(runs):
    start = time.process_time()
    lottery = optimal_lottery(build_problem(pool, quotas, seats=seats), seed=run)
    times.append(time.process_time() - start)
chances, alike = lottery.by_person(), defaultdict(list)
for person in pool.people:
    alike[person.features].append(chances[person.id])
print(json.dumps({
    "seconds": statistics.median(times),
    "slowest": max(times),
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    "minimum": lottery.minimum,
    "gap": lottery.certificate.gap,
    "distance": lottery.certificate.distance,
    "types": len(lottery.problem.classes),
    "people": len(pool.people),
    "unequal": max(max(values) - min(values) for values in alike.values()),
}))
"""


def measure(python: str, code: str, *arguments: str, limit: float = 1800) -> dict[str, Any] | None:
    """Run ``code`` in a process of its own; None when it fails or takes too long."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            [python, "-c", code, *arguments],
            capture_output=True, text=True, timeout=limit, env=environment, check=False, cwd=ROOT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        print(done.stderr[-500:], file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    peer_python = os.environ.get("MANDAT_PEERS_PYTHON")
    print(
        f"{'pool':24}{'people':>8}{'seats':>6}{'types':>6}{'ours s':>9}{'slowest':>9}{'MB':>6}{'lowest p':>11}"
        f"{'gap':>9}{'peer s':>9}{'peer p':>11}{'unequal':>9}{'times':>8}"
    )
    folders = sorted(path for path in POOLS.iterdir() if path.is_dir()) if POOLS.is_dir() else []
    for folder in folders:
        seats = folder.name.rsplit("_", 1)[1]
        ours = measure(sys.executable, OURS, str(folder), seats, "5")
        peer = None
        if peer_python and not (options.quick and folder.name in SLOW_PEER):
            peer = measure(peer_python, PEER, str(folder), seats)
        show(folder.name, seats, ours, peer)
    if options.large:
        for name in ("sf_e_like_110", "region_10000_150", "country_50000_200"):
            show(name, name.rsplit("_", 1)[1], measure(sys.executable, OURS, name, name.rsplit("_", 1)[1], "1"), None)


def show(name: str, seats: str, ours: dict[str, Any] | None, peer: dict[str, Any] | None) -> None:
    if ours is None:
        print(f"{name:24} failed")
        return
    line = (
        f"{name:24}{ours['people']:>8}{seats:>6}{ours['types']:>6}{ours['seconds']:>9.3f}{ours['slowest']:>9.3f}"
        f"{ours['memory'] // 1024:>6}{ours['minimum']:>11.6f}{max(ours['gap'], ours['distance']):>9.0e}"
    )
    if peer is not None:
        line += (
            f"{peer['seconds']:>9.2f}{peer['minimum']:>11.6f}{peer['unequal']:>9.3f}"
            f"{peer['seconds'] / ours['seconds']:>7.0f}×"
        )
    print(line, flush=True)


if __name__ == "__main__":
    main()
