"""Publish a programme folder."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.programme import rollups
from mandat.apps.programme.published import Published, published
from mandat.definitions import store
from mandat.definitions.folder import Folder
from mandat.facts import Fact
from mandat.web import search


@transaction.atomic
def programme_load(
    *, folder: Folder, synthetic: bool = False, at: dt.datetime | None = None, reason: str = ""
) -> list[store.Change]:
    """Publish what changed in a folder and append one fact a change. Loading twice changes nothing.

    ``reason`` is public: it follows the names of the fields that changed.
    """
    at = at or timezone.now()
    changes = store.publish(folder, at=at)
    if not changes:
        return changes
    programme = store.programme_code(folder)
    current = published(programme)
    day = timezone.localdate(at)
    facts = [_published_fact(current, change, day, synthetic, reason) for change in changes]
    journal.append(facts, recorded_at=at)
    if programme == settings.MANDAT_PROGRAMME:  # the words of the site are those of its own programme
        transaction.on_commit(search.refresh)
    rollups.rebuild(programme, commitments=[c.code for c in changes if c.kind == "commitment"])
    return changes


def _published_fact(current: Published, change: store.Change, day: dt.date, synthetic: bool, reason: str) -> Fact:
    measure, commitment = 0, ""
    if change.kind == "measure":
        measure = int(change.code)
    elif change.kind == "commitment":
        measure, commitment = int(change.code.split(".")[0]), change.code
    fields = ", ".join(sorted(change.differences)) if change.differences else ""
    summary = {"added": "", "changed": fields, "retired": "retired"}[change.what]
    return Fact(
        kind="programme.definition_published.v1",
        occurred_on=day,
        programme=current.code,
        measures=(measure,) if measure else (),
        commitments=(commitment,) if commitment else (),
        definition=current.refs.get((change.kind, change.code)),
        subject=f"{change.kind}:{change.code}",
        data={
            "kind": change.kind,
            "code": change.code,
            "version": change.version,
            "title": change.title,
            "summary": " – ".join(part for part in (summary, reason) if part),
        },
        synthetic=synthetic,
    )
