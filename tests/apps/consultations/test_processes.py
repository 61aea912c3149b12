"""Real processes at once, on both databases: one answer a person, one vote an amendment, exports in bounded memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.surveys import FILL, WRITE
from tests.databases import KINDS, copied, prepared

pytestmark = pytest.mark.processes
SETS = 3000
#: What an export may take beyond one of a tenth as many sets, in MB: it does not grow with their number.
GROWTH_MB = 25

SET_UP = """
import django
django.setup()
import datetime as dt
from mandat.apps.accounts.models import User
from mandat.apps.consultations.held import held
from mandat.apps.consultations.services.drafting import amendment_propose
from mandat.apps.participation.schema.contributions import Drafting
from mandat.apps.participation.services.joining import participant_join
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.apps.consultations.examples import PROCESSES
from tests.programmes_folder import texts
files = {name: text.replace("opens: 2026-10-01, closes: 2026-11-30T12:00", "opens: 2020-10-01").replace("opens: 2026-10-15, closes: 2026-12-15", "opens: 2020-10-15") for name, text in PROCESSES.items()}
programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in files.items()}))
for n in range(12):
    participant_join(user=User.objects.create_user(f"p{n}@example.org"), process="ensemble")
text = held("ensemble", "charte", Drafting)
for n in range(3):
    amendment_propose(actor=User.objects.get(email=f"p{n}@example.org"), held=text, kind="change", article="duree", body=f"La charte dure {n + 4} ans.", reason=f"Motif {n}.")
"""

WORK = """
import django, random, sys
django.setup()
from mandat.apps.accounts.models import User
from mandat.apps.consultations.held import held
from mandat.apps.consultations.models import Amendment, Observation
from mandat.apps.consultations.services.drafting import amendment_vote
from mandat.apps.consultations.services.opinions import opinion_vote
from mandat.apps.consultations.services.surveys import step_save, survey_send
from mandat.apps.participation.schema.contributions import Drafting, OpinionMap, Survey
from mandat.kernel.errors import InputError
chance = random.Random(int(sys.argv[1]))
text, survey, opinions = held("ensemble", "charte", Drafting), held("ensemble", "enquete", Survey), held("ensemble", "carte", OpinionMap)
users = list(User.objects.order_by("pk"))
amendments = list(Amendment.objects.order_by("pk"))
sent = 0
for _ in range(45):
    user = chance.choice(users)
    amendment_vote(actor=user, held=text, amendment=chance.choice(amendments), choice=chance.choice(("for", "against", "abstain")))
    opinion_vote(actor=user, held=opinions, number=chance.randrange(4), value=chance.choice(("agree", "pass", "disagree")))
    try:
        step_save(actor=user, held=survey, answers={"mode": "train"})
        survey_send(actor=user, held=survey)
        sent += 1
    except InputError:
        pass
print(sent)
"""

COUNT = """
import django
django.setup()
from django.db.models import Count
from mandat import journal
from mandat.apps.consultations.models import *
for one in Amendment.objects.order_by("pk"):
    told = dict(one.votes.order_by().values_list("choice").annotate(n=Count("pk")))
    assert (one.votes_for, one.votes_against, one.abstentions) == (told.get("for", 0), told.get("against", 0), told.get("abstain", 0)), one.pk
assert not AmendmentVote.objects.values("amendment", "voter").annotate(n=Count("pk")).filter(n__gt=1).exists()
assert not OpinionVote.objects.values("voter__user", "statement").annotate(n=Count("pk")).filter(n__gt=1).exists()
assert SurveyMark.objects.count() == AnswerSet.objects.count() == SurveyMark.objects.values("user").distinct().count()
assert not SurveyDraft.objects.exists()
opened = [e.fact.data["component"] for e in journal.iterate() if e.fact.kind == "consultations.opened.v1"]
assert len(opened) == len(set(opened)), opened
print(AnswerSet.objects.count())
"""


def start(env: dict[str, str], text: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", text, *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(env: dict[str, str], text: str, *arguments: str) -> str:
    done = start(env, text, *arguments)
    out, err = done.communicate()
    assert done.returncode == 0, err
    return out.strip()


@pytest.fixture(scope="module", params=KINDS)
def ready(request: Any, tmp_path_factory: Any) -> Iterator[tuple[str, Path | str]]:
    """A database with twelve people and three amendments, to copy."""
    with prepared(request.param, tmp_path_factory.mktemp("consultations"), ("-c", SET_UP)) as database:
        yield request.param, database


def test_many_at_once_vote_once_and_answer_once(ready: tuple[str, Path | str], tmp_path: Path) -> None:
    with copied(*ready, tmp_path) as env:
        workers = [start(env, WORK, str(number)) for number in range(3)]
        sent = []
        for worker in workers:
            out, err = worker.communicate()
            assert worker.returncode == 0, err
            sent.append(int(out))
        assert sum(sent) == int(run(env, COUNT))


@pytest.mark.skipif(
    os.environ.get("MANDAT_TEST_DATABASE_URL", "").startswith("postgres"), reason="measured on a file of SQLite"
)
def test_an_export_takes_no_more_memory_for_ten_times_as_many_answers(tmp_path: Path) -> None:
    from tests.databases import settings_of

    peaks: dict[tuple[int, str], int] = {}
    for sets in (SETS // 10, SETS):
        env = settings_of(tmp_path, f"sqlite:///{tmp_path / f'{sets}.sqlite3'}")
        run(env, FILL, str(sets))
        for form in ("csv", "json", "xlsx"):
            told = json.loads(run(env, WRITE, form, str(tmp_path / f"answers.{form}")))
            peaks[sets, form] = told["peak_mb"]
    for form in ("csv", "json", "xlsx"):
        assert peaks[SETS, form] - peaks[SETS // 10, form] < GROWTH_MB, peaks
        assert peaks[SETS, form] < 200, peaks
