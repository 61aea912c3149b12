"""What bodies keep about persons, for how long, how they see it and what becomes of it when they ask for erasure."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.bodies.models import Attendance, Interest, Term, Vote
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, record
from mandat.apps.custody.retention import Basis

_MODELS = ("bodies.Term", "bodies.Session", "bodies.Minutes", "bodies.Paper")


def _export(user: User) -> list[Record]:
    terms = list(Term.objects.filter(user=user).order_by("pk"))
    names = ("body", "college", "seat", "name", "gender", "organisation", "president", "since", "until", "why_ended")
    found = [record(one, *names, title=one.body) for one in terms]
    interests = Interest.objects.filter(term__in=terms).order_by("pk")
    found += [record(one, "nature", "organisation", "detail", "declared_on", "until") for one in interests]
    came = Attendance.objects.filter(term__in=terms).select_related("session").order_by("pk")
    found += [record(one, "status", title=one.session.reference) for one in came]
    votes = Vote.objects.filter(term__in=terms).select_related("division__item__session").order_by("pk")
    found += [record(one, "choice", "at", title=one.division.item.session.reference) for one in votes]
    return found


def _erase(user: User) -> None:
    """Terms that are over are no longer tied to the account; what the body published stays as it was published."""
    Term.objects.filter(user=user, until__lt=timezone.localdate()).update(user=None)


def _stays(user: User) -> list[Kept]:
    if not Term.objects.filter(user=user).exists():
        return []
    return [
        Kept(
            _("your name in the members, roll calls and minutes of the bodies in which you sat"),
            _("who decides in a public body is public"),
            _("without limit of time, as public archives"),
        )
    ]


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="bodies.terms",
        title=_("Your seats in bodies"),
        models=_MODELS,
        export=_export,
        erase=_erase,
        stays=_stays,
    )
    personal.exempt("bodies.Standing", "its key seals the papers of a body, which are nobody's")
    retention.register(
        code="bodies.members",
        title=_("Members of bodies"),
        purpose=_("Let everyone know who sits in public bodies, what they declared, how they voted."),
        basis=Basis.PUBLIC_TASK,
        data=_("Name, gender where it is said, organisation represented, days, declared interests, attendance, roll calls."),
        after=_("Public archives: without limit of time."),
        people=_("Members of assemblies, committees, councils and juries"),
        models=_MODELS,
    )  # fmt: skip
