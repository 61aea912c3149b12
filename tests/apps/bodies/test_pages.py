"""What everyone reads of bodies, and the files they keep: before a session, after it, and what is never shown."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import frictionless
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.bodies import scdl, written
from mandat.apps.bodies.models import Decision, Session, Term
from mandat.apps.bodies.services import agenda, attendance, followups, minutes, sessions, terms, voting
from mandat.kernel.text import Text
from tests.apps.bodies.conftest import MEETS, item, opened, voted

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def page(client: Client, name: str, *arguments: Any, code: int = 200) -> str:
    response = client.get(reverse(f"bodies:{name}", args=arguments))
    assert response.status_code == code, response.content[:500]
    return response.content.decode()


@pytest.fixture
def held(agent: User, session: Session, seated: list[Term], clock: Any) -> Session:
    """A session held: a decision adopted by roll call with an amendment, one behind closed doors, an item asked for and put off."""
    first = item(agent, session, "Le plan d'essai <b>public</b>")
    agenda.amendment_add(actor=agent, item=first, text="Ajouter « chaque année ».")
    asked = agenda.item_ask(
        body="comite", title=Text("La pétition", "The petition"), source="petition:P-5", url="/petitions/P-5/"
    )
    second = agenda.request_place(actor=agent, request=asked, session=session, nature="opinion", text="Avis.")
    hidden = item(agent, session, "La situation de Camille", closed_doors=True, text="Secret de Camille.")
    agenda.agenda_publish(actor=agent, session=session)
    session = opened(agent, session, seated, clock, m2="excused")
    attendance.recuse(actor=agent, item=first, term=seated[4])
    voted(agent, first, seated, "f.ff", amendment=first.amendments.get())
    voted(agent, first, seated, "f.fa")
    voting.item_settle(actor=agent, item=second, outcome="postponed")
    voting.show_of_hands(actor=agent, item=hidden, yes=3, no=1)
    return sessions.session_close(actor=agent, session=session)


def test_the_list_of_bodies_tells_who_meets_next(client: Client, session: Session) -> None:
    text = page(client, "bodies")
    assert "Comité d’essai" in text
    assert "mars" in text
    assert "6 membres" in text
    assert reverse("bodies:session", args=["comite", "2026-1"]) in text


def test_the_page_of_a_body_tells_its_rules_members_and_interests(
    client: Client, seated: list[Term], agent: User
) -> None:
    terms.interest_declare(actor=agent, term=seated[0], nature="director", organisation="Association d'essai")
    text = page(client, "body", "comite")
    for said in (
        "plus de la moitié des membres votants",
        "Usagères et usagers",
        "Membre 4",
        "Association d&#x27;essai",
        "la présidence départage",
    ):
        assert said in text, said
    assert "Membre 6" in text
    assert page(client, "body", "conseil")
    page(client, "body", "inconnue", code=404)


def test_queries_of_a_body_do_not_grow_with_its_history(
    client: Client, held: Session, agent: User, seated: list[Term], clock: Any, django_assert_max_num_queries: Any
) -> None:
    url = reverse("bodies:body", args=["comite"])
    client.get(url)
    with django_assert_max_num_queries(26):
        client.get(url)


def test_an_agenda_is_read_once_it_is_published_and_never_before(client: Client, agent: User, session: Session) -> None:
    item(agent, session, "Un point encore en préparation")
    assert "en préparation" not in page(client, "session", "comite", "2026-1")
    agenda.agenda_publish(actor=agent, session=session)
    assert "en préparation" in page(client, "session", "comite", "2026-1")
    for wrong in ("2026-9", "2026", "x-1", "2026-1-1"):
        page(client, "session", "comite", wrong, code=404)


def test_a_session_held_shows_how_each_voted_but_what_was_behind_closed_doors(client: Client, held: Session) -> None:
    text = page(client, "session", "comite", "2026-1")
    for said in (
        "2 pour, 1 contre",
        "Ajouter « chaque année ».",
        "À main levée",
        "Item" if False else "huis clos",
        "Pétition",
        "reporté",
        "Membre 5",
    ):
        assert said in text, said
    assert "Camille" not in text
    assert "&lt;b&gt;public" in text
    assert "Pas encore publié" in text


def test_nothing_of_a_vote_under_way_is_shown(
    client: Client, agent: User, session: Session, seated: list[Term], clock: Any
) -> None:
    one = item(agent, session)
    agenda.agenda_publish(actor=agent, session=session)
    opened(agent, session, seated, clock)
    division = voting.division_open(actor=agent, item=one)
    before = page(client, "session", "comite", "2026-1")
    voting.votes_cast(actor=agent, division=division, choices={seated[0].pk: "against"})
    assert page(client, "session", "comite", "2026-1") == before


def test_minutes_are_a_page_a_pdf_and_a_digest_anyone_computes_again(
    client: Client, held: Session, agent: User
) -> None:
    page(client, "minutes_pdf", "comite", "2026-1", code=404)
    made = minutes.minutes_publish(actor=agent, session=held, text="La séance s'est tenue.\n\nElle a duré deux heures.")
    text = page(client, "session", "comite", "2026-1")
    assert made.sha256 in text
    assert "deux heures" in text
    pdf = client.get(reverse("bodies:minutes_pdf", args=["comite", "2026-1"]))
    assert pdf.content.startswith(b"%PDF-")
    kept = client.get(reverse("bodies:record", args=["comite", "2026-1"])).content.decode()
    from mandat.apps.custody.records import digest

    assert digest(kept) == made.sha256
    assert "Camille" not in kept
    assert written.read(made)["items"][0]["decision"] == "2026-001"


def test_papers_are_public_from_their_hour_and_not_of_closed_doors(
    client: Client, agent: User, session: Session
) -> None:
    shown, hidden = item(agent, session, "Ouvert"), item(agent, session, "Fermé", closed_doors=True)
    made = [
        agenda.paper_add(
            actor=agent, session=session, item=one, title="Note", upload=SimpleUploadedFile("n.pdf", PDF), public_at=at
        )
        for one, at in ((shown, timezone.now()), (shown, MEETS), (hidden, timezone.now()))
    ]
    codes = [client.get(reverse("bodies:paper", args=["comite", one.pk])).status_code for one in made]
    assert codes == [200, 404, 404]
    first = client.get(reverse("bodies:paper", args=["comite", made[0].pk]))
    assert b"".join(first.streaming_content) == PDF  # type: ignore[arg-type]
    assert "attachment" in first["Content-Disposition"]


def test_the_calendar_of_a_body_holds_its_sessions_and_says_when_they_move(
    client: Client, agent: User, session: Session
) -> None:
    def lines() -> str:
        raw = client.get(reverse("publications:body_calendar", args=["comite"])).content.decode()
        return raw.replace("\r\n ", "")

    assert "DTSTART:20260320T130000Z" in lines()
    sessions.session_cancel(actor=agent, session=session, reason="Grève")
    assert "STATUS:CANCELLED" in lines()
    assert "SEQUENCE:1" in lines()
    one = client.get(reverse("bodies:session_ics", args=["comite", "2026-1"])).content.decode()
    assert one.count("BEGIN:VEVENT") == 1


def test_the_feed_of_a_body_tells_its_acts(client: Client, held: Session) -> None:
    raw = client.get(reverse("publications:body_feed", args=["comite"])).content.decode()
    assert "Séance tenue" in raw
    assert "Camille" not in raw


def test_decisions_are_listed_with_what_became_of_them(client: Client, held: Session, agent: User, clock: Any) -> None:
    decision = Decision.objects.get(item__position=1)
    followups.follow_up_set(
        actor=agent, decision=decision, owner="conseil", what="Publier le bilan", due_on=MEETS.date()
    )
    clock.move_to(MEETS.replace(day=29))
    text = page(client, "decisions", "comite")
    assert "Publier le bilan" in text
    assert "en retard" in text


def test_deliberations_are_valid_scdl(client: Client, held: Session, shared_data: Path, tmp_path: Path) -> None:
    response = client.get(reverse("bodies:deliberations", args=["comite"]))
    text = b"".join(response.streaming_content).decode()  # type: ignore[arg-type]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["DELIB_ID"] for row in rows] == ["comite-2026-001", "comite-2026-002"]
    assert (rows[0]["VOTE_POUR"], rows[0]["VOTE_CONTRE"], rows[0]["VOTE_EFFECTIF"]) == ("2", "1", "5")
    assert "Camille" not in text
    (tmp_path / "d.csv").write_text(text, encoding="utf-8", newline="")
    schema = json.loads((shared_data / "opendata" / "scdl-deliberations-2.1.5.schema.json").read_text())
    with frictionless.system.use_context(trusted=True):
        resource = frictionless.Resource(
            path=str(tmp_path / "d.csv"), schema=frictionless.Schema.from_descriptor(schema)
        )
        report = frictionless.validate(resource)
    assert report.valid, report.flatten(["type", "fieldName", "note"])


def test_cells_are_never_formulas() -> None:
    assert scdl.plain("=cmd()") == "'=cmd()"
    assert scdl.plain("\t@x\ny") == "'@x y"


# ------------------------------------------------------------------ members


def test_a_member_votes_and_gives_a_proxy_from_their_page(
    client: Client, agent: User, session: Session, seated: list[Term], clock: Any
) -> None:
    one = item(agent, session)
    member, other = seated[0], seated[3]
    client.force_login(member.user)  # type: ignore[arg-type]
    assert "Comité" in client.get(reverse("bodies:mine")).content.decode()
    client.post(reverse("bodies:my_act", args=[session.pk, "pouvoir"]), {"holder": other.pk})
    assert session.attendance.get(term=member).proxy == other
    opened(agent, session, seated, clock)
    client.force_login(member.user)  # type: ignore[arg-type]  # weeks have gone by
    division = voting.division_open(actor=agent, item=one)
    url = reverse("bodies:my_session", args=[session.pk])
    assert "Votre vote" in client.get(url).content.decode()
    client.post(
        reverse("bodies:my_act", args=[session.pk, "voter"]),
        {"division": division.pk, "term": member.pk, "choice": "for"},
    )
    assert division.votes.get().choice == "for"
    again = client.post(
        reverse("bodies:my_act", args=[session.pk, "voter"]),
        {"division": division.pk, "term": member.pk, "choice": "against"},
        follow=True,
    )
    assert "déjà voté" in again.content.decode()
    assert division.votes.get().choice == "for"


def test_a_session_does_not_exist_for_who_is_no_member(
    client: Client, session: Session, person: Callable[..., User]
) -> None:
    url = reverse("bodies:my_session", args=[session.pk])
    assert client.get(url).status_code == 302
    client.force_login(person("agent"))
    assert client.get(url).status_code == 404
    assert client.post(reverse("bodies:my_act", args=[session.pk, "voter"]), {}).status_code == 404


def test_a_member_declares_their_own_interests_and_nobody_else_s(client: Client, seated: list[Term]) -> None:
    client.force_login(seated[0].user)  # type: ignore[arg-type]
    client.post(reverse("bodies:my_interest", args=[seated[0].pk]), {"nature": "job", "organisation": "Une entreprise"})
    made = seated[0].interests.get()
    assert client.post(reverse("bodies:my_interest", args=[seated[1].pk]), {"nature": "none"}).status_code == 404
    client.post(reverse("bodies:my_interest", args=[seated[0].pk]), {"interest": made.pk})
    made.refresh_from_db()
    assert made.until is not None


# ------------------------------------------------------------------ the secretariat


def test_the_secretariat_holds_a_whole_session_on_its_pages(
    client: Client, agent: User, seated: list[Term], clock: Any, settings: Any
) -> None:
    settings.MANDAT_DEMO = True  # no second factor there
    client.force_login(agent)

    def act(name: str, **said: Any) -> str:
        response = client.post(reverse("bodies:bureau_session_act", args=["comite", "2026-1", name]), said, follow=True)
        assert response.status_code == 200
        return str(response.content.decode())

    client.post(
        reverse("bodies:bureau_act", args=["comite", "convoquer"]), {"starts_at": "2026-03-20T14:00", "place": "Salle"}
    )
    found = Session.objects.get()
    assert "au moins" not in act("point", title="Le plan", nature="decision", text="Adopter le plan.")
    act("point", title="Les nouvelles", nature="information")
    first, second = found.items.order_by("position")
    act("monter", item=second.pk)
    assert list(found.items.order_by("position").values_list("pk", flat=True)) == [second.pk, first.pk]
    act("document", title="Note", upload=SimpleUploadedFile("n.pdf", PDF), item=first.pk, public="on")
    act("publier")
    clock.move_to(MEETS)
    client.force_login(agent)
    act("presence", **{f"status-{one.pk}": "present" for one in seated})
    act("ouvrir")
    act("amendement", item=first.pk, text="Ajouter un mot.")
    amendment = first.amendments.get()
    act("aux-voix", item=first.pk, amendment=amendment.pk, mode="show-of-hands", yes="4", no="1")
    act("aux-voix", item=first.pk)
    text = act("votes", **{f"vote-{one.pk}": "for" for one in seated[:4]})
    assert "a voté" in text
    act("fermer-vote")
    act("issue", item=second.pk, outcome="noted")
    act("clore")
    act("brouillon", text="Un brouillon.")
    act("proces-verbal", text="Le compte rendu.")
    found.refresh_from_db()
    assert (found.state, Decision.objects.get().code, found.minutes.get().text) == (
        "closed",
        "2026-001",
        "Le compte rendu.",
    )
    decision = Decision.objects.get()
    client.post(
        reverse("bodies:bureau_act", args=["comite", "suite"]),
        {"decision": decision.pk, "owner": "conseil", "what": "Faire", "due_on": "2026-06-01"},
    )
    client.post(reverse("bodies:bureau_act", args=["comite", "fait"]), {"follow_up": decision.follow_ups.get().pk})
    assert decision.follow_ups.get().done_on is not None
    assert client.get(reverse("bodies:bureau_agenda", args=["comite", "2026-1"])).content.startswith(b"%PDF")
    assert "Comité" in client.get(reverse("bodies:bureau")).content.decode()


ROLES = ("agent", "elected", "auditor", "administrator", "member")


@pytest.mark.parametrize("role", ROLES)
def test_who_enters_the_pages_of_the_secretariat(
    client: Client, role: str, session: Session, person: Callable[..., User], settings: Any
) -> None:
    settings.MANDAT_DEMO = True  # no second factor there
    client.force_login(person(role))
    reads = role != "member"
    manages = role in ("agent", "administrator")
    for name, arguments in (
        ("bureau", []),
        ("bureau_body", ["comite"]),
        ("bureau_session", ["comite", "2026-1"]),
        ("bureau_agenda", ["comite", "2026-1"]),
    ):
        assert client.get(reverse(f"bodies:{name}", args=arguments)).status_code == (200 if reads else 403), name
    for name, arguments in (
        ("bureau_act", ["comite", "convoquer"]),
        ("bureau_session_act", ["comite", "2026-1", "publier"]),
    ):
        assert client.post(reverse(f"bodies:{name}", args=arguments)).status_code == (302 if manages else 403), name
    given = client.post(
        reverse("bodies:bureau_act", args=["comite", "nommer"]), {"name": "Membre", "college": "usagers"}
    )
    assert given.status_code == (302 if role == "administrator" else 403)


def test_what_the_forms_send_wrong_is_said_and_nothing_is_done(
    client: Client, agent: User, session: Session, settings: Any
) -> None:
    settings.MANDAT_DEMO = True
    client.force_login(agent)
    for name, said, words in (
        ("convoquer", {"starts_at": "2026-03-29T02:30", "place": "Salle"}, "existe à paris"),
        ("convoquer", {"starts_at": "demain", "place": "Salle"}, "existe à paris"),
        ("creer", {"on": "x"}, "donnez un jour"),
        ("fait", {"follow_up": "1"}, "introuvable"),
        ("demande", {"request": "99999999999999"}, "introuvable"),
    ):
        response = client.post(reverse("bodies:bureau_act", args=["comite", name]), said, follow=True)
        assert words in response.content.decode().lower(), name
    assert client.post(reverse("bodies:bureau_act", args=["comite", "inconnu"])).status_code == 404
    assert Session.objects.count() == 1


def test_programs_read_sessions_and_decisions_but_not_what_was_behind_closed_doors(
    client: Client, agent: User, held: Session, clock: Any
) -> None:
    later = sessions.session_convene(
        actor=agent, body="comite", starts_at=held.starts_at + dt.timedelta(days=60), place="Ici"
    )
    item(agent, later, "Un point en préparation")
    told = client.get("/api/v1/sessions?body=comite").json()["items"]
    assert [(one["code"], one["state"]) for one in told] == [("2026-2", "convened"), ("2026-1", "closed")]
    assert told[0]["agenda"] is None, "not published yet"
    assert [one["title"] for one in told[1]["agenda"]] == ["Le plan d'essai <b>public</b>", "La pétition", None]
    decided = client.get("/api/v1/decisions?body=comite").json()["items"]
    by_title = {one["title"]: one for one in decided}
    first = by_title["Le plan d'essai <b>public</b>"]
    assert (first["votes_for"], first["votes_against"], first["outcome"], first["session"]) == (
        2,
        1,
        "adopted",
        "2026-1",
    )
    assert None in by_title
    raw = client.get("/api/v1/decisions").content.decode() + client.get("/api/v1/sessions").content.decode()
    assert not any(said in raw for said in ("Camille", "en préparation", "Membre"))
    assert client.get("/api/v1/sessions?body=ailleurs").json()["items"] == []
