"""Write docs/facts.md from the registry of fact types: python tools/document_facts.py [--check]."""

from __future__ import annotations

import sys
import types
import typing
from pathlib import Path
from typing import Any

from mandat.facts import FactType, fact_types
from mandat.facts.base import CATEGORIES, DECIMALS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "facts.md"

HEAD = f"""\
# Facts

Written by `python tools/document_facts.py` from the registry (`src/mandat/facts/`): change it there.

A fact is one public line without personal data, appended by an act and never edited. Every fact has:

| field | what it holds |
|---|---|
| `kind` | its type and the version of the type, below |
| `index`, `recorded_at` | its place in the log and the moment it was recorded (UTC), given by the journal |
| `occurred_on` | the day of the act |
| `programme`, `measures`, `commitments` | what it serves |
| `area` | where: `commune:37261`, `epci:243700754`, `departement:37`, `region:24`, `bassin:…` |
| `quantity`, `unit` | how much, at most {DECIMALS} decimals |
| `amount` | euros, at most 2 decimals |
| `breakdowns` | head counts by {", ".join(f"`{name}` ({', '.join(values)})" for name, values in CATEGORIES.items())} |
| `definition` | kind, code, version and digest of the definition the act was decided under |
| `subject` | the public identifier of what was acted on |
| `source` | the line of an import, so that it is recorded once |
| `corrects` | the index of the fact this one replaces |
| `synthetic` | true in a demonstration |
| `data` | the fields of its type |

Empty fields are left out. Numbers are decimal texts, days `YYYY-MM-DD`. How the bytes are hashed: [journal](journal.md).
"""


def name_of(kind: Any) -> str:
    """A field's type as a reader of JSON knows it."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return " · ".join(f"`{value}`" for value in parts if value != "")
    if origin in (typing.Union, types.UnionType):
        return ", ".join(name_of(part) for part in parts if part is not type(None))
    if origin is tuple:
        return f"list of {name_of(parts[0])}"
    return {"str": "text", "int": "whole number", "bool": "true or false"}.get(getattr(kind, "__name__", ""), str(kind))


def section(known: FactType) -> str:
    lines = [
        f"### `{known.kind}`",
        "",
        f"{known.label.fr} · {known.label.en}. {' '.join((known.data.__doc__ or '').split())}",
        "",
        f"« {known.sentence.fr} » · “{known.sentence.en}”. "
        + ("Counts in indicators." if known.counts else "Tells, does not count."),
        "",
        "| field of `data` | type | |",
        "|---|---|---|",
    ]
    for name, info in known.data.model_fields.items():
        lines.append(f"| `{name}` | {name_of(info.annotation)} | {'required' if info.is_required() else ''} |")
    return "\n".join(lines)


def document() -> str:
    """The whole page: the types by domain, in alphabetical order."""
    parts = [HEAD]
    domain = ""
    for kind, known in sorted(fact_types().items()):
        if kind.split(".")[0] != domain:
            domain = kind.split(".")[0]
            module = sys.modules[known.data.__module__]
            parts.append(f"## {domain}\n\n{(module.__doc__ or '').strip().splitlines()[0]}\n")
        parts.append(section(known) + "\n")
    return "\n".join(parts)


def main() -> int:
    text = document()
    if "--check" in sys.argv:
        return int(PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
