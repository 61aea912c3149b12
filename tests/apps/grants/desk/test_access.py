"""Who may do what with a case, as a matrix: every kind of person by every verb and by every address of the app.

A verb or an address without its row fails: whoever adds one says who it is for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from mandat.apps.bodies.models import Term
from mandat.apps.custody import uploads
from mandat.apps.custody.content import EVIDENCE
from mandat.apps.grants import access, urls
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Item, Opinion, Party, Piece, Post, Recusal, Shared, Sitting
from mandat.apps.grants.services.moving import today
from mandat.apps.organisations.models import Member
from tests.apps.grants.desk import world

pytestmark = pytest.mark.usefixtures("programme")

SIDE = frozenset({"owner", "editor", "reader", "co_member", "let_in", "tied"})
EDITS = frozenset({"owner", "editor", "co_member"})
SERVICE = frozenset({"instructor", "reading", "decider", "payer"})
BUREAU = SERVICE | {"auditor"}
AGENTS = SERVICE | {"elsewhere", "recused", "tied"}
READERS = AGENTS | {"auditor", "committee", "elected"}
KNOWN = READERS | SIDE | {"stranger", "expert", "not_asked", "admin"}
EVERYONE = KNOWN | {"visitor"}
NOBODY: frozenset[str] = frozenset()

VERBS: dict[str, frozenset[str]] = {
    "see": SIDE | BUREAU | {"expert", "committee"},
    "edit": EDITS,
    "share": frozenset({"owner"}),
    "withdraw": frozenset({"owner"}),
    "examine": frozenset({"instructor"}),
    "decide": frozenset({"decider"}),
    "pay": frozenset({"payer"}),
    "history": SIDE | BUREAU,
    "write": EDITS | {"instructor"},
    "messages": SIDE | BUREAU,
    "opinions": frozenset({"instructor", "decider", "committee", "auditor"}),
    "internal": BUREAU,
    "money": SIDE | BUREAU,
    "opine": frozenset({"expert"}),
    "score": frozenset({"expert", "instructor"}),
    "visit": frozenset({"expert", "instructor"}),
    "recuse": SERVICE | {"expert", "committee"},
    "vote": frozenset({"committee"}),
}


@dataclass
class Scene:
    """One case with everyone around it. ``people`` by what they are to it."""

    case: Case
    people: dict[str, Any]
    piece: Piece
    opinion: Opinion
    post: Post
    seat: Term
    sitting: Sitting


def scene(**values: Any) -> Scene:
    lead, partner = world.organisation(), world.organisation("Coopérative des Lilas")
    people: dict[str, Any] = {
        "owner": world.member(lead, "owner"),
        "editor": world.member(lead, "editor", "editor"),
        "reader": world.member(lead, "reader", "reader"),
        "co_member": world.member(partner, "comember", "editor"),
        "let_in": world.account("letin"),
        "stranger": world.account("stranger"),
        "visitor": AnonymousUser(),
        "instructor": world.posted("instructor", "instruct", "jury"),
        "reading": world.posted("reading", "read", "jury"),
        "elsewhere": world.posted("elsewhere", "instruct", "avis"),
        "expert": world.posted("expert", "expert", "jury", "member"),
        "not_asked": world.posted("notasked", "expert", "jury", "member"),
        "committee": world.account("committee", "elected"),
        "decider": world.posted("decider", "decide", "jury"),
        "payer": world.posted("payer", "pay", "jury"),
        "elected": world.account("elected", "elected"),
        "auditor": world.account("auditor", "auditor"),
        "admin": world.account("admin", "administrator"),
        "recused": world.posted("recused", "instruct", "jury"),
        "tied": world.posted("tied", "instruct", "jury"),
    }
    Member.objects.create(organisation=lead, user=people["tied"], rank="reader")
    case = world.case("jury", applicant=lead, opened_by=people["owner"], state=State.COMPLETE, **values)
    Party.objects.create(case=case, organisation=partner)
    Shared.objects.create(case=case, user=people["let_in"], given_by=people["owner"], given_at=timezone.now())
    Recusal.objects.create(case=case, user=people["recused"], reason="Un lien.", at=timezone.now())
    asked = Opinion.objects.create(
        case=case, expert=people["expert"], asked_by=people["instructor"], asked_at=timezone.now(), due_on=today()
    )
    seat = Term.objects.create(
        programme="essai", body="conseil", name="Membre", user=people["committee"], since=dt.date(2020, 1, 1)
    )
    sitting = Sitting.objects.create(programme="essai", body="conseil", on=today(), quorum=1)
    Item.objects.create(sitting=sitting, case=case, position=1)
    return Scene(case, people, _piece(case), asked, Post.objects.get(user=people["reading"]), seat, sitting)


def _piece(case: Case) -> Piece:
    if "grants.test" not in uploads._PURPOSES:
        uploads.purpose("grants.test", title="Test", may_read=lambda user, stored: True, kinds=EVIDENCE)
    raw = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    kept = uploads.file_receive(
        actor=case.opened_by, subject=case.subject, upload=SimpleUploadedFile("a.pdf", raw, "application/pdf"), purpose="grants.test"
    )  # fmt: skip
    return Piece.objects.create(case=case, code="devis", upload=kept, added_at=timezone.now(), added_by=case.opened_by)


@dataclass(frozen=True)
class Row:
    """Who may open an address or do its act; ``args`` are its parts; ``get`` is false for what only a form reaches.

    ``exact`` false: nobody else gets in, but a rank or the state of the case may keep some of them out too. ``awarded``: it is about
    a case once it is awarded.
    """

    who: frozenset[str]
    args: Callable[[Scene], tuple[Any, ...]] = lambda made: ()
    get: bool = True
    awarded: bool = False
    exact: bool = True


def ref(made: Scene) -> tuple[Any, ...]:
    return (made.case.reference,)


def page(who: frozenset[str], *more: str) -> Row:
    return Row(who, lambda made: (made.case.reference, *(getattr(made, name).pk for name in more)))


def act(who: frozenset[str], *more: str) -> Row:
    return Row(who, lambda made: (made.case.reference, *(getattr(made, name).pk for name in more)), get=False)


def side(
    name: str = "", *, get: bool = True, awarded: bool = False, exact: bool = False, who: frozenset[str] = SIDE
) -> Row:
    """A row of the applicant's side; ``name`` is a part of the scene, or a word of the address."""

    def args(made: Scene) -> tuple[Any, ...]:
        if not name:
            return (made.case.reference,)
        part = getattr(made, name, name)
        return (made.case.reference, getattr(part, "pk", part))

    return Row(who, args, get=get, awarded=awarded, exact=exact)


def organisation(made: Scene) -> tuple[Any, ...]:
    assert made.case.applicant is not None
    return (made.case.applicant.reference,)


EXAMINES = VERBS["examine"]
ROWS: dict[str, Row] = {
    "directory": Row(EVERYONE),
    "pre_check": Row(EVERYONE, lambda made: ("jury",)),
    "condition": Row(EVERYONE, lambda made: ("charte",)),
    "scheme": Row(EVERYONE, lambda made: ("jury",)),
    # The applicant's side: acts on drafts and completions are tested where they are made.
    "cases": Row(KNOWN),
    "case": page(SIDE),
    "receipt": Row(SIDE, lambda made: (made.case.reference, 1)),
    "receipt_pdf": Row(SIDE, lambda made: (made.case.reference, 1), exact=False),
    "section": side("projet"),
    "financing": side(),
    "pieces": side(),
    "piece_remove": side("piece", get=False),
    "share": side(),
    "leave": side(get=False),
    "review": side(),
    "discard": side(get=False),
    "answer": side(get=False),
    "message": side(get=False),
    "withdraw": side(),
    # What follows an award. Services ask again who may do each act.
    "undertakings": side(exact=True),
    "case_conditions": side(exact=True, who=BUREAU),
    # Committees: the secretariat's pages, a member's own, and what is public.
    "sittings": Row(AGENTS),
    "sitting": Row(AGENTS, lambda made: (made.sitting.pk,)),
    "my_sittings": Row(KNOWN),
    "committees": Row(EVERYONE),
    "money": side(awarded=True, exact=True),
    "plan": side(awarded=True, exact=True, who=EDITS),
    "money_piece": side("piece", awarded=True, exact=True),
    "money_act": side("compte", get=False, awarded=True, exact=True),
    "following": Row(READERS),
    "worklist": Row(READERS, lambda made: ("a-verifier",)),
    "followed": side(awarded=True, exact=True, who=BUREAU),
    "followed_piece": side("piece", awarded=True, exact=True, who=BUREAU),
    "follow_act": side("clore", get=False, awarded=True, exact=True, who=EXAMINES),
    # The bureau.
    "queue": Row(READERS),
    "queue_csv": Row(READERS),
    "queue_search": Row(READERS, get=False),
    "queue_assign": Row(AGENTS, get=False),
    "queue_unassign": Row(AGENTS, get=False),
    "ranking": Row(BUREAU | {"recused", "tied"}, lambda made: ("jury", "permanent")),
    "posts": Row(frozenset({"admin"})),
    "post_give": Row(frozenset({"admin"}), get=False),
    "seat_give": Row(frozenset({"admin"}), get=False),
    "post_end": Row(frozenset({"admin"}), lambda made: (made.post.pk,), get=False),
    "seat_end": Row(frozenset({"admin"}), lambda made: (made.seat.pk,), get=False),
    "file": page(BUREAU),
    "file_sheet": page(BUREAU),
    "file_piece": page(BUREAU, "piece"),
    "file_judge": act(EXAMINES, "piece"),
    "file_accept": act(EXAMINES),
    "file_ask": act(EXAMINES),
    "file_call_on": act(EXAMINES),
    "file_propose": act(EXAMINES),
    "file_reopen": act(EXAMINES),
    "file_assign": act(EXAMINES),
    "file_note": act(EXAMINES),
    "file_message": act(EXAMINES),
    "file_opinion_ask": act(EXAMINES),
    "file_opinions_close": act(EXAMINES),
    "file_opinion_remind": act(EXAMINES, "opinion"),
    "file_visit": act(EXAMINES),
    "file_score": page(EXAMINES),
    "file_reject": act(VERBS["decide"]),
    "file_decide": act(VERBS["decide"]),
    "file_recuse": act(SERVICE),
    # Experts.
    "opinions": Row(KNOWN),
    "opinion": page(VERBS["opine"]),
    "opinion_give": act(VERBS["opine"]),
    "opinion_score": act(VERBS["opine"]),
    "opinion_recuse": act(VERBS["opine"]),
    "opinion_piece": page(VERBS["opine"], "piece"),
}
#: Addresses that need more than a case to open (a file of payments, an invitation): those below are kept from whoever lacks the role,
#: and the rest is tested where they are made.
BY_ROLE: dict[str, tuple[frozenset[str], Callable[[Scene], tuple[Any, ...]]]] = {
    "payments_order": (AGENTS, lambda made: ()),
    "payments_answer": (AGENTS, lambda made: ()),
    "payments_file": (AGENTS, lambda made: ("ABCD", "xml")),
    "payments_sent": (AGENTS, lambda made: ("ABCD",)),
    # Only where the scheme takes joint applications.
    "parties": (SIDE, lambda made: (made.case.reference,)),
    # Of an organisation, not of a case: agents who may correct its record may correct these too.
    "small_aids": (AGENTS | {"owner", "editor", "reader", "auditor", "admin"}, organisation),
    "small_aid_remove": (AGENTS | {"owner", "editor", "admin"}, organisation),
    "invited": (EVERYONE, lambda made: ("secret",)),
    "start": (KNOWN, lambda made: ("jury",)),
    "sitting_agenda": (AGENTS, lambda made: (made.sitting.pk,)),
    "sitting_letters": (AGENTS, lambda made: (made.sitting.pk,)),
    "sitting_item": (AGENTS, lambda made: (made.sitting.pk, 1)),
    "sitting_act": (AGENTS, lambda made: (made.sitting.pk, "ouvrir")),
    "my_sitting": (VERBS["vote"], lambda made: (made.sitting.pk,)),
    "my_sitting_agenda": (VERBS["vote"], lambda made: (made.sitting.pk,)),
    "my_recusal": (VERBS["vote"], lambda made: (made.sitting.pk, 1)),
    "committee_sitting": (EVERYONE, lambda made: (made.sitting.pk,)),
    "committee_minutes": (EVERYONE, lambda made: (made.sitting.pk,)),
    "committee_csv": (EVERYONE, lambda made: (made.sitting.pk,)),
    "letter": (SIDE, lambda made: (made.case.reference, "decision")),
    "file_letter": (BUREAU, lambda made: (made.case.reference, "decision")),
    "agreement": (BUREAU, lambda made: (made.case.reference,)),
    "agreement_act": (EXAMINES, lambda made: (made.case.reference, "envoyer")),
}


def outcome(client: Client, row: Row, url: str, case: Case) -> str:
    """``in`` where someone gets further than the door, ``out`` where they do not."""
    # What an act does is undone: the next person finds the case as it was.
    with transaction.atomic():
        if row.awarded:
            Case.objects.filter(pk=case.pk).update(state=State.RUNNING, decided_at=timezone.now(), awarded=500_000)
        response = client.get(url) if row.get else client.post(url)
        transaction.set_rollback(True)
    if response.status_code in (403, 404):
        return "out"
    if (response.status_code == 302 and "/connexion/" in response["Location"]) or "login" in response.get(
        "Location", ""
    ):
        return "out"
    assert response.status_code in (200, 302, 422), (url, response.status_code)
    return "in"


def test_every_verb_has_its_row_and_gives_to_each_what_it_says() -> None:
    assert set(VERBS) == set(access.VERBS)
    made = scene()
    assert set(made.people) == EVERYONE
    wrong = []
    for verb, expected in VERBS.items():
        found = {name for name, user in made.people.items() if access.may(user, made.case, verb)}
        if found != expected:
            wrong.append((verb, "too many", sorted(found - expected), "too few", sorted(expected - found)))
    assert wrong == []


def names() -> list[str]:
    return [pattern.name or "" for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]


def test_every_address_of_the_app_has_its_row() -> None:
    assert sorted(set(names()) - set(ROWS) - set(BY_ROLE)) == [], "say in ROWS whom these are for"
    assert sorted((set(ROWS) | set(BY_ROLE)) - set(names())) == [], "these are gone"
    assert sorted(name for name in set(names()) if names().count(name) > 1) == [], "two addresses of one name"


def clients(made: Scene) -> dict[str, Client]:
    found = {}
    for name, user in made.people.items():
        found[name] = Client()
        if user.is_authenticated:
            found[name].force_login(user)
    return found


def test_every_address_opens_for_whom_its_row_says_and_for_nobody_else() -> None:
    made = scene()
    doors, wrong = clients(made), []
    for name, row in ROWS.items():
        url = reverse(f"grants:{name}", args=row.args(made))
        found = {who for who, client in doors.items() if outcome(client, row, url, made.case) == "in"}
        if found != row.who if row.exact else not (found <= row.who and "owner" in found):
            wrong.append((name, "too many", sorted(found - row.who), "too few", sorted(row.who - found)))
    assert not wrong, wrong


def test_what_needs_more_than_a_case_is_kept_from_whoever_lacks_the_role() -> None:
    made = scene()
    doors = clients(made)
    for name, (who, args) in BY_ROLE.items():
        url = reverse(f"grants:{name}", args=args(made))
        for person in EVERYONE - who:
            with transaction.atomic():
                got, posted = doors[person].get(url), doors[person].post(url)
                transaction.set_rollback(True)
            for response in (got, posted):
                turned = response.status_code == 302 and reverse("account_login") in response["Location"]
                assert turned or response.status_code in (403, 404, 405), (name, person, response.status_code)


def test_a_case_of_ones_own_organisation_is_never_in_ones_lists() -> None:
    made = scene()
    for name in ("tied", "recused", "elsewhere"):
        client = Client()
        client.force_login(made.people[name])
        assert made.case.reference not in client.get(reverse("grants:queue"), {"etat": "all"}).content.decode(), name
    for url in (reverse("grants:ranking", args=["jury", "permanent"]), reverse("grants:queue_csv")):
        client = Client()
        client.force_login(made.people["tied"])
        response = client.get(url)
        raw = response.getvalue() if response.streaming else response.content
        assert made.case.reference.encode() not in raw, url


def test_a_draft_is_nobodys_business_but_the_applicants() -> None:
    made = scene()
    Case.objects.filter(pk=made.case.pk).update(state=State.DRAFT)
    for name in ("instructor", "auditor", "decider"):
        client = Client()
        client.force_login(made.people[name])
        assert client.get(reverse("grants:file", args=[made.case.reference])).status_code == 404, name
