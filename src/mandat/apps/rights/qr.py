"""QR codes as SVG that the site's content policy allows: one path, no style, with a title."""

from __future__ import annotations

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString


def qr_svg(text: str, *, title: str) -> SafeString:
    """A QR code of ``text`` (error correction M) with its quiet zone of four modules."""
    code = segno.make(text, error="m", micro=False)
    rows = [bytes(row) for row in code.matrix]
    size = len(rows) + 8
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            if row[x]:
                end = x
                while end < len(row) and row[end]:
                    end += 1
                parts.append(f"M{x + 4} {y + 4}h{end - x}v1h-{end - x}z")
                x = end
            else:
                x += 1
    return format_html(
        '<svg class="qr" role="img" viewBox="0 0 {0} {0}" width="240" height="240" shape-rendering="crispEdges">'
        '<title>{1}</title><rect width="{0}" height="{0}" fill="#fff"/><path d="{2}" fill="#000"/></svg>',
        size,
        title,
        "".join(parts),
    )
