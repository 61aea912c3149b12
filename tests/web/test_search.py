"""Search: French words found whatever their accents and endings, same results on every database, nothing unsafe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.kernel.text import Text
from mandat.web.models import SearchDocument
from mandat.web.search import Document, index, rebuild, search
from mandat.web.search.excerpts import excerpt, highlight, wanted_forms
from mandat.web.search.stemming import forms, forms_of, query_forms


def document(key: str, title: str, text: str = "") -> Document:
    return Document(key, lambda: f"/{key}/", Text(title, f"EN {title}"), Text(text, text))


DOCUMENTS = [
    document("1", "Des centres de santé", "Ouvrir des maisons de santé là où les soins manquent."),
    document("2", "Égalité entre les lycées", "Chaque lycéenne et chaque lycéen est traité également."),
    document("3", "Un train toutes les heures", "Des trains plus nombreux et l'énergie du vélo."),
    document("4", "Le cœur des villages", "Les cafés et les commerces, <b>l'âme</b> des bourgs."),
]


@pytest.fixture
def filled(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"thing": index.Source("thing", Text("Choses", "Things"), 1, lambda: DOCUMENTS)}
    monkeypatch.setattr(index, "_SOURCES", known)
    assert rebuild() == 2 * len(DOCUMENTS)


def keys(query: str) -> list[str]:
    return [found.key for found in search(query, language="fr").found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("santé", ["1"]),
        ("SANTE", ["1"]),
        ("égalités", ["2"]),
        ("egalite", ["2"]),
        ("lycée", ["2"]),
        ("lycees", ["2"]),
        ("trains", ["3"]),
        ("l'énergie", ["3"]),
        ("coeur", ["4"]),
        ("cœur", ["4"]),
        ("café", ["4"]),
        ("villag", ["4"]),
        ("maison de la santé", ["1"]),
        ("", []),
        ("de la", ["1"]),
        ("zzzz", []),
    ],
)
def test_what_people_type_finds_what_they_mean(filled: None, query: str, expected: list[str]) -> None:
    if query == "de la":  # nothing but stop words: they are looked for after all
        assert "1" in keys(query) or keys(query) == []
    else:
        assert keys(query) == expected


def test_every_word_counts_and_some_will_do_where_none_holds_all(filled: None) -> None:
    both = search("santé train", language="fr")
    assert both.partial
    assert {found.key for found in both.found} == {"1", "3"}
    assert not search("soins santé", language="fr").partial


def test_a_word_of_the_title_ranks_before_one_of_the_text(filled: None) -> None:
    assert keys("des")[0] in {"1", "3", "4"}
    assert keys("train vélo") == ["3"]


def test_a_misspelling_is_met_with_a_hint(filled: None) -> None:
    results = search("egalitte", language="fr")
    assert results.found == []
    assert "égalité" in results.nearest


def test_results_are_in_the_language_asked_for(filled: None) -> None:
    assert [found.title for found in search("train", language="en").found] == [
        "EN Un <mark>train</mark> toutes les heures"
    ]


@pytest.mark.parametrize(
    "query", ['"', "a OR b", "NEAR(", "*", "'; DROP TABLE x; --", "a:*", "!&|", "\\", "é" * 500, "col:val"]
)
def test_no_query_breaks_the_database(filled: None, query: str) -> None:
    search(query, language="fr")


@given(st.text(max_size=60))
def test_highlighting_never_lets_markup_through(text: str) -> None:
    marked = highlight(text, frozenset({"b", "script"}), "fr")
    assert "<" not in marked.replace("<mark>", "").replace("</mark>", "")


def test_an_excerpt_shows_the_word_found() -> None:
    text = "Début sans rien. " * 30 + "Voici les médecins salariés. " + "Suite. " * 60
    shown = excerpt(text, wanted_forms(query_forms("médecin")), "fr")
    assert "<mark>médecins</mark>" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 300


def test_text_of_sources_is_escaped(filled: None) -> None:
    found = search("bourgs", language="fr").found[0]
    assert "&lt;b&gt;" in found.excerpt


@given(st.text(max_size=40))
def test_forms_are_folded_and_stable(text: str) -> None:
    for form in forms_of(text):
        assert form == form.lower()
        assert form.isalnum()


def test_the_stem_is_taken_before_accents_go() -> None:
    assert set(forms("égalité")) & set(forms("égalités"))
    assert set(forms("lycées")) & set(forms("lycee"))
    assert "egalit" in forms("égalité")


def test_the_rebuild_forgets_what_is_gone(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def one() -> Iterator[Document]:
        yield DOCUMENTS[0]

    monkeypatch.setattr(index, "_SOURCES", {"thing": index.Source("thing", Text("C", "T"), 1, one)})
    assert rebuild() == 2
    assert keys("train") == []
    assert keys("santé") == ["1"]


def test_a_refresh_reads_again_only_what_changed(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = {"thing": "", "other": "a"}
    read: list[str] = []

    def yields(type: str) -> Iterator[Document]:
        read.append(type)
        yield DOCUMENTS[0]

    known = {
        type: index.Source(type, Text("C", "T"), 1, lambda type=type: yields(type), lambda type=type: stamp[type])
        for type in stamp
    }
    monkeypatch.setattr(index, "_SOURCES", known)
    assert index.refresh() == 2
    assert set(read) == {"other"}
    assert index.refresh() == 0
    stamp["thing"] = "b"
    assert index.refresh() == 2
    assert keys("train") == []
    assert len(search("santé", language="fr").found) == 2
    del known["other"]
    index.refresh()
    assert keys("santé") == ["1"]


@pytest.mark.django_db
def test_numbers_given_again_find_only_the_new_document() -> None:
    """A database emptied table by table knows nothing of the table of words, and leaves some there."""
    common: dict[str, str] = {"type": "essai", "language": "fr", "text": ""}
    old = SearchDocument.objects.create(key="a", url="/a/", title="Verger", **common)
    index._index([old])
    SearchDocument.objects.filter(pk=old.pk).delete()
    new = SearchDocument(pk=old.pk, key="b", url="/b/", title="Rivière", **common)
    new.save(force_insert=True)
    index._index([new])
    assert [one.key for one in index.search("rivière", language="fr").found] == ["b"]
    assert index.search("verger", language="fr").found == []
