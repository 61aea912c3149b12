"""Awards as SCDL subventions 2.1.1, made from the facts: one line an award, in the order of the journal.

The standard wants a period of payment and its rhythm, which an award does not hold: they are read from the payments made for it
and from the scheme it was made under. What is corrected or withdrawn since is not in the file.
Source: https://schema.data.gouv.fr/scdl/subventions/2.1.1/, after décret 2017-779.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal

from mandat import journal
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import Published
from mandat.apps.publications.exports.tables import Column, Row, Table
from mandat.facts import Fact
from mandat.kernel.text import Text

AWARDED, PAID = "grants.awarded.v1", "grants.paid.v1"
#: Characters the standard allows for the purpose and the terms.
LONGEST = 256
NATURE = {"money": "aide en numéraire", "in_kind": "aide en nature", "both": "aide en numéraire;aide en nature"}
COLUMNS = (
    Column("nomAttribuant", "string", Text("Nom de l'attribuant", "Name of the awarder"), True),
    Column("idAttribuant", "string", Text("SIRET de l'attribuant", "SIRET of the awarder"), True, pattern=r"^\d{14}$"),
    Column("dateConvention", "date", Text("Date de la convention", "Date of the agreement"), True),
    Column("referenceDecision", "string", Text("Référence de la décision", "Reference of the decision")),
    Column("nomBeneficiaire", "string", Text("Nom du bénéficiaire", "Name of the beneficiary"), True),
    Column("idBeneficiaire", "string", Text("SIRET du bénéficiaire", "SIRET of the beneficiary")),
    Column("rnaBeneficiaire", "string", Text("Numéro RNA du bénéficiaire", "RNA number of the beneficiary")),
    Column("objet", "string", Text("Objet de la subvention", "Purpose of the award"), True),
    Column("montant", "number", Text("Montant attribué, en euros", "Amount awarded, in euros"), True),
    Column("nature", "string", Text("Nature de la subvention", "Nature of the award"), True, tuple(NATURE.values())),
    Column("conditionsVersement", "string", Text("Conditions de versement", "Terms of payment"), True),
    Column("datesPeriodeVersement", "string", Text("Date ou période de versement", "Day or period of payment"), True),
    Column("idRAE", "string", Text("Numéro au répertoire des aides aux entreprises", "Number in the register of business aid")),
    Column("notificationUE", "string", Text("Aide de minimis", "De minimis aid"), True, ("oui", "non")),
    Column("pourcentageSubvention", "number", Text("Part attribuée au bénéficiaire", "Share of the beneficiary"), True),
    Column("dispositifAide", "string", Text("Dispositif d'aide", "Aid scheme")),
)  # fmt: skip
Period = tuple[dt.date, dt.date, int]


def subventions_table(current: Published) -> Table:
    """Every award that stands, to legal persons and, without a name, to natural persons. Two passes over the journal."""

    def rows() -> Iterator[Row]:
        periods = _periods(current.code)
        parts = {code: len(terms.document.payments) for code, terms in SCHEMES.all(current).items()}
        for entry in journal.iterate(programme=current.code, kind=AWARDED, effective=True):
            yield _row(current, entry.fact, periods, parts)

    return Table(
        name="subventions",
        title=Text("Subventions attribuées (SCDL 2.1.1)", "Grants awarded (SCDL 2.1.1)"),
        description=Text(
            "Une ligne par attribution, au format du socle commun des données locales. Publiée dès que le fait est enregistré.",
            "One line an award, in the form of the French common local data base. Published as soon as the fact is recorded.",
        ),
        columns=COLUMNS,
        key=(),
        rows=rows,
        small=False,
    )


def _periods(programme: str) -> dict[str, Period]:
    """First and last day of the payments made for each award, and how many there were."""
    found: dict[str, Period] = {}
    for entry in journal.iterate(programme=programme, kind=PAID, effective=True):
        award, day = str(entry.fact.data.get("award", "")), entry.fact.occurred_on
        if award:
            first, last, times = found.get(award, (day, day, 0))
            found[award] = (min(first, day), max(last, day), times + 1)
    return found


def _row(current: Published, fact: Fact, periods: Mapping[str, Period], parts: Mapping[str, int]) -> Row:
    data = fact.data
    ref = fact.definition
    scheme = ref.code if ref is not None and ref.kind == "scheme" else ""
    period = periods.get(str(data.get("reference") or "")) or periods.get(fact.subject)
    day = fact.occurred_on.isoformat()
    # Not paid yet: the period begins with the agreement and its end is that of the year of the award, which the budget knows.
    year = int(data.get("budget_year") or fact.occurred_on.year)
    last = max(fact.occurred_on, dt.date(year, 12, 31))
    when = f"{period[0]}/{period[1]}" if period else f"{day}/{last}"
    number = str(data.get("beneficiary_siret") or "")
    return (
        data.get("awarder") or f"Région {current.programme.region_name}",
        data.get("awarder_siret") or current.programme.siret,
        fact.occurred_on,
        data.get("reference") or fact.subject,
        data["beneficiary"],
        "" if number.startswith("W") else number,
        number if number.startswith("W") else "",
        _short(str(data["purpose"])),
        fact.amount if fact.amount is not None else Decimal(0),
        NATURE[str(data.get("nature") or "money")],
        _short(str(data.get("terms") or "")) or _rhythm(period, parts.get(scheme, 0)),
        when,
        "",
        "oui" if data.get("de_minimis") else "non",
        Decimal(1),
        scheme,
    )


def _rhythm(period: Period | None, parts: int) -> str:
    if parts > 1 or (period is not None and period[2] > 1):
        return "échelonné"
    return "unique" if parts == 1 or period is not None else "autre"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
