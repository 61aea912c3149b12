"""The full explanation of a decision (CRPA R311-3-1-2), from its record: intelligible, and without what was discarded.

1° the degree and the way the algorithm contributed; 2° the data processed and their sources; 3° the parameters and, where
relevant, their weighting, applied to the person's situation; 4° the operations carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mandat.apps.rights.mention import degree
from mandat.apps.rights.models import Decision
from mandat.apps.rights.ruling import compiled
from mandat.apps.rights.services.decisions import record_of
from mandat.apps.rights.terms import Terms
from mandat.apps.rulebook.wording import formula_sentences
from mandat.kernel.errors import InputError
from mandat.kernel.text import speaking
from mandat.web import formats, letters

DISCARDED = "valeur effacée après la décision"
UNKNOWN = "non connu"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Rows of texts in French: the language of the procedure."""

    degree: str
    automatic: bool
    rule: str
    digest: str
    as_of: str
    inputs: list[tuple[str, str, str]]
    parameters: list[tuple[str, str, str]]
    steps: list[tuple[str, str, str]]
    result: str
    mention: str
    sha256: str


def explanation_of(decision: Decision, terms: Terms) -> Explanation:
    """Raises InputError where the record was altered, ErasedError where its key is destroyed."""
    record = record_of(decision)
    said = (
        record["mention"]["degree"]
        if record["mention"]
        else degree(terms.document, automatic=record["by"] == "automatic").fr
    )
    in_words = _in_words(decision, record)
    return Explanation(
        degree=said,
        automatic=record["by"] == "automatic",
        rule=f"{record['rule']['code']}, version {record['rule']['version']}",
        digest=record["rule"]["digest"],
        as_of=letters.day(record["as_of"]),
        inputs=[
            # A choice and a commune are codes: the record holds their words beside them.
            (_who(row), row.get("said") or shown(row["value"], row["unit"], kept=row["kept"]), row["source"])
            for row in record["inputs"]
        ],
        parameters=[_parameter(row) for row in record["parameters"]],
        steps=[
            (
                row["label"],
                in_words.get(row["name"], row["formula"]),
                shown(row["value"], row["unit"], kept=row["kept"]),
            )
            for row in record["steps"]
        ],
        result=_result(record),
        mention=record["mention"]["fr"] if record["mention"] else "",
        sha256=decision.sha256,
    )


def _in_words(decision: Decision, record: dict[str, Any]) -> dict[str, str]:
    """Each formula in words, then as it is written: intelligible, and exact. Empty where the rule cannot be read any more."""
    known = record["rule"]
    versions = {used["code"]: used["version"] for used in known["vocabularies"]}
    try:
        found = compiled(decision.claim.programme, known["code"], version=known["version"], vocabularies=versions)
    except InputError:
        return {}
    written = {row["name"]: row["formula"] for row in record["steps"]}
    said = formula_sentences(found.applied)
    return {name: f"{said[name].fr} ({formula})" for name, formula in written.items() if name in said}


def _who(row: dict[str, Any]) -> str:
    label = str(row["label"])
    return f"{label} (personne {row['member'] + 1})" if row["member"] else label


def shown(value: Any, unit: str = "", *, kept: bool = True) -> str:
    """A value of a record in French words."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if value is None:
        return UNKNOWN if kept else DISCARDED
    with speaking("fr"):
        try:
            number = Decimal(str(value))
        except ArithmeticError:
            return _day_or_text(str(value))
        if unit in ("", "1"):
            return formats.number(number, 6)
        try:
            return letters.amount(number, "percent" if unit == "%" else unit)
        except KeyError:
            return f"{formats.number(number, 6)} {unit}"


def _day_or_text(text: str) -> str:
    try:
        return letters.day(text)
    except ValueError:
        return text


def _parameter(row: dict[str, Any]) -> tuple[str, str, str]:
    source = row["reference"] + (" (hypothèse)" if row["assumption"] else "")
    if row.get("brackets"):
        parts = [
            f"à partir de {shown(one['from'])} : {shown(one['rate'] if one['rate'] is not None else one['amount'])}"
            for one in row["brackets"]
        ]
        return row["label"], " ; ".join(parts), source
    return row["label"], shown(row["value"], row["unit"]), source


def _result(record: dict[str, Any]) -> str:
    eligible = {
        True: "les conditions sont remplies",
        False: "les conditions ne sont pas remplies",
        None: "le calcul ne conclut pas",
    }
    said = eligible[record["eligible"]]
    if record["rule_amount"] is not None and record["eligible"]:
        said += f" ; montant calculé : {shown(record['rule_amount'], record['unit'])}"
    return said


def letter(explanation: Explanation, decision: Decision, terms: Terms, identity: dict[str, str]) -> dict[str, Any]:
    """The explanation as a letter."""
    made: dict[str, Any] = letters.content(
        title="Comment votre décision a été calculée",
        subject=terms.document.title.fr,
        on=decision.decided_on,
        sender=[terms.document.decision.service.fr, terms.document.decision.address, terms.document.decision.contact],
        identity=identity,
        reference=decision.claim.reference,
        synthetic=decision.claim.synthetic,
        head=[
            ("Votre demande", terms.document.title.fr),
            ("Référence", f"{decision.claim.reference} / {decision.rank}"),
            (
                "Fondement",
                "articles L. 311-3-1 et R. 311-3-1-2 du code des relations entre le public et l'administration",
            ),
        ],
        sections=[
            letters.section(
                "1. La part du calcul dans la décision",
                letters.text(explanation.degree),
                letters.text(f"Règle appliquée : {explanation.rule}, à la situation du {explanation.as_of}."),
            ),
            letters.section(
                "2. Les données traitées et leurs sources",
                _table(["Donnée", "Valeur", "Source"], explanation.inputs, [5, 3, 4]),
            ),
            letters.section(
                "3. Les paramètres de la règle",
                _table(["Paramètre", "Valeur", "Référence"], explanation.parameters, [5, 3, 5]),
            ),
            letters.section(
                "4. Les opérations effectuées",
                _table(["Étape", "Calcul", "Résultat"], explanation.steps, [4, 6, 3]),
                letters.text(f"Résultat : {explanation.result}."),
            ),
            letters.section(
                "Vérifier", letters.text(f"Empreinte du dossier de décision (SHA-256) : {explanation.sha256}")
            ),
        ],
    )
    return made


def _table(columns: list[str], rows: list[tuple[str, str, str]], widths: list[int]) -> dict[str, Any]:
    if not rows:
        return letters.text("Aucune.")
    return {"kind": "table", "columns": columns, "rows": [list(row) for row in rows], "widths": widths}
