"""Play the page of a carnet in a browser, its network cut: used by the test, and by whoever looks at it by hand."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page

PHRASE = "un marché sous la pluie"


def install(page: Page, address: str) -> None:
    """Put a carnet on the device."""
    page.goto(address)
    page.fill("#phrase-1", PHRASE)
    page.fill("#phrase-2", PHRASE)
    page.click("#carnet-install-form button")
    page.wait_for_selector("#carnet-collect:visible", timeout=60_000)
    page.wait_for_function("document.getElementById('carnet-offline').textContent !== ''", timeout=60_000)


def collect_offline(context: BrowserContext, page: Page, names: list[str], folder: Path) -> Path:
    """Without network: open the page anew, unlock it, fill one blank a name, make the file."""
    context.set_offline(True)
    page.reload()
    page.wait_for_selector("#carnet-unlock:visible", timeout=60_000)
    page.fill("#phrase", "une autre phrase de passe")
    page.click("#carnet-unlock-form button")
    page.wait_for_selector("#carnet-says.alert--error", timeout=60_000)
    page.fill("#phrase", PHRASE)
    page.click("#carnet-unlock-form button")
    page.wait_for_selector("#carnet-collect:visible", timeout=60_000)
    for name in names:
        before = page.inner_text("#carnet-number")
        page.fill("#field-name", name)
        page.click("#carnet-save")
        page.wait_for_function(
            "before => document.getElementById('carnet-number').innerText !== before", arg=before, timeout=60_000
        )
    with page.expect_download(timeout=60_000) as download:
        page.click("#carnet-export")
    path = folder / "carnet.json"
    download.value.save_as(path)
    context.set_offline(False)
    return path
