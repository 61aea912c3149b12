"""QR codes: for a page, as SVG that the site's content policy allows; for a letter, as a file."""

from __future__ import annotations

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str, *, title: str) -> SafeString:
    """A QR code as a picture of the page, with its title and its quiet zone of four modules.

    Presentation attributes only; black on white whatever the theme, dark on light being what readers expect.
    """
    drawn = _drawn(text, border=4, omitsize=True, svgclass="qr", title=title, xmldecl=False, nl=False)
    return mark_safe(drawn.decode().replace("<svg ", '<svg role="img" ', 1))  # noqa: S308 - modules, and a title that segno escapes


def qr_file(text: str) -> bytes:
    """The same as an SVG file of its own, for a typeset letter, which leaves white around it."""
    return _drawn(text, border=2, scale=4)


def _drawn(text: str, **drawing: object) -> bytes:
    stream = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(stream, kind="svg", dark="#000", light="#fff", lineclass=None, **drawing)
    return stream.getvalue()
