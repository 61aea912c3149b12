"""Typeset the content with typst as PDF/UA-1. The compiler refuses a picture without a text alternative."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import typst

from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text

FOLDER = Path(__file__).resolve().parents[1] / "typst"


def typeset_pdf(content: dict[str, Any]) -> bytes:
    """The PDF of ``content`` (see ``content.py``). The same content gives the same bytes: fonts are the compiler's own."""
    year, month, day = content["date"]
    moment = dt.datetime(year, month, day, tzinfo=dt.UTC)
    try:
        raw: bytes = typst.compile(
            str(FOLDER / "programme.typ"),
            root=str(FOLDER),
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=int(moment.timestamp()),
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
        )
    except RuntimeError as error:
        raise MandatError(Text(f"le PDF ne se compose pas : {error}", f"the PDF cannot be typeset: {error}")) from error
    return raw
