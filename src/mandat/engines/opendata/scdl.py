"""Readers of the SCDL schemas: subventions 2.1.1, délibérations 2.1.5, budget 0.8.3."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP
from hashlib import blake2b
from typing import BinaryIO, Literal, TypeVar

from mandat.engines.opendata import decoding, values
from mandat.engines.opendata.delimited import Column, Row, rows
from mandat.engines.opendata.persons import is_natural_person, without_names
from mandat.engines.opendata.records import NATURAL_PERSON, Base, BudgetLine, Deliberation, Grant, Refused
from mandat.engines.opendata.values import fold
from mandat.kernel.errors import InputError
from mandat.kernel.money import CENT
from mandat.kernel.text import Text


def digest(raw: str) -> int:
    """60 bits of a line as written: the same line gives the same number, another does not."""
    return int.from_bytes(blake2b(raw.encode(errors="replace"), digest_size=8).digest(), "big") >> 4


def _like(pattern: str) -> Callable[[str], bool]:
    return lambda cell: re.fullmatch(pattern, cell, re.IGNORECASE) is not None


_date = _like(r"\d{4}|\d{1,4}[-/. ]\d{1,2}([-/. ]\d{1,4})?([T ].*)?|\d{8}|\d{5}(\.0)?|\d{1,2}(er)? \D{3,9}\.? \d{4}")
_money = _like(r"[-+]?[\d\s\u00a0\u202f'.,]*\d\s*(€|EUR)?")
_money_or_nothing = _like(r"([-+]?[\d\s\u00a0\u202f'.,]*\d\s*(€|EUR)?)?")
_identity = _like(r"([\d\s\u00a0.]{9,20}|\d[.,]\d+E\+?\d+)?")
_percent = _like(r"([\d.,]+\s*%?)?")
_yes_no = _like(r"(oui|non|yes|no|true|false|vrai|faux|o|n|0|1)?")

SUBVENTIONS = (
    Column("nomAttribuant", ("Nom de l'attribuant", "attribuant", "nomAttribuante", "collectivite", "organisme attribuant")),
    Column("idAttribuant", ("Identification de l'attribuant", "siretAttribuant", "SIRET de l'attribuant", "identifiant attribuant"), fits=_identity),
    Column("dateConvention", ("Date de la convention de subvention", "date de convention", "date", "date d'attribution", "année", "exercice"), required=True, fits=_date),
    Column("referenceDecision", ("Référence de la décision", "reference", "numero de deliberation", "deliberation")),
    Column("nomBeneficiaire", ("Nom du bénéficiaire", "beneficiaire", "nom de l'association", "association", "organisme bénéficiaire", "raison sociale"), required=True),
    Column("idBeneficiaire", ("Identification du bénéficiaire", "siretBeneficiaire", "SIRET du bénéficiaire", "siret", "identifiant du bénéficiaire"), fits=_identity),
    Column("rnaBeneficiaire", ("RNA du bénéficiaire", "rna", "numero rna")),
    Column("objet", ("Objet de la subvention", "objet du dossier", "libelle", "intitule")),
    Column("montant", ("Montant total de la subvention", "montant de la subvention", "montant attribue", "montant vote", "subvention", "montant en euros", "montant total"), required=True, fits=_money),
    Column("nature", ("Nature de la subvention", "nature de l'aide")),
    Column("conditionsVersement", ("Conditions de versement de la subvention", "conditions de versement", "modalites de versement")),
    Column("datesPeriodeVersement", ("Date ou période de versement", "dates de versement", "datesVersement", "periode de versement"), fits=_like(r"(\d{4}.{0,20})?|\d{1,2}/\d{1,2}/\d{4}.{0,20}")),
    Column("idRAE", ("Identifiant RAE de l’aide au titre de laquelle la subvention est attribuée", "rae", "numero rae"), fits=_like(r"\w{0,5}")),
    Column("notificationUE", ("Aide d'Etat notifiée à la Commission Européenne", "notification ue", "aide de minimis"), fits=_yes_no),
    Column("pourcentageSubvention", ("Pourcentage du montant total de la subvention attribuée au bénéficiaire", "pourcentage"), fits=_percent),
    Column("dispositifAide", ("dispositif", "dispositif d'aide", "programme", "politique publique")),
)  # fmt: skip

DELIBERATIONS = (
    Column("COLL_NOM", ("nom de la collectivité", "collectivite"), required=True),
    Column("COLL_SIRET", ("SIRET de la collectivité", "siret"), required=True, fits=_identity),
    Column("DELIB_ID", ("identifiant de la délibération", "numero de deliberation", "numero"), required=True),
    Column("DELIB_DATE", ("date de la délibération", "date"), required=True, fits=_date),
    Column("DELIB_MATIERE_CODE", ("code matière",), fits=_like(r"(\d([.,]\d{1,2})*)?")),
    Column("DELIB_MATIERE_NOM", ("nom matière", "matiere")),
    Column("DELIB_OBJET", ("objet de la délibération", "objet", "titre"), required=True),
    Column("BUDGET_ANNEE", ("année du budget",), fits=_like(r"(\d{4}([/-]\d{4})?)?")),
    Column("BUDGET_NOM", ("nom du budget",)),
    Column("PREF_ID", ("identifiant préfecture",), fits=_like(r"(S?PREF\w*|SGAR\w*)?")),
    Column("PREF_DATE", ("date préfecture",)),
    Column("VOTE_EFFECTIF", ("effectif",), fits=_like(r"\d*(\.0)?")),
    Column("VOTE_REEL", ("votants",), fits=_like(r"\d*(\.0)?")),
    Column("VOTE_POUR", ("pour", "votes pour"), fits=_like(r"-?\d*(\.0)?")),
    Column("VOTE_CONTRE", ("contre", "votes contre"), fits=_like(r"-?\d*(\.0)?")),
    Column("VOTE_ABSTENTION", ("abstentions", "abstention"), fits=_like(r"-?\d*(\.0)?")),
    Column("DELIB_URL", ("url", "lien"), fits=_like(r"(https?://\S+)?")),
)

BUDGET = (
    Column("BGT_NATDEC", ("nature de la décision",), required=True),
    Column("BGT_ANNEE", ("exercice", "année"), required=True, fits=_like(r"\d{4}(\.0)?")),
    Column("BGT_SIRET", ("siret",), required=True, fits=_identity),
    Column("BGT_NOM", ("nom du budget", "nom")),
    Column("BGT_CONTNAT", ("compte",)),
    Column("BGT_CONTNAT_LABEL", ("libellé du compte",)),
    Column("BGT_NATURE", ("nature",), required=True),
    Column("BGT_NATURE_LABEL", ("libellé nature",)),
    Column("BGT_FONCTION", ("fonction",)),
    Column("BGT_FONCTION_LABEL", ("libellé fonction",)),
    Column("BGT_OPERATION", ("operation",)),
    Column("BGT_SECTION", ("section",), required=True),
    Column("BGT_OPBUDG", ("type d'opération",)),
    Column("BGT_CODRD", ("sens",), required=True),
    Column("BGT_MTREAL", ("montant réalisé",), fits=_money_or_nothing),
    Column("BGT_MTBUDGPREC", fits=_money_or_nothing),
    Column("BGT_MTRARPREC", fits=_money_or_nothing),
    Column("BGT_MTPROPNOUV", fits=_money_or_nothing),
    Column("BGT_MTPREV", ("montant voté", "montant prévu"), fits=_money_or_nothing),
    Column("BGT_CREDOUV", ("crédits ouverts",), fits=_money_or_nothing),
    Column("BGT_MTRAR3112", fits=_money_or_nothing),
    Column("BGT_ARTSPE"),
)

Made = TypeVar("Made", bound=Base)
Cells = Mapping[str, str]


def _read(stream: BinaryIO, columns: Sequence[Column], make: Callable[[Row], Made]) -> Iterator[Made | Refused]:
    for row in rows(decoding.lines(stream), columns):
        if isinstance(row, tuple):
            yield Refused(*row)
            continue
        try:
            yield make(row)
        except InputError as error:
            yield Refused(row.line, error.text)


def subventions(stream: BinaryIO) -> Iterator[Grant | Refused]:
    """Lines of SCDL subventions 2.1.1. Raises InputError where the file as a whole cannot be read."""
    return _read(stream, SUBVENTIONS, _grant)


def deliberations(stream: BinaryIO) -> Iterator[Deliberation | Refused]:
    """Lines of SCDL délibérations 2.1.5. Raises InputError where the file as a whole cannot be read."""
    return _read(stream, DELIBERATIONS, _deliberation)


def budget(stream: BinaryIO) -> Iterator[BudgetLine | Refused]:
    """Lines of SCDL budget 0.8.3. Raises InputError where the file as a whole cannot be read."""
    return _read(stream, BUDGET, _budget_line)


def _grant(row: Row) -> Grant:
    cells = row.cells
    notes = ["mended"] if row.mended else []
    when, precision = values.day(cells["dateConvention"])
    if precision != "day":
        notes.append(f"date:{precision}")
    total = values.amount(cells["montant"])
    if total < 0:
        raise InputError(Text(f"montant négatif : {total}", f"negative amount: {total}"))
    part = values.share(cells.get("pourcentageSubvention", ""))
    name = values.text(cells["nomBeneficiaire"], longest=250)
    number = values.company(cells.get("idBeneficiaire", "")) or _rna(cells.get("rnaBeneficiaire", ""))
    if not name and not number:
        raise InputError(Text("bénéficiaire absent", "no beneficiary"))
    if is_natural_person(name, number):
        name, number = NATURAL_PERSON, ""
        notes.append("person")
    purpose = without_names(values.text(cells.get("objet", "")))
    if not purpose:
        purpose = "Objet non précisé"
        notes.append("purpose")
    return Grant(
        line=row.line,
        digest=digest(row.raw),
        notes=tuple(notes),
        awarder=values.text(cells.get("nomAttribuant", ""), longest=250),
        awarder_siret=values.company(cells.get("idAttribuant", "")),
        day=when,
        beneficiary=name or number,
        beneficiary_id=number,
        purpose=purpose,
        amount=(total * part).quantize(CENT, rounding=ROUND_HALF_UP),
        total=total,
        share=part,
        nature=_nature(cells.get("nature", "")),
        terms=without_names(values.text(cells.get("conditionsVersement", ""), longest=300)),
        reference=values.text(cells.get("referenceDecision", ""), longest=120),
        scheme=values.text(cells.get("dispositifAide", "") or cells.get("idRAE", ""), longest=120),
        de_minimis=values.yes(cells.get("notificationUE", "")),
    )


def _rna(text: str) -> str:
    cleaned = text.replace(" ", "").upper()
    if cleaned and not re.fullmatch(r"W\d[0-9A-Z]\d{7}", cleaned):
        raise InputError(Text(f"numéro RNA illisible : {cleaned[:40]}", f"unreadable RNA number: {cleaned[:40]}"))
    return cleaned


def _nature(text: str) -> Literal["money", "in_kind", "both"]:
    plain = fold(text)
    money, kind = "numeraire" in plain, "en nature" in plain
    if plain and not money and not kind:
        raise InputError(Text(f"nature inconnue : {text[:40]}", f"unknown nature: {text[:40]}"))
    return "both" if money and kind else "in_kind" if kind else "money"


def _deliberation(row: Row) -> Deliberation:
    cells = row.cells
    when, precision = values.day(cells["DELIB_DATE"])
    if precision != "day":
        raise InputError(Text("une délibération a un jour précis", "a deliberation has an exact day"))
    number = values.text(cells["DELIB_ID"], longest=80)
    title = without_names(values.text(cells["DELIB_OBJET"]))
    if not number or not title:
        raise InputError(Text("délibération sans numéro ou sans objet", "deliberation without a number or a purpose"))
    siret = values.company(cells["COLL_SIRET"])
    if not siret:
        raise InputError(Text("SIRET de la collectivité absent", "no SIRET of the authority"))
    url = cells.get("DELIB_URL", "")
    return Deliberation(
        line=row.line,
        digest=digest(row.raw),
        notes=("mended",) if row.mended else (),
        body=values.text(cells["COLL_NOM"], longest=250),
        body_siret=siret,
        number=number,
        day=when,
        topic_code=cells.get("DELIB_MATIERE_CODE", "").replace(",", "."),
        topic=values.text(cells.get("DELIB_MATIERE_NOM", ""), longest=250),
        title=title,
        url=url if re.fullmatch(r"https?://[^\s\"'<>]{3,500}", url) else "",
        votes_for=values.whole(cells.get("VOTE_POUR", "")),
        votes_against=values.whole(cells.get("VOTE_CONTRE", "")),
        abstentions=values.whole(cells.get("VOTE_ABSTENTION", "")),
    )


_STAGES: dict[str, Literal["primary", "supplementary", "amending", "account"]] = {
    "budget primitif": "primary",
    "budget previsionnel": "primary",
    "budget supplementaire": "supplementary",
    "decision modificative": "amending",
    "compte administratif": "account",
    "compte financier unique": "account",
}
_AMOUNTS = {"account": ("BGT_MTREAL",)}
_VOTED = ("BGT_MTPREV", "BGT_MTPROPNOUV", "BGT_CREDOUV")


def _budget_line(row: Row) -> BudgetLine:
    cells = row.cells
    stage = _STAGES.get(fold(cells["BGT_NATDEC"]))
    if stage is None:
        raise InputError(
            Text(f"étape inconnue : {cells['BGT_NATDEC'][:40]}", f"unknown stage: {cells['BGT_NATDEC'][:40]}")
        )
    if fold(cells.get("BGT_OPBUDG", "")).startswith("ordre"):
        raise InputError(
            Text(
                "opération d'ordre : ni dépense ni recette réelle", "accounting entry: neither real expense nor revenue"
            )
        )
    section = {"investissement": "investment", "fonctionnement": "operating"}.get(fold(cells["BGT_SECTION"]))
    direction = {"depense": "expense", "recette": "revenue"}.get(fold(cells["BGT_CODRD"]))
    if section is None or direction is None:
        wrong = cells["BGT_SECTION"] if section is None else cells["BGT_CODRD"]
        raise InputError(Text(f"section ou sens inconnu : {wrong[:40]}", f"unknown section or direction: {wrong[:40]}"))
    year, precision = values.day(cells["BGT_ANNEE"])
    if precision != "year":
        raise InputError(
            Text(f"année attendue : {cells['BGT_ANNEE'][:40]}", f"year expected: {cells['BGT_ANNEE'][:40]}")
        )
    named = next((cells[name] for name in _AMOUNTS.get(stage, _VOTED) if cells.get(name)), "")
    if not named:
        raise InputError(Text("aucun montant", "no amount"))
    siret = values.company(cells["BGT_SIRET"])
    labels = (
        cells.get("BGT_CONTNAT_LABEL", ""),
        cells.get("BGT_NATURE_LABEL", ""),
        cells.get("BGT_FONCTION_LABEL", ""),
    )
    purpose = " – ".join(dict.fromkeys(values.text(label, longest=250) for label in labels if label))
    return BudgetLine(
        line=row.line,
        digest=digest(row.raw),
        notes=("mended",) if row.mended else (),
        body=values.text(cells.get("BGT_NOM", ""), longest=250),
        body_siret=siret,
        year=year.year,
        stage=stage,
        account=values.text(cells.get("BGT_CONTNAT", ""), longest=9),
        nature=values.text(cells["BGT_NATURE"], longest=9),
        function=values.text(cells.get("BGT_FONCTION", ""), longest=9),
        purpose=purpose or "Ligne sans libellé",
        section="investment" if section == "investment" else "operating",
        direction="expense" if direction == "expense" else "revenue",
        operation=values.text(cells.get("BGT_OPERATION", ""), longest=120),
        amount=values.amount(named),
    )


__all__ = ["BUDGET", "DELIBERATIONS", "SUBVENTIONS", "budget", "deliberations", "digest", "subventions"]
