"""Pages of consultations: who may do what, how many statements each takes, what hostile words become."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mandat.apps.accounts import access
from mandat.apps.accounts.models import User
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Amendment, Observation, OpinionVote, Shown, Statement
from mandat.apps.consultations.services.drafting import amendment_propose, amendment_vote
from mandat.apps.consultations.services.observations import observation_send
from mandat.apps.consultations.services.opinions import map_compute, open_map, opinion_vote, statement_add
from mandat.apps.participation.schema.contributions import Drafting, Observations, OpinionMap
from mandat.journal import guard
from tests.apps.consultations.conftest import SECOND_FACTOR
from tests.apps.consultations.test_opinions import crowd

pytestmark = pytest.mark.django_db
HERE = "/consultations/ensemble"
BUREAU = "/bureau/consultations"
HOSTILE = "<script>alert(1)</script><b onmouseover=x>\u202egnp.exe & ' \" 𝐠𝐫𝐚𝐬"


def amended(held: Held[Drafting], user: User, body: str = "La charte dure cinq ans.") -> Amendment:
    return amendment_propose(actor=user, held=held, kind="change", article="duree", body=body, reason=f"Motif : {body}")


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/charte/texte/", 18), ("/enquete/questionnaire/", 14), ("/carte/opinions/", 14), ("/carte/opinions/carte/", 16),
        ("/inventaire/observations/", 24),
    ],
)  # fmt: skip
def test_pages_take_few_statements_however_much_there_is(
    charter: Held[Drafting], opinions: Held[OpinionMap], inventory: Held[Observations], joined: Callable[..., User],
    client: Any, path: str, most: int,
) -> None:  # fmt: skip
    users = [joined() for _ in range(4)]
    for rank, user in enumerate(users):
        made = amended(charter, user, f"La charte dure {rank + 4} ans.")
        amendment_vote(actor=users[0], held=charter, amendment=made, choice="for")
        observation_send(
            actor=user, held=inventory, subject="haie", count=1, seen_on=dt.date(2026, 11, 1), commune="45234"
        )
    map_compute(held=opinions, row=crowd(opinions, 30))
    client.get(HERE + path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert client.get(HERE + path).status_code == 200
    for rank in range(20):
        Observation.objects.create(
            consultation=Observation.objects.order_by("pk")[0].consultation, subject="mare", seen_on=dt.date(2026, 11, 1),
            commune="45234",
        )  # fmt: skip
        Statement.objects.create(
            consultation=Statement.objects.order_by("pk")[0].consultation, number=100 + rank, text=str(rank)
        )
        Amendment.objects.create(
            consultation=Amendment.objects.order_by("pk")[0].consultation,
            kind="change",
            article="objet",
            body="x",
            reason="y",
        )
    with CaptureQueriesContext(connection) as many:
        assert client.get(HERE + path).status_code == 200
    assert len(many) <= len(few) + 1
    assert len(many) <= most, [one["sql"][:120] for one in many]


@pytest.mark.parametrize(
    ("role", "moderates", "settles", "analyses"),
    [
        ("", False, False, False), ("inhabitant", False, False, False), ("member", False, False, False),
        ("agent", True, True, True), ("elected", False, False, False), ("auditor", False, False, True),
        ("administrator", True, True, True),
    ],
)  # fmt: skip
def test_each_role_does_what_the_table_says(
    charter: Held[Drafting], opinions: Held[OpinionMap], inventory: Held[Observations], joined: Callable[..., User],
    person: Callable[..., User], client: Any, role: str, moderates: bool, settles: bool, analyses: bool,
) -> None:  # fmt: skip
    author = joined()
    amended(charter, author)
    statement = statement_add(actor=author, held=opinions, text="Des trains la nuit.")
    seen = observation_send(
        actor=author, held=inventory, subject="haie", count=1, seen_on=dt.date(2026, 11, 1), commune="45234"
    )
    if role:
        client.force_login(person(*([] if role == "inhabitant" else [role])))
    enter = client.get(f"{BUREAU}/").status_code
    assert enter == (302 if not role else 200 if moderates or settles or analyses else 403)
    done = client.post(f"{BUREAU}/ensemble/carte/enonce/{statement.reference}/", {"act": "show"}).status_code
    assert done == (302 if moderates or not role else 403)
    statement.refresh_from_db()
    assert (statement.shown == Shown.SHOWN) is moderates
    done = client.post(f"{BUREAU}/ensemble/inventaire/observations/{seen.reference}/", {"act": "confirm"}).status_code
    assert done == (302 if settles or not role else 403)
    seen.refresh_from_db()
    assert (seen.state == "confirmed") is settles
    done = client.post(
        f"{BUREAU}/ensemble/charte/departager/", {"references": "a,b", "reason": "Un motif."}
    ).status_code
    assert done == (302 if settles or not role else 403)
    files = client.get(f"{HERE}/enquete/questionnaire/reponses.csv").status_code
    assert files == (302 if not role else 404 if analyses else 403)


def test_visitors_are_led_to_sign_in_and_those_who_have_not_joined_to_join(
    charter: Held[Drafting], joined: Callable[..., User], person: Callable[..., User], client: Any
) -> None:
    made = amended(charter, joined())
    url = f"{HERE}/charte/texte/amendements/{made.reference}"
    assert "/compte/" in client.post(f"{url}/voter/", {"choice": "for"}).url
    client.force_login(person())
    told = client.post(f"{url}/voter/", {"choice": "for"})
    assert "participer/ensemble" in told.url
    page = client.get(f"{url}/").content.decode()
    assert "participer/ensemble" in page


def test_hostile_words_are_shown_as_words(charter: Held[Drafting], joined: Callable[..., User], client: Any) -> None:
    user = joined(name="Ada")
    client.force_login(user)
    told = client.post(
        f"{HERE}/charte/texte/amender/change/?article=duree",
        {"base": "1", "body": HOSTILE, "reason": f"{HOSTILE} bis"},
    )
    assert told.status_code == 302
    page = client.get(told.url).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    assert "gras" in Amendment.objects.get().body
    for form in ("html", "txt", "pdf"):
        response = client.get(f"{HERE}/charte/texte.{form}")
        assert response.status_code == 200
        assert b"<script>alert" not in response.content


def test_a_megabyte_is_refused_in_words(charter: Held[Drafting], joined: Callable[..., User], client: Any) -> None:
    client.force_login(joined())
    told = client.post(
        f"{HERE}/charte/texte/amender/change/?article=duree", {"base": "1", "body": "x" * 1_000_000, "reason": "Oui."}
    )
    assert told.status_code == 200
    assert "too" in told.content.decode() or "trop" in told.content.decode()
    assert not Amendment.objects.exists()


def test_the_difference_is_shown_before_it_is_published(
    charter: Held[Drafting], joined: Callable[..., User], client: Any
) -> None:
    client.force_login(joined())
    url = f"{HERE}/charte/texte/amender/change/?article=duree"
    assert "La charte dure trois ans." in client.get(url).content.decode()
    page = client.post(
        url,
        {
            "base": "1",
            "body": "La charte dure cinq ans. Elle est relue chaque année.",
            "reason": "Durer.",
            "preview": "1",
        },
    ).content.decode()
    assert "<del>" in page
    assert "<ins>" in page
    assert not Amendment.objects.exists()
    assert client.get(f"{HERE}/charte/texte/amender/change/?article=inconnu").status_code == 404
    assert client.get(f"{HERE}/charte/texte/amender/add/").status_code == 200


def test_an_amendment_is_debated_for_and_against(
    charter: Held[Drafting], joined: Callable[..., User], client: Any
) -> None:
    made = amended(charter, joined())
    url = f"{HERE}/charte/texte/amendements/{made.reference}"
    client.force_login(joined(name="Ben"))
    client.post(f"{url}/commenter/", {"text": "Cinq ans, c'est trop long.", "side": "against", "parent": ""})
    page = client.get(f"{url}/").content.decode()
    assert "trop long" in page
    assert "Ben" in page


@pytest.mark.parametrize(
    "path",
    [
        "/charte/opinions/",
        "/carte/texte/",
        "/rien/observations/",
        "/carte/opinions/votes.zip",
        "/enquete/questionnaire/partie/rien/",
    ],
)
def test_what_is_not_there_is_not_found(
    charter: Held[Drafting], joined: Callable[..., User], client: Any, path: str
) -> None:
    client.force_login(joined())
    assert client.get(HERE + path).status_code == 404


def test_people_are_quiet_and_the_institution_is_not(
    charter: Held[Drafting], opinions: Held[OpinionMap], joined: Callable[..., User], agent: User
) -> None:
    """What people do in mass is told day by day, in counts: no fact bears an act of one of them."""
    from mandat.apps.community.models import Allowance, Fingerprint
    from mandat.apps.consultations.quiet import QUIET

    users = [joined() for _ in range(2)]
    made = amended(charter, users[0])
    open_map(opinions, dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC))
    exempt = (*QUIET, Allowance._meta.db_table, Fingerprint._meta.db_table)
    with guard.acts(exempt=exempt):
        amendment_vote(actor=users[1], held=charter, amendment=made, choice="for")
        opinion_vote(actor=users[0], held=opinions, number=0, value="agree")
        amended(charter, users[1], "La charte dure six ans.")
    assert OpinionVote.objects.count() == 1


def test_agents_find_what_waits_among_their_tasks(
    opinions: Held[OpinionMap], joined: Callable[..., User], agent: User, client: Any, settings: Any
) -> None:
    settings.MANDAT_DEMO = True  # there, no second factor is asked for
    statement_add(actor=joined(), held=opinions, text="Des trains la nuit.")
    client.force_login(agent)
    page = client.get("/bureau/").content.decode()
    assert "/bureau/consultations/" in page
    assert "à lire" in page or "to read" in page
    page = client.get(f"{BUREAU}/ensemble/carte/").content.decode()
    assert "Des trains la nuit." in page


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", f"{BUREAU}/"),
        ("get", f"{BUREAU}/ensemble/carte/"),
        ("post", f"{BUREAU}/ensemble/carte/enonce/x/"),
        ("post", f"{BUREAU}/ensemble/inventaire/observations/x/"),
        ("post", f"{BUREAU}/ensemble/charte/departager/"),
        ("get", "/consultations/ensemble/enquete/questionnaire/reponses.csv"),
    ],
)
def test_the_back_office_of_consultations_asks_for_a_second_factor(
    opinions: Held[OpinionMap], agent: User, client: Any, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    monkeypatch.setattr(access, "second_factor", SECOND_FACTOR)
    client.force_login(agent)
    answered = getattr(client, method)(path)
    assert (answered.status_code, answered["Location"]) == (302, "/compte/2fa/totp/activate/")
