"""The pages on which people write, and what they may send: markup, disguises, floods, forged references."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.accounts.models import User
from mandat.apps.participation import listing, selectors
from mandat.apps.participation.models import Comment, Participant, Proposal
from mandat.apps.participation.services.proposals import draft_save, proposal_publish
from mandat.apps.participation.words import prose
from tests.apps.participation.test_pages import text

pytestmark = pytest.mark.django_db
PAGE = "/participer/mobilites/propositions/"
TEXT = "Le dernier train part trop tôt pour qui travaille le soir à Orléans."


@pytest.fixture
def ada(participant: Callable[..., Participant]) -> Participant:
    return participant("Ada")


@pytest.fixture
def signed(client: Client, ada: Participant) -> Client:
    assert ada.user is not None
    client.force_login(ada.user)
    return client


def publish(place: Participant, title: str = "Des trains plus tard le soir", body: str = TEXT) -> Proposal:
    assert place.user is not None
    values = {"title": title, "text": body, "category": "trains", "commune": "45234"}
    draft = draft_save(user=place.user, process="mobilites", component="propositions", values=values)
    return proposal_publish(user=place.user, reference=draft.reference)[0]


def test_a_proposal_is_written_step_by_step_without_script(signed: Client) -> None:
    assert "Proposer" in text(signed.get(f"{PAGE}proposer/"))
    step = signed.post(f"{PAGE}proposer/", {"title": "Des trains plus tard", "text": TEXT, "language": "fr"})
    reference = Proposal.objects.get().reference
    assert step["Location"] == f"{PAGE}{reference}/ecrire/proches/"
    assert "Aucune proposition" in text(signed.get(step["Location"]))
    step = signed.post(step["Location"])
    assert step["Location"].endswith("/lieu/")
    wrong = signed.post(step["Location"], {"category": "avions", "commune": "Orléans"})
    assert wrong.status_code == 422
    step = signed.post(step["Location"], {"category": "trains", "commune": "Orléans", "point": "47.90, 1.90"})
    assert step["Location"].endswith("/langue/")
    step = signed.post(
        step["Location"],
        {"title_other": "Later trains in the evening", "text_other": "The last train leaves too early for workers."},
    )
    step = signed.post(step["Location"])
    assert "Later trains" in text(signed.get(step["Location"]))
    done = signed.post(step["Location"])
    assert done["Location"] == f"{PAGE}{reference}/"
    page = text(signed.get(done["Location"]))
    assert "Des trains plus tard" in page
    assert "Later trains in the evening" in page
    assert "Orléans" in page


def test_someone_who_has_not_joined_is_led_to_join_and_back(
    client: Client, territory: None, person: Callable[..., User]
) -> None:
    client.force_login(person())
    answer = client.get(f"{PAGE}proposer/")
    assert answer["Location"] == f"/participer/mobilites/prendre-part/?next={PAGE}proposer/"
    away = client.post(
        "/participer/mobilites/prendre-part/",
        {"commune": "Orléans", "birth": "1990-01-01", "next": "https://mal.example/"},
    )
    assert away["Location"] == "/participer/mobilites/"


def test_a_visitor_is_led_to_sign_in_and_back(client: Client, ada: Participant) -> None:
    row = publish(ada)
    for path in (f"{PAGE}proposer/", f"{PAGE}{row.reference}/amender/"):
        assert client.get(path)["Location"] == f"/compte/login/?next={path}"
    assert client.post(f"{PAGE}{row.reference}/soutien/").status_code == 302


def test_the_draft_of_another_is_not_found(
    client: Client, ada: Participant, participant: Callable[..., Participant]
) -> None:
    assert ada.user is not None
    draft = draft_save(user=ada.user, process="mobilites", component="propositions", values={"title": "Secret"})
    other = participant()
    assert other.user is not None
    client.force_login(other.user)
    assert client.get(f"{PAGE}{draft.reference}/ecrire/texte/").status_code == 404
    assert client.get(f"{PAGE}{draft.reference}/").status_code == 404
    assert client.post(f"{PAGE}{draft.reference}/ecrire/relire/").status_code == 404


def test_supporting_from_the_list_comes_back_to_it_and_never_elsewhere(
    signed: Client, participant: Callable[..., Participant]
) -> None:
    row = publish(participant())
    back = signed.post(f"{PAGE}{row.reference}/soutien/", {"next": f"{PAGE}?ordre=soutiens"})
    assert back["Location"] == f"{PAGE}?ordre=soutiens"
    for evil in ("https://mal.example/", "//mal.example/", "/\\mal.example", "javascript:alert(1)"):
        back = signed.post(f"{PAGE}{row.reference}/soutien/", {"next": evil})
        assert back["Location"] == f"{PAGE}{row.reference}/", evil
    row.refresh_from_db()
    assert row.supports == 1


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> [lien](javascript:alert(3))"


def test_markup_in_every_field_is_shown_as_it_was_typed(signed: Client, ada: Participant) -> None:
    row = publish(ada, f"Un titre {HOSTILE}"[:140], f"{TEXT}\n\n{HOSTILE}")
    signed.post(f"{PAGE}{row.reference}/commenter/", {"side": "for", "text": f"Un avis. {HOSTILE}"})
    signed.post(
        "/participer/mobilites/debat/question/gratuite/", {"side": "for", "text": f"Un avis. {HOSTILE} autrement"}
    )
    Participant.objects.filter(pk=ada.pk).update(pseudonym="<b>Ada</b>")
    Proposal.objects.update(hidden=False)
    Comment.objects.update(hidden=False)
    for path in (
        PAGE,
        f"{PAGE}{row.reference}/",
        f"{PAGE}{row.reference}/versions/",
        "/participer/mobilites/debat/question/gratuite/",
        f"{PAGE}?q=<script>",
    ):
        page = text(signed.get(path))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>Ada" not in page
        assert 'href="javascript' not in page


@given(st.text(max_size=300))
def test_shown_words_hold_no_markup_but_ours(words: str) -> None:
    shown = str(prose(words))
    import re

    for tag in re.findall(r"<[^>]*>", shown):
        assert re.fullmatch(
            r'</?(?:p|ul|ol|li)>|<br>|</a>|<a href="https?://[^"<>]*" rel="nofollow ugc noopener noreferrer">',
            tag,
            re.IGNORECASE,
        ), tag


@pytest.mark.parametrize(
    ("words", "linked"),
    [
        ("voir https://exemple.org/page.", 'href="https://exemple.org/page"'),
        ("http://exemple.org", 'href="http://exemple.org"'),
        ("javascript:alert(1)", None),
        ("https://banque.fr@mal.example/", None),
        ("https://exеmple.org/", None),
        ("data:text/html,x", None),
    ],
)
def test_only_plain_web_addresses_become_links(words: str, linked: str | None) -> None:
    assert ("<a " in prose(words)) == (linked is not None)
    if linked:
        assert linked in prose(words)


def test_a_comment_of_a_megabyte_is_refused_and_nothing_is_lost(signed: Client, ada: Participant) -> None:
    row = publish(ada)
    answer = signed.post(f"{PAGE}{row.reference}/commenter/", {"side": "for", "text": "x" * 1_000_000})
    assert answer.status_code == 422
    assert not Comment.objects.exists()


def test_a_word_that_mixes_alphabets_is_refused_in_plain_words(signed: Client, ada: Participant) -> None:
    row = publish(ada)
    answer = signed.post(
        f"{PAGE}{row.reference}/commenter/", {"side": "for", "text": "Votez sur \u0440\u0430ypal maintenant"}
    )
    assert answer.status_code == 422
    assert "alphabets" in answer.content.decode()
    answer = signed.post(f"{PAGE}{row.reference}/commenter/", {"side": "for", "text": "Bon\u200bne\u202e idée"})
    assert Comment.objects.get().text == "Bonne idée"


def test_a_comment_is_answered_while_the_debate_lasts_and_read_afterwards(
    signed: Client, ada: Participant, monday_of_november: Any
) -> None:
    row = publish(ada)
    signed.post(f"{PAGE}{row.reference}/commenter/", {"side": "for", "text": "Une bonne idée"})
    assert "Répondre" in text(signed.get(f"{PAGE}{row.reference}/"))
    monday_of_november.move_to(dt.datetime(2026, 12, 3, tzinfo=dt.UTC))
    page = text(signed.get(f"{PAGE}{row.reference}/"))
    assert "Répondre" not in page
    assert "Voir le fil" in page


def test_a_flood_of_comments_is_stopped_within_the_hour(signed: Client, ada: Participant) -> None:
    row = publish(ada)
    codes = [
        signed.post(f"{PAGE}{row.reference}/commenter/", {"side": "for", "text": f"Commentaire {n}"}).status_code
        for n in range(64)
    ]
    assert codes[0] == 302
    assert codes[-1] == 422


def test_a_forged_parent_or_side_changes_nothing_elsewhere(signed: Client, ada: Participant) -> None:
    one, two = publish(ada), publish(ada, "Une tout autre proposition")
    signed.post(f"{PAGE}{one.reference}/commenter/", {"side": "for", "text": "Premier commentaire"})
    parent = Comment.objects.get().reference
    answer = signed.post(
        f"{PAGE}{two.reference}/commenter/", {"side": "for", "text": "Réponse forgée", "parent": parent}
    )
    assert answer.status_code == 422
    assert (
        signed.post(f"{PAGE}{two.reference}/commenter/", {"side": "contre-tout", "text": "Avis forgé"}).status_code
        == 422
    )
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("query", ["apres=x", "apres=99999999999999999999_1", "avant=1_2_3", "apres=_", "ordre=inconnu", "page=-1", "q=%00", "apres=nan_3", "avant=5_5&ordre=recentes", "suite=x"])  # fmt: skip
def test_nonsense_in_the_address_of_the_list_is_the_first_page(client: Client, ada: Participant, query: str) -> None:
    publish(ada)
    assert client.get(f"{PAGE}?{query}").status_code == 200
    assert client.get(f"{PAGE}?{query.replace('avant=5_5', 'avant=0_0')}").status_code == 200


def test_every_order_shows_each_proposal_once_forwards_and_backwards(ada: Participant) -> None:
    from django.utils import timezone

    chance = __import__("random").Random(5)
    Proposal.objects.bulk_create(
        Proposal(
            reference=f"r{n:09}", programme="essai", process="mobilites", component="propositions", author=ada, title=f"t{n}",
            state="published", shuffle=chance.randrange(2**31) if n % 7 else 12345, supports=chance.randrange(4), comments=chance.randrange(3),
            created_at=timezone.now(), saved_at=timezone.now(),
            published_at=timezone.now() - __import__("datetime").timedelta(seconds=n // 3),
        )
        for n in range(53)
    )  # fmt: skip
    found = selectors.proposals_of("mobilites", "propositions")
    for order in listing.ORDERS:
        for start in (0, 77, 255):
            seen: list[int] = []
            page = listing.listed(found, order=order, start=start, size=10)
            pages = [page]
            while page.older:
                page = listing.listed(found, order=order, start=start, after=page.older, size=10)
                pages.append(page)
            seen = [row.pk for one in pages for row in one.rows]
            assert len(seen) == len(set(seen)) == 53, (order, start)
            back = pages[-1]
            for expected in reversed(pages[:-1]):
                back = listing.listed(found, order=order, start=start, before=back.newer, size=10)
                assert [row.pk for row in back.rows] == [row.pk for row in expected.rows], (order, start)
            assert not back.newer


def test_the_order_of_chance_is_stable_for_a_visitor_and_differs_between_visitors(
    client: Client, ada: Participant
) -> None:
    for n in range(3):
        publish(ada, f"Une proposition numéro {n}")
    first = client.get(PAGE)
    assert "depart" in first.cookies
    assert first.cookies["depart"]["httponly"]
    assert int(first.cookies["depart"].value) < 256
    again = client.get(PAGE)
    assert "depart" not in again.cookies
    order = [again.content.decode().index(f"numéro {n}") for n in range(3)]
    assert order == [client.get(PAGE).content.decode().index(f"numéro {n}") for n in range(3)]


def test_exports_stream_and_no_cell_is_a_formula(client: Client, ada: Participant) -> None:
    publish(ada, '=HYPERLINK("http://mal.example") à ouvrir')
    publish(ada, "+33 numéros à appeler")
    Proposal.objects.update(hidden=False)  # a new account's link is held
    response = client.get(f"{PAGE}donnees/propositions.csv")
    assert response.streaming
    content = b"".join(response.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert len(rows) == 2
    assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
    assert "Ada" not in content
    assert "example.org" not in content.replace("mal.example", "")
    found = json.loads(b"".join(client.get(f"{PAGE}donnees/propositions.json").streaming_content))
    assert found[0]["titre"].startswith("=HYPERLINK"), "JSON holds the words as they are"
    assert client.get(f"{PAGE}donnees/secrets.csv").status_code == 404


def test_statements_of_pages_are_bounded_whatever_there_is(
    client: Client, ada: Participant, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    rows = [publish(ada, f"Une proposition numéro {n}") for n in range(3)]
    for path, most in (
        (PAGE, 12),
        (f"{PAGE}{rows[0].reference}/", 24),
        ("/participer/mobilites/debat/question/gratuite/", 12),
    ):
        client.get(path)
        with django_assert_max_num_queries(most):
            client.get(path)


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("/bureau/participation/", {"agent", "elected", "auditor", "administrator"}),
        ("/bureau/participation/mobilites/", {"agent", "elected", "auditor", "administrator"}),
        ("/bureau/participation/mobilites/propositions/", {"agent", "administrator"}),
        ("/bureau/participation/mobilites/propositions/reunir/", {"agent", "administrator"}),
        ("/bureau/participation/mobilites/personnes/", {"agent", "administrator"}),
    ],
)
def test_each_role_opens_the_back_office_pages_it_may(
    client: Client, territory: None, person: Callable[..., User], settings: Any, path: str, roles: set[str]
) -> None:
    from mandat.apps.accounts.models import Role

    settings.MANDAT_DEMO = True  # no second factor here
    for role in Role.values:
        client.force_login(person(role))
        assert (client.get(path).status_code == 200) == (role in roles), role


def test_agents_examine_classify_and_merge_on_pages(
    client: Client, ada: Participant, agent: User, settings: Any
) -> None:
    settings.MANDAT_DEMO = True
    one, two = publish(ada), publish(ada, "Des trains bien plus tard")
    client.force_login(agent)
    base = "/bureau/participation/mobilites/propositions/"
    assert one.reference in text(client.get(base))
    page = text(client.get(f"{base}{one.reference}/"))
    assert two.reference in page, "those alike are offered"
    assert client.post(f"{base}{one.reference}/", {"action": "ranger", "categorie": "velos"}).status_code == 302
    merged = client.post(
        f"{base}reunir/",
        {
            "into": one.reference,
            "sources": two.reference,
            "reason": "La même demande, écrite deux fois.",
            "action": "reunir",
        },
    )
    assert merged.status_code == 302
    given = {"action": "suite", "status": "retained", "reason": "Retenue : elle entre au programme de l'an prochain."}
    assert client.post(f"{base}{one.reference}/", given).status_code == 302
    page = text(client.get(f"{PAGE}{one.reference}/"))
    assert "Retenue" in page
    assert "Des trains bien plus tard" in page
    assert "rejoint une autre" in text(client.get(f"{PAGE}{two.reference}/"))
