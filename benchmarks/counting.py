"""Counting, timed against pabutools on the same files, in the same run, with the same winners.

    python -m benchmarks.counting [--quick] [FILE.pb …]

pabutools is GPL and stays outside: give the interpreter of an environment that holds
``benchmarks/requirements-peers.txt`` in MANDAT_PEERS_PYTHON. Without it only our times are shown.
Every time is in CPU seconds, the best of several runs of the count alone, from ballots in memory, on both sides.
pabutools is given its fastest exact form: ballots grouped (``as_multiprofile``) where that helps.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from mandat.engines import counting
from mandat.engines.counting.packing import pack

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "pabulib"
RULES: dict[str, dict[str, Any]] = {
    "mes_cost": {"rule": "equal-shares", "utility": "cost"},
    "mes_card": {"rule": "equal-shares", "utility": "cardinality"},
    "greedy_cost": {"rule": "greedy", "utility": "cost"},
    "phragmen": {"rule": "phragmen"},
}
SMALL = (
    "Netherlands_Assen_2024.pb",
    "Poland_Zabrze_2020_Osiedle_Mlodego_Gornika.pb",
    "France_Toulouse_2022_17_-_Mirail-Universite_Reynerie_Bellefontaine.pb",
    "Hungary_Budapest_2025_VIII_Jozsefvaros.pb",
)
LARGE = (
    "Hungary_Budapest_2024.pb",
    "Poland_Warszawa_2026.pb",
    "Poland_Lodz_2022.pb",
    "Poland_Wroclaw_2015_150_-_500.pb",
)

PEER = r"""
import json, sys, time
from pabutools.election import Cardinality_Sat, Cost_Sat, parse_pabulib
from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares, sequential_phragmen

started = time.process_time()
instance, profile = parse_pabulib(sys.argv[1])
out = {"read": time.process_time() - started}
grouped = profile.as_multiprofile()
for name, sat, rule in (
    ("mes_cost", Cost_Sat, method_of_equal_shares),
    ("mes_card", Cardinality_Sat, method_of_equal_shares),
    ("greedy_cost", Cost_Sat, greedy_utilitarian_welfare),
    ("phragmen", None, sequential_phragmen),
):
    times, winners = [], None
    # Plain ballots of a large vote take minutes there and are never faster: left out.
    for ballots in (profile if len(profile) < 5000 else None, grouped):
        best = None
        if ballots is None:
            times.append(None)
            continue
        for _ in range(3):
            started = time.process_time()
            found = rule(instance, ballots, sat_class=sat) if sat else rule(instance, ballots)
            took = time.process_time() - started
            best = took if best is None else min(best, took)
            if took > 1:
                break
        times.append(best)
        winners = sorted(p.name for p in found)
    out[name] = {"plain": times[0], "grouped": times[1], "winners": winners}
print(json.dumps(out))
"""


def best_of(run: Callable[[], Any], *, least: int = 5, budget: float = 0.5) -> tuple[float, Any]:
    """The shortest of at least ``least`` runs (fewer once ``budget`` seconds are spent), and the last result."""
    times: list[float] = []
    result = None
    while not times or (len(times) < least and sum(times) < budget):
        started = time.process_time()
        result = run()
        times.append(time.process_time() - started)
    return min(times), result


def peer(path: Path) -> dict[str, Any]:
    """pabutools on one file, in its own interpreter; empty when there is none."""
    python = os.environ.get("MANDAT_PEERS_PYTHON")
    if not python:
        return {}
    done = subprocess.run([python, "-c", PEER, str(path)], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def ours(path: Path) -> dict[str, Any]:
    """Our times from ballots in memory, each count from scratch (nothing kept from the one before)."""

    def read() -> counting.Election:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return counting.read_pabulib(stream)

    took, election = best_of(read)
    out: dict[str, Any] = {"read": took, "n": election.ballots.total, "m": len(election)}
    for name, choices in RULES.items():

        def fresh(choices: dict[str, Any] = choices) -> counting.Count:
            election.__dict__.pop("_markets", None)
            return counting.count(election, **choices)

        took, result = best_of(fresh)
        out[name] = {"time": took, "winners": sorted(result.winner_ids)}
    return out


def compare(paths: list[Path], console: Console) -> bool:
    """One row a file and rule; False when winners differ."""
    table = Table(title="Count alone, from memory (CPU seconds)")
    for column in (
        "file",
        "ballots × projects",
        "rule",
        "mandat",
        "pabutools plain",
        "grouped",
        "times faster",
        "winners",
    ):
        table.add_column(column, justify="left" if column in ("file", "rule") else "right")
    same = True
    for path in paths:
        mine, theirs = ours(path), peer(path)
        table.add_row(
            path.stem[:30], f"{mine['n']} × {mine['m']}", "read", f"{mine['read']:.4f}", *_peer_read(mine, theirs)
        )
        for rule in RULES:
            took = mine[rule]["time"]
            row = ["", "", rule, f"{took:.5f}"]
            if theirs:
                other = theirs[rule]
                equal = other["winners"] == mine[rule]["winners"]
                same &= equal
                peers = [other["plain"], other["grouped"]]
                row += ["–" if t is None else f"{t:.4f}" for t in peers]
                row += [
                    " / ".join("–" if t is None else f"{t / took:.0f}" for t in peers),
                    "same" if equal else "DIFFER",
                ]
            table.add_row(*row)
    console.print(table)
    return same


def _peer_read(mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [f"{theirs['read']:.3f}", "", f"{theirs['read'] / mine['read']:.0f}"] if theirs else []


def synthetic(*, voters: int, projects: int, seed: int) -> counting.Election:
    """Seeded ballots: popularity from a Dirichlet law, about eight approvals each, lognormal costs."""
    rng = np.random.default_rng(seed)
    popularity = np.cumsum(rng.dirichlet(np.full(projects, 0.5)))
    costs = rng.lognormal(10, 1, projects).astype(np.int64) // 100 * 100 + 1000
    lengths = np.minimum(1 + rng.poisson(7, voters), 20)
    chosen = np.minimum(np.searchsorted(popularity, rng.random(int(lengths.sum()))), projects - 1)
    keys = np.unique(np.repeat(np.arange(voters, dtype=np.int64), lengths) * projects + chosen)
    indptr = np.zeros(voters + 1, dtype=np.int64)
    np.cumsum(np.bincount(keys // projects, minlength=voters), out=indptr[1:])
    ballots = pack(indptr=indptr, indices=(keys % projects).astype(np.int32), projects=projects, is_sorted=True)
    empty = counting.make_election(
        costs={str(k + 1): int(c) for k, c in enumerate(costs)}, budget=int(costs.sum() // 4), ballots=[]
    )
    return counting.Election(projects=empty.projects, budget=empty.budget, vote_type="approval", ballots=ballots)


def large(console: Console, folder: Path) -> None:
    """A million ballots: from memory, from file, and the memory it takes."""
    election = synthetic(voters=1_000_000, projects=500, seed=20260101)
    path = folder / "million.pb"
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(counting.write_pabulib(election))
    script = (
        "import json,resource,sys,time\n"
        "from mandat.engines import counting\n"
        "t=time.process_time()\n"
        "e=counting.read_pabulib(open(sys.argv[1],encoding='utf-8-sig',newline=''))\n"
        "r=time.process_time()-t\n"
        "t=time.process_time(); c=counting.count(e); s=time.process_time()-t\n"
        "t=time.process_time(); counting.count(e,rule='phragmen'); p=time.process_time()-t\n"
        "print(json.dumps([r,s,p,len(c.winners),resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024]))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    read, shares, phragmen, winners, memory = json.loads(done.stdout)
    path.unlink()
    table = Table(title="1,000,000 ballots × 500 projects (seed 20260101)")
    for column in ("what", "measured", "limit"):
        table.add_column(column)
    table.add_row("equal shares, from memory", f"{shares:.2f} s ({winners} winners)", "1 s")
    table.add_row("Phragmén, from memory", f"{phragmen:.2f} s", "")
    table.add_row("equal shares, from file", f"{read + shares:.2f} s", "8 s")
    table.add_row("most memory", f"{memory:.0f} MB", "1,000 MB")
    console.print(table)


def completions(console: Console) -> None:
    """Add1 and Add1u on the cities that use them."""
    table = Table(title="Equal shares with completion (CPU seconds)")
    for column in ("file", "completion", "utility", "runs", "time", "limit"):
        table.add_column(column)
    for name in ("Poland_Lodz_2022.pb", "Poland_Warszawa_2026.pb"):
        with (DATA / name).open(encoding="utf-8-sig", newline="") as stream:
            election = counting.read_pabulib(stream)
        for utility in ("cost", "cardinality"):
            started = time.process_time()
            result = counting.count(election, utility=utility, completion="add1u")  # type: ignore[arg-type]
            took = time.process_time() - started
            limit = "0.5" if "Lodz" in name else ""
            table.add_row(name, "add1u", utility, str(result.detail.runs), f"{took:.3f}", limit)
    console.print(table)


def main(arguments: list[str]) -> int:
    console = Console(width=150)
    quick = "--quick" in arguments
    given = [Path(a) for a in arguments if not a.startswith("--")]
    paths = given or [DATA / name for name in (SMALL if quick else SMALL + LARGE) if (DATA / name).exists()]
    same = compare(paths, console)
    if not quick and not given:
        if DATA.is_dir():
            completions(console)
        large(console, Path(os.environ.get("TMPDIR", "/tmp")))
    console.print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
