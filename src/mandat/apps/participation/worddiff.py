"""What changed between two texts, word by word, marked for readers and screen readers."""

from __future__ import annotations

import difflib
import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_TOKEN = re.compile(r"\s+|[^\s]+")
#: Beyond so many words each, the whole texts are shown as replaced: comparing them would cost too much.
MOST = 4000


def marked(old: str, new: str) -> SafeString:
    """``new`` with what it takes away in ``<del>`` and what it adds in ``<ins>``; line breaks as ``<br>``."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(before), len(after)) > MOST:
        return mark_safe(f"<del>{_said(before)}</del> <ins>{_said(after)}</ins>")  # noqa: S308 - _said escapes
    parts = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            parts.append(_said(after[c:d]))
            continue
        if b > a:
            parts.append(f"<del>{_said(before[a:b])}</del>")
        if d > c:
            parts.append(f"<ins>{_said(after[c:d])}</ins>")
    return mark_safe("".join(parts))  # noqa: S308 - _said escapes


def _said(tokens: list[str]) -> str:
    return escape("".join(tokens)).replace("\n", "<br>")
