"""The README's picture is the home page of the demonstration, taken here.

``MANDAT_PICTURES=1 python -m pytest tests/e2e/test_readme_picture.py`` writes it anew into docs/images.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.e2e.conftest import ROOT, Visit

PICTURE = ROOT / "docs" / "images" / "accueil.png"


def test_the_readme_shows_the_home_page(visit: Visit, tmp_path: Path) -> None:
    target = PICTURE if os.environ.get("MANDAT_PICTURES") else tmp_path / "accueil.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    page = visit("/", width=1180)
    page.screenshot(path=target, clip={"x": 0, "y": 0, "width": 1180, "height": 860})
    assert target.read_bytes().startswith(b"\x89PNG")
    assert PICTURE.stat().st_size > 20_000
    assert "docs/images/accueil.png" in (ROOT / "README.md").read_text()
