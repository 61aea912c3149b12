"""Pages of petitions: for everyone, for authors, for agents; hostile input; what is kept of a page and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.ballots.models import Roll
from mandat.apps.custody import personal, retention
from mandat.apps.participation.models import Participant
from mandat.apps.petitions import keeping
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Petition, Referendum, Signature
from mandat.apps.petitions.services import closing, examining, referendums, thresholds
from mandat.apps.petitions.similar import similar
from tests.apps.petitions.conftest import ORLEANS, WORDS

pytestmark = pytest.mark.django_db
BIRTH = "1990-05-04"
FORM = {"commune": "Orléans (45)", "birth": BIRTH, "sure": "on"}


@pytest.fixture(autouse=True)
def counts_of_floods_are_forgotten() -> None:
    cache.clear()


@pytest.fixture
def as_() -> Callable[[User], Client]:
    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


def test_public_pages_answer_at_every_stage(
    opened: Callable[..., Petition],
    signed: Callable[..., Any],
    sent: Callable[..., Petition],
    agent: User,
    client: Client,
) -> None:
    petition = opened()
    signed(petition, 12)
    refused = sent(title="Une autre gare à rouvrir")
    examining.petition_refuse(
        actor=agent, petition=refused, reason="hors-competence", explanation="L'État seul peut en décider."
    )
    for order in ("recentes", "signees", "seuil", "reponses"):
        assert client.get(reverse("petitions:list"), {"tri": order}).status_code == 200
    page = client.get(reverse("petitions:petition", args=[petition.reference])).content.decode()
    assert "12" in page
    assert "Franchi le" in page or "Crossed on" in page
    assert client.get(reverse("petitions:signatures", args=[petition.reference])).status_code == 200
    assert client.get(reverse("petitions:signatures_csv", args=[petition.reference])).status_code == 200
    assert "L&#x27;État seul" in client.get(reverse("petitions:petition", args=[refused.reference])).content.decode()
    assert (
        client.get(reverse("petitions:begin", args=["droit-de-petition", "petitions"]), {"sujet": "gare"}).status_code
        == 200
    )
    assert client.get(reverse("petitions:referendums")).status_code == 200
    found = Referendum.objects.get()
    assert client.get(reverse("petitions:referendum", args=[found.reference])).status_code == 200
    assert client.get("/en" + reverse("petitions:petition", args=[petition.reference])).status_code == 200


def test_what_is_not_public_is_not_there(
    sent: Callable[..., Petition], client: Client, as_: Callable[[User], Client], person: Any
) -> None:
    petition = sent()
    assert client.get(reverse("petitions:petition", args=[petition.reference])).status_code == 404
    assert as_(person("agent")).get(reverse("petitions:own", args=[petition.reference])).status_code == 404
    assert client.get(reverse("petitions:petition", args=["P0000-0000"])).status_code == 404
    assert client.get(reverse("petitions:back", args=["forged"])).status_code == 404


def test_signing_is_one_step_and_twice_is_once(
    opened: Callable[..., Petition], person: Callable[..., User], as_: Any, client: Client
) -> None:
    petition = opened()
    url = reverse("petitions:sign", args=[petition.reference])
    assert client.get(url).status_code == 302
    user = person(name="Ada")
    mine = as_(user)
    assert mine.get(url).status_code == 200
    assert mine.post(url, FORM | {"show": "on", "name": "Ada L."}).status_code == 302
    assert Participant.objects.get(user=user).area == f"commune:{ORLEANS}"
    # A form sent again, or replayed from elsewhere.
    for _ in range(3):
        assert mine.post(url, {"sure": "on"}).status_code == 302
    assert Signature.objects.count() == thresholds.total_of(petition) == 1
    assert "Ada L." in client.get(reverse("petitions:petition", args=[petition.reference])).content.decode()
    assert mine.post(reverse("petitions:unsign", args=[petition.reference]), {"name": "1"}).status_code == 302
    assert Signature.objects.get().name == ""
    assert mine.post(reverse("petitions:unsign", args=[petition.reference])).status_code == 302
    assert thresholds.total_of(petition) == 0


def test_a_second_petition_asks_nothing_it_knows(
    opened: Callable[..., Petition], person: Callable[..., User], as_: Any
) -> None:
    first, second, mine = opened(), opened(title="Une autre gare à rouvrir"), as_(person())
    assert mine.post(reverse("petitions:sign", args=[first.reference]), FORM).status_code == 302
    url = reverse("petitions:sign", args=[second.reference])
    assert 'name="birth"' not in mine.get(url).content.decode()
    assert mine.post(url, {"sure": "on"}).status_code == 302
    assert thresholds.total_of(second) == 1


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"birth": "2015-01-01"}, 422), ({"commune": "Paris"}, 422), ({"commune": "Nulle-Part"}, 422), ({"sure": ""}, 422),
        ({"birth": "hier"}, 422), ({"show": "on", "name": ""}, 422), ({"show": "on", "name": "ada@example.org"}, 422),
        ({"show": "on", "name": "<script>alert(1)</script>"}, 302), ({"show": "on", "name": "Аdа"}, 422),
    ],
)  # fmt: skip
def test_hostile_and_wrong_forms_sign_nothing_they_should_not(
    given: dict[str, str],
    status: int,
    opened: Callable[..., Petition],
    person: Callable[..., User],
    as_: Any,
    client: Client,
) -> None:
    petition = opened()
    answer = as_(person()).post(reverse("petitions:sign", args=[petition.reference]), FORM | given)
    assert answer.status_code == status
    assert thresholds.total_of(petition) == (1 if status == 302 else 0)
    assert "<script>alert" not in client.get(reverse("petitions:petition", args=[petition.reference])).content.decode()


def test_a_form_without_its_token_is_refused(opened: Callable[..., Petition], person: Callable[..., User]) -> None:
    petition, client = opened(), Client(enforce_csrf_checks=True)
    client.force_login(person())
    assert client.post(reverse("petitions:sign", args=[petition.reference]), FORM).status_code == 403
    assert (
        client.post(
            reverse("petitions:sign", args=[petition.reference]), FORM | {"csrfmiddlewaretoken": "x" * 64}
        ).status_code
        == 403
    )
    assert Signature.objects.count() == 0


def test_a_form_kept_until_after_the_last_second_is_refused(
    opened: Callable[..., Petition], person: Callable[..., User], as_: Any, clock: Any
) -> None:
    petition = opened()
    assert petition.closes_at is not None
    clock.move_to(petition.closes_at)
    mine = as_(person())
    # Nobody has run the clock yet: the time itself refuses.
    answer = mine.post(reverse("petitions:sign", args=[petition.reference]), FORM)
    assert answer.status_code == 422
    assert Signature.objects.count() == 0


def test_a_flood_from_one_account_is_stopped(
    opened: Callable[..., Petition], person: Callable[..., User], as_: Any, monkeypatch: Any
) -> None:
    from mandat.apps.petitions.views import signing

    monkeypatch.setattr(signing, "ACCOUNT_AN_HOUR", 3)
    petition, mine = opened(), as_(person())
    url = reverse("petitions:sign", args=[petition.reference])
    assert [mine.post(url, FORM if n == 0 else {"sure": "on"}).status_code for n in range(5)] == [
        302,
        302,
        302,
        422,
        422,
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "x" * 121},
        {"title": "court"},
        {"request_text": ""},
        {"text": "x" * 1_000_000},
        {"title": "La gаre de Bourg-Neuf rouverte"},
    ],
)
def test_texts_too_long_too_short_or_disguised_are_refused(
    change: dict[str, str], person: Callable[..., User], as_: Any
) -> None:
    url = reverse("petitions:write", args=["droit-de-petition", "petitions"])
    assert as_(person()).post(url, WORDS | change).status_code in (400, 413, 422)
    assert Petition.objects.count() == 0


def test_invisible_characters_go_and_markup_is_shown_as_text(person: Callable[..., User], as_: Any) -> None:
    mine = as_(person())
    url = reverse("petitions:write", args=["droit-de-petition", "petitions"])
    given = {"title": "Rou\u200bvrir la \u202egare", "text": "<img src=x onerror=alert(1)> [x](javascript:alert(1))"}
    assert mine.post(url, WORDS | given).status_code == 302
    petition = Petition.objects.get()
    assert petition.title == "Rouvrir la gare"
    page = mine.get(reverse("petitions:own", args=[petition.reference])).content.decode()
    assert "<img src=x" not in page
    assert 'href="javascript' not in page


def test_the_link_to_share_says_nothing_about_anybody(
    drafted: Callable[..., Petition], author: User, as_: Any, client: Client
) -> None:
    petition = drafted()
    mine = as_(author)
    assert mine.post(reverse("petitions:ask_sponsors", args=[petition.reference])).status_code == 302
    petition.refresh_from_db()
    link = reverse("petitions:back", args=[petition.invitation])
    page = client.get(link).content.decode()
    assert author.email not in page + link
    assert (
        author.email
        not in mine.get(reverse("petitions:own", args=[petition.reference])).content.decode().split("</header>")[1]
    )


def test_the_whole_way_through_the_pages(person: Callable[..., User], as_: Any, client: Client) -> None:
    author, agent = person(name="Ada"), person("agent")
    mine, desk = as_(author), as_(agent)
    mine.post(reverse("petitions:write", args=["droit-de-petition", "petitions"]), WORDS)
    petition = Petition.objects.get()
    mine.post(reverse("petitions:edit", args=[petition.reference]), WORDS | {"revision": "0", "name": "Ada"})
    mine.post(reverse("petitions:ask_sponsors", args=[petition.reference]))
    for _ in range(2):
        as_(person()).post(reverse("petitions:back", args=[petition.invitation]))
    mine.post(reverse("petitions:send", args=[petition.reference]))
    assert petition.reference in desk.get(reverse("petitions:bureau")).content.decode()
    assert desk.get(reverse("petitions:file", args=[petition.reference])).status_code == 200
    desk.post(reverse("petitions:examine", args=[petition.reference, "prendre"]))
    assert (
        desk.post(reverse("petitions:examine", args=[petition.reference, "refuser"]), {"reason": ""}).status_code == 422
    )
    desk.post(
        reverse("petitions:examine", args=[petition.reference, "modifier"]),
        {"explanation": "Dites de quelle ligne il s'agit."},
    )
    mine.post(reverse("petitions:send", args=[petition.reference]))
    desk.post(reverse("petitions:examine", args=[petition.reference, "publier"]))
    petition.refresh_from_db()
    assert petition.state == State.OPEN
    assert desk.get(reverse("petitions:suspicions", args=[petition.reference])).status_code == 200
    form = {"announced": "1", "collected_on": "2026-11-10", "channel": "paper"}
    assert desk.post(reverse("petitions:paper", args=[petition.reference]), form).status_code == 302
    line = {"last": "Lovelace", "first": "Ada", "birth": BIRTH, "commune": "Tours (37)"}
    sheet = reverse("petitions:sheet", args=[petition.reference, 1])
    assert desk.post(sheet, line).status_code == 302
    assert desk.post(sheet, {"close": "1"}).status_code == 302
    assert petition.sheets.get().closed_at is not None
    assert mine.get(reverse("petitions:mine")).status_code == 200
    assert mine.post(reverse("petitions:withdraw", args=[petition.reference])).status_code == 302
    assert "retirée" in client.get(reverse("petitions:petition", args=[petition.reference])).content.decode()


def test_referendums_are_prepared_through_the_pages(
    opened: Callable[..., Petition],
    signed: Callable[..., Any],
    author: User,
    person: Callable[..., User],
    as_: Any,
    client: Client,
    clock: Any,
) -> None:
    petition = opened()
    signed(petition, 8)
    found, desk, mine, other = Referendum.objects.get(), as_(person("agent")), as_(author), person()
    act = lambda name, data: desk.post(reverse("petitions:referendum_act", args=[found.reference, name]), data)  # noqa: E731
    assert desk.get(reverse("petitions:bureau_referendums")).status_code == 200
    assert act("question", {"outcome": "reword", "reasons": "Une date la rendrait plus claire."}).status_code == 422
    assert (
        act(
            "question",
            {
                "outcome": "reword",
                "reasons": "Une date la rendrait plus claire.",
                "proposed": "La gare rouvre-t-elle en 2028 ?",
            },
        ).status_code
        == 302
    )
    assert mine.post(reverse("petitions:wording", args=[found.reference]), {"accept": "1"}).status_code == 302
    assert act("auteur", {"side": "against", "email": other.email, "signed": "Des riverains"}).status_code == 302
    argument = reverse("petitions:argument", args=[found.reference])
    assert mine.post(argument, {"text": "Pour les villages."}).status_code == 302
    assert as_(other).post(argument, {"text": "<b>Trop cher.</b>"}).status_code == 302
    assert as_(person()).get(argument).status_code == 403
    page = reverse("petitions:referendum", args=[found.reference])
    assert "Pour les villages." not in client.get(page).content.decode()
    assert act("campagne", {"opens_on": "2026-11-16"}).status_code == 302
    assert "Pour les villages." not in client.get(page).content.decode()
    clock.move_to(dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC))
    shown = client.get(page).content.decode()
    assert "Pour les villages." in shown
    assert "&lt;b&gt;Trop cher." in shown
    assert desk.get(reverse("petitions:bureau_referendum", args=[found.reference])).status_code == 200
    assert desk.post(reverse("petitions:put", args=["question-de-la-region", "question"])).status_code == 302
    assert Referendum.objects.filter(petition=None).count() == 1


#: Who may open which page of the back office.
BUREAU = {
    "petitions:bureau": {"agent"},
    "petitions:file": {"agent"},
    "petitions:suspicions": {"agent"},
    "petitions:paper": {"agent"},
    "petitions:bureau_referendums": {"agent", "elected"},
}


@pytest.mark.parametrize("role", ["", "member", "agent", "elected", "auditor", "administrator"])
def test_the_back_office_opens_to_its_roles_alone(
    role: str, opened: Callable[..., Petition], person: Callable[..., User], as_: Any
) -> None:
    petition = opened()
    who = as_(person(*([role] if role else [])))
    for name, roles in BUREAU.items():
        arguments = [petition.reference] if name.rpartition(":")[2] in ("file", "suspicions", "paper") else []
        assert who.get(reverse(name, args=arguments)).status_code == (200 if role in roles else 403), name
    for act in ("prendre", "publier", "refuser", "modifier"):
        answer = who.post(reverse("petitions:examine", args=[petition.reference, act]), {})
        assert (answer.status_code == 403) is (role != "agent")


def test_a_signature_makes_no_other_page_anew(
    opened: Callable[..., Petition], sign: Any, client: Client, settings: Any
) -> None:
    settings.MANDAT_PAGE_CACHE = True
    caches["pages"].clear()
    petition = opened()
    url = reverse("petitions:petition", args=[petition.reference])
    first = client.get(url)
    assert "s-maxage=10" in first["Cache-Control"]
    list_url = reverse("petitions:list")
    client.get(list_url)
    sign(petition, "account:1")
    with CountedQueries() as counted:
        client.get(list_url)
        client.get(url)
    # Kept pages: not one statement about petitions, whatever was signed since.
    assert not [sql for sql in counted.found if "petitions_" in sql]


class CountedQueries:
    """The statements of a block."""

    def __enter__(self) -> CountedQueries:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.context = CaptureQueriesContext(connection)
        self.context.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.context.__exit__(*error)
        self.found = [one["sql"] for one in self.context.captured_queries]


def test_pages_take_few_statements_whatever_was_signed(
    opened: Callable[..., Petition], signed: Callable[..., Any], client: Client, django_assert_max_num_queries: Any
) -> None:
    petitions = [opened()]
    signed(petitions[0], 30)
    caches["pages"].clear()
    with django_assert_max_num_queries(30):
        client.get(reverse("petitions:petition", args=[petitions[0].reference]))
    with django_assert_max_num_queries(15):
        client.get(reverse("petitions:list"))


def test_like_petitions_are_found_by_their_stems(opened: Callable[..., Petition]) -> None:
    petition = opened()
    assert [one.pk for one in similar("réouverture des gares de Bourg-Neuf", programme="essai")] == [petition.pk]
    assert similar("une piscine chauffée", programme="essai") == []
    assert similar("<>&\u200b", programme="essai") == []
    assert similar("rouvrir la gare", programme="essai", without=petition.reference) == []


def test_moderation_hides_a_petition_and_its_page_says_so(opened: Callable[..., Petition], client: Client) -> None:
    petition = opened()
    closing.hide(petition=petition)
    answer = client.get(reverse("petitions:petition", args=[petition.reference]))
    assert answer.status_code == 410
    assert petition.title not in answer.content.decode().split("<main")[1]
    assert petition.title not in client.get(reverse("petitions:list")).content.decode()
    closing.show(petition=petition)
    assert client.get(reverse("petitions:petition", args=[petition.reference])).status_code == 200


def test_an_account_sees_and_erases_what_it_gave(
    opened: Callable[..., Petition], person: Callable[..., User], as_: Any, drafted: Any
) -> None:
    petition, user = opened(), person(name="Grace")
    as_(user).post(reverse("petitions:sign", args=[petition.reference]), FORM | {"show": "on", "name": "Grace"})
    assert [one.petition_id for one in keeping.signatures_of(user)] == [petition.pk]
    drafted(actor=user, title="Une gare dont je rêve encore")
    held = {holding.code: holding for holding in personal.holdings()}
    assert any("Grace" in str(value.value) for one in held["petitions.signatures"].export(user) for value in one.values)
    for code in ("petitions.petitions", "petitions.signatures", "petitions.arguments"):
        held[code].erase(user)
    assert thresholds.total_of(petition) == 0
    assert Petition.objects.filter(author=user).count() == 0
    author = petition.author
    assert author is not None
    held["petitions.petitions"].erase(author)
    petition.refresh_from_db()
    assert (petition.author, petition.author_name) == (None, "")
    assert petition.title == WORDS["title"]


def test_signatures_are_forgotten_a_year_after_and_counts_stay(
    opened: Callable[..., Petition], signed: Callable[..., Any], clock: Any
) -> None:
    petition = opened()
    signed(petition, 2)
    assert petition.closes_at is not None
    clock.move_to(petition.closes_at)
    closing.clock_run(programme="essai")
    clock.shift(dt.timedelta(days=370))
    from django.utils import timezone

    treatment = retention._TREATMENTS["petitions.signatures"]
    rows = treatment.rows_due(timezone.now())
    assert rows is not None
    assert treatment.apply is not None
    assert treatment.apply(rows) == 2
    assert Signature.objects.count() == 0
    assert thresholds.total_of(petition) == 2
    assert referendums is not None


def test_the_page_of_what_is_held_opens_no_roll(
    opened: Callable[..., Petition], person: Callable[..., User], client: Client
) -> None:
    opened()
    client.force_login(person())
    assert client.get(reverse("custody:mine")).status_code == 200
    assert not Roll.objects.exists()
