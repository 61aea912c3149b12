"""My tasks: what waits for me, first."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from mandat import journal
from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import Draft
from mandat.apps.accounts.permissions import may
from mandat.apps.programme import worklist
from mandat.apps.programme.views.bureau.common import current_or_none, page, user_of
from mandat.apps.programme.views.shared import fact_line

#: How many of each list the first page shows.
SHOWN = 6


@requires("bureau.enter")
def tasks(request: HttpRequest) -> HttpResponse:
    """Declarations to confirm, late and stale commitments, milestones, imports, drafts, latest publications."""
    current, user = current_or_none(), user_of(request)
    if current is None:
        return page(request, "bureau/empty.html", {})
    rows = worklist.rows(current)
    update, due = worklist.to_update(rows), worklist.milestones(rows)
    waiting = worklist.waiting_for(current, user) if may(user, "programme.output_confirm") else None
    published = journal.page(programme=current.code, kind="programme.definition_published.v1", size=SHOWN).entries
    values = {
        "current": current,
        "waiting": [(item, worklist.subject(item)) for item in waiting[:SHOWN]] if waiting is not None else [],
        "waiting_count": waiting.count() if waiting is not None else 0,
        "confirms": waiting is not None,
        "update": update[:SHOWN],
        "update_count": len(update),
        "milestones": due[:SHOWN],
        "milestones_count": len(due),
        "others": worklist.other_tasks(user),
        "drafts": [(draft, *_draft(draft)) for draft in user.drafts.order_by("-saved_at")[:SHOWN]],
        "published": [fact_line(entry, serves=False) for entry in published],
        "declares": may(user, "programme.output_declare"),
        "suspends": may(user, "programme.commitment_suspend"),
    }
    return page(request, "bureau/tasks.html", values)


def _draft(draft: Draft) -> tuple[str, str]:
    """What a draft is about, and where it goes on."""
    kind, _colon, rest = draft.form.partition(":")
    names = {
        "decision": (_("Decision"), "bureau:decision", ()),
        "output": (_("Output of %(code)s") % {"code": rest}, "bureau:output", (rest,)),
        "observation": (_("Observation of %(code)s") % {"code": rest}, "bureau:observation", (rest,)),
        "milestone": (_("Milestone of %(code)s") % {"code": rest}, "bureau:milestone", (rest,)),
        "suspension": (_("Suspension of %(code)s") % {"code": rest}, "bureau:suspension", (rest,)),
        "resumption": (_("Resumption of %(code)s") % {"code": rest}, "bureau:resumption", (rest,)),
        "definition": (_("Definition %(code)s") % {"code": rest}, "bureau:definition", tuple(rest.split("/", 1))),
    }
    label, name, arguments = names.get(kind, (draft.form, "bureau:tasks", ()))
    try:
        return str(label), reverse(name, args=arguments)
    except NoReverseMatch:
        return re.sub(r"\W+", " ", draft.form), reverse("bureau:tasks")
