"""Elections in CSV: a file of ballots and, when they cost something, a file of projects.

Ballots come in one of two layouts, told apart by their header:

* ``vote`` column (and ``voter_id``, ``points``…): ids separated by ``,`` or ``|``, as in Pabulib;
* one column a project: 1, x or yes for an approval; ranks from 1; or points.

Projects: ``project_id``, ``cost`` and any other Pabulib column. Without it every column of the
second layout is a candidate that costs 1. The delimiter (``;``, ``,`` or tab) is the header's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from mandat.engines.counting.intake import Intake, Policy
from mandat.engines.counting.limits import Limits
from mandat.engines.counting.model import VOTE_TYPES, Election, Project, VoteType, parse_decimal
from mandat.engines.counting.rows import RowSplitter, join_row
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_YES = {"1", "x", "yes", "oui", "true", "vrai", "✓"}
_NO = {"", "0", "no", "non", "false", "faux", "-"}
_RESERVED = {"voter_id", "vote", "points", "weight", "age", "sex", "voting_method", "neighborhood", "district"}


def read_csv(
    ballots: Iterable[str],
    *,
    projects: Iterable[str] | None = None,
    budget: Decimal | None = None,
    vote_type: VoteType | None = None,
    meta: Mapping[str, str] | None = None,
    file: str = "",
    policy: Policy = "auto",
) -> Election:
    """Read an election from the lines of CSV files; refuses ballots as ``read_pabulib`` does.

    ``budget`` defaults to the cost of everything; ``vote_type`` is guessed from the cells of the
    second layout and ``approval`` in the first. Raises InputError with the line.
    """
    lines = iter(ballots)
    head = next(lines, "").removeprefix("\ufeff").rstrip("\r\n")
    delimiter = max(";,\t", key=head.count)
    header = _row(head, delimiter)
    names = [h.strip().lower() for h in header]
    if not any(names):
        raise InputError(Text("fichier vide", "empty file"), file=file)
    found = None if projects is None else list(_projects(projects, file))
    if "vote" in names:
        if found is None:
            tell = Text("un fichier de projets est nécessaire", "a file of projects is needed")
            raise InputError(tell, file=file, line=1)
        kind, columns, rows = vote_type or "approval", tuple(names), _listed(lines, delimiter, names)
    else:
        ids = [h.strip() for h in header]
        known = {p.id for p in found} if found else {i for i in ids if i and i.lower() not in _RESERVED}
        if found is None:
            found = [Project(i, Decimal(1), i, {"project_id": i, "cost": "1", "name": i}) for i in ids if i in known]
        table = list(RowSplitter(enumerate(lines, 2), delimiter))
        kind = vote_type or _guess([row for _, row in table], [k for k, i in enumerate(ids) if i in known])
        columns, rows = ("voter_id", "vote", "points"), _unfolded(table, ids, known, kind, file)
    return _election(found, columns, rows, kind, budget, dict(meta or {}), file, policy)


def _election(
    found: list[Project],
    columns: tuple[str, ...],
    rows: Iterator[str],
    kind: VoteType,
    budget: Decimal | None,
    meta: dict[str, str],
    file: str,
    policy: Policy,
) -> Election:
    if kind not in VOTE_TYPES:
        raise InputError(Text(f"vote_type inconnu : {kind}", f"unknown vote_type: {kind}"), file=file)
    if not found:
        raise InputError(Text("aucun projet", "no project"), file=file)
    intake = Intake(
        projects=found,
        vote_type=kind,
        limits=Limits.of(meta, file=file),
        policy=policy,
        columns=columns,
        declared=parse_decimal(meta.get("num_votes", "")),
    )
    intake.read(rows, start=2)
    packed, refused, _ = intake.finish()
    return Election(
        projects=tuple(found),
        budget=sum((p.cost for p in found), Decimal(0)) if budget is None else budget,
        vote_type=kind,
        ballots=packed,
        meta=meta,
        project_columns=tuple(found[0].fields),
        refused=refused,
    )


def _row(line: str, delimiter: str) -> list[str]:
    return next((row for _, row in RowSplitter([(1, line)], delimiter)), [])


def _projects(lines: Iterable[str], file: str) -> Iterator[Project]:
    source = iter(lines)
    head = next(source, "").removeprefix("\ufeff").rstrip("\r\n")
    delimiter = max(";,\t", key=head.count)
    names = [h.strip().lower() for h in _row(head, delimiter)]
    if "project_id" not in names or "cost" not in names:
        tell = Text("colonnes project_id et cost attendues", "columns project_id and cost expected")
        raise InputError(tell, file=file, line=1)
    seen: dict[str, int] = {}
    for line, row in RowSplitter(enumerate(source, 2), delimiter):
        fields = {name: value.strip() for name, value in zip(names, row, strict=False)}
        cost = parse_decimal(fields.get("cost", ""))
        name = fields["project_id"]
        if not name or cost is None or cost < 0:
            shown = fields.get("cost", "")
            tell = Text(
                f"projet « {name} » : coût illisible « {shown} »", f"project “{name}”: unreadable cost “{shown}”"
            )
            raise InputError(tell, file=file, line=line)
        if name in seen:
            tell = Text(
                f"projet {name} déjà donné ligne {seen[name]}", f"project {name} already given on line {seen[name]}"
            )
            raise InputError(tell, file=file, line=line)
        seen[name] = line
        yield Project(name, cost, fields.get("name", ""), fields)


def _listed(lines: Iterator[str], delimiter: str, names: list[str]) -> Iterator[str]:
    """Rows of the first layout, with semicolons between fields and commas between ids; one line each."""
    lists = [k for k, name in enumerate(names) if name in ("vote", "points")]
    at = 2
    for line, row in RowSplitter(enumerate(lines, 2), delimiter):
        while at < line:
            at += 1
            yield "\n"
        at += 1
        for k in lists:
            if k < len(row):
                row[k] = row[k].replace("|", ",")
        yield join_row(field.replace("\n", " ") for field in row) + "\n"


def _guess(rows: list[list[str]], at: list[int]) -> VoteType:
    cells = {row[k].strip().lower() for row in rows for k in at if k < len(row)}
    if cells <= _YES | _NO:
        return "approval"
    numbers = {c for c in cells if c not in _NO}
    if all(c.isdigit() for c in numbers):
        ranks = all(
            sorted(int(row[k]) for k in at if k < len(row) and row[k].strip() not in _NO)
            == list(range(1, 1 + sum(k < len(row) and row[k].strip() not in _NO for k in at)))
            for row in rows
        )
        return "ordinal" if ranks else "scoring"
    return "scoring"


def _unfolded(
    table: list[tuple[int, list[str]]], ids: list[str], known: set[str], kind: VoteType, file: str
) -> Iterator[str]:
    """Rows of the second layout as ``voter;ids;points`` lines, at the lines they came from."""
    voter = next((k for k, i in enumerate(ids) if i.lower() == "voter_id"), -1)
    at = 2
    for line, row in table:
        while at < line:
            at += 1
            yield "\n"
        at += 1
        cells = [(ids[k], c.strip()) for k, c in enumerate(row[: len(ids)]) if ids[k] in known]
        given = [(i, c) for i, c in cells if c.lower() not in _NO or (kind == "scoring" and c == "0")]
        points: list[str] = []
        if kind == "ordinal":
            ranks = [(parse_decimal(c), i) for i, c in given]
            if any(r is None for r, _ in ranks):
                given = [("?" + c, c) for i, c in given if parse_decimal(c) is None]
            else:
                order = sorted(ranks, key=lambda r: r[0] or 0)
                if len({r for r, _ in order}) < len(order):
                    # Equal ranks cannot be told apart in a strict ranking: make the reader refuse the ballot.
                    order = [*order, order[0]]
                given = [(i, "") for _, i in order]
        elif kind in ("cumulative", "scoring"):
            points = [c for _, c in given]
        else:
            given = [(i if c.lower() in _YES else "?" + c, c) for i, c in given]
        name = row[voter].strip() if 0 <= voter < len(row) else ""
        yield join_row((name, ",".join(i for i, _ in given), ",".join(points))) + "\n"
