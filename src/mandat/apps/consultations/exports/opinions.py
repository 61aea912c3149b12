"""An opinion map as the tables the engine reads: statements, votes by numbered participant, a summary. No moment, no name."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mandat.apps.consultations.exports.safe import csv_lines
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Consultation, Shown, Statement
from mandat.apps.consultations.services.opinions import settings_of, votes_of
from mandat.apps.participation.schema.contributions import OpinionMap

#: Zip files carry a moment for each part: a fixed one keeps the bytes a function of the votes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def parts(held: Held[OpinionMap], row: Consultation) -> dict[str, bytes]:
    """The files by name."""
    statements = list(Statement.objects.filter(consultation=row).order_by("number"))
    shown = [one.number for one in statements if one.shown == Shown.SHOWN]
    totals: Counter[tuple[int, int]] = Counter()
    people = 0

    def lines() -> Iterator[list[Any]]:
        nonlocal people
        own: dict[int, int] = {}
        last = ""
        for code, number, value in votes_of(row):
            if code != last and own:
                people += 1
                yield _line(people, own, shown)
                own = {}
            last = code
            own[number] = value
            totals[number, value] += 1
        if own:
            people += 1
            yield _line(people, own, shown)

    head = ["participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree", *map(str, shown)]
    votes = b"".join(csv_lines(head, lines()))
    settings = settings_of(held.document)
    comments = csv_lines(
        ("comment-id", "agrees", "disagrees", "moderated", "comment-body"),
        (
            (
                one.number, totals[one.number, 1], totals[one.number, -1], 1 if one.shown == Shown.SHOWN else -1,
                one.text if one.shown == Shown.SHOWN else "",
            )
            for one in statements
            if one.shown == Shown.SHOWN
        ),
    )  # fmt: skip
    command = f"mandat opinion . --seed {settings.seed} --fewest-votes {settings.fewest_votes} --withholding {settings.withholding}"
    summary = csv_lines(
        ("topic", held.document.title.fr),
        (("voters", people), ("comments", len(shown)), ("seed", settings.seed), ("command", command)),
    )
    return {"participants-votes.csv": votes, "comments.csv": b"".join(comments), "summary.csv": b"".join(summary)}


def _line(participant: int, own: dict[int, int], shown: list[int]) -> list[Any]:
    agree, disagree = sum(v == 1 for v in own.values()), sum(v == -1 for v in own.values())
    return [participant, "", "", len(own), agree, disagree, *(own.get(number, "") for number in shown)]


def archive(held: Held[OpinionMap], row: Consultation) -> bytes:
    """The files in one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in parts(held, row).items():
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
