"""What an application still lacks before it can be sent, each with the page that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mandat.apps.grants.applicants import kinds_of
from mandat.apps.grants.models import Case, Party, Piece, PlanLine
from mandat.apps.grants.schema.receiving import Role
from mandat.apps.grants.schema.scheme import Evidence
from mandat.apps.grants.services.plans import local
from mandat.apps.grants.sheets import Sheet
from mandat.apps.grants.vocabulary import APPLICANTS
from mandat.engines.financing import PlanRules, Source, check_plan
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Where = Literal["section", "plan", "pieces", "parties"]


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing: the page where it is mended (a section's code for ``section``), the field there, and the words."""

    where: Where
    code: str
    name: str
    text: Text


@dataclass(frozen=True, slots=True)
class Standing:
    """What is needed to judge, read from the database once: all of it is then part of what is sent."""

    lines: tuple[PlanLine, ...]
    parties: tuple[Party, ...]
    files: tuple[Piece, ...]

    @property
    def pieces(self) -> frozenset[str]:
        """Codes of the pieces that count: a file is there and was not turned down."""
        return frozenset(one.code for one in self.files if one.verdict != "rejected")

    @property
    def sources(self) -> tuple[Source, ...]:
        """The lines of the plan, in euros."""
        return tuple(
            Source(
                funder=one.funder,
                amount=Decimal(one.amount) / 100,
                public=one.public,
                own=one.own,
                certain=one.certain,
            )
            for one in self.lines
        )


def standing_of(case: Case) -> Standing:
    """The lines of the plan, the parties, and the pieces given, each in its order: three queries."""
    files = case.pieces.filter(upload__isnull=False).select_related("upload__subject").order_by("pk")
    parties = case.parties.select_related("organisation").order_by("pk")
    return Standing(tuple(case.plan.all()), tuple(parties), tuple(files))


def lacks(sheet: Sheet, standing: Standing, *, region: Source | None) -> list[Lack]:
    """Everything that keeps the application from being sent; empty where it may go."""
    return [
        *_fields(sheet),
        *_contradictions(sheet),
        *_plan(sheet, standing, region),
        *_parties(sheet, standing),
        *_pieces(sheet, standing),
    ]


def _fields(sheet: Sheet) -> Iterator[Lack]:
    for section in sheet.sections:
        asked = [one for one in sheet.fields(section) if one.question.required]
        if section.repeats is None:
            for one in asked:
                if sheet.answers.get(one.name) in (None, "", []):
                    yield _answer(section.code, one.name, one.label)
            continue
        rows = sheet.rows(section)
        if asked and not rows:
            title = Text(section.title.fr, section.title.en)
            yield Lack(
                "section", section.code, "", Text(f"{title.fr} : au moins une ligne", f"{title.en}: at least one")
            )
        for rank, row in enumerate(rows):
            for one in asked:
                if row.get(one.name) in (None, "", []):
                    label = Text(f"{one.label.fr} (n° {rank + 1})", f"{one.label.en} (no. {rank + 1})")
                    yield _answer(section.code, f"{one.name}-{rank}", label)


def _answer(section: str, name: str, label: Text) -> Lack:
    return Lack("section", section, name, label)


def _contradictions(sheet: Sheet) -> Iterator[Lack]:
    first = sheet.sections[0].code if sheet.sections else ""
    for text in sheet.ruling.contradictions if sheet.ruling is not None else ():
        yield Lack("section", first, "", text)


def plan_rules(sheet: Sheet) -> PlanRules:
    """What the plan of this case must respect."""
    terms = sheet.scheme.plan.terms(sheet.case.applicant_kind, sheet.formulas())
    own = terms.own_of_public if local(sheet.case) else None
    return PlanRules(own_of_public=own, own_of_cost=terms.own_of_cost, aid_rate=terms.aid_rate)


def findings(sheet: Sheet, sources: tuple[Source, ...], region: Source | None) -> list[Any]:
    """What the plan does not respect; nothing where its cost is not known yet."""
    if not sheet.cost:
        return []
    lines = [*sources, region] if region is not None and region.amount else list(sources)
    try:
        found = check_plan(cost=Decimal(sheet.cost) / 100, sources=lines, rules=plan_rules(sheet))
    except InputError:
        return []
    # Where nobody can say yet what the Region would bring, nobody can say that the plan does not add up.
    return [one for one in found if region is not None or one.code != "unbalanced"]


def _plan(sheet: Sheet, standing: Standing, region: Source | None) -> Iterator[Lack]:
    if not sheet.planned:
        return
    if not standing.sources:
        yield Lack("plan", "", "", Text("le plan de financement", "the financing plan"))
        return
    for finding in findings(sheet, standing.sources, region):
        if finding.blocking:
            yield Lack("plan", "", "", finding.message)


def _parties(sheet: Sheet, standing: Standing) -> Iterator[Lack]:
    terms = sheet.scheme.applicants
    least, most = terms.parties
    count = len(standing.parties) + 1
    if count < least:
        yield Lack(
            "parties",
            "",
            "",
            Text(
                f"au moins {least} organisations portent cette demande, la vôtre comprise",
                f"at least {least} organisations make this application together, yours included",
            ),
        )
    if count > most:
        yield Lack("parties", "", "", Text(f"au plus {most} organisations", f"at most {most} organisations"))
    for party in standing.parties:
        if party.agreed_at is None:
            name = party.organisation.name
            yield Lack("parties", "", str(party.pk), Text(f"l'accord de {name}", f"the agreement of {name}"))
    for role in unfilled(sheet, standing.parties):
        words = role_words(role)
        yield Lack("parties", "", "", Text(f"un partenaire manque : {words.fr}", f"a partner is missing: {words.en}"))


def role_words(role: Role) -> Text:
    """A role as it is read: its own words, else the kinds that fill it."""
    if role.label is not None:
        return Text(role.label.fr, role.label.en)
    kinds = [APPLICANTS[kind] for kind in role.kinds]
    return Text(" ou ".join(kind.fr for kind in kinds), " or ".join(kind.en for kind in kinds))


def unfilled(sheet: Sheet, parties: tuple[Party, ...]) -> list[Role]:
    """Roles that no party fills yet. A party fills the role it was invited in; the one that leads, the leading role or one left of its kind."""
    missing = []
    lead_used = False
    for role in sheet.scheme.applicants.roles:
        count = sum(party.role == role.code and _may_fill(party, role) for party in parties)
        if count < role.least and not lead_used and sheet.case.applicant_kind in role.kinds:
            count += 1
            lead_used = True
        if count < role.least:
            missing.append(role)
    return missing


def _may_fill(party: Party, role: Role) -> bool:
    known = kinds_of(party.organisation)
    return not known or bool(set(known) & set(role.kinds))


def _pieces(sheet: Sheet, standing: Standing) -> Iterator[Lack]:
    for piece in missing_pieces(sheet, standing.pieces):
        yield Lack("pieces", piece.code, piece.code, Text(piece.label.fr, piece.label.en))


def missing_pieces(sheet: Sheet, given: frozenset[str]) -> list[Evidence]:
    """Required pieces of the application of which no file is there."""
    return [one for one in sheet.evidence("application") if not one.optional and one.code not in given]
