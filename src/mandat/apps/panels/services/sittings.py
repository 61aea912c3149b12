"""Sessions of a panel: held, attended, and the allowances owed for their days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Envelope
from mandat.apps.ledger.models import major
from mandat.apps.ledger.services import minor
from mandat.apps.panels import convening
from mandat.apps.panels.models import Panel, Presence, Sitting, Volunteer
from mandat.apps.panels.services.common import append, held, past, said
from mandat.apps.panels.terms import terms_of
from mandat.kernel.errors import InputError
from mandat.kernel.money import ZERO, euros
from mandat.kernel.text import Text

#: Fewer persons than this are not counted in public.
LEAST = 5


@transaction.atomic
def sitting_convene(
    *,
    actor: User,
    panel: Panel,
    title: Text,
    held_on: dt.date,
    place: str,
    commune: str = "",
    days: Decimal = Decimal(1),
) -> Sitting:
    """Convene a session. Its meeting is public where meetings are. Raises InputError beyond the sessions of the definition."""
    require(actor, "panels.manage")
    panel = held(panel, Panel.State.SEATED)
    terms = terms_of(panel)
    rank = panel.sittings.count() + 1
    if rank > terms.rules.sessions:
        raise InputError(
            Text(
                f"le règlement prévoit {terms.rules.sessions} séances",
                f"the rules have {terms.rules.sessions} sessions",
            )
        )
    if not Decimal("0.5") <= days <= 5 or days % Decimal("0.5"):
        raise InputError(
            Text("une séance dure de une demi-journée à cinq jours", "a session lasts half a day to five days")
        )
    what = Text("le titre de la séance", "the title of the session")
    sitting = Sitting.objects.create(
        panel=panel, rank=rank, title_fr=said(title.fr, what=what, longest=150, one_line=True),
        title_en=said(title.en, what=what, longest=150, one_line=True), held_on=held_on,
        place=said(place, what=Text("le lieu", "the place"), longest=200, one_line=True), commune=commune, days=days,
    )  # fmt: skip
    sitting.meeting = convening.announced(actor=actor, terms=terms, sitting=sitting)
    sitting.save(update_fields=["meeting"])
    return sitting


@transaction.atomic
def sitting_close(*, actor: User, sitting: Sitting, present: Sequence[str]) -> Sitting:
    """Record who came, by their numbers, and what is owed to them for their days. Raises InputError for someone who is no member."""
    require(actor, "panels.manage")
    panel = held(sitting.panel, Panel.State.SEATED)
    [sitting] = Sitting.objects.select_for_update(of=("self",)).filter(pk=sitting.pk)
    if sitting.closed_on is not None:
        raise InputError(Text("cette séance est close", "this session is closed"))
    past(sitting.held_on)
    terms = terms_of(panel)
    members = {
        one.number: one
        for one in Volunteer.objects.filter(panel=panel, state=Volunteer.State.MEMBER).order_by("number")
    }
    if unknown := [number for number in present if number not in members]:
        raise InputError(Text(f"pas membre du panel : {unknown[0]}", f"not a member of the panel: {unknown[0]}"))
    owed = minor(euros(terms.rules.day_allowance * sitting.days), "EUR") if terms.rules.day_allowance else 0
    Presence.objects.bulk_create(
        [Presence(sitting=sitting, volunteer=members[number], allowance=owed) for number in dict.fromkeys(present)]
    )
    sitting.closed_on = timezone.localdate()
    sitting.save(update_fields=["closed_on"])
    append(
        "panels.session_held.v1", terms, panel, on=sitting.held_on, subject=f"{panel.process}/{panel.component}/{sitting.rank}",
        quantity=len(set(present)), data={"rank": sitting.rank, "members": len(members), "days": sitting.days},
    )  # fmt: skip
    return sitting


@transaction.atomic
def allowances_pay(*, actor: User, panel: Panel, on: dt.date, reference: str) -> Decimal:
    """Record that all that is owed to members is paid, by one order; from the envelope where the definition names one. Returns the amount.

    Raises InputError where nothing is owed, or the envelope lacks credits.
    """
    require(actor, "panels.manage")
    panel = held(panel)
    terms = terms_of(panel)
    reference = said(
        reference, what=Text("la référence du paiement", "the reference of the payment"), longest=60, one_line=True
    )
    rows = Presence.objects.filter(sitting__panel=panel, paid_on__isnull=True, allowance__gt=0)
    owed = list(rows.select_for_update(of=("self",)).select_related("sitting").order_by("pk"))
    if not owed:
        raise InputError(Text("rien n'est dû", "nothing is owed"))
    amount = major(sum(one.allowance for one in owed), "EUR")
    code = _paid_from(terms.rules.envelope, panel, amount, past(on), reference, actor)
    Presence.objects.filter(pk__in=[one.pk for one in owed]).update(paid_on=on, payment=reference)
    people = len({one.volunteer_id for one in owed})
    append(
        "panels.allowances_paid.v1", terms, panel, on=on, amount=amount,
        quantity=people if people >= LEAST else None,
        data={"days": sum((one.sitting.days for one in owed), ZERO), "envelope": code},
    )  # fmt: skip
    return amount


def _paid_from(code: str | None, panel: Panel, amount: Decimal, on: dt.date, reference: str, actor: User) -> str:
    """Pay from the envelope of the definition; the code of it, or nothing where it is paid outside."""
    envelope = Envelope.objects.filter(programme=panel.programme, code=code or "", closed_on__isnull=True).first()
    if envelope is None:
        return ""
    key, by = f"panels:{reference}", f"user:{actor.pk}"
    case = f"panel:{panel.process}"[:40]
    allocation = funds.reserve(
        envelope=envelope, case=case, amount=amount, key=f"{key}:reserve", actor=by, beneficiary_kind="person"
    )
    funds.award(allocation=allocation, amount=amount, key=f"{key}:award", actor=by)
    funds.engage(allocation=allocation, amount=amount, key=f"{key}:engage", actor=by)
    funds.pay(allocation=allocation, amount=amount, year=on.year, key=f"{key}:pay", actor=by)
    return str(envelope.code)
