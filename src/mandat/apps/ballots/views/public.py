"""Votes for everyone: what is voted on and how, then the result, the list, receipts, and the file to count again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from mandat.apps.ballots import bundle, hooks, receipts, results, security, selectors
from mandat.apps.ballots.models import Ballot, Poll
from mandat.apps.ballots.services.closing import voters_so_far
from mandat.apps.ballots.views.common import above, crumbs, poll_or_404
from mandat.web.components import Crumb

__all__ = ["hooks", "polls"]
SHOWN = 100


@never_cache
@require_GET
def polls(request: HttpRequest) -> HttpResponse:
    """Votes to come, under way, counted."""
    values = {"groups": selectors.grouped(), "crumbs": [*above(), Crumb(_("Votes"))]}
    return render(request, "ballots/polls.html", values)


@never_cache
@require_GET
def poll(request: HttpRequest, reference: str) -> HttpResponse:
    """What a vote is about, its rules, how to take part; once counted, its result."""
    found = poll_or_404(reference)
    values: dict[str, Any] = {
        "poll": found,
        "rules": found.rules,
        "options": found.options,
        "crumbs": crumbs(found),
        "aims": security.AIMS,
        "level": security.LEVEL,
        "advice": security.ADVICE,
        "own_words": found.rules.security,
        "how": results.how(found),
        "state": selectors.stage(found),
        "explanations": found.explanations.select_related("batch").order_by("pk"),
    }
    if found.state == Poll.State.COUNTED:
        values |= results.shown(found)
        return render(request, "ballots/result.html", values)
    if found.begun():
        values["voters"] = voters_so_far(found)
    return render(request, "ballots/poll.html", values)


def _counted(reference: str) -> Poll:
    found = poll_or_404(reference)
    if found.state != Poll.State.COUNTED or hasattr(found, "imported"):
        raise Http404(reference)
    return found


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Find a ballot by its receipt, with the proof that it is in the list. Typed, never in an address: addresses stay in logs."""
    found = _counted(reference)
    values: dict[str, Any] = {
        "poll": found,
        "crumbs": crumbs(found, Crumb(_("Find a receipt"))),
        "result": found.result,
        "typed": "",
    }
    status = 200
    if request.method == "POST":
        typed = request.POST.get("receipt", "")[:80]
        number = receipts.number_of(typed)
        values["typed"] = typed
        if number is None:
            values["wrong"], status = _("This receipt is mistyped: check each letter and figure."), 422
        elif (proof := results.proof(found, number)) is None:
            values["wrong"], status = _("No ballot of this vote has this receipt."), 404
        else:
            values["proof"] = proof
    return render(request, "ballots/receipts.html", values, status=status)


@require_GET
def ballots(request: HttpRequest, reference: str) -> HttpResponse:
    """The published list, page by page, by receipt."""
    found = _counted(reference)
    after = receipts.number_of(request.GET.get("apres", "")) if request.GET.get("apres") else -1
    if after is None:
        raise Http404
    rows = list(Ballot.objects.filter(poll=found, pk__gt=after).order_by("pk")[: SHOWN + 1])
    values = {
        "poll": found,
        "result": found.result,
        "lines": [(receipts.receipt(row.pk), row.content) for row in rows[:SHOWN]],
        "older": f"?apres={receipts.receipt(rows[SHOWN - 1].pk)}" if len(rows) > SHOWN else "",
        "first": reverse("ballots:ballots", args=[reference]) if after >= 0 else "",
        "crumbs": crumbs(found, Crumb(_("The ballots"))),
    }
    return render(request, "ballots/ballots.html", values)


def _attached(lines: Iterator[str], name: str, kind: str) -> StreamingHttpResponse:
    def chunks() -> Iterator[bytes]:
        held: list[str] = []
        for line in lines:
            held.append(line)
            if len(held) >= 500:
                yield "".join(held).encode()
                held.clear()
        yield "".join(held).encode()

    answer = StreamingHttpResponse(chunks(), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_GET
def download(request: HttpRequest, reference: str) -> StreamingHttpResponse:
    """The whole vote in one file, for ``mandat count``."""
    found = _counted(reference)
    return _attached(results.file_lines(found), f"{found.reference}.ballots", "text/plain; charset=utf-8")


@require_GET
def download_csv(request: HttpRequest, reference: str) -> StreamingHttpResponse:
    """Receipts and contents. Cells begin with a letter, a figure or a brace: no spreadsheet takes one for a formula."""
    found = _counted(reference)

    def lines() -> Iterator[str]:
        yield "\ufeffreceipt;ballot\r\n"
        for number, content in results.listed(found):
            out = io.StringIO()
            csv.writer(out, delimiter=";").writerow([receipts.receipt(number), content])
            yield out.getvalue()

    return _attached(lines(), f"{found.reference}.csv", "text/csv; charset=utf-8")


@require_GET
def download_json(request: HttpRequest, reference: str) -> HttpResponse:
    """Definition and result."""
    found = _counted(reference)
    result = found.result
    told = {
        "definition": found.definition,
        "digest": found.digest,
        "outcome": result.outcome,
        "turnout": result.turnout,
        "root": result.root,
        "leaves": "SHA-256(0x00 || receipt TAB content), RFC 9162",
        "block": bundle.BLOCK,
        "counted_at": result.counted_at.isoformat(),
    }
    answer = HttpResponse(json.dumps(told, ensure_ascii=False, indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{found.reference}.json"'
    return answer


@require_GET
def download_pb(request: HttpRequest, reference: str) -> StreamingHttpResponse:
    """Pabulib, for the votes that format can write."""
    found = _counted(reference)
    return _attached(results.pabulib(found), f"{found.reference}.pb", "text/plain; charset=utf-8")
