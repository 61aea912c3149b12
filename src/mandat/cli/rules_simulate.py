"""``mandat rules simulate``: a rule, or a reform of it, over a whole population: cost, gainers, losers, and a plot."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from mandat.cli.rules import AsOf, Places, Region, RuleFile, read_day, read_rule
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.rules import Rule
    from mandat.engines.rules.reform import Simulation, Totals

#: Inputs that a population's files hold under another name.
ALIASES = {"nombre_personnes": "taille", "sexe": "sexe"}
DIMENSIONS = {"commune": "commune", "gender": "sexe", "decile": "decile"}
TITLES = {
    "age": Text("Par âge", "By age"),
    "gender": Text("Par sexe", "By gender"),
    "decile": Text("Par décile de niveau de vie", "By decile of standard of living"),
    "commune": Text("Par commune", "By commune"),
}
#: Lines of a breakdown shown in the terminal.
SHOWN = 12


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
            for row in connection.to_pyarrow(table).to_pylist()
        ]
        said, complete = problems(rows)
        if said:
            raise InputError(Text(" ; ".join(each.fr for each in said), "; ".join(each.en for each in said)))
        query = reform_query(
            rule, reform, persons=persons, households=households, as_of=day, columns=mapping,
            dimensions=DIMENSIONS, age="age", complete=complete, paid_by_persons=paid,
        )  # fmt: skip
        return summarise(connection.to_pyarrow(query.table), query), synthetic
    finally:
        connection.disconnect()


def _truth(text: str) -> Any:
    return {"vrai": True, "true": True, "faux": False, "false": False}.get(text.lower(), text)


def as_data(found: Simulation, rule: Rule, *, synthetic: bool, day: dt.date, changes: dict[str, str]) -> dict[str, Any]:
    """The result as plain data. Counts under five are withheld where persons may be real."""
    kind = (
        Text("population de synthèse", "synthetic population")
        if synthetic
        else Text("population donnée", "given population")
    )
    return {
        "kind": str(kind),
        "synthetic": synthetic,
        "rule": rule.code,
        "as_of": day.isoformat(),
        "reform": changes,
        "unit": found.unit,
        "amounts": rule.output("amount") is not None,
        "paid_by_persons": found.paid_by_persons,
        "total": _plain(found.totals),
        "by": {label: _cells(cells, synthetic) for label, cells in found.by.items()},
        "distribution": _bands(found, synthetic),
    }


def _plain(totals: Totals) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(totals).items()}


def _cells(cells: dict[str, Totals], synthetic: bool) -> dict[str, dict[str, Any]]:
    plain = {label: _plain(totals) for label, totals in cells.items()}
    if synthetic:
        return plain
    from mandat.engines.disclosure import withhold_line

    for count, amounts in (
        ("persons", ()),
        ("unknown", ()),
        ("eligible_before", ("before",)),
        ("eligible_after", ("after",)),
        ("gainers", ("gained",)),
        ("losers", ("lost",)),
    ):
        shown = withhold_line([row[count] for row in plain.values()]).cells
        for row, value in zip(plain.values(), shown, strict=True):
            row[count] = value
            if value is None:
                row.update(dict.fromkeys(amounts))
    for row in plain.values():
        # An amount of few persons is theirs.
        if any(row[count] is None for count in ("persons", "eligible_before", "eligible_after", "gainers", "losers")):
            row.update(dict.fromkeys(("before", "after", "gained", "lost")))
    return plain


def _bands(found: Simulation, synthetic: bool) -> list[dict[str, Any]]:
    counts: list[int | None] = [band.count for band in found.distribution]
    if not synthetic:
        from mandat.engines.disclosure import withhold_line

        counts = list(withhold_line([band.count for band in found.distribution]).cells)
    return [
        {"from": band.low, "to": band.high, "persons": count}
        for band, count in zip(found.distribution, counts, strict=True)
    ]


def _int(value: int | None) -> str:
    if value is None:
        return str(Text("masqué", "withheld"))
    return str(Text(f"{value:,}".replace(",", "\u202f"), f"{value:,}"))


def _amount(value: str | None, unit: str) -> str:
    if value is None:
        return str(Text("masqué", "withheld"))
    number = f"{Decimal(value):,.2f}"
    french = number.replace(",", "\u202f").replace(".", ",")
    return str(Text(f"{french} {unit}", f"{number} {unit}")).strip()


def _unit(unit: str) -> str:
    if unit == "1":
        return ""
    return str(
        Text(
            unit.replace("EUR", "€").replace("/month", " par mois").replace("/year", " par an"),
            unit.replace("/", " per "),
        )
    )


def _label(low: int | None, high: int | None) -> str:
    if low is None:
        return str(Text(f"perd plus de {-(high or 0)}", f"loses over {-(high or 0)}"))
    if high is None:
        return str(Text(f"gagne {low} et plus", f"gains {low} and over"))
    if high <= 0:
        return str(Text(f"perd {-high} à {-low}", f"loses {-high} to {-low}"))
    return str(Text(f"gagne {low} à {high}", f"gains {low} to {high}"))


def _named(label: str, cell: str) -> str:
    if not cell:
        return str(Text("inconnu", "unknown"))
    if label == "gender":
        return str({"F": Text("Femmes", "Women"), "M": Text("Hommes", "Men")}.get(cell, Text(cell, cell)))
    if label == "age":
        return str(Text(f"{cell} ans", f"{cell} years"))
    return cell


def _overall(data: dict[str, Any]) -> list[tuple[str, str]]:
    total, unit = data["total"], _unit(data["unit"])
    change = Decimal(total["after"]) - Decimal(total["before"])
    lines = [
        (Text("Personnes", "Persons"), _int(total["persons"])),
        (Text("Réponse inconnue", "Answer unknown"), _int(total["unknown"])),
        (Text("Éligibles avant", "Eligible before"), _int(total["eligible_before"])),
        (Text("Éligibles après", "Eligible after"), _int(total["eligible_after"])),
    ]
    if not data["amounts"]:
        lines += [
            (Text("Gagnent", "Gain"), _int(total["gainers"])),
            (Text("Perdent", "Lose"), _int(total["losers"])),
        ]
        return [(str(label), value) for label, value in lines]
    lines += [
        (Text("Montant avant", "Amount before"), _amount(total["before"], unit)),
        (Text("Montant après", "Amount after"), _amount(total["after"], unit)),
        (Text("Différence", "Difference"), _amount(str(change), unit)),
        (Text("Gagnent", "Gain"), f"{_int(total['gainers'])} ({_amount(total['gained'], unit)})"),
        (Text("Perdent", "Lose"), f"{_int(total['losers'])} ({_amount(total['lost'], unit)})"),
    ]
    return [(str(label), value) for label, value in lines]


def _notice(data: dict[str, Any]) -> str:
    if data["synthetic"]:
        return str(
            Text(
                "personne n'y existe ; les chiffres sont des ordres de grandeur.",
                "nobody in it exists; figures are orders of magnitude.",
            )
        )
    return str(Text("les effectifs de moins de 5 sont masqués.", "counts under 5 are withheld."))


def summary(rule: Rule, data: dict[str, Any]) -> str:
    """A page of text."""
    kind, notice = data["kind"].capitalize(), _notice(data)
    lines = [str(rule.title), str(Text(f"{kind} : {notice}", f"{kind}: {notice}"))]
    lines += [f"  {name} = {value}" for name, value in data["reform"].items()]
    lines.append("")
    overall = _overall(data)
    width = max(len(label) for label, _ in overall)
    lines += [f"{label:<{width}}  {value}" for label, value in overall]
    bands = [band for band in data["distribution"] if band["persons"] != 0 and data["amounts"]]
    if bands:
        most = max(band["persons"] or 0 for band in bands) or 1
        lines += ["", str(Text("Gains et pertes", "Gains and losses"))]
        for band in bands:
            bar = "█" * max(1, round(30 * (band["persons"] or 0) / most))
            lines.append(f"  {_label(band['from'], band['to']):<22} {bar} {_int(band['persons'])}")
    for label in ("age", "gender", "decile", "commune"):
        cells = data["by"].get(label, {})
        if not cells:
            continue
        lines += ["", str(TITLES[label])]
        ranked = list(cells.items())
        if len(ranked) > SHOWN:
            ranked = sorted(ranked, key=lambda item: -(item[1]["persons"] or 0))[:SHOWN]
        for cell, row in ranked:
            said = Text(
                f"éligibles {_int(row['eligible_before'])} → {_int(row['eligible_after'])}, "
                f"gagnent {_int(row['gainers'])}, perdent {_int(row['losers'])}",
                f"eligible {_int(row['eligible_before'])} → {_int(row['eligible_after'])}, "
                f"gain {_int(row['gainers'])}, lose {_int(row['losers'])}",
            )
            lines.append(f"  {_named(label, cell):<12} {said}")
        if len(cells) > SHOWN:
            lines.append(f"  … ({len(cells)})")
    return "\n".join(lines)


def report(found: Simulation, rule: Rule, data: dict[str, Any]) -> str:
    """The HTML page: totals, a plot of gains and losses with its table, and every breakdown."""
    from mandat.web.report import render_report

    bands = [band for band in data["distribution"] if band["persons"] != 0 and data["amounts"]]
    most = max((band["persons"] or 0 for band in bands), default=0) or 1
    bars = [
        {
            "y": 24 * rank,
            "label": _label(band["from"], band["to"]),
            "width": round(300 * (band["persons"] or 0) / most, 1),
            "said": _int(band["persons"]),
            "loss": band["to"] is not None and band["to"] <= 0,
        }
        for rank, band in enumerate(bands)
    ]
    breakdowns = [
        (
            str(TITLES[label]),
            [
                {
                    **row,
                    "label": _named(label, cell),
                    "before": None if row["before"] is None else Decimal(row["before"]),
                    "after": None if row["after"] is None else Decimal(row["after"]),
                }
                for cell, row in data["by"][label].items()
            ],
        )
        for label in ("age", "gender", "decile", "commune")
        if data["by"].get(label)
    ]
    return render_report(
        "simulation.html.jinja",
        title=str(rule.title),
        kind=data["kind"].capitalize(),
        notice=_notice(data),
        lead=str(rule.document.summary.text),
        changes=[f"{name} = {value}" for name, value in data["reform"].items()],
        overall=_overall(data),
        unit=_unit(data["unit"]),
        picture={"bars": bars, "height": 24 * len(bars)} if bars else None,
        breakdowns=breakdowns,
    )
