"""Facts of assemblies, committees, councils and other bodies: that they exist, are composed, sit, vote, decide and publish.

No fact names a member: the public pages do, since a member of a public body is not a private person there. Titles of items are not told
either: they may come from a petition. ``subject`` is the body's code; ``data.session`` is that of its session in it (``2025-3``). What a vote gives is told once it
is closed. ``quantity`` counts what ``unit`` says: bodies installed, sessions held, minutes published, decisions.

- ``bodies.installed.v1``: 1 ``body``; ``distinct`` of ``data.body`` counts bodies.
- ``bodies.session_closed.v1``: 1 ``session`` held with its quorum.
- ``bodies.minutes_published.v1``: 1 ``session`` whose minutes are public; ``data.agenda``: its agenda was published before it;
  ``data.votes``: how many roll calls they hold.
- ``bodies.decided.v1``: 1 ``decision``; ``data.nature`` and ``data.outcome`` say which.
"""

from __future__ import annotations

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfBody(Data):
    body: str
    title: str


class _OfSession(_OfBody):
    """``session`` is its code in the body: ``2025-3``; ``held_on`` the day it is for."""

    session: str
    held_on: str


@fact_type(
    "bodies.created.v1",
    label=Text("Instance créée", "Body created"),
    sentence=Text("{title} : instance créée ({form} {reference})", "{title}: body created ({form} {reference})"),
)
class Created(_OfBody):
    """A body was created by a decision: ``form`` deliberation, order, convention or other; ``url`` its text."""

    form: str
    reference: str
    url: str = ""


@fact_type(
    "bodies.installed.v1",
    label=Text("Instance installée", "Body installed"),
    sentence=Text(
        "{title} : instance installée, {members} membres de {colleges} collèges",
        "{title}: body installed, {members} members of {colleges} colleges",
    ),
)
class Installed(_OfBody):
    """Every college has members. ``women`` and ``men`` are of those who say it."""

    colleges: int
    members: int
    seats: int
    women: int
    men: int


@fact_type(
    "bodies.ended.v1",
    label=Text("Instance supprimée", "Body ended"),
    sentence=Text("{title} : fin de l'instance ({reference})", "{title}: the body is ended ({reference})"),
    counts=False,
)
class Ended(_OfBody):
    """A body was ended by a decision, whose number is ``reference``."""

    reference: str


@fact_type(
    "bodies.composition_changed.v1",
    label=Text("Composition modifiée", "Members changed"),
    sentence=Text(
        "{title} : composition modifiée, {members} membres pour {seats} sièges",
        "{title}: members changed, {members} members for {seats} seats",
    ),
    counts=False,
)
class CompositionChanged(_OfBody):
    """``given`` terms began and ``ended`` terms ended; what follows is after that."""

    given: int
    ended: int
    members: int
    seats: int
    women: int
    men: int


@fact_type(
    "bodies.interests_declared.v1",
    label=Text("Intérêts déclarés", "Interests declared"),
    sentence=Text(
        "{title} : déclarations d'intérêts à jour, {declared} membres sur {members}",
        "{title}: interests declared by {declared} members of {members}",
    ),
    counts=False,
)
class InterestsDeclared(_OfBody):
    """How many members in office have a declaration that stands (also “nothing to declare”)."""

    declared: int
    members: int


@fact_type(
    "bodies.session_convened.v1",
    label=Text("Séance convoquée", "Session convened"),
    sentence=Text("{title} : séance {session} convoquée pour le {held_on}", "{title}: session {session} convened for {held_on}"),
    counts=False,
)  # fmt: skip
class SessionConvened(_OfSession):
    """``days`` before the session; ``in_time``: with the notice its definition asks for."""

    days: int
    in_time: bool
    public: bool


@fact_type(
    "bodies.session_moved.v1",
    label=Text("Séance déplacée", "Session moved"),
    sentence=Text("{title} : séance {session} déplacée au {held_on}", "{title}: session {session} moved to {held_on}"),
    counts=False,
)
class SessionMoved(_OfSession):
    """A session is for another day or place; ``moved_from`` is the day it was for."""

    moved_from: str


@fact_type(
    "bodies.session_cancelled.v1",
    label=Text("Séance annulée", "Session cancelled"),
    sentence=Text("{title} : séance {session} annulée", "{title}: session {session} cancelled"),
    counts=False,
)
class SessionCancelled(_OfSession):
    """A session that will not be held."""


@fact_type(
    "bodies.agenda_published.v1",
    label=Text("Ordre du jour publié", "Agenda published"),
    sentence=Text(
        "{title} : ordre du jour de la séance {session} publié, {items} points",
        "{title}: agenda of session {session} published, {items} items",
    ),
    counts=False,
)
class AgendaPublished(_OfSession):
    """Everyone may read the agenda, ``days`` before the session; ``in_time``: as early as its definition asks."""

    items: int
    days: int
    in_time: bool


@fact_type(
    "bodies.item_requested.v1",
    label=Text("Inscription demandée", "Item asked for"),
    sentence=Text(
        "{title} : une inscription à l'ordre du jour est demandée ({origin})",
        "{title}: an item is asked for ({origin})",
    ),
    counts=False,
)
class ItemRequested(_OfBody):
    """``origin`` is the sort of what asks: petition, answer, referendum, member …; ``reference`` its reference, never its words."""

    origin: str
    reference: str
    due_on: str = ""


@fact_type(
    "bodies.request_settled.v1",
    label=Text("Demande d'inscription traitée", "Request for an item settled"),
    sentence=Text(
        "{title} : demande d'inscription {reference}, {outcome}", "{title}: request for an item {reference}, {outcome}"
    ),
    counts=False,
)
class RequestSettled(_OfBody):
    """``outcome`` is placed or refused."""

    origin: str
    reference: str
    outcome: str


@fact_type(
    "bodies.papers_published.v1",
    label=Text("Documents de séance publiés", "Papers published"),
    sentence=Text(
        "{title} : documents de la séance {session} publiés", "{title}: papers of session {session} published"
    ),
    counts=False,
)
class PapersPublished(_OfSession):
    """A paper became public; ``papers`` are public so far in the session, ``sha256`` is that of the last."""

    papers: int
    sha256: str = ""


@fact_type(
    "bodies.session_opened.v1",
    label=Text("Séance ouverte", "Session opened"),
    sentence=Text(
        "{title} : séance {session} ouverte, {present} présents et {represented} représentés sur {members}",
        "{title}: session {session} opened, {present} present and {represented} represented of {members}",
    ),
    counts=False,
)
class SessionOpened(_OfSession):
    """Voting members in office, those there, those who gave a proxy; ``quorum`` is how many had to be there."""

    members: int
    present: int
    represented: int
    quorum: int


@fact_type(
    "bodies.vote_closed.v1",
    label=Text("Vote clos", "Vote closed"),
    sentence=Text(
        "{title} : séance {session}, point {item} : {yes} pour, {no} contre, {abstain} abstentions",
        "{title}: session {session}, item {item}: {yes} for, {no} against, {abstain} abstentions",
    ),
    counts=False,
)
class VoteClosed(_OfSession):
    """``mode`` is roll-call or show-of-hands; ``none`` counts those there who take no part; ``amendment`` is 0 for the item itself."""

    item: int
    amendment: int
    mode: str
    yes: int
    no: int
    abstain: int
    none: int
    adopted: bool


@fact_type(
    "bodies.session_closed.v1",
    label=Text("Séance tenue", "Session held"),
    sentence=Text(
        "{title} : séance {session} tenue, {items} points, {decisions} décisions",
        "{title}: session {session} held, {items} items, {decisions} decisions",
    ),
)
class SessionClosed(_OfSession):
    """A session was held with its quorum: ``present`` voting members of ``members`` in office."""

    items: int
    decisions: int
    members: int
    present: int
    public: bool


@fact_type(
    "bodies.decided.v1",
    label=Text("Décision d'une instance", "Decision of a body"),
    sentence=Text(
        "{title} : décision {number}, {nature}, {outcome}", "{title}: decision {number}, {nature}, {outcome}"
    ),
)
class Decided(_OfSession):
    """``nature``: decision, opinion, report, agreement, election; ``outcome``: adopted or rejected; ``origin`` of what asked for it, if anything did."""

    number: str
    nature: str
    outcome: str
    yes: int
    no: int
    abstain: int
    sha256: str
    origin: str = ""
    reference: str = ""


@fact_type(
    "bodies.minutes_published.v1",
    label=Text("Compte rendu publié", "Minutes published"),
    sentence=Text(
        "{title} : compte rendu de la séance {session} publié", "{title}: minutes of session {session} published"
    ),
)
class MinutesPublished(_OfSession):
    """The minutes are public, ``days`` after the session. Published again they count 0 more session."""

    sha256: str
    days: int
    in_time: bool
    agenda: bool
    votes: int
    public: bool


@fact_type(
    "bodies.minutes_adopted.v1",
    label=Text("Procès-verbal adopté", "Minutes adopted"),
    sentence=Text(
        "{title} : procès-verbal de la séance {session} adopté à la séance {adopted_in}",
        "{title}: minutes of session {session} adopted at session {adopted_in}",
    ),
    counts=False,
)
class MinutesAdopted(_OfSession):
    """A later session of the body adopted the minutes: they change no more."""

    sha256: str
    adopted_in: str


@fact_type(
    "bodies.follow_up_set.v1",
    label=Text("Suite à donner", "Follow-up set"),
    sentence=Text("{title} : suite à donner à la décision {number} avant le {due_on}", "{title}: decision {number} to be followed up by {due_on}"),
    counts=False,
)  # fmt: skip
class FollowUpSet(_OfBody):
    """``owner`` (a body) must do something of a decision by ``due_on``."""

    number: str
    owner: str
    due_on: str


@fact_type(
    "bodies.follow_up_done.v1",
    label=Text("Suite donnée", "Follow-up done"),
    sentence=Text("{title} : suite donnée à la décision {number}", "{title}: decision {number} followed up"),
)
class FollowUpDone(_OfBody):
    """``late`` days after it was due (0: in time)."""

    number: str
    owner: str
    late: int
