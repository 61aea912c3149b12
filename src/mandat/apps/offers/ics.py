"""An appointment as a calendar file (RFC 5545), in neutral words: a phone left on a table never says why."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from mandat.apps.offers.definitions import PublishedOffer
from mandat.apps.offers.models import Appointment
from mandat.apps.programme.published import say


def calendar(published: PublishedOffer, appointment: Appointment) -> str:
    """The file. Its identifier is the appointment's random reference, so that a second reading changes the first."""
    slot = appointment.slot
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Mandat//offers//FR",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{appointment.reference}@mandat",
        f"DTSTAMP:{_utc(timezone.now())}",
        f"DTSTART:{_utc(slot.starts_at)}",
        f"DTEND:{_utc(slot.ends_at)}",
        f"SUMMARY:{_escaped(say(published.offer.spoken_name))}",
        f"LOCATION:{_escaped(', '.join(filter(None, (slot.place.name, slot.place.address))))}",
        "CLASS:PRIVATE",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(part + "\r\n" for line in lines for part in _folded(line))


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """A line in parts of at most 75 bytes, cut between characters, as the format asks."""
    parts, current = [], ""
    for character in line:
        if len((current + character).encode()) > 75:
            parts.append(current)
            current = " "
        current += character
    return [*parts, current]
