"""Facts of systematic offers made and used: never of a single person.

Every count is of pupils (unit ``pupil``; for an offer to groups, the pupils of the groups), is at least the offer's threshold (5 or
more), and is told in batches. ``area`` is the establishment's commune and ``subject`` its code; what is too few in one
establishment is told with others of its département (``folded``, no ``subject``). Sums of ``quantity`` are counts so far.

- ``offers.enrolled.v1``: the roll of an establishment in a round now counts ``quantity`` pupils (a state: ``last`` for each subject).
- ``offers.rolls_closed.v1``: the rolls of ``quantity`` more establishments are complete.
- ``offers.invited.v1``, ``offers.attended.v1``, ``offers.declined.v1``: ``quantity`` more pupils were invited, came, declined.
  ``distinct`` of ``subject`` over ``offers.attended.v1`` counts the establishments served.
- ``offers.coverage_invited.v1``, ``offers.coverage_attended.v1``: over the whole region, ``quantity`` percent of the ``data.target``
  pupils were invited (or declined before it), came. ``last`` of ``quantity`` is a commitment's progress.
"""

from __future__ import annotations

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfOffer(Data):
    offer: str
    title: str
    round: str


class _OfEstablishment(_OfOffer):
    """``establishments`` is how many are told together: 1, or more where ``folded``."""

    establishment: str = ""
    establishment_name: str
    establishments: int = 1
    folded: bool = False


@fact_type(
    "offers.enrolled.v1",
    label=Text("Liste établie", "Roll drawn up"),
    sentence=Text(
        "{title} : {quantity_text} sur la liste, {establishment_name}",
        "{title}: {quantity_text} on the roll, {establishment_name}",
    ),
)
class Enrolled(_OfEstablishment):
    """The roll of an establishment, as it now stands."""


@fact_type(
    "offers.rolls_closed.v1",
    label=Text("Listes closes", "Rolls closed"),
    sentence=Text(
        "{title}, {round} : listes closes, {quantity_text}", "{title}, {round}: rolls closed, {quantity_text}"
    ),
)
class RollsClosed(_OfOffer):
    """The rolls of ``quantity`` establishments were declared complete (unit ``organisation``)."""


@fact_type(
    "offers.invited.v1",
    label=Text("Invitations envoyées", "Invitations sent"),
    sentence=Text(
        "{title} : invitations à {quantity_text}, {establishment_name}",
        "{title}: invitations to {quantity_text}, {establishment_name}",
    ),
)
class Invited(_OfEstablishment):
    """One more batch of first invitations."""


@fact_type(
    "offers.attended.v1",
    label=Text("Rendez-vous tenus", "Appointments held"),
    sentence=Text(
        "{title} : rendez-vous tenus pour {quantity_text}, {establishment_name}",
        "{title}: appointments held for {quantity_text}, {establishment_name}",
    ),
)
class Attended(_OfEstablishment):
    """So many more pupils came, since the last batch told."""


@fact_type(
    "offers.declined.v1",
    label=Text("Invitations déclinées", "Invitations declined"),
    sentence=Text(
        "{title} : {quantity_text} ne souhaitant pas venir, {establishment_name}",
        "{title}: {quantity_text} preferring not to come, {establishment_name}",
    ),
)
class Declined(_OfEstablishment):
    """So many more pupils declined, since the last batch told."""


class _Coverage(_OfOffer):
    """The share of the target in a round, all establishments together; ``reached`` and ``target`` are pupils."""

    reached: int
    target: int
    establishments: int


@fact_type(
    "offers.coverage_invited.v1",
    label=Text("Part invitée", "Share invited"),
    sentence=Text(
        "{title}, {round} : {quantity_text} invités ({reached} sur {target})",
        "{title}, {round}: {quantity_text} invited ({reached} of {target})",
    ),
)
class CoverageInvited(_Coverage):
    """The share that was given an invitation, or whose refusal was noted before it."""


@fact_type(
    "offers.coverage_attended.v1",
    label=Text("Part venue", "Share who came"),
    sentence=Text(
        "{title}, {round} : {quantity_text} venus ({reached} sur {target})",
        "{title}, {round}: {quantity_text} came ({reached} of {target})",
    ),
)
class CoverageAttended(_Coverage):
    """The share whose appointment was held."""
