"""What organisations keep about persons."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, Value
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.organisations import selectors
from mandat.apps.organisations.models import Control, Invitation, JoinRequest, Member, Organisation

_MODELS = ("organisations.Member", "organisations.JoinRequest", "organisations.Invitation")


def _export(user: User) -> list[Record]:
    found = [
        personal.record(member, "rank", "joined_at", title=member.organisation.name)
        for member in selectors.organisations_of(user)
    ]
    for request in JoinRequest.objects.filter(user=user).select_related("organisation").order_by("pk"):
        values = (
            Value("organisation", _("organisation"), request.organisation.name),
            Value("asked_at", _("asked on"), request.asked_at),
        )
        found.append(Record(_("Request to join"), values))
    found += [personal.record(one, "email", "rank", "sent_at", "expires_at") for one in selectors.invitations_of(user)]
    return found


def _erase(user: User) -> None:
    selectors.invitations_of(user).delete()
    JoinRequest.objects.filter(user=user).delete()
    Member.objects.filter(user=user).delete()


def _stays(user: User) -> list[Kept]:
    if not Member.objects.filter(user=user).exists():
        return []
    return [
        Kept(
            _("your organisations, without you"),
            _("they are not yours alone, and their cases go on"),
            _("as long as they have a member or a case"),
        )
    ]


def _abandoned(before: dt.datetime) -> QuerySet[Organisation]:
    """Organisations without member, link or anything of another app, entered before."""
    rows = Organisation.objects.filter(created_at__lt=before, members__isnull=True)
    for relation in Organisation._meta.related_objects:
        if relation.related_model is Member:
            continue
        field = relation.field
        referring = relation.related_model._base_manager.filter(**{f"{field.name}__isnull": False})
        rows = rows.exclude(pk__in=referring.order_by().values(field.name))
    return rows


def _expired(before: dt.datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(expires_at__lt=before)


def _ended(before: dt.datetime) -> QuerySet[Control]:
    return Control.objects.filter(until__lt=timezone.localdate(before))


def register() -> None:
    """Called once, when the apps are ready."""
    personal.register(
        code="organisations.members", title=_("Your organisations"), models=_MODELS, export=_export, erase=_erase,
        stays=_stays, with_account=True,
    )  # fmt: skip
    why = "what is kept is about organisations; the account only says who declared or confirmed it"
    personal.exempt("organisations.Organisation", why)
    personal.exempt("organisations.Control", why)
    members = _("Members of organisations")
    retention.register(
        code="organisations.members",
        title=_("Organisations and their members"),
        purpose=_("Let several people act in the name of an organisation, each in their role."),
        data=_("Numbers, name, address and activity of the organisation; its contacts, sealed; its members and roles."),
        people=members,
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(years=1),
        after=_("its entry, where it has no member and no case left; otherwise as long as it has"),
        models=("organisations.Organisation", "organisations.Member", "organisations.JoinRequest"),
        due=_abandoned,
    )
    retention.register(
        code="organisations.invitations",
        title=_("Invitations to join an organisation"),
        purpose=_("Let an organisation invite its people."),
        data=_("E-mail address, sealed, and role offered."),
        people=_("People invited"),
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(days=7),
        after=_("the end of the invitation"),
        models=("organisations.Invitation",),
        due=_expired,
    )
    retention.register(
        code="organisations.controls",
        title=_("Links between organisations"),
        purpose=_("Add up the aid of one undertaking, as the European rule asks."),
        data=_("Which organisation controls which, since when; who declared it."),
        people=members,
        basis=Basis.LEGAL_OBLIGATION,
        reference=_("Regulation (EU) 2023/2831"),
        lasts=Lasts(years=10),
        after=_("the end of the link"),
        models=("organisations.Control",),
        due=_ended,
    )
