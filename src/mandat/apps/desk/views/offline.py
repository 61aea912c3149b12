"""The page that works without network: its shell, kept by the browser, and the package a device is given once."""

from __future__ import annotations

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.accounts.access import requires
from mandat.apps.desk.models import Carnet
from mandat.apps.desk.services.preparing import package_hand
from mandat.apps.programme.views.bureau.common import user_of
from mandat.kernel.errors import InputError

_WORKER = Path(__file__).parents[1] / "static" / "desk" / "service.js"


def carnet_or_404(code: str) -> Carnet:
    found = Carnet.objects.filter(code=code).select_related("holder", "prepared_by").first()
    if found is None:
        raise Http404(code)
    return found


@require_safe
@requires("desk.collect")
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The shell: no entry, no key, nothing of anybody in it."""
    found = carnet_or_404(code)
    if found.state in (Carnet.State.CLOSED, Carnet.State.LOST):
        raise Http404
    values = {
        "carnet": found,
        "package": reverse("desk:package", args=[code]),
        "worker": reverse("desk:worker"),
        "back": reverse("desk:carnet", args=[code]),
        "assets": " ".join(static(one) for one in ("mandat/tokens.css", "mandat/site.css", "desk/carnet.css", "desk/words.js", "desk/carnet.js")),
        "language": get_language() or "fr",
    }  # fmt: skip
    return render(request, "desk/offline.html", values)


@require_POST
@requires("desk.collect")
def package(request: HttpRequest, code: str) -> HttpResponse:
    """Give a device its package."""
    try:
        made = package_hand(actor=user_of(request), carnet=carnet_or_404(code))
    except InputError as error:
        return JsonResponse({"error": str(error)}, status=409)
    return JsonResponse(dict(made))


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the shell: served here because a browser lets it keep no page above its own address."""
    response = HttpResponse(_WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
