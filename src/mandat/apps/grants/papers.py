"""The papers of a sitting, in French: the agenda with a sheet a case, for those who vote; the minutes, for everyone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mandat.apps.grants import minutes as written
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Item, Opinion, Sitting
from mandat.apps.grants.recording import euros_of, gather
from mandat.apps.grants.seats import seats_on
from mandat.apps.grants.services.awards import PERSON
from mandat.apps.grants.services.moving import terms_of
from mandat.apps.programme.published import Published, published
from mandat.web.letters import Content, Part, amount, bullets, content, day, pdf, section, text

VERDICTS = {"for": "favorable", "reserved": "favorable avec réserves", "against": "défavorable"}
OUTCOMES = {"awarded": "accordé", "refused": "refusé", "postponed": "ajourné", "removed": "retiré", "": ""}


def _body(current: Published, sitting: Sitting) -> str:
    body = current.bodies.get(sitting.body)
    return body.title.fr if body else sitting.body


def _paper(sitting: Sitting, title: str, head: list[tuple[str, str]], sections: list[dict[str, Any]]) -> Content:
    current = published(sitting.programme)
    authority = current.programme.authority
    body = _body(current, sitting)
    return content(
        title=title,
        subject=body,
        on=sitting.on,
        sender=[authority.name if authority else current.programme.region_name, body],
        identity={"name": "Aux membres du comité"} if sitting.state != Sitting.State.CLOSED else {"name": body},
        head=head,
        sections=sections,
        reference=str(sitting.pk),
        foot=f"{body}, {day(sitting.on)}",
        synthetic=sitting.synthetic,
    )


def agenda(sitting: Sitting) -> bytes:
    """The agenda and a sheet a case, as PDF/UA-1. Confidential: it holds opinions and what is proposed."""
    items = list(sitting.items.select_related("case__subject", "case__applicant").order_by("position", "pk"))
    gathered = gather([item.case for item in items])
    opinions: dict[int, list[Opinion]] = {}
    rows = Opinion.objects.filter(case__items__sitting=sitting, given_at__isnull=False).select_related("case__subject")
    for one in rows.order_by("pk"):
        opinions.setdefault(one.case_id, []).append(one)
    lines = [
        [str(item.position), _who(item.case), terms_of(item.case).document.title.fr, _proposal(item)] for item in items
    ]
    sections = [
        section(
            "Ordre du jour",
            {"kind": "table", "widths": [1, 5, 5, 4], "columns": ["Point", "Demandeur", "Dispositif", "Proposition"], "rows": lines}
            if lines
            else text("Aucun dossier."),
        )
    ]  # fmt: skip
    sections += [{**_sheet(item, gathered, opinions.get(item.case_id, [])), "page": True} for item in items]
    seats = seats_on(sitting.programme, sitting.body, sitting.on).count()
    head = [
        ("Séance du", day(sitting.on)),
        *([("Lieu", sitting.place)] if sitting.place else []),
        ("Quorum", f"{sitting.quorum} présents sur {seats} sièges"),
    ]
    return pdf(_paper(sitting, "Ordre du jour", head, sections))


def _who(case: Case) -> str:
    return case.applicant.name if case.applicant else PERSON.capitalize()


def _proposal(item: Item) -> str:
    if not item.favourable:
        return "refus"
    return amount(euros_of(item.amount) or Decimal(0), "EUR") if item.amount is not None else "accord"


def _sheet(item: Item, gathered: Any, opinions: list[Opinion]) -> dict[str, Any]:
    case = item.case
    pairs = [
        ["Dossier", case.reference],
        ["Demandeur", _who(case)],
        ["Projet", case.title or "–"],
        ["Coût", _money(case.cost)],
        ["Aide demandée", _money(case.asked)],
        ["Ce que donne la règle", _money(case.computed)],
        ["Proposition du service", "refus" if not item.favourable else _money(item.proposed)],
        *([["Points", str(case.points)]] if case.points is not None else []),
    ]
    parts: list[Part] = [{"kind": "pairs", "items": pairs}]
    if item.motive:
        parts.append(text(f"Motif proposé : {item.motive}"))
    plan = gathered.plans.get(case.pk, ())
    if plan:
        parts.append(
            bullets([f"{line.funder} : {_money(line.amount)}{' (acquis)' if line.certain else ''}" for line in plan])
        )
    for opinion in opinions:
        said = VERDICTS.get(opinion.verdict, opinion.verdict)
        parts.append(text(f"Avis {said}. {opinion.text}" if opinion.text else f"Avis {said}."))
    if case.state != State.READY:
        parts.append(text("Ce dossier n'est plus prêt pour décision."))
    return section(f"Point {item.position} – {_who(case)}", *parts)


def _money(cents: int | None) -> str:
    value = euros_of(cents)
    return amount(value, "EUR") if value is not None else "–"


def minutes(sitting: Sitting) -> bytes:
    """The minutes as PDF/UA-1: who was there, how each voted, what was decided. Natural persons are only counted."""
    held = written.read(sitting)
    members = held["members"]
    present = [_name(one) for one in members if one["present"]]
    absent = [_name(one) for one in members if not one["present"]]
    items = [one for one in held["items"] if one["public"]]
    private = [one for one in held["items"] if not one["public"]]
    sections = [
        section("Présents", bullets(present or ["personne"])),
        *([section("Absents", bullets(absent))] if absent else []),
        *[_told(one, members) for one in items],
    ]
    if private:
        counts = {code: sum(one["outcome"] == code for one in private) for code in OUTCOMES}
        words = ", ".join(f"{count} {OUTCOMES[code]}" for code, count in counts.items() if count and code)
        sections.append(
            section(
                "Décisions concernant des particuliers", text(f"Elles ne sont pas publiées. Leur nombre : {words}.")
            )
        )
    head = [
        ("Séance du", day(sitting.on)),
        *([("Lieu", held["place"])] if held["place"] else []),
        ("Quorum", f"{held['quorum']} ; présents : {len(present)} sur {len(members)}"),
    ]
    return pdf(_paper(sitting, "Procès-verbal", head, sections))


def _name(member: dict[str, Any]) -> str:
    name = member["name"] or "Un membre"
    return f"{name} (présidence)" if member["president"] else name


def _told(one: dict[str, Any], members: list[dict[str, Any]]) -> dict[str, Any]:
    votes = one["votes"]
    words = {"for": "Pour", "against": "Contre", "abstain": "Abstention"}
    rolls = [
        [
            f"{word} ({len(votes[choice])})",
            ", ".join(members[rank]["name"] or "un membre" for rank in votes[choice]) or "–",
        ]
        for choice, word in words.items()
    ]
    if one["recused"]:
        rolls.append(
            ["Ne prennent pas part", ", ".join(members[rank]["name"] or "un membre" for rank in one["recused"])]
        )
    given = f" – {amount(one['amount'], 'EUR')}" if one["amount"] else ""
    parts: list[Part] = [
        text(f"{one['scheme_title']}. {one['purpose']}".strip()),
        text(f"{OUTCOMES[one['outcome']].capitalize()}{given}."),
    ]
    return section(f"Point {one['position']} – {one['applicant']}", *parts, {"kind": "pairs", "items": rolls})
