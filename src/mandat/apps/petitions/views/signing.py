"""Sign a petition in one step, see that one has, take one's signature back."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.core.cache import cache
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from mandat.apps.accounts.models import User
from mandat.apps.community.ratelimit import address_of
from mandat.apps.participation import standing
from mandat.apps.participation.models import Participant
from mandat.apps.participation.services.joining import participant_join
from mandat.apps.participation.standing import NotEntitled
from mandat.apps.petitions import identities, rolls
from mandat.apps.petitions.forms import SignForm
from mandat.apps.petitions.models import Petition, Signature
from mandat.apps.petitions.services import signing
from mandat.apps.petitions.services.signing import AlreadySignedError, Signer
from mandat.apps.petitions.terms import terms_of
from mandat.apps.petitions.views.shared import attempt, petition_crumbs, public_or_404, user_of
from mandat.kernel.errors import InputError, MandatError
from mandat.kernel.text import Text
from mandat.web.components import Crumb

#: Attempts an hour that one account, and one address (a library, a lycée), may make in each server process.
ACCOUNT_AN_HOUR, ADDRESS_AN_HOUR = 60, 600
_TOO_MANY = Text(
    "trop de signatures en peu de temps : réessayez dans une heure",
    "too many signatures in a short time: try again in an hour",
)


def _check_rate(user: User, address: str) -> None:
    """Raise InputError for a flood. In the memory of the process: the database is left to signatures."""
    hour = int(timezone.now().timestamp()) // 3600
    hidden = hashlib.sha256(f"{hour}:{address}".encode()).hexdigest()[:24]
    for key, most in ((f"petitions:u{user.pk}:{hour}", ACCOUNT_AN_HOUR), (f"petitions:a{hidden}", ADDRESS_AN_HOUR)):
        cache.add(key, 0, timeout=3600)
        try:
            count = cache.incr(key)
        except ValueError:  # it expired in between
            continue
        if count > most:
            raise InputError(_TOO_MANY)


@never_cache
def sign(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The form, and the act. Without an account one is sent a code by e-mail, and comes back here."""
    petition = public_or_404(reference)
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?next={request.path}")
    user, terms = user_of(request), terms_of(petition)
    place = standing.found(user, terms.process.code)
    form = SignForm(request.POST or None, terms=terms, user=user, known=place is not None)
    refused: NotEntitled | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _check_rate(user, address_of(request))
            signature = _signed(request, user, petition, place, form)
        except NotEntitled as error:
            refused = error
        except AlreadySignedError:
            messages.info(request, _("You have signed this petition already: your signature counts once."))
            return redirect("petitions:signed", reference=petition.reference)
        except MandatError as error:
            form.add_error(None, str(error))
        else:
            del signature
            return redirect("petitions:signed", reference=petition.reference)
    values = {
        "crumbs": petition_crumbs(petition, Crumb(_("Sign"))), "petition": petition, "terms": terms, "form": form,
        "known": place, "refused": refused.reason if refused is not None else None,
    }  # fmt: skip
    return render(request, "petitions/sign.html", values, status=422 if form.errors or refused is not None else 200)


def _signed(
    request: HttpRequest, user: User, petition: Petition, place: Participant | None, form: SignForm
) -> Signature:
    values = form.cleaned_data
    signing.check_open(petition, timezone.now())
    process = petition.process
    if place is None:
        try:
            place = participant_join(user=user, process=process, commune=values["commune"], birth=values["birth"])
        except IntegrityError:
            # The button was pressed twice: the other press has just said who this is.
            place = standing.participant(user, process)
    else:
        # The rules may have changed since one joined.
        place = standing.participant(user, process)
    ways = rolls.ways_of(user)
    channel = Signature.Channel.ACCOUNT if ways[0].startswith(("account:", "email:")) else Signature.Channel.OIDC
    commune = place.area.partition(":")[2]
    person, elector = rolls.persons_known(
        petition, channel=channel, known_as=ways, commune=commune, band=place.age_band
    )
    signer = Signer(
        person=person, elector=elector, commune=commune, age=place.age_known, band=place.age_band or "unknown",
        channel=channel, origin=identities.origin(address_of(request)),
    )  # fmt: skip
    return signing.sign(petition=petition, signer=signer, name=values["name"] if values.get("show") else "")


@never_cache
def signed(request: HttpRequest, reference: str) -> HttpResponse:
    """Thanks, what happens next, and how to take it back."""
    petition = public_or_404(reference)
    found = None
    if request.user.is_authenticated:
        person = rolls.person_of(petition, user_of(request))
        found = signing.signature_of(petition, person) if person else None
    values = {
        "crumbs": petition_crumbs(petition, Crumb(_("My signature"))), "petition": petition, "signature": found,
        "url": request.build_absolute_uri(reverse("petitions:petition", args=[petition.reference])),
        "open": petition.state == "open",
    }  # fmt: skip
    return render(request, "petitions/signed.html", values)


@require_POST
def unsign(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Take one's signature back, or stop showing one's name."""
    petition = public_or_404(reference)
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?next={reverse('petitions:signed', args=[petition.reference])}")
    person = rolls.person_of(petition, user_of(request))
    if person and request.POST.get("name"):
        attempt(
            request,
            lambda: signing.name_set(petition=petition, person=person, name=""),
            _("Your name is no longer shown."),
        )
        return redirect("petitions:signed", reference=petition.reference)
    if person:
        attempt(request, lambda: signing.unsign(petition=petition, person=person), _("Your signature is taken back."))
    return redirect("petitions:petition", reference=petition.reference)
