"""Begin a claim with the answers of the questionnaire."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.rights import services
from mandat.apps.rights.questionnaire.answers import unsealed
from mandat.apps.rights.questionnaire.book import book
from mandat.apps.rights.questionnaire.settling import situation_of
from mandat.apps.rights.questionnaire.views import start
from mandat.apps.rights.views.shared import user_of
from mandat.kernel.errors import InputError


@never_cache
@require_POST
@sensitive_post_parameters()
def claim(request: HttpRequest) -> HttpResponseBase:
    """Begin a claim with the answers of the form, for someone signed in."""
    programme_or_404()
    known = book()
    code = request.POST.get("right", "")
    entry = next((entry for entry in known.entries if entry.code == code), None)
    try:
        answers = unsealed(request.POST.get("answers", ""))
    except InputError as error:
        return start(request, wrong=str(error), status=400)
    if entry is None or not request.user.is_authenticated:
        return redirect("rights:questionnaire")
    situation = situation_of(known, answers, entry)
    for entity in known.entities.values():
        if entity.kind == "person" and not isinstance(situation[entity.key], list):
            situation[entity.key] = [situation[entity.key]]
    try:
        made = services.claim_start(actor=user_of(request), right=code, answers=situation, as_of=timezone.localdate())
    except InputError as error:
        return start(request, wrong=str(error), status=422)
    return redirect("rights:answers", reference=made.reference)
