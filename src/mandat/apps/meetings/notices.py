"""What people who booked are told by e-mail: that something awaits on the site, never of which meeting."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts import notices
from mandat.apps.meetings.models import Booking, Meeting


def declare() -> None:
    """Name the kinds; called once, when the application starts."""
    url = "meetings:meeting"
    notices.register("meetings.offered", _("A place is kept for you"), _("A place you waited for is free: confirm it in time, or it goes to the next person."), url)  # fmt: skip
    notices.register("meetings.reminder", _("A reminder"), _("You booked a place: the day is near. If you cannot come, please cancel it: someone may be waiting."), url)  # fmt: skip
    notices.register("meetings.changed", _("A change"), _("The day, the hour or the place of something you booked has changed."), url)  # fmt: skip
    notices.register("meetings.cancelled", _("A cancellation"), _("Something you booked will not be held."), url)  # fmt: skip
    notices.register("meetings.certificate", _("Your certificate is ready"), _("You can download your certificate of attendance."), url)  # fmt: skip


def tell(booking: Booking, kind: str, key: str) -> None:
    """Tell one person, once for the key; names without account are told by the agent."""
    if booking.user is not None:
        notices.notify(booking.user, kind, booking.meeting.code, key=f"{booking.pk}:{key}")


def tell_all(meeting: Meeting, kind: str, key: str) -> None:
    """Tell everyone who holds or waits for a place."""
    rows: Any = meeting.bookings.filter(state__in=("waiting", "offered", "booked"), user__isnull=False)
    notices.notify_many(
        kind, [(row.user, meeting.code, f"{row.pk}:{key}") for row in rows.select_related("user").order_by("pk")]
    )
