"""The declared colour pairs reach their contrast in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "src/mandat/web/static/mandat"
CSS = (STATIC / "tokens.css").read_text("utf-8")
PAIRS = re.findall(r"@pair ([\w-]+) ([\w-]+) ([\d.]+)", CSS)


def _block(selector: str) -> dict[str, str]:
    body = CSS.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", body))


LIGHT = _block("\n:root")
DARK = _block(':root:not([data-theme="light"])')
CHOSEN = _block('\n:root[data-theme="dark"]')


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_of_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("front", "back", "least"), PAIRS, ids=lambda value: str(value))
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_each_declared_pair_reaches_its_contrast(theme: dict[str, str], front: str, back: str, least: str) -> None:
    assert contrast(theme[front], theme[back]) >= float(least)


def test_every_colour_stands_in_a_pair_or_is_a_mere_line() -> None:
    named = {name for pair in PAIRS for name in pair[:2]}
    assert set(LIGHT) - named == {"line"}


def test_the_two_dark_blocks_agree_and_cover_every_colour() -> None:
    assert DARK == CHOSEN
    assert DARK.keys() == LIGHT.keys()


def test_the_stylesheet_uses_only_colours_of_the_family() -> None:
    css = (STATIC / "site.css").read_text("utf-8")
    screen = css.split("@media print")[0]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)", screen) == []
    used = set(re.findall(r"var\(--([\w-]+)", css))
    own = set(re.findall(r"--([\w-]+):", css)) | set(re.findall(r"--([\w-]+):", CSS))
    assert used <= own
