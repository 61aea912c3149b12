"""The open data of a Decidim site, read line by line: proposals, comments, results. Nothing is stored here.

Its archive holds one CSV an entity (``HOST-open-data-proposals.csv``, ``…-proposal_comments.csv``, ``…-results.csv``). Headings join levels with
``/`` (``title/fr``, ``category/id``, ``participatory_space/url``), cells are parted by ``;`` unless the site says otherwise, lists joined with commas. Titles
and texts are plain in some versions, by language in others. Authors' names and numbers are never read.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import BinaryIO
from urllib.parse import urlsplit

from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text

MOST_BYTES = 300 * 1024 * 1024
MOST_MEMBERS = 500
#: Endings of file names by entity, the longer ones first.
ENDINGS = (
    ("proposal_comments.csv", "comments"), ("proposal-comments.csv", "comments"), ("result_comments.csv", ""), ("result-comments.csv", ""),
    ("proposals.csv", "proposals"), ("results.csv", "results"), ("comments.csv", "comments"),
)  # fmt: skip
LANGUAGES = ("fr", "en", "ca", "es", "it", "de")


@dataclass(frozen=True, slots=True)
class Item:
    """One line: ``kind`` is proposal, comment or result; ``key`` its number over there, ``url`` where it is shown."""

    kind: str
    line: int
    key: str
    url: str
    title: str
    text: str
    at: dt.datetime | None = None
    state: str = ""
    answer: str = ""
    supports: int = 0
    about: str = ""
    parent: str = ""
    side: str = "neither"
    progress: str = ""
    proposals: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


@dataclass(slots=True)
class Export:
    """What an archive holds, and the lines that cannot be used."""

    items: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    read: int = 0

    def of(self, kind: str) -> list[Item]:
        return [one for one in self.items if one.kind == kind]


class _Plain(HTMLParser):
    """HTML to plain text: paragraphs, breaks and list items on lines of their own; nothing of tags or scripts stays."""

    _BLOCKS = frozenset({"p", "br", "li", "div", "h1", "h2", "h3", "h4", "tr", "ul", "ol", "blockquote"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.mute = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.mute += 1
        elif tag in self._BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.mute = max(0, self.mute - 1)
        elif tag == "p":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.mute:
            self.parts.append(data)


def plain(text: str) -> str:
    """Words without markup."""
    if "<" not in text:
        return html.unescape(text).strip()
    parser = _Plain()
    parser.feed(text)
    parser.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.parts)).strip()


def entity_of(name: str) -> str:
    """``proposals``, ``comments`` or ``results`` by the name of a file; empty for any other."""
    last = name.replace("\\", "/").rpartition("/")[2].casefold()
    for ending, entity in ENDINGS:
        if last == ending or last.endswith(("-" + ending, "_" + ending, "." + ending)):
            return entity
    return ""


def parts_of(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """The useful files of a zip. Raises InputError for one that is damaged or too large once opened."""
    try:
        with zipfile.ZipFile(stream) as packed:
            entries = [entry for entry in packed.infolist() if entity_of(entry.filename)]
            if len(packed.infolist()) > MOST_MEMBERS or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise InputError(
                    Text("cette archive est trop grande une fois ouverte", "this archive is too large once opened")
                )
            for entry in entries:
                yield entry.filename, packed.read(entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise InputError(Text("cette archive est abîmée", "this archive is damaged")) from None


def read(files: Mapping[str, bytes]) -> Export:
    """Read the files of an export by name. Raises InputError where none is one of Decidim's."""
    found = Export()
    known = {name: entity_of(name) for name in files}
    if not any(known.values()):
        raise InputError(
            Text(
                "aucun fichier de données ouvertes Decidim ici (…proposals.csv, …comments.csv, …results.csv)",
                "no open data file of Decidim here (…proposals.csv, …comments.csv, …results.csv)",
            )
        )
    for name in sorted(files):
        if known[name]:
            _read(found, name, files[name], known[name].rstrip("s"))
    return found


def _rows(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    head = text.split("\n", 1)[0]
    separator = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=separator)
    columns = [name.strip().casefold() for name in next(reader, [])]
    for row in reader:
        if row:
            yield reader.line_num, dict(zip(columns, (_cell(one) for one in row), strict=False))


def _cell(text: str) -> str:
    """A cell as it was written: the mark that kept a spreadsheet from reading a formula goes."""
    text = text.strip()
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@" else text


def _read(found: Export, name: str, data: bytes, kind: str) -> None:
    csv.field_size_limit(8 * 1024 * 1024)
    make = {"proposal": _proposal, "comment": _comment, "result": _result}[kind]
    seen: set[str] = set()
    rows = _rows(data)
    while True:
        try:
            line, row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            found.problems.append(
                Problem(name, 0, str(Text(f"ligne illisible : {error}", f"unreadable line: {error}")))
            )
            return
        found.read += 1
        try:
            item = make(row, line)
            if item.key in seen:
                raise InputError(Text(f"numéro répété : {item.key}", f"number repeated: {item.key}"))
        except InputError as error:
            found.problems.append(Problem(name, line, str(error)))
            continue
        seen.add(item.key)
        found.items.append(item)


def _said(row: Mapping[str, str], name: str) -> str:
    """A text that may be plain or by language: French first, then any."""
    if row.get(name):
        return plain(row[name])
    for language in LANGUAGES:
        if text := row.get(f"{name}/{language}"):
            return plain(text)
    return next((plain(text) for key, text in row.items() if key.startswith(f"{name}/") and text), "")


def _key(row: Mapping[str, str]) -> str:
    key = row.get("id", "")
    if not re.fullmatch(r"[0-9]{1,18}", key):
        raise InputError(Text("numéro (id) absent ou illisible", "number (id) missing or unreadable"))
    return str(int(key))


def _url(row: Mapping[str, str], name: str = "url") -> str:
    url = row.get(name, "")
    return url[:500] if urlsplit(url).scheme in ("http", "https") else ""


def _moment(text: str) -> dt.datetime | None:
    text = text.strip().replace(" UTC", "+00:00").replace("Z", "+00:00")
    text = re.sub(r" ([+-]\d{2}):?(\d{2})$", r"\1:\2", text)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _count(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _given(text: str, what: Text) -> str:
    if not text:
        raise InputError(Text(f"il manque : {what.fr}", f"missing: {what.en}"))
    return text


def _proposal(row: Mapping[str, str], line: int) -> Item:
    return Item(
        kind="proposal", line=line, key=_key(row), url=_url(row),
        title=_given(_said(row, "title"), Text("le titre", "the title")), text=_said(row, "body"),
        at=_moment(row.get("published_at", "")), state=row.get("state", "").casefold(), answer=_said(row, "answer"),
        supports=_count(row.get("supports", "") or row.get("votes/total_count", "")),
    )  # fmt: skip


def _comment(row: Mapping[str, str], line: int) -> Item:
    type_ = row.get("commentable_type", "").rpartition("::")[2].casefold()
    about = row.get("commentable_id", "")
    if type_ not in ("proposal", "comment") or not about.isdigit():
        raise InputError(
            Text("commentaire d'autre chose que d'une proposition", "comment of something else than a proposal")
        )
    alignment = row.get("alignment", "0")
    return Item(
        kind="comment", line=line, key=_key(row), url=_url(row, "root_commentable_url"), title="",
        text=_given(_said(row, "body"), Text("le texte", "the text")), at=_moment(row.get("created_at", "")),
        about=about if type_ == "proposal" else "", parent=about if type_ == "comment" else "",
        side={"1": "for", "-1": "against"}.get(alignment, "neither"),
    )  # fmt: skip


def _result(row: Mapping[str, str], line: int) -> Item:
    progress = row.get("progress", "").replace(",", ".")
    return Item(
        kind="result", line=line, key=_key(row), url=_url(row),
        title=_given(_said(row, "title"), Text("le titre", "the title")), text=_said(row, "description"),
        at=_moment(row.get("created_at", "")), state=_said(row, "status/name") or row.get("status/key", ""),
        progress=progress if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]+)?", progress) else "",
        proposals=tuple(part.strip() for part in row.get("proposal_urls", "").split(",") if part.strip())[:200],
    )  # fmt: skip
