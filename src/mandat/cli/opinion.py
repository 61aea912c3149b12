"""``mandat opinion VOTES``: the opinion map of a conversation, as text, JSON or one HTML page."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

# Said before numpy loads: sums in one order whatever the number of cores, so the same bytes everywhere; and on a busy
# machine threads that wait for one another cost several times what they give.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from mandat.engines.opinion import (
    Conversation,
    OpinionMap,
    Settings,
    Sign,
    as_data,
    map_opinions,
    part_of,
    read_export,
    read_votes_file,
)
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

_SHOWN_PROBLEMS = 5


@app.command()
def opinion(
    votes: Annotated[
        Path,
        typer.Argument(help="Dossier d’export Polis, ou fichier de votes CSV. / Polis export folder, or votes file."),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Écrit le résultat en JSON. / Print the result as JSON.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Écrit le rapport dans ce fichier. / Write the report to this file.")
    ] = None,
    statements: Annotated[
        Path | None,
        typer.Option("--statements", help="Textes des énoncés (CSV). / Words of the statements (CSV)."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Graine des tirages. / Seed of the draws.")] = 0,
    max_groups: Annotated[
        int, typer.Option("--max-groups", help="Nombre de groupes essayé au plus. / Largest number of groups tried.")
    ] = 5,
    resamples: Annotated[
        int, typer.Option("--resamples", help="Rééchantillonnages (0 : aucun). / Resamples (0: none).")
    ] = 50,
    fewest_votes: Annotated[
        int,
        typer.Option(
            "--fewest-votes", help="Votes pour être placé dans un groupe. / Votes needed to be placed in a group."
        ),
    ] = 7,
    withholding: Annotated[
        int,
        typer.Option("--withholding", help="Groupes montrés à partir de. / Groups are shown from this many people."),
    ] = 5,
    sign: Annotated[
        Sign, typer.Option("--sign", help="Sens de +1 dans les votes. / What +1 means in the votes.")
    ] = Sign.AUTO,
) -> None:
    """Dessine la carte des opinions d’une consultation. / Map the opinions of a conversation."""
    conversation = read_conversation(votes, statements=statements, sign=sign)
    settings = Settings(
        seed=seed, max_groups=max_groups, resamples=resamples, fewest_votes=fewest_votes, withholding=withholding
    )
    opinions = map_opinions(conversation.votes, settings=settings)
    data = as_data(opinions, conversation)
    if html is not None:
        write_whole(html, report(opinions, conversation, data))
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        typer.echo(summary(opinions, conversation))
        if html is not None:
            typer.echo(str(Text(f"Rapport écrit : {html}", f"Report written: {html}")))
    warn(conversation)


def report(opinions: OpinionMap, conversation: Conversation, data: dict[str, Any]) -> str:
    """The HTML page: the map with its table, statements by group, what is shared and what divides."""
    # Imported here because most calls want no page and templates take a while to load.
    from mandat.engines.opinion import picture
    from mandat.web.report import render_report

    return render_report(
        "opinion.html.jinja",
        title=conversation.topic or str(Text("Carte des opinions", "Opinion map")),
        description=" ".join(conversation.description.split()),
        data=data,
        refused=conversation.refused_count,
        groups=opinions.groups,
        shown=max(1, opinions.shown_participants),
        stability=opinions.stability,
        picture=picture.draw(opinions),
        group_lines=[picture.group_lines(opinions, conversation, group.number) for group in opinions.groups],
        consensus=picture.consensus_lines(opinions, conversation),
        bridging=opinions.bridging,
        dividing=opinions.dividing,
        names=conversation.statements,
        rows=picture.statement_rows(opinions, conversation),
    )


def read_conversation(votes: Path, *, statements: Path | None = None, sign: Sign = Sign.AUTO) -> Conversation:
    """Open what ``votes`` names, a folder or a file, and read it."""
    with ExitStack() as stack:
        words = (_open(stack, statements), statements.name) if statements else None
        if not votes.is_dir():
            return read_votes_file(_open(stack, votes), name=votes.name, sign=sign, statements=words)
        parts: dict[str, tuple[BinaryIO, str]] = {}
        for path in sorted(votes.iterdir(), key=lambda path: (len(path.name), path.name)):
            part = part_of(path.name)
            if part and path.is_file() and part not in parts:
                parts[part] = (_open(stack, path), path.name)
        if not {"votes", "participants"} & set(parts):
            raise InputError(
                Text(
                    "ce dossier ne contient ni votes.csv ni participants-votes.csv",
                    "this folder holds neither votes.csv nor participants-votes.csv",
                ),
                file=votes.name,
            )
        if words:
            parts["statements"] = words
        return read_export(parts, sign=sign)


def _open(stack: ExitStack, path: Path) -> BinaryIO:
    return stack.enter_context(path.open("rb"))


def write_whole(path: Path, text: str) -> None:
    """Write a file that is either complete or not there: a temporary neighbour, then a rename."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def warn(conversation: Conversation) -> None:
    """Refused lines, on the error stream."""
    refused, count = conversation.refused, conversation.refused_count
    if refused:
        typer.echo(str(Text(f"Lignes refusées : {count}", f"Lines refused: {count}")), err=True)
        for problem in refused[:_SHOWN_PROBLEMS]:
            typer.echo(f"  {problem}", err=True)
        if count > _SHOWN_PROBLEMS:
            typer.echo("  …", err=True)
    for note in conversation.notes:
        typer.echo(str(note), err=True)


def summary(opinions: OpinionMap, conversation: Conversation) -> str:
    """A page of text: counts, groups, what represents them, what is shared."""
    names = conversation.statements

    def quote(column: int) -> str:
        statement = names[column]
        return f"[{statement.id}] {' '.join(statement.text.split())}" if statement.text else f"[{statement.id}]"

    n, m = opinions.votes.shape
    votes = opinions.votes.count
    lines = [conversation.topic] if conversation.topic else []
    lines.append(
        str(
            Text(
                f"{n:,} participants, {m:,} énoncés, {votes:,} votes".replace(",", "\u202f").replace("\u202f ", ", "),
                f"{n:,} participants, {m:,} statements, {votes:,} votes",
            )
        )
    )
    if not opinions.groups and not opinions.withheld_groups:
        lines.append(str(Text("Trop peu de votes pour former des groupes.", "Too few votes to form groups.")))
    if opinions.withheld_groups:
        fewest = opinions.settings.withholding
        lines.append(
            str(
                Text(
                    f"Groupes non montrés car de moins de {fewest} personnes : {opinions.withheld_groups}",
                    f"Groups not shown, being of fewer than {fewest} people: {opinions.withheld_groups}",
                )
            )
        )
    if opinions.stability:
        found = opinions.stability
        lines.append(
            str(
                Text(
                    f"Stabilité (indice de Rand ajusté) : {found.rand:.2f} [{found.low:.2f} ; {found.high:.2f}]".replace(
                        ".", ","
                    ),
                    f"Stability (adjusted Rand index): {found.rand:.2f} [{found.low:.2f}, {found.high:.2f}]",
                )
            )
        )
    sides = {"agree": Text("pour", "for"), "disagree": Text("contre", "against")}
    for group in opinions.groups:
        lines += [
            "",
            str(Text(f"Groupe {group.number} : {group.size} personnes", f"Group {group.number}: {group.size} people")),
        ]
        lines += [
            f"  {sides[one.direction]} {one.votes}/{one.seen}  {quote(one.statement)}" for one in group.representative
        ]
    lists = (
        (Text("Consensus", "Consensus"), [(one.direction, one.statement) for one in opinions.consensus]),
        (Text("Énoncés passerelles", "Bridging statements"), [(o.direction, o.statement) for o in opinions.bridging]),
    )
    for title, found_statements in lists:
        if found_statements:
            lines += ["", str(title)]
            lines += [f"  {sides[direction]}  {quote(column)}" for direction, column in found_statements]
    return "\n".join(lines)
