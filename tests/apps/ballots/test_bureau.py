"""The back office of votes: who may open what, and that none of it, nor the administration, tells a result before the count."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from mandat.apps.accounts.models import Role, User
from mandat.apps.accounts.permissions import PERMISSIONS
from mandat.apps.ballots import urls
from mandat.apps.ballots.models import Boxed, Mark, PaperBatch, Poll, Result, Roll, Unfinished, Voter
from mandat.apps.ballots.services import casting, closing, mixing, paper, reminding, rolls
from tests.apps.accounts.entering import enter

pytestmark = pytest.mark.django_db

Make = Callable[..., Any]
#: Pages of the back office and the action each needs. One that is missing fails the test below.
ACTIONS = {
    "bureau_list": "ballots.audit",
    "new": "ballots.manage",
    "bureau": "ballots.audit",
    "cancel": "ballots.manage",
    "roll": "ballots.manage",
    "revoke": "ballots.manage",
    "desk": "ballots.desk",
    "urns": "ballots.audit",
    "urn": "ballots.desk",
    "closing": "ballots.audit",
    "belenios": "ballots.manage",
}
POSTED = {"cancel", "revoke"}


def path(name: str, poll: Poll) -> str:
    from django.urls import reverse

    arguments: list[Any] = [] if name in ("bureau_list", "new") else [poll.reference]
    return reverse(f"ballots:{name}", args=[*arguments, *([1] if name in ("revoke", "urn") else [])])


def client_of(user: User) -> Client:
    client = Client()
    enter(client, user)
    return client


def test_every_page_of_the_back_office_is_in_the_table() -> None:
    names = {
        one.name for one in urls.urlpatterns if isinstance(one, URLPattern) and str(one.pattern).startswith("bureau/")
    }
    assert names == set(ACTIONS)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_the_pages_of_its_rights_and_no_other(
    role: Role, poll_of: Make, person: Make, agent: User
) -> None:
    poll = poll_of("approval")
    paper.batch_open(actor=agent, poll=poll, place="Mairie")
    client = client_of(person(role.value))
    for name, action in ACTIONS.items():
        allowed = role in PERMISSIONS[action].roles
        answer = client.get(path(name, poll))
        if name in POSTED:
            assert answer.status_code == 405, name
            if not allowed:
                assert client.post(path(name, poll), {"why": "x"}).status_code == 403, name
        else:
            assert answer.status_code == (200 if allowed else 403), (name, role)


def every_address(patterns: list[Any], prefix: str = "") -> list[str]:
    """The addresses of the site that need no argument, or a poll's reference."""
    found = []
    for one in patterns:
        text = prefix + str(one.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        if isinstance(one, URLResolver):
            found += every_address(one.url_patterns, text)
        else:
            found.append(text)
    return found


def test_no_address_of_the_site_tells_what_is_in_a_box(poll_of: Make, vote: Make, person: Make, agent: User) -> None:
    """Two votes that differ only in what their ballots say: to each role, every page of both is the same."""
    one, two = poll_of("single", code="vote-a"), poll_of("single", code="vote-b")
    for choice in ("haie", "haie", "cour"):
        vote(one, {"choice": choice})
    for choice in ("velo", "velo", "velo"):
        vote(two, {"choice": choice})
    patterns = [
        text for text in every_address(get_resolver().url_patterns) if "<slug:reference>" in text and "votes/" in text
    ]
    assert len(patterns) >= 18
    hidden = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|[0-9a-f]{64}|vote-[ab]')
    shuffled = re.compile(r'<label class="choice">.*?</label>', re.S)
    for role in ("agent", "administrator", "elected", "auditor", "inhabitant"):
        client = client_of(person(role))
        for pattern in patterns:
            if pattern.startswith("/en") or "<int:" in pattern.replace("<int:number>", ""):
                continue
            pages = []
            for poll in (one, two):
                url = "/" + pattern.replace("<slug:reference>", poll.reference).replace("<int:number>", "1")
                answer = client.get(url.replace("//", "/"))
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
                pages.append(
                    (
                        answer.status_code,
                        sorted(shuffled.findall(hidden.sub("", body.decode()))),
                        shuffled.sub("", hidden.sub("", body.decode())),
                    )
                )
            assert pages[0] == pages[1], (role, pattern)


def test_the_administration_shows_neither_roll_nor_box() -> None:
    shown = {model._meta.label for model in admin.site._registry}
    assert not [label for label in shown if label.startswith("ballots.")]


def test_the_whole_life_of_a_vote_through_its_pages(agent: User, person: Make, clock: Any) -> None:
    client = client_of(agent)
    fields = {
        "process": "parc", "code": "nom", "title_fr": "Nom du parc", "type": "single", "rule": "plurality", "blank": "on",
        "options": "saule ; Parc du Saule\nloire ; Parc de la Loire ; Loire Park", "opens_at": "2027-03-10T10:00", "closes_at": "2027-03-20T18:00",
        "channels": ["account", "code", "desk", "paper"],
    }  # fmt: skip
    wrong = client.post("/bureau/votes/nouveau/", fields | {"rule": "schulze"})
    assert wrong.status_code == 422
    preview = client.post("/bureau/votes/nouveau/", fields)
    assert preview.status_code == 200
    assert "Annoncer ce vote" in preview.content.decode()
    assert not Poll.objects.exists()
    opened = client.post("/bureau/votes/nouveau/", fields | {"sure": "on"})
    poll = Poll.objects.get()
    assert opened.status_code == 302
    base = f"/bureau/votes/v/{poll.reference}/"
    clock.move_to(poll.opens_at)
    upload = io.BytesIO("nom;prenom;date_naissance\nDURAND;Léa;1990-01-02\n".encode())
    upload.name = "liste.csv"
    trial = client.post(base + "liste/", {"act": "list", "file": upload, "trial": "on"})
    assert "Essai" in trial.content.decode()
    assert not Voter.objects.exists()
    upload.seek(0)
    letters = client.post(base + "liste/", {"act": "list", "file": upload, "letters": "on"})
    assert letters["Content-Type"] == "application/pdf"
    assert "no-store" in letters["Cache-Control"]
    cards = client.post(base + "liste/", {"act": "codes", "count": "3", "purpose": "Marché"})
    assert cards["Content-Type"] == "application/pdf"
    assert client.post(base + "codes/2/revoquer/", {"why": "perdus"}).status_code == 302
    client.post(base + "urnes/", {"place": "Mairie"})
    desk = {"family": "Durand", "given": "Léa", "born": "1990-01-02", "reason": "sans Internet"}
    page = client.post(base + "guichet/", desk)
    code = re.search(r'receipt-code">([^<]+)<', page.content.decode())
    assert code
    booth = Client()
    booth.post(f"/votes/{poll.reference}/code/", {"code": code[1]})
    check = booth.post(f"/votes/{poll.reference}/voter/", {"choice": "saule", "step": "check"})
    token = re.search(r'name="token" value="([^"]+)"', check.content.decode())
    assert token
    booth.post(f"/votes/{poll.reference}/voter/", {"choice": "saule", "token": token[1], "step": "cast"})
    assert Mark.objects.get().channel == "desk"
    assert "déjà voté" in client.post(base + "guichet/", desk).content.decode()
    client.post(
        base + "guichet/",
        {"family": "Petit", "given": "Zoé", "born": "1991-01-02", "reason": "vient voter", "urn": "1"},
    )
    assert Mark.objects.filter(channel="paper").count() == 1
    early = client.post(base + "cloture/")
    assert early.status_code == 422
    clock.move_to(poll.closes_at)
    client.post(base + "urnes/1/", {"act": "count", "valid": "1", "blank": "0", "spoiled": "0"})
    client.post(base + "urnes/1/", {"act": "enter", "papers": "1 ; 2"})
    assert (
        client.post(base + "urnes/1/", {"act": "check", "valid": "1", "blank": "0", "spoiled": "0"}).status_code == 403
    )
    client_of(person("agent")).post(base + "urnes/1/", {"act": "check", "valid": "1", "blank": "0", "spoiled": "0"})
    assert PaperBatch.objects.get().state == PaperBatch.State.SEALED
    assert client.post(base + "cloture/").status_code == 302
    assert Result.objects.get().outcome["votes"] == {"saule": 1, "loire": 1}
    assert "Parc du Saule" in Client().get(f"/votes/{poll.reference}/").content.decode()


def test_markup_in_what_an_agent_types_is_shown_as_text(agent: User) -> None:
    client = client_of(agent)
    fields = {
        "process": "x", "code": "x", "title_fr": "<script>alert(1)</script>", "type": "single", "rule": "plurality",
        "options": "a ; <img src=x onerror=alert(1)>\nb ; B", "opens_at": "2027-03-01T10:00", "closes_at": "2027-03-20T18:00",
        "channels": ["account"], "sure": "on",
    }  # fmt: skip
    client.post("/bureau/votes/nouveau/", fields)
    poll = Poll.objects.get()
    for page in (f"/votes/{poll.reference}/", f"/votes/{poll.reference}/voter/", "/votes/", "/bureau/votes/"):
        text = client.get(page).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize("moment", ["2027-03-28T02:30", "2027-10-31T02:30", "demain"])
def test_an_hour_that_is_missing_or_comes_twice_is_refused(moment: str, agent: User) -> None:
    fields = {
        "process": "x", "code": "x", "title_fr": "X", "type": "yes-no", "rule": "plurality", "opens_at": "2027-03-01T10:00",
        "closes_at": moment, "channels": ["account"], "sure": "on",
    }  # fmt: skip
    assert client_of(agent).post("/bureau/votes/nouveau/", fields).status_code == 422
    assert not Poll.objects.exists()


# -- what a timer does


def test_those_who_began_are_reminded_once_without_a_word_of_their_ballot(
    poll_of: Make, person: Make, clock: Any
) -> None:
    from mandat.apps.accounts.models import Notice
    from mandat.apps.accounts.notices import message

    poll, began, voted = poll_of("single"), person(), person()
    for user in (began, voted):
        Unfinished.objects.create(poll=poll, user=user, on=timezone.localdate())
    voter = rolls.enrol(roll=poll.roll, channel="account", identity=f"account:{voted.pk}")
    casting.cast(poll=poll, voter=voter, ballot={"choice": "haie"}, channel="account")
    assert reminding.reminders_send() == 0
    import datetime as dt

    clock.move_to(poll.closes_at - dt.timedelta(hours=23))
    assert reminding.reminders_send() == 1
    reminding.reminders_send()
    notice = Notice.objects.get()
    assert notice.user == began
    sent = message(notice)
    assert poll.reference in sent.body
    assert "haie" not in sent.body + sent.subject
    assert poll.title.fr not in sent.subject


def test_the_day_counts_what_is_over_and_destroys_what_is_final(
    poll_of: Make, vote: Make, clock: Any, roll: Roll
) -> None:
    poll = poll_of("single")
    vote(poll, {"choice": "haie"})
    call_command("ballots_day", stdout=io.StringIO())
    assert not Result.objects.exists()
    clock.move_to(poll.closes_at)
    call_command("ballots_day", stdout=io.StringIO())
    assert Result.objects.get().marks == 1
    assert Voter.objects.exists()
    poll.refresh_from_db()
    clock.move_to(poll.appeal_until)
    out = io.StringIO()
    call_command("ballots_day", stdout=out)
    assert "rolls destroyed: 1" in out.getvalue()
    assert not Voter.objects.exists()
    call_command("ballots_day", stdout=io.StringIO())


def test_mixing_a_box_keeps_every_ballot_and_mark(poll_of: Make, vote: Make, agent: User, clock: Any) -> None:
    poll = poll_of("single")
    for choice in ("haie", "cour", "haie"):
        vote(poll, {"choice": choice})
    before = set(Boxed.objects.values_list("pk", flat=True)), set(Mark.objects.values_list("pk", "voter"))
    mixing.box_mix(poll=poll)
    assert before == (set(Boxed.objects.values_list("pk", flat=True)), set(Mark.objects.values_list("pk", "voter")))
    clock.move_to(poll.closes_at)
    assert closing.poll_close(actor=agent, poll=poll).outcome["votes"]["haie"] == 2


@pytest.mark.postgres
def test_mixing_takes_the_order_of_writing_out_of_the_tables(poll_of: Make, vote: Make) -> None:
    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL shows where and by which transaction a row was written")
    poll = poll_of("single")
    for _ in range(20):
        vote(poll, {"choice": "haie"})
    assert mixing.box_mix(poll=poll) == 20
    with connection.cursor() as cursor:
        for table in ("ballots_boxed", "ballots_mark"):
            cursor.execute(f"SELECT id FROM {table} ORDER BY ctid")
            ids = [row[0] for row in cursor]
            assert ids == sorted(ids)
            cursor.execute(f"SELECT count(DISTINCT xmin::text) FROM {table}")
            assert cursor.fetchone()[0] == 1
