"""Make the public meeting of a session."""

from __future__ import annotations

import datetime as dt
from math import ceil

from mandat.apps.accounts.models import User
from mandat.apps.meetings.services.meetings import meeting_create
from mandat.apps.panels.models import Sitting
from mandat.apps.panels.terms import PanelTerms
from mandat.kernel.moments import PARIS
from mandat.kernel.text import Text

#: Sessions begin and end at these hours unless their meeting says otherwise.
OPENS, CLOSES = dt.time(9, 30), dt.time(17, 0)


def announced(*, actor: User, terms: PanelTerms, sitting: Sitting) -> str:
    """Announce a session as a meeting without places to book; gives the code of its page."""
    last = sitting.held_on + dt.timedelta(days=max(0, ceil(sitting.days) - 1))
    meeting = meeting_create(
        actor=actor,
        title=Text(f"{terms.title.fr} : {sitting.title_fr}", f"{terms.title.en}: {sitting.title_en}"),
        kind="meeting",
        starts_at=dt.datetime.combine(sitting.held_on, OPENS, tzinfo=PARIS),
        ends_at=dt.datetime.combine(last, CLOSES, tzinfo=PARIS),
        place=sitting.place,
        commune=sitting.commune,
        places=None,
        process=terms.process,
        component=terms.code,
        measures=terms.published.process.measures,
    )
    return str(meeting.code)
