"""The pages of committees: the secretariat's, the members', the public's; letters and agreements."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants.models import Case, Sitting
from mandat.apps.grants.services.deciding import case_decide
from mandat.apps.grants.services.letters import letters_begin
from mandat.apps.grants.services.sittings import agenda_set, items_put_off, sitting_close, sitting_convene, sitting_open
from mandat.apps.grants.services.voting import block_vote
from mandat.apps.organisations.models import Member
from tests.apps.grants.committee import world

pytestmark = pytest.mark.usefixtures("programme")


@pytest.fixture
def secretary(programme: object) -> User:
    return world.user("secretaire", "agent")


@pytest.fixture
def members(programme: object) -> Sequence[User]:
    return world.members(4)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def convened(secretary: User) -> Sitting:
    sitting = sitting_convene(actor=secretary, body="conseil", on=timezone.localdate(), place="Orléans")
    agenda_set(actor=secretary, sitting=sitting)
    return sitting


def closed(secretary: User, members: Sequence[User]) -> Sitting:
    sitting = convened(secretary)
    sitting_open(actor=secretary, sitting=sitting, members=members)
    block_vote(actor=secretary, sitting=sitting)
    return sitting_close(actor=secretary, sitting=sitting)


def test_the_secretariat_holds_a_sitting_from_its_pages(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    cases = world.cases(3)
    client = as_(secretary)
    answer = client.post(
        "/bureau/seances/", {"body": "conseil", "on": timezone.localdate().isoformat(), "place": "Orléans"}
    )
    sitting = Sitting.objects.get()
    assert answer.url == f"/bureau/seances/{sitting.pk}/"  # type: ignore[attr-defined]
    client.post(f"{answer.url}ordre-du-jour/", {"schemes": ["fonds-essai"]})  # type: ignore[attr-defined]
    page = client.get(f"/bureau/seances/{sitting.pk}/").content.decode()
    assert page.count("Association") >= 3
    client.post(f"/bureau/seances/{sitting.pk}/ouvrir/", {"members": [m.pk for m in members[:2]]})
    sitting.refresh_from_db()
    assert sitting.state == "convened"
    client.post(f"/bureau/seances/{sitting.pk}/ouvrir/", {"members": [m.pk for m in members]})
    item = f"/bureau/seances/{sitting.pk}/points/1/"
    assert client.get(item).status_code == 200
    client.post(
        item, {"act": "amend", "favourable": "yes", "amount": "4 000,50", "motive": "L'enveloppe est partagée."}
    )
    answer = client.post(item, {"act": "votes", "next": "on", **{f"member-{m.pk}": "for" for m in members}})
    assert answer.url.endswith("/points/2/")  # type: ignore[attr-defined]
    client.post(f"/bureau/seances/{sitting.pk}/bloc/", {"choice": "for"})
    client.post(f"/bureau/seances/{sitting.pk}/clore/")
    assert sorted(Case.objects.filter(pk__in=[c.pk for c in cases]).values_list("awarded", flat=True)) == [
        400_050,
        500_000,
        500_000,
    ]
    assert "attribué" in client.get(f"/bureau/seances/{sitting.pk}/").content.decode()


def test_an_act_that_fails_says_why_and_an_unknown_one_is_not_there(secretary: User, members: Sequence[User]) -> None:
    world.case()
    client, sitting = as_(secretary), convened(secretary)
    page = client.post(f"/bureau/seances/{sitting.pk}/clore/", follow=True).content.decode()
    assert "mpossible" in page
    assert client.post(f"/bureau/seances/{sitting.pk}/autre/").status_code == 404
    assert client.get(f"/bureau/seances/{sitting.pk}/points/9/").status_code == 404
    assert client.post("/bureau/seances/", {"body": "conseil", "on": "demain"}).status_code == 200


@pytest.mark.parametrize("role", ["nobody", "member", "elected", "auditor", "admin"])
def test_only_the_secretariat_holds_sittings(secretary: User, role: str) -> None:
    world.case()
    sitting = convened(secretary)
    other = world.user(f"autre-{role}", *([] if role == "nobody" else ["administrator" if role == "admin" else role]))
    for url in ("/bureau/seances/", f"/bureau/seances/{sitting.pk}/", f"/bureau/seances/{sitting.pk}/points/1/",
                f"/bureau/seances/{sitting.pk}/ordre-du-jour.pdf", f"/bureau/seances/{sitting.pk}/lettres.zip"):  # fmt: skip
        assert as_(other).get(url).status_code in (302, 403), url
    assert as_(other).post(f"/bureau/seances/{sitting.pk}/ouvrir/").status_code in (302, 403)


def test_a_member_votes_from_a_phone_and_steps_aside(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    world.cases(3)
    sitting = convened(secretary)
    sitting_open(actor=secretary, sitting=sitting, members=members)
    client = as_(members[1])
    assert "Orléans" in client.get("/mes-seances/").content.decode()
    page = client.get(f"/mes-seances/{sitting.pk}/")
    first, second, third = sitting.items.order_by("position")
    assert page.content.decode().count('type="radio"') == 9
    client.post(f"/mes-seances/{sitting.pk}/points/3/deport/", {"reason": "J'y ai travaillé."})
    client.post(f"/mes-seances/{sitting.pk}/", {f"item-{first.pk}": "for", f"item-{second.pk}": "abstain"})
    assert dict(members[1].pk and sitting.items.filter(votes__member=members[1]).values_list("position", "votes__choice")) == {
        1: "for", 2: "abstain",
    }  # fmt: skip
    page = client.get(f"/mes-seances/{sitting.pk}/")
    assert 'type="radio"' not in page.content.decode()
    refused = client.post(f"/mes-seances/{sitting.pk}/", {f"item-{third.pk}": "for"}, follow=True).content.decode()
    assert "un lien" in refused
    assert "no-store" in page.headers["Cache-Control"] or "private" in page.headers["Cache-Control"]
    assert as_(world.user("passante")).get(f"/mes-seances/{sitting.pk}/").status_code == 404


def test_past_sittings_are_public_without_a_word_of_natural_persons(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    one = world.case(applicant=world.organisation("Les Ateliers du Val"))
    world.case(person=True, title="Le velo de Camille")
    sitting = closed(secretary, members)
    visitor = Client()
    assert "Séances passées" in visitor.get("/comites/").content.decode()
    page = visitor.get(f"/comites/{sitting.pk}/").content.decode()
    assert "Les Ateliers du Val" in page
    assert "Membre-2" in page
    assert "Camille" not in page
    assert Case.objects.exclude(pk=one.pk).get().reference not in page
    rows = list(csv.DictReader(io.StringIO(visitor.get(f"/comites/{sitting.pk}/deliberations.csv").content.decode())))
    assert [(row["VOTE_POUR"], row["DELIB_MATIERE_CODE"]) for row in rows] == [("4", "7.5")]
    assert visitor.get(f"/comites/{sitting.pk}/proces-verbal.pdf").content.startswith(b"%PDF")
    world.case()
    other = convened(secretary)
    for path in ("", "proces-verbal.pdf", "deliberations.csv"):
        assert visitor.get(f"/comites/{other.pk}/{path}").status_code == 404


def test_the_applicant_reads_the_decision_and_its_letter(secretary: User, members: Sequence[User]) -> None:
    world.envelope(scheme="guichet")
    case = world.case(scheme="guichet")
    assert case.applicant is not None
    owner = world.owner(case.applicant)
    case_decide(actor=world.decider(), case=case, outcome="refused", amount=None, motive="Le projet est hors sujet.")
    page = as_(owner).get(f"/mes-dossiers/{case.reference}/").content.decode()
    assert "Le projet est hors sujet." in page
    letter = as_(owner).get(f"/mes-dossiers/{case.reference}/lettres/decision-1.pdf")
    assert letter.content.startswith(b"%PDF")
    assert "private, no-store" in letter.headers["Cache-Control"]
    assert as_(owner).get(f"/mes-dossiers/{case.reference}/lettres/decision-2.pdf").status_code == 404
    assert as_(owner).get(f"/mes-dossiers/{case.reference}/lettres/convention.pdf").status_code == 404
    assert as_(world.user("passante")).get(f"/mes-dossiers/{case.reference}/lettres/decision-1.pdf").status_code == 404
    assert as_(world.decider()).get(f"/bureau/dossiers/{case.reference}/lettres/decision-1.pdf").status_code == 200
    assert as_(owner).get(f"/bureau/dossiers/{case.reference}/lettres/decision-1.pdf").status_code in (302, 403, 404)


def test_an_agreement_is_sent_signed_and_amended_from_its_page() -> None:
    world.envelope(scheme="guichet")
    applicant = world.organisation()
    first = world.case(scheme="guichet", cost=40_000, proposed=20_000, applicant=applicant)
    case = world.case(scheme="guichet", applicant=applicant)
    agent = world.decider()
    case_decide(actor=agent, case=first, outcome="awarded", amount=Decimal(20_000), motive="")
    case_decide(actor=agent, case=case, outcome="awarded", amount=Decimal(5_000), motive="")
    client, url, day = as_(agent), f"/bureau/dossiers/{case.reference}/convention/", timezone.localdate()
    assert client.get(url).status_code == 200
    client.post(f"{url}envoyer/", {"starts_on": day.isoformat(), "ends_on": day.replace(year=day.year + 1).isoformat()})
    assert client.get(f"/bureau/dossiers/{case.reference}/lettres/convention.pdf").content.startswith(b"%PDF")
    client.post(f"{url}signer/", {"signed_on": day.isoformat()})
    case.refresh_from_db()
    assert case.state == "running"
    client.post(f"{url}avenant/", {"signed_on": day.isoformat(), "amount": "4000", "reason": "Un achat en moins."})
    case.refresh_from_db()
    assert case.awarded == 400_000
    assert client.get(f"/bureau/dossiers/{case.reference}/lettres/avenant-1.pdf").content.startswith(b"%PDF")
    assert "4 000" in client.get(url).content.decode().replace("\u202f", " ").replace("\xa0", " ")
    assert client.post(f"{url}autre/").status_code == 404
    owner = world.owner(applicant)
    page = as_(owner).get(f"/mes-dossiers/{case.reference}/").content.decode()
    assert "convention.pdf" in page
    assert Member.objects.filter(user=owner).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_letters_of_a_sitting_are_made_once_and_can_be_read_one_by_one(
    secretary: User, members: Sequence[User], settings: Any
) -> None:
    world.envelope()
    world.cases(3)
    sitting = closed(secretary, members)
    run = letters_begin(actor=secretary, sitting=sitting)
    from mandat.apps.grants.services.letters import letters_make

    run.refresh_from_db()
    if run.finished_at is None:
        letters_make(run)
    run.refresh_from_db()
    assert (run.done, run.total, run.percent) == (3, 3, 100)
    [part] = run.parts.all()
    client = as_(secretary)
    assert client.get(f"/documents/pieces/{part.upload_id}/").status_code in (200, 404)
    archive = b"".join(client.get(f"/bureau/seances/{sitting.pk}/lettres.zip").streaming_content)  # type: ignore[attr-defined, arg-type]
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert found.testzip() is None
        assert len(found.namelist()) == 3
        assert found.read(found.namelist()[0]).startswith(b"%PDF")
    assert "progress" in client.get(f"/bureau/seances/{sitting.pk}/").content.decode()


def test_the_papers_hold_what_is_proposed(secretary: User, members: Sequence[User]) -> None:
    world.cases(2)
    world.case(proposed=None, favourable=False)
    sitting = convened(secretary)
    answer = as_(secretary).get(f"/bureau/seances/{sitting.pk}/ordre-du-jour.pdf")
    assert answer.content.startswith(b"%PDF")
    assert as_(members[0]).get(f"/mes-seances/{sitting.pk}/ordre-du-jour.pdf").status_code == 200


def test_a_page_of_a_sitting_asks_as_much_for_few_items_as_for_many(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    counts = []
    client = as_(secretary)
    for size in (2, 20):
        world.cases(size)
        sitting = convened(secretary)
        sitting_open(actor=secretary, sitting=sitting, members=members)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/bureau/seances/{sitting.pk}/")
        counts.append(len(queries))
        items_put_off(actor=secretary, sitting=sitting)
        sitting_close(actor=secretary, sitting=sitting)
        Case.objects.update(state="closed")
    assert counts[1] <= counts[0] + 2, counts
    assert counts[1] < 45, counts
