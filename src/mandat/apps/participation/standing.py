"""Who may take part in a process, and in plain words why not.

``participant`` gives the person's place in a process; ``may`` says what stands in the way of acting in a component at an instant.
What was asked is asked once a process and kept minimal: a commune, an age band, a quality; never a birth date.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.permissions import may as permitted
from mandat.apps.ballots.models import Roll
from mandat.apps.ballots.services import rolls
from mandat.apps.bodies import selectors as bodies
from mandat.apps.organisations import selectors as organisations
from mandat.apps.participation import plain
from mandat.apps.participation.definitions import PublishedProcess, published_process
from mandat.apps.participation.models import Participant
from mandat.apps.rulebook.compiling import perimeters
from mandat.apps.rulebook.places import within
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import MandatError
from mandat.kernel.moments import PARIS
from mandat.kernel.text import Text
from mandat.web import formats

#: Age bands of facts, and the age each begins at.
BANDS = (("75+", 75), ("60-74", 60), ("40-59", 40), ("25-39", 25), ("18-24", 18), ("14-17", 14), ("0-13", 0))


@dataclass(frozen=True, slots=True)
class Reason:
    """What stands in the way, what one can do about it, and where."""

    code: str
    text: Text
    remedy: Text
    url: str = ""


class NotEntitled(MandatError):  # noqa: N818 - named by the contract of the apps of participation
    """Someone may not take part; ``reason`` says why and what to do."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(Text(f"{reason.text.fr} {reason.remedy.fr}", f"{reason.text.en} {reason.remedy.en}"))
        self.reason = reason


def on_roll(user: Any, process: str) -> bool:
    """Whether an account is on the roll of a process, by any identity it has."""
    roll = Roll.objects.filter(process=process, forgotten_at=None).first()
    return roll is not None and rolls.voter_of(roll=roll, user=user) is not None


def process_of(process: PublishedProcess | str) -> PublishedProcess:
    return published_process(process) if isinstance(process, str) else process


def age_on(birth: dt.date, day: dt.date) -> int:
    """Whole years lived on a day; someone born on 29 February grows older on 1 March of common years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def band_of(age: int) -> str:
    """The age band of facts."""
    return next(band for band, least in BANDS if age >= least)


def ages_asked(published: PublishedProcess) -> tuple[int, ...]:
    """The ages that matter anywhere in a process, ascending."""
    found = {published.process.participants.least_age}
    found |= {one.least_age for one in published.process.components if one.type == "petitions"}
    return tuple(sorted(age for age in found if age))


def asks_birth(published: PublishedProcess) -> bool:
    """Whether a date of birth is needed to join: looked at once, and not kept."""
    return bool(ages_asked(published)) or published.process.participants.most_age is not None


def identity_claims(user: Any) -> dict[str, Any]:
    """What the identity provider of an account told: ``birthdate`` (FranceConnect), ``gender``. Empty without one."""
    rows = SocialAccount.objects.filter(user=user).order_by("pk")
    for account in rows:
        told = account.extra_data or {}
        claims = told.get("userinfo") or told.get("id_token") or told
        if isinstance(claims, dict):
            return dict(claims)
    return {}


def has_provider(user: Any) -> bool:
    """Whether an identity provider vouches for an account."""
    return bool(SocialAccount.objects.filter(user=user).exists())


def birth_told(user: Any) -> dt.date | None:
    """The date of birth the identity provider tells, if it does."""
    try:
        return dt.date.fromisoformat(str(identity_claims(user).get("birthdate") or ""))
    except ValueError:
        return None


def found(user: Any, process: PublishedProcess | str, *, organisation: Any = None) -> Participant | None:
    """The person's place in a process, or an organisation's they may act for; None where they have not joined."""
    published = process_of(process)
    rows = Participant.objects.filter(programme=published.programme, process=published.code)
    if organisation is not None:
        return rows.filter(organisation=organisation).select_related("organisation").first()
    return rows.filter(user=user, organisation=None).first()


def acting(user: Any, process: PublishedProcess | str) -> list[Participant]:
    """Everyone this account may act as: itself, then the organisations it speaks for."""
    published = process_of(process)
    rows = Participant.objects.filter(programme=published.programme, process=published.code)
    own = list(rows.filter(user=user, organisation=None))
    if not published.process.participants.organisations:
        return own
    mine = [
        one.organisation_id for one in organisations.organisations_of(user) if one.rank in organisations.MAY["edit"]
    ]
    return own + list(rows.filter(organisation__in=mine).select_related("organisation").order_by("pk"))


def participant(
    user: Any, process: PublishedProcess | str, *, component: str = "", organisation: Any = None
) -> Participant:
    """The person's place in a process. Raises NotEntitled where they may not take part, or have not joined yet."""
    published = process_of(process)
    reason = _person(user, published, organisation=organisation)
    if reason is not None:
        raise NotEntitled(reason)
    place = found(user, published, organisation=organisation)
    assert place is not None  # _person says "join" otherwise
    return place


def may(
    user: Any, process: PublishedProcess | str, component: str, at: dt.datetime, *, organisation: Any = None
) -> Reason | None:
    """What keeps a person from acting in a component at an instant; None where nothing does."""
    published = process_of(process)
    if published.process.component(component) is None:
        return Reason("unknown", Text("Cette composante n'existe pas.", "This component does not exist."), _back())
    return closed(published, component, at) or _person(user, published, organisation=organisation)


def closed(published: PublishedProcess, component: str, at: dt.datetime, *, moment: str = "") -> Reason | None:
    """Why a component takes nothing at an instant: not yet, or no more. None where it is open."""
    known = {component} if moment == "" else {f"{component}:{moment}"}
    wanted = {
        done for phase in published.process.phases for done in phase.does
        if done in known or (not moment and done.startswith(f"{component}:"))
    }  # fmt: skip
    if any(done in phase.does for phase in published.phases_at(at) for done in wanted):
        return None
    opens = [published.opens_at(*_parts(done)[:1], moment=_parts(done)[1]) for done in wanted]
    coming = [one for one in opens if one is not None and one > at]
    if coming:
        when = min(coming)
        return Reason(
            "coming",
            Text("Ce n'est pas encore ouvert.", "This is not open yet."),
            Text(f"Revenez à partir du {formats.start(when)}.", f"Come back from {formats.start(when)}."),
        )
    ends = [published.closes_at(*_parts(done)[:1], moment=_parts(done)[1]) for done in wanted]
    ended = max((end for end in ends if end is not None), default=None)
    text = Text("C'est clos.", "This is closed.")
    if ended is not None:
        last = formats.day(ended - dt.timedelta(seconds=1))
        text = (
            Text(f"C'est clos depuis la fin du {last}.", f"This has been closed since the end of {last}.")
            if _midnight(ended)
            else Text(
                f"C'est clos depuis le {formats.moment(ended)}.", f"This has been closed since {formats.moment(ended)}."
            )
        )
    return Reason("closed", text, Text("Vous pouvez lire ce qui en est sorti.", "You can read what came of it."))


def _midnight(at: dt.datetime) -> bool:
    return at.astimezone(PARIS).time() == dt.time()


def _parts(done: str) -> tuple[str, str]:
    component, _, moment = done.partition(":")
    return component, moment


def _back() -> Text:
    return Text("Revenez à la page du processus.", "Go back to the page of the process.")


def _person(user: Any, published: PublishedProcess, *, organisation: Any = None) -> Reason | None:
    """What keeps a person out of a whole process."""
    if not getattr(user, "is_authenticated", False):
        return Reason(
            "sign-in",
            Text("Il faut un compte pour prendre part.", "Taking part needs an account."),
            Text("Créez-en un ou connectez-vous : une adresse de courriel suffit.", "Make one or sign in: an e-mail address is enough."),
            reverse("account_login") + f"?next={join_url(published)}",
        )  # fmt: skip
    if not permitted(user, "participation.contribute"):
        return Reason(
            "account",
            Text("Votre compte est fermé.", "Your account is closed."),
            Text("Écrivez au service pour savoir pourquoi.", "Write to the service to know why."),
        )
    if organisation is not None and not published.process.participants.organisations:
        return Reason(
            "organisation",
            Text("Ce processus est ouvert aux personnes seulement.", "This process is for individuals only."),
            Text("Prenez part en votre nom.", "Take part in your own name."),
        )
    if organisation is not None and organisations.rank_of(user, organisation) not in organisations.MAY["edit"]:
        return Reason(
            "organisation",
            Text("Vous ne parlez pas pour cette organisation.", "You do not speak for this organisation."),
            Text("Demandez à l'un de ses propriétaires de vous y inscrire.", "Ask one of its owners to enter you."),
        )
    place = found(user, published, organisation=organisation)
    if place is None:
        return Reason(
            "join",
            Text("Dites d'abord qui vous êtes pour ce processus.", "First say who you are for this process."),
            Text("C'est demandé une fois, et une minute suffit.", "It is asked once and takes a minute."),
            join_url(published),
        )
    return conditions(place, published, user=user)


def join_url(published: PublishedProcess) -> str:
    return reverse("participation:join", args=[published.code])


def conditions(place: Participant, published: PublishedProcess, *, user: Any) -> Reason | None:
    """What keeps a participant out under the rules in force: they may have changed since one joined."""
    who = published.process.participants
    url = join_url(published)
    if who.bodies:
        body = plain.body_title(who.bodies[0])
        if not any(bodies.sits(user, code, on=timezone.localdate()) for code in who.bodies):
            return Reason(
                "body",
                Text("Ce processus est réservé aux membres d'une instance.", "This process is for members of a body."),
                Text(f"Si vous y siégez, demandez à y être inscrit : {body.fr}.", f"If you sit in it, ask to be entered: {body.en}."),
            )  # fmt: skip
    if place.organisation_id is None:
        if who.least_age and place.age_known < who.least_age:
            return too_young(who.least_age, url)
        if who.most_age is not None and _band_least(place.age_band) > who.most_age:
            return too_old(who.most_age)
    if who.areas and not lives_in(place.area, who.areas):
        return elsewhere(who.areas, url)
    if who.qualities and place.quality not in who.qualities and place.organisation_id is None:
        return Reason(
            "quality",
            Text("Ce processus est ouvert à certaines personnes seulement.", "This process is open to some people only."),
            Text("Dites à quel titre vous prenez part.", "Say in what quality you take part."),
            url,
        )  # fmt: skip
    return unproved(place, published, user=user)


def unproved(place: Participant, published: PublishedProcess, *, user: Any) -> Reason | None:
    """Which proof is missing, in the order of what is asked most."""
    asked = published.process.participants.verification
    wanted = {asked.identity, asked.residence, asked.age, asked.quality} - {"none", "account", "declared"}
    if not wanted or place.proof == Participant.Proof.DESK:
        return None
    if "desk" in wanted:
        return Reason(
            "desk",
            Text("Un agent doit vous avoir vu à un guichet.", "An agent must have seen you at a desk."),
            Text("Présentez-vous avec une pièce : rien n'en est gardé.", "Come with a paper: nothing of it is kept."),
        )
    if "roll" in wanted and not on_roll(user, published.code):
        return Reason(
            "roll",
            Text("Vous n'êtes pas sur la liste de ce processus.", "You are not on the roll of this process."),
            Text("Utilisez le code de votre courrier, ou présentez-vous à un guichet.", "Use the code of your letter, or come to a desk."),
        )  # fmt: skip
    if "oidc" in wanted and not has_provider(user):
        return Reason(
            "oidc",
            Text("Il faut vous identifier avec FranceConnect.", "You must identify yourself with FranceConnect."),
            Text("Reliez-le à votre compte, ou présentez-vous à un guichet.", "Link it to your account, or come to a desk."),
            reverse("account_login"),
        )  # fmt: skip
    return None


def _band_least(band: str) -> int:
    return dict(BANDS).get(band, 0)


def lives_in(area: str, areas: tuple[str, ...]) -> bool:
    """Whether a commune is inside one of these areas or perimeters."""
    if not area:
        return False
    code = territory.resolve(area).split(":", 1)[1]
    places = perimeters()
    return any(code in within(places, one) for one in areas)


def area_words(areas: tuple[str, ...]) -> str:
    """Names of areas, as a list."""
    return ", ".join(territory.area_name(one) for one in areas)


def too_young(least: int, url: str) -> Reason:
    return Reason(
        "age",
        Text(f"Il faut avoir {least} ans.", f"One must be {least}."),
        Text("Si vous les avez maintenant, dites-le à nouveau.", "If you are by now, say so again."),
        url,
    )


def too_old(most: int) -> Reason:
    return Reason(
        "age",
        Text(f"Ce processus est ouvert jusqu'à {most} ans.", f"This process is open up to {most} years of age."),
        Text("D'autres processus sont ouverts à tous les âges.", "Other processes are open at any age."),
        reverse("participation:list"),
    )


def elsewhere(areas: tuple[str, ...], url: str) -> Reason:
    names = area_words(areas)
    return Reason(
        "residence",
        Text(f"Ce processus est ouvert aux personnes qui habitent : {names}.", f"This process is open to people who live in: {names}."),
        Text("Si vous avez déménagé, corrigez votre commune.", "If you have moved, correct your commune."),
        url,
    )  # fmt: skip
