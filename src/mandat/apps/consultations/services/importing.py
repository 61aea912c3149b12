"""Take over what a Decidim site gathered: each item says where it comes from, is made once, and names nobody.

Supports counted over there are told in the item's words, never added to those given here: nobody here gave them.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community.text import cleaned
from mandat.apps.consultations.decidim import Export, Item
from mandat.apps.consultations.models import Imported, ImportRun
from mandat.apps.participation import codes, finding
from mandat.apps.participation.definitions import PublishedProcess, published_process
from mandat.apps.participation.models import (
    Authorship,
    Comment,
    Participant,
    Proposal,
    ProposalVersion,
    StatusChange,
    Thread,
)
from mandat.apps.participation.services.debates import count as count_comment
from mandat.apps.participation.services.proposals import tallied
from mandat.facts import Fact
from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text
from mandat.web import formats

LONGEST = 20_000
DEPTH = 3
STATUS = {"accepted": "retained", "rejected": "refused", "evaluating": "in-study"}


class _UndoneError(Exception):
    """A trial is over: nothing of it stays."""


def decidim_import(
    *, actor: User | None, export: Export, filename: str, process: str, component: str = "", dry_run: bool = False
) -> ImportRun:
    """Take an export over into a proposals component of a process; importing the same again makes nothing twice.

    A proposal whose words changed over there gets a new version here. Lines that cannot be used are told in the run. ``dry_run`` does it all and
    undoes it. Raises InputError where the process has no such component; PermissionDenied.
    """
    if actor is not None:
        require(actor, "participation.manage")
    published = published_process(process)
    target = next(
        (one.code for one in published.process.components if one.type == "proposals" and component in ("", one.code)),
        None,
    )
    if target is None and export.of("proposal"):
        raise InputError(
            Text("ce processus n'a pas de composante de propositions", "this process has no proposals component")
        )
    run = ImportRun(
        programme=published.programme,
        process=published.code,
        filename=filename[:200],
        run_by=actor,
        run_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            run.save()
            _Taking(published, target or "", run, export).all()
            if dry_run:
                raise _UndoneError
    except _UndoneError:
        run.pk = None
    return run


class _Taking:
    """One import under way: what it made, by kind, and the lines it refused."""

    def __init__(self, published: PublishedProcess, component: str, run: ImportRun, export: Export) -> None:
        self.published, self.component, self.run, self.export = published, component, run, export
        self.counts: Counter[str] = Counter(read=export.read)
        self.problems: list[Problem] = list(export.problems)
        known = Imported.objects.filter(programme=published.programme, process=published.code)
        self.known = {(one.kind, one.foreign): one for one in known.order_by("pk")}
        self.sources: dict[str, Participant] = {}

    def all(self) -> None:
        """Proposals, then comments (answers after what they answer), then results; then the fact."""
        for item in self.export.of("proposal"):
            self._one(item, self._proposal)
        waiting = self.export.of("comment")
        while waiting:
            later = [
                one for one in waiting if one.parent and ("comment", self._foreign(one, one.parent)) not in self.known
            ]
            ready = [one for one in waiting if one not in later]
            if not ready:
                for one in later:
                    self._refuse(one, Text("réponse à un commentaire absent", "answer to a comment that is not there"))
                break
            for item in ready:
                self._one(item, self._comment)
            waiting = later
        for item in self.export.of("result"):
            self._one(item, self._result)
        self.counts["refused"] = len(self.problems)
        self.run.counts = dict(self.counts)
        self.run.refused = [[one.file, one.line, one.message] for one in self.problems[:1000]]
        self.run.save(update_fields=["counts", "refused"])
        made = {name: self.counts[name] for name in ("proposals", "comments", "results")}
        if any(made.values()):
            journal.append([self._fact(made)])

    def _fact(self, made: dict[str, int]) -> Fact:
        return Fact(
            kind="consultations.imported.v1", occurred_on=timezone.localdate(), programme=self.published.programme,
            measures=self.published.process.measures, quantity=Decimal(sum(made.values())), unit="contribution",
            definition=self.published.ref, subject=f"process:{self.published.code}", synthetic=settings.MANDAT_DEMO,
            data={"process": self.published.code, **made},
        )  # fmt: skip

    @staticmethod
    def _foreign(item: Item, key: str) -> str:
        return f"{item.host}:{key}"[:120]

    def _refuse(self, item: Item, why: Text) -> None:
        self.problems.append(Problem(item.kind, item.line, str(why)))

    def _one(self, item: Item, make: Any) -> None:
        """Make, change or leave one item; what goes wrong with it leaves the others whole."""
        told = json.dumps(
            [item.title, item.text, item.state, item.answer, item.supports, item.progress], ensure_ascii=False
        )
        digest = hashlib.sha256(told.encode()).hexdigest()
        known = self.known.get((item.kind, self._foreign(item, item.key)))
        if known is not None and known.digest == digest:
            self.counts["known"] += 1
            return
        try:
            with transaction.atomic():
                target, body = make(item, known)
                row = known or Imported(
                    programme=self.published.programme, process=self.published.code, kind=item.kind,
                    foreign=self._foreign(item, item.key),
                )  # fmt: skip
                row.url, row.target, row.digest, row.body, row.run = item.url, target, digest, body, self.run
                row.save()
        except InputError as error:
            self._refuse(item, error.text if isinstance(error.text, Text) else Text(str(error), str(error)))
            return
        self.known[item.kind, row.foreign] = row
        self.counts["changed" if known is not None else f"{item.kind}s"] += 1

    def _source(self, item: Item) -> Participant:
        """Whom what is taken over is credited to: the site it comes from, nobody in particular."""
        host = item.host or "?"
        if host not in self.sources:
            name = f"Repris de {host}"[:60]
            rows = Participant.objects.filter(
                programme=self.published.programme,
                process=self.published.code,
                user=None,
                organisation=None,
                pseudonym=name,
            )
            self.sources[host] = rows.first() or Participant.objects.create(
                programme=self.published.programme, process=self.published.code, pseudonym=name, joined_at=timezone.now(),
                version=self.published.ref.version,
            )  # fmt: skip
        return self.sources[host]

    def _proposal(self, item: Item, known: Imported | None) -> tuple[str, dict[str, Any]]:
        title = cleaned(item.title, longest=LONGEST, least=1, one_line=True)
        text = cleaned(item.text, longest=LONGEST)
        if len(title) > 150:
            text, title = f"{title}\n\n{text}", title[:149] + "…"
        text = f"{text}\n\n{_origin(item)}".strip()
        at = item.at or timezone.now()
        author = self._source(item)
        state = Proposal.State.WITHDRAWN if item.state == "withdrawn" else Proposal.State.PUBLISHED
        row = Proposal.objects.filter(reference=known.target).first() if known is not None else None
        if row is None:
            row = Proposal.objects.create(
                reference=codes.fresh(), programme=self.published.programme, process=self.published.code,
                component=self.component, version=self.published.ref.version, author=author, title=title, text=text,
                state=state, status=STATUS.get(item.state, ""), shuffle=codes.shuffled(), created_at=at, saved_at=at,
                published_at=at, synthetic=settings.MANDAT_DEMO,
            )  # fmt: skip
            Authorship.objects.create(proposal=row, participant=author, since=at)
            if state == Proposal.State.PUBLISHED:
                tallied(row, 1)
        else:
            row.title, row.text, row.status, row.saved_at = title, text, STATUS.get(item.state, ""), timezone.now()
            row.save(update_fields=["title", "text", "status", "saved_at"])
        number = row.versions.count() + 1
        ProposalVersion.objects.create(
            proposal=row, number=number, title=title, text=text, by=author, at=at if number == 1 else timezone.now(),
            reason="" if number == 1 else "Mis à jour depuis le site d'origine",
        )  # fmt: skip
        if item.answer and row.status:
            StatusChange.objects.create(
                proposal=row,
                status=row.status,
                reason=cleaned(item.answer, longest=LONGEST),
                url=item.url[:300],
                at=timezone.now(),
            )
        if state == Proposal.State.PUBLISHED:
            finding.index([row])
        return row.reference, {"supports": item.supports, "state": item.state}

    def _comment(self, item: Item, known: Imported | None) -> tuple[str, dict[str, Any]]:
        text = cleaned(item.text, longest=LONGEST, least=1)
        if known is not None:
            Comment.objects.filter(reference=known.target).update(text=text, edited_at=timezone.now())
            return known.target, known.body
        above = None
        if item.parent:
            above = Comment.objects.select_related("thread", "parent", "root").get(
                reference=self.known["comment", self._foreign(item, item.parent)].target
            )
            thread = above.thread
        else:
            about = self.known.get(("proposal", self._foreign(item, item.about)))
            if about is None:
                raise InputError(Text("la proposition commentée n'est pas là", "the proposal commented is not there"))
            thread = Thread.objects.get_or_create(
                programme=self.published.programme, kind="proposal", target=about.target,
                defaults={"process": self.published.code, "component": self.component},
            )[0]  # fmt: skip
        if above is not None and above.depth >= DEPTH:
            above = above.parent or above
        made = Comment.objects.create(
            reference=codes.fresh(), thread=thread, parent=above, root=None if above is None else (above.root or above),
            depth=1 if above is None else above.depth + 1, side=item.side, author=self._source(item), text=text,
            at=item.at or timezone.now(), version=self.published.ref.version, synthetic=settings.MANDAT_DEMO,
        )  # fmt: skip
        if made.root_id is not None:
            Comment.objects.filter(pk=made.root_id).update(replies=F("replies") + 1)
        count_comment(made, 1)
        return made.reference, {}

    def _result(self, item: Item, known: Imported | None) -> tuple[str, dict[str, Any]]:
        title = cleaned(item.title, longest=300, least=1, one_line=True)
        linked = [
            one.target
            for one in self.known.values()
            if one.kind == "proposal" and one.url and one.url in item.proposals
        ]
        body = {
            "title": title, "text": cleaned(item.text, longest=LONGEST), "progress": item.progress, "status": item.state[:100],
            "proposals": linked[:200],
        }  # fmt: skip
        return "", body


def _origin(item: Item) -> str:
    """Where an item comes from, in words that stay with it."""
    day = f", publiée le {formats.day(item.at)}" if item.at else ""
    supports = f", {item.supports} soutiens là-bas" if item.supports else ""
    return f"(Proposition n° {item.key} reprise de {item.host or 'un autre site'}{day}{supports}.)"


def results_of(programme: str, process: str) -> Iterable[Imported]:
    """Results taken over, in the order of their numbers over there."""
    return Imported.objects.filter(programme=programme, process=process, kind="result").order_by("foreign")


def last_run(programme: str, process: str) -> ImportRun | None:
    """The last import into a process."""
    return ImportRun.objects.filter(programme=programme, process=process).order_by("-run_at", "-pk").first()
