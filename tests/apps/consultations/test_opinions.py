"""An opinion map: votes one at a time, statements read before they are voted on, the same map wherever it is computed."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.consultations.exports.opinions import archive
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Consultation, OpinionVote, OpinionVoter, Statement
from mandat.apps.consultations.services.day import day_pass
from mandat.apps.consultations.services.opinions import (
    map_compute,
    next_statement,
    open_map,
    opinion_vote,
    statement_add,
    statement_moderate,
)
from mandat.apps.participation.schema.contributions import OpinionMap
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
HERE = "/consultations/ensemble/carte/opinions"


def crowd(held: Held[OpinionMap], people: int, *, seed: int = 1) -> Consultation:
    """Two camps on four statements, each person voting on most of them; written in bulk."""
    row = open_map(held, NOW)
    chance = random.Random(seed)
    statements = list(row.statements.order_by("number"))
    votes = []
    for rank in range(people):
        voter = OpinionVoter.objects.create(consultation=row, user=None)
        camp = 1 if rank % 2 else -1
        for number, statement in enumerate(statements):
            value = 1 if number == 0 else camp * (1 if number % 2 else -1)
            if chance.random() < 0.1:
                value = chance.choice((-1, 0, 1))
            votes.append(OpinionVote(voter=voter, statement=statement, value=value))
    OpinionVote.objects.bulk_create(votes)
    return row


def test_one_statement_at_a_time_the_same_until_it_is_voted_on(
    opinions: Held[OpinionMap], joined: Callable[..., User]
) -> None:
    user = joined()
    open_map(opinions, NOW)
    seen = []
    for _ in range(4):
        found = next_statement(opinions, user)
        assert found is not None
        assert next_statement(opinions, user) == found
        seen.append(found.number)
        opinion_vote(actor=user, held=opinions, number=found.number, value="agree")
    assert sorted(seen) == [0, 1, 2, 3]
    assert next_statement(opinions, user) is None


def test_a_second_vote_takes_the_place_of_the_first(opinions: Held[OpinionMap], joined: Callable[..., User]) -> None:
    user = joined()
    for value in ("agree", "pass", "disagree"):
        opinion_vote(actor=user, held=opinions, number=0, value=value)
    assert list(OpinionVote.objects.values_list("value", flat=True)) == [-1]


@pytest.mark.parametrize(("number", "value"), [(0, "maybe"), (99, "agree")])
def test_votes_that_mean_nothing_are_refused(
    opinions: Held[OpinionMap], joined: Callable[..., User], number: int, value: str
) -> None:
    with pytest.raises(InputError):
        opinion_vote(actor=joined(), held=opinions, number=number, value=value)


def test_a_statement_is_voted_on_once_an_agent_has_read_it(
    opinions: Held[OpinionMap], joined: Callable[..., User], agent: User
) -> None:
    author, other = joined(), joined()
    made = statement_add(actor=author, held=opinions, text="  Des trains\nla nuit. ")
    assert made.text == "Des trains la nuit."
    assert made.number == 4
    with pytest.raises(InputError, match="pas soumis"):
        opinion_vote(actor=other, held=opinions, number=4, value="agree")
    with pytest.raises(InputError, match="existe déjà"):
        statement_add(actor=other, held=opinions, text="des trains la nuit.")
    with pytest.raises(InputError, match="motif"):
        statement_moderate(actor=agent, statement=made, shown=False)
    statement_moderate(actor=agent, statement=made, shown=True)
    opinion_vote(actor=other, held=opinions, number=4, value="agree")


def test_nothing_is_told_of_groups_before_enough_people(opinions: Held[OpinionMap], client: Any) -> None:
    row = crowd(opinions, 11)
    map_compute(held=opinions, row=row)
    row.refresh_from_db()
    assert set(row.result) == {"people", "votes", "grouped"}
    page = client.get(f"{HERE}/carte/")
    assert b"o-mark" not in page.content
    assert client.get(f"{HERE}/votes.zip").status_code == 404


def test_the_page_shows_groups_in_a_picture_words_and_tables(opinions: Held[OpinionMap], client: Any) -> None:
    row = crowd(opinions, 40)
    map_compute(held=opinions, row=row)
    page = client.get(f"{HERE}/carte/").content.decode()
    assert "o-mark" in page
    assert "Il faut plus de trains." in page
    assert page.count("<table") >= 3
    assert b"More trains are needed." in client.get(f"/en{HERE}/carte/").content


def test_the_export_gives_the_same_map_by_the_command_line(opinions: Held[OpinionMap], tmp_path: Path) -> None:
    row = crowd(opinions, 60, seed=5)
    map_compute(held=opinions, row=row)
    row.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(archive(opinions, row))) as packed:
        packed.extractall(tmp_path)
    document = opinions.document
    done = subprocess.run(
        [
            sys.executable, "-m", "mandat.cli", "opinion", str(tmp_path), "--json", "--seed", str(document.seed),
            "--fewest-votes", str(document.least_votes), "--withholding", str(document.group_least),
        ],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    mine = json.loads(json.dumps(row.result["data"]))
    for name in ("participants", "votes", "groups", "consensus", "bridging", "dividing", "stability", "silhouette"):
        assert mine[name] == told[name], name


def test_the_export_says_neither_who_nor_when(opinions: Held[OpinionMap], joined: Callable[..., User]) -> None:
    opinion_vote(actor=joined(name="Ada"), held=opinions, number=0, value="agree")
    row = Consultation.objects.get(component="carte")
    code = str(OpinionVoter.objects.get().pk)
    with zipfile.ZipFile(io.BytesIO(archive(opinions, row))) as packed:
        text = "".join(packed.read(name).decode() for name in packed.namelist())
    assert "Ada" not in text
    assert code not in text
    assert "2026" not in text


def test_the_same_votes_give_the_same_map(opinions: Held[OpinionMap]) -> None:
    row = crowd(opinions, 40)
    map_compute(held=opinions, row=row)
    row.refresh_from_db()
    before = row.result
    map_compute(held=opinions, row=row)
    row.refresh_from_db()
    assert row.result == before


def test_closing_parts_people_from_their_votes(
    opinions: Held[OpinionMap], joined: Callable[..., User], monday_of_november: Any
) -> None:
    for user in [joined() for _ in range(6)]:
        opinion_vote(actor=user, held=opinions, number=0, value="agree")
    monday_of_november.move_to(dt.datetime(2026, 11, 30, 12, 0, tzinfo=PARIS))
    day_pass()
    assert not OpinionVoter.objects.filter(user__isnull=False).exists()
    row = Consultation.objects.get(component="carte")
    assert (row.people, row.items) == (6, 6)
    assert row.closed_at is not None
    kinds = [entry.fact.kind for entry in journal.iterate() if entry.fact.data.get("component") == "carte"]
    assert kinds.count("consultations.closed.v1") == 1
    assert Statement.objects.get(number=0).agrees == 6


def test_voting_by_the_pages_one_statement_after_the_other(
    opinions: Held[OpinionMap], joined: Callable[..., User], client: Any
) -> None:
    client.force_login(joined())
    for left in range(4, 0, -1):
        page = client.get(f"{HERE}/").content.decode()
        assert 'name="value" value="agree"' in page
        number = page.split('name="statement" value="')[1].split('"')[0]
        client.post(f"{HERE}/voter/", {"statement": number, "value": "pass"})
        assert OpinionVote.objects.count() == 5 - left
    assert 'name="value"' not in client.get(f"{HERE}/").content.decode()
    assert client.post(f"{HERE}/voter/", {"statement": "²", "value": "pass"}).status_code == 404
