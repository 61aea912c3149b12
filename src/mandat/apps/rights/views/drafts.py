"""Prepare a claim: answers, identity, documents, sending. What is typed is kept at each step and can be taken up again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from mandat.apps.rights import identity as identities
from mandat.apps.rights import services
from mandat.apps.rights.forms import AnswersForm, IdentityForm, PieceForm, asked
from mandat.apps.rights.machine import State
from mandat.apps.rights.models import Claim
from mandat.apps.rights.ruling import compiled, rule_on
from mandat.apps.rights.services.evidence import missing_evidence, wanted_evidence
from mandat.apps.rights.services.moving import terms_of, today
from mandat.apps.rights.situations import MOST_MEMBERS
from mandat.apps.rights.views.shared import attempt, home_crumb, own, to_claim, user_of
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say


@never_cache
@login_required
def start(request: HttpRequest, code: str) -> HttpResponseBase:
    """Begin a claim from an empty form. A GET (the way back from signing in) shows the button."""
    if request.method != "POST":
        return redirect("rights:right", code=code)
    try:
        claim = services.claim_start(actor=user_of(request), right=code, answers={}, as_of=today())
    except InputError as error:
        messages.error(request, str(error))
        return redirect("rights:right", code=code)
    return redirect("rights:answers", reference=claim.reference)


def crumbs(claim: Claim, title: str = "") -> list[Crumb]:
    trail = [home_crumb(), Crumb(_("My claims"), reverse("rights:claims"))]
    here = say(terms_of(claim).document.title)
    return (
        [*trail, Crumb(here, reverse("rights:claim", args=[claim.reference])), Crumb(title)]
        if title
        else [*trail, Crumb(here)]
    )


def steps(claim: Claim, here: str) -> list[dict[str, Any]]:
    """The steps of a draft, done or not, for the head of each page."""
    terms = terms_of(claim)
    ruling = rule_on(terms, claim.answers, as_of=today(), programme=claim.programme)
    found = [
        ("answers", _("Your situation"), not ruling.missing),
        ("identity", _("Your details"), not identities.problems(claim.identity, terms.document)),
    ]
    if terms.document.evidence:
        found.append(("pieces", _("Documents"), not missing_evidence(claim, terms, ruling)))
    found.append(("send", _("Check and send"), False))
    return [
        {
            "name": name,
            "label": label,
            "done": done,
            "url": reverse(f"rights:{name}", args=[claim.reference]),
            "here": name == here,
        }
        for name, label, done in found
    ]


def following(claim: Claim, name: str) -> str:
    """The step after ``name``."""
    found = steps(claim, name)
    names = [step["name"] for step in found]
    return str(found[min(names.index(name) + 1, len(found) - 1)]["url"])


def _draft(claim: Claim) -> bool:
    return claim.state == State.DRAFT


@own
def answers(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """The questions that still matter, and the answers given. New questions appear as answers call for them."""
    if not _draft(claim):
        return to_claim(claim)
    terms = terms_of(claim)
    held = compiled(claim.programme, terms.document.rule)
    situation = dict(claim.answers)
    many = [(entity, key) for entity, (key, several) in held.keys.items() if several]
    ruling = rule_on(terms, situation, as_of=today(), programme=claim.programme)
    shown = asked(held, situation, ruling.missing)
    posted = request.POST if request.method == "POST" else None
    form = AnswersForm(held, situation, shown, data=posted, as_of=today())
    if posted is not None and form.is_valid():
        given = form.situation()
        for _entity, key in many:
            _resize(given, key, add="add" in posted, remove=posted.get("remove", ""))
        if attempt(request, lambda: services.claim_save(actor=user_of(request), claim=claim, answers=given)):
            if "add" in posted or "remove" in posted:
                return redirect("rights:answers", reference=claim.reference)
            after = rule_on(terms, given, as_of=today(), programme=claim.programme)
            new = set(asked(held, given, after.missing)) - set(shown)
            if new:
                messages.info(request, _("Saved. Your answers call for a few more questions."))
                return redirect("rights:answers", reference=claim.reference)
            return redirect(following(claim, "answers"))
    values = {
        "crumbs": crumbs(claim, _("Your situation")),
        "claim": claim,
        "terms": terms,
        "steps": steps(claim, "answers"),
        "form": form,
        "groups": form.groups(),
        "members": max(1, len(situation.get(many[0][1]) or [])) if many and _aggregated(held) else 0,
        "most": MOST_MEMBERS,
        "ruling": ruling,
    }
    return render(request, "rights/answers.html", values, status=422 if form.errors else 200)


def _aggregated(held: Any) -> bool:
    """Whether the rule looks at several members: else nobody is asked about the rest of the household."""
    words = " ".join(line.formula for line in held.document.formulas)
    return any(key in words for key, several in held.keys.values() if several)


def _resize(given: dict[str, Any], key: str, *, add: bool, remove: str) -> None:
    block = given.get(key)
    if add:
        block = given.setdefault(key, [{}])
        if len(block) < MOST_MEMBERS:
            block.append({})
    elif remove.isdecimal() and isinstance(block, list) and 0 < int(remove) < len(block):
        del block[int(remove)]


@own
def identity(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """Who claims, where letters and payments go."""
    if not _draft(claim):
        return to_claim(claim)
    terms = terms_of(claim)
    posted = request.POST if request.method == "POST" else None
    form = IdentityForm(terms.document, posted, initial={**_told(claim), **claim.identity})
    if posted is not None:
        valid = form.is_valid()
        # What was typed is kept even where some of it is wrong.
        kept = attempt(request, lambda: services.claim_save(actor=user_of(request), claim=claim, identity=form.kept))
        if valid and kept:
            return redirect(following(claim, "identity"))
    values = {
        "crumbs": crumbs(claim, _("Your details")),
        "claim": claim,
        "terms": terms,
        "steps": steps(claim, "identity"),
        "form": form,
    }
    return render(request, "rights/identity.html", values, status=422 if form.errors else 200)


def _told(claim: Claim) -> dict[str, Any]:
    """What the answers tell already: nobody is asked twice."""
    persons = claim.answers.get("personnes") or [{}]
    rank = min(int(claim.answers.get("demandeur", 0)), len(persons) - 1)
    birth = persons[rank].get("date_naissance")
    return {"birth_date": birth} if birth else {}


@own
def pieces(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """The documents asked for, and a place to add each."""
    terms = terms_of(claim)
    form = None
    if request.method == "POST":
        form = PieceForm(request.POST, request.FILES)
        if form.is_valid() and attempt(
            request,
            lambda: services.piece_add(
                actor=user_of(request), claim=claim, code=form.cleaned_data["code"], file=form.cleaned_data["file"]
            ),
            _("The document is added."),
        ):
            return redirect("rights:pieces" if _draft(claim) else "rights:claim", reference=claim.reference)
        if form.errors:
            messages.error(request, _("Choose a file."))
        return redirect("rights:pieces" if _draft(claim) else "rights:claim", reference=claim.reference)
    if not _draft(claim):
        return to_claim(claim)
    values = {
        "crumbs": crumbs(claim, _("Documents")),
        "claim": claim,
        "terms": terms,
        "steps": steps(claim, "pieces"),
        "wanted": wanted(claim),
    }
    return render(request, "rights/pieces.html", values)


def wanted(claim: Claim) -> list[dict[str, Any]]:
    """Each document the situation calls for, with the files given."""
    terms = terms_of(claim)
    ruling = rule_on(terms, claim.answers, as_of=today(), programme=claim.programme)
    given: dict[str, list[Any]] = {}
    for piece in claim.pieces.order_by("pk"):
        given.setdefault(piece.code, []).append(piece)
    return [
        {
            "evidence": evidence,
            "files": given.get(evidence.code, []),
            "full": sum(piece.discarded_at is None for piece in given.get(evidence.code, [])) >= evidence.most_files,
        }
        for evidence in wanted_evidence(terms, ruling)
    ]


@require_POST
@own
def piece_remove(request: HttpRequest, claim: Claim, pk: int) -> HttpResponseBase:
    piece = get_object_or_404(claim.pieces, pk=pk)
    attempt(
        request, lambda: services.piece_remove(actor=user_of(request), piece=piece), _("The document is taken back.")
    )
    return redirect("rights:pieces" if _draft(claim) else "rights:claim", reference=claim.reference)


@own
def send(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """Everything on one page before it is sent, and what is missing."""
    if not _draft(claim):
        return to_claim(claim)
    terms = terms_of(claim)
    if request.method == "POST":
        sure = bool(request.POST.get("sure"))
        if not sure:
            messages.error(request, _("Tick the box to say that what you declare is true."))
        elif attempt(
            request,
            lambda: services.claim_submit(
                actor=user_of(request), claim=claim, incomplete=bool(request.POST.get("incomplete"))
            ),
        ):
            claim.refresh_from_db()
            if claim.state in (State.GRANTED, State.REFUSED):
                messages.success(request, _("Your claim is decided: here is the answer."))
            else:
                messages.success(request, _("Your claim is sent. Its acknowledgement is below."))
            return to_claim(claim)
        return redirect("rights:send", reference=claim.reference)
    ruling = rule_on(terms, claim.answers, as_of=today(), programme=claim.programme)
    lacking = missing_evidence(claim, terms, ruling)
    wrong = identities.problems(claim.identity, terms.document)
    values = {
        "crumbs": crumbs(claim, _("Check and send")),
        "claim": claim,
        "terms": terms,
        "steps": steps(claim, "send"),
        "ruling": ruling,
        "inputs": ruling.inputs,
        "identity": claim.identity,
        "lacking": lacking,
        "wrong": list(wrong.values()),
        "contradictions": ruling.contradictions,
        "wanted": wanted(claim),
        "complete": not (ruling.missing or lacking or wrong or ruling.contradictions),
        "may_send": not (wrong or ruling.contradictions),
        "automatic": terms.document.decision.by == "automatic",
    }
    return render(request, "rights/send.html", values)


@require_POST
@own
def discard(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """Throw the draft away."""
    if attempt(
        request, lambda: services.claim_discard(actor=user_of(request), claim=claim), _("The draft is thrown away.")
    ):
        return redirect("rights:claims")
    return to_claim(claim)
