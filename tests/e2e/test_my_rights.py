"""Mes droits in a real browser: without a script, by keyboard, on a phone, and nothing axe finds at any step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Visit
from tests.e2e.test_public_pages import violations

ANSWERS = {"commune": "Orléans", "revenu_mensuel": "640", "quotient_familial": "500"}


def question(page: Page) -> str:
    found = page.locator("input[name=question]")
    return found.first.input_value().split(":")[-1] if found.count() else ""


def answer(page: Page) -> None:
    """Answer the question shown as a student of twenty would."""
    name = question(page)
    if page.locator("[name$='.day']").count():
        for part, value in (("day", "27"), ("month", "3"), ("year", "2006")):
            page.fill(f"[name$='.{part}']", value)
    elif page.locator("input[type=radio]").count():
        wanted = page.locator("input[value=etudes], input[value=false], input[value=aucun]")
        (wanted if wanted.count() else page.locator("input[type=radio]")).first.check()
    else:
        page.locator("main input:not([type=hidden])").first.fill(ANSWERS.get(name, "1"))
    # Before the next page is there, no question is either: the questionnaire would look done.
    with page.expect_navigation():
        page.click("button[value=answer]")


@pytest.mark.parametrize(("dark", "width"), [(False, 390), (True, 1280)], ids=["phone light", "desktop dark"])
def test_axe_finds_nothing_at_any_step_and_twelve_questions_or_so_are_enough(
    visit: Visit, dark: bool, width: int
) -> None:
    page = visit("/mes-droits/", dark=dark, width=width)
    with page.expect_navigation():
        page.click("button[value=begin]")
    asked = 0
    while question(page):
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        answer(page)
        asked += 1
        assert asked < 20
    assert 5 <= asked <= 14
    assert page.locator("h1").inner_text() == "Votre résultat"
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_heading_of_each_step_takes_the_focus_and_errors_take_it_first(visit: Visit) -> None:
    page = visit("/mes-droits/")
    # The browser gives the focus once the page is laid out.
    page.click("button[value=begin]")
    page.wait_for_function("document.activeElement.tagName === 'H1'")
    page.click("button[value=answer]")
    page.wait_for_function("document.activeElement.getAttribute('role') === 'alert'")
    assert page.title().startswith("Erreur")
    assert violations(page) == []
    page.locator("[role=alert] a").click()
    assert page.evaluate("document.activeElement.id").startswith("q-foyer-0-commune")


def press_enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_whole_way_is_walked_with_the_keyboard_alone_without_a_script(visit: Visit) -> None:
    page = visit("/mes-droits/", script=False)
    page.locator("button[value=begin]").focus()
    press_enter(page)
    page.keyboard.press("Tab")
    page.keyboard.type("Tours")
    press_enter(page)
    assert question(page) == "date_naissance"
    page.keyboard.press("Tab")
    page.keyboard.type("12")
    page.keyboard.press("Tab")
    page.keyboard.type("9")
    page.keyboard.press("Tab")
    page.keyboard.type("1990")
    press_enter(page)
    assert question(page) == "situation"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    press_enter(page)
    assert question(page) not in ("", "situation")


def test_answers_are_kept_as_a_file_and_taken_up_again(visit: Visit) -> None:
    page = visit("/mes-droits/")
    page.click("button[value=begin]")
    answer(page)
    answer(page)
    page.click("button[value=results]")
    with page.expect_download() as kept:
        page.click("button[value=download]")
    again = visit("/mes-droits/")
    again.set_input_files("input[type=file]", kept.value.path())
    again.click("button[value=upload]")
    assert "Orléans" in again.locator(".recap").inner_text()
    assert re.search(r"27\smars\s2006", again.locator(".recap").inner_text())


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_simulator_and_its_answer_hold_no_fault(visit: Visit, dark: bool) -> None:
    page = visit("/regles/tarif-solidaire-remi/essayer/", dark=dark, width=390)
    page.click("button[value='example:0']")
    assert page.locator("#answer").count() == 1
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
