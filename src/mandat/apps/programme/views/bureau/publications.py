"""What was published: versions of definitions, and the state of the journal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mandat import journal
from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import AuditLine
from mandat.apps.accounts.permissions import may
from mandat.apps.programme.views.bureau.common import current_or_none, page, user_of
from mandat.apps.programme.views.shared import fact_line
from mandat.definitions.models import DefinitionVersion
from mandat.definitions.registry import kinds
from mandat.web.components import Crumb

SHOWN = 40


@require_GET
@requires("bureau.enter")
def publications(request: HttpRequest) -> HttpResponse:
    """Versions of definitions, latest first, then size, root and signed checkpoint of the journal."""
    current = current_or_none()
    if current is None:
        return page(request, "bureau/empty.html", {})
    before = request.GET.get("avant", "")
    cut = int(before) if before.isdigit() and len(before) < 16 else None
    listed = journal.page(programme=current.code, kind="programme.definition_published.v1", size=SHOWN, before=cut)
    versions = DefinitionVersion.objects.filter(programme=current.code)
    head = journal.head()
    values = {
        "current": current,
        "facts": [fact_line(entry, serves=False) for entry in listed.entries],
        "older": listed.older,
        "counts": [
            (kind.label, versions.filter(kind=name, current=True).count(), versions.filter(kind=name).count())
            for name, kind in kinds().items()
            if not kind.wrapper
        ],
        "head": head,
        "root": head.root.hex(),
        "audit": AuditLine.objects.filter(what=AuditLine.What.PUBLISHED).select_related("actor").order_by("-at")[:20]
        if may(user_of(request), "programme.definition_edit")
        else (),
    }
    return page(request, "bureau/publications.html", values, crumbs=[Crumb(_("Publications"))])
