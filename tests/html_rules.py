"""What no page of the site may hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser

UNDEFINED = re.compile("⟦undefined:[^⟧]*⟧")
STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#")
#: Places where a page may show code as it is written.
SHOWN = ("code", "pre")
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
    | {"path", "rect", "circle", "line"}  # of SVG, always written without content here
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script" and not given.get("src"):
            self.found.append("inline script")
        if tag == "style":
            self.found.append("inline style element")
        for name, value in attrs:
            if name == "style":
                self.found.append(f"style attribute on <{tag}>")
            if name.startswith("on"):
                self.found.append(f"event handler {name} on <{tag}>")
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"javascript: address on <{tag}>")
        if tag == "img" and "alt" not in given:
            self.found.append("image without alt")
        name = given.get("id")
        if name:
            if name in self.ids:
                self.found.append(f"id {name!r} twice")
            self.ids.add(name)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID and self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.found.append(f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")

    def handle_data(self, data: str) -> None:
        if STRAY.search(data) and not any(tag in SHOWN for tag in self.open):
            self.found.append(f"stray template tag: {data.strip()[:60]}")


def faults(html: str) -> list[str]:
    """Every fault of a page, none where it is clean."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found = reader.found + sorted(set(UNDEFINED.findall(html)))
    if reader.open:
        found.append(f"never closed: {reader.open}")
    return found
