"""Answer an invitation: volunteer, decline, look at one's chance, withdraw. What is said is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.community.text import cleaned
from mandat.apps.panels.codes import hashed, hashes, new_code
from mandat.apps.panels.models import Letter, Panel, Volunteer
from mandat.apps.panels.services.common import held, panel_of, said, today
from mandat.apps.panels.terms import PanelTerms, panel_terms, terms_of
from mandat.apps.participation import standing
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach someone who is drawn: sealed, and forgotten with them. ``needs``: what they need to come."""

    name: str
    email: str = ""
    phone: str = ""
    needs: str = ""

    def kept(self) -> dict[str, str]:
        name = said(self.name, what=Text("votre nom", "your name"), longest=120, one_line=True)
        email, phone = (cleaned(one, longest=200, one_line=True) for one in (self.email, self.phone))
        if not email and not phone:
            raise InputError(Text("donnez une adresse ou un téléphone", "give an address or a telephone number"))
        return {"name": name, "email": email, "phone": phone, "needs": cleaned(self.needs, longest=1000)}


def letter_of(process: str, component: str, typed: str) -> Letter:
    """The letter a code belongs to. Raises InputError for a code that is none of this panel's."""
    terms = panel_terms(process, component)
    found = (
        Letter.objects.filter(
            code__in=hashes(typed), panel__programme=terms.published.programme, panel__process=process,
            panel__component=component,
        )
        .select_related("panel")
        .first()
    )  # fmt: skip
    if found is None:
        raise InputError(
            Text("ce code n'est pas celui d'une invitation : vérifiez-le", "this code is of no invitation: check it")
        )
    return found


def checked(terms: PanelTerms, features: Mapping[str, str]) -> dict[str, str]:
    """Answers to what quotas ask. Raises InputError where one is missing or unknown."""
    found = {}
    for feature in terms.rules.features:
        value = features.get(feature.code, "")
        if value not in {one.value for one in feature.values}:
            raise InputError(Text(f"répondez à : {feature.label.fr}", f"please answer: {feature.label.en}"))
        found[feature.code] = value
    return found


def check_open(terms: PanelTerms, panel: Panel) -> None:
    """Raise InputError where volunteers are not called now."""
    if panel.state != Panel.State.OPEN or not terms.published.is_open(terms.code, timezone.now(), moment="volunteer"):
        raise InputError(Text("l'appel à volontaires n'est pas ouvert", "volunteers are not called now"))


@transaction.atomic
def volunteer_by_code(
    *, process: str, component: str, code: str, features: Mapping[str, str], contact: Contact
) -> Volunteer:
    """Answer a letter: yes. Raises InputError out of time, for an unknown code, or one already used."""
    letter = letter_of(process, component, code)
    terms = panel_terms(process, component)
    # Letters are answered side by side: the unique letter keeps the second answer out, the count is made when the pool closes.
    check_open(terms, letter.panel)
    return _made(terms, letter.panel, letter.code, checked(terms, features), contact.kept(), letter=letter)


@transaction.atomic
def volunteer_by_account(
    *, user: User, process: str, component: str, features: Mapping[str, str], contact: Contact
) -> tuple[Volunteer, str]:
    """Volunteer with an account, where no letters are sent; gives the code of one's own page.

    Raises InputError out of time or the second time, NotEntitled where one may not take part.
    """
    terms = panel_terms(process, component)
    if terms.rules.strata:
        raise InputError(
            Text(
                "ce panel est tiré parmi les personnes invitées par lettre",
                "this panel is drawn among people invited by letter",
            )
        )
    standing.participant(user, terms.published, component=component)
    panel = panel_of(process, component)
    check_open(terms, panel)
    code = new_code()
    return _made(terms, panel, hashed(code), checked(terms, features), contact.kept(), user=user), code


def _made(
    terms: PanelTerms, panel: Panel, code: str, features: dict[str, str], contact: dict[str, str], **given: Any
) -> Volunteer:
    try:
        with transaction.atomic():
            made = Volunteer(panel=panel, code=code, joined_on=today(), **given)
            made.features, made.contact = features, contact
            made.save()
            return made
    except IntegrityError:
        raise InputError(Text("vous êtes déjà dans le vivier", "you are already in the pool")) from None


@transaction.atomic
def letter_decline(*, process: str, component: str, code: str) -> Letter:
    """Answer a letter: no. It can be changed as long as volunteers are called."""
    letter = letter_of(process, component, code)
    check_open(panel_terms(process, component), letter.panel)
    if Volunteer.objects.filter(letter=letter).exists():
        raise InputError(Text("vous êtes dans le vivier : retirez-vous d'abord", "you are in the pool: withdraw first"))
    Letter.objects.filter(pk=letter.pk).update(declined_on=today())
    return letter


def volunteer_of(process: str, component: str, typed: str) -> Volunteer:
    """Whose code it is. Raises InputError for a code nobody has."""
    terms = panel_terms(process, component)
    found = (
        Volunteer.objects.filter(
            code__in=hashes(typed), panel__programme=terms.published.programme, panel__process=process,
            panel__component=component,
        )
        .select_related("panel")
        .first()
    )  # fmt: skip
    if found is None:
        raise InputError(Text("ce code ne correspond à personne dans ce vivier", "this code is of nobody in this pool"))
    return found


@transaction.atomic
def withdraw(*, volunteer: Volunteer) -> None:
    """Leave the pool: everything said is erased. Once the pool is closed, one declines instead."""
    panel = held(volunteer.panel, Panel.State.OPEN)
    check_open(terms_of(panel), panel)
    volunteer.delete()
