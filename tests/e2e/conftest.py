"""The real demonstration, served by its own command, seen through Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
#: Seconds to wait for the demonstration to answer.
PATIENCE = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            # The first test waits for the whole demonstration to be made: that is not its own time.
            item.add_marker(pytest.mark.timeout(300, func_only=True))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demonstration made for these tests."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    var = tmp_path_factory.mktemp("demonstration")
    port = _free_port()
    environment = os.environ | {
        "MANDAT_VAR": str(var),
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "mandat.config.settings.demo",
        "MANDAT_SITE_URL": f"http://127.0.0.1:{port}",
    }
    environment.pop("MANDAT_TEST_DATABASE_URL", None)
    mandat = [sys.executable, "-m", "mandat.cli"]
    subprocess.run([*mandat, "demo", "--no-serve"], env=environment, cwd=ROOT, check=True, capture_output=True)

    serve = [*mandat, "demo", "--port", str(port), "--workers", "1"]
    log = (var / "serve.log").open("wb")
    process = subprocess.Popen(serve, env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError("the demonstration stopped before it answered")
        try:
            with urllib.request.urlopen(address + "/mentions-legales/", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the demonstration does not answer")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, which containers often are.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        # Only the site under test is spoken to.
        arguments += ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                      "--disable-component-update", "--disable-sync"]  # fmt: skip
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


Visit = Callable[..., Page]


def is_fault(kind: str, text: str) -> bool:
    """Whether a message of the console is one; a form sent back with its errors (422) is not."""
    return kind in ("error", "warning") and "422 (Unprocessable" not in text


@pytest.fixture
def visit(site: str, chromium: Browser) -> Iterator[Visit]:
    """Open a page: ``visit("/mesures/", dark=True, width=390, script=False)``. Faults of the console fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(path: str, *, dark: bool = False, width: int = 1280, script: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            locale="fr-FR",
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: faults.append(message.text) if is_fault(message.type, message.text) else None
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
