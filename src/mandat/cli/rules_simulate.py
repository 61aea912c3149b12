"""``mandat rules simulate``: a rule, or a reform of it, over a whole population: cost, gainers, losers, and a plot."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from mandat.cli.rules import AsOf, Places, Region, RuleFile, read_day, read_rule
from mandat.cli.rules_simulated import as_data, report, summary
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.rules import Rule
    from mandat.engines.rules.reform import Simulation

#: Inputs that a population's files hold under another name.
ALIASES = {"nombre_personnes": "taille", "sexe": "sexe"}
DIMENSIONS = {"commune": "commune", "gender": "sexe", "decile": "decile"}


def _help(fr: str, en: str) -> str:
    return str(Text(fr, en))


def simulate(
    rule_file: RuleFile,
    population: Annotated[
        Path, typer.Argument(help=_help("Dossier de « mandat population ».", "Folder of “mandat population”."))
    ],
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help=_help("PARAMETRE=VALEUR de la réforme (répétable).", "PARAMETER=VALUE of the reform.")
        ),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            help=_help("REPONSE=VALEUR pour tout le monde (répétable).", "INPUT=VALUE for everybody (repeatable).")
        ),
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help=_help("REPONSE=COLONNE du fichier.", "INPUT=COLUMN of the file."))
    ] = None,
    paid: Annotated[
        bool,
        typer.Option("--paid", help=_help("Le montant est payé par les personnes.", "Persons pay the amount.")),
    ] = False,
    html: Annotated[Path | None, typer.Option(help=_help("Écrit le rapport.", "Write the report."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_help("Résultat en JSON.", "Result as JSON."))] = False,
    as_of: AsOf = None,
    region: Region = "24",
    perimeter: Places = None,
) -> None:
    """Coût, gagnants et perdants d'une règle ou d'une réforme. / Cost, gainers and losers of a rule or reform."""
    rule = read_rule(rule_file, region, perimeter)
    changes = _pairs(change, "--set")
    reform = rule.reformed({name: _value(rule, name, text) for name, text in changes.items()}) if changes else None
    day = read_day(as_of) or _reference_day(population)
    found, synthetic = _simulated(
        rule, reform, population, day, _pairs(given, "--given"), _pairs(column, "--column"), paid
    )
    data = as_data(found, rule, synthetic=synthetic, day=day, changes=changes)
    if html is not None:
        from mandat.cli.opinion import write_whole

        write_whole(html, report(found, rule, data))
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        typer.echo(summary(rule, data))
        if html is not None:
            typer.echo(str(Text(f"Rapport écrit : {html}", f"Report written: {html}")))


def _pairs(listed: list[str] | None, option: str) -> dict[str, str]:
    found = {}
    for each in listed or []:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise InputError(
                Text(f"{option} : écrivez NOM=VALEUR, pas {each}", f"{option}: write NAME=VALUE, not {each}")
            )
        found[name.strip()] = value.strip()
    return found


def _value(rule: Rule, name: str, text: str) -> Any:
    """A parameter as a reform gives it: a number, a day, or brackets in YAML."""
    parameter = rule.parameters.get(name)
    kind = parameter.kind if parameter is not None else "number"
    try:
        if kind == "date":
            return dt.date.fromisoformat(text)
        if kind == "scale":
            # Numbers stay text, so that they stay exact.
            return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - the base loader makes text only
        return Decimal(text.replace(",", "."))
    except (ValueError, InvalidOperation, yaml.YAMLError):
        raise InputError(
            Text(f"--set {name} : valeur illisible : {text}", f"--set {name}: unreadable value: {text}")
        ) from None


def _files(population: Path, kind: str) -> list[str]:
    return sorted(str(path) for path in (population / kind).rglob("*.parquet"))


def _reference_day(population: Path) -> dt.date:
    import pyarrow.parquet as pq

    files = _files(population, "personnes")
    if not files:
        raise InputError(
            Text(
                f"pas de personnes dans {population} : lancez d'abord « mandat population {population} »",
                f"no persons in {population}: first run “mandat population {population}”",
            )
        )
    metadata = pq.read_schema(files[0]).metadata or {}
    day = metadata.get(b"mandat.population.reference_day")
    if day is None:
        raise InputError(Text("donnez --as-of", "give --as-of"))
    return dt.date.fromisoformat(day.decode())


def _simulated(
    rule: Rule,
    reform: Rule | None,
    population: Path,
    day: dt.date,
    given: dict[str, str],
    columns: dict[str, str],
    paid: bool,
) -> tuple[Simulation, bool]:
    import ibis

    from mandat.engines.population import is_synthetic
    from mandat.engines.rules import read_answer
    from mandat.engines.rules.columnar_checks import checks, problems
    from mandat.engines.rules.columnar_duckdb import fetch
    from mandat.engines.rules.reform import reform_query, summarise

    files = {kind: _files(population, kind) for kind in ("personnes", "menages")}
    _reference_day(population) if not files["personnes"] else None
    synthetic = True
    for path in (*files["personnes"], *files["menages"]):
        with Path(path).open("rb") as stream:
            synthetic = synthetic and is_synthetic(stream)
    connection = ibis.duckdb.connect()
    try:
        persons = connection.read_parquet(files["personnes"], table_name="personnes")
        households = connection.read_parquet(files["menages"], table_name="menages") if files["menages"] else None
        mapping = {}
        unknown = set(given) - set(rule.inputs) | set(columns) - set(rule.inputs)
        if unknown:
            name = min(unknown)
            raise InputError(Text(f"cette règle ne demande pas {name}", f"this rule does not ask for {name}"))
        for name, item in rule.inputs.items():
            member = rule.tree.member is None or item.entity == rule.tree.member.name
            table = persons if member or households is None else households
            if name in given:
                answer = read_answer(item, given[name] if item.type != "boolean" else _truth(given[name]), as_of=day)
                literal = (
                    ibis.literal(answer, type=f"decimal(18, {item.decimals})")
                    if isinstance(answer, Decimal)
                    else ibis.literal(answer)
                )
                table = table.mutate(**{f"given_{name}": literal})
                mapping[name] = f"given_{name}"
            else:
                wanted = columns.get(name) or (name if name in table.columns else ALIASES.get(name, name))
                if name in columns or wanted in table.columns:
                    mapping[name] = wanted
            if member or households is None:
                persons = table
            else:
                households = table
        rows = [
            row
            for table in checks(rule.tree, persons=persons, households=households, as_of=day, columns=mapping)
            for row in fetch(connection, table).to_pylist()
        ]
        said, complete = problems(rows)
        if said:
            raise InputError(Text(" ; ".join(each.fr for each in said), "; ".join(each.en for each in said)))
        query = reform_query(
            rule, reform, persons=persons, households=households, as_of=day, columns=mapping,
            dimensions=DIMENSIONS, age="age", complete=complete, paid_by_persons=paid,
        )  # fmt: skip
        return summarise(fetch(connection, query.table), query), synthetic
    finally:
        connection.disconnect()


def _truth(text: str) -> Any:
    return {"vrai": True, "true": True, "faux": False, "false": False}.get(text.lower(), text)
