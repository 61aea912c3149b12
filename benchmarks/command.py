"""The command line: how long people wait for an answer."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
PROGRAMME = str(ROOT / "programmes" / "centre-val-de-loire")
CASES = (
    (("--help",), "< 0.3 s"),
    (("check", PROGRAMME), "< 2 s"),
    (("check", PROGRAMME, "--json"), "< 2 s"),
    (("schema", "measure"), ""),
)


def main(times: int = 7) -> None:
    table = Table("command", "wall, best of runs", "CPU, best of runs", "limit", title="mandat")
    for arguments, limit in CASES:
        wall, cpu = [], []
        for _ in range(times):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            start = time.perf_counter()
            subprocess.run([sys.executable, "-m", "mandat.cli", *arguments], stdout=subprocess.DEVNULL, check=True)
            wall.append(time.perf_counter() - start)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        shown = " ".join(Path(argument).name for argument in arguments)
        table.add_row(f"mandat {shown}", f"{min(wall):.3f} s", f"{min(cpu):.3f} s", limit)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
