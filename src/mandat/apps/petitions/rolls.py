"""How a person who signs is known to the roll of the process, the same by every channel: ``ballots`` keeps it, without a name.

``signer_known`` puts someone on the roll where they are not yet and gives what a signature is made of. For a request of the law the
authority has a roll of its own, the same for all its processes: there an elector has one request a quarter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mandat.apps.accounts.models import User
from mandat.apps.ballots import identities as known_ways
from mandat.apps.ballots.services import rolls
from mandat.apps.petitions.models import Petition
from mandat.apps.petitions.terms import Terms, terms_of
from mandat.apps.territory import selectors as territory
from mandat.kernel.text import Text


def roll_of(terms: Terms) -> Any:
    """The roll of a process."""
    return _roll(terms.process.code, Text(terms.process.title.fr, terms.process.title.en))


def _roll(code: str, title: Text) -> Any:
    return rolls.roll_open(process=code, title=title)


def authority_roll(terms: Terms) -> Any:
    """The roll of the electors who put requests to an authority."""
    name = territory.area_name(terms.authority)
    return _roll(
        f"requests:{terms.authority}",
        Text(f"Demandes au titre du L1112-16 : {name}", f"Requests under L1112-16: {name}"),
    )


def persons_known(
    petition: Petition,
    *,
    channel: str,
    known_as: Sequence[str],
    commune: str,
    band: str,
    actor: User | None = None,
    reason: str = "",
) -> tuple[str, str]:
    """What the process's roll, and for a request of the law the authority's, know someone by; enrolled where they are not yet."""
    terms = terms_of(petition)
    wanted = [roll_of(terms), *([authority_roll(terms)] if petition.basis == "law" else [])]
    area = f"commune:{commune}" if commune else ""
    found = []
    for roll in wanted:
        try:
            voter = rolls.enrol(
                roll=roll, channel=channel, identity=known_as[0], also=known_as[1:], area=area, age_band=band, actor=actor,
                reason=reason,
            )  # fmt: skip
        except rolls.AlreadyEnrolled as already:
            voter = already.voter
        found.append(f"voter:{voter.pk}")
    return found[0], found[-1]


def person_of(petition: Petition, user: User) -> str:
    """What the roll knows an account by; empty where it is not on it."""
    roll = rolls.roll_held(terms_of(petition).process.code)
    voter = None if roll is None else rolls.voter_of(roll=roll, user=user)
    return "" if voter is None else f"voter:{voter.pk}"


def ways_of(user: User) -> list[str]:
    """All the ways an account is known, the surest first."""
    return list(known_ways.of_user(user))
