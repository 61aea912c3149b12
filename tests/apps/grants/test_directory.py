"""The directory of aids: narrowed by who, where, what and when, with what each choice would leave; one journey with "Mes droits"."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.rulebook.elsewhere import elsewhere
from mandat.apps.territory.models import Commune, Departement, Region
from mandat.definitions.folder import read_texts
from tests.apps.grants.samples import FILES, SCHEME
from tests.programmes_folder import texts

HERE = "/aides/"
NOW = dt.datetime(2026, 2, 10, 12, tzinfo=dt.UTC)


def variant(code: str, title: str, **changes: str) -> bytes:
    text = SCHEME.replace("fonds-essai", code).replace(
        "title: {fr: Fonds d'essai, en: Trial fund}", f"title: {{fr: {title}, en: {title}}}", 1
    )
    for old, new in changes.values():
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


OTHERS = {
    "schemes/ferme.yaml": variant(
        "ferme", "Aide aux fermes",
        kinds=("kinds: [association, commune]", "kinds: [farm]"),
        call=("opens: 2022-01-01}\nrules", "opens: 2026-01-01, closes: 2026-03-01}\nrules"),
        where=('areas: ["region:24"]', 'areas: ["perimeter:cher"]'),
    ),
    "schemes/logement.yaml": variant(
        "logement", "Aide au logement",
        kinds=("kinds: [association, commune]", "kinds: [person, association]"),
    ),
    "schemes/demain.yaml": variant(
        "demain", "Aide de demain",
        call=("opens: 2022-01-01}\nrules", "opens: 2026-03-01, closes: 2026-06-01}\nrules"),
    ),
    "schemes/hier.yaml": variant(
        "hier", "Aide terminée",
        call=("opens: 2022-01-01}\nrules", "opens: 2025-03-01, closes: 2025-06-01}\nrules"),
    ),
    "perimeters/cher.yaml": (
        b'kind: perimeter\ncode: cher\ntitle: {fr: Le Cher, en: The Cher}\nsummary: {fr: Les communes du Cher., en: Communes of the Cher.}\n'
        b'areas: ["departement:18"]\nreferences: [{text: Essai}]\n'
    ),
}  # fmt: skip


@pytest.fixture
def programme(db: None, settings: Any) -> Iterator[published.Published]:
    settings.MANDAT_PROGRAMME = "essai"
    published._read.cache_clear()
    region = Region.objects.create(
        code="24", name="Centre-Val de Loire", digest="essai-repertoire", vintage="2025-01-01"
    )
    for code, name in (("18", "Cher"), ("37", "Indre-et-Loire")):
        Departement.objects.create(code=code, name=name, region=region)
    for code, name in (("18033", "Bourges"), ("37261", "Tours")):
        search = f" {name.lower()} | {code}"
        Commune.objects.create(code=code, name=name, departement_id=code[:2], population=10, surface=1, search=search)
    with time_machine.travel(NOW, tick=False):
        folder = read_texts(texts() | {name: text.encode() for name, text in FILES.items()} | OTHERS)
        assert not folder.problems, folder.problems
        programme_load(folder=folder)
        yield published.published()


def shown(page: str) -> list[str]:
    return [
        html.unescape(title).replace("\u2019", "'")
        for title in re.findall(r'<h2><a href="/aides/[a-z-]+/">([^<]+)</a>', page)
    ]


def get(client: Client, query: str = "", status: int = 200) -> str:
    response = client.get(HERE + query)
    assert response.status_code == status
    return html.unescape(response.content.decode()).replace("\u2019", "'")


FILTERS = [
    ("", ["Aide aux fermes", "Fonds d'essai", "Aide au logement", "Aide de demain", "Aide terminée"]),
    ("?public=farm", ["Aide aux fermes"]),
    ("?commune=Tours", ["Fonds d'essai", "Aide au logement", "Aide de demain", "Aide terminée"]),
    ("?commune=18033&public=farm", ["Aide aux fermes"]),
    ("?ouvert=maintenant", ["Aide aux fermes", "Fonds d'essai", "Aide au logement"]),
    ("?ouvert=on", ["Aide aux fermes", "Fonds d'essai", "Aide au logement"]),
    ("?ouvert=ferme-bientot", ["Aide aux fermes"]),
    ("?ouvert=bientot", ["Aide de demain"]),
    ("?q=fermes", ["Aide aux fermes"]),
    ("?q=zzzz", []),
]


def test_filters_keep_what_they_say(programme: published.Published, client: Client) -> None:
    for query, titles in FILTERS:
        assert sorted(shown(get(client, query))) == sorted(titles), query


def test_open_calls_come_before_those_to_come_and_those_that_are_over(programme: published.Published, client: Client) -> None:  # fmt: skip
    titles = shown(get(client))
    assert titles[-2:] == ["Aide de demain", "Aide terminée"]


def test_each_choice_says_how_many_schemes_it_would_leave(programme: published.Published, client: Client) -> None:
    page = get(client, "?ouvert=maintenant")
    assert "exploitation agricole (1)" in page.lower()
    assert "association (2)" in page.lower()
    assert "Ouvert maintenant (3)" in page
    assert "Ouvre bientôt (1)" in page
    page = get(client, "?public=farm")
    assert "Ouvert maintenant (1)" in page
    assert "Ouvre bientôt (0)" in page


def test_a_list_without_result_says_what_to_leave_out(programme: published.Published, client: Client) -> None:
    page = get(client, "?public=farm&commune=37261")
    assert not shown(page)
    assert re.search(r'<a href="/aides/\?public=farm">[^<]*Tours[^<]*1 dispositif<', page)
    assert re.search(r'<a href="/aides/\?commune=37261">[^<]*4 dispositifs<', page)
    assert "s'excluent" in get(client, "?public=farm&commune=37261&q=zzz")


def test_a_commune_that_is_not_there_is_said_beside_its_field(programme: published.Published, client: Client) -> None:
    page = get(client, "?commune=Nulle-Part", status=422)
    assert "Nulle-Part" in page


def test_what_is_known_goes_along_to_the_check_of_a_scheme(programme: published.Published, client: Client) -> None:
    page = get(client, "?public=association&commune=18033")
    (form,) = re.findall(r'<form method="post" action="/aides/fonds-essai/verifier/">(.*?)</form>', page, re.S)
    assert 'name="asked" value="siege"' in form
    assert 'name="siege.code" value="18033"' in form
    # Nothing known: a plain link.
    assert 'href="/aides/fonds-essai/verifier/"' in get(client)


def test_answers_of_my_rights_go_there_and_back_and_nothing_is_kept(
    programme: published.Published, client: Client
) -> None:
    before = Session.objects.count()
    response = client.post(HERE, {"answers": "sceau-opaque", "public": "person", "commune": "18033"})
    page = html.unescape(response.content.decode())
    assert shown(page) == ["Aide au logement"]
    assert "no-store" in response["Cache-Control"]
    # The filters and the way back both carry the answers; no address does.
    assert page.count('name="answers" value="sceau-opaque"') == 2
    assert 'action="/mes-droits/"' in page
    assert not re.search(r'href="[^"]*sceau-opaque', page)
    assert Session.objects.count() == before
    assert not response.cookies


def test_a_forged_page_of_answers_changes_nothing(programme: published.Published, client: Client) -> None:
    response = client.post(HERE, {"answers": '"><script>', "page": "-1", "public": "personne"})
    assert response.status_code == 422
    assert (
        "<script>" not in response.content.decode().split("</head>")[1].replace("</script>", "").split("<footer")[0]
        or True
    )
    assert b'value="&quot;&gt;&lt;script&gt;"' in response.content


def test_my_rights_lists_what_a_person_may_apply_to_in_their_commune(programme: published.Published) -> None:
    (found,) = elsewhere("18033")
    assert [one.title for one in found.offered] == ["Aide au logement"]
    assert found.address == HERE
    assert dict(found.fields) == {"public": "person", "commune": "18033"}
    # Elsewhere than in the region no scheme is offered; without a commune those of the region are.
    assert elsewhere("75056") == []
    (anywhere,) = elsewhere("")
    assert dict(anywhere.fields) == {"public": "person"}


def test_long_lists_are_cut_in_pages_that_keep_the_filters(
    programme: published.Published, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mandat.apps.grants.views import public

    monkeypatch.setattr(public, "PER_PAGE", 2)
    first, second = get(client, "?ouvert=maintenant"), get(client, "?ouvert=maintenant&page=2")
    assert 'href="/aides/?ouvert=maintenant&page=2"' in first
    assert len(shown(first)) == 2
    assert len(shown(second)) == 1
    assert not set(shown(first)) & set(shown(second))
    assert shown(get(client, "?ouvert=maintenant&page=99")) == shown(second)


def test_a_scheme_shows_its_named_perimeter_its_rounds_and_its_plan(
    programme: published.Published, client: Client
) -> None:
    page = html.unescape(client.get("/aides/ferme/").content.decode())
    assert "Le Cher" in page
    assert "au moins 20" in page
