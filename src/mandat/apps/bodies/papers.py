"""The papers of a session, in French, as PDF/UA-1: the agenda that is sent, the minutes that are published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mandat.apps.bodies import written
from mandat.apps.bodies.models import Minutes, Session
from mandat.apps.bodies.schema import Body
from mandat.apps.bodies.vocabulary import CHOICES, NATURES, OUTCOMES, STATUSES, origin_of
from mandat.apps.programme.published import Published
from mandat.kernel.text import speaking
from mandat.web import formats
from mandat.web.letters import Part, bullets, content, day, pdf, section, text


def _paper(current: Published, body: Body, session: Session, title: str, head: Sequence[tuple[str, str]], sections: Sequence[dict[str, Any]]) -> bytes:  # fmt: skip
    authority = current.programme.authority
    made = content(
        title=title,
        subject=body.title.fr,
        on=session.on,
        sender=[authority.name if authority else current.programme.region_name, body.title.fr],
        identity={"name": body.title.fr},
        head=head,
        sections=sections,
        reference=session.reference,
        foot=f"{body.title.fr}, séance {session.code}",
        synthetic=session.synthetic,
    )
    return pdf(made)


def _when(session: Session) -> str:
    with speaking("fr"):
        return formats.moment(session.starts_at)


def agenda(current: Published, body: Body, session: Session) -> bytes:
    """The agenda of a session, as it is sent to its members."""
    head = [("Séance", _when(session)), *([("Lieu", session.place)] if session.place else [])]
    if session.link:
        head.append(("À distance", session.link))
    sections = []
    for item in session.items.select_related("rapporteur", "request").order_by("position", "pk"):
        parts: list[Part] = [text(NATURES[item.nature].fr.capitalize())]
        if item.rapporteur is not None:
            parts.append(text(f"Rapporteur : {item.rapporteur.name}"))
        if item.request is not None:
            parts.append(text(f"À la demande de : {origin_of(item.request.source).fr} ({item.request.source})"))
        parts += [text(one) for one in item.text.split("\n\n") if one.strip()]
        sections.append(section(f"{item.position}. {item.title_fr}", *parts))
    return _paper(current, body, session, "Ordre du jour", head, sections or [section("", text("Aucun point."))])


def minutes(current: Published, body: Body, session: Session, kept: Minutes) -> bytes:
    """The minutes as published or adopted: who came, what was voted and how, the account in words, the digest."""
    held = written.read(kept)
    people = held["members"]
    adopted = kept.stage == Minutes.Stage.ADOPTED
    state = f"adopté à la séance {kept.adopted_in.code}" if adopted and kept.adopted_in else "publié, à adopter"
    there = [one for one in people if one["status"] in ("present", "remote")]
    head = [
        ("Séance", _when(session)),
        *([("Lieu", held["place"])] if held["place"] else []),
        ("Quorum", f"{held['quorum']} ; présents : {len(there)} sur {len(people)} membres"),
        ("État", state),
    ]
    sections = [section("Membres", bullets([_member(one, people) for one in people] or ["personne"]))]
    if kept.text:
        sections.append(section("Compte rendu", *[text(one) for one in kept.text.split("\n\n") if one.strip()]))
    sections += [_item(one, people) for one in held["items"]]
    sections.append(section("Empreinte", text(f"SHA-256 : {kept.sha256}"), text(f"Publié le {day(kept.at.date())}.")))
    return _paper(current, body, session, "Procès-verbal", head, sections)


def _member(one: dict[str, Any], people: Sequence[dict[str, Any]]) -> str:
    said = STATUSES[one["status"]].fr
    by = f", pouvoir à {people[one['proxy']]['name']}" if one["proxy"] is not None else ""
    role = " (présidence)" if one["president"] else ""
    for_whom = f", {one['organisation']}" if one["organisation"] else ""
    return f"{one['name']}{role}{for_whom} : {said}{by}"


def _item(one: dict[str, Any], people: Sequence[dict[str, Any]]) -> dict[str, Any]:
    title = one["title"] or "Point examiné à huis clos"
    parts: list[Part] = [text(f"{NATURES[one['nature']].fr.capitalize()} : {OUTCOMES[one['outcome']].fr}.")]
    if one["decision"]:
        parts.append(text(f"Décision n° {one['decision']}."))
    for amendment in one["amendments"]:
        said = OUTCOMES.get(amendment["outcome"], OUTCOMES[""]).fr
        parts.append(text(f"Amendement {amendment['number']} ({said}) : {amendment['text']}"))
        parts += _vote(amendment["vote"], people)
    parts += _vote(one["vote"], people)
    if one["recused"]:
        parts.append(text("Déport : " + ", ".join(people[rank]["name"] for rank in one["recused"])))
    return section(f"{one['position']}. {title}", *parts)


def _vote(vote: dict[str, Any] | None, people: Sequence[dict[str, Any]]) -> list[Part]:
    if vote is None:
        return []
    if vote["roll"] is None:
        words = f"À main levée : {vote['for']} pour, {vote['against']} contre, {vote['abstain']} abstentions."
        return [text(words)]
    pairs = [
        [f"{CHOICES[choice].fr} ({len(ranks)})", ", ".join(people[rank]["name"] for rank in ranks)]
        for choice, ranks in vote["roll"].items()
        if ranks
    ]
    return [{"kind": "pairs", "items": pairs}]
