"""Sign and unsign: one signature a person a petition, counted in the same transaction, few statements each.

``sign`` inserts the signature (the database refuses a second one), for a request of the law the elector's mark of the quarter (likewise),
and adds one to a single counter row. The petition's own row is not written: those who sign at once never wait for one another, but for those
of the same département and age band. Thresholds are looked at apart (``thresholds.look``), once the signature is committed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from mandat.apps.community.text import cleaned
from mandat.apps.participation import standing
from mandat.apps.petitions import identities
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Petition, Quarter, Sheet, Signature, Tally
from mandat.apps.petitions.services import thresholds
from mandat.apps.petitions.terms import Terms, terms_of
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Age bands of facts and the age each begins at.
BANDS = (("75+", 75), ("60-74", 60), ("40-59", 40), ("25-39", 25), ("18-24", 18), ("14-17", 14), ("0-13", 0))


class AlreadySignedError(InputError):
    """This person has signed this petition."""

    def __init__(self) -> None:
        super().__init__(
            Text("cette personne a déjà signé cette pétition", "this person has signed this petition already")
        )


class QuarterError(InputError):
    """This elector has signed another request to the same authority in the quarter."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "une demande par trimestre : cette personne en a déjà signé une autre à la même collectivité (CGCT, art. L1112-16)",
                "one request a quarter: this person has signed another one to the same authority (CGCT, art. L1112-16)",
            )
        )


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: ``person`` as the roll of the process knows them, ``elector`` as themselves whatever the process.

    ``age`` is the highest age they are known to have reached; ``band`` an age band of facts.
    """

    person: str
    elector: str
    commune: str
    age: int
    band: str
    channel: str
    origin: str = ""


def band_of(age: int) -> str:
    return next(band for band, least in BANDS if age >= least)


def check_open(petition: Petition, at: dt.datetime) -> None:
    """Raise InputError unless signatures are taken at ``at``: from the opening to the last second, and not a second more."""
    if petition.state == State.OPEN and petition.opened_at is not None and petition.closes_at is not None:
        if petition.opened_at <= at < petition.closes_at:
            return
        raise InputError(Text("le temps des signatures est écoulé", "the time for signatures is over"))
    raise InputError(Text("cette pétition ne se signe pas ou plus", "this petition is not signed, or no longer"))


def check_signer(terms: Terms, signer: Signer) -> None:
    """Raise InputError where the rules keep this person out."""
    least = terms.component.least_age
    if signer.age < least:
        raise InputError(Text(f"il faut avoir {least} ans pour signer", f"one must be {least} to sign"))
    areas = terms.process.participants.areas
    if areas and not lives_in(signer.commune, areas):
        names = ", ".join(territory.area_name(one) for one in areas)
        raise InputError(
            Text(
                f"cette pétition se signe en habitant : {names}",
                f"this petition is signed by those who live in: {names}",
            )
        )


def lives_in(commune: str, areas: tuple[str, ...]) -> bool:
    """Whether a commune is inside one of the areas."""
    return bool(commune) and standing.lives_in(f"commune:{commune}", areas)


@transaction.atomic
def sign(
    *,
    petition: Petition,
    signer: Signer,
    name: str = "",
    at: dt.datetime | None = None,
    sheet: Sheet | None = None,
    collected: dt.date | None = None,
) -> Signature:
    """Sign. ``name`` is shown with the signature where the person wants it. ``sheet``: on paper, collected on a day within the time of the petition.

    Raises InputError (closed, age, residence), AlreadySignedError, QuarterError. Nothing is written then.
    """
    terms = terms_of(petition)
    moment = at or timezone.now()
    if sheet is None:
        # As it stands now: its author may just have withdrawn it.
        petition.refresh_from_db(fields=["state", "opened_at", "closes_at"])
        check_open(petition, moment)
    check_signer(terms, signer)
    place = territory.reference().places.get(signer.commune)
    departement = place.departement if place is not None else ""
    shown = cleaned(name, longest=80, one_line=True) if name else ""
    try:
        with transaction.atomic():
            made = Signature.objects.create(
                petition=petition, nullifier=identities.nullifier(petition, signer.person), at=moment, departement=departement,
                commune=signer.commune, band=signer.band, channel=signer.channel, name=shown, origin=signer.origin, sheet=sheet,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadySignedError from None
    if petition.basis == "law":
        _mark(petition, terms, signer, made, collected or timezone.localdate(moment))
    _add(petition, made, 1)
    transaction.on_commit(lambda: thresholds.signed(petition))
    return made


def _mark(petition: Petition, terms: Terms, signer: Signer, made: Signature, day: dt.date) -> None:
    """Take the elector's one request of the quarter; whoever takes a signature back may give it again to the same request."""
    key = {
        "authority": terms.authority,
        "quarter": identities.quarter_of(day),
        "nullifier": identities.elector(terms.authority, signer.elector),
    }
    try:
        with transaction.atomic():
            Quarter.objects.create(**key, petition=petition, signature=made)
    except IntegrityError:
        if not Quarter.objects.filter(**key, petition=petition, signature=None).update(signature=made):
            raise QuarterError from None


def _add(petition: Petition, signature: Signature, n: int) -> None:
    """Add to the one counter row of a signature."""
    add(petition.pk, signature.departement, signature.band, signature.channel, n)


def add(petition: int, departement: str, band: str, channel: str, n: int) -> None:
    """Add ``n`` (less than 0: take away) to a counter row, made where there is none yet."""
    row = {"petition_id": petition, "departement": departement, "band": band, "channel": channel}
    if not Tally.objects.filter(**row).update(n=F("n") + n):
        # Two may make it at once: one of them does, and both then add.
        Tally.objects.bulk_create([Tally(**row, n=0)], ignore_conflicts=True)
        Tally.objects.filter(**row).update(n=F("n") + n)


def signature_of(petition: Petition, person: str) -> Signature | None:
    """The signature of someone, valid or not; None where they have not signed."""
    return Signature.objects.filter(petition=petition, nullifier=identities.nullifier(petition, person)).first()


@transaction.atomic
def unsign(*, petition: Petition, person: str) -> bool:
    """Take one's signature back while the petition is open; False where there is none.

    The elector's request of the quarter was made all the same: it stays. An invalidated signature stays too, as what was found.
    """
    check_open(petition, timezone.now())
    wanted = Signature.objects.select_for_update().filter(
        petition=petition, nullifier=identities.nullifier(petition, person), batch=None
    )
    found = wanted.first()
    if found is None:
        return False
    Quarter.objects.filter(signature=found).update(signature=None)
    found.delete()
    _add(petition, found, -1)
    return True


@transaction.atomic
def name_set(*, petition: Petition, person: str, name: str) -> bool:
    """Show one's name with one's signature, or no longer (empty)."""
    shown = cleaned(name, longest=80, one_line=True) if name else ""
    wanted = Signature.objects.filter(petition=petition, nullifier=identities.nullifier(petition, person), batch=None)
    return bool(wanted.update(name=shown))
