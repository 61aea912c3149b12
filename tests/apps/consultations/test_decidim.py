"""An export of Decidim is taken over: read as its versions write it, made once, errors line by line, nobody named."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.consultations import decidim
from mandat.apps.consultations.models import Imported, ImportRun
from mandat.apps.consultations.services.importing import decidim_import
from mandat.apps.participation import definitions
from mandat.apps.participation.models import Comment, Participant, Proposal, ProposalVersion
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from mandat.kernel.errors import InputError
from tests.apps.participation.examples import PROCESSES
from tests.programmes_folder import texts

pytestmark = pytest.mark.django_db
HOST = "https://participer.exemple.org/processes/trains/f/3"
PROPOSALS = f"""\
id;category/id;category/name/fr;participatory_space/id;title/fr;title/en;body/fr;state;answer/fr;supports;comments;published_at;url;author/name
12;4;Trains;2;Plus de trains;More trains;<p>Un train par heure.</p><p>Et <b>le soir</b>.</p>;accepted;Retenu pour 2027.;34;2;2024-03-05 10:00:00 UTC;{HOST}/proposals/12;Ada Lovelace
13;4;Trains;2;'=HYPERLINK("x");;<script>alert(1)</script>Des cars;evaluating;;5;0;2024-03-06T09:00:00+01:00;{HOST}/proposals/13;Bob
x;4;;2;Sans numéro;;Rien;;;;;;;
14;4;;2;;;Sans titre;;;;;;{HOST}/proposals/14;
13;4;;2;Répété;;Encore;;;;;;{HOST}/proposals/13;
"""
COMMENTS = f"""\
id;created_at;body;locale;author/id;author/name;alignment;depth;commentable_id;commentable_type;root_commentable_url
2;2024-03-08 10:00:00 UTC;Je réponds;fr;9;Cy;0;1;1;Decidim::Comments::Comment;{HOST}/proposals/12
1;2024-03-07 10:00:00 UTC;Très bien;fr;8;Dan;1;0;12;Decidim::Proposals::Proposal;{HOST}/proposals/12
3;2024-03-07 10:00:00 UTC;Ailleurs;fr;8;Dan;0;0;77;Decidim::Meetings::Meeting;{HOST}/meetings/77
4;2024-03-07 10:00:00 UTC;Perdu;fr;8;Dan;0;1;99;Decidim::Comments::Comment;{HOST}/proposals/12
"""
RESULTS = f"""\
id,title/fr,description/fr,status/name/fr,progress,url,proposal_urls
5,Une ligne rouverte,<p>Depuis 2025.</p>,En cours,"40,0",{HOST}/results/5,"{HOST}/proposals/12, {HOST}/proposals/13"
"""
FILES = {
    "participer.exemple.org-open-data-proposals.csv": PROPOSALS.encode("utf-8-sig"),
    "participer.exemple.org-open-data-proposal_comments.csv": COMMENTS.encode(),
    "participer.exemple.org-open-data-results.csv": RESULTS.encode(),
    "participer.exemple.org-open-data-users.csv": b"id;name\n1;Ada Lovelace\n",
}


@pytest.fixture
def mobility(db: None, settings: Any) -> None:
    settings.MANDAT_PROGRAMME = "essai"
    published._read.cache_clear()
    definitions._read.cache_clear()
    programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in PROCESSES.items()}))


def taken(actor: User | None = None, files: dict[str, bytes] = FILES, **options: Any) -> ImportRun:
    return decidim_import(
        actor=actor, export=decidim.read(files), filename="export.zip", process="mobilites", **options
    )


def test_lines_are_read_as_the_site_writes_them() -> None:
    found = decidim.read(FILES)
    first = found.of("proposal")[0]
    assert (first.key, first.title, first.supports, first.host) == (
        "12",
        "Plus de trains",
        34,
        "participer.exemple.org",
    )
    assert first.text == "Un train par heure.\n\nEt le soir."
    assert found.of("proposal")[1].title == '=HYPERLINK("x")'
    assert "alert" not in found.of("proposal")[1].text
    assert [one.side for one in found.of("comment")] == ["neither", "for", "neither"]
    assert found.of("result")[0].progress == "40.0"
    assert [(one.file.rpartition("-")[2], one.line) for one in found.problems] == [
        ("proposal_comments.csv", 4), ("proposals.csv", 4), ("proposals.csv", 5), ("proposals.csv", 6),
    ]  # fmt: skip


def test_proposals_comments_and_results_are_made_with_where_they_come_from(mobility: None) -> None:
    run = taken()
    assert (run.counts["proposals"], run.counts["comments"], run.counts["results"]) == (2, 2, 1)
    assert run.counts["refused"] == 5
    proposal = Proposal.objects.get(title="Plus de trains")
    assert proposal.status == "retained"
    assert proposal.supports == 0
    assert proposal.comments == 2
    assert "34 soutiens là-bas" in proposal.text
    assert "participer.exemple.org" in proposal.text
    reply = Comment.objects.get(text="Je réponds")
    assert reply.parent is not None
    assert (reply.parent.text, reply.depth) == ("Très bien", 2)
    assert Imported.objects.get(kind="result").body["proposals"]
    assert Imported.objects.get(kind="proposal", target=proposal.reference).url == f"{HOST}/proposals/12"


def test_nobody_is_named(mobility: None) -> None:
    taken()
    kept = " ".join([*Proposal.objects.values_list("text", flat=True), *Comment.objects.values_list("text", flat=True)])
    names = set(Participant.objects.values_list("pseudonym", flat=True))
    assert names == {"Repris de participer.exemple.org"}
    for name in ("Ada", "Bob", "Dan", "Cy"):
        assert name not in kept
    assert not any("Ada" in str(entry.fact) for entry in journal.iterate())


def test_the_same_export_makes_nothing_twice_and_words_that_changed_make_a_version(mobility: None) -> None:
    taken()
    again = taken()
    assert again.counts["known"] == 5
    assert Proposal.objects.count() == 2
    files = FILES | {
        "a-proposals.csv": PROPOSALS.replace("Un train par heure.", "Deux trains par heure.").encode(),
    }
    del files["participer.exemple.org-open-data-proposals.csv"]
    changed = taken(files=files)
    assert changed.counts["changed"] == 1
    assert Proposal.objects.get(title="Plus de trains").text.startswith("Deux trains")
    assert ProposalVersion.objects.filter(proposal__title="Plus de trains").count() == 2
    assert len([entry for entry in journal.iterate() if entry.fact.kind == "consultations.imported.v1"]) == 1


def test_a_trial_leaves_nothing(mobility: None) -> None:
    run = taken(dry_run=True)
    assert run.counts["proposals"] == 2
    assert not Proposal.objects.exists()
    assert not ImportRun.objects.exists()
    assert not Imported.objects.exists()


def test_only_those_who_run_processes_may(mobility: None) -> None:
    with pytest.raises(PermissionDenied):
        taken(actor=User.objects.create_user("x@example.org"))


def test_the_command_reads_a_zip_or_a_folder(mobility: None, tmp_path: Path) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name, body in FILES.items():
            packed.writestr(name, body)
    out = io.StringIO()
    call_command("decidim_import", str(archive), process="mobilites", stdout=out, stderr=io.StringIO())
    assert "2  propositions" in out.getvalue()
    for name, body in FILES.items():
        (tmp_path / name).write_bytes(body)
    out = io.StringIO()
    call_command("decidim_import", str(tmp_path), process="mobilites", stdout=out, stderr=io.StringIO())
    assert "5  déjà" in out.getvalue()


def test_archives_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="abîmée"):
        list(decidim.parts_of(io.BytesIO(b"PK\x03\x04 not a zip")))
    with pytest.raises(InputError, match="Decidim"):
        decidim.read({"notes.txt": b"x"})


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_told(data: bytes) -> None:
    found = decidim.read({"a-proposals.csv": b"id;title/fr;body/fr\n" + data})
    assert len(found.items) + len(found.problems) >= 0
