"""Whether an account may publish."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.community.models import Suspension
from mandat.kernel.errors import InputError
from mandat.kernel.periods import in_words
from mandat.kernel.text import Text


def suspension_of(user: User, *, at: dt.datetime | None = None) -> Suspension | None:
    """The suspension in force, None where the account may publish."""
    now = at or timezone.now()
    running = Suspension.objects.filter(user=user, lifted_at__isnull=True, starts_at__lte=now, ends_at__gt=now)
    return running.order_by("-ends_at").first()


def check_may_publish(user: User) -> None:
    """Raise InputError, saying until when and where to read why, for an account that is suspended. Every act that publishes words asks it."""
    found = suspension_of(user)
    if found is not None:
        day = in_words(timezone.localdate(found.ends_at))
        raise InputError(
            Text(
                f"votre compte ne peut pas publier jusqu'au {day.fr} : le motif est dans votre compte, page « Modération »",
                f"your account may not publish until {day.en}: the reason is in your account, page “Moderation”",
            )
        )
