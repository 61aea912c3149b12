"""A support counts once and merging loses none: real processes at once, on both databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import KINDS, copied, prepared

pytestmark = pytest.mark.processes

PRELUDE = """
import sys, random, datetime as dt
import django
django.setup()
from django.db import OperationalError
from django.db.models import Sum
from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.participation.models import Participant, Proposal, Support, Tally
from mandat.apps.participation.services.supports import support_give, support_take_back
from mandat.kernel.errors import MandatError
"""

SETUP = """
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from mandat.apps.participation.services.joining import participant_join
from mandat.apps.participation.services.proposals import draft_save, proposal_publish
from tests.apps.participation.examples import MOBILITY
from tests.apps.territory.conftest import small
from tests.programmes_folder import texts
text = MOBILITY.replace("opens: 2026-10-01, closes: 2026-11-30", "opens: 2021-10-01, closes: 2028-11-30").replace("2026-12-01, closes: 2027-01-14", "2028-12-01, closes: 2029-01-14").replace("2027-01-15, closes: 2027-01-31T12:00", "2029-01-15, closes: 2029-01-31T12:00")
text = text.replace("threshold: 3,", "threshold: 20,").replace("most: 5, threshold", "most: 4, threshold")
programme_load(folder=read_texts(texts() | {"processes/mobilites.yaml": text.encode()}))
territory_import(reference=small())
agent = User.objects.create_user("agent@example.org")
RoleGrant.objects.create(user=agent, role="agent")
for n in range(24):
    user = User.objects.create_user(f"u{n}@example.org")
    participant_join(user=user, process="mobilites", commune="45234", birth=dt.date(1990, 1, 1))
    if n < 6:
        values = {"title": f"Des trains le soir numéro {n}", "text": "Le dernier train part trop tôt pour qui travaille.", "category": "trains"}
        draft = draft_save(user=user, process="mobilites", component="propositions", values=values)
        proposal_publish(user=user, reference=draft.reference)
"""

SUPPORT = """
chance = random.Random(int(sys.argv[1]))
users = list(User.objects.filter(email__startswith="u").order_by("pk"))
references = list(Proposal.objects.order_by("pk").values_list("reference", flat=True))
done = refused = 0
for _ in range(60):
    user, reference = chance.choice(users), chance.choice(references)
    try:
        (support_give if chance.random() < 0.8 else support_take_back)(user=user, reference=reference)
        done += 1
    except MandatError:
        refused += 1
print(done, refused)
"""

SAME = """
user = User.objects.get(email="u7@example.org")
for row in Proposal.objects.order_by("pk"):
    try:
        support_give(user=user, reference=row.reference)
    except MandatError:
        pass
print("ok")
"""

MERGE = """
from mandat.apps.participation.services.merging import proposals_merge
agent = User.objects.get(email="agent@example.org")
rows = list(Proposal.objects.order_by("pk").values_list("reference", flat=True))
pairs = [(rows[5], rows[0:2]), (rows[2], rows[3:4])]
import time
for into, sources in pairs:
    time.sleep(0.3)
    proposals_merge(actor=agent, into=into, sources=sources, reason="La même demande que l'autre.")
print("ok")
"""

CHECK = """
from mandat import journal
shown = Proposal.objects.filter(state="published")
for row in shown.order_by("pk"):
    assert row.supports == Support.objects.filter(proposal=row).count(), (row.pk, row.supports)
for component in ("propositions", ""):
    tally = Tally.objects.get(component=component)
    assert tally.supports == (shown.aggregate(n=Sum("supports"))["n"] or 0), (component, tally.supports)
    assert tally.proposals == shown.count()
for place in Participant.objects.order_by("pk"):
    given = Support.objects.filter(participant=place, proposal__state="published").count()
    assert given <= 4 + 2 * Proposal.objects.filter(state="merged").count(), given
    if not Proposal.objects.filter(state="merged").exists():
        assert given <= 4, given
crossed = [entry.fact.subject for entry in journal.iterate() if entry.fact.kind == "participation.threshold_crossed.v1"]
assert len(crossed) == len(set(crossed)), crossed
print(Support.objects.count(), Proposal.objects.filter(state="merged").count())
"""


def program(text: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + text, *arguments]


def start(env: dict[str, str], text: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        program(text, *arguments), env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(workers: list[subprocess.Popen[str]]) -> list[str]:
    outputs = [worker.communicate(timeout=240) for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * len(workers), [err[-1500:] for _, err in outputs]
    return [out.strip() for out, _ in outputs]


@pytest.fixture(scope="module", params=KINDS)
def proposed(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    with prepared(request.param, tmp_path_factory.mktemp("participation"), ("-c", PRELUDE + SETUP)) as ready:
        yield request.param, ready


@pytest.fixture
def environment(proposed: tuple[str, Any], tmp_path: Path) -> Iterator[dict[str, str]]:
    with copied(*proposed, tmp_path) as env:
        yield env


def test_people_who_support_at_once_are_each_counted_once_and_never_pass_their_limit(
    environment: dict[str, str],
) -> None:
    outputs = ended([start(environment, SUPPORT, str(n)) for n in range(3)])
    assert all(int(out.split()[0]) > 10 for out in outputs)
    [checked] = ended([start(environment, CHECK)])
    assert int(checked.split()[0]) > 20


def test_one_person_in_several_windows_at_once_keeps_one_voice(environment: dict[str, str]) -> None:
    ended([start(environment, SAME) for _ in range(3)])
    [checked] = ended([start(environment, CHECK)])
    assert int(checked.split()[0]) == 4


def test_merging_while_people_support_loses_no_support_and_counts_none_twice(environment: dict[str, str]) -> None:
    ended([start(environment, SUPPORT, "11"), start(environment, SUPPORT, "12"), start(environment, MERGE)])
    [checked] = ended([start(environment, CHECK)])
    supports, merged = map(int, checked.split())
    assert merged == 3
    assert supports > 15
