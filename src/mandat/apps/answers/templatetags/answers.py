"""``{% duty_card source %}``: state, deadline and answer of what is owed about a source, on any page."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone

from mandat.apps.answers.models import Duty

register = template.Library()


@register.inclusion_tag("answers/_duty_card.html")
def duty_card(source: str) -> dict[str, Any]:
    """The duties about ``source``, one block each; nothing where none is owed. One statement, two where something was answered."""
    found = Duty.objects.filter(programme=settings.MANDAT_PROGRAMME, source=source)
    duties = list(found.order_by("due_on", "pk").prefetch_related("answers"))
    today = timezone.localdate()
    rows = []
    for duty in duties:
        answers = sorted(duty.answers.all(), key=lambda one: one.rank)
        rows.append(
            {
                "duty": duty,
                "answer": answers[-1] if answers else None,
                "late": duty.state == Duty.State.OWED and duty.due_on < today,
                "delivery_late": bool(
                    duty.outcome in ("accepted", "partly")
                    and duty.delivered_on is None
                    and duty.delivery_by
                    and duty.delivery_by < today
                ),
            }
        )
    return {"rows": rows}
