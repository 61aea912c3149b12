"""Components: what they show, what they refuse, and the living page that shows them all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.test import Client, RequestFactory

from mandat.web.components import Column, Figure, Link, Page, StatusCell, Table
from mandat.web.context import site
from mandat.web.paging import turned
from mandat.web.templatetags import components as tags
from tests.html_rules import faults


def render(source: str, **values: object) -> str:
    return Template("{% load components formats %}" + source).render(Context(values))


def test_an_unknown_figure_is_said_unknown_and_never_zero() -> None:
    shown = render("{% figure f %}", f=Figure(None, "person"))
    assert "inconnu" in shown
    assert "0" not in shown


def test_a_figure_says_since_when_it_is_out_of_date_and_why_it_is_so() -> None:
    import datetime as dt

    shown = render("{% figure f %}", f=Figure(Decimal(12), "doctor", stale_since=dt.date(2026, 3, 1), why="/pourquoi/"))
    assert "1er\u00a0mars\u00a02026" in shown
    assert 'href="/pourquoi/"' in shown


def test_a_status_is_a_colour_a_pattern_and_a_word() -> None:
    assert render("{% status_badge 'late' %}") == '<span class="status status--late">en retard</span>'
    with pytest.raises(ValueError, match="nearly"):
        render("{% status_badge 'nearly' %}")


def test_a_table_heads_its_rows_and_columns_and_can_be_scrolled_with_the_keyboard() -> None:
    table = Table("Titre", [Column("A"), Column("B", right=True)], [[Link("<x>", "/x/"), StatusCell("kept")]])
    shown = render("{% table t %}", t=table)
    assert faults(shown) == []
    assert '<th scope="row"><a href="/x/">&lt;x&gt;</a></th>' in shown
    assert 'tabindex="0"' in shown


class Form(forms.Form):
    name = forms.CharField(label="Nom", help_text="Comme vous voulez")
    choice = forms.ChoiceField(label="Choix", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


def test_errors_stand_beside_their_field_and_in_a_summary_that_leads_to_it() -> None:
    form = Form({})
    shown = render("{% error_summary form %}{% for f in form %}{% field f %}{% endfor %}", form=form)
    assert faults(shown) == []
    assert 'href="#id_name"' in shown
    assert 'aria-describedby="id_name-help id_name-error"' in shown
    assert 'aria-invalid="true"' in shown
    assert "<fieldset" in shown


def test_a_pager_shows_only_the_ways_there_are() -> None:
    shown = render("{% pagination p %}", p=Page(shown=5, older="?avant=3"))
    assert "?avant=3" in shown
    assert 'rel="prev"' not in shown
    assert render("{% pagination p %}", p=Page(shown=5)).strip() == ""


def test_a_numbered_pager_leads_to_the_neighbours_and_keeps_the_filters() -> None:
    def turn(query: str) -> tuple[list[int], Page]:
        return turned(RequestFactory().get("/liste/" + query), range(45), size=20)

    rows, page = turn("?q=a&page=2")
    assert rows == list(range(20, 40))
    assert (page.number, page.pages, page.total) == (2, 3, 45)
    assert (page.newer, page.older) == ("?q=a&page=1", "?q=a&page=3")
    shown = render("{% pagination p %}", p=page)
    assert "Page 2 sur 3" in shown
    assert 'href="?q=a&amp;page=3" rel="next"' in shown
    assert turn("?page=zéro")[0][0] == 0
    assert turn("?page=99")[0] == list(range(40, 45))
    assert render("{% pagination p %}", p=turned(RequestFactory().get("/"), [1], size=20)[1]).strip() == ""


def test_an_alert_is_of_a_known_kind() -> None:
    with pytest.raises(ValueError, match="not a kind"):
        render("{% alert 'loud' %}x{% endalert %}")


def test_the_living_page_shows_every_component_with_its_inputs(client: Client) -> None:
    page = client.get("/composants/").content.decode()
    shown = {"breadcrumb", "time", "status_word"}  # used by the page itself, or words alone
    for tag in tags.register.tags:
        assert tag in shown or f"{{% {tag}" in page, tag
    assert client.get("/composants/?errors=1").content.decode().count('aria-invalid="true"') >= 2


def test_the_appearance_is_remembered_without_a_script(client: Client) -> None:
    answer = client.post("/apparence/", {"theme": "dark", "next": "/glossaire/"})
    assert (answer.status_code, answer["Location"]) == (302, "/glossaire/")
    assert 'data-theme="dark"' in client.get("/glossaire/").content.decode()
    client.post("/apparence/", {"theme": ""})
    assert "data-theme" not in client.get("/glossaire/").content.decode()


def test_the_choice_of_appearance_leads_nowhere_else(client: Client) -> None:
    for elsewhere in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        assert client.post("/apparence/", {"theme": "dark", "next": elsewhere})["Location"] == "/"
    assert client.get("/apparence/").status_code == 405
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/glossaire/").content.decode()


def test_the_other_language_keeps_the_page_and_its_filters(rf: RequestFactory) -> None:
    from django.utils import translation

    request = rf.get("/faits/?mesure=2")
    request.resolver_match = None
    with translation.override("fr"):
        assert site(request)["other_language"]["url"] == "/en/faits/?mesure=2"
    english = rf.get("/en/faits/?mesure=2")
    english.resolver_match = None
    with translation.override("en"):
        assert site(english)["other_language"]["url"] == "/faits/?mesure=2"


def test_pages_carry_a_policy_without_inline_script_or_style(client: Client) -> None:
    policy = client.get("/glossaire/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
