"""The back office takes an archive of Decidim over in two steps: tried with its errors by line, then taken over or thrown away."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.consultations import decidim
from mandat.apps.consultations.models import Imported, ImportRun
from mandat.apps.consultations.services import trials
from mandat.apps.custody.models import StoredFile
from mandat.apps.participation import definitions
from mandat.apps.participation.models import Comment, Proposal
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from mandat.kernel.errors import InputError
from tests.apps.consultations.test_decidim import FILES, HOST
from tests.apps.participation.examples import PROCESSES
from tests.programmes_folder import texts

pytestmark = pytest.mark.django_db
HERE = "/bureau/consultations/reprises/"


def packed(files: dict[str, bytes] | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (FILES if files is None else files).items():
            archive.writestr(name, data)
    return made.getvalue()


def upload(data: bytes | None = None, name: str = "export.zip") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, packed() if data is None else data, content_type="application/zip")


@pytest.fixture
def mobility(db: None, settings: Any) -> None:
    settings.MANDAT_PROGRAMME = "essai"
    published._read.cache_clear()
    definitions._read.cache_clear()
    programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in PROCESSES.items()}))


@pytest.fixture
def bureau(mobility: None, agent: User, client: Any) -> Any:
    client.force_login(agent)
    return client


def tried(client: Any, **given: Any) -> Any:
    return client.post(HERE, {"target": "mobilites/propositions", "file": upload(), **given})


def test_an_archive_is_tried_and_makes_nothing_until_it_is_confirmed(bureau: Any) -> None:
    answered = tried(bureau)
    run = ImportRun.objects.get()
    assert (answered.status_code, answered["Location"]) == (302, f"{HERE}{run.pk}/")
    assert (run.trial, run.counts["proposals"], run.counts["refused"]) == (True, 2, 5)
    assert not Proposal.objects.exists()
    assert not Imported.objects.exists()
    assert not any(entry.fact.kind == "consultations.imported.v1" for entry in journal.iterate())
    page = bureau.get(f"{HERE}{run.pk}/").content.decode()
    for name, line in (("proposals.csv", "4"), ("proposals.csv", "5"), ("proposal_comments.csv", "4")):
        assert name in page
        assert f">{line}<" in page
    assert bureau.get(HERE).status_code == 200
    done = bureau.post(f"{HERE}{run.pk}/reprendre/")
    made = ImportRun.objects.get()
    assert done["Location"] == f"{HERE}{made.pk}/"
    assert (made.trial, made.file, Proposal.objects.count(), Comment.objects.count()) == (False, None, 2, 2)
    assert not StoredFile.objects.exists()
    [fact] = [entry.fact for entry in journal.iterate() if entry.fact.kind == "consultations.imported.v1"]
    assert fact.quantity == 5
    report = bureau.get(f"{HERE}{made.pk}/").content.decode()
    assert "reprendre/" not in report


def test_the_same_archive_again_has_nothing_new_to_take_over(bureau: Any) -> None:
    tried(bureau)
    bureau.post(f"{HERE}{ImportRun.objects.get().pk}/reprendre/")
    tried(bureau)
    again = ImportRun.objects.get(trial=True)
    assert (again.counts["known"], again.counts.get("proposals", 0)) == (5, 0)
    assert "reprendre/" not in bureau.get(f"{HERE}{again.pk}/").content.decode()


def test_a_trial_thrown_away_leaves_nothing(bureau: Any) -> None:
    tried(bureau)
    run = ImportRun.objects.get()
    assert bureau.post(f"{HERE}{run.pk}/jeter/")["Location"] == HERE
    assert not ImportRun.objects.exists()
    assert not StoredFile.objects.exists()
    assert not Proposal.objects.exists()


def test_a_trial_is_confirmed_once(mobility: None, agent: User) -> None:
    run = trials.trial_make(actor=agent, upload=upload(), process="mobilites", component="propositions")
    trials.trial_confirm(actor=agent, run=run)
    with pytest.raises(InputError, match="n'attend plus"):
        trials.trial_confirm(actor=agent, run=run)
    assert Proposal.objects.count() == 2


def bomb() -> bytes:
    return packed({"a-proposals.csv": b"id;title/fr\n" + b"\0" * 60_000_000})


HOSTILE: dict[str, Callable[[], bytes]] = {
    "no archive": lambda: b"id;title/fr;body/fr\n1;a;b\n",
    "a damaged archive": lambda: packed()[:300],
    "nothing of Decidim's": lambda: packed({"readme.txt": b"hello", "users.csv": b"id;name\n1;Ada\n"}),
    "an empty archive": lambda: packed({}),
    "a bomb": bomb,
    "a path that leaves": lambda: packed({"../../a-proposals.csv": b"id;title/fr\n1;a\n"}),
    "a program among tables": lambda: packed(FILES | {"run.exe": b"MZ"}),
    "no text under a table's name": lambda: packed({"a-proposals.csv": b"\x89PNG\0\0"}),
    "a page in disguise": lambda: b"<html><script>alert(1)</script></html>",
    "too many lines": lambda: packed(
        {"a-proposals.csv": b"id;title/fr\n" + b"".join(b"%d;x\n" % n for n in range(20_100))}
    ),
}


@pytest.mark.parametrize("sort", HOSTILE)
def test_a_hostile_archive_is_refused_with_a_reason_and_leaves_nothing(bureau: Any, sort: str) -> None:
    answered = tried(bureau, file=upload(HOSTILE[sort]()))
    assert answered.status_code == 422
    assert "error" in answered.content.decode()
    assert not ImportRun.objects.exists()
    assert not StoredFile.objects.exists()
    assert not Proposal.objects.exists()


def test_words_of_an_archive_are_shown_as_words(bureau: Any) -> None:
    files = {
        "<img src=x onerror=alert(1)>-proposals.csv": (
            "id;title/fr;body/fr;url\n"
            f"<script>alert(1)</script>;x;y;{HOST}/proposals/1\n"
            f"2;<b onmouseover=x>Titre</b>;\u202ecsv.exe <script>alert(2)</script> des trains de nuit;javascript:alert(3)\n"
        ).encode()
    }
    answered = tried(bureau, file=upload(packed(files)))
    assert answered.status_code == 302
    page = bureau.get(answered["Location"]).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    bureau.post(answered["Location"] + "reprendre/")
    for made in Proposal.objects.all():
        assert "<" not in made.title
        assert "alert" not in made.text
        assert "\u202e" not in made.text
    assert "javascript:" not in "".join(Imported.objects.values_list("url", flat=True))


def test_an_archive_names_an_entry_that_is_no_component_of_proposals(bureau: Any) -> None:
    assert tried(bureau, target="mobilites/debat").status_code == 422
    assert tried(bureau, target="../etc").status_code == 422
    assert not StoredFile.objects.exists()


def test_larger_than_a_page_takes_is_refused_as_it_arrives(bureau: Any) -> None:
    data = packed() + b"\0" * trials.LARGEST
    assert tried(bureau, file=upload(data)).status_code in (413, 422)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("role", "may"),
    [("", False), ("inhabitant", False), ("member", False), ("elected", False), ("auditor", False), ("agent", True), ("administrator", True)],
)  # fmt: skip
def test_only_those_who_manage_participation_take_an_archive_over(
    mobility: None, agent: User, person: Callable[..., User], client: Any, role: str, may: bool
) -> None:
    run = trials.trial_make(actor=agent, upload=upload(), process="mobilites", component="propositions")
    if role:
        client.force_login(person(*([] if role == "inhabitant" else [role])))
    wanted = 302 if not role else 200 if may else 403
    assert client.get(HERE).status_code == wanted
    assert client.get(f"{HERE}{run.pk}/").status_code == wanted
    refused = 302 if not role or may else 403
    assert tried(client).status_code == refused
    assert client.post(f"{HERE}{run.pk}/reprendre/").status_code == refused
    assert Proposal.objects.exists() is may
    other = ImportRun.objects.filter(trial=True).first()
    if other is not None:
        assert client.post(f"{HERE}{other.pk}/jeter/").status_code == refused
    assert ImportRun.objects.filter(trial=True).exists() is not may


def test_an_archive_is_read_as_the_command_reads_it() -> None:
    assert trials._read(packed()).read == decidim.read(FILES).read
