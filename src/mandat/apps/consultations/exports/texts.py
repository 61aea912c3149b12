"""A text written together as one HTML page, a tagged PDF or plain text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import ArticleVersion, Consultation
from mandat.apps.participation.schema.contributions import Drafting
from mandat.apps.programme.views.shared import words
from mandat.web import formats, typeset
from mandat.web.typography import typeset as set_words

TEMPLATE = Path(__file__).resolve().parents[1] / "typst" / "text.typ"
TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf", "txt": "text/plain; charset=utf-8"}


def content(held: Held[Drafting], row: Consultation | None, articles: Sequence[ArticleVersion]) -> dict[str, Any]:
    """What each form says: title, state, articles with the amendments each comes from. The text is in French, as it was voted."""
    settled = row is not None and row.closed_at is not None
    day = timezone.localdate(row.changed_at) if row is not None else timezone.localdate()
    return {
        "language": "fr",
        "title": held.document.title.fr,
        "process": words(held.process.process.title),
        "state": _("Text as adopted") if settled else _("Text under debate"),
        "day": formats.day(day),
        "articles": [
            {
                "title": set_words(one.title, "fr"),
                "paragraphs": [set_words(p, "fr") for p in one.body.split("\n") if p.strip()],
                "origins": list(dict.fromkeys(o for _kind, _run, origins in one.pieces for o in origins)),
            }
            for one in articles
        ],
        "origins": _("Amendments:"),
    }


def response(
    held: Held[Drafting], row: Consultation | None, articles: Sequence[ArticleVersion], form: str
) -> HttpResponse:
    """The file to download."""
    told = content(held, row, articles)
    if form not in TYPES:
        raise Http404(form)
    if form == "pdf":
        day = timezone.localdate(row.changed_at) if row is not None else timezone.localdate()
        body: Any = typeset.pdf(TEMPLATE, told, day=day)
    elif form == "html":
        body = render_to_string("consultations/text_file.html", told)
    else:
        body = plain(told)
    answer = HttpResponse(body, content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{held.process.code}-{held.code}.{form}"'
    return answer


def plain(told: dict[str, Any]) -> str:
    """Plain text: a title, then each article with what it comes from."""
    parts = [told["title"], f"{told['state']}, {told['day']}", ""]
    for article in told["articles"]:
        parts += [article["title"], "", *article["paragraphs"]]
        if article["origins"]:
            parts.append(f"({told['origins']} {', '.join(article['origins'])})")
        parts.append("")
    return "\n".join(parts)
