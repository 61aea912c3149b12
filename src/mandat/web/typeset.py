"""Typeset JSON with a typst template as PDF/UA-1. The compiler refuses a picture without a text alternative."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import typst

from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text


class Typesetter:
    """A template's compiler, kept from one document to the next: what it has read and shaped is not read again."""

    def __init__(self, template: Path) -> None:
        self._template = template
        self._compiler = typst.Compiler(
            str(template), root=str(template.parent), ignore_system_fonts=True, sys_inputs={"content": "{}"}
        )

    def pdf(self, content: dict[str, Any], *, day: dt.date) -> bytes:
        """See ``pdf``."""
        moment = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
        try:
            raw = self._compiler.compile(
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=int(moment.timestamp()),
                sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
            )
        except RuntimeError as error:
            raise _failed(error) from error
        assert isinstance(raw, bytes)
        return raw


def pdf(template: Path, content: dict[str, Any], *, day: dt.date) -> bytes:
    """The PDF of ``content``, which the template reads as ``sys.inputs.content``; it may import what lies beside it.

    The same content gives the same bytes: fonts are the compiler's own, the moment is that of ``day``. Raises MandatError.
    """
    return Typesetter(template).pdf(content, day=day)


def _failed(error: RuntimeError) -> MandatError:
    return MandatError(Text(f"le PDF ne se compose pas : {error}", f"the PDF cannot be typeset: {error}"))
