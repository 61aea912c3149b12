"""The page of a carnet in a real browser, its network cut: what is typed is sealed, kept, and brought back."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser

from tests.e2e.carnet import collect_offline, install
from tests.e2e.test_public_pages import violations

AGENT = "agent2"


def test_an_agent_collects_without_network_and_brings_it_back(site: str, chromium: Browser, tmp_path: Path) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 900}, locale="fr-FR", accept_downloads=True)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{site}/compte/login/")
    page.click(f'button[value="{AGENT}"]')
    # Any meeting to come will do: who comes is collected there.
    page.goto(f"{site}/bureau/carnets/nouveau/")
    page.select_option("#id_meeting", index=1)
    page.click("form[method=get].act-form button")
    page.fill("#id_n-0", "5")
    page.click("form[method=post].act-form button")
    carnet = page.url
    assert re.search(r"/bureau/carnets/c[a-z0-9]{7}/$", carnet)
    install(page, f"{carnet}hors-ligne/")
    assert violations(page) == []
    path = collect_offline(context, page, ["Jeanne Martin", "Paul Durand"], tmp_path)
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "Jeanne" not in kept
    assert "Jeanne" not in path.read_text()
    page.goto(carnet)
    page.set_input_files("input[type=file]", str(path))
    page.click("form[action$='rapporter/'] button")
    assert "2 nouvelles entrées" in page.inner_text("main")
    context.close()
    assert faults == []
