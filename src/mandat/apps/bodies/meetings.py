"""The bodies' own sessions, as the calendars of bodies list them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.bodies.calendars import Entry
from mandat.apps.bodies.models import Session


def entries(programme: str, body: str) -> Iterator[Entry]:
    """Every session of a body. One query."""
    rows = Session.objects.filter(programme=programme, body=body).defer("draft")
    for one in rows.order_by("-starts_at", "-pk"):
        yield Entry(
            uid=f"{programme}-{body}-{one.code}",
            title=_("Session %(code)s") % {"code": one.code},
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            state=one.state,
            place=one.place,
            link=one.link,
            url=reverse("bodies:session", args=[body, one.code]),
            note=one.notice,
            sequence=one.sequence,
            public=one.public,
            changed_at=one.convened_at,
        )
