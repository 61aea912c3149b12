"""Drafts of applications: begun, filled section by section, thrown away. Nothing of a draft is public.

A draft belongs to the organisation that applies, whoever opened it: its members fill it one after the other, and ``revision`` refuses
what comes from an older page. Each field is checked on its own when it is saved; whether everything is there is asked when it is sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.custody.models import Subject
from mandat.apps.custody.sealing import readable
from mandat.apps.grants import access
from mandat.apps.grants.applicants import ANSWERS, fitting
from mandat.apps.grants.calls import phase, window
from mandat.apps.grants.forms.questions import Asked, checked
from mandat.apps.grants.keeping import case_delete
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Request
from mandat.apps.grants.schema.scheme import Call, Scheme
from mandat.apps.grants.services import limits
from mandat.apps.grants.services.breaches import exclusion_check
from mandat.apps.grants.services.funders import plan_set
from mandat.apps.grants.services.moving import held, synthetic, terms_of, today
from mandat.apps.grants.sheets import KIND, SEAT, Sheet, fields_of, merged, sheet_of, whole
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.grants.vocabulary import APPLICANTS
from mandat.apps.organisations.models import Organisation, Rank
from mandat.apps.organisations.selectors import rank_of
from mandat.apps.programme.published import published
from mandat.apps.rulebook.asking import WrongAnswerError
from mandat.apps.rulebook.published import published_rules
from mandat.apps.territory import selectors as territory
from mandat.engines.financing import Source
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web import formats

#: Fields of the scheme's own that the organisation's sheet fills, by their usual names.
_SHEET = {
    "nom_organisme": "name", "denomination": "name", "raison_sociale": "name", "adresse": "address", "code_postal": "postcode",
    "rna": "rna", "siret": "siret",
}  # fmt: skip


class StaleError(InputError):
    """The draft was saved from another page in between: nothing was overwritten."""


@transaction.atomic
def case_start(
    *,
    actor: User,
    scheme: str,
    call: str = "",
    organisation: Organisation | None = None,
    kind: str = "",
    answers: Mapping[str, Any] | None = None,
) -> Case:
    """Begin an application to a scheme, for an organisation of which ``actor`` is owner or editor, or in their own name.

    ``call`` empty: the one open now that closes first. ``kind`` is what the applicant is where it can be several. ``answers`` (those of
    the pre-check) are kept where they fit; else what the organisation last answered and what is known of it. A draft of the same
    person just begun and not yet touched is given back. Raises InputError, PermissionDenied.
    """
    require(actor, "grants.apply")
    if organisation is not None and rank_of(actor, organisation) not in (Rank.OWNER, Rank.EDITOR):
        raise PermissionDenied("organisations.edit")
    exclusion_check(organisation)
    terms = SCHEMES.current(scheme)
    chosen = _call(terms.document, call)
    one = _kind(terms.document, organisation, kind)
    programme = published().code
    fresh = Case.objects.filter(
        programme=programme, scheme=scheme, call=chosen.code, state=State.DRAFT, opened_by=actor, applicant=organisation,
        revision=0, pieces__isnull=True,
    )  # fmt: skip
    if (found := fresh.order_by("-pk").first()) is not None and not answers:
        return found
    limits.check_start(actor)
    now = timezone.now()
    case = Case(
        programme=programme,
        scheme=scheme,
        scheme_version=terms.ref.version,
        rule_version=published_rules().rule(terms.document.rule).ref.version,
        call=chosen.code,
        measure=terms.document.measures[0],
        applicant=organisation,
        applicant_kind=one,
        opened_by=actor,
        subject=Subject.objects.create(**Subject.fresh()),
        created_at=now,
        saved_at=now,
        synthetic=synthetic(),
    )
    sheet = sheet_of(case, answers={})
    known = {**_known(case, sheet), **_fitting(sheet, answers or {})}
    case.answers, case.private = _split(sheet.asked, known)
    _derive(case)
    case.save()
    return case


def _call(scheme: Scheme, code: str) -> Call:
    now = timezone.now()
    call = window(scheme, now).call if not code else next((one for one in scheme.calls if one.code == code), None)
    if call is None:
        raise InputError(Text(f"appel inconnu : {code}", f"unknown call: {code}"))
    where = phase(call, now)
    if where == "open":
        return call
    if where == "coming":
        day = formats.day(call.opens)
        raise InputError(Text(f"les demandes ouvrent le {day}", f"applications open on {day}"))
    raise InputError(Text("cet appel est clos", "this call is closed"))


def _kind(scheme: Scheme, organisation: Organisation | None, kind: str) -> str:
    """What the applicant is. Raises InputError where the scheme is not for it."""
    possible = fitting(organisation, scheme.applicants.kinds)
    if kind and kind not in possible:
        possible = ()
    if not possible:
        words = [APPLICANTS[one] for one in scheme.applicants.kinds]
        raise InputError(
            Text(
                f"cette aide s'adresse à : {', '.join(word.fr for word in words)}",
                f"this is open to: {', '.join(word.en for word in words)}",
            )
        )
    return kind or possible[0]


def _known(case: Case, sheet: Sheet) -> dict[str, Any]:
    """What need not be asked again: the organisation's last answers to fields marked ``reused``, and what its sheet says."""
    found: dict[str, Any] = {}
    organisation = case.applicant
    for one in sheet.asked.values():
        if one.section.repeats is not None:
            continue
        value: Any = None
        if one.question.input == KIND:
            value = ANSWERS.get(case.applicant_kind)
        elif organisation is not None:
            if one.question.input == SEAT and organisation.commune:
                value = organisation.commune if territory.exists(f"commune:{organisation.commune}") else None
            elif one.type == "siret":
                value = organisation.siret
            elif one.question.input is None and one.name in _SHEET:
                value = getattr(organisation, _SHEET[one.name])
        if value:
            found[one.name] = value
    reused = {one.name for one in sheet.asked.values() if one.question.reused and one.section.repeats is None}
    last = _last(case) if reused - set(found) else []
    for earlier in last:
        given = whole(earlier)
        found |= {name: given[name] for name in sorted(reused - set(found)) if given.get(name) not in (None, "", [])}
    return _fitting(sheet, found)


def _last(case: Case) -> list[Case]:
    """The applicant's latest cases, whatever the scheme: an organisation's own, or a person's own."""
    mine = Case.objects.filter(programme=case.programme).exclude(answers={}).select_related("subject", "applicant")
    if case.applicant_id is not None:
        mine = mine.filter(applicant=case.applicant_id)
    else:
        mine = mine.filter(applicant=None, opened_by=case.opened_by_id)
    return list(mine.order_by("-pk")[:5])


def _fitting(sheet: Sheet, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Those of ``answers`` this form still takes: an answer that no longer fits is asked again, and is no error."""
    found = {}
    for name, value in answers.items():
        one = sheet.asked.get(name)
        if one is None or one.section.repeats is not None:
            continue
        try:
            found[name] = checked(one, value, as_of=today())
        except WrongAnswerError:
            continue
    return found


@transaction.atomic
def case_save(
    *,
    actor: User,
    case: Case,
    answers: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
    revision: int,
    plan: Sequence[Source] | None = None,
) -> Case:
    """Keep answers of a draft, or those that a completion asks for; what is not given stays, None takes an answer away.

    ``answers`` are by field's name; by section's code, a list of rows, where a section repeats. Fields marked personal are
    sealed whether they come in ``answers`` or in ``private``. ``plan`` replaces the lines of the financing plan, other than what is asked of
    the Region. Raises StaleError where ``revision`` is not the case's; InputError for an answer that does not fit; PermissionDenied.
    """
    case = held(case)
    access.require(actor, case, "edit")
    if revision != case.revision:
        raise StaleError(
            Text(
                "ce dossier a été modifié depuis l'ouverture de cette page : vérifiez, puis enregistrez de nouveau",
                "this application was changed since this page was opened: check, then save again",
            )
        )
    sheet = sheet_of(case)
    given = _checked(sheet, merged(answers, private or {}))
    _may_change(case, sheet, given, plan)
    now = {**sheet.answers, **given}
    known = {name: value for name, value in now.items() if value not in (None, "", [])}
    case.answers, case.private = _split(sheet.asked, known)
    case.revision += 1
    case.saved_at = timezone.now()
    _derive(case)
    case.save()
    if plan is not None:
        plan_set(case, plan)
    return case


def _checked(sheet: Sheet, answers: Mapping[str, Any]) -> dict[str, Any]:
    sections = {section.code: section for section in sheet.scheme.form.sections if section.repeats is not None}
    found: dict[str, Any] = {}
    for name, value in answers.items():
        section = sections.get(name)
        if section is not None:
            rows = value if isinstance(value, list | tuple) else [] if value is None else None
            if rows is None or not all(isinstance(row, Mapping) for row in rows):
                raise InputError(Text(f"une liste est attendue : {name}", f"a list is expected: {name}"))
            if len(rows) > (section.repeats or 0):
                raise InputError(
                    Text(f"{section.title.fr} : {section.repeats} au plus", f"{section.title.en}: {section.repeats} at most")
                )  # fmt: skip
            inside = {one.name: one for one in sheet.asked.values() if one.section.code == name}
            found[name] = [_row(inside, row) for row in rows]
            continue
        one = sheet.asked.get(name)
        if one is None or one.section.repeats is not None:
            raise InputError(Text(f"champ inconnu : {name[:60]}", f"unknown field: {name[:60]}"))
        found[name] = _value(one, value)
    return found


def _row(inside: Mapping[str, Asked], row: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(row) - set(inside))
    if unknown:
        raise InputError(Text(f"champ inconnu : {unknown[0][:60]}", f"unknown field: {unknown[0][:60]}"))
    values = {name: _value(inside[name], value) for name, value in row.items()}
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _value(one: Asked, value: Any) -> Any:
    if value is None or value == "":
        return None
    try:
        return checked(one, value, as_of=today())
    except WrongAnswerError as error:
        raise InputError(Text(f"{one.label.fr} : {error}", f"{one.label.en}: {error}")) from None


def _may_change(case: Case, sheet: Sheet, given: Mapping[str, Any], plan: Any) -> None:
    """Raise InputError for what is no longer the applicant's to change."""
    if case.state == State.DRAFT:
        return
    if case.state != State.INCOMPLETE:
        raise InputError(Text("ce dossier est déjà envoyé", "this application is already sent"))
    open_now = editable(case, sheet)
    changed = {name for name, value in given.items() if value != sheet.answers.get(name)}
    if changed - open_now or (plan is not None and "plan" not in open_now):
        raise InputError(
            Text(
                "seul ce que le service a demandé peut changer maintenant",
                "only what the service asked for may change now",
            )
        )


def editable(case: Case, sheet: Sheet) -> set[str]:
    """Names of fields, codes of repeated sections and ``plan``, as far as the applicant may change them now."""
    every = {section.code for section in sheet.scheme.form.sections if section.repeats is not None}
    every |= {one.name for one in sheet.asked.values() if one.section.repeats is None}
    if case.state == State.DRAFT:
        return every | {"plan"}
    if case.state != State.INCOMPLETE:
        return set()
    request = open_request(case)
    wanted = set(request.fields) if request is not None else set()
    asked = {sheet.asked[name].section.code for name in wanted & set(sheet.asked) if sheet.asked[name].section.repeats}
    now = {
        name
        for section in sheet.scheme.form.sections
        if section.round is not None and case.round > 1 and section in sheet.sections
        for name in (section.code, *(question.name for question in section.fields))
    }
    # A cost or an amount that changes changes the plan with it.
    return (wanted & (every | {"plan"})) | asked | now


def open_request(case: Case) -> Request | None:
    """The completion the service waits for."""
    return case.requests.filter(closed_on__isnull=True).order_by("-pk").first()


def asked_at(case: Case) -> dt.datetime:
    """When the completion under way was asked for: what was sent before is not its answer."""
    found = case.moves.filter(name="ask").order_by("-pk").values_list("at", flat=True).first()
    return found or case.created_at


def _split(asked: Mapping[str, Asked], answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers, and those marked personal apart. Rows keep their place in both."""
    plain: dict[str, Any] = {}
    private: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, list) and name not in asked:
            secret = {one.name for one in asked.values() if one.section.code == name and one.question.personal}
            plain[name] = [{key: kept for key, kept in row.items() if key not in secret} for row in value]
            if secret:
                private[name] = [{key: kept for key, kept in row.items() if key in secret} for row in value]
        elif name in asked and asked[name].question.personal:
            private[name] = value
        else:
            plain[name] = value
    return plain, private


def _derive(case: Case) -> None:
    """What lists and sums show of a case, from its answers."""
    sheet = sheet_of(case, answers=merged(case.answers, readable(case, "private", {}) or {}))
    case.title = sheet.title
    case.area = sheet.place[:20]
    case.cost, case.asked, case.computed = sheet.cost, sheet.wished, sheet.given
    said = sheet.by_input(KIND)
    kinds = [kind for kind, answer in ANSWERS.items() if answer == said]
    if kinds and kinds[0] in sheet.scheme.applicants.kinds:
        case.applicant_kind = kinds[0]


@transaction.atomic
def case_discard(*, actor: User, case: Case) -> None:
    """Throw a draft away, with its files."""
    case = held(case)
    require_lead(actor, case)
    if case.state != State.DRAFT:
        raise InputError(Text("ce dossier est déjà envoyé", "this application is already sent"))
    case_delete(case)


def require_lead(actor: User, case: Case) -> None:
    """Raise PermissionDenied unless ``actor`` owns the organisation that leads, or opened the case in their own name.

    Owners of another party fill and agree to their own part: they do not dispose of the whole.
    """
    if not leads(actor, case):
        raise PermissionDenied("grants.withdraw")


def leads(user: User, case: Case) -> bool:
    """Whether someone disposes of the case on the applicant's side."""
    if not user.is_active:
        return False
    if case.applicant is None:
        return case.opened_by_id == user.pk
    if rank_of(user, case.applicant) == Rank.OWNER:
        return True
    # Whoever began a draft may throw it away as long as they still fill it for the organisation.
    mine = case.state == State.DRAFT and case.opened_by_id == user.pk
    return mine and rank_of(user, case.applicant) == Rank.EDITOR


__all__ = [
    "StaleError", "asked_at", "case_discard", "case_save", "case_start", "editable", "fields_of", "leads", "open_request", "require_lead",
    "terms_of",
]  # fmt: skip
