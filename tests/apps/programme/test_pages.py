"""Every public page, in both languages, with bounded queries, on a small programme with a history."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from mandat.facts import Fact
from mandat.journal.merkle import verify_inclusion
from mandat.kernel.text import Text
from mandat.web.search import rebuild
from mandat.web.sentences import SERIES
from tests.programmes_folder import CHAPTER, texts

DAY = dt.date(2024, 5, 13)


def output(number: int, **changes: Any) -> Fact:
    values: dict[str, Any] = {
        "kind": "programme.output_confirmed.v1",
        "occurred_on": DAY,
        "programme": "essai",
        "measures": (1,),
        "commitments": ("1.1",),
        "quantity": Decimal(number),
        "unit": "doctor",
        "data": {"title": f"Promotion <b>{number}</b> d'été"},
        "breakdowns": {"gender": {"women": 12, "men": 8, "unknown": 3}},
        "synthetic": True,
    }
    return Fact(**(values | changes))


@pytest.fixture
def history(programme: Published) -> list[journal.Entry]:
    """Outputs, a decision, a milestone, a grant, one correction and one withdrawal."""
    first, second, third = journal.append([output(40), output(30), output(7)])
    facts = [
        journal.correction(second, quantity=Decimal(35)),
        journal.withdrawal(third, reason="Saisie en double", occurred_on=DAY),
        output(1, kind="programme.decision_recorded.v1", quantity=None, unit="", breakdowns={},
               data={"form": "deliberation", "number": "24.05", "title": "Plan de formation"}),
        output(1, kind="programme.milestone_reached.v1", quantity=None, unit="", breakdowns={},
               data={"milestone": "convention", "title": "Convention signée"}),
        output(1, kind="grants.awarded.v1", measures=(2,), commitments=("2.1",), quantity=None, unit="", breakdowns={},
               amount=Decimal("1500000.50"), data={"beneficiary": "Association synthétique", "purpose": "Prévention"}),
    ]  # fmt: skip
    return [first, second, third, *journal.append(facts)]


PAGES = {
    "/": 8,
    "/mesures/": 3,
    "/mesures/?statut=late&pilier=pilier&public=everyone&odd=3&q=medecin": 3,
    "/mesures/parcourir/": 2,
    "/mesures/1/": 12,
    "/mesures/2/": 10,
    "/mesures/1/badge.svg": 3,
    "/chapitres/sante/": 3,
    "/engagements/1.1/pourquoi/": 8,
    "/engagements/1.2/pourquoi/": 8,
    "/engagements/2.1/pourquoi/": 8,
    "/faits/": 7,
    "/faits/?genre=grants.awarded.v1&mesure=2&engagement=2.1&depuis=2024-01-01&jusque=2024-12-31&q=prevention": 7,
    "/instances/": 5,
    "/instances/conseil/": 14,
    "/statut/": 3,
    "/programme/": 2,
    "/programme/versions/": 3,
    "/programme/versions/?genre=measure&page=1": 3,
    "/programme/versions/commitment/1.1/": 3,
    "/donnees/": 3,
    "/accessibilite/": 1,
    "/mentions-legales/": 1,
    "/recherche/": 2,
    "/recherche/?q=médecins": 6,
    "/recherche/?q=zzzz": 6,
    "/glossaire/": 1,
    "/composants/": 1,
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_page_answers_in_both_languages_with_bounded_queries(
    client: Client, history: list[journal.Entry], path: str, prefix: str
) -> None:
    rebuild()
    client.get(prefix + path)  # what is read once for each revision is read here
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(prefix + path)
    assert page.status_code == 200
    assert len(queries) <= PAGES[path], [query["sql"][:120] for query in queries]
    if page["Content-Type"].startswith("text/html"):
        text = page.content.decode()
        assert f'<html lang="{"en" if prefix else "fr"}"' in text
        assert text.count("<h1") == 1
        assert 'id="main"' in text
        assert re.search(r"<title>\s*\S", text)


def test_an_empty_programme_shows_no_error_but_says_that_nothing_is_known(client: Client, programme: Published) -> None:
    for path in PAGES:
        assert client.get(path).status_code == 200, path
    assert "inconnu" in client.get("/mesures/2/").content.decode()


@pytest.mark.parametrize(
    "path",
    ["/mesures/3/", "/mesures/0/", "/chapitres/rien/", "/engagements/9.9/pourquoi/", "/engagements/x/pourquoi/", "/faits/9999/",
     "/faits/99999999999999999999999/", "/faits/99999999999999999999999/preuve.json", "/instances/personne/",
     "/programme/versions/measure/77/", "/programme/versions/nothing/1/", "/mesures/3/badge.svg", "/rien/"],
)  # fmt: skip
def test_what_does_not_exist_is_said_not_to(client: Client, history: list[journal.Entry], path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert "Cette page n’existe pas" in page.content.decode()


def test_a_site_without_programme_says_so_rather_than_fail(client: Client, db: None) -> None:
    assert client.get("/").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["?avant=abc", "?apres=-1", "?avant=99999999999999999999", "?mesure=zz", "?engagement=1", "?depuis=hier", "?lieu=Nulle-Part",
     "?depuis=2024-02-01&jusque=2024-01-01", "?genre=x.y.v1", "?q=%00", "?q=<script>alert(1)</script>", "?lieu=commune:99999"],
)  # fmt: skip
def test_odd_filters_are_answered_with_words(client: Client, history: list[journal.Entry], query: str) -> None:
    page = client.get("/faits/" + query)
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_a_wrong_filter_is_named_beside_its_field_and_in_the_summary(
    client: Client, history: list[journal.Entry]
) -> None:
    text = client.get("/faits/?engagement=douze").content.decode()
    assert 'href="#id_engagement"' in text
    assert 'id="id_engagement-error"' in text
    assert 'class="facts"' not in text


def test_facts_are_read_page_by_page_without_repeat_or_gap(
    client: Client, history: list[journal.Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mandat.apps.programme.views import facts

    monkeypatch.setattr(facts, "PAGE", 3)
    seen: list[int] = []
    path: str | None = "/faits/?mesure=1"
    while path:
        text = client.get(path).content.decode()
        seen += [int(index) for index in re.findall(r'class="fact-say" href="/faits/(\d+)/"', text)]
        older = re.search(r'href="([^"]*)" rel="next"', text)
        path = "/faits/" + older.group(1).replace("&amp;", "&") if older else None
    expected = sorted(
        (entry.index for entry in journal.page(size=500, programme="essai", measure=1).entries), reverse=True
    )
    assert seen == expected


def test_the_measure_says_promise_truth_status_value_and_what_is_not_known(
    client: Client, history: list[journal.Entry]
) -> None:
    text = client.get("/mesures/1/").content.decode()
    for words in ("Former 450 médecins de plus.", "Au moins 450 médecins formés.", "Pourquoi ce chiffre", "75"):
        assert words in text
    assert "prévu" not in text  # path and count are live
    listed = client.get("/faits/").content.decode()
    assert "&lt;b&gt;40&lt;/b&gt;" in listed
    assert "<b>40</b>" not in listed + text
    assert client.get("/mesures/2/").content.decode().count("chaque année") >= 1


def test_small_counts_are_withheld_and_what_would_reveal_them(client: Client, history: list[journal.Entry]) -> None:
    page = client.get(f"/faits/{history[0].index}/").content.decode()
    # 3 unknown is under 5; with the total known, one other must hide it.
    assert page.count("non publié") == 2
    assert "Femmes : 12" in page.replace("\u00a0", " ")


def test_a_fact_shows_its_place_its_proof_and_its_corrections(client: Client, history: list[journal.Entry]) -> None:
    first, second, third, correction, withdrawal, *_ = history
    corrected = client.get(f"/faits/{second.index}/").content.decode()
    assert f'href="/faits/{correction.index}/"' in corrected
    assert "Ce fait ne compte plus" in corrected
    chain = client.get(f"/faits/{correction.index}/").content.decode()
    assert f'href="/faits/{second.index}/"' in chain
    assert withdrawal.index > third.index
    shown = client.get(f"/faits/{first.index}/").content.decode()
    assert first.leaf.hex() in shown
    assert first.fact.definition is None or first.fact.definition.digest in shown


def test_the_proof_of_a_fact_can_be_checked_by_a_stranger(client: Client, history: list[journal.Entry]) -> None:
    import base64
    import hashlib

    document = json.loads(client.get(f"/faits/{history[1].index}/preuve.json").content)
    leaf = hashlib.sha256(b"\x00" + document["fact"].encode()).digest()
    assert verify_inclusion(
        leaf=leaf,
        index=document["index"],
        size=document["size"],
        proof=[base64.b64decode(step) for step in document["path"]],
        root=base64.b64decode(document["root"]),
    )


def test_why_this_number_lists_what_counts_and_what_does_not(client: Client, history: list[journal.Entry]) -> None:
    text = client.get("/engagements/1.1/pourquoi/").content.decode()
    table = text.split('id="facts"')[1]
    counted = re.findall(r'<a href="/faits/(\d+)/">.*?<td>(oui|non)</td>', table, re.DOTALL)
    said = {int(index): answer == "oui" for index, answer in counted}
    first, second, third, correction, *_ = history
    assert said == {first.index: True, second.index: False, third.index: False, correction.index: True}
    assert "75" in text.split('class="number-value"')[1][:40]


def test_the_versions_of_a_definition_show_their_differences(client: Client, programme: Published) -> None:
    programme_load(
        folder=read_texts(texts(chapter=CHAPTER.replace("Former 450 médecins de plus", "Former 500 médecins")))
    )
    text = client.get("/programme/versions/commitment/1.1/").content.decode()
    assert "promise.fr" in text
    assert "<del>Former 450 médecins de plus.</del>" in text
    assert "<ins>Former 500 médecins.</ins>" in text


def test_the_home_page_is_the_carre_with_the_same_as_a_list(client: Client, history: list[journal.Entry]) -> None:
    text = client.get("/").content.decode()
    svg = text.split('<figure class="carre">')[1].split("</svg>")[0] + "</svg>"
    root = ElementTree.fromstring(svg)
    links = [link.get("href") for link in root.iter("{http://www.w3.org/2000/svg}a")]
    assert links == ["/mesures/1/", "/mesures/2/"]
    assert "Les mêmes mesures en liste" in text


def test_the_demonstration_says_so_on_every_page(client: Client, history: list[journal.Entry], settings: Any) -> None:
    settings.MANDAT_DEMO = True
    for path in PAGES:
        page = client.get(path)
        if page["Content-Type"].startswith("text/html"):
            assert "Tous les faits affichés ici sont synthétiques" in page.content.decode(), path
    settings.MANDAT_DEMO = False
    assert "affichés ici sont synthétiques" not in client.get("/").content.decode()


def test_the_search_finds_a_measure_by_another_form_of_its_words(client: Client, history: list[journal.Entry]) -> None:
    rebuild()
    text = client.get("/recherche/?q=medecin").content.decode()
    assert "/mesures/1/" in text
    assert "<mark>médecins</mark>" in text
    alone = client.get("/recherche/?q=medecin&type=measure").content.decode()
    assert "Tous les types de résultats" in alone
    assert "&lt;script&gt;" in client.get("/recherche/?q=<script>x</script>").content.decode()


def test_the_worked_examples_of_the_status_page_cover_every_status(client: Client, programme: Published) -> None:
    from mandat.apps.programme.views.about import worked_examples
    from mandat.engines.indicators.status import Status

    found = {example.standing.status for example in worked_examples(programme.status_rule)}
    assert found == set(Status)


def test_the_badge_can_be_shown_elsewhere(client: Client, history: list[journal.Entry]) -> None:
    badge = client.get("/mesures/1/badge.svg")
    assert badge["Content-Type"].startswith("image/svg+xml")
    assert badge["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "X-Frame-Options" not in badge
    ElementTree.fromstring(badge.content)


def test_measures_are_browsed_by_audience_chapter_goal_and_marker_and_each_way_leads_to_as_many(
    client: Client, programme: Published
) -> None:
    page = client.get("/mesures/parcourir/").content.decode()
    ways = re.findall(r'<a href="(/mesures/\?(?:public|odd|marqueur)=[^"]+)">[^<]+</a> \((\d+)\)', page)
    assert {way.split("?")[1].split("=")[0] for way, _n in ways} == {"public", "odd", "marqueur"}
    for way, n in ways:
        narrowed = client.get(way).content.decode()
        assert narrowed.count('<li class="tone--') == int(n), way


def test_an_observation_is_said_by_the_title_of_its_series(
    client: Client, programme: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SERIES, "logements-renoves", Text("Logements rénovés", "Dwellings renovated"))
    data = {"series": "logements-renoves", "publisher": "Institut d'essai", "period": "2024"}
    [entry] = journal.append([output(12, kind="statistics.observed.v1", unit="item", breakdowns={}, data=data)])
    page = client.get(f"/faits/{entry.index}/").content.decode()
    assert "Logements rénovés" in page
    assert "Dwellings renovated" in client.get(f"/en/faits/{entry.index}/").content.decode()
    [unnamed] = journal.append(
        [output(12, kind="statistics.observed.v1", unit="item", breakdowns={}, data=data | {"series": "Une série"})]
    )
    assert "Une série" in client.get(f"/faits/{unnamed.index}/").content.decode()
