"""A petition from its first words to its close: written, backed, examined, signed, answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.answers.models import Duty
from mandat.apps.answers.services import duties
from mandat.apps.bodies.models import AgendaRequest
from mandat.apps.community.models import Event
from mandat.apps.meetings.services.meetings import meeting_cancel
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Appeal, Crossing, Petition, Signature
from mandat.apps.petitions.services import closing, counting, drafting, examining, fraud, hearings, signing, thresholds
from mandat.apps.petitions.services.signing import AlreadySignedError
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from tests.apps.petitions.conftest import ORLEANS, TOURS, WORDS, signer_of

pytestmark = pytest.mark.django_db


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.iterate() if entry.fact.kind == kind]


def test_a_petition_is_backed_before_it_is_examined(
    drafted: Callable[..., Petition], author: User, person: Callable[..., User]
) -> None:
    petition = drafted()
    with pytest.raises(InputError, match="2 parrainages"):
        drafting.petition_submit(actor=author, petition=petition)
    drafting.sponsors_ask(actor=author, petition=petition)
    with pytest.raises(InputError, match="votre pétition"):
        drafting.petition_back(actor=author, petition=petition)
    backer = person()
    drafting.petition_back(actor=backer, petition=petition)
    with pytest.raises(InputError, match="déjà"):
        drafting.petition_back(actor=backer, petition=petition)
    assert drafting.sponsors_missing(petition) == 1
    drafting.petition_back(actor=person(), petition=petition)
    sent = drafting.petition_submit(actor=author, petition=petition)
    assert (sent.state, sent.examine_by) == (State.EXAMINATION, dt.date(2026, 11, 17))
    assert [one.number for one in sent.versions.all()] == [1]


def test_changing_a_text_lets_its_sponsors_go_and_tells_them(
    drafted: Callable[..., Petition], author: User, person: Callable[..., User]
) -> None:
    petition = drafted()
    drafting.sponsors_ask(actor=author, petition=petition)
    backer = person()
    drafting.petition_back(actor=backer, petition=petition)
    with pytest.raises(InputError, match="autre page"):
        drafting.petition_save(actor=author, petition=petition, revision=7, **WORDS)
    drafting.petition_save(
        actor=author, petition=petition, revision=0, **(WORDS | {"title": "Rouvrir deux gares fermées"})
    )
    assert petition.sponsors.count() == 0
    assert Notice.objects.filter(user=backer, kind="petitions.changed").exists()


def test_an_author_has_so_many_petitions_under_way_and_no_more(drafted: Callable[..., Petition]) -> None:
    for _ in range(3):
        drafted()
    with pytest.raises(InputError, match="3 pétitions"):
        drafted()


def test_nobody_else_writes_sends_or_withdraws_a_petition(
    drafted: Callable[..., Petition], person: Callable[..., User]
) -> None:
    petition, stranger = drafted(), person("agent")
    for act in (
        lambda: drafting.petition_save(actor=stranger, petition=petition, revision=0, **WORDS),
        lambda: drafting.sponsors_ask(actor=stranger, petition=petition),
        lambda: drafting.petition_submit(actor=stranger, petition=petition),
        lambda: drafting.petition_withdraw(actor=stranger, petition=petition),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_published_petition_is_open_to_the_last_second_of_its_last_day(opened: Callable[..., Petition]) -> None:
    petition = opened()
    assert petition.state == State.OPEN
    # 100 days from 10 November, in Paris's winter: to midnight at the end of 17 February.
    assert petition.closes_at == dt.datetime(2027, 2, 17, 23, 0, tzinfo=dt.UTC)
    [fact] = facts("petitions.opened.v1")
    assert fact.subject == petition.reference
    assert "Bourg" not in journal_text()


def journal_text() -> str:
    import json

    return json.dumps([dict(entry.fact.data) for entry in journal.iterate()], default=str, ensure_ascii=False)


def test_its_text_no_longer_changes_once_it_is_published(opened: Callable[..., Petition], author: User) -> None:
    petition = opened()
    with pytest.raises(InputError, match="ne peut plus changer"):
        drafting.petition_save(actor=author, petition=petition, revision=0, **WORDS)


def test_a_refusal_has_a_reason_of_the_list_and_an_explanation(sent: Callable[..., Petition], agent: User) -> None:
    petition = sent()
    with pytest.raises(InputError, match="motif de la liste"):
        examining.petition_refuse(
            actor=agent, petition=petition, reason="deplait", explanation="Elle ne plaît pas au service."
        )
    with pytest.raises(InputError, match="au moins 20"):
        examining.petition_refuse(actor=agent, petition=petition, reason="hors-competence", explanation="Non.")
    made = examining.petition_refuse(
        actor=agent, petition=petition, reason="hors-competence", explanation="Les gares fermées relèvent de l'État."
    )
    assert made.appeal_until == dt.date(2026, 12, 10)
    [fact] = facts("petitions.refused.v1")
    assert fact.data["reason"] == "hors-competence"
    assert "État" not in journal_text()


def test_an_appeal_is_decided_by_someone_else_and_in_time(
    sent: Callable[..., Petition], author: User, agent: User, other_agent: User, clock: Any
) -> None:
    petition = sent()
    examining.petition_refuse(
        actor=agent, petition=petition, reason="personnes", explanation="Elle nomme un chef de gare."
    )
    appeal = examining.appeal_lodge(actor=author, petition=petition, grounds="Aucune personne n'y est nommée.")
    with pytest.raises(InputError, match="déjà contesté"):
        examining.appeal_lodge(actor=author, petition=petition, grounds="Aucune personne n'y est nommée.")
    with pytest.raises(InputError, match="une autre personne"):
        examining.appeal_decide(
            actor=agent, appeal=appeal, outcome="published", explanation="En effet, personne n'est nommé."
        )
    examining.appeal_decide(
        actor=other_agent, appeal=appeal, outcome="published", explanation="En effet, personne n'est nommé."
    )
    petition.refresh_from_db()
    assert petition.state == State.OPEN
    assert len(facts("petitions.opened.v1")) == 1
    late = sent(title="Une autre gare à rouvrir")
    examining.petition_refuse(actor=agent, petition=late, reason="personnes", explanation="Elle nomme un chef de gare.")
    clock.shift(dt.timedelta(days=31))
    with pytest.raises(InputError, match="délai"):
        examining.appeal_lodge(actor=author, petition=late, grounds="Aucune personne n'y est nommée.")
    assert Appeal.objects.count() == 1


def test_changes_asked_lead_to_another_version(sent: Callable[..., Petition], author: User, agent: User) -> None:
    petition = sent()
    examining.changes_ask(actor=agent, petition=petition, explanation="Dites de quelle ligne il s'agit.")
    petition.refresh_from_db()
    drafting.petition_save(
        actor=author, petition=petition, revision=petition.revision, **(WORDS | {"text": "La ligne 7."})
    )
    drafting.petition_submit(actor=author, petition=petition)
    assert [one.number for one in petition.versions.all()] == [1, 2]


def test_agents_do_not_examine_what_they_carry_or_back(
    drafted: Callable[..., Petition], person: Callable[..., User], agent: User
) -> None:
    mine = drafted(actor=agent)
    drafting.sponsors_ask(actor=agent, petition=mine)
    backing = person("agent")
    drafting.petition_back(actor=backing, petition=mine)
    drafting.petition_back(actor=person(), petition=mine)
    drafting.petition_submit(actor=agent, petition=mine)
    for one in (agent, backing):
        with pytest.raises(InputError, match="une autre personne"):
            examining.petition_publish(actor=one, petition=mine)
    with pytest.raises(PermissionDenied):
        examining.petition_publish(actor=person("elected"), petition=mine)


def test_each_person_signs_once_and_may_take_it_back_and_sign_again(
    opened: Callable[..., Petition], sign: Callable[..., Signature]
) -> None:
    petition = opened()
    sign(petition, "account:1", name="Ada  L.")
    with pytest.raises(AlreadySignedError):
        sign(petition, "account:1")
    assert thresholds.total_of(petition) == 1
    person = signer_of(petition, "account:1").person
    assert signing.unsign(petition=petition, person=person)
    assert not signing.unsign(petition=petition, person=person)
    assert thresholds.total_of(petition) == 0
    sign(petition, "account:1")
    assert thresholds.total_of(petition) == 1


def test_what_a_petition_knows_of_someone_another_does_not(
    opened: Callable[..., Petition], sign: Callable[..., Signature]
) -> None:
    first, second = opened(), opened(title="Une autre gare à rouvrir")
    one, two = sign(first, "account:1"), sign(second, "account:1")
    assert one.nullifier != two.nullifier


def test_age_and_residence_are_those_of_the_rules(
    opened: Callable[..., Petition], sign: Callable[..., Signature]
) -> None:
    petition = opened()
    with pytest.raises(InputError, match="16 ans"):
        sign(petition, "account:1", age=15)
    with pytest.raises(InputError, match="en habitant"):
        sign(petition, "account:2", commune="75056")
    assert Signature.objects.count() == 0
    assert thresholds.total_of(petition) == 0


def test_a_signature_of_the_last_second_counts_and_the_next_one_does_not(
    opened: Callable[..., Petition], sign: Callable[..., Signature], clock: Any
) -> None:
    petition = opened()
    assert petition.closes_at is not None
    clock.move_to(petition.closes_at - dt.timedelta(microseconds=1))
    sign(petition, "account:1")
    clock.move_to(petition.closes_at)
    with pytest.raises(InputError, match="écoulé"):
        sign(petition, "account:2")
    assert thresholds.total_of(petition) == 1


def test_signing_takes_few_statements(
    opened: Callable[..., Petition], sign: Callable[..., Signature], django_assert_max_num_queries: Any
) -> None:
    petition = opened()
    sign(petition, "account:1")
    signer = signer_of(petition, "account:2")
    # Two writes, their savepoints, and the territory looked at (once a request).
    with django_assert_max_num_queries(11) as queries:
        signing.sign(petition=petition, signer=signer)
    assert sum("INSERT" in one["sql"] or "UPDATE" in one["sql"] for one in queries.captured_queries) == 2


def test_thresholds_are_crossed_in_their_order_each_once(
    opened: Callable[..., Petition], signed: Callable[..., Any]
) -> None:
    petition = opened()
    assert signed(petition, 2) == 1
    assert petition.crossings.count() == 0
    assert signed(petition, 1, begin=2) == 2
    [reply] = petition.crossings.all()
    assert (reply.threshold, reply.due_on) == ("reponse", dt.date(2027, 1, 9))
    thresholds.look(petition=petition)
    assert petition.crossings.count() == 1
    [duty] = Duty.objects.all()
    assert (duty.kind, duty.source, duty.body) == (
        "petition-reply",
        f"petition:{petition.reference}/reponse",
        "conseil",
    )
    assert len(facts("petitions.threshold_crossed.v1")) == 1


def test_a_hearing_asks_the_body_for_an_item_and_needs_several_departements(
    opened: Callable[..., Petition], signed: Callable[..., Any]
) -> None:
    petition = opened()
    signed(petition, 6, commune=ORLEANS)
    # Six signatures, all of one département: what comes after waits too.
    assert [one.threshold for one in petition.crossings.all()] == ["reponse"]
    signed(petition, 2, begin=50, commune=TOURS)
    assert [one.threshold for one in petition.crossings.all()] == ["reponse", "audition", "expertise", "referendum"]
    asked = AgendaRequest.objects.get(source=f"petition:{petition.reference}/audition")
    assert (asked.body, asked.due_on) == ("assemblee", dt.date(2027, 2, 8))
    assert Duty.objects.count() == 4


def _to_hear(opened: Callable[..., Petition], signed: Callable[..., Any]) -> Petition:
    petition = opened()
    signed(petition, 5)
    return petition


def _hearing(day: int, month: int = 12, **given: Any) -> dict[str, Any]:
    starts = dt.datetime(2026, month, day, 17, 0, tzinfo=dt.UTC)
    values = {
        "starts_at": starts,
        "ends_at": starts + dt.timedelta(hours=2),
        "place": "Hôtel de Région",
        "commune": ORLEANS,
    }
    return {"threshold": "audition", **values, **given}


def test_a_hearing_is_a_meeting_of_the_body_announced_before_its_deadline(
    opened: Callable[..., Petition], signed: Callable[..., Any], agent: User
) -> None:
    petition = _to_hear(opened, signed)
    assert [one.threshold for one in hearings.to_set("essai")] == ["audition"]
    crossing = hearings.hearing_set(actor=agent, petition=petition, **_hearing(15))
    meeting = hearings.meeting_of(crossing)
    assert (meeting.body, meeting.process, meeting.component, meeting.measures) == (
        "assemblee", "droit-de-petition", "petitions", [1],
    )  # fmt: skip
    # The words of a petition may be moderated away: the meeting, its facts and its calendar bear its number alone.
    assert meeting.title_fr == f"Audition : pétition {petition.reference}"
    [told] = facts("meetings.announced.v1")
    assert "Bourg-Neuf" not in str(told.data)
    event = Event.objects.get(target=f"petition:{petition.reference}", title_fr="Audition de la pétition")
    assert (event.at, event.url) == (meeting.starts_at, f"/rencontres/{meeting.code}/")
    assert not hearings.to_set("essai").exists()
    with pytest.raises(InputError, match="déjà son jour"):
        hearings.hearing_set(actor=agent, petition=petition, **_hearing(16))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (_hearing(9, month=11), "jour à venir"),
        (_hearing(15) | {"starts_at": dt.datetime(2027, 2, 9, 17, tzinfo=dt.UTC)}, "due le 8 février 2027"),
        (_hearing(15, threshold="reponse"), "aucune audition"),
        (_hearing(15, place="", commune=""), "donnez un lieu"),
    ],
)
def test_a_hearing_is_refused_where_it_cannot_be(
    opened: Callable[..., Petition], signed: Callable[..., Any], agent: User, given: dict[str, Any], why: str
) -> None:
    petition = _to_hear(opened, signed)
    with pytest.raises(InputError, match=why):
        hearings.hearing_set(actor=agent, petition=petition, **given)
    assert not facts("meetings.announced.v1")


def test_a_hearing_overdue_may_still_be_set_and_a_cancelled_one_is_set_again(
    opened: Callable[..., Petition], signed: Callable[..., Any], agent: User, clock: Any
) -> None:
    petition = _to_hear(opened, signed)
    crossing = hearings.hearing_set(actor=agent, petition=petition, **_hearing(15))
    meeting_cancel(actor=agent, meeting=hearings.meeting_of(crossing), reason="La salle n'est plus libre.")
    assert hearings.to_set("essai").get() == crossing
    clock.move_to(dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC))
    late = dt.datetime(2027, 3, 9, 17, tzinfo=dt.UTC)
    again = hearings.hearing_set(
        actor=agent, petition=petition, **_hearing(15, starts_at=late, ends_at=late + dt.timedelta(hours=2))
    )
    assert hearings.meeting_of(again).starts_at == late


def test_a_petition_back_under_its_threshold_has_its_hearing_cancelled(
    opened: Callable[..., Petition], signed: Callable[..., Any], agent: User, other_agent: User
) -> None:
    petition = _to_hear(opened, signed)
    crossing = hearings.hearing_set(actor=agent, petition=petition, **_hearing(15))
    meeting = hearings.meeting_of(crossing)
    proposed = fraud.invalidation_propose(
        actor=agent,
        petition=petition,
        pattern={"commune": TOURS},
        reason="automated",
        explanation="Une machine a signé.",
    )
    fraud.invalidation_confirm(actor=other_agent, invalidation=proposed, remark="Vu.")
    meeting.refresh_from_db()
    crossing.refresh_from_db()
    assert (meeting.state, crossing.status, crossing.result) == ("cancelled", "suspended", "")
    assert not Event.objects.filter(key=f"petition-hearing:{meeting.code}", withdrawn_at=None).exists()


def test_agents_set_a_hearing_from_the_bureau_and_everyone_reads_it(
    opened: Callable[..., Petition], signed: Callable[..., Any], agent: User, client: Any
) -> None:
    petition = _to_hear(opened, signed)
    page = client.get(f"/petitions/{petition.reference}/").content.decode()
    assert "Le jour de l'audition reste à fixer" in page.replace("’", "'").replace("&#x27;", "'")
    client.force_login(agent)
    assert petition.reference in client.get("/bureau/petitions/").content.decode()
    here = f"/bureau/petitions/{petition.reference}/audition/"
    bad = client.post(here, {"starts_at": "2026-12-15T18:00", "ends_at": "2026-12-15T20:00"})
    assert bad.status_code == 422
    given = {
        "starts_at": "2026-12-15T18:00",
        "ends_at": "2026-12-15T20:00",
        "place": "Hôtel de Région",
        "commune": ORLEANS,
    }
    assert client.post(here, given).status_code == 302
    meeting = hearings.meeting_of(petition.crossings.get(threshold="audition"))
    client.logout()
    assert f"/rencontres/{meeting.code}/" in client.get(f"/petitions/{petition.reference}/").content.decode()


@pytest.mark.parametrize("role", ["", "elected", "member", "auditor", "administrator"])
def test_nobody_but_agents_sets_a_hearing(
    opened: Callable[..., Petition], signed: Callable[..., Any], person: Callable[..., User], role: str
) -> None:
    petition = _to_hear(opened, signed)
    with pytest.raises(PermissionDenied):
        hearings.hearing_set(actor=person(*filter(None, [role])), petition=petition, **_hearing(15))


def test_an_answer_is_told_and_the_petition_closes_when_each_is_given(
    opened: Callable[..., Petition], signed: Callable[..., Any], agent: User, clock: Any
) -> None:
    petition = opened()
    signed(petition, 3)
    assert petition.closes_at is not None
    clock.move_to(petition.closes_at)
    assert closing.clock_run(programme="essai")["ended"] == 1
    petition.refresh_from_db()
    assert petition.state == State.ENDED
    duty = Duty.objects.get()
    duties.answer(
        actor=agent, duty=duty, text=Text("La gare rouvrira en 2028, voici comment.", "The station opens in 2028."), outcome="accepted",
        delivery_by=dt.date(2028, 1, 1),
    )  # fmt: skip
    petition.refresh_from_db()
    assert petition.state == State.CLOSED
    crossing = petition.crossings.get()
    assert (crossing.status, crossing.outcome) == (Crossing.Status.ANSWERED, "accepted")
    [fact] = facts("petitions.answered.v1")
    assert fact.data["in_time"] is False
    assert [one.data["why"] for one in facts("petitions.closed.v1")] == ["ended", "answered"]


def test_a_petition_without_a_threshold_expires(
    opened: Callable[..., Petition], signed: Callable[..., Any], clock: Any
) -> None:
    petition = opened()
    signed(petition, 1)
    assert petition.closes_at is not None
    clock.move_to(petition.closes_at)
    closing.clock_run(programme="essai")
    closing.clock_run(programme="essai")
    petition.refresh_from_db()
    assert petition.state == State.EXPIRED
    assert len(facts("petitions.closed.v1")) == 1


def test_a_petition_is_withdrawn_before_a_threshold_and_not_after(
    opened: Callable[..., Petition], signed: Callable[..., Any], author: User, sign: Callable[..., Signature]
) -> None:
    given_up, kept = opened(), opened(title="Une autre gare à rouvrir")
    signed(given_up, 2)
    drafting.petition_withdraw(actor=author, petition=given_up)
    with pytest.raises(InputError, match="ne se signe pas"):
        sign(given_up, "account:77")
    signed(kept, 3, begin=10)
    with pytest.raises(InputError, match="seuil est franchi"):
        drafting.petition_withdraw(actor=author, petition=kept)


def test_a_petition_that_finds_no_sponsors_goes_no_further(
    drafted: Callable[..., Petition], author: User, clock: Any
) -> None:
    petition = drafted()
    drafting.sponsors_ask(actor=author, petition=petition)
    clock.shift(dt.timedelta(days=61))
    assert closing.clock_run(programme="essai")["lapsed"] == 1
    petition.refresh_from_db()
    assert petition.state == State.EXPIRED


def test_the_day_is_counted_once_and_small_counts_are_withheld(
    opened: Callable[..., Petition], signed: Callable[..., Any]
) -> None:
    petition = opened()
    signed(petition, 4)
    assert counting.count_all(programme="essai") == 0
    signed(petition, 4, begin=4)
    assert counting.count_all(programme="essai") == 1
    assert counting.count_all(programme="essai") == 0
    [fact] = facts("petitions.signatures_counted.v1")
    assert (fact.quantity, fact.unit) == (8, "signature")
    assert (fact.data["online"], fact.data["paper"], fact.data["desk"]) == (8, 0, 0)


def test_every_table_tells_what_it_does_or_says_why_not(
    sent: Callable[..., Petition], agent: User, sign: Callable[..., Signature]
) -> None:
    from django.apps import apps

    from mandat.apps.mediation.quiet import QUIET as MEDIATION
    from mandat.apps.petitions.quiet import QUIET
    from mandat.journal import guard

    named = {
        model._meta.db_table for app in ("petitions", "mediation") for model in apps.get_app_config(app).get_models()
    }
    assert set(QUIET) | set(MEDIATION) == named - {"petitions_crossing"}
    petition = sent()
    # Publishing is an act of the institution: forgetting its fact would fail here.
    with guard.acts():
        examining.petition_publish(actor=agent, petition=petition)
