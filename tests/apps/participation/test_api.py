"""What programs read of participation: processes with their state, votes that tell nothing before the count, answers owed."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.answers.services import duties
from mandat.apps.ballots.models import Poll, Roll
from mandat.apps.ballots.services import casting, closing, polls, rolls
from mandat.apps.participation.models import Tally
from mandat.kernel.text import Text
from tests.apps.ballots import examples

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def salts_are_forgotten() -> None:
    """Each test has its own rolls under the same numbers."""
    rolls._salts.clear()


def get(client: Client, path: str) -> Any:
    response = client.get(f"/api/v1{path}")
    assert response.status_code == 200, response.content
    return response.json()


def test_processes_say_their_state_their_rules_and_how_many_where_it_may_be_told(
    client: Client, monday_of_november: Any
) -> None:
    found = {one["code"]: one for one in get(client, "/processes")["items"]}
    assert set(found) == {"mobilites", "jeunes"}
    one = found["mobilites"]
    assert (one["state"], one["owner"], one["measures"]) == ("open", "conseil", [1])
    assert one["answer"] == {"body": "conseil", "days": 90, "form": "reply"}
    assert [part["open"] for part in one["components"]] == [True, True, False]
    assert one["phases"][2]["closes_at"] == "2027-01-31T12:00:00+01:00"
    assert one["counts"] is None
    Tally.objects.create(programme="essai", process="mobilites", component="", participants=4, proposals=9, supports=20)
    assert get(client, "/processes/mobilites")["counts"] == {"participants": None, "proposals": 9, "supports": 20, "comments": 0}  # fmt: skip
    assert [row["code"] for row in get(client, "/processes?measure=2")["items"]] == ["jeunes"]
    monday_of_november.move_to(dt.datetime(2027, 3, 1, tzinfo=dt.UTC))
    assert [row["code"] for row in get(client, "/processes?state=closed")["items"]] == ["mobilites"]
    assert client.get("/api/v1/processes/inconnu").status_code == 404


@pytest.fixture
def roll() -> Roll:
    return rolls.roll_open(process="ailleurs", title=Text("Le plan vélo", "The bicycle plan"), programme="essai")


@pytest.fixture
def poll(roll: Roll, agent: User) -> Poll:
    """A vote under way in which seven people voted for the second option."""
    at = timezone.now()
    made = polls.poll_open(
        actor=agent, roll=roll, code="choix", title=Text("Le choix", "The choice"), question=None, rules=examples.rules("single"),
        options=examples.options("single"), opens_at=at - DAY, closes_at=at + DAY, source="essai:choix",
    )  # fmt: skip
    for n in range(7):
        voter = rolls.enrol(roll=roll, channel="account", identity=f"account:{n}")
        casting.cast(poll=made, voter=voter, ballot={"choice": made.options[1].code}, channel="account")
    return made


def every_number(value: Any) -> set[str]:
    """All numbers told anywhere in an answer."""
    if isinstance(value, dict):
        return set().union(*(every_number(one) for one in value.values()), set())
    if isinstance(value, list):
        return set().union(*(every_number(one) for one in value), set())
    return {str(value)} if isinstance(value, int | float) and not isinstance(value, bool) else set()


def test_a_vote_tells_nothing_of_what_was_voted_nor_how_many_did_before_it_is_counted(
    client: Client, poll: Poll, monday_of_november: Any
) -> None:
    running = get(client, f"/votes/{poll.reference}")
    assert (running["state"], running["result"]) == ("open", None)
    assert not {"7", "6"} & every_number({**running, "rules": {}})
    assert poll.key not in json.dumps(running)
    monday_of_november.move_to(poll.closes_at)
    over = get(client, f"/votes/{poll.reference}")
    assert (over["state"], over["result"]) == ("closed", None)
    closing.poll_close(actor=None, poll=poll)
    counted = get(client, f"/votes/{poll.reference}")
    assert counted["state"] == "counted"
    assert counted["result"]["winners"] == [poll.options[1].code]
    assert (counted["result"]["ballots"], counted["result"]["voted"], counted["result"]["valid"]) == (7, 7, True)
    assert counted["result"]["file"].endswith(f"/votes/{poll.reference}/vote.ballots")
    assert [one["reference"] for one in get(client, "/votes?state=counted&process=ailleurs")["items"]] == [
        poll.reference
    ]
    assert get(client, "/votes?state=open")["items"] == []


def test_an_answer_of_a_minute_ago_is_not_taken_for_that_of_now(
    client: Client, poll: Poll, monday_of_november: Any
) -> None:
    """Nothing but a clock moves when a vote ends: no fact says it yet."""
    path = f"/api/v1/votes/{poll.reference}"
    before = client.get(path)
    assert client.get(path, headers={"if-none-match": before["ETag"]}).status_code == 304
    monday_of_november.shift(60)
    again = client.get(path, headers={"if-none-match": before["ETag"], "if-modified-since": before["Last-Modified"]})
    assert again.status_code == 200
    measures = client.get("/api/v1/measures")
    monday_of_november.shift(60)
    assert client.get("/api/v1/measures", headers={"if-none-match": measures["ETag"]}).status_code == 304


@pytest.fixture
def owed(agent: User) -> list[Any]:
    today = timezone.localdate()
    return [
        duties.owe(
            kind="proposal", source=f"proposal:{n}", title=Text(f"Demande {n}", f"Request {n}"), url="/processus/", body="conseil",
            due_on=today + (n - 1) * DAY, owed_on=today - 40 * DAY, process="mobilites", measures=[1],
        )
        for n in range(4)
    ]  # fmt: skip


def test_answers_owed_say_which_are_overdue_and_what_was_answered(
    client: Client, owed: list[Any], elected: User
) -> None:
    assert [one["title"]["fr"] for one in get(client, "/answers?state=overdue")["items"]] == ["Demande 0"]
    duties.answer(
        actor=elected, duty=owed[0], text=Text("Nous le ferons cette année.", "We will do it this year."), outcome="accepted",
        delivery_by=timezone.localdate() + 90 * DAY,
    )  # fmt: skip
    one = get(client, f"/answers/{owed[0].reference}")
    assert (one["state"], one["overdue"], one["outcome"], one["process"]) == (
        "answered",
        False,
        "accepted",
        "mobilites",
    )
    assert one["answers"][0]["text"]["fr"] == "Nous le ferons cette année."
    assert get(client, "/answers?state=overdue")["items"] == []
    assert client.get("/api/v1/answers/INCONNUE").status_code == 404


def test_lists_are_read_page_by_page_without_loss_in_few_statements(client: Client, owed: list[Any]) -> None:
    found, following = [], "/api/v1/answers?limit=1&body=conseil"
    while following:
        page = client.get(following.removeprefix("http://127.0.0.1:8000")).json()
        found += [one["reference"] for one in page["items"]]
        following = page["next"]
    assert found == [one.reference for one in reversed(owed)]

    def statements(limit: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/api/v1/answers?limit={limit}")
        return len(queries)

    assert statements(1) == statements(4) <= 8
