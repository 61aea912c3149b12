"""Typeset the content of the programme's document."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from mandat.web import typeset

FOLDER = Path(__file__).resolve().parents[1] / "typst"


def typeset_pdf(content: dict[str, Any]) -> bytes:
    """The PDF of ``content`` (see ``content.py``)."""
    return typeset.pdf(FOLDER / "programme.typ", content, day=dt.date(*content["date"]))
