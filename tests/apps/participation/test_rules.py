"""Rules that bind: fixed from the first contribution, changed only in public; definitions checked with file and line; who may take part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import Notice, Role, User
from mandat.apps.participation import standing
from mandat.apps.participation.definitions import published_process
from mandat.apps.participation.models import Participant, ProcessRun, RulesChange
from mandat.apps.participation.quiet import QUIET
from mandat.apps.participation.services.counting import days_tell
from mandat.apps.participation.services.joining import participant_attest, participant_join
from mandat.apps.participation.services.proposals import draft_save, proposal_publish
from mandat.apps.participation.services.rules import rules_change, rules_tell
from mandat.apps.participation.services.running import contributed
from mandat.apps.participation.standing import NotEntitled
from mandat.definitions.folder import read_texts
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.participation.conftest import ORLEANS, load
from tests.apps.participation.examples import MOBILITY, PROCESSES, YOUTH
from tests.programmes_folder import texts

REASON = "L'étude a montré que le seuil ne pouvait pas être atteint."


def problems(**changes: str) -> list[str]:
    files = PROCESSES | {f"processes/{name}.yaml": text for name, text in changes.items()}
    folder = read_texts(texts() | {name: text.encode() for name, text in files.items()})
    return [str(problem) for problem in folder.problems]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("measures: [1]", "measures: [1, 9]", "mesure inconnue : 9"),
        ('commitments: ["1.1"]', 'commitments: ["1.9"]', "engagement inconnu : 1.9"),
        ("owner: conseil", "owner: senat", "instance inconnue : senat"),
        ("answer: {body: conseil, days: 60}", "answer: {body: senat, days: 60}", "instance inconnue : senat"),
        ('areas: ["region:24"]', 'areas: ["epci:999999999"]', "territoire inconnu : epci:999999999"),
        ("area: region:24", "area: perimeter:lune", "territoire inconnu : perimeter:lune"),
        ("does: [propositions, debat]", "does: [propositions]", "aucune phase n'ouvre « debat »"),
        ("opens: 2026-12-01", "opens: 2026-09-01", "les phases se suivent"),
        ("closes: 2027-01-31T12:00", "closes: 2032-01-31T12:00", "hors de portée"),
        ("threshold: 3, answer: {body: conseil, days: 60}", "threshold: 3", "un seuil de soutiens dit qui répond"),
        ("opens: 2027-01-15", "opens: 2026-11-15", "le vote ouvre avant la fin"),
        ("code: debat\n", "code: regles\n", "code réservé"),
        ("{code: velos,", "{code: trains,", "code en double : trains"),
        ("opens: 2026-10-01", "opens: 2027-03-28T02:30", "n'existe pas"),
    ],
)  # fmt: skip
def test_a_process_that_names_what_is_not_there_is_refused_with_its_line(old: str, new: str, said: str) -> None:
    changed = MOBILITY.replace(old, new)
    assert changed != MOBILITY
    if "regles" in new:
        changed = changed.replace("debat]", "regles]")
    found = problems(mobilites=changed)
    assert any(said in one and "processes/mobilites.yaml:" in one for one in found), found


def test_the_trial_processes_have_no_problem() -> None:
    assert problems() == []


@pytest.mark.django_db
def test_before_the_first_contribution_a_new_version_applies_by_itself(territory: None) -> None:
    load(mobilites=MOBILITY.replace("threshold: 3", "threshold: 30"))
    published = published_process("mobilites")
    assert published.ref.version == 2


@pytest.mark.django_db
def test_after_it_only_a_reasoned_public_decision_of_an_elected_member_changes_the_rules(
    territory: None, participant: Callable[..., Participant], elected: User, agent: User
) -> None:
    places = [participant() for _ in range(3)]
    contributed(published_process("mobilites"))
    load(mobilites=MOBILITY.replace("threshold: 3", "threshold: 30"))
    assert published_process("mobilites").ref.version == 1
    with pytest.raises(PermissionDenied):
        rules_change(actor=agent, process="mobilites", reason=REASON)
    with pytest.raises(InputError, match="motif public"):
        rules_change(actor=elected, process="mobilites", reason="Parce que.")
    with guard.acts(exempt=tuple(QUIET)):
        change = rules_change(actor=elected, process="mobilites", reason=REASON)
    assert (change.before, change.after) == (1, 2)
    component: Any = published_process("mobilites").process.component("propositions")
    assert component.supports.threshold == 30
    [fact] = [entry.fact for entry in journal.iterate() if entry.fact.kind == "participation.rules_changed.v1"]
    assert fact.data["reason"] == REASON
    assert fact.definition is not None
    assert fact.definition.version == 2
    assert rules_tell() == 3
    assert rules_tell() == 0, "each is told once"
    assert Notice.objects.filter(kind="participation.rules").count() == 3
    assert {notice.user_id for notice in Notice.objects.all()} == {place.user_id for place in places}
    with pytest.raises(InputError, match="déjà en vigueur"):
        rules_change(actor=elected, process="mobilites", reason=REASON)


@pytest.mark.django_db
def test_new_rules_may_not_drop_a_component_people_have_written_in(
    participant: Callable[..., Participant], elected: User
) -> None:
    place = participant()
    values = {
        "title": "Des trains plus tard",
        "text": "Le dernier train part trop tôt pour qui travaille.",
        "category": "trains",
    }
    draft = draft_save(user=place.user, process="mobilites", component="propositions", values=values)
    proposal_publish(user=place.user, reference=draft.reference)
    load(mobilites=MOBILITY.replace("propositions", "idees"))
    with pytest.raises(InputError, match="doivent la garder"):
        rules_change(actor=elected, process="mobilites", reason=REASON)
    assert not RulesChange.objects.exists()


@pytest.mark.django_db
def test_a_process_withdrawn_from_the_programme_goes_on_under_its_rules(
    participant: Callable[..., Participant],
) -> None:
    participant()
    contributed(published_process("mobilites"))
    load(mobilites="")
    assert published_process("mobilites").ref.version == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"commune": "", "birth": dt.date(1990, 1, 1)}, "residence"),
        ({"commune": ORLEANS, "birth": dt.date(2010, 11, 3)}, "age"),
        ({"commune": ORLEANS, "birth": None}, "birth"),
        ({"commune": "99999", "birth": dt.date(1990, 1, 1)}, "commune"),
        ({"commune": ORLEANS, "birth": dt.date(1850, 1, 1)}, "birth"),
        ({"commune": ORLEANS, "birth": dt.date(1990, 1, 1), "gender": "x"}, "choice"),
        ({"commune": ORLEANS, "birth": dt.date(1990, 1, 1), "official": True}, "official"),
    ],
)
def test_whoever_does_not_meet_the_rules_is_refused_and_nothing_is_kept(
    territory: None, person: Callable[..., User], given: dict[str, Any], code: str
) -> None:
    with pytest.raises((NotEntitled, InputError)) as refused:
        participant_join(user=person(), process="mobilites", **given)
    if code in ("residence", "age"):
        assert isinstance(refused.value, NotEntitled)
        assert refused.value.reason.code == code
        assert refused.value.reason.remedy.fr
    assert not Participant.objects.exists()


@pytest.mark.django_db
def test_sixteen_is_reached_on_the_very_day(territory: None, person: Callable[..., User]) -> None:
    participant_join(user=person(), process="mobilites", commune=ORLEANS, birth=dt.date(2010, 11, 2))


@pytest.mark.django_db
def test_what_only_an_agent_can_prove_is_told_then_attested(
    territory: None, person: Callable[..., User], agent: User, settings: Any
) -> None:
    load(mobilites=MOBILITY.replace("verification:\n", "verification:\n    residence: desk\n", 1))
    user = person()
    place = participant_join(user=user, process="mobilites", commune=ORLEANS, birth=dt.date(1990, 1, 1))
    reason = standing.may(user, "mobilites", "propositions", timezone.now())
    assert reason is not None
    assert reason.code == "desk"
    participant_attest(
        actor=agent, email=user.email, process="mobilites", reason="justificatif de domicile", commune=ORLEANS
    )
    assert standing.may(user, "mobilites", "propositions", timezone.now()) is None
    place.refresh_from_db()
    assert place.proof == "desk"


@pytest.mark.django_db
def test_a_process_by_identity_provider_asks_for_one(territory: None, person: Callable[..., User]) -> None:
    from allauth.socialaccount.models import SocialAccount

    user = person()
    with pytest.raises(NotEntitled) as refused:
        participant_join(user=user, process="jeunes", quality="student")
    assert refused.value.reason.code == "oidc"
    SocialAccount.objects.create(
        user=user, provider="franceconnect", uid="x", extra_data={"userinfo": {"birthdate": "2004-05-06"}}
    )
    place = participant_join(user=user, process="jeunes", quality="student")
    assert (place.proof, place.age_band) == ("oidc", "18-24")
    assert standing.participant(user, "jeunes").pk == place.pk
    older = person()
    SocialAccount.objects.create(
        user=older, provider="franceconnect", uid="y", extra_data={"userinfo": {"birthdate": "1980-05-06"}}
    )
    with pytest.raises(NotEntitled) as refused:
        participant_join(user=older, process="jeunes", quality="student")
    assert refused.value.reason.code == "age"


#: Component, an instant inside or outside its phase, and what stands in the way of someone who joined.
_PHASES = [
    ("propositions", dt.datetime(2026, 9, 30, 21, 59, 59, tzinfo=dt.UTC), "coming"),
    ("propositions", dt.datetime(2026, 9, 30, 22, 0, 0, tzinfo=dt.UTC), None),
    ("propositions", dt.datetime(2026, 11, 30, 22, 59, 59, tzinfo=dt.UTC), None),
    ("propositions", dt.datetime(2026, 11, 30, 23, 0, 0, tzinfo=dt.UTC), "closed"),
    ("debat", dt.datetime(2026, 12, 5, tzinfo=dt.UTC), "closed"),
    ("vote", dt.datetime(2026, 12, 5, tzinfo=dt.UTC), "coming"),
    ("vote", dt.datetime(2027, 1, 31, 10, 59, 59, tzinfo=dt.UTC), None),
    ("vote", dt.datetime(2027, 1, 31, 11, 0, 0, tzinfo=dt.UTC), "closed"),
    ("inconnue", dt.datetime(2026, 11, 5, tzinfo=dt.UTC), "unknown"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *Role.values])
def test_each_role_may_act_in_each_component_in_its_phase_to_the_second(
    territory: None, person: Callable[..., User], role: str | None
) -> None:
    """Role × component × phase: roles change nothing to who may contribute; the clock and the place in the process do."""
    from django.contrib.auth.models import AnonymousUser

    user = person(*([role] if role else []))
    before = standing.may(user, "mobilites", "propositions", timezone.now())
    assert before is not None
    assert before.code == "join"
    participant_join(user=user, process="mobilites", commune=ORLEANS, birth=dt.date(1990, 1, 1))
    for component, at, code in _PHASES:
        reason = standing.may(user, "mobilites", component, at)
        assert (reason.code if reason else None) == code, (role, component, at)
        visitor = standing.may(AnonymousUser(), "mobilites", component, at)
        assert (visitor.code if visitor else None) == (code or "sign-in")


@pytest.mark.django_db
def test_a_closed_account_takes_part_no_more(participant: Callable[..., Participant]) -> None:
    place = participant()
    user = place.user
    assert user is not None
    user.is_active = False
    user.save()
    reason = standing.may(user, "mobilites", "propositions", timezone.now())
    assert reason is not None
    assert reason.code == "account"


@pytest.mark.django_db
def test_an_organisation_has_one_voice_through_members_who_speak_for_it(
    participant: Callable[..., Participant], person: Callable[..., User]
) -> None:
    from mandat.apps.custody.models import Subject
    from mandat.apps.organisations.models import Member, Organisation

    organisation = Organisation.objects.create(
        subject=Subject.objects.create(**Subject.fresh()), name="Usagers du rail", siret="21450234800019"
    )
    one, two, reader = person(), person(), person()
    for user, rank in ((one, "owner"), (two, "editor"), (reader, "reader")):
        Member.objects.create(organisation=organisation, user=user, rank=rank)
    first = participant_join(user=one, process="mobilites", commune=ORLEANS, organisation=organisation)
    second = participant_join(user=two, process="mobilites", commune=ORLEANS, organisation=organisation)
    assert first.pk == second.pk
    assert first.shown == "Usagers du rail"
    with pytest.raises(NotEntitled):
        participant_join(user=reader, process="mobilites", commune=ORLEANS, organisation=organisation)


@pytest.mark.django_db
def test_days_are_told_once_with_small_breakdowns_withheld(
    participant: Callable[..., Participant], monday_of_november: Any
) -> None:
    for n in range(7):
        participant(gender="women" if n < 5 else "men", birth=dt.date(2004 if n < 6 else 1970, 1, 1))
    contributed(published_process("mobilites"))
    monday_of_november.shift(86400)
    assert days_tell() == 2
    assert days_tell() == 0
    facts = {entry.fact.kind: entry.fact for entry in journal.iterate()}
    counted = facts["participation.counted.v1"]
    assert counted.data["participants"] == 7
    for counts in counted.breakdowns.values():
        assert all(n >= 5 for n in counts.values()), counted.breakdowns
    young = facts["participation.young_joined.v1"]
    assert (young.quantity, young.data["joined"]) == (6, 6)


@pytest.mark.django_db
def test_erasing_an_account_keeps_what_was_published_as_from_a_deleted_account(
    participant: Callable[..., Participant],
) -> None:
    from mandat.apps.participation import keeping
    from mandat.apps.participation.models import Proposal

    place = participant("Ada Lovelace")
    values = {
        "title": "Des trains plus tard",
        "text": "Le dernier train part trop tôt pour qui travaille.",
        "category": "trains",
    }
    draft = draft_save(user=place.user, process="mobilites", component="propositions", values=values)
    proposal_publish(user=place.user, reference=draft.reference)
    draft_save(user=place.user, process="mobilites", component="propositions", values={"title": "Brouillon"})
    assert place.user is not None
    assert len(keeping._export(place.user)) == 3
    keeping._erase(place.user)
    place.refresh_from_db()
    assert (place.user_id, place.area, place.age_band, place.pseudonym, place.shown) == (
        None,
        "",
        "",
        "",
        "compte supprimé",
    )
    assert [row.state for row in Proposal.objects.all()] == ["published"]


@pytest.mark.django_db
def test_the_run_of_a_process_survives_being_asked_at_once(territory: None) -> None:
    published = published_process("mobilites")
    contributed(published)
    contributed(published)
    assert ProcessRun.objects.count() == 1
    assert YOUTH
