"""Proposals from the first word to what becomes of them: supports, merging, amendments, moderation, tallies that hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.answers.models import Duty
from mandat.apps.participation import finding, hooks, selectors
from mandat.apps.participation.models import (
    Amendment,
    Authorship,
    Comment,
    Participant,
    Proposal,
    Support,
    Tally,
    Thread,
)
from mandat.apps.participation.quiet import QUIET
from mandat.apps.participation.services.amendments import amendment_decide, amendment_offer
from mandat.apps.participation.services.debates import comment_add, comment_delete, comment_edit
from mandat.apps.participation.services.examining import proposal_classify, status_give
from mandat.apps.participation.services.merging import proposals_merge
from mandat.apps.participation.services.proposals import (
    draft_save,
    proposal_change,
    proposal_publish,
    proposal_withdraw,
)
from mandat.apps.participation.services.supports import support_give, support_take_back
from mandat.apps.participation.standing import NotEntitled
from mandat.journal import guard
from mandat.kernel.errors import InputError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]

TEXT = "Aujourd'hui le dernier train part trop tôt pour qui travaille le soir à Orléans."


@pytest.fixture
def proposed(participant: Callable[..., Participant]) -> Callable[..., Proposal]:
    """Make a published proposal: ``proposed("Des trains le soir")``."""

    def make(
        title: str = "Des trains plus tard le soir", *, place: Participant | None = None, **values: Any
    ) -> Proposal:
        place = place or participant("Ada")
        given = {"title": title, "text": f"{TEXT} {title}.", "category": "trains", "commune": "45234"} | values
        draft = draft_save(user=place.user, process="mobilites", component="propositions", values=given)
        return proposal_publish(user=place.user, reference=draft.reference)[0]

    return make


def tallies_hold() -> None:
    """Every counter equals a recount."""
    public = Proposal.objects.filter(state="published", hidden=False)
    for row in Proposal.objects.order_by("pk"):
        if row.state == "published":
            assert row.supports == Support.objects.filter(proposal=row).count(), row
        thread = Thread.objects.filter(kind="proposal", target=row.reference).first()
        shown = Comment.objects.filter(thread=thread, hidden=False, deleted_at=None).count() if thread else 0
        assert row.comments == shown
    for component in ("propositions", ""):
        tally = Tally.objects.filter(component=component).first()
        if tally is not None:
            assert tally.proposals == public.count(), component
            assert tally.supports == (public.aggregate(n=Sum("supports"))["n"] or 0), component


def kinds() -> list[str]:
    return [entry.fact.kind for entry in journal.iterate()]


def test_a_proposal_is_a_draft_until_it_is_complete(participant: Callable[..., Participant]) -> None:
    place = participant()
    draft = draft_save(user=place.user, process="mobilites", component="propositions", values={"title": "Court"})
    assert draft.state == "draft"
    with pytest.raises(InputError, match="il manque"):
        proposal_publish(user=place.user, reference=draft.reference)
    values = {"title": "Des trains plus tard", "text": TEXT, "category": "trains"}
    draft_save(user=place.user, process="mobilites", component="propositions", reference=draft.reference, values=values)
    row, held = proposal_publish(user=place.user, reference=draft.reference)
    assert (row.state, held, row.version) == ("published", None, 1)
    assert [one.participant_id for one in Authorship.objects.filter(proposal=row)] == [place.pk]
    tallies_hold()


def test_nobody_publishes_or_changes_the_proposal_of_another(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal]
) -> None:
    row, other = proposed(), participant()
    for act in (
        lambda: proposal_publish(user=other.user, reference=row.reference),
        lambda: proposal_change(user=other.user, reference=row.reference, values={"title": "Autre chose de long"}, reason="parce que"),
        lambda: proposal_withdraw(user=other.user, reference=row.reference),
    ):  # fmt: skip
        with pytest.raises(InputError, match="pas la vôtre"):
            act()


def test_a_person_publishes_no_more_than_the_process_allows(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal]
) -> None:
    place = participant()
    for n in range(3):
        proposed(f"Une proposition numéro {n}", place=place)
    with pytest.raises(NotEntitled) as refused:
        proposed("Une proposition de trop", place=place)
    assert refused.value.reason.code == "limit"
    proposal_withdraw(user=place.user, reference=Proposal.objects.filter(state="published").order_by("pk")[0].reference)
    proposed("Une proposition de plus", place=place)
    tallies_hold()


def test_a_support_counts_once_and_is_taken_back(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal]
) -> None:
    row, place = proposed(), participant()
    for _ in range(3):
        assert support_give(user=place.user, reference=row.reference).supports == 1
    tallies_hold()
    assert support_take_back(user=place.user, reference=row.reference).supports == 0
    assert support_take_back(user=place.user, reference=row.reference).supports == 0
    tallies_hold()


def test_supports_are_limited_for_each_person(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal]
) -> None:
    rows = [proposed(f"Une proposition numéro {n}") for n in range(6)]
    place = participant()
    for row in rows[:5]:
        support_give(user=place.user, reference=row.reference)
    with pytest.raises(NotEntitled, match="5 soutiens"):
        support_give(user=place.user, reference=rows[5].reference)
    support_take_back(user=place.user, reference=rows[0].reference)
    support_give(user=place.user, reference=rows[5].reference)
    tallies_hold()


def test_at_its_threshold_an_answer_is_owed_once(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(hooks, "_ON_THRESHOLD", [lambda proposal: told.append(proposal.reference)])
    row = proposed()
    people = [participant() for _ in range(4)]
    for place in people[:2]:
        support_give(user=place.user, reference=row.reference)
    assert "participation.threshold_crossed.v1" not in kinds()
    with guard.acts(exempt=tuple(QUIET)):
        support_give(user=people[2].user, reference=row.reference)
    support_take_back(user=people[2].user, reference=row.reference)
    support_give(user=people[3].user, reference=row.reference)
    assert kinds().count("participation.threshold_crossed.v1") == 1
    assert told == [row.reference]
    [duty] = Duty.objects.all()
    assert duty.source == f"proposal:{row.reference}"
    assert duty.due_on == dt.date(2027, 1, 1)


def test_merging_credits_everyone_and_counts_each_supporter_once(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal], agent: User
) -> None:
    ada, bo, cy = (participant(name) for name in ("Ada", "Bo", "Cy"))
    kept, one, two = (proposed(f"Des trains le soir {n}", place=place) for n, place in ((1, ada), (2, bo), (3, cy)))
    people = [participant() for _ in range(4)]
    for place, rows in zip(people, ([kept, one], [one, two], [two], [kept, one, two]), strict=True):
        for row in rows:
            support_give(user=place.user, reference=row.reference)
    with guard.acts(exempt=tuple(QUIET)):
        merged = proposals_merge(
            actor=agent,
            into=kept.reference,
            sources=[one.reference, two.reference],
            reason="Même demande, mêmes lignes.",
        )
    assert merged.supports == 4
    assert merged.threshold_at is not None, "the threshold is crossed by merging too"
    credited = Authorship.objects.filter(proposal=kept).order_by("pk")
    assert [(row.participant_id, row.part) for row in credited] == [
        (ada.pk, "author"),
        (bo.pk, "merged"),
        (cy.pk, "merged"),
    ]
    one.refresh_from_db()
    assert (one.state, one.merged_into_id) == ("merged", kept.pk)
    merges = list(kept.merges.order_by("source_id"))
    assert [(m.brought, m.shared) for m in merges] == [(1, 2), (1, 2)]
    tallies_hold()
    newcomer = participant()
    assert support_give(user=newcomer.user, reference=one.reference).reference == kept.reference, "a support follows"
    tallies_hold()


def test_only_agents_merge_and_never_across_components(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal], agent: User
) -> None:
    from django.core.exceptions import PermissionDenied

    kept, other = proposed("Des trains le soir"), proposed("Des trains la nuit")
    with pytest.raises(PermissionDenied):
        proposals_merge(
            actor=participant().user, into=kept.reference, sources=[other.reference], reason="Même demande que l'autre."
        )
    with pytest.raises(InputError):
        proposals_merge(actor=agent, into=kept.reference, sources=[kept.reference], reason="Elle-même, rien d'autre.")
    with pytest.raises(InputError):
        proposals_merge(actor=agent, into=kept.reference, sources=["inconnue00"], reason="Une référence inconnue.")
    proposals_merge(actor=agent, into=kept.reference, sources=[other.reference], reason="Même demande que l'autre.")
    with pytest.raises(InputError, match="publiées"):
        proposals_merge(
            actor=agent, into=other.reference, sources=[kept.reference], reason="Dans l'autre sens, à tort."
        )


def test_an_amendment_changes_words_only_if_the_author_accepts(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal]
) -> None:
    ada, bo = participant("Ada"), participant("Bo")
    row = proposed(place=ada)
    new = "Le dernier train du soir part à 23 heures au lieu de 21 heures, du lundi au samedi."
    made = amendment_offer(
        user=bo.user, reference=row.reference, title=row.title, text=new, reason="Dire une heure précise."
    )
    with pytest.raises(InputError, match="pas la vôtre"):
        amendment_decide(user=bo.user, amendment=made.pk, accept=True, answer="")
    with pytest.raises(InputError, match="la vôtre"):
        amendment_offer(
            user=ada.user, reference=row.reference, title=row.title, text=new, reason="Pour moi-même, à tort."
        )
    late = amendment_offer(
        user=bo.user,
        reference=row.reference,
        title=row.title,
        text=f"{new} Même le dimanche.",
        reason="Le dimanche aussi compte.",
    )
    amendment_decide(user=ada.user, amendment=made.pk, accept=True, answer="")
    row.refresh_from_db()
    assert row.text == new
    assert row.versions.count() == 2
    assert Authorship.objects.get(participant=bo).part == "amended"
    with pytest.raises(InputError, match="a changé"):
        amendment_decide(user=ada.user, amendment=late.pk, accept=True, answer="")
    with pytest.raises(InputError):
        amendment_decide(user=ada.user, amendment=late.pk, accept=False, answer="non")
    amendment_decide(user=ada.user, amendment=late.pk, accept=False, answer="Le dimanche coûte trop cher.")
    assert Amendment.objects.get(pk=late.pk).state == "refused"


def test_a_status_is_public_with_its_reason_and_stops_changes(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal], agent: User
) -> None:
    row = proposed()
    with guard.acts(exempt=tuple(QUIET)):
        status_give(
            actor=agent,
            reference=row.reference,
            status="in-study",
            reason="Le service des transports chiffre cette demande.",
        )
    assert "participation.status_given.v1" in kinds()
    with pytest.raises(InputError, match="examine"):
        proposal_withdraw(user=row.author.user, reference=row.reference)
    with pytest.raises(InputError):
        status_give(actor=agent, reference=row.reference, status="refused", reason="Non.")
    with pytest.raises(InputError, match="adresse"):
        status_give(
            actor=agent,
            reference=row.reference,
            status="done",
            reason="C'est fait depuis la rentrée.",
            url="javascript:alert(1)",
        )


def test_agents_classify_in_a_version_of_its_own(proposed: Callable[..., Proposal], agent: User) -> None:
    row = proposed()
    proposal_classify(actor=agent, reference=row.reference, category="velos")
    row.refresh_from_db()
    assert (row.category, row.versions.count()) == ("velos", 2)
    with pytest.raises(InputError):
        proposal_classify(actor=agent, reference=row.reference, category="avions")


def test_proposals_alike_share_stems_whatever_their_endings(proposed: Callable[..., Proposal]) -> None:
    near = proposed("Prolonger les trains du soir vers Bourges")
    proposed(
        "Planter des haies au bord des routes", text="Elles abritent des oiseaux et retiennent la terre quand il pleut."
    )
    of = {"programme": "essai", "process": "mobilites", "component": "propositions"}
    found = finding.alike("Prolongation du train le soir", "", **of)
    assert [row.pk for row in found] == [near.pk]
    assert finding.alike("Des cantines bio au lycée", "", **of) == []
    assert finding.searched("haie routes", **of) != []
    assert finding.searched("sous-marin", **of) == []
    assert finding.searched('") OR 1=1 --', **of) == []


def test_withdrawn_and_merged_proposals_are_not_found(proposed: Callable[..., Proposal], agent: User) -> None:
    one, two = proposed("Prolonger les trains du soir"), proposed("Prolonger le train de nuit")
    of = {"programme": "essai", "process": "mobilites", "component": "propositions"}
    proposal_withdraw(user=one.author.user, reference=one.reference)
    assert finding.searched("prolonger", **of) == [two.pk]


def test_comments_are_threaded_as_deep_as_the_debate_goes(participant: Callable[..., Participant]) -> None:
    place = participant()
    target = "mobilites/debat/gratuite"
    root, _ = comment_add(user=place.user, kind="question", target=target, text="Je suis pour.", side="for")
    answer, _ = comment_add(
        user=place.user, kind="question", target=target, text="Et moi contre.", side="against", parent=root.reference
    )
    deeper, _ = comment_add(
        user=place.user, kind="question", target=target, text="Pourquoi donc ?", parent=answer.reference
    )
    assert (root.depth, answer.depth, deeper.depth) == (1, 2, 2)
    thread = Thread.objects.get()
    assert (thread.comments, thread.roots, thread.sides_for, thread.sides_against, thread.sides_neither) == (
        3,
        1,
        1,
        1,
        1,
    )
    [branch], older = selectors.branches(thread)
    assert ([one.pk for one in branch.answers], branch.more, older) == ([answer.pk, deeper.pk], 0, None)


def test_a_comment_is_corrected_a_while_and_leaves_its_place(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal], monday_of_november: Any
) -> None:
    row, place = proposed(), participant()
    said, _ = comment_add(user=place.user, kind="proposal", target=row.reference, text="Bonne idée, mais combien ?")
    comment_edit(user=place.user, reference=said.reference, text="Bonne idée : combien cela coûte-t-il ?")
    monday_of_november.shift(16 * 60)
    with pytest.raises(InputError, match="15 minutes"):
        comment_edit(user=place.user, reference=said.reference, text="Trop tard pour corriger.")
    tallies_hold()
    comment_delete(user=place.user, reference=said.reference)
    kept = Comment.objects.get()
    assert (kept.text, kept.deleted_at is not None) == ("", True)
    tallies_hold()


def test_what_moderation_holds_is_hidden_and_uncounted_until_it_is_shown(
    participant: Callable[..., Participant], proposed: Callable[..., Proposal], agent: User
) -> None:
    from mandat.apps.community.moderation import contents

    place = participant()
    links = " ".join(f"https://exemple.org/{n}" for n in range(12))
    draft = draft_save(
        user=place.user,
        process="mobilites",
        component="propositions",
        values={"title": "Regardez ces liens utiles", "text": f"{TEXT} {links}", "category": "trains"},
    )
    row, held = proposal_publish(user=place.user, reference=draft.reference)
    assert held is not None
    assert row.hidden
    tallies_hold()
    found = contents.content_of("proposal", row.reference)
    assert found is not None
    found.show()
    found.show()
    tallies_hold()
    assert Tally.objects.get(component="propositions").proposals == 1
    found.hide()
    tallies_hold()
