"""Public pages in a real browser: accessible, light, narrow, walked with the keyboard, without a script."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from ecoindex.compute import compute_ecoindex
from playwright.sync_api import Page

from tests.e2e.conftest import Visit

PAGES = {
    "home": "/",
    "measures": "/mesures/",
    "measures narrowed": "/mesures/?statut=late&q=sante",
    "measures browsed": "/mesures/parcourir/",
    "measure": "/mesures/2/",
    "measure with most commitments": "/mesures/88/",
    "chapter": "/chapitres/sante/",
    "why": "/engagements/2.1/pourquoi/",
    "facts": "/faits/",
    "facts with errors": "/faits/?engagement=douze&lieu=Nulle-Part",
    "facts without result": "/faits/?q=zzzzzz",
    "fact": "/faits/700/",
    "bodies": "/instances/",
    "body": "/instances/delegation-sante/",
    "body that sits": "/instances/ceser/",
    "decisions of a body": "/instances/ceser/decisions/",
    "status": "/statut/",
    "programme": "/programme/",
    "versions": "/programme/versions/",
    "versions of one": "/programme/versions/commitment/2.1/",
    "search": "/recherche/?q=sante",
    "search without result": "/recherche/?q=xqzxqz",
    "data": "/donnees/",
    "accessibility": "/accessibilite/",
    "legal": "/mentions-legales/",
    "your data": "/vos-donnees/",
    "a treatment": "/vos-donnees/accountsaccount/",
    "glossary": "/glossaire/",
    "systematic offers": "/offres/",
    "meetings": "/rencontres/",
    "answers": "/reponses/",
    "answers overdue": "/reponses/?etat=retard",
    "moderation": "/moderation/",
    "follow a measure": "/suivre/measure/2/",
    "trainings": "/rencontres/series/",
    "a training": "/rencontres/series/debat-public/",
    "certificates": "/attestations/",
    "votes": "/votes/",
    "systematic offer": "/offres/consultation-lyceens/",
    "take part": "/participer/",
    "processes": "/processus/",
    "process": "/participer/offre-mobilites-2028/",
    "rules of a process": "/participer/offre-mobilites-2028/regles/",
    "proposals": "/participer/offre-mobilites-2028/propositions/",
    "debate": "/participer/offre-mobilites-2028/arbitrages/",
    "question": "/participer/offre-mobilites-2028/arbitrages/question/soir/",
    "code of an invitation": "/invitation/",
    "rules": "/regles/",
    "rule": "/regles/tarif-solidaire-remi/",
    "simulator": "/regles/mobi-centre/essayer/",
    "reform": "/regles/gratuite-transports/reforme/",
    "aids": "/aides/",
    "aids narrowed": "/aides/?public=association",
    "aid": "/aides/cap-asso/",
    "condition": "/aides/conditions/charte-engagements/",
    "money": "/argent/",
    "rights": "/droits/",
    "right": "/droits/gratuite-transports/",
    "my rights": "/mes-droits/",
    "money by commune": "/argent/?par=commune",
    "promises of money": "/argent/promesses/",
    "promise of money": "/argent/promesses/20.1/",
    "loans": "/argent/prets/",
    "stakes": "/argent/participations/",
    "petitions": "/petitions/",
    "petition-begun": "/petitions/commencer/droit-de-petition/petitions/?sujet=gares",
    "referendums": "/referendums/",
    "mediation": "/mediation/",
    "english": "/en/mesures/2/",
    "missing": "/rien/",
    "participatory budgets": "/budgets-participatifs/",
    "participatory budget": "/budgets-participatifs/ma-solution-climat-2025/budget/",
    "results of a participatory budget": "/budgets-participatifs/ma-solution-climat-2025/budget/resultats/",
    "delivery of a participatory budget": "/budgets-participatifs/ma-solution-climat-2025/budget/realisation/",
    "projects of a participatory budget": "/budgets-participatifs/ma-solution-climat-2025/budget/projets/",
    "panel": "/panels/panel-mobilites-2025/panel/",
    "quotas of a panel": "/panels/panel-mobilites-2025/panel/quotas/",
    "composition of a panel": "/panels/panel-mobilites-2025/panel/composition/",
}
FOUND = {name: path for name, path in PAGES.items() if name != "missing"}
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
#: What a page may weigh once compressed, in bytes, with its stylesheets and pictures.
HEAVIEST = 100_000


def violations(page: Page) -> list[str]:
    report = Axe().run(page, options=OPTIONS)
    return [
        f"{fault['id']}: {fault['help']}: {[node['target'] for node in fault['nodes'][:3]]}"
        for fault in report.response["violations"]
    ]


def open_everything(page: Page) -> None:
    for summary in page.locator("main details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", FOUND)
def test_axe_finds_nothing_before_and_after_opening_what_opens(visit: Visit, name: str, dark: bool) -> None:
    page = visit(FOUND[name], dark=dark)
    assert violations(page) == []
    if page.locator("main details").count():
        open_everything(page)
        assert violations(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_the_components_and_the_form_with_errors(visit: Visit, dark: bool) -> None:
    page = visit("/composants/", dark=dark)
    open_everything(page)
    assert violations(page) == []
    page.goto(page.url + "?errors=1")
    assert page.locator("[aria-invalid=true]").count() >= 2
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("name", FOUND)
def test_pages_fit_a_phone_without_sideways_scrolling(visit: Visit, name: str, width: int) -> None:
    page = visit(FOUND[name], width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", FOUND)
def test_pages_are_light(visit: Visit, name: str) -> None:
    page = visit("/mentions-legales/")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(page.url.replace("/mentions-legales/", FOUND[name]), wait_until="networkidle")
    weight, requests = sum(sizes), len(sizes)
    # The index leaves the inside of pictures out of the count, as its reference implementation does.
    nodes = page.evaluate("document.querySelectorAll('*').length - document.querySelectorAll('svg *').length")
    index = _ecoindex(nodes, weight / 1000, requests)
    assert weight < HEAVIEST
    assert index.grade == "A", f"{nodes} elements, {weight / 1000:.1f} kB, {requests} requests: {index.score}"


def _ecoindex(nodes: int, size: float, requests: int) -> Any:
    """The index is declared a coroutine but waits for nothing; the browser's loop is already running here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the package calls its own deprecated function
        try:
            compute_ecoindex(nodes=nodes, size=size, requests=requests).send(None)
        except StopIteration as done:
            return done.value
    raise AssertionError("the index waits for something")


def test_the_carre_is_walked_with_the_keyboard_and_can_be_skipped(visit: Visit) -> None:
    page = visit("/")
    page.locator(".skip-picture").focus()
    walked = []
    for _ in range(100):
        page.keyboard.press("Tab")
        walked.append(page.evaluate("document.activeElement.getAttribute('href')"))
    assert walked == [f"/mesures/{number}/" for number in range(1, 101)]
    outline = page.evaluate("getComputedStyle(document.activeElement.querySelector('.cell')).strokeWidth")
    assert float(outline.removesuffix("px")) >= 3
    page.keyboard.press("Enter")
    page.wait_for_url("**/mesures/100/")
    page.go_back()
    page.locator(".skip-picture").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('svg')")


def test_the_first_tab_offers_to_skip_to_the_content(visit: Visit) -> None:
    page = visit("/mesures/2/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_visitor_without_script_goes_from_a_word_to_the_proof_of_a_figure(visit: Visit) -> None:
    page = visit("/", script=False)
    page.fill("#site-search", "medecins")
    page.click(".search button")
    page.click("main a[href='/mesures/2/']")
    assert "Former et recruter des médecins" in page.inner_text("h1")
    page.click("text=Pourquoi ce chiffre >> nth=0")
    page.wait_for_url("**/engagements/2.1/pourquoi/")
    page.locator("section[aria-labelledby=facts] tbody a").first.click()
    assert re.search(r"/faits/\d+/$", page.url)
    assert page.locator("dt", has_text="Empreinte de feuille").count() == 1


def test_filters_narrow_the_facts_and_pages_follow_without_script(visit: Visit) -> None:
    page = visit("/faits/", script=False)
    page.select_option("#id_genre", "programme.output_confirmed.v1")
    page.fill("#id_mesure", "2")
    page.click("text=Voir ces résultats")
    assert "genre=programme.output_confirmed.v1" in page.url
    notes = page.locator(".fact-notes").all_inner_texts()
    assert notes
    assert all("mesure 2" in note for note in notes)
    page.click("a[rel=next]")
    assert "avant=" in page.url
    assert "mesure=2" in page.url


def test_the_appearance_and_the_language_are_kept(visit: Visit) -> None:
    page = visit("/mesures/2/", script=False)
    with page.expect_navigation():
        page.click(".theme button[value=dark]")
    assert page.url.endswith("/mesures/2/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.click("a[hreflang=en]")
    assert page.url.endswith("/en/mesures/2/")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_pages_print_without_the_screen_furniture(visit: Visit) -> None:
    page = visit("/mesures/2/")
    page.emulate_media(media="print")
    assert not page.locator(".nav").is_visible()
    assert not page.locator(".search").first.is_visible()
    assert page.locator("h1").is_visible()
    assert page.locator(".demo").is_visible()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_screenshots_are_taken(visit: Visit, tmp_path: Path, width: int, dark: bool) -> None:
    """The pictures of the README and the documentation, written where MANDAT_SCREENSHOTS says."""
    folder = Path(os.environ.get("MANDAT_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    for name, french in (("home", "accueil"), ("measure", "mesure"), ("why", "pourquoi")):
        page = visit(PAGES[name], dark=dark, width=width)
        suffix = ("-telephone" if width < 600 else "") + ("-sombre" if dark else "")
        file = folder / f"{french}{suffix}.png"
        page.screenshot(path=str(file), full_page=False)
        assert file.stat().st_size > 20_000
