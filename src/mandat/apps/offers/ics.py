"""An appointment as a calendar file (RFC 5545), in neutral words: a phone left on a table never says why."""

from __future__ import annotations

from django.utils import timezone

from mandat.apps.offers.definitions import PublishedOffer
from mandat.apps.offers.models import Appointment
from mandat.apps.programme.published import say
from mandat.web.ics import fold, text, utc


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
        f"DTSTAMP:{utc(timezone.now())}",
        f"DTSTART:{utc(slot.starts_at)}",
        f"DTEND:{utc(slot.ends_at)}",
        f"SUMMARY:{text(say(published.offer.spoken_name))}",
        f"LOCATION:{text(', '.join(filter(None, (slot.place.name, slot.place.address))))}",
        "CLASS:PRIVATE",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(fold(line) for line in lines).decode()
