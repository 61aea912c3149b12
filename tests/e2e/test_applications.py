"""An application in a real browser, from the check before an account to the receipt: by keyboard, without a script, nothing axe finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests.apps.grants.intake.world import PDF
from tests.e2e.conftest import Visit
from tests.e2e.test_public_pages import violations

SCHEME = "renovation-habitat"
#: What is typed where, by the name of the field; else 3.
WORDS = {
    "commune_projet": "Tours",
    "annee": "1975",
    "surface": "90",
    "cout": "20000",
    "autres_aides_publiques": "0",
    "revenu_part": "15000",
}


def fill(field: Locator) -> None:
    """Answer one question as an owner would: the first choice, or the words of its name."""
    if field.locator("input[type=radio]").count():
        wanted = field.locator("input[value=particulier], input[value=proprietaire], input[value=true]")
        (wanted if wanted.count() else field.locator("input[type=radio]")).first.check()
    elif field.locator("input[type=checkbox]").count():
        field.locator("input[type=checkbox]").first.check()
    elif field.locator("select").count():
        field.locator("select").select_option(index=1)
    elif field.locator("textarea").count():
        field.locator("textarea").fill("Isoler la toiture.")
    else:
        control = field.locator("input:not([type=hidden])").first
        name = control.get_attribute("name") or ""
        control.fill(WORDS.get(name, "3"))


def fill_all(page: Page) -> None:
    for field in page.locator("main form.form .field").all():
        if field.locator("input, select, textarea").count() and "sure" not in (field.inner_html()):
            fill(field)


def press(page: Page, button: Locator) -> None:
    """A button, by the keyboard."""
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def check(page: Page) -> None:
    """Walk through the check before an account."""
    for _n in range(8):
        if page.locator("#verdict").count():
            return
        fill_all(page)
        press(page, page.locator("main button[value=answer]"))
    raise AssertionError(page.inner_text("main"))


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 390)], ids=["desktop light", "phone dark"])
def test_axe_finds_nothing_in_the_check_before_an_account(visit: Visit, dark: bool, width: int) -> None:
    page = visit(f"/aides/{SCHEME}/verifier/", dark=dark, width=width)
    assert violations(page) == []
    page.locator("main input:not([type=hidden]):not([type=radio])").first.fill("Atlantide")
    press(page, page.locator("main button[value=answer]"))
    assert page.locator("[role=alert]").count()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert violations(page) == []
    check(page)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("script", "width"), [(False, 1280), (True, 390)], ids=["without script", "phone"])
def test_an_application_goes_from_the_check_to_the_receipt_by_keyboard(
    visit: Visit, tmp_path: Path, script: bool, width: int
) -> None:
    page = visit(f"/aides/{SCHEME}/verifier/", script=script, width=width)
    check(page)
    press(page, page.locator("form[action$='/commencer/'] button"))
    assert "/compte/login/" in page.url
    assert "cout" not in page.url
    press(page, page.locator('button[value="inhabitant0"], button[value^="inhabitant"]').first)
    assert page.url.endswith("/commencer/")
    assert "de votre vérification" in page.inner_text("main")
    page.locator("input[name=applicant]").first.check()
    press(page, page.locator("main form.form button.button"))
    for _n in range(12):
        if script:
            assert violations(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        if "/formulaire/" in page.url:
            fill_all(page)
            press(page, page.locator("main button.button[value=save]").last)
        elif page.url.endswith("/plan/"):
            asked = re.search(r"\d[\d\s\u202f]*", page.locator(".pairs dd").first.inner_text())
            assert asked
            rest = 20000 - int(re.sub(r"\D", "", asked.group(0)))
            page.fill("#amount-0", str(rest))
            press(page, page.locator("main button.button[value=save]").last)
        elif page.url.endswith("/pieces/"):
            given = 0
            while given < page.locator(".piece").count():
                file = tmp_path / f"piece{given}.pdf"
                file.write_bytes(PDF)
                piece = page.locator(".piece").nth(given)
                piece.locator("input[type=file]").set_input_files(file)
                press(page, piece.locator("button.button"))
                given += 1
            with page.expect_navigation():
                page.locator("main p > a.button").press("Enter")
        else:
            break
    assert page.url.endswith("/verifier/")
    assert "Tout est là" in page.inner_text("main")
    page.locator("#sure").focus()
    page.keyboard.press("Space")
    press(page, page.locator("main form.section button"))
    assert page.url.endswith("/recepisse/1/")
    assert re.search(r"[0-9a-f]{64}", page.inner_text("main"))
    if script:
        assert violations(page) == []
    with page.expect_navigation():
        page.locator("main .buttons a >> nth=1").press("Enter")
    assert "Vous avez une réponse au plus tard" in page.inner_text("main")
    if script:
        assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
