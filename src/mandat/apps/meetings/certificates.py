"""Certificates of attendance: a page as PDF/UA-1, and a code by which anyone can check that it is genuine, without any name."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat.apps.meetings.models import Booking, Meeting, State
from mandat.apps.meetings.services.holding import series
from mandat.kernel.errors import InputError
from mandat.kernel.periods import paris_date
from mandat.kernel.text import Text, current_language
from mandat.web import formats, typeset
from mandat.web.qr import qr_file

TEMPLATE = Path(__file__).parent / "typst" / "certificate.typ"
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_code() -> str:
    """A code nobody can guess: 12 letters and figures."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def found(code: str) -> Booking | None:
    """The attendance a code certifies; None for a code that certifies nothing."""
    typed = "".join(character for character in code.upper() if character.isalnum())[:16]
    if len(typed) != 12:
        return None
    rows = Booking.objects.filter(certificate=typed, state=Booking.State.ATTENDED, meeting__state=State.HELD)
    return rows.select_related("meeting").first()


def pdf(booking: Booking, *, name: str) -> bytes:
    """The certificate of an attendance, for ``name`` as the person writes it. Raises InputError where there is none to give."""
    meeting: Meeting = booking.meeting
    rules = series(meeting)
    training = rules.training if rules else None
    if booking.state != Booking.State.ATTENDED or meeting.state != State.HELD or not booking.certificate:
        raise InputError(Text("il n'y a pas d'attestation à donner", "there is no certificate to give"))
    said = " ".join(name.split())
    if not 2 <= len(said) <= 120:
        raise InputError(Text("écrivez le nom à porter sur l'attestation", "write the name to put on the certificate"))
    language = current_language()
    url = settings.SITE_URL + reverse("meetings:verify")
    day = formats.day(paris_date(meeting.starts_at))
    shown = f"{booking.certificate[:4]} {booking.certificate[4:8]} {booking.certificate[8:]}"
    facts = [(_("Session attended"), meeting.title.in_(language)), (_("Day"), day)]
    if meeting.place:
        facts.append((_("Place"), meeting.place))
    if training is not None:
        facts.append((_("Length"), _("%(hours)s hours") % {"hours": formats.number(training.hours)}))
    content: dict[str, Any] = {
        "lang": language,
        "date": [*timezone.localdate().timetuple()[:3]],
        "title": _("Certificate of attendance"),
        "issuer": _("The Region, through its programme site"),
        "name": said,
        "sentence": _("took part in the following session:"),
        "facts": facts,
        "content": [getattr(part, language) for part in training.content] if training else [],
        "content_title": _("Content"),
        "check": _("To check this certificate, type its code at:"),
        "url": url.removeprefix("https://").removeprefix("http://"),
        "code_label": _("Code"),
        "code": shown,
        "qr": qr_file(f"{url}?code={booking.certificate}").decode(),
        "qr_alt": _("QR code that opens the page where this certificate is checked"),
        "demo": _("Demonstration: this document is worth nothing.") if meeting.synthetic else "",
    }
    return typeset.pdf(TEMPLATE, content, day=timezone.localdate())
