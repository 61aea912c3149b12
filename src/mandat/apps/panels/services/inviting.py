"""Draw who receives a letter. Addresses are read, drawn from, and never kept: a letter is a code and its stratum."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.panels.codes import hashed, new_code
from mandat.apps.panels.models import Letter, Panel
from mandat.apps.panels.services.common import append, held, panel_of, today
from mandat.apps.panels.terms import PanelTerms, panel_terms
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.sortition.invite import Invitation


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter to print: where to, and the code it bears. Shown once."""

    stratum: str
    address: str
    code: str


def letters_plan(terms: PanelTerms) -> list[Invitation]:
    """How many letters to each stratum: the most volunteers a seat that the letters of the definition bring with 95 % of chances."""
    from mandat.engines.sortition.invite import Stratum, plan_invitations

    rules = terms.rules
    if rules.invitations is None:
        raise InputError(Text("ce panel n'envoie pas de lettres", "this panel sends no letters"))
    strata = [Stratum(one.code, one.addresses, float(one.share)) for one in rules.strata]
    rates = {one.code: float(one.rate) / 100 for one in rules.strata}
    low, high = 0.0, rules.invitations / rules.size
    best: list[Invitation] = []
    for _step in range(40):
        middle = (low + high) / 2
        plan = plan_invitations(strata, seats=rules.size, pool_per_seat=middle, rates=rates)
        if sum(one.letters for one in plan) <= rules.invitations:
            low, best = middle, plan
        else:
            high = middle
    if not best:
        raise InputError(Text("trop peu de lettres pour ces strates", "too few letters for these strata"))
    return best


@transaction.atomic
def letters_draw(
    *,
    actor: User,
    process: str,
    component: str,
    addresses: Mapping[str, Sequence[str]],
    seed: str = "",
    synthetic: bool = False,
) -> Iterator[Sent]:
    """Draw the addresses letters go to, and give the letters to print, once. ``seed`` is published; one is drawn where none is given.

    Raises InputError for strata that are not those of the definition, too few addresses, or letters already drawn.
    """
    from mandat.engines.sortition.invite import draw_addresses

    require(actor, "panels.manage")
    terms = panel_terms(process, component)
    panel = held(panel_of(process, component, synthetic=synthetic), Panel.State.OPEN)
    if panel.letters:
        raise InputError(Text("les lettres sont déjà tirées", "letters are already drawn"))
    known = {one.code for one in terms.rules.strata}
    if set(addresses) != known:
        raise InputError(
            Text(
                f"les strates attendues sont : {', '.join(sorted(known))}",
                f"the strata expected are: {', '.join(sorted(known))}",
            )
        )
    seed = seed or secrets.token_hex(16)
    drawn = draw_addresses(addresses, letters_plan(terms), seed=seed)
    sent = [Sent(stratum, address, new_code()) for stratum, chosen in drawn.items() for address in chosen]
    Letter.objects.bulk_create(
        [Letter(panel=panel, stratum=one.stratum, code=hashed(one.code)) for one in sent], batch_size=2000
    )
    panel.letters, panel.addresses = len(sent), sum(len(set(found)) for found in addresses.values())
    panel.invited_seed, panel.invited_at = seed, timezone.now()
    panel.save(update_fields=["letters", "addresses", "invited_seed", "invited_at"])
    append(
        "panels.invited.v1", terms, panel, on=today(), quantity=panel.letters,
        data={"addresses": panel.addresses, "seed": seed},
    )  # fmt: skip
    return iter(sent)
