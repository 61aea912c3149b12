"""A petition before it is examined: written, backed by sponsors, sent, withdrawn."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community.text import cleaned
from mandat.apps.organisations.models import Organisation
from mandat.apps.organisations.selectors import allowed
from mandat.apps.participation import standing
from mandat.apps.participation.definitions import published_process
from mandat.apps.participation.services.running import contributed
from mandat.apps.petitions.machine import UNDER_WAY, WRITABLE, State
from mandat.apps.petitions.models import Petition, Sponsor, Version
from mandat.apps.petitions.services.moving import append, check_author, held, line, move, synthetic, today
from mandat.apps.petitions.terms import Terms, terms_now, terms_of
from mandat.apps.petitions.words import CLOSINGS
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

LEAST_TITLE, LONGEST_TITLE = 10, 120
LEAST_REQUEST, LONGEST_REQUEST = 20, 500


def _written(terms: Terms, values: dict[str, Any]) -> dict[str, str]:
    """Title, request and text as they are kept. Raises InputError for what is too short, too long or disguised."""
    return {
        "title": cleaned(values.get("title", ""), longest=LONGEST_TITLE, least=LEAST_TITLE, one_line=True),
        "request_text": cleaned(values.get("request_text", ""), longest=LONGEST_REQUEST, least=LEAST_REQUEST),
        "text": cleaned(values.get("text", ""), longest=terms.component.longest),
    }


@transaction.atomic
def petition_start(
    *,
    actor: User,
    process: str,
    component: str,
    title: str,
    request_text: str,
    text: str = "",
    request: str = "",
    name: str = "",
    commune: str = "",
    organisation: Organisation | None = None,
) -> Petition:
    """Begin a petition. ``request`` is what the law lets electors ask for; ``name`` the name shown, empty for none.

    Raises InputError (texts, too many petitions under way), PermissionDenied.
    """
    require(actor, "petitions.create")
    terms = terms_now(process, component)
    if organisation is not None and not allowed(actor, organisation, "edit"):
        raise PermissionDenied("organisations.edit")
    _check_request(terms, request)
    published = published_process(process)
    shut = standing.closed(published, component, timezone.now())
    if shut is not None:
        raise InputError(Text(f"{shut.text.fr} {shut.remedy.fr}", f"{shut.text.en} {shut.remedy.en}"))
    # From the first contribution on, the rules of the process change by a reasoned decision alone.
    contributed(published)
    # One line for each account: two tabs cannot begin more petitions than the rules allow.
    User.objects.select_for_update().get(pk=actor.pk)
    under_way = Petition.objects.filter(author=actor, process=process, component=component, state__in=UNDER_WAY)
    if under_way.count() >= terms.component.most:
        most = terms.component.most
        raise InputError(
            Text(
                f"vous avez déjà {most} pétitions en cours : menez-en une à son terme d'abord",
                f"you have {most} petitions under way: bring one to its end first",
            )
        )
    now = timezone.now()
    return Petition.objects.create(
        programme=published.programme,
        process=process,
        component=component,
        process_version=terms.ref.version,
        basis=terms.component.basis,
        request=request,
        author=actor,
        author_name=cleaned(name, longest=80, one_line=True),
        organisation=organisation,
        commune=commune,
        created_at=now,
        saved_at=now,
        synthetic=synthetic(),
        **_written(terms, {"title": title, "request_text": request_text, "text": text}),
    )


def _check_request(terms: Terms, request: str) -> None:
    if request not in (terms.component.requests or ("",)):
        raise InputError(
            Text("dites ce que vous demandez à l'assemblée", "say what you ask of the assembly")
            if terms.component.requests
            else Text("cette demande n'existe pas ici", "there is no such request here")
        )


@transaction.atomic
def petition_save(
    *,
    actor: User,
    petition: Petition,
    revision: int,
    title: str,
    request_text: str,
    text: str = "",
    request: str = "",
    name: str = "",
) -> Petition:
    """Write a petition anew, while nobody may sign it. ``revision`` is that of the page it was written on: another page may have been saved since."""
    petition = held(petition)
    check_author(actor, petition)
    if petition.state not in WRITABLE:
        raise InputError(Text("le texte ne peut plus changer", "the text can no longer change"))
    if petition.revision != revision:
        raise InputError(
            Text(
                "ce texte a été enregistré depuis une autre page : rechargez avant d'écrire",
                "this text was saved from another page: load it again before you write",
            )
        )
    terms = terms_of(petition)
    _check_request(terms, request)
    written = _written(terms, {"title": title, "request_text": request_text, "text": text})
    if petition.state == State.SPONSORS and petition.sponsors.exists():
        # Those who backed it backed another text.
        for sponsor in petition.sponsors.select_related("user").order_by("pk"):
            notices.notify(
                sponsor.user,
                "petitions.changed",
                petition.reference,
                key=f"{petition.reference}:{revision}:{sponsor.pk}",
            )
        petition.sponsors.all().delete()
    for field, value in written.items():
        setattr(petition, field, value)
    petition.request, petition.author_name = request, cleaned(name, longest=80, one_line=True)
    petition.revision += 1
    petition.saved_at = timezone.now()
    petition.save()
    return petition


@transaction.atomic
def sponsors_ask(*, actor: User, petition: Petition) -> Petition:
    """Look for sponsors: whoever has the link may back the petition."""
    petition = held(petition)
    check_author(actor, petition)
    move(petition, "ask_sponsors")
    petition.saved_at = timezone.now()
    petition.save()
    return petition


def sponsors_missing(petition: Petition) -> int:
    """How many sponsors are still needed."""
    return max(0, terms_of(petition).component.sponsors - petition.sponsors.count())


@transaction.atomic
def petition_back(*, actor: User, petition: Petition) -> Sponsor:
    """Back a petition that looks for sponsors, once, from one's own account. Raises InputError."""
    require(actor, "petitions.create")
    petition = held(petition)
    if petition.state != State.SPONSORS:
        raise InputError(
            Text("cette pétition ne cherche plus de parrainages", "this petition looks for no more sponsors")
        )
    if petition.author_id == actor.pk:
        raise InputError(
            Text("c'est votre pétition : faites-la parrainer par d'autres", "this petition is yours: others back it")
        )
    try:
        with transaction.atomic():
            made = Sponsor.objects.create(petition=petition, user=actor, at=timezone.now())
    except IntegrityError:
        raise InputError(Text("vous parrainez déjà cette pétition", "you back this petition already")) from None
    if petition.author is not None and sponsors_missing(petition) == 0:
        notices.notify(
            petition.author, "petitions.backed", petition.reference, key=f"{petition.reference}:{petition.revision}"
        )
    return made


@transaction.atomic
def petition_unback(*, actor: User, petition: Petition) -> bool:
    """Back a petition no more, before it is examined."""
    petition = held(petition)
    if petition.state not in WRITABLE:
        raise InputError(Text("la pétition est déjà à l'examen", "the petition is already being examined"))
    gone, _ = Sponsor.objects.filter(petition=petition, user=actor).delete()
    return bool(gone)


def digest(petition: Petition) -> str:
    """What binds a version to its words."""
    return hashlib.sha256("\n".join((petition.title, petition.request_text, petition.text)).encode()).hexdigest()


@transaction.atomic
def petition_submit(*, actor: User, petition: Petition) -> Petition:
    """Send a petition to examination, once it has its sponsors: its text becomes a version. Raises InputError."""
    petition = held(petition)
    check_author(actor, petition)
    terms = terms_of(petition)
    if missing := sponsors_missing(petition):
        raise InputError(
            Text(
                f"il manque {missing} parrainage{'s' if missing > 1 else ''}",
                f"{missing} more sponsor{'s are' if missing > 1 else ' is'} needed",
            )
        )
    move(petition, "submit")
    now = timezone.now()
    petition.submitted_at = petition.saved_at = now
    petition.examine_by = today() + dt.timedelta(days=terms.component.moderation_days)
    petition.save()
    number = petition.versions.count() + 1
    Version.objects.create(
        petition=petition, number=number, title=petition.title, request_text=petition.request_text, text=petition.text,
        at=now, sha256=digest(petition),
    )  # fmt: skip
    return petition


@transaction.atomic
def petition_withdraw(*, actor: User, petition: Petition) -> Petition:
    """Its author gives a petition up, before it has crossed a threshold: afterwards it belongs to those who signed it too."""
    petition = held(petition)
    check_author(actor, petition)
    if petition.crossings.exists():
        raise InputError(
            Text(
                "un seuil est franchi : la pétition est aussi celle de qui l'a signée",
                "a threshold is crossed: the petition is also that of those who signed it",
            )
        )
    was_open = petition.state == State.OPEN
    move(petition, "withdraw")
    petition.ended_at = timezone.now()
    petition.save()
    if was_open:
        why = CLOSINGS["withdrawn"]
        append(line("petitions.closed.v1", petition, why="withdrawn", why_label=why.fr, signatures=petition.total))
    return petition
