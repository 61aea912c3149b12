"""What people wrote, shown as plain text whose only markup is paragraphs, lists and safe links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from mandat.apps.community.text import cleaned

_LINK = re.compile(r"https?://[^\s<>\"'«»“”]{3,500}", re.IGNORECASE)
_BULLET = re.compile(r"^\s*[-*•–]\s+")
_NUMBER = re.compile(r"^\s*\d{1,2}[.)]\s+")


def short(text: str, longest: int) -> str:
    """One cleaned line, cut."""
    return cleaned(text[: longest * 4], one_line=True)[:longest]


def prose(text: str) -> SafeString:
    """Paragraphs, lists and links of a cleaned text. Everything else is escaped; only http and https addresses are links."""
    return mark_safe("".join(_blocks(text)))  # noqa: S308 - every part is escaped by _line


def _blocks(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.split("\n")
        for mark, tag in ((_BULLET, "ul"), (_NUMBER, "ol")):
            if lines and all(mark.match(line) for line in lines):
                items = "".join(f"<li>{_line(mark.sub('', line))}</li>" for line in lines)
                yield f"<{tag}>{items}</{tag}>"
                break
        else:
            if block.strip():
                yield f"<p>{'<br>'.join(_line(line) for line in lines)}</p>"


def _line(line: str) -> str:
    parts: list[str] = []
    last = 0
    for match in _LINK.finditer(line):
        address = match.group().rstrip(".,;:!?)")
        parts.append(escape(line[last : match.start()]))
        parts.append(_linked(address))
        last = match.start() + len(address)
    parts.append(escape(line[last:]))
    return "".join(parts)


def _linked(address: str) -> str:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return escape(address)
    # A user before the host, or a host in another script, is how links lie.
    if not host or "@" in urlsplit(address).netloc or not host.isascii():
        return escape(address)
    shown = address if len(address) <= 60 else address[:57] + "…"
    return format_html('<a href="{}" rel="nofollow ugc noopener noreferrer">{}</a>', address, shown)
