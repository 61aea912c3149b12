"""What pages of committees share: the sitting, its lines, who may hold or sit in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from mandat.apps.funds.models import Envelope
from mandat.apps.funds.selectors import standings
from mandat.apps.grants.models import Case, Item, Sitting
from mandat.apps.grants.recording import euros_of
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.services.moving import terms_of
from mandat.apps.grants.services.voting import Ballots
from mandat.apps.grants.tallying import Tally, result
from mandat.apps.programme.published import Published, published
from mandat.kernel.errors import InputError
from mandat.web.templatetags.formats import say

LINES = 25
TONES = {"awarded": "kept", "refused": "broken", "postponed": "suspended", "removed": "not_begun", "": "in_progress"}
STATES = {"convened": "not_begun", "open": "in_progress", "closed": "kept"}


@dataclass(frozen=True, slots=True)
class Line:
    """An item as pages show it. ``mine`` is how the reader voted, ``tied`` whether they take no part; ``adopted`` None before a vote."""

    item: Item
    case: Case
    scheme: Scheme
    who: str
    amount: Decimal | None
    votes: Tally
    voters: int
    quorum: bool
    tied: bool
    mine: str
    adopted: bool | None

    @property
    def voted(self) -> bool:
        return self.votes.voters > 0

    @property
    def tone(self) -> str:
        return TONES[self.item.outcome]


def sitting_or_404(pk: int, **wanted: Any) -> Sitting:
    return get_object_or_404(Sitting, pk=pk, programme=published().code, **wanted)


def body_title(current: Published, code: str) -> str:
    body = current.bodies.get(code)
    return say(body.title) if body else code


def lines_of(sitting: Sitting, items: Sequence[Item], reader: int) -> list[Line]:
    """These items, with their votes as they stand. A handful of queries."""
    keys = [item.case_id for item in items]
    rows = Case.objects.filter(pk__in=keys).select_related("applicant").defer("answers", "private").order_by("pk")
    cases = {case.pk: case for case in rows}
    ballots = Ballots(sitting, items, cases)
    return [_line(item, cases[item.case_id], ballots, reader) for item in items]


def _line(item: Item, case: Case, ballots: Ballots, reader: int) -> Line:
    votes = ballots.tally(item)
    given = result(votes, ballots.rule(item))
    return Line(
        item=item,
        case=case,
        scheme=terms_of(case).document,
        who=case.applicant.name if case.applicant else _("A private person"),
        amount=euros_of(item.amount),
        votes=votes,
        voters=len(ballots.voters(item)),
        quorum=ballots.has_quorum(item),
        tied=reader in ballots.ties.get(item.case_id, frozenset()),
        mine=next((choice for member, choice in ballots.cast.get(item.pk, ()) if member == reader), ""),
        adopted=None if given == "none" else given == "adopted",
    )


def paged(sitting: Sitting, number: str) -> Any:
    """A page of a sitting's items, in the order of the agenda."""
    return Paginator(sitting.items.defer("motive").order_by("position", "pk"), LINES).get_page(number)


def money_of(sitting: Sitting) -> list[tuple[Envelope, Decimal, Decimal]]:
    """The envelopes the agenda draws on: what each has left, and what is proposed from it and not put off."""
    rows = sitting.items.filter(put_off=False, favourable=True, amount__isnull=False).order_by()
    wanted: dict[tuple[str, int], int] = {}
    for scheme, measure, amount in rows.values_list("case__scheme", "case__measure", "amount"):
        wanted[scheme, measure] = wanted.get((scheme, measure), 0) + (amount or 0)
    opened = Envelope.objects.filter(programme=sitting.programme, year=sitting.on.year, closed_on__isnull=True)
    envelopes = list(opened.order_by("code"))
    sums: dict[int, int] = {}
    for (scheme, measure), amount in wanted.items():
        own = [one for one in envelopes if one.scheme == scheme] or [
            one for one in envelopes if not one.scheme and one.measure == measure
        ]
        if own:
            sums[own[0].pk] = sums.get(own[0].pk, 0) + amount
    used = [one for one in envelopes if one.pk in sums]
    return [(one.envelope, one.available, Decimal(sums[one.envelope.pk]) / 100) for one in standings(used)]


def tried(request: HttpRequest, act: Callable[[], Any], done: str = "") -> bool:
    """Do an act; say what is wrong where it is refused."""
    try:
        act()
    except InputError as error:
        messages.error(request, str(error))
        return False
    if done:
        messages.success(request, done)
    return True


def pdf_answer(raw: bytes, name: str, *, public: bool = False) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    if not public:
        headers["Cache-Control"] = "private, no-store"
    return HttpResponse(raw, content_type="application/pdf", headers=headers)
