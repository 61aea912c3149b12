"""The queue of cases: what someone may look at, narrowed and in order, a page at a time, whatever its length.

Numbers are found first, by index, and rows read for one page alone. Cases of the reader's own side, and those they recused themselves
from, are not in it: a colleague deals with them.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import ENDED, LIVE, OPEN, State
from mandat.apps.grants.models import Case, Message, Recusal, Shared
from mandat.apps.grants.services.moving import today
from mandat.apps.organisations.models import Member, Organisation

#: Cases on one page.
PAGE = 50
#: A count beyond this is not worth its cost: "more than 1,000".
COUNTED = 1_000
#: Due within so many days is soon.
SOON = 7
#: States by the word of the address; a state's own code is one too.
GROUPS: dict[str, tuple[str, ...]] = {
    "": OPEN,
    "live": LIVE,
    "ended": ENDED,
    "all": tuple(state.value for state in State if state != State.DRAFT),
}
#: Orders by the word of the address: the field, and whether it goes down. Equal ones follow their number, the same way.
ORDERS: dict[str, tuple[str, bool]] = {
    "": ("due_on", False),
    "recents": ("id", True),
    "montant": ("asked", True),
    "points": ("points", True),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the queue is narrowed. ``mine``: given to me; ``free``: to nobody; ``when``: late or soon; ``organisation``: its random reference."""

    scheme: str = ""
    call: str = ""
    state: str = ""
    mine: bool = False
    free: bool = False
    when: str = ""
    commune: str = ""
    departement: str = ""
    organisation: str = ""
    unread: bool = False
    order: str = ""


def found(programme: str, user: User, wanted: Wanted) -> QuerySet[Case]:
    """Cases sent, of the schemes ``user`` is posted to."""
    rows = visible(programme, user).filter(state__in=GROUPS.get(wanted.state, (wanted.state,)))
    exact = {"scheme": wanted.scheme, "call": wanted.call, "area": wanted.commune}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.mine:
        rows = rows.filter(assigned_to=user)
    if wanted.free:
        rows = rows.filter(assigned_to__isnull=True)
    day = today()
    if wanted.when == "late":
        # Where the applicant owes the answer nobody of the service is late.
        rows = rows.filter(due_on__lt=day).exclude(state=State.INCOMPLETE)
    if wanted.when == "soon":
        rows = rows.filter(due_on__gte=day, due_on__lte=day + dt.timedelta(days=SOON)).exclude(state=State.INCOMPLETE)
    if wanted.departement:
        # A range, not LIKE: both databases then go by the index.
        code = wanted.departement
        rows = rows.filter(area__gte=code, area__lt=code[:-1] + chr(ord(code[-1]) + 1))
    if wanted.organisation:
        rows = rows.filter(applicant__in=_organisation(wanted.organisation))
    if wanted.unread:
        letters = Message.objects.filter(case=OuterRef("pk"), from_service=False, read_at__isnull=True)
        rows = rows.filter(Exists(letters))
    return rows


def visible(programme: str, user: User) -> QuerySet[Case]:
    """Every case ``user`` may open in the bureau but drafts and those of their own side."""
    schemes = access.schemes_of(user, programme)
    rows = Case.objects.filter(programme=programme)
    if schemes is not None:
        rows = rows.filter(scheme__in=sorted(schemes))
    own = list(Member.objects.filter(user=user).order_by("pk").values_list("organisation", flat=True))
    if own:
        rows = rows.exclude(applicant__in=own).exclude(parties__organisation__in=own)
    barred = set(Recusal.objects.filter(user=user).values_list("case", flat=True))
    barred |= set(Shared.objects.filter(user=user).values_list("case", flat=True))
    # By number, so that what most readers ask is answered by the index alone.
    barred |= set(Case.objects.filter(opened_by=user, applicant__isnull=True).values_list("pk", flat=True))
    return rows.exclude(pk__in=barred) if barred else rows


def _organisation(reference: str) -> QuerySet[Organisation, int]:
    try:
        return Organisation.objects.filter(reference=uuid.UUID(reference)).values_list("pk", flat=True)
    except ValueError:
        return Organisation.objects.none().values_list("pk", flat=True)


def at_most(rows: QuerySet[Any], most: int = COUNTED) -> int:
    """How many rows, counted up to ``most`` + 1."""
    return rows.order_by().values("pk")[: most + 1].count()


@dataclass(frozen=True, slots=True)
class Slice:
    """One page; ``following`` is the cursor of the next, empty where there is none; ``started``: it is not the first."""

    cases: Sequence[Case]
    following: str = ""
    started: bool = False


def page(rows: QuerySet[Case], order: str = "", cursor: str = "", *, size: int = PAGE) -> Slice:
    """A page after ``cursor``: the hundredth costs what the first does. Those without a value of the order come last."""
    name, down = ORDERS.get(order, ORDERS[""])
    after = _read(cursor, order if order in ORDERS else "")
    keys = _keys(rows, name, down, after, size + 1)
    more, keys = len(keys) > size, keys[:size]
    whole = Case.objects.filter(pk__in=[pk for pk, _value in keys]).select_related("applicant", "assigned_to")
    by_key = {case.pk: case for case in whole.defer("answers", "private").order_by("pk")}
    cases = [by_key[pk] for pk, _value in keys if pk in by_key]
    return Slice(cases, _write(order, keys[-1]) if more and keys else "", started=after is not None)


def _keys(
    rows: QuerySet[Case], name: str, down: bool, after: tuple[Any, int] | None, size: int
) -> list[tuple[int, Any]]:
    sign, beyond = ("-", "lt") if down else ("", "gt")
    if name == "id":
        if after is not None:
            rows = rows.filter(**{f"pk__{beyond}": after[1]})
        return [(pk, pk) for pk in rows.order_by(f"{sign}id").values_list("pk", flat=True)[:size]]
    valued = rows.filter(**{f"{name}__isnull": False}).order_by(f"{sign}{name}", f"{sign}id")
    without = rows.filter(**{f"{name}__isnull": True}).order_by(f"{sign}id")
    found: list[tuple[int, Any]] = []
    if after is None or after[0] is not None:
        if after is not None:
            value, pk = after
            valued = valued.filter(Q(**{f"{name}__{beyond}": value}) | Q(**{name: value, f"id__{beyond}": pk}))
        found = list(valued.values_list("pk", name)[:size])
        after = None
    if len(found) < size:
        if after is not None:
            without = without.filter(**{f"id__{beyond}": after[1]})
        found += [(pk, None) for pk in without.values_list("pk", flat=True)[: size - len(found)]]
    return found


def _write(order: str, key: tuple[int, Any]) -> str:
    pk, value = key
    text = json.dumps([order, None if value is None else str(value), pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, order: str) -> tuple[Any, int] | None:
    """None for no cursor, for one of another order, and for one that nobody wrote."""
    if not cursor:
        return None
    try:
        written, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if written != order:
            return None
        field: Any = Case._meta.get_field(ORDERS[order][0])
        return (None if value is None else field.to_python(value)), int(pk)
    except Exception:  # noqa: BLE001 - whatever is wrong with an address someone typed, it is no cursor
        return None


def unread_of(cases: Sequence[Case]) -> dict[int, int]:
    """Messages of applicants not read yet, by case."""
    rows = Message.objects.filter(case__in=[case.pk for case in cases], from_service=False, read_at__isnull=True)
    return dict(rows.values_list("case").annotate(n=Count("pk")).order_by("case"))


def search(programme: str, user: User, text: str) -> tuple[Case | None, list[Organisation]]:
    """The case of a reference, or the organisations of a name or number that have cases here: twenty at most, by name."""
    text = " ".join(text.split())[:100]
    letters = "".join(sign for sign in text.upper() if sign.isalnum())
    if len(letters) == 12 and not letters.isdigit():
        wanted = f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
        case = visible(programme, user).exclude(state=State.DRAFT).filter(reference=wanted).first()
        return case, []
    if len(text) < 2:
        return None, []
    if letters.isdigit() and len(letters) in (9, 14):
        rows = Organisation.objects.filter(siren=letters[:9])
    else:
        rows = Organisation.objects.filter(Q(name__icontains=text) | Q(short_name__icontains=text))
    known = visible(programme, user).exclude(state=State.DRAFT).filter(applicant=OuterRef("pk"))
    return None, list(rows.filter(Exists(known)).order_by("name", "pk")[:20])


def lines(rows: QuerySet[Case], order: str) -> Iterator[list[str]]:
    """The list for a spreadsheet, without personal data: no title, no name, no message."""
    name, down = ORDERS.get(order, ORDERS[""])
    wanted = rows.order_by(f"{'-' if down else ''}{name}", "id").values_list(
        "reference", "scheme", "call", "measure", "state", "area", "applicant_kind", "cost", "asked", "computed", "proposed",
        "awarded", "points", "submitted_at", "complete_on", "due_on", "decided_at",
    )  # fmt: skip
    for row in wanted.iterator(chunk_size=2_000):
        yield [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return str(value)


COLUMNS = (
    "reference", "dispositif", "appel", "mesure", "etat", "commune", "type_demandeur", "cout_centimes", "demande_centimes",
    "calcule_centimes", "propose_centimes", "attribue_centimes", "points", "envoye_le", "complet_le", "reponse_avant_le", "decide_le",
)  # fmt: skip
