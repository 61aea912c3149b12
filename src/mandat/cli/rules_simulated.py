"""What ``mandat rules simulate`` found, as data, as a page of text and as an HTML report."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.rules import Rule
    from mandat.engines.rules.reform import Simulation, Totals

TITLES = {
    "age": Text("Par âge", "By age"),
    "gender": Text("Par sexe", "By gender"),
    "decile": Text("Par décile de niveau de vie", "By decile of standard of living"),
    "commune": Text("Par commune", "By commune"),
}
#: Lines of a breakdown shown in the terminal.
SHOWN = 12


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
