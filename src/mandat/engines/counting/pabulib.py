"""Pabulib ``.pb`` files: read as a stream, every refused ballot named, written back whole.

Source of the format: Faliszewski, Flis, Peters, Pierczyński, Skowron, Stolicki, Szufa, Talmon,
"Participatory Budgeting: Data, Tools and Analysis", IJCAI 2023, and pabulib.org/format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain

from mandat.engines.counting.intake import Intake, Policy
from mandat.engines.counting.limits import Limits
from mandat.engines.counting.model import VOTE_TYPES, Election, Project, VoteType, parse_decimal
from mandat.engines.counting.rows import RowSplitter, join_row
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_SECTIONS = ("META", "PROJECTS", "VOTES")


def read_pabulib(
    lines: Iterable[str],
    *,
    file: str = "",
    policy: Policy = "auto",
    keep_voters: bool = False,
) -> Election:
    """Read an election from the lines of a ``.pb`` file (an open text stream will do).

    ``policy`` says what becomes of ballots that break a limit the file declares (length, sum of
    points or of costs, a voter voting twice): ``enforce`` refuses them, ``report`` counts and
    lists them, ``auto`` refuses them unless the file's own ``votes`` column and ``num_votes``
    show that they were counted. Ballots that cannot be understood are always refused.
    ``keep_voters`` keeps the voters' columns for :func:`write_pabulib`.
    Decoding is the caller's: UTF-8, with or without a byte order mark.
    Raises InputError, with the line, when the file has no usable budget, projects or votes.
    """
    return _Reader(lines, file=file, policy=policy, keep_voters=keep_voters).read()


class _Reader:
    def __init__(self, lines: Iterable[str], *, file: str, policy: Policy, keep_voters: bool) -> None:
        self.lines = iter(lines)
        self.file, self.policy, self.keep_voters = file, policy, keep_voters
        self.meta: dict[str, str] = {}
        self.meta_lines: dict[str, int] = {}
        self.projects: list[Project] = []
        self.project_columns: tuple[str, ...] = ()
        self.project_lines: dict[str, int] = {}
        self.intake: Intake | None = None

    def fail(self, fr: str, en: str, line: int = 0) -> InputError:
        return InputError(Text(fr, en), file=self.file, line=line)

    def read(self) -> Election:
        self._head()
        if self.intake is None:
            if not self.projects:
                raise self.fail("section PROJECTS absente ou vide", "PROJECTS section missing or empty")
            raise self.fail("section VOTES absente", "VOTES section missing")
        ballots, refused, voters = self.intake.finish()
        election = Election(
            projects=tuple(self.projects),
            budget=self.budget,
            vote_type=self.vote_type,
            ballots=ballots,
            meta=self.meta,
            project_columns=self.project_columns,
            refused=refused,
            voters=voters,
        )
        # Every rule needs ballots by project: part of reading, so that counting starts at once.
        _ = election.columns, election.votes
        return election

    def _head(self) -> None:
        section, header, line = "", [""], 0
        rows = RowSplitter(_numbered(self.lines))
        for line, fields in rows:
            marker = fields[0].strip().upper()
            if marker in _SECTIONS and not any(f.strip() for f in fields[1:]):
                section = marker
                found = next(rows, None)
                if found is None:
                    raise self.fail(f"section {section} sans en-tête", f"{section} section without a header", line)
                header = [name.strip().lower() for name in found[1]]
                if section == "PROJECTS":
                    self._project_header(header, found[0])
                elif section == "VOTES":
                    self._votes(header, found[0], rows)
                    return
            elif section == "META":
                self._meta_row(fields, line)
            elif section == "PROJECTS":
                self._project_row(header, fields, line)
            else:
                raise self.fail(
                    f"« {fields[0][:40]} » avant la section META : ce n’est pas un fichier Pabulib",
                    f"“{fields[0][:40]}” before the META section: this is not a Pabulib file",
                    line,
                )

    def _meta_row(self, fields: list[str], line: int) -> None:
        key = fields[0].strip()
        # A semicolon left unquoted in a description belongs to it.
        value = ";".join(fields[1:]).strip().rstrip(";").strip()
        self.meta[key] = value
        self.meta_lines[key] = line

    def _project_header(self, header: list[str], line: int) -> None:
        for needed in ("project_id", "cost"):
            if needed not in header:
                raise self.fail(f"colonne {needed} absente des projets", f"projects lack a {needed} column", line)
        while header and not header[-1]:
            header.pop()
        self.project_columns = tuple(header)

    def _project_row(self, header: list[str], fields: list[str], line: int) -> None:
        values = {
            name: "" if value.strip().lower() == "none" else value.strip()
            for name, value in zip(header, fields, strict=False)
        }
        name = values.get("project_id", "")
        if not name:
            raise self.fail("projet sans identifiant", "project without an id", line)
        if name in self.project_lines:
            raise self.fail(
                f"le projet {name} est déjà donné ligne {self.project_lines[name]}",
                f"project {name} is already given on line {self.project_lines[name]}",
                line,
            )
        cost = parse_decimal(values.get("cost", ""))
        if cost is None or cost < 0:
            shown = values.get("cost", "")
            raise self.fail(
                f"projet {name} : coût illisible « {shown} »", f"project {name}: unreadable cost “{shown}”", line
            )
        self.project_lines[name] = line
        self.projects.append(Project(name, cost, values.get("name", ""), values))

    @property
    def budget(self) -> Decimal:
        budget = parse_decimal(self.meta.get("budget", ""))
        if budget is None or budget < 0:
            shown = self.meta.get("budget")
            line = self.meta_lines.get("budget", 0)
            if shown is None:
                raise self.fail("META ne donne pas de budget", "META gives no budget")
            raise self.fail(f"budget illisible : « {shown} »", f"unreadable budget: “{shown}”", line)
        return budget

    @property
    def vote_type(self) -> VoteType:
        found = self.meta.get("vote_type", "").lower()
        for known in VOTE_TYPES:
            if known == found:
                return known
        raise self.fail(
            f"vote_type inconnu : « {found} » (attendu : {', '.join(VOTE_TYPES)})",
            f"unknown vote_type: “{found}” (expected: {', '.join(VOTE_TYPES)})",
            self.meta_lines.get("vote_type", 0),
        )

    def _votes(self, header: list[str], line: int, rows: RowSplitter) -> None:
        if not self.projects:
            raise self.fail("section PROJECTS absente ou vide", "PROJECTS section missing or empty", line)
        _ = self.budget
        if "vote" not in header:
            raise self.fail("colonne vote absente", "votes lack a vote column", line)
        self.intake = Intake(
            projects=self.projects,
            vote_type=self.vote_type,
            limits=Limits.of(self.meta, file=self.file, lines=self.meta_lines),
            policy=self.policy,
            declared=parse_decimal(self.meta.get("num_votes", "")),
            columns=tuple(header),
            keep_voters=self.keep_voters,
        )
        ahead = [text for _, text in rows.pending]
        self.intake.read(chain(ahead, self.lines), start=rows.at + 1)


def _numbered(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    """Numbered from 1, the first without its byte order mark."""
    for number, line in enumerate(lines, 1):
        yield number, line.removeprefix("\ufeff").removeprefix("ï»¿") if number == 1 else line


def write_pabulib(election: Election) -> Iterator[str]:
    """The lines of a ``.pb`` file, each with its end, ready for ``stream.writelines``.

    Every META field, project column and (where the election kept them) voter column comes back;
    counts are recomputed. Voters not kept are numbered from 1.
    """
    ballots = election.ballots
    meta = dict(election.meta)
    meta["num_projects"] = str(len(election))
    meta["num_votes"] = str(ballots.total)
    meta["budget"] = format(election.budget, "f")
    meta["vote_type"] = election.vote_type
    yield "META\n"
    yield "key;value\n"
    for key, value in meta.items():
        yield join_row((key, value)) + "\n"
    columns = election.project_columns or ("project_id", "cost", "name")
    yield "PROJECTS\n"
    yield join_row(columns) + "\n"
    for project in election.projects:
        own = {"project_id": project.id, "cost": format(project.cost, "f"), "name": project.name}
        yield join_row(own.get(c) or project.fields.get(c, "") for c in columns) + "\n"
    yield "VOTES\n"
    yield from _vote_lines(election)


def _vote_lines(election: Election) -> Iterator[str]:
    ballots, ids = election.ballots, election.ids
    table = election.voters
    scored = ballots.points is not None
    columns = table.columns if table else ("voter_id", "vote", "points") if scored else ("voter_id", "vote")
    yield join_row(columns) + "\n"
    if table:
        # Kept as they were given, order of ids included.
        for kept in table.rows:
            yield join_row(kept) + "\n"
        return
    rows: Iterable[int]
    if ballots.row_of is not None:
        rows = (int(r) for r in ballots.row_of)
    else:
        rows = (r for r, weight in enumerate(ballots.weights) for _ in range(int(weight)))
    for n, r in enumerate(rows):
        own = {"vote": ",".join(ids[p] for p in ballots.row(r))}
        if ballots.points is not None:
            part = ballots.points[ballots.indptr[r] : ballots.indptr[r + 1]]
            own["points"] = ",".join(format(Decimal(int(p)) / ballots.points_scale, "f") for p in part)
        own["voter_id"] = str(n + 1)
        yield join_row(own[c] for c in columns) + "\n"
