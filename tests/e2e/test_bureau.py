"""Accounts and the back office in a real browser: sign in by code, an act by two agents, a definition edited; axe on each page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.test_public_pages import open_everything, violations

#: Buttons of the demonstration's accounts.
AGENT, SECOND, ELECTED, AUDITOR, ADMIN = "agent2", "agent3", "elected4", "auditor5", "administrator6"

PAGES = {
    "sign in": ("", "/compte/login/"),
    "sign up": ("", "/compte/signup/"),
    "rights": ("", "/compte/droits/"),
    "account": (ADMIN, "/compte/"),
    "preferences": (ADMIN, "/compte/preferences/"),
    "address": (ADMIN, "/compte/email/"),
    "second factor": (ADMIN, "/compte/2fa/"),
    "application": (ADMIN, "/compte/2fa/totp/activate/"),
    "new passkey": (ADMIN, "/compte/2fa/webauthn/add/"),
    "passkeys": (ADMIN, "/compte/2fa/webauthn/"),
    "sessions": (ADMIN, "/compte/sessions/"),
    "deletion": (ADMIN, "/compte/supprimer/"),
    "roles": (ADMIN, "/compte/roles/"),
    "tasks": (AGENT, "/bureau/"),
    "commitments": (AGENT, "/bureau/engagements/?a_jour=non"),
    "panel": (AGENT, "/bureau/engagements/?voir=2.1"),
    "output": (AGENT, "/bureau/engagements/1.1/realisation/"),
    "observation": (AGENT, "/bureau/engagements/2.1/observation/"),
    "milestone": (AGENT, "/bureau/engagements/6.1/jalon/"),
    "decision": (AGENT, "/bureau/decision/"),
    "queue": (AGENT, "/bureau/a-confirmer/"),
    "imports": (AGENT, "/bureau/imports/"),
    "new import": (AGENT, "/bureau/imports/nouveau/"),
    "fact": (AGENT, "/bureau/faits/700/"),
    "suspension": (ELECTED, "/bureau/engagements/1.1/suspendre/"),
    "publications": (AUDITOR, "/bureau/publications/"),
    "my data": (ADMIN, "/compte/donnees/"),
    "erasure": (ADMIN, "/compte/donnees/effacer/"),
    "retention": (AUDITOR, "/bureau/conservation/"),
    "my organisations": (ADMIN, "/organisations/"),
    "new organisation": (ADMIN, "/organisations/nouvelle/"),
    "organisation without number": (ADMIN, "/organisations/nouvelle/?sans-numero=1"),
    "all organisations": (AGENT, "/bureau/organisations/"),
    "meetings": (AGENT, "/bureau/rencontres/?etat=passees"),
    "new meeting": (AGENT, "/bureau/rencontres/nouvelle/?serie=debat-public"),
    "carnets": (AGENT, "/bureau/carnets/"),
    "new carnet": (AGENT, "/bureau/carnets/nouveau/"),
    "consultations": (AGENT, "/bureau/consultations/"),
    "takeover": (AGENT, "/bureau/consultations/reprises/"),
    "petitions": (AGENT, "/bureau/petitions/"),
    "definitions": (ADMIN, "/bureau/definitions/?genre=commitment"),
    "definition": (ADMIN, "/bureau/definitions/commitment/1.2/"),
    "programme": (ADMIN, "/bureau/definitions/programme/centre-val-de-loire/"),
}

Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def signed_in() -> dict[str, Any]:
    """Sessions already open, by account: signing in at each test would only take time."""
    return {}


@pytest.fixture
def enter(site: str, chromium: Browser, signed_in: dict[str, Any]) -> Iterator[Enter]:
    """A page signed in with an account of the demonstration. A script error or a refused style fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def go(account: str, path: str, *, dark: bool = False, width: int = 1280, script: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light",
            java_script_enabled=script, locale="fr-FR", storage_state=signed_in.get(account),
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda m: faults.append(m.text) if m.type == "error" and "status of 4" not in m.text else None
        )
        if account and account not in signed_in:
            page.goto(f"{site}/compte/login/")
            page.click(f'button[value="{account}"]')
            signed_in[account] = context.storage_state()
        page.goto(site + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("dark", [False, True], ids=["light desktop", "dark phone"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_the_account_and_the_back_office(enter: Enter, name: str, dark: bool) -> None:
    account, path = PAGES[name]
    page = enter(account, path, dark=dark, width=390 if dark else 1280)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    if page.locator("main details").count():
        open_everything(page)
        assert violations(page) == []


def test_one_signs_in_with_the_code_that_was_mailed_without_any_script(
    enter: Enter, site: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = enter("", "/compte/login/", script=False)
    assert not page.locator("#passkey_login").is_visible()
    page.fill('input[name="login"]', "habitante@demo.example")
    page.click("text=Recevoir un code")
    [mails] = list(tmp_path_factory.getbasetemp().glob("demonstration[0-9]*/mail"))
    newest = max(mails.iterdir(), key=lambda file: file.stat().st_mtime)
    code = _code(newest)
    page.fill('input[name="code"]', "ZZZZZZ")
    page.click("text=Continuer")
    assert page.locator('[aria-invalid="true"]').count() == 1
    assert violations_without_script(page)
    page.fill('input[name="code"]', code)
    page.click("text=Continuer")
    assert page.url == f"{site}/compte/"
    assert "habitante@demo.example" in page.inner_text("main")


def violations_without_script(page: Page) -> bool:
    """What axe cannot check there: the error is tied to its field, and the summary leads to it."""
    field = page.locator('[aria-invalid="true"]')
    described = (field.get_attribute("aria-describedby") or "").split()
    return bool(described) and all(page.locator(f"#{name}").count() == 1 for name in described)


def _code(mail: Path) -> str:
    import email
    from email import policy

    text = email.message_from_bytes(mail.read_bytes().split(b"-" * 79)[0], policy=policy.default).get_content()
    [code] = re.findall(r"^([A-Z0-9]{6}|[A-Z0-9]{4}-[A-Z0-9]{4}|[A-Z0-9-]{6,9})$", text, flags=re.MULTILINE)
    return str(code)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_output_is_declared_by_one_agent_and_confirmed_by_another(enter: Enter, site: str, script: bool) -> None:
    title = f"Essai de bout en bout {'avec' if script else 'sans'} script"
    first = enter(AGENT, "/bureau/engagements/?a_jour=jamais", script=script)
    first.goto(f"{site}/bureau/engagements/1.1/realisation/")
    first.click("main button[name=send]")
    assert first.locator("[aria-invalid=true]").count() >= 3
    first.fill("[name=title]", title)
    first.fill("[name=on]", "2026-05-04")
    first.fill("[name=quantity]", "1")
    first.fill("[name=evidence_url]", "https://example.org/preuve")
    first.click("main button[name=send]")
    assert first.locator(".alert--success").count() == 1
    first.goto(f"{site}/bureau/a-confirmer/")
    assert first.locator(f"li:has-text('{title}') input[type=checkbox]").count() == 0
    second = enter(SECOND, "/bureau/a-confirmer/", script=script)
    second.check(f"li:has-text('{title}') input[type=checkbox]")
    second.click("text=Confirmer celles que j’ai cochées")
    assert second.locator(".alert--success").count() == 1
    second.click(f"li:has-text('{title}') >> text=Son fait")
    assert title in second.inner_text("h1")


def test_the_panel_opens_beside_the_list_and_the_address_follows(enter: Enter) -> None:
    page = enter(AGENT, "/bureau/engagements/?chapitre=sante")
    page.click(".rows a >> nth=2")
    page.wait_for_selector("#panel.panel--open")
    assert "voir=2.1" in page.url
    assert "chapitre=sante" in page.url
    swapped = page.inner_text("#panel")
    assert violations(page) == []
    page.reload()
    assert page.inner_text("#panel") == swapped


def test_a_draft_is_kept_while_typing(enter: Enter, site: str) -> None:
    page = enter(AGENT, "/bureau/decision/")
    page.fill("[name=title]", "Une décision commencée")
    page.press("[name=title]", "Tab")
    page.wait_for_selector("#draft-state button", timeout=10_000)
    page.goto(f"{site}/bureau/")
    page.goto(f"{site}/bureau/decision/")
    assert page.input_value("[name=title]") == "Une décision commencée"
    page.click("text=Effacer le brouillon")
    assert page.input_value("[name=title]") == ""


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_definition_is_edited_seen_and_published(enter: Enter, site: str, script: bool) -> None:
    code = "3.2" if script else "4.2"
    page = enter(ADMIN, f"/bureau/definitions/commitment/{code}/", script=script)
    field = page.locator('[name="promise.en"]')
    said = field.input_value().rstrip(".") + ", once more."
    field.fill("Short")
    page.click("main .buttons >> text=Voir la différence")
    assert page.locator('[name="promise.en"][aria-invalid=true]').count() == 1
    page.fill('[name="promise.en"]', said)
    page.click("main .buttons >> text=Voir la différence")
    assert page.locator(".diff .plus").count() == 1
    assert said in page.inner_text(".diff .plus")
    if script:
        assert violations(page) == []
    page.fill("#reason", "Essai de bout en bout.")
    page.click("text=Publier cette version")
    assert f"/programme/versions/commitment/{code}/" in page.url
    page.goto(f"{site}/bureau/definitions/commitment/{code}/")
    assert page.input_value('[name="promise.en"]') == said


def test_an_item_is_added_and_removed_in_the_form(enter: Enter) -> None:
    page = enter(ADMIN, "/bureau/definitions/commitment/1.2/")
    page.click("button[value='add:milestones']")
    assert page.locator("[name='milestones.3.code']").count() == 1
    assert violations(page) == []
    page.click("button[value='remove:milestones.3']")
    assert page.locator("[name='milestones.3.code']").count() == 0
    page.click("text=Effacer le brouillon")
