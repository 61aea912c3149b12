"""A member's pages: the sessions one is called to, one's votes and those of one's proxies, recusals, proxies, interests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.bodies.models import Amendment, Attendance, Division, Interest, Item, Recusal, Session, Term, Vote
from mandat.apps.bodies.selectors import declared, members, term_of
from mandat.apps.bodies.services import agenda, attendance, terms, voting
from mandat.apps.bodies.terms import BODIES
from mandat.apps.bodies.views.shared import tried
from mandat.apps.bodies.vocabulary import CHOICES, NATURES, OUTCOMES, STATE_TONES, STATES, TONES
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import user_of
from mandat.apps.programme.views.shared import home_crumb
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web.components import Crumb

State = Session.State


def _crumbs(*more: Crumb) -> list[Crumb]:
    found = [
        home_crumb(),
        Crumb(_("My account"), reverse("accounts:home")),
        Crumb(_("My bodies"), reverse("bodies:mine")),
        *more,
    ]
    found[-1] = Crumb(found[-1].label)
    return found


@require_safe
@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """The bodies one sits in, the next sessions, what one declared."""
    current, user, day = published(), user_of(request), timezone.localdate()
    held = list(Term.objects.filter(programme=current.code, user=user).order_by("body", "-since"))
    running = [one for one in held if one.since <= day and (one.until is None or one.until >= day)]
    known = BODIES.all(current)
    rows = Session.objects.filter(programme=current.code, body__in={one.body for one in running}).defer("draft")
    interests = declared(running, on=day)
    values = {
        "crumbs": _crumbs(),
        "seats": [
            {"term": one, "body": known[one.body].document, "interests": interests.get(one.pk, [])}
            for one in running
            if one.body in known
        ],
        "sessions": [
            {"session": one, "body": known[one.body].document, "state": STATES[one.state], "tone": STATE_TONES[one.state]}
            for one in rows.order_by("-starts_at", "-pk")[:30]
            if one.body in known
        ],
        "natures": Interest.Nature.choices,
    }  # fmt: skip
    return render(request, "bodies/mine.html", values)


def _own(request: HttpRequest, pk: int) -> tuple[Session, Term]:
    """A session for one of its members; for anyone else it does not exist."""
    found = get_object_or_404(Session, pk=pk, programme=published().code)
    term = term_of(user_of(request), found.body, on=found.on, programme=found.programme)
    if term is None:
        raise Http404
    return found, term


@require_safe
@never_cache
@login_required
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """The agenda with its papers, and what one may do: vote, give a proxy, take no part, table an amendment."""
    found, term = _own(request, pk)
    document = BODIES.all(published())[found.body].document
    came = {row.term_id: row for row in Attendance.objects.filter(session=found).select_related("proxy").order_by("pk")}
    mine_ = came.get(term.pk)
    holds = [row.term_id for row in came.values() if row.proxy_id == term.pk]
    named = {one.pk: one for one in members(found.body, on=found.on, programme=found.programme)}
    question = Division.objects.filter(item__session=found, closed_at__isnull=True).select_related("amendment").first()
    recused = set(Recusal.objects.filter(item__session=found, term=term).order_by("pk").values_list("item", flat=True))
    voters = [named[key] for key in (term.pk, *holds) if key in named]
    cast = dict(Vote.objects.filter(division=question, term__in=voters).order_by("pk").values_list("term", "choice")) if question else {}  # fmt: skip
    values = {
        "crumbs": _crumbs(Crumb(f"{document.title.fr} – {found.on:%d/%m/%Y}")),
        "session": found,
        "body": document,
        "term": term,
        "state": STATES[found.state],
        "tone": STATE_TONES[found.state],
        "there": mine_ is not None and mine_.status in attendance.THERE,
        "proxy": mine_.proxy if mine_ is not None else None,
        "others": [one for one in named.values() if one.pk != term.pk and one.votes],
        "items": [
            {
                "item": one, "nature": NATURES[one.nature], "outcome": OUTCOMES[one.outcome] if one.outcome else "",
                "tone": TONES[one.outcome], "recused": one.pk in recused, "papers": list(one.papers.all()),
                "votes": _ballots(question, one, voters, cast) if one.pk not in recused else [],
                "amendment": question.amendment if question is not None and question.item_id == one.pk else None,
            }
            for one in found.items.prefetch_related("papers__upload").order_by("position", "pk")
        ],
        "papers": list(found.papers.filter(item__isnull=True).select_related("upload").order_by("pk")),
        "question": question,
        "choices": CHOICES.items(),
        "whys": Recusal.Why.choices,
        "open": found.state in (State.CONVENED, State.OPEN),
    }  # fmt: skip
    return render(request, "bodies/my_session.html", values)


def _ballots(question: Division | None, item: Item, voters: list[Term], cast: dict[int, str]) -> list[Any]:
    """Who of the reader and those they represent votes now on an item, and how they voted already."""
    if question is None or question.item_id != item.pk or question.mode != Division.Mode.ROLL:
        return []
    able = voting.electors(item.session, item).all
    return [(one, CHOICES.get(cast.get(one.pk, ""))) for one in voters if one.pk in able]


@require_POST
@never_cache
@login_required
def act(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """One act of a member in a session."""
    found, term = _own(request, pk)
    user, post = user_of(request), request.POST
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "voter": (lambda: _vote(found, user, post), _("Your vote is noted. It does not change.")),
        "pouvoir": (
            lambda: attendance.proxy_give(actor=user, session=found, giver=term, holder=_member(found, post.get("holder", ""))),
            _("Your proxy is noted."),
        ),
        "deport": (
            lambda: attendance.recuse(actor=user, item=_item(found, post), term=term, why=post.get("why", "")),
            _("You take no part in this item."),
        ),
        "amendement": (
            lambda: agenda.amendment_add(actor=user, item=_item(found, post), text=post.get("text", ""), author=term),
            _("Your amendment is tabled."),
        ),
        "retrait": (
            lambda: voting.amendment_withdraw(actor=user, amendment=_amendment(found, term, post)),
            _("Your amendment is withdrawn."),
        ),
    }  # fmt: skip
    if name not in acts:
        raise Http404
    do, done = acts[name]
    tried(request, do, done)
    return redirect("bodies:my_session", pk=pk)


def _vote(found: Session, user: Any, post: Any) -> Vote:
    question = Division.objects.filter(pk=_number(post, "division"), item__session=found).first()
    if question is None:
        raise InputError(Text("ce vote est clos", "this vote is closed"))
    term = _member(found, post.get("term", ""))
    return voting.vote_cast(actor=user, division=question, choice=post.get("choice", ""), term=term)


def _number(post: Any, name: str) -> int:
    value = post.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 12 else 0


def _member(found: Session, value: str) -> Term | None:
    if not value:
        return None
    wanted = int(value) if value.isdecimal() and len(value) < 12 else 0
    named = {one.pk: one for one in members(found.body, on=found.on, programme=found.programme)}
    if wanted not in named:
        raise InputError(Text("cette personne n'est pas membre", "this person is no member"))
    return named[wanted]


def _item(found: Session, post: Any) -> Item:
    return get_object_or_404(Item, session=found, pk=_number(post, "item"))


def _amendment(found: Session, term: Term, post: Any) -> Amendment:
    rows = Amendment.objects.select_related("item__session", "author")
    return get_object_or_404(rows, item__session=found, author=term, pk=_number(post, "amendment"))


@require_POST
@never_cache
@login_required
def interest(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Declare an interest for one's own seat, or end one."""
    user, post = user_of(request), request.POST
    term = get_object_or_404(Term, pk=pk, user=user, programme=published().code)
    ended = Interest.objects.filter(term=term, pk=_number(post, "interest")).first()
    if ended is not None:
        tried(request, lambda: terms.interest_end(actor=user, interest=ended), _("This interest is ended."))
    else:
        tried(
            request,
            lambda: terms.interest_declare(
                actor=user, term=term, nature=post.get("nature", ""), organisation=post.get("organisation", ""),
                detail=post.get("detail", ""),
            ),
            _("Your declaration is public."),
        )  # fmt: skip
    return redirect("bodies:mine")
