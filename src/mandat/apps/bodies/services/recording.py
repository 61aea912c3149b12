"""What every act on a body shares: its lock, its facts, the milestones it reaches, the day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from mandat import journal
from mandat.apps.bodies.models import Session, Standing
from mandat.apps.bodies.schema import Body, Step
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.terms import Terms
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Characters of what people write in one field, at most.
LONGEST_TEXT = 20_000
LONGEST_TITLE = 300


def today() -> dt.date:
    """The day in Paris, by the server's clock."""
    return timezone.localdate()


def synthetic() -> bool:
    """Whether what happens on this site is only shown."""
    return bool(settings.MANDAT_DEMO)


def held(programme: str, body: str) -> Standing:
    """The body's row, locked until the transaction ends: acts on one body take their turn."""
    Standing.objects.get_or_create(programme=programme, body=body)
    return Standing.objects.select_for_update().get(programme=programme, body=body)


def locked(session: Session, *states: str) -> Session:
    """The session, locked until the transaction ends, as it stands now. Raises InputError where it is in none of ``states``."""
    found = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if states and found.state not in states:
        state = found.get_state_display()
        raise InputError(
            Text(f"impossible : la séance est à l'état « {state} »", f"not possible: the session is “{state}”")
        )
    return found


def words(text: str, what: Text, *, longest: int = LONGEST_TEXT, needed: bool = True) -> str:
    """A text as it is kept: without blanks around it. Raises InputError for one that is empty or too long."""
    kept = text.replace("\x00", "").strip()
    if needed and not kept:
        raise InputError(Text(f"{what.fr} : à remplir", f"{what.en}: needed"))
    if len(kept) > longest:
        raise InputError(Text(f"{what.fr} : {longest} caractères au plus", f"{what.en}: {longest} characters at most"))
    return kept


def title_of(title: Text) -> tuple[str, str]:
    """A title in French and in English (empty where it is the same)."""
    fr = words(title.fr, Text("intitulé", "title"), longest=LONGEST_TITLE)
    en = words(title.en, Text("intitulé", "title"), longest=LONGEST_TITLE, needed=False)
    return fr, "" if en == fr else en


def body_fact(
    kind: str,
    terms: Terms[Body],
    *,
    programme: str,
    on: dt.date | None = None,
    quantity: int | None = None,
    unit: str = "",
    shown: bool = False,
    **data: Any,
) -> Fact:
    """A fact of a body: what it serves, where it is, and nothing of a person."""
    body = terms.document
    return Fact(
        kind=kind,
        occurred_on=on or today(),
        programme=programme,
        measures=body.measures,
        commitments=body.commitments,
        area=body.area or "",
        subject=body.code,
        quantity=None if quantity is None else Decimal(quantity),
        unit=unit,
        definition=terms.ref,
        data={"body": body.code, "title": body.title.fr, **data},
        synthetic=shown or synthetic(),
    )


def session_fact(kind: str, terms: Terms[Body], session: Session, **said: Any) -> Fact:
    """A fact of one session."""
    return body_fact(
        kind, terms, programme=session.programme, shown=session.synthetic,
        session=session.code, held_on=session.on.isoformat(), **said,
    )  # fmt: skip


def milestones(terms: Terms[Body], step: Step, *, programme: str, on: dt.date | None = None) -> list[Fact]:
    """The milestones this step of the body reaches, as facts: once each, by whatever way they were reached (their ``source`` is the same)."""
    code = terms.document.milestones.get(step)
    if code is None:
        return []
    current: Published = published(programme)
    found = []
    for number in terms.document.commitments:
        commitment = current.commitments.get(number)
        wanted = [one for one in commitment.milestones if one.code == code] if commitment else []
        for milestone in wanted:
            fact = Fact(
                kind="programme.milestone_reached.v1",
                occurred_on=on or today(),
                programme=programme,
                measures=(int(number.split(".")[0]),),
                commitments=(number,),
                subject=f"{number}/{code}",
                source=f"milestone:{number}/{code}",
                definition=current.ref("commitment", number),
                data={"milestone": code, "title": milestone.title.fr},
                synthetic=synthetic(),
            )
            found.append(fact)
    return found


def append(*facts: Fact) -> list[journal.Entry]:
    """Append facts, in their order."""
    return journal.append(list(facts))
