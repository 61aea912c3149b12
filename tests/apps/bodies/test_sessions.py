"""A session from its convocation to the adoption of its minutes by the next."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.bodies import hooks, written
from mandat.apps.bodies.models import AgendaRequest, Decision, Item, Minutes, Session, Term, Vote
from mandat.apps.bodies.services import agenda, attendance, followups, minutes, sessions, voting
from mandat.journal import guard
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text
from tests.apps.bodies.conftest import MEETS, item, opened, voted

#: What is prepared before it is public, and what is told in numbers once the session opens or its votes close.
QUIET = (
    "bodies_item", "bodies_amendment", "bodies_attendance", "bodies_recusal", "bodies_division", "bodies_vote", "bodies_paper",
    "bodies_session", "bodies_standing",
)  # fmt: skip


def fact(kind: str) -> Any:
    return journal.page(kind=f"bodies.{kind}.v1").entries[0].fact


def test_a_session_is_numbered_in_its_year_and_members_are_told(
    agent: User, session: Session, seated: list[Term]
) -> None:
    assert (session.code, session.reference) == ("2026-1", "comite/2026-1")
    assert Notice.objects.filter(kind="bodies.convened").count() == 6
    assert (fact("session_convened").data["days"], fact("session_convened").data["in_time"]) == (18, True)
    with guard.acts():
        second = sessions.session_convene(
            actor=agent, body="comite", starts_at=MEETS + dt.timedelta(days=1), link="https://example.org/v"
        )
    assert second.code == "2026-2"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"body": "conseil"}, "ni collège ni quorum"),
        ({"body": "inconnue"}, "instance inconnue"),
        ({"starts_at": dt.datetime(2026, 3, 1, 9, tzinfo=PARIS)}, "moment à venir"),
        ({"place": ""}, "un lieu ou un lien"),
        ({"link": "javascript:alert(1)"}, "https://"),
        ({"ends_at": MEETS - dt.timedelta(hours=1)}, "la fin suit"),
    ],
)
def test_convocations_that_are_refused(agent: User, said: dict[str, Any], why: str) -> None:
    values = {"body": "comite", "starts_at": MEETS, "place": "Salle", **said}
    with pytest.raises(InputError, match=why):
        sessions.session_convene(actor=agent, **values)


def test_a_session_is_moved_with_a_reason_then_cancelled_and_what_was_asked_waits(
    agent: User, session: Session
) -> None:
    asked = agenda.item_ask(
        body="comite", title=Text("Une pétition", "A petition"), source="petition:P-1", url="/petitions/P-1/"
    )
    agenda.request_place(actor=agent, request=asked, session=session, nature="opinion", text="Avis.")
    with guard.acts():
        moved = sessions.session_move(
            actor=agent, session=session, starts_at=MEETS + dt.timedelta(days=3), place="Ailleurs", reason="Salle prise"
        )
    assert (moved.moved_from, moved.sequence, moved.notice) == (MEETS, 1, "Salle prise")
    assert fact("session_moved").data["moved_from"] == "2026-03-20"
    with guard.acts():
        sessions.session_cancel(actor=agent, session=session, reason="Grève des trains")
    asked.refresh_from_db()
    assert asked.state == AgendaRequest.State.WAITING
    with pytest.raises(InputError, match="impossible"):
        sessions.session_move(actor=agent, session=session, starts_at=MEETS, place="Ici", reason="Non")


def test_asking_twice_from_the_same_source_is_asking_once(programme: object) -> None:
    with guard.acts():
        first = agenda.item_ask(
            body="comite", title=Text("Un sujet", "A subject"), source="petition:P-7", url="/p/7/", due_on=MEETS.date()
        )
    again = agenda.item_ask(body="comite", title=Text("Autre chose", "Else"), source="petition:P-7", url="/p/7/")
    assert (again.pk, again.title_fr) == (first.pk, "Un sujet")
    assert "sujet" not in str(fact("item_requested"))
    for source in ("petition", "petition:", "PETITION:1", "petition:a b", "x" * 40 + ":1"):
        with pytest.raises(InputError, match="origine"):
            agenda.item_ask(body="comite", title=Text("Un sujet", ""), source=source, url="")


def test_a_request_is_refused_with_a_reason_everyone_reads(agent: User, session: Session) -> None:
    asked = agenda.item_ask(body="comite", title=Text("Un sujet", "A subject"), source="answer:A-1", url="")
    with pytest.raises(InputError, match="motif"):
        agenda.request_refuse(actor=agent, request=asked, reason=" ")
    with guard.acts():
        agenda.request_refuse(actor=agent, request=asked, reason="Hors du mandat du comité.")
    assert fact("request_settled").data["outcome"] == "refused"
    with pytest.raises(InputError, match="n'attend plus"):
        agenda.request_place(actor=agent, request=asked, session=session, nature="opinion", text="Avis.")


def test_an_agenda_is_ordered_published_and_its_items_stay(agent: User, session: Session) -> None:
    first, second = item(agent, session, "Un"), item(agent, session, "Deux")
    third = item(agent, session, "Trois", nature="information", text="")
    agenda.items_order(actor=agent, session=session, keys=[second.pk, first.pk, third.pk])
    agenda.item_remove(actor=agent, item=first)
    assert list(session.items.values_list("title_fr", "position")) == [("Deux", 1), ("Trois", 2)]
    with pytest.raises(InputError, match="chaque point"):
        agenda.items_order(actor=agent, session=session, keys=[second.pk])
    with guard.acts():
        agenda.agenda_publish(actor=agent, session=session)
    assert fact("agenda_published").data["items"] == 2
    with pytest.raises(InputError, match="est publié"):
        agenda.item_remove(actor=agent, item=second)
    with pytest.raises(InputError, match="texte : à remplir"):
        item(agent, session, "Sans texte", text="")


def test_the_quorum_is_of_voting_members_who_are_there_and_proxies_do_not_count(
    agent: User, session: Session, seated: list[Term], clock: Any
) -> None:
    item(agent, session)
    with pytest.raises(InputError, match="pas encore ce jour"):
        sessions.session_open(actor=agent, session=session)
    # Five vote: more than half is three. The expert does not vote, and a proxy is not there.
    with pytest.raises(InputError, match="2 présents, il en faut 3"):
        opened(agent, session, seated, clock, m1="excused", m2="excused", m3="excused")
    attendance.proxy_give(actor=agent, session=session, giver=seated[0], holder=seated[3])
    with pytest.raises(InputError, match="2 présents"):
        sessions.session_open(actor=agent, session=session)
    attendance.attendance_set(actor=agent, session=session, statuses={seated[1].pk: "remote"})
    with guard.acts():
        found = sessions.session_open(actor=agent, session=session)
    assert (found.quorum, found.members) == (3, 5)
    assert fact("session_opened").data["represented"] == 1


def test_proxies_are_bounded_and_end_when_the_member_arrives(agent: User, session: Session, seated: list[Term]) -> None:
    one, two, three, president = seated[:4]
    attendance.attendance_set(actor=agent, session=session, statuses={president.pk: "present"})
    assert one.user is not None
    attendance.proxy_give(actor=one.user, session=session, giver=one, holder=president)
    with pytest.raises(InputError, match="1 pouvoir au plus"):
        attendance.proxy_give(actor=agent, session=session, giver=two, holder=president)
    with pytest.raises(InputError, match="porte un pouvoir"):
        attendance.attendance_set(actor=agent, session=session, statuses={president.pk: "absent"})
    with pytest.raises(PermissionDenied):
        attendance.proxy_give(actor=one.user, session=session, giver=three, holder=president)
    attendance.attendance_set(actor=agent, session=session, statuses={one.pk: "present"})
    with pytest.raises(InputError, match="présent ne donne pas"):
        attendance.proxy_give(actor=agent, session=session, giver=one, holder=president)


def test_a_whole_session_is_closed_in_one_act_and_the_next_adopts_its_minutes(
    agent: User, session: Session, seated: list[Term], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(hooks, "_DECIDED", [])
    hooks.on_item_decided(lambda one, outcome: told.append((one.request.source if one.request else "", outcome)))
    asked = agenda.item_ask(
        body="comite", title=Text("La pétition", "The petition"), source="petition:P-3", url="/p/3/"
    )
    hidden = item(agent, session, "La situation de quelqu'un", closed_doors=True)
    first = agenda.request_place(actor=agent, request=asked, session=session, nature="opinion", text="Avis favorable.")
    news = item(agent, session, "Les nouvelles", nature="information", text="")
    agenda.agenda_publish(actor=agent, session=session)
    session = opened(agent, session, seated, clock)
    with pytest.raises(InputError, match="point 1 n'est ni voté"):
        sessions.session_close(actor=agent, session=session)
    voted(agent, hidden, seated, "ffffa")
    voted(agent, first, seated, "ffbaa")
    voting.item_settle(actor=agent, item=news, outcome="noted")
    with guard.acts():
        session = sessions.session_close(actor=agent, session=session)
    assert told == [("", "adopted"), ("petition:P-3", "rejected"), ("", "noted")]
    asked.refresh_from_db()
    assert asked.state == AgendaRequest.State.DECIDED
    codes = [(one.code, one.item_id) for one in Decision.objects.order_by("number")]
    assert codes == [("2026-001", hidden.pk), ("2026-002", first.pk)]
    kept = Decision.objects.get(item=hidden)
    assert json.loads(kept.record)["title"] == ""
    assert fact("decided").data["reference"] == "petition:P-3"
    assert sessions.session_close(actor=agent, session=session).pk == session.pk
    assert len(told) == 3

    with guard.acts():
        shown = minutes.minutes_publish(actor=agent, session=session, text="La séance a été calme.")
    assert shown.sha256 == written.signed(shown.record, shown.text) == fact("minutes_published").data["sha256"]
    held = written.read(shown)
    assert held["items"][0]["vote"]["roll"]["against"] == [
        held["members"].index(next(m for m in held["members"] if m["name"] == "Membre 5"))
    ]
    assert fact("minutes_published").quantity == 1
    again = minutes.minutes_publish(actor=agent, session=session, text="La séance a été calme, et brève.")
    assert (again.rank, fact("minutes_published").quantity) == (2, 0)

    following = sessions.session_convene(
        actor=agent, body="comite", starts_at=MEETS + dt.timedelta(days=90), place="Salle"
    )
    adoption = item(agent, following, "Procès-verbal", nature="minutes", adopts=session, text="")
    following = opened(agent, following, seated, clock)
    voted(agent, adoption, seated, "fffff")
    with guard.acts():
        sessions.session_close(actor=agent, session=following)
    last = session.minutes.get(stage=Minutes.Stage.ADOPTED)
    assert (last.rank, last.sha256, last.adopted_in) == (3, again.sha256, following)
    assert Decision.objects.count() == 2
    with pytest.raises(InputError, match="adopté"):
        minutes.minutes_publish(actor=agent, session=session, text="Autre chose.")


def test_an_error_of_who_waits_undoes_the_whole_closing(
    agent: User, session: Session, seated: list[Term], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(one: Item, outcome: str) -> None:
        raise InputError(Text("non", "no"))

    one = item(agent, session)
    session = opened(agent, session, seated, clock)
    voted(agent, one, seated, "fffff")
    size = journal.size()
    monkeypatch.setattr(hooks, "_DECIDED", [fails])
    with pytest.raises(InputError, match="non"), transaction.atomic():
        sessions.session_close(actor=agent, session=session)
    session.refresh_from_db()
    assert session.state == Session.State.OPEN
    assert (Decision.objects.count(), journal.size()) == (0, size)


def test_what_is_published_and_decided_is_never_changed(
    agent: User, session: Session, seated: list[Term], clock: Any
) -> None:
    one = item(agent, session)
    session = opened(agent, session, seated, clock)
    voted(agent, one, seated, "fffff")
    sessions.session_close(actor=agent, session=session)
    minutes.minutes_publish(actor=agent, session=session)
    for model, change in ((Decision, {"sha256": "x"}), (Vote, {"choice": "against"}), (Minutes, {"text": "x"})):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**change)  # type: ignore[attr-defined]
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.order_by("pk")[0].delete()  # type: ignore[attr-defined]


def test_a_decision_is_followed_up(agent: User, session: Session, seated: list[Term], clock: Any) -> None:
    one = item(agent, session)
    session = opened(agent, session, seated, clock)
    voted(agent, one, seated, "fffff")
    sessions.session_close(actor=agent, session=session)
    decision = Decision.objects.get()
    with guard.acts():
        set_ = followups.follow_up_set(
            actor=agent,
            decision=decision,
            owner="conseil",
            what="Publier le bilan",
            due_on=MEETS.date() + dt.timedelta(days=30),
        )
    clock.move_to(MEETS + dt.timedelta(days=40))
    with guard.acts():
        done = followups.follow_up_done(actor=agent, follow_up=set_, note="Publié.", url="https://example.org/bilan")
    assert (done.done_on, fact("follow_up_done").data["late"]) == (MEETS.date() + dt.timedelta(days=40), 10)
    with pytest.raises(InputError, match="instance inconnue"):
        followups.follow_up_set(actor=agent, decision=decision, owner="quelqu-un", what="Faire", due_on=MEETS.date())


def test_a_paper_is_public_from_its_hour(agent: User, session: Session, clock: Any) -> None:
    upload = SimpleUploadedFile("note.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", "application/pdf")
    one = item(agent, session)
    paper = agenda.paper_add(actor=agent, session=session, item=one, title="Note", upload=upload)
    assert paper.public_at is None
    with guard.acts():
        agenda.paper_publish(actor=agent, paper=paper)
    assert fact("papers_published").data["sha256"] == paper.upload.sha256


@pytest.mark.parametrize("role", ["member", "elected", "auditor"])
def test_only_the_secretariat_holds_a_session(role: str, person: Any, session: Session) -> None:
    other = person(role)
    for act in (
        lambda: sessions.session_convene(actor=other, body="comite", starts_at=MEETS, place="Ici"),
        lambda: sessions.session_cancel(actor=other, session=session, reason="Non"),
        lambda: item(other, session),
        lambda: sessions.session_close(actor=other, session=session),
        lambda: minutes.minutes_publish(actor=other, session=session),
    ):
        with pytest.raises(PermissionDenied):
            act()
