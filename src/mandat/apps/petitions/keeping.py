"""What petitions keep about people, for how long, how they see it and what becomes of it when they ask for erasure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, record
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.petitions import identities, rolls
from mandat.apps.petitions.machine import OVER, WRITABLE, State
from mandat.apps.petitions.models import Argument, Petition, Quarter, Signature, Sponsor
from mandat.apps.petitions.services import signing

_NEVER_PUBLIC = (*WRITABLE, State.EXAMINATION)
BATCH = 500


def signatures_of(user: User) -> Iterator[Signature]:
    """The signatures an account gave: nothing names it, so each petition is asked what it knows it by."""
    persons: dict[str, str] = {}
    wanted: dict[str, Petition] = {}
    rows = Petition.objects.filter(opened_at__isnull=False).order_by("pk")
    for petition in rows.iterator(chunk_size=BATCH):
        if petition.process not in persons:
            persons[petition.process] = rolls.person_of(petition, user)
        if persons[petition.process]:
            wanted[identities.nullifier(petition, persons[petition.process])] = petition
    keys = list(wanted)
    for start in range(0, len(keys), BATCH):
        found = Signature.objects.filter(nullifier__in=keys[start : start + BATCH]).select_related("petition")
        yield from found.order_by("pk")


def _petitions(user: User) -> list[Record]:
    return [
        record(
            one, "reference", "state", "title", "request_text", "text", "author_name", "created_at", title=one.reference
        )
        for one in Petition.objects.filter(author=user).order_by("pk")
    ]


def _backed(user: User) -> list[Record]:
    rows = Sponsor.objects.filter(user=user).select_related("petition").order_by("pk")
    found = [record(one, "at", title=one.petition.reference) for one in rows]
    return found + [
        record(one, "at", "channel", "commune", "band", "name", title=one.petition.reference)
        for one in signatures_of(user)
    ]


def _written(user: User) -> list[Record]:
    rows = Argument.objects.filter(writer=user).select_related("referendum").order_by("pk")
    return [record(one, "side", "signed", "text", title=one.referendum.reference) for one in rows]


def _erase_petitions(user: User) -> None:
    """What was never public goes; what is public stays without a name, for those who signed it."""
    mine = Petition.objects.filter(author=user)
    for one in mine.filter(state__in=_NEVER_PUBLIC, opened_at__isnull=True).order_by("pk"):
        one.delete()
    mine.update(author=None, author_name="")


def _erase_backed(user: User) -> None:
    """Sponsors go; names shown go; signatures under way are taken back where that can still be done."""
    Sponsor.objects.filter(user=user).delete()
    for one in list(signatures_of(user)):
        person = rolls.person_of(one.petition, user)
        if one.petition.state == State.OPEN and one.batch_id is None:
            signing.unsign(petition=one.petition, person=person)
        elif one.name:
            Signature.objects.filter(pk=one.pk).update(name="")


def _erase_written(user: User) -> None:
    Argument.objects.filter(writer=user).update(writer=None)


def _stays(user: User) -> list[Kept]:
    if not Petition.objects.filter(author=user, opened_at__isnull=False).exists():
        return []
    return [
        Kept(
            _("the text of your petitions that were published, without your name"),
            _("people signed them, and the institution answers for what it did about them"),
            _("as long as the register of petitions"),
        )
    ]


def _old_signatures(before: dt.datetime) -> QuerySet[Signature]:
    return Signature.objects.filter(petition__state__in=OVER, petition__ended_at__lt=before)


def _forget_signatures(rows: QuerySet[Signature]) -> int:
    """Counts stay: they are kept apart."""
    done = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        Quarter.objects.filter(signature__in=keys).update(signature=None)
        done += Signature.objects.filter(pk__in=keys).delete()[1].get("petitions.Signature", 0)
    return done


def _old_origins(before: dt.datetime) -> QuerySet[Signature]:
    return Signature.objects.filter(at__lt=before).exclude(origin="")


def _forget_origins(rows: QuerySet[Signature]) -> int:
    return rows.update(origin="")


def _old_drafts(before: dt.datetime) -> QuerySet[Petition]:
    unseen = Q(state__in=[State.DRAFT, State.WITHDRAWN, State.EXPIRED], opened_at__isnull=True)
    return Petition.objects.filter(unseen, saved_at__lt=before)


def _forget_drafts(rows: QuerySet[Petition]) -> int:
    return int(rows.delete()[1].get("petitions.Petition", 0))


def _old_quarters(before: dt.datetime) -> QuerySet[Quarter]:
    return Quarter.objects.filter(quarter__lt=identities.quarter_of(before.date()))


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="petitions.petitions", title=_("Your petitions"), models=("petitions.Petition",), export=_petitions,
        erase=_erase_petitions, stays=_stays,
    )  # fmt: skip
    personal.register(
        code="petitions.signatures", title=_("Petitions you backed and signed"),
        models=("petitions.Sponsor", "petitions.Signature"), export=_backed, erase=_erase_backed,
    )  # fmt: skip
    personal.register(
        code="petitions.arguments", title=_("What you wrote for a side of a referendum"), models=("petitions.Argument",),
        export=_written, erase=_erase_written,
    )  # fmt: skip
    for model in ("Examination", "Appeal", "Sheet", "Invalidation"):
        personal.exempt(f"petitions.{model}", "who of the service did an act, as a trace of it")
    common: dict[str, Any] = {"people": _("People who write, back and sign petitions"), "basis": Basis.PUBLIC_TASK}
    retention.register(
        code="petitions.drafts", title=_("Drafts of petitions"), purpose=_("Let people take up a petition they have begun."),
        data=_("Texts, the name shown."), lasts=Lasts(months=6), after=_("the last change"), models=("petitions.Petition",),
        due=_old_drafts, apply=_forget_drafts, **common,
    )  # fmt: skip
    retention.register(
        code="petitions.signatures", title=_("Signatures"), purpose=_("Count each person once, and find fraud."),
        data=_("A number that names nobody, commune, age band, the day, the name shown where one wanted it."),
        lasts=Lasts(years=1), after=_("the end of the petition"), models=("petitions.Signature",), due=_old_signatures,
        apply=_forget_signatures, reference="CGCT, art. L. 1112-16", **common,
    )  # fmt: skip
    retention.register(
        code="petitions.origins", title=_("Networks signatures came from"), purpose=_("Find floods of false signatures."),
        data=_("A keyed hash of the network, that means nothing the day after."), lasts=Lasts(months=1),
        after=_("the signature"), models=("petitions.Signature",), due=_old_origins, apply=_forget_origins, **common,
    )  # fmt: skip
    retention.register(
        code="petitions.quarters", title=_("Requests of electors in a quarter"),
        purpose=_("Hold to the rule of one request a quarter."), data=_("A number that names nobody, the quarter."),
        lasts=Lasts(months=9), after=_("the end of the quarter"), models=("petitions.Quarter",), due=_old_quarters,
        reference="CGCT, art. L. 1112-16", **common,
    )  # fmt: skip
    retention.register(
        code="petitions.published", title=_("Published petitions"), purpose=_("Keep a register of petitions and of their answers."),
        data=_("Texts, the name shown where the author wanted one."), after=_("As long as the register."),
        models=("petitions.Petition", "petitions.Sponsor", "petitions.Argument"), **common,
    )  # fmt: skip
