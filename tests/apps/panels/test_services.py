"""From the letters to the answers: what each stage binds, and what it refuses."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from typer.testing import CliRunner

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.answers.models import Duty
from mandat.apps.answers.services import duties
from mandat.apps.panels import drawing
from mandat.apps.panels.codes import cleaned, new_code
from mandat.apps.panels.models import Letter, Panel, Presence, Recommendation, Volunteer
from mandat.apps.panels.services import draws, opinions, sittings
from mandat.apps.panels.services.common import panel_of
from mandat.apps.panels.services.forgetting import forget_now, people_due
from mandat.apps.panels.services.inviting import letters_draw, letters_plan
from mandat.apps.panels.services.volunteering import Contact, letter_decline, volunteer_by_code, volunteer_of, withdraw
from mandat.apps.panels.terms import panel_terms
from mandat.cli.draw import app as draw_app
from mandat.engines.sortition import Person, Pool, Quota, Quotas
from mandat.journal import guard
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from tests.apps.panels.conftest import AFTER, EVENT, account, people

#: People are private: no fact tells of one. Sessions to come are meetings, which tell theirs.
QUIET = ("panels_volunteer", "panels_letter", "panels_panel", "panels_sitting", "meetings_meeting")
YES = {"genre": "femme", "age": "jeune"}
WHO = Contact("Camille Essai", "camille@example.org")


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.iterate(programme="essai") if entry.fact.kind == kind]


def letters(agent: User) -> list[Any]:
    addresses = {name: [f"{n} rue {name}" for n in range(100)] for name in ("nord", "sud")}
    return list(letters_draw(actor=agent, process="lettres", component="panel", addresses=addresses, seed="graine"))


def test_letters_are_drawn_with_a_published_seed_and_no_address_is_kept(agent: User) -> None:
    with guard.acts(exempt=QUIET):
        sent = letters(agent)
    assert 50 <= len(sent) <= 60
    assert len({one.code for one in sent}) == len(sent)
    assert {one.stratum for one in sent} == {"nord", "sud"}
    assert Letter.objects.count() == len(sent)
    assert not any("rue" in str(value) for row in Letter.objects.values() for value in row.values())
    [fact] = facts("panels.invited.v1")
    assert (fact.quantity, fact.data["seed"]) == (Decimal(len(sent)), "graine")
    with pytest.raises(InputError, match="déjà"):
        letters(agent)


def test_letters_promise_no_more_volunteers_than_they_bring(programme: Any) -> None:
    plan = letters_plan(panel_terms("lettres", "panel"))
    assert sum(one.letters for one in plan) <= 60
    assert all(one.chance >= 0.95 for one in plan)


def test_a_letter_is_answered_once_by_its_code_and_can_be_taken_back(agent: User) -> None:
    code = letters(agent)[0].code
    typed = code.lower().replace("-", " ")
    made = volunteer_by_code(process="lettres", component="panel", code=typed, features=YES, contact=WHO)
    with pytest.raises(InputError, match="déjà"):
        volunteer_by_code(process="lettres", component="panel", code=code, features=YES, contact=WHO)
    with pytest.raises(InputError, match="vivier"):
        letter_decline(process="lettres", component="panel", code=code)
    assert volunteer_of("lettres", "panel", code) == made
    withdraw(volunteer=made)
    assert not Volunteer.objects.exists()
    letter_decline(process="lettres", component="panel", code=code)
    assert Letter.objects.filter(declined_on__isnull=False).count() == 1


@pytest.mark.parametrize("typed", ["", "abc", "AAAA-AAAA-AAAA", "x" * 100_000, "' OR 1=1 --", "\u202eXXXX"])
def test_a_wrong_code_opens_nothing(agent: User, typed: str) -> None:
    letters(agent)
    with pytest.raises(InputError):
        volunteer_by_code(process="lettres", component="panel", code=typed, features=YES, contact=WHO)


def test_a_code_of_one_panel_opens_no_other(agent: User) -> None:
    code = letters(agent)[0].code
    with pytest.raises(InputError):
        volunteer_by_code(process="ouvert", component="panel", code=code, features=YES, contact=WHO)


def test_answers_out_of_time_or_unknown_are_refused(agent: User, clock: Any) -> None:
    code = letters(agent)[0].code
    with pytest.raises(InputError, match="Genre"):
        volunteer_by_code(process="lettres", component="panel", code=code, features={"genre": "<b>"}, contact=WHO)
    with pytest.raises(InputError, match="téléphone"):
        volunteer_by_code(process="lettres", component="panel", code=code, features=YES, contact=Contact("Camille"))
    clock.move_to(dt.datetime(2026, 2, 28, 22, 59, 59, tzinfo=dt.UTC))
    volunteer_by_code(process="lettres", component="panel", code=code, features=YES, contact=WHO)
    Volunteer.objects.all().delete()
    clock.move_to(dt.datetime(2026, 2, 28, 23, 0, 0, tzinfo=dt.UTC))
    with pytest.raises(InputError, match="ouvert"):
        volunteer_by_code(process="lettres", component="panel", code=code, features=YES, contact=WHO)


def test_what_people_say_is_sealed(agent: User) -> None:
    code = letters(agent)[0].code
    volunteer_by_code(process="lettres", component="panel", code=code, features=YES, contact=WHO)
    [row] = Volunteer.objects.values()
    assert "Camille" not in str(row)
    assert "femme" not in str(row)


def test_the_pool_closes_after_the_call_and_only_where_a_panel_can_be_drawn(agent: User, clock: Any) -> None:
    panel = panel_of("ouvert", "panel")
    people(panel, 8)
    with pytest.raises(InputError, match="encore"):
        draws.pool_close(actor=agent, panel=panel)
    clock.move_to(AFTER)
    with pytest.raises(InputError, match="8 volontaires pour 10"):
        draws.pool_close(actor=agent, panel=panel)
    Volunteer.objects.all().delete()
    for one in people(panel, 20):
        one.features = {"genre": "homme", "age": "autre"}
        one.save()
    with pytest.raises(InputError, match="femme"):
        draws.pool_close(actor=agent, panel=panel)
    assert panel.draws.count() == 0


def test_the_pool_is_published_without_names_and_its_digest_told_before_the_event(agent: User, pool: Panel) -> None:
    lines = pool.pool.splitlines()
    assert lines[0] == "id,genre,age"
    assert len(lines) == 41
    assert "Volontaire" not in pool.pool
    [fact] = facts("panels.pool_closed.v1")
    assert fact.data["digest"] == pool.digest
    with pytest.raises(InputError, match="à venir"):
        draws.draw_announce(actor=agent, panel=pool, event="Loterie", event_on=AFTER.date())
    with guard.acts(exempt=QUIET):
        draw = draws.draw_announce(actor=agent, panel=pool, event="Loterie", event_on=EVENT.date())
    [told] = facts("panels.draw_announced.v1")
    assert (told.data["lottery"], told.data["pool"]) == (draw.digest, pool.digest)
    with pytest.raises(InputError, match="déjà"):
        draws.draw_announce(actor=agent, panel=pool, event="Autre", event_on=EVENT.date())
    with pytest.raises(InputError, match="pas encore"):
        draws.draw_hold(actor=agent, panel=pool, number="1", proof="https://exemple.fr")


def test_anyone_draws_the_same_panel_again_from_the_published_files(agent: User, seated: Panel, tmp_path: Path) -> None:
    draw = seated.draws.get()
    terms = panel_terms("ouvert", "panel")
    (tmp_path / "vivier.csv").write_text(seated.pool)
    (tmp_path / "quotas.csv").write_text(drawing.quotas_csv(terms.quotas))
    (tmp_path / "loterie.json").write_text(draw.document)
    told = CliRunner().invoke(
        draw_app,
        [
            str(tmp_path / "vivier.csv"), str(tmp_path / "quotas.csv"), "--seats", "10", "--replay",
            str(tmp_path / "loterie.json"), "--number", draw.number, "--json",
        ],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert found["selected"] == sorted(draw.selected)
    assert (found["panel"], found["pool_hash"], found["lottery_hash"]) == (draw.which, seated.digest, draw.digest)


def test_the_panel_drawn_meets_the_quotas_and_everyone_knows_their_chance(agent: User, seated: Panel) -> None:
    draw = seated.draws.get()
    chosen = [one.features for one in Volunteer.objects.filter(panel=seated, number__in=draw.selected).order_by("pk")]
    counts = drawing.counted(chosen, panel_terms("ouvert", "panel").quotas)
    assert len(chosen) == 10
    assert 4 <= counts["genre"]["femme"] <= 6
    assert 3 <= counts["age"]["jeune"] <= 6
    document = json.loads(draw.document)
    chances = [drawing.chance_of(document, one.ticket) for one in Volunteer.objects.filter(panel=seated).order_by("pk")]
    assert abs(sum(chances) - 10) < 1e-6
    assert min(chances) > 0.2


def test_a_pool_changed_after_its_digest_is_refused(agent: User, pool: Panel, clock: Any) -> None:
    draws.draw_announce(actor=agent, panel=pool, event="Loterie", event_on=EVENT.date())
    clock.move_to(EVENT)
    Panel.objects.filter(pk=pool.pk).update(pool=pool.pool.replace("femme", "homme", 1))
    with pytest.raises(InputError, match="vivier"):
        draws.draw_hold(actor=agent, panel=pool, number="1", proof="https://exemple.fr")


def test_those_who_decline_are_replaced_by_another_draw(agent: User, pool: Panel, clock: Any) -> None:
    draws.draw_announce(actor=agent, panel=pool, event="Loterie", event_on=EVENT.date())
    clock.move_to(EVENT)
    first = draws.draw_hold(actor=agent, panel=pool, number="417", proof="https://exemple.fr/417")
    assert first.which == 417
    drawn = list(Volunteer.objects.filter(panel=pool, state="drawn").order_by("number"))
    for one in drawn[:7]:
        draws.seat_answer(volunteer=one, accepted=True)
    draws.seat_answer(volunteer=drawn[7], accepted=False)
    with pytest.raises(InputError, match="place"):
        draws.seat_answer(volunteer=drawn[7], accepted=True)
    # Two say nothing: their seats lapse the day after the last.
    assert draws.unanswered_lapse(now=EVENT.date() + dt.timedelta(days=14)) == 0
    assert draws.unanswered_lapse(now=EVENT.date() + dt.timedelta(days=15)) == 2
    draws.draw_announce(actor=agent, panel=pool, event="Loterie", event_on=dt.date(2026, 3, 30))
    clock.move_to(dt.datetime(2026, 3, 30, 9, tzinfo=dt.UTC))
    second = draws.draw_hold(actor=agent, panel=pool, number="3 5 8", proof="https://exemple.fr/2")
    assert set(second.kept) <= set(second.selected)
    assert not set(second.excluded) & set(second.selected)
    assert len(second.selected) == 10
    assert Volunteer.objects.filter(panel=pool, state="drawn").count() == 3
    assert facts("panels.drawn.v1")[-1].data["replaced"] == 3


def _one_seat_for_a_man(panel: Panel) -> None:
    """Six women and three men sit: quotas leave the last seat to a man."""
    wanted = {("femme", "jeune"): 3, ("femme", "autre"): 3, ("homme", "jeune"): 1, ("homme", "autre"): 2}
    for one in Volunteer.objects.filter(panel=panel).order_by("pk"):
        kind = (one.features["genre"], one.features["age"])
        one.state = "member" if wanted[kind] > 0 else "pool"
        wanted[kind] -= one.state == "member"
        one.save(update_fields=["state"])


def test_people_whom_the_quotas_leave_no_seat_are_said_apart_from_the_lowest_chance(
    agent: User, seated: Panel, clock: Any, client: Any
) -> None:
    _one_seat_for_a_man(seated)
    second = draws.draw_announce(actor=agent, panel=seated, event="Loterie", event_on=dt.date(2026, 3, 30))
    assert (second.shut, second.lowest, second.most) == (14, Decimal("5.8824"), Decimal("5.8824"))
    document = json.loads(second.document)
    on_panels = {ticket for panel in document["panels"] for ticket in panel[0]}
    rows = Volunteer.objects.filter(panel=seated, state="pool").order_by("pk")
    for one in rows:
        chance = drawing.chance_of(document, one.ticket)
        assert (one.ticket in on_panels) == (chance > 0) == (one.features["genre"] == "homme")
    page = client.get("/panels/ouvert/panel/").content.decode()
    assert "14 volontaires ne pouvaient pas être tirés" in page.replace("\u202f", " ").replace("\u00a0", " ")
    assert "0 %" not in page.split("La plus faible chance")[1][:200].replace("5,882", "")


def test_where_one_seat_is_left_for_thousands_everyone_is_on_a_numbered_panel() -> None:
    quotas = Quotas((Quota("genre", "femme", 0, 10), Quota("genre", "homme", 0, 10)))
    people = tuple(Person(str(n), ("femme" if n % 3 else "homme",)) for n in range(2500))
    made = drawing.numbered(
        Pool(("genre",), people), quotas, seats=10, objective="leximin", kept=[str(n) for n in range(9)], rank=2
    )
    assert (made.panels, made.shut) == (4000, 0)
    on_panels = {ticket for panel in made.draw.document["panels"] for ticket in panel[0]}
    assert on_panels == set(made.draw.tickets.values())
    assert made.lowest == pytest.approx(1 / 2491)
    assert made.bound >= made.lowest


def test_sessions_count_days_and_allowances_are_paid_together(agent: User, seated: Panel, clock: Any) -> None:
    sitting = sittings.sitting_convene(
        actor=agent, panel=seated, title=Text("Premier week-end", "First weekend"), held_on=dt.date(2026, 3, 14),
        place="Orléans", commune="45234", days=Decimal(2),
    )  # fmt: skip
    members = list(
        Volunteer.objects.filter(panel=seated).exclude(state="pool").order_by("number").values_list("number", flat=True)
    )
    with pytest.raises(InputError, match="venir"):
        sittings.sitting_close(actor=agent, sitting=sitting, present=members)
    clock.move_to(dt.datetime(2026, 3, 16, 9, tzinfo=dt.UTC))
    with pytest.raises(InputError, match="membre"):
        sittings.sitting_close(actor=agent, sitting=sitting, present=["9999"])
    with guard.acts(exempt=QUIET):
        sittings.sitting_close(actor=agent, sitting=sitting, present=members[:8])
    with pytest.raises(InputError, match="close"):
        sittings.sitting_close(actor=agent, sitting=sitting, present=members)
    assert set(Presence.objects.order_by("pk").values_list("allowance", flat=True)) == {18_000}
    with guard.acts(exempt=QUIET):
        amount = sittings.allowances_pay(actor=agent, panel=seated, on=dt.date(2026, 3, 16), reference="M-1")
    assert amount == Decimal(1440)
    [fact] = facts("panels.allowances_paid.v1")
    assert (fact.amount, fact.quantity) == (Decimal(1440), Decimal(8))
    with pytest.raises(InputError, match="dû"):
        sittings.allowances_pay(actor=agent, panel=seated, on=dt.date(2026, 3, 16), reference="M-2")


def opinion(agent: User, panel: Panel) -> list[Recommendation]:
    given = opinions.opinion_give(
        actor=agent, panel=panel, text=Text("Notre avis.", "Our opinion."), on=EVENT.date(),
        recommendations=[opinions.Adopted(Text(f"Faire {n}", f"Do {n}"), Text("", ""), 8, 1, 1) for n in (1, 2)],
    )  # fmt: skip
    return list(given.recommendations.order_by("rank"))


def test_each_recommendation_is_owed_an_answer_and_the_panel_is_answered_once_all_are(
    agent: User, seated: Panel
) -> None:
    with guard.acts(exempt=QUIET):
        first, second = opinion(agent, seated)
    owed = {one.source: one for one in Duty.objects.order_by("pk")}
    assert set(owed) == {opinions.source_of(first), opinions.source_of(second)}
    assert {one.due_on for one in owed.values()} == {EVENT.date() + dt.timedelta(days=90)}
    answer = {
        "actor": agent,
        "text": Text("La Région le fera avant la fin de 2027.", "The Region will do it before the end of 2027."),
        "links": [],
    }
    duties.answer(duty=owed[opinions.source_of(first)], outcome="accepted", **answer)
    assert not facts("panels.answered.v1")
    duties.answer(duty=owed[opinions.source_of(second)], outcome="refused", **answer)
    [fact] = facts("panels.answered.v1")
    assert (fact.quantity, fact.data["accepted"], fact.data["refused"]) == (Decimal(1), 1, 1)


def test_a_recommendation_has_no_more_votes_than_members_and_a_majority(agent: User, seated: Panel) -> None:
    for votes in ((11, 0, 0), (4, 5, 0), (-1, 0, 0)):
        with pytest.raises(InputError):
            opinions.opinion_give(
                actor=agent, panel=seated, text=Text("Avis", "Opinion"), on=EVENT.date(),
                recommendations=[opinions.Adopted(Text("Faire", "Do"), Text("", ""), *votes)],
            )  # fmt: skip
    assert not Recommendation.objects.exists()


def test_those_not_drawn_are_forgotten_on_the_day_said_and_members_later(
    agent: User, seated: Panel, clock: Any
) -> None:
    clock.move_to(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC))
    assert not people_due(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC)).exists()
    clock.move_to(dt.datetime(2026, 9, 11, 9, tzinfo=dt.UTC))
    call_command("panels_day")
    assert Volunteer.objects.filter(panel=seated).count() == 10
    clock.move_to(dt.datetime(2031, 3, 12, 9, tzinfo=dt.UTC))
    assert forget_now() == 10
    seated.refresh_from_db()
    assert seated.pool


def test_codes_forgive_how_they_are_typed() -> None:
    code = new_code()
    assert cleaned(code) == cleaned(f" {code.lower()} ") != ""
    assert cleaned("OIL0-0000-0000") == "011000000000"


@pytest.mark.parametrize("role", ["", "elected", "auditor"])
def test_only_the_service_runs_a_panel(programme: Any, role: str) -> None:
    someone = account(*([role] if role else []))
    panel = panel_of("ouvert", "panel")
    with pytest.raises(PermissionDenied):
        draws.pool_close(actor=someone, panel=panel)
    with pytest.raises(PermissionDenied):
        letters(someone)
    with pytest.raises(PermissionDenied):
        draws.draw_announce(actor=someone, panel=panel, event="x", event_on=EVENT.date())
