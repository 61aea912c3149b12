"""My tasks: what waits for me, first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mandat.apps.accounts.access import requires


@requires("bureau.enter")
def tasks(request: HttpRequest) -> HttpResponse:
    return render(request, "bureau/tasks.html")
