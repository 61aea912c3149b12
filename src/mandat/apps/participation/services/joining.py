"""Joining a process: asked once, checked at once, kept minimal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.models import Role, User
from mandat.apps.accounts.permissions import require
from mandat.apps.organisations import selectors as organisations
from mandat.apps.participation import standing
from mandat.apps.participation.definitions import PublishedProcess, published_process
from mandat.apps.participation.models import Attestation, Participant
from mandat.apps.participation.standing import NotEntitled, Reason
from mandat.apps.participation.tallies import tally_add
from mandat.apps.participation.words import short
from mandat.apps.territory import selectors as territory
from mandat.facts.base import CATEGORIES
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

OLDEST = 125


@transaction.atomic
def participant_join(
    *,
    user: User,
    process: str,
    commune: str = "",
    birth: dt.date | None = None,
    age_band: str = "",
    gender: str = "",
    quality: str = "",
    pseudonym: str = "",
    official: bool = False,
    organisation: Any = None,
) -> Participant:
    """Take one's place in a process, or correct what one said. ``birth`` is looked at and not kept.

    Raises NotEntitled with its reason where the rules keep one out (nothing is kept then), InputError for what is no answer.
    """
    require(user, "participation.contribute")
    published = published_process(process)
    who = published.process.participants
    area = f"commune:{commune}" if commune else ""
    if area and not territory.exists(area):
        raise InputError(Text("commune inconnue", "unknown commune"))
    if organisation is not None:
        _speaks(user, published, organisation)
    claims_birth = standing.birth_told(user)
    if organisation is None and who.verification.age == "oidc":
        birth = claims_birth
    known, band = _age(published, birth, age_band, organisation)
    if gender and gender not in CATEGORIES["gender"]:
        raise InputError(Text("choix inconnu", "unknown choice"))
    if official and not {Role.AGENT.value, Role.ELECTED.value} & user.roles:
        raise InputError(
            Text("seuls les agents et les élus parlent pour la Région", "only agents and elected members speak for the Region")
        )  # fmt: skip
    place = standing.found(user, published, organisation=organisation)
    fresh = place is None
    if place is None:
        place = Participant(
            programme=published.programme, process=published.code, joined_at=timezone.now(), organisation=organisation,
            user=None if organisation is not None else user,
        )  # fmt: skip
    place.version = published.ref.version
    place.area, place.age_band, place.age_known = area, band, known
    place.gender, place.quality = gender, quality if quality in who.qualities or not who.qualities else ""
    place.pseudonym, place.official = short(pseudonym, 60), official
    if place.proof not in (Participant.Proof.DESK, Participant.Proof.ROLL):
        told = birth is not None and birth == claims_birth
        place.proof = Participant.Proof.OIDC if told or standing.has_provider(user) else Participant.Proof.DECLARED
    reason = standing.conditions(place, published, user=user)
    # What only an agent or a roll can prove comes later: one joins, and is told what is missing.
    if reason is not None and reason.code not in ("desk", "roll", "oidc"):
        raise NotEntitled(reason)
    if fresh:
        place.save(force_insert=True)
        tally_add(published.programme, published.code, "", participants=1)
    else:
        place.save()
    return place


def _speaks(user: User, published: PublishedProcess, organisation: Any) -> None:
    if not published.process.participants.organisations:
        raise NotEntitled(
            Reason(
                "organisation",
                Text("Ce processus est ouvert aux personnes seulement.", "This process is for individuals only."),
                Text("Prenez part en votre nom.", "Take part in your own name."),
            )
        )
    if organisations.rank_of(user, organisation) not in organisations.MAY["edit"]:
        raise NotEntitled(
            Reason(
                "organisation",
                Text("Vous ne parlez pas pour cette organisation.", "You do not speak for this organisation."),
                Text("Demandez à l'un de ses propriétaires de vous y inscrire.", "Ask one of its owners to enter you."),
            )
        )


def _age(published: PublishedProcess, birth: dt.date | None, band: str, organisation: Any) -> tuple[int, str]:
    """The highest age asked in the process that is reached, and the age band."""
    if organisation is not None:
        return 0, ""
    asked = standing.ages_asked(published)
    if birth is None:
        if standing.asks_birth(published):
            if published.process.participants.verification.age == "oidc":
                raise NotEntitled(
                    Reason(
                        "oidc",
                        Text("Votre âge se sait par FranceConnect seulement.", "Your age is known through FranceConnect only."),
                        Text("Identifiez-vous avec FranceConnect.", "Identify yourself with FranceConnect."),
                        reverse("account_login"),
                    )
                )  # fmt: skip
            raise InputError(Text("indiquez votre date de naissance", "give your date of birth"))
        if band and band not in CATEGORIES["age"]:
            raise InputError(Text("choix inconnu", "unknown choice"))
        return 0, band
    today = timezone.localdate()
    age = standing.age_on(birth, today)
    if birth > today or age > OLDEST:
        raise InputError(Text("vérifiez la date de naissance", "check the date of birth"))
    most = published.process.participants.most_age
    if most is not None and age > most:
        raise NotEntitled(standing.too_old(most))
    return max((one for one in asked if age >= one), default=0), standing.band_of(age)


@transaction.atomic
def participant_attest(
    *, actor: User, email: str, process: str, reason: str, commune: str = "", least_age: bool = False
) -> Participant:
    """An agent saw that the person of an account meets the conditions: they need no other proof. What was seen is not kept.

    Raises PermissionDenied, InputError (unknown account, no reason).
    """
    require(actor, "participation.manage")
    if not reason.strip():
        raise InputError(Text("dites ce que vous avez vu", "say what you saw"))
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise InputError(Text("aucun compte n'a cette adresse", "no account has this address"))
    published = published_process(process)
    place = standing.found(user, published) or Participant(
        programme=published.programme, process=published.code, joined_at=timezone.now(), user=user,
        version=published.ref.version,
    )  # fmt: skip
    if commune:
        if not territory.exists(f"commune:{commune}"):
            raise InputError(Text("commune inconnue", "unknown commune"))
        place.area = f"commune:{commune}"
    if least_age:
        place.age_known = max([place.age_known, *standing.ages_asked(published)])
    place.proof = Participant.Proof.DESK
    place.save()
    Attestation.objects.create(participant=place, actor=actor, reason=short(reason, 200), at=timezone.now())
    return place
