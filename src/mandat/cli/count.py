"""``mandat count``: a vote counted, explained, compared, published and recounted from one file."""

from __future__ import annotations

import json
import os
import tempfile
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from pprint import pformat
from typing import Annotated, Any, cast

import typer

from mandat.engines import counting
from mandat.engines.counting.intake import Policy
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(help=str(Text("Dépouille un vote (.pb ou CSV).", "Count a vote (.pb or CSV).")))
def count(
    file: Annotated[Path, typer.Argument(help="Fichier Pabulib (.pb) ou CSV. / Pabulib or CSV file.")],
    rule: Annotated[str, typer.Option(help=" | ".join(counting.RULES))] = "equal-shares",
    utility: Annotated[
        str, typer.Option(help=" | ".join(counting.UTILITIES) + " (borda : bulletins classés / ranked ballots)")
    ] = "cost",
    completion: Annotated[str, typer.Option(help=" | ".join(counting.COMPLETIONS))] = "none",
    increment: Annotated[str, typer.Option(help="Add1 : argent de plus par personne. / More money a voter.")] = "1",
    stop: Annotated[str, typer.Option(help="Add1 : exhaustive | overspend")] = "exhaustive",
    comparison: Annotated[str, typer.Option(help="none | majority | exclusion")] = "none",
    seats: Annotated[int, typer.Option(help="Sièges à pourvoir. / Seats to fill.")] = 1,
    tie_order: Annotated[str, typer.Option(help="id | number | cost | votes | seed:… | list:…")] = "id",
    policy: Annotated[
        str, typer.Option(help="Bulletins hors limites / beyond limits: auto | enforce | report")
    ] = "auto",
    compare: Annotated[
        list[str] | None, typer.Option(help="Autre règle, à côté : RULE[:UTILITY[:COMPLETION]]. / Another rule.")
    ] = None,
    projects: Annotated[Path | None, typer.Option(help="CSV : projets et coûts. / Projects and costs.")] = None,
    budget: Annotated[str | None, typer.Option(help="CSV : budget.")] = None,
    vote_type: Annotated[str | None, typer.Option(help="CSV : approval | ordinal | cumulative | scoring")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Imprime du JSON. / Print JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Écrit le rapport. / Write the report.")] = None,
    recount_script: Annotated[
        Path | None, typer.Option(help="Écrit un programme de recompte. / Write a recount script.")
    ] = None,
    write_pb: Annotated[Path | None, typer.Option(help="Réécrit le vote en Pabulib. / Write it as Pabulib.")] = None,
    root: Annotated[
        str, typer.Option(help="Vote publié par le site : racine du journal. / Published vote: the journal's root.")
    ] = "",
) -> None:
    """Read, count, and write what was asked for."""
    if is_published_vote(file):
        from mandat.cli.count_published import recount

        recount(file, root=root, as_json=as_json)
        return
    election = read_election(
        file, policy=policy, projects=projects, budget=budget, vote_type=vote_type, keep_voters=write_pb is not None
    )
    choices: dict[str, Any] = {
        "completion": completion,
        "increment": increment,
        "stop": stop,
        "comparison": comparison,
        "seats": seats,
        "tie_order": tie_order,
    }
    result = counting.count(election, rule=rule, utility=utility, **choices)  # type: ignore[arg-type]
    others = [counting.count(election, **choices | _parsed(text)) for text in compare or []]
    if write_pb is not None:
        write_atomically(write_pb, "".join(counting.write_pabulib(election)))
    if recount_script is not None:
        write_atomically(recount_script, recount_of(result))
    if html is not None:
        write_atomically(html, report_of(result, others, title=file.stem))
    if as_json:
        from mandat.engines.counting.report_data import count_as_json

        told = count_as_json(result)
        if others:
            told["comparison"] = [
                {k: v for k, v in count_as_json(other).items() if k not in ("projects", "refused")} for other in others
            ]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print_count(result, others)


def is_published_vote(file: Path) -> bool:
    """Whether a file is a vote published by the site (``vote.ballots``), by its first line."""
    with file.open("rb") as stream:
        return stream.readline(64).rstrip(b"\r\n") == b"mandat-ballots 1"


def _parsed(text: str) -> dict[str, Any]:
    """``greedy:cardinality`` or ``equal-shares:cost:add1u`` as arguments."""
    return dict(zip(("rule", "utility", "completion"), text.split(":"), strict=False))


def read_election(
    file: Path,
    *,
    policy: str = "auto",
    projects: Path | None = None,
    budget: str | None = None,
    vote_type: str | None = None,
    keep_voters: bool = False,
) -> counting.Election:
    """A Pabulib file, or CSV when it is named so."""
    if policy not in ("auto", "enforce", "report"):
        raise InputError(Text(f"--policy inconnu : {policy}", f"unknown --policy: {policy}"))
    kind = cast("Policy", policy)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            if file.suffix.lower() not in (".csv", ".tsv"):
                return counting.read_pabulib(
                    stream,
                    file=str(file),
                    policy=kind,
                    keep_voters=keep_voters,
                )
            listed = projects.read_text("utf-8-sig").splitlines(keepends=True) if projects else None
            amount = counting.parse_decimal(budget) if budget else None
            if budget and (amount is None or amount < Decimal(0)):
                raise InputError(Text(f"budget illisible : {budget}", f"unreadable budget: {budget}"))
            return counting.read_csv(
                stream,
                projects=listed,
                budget=amount,
                vote_type=vote_type,  # type: ignore[arg-type]
                file=str(file),
                policy=kind,
            )
    except UnicodeDecodeError as error:
        tell = Text("le fichier n’est pas en UTF-8", "the file is not UTF-8")
        raise InputError(tell, file=str(file), line=_line_of(file, error)) from None


def _line_of(file: Path, error: UnicodeDecodeError) -> int:
    """The line of the first byte that is not UTF-8."""
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


def print_count(result: counting.Count, others: list[counting.Count]) -> None:
    """Winners with their reasons, ties and refusals, for people."""
    from mandat.engines.counting.explain import explain

    election = result.election
    reasons = explain(result)
    for j in result.winners:
        project = election.projects[j]
        typer.echo(f"{project.id}  {project.name}\n    {reasons[project.id].sentence}")
    typer.echo(f"{Text('Total', 'Total')} : {result.total_cost} / {election.budget}")
    for tie in result.ties:
        typer.echo(f"{Text('Égalité', 'Tie')} : {', '.join(tie.projects)} → {tie.chosen} ({tie.order})")
    for other in others:
        gained = [i for i in other.winner_ids if i not in set(result.winner_ids)]
        lost = [i for i in result.winner_ids if i not in set(other.winner_ids)]
        typer.echo(f"{other.rule} : + {', '.join(gained) or '–'} ; − {', '.join(lost) or '–'}")
    for refusal in election.refused:
        typer.echo(str(refusal), err=True)


def recount_of(result: counting.Count) -> str:
    """The standalone script with this count's definition in it."""
    from mandat.engines.counting.report_data import definition_of

    script = files("mandat.cli").joinpath("recount.py").read_text("utf-8")
    empty = "DEFINITION = {}  # filled in when the script is exported"
    assert empty in script
    return script.replace(empty, f"DEFINITION = {pformat(definition_of(result), sort_dicts=False, width=100)}")


def report_of(result: counting.Count, others: list[counting.Count], *, title: str) -> str:
    """The report: one HTML file that opens without a server."""
    from markupsafe import Markup

    from mandat.engines.counting.chart import money_chart
    from mandat.engines.counting.explain import explain
    from mandat.engines.counting.metrics import measure
    from mandat.engines.counting.report_data import definition_of
    from mandat.web.report import render_report

    election = result.election
    why = explain(result)
    elected = set(result.winners)
    order = [*result.winners, *(j for j in range(len(election)) if j not in elected)]
    sides = [{"label": label_of(c), "result": c, "metrics": measure(election, c.winners)} for c in [result, *others]]
    won = [set(c.winners) for c in [result, *others]]
    return render_report(
        "count.html.jinja",
        title=election.meta.get("description") or title,
        said=label_of(result),
        result=result,
        metrics=sides[0]["metrics"],
        refused=[r for r in election.refused if not r.counted],
        chart=Markup(money_chart(result)),  # noqa: S704 - our own SVG, names escaped
        rows=[
            {"project": election.projects[j], "votes": election.votes[j], "why": why[election.ids[j]]} for j in order
        ],
        sides=sides,
        chosen_by=[
            {"name": election.projects[j].name or election.ids[j], "won": [j in w for w in won]}
            for j in order
            if any(j in w for w in won)
        ],
        measures={
            "price": str(Text("prix d’une unité d’utilité", "price of a unit of use")),
            "votes": str(Text("voix", "votes")),
            "density": str(Text("utilité par unité d’argent", "use per unit of money")),
            "load": str(Text("charge par personne", "load a voter")),
        },
        definition=json.dumps(definition_of(result), ensure_ascii=False, indent=2),
    )


_LABELS = {
    "equal-shares": Text("Parts égales", "Equal shares"),
    "greedy": Text("Glouton", "Greedy"),
    "phragmen": Text("Phragmén séquentiel", "Sequential Phragmén"),
    "welfare": Text("Plus grande utilité totale", "Greatest total use"),
    "approval": Text("Approbation", "Approval"),
    "borda": Text("Borda", "Borda"),
    "schulze": Text("Schulze", "Schulze"),
    "majority-judgement": Text("Jugement majoritaire", "Majority judgement"),
    "stv": Text("Vote unique transférable (Écosse)", "Single transferable vote (Scotland)"),
    "pav": Text("Approbation proportionnelle", "Proportional approval"),
    "sequential-pav": Text("Approbation proportionnelle séquentielle", "Sequential proportional approval"),
}


def label_of(result: counting.Count) -> str:
    """The rule and its choices in a few words."""
    options = result.options
    parts = [str(options[k]) for k in ("utility", "completion") if options.get(k) not in (None, "none")]
    if str(options.get("completion", "")).startswith("add1"):
        parts.append(f"+{options['increment']:f}, {options['stop']}")
    return str(_LABELS[result.rule]) + (f" ({', '.join(parts)})" if parts else "")


def write_atomically(path: Path, text: str) -> None:
    """The whole file or nothing: written beside, then moved into place."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
