"""Codes on paper: letters to named people, or cards to cut; an accessible PDF (PDF/UA-1), made once and kept nowhere."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat.apps.ballots.models import CodeBatch, Poll
from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.qr import qr_file

FOLDER = Path(__file__).resolve().parent / "typst"


def codes_pdf(*, poll: Poll, batch: CodeBatch, codes: Sequence[str], names: Sequence[str] = ()) -> bytes:
    """The codes of a batch, with the names of those they go to where they are named. Raises MandatError."""
    url = settings.SITE_URL + reverse("ballots:poll", args=[poll.reference])
    today = timezone.localdate()
    named = bool(names)
    written = names if named else [""] * len(codes)
    content: dict[str, Any] = {
        "lang": "fr",
        "date": [today.year, today.month, today.day],
        "title": poll.title.fr,
        "named": named,
        "qr": qr_file(url).decode(),
        "codes": [{"code": code, "name": name} for code, name in zip(codes, written, strict=True)],
        "words": {
            "author": poll.roll.title_fr,
            "day": formats.day(today),
            "hello": _("Hello,"),
            "how": _("You may vote, once and in secret. Open this address, press “Vote”, and type your code:"),
            "url": url.removeprefix("https://").removeprefix("http://"),
            "qr_alt": _("QR code that opens the address %(url)s") % {"url": url},
            "code_label": _("Your code"),
            "until": _("From %(opens)s until %(closes)s.")
            % {"opens": formats.moment(poll.opens_at), "closes": formats.moment(poll.closes_at)},
            "secret": _(
                "This code opens one ballot. Nobody can tell what you voted. Do not lend it; destroy this letter once you have voted."
            ),
            "desk": _("Without Internet, go to a desk of this vote with proof of identity."),
            "batch": _("batch %(n)s") % {"n": batch.number},
        },
    }
    try:
        raw: bytes = typst.compile(
            str(FOLDER / "codes.typ"),
            root=str(FOLDER),
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=int(dt.datetime(today.year, today.month, today.day, tzinfo=dt.UTC).timestamp()),
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
        )
    except RuntimeError as error:
        raise MandatError(Text("les codes ne se composent pas", "the codes cannot be typeset")) from error
    return raw
