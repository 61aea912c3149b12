"""The booth, as a voter uses it: no script, three steps, one ballot."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mandat.apps.accounts.models import User
from mandat.apps.ballots import bundle, receipts, tokens
from mandat.apps.ballots.models import Boxed, Mark, Poll, Unfinished, Voter
from mandat.apps.ballots.services import closing, codes, polls, rolls
from tests.apps.ballots import examples

pytestmark = pytest.mark.django_db

Make = Callable[..., Any]
FORMS: dict[str, dict[str, Any]] = {
    "single": {"choice": "haie"},
    "yes-no": {"choice": "yes"},
    "approval": {"o": ["velo", "cour"]},
    "knapsack": {"o": ["haie", "cour"]},
    "ranking": {"rank-haie": "1", "rank-velo": "2", "rank-cour": ""},
    "cumulative": {"points-haie": "3", "points-cour": "2", "points-velo": ""},
    "majority-judgement": {"grade-haie": "6", "grade-cour": "2"},
}


@pytest.fixture
def voter(person: Make) -> tuple[Client, User]:
    user = person()
    client = Client()
    client.force_login(user)
    return client, user


def url(poll: Poll, page: str = "voter/") -> str:
    return f"/votes/{poll.reference}/{page}"


def hidden(answer: Any) -> dict[str, Any]:
    """The hidden fields of a page, as a browser would send them."""
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.content.decode()):
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(html.unescape(value))
    return found


def checked(client: Client, poll: Poll, fields: dict[str, Any]) -> Any:
    return client.post(url(poll), {**fields, "step": "check"})


def cast(client: Client, poll: Poll, fields: dict[str, Any]) -> Any:
    page = checked(client, poll, fields)
    assert page.status_code == 200, page.content.decode()[:2000]
    return client.post(url(poll), {**hidden(page), "step": "cast"})


def words_of(answer: Any) -> str:
    """A page as one reads it, apostrophes and spaces plain."""
    return html.unescape(answer.content.decode()).replace("’", "'").replace("\u202f", " ").replace("\xa0", " ")


def receipt_of(answer: Any) -> str:
    found = re.search(r'class="receipt-code">([^<]+)<', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


@pytest.mark.parametrize("type", examples.TYPES)
def test_a_ballot_of_each_type_is_filled_checked_and_cast(
    type: str, poll_of: Make, voter: Any, agent: User, clock: Any
) -> None:
    client, _user = voter
    poll = poll_of(type)
    page = client.get(url(poll))
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"] or "private" in page["Cache-Control"]
    answer = cast(client, poll, FORMS[type])
    assert answer.status_code == 200
    assert "Vous avez voté" in answer.content.decode()
    number = receipts.number_of(receipt_of(answer))
    assert Boxed.objects.get().pk == number
    assert Mark.objects.get().channel == "account"
    assert not Unfinished.objects.exists()
    clock.move_to(poll.closes_at)
    assert closing.poll_close(actor=agent, poll=poll).outcome["expressed"] == 1
    found = client.post(url(poll, "recu/"), {"receipt": receipt_of(answer).lower()})
    assert "Ce bulletin a été compté" in found.content.decode()


@pytest.mark.parametrize("type", examples.TYPES)
def test_a_blank_ballot_is_cast_for_each_type(type: str, poll_of: Make, voter: Any) -> None:
    poll = poll_of(type)
    fields = {"choice": "blank"} if type in ("single", "yes-no") else {"blank": "1"}
    page = checked(voter[0], poll, fields)
    assert "Bulletin blanc" in page.content.decode()
    assert "Vous avez voté" in cast(voter[0], poll, fields).content.decode()


@pytest.mark.parametrize(
    ("type", "fields", "words", "kept"),
    [
        ("single", {}, "rien choisi", ""),
        ("approval", {"o": ["cour", "forum", "haie", "velo"]}, "3 au plus", 'value="forum" id="o-forum" checked'),
        ("knapsack", {"o": ["velo", "forum"]}, "dépassent le budget", "checked"),
        ("knapsack", {"o": ["velo"], "blank": "1"}, "l'un ou l'autre", "checked"),
        ("ranking", {"rank-haie": "1", "rank-velo": "1"}, "donné deux fois", '<option value="1" selected>'),
        ("ranking", {"rank-haie": "premier"}, "n'est pas un nombre entier", "aria-invalid"),
        ("cumulative", {"points-haie": "4", "points-cour": "4"}, "retirez-en 3", 'value="4"'),
        ("cumulative", {"points-haie": "2,5"}, "n'est pas un nombre entier", 'value="2,5"'),
        ("cumulative", {"points-haie": "-1"}, "n'est pas un nombre entier", 'value="-1"'),
        ("cumulative", {"points-haie": "٣"}, "n'est pas un nombre entier", ""),
        ("majority-judgement", {"grade-haie": "9"}, "de 0 à 6", ""),
    ],
)  # fmt: skip
def test_an_error_says_what_is_wrong_and_keeps_what_was_filled(
    type: str, fields: dict[str, Any], words: str, kept: str, poll_of: Make, voter: Any
) -> None:
    answer = checked(voter[0], poll_of(type), fields)
    page = words_of(answer)
    assert answer.status_code == 422
    assert words in page
    assert kept in page
    assert 'role="alert"' in page
    assert not Boxed.objects.exists()


def test_one_may_go_back_and_change(poll_of: Make, voter: Any) -> None:
    poll = poll_of("approval")
    page = checked(voter[0], poll, {"o": ["cour", "haie"]})
    back = voter[0].post(url(poll), {**hidden(page), "step": "change"})
    assert back.status_code == 200
    assert back.content.decode().count(" checked") == 2


def test_the_server_says_what_is_left_without_script(poll_of: Make, voter: Any) -> None:
    page = voter[0].post(url(poll_of("knapsack")), {"o": ["cour"], "step": "sum"}).content.decode()
    assert re.search(r'id="left-value">60\s€<', page.replace("\u202f", " "))
    over = voter[0].post(url(poll_of("knapsack")), {"o": ["velo", "forum"], "step": "sum"}).content.decode()
    assert "left--over" in over
    assert "-10" in over.replace("−", "-")
    points = voter[0].post(url(poll_of("cumulative")), {"points-cour": "2", "step": "sum"}).content.decode()
    assert 'id="left-value">3<' in points


def test_pressed_twice_is_one_ballot_and_the_same_receipt(poll_of: Make, voter: Any) -> None:
    poll = poll_of("single")
    page = checked(voter[0], poll, {"choice": "haie"})
    sent = {**hidden(page), "step": "cast"}
    first, second, third = (voter[0].post(url(poll), sent) for _ in range(3))
    assert receipt_of(first) == receipt_of(second) == receipt_of(third)
    assert "compté une fois" in second.content.decode()
    assert Boxed.objects.count() == Mark.objects.count() == 1


def test_a_second_ballot_from_a_second_page_is_refused_clearly(poll_of: Make, voter: Any) -> None:
    poll = poll_of("single")
    one, two = checked(voter[0], poll, {"choice": "haie"}), checked(voter[0], poll, {"choice": "cour"})
    voter[0].post(url(poll), {**hidden(one), "step": "cast"})
    answer = voter[0].post(url(poll), {**hidden(two), "step": "cast"})
    assert answer.status_code == 409
    assert "Vous avez déjà voté" in answer.content.decode()
    assert "receipt-code" not in answer.content.decode()
    again = voter[0].get(url(poll))
    assert again.status_code == 409
    assert Boxed.objects.count() == 1


def test_a_forged_or_borrowed_token_casts_nothing(poll_of: Make, voter: Any, person: Make) -> None:
    poll, other = poll_of("single"), poll_of("approval")
    page = checked(voter[0], poll, {"choice": "haie"})
    good = hidden(page)
    thief = Client()
    thief.force_login(person())
    assert thief.post(url(poll), {**good, "step": "cast"}).status_code == 422
    token = good["token"][0]
    for wrong in ("", "x", "é" * 500, "A" * 44, token[:-2] + "AA", token[4:] + token[:4]):
        assert voter[0].post(url(poll), {**good, "token": wrong, "step": "cast"}).status_code == 422
    # Another poll of the same roll.
    assert voter[0].post(url(other), {"o": ["cour"], "token": token, "step": "cast"}).status_code == 422
    assert not Boxed.objects.exists()
    assert tokens.read(token, poll=poll, holder="user:0") is None


def test_nothing_of_a_ballot_stays_in_the_session_nor_beside_the_voter(poll_of: Make, voter: Any) -> None:
    from django.contrib.sessions.models import Session

    poll = poll_of("single")
    checked(voter[0], poll, {"choice": "haie"})
    assert Unfinished.objects.count() == 1
    answer = cast(voter[0], poll, {"choice": "haie"})
    text = " ".join(str(row.get_decoded()) for row in Session.objects.order_by("pk"))
    assert "haie" not in text
    assert receipt_of(answer) not in text
    assert str(receipts.number_of(receipt_of(answer))) not in text
    with connection.cursor() as cursor:
        for model in (Mark, Voter, Unfinished):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            assert "haie" not in str(cursor.fetchall())


def test_a_form_that_arrives_after_the_closing_is_refused(poll_of: Make, voter: Any, clock: Any) -> None:
    poll = poll_of("single")
    page = checked(voter[0], poll, {"choice": "haie"})
    clock.move_to(poll.closes_at)
    answer = voter[0].post(url(poll), {**hidden(page), "step": "cast"})
    assert answer.status_code == 409
    assert "votre bulletin n'a pas été pris" in words_of(answer)
    assert voter[0].get(url(poll)).status_code == 409
    assert not Boxed.objects.exists()
    assert not Mark.objects.exists()


def test_a_form_that_arrives_after_the_count_is_refused_too(
    poll_of: Make, voter: Any, agent: User, clock: Any, vote: Make
) -> None:
    poll = poll_of("single")
    vote(poll, {"choice": "cour"})
    page = checked(voter[0], poll, {"choice": "haie"})
    clock.move_to(poll.closes_at)
    closing.poll_close(actor=agent, poll=poll)
    answer = voter[0].post(url(poll), {**hidden(page), "step": "cast"})
    assert answer.status_code == 409
    assert "votre bulletin n'a pas été pris" in words_of(answer)
    assert Mark.objects.count() == 1


def test_a_form_sent_again_after_the_count_shows_its_receipt_no_more_than_its_voter_knew(
    poll_of: Make, voter: Any, agent: User, clock: Any
) -> None:
    poll = poll_of("single")
    page = checked(voter[0], poll, {"choice": "haie"})
    voter[0].post(url(poll), {**hidden(page), "step": "cast"})
    clock.move_to(poll.closes_at)
    closing.poll_close(actor=agent, poll=poll)
    assert voter[0].post(url(poll), {**hidden(page), "step": "cast"}).status_code == 409


def test_a_result_gives_the_reason_of_each_option_and_its_table_stays_narrow(
    poll_of: Make, vote: Make, agent: User, clock: Any, client: Client
) -> None:
    poll = poll_of("knapsack")
    for _n in range(6):
        vote(poll, {"approved": ["velo", "haie"]})
    clock.move_to(poll.closes_at)
    closing.poll_close(actor=agent, poll=poll)
    page = words_of(client.get(f"/votes/{poll.reference}/"))
    assert "Les autres options, et pourquoi" in page
    head = page.split("<thead>")[1].split("</thead>")[0]
    assert "Pourquoi" not in head
    others = page.split("Les autres options, et pourquoi")[1].split("</details>")[0]
    assert others.count("<li>") == 2


def test_casting_takes_few_statements(poll_of: Make, voter: Any) -> None:
    poll = poll_of("knapsack")
    page = checked(voter[0], poll, FORMS["knapsack"])
    with CaptureQueriesContext(connection) as queries:
        answer = voter[0].post(url(poll), {**hidden(page), "step": "cast"})
    assert answer.status_code == 200
    sent = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    assert len(sent) <= 10, "\n".join(one[:100] for one in sent)


def test_the_order_of_options_is_each_voters_own_and_stays(poll_of: Make, person: Make) -> None:
    poll = poll_of("approval")
    orders = set()
    for _ in range(8):
        client = Client()
        client.force_login(person())
        checked(client, poll, {"o": ["cour"]})
        found = [
            tuple(re.findall(r'id="o-(cour|forum|haie|velo)"', client.get(url(poll)).content.decode()))
            for _ in range(2)
        ]
        assert found[0] == found[1]
        assert len(found[0]) == 4
        orders.add(found[0])
    assert len(orders) > 1


def test_without_account_nor_code_one_is_told_how_to_enter(poll_of: Make, client: Client) -> None:
    page = client.get(url(poll_of("single"))).content.decode()
    assert "Connectez-vous" in page or "Se connecter" in page
    assert 'name="code"' in page


# -- codes


def test_a_code_opens_the_booth_once(poll_of: Make, agent: User, client: Client, roll: Any) -> None:
    poll = poll_of("single")
    _batch, [code] = codes.codes_make(actor=agent, roll=roll, count=1)
    assert client.post(url(poll, "code/"), {"code": code.lower()}).status_code == 302
    assert "Vous avez voté" in cast(client, poll, {"choice": "haie"}).content.decode()
    assert Mark.objects.get().channel == "code"
    other = Client()
    other.post(url(poll, "code/"), {"code": code})
    assert other.get(url(poll)).status_code == 409
    client.post(url(poll, "quitter/"))
    assert "receipt-code" not in client.get(url(poll)).content.decode()
    assert 'name="code"' in client.get(url(poll)).content.decode()


def test_a_code_typed_by_someone_signed_in_is_the_same_voter(poll_of: Make, agent: User, voter: Any, roll: Any) -> None:
    poll = poll_of("single")
    _batch, [code] = codes.codes_make(actor=agent, roll=roll, count=1)
    cast(voter[0], poll, {"choice": "haie"})
    voter[0].post(url(poll, "code/"), {"code": code})
    assert voter[0].get(url(poll)).status_code == 409
    assert Voter.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "mal recopié"), ("7K3Q-FM9X-2A0B", "mal recopié"), ("<script>alert(1)</script>", "mal recopié")],
)
def test_a_wrong_code_is_refused_with_words(typed: str, words: str, poll_of: Make, client: Client) -> None:
    answer = client.post(url(poll_of("single"), "code/"), {"code": typed})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_revoked_codes_open_nothing(poll_of: Make, agent: User, client: Client, roll: Any) -> None:
    poll = poll_of("single")
    batch, drawn = codes.codes_make(actor=agent, roll=roll, count=2)
    codes.code_revoke(actor=agent, roll=roll, typed=drawn[0])
    assert client.post(url(poll, "code/"), {"code": drawn[0]}).status_code == 422
    codes.batch_revoke(actor=agent, batch=batch, why="Paquet perdu par la poste.")
    answer = client.post(url(poll, "code/"), {"code": drawn[1]})
    assert "ne vaut plus" in answer.content.decode()


def test_a_code_is_kept_only_as_a_keyed_hash(agent: User, roll: Any) -> None:
    _batch, [code] = codes.codes_make(actor=agent, roll=roll, count=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM ballots_code")
        kept = cursor.fetchone()[0]
    assert code.replace("-", "") not in kept
    assert len(kept) > 64


def test_a_desk_code_ends_after_two_hours(
    poll_of: Make, agent: User, client: Client, roll: Any, clock: Any, enrolled: Make
) -> None:
    poll = poll_of("single")
    code = codes.desk_code(actor=agent, roll=roll, voter=enrolled("a"), reason="sans Internet")
    clock.shift(codes.DESK_CODE)
    assert client.post(url(poll, "code/"), {"code": code}).status_code == 422
    fresh = codes.desk_code(actor=agent, roll=roll, voter=Voter.objects.get(), reason="sans Internet")
    assert client.post(url(poll, "code/"), {"code": fresh}).status_code == 302
    cast(client, poll, {"choice": "haie"})
    assert Mark.objects.get().channel == "desk"


def test_codes_cannot_be_tried_without_end(poll_of: Make, client: Client, monkeypatch: Any) -> None:
    from mandat.apps.ballots.views import voting

    monkeypatch.setattr(voting, "MOST_CODES", 3)
    poll = poll_of("single")
    assert [client.post(url(poll, "code/"), {"code": "x"}).status_code for _ in range(4)] == [422, 422, 422, 429]


# -- before and after


def everything(poll: Poll) -> list[str]:
    return [
        url(poll, page)
        for page in ("recu/", "bulletins/", "vote.ballots", "bulletins.csv", "resultat.json", "bulletins.pb")
    ]


def test_no_page_of_a_result_exists_before_the_count(poll_of: Make, vote: Make, client: Client, clock: Any) -> None:
    poll = poll_of("single")
    vote(poll, {"choice": "haie"})
    for moment in (poll.closes_at - dt.timedelta(seconds=1), poll.closes_at):
        clock.move_to(moment)
        assert [client.get(one).status_code for one in everything(poll)] == [404] * 6
    page = client.get(url(poll, "")).content.decode()
    assert "clos" in page


def test_once_counted_all_is_public_and_the_file_recounts(
    poll_of: Make, vote: Make, client: Client, clock: Any, agent: User
) -> None:
    poll = poll_of("knapsack")
    for area in ["departement:45"] * 8 + ["departement:18"] * 7:
        vote(poll, {"approved": ["cour", "haie"]}, area=area)
    vote(poll, {"blank": True})
    clock.move_to(poll.closes_at)
    result = closing.poll_close(actor=agent, poll=poll)
    assert [client.get(one).status_code for one in everything(poll)] == [200] * 6
    page = client.get(url(poll, "")).content.decode()
    assert result.root in page
    assert poll.digest in page
    text = b"".join(client.get(url(poll, "vote.ballots")).streaming_content).decode()  # type: ignore[attr-defined]
    found = bundle.recounted(text.splitlines(keepends=True), root=result.root)
    assert found.agrees
    assert found.outcome["winners"] == result.winners
    table = b"".join(client.get(url(poll, "bulletins.csv")).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(table.splitlines()) == 17
    assert not any(line.startswith(("=", "+", "-", "@", "\t")) for line in table.splitlines())
    pb = b"".join(client.get(url(poll, "bulletins.pb")).streaming_content).decode()  # type: ignore[attr-defined]
    assert "num_votes;15" in pb


def test_a_receipt_of_nobody_is_not_found_and_a_mistyped_one_is_said_to_be(
    poll_of: Make, vote: Make, client: Client, clock: Any, agent: User
) -> None:
    poll = poll_of("single")
    vote(poll, {"choice": "haie"})
    clock.move_to(poll.closes_at)
    closing.poll_close(actor=agent, poll=poll)
    assert client.post(url(poll, "recu/"), {"receipt": receipts.receipt(5)}).status_code == 404
    wrong = client.post(url(poll, "recu/"), {"receipt": "<b>ABC"})
    assert wrong.status_code == 422
    assert "<b>ABC" not in wrong.content.decode()


def test_a_cancelled_vote_says_why(poll_of: Make, agent: User, client: Client) -> None:
    poll = poll_of("single")
    polls.poll_cancel(actor=agent, poll=poll, why="Une option manquait.")
    assert "Une option manquait." in client.get(url(poll, "")).content.decode()
    assert client.get(url(poll)).status_code == 409


def test_the_page_says_which_level_of_the_cnil_is_met_and_which_not(poll_of: Make, client: Client) -> None:
    page = client.get(url(poll_of("single"), "")).content.decode()
    assert "2019-053" in page
    assert "Aucun des trois niveaux" in page
    assert "1-08" in page
    assert "Belenios" in page


def test_only_the_number_of_voters_is_told_of_a_vote_under_way(poll_of: Make, vote: Make, client: Client) -> None:
    poll = poll_of("single")
    for choice in ("haie", "haie", "cour"):
        vote(poll, {"choice": choice})
    first = client.get(url(poll, "")).content.decode()
    assert re.search(r'class="so-far">3<', first)
    other = poll_of("single", code="autre")
    for choice in ("velo", "velo", "velo"):
        vote(other, {"choice": choice})
    second = client.get(url(other, "")).content.decode()
    plain = re.compile(r"csrfmiddlewaretoken[^>]*|[0-9a-f]{64}|single-autre|budget-essai-\w+")
    assert plain.sub("", first) == plain.sub("", second)


def test_pages_are_in_english_too(poll_of: Make, voter: Any) -> None:
    poll = poll_of("ranking")
    page = voter[0].get("/en" + url(poll)).content.decode()
    assert "Check my ballot" in page


def test_somebody_on_a_roll_by_name_votes_with_a_digital_identity(poll_of: Make, person: Make, agent: User) -> None:
    from allauth.socialaccount.models import SocialAccount

    from mandat.kernel.text import Text

    roll = rolls.roll_open(process="ferme", title=Text("Fermé", "Closed"), closed_list=True)
    rolls.enrol(roll=roll, channel="roll", identity="civil:dupont|marie|1980-02-29", area="departement:45")
    poll = poll_of("single", roll=roll, channels=("oidc", "roll"))
    user, stranger = person(), person()
    told = {"family_name": "DUPONT", "given_name": "Marie Anne", "birthdate": "1980-02-29", "sub": "abc"}
    SocialAccount.objects.create(user=user, provider="oidc", uid="abc", extra_data={"userinfo": told})
    SocialAccount.objects.create(
        user=stranger,
        provider="oidc",
        uid="def",
        extra_data={"userinfo": told | {"birthdate": "1981-01-01", "sub": "def"}},
    )
    client = Client()
    client.force_login(stranger)
    assert client.get(url(poll)).status_code == 403
    client.force_login(user)
    assert "Vous avez voté" in cast(client, poll, {"choice": "haie"}).content.decode()
    assert Mark.objects.get().channel == "oidc"
    assert Voter.objects.filter(roll=roll).count() == 1
