"""A counted poll as its pages and files tell it; nothing here works before the count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.ballots import bundle, receipts, tallying
from mandat.apps.ballots.choices import GRADES
from mandat.apps.ballots.models import Ballot, Block, Channel, Poll, Result
from mandat.apps.territory.selectors import area_name
from mandat.engines import counting
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.bar import Bar, bars
from mandat.web.components import Chart, Column, Table

CHUNK = 2000
_RULES = {
    "plurality": Text("la majorité (l'option qui a le plus de voix)", "plurality (the option with most votes)"),
    "approval": Text(
        "l'approbation (les options les plus souvent choisies)", "approval (the options named most often)"
    ),
    "borda": Text("le compte de Borda", "the Borda count"),
    "schulze": Text("la méthode de Schulze (duels entre options)", "the Schulze method (pairwise contests)"),
    "majority-judgement": Text(
        "le jugement majoritaire (meilleure mention médiane)", "majority judgement (best median grade)"
    ),
    "stv": Text("le vote unique transférable", "the single transferable vote"),
    "pav": Text("l'approbation proportionnelle", "proportional approval voting"),
    "sequential-pav": Text("l'approbation proportionnelle, siège par siège", "proportional approval, seat by seat"),
    "equal-shares": Text(
        "les parts égales (chaque votant dispose d'une part égale du budget)",
        "equal shares (each voter holds an equal share of the budget)",
    ),
    "greedy": Text("le plus de voix d'abord, tant que le budget suffit", "most votes first, while the budget lasts"),
    "phragmen": Text("la méthode de Phragmén", "Phragmén's method"),
    "welfare": Text("la plus grande utilité totale", "the greatest total use"),
}

_ORDERS = {
    "id": Text("celui de leur référence", "that of their reference"),
    "number": Text("celui de leur numéro", "that of their number"),
    "cost": Text("le moins cher d'abord", "the cheapest first"),
    "votes": Text("le plus de voix d'abord", "most votes first"),
    "seed": Text("tiré au sort avec une graine publiée", "drawn by lot from a published seed"),
    "list": Text("une liste publiée", "a published list"),
}


def how(poll: Poll) -> list[str]:
    """The rules of a poll in sentences, as fixed before it opened."""
    rules, lines = poll.rules, []
    lines.append(_("Counting rule: %(rule)s.") % {"rule": _RULES[rules.counting.rule]})
    if rules.counting.seats > 1:
        lines.append(_("%(n)d options are chosen.") % {"n": rules.counting.seats})
    if rules.most is not None:
        lines.append(
            ngettext("One may name %(n)d option.", "One may name up to %(n)d options.", rules.most) % {"n": rules.most}
        )
    if rules.points is not None:
        lines.append(_("Each voter has %(n)d points to share out.") % {"n": rules.points})
    lines.append(_("A blank ballot is possible, and counted apart.") if rules.blank else _("There is no blank ballot."))
    if rules.quorum is not None:
        lines.append(
            _("It counts only if %(share)s of the roll take part.") % {"share": formats.percent(Decimal(rules.quorum))}
        )
    if rules.quorum_number is not None:
        lines.append(_("It counts only if %(n)s people take part.") % {"n": formats.number(rules.quorum_number, 0)})
    if rules.threshold is not None:
        lines.append(
            _("An option is chosen only with at least %(share)s of the ballots that name something.")
            % {"share": formats.percent(Decimal(rules.threshold))}
        )
    lines.append(
        _("Options that are level are decided by an order fixed beforehand (%(order)s), and every tie is told.")
        % {"order": _ORDERS.get(rules.counting.tie_order.split(":")[0], rules.counting.tie_order)}
    )
    channels = ", ".join(str(Channel(one).label) for one in rules.channels)
    lines.append(_("One votes by: %(channels)s.") % {"channels": channels})
    lines.append(
        ngettext(
            "The count may be contested for %(n)d day.", "The count may be contested for %(n)d days.", rules.appeal_days
        )
        % {"n": rules.appeal_days}
    )
    return lines


def shown(poll: Poll) -> dict[str, Any]:
    """What the page of a result shows."""
    result: Result = poll.result
    told = result.outcome
    imported = getattr(poll, "imported", None)
    return {
        "result": result,
        "outcome": told,
        "imported": imported,
        "winners": [
            {"title": str(poll.by_code[code].title), "why": _sentence(told, code), "option": poll.by_code[code]}
            for code in result.winners
        ],
        "others": [
            {"title": str(one.title), "why": why, "option": one}
            for one in poll.options
            if one.code not in result.winners and (why := _sentence(told, one.code))
        ],
        "reasons": [_reason(one) for one in told["reasons"]],
        "ties": [
            _("%(options)s were level: %(chosen)s goes first, by the order fixed beforehand.")
            % {
                "options": ", ".join(str(poll.by_code[code].title) for code in tie["options"]),
                "chosen": str(poll.by_code[tie["chosen"]].title),
            }
            for tie in told["ties"]
        ],
        "chart": _chart(poll, told),
        "table": _table(poll, told, set(result.winners)),
        "turnout": _turnout(result),
        "share": formats.percent(Decimal(result.marks) * 100 / result.voters) if result.voters else "",
        "appeal": poll.appeal_until,
        "appeal_open": poll.appeal_until is not None and poll.appeal_until > timezone.now(),
        "forgotten": poll.roll.forgotten_at,
        "budgeted": poll.budget is not None,
        "spent": Decimal(told["total_cost"]) if told.get("total_cost") else None,
    }


def _sentence(told: dict[str, Any], code: str) -> str:
    words = told["sentences"].get(code)
    return str(Text(**words)) if words else ""


def _reason(reason: dict[str, Any]) -> str:
    if reason["code"] == "quorum":
        return _("The quorum is not met: %(had)s people voted, %(needed)s were needed.") % {
            "had": formats.number(reason["had"], 0),
            "needed": formats.number(reason["needed"], 0),
        }
    if reason["code"] == "threshold":
        return _("An option came first without the %(needed)s votes it needed.") % {
            "needed": formats.number(reason["needed"], 0)
        }
    return _("No ballot named an option.")


def _figure(told: dict[str, Any], code: str) -> int:
    return int(told["points"][code] if "points" in told else told["votes"][code])


def _chart(poll: Poll, told: dict[str, Any]) -> Chart | None:
    if not told["expressed"] or "grades" in told:
        return None
    ordered = sorted(poll.options, key=lambda one: (-_figure(told, one.code), one.code))[:30]
    what = _("points") if "points" in told else _("votes")
    items = [Bar(str(one.title), Decimal(_figure(told, one.code)), url=one.url, said="") for one in ordered]
    return bars(
        items,
        unit="item" if "points" in told else "person",
        title=_("Result, in %(what)s") % {"what": what},
        name="ballots-result",
        head=Text("Option", "Option"),
    )


def _table(poll: Poll, told: dict[str, Any], winners: set[str]) -> Table:
    graded = "grades" in told
    columns = [Column(_("Option"))]
    if poll.budget is not None:
        columns.append(Column(_("Cost"), right=True))
    if graded:
        columns += [Column(str(one), right=True) for one in GRADES[::-1]]
    else:
        columns.append(Column(_("Votes"), right=True))
    if "points" in told:
        columns.append(Column(_("Points"), right=True))
    columns.append(Column(_("Outcome")))
    rows = []
    ordered = sorted(poll.options, key=lambda one: (one.code not in winners, -_figure(told, one.code), one.code))
    for one in ordered:
        cells: list[Any] = [str(one.title)]
        if poll.budget is not None:
            cells.append(formats.euros(one.cost) if one.cost is not None else "–")
        if graded:
            cells += [formats.number(n, 0) for n in told["grades"][one.code][::-1]]
        else:
            cells.append(formats.number(told["votes"][one.code], 0))
        if "points" in told:
            cells.append(formats.number(told["points"][one.code], 0))
        cells.append(_("chosen") if one.code in winners else _("not chosen"))
        rows.append(cells)
    return Table(_("Every option"), columns, rows)


def _turnout(result: Result) -> list[Table]:
    found = []
    words = {"channel": _("Voters by channel"), "area": _("Voters by area")}
    heads = {"channel": _("Channel"), "area": _("Area")}
    for what, counts in result.turnout.items():
        known = {code: count for code, count in counts.items() if code or len(counts) > 1}
        if not known:
            continue
        rows = [
            (_label(what, code), _("withheld") if count is None else formats.number(count, 0))
            for code, count in sorted(known.items())
        ]
        note = _("Small groups are withheld, and others with them so that they cannot be worked out.")
        found.append(
            Table(
                words[what],
                [Column(heads[what]), Column(_("Voters"), right=True)],
                rows,
                note if None in known.values() else "",
            )
        )
    return found


def _label(what: str, code: str) -> str:
    if not code:
        return _("not known")
    return str(Channel(code).label) if what == "channel" else area_name(code)


# -- the list


def listed(poll: Poll) -> Iterator[tuple[int, str]]:
    """Numbers and contents of the published list, by receipt."""
    rows = Ballot.objects.filter(poll=poll).order_by("pk").values_list("pk", "content")
    return iter(rows.iterator(chunk_size=CHUNK))


def file_lines(poll: Poll) -> Iterator[str]:
    """The one file of a vote."""
    result = poll.result
    blocks = list(Block.objects.filter(poll=poll).order_by("number").values_list("root", flat=True))
    return bundle.written(
        definition=poll.definition,
        outcome=result.outcome,
        more={"turnout": result.turnout, "counted_at": result.counted_at.isoformat()},
        ballots=((receipts.receipt(number), content) for number, content in listed(poll)),
        blocks=blocks,
        root=result.root,
    )


def pabulib(poll: Poll) -> Iterator[str]:
    """The lines of a Pabulib file. Blank and spoiled ballots are left out: it has no place for them."""
    tally = tallying.tallied(content for _number, content in listed(poll))
    election = tallying.election_of(poll.definition, tally)
    election.meta = {
        "description": poll.title.fr,
        "country": "France",
        "unit": poll.roll.process,
        "instance": poll.reference,
    }
    return counting.write_pabulib(election)


@dataclass(frozen=True, slots=True)
class Proof:
    """A ballot found, and the path from it to the root."""

    receipt: str
    content: str
    said: list[tuple[str, Text]]
    blank: bool
    spoiled: bool
    index: int
    size: int
    path: list[str]
    leaf: str
    holds: bool


def proof(poll: Poll, number: int) -> Proof | None:
    """Where a ballot stands in the list and the proof of it; None where the list has no such receipt. Reads one block, not the list."""
    import json

    from mandat.apps.ballots import filling

    row = Ballot.objects.filter(poll=poll, pk=number).first()
    if row is None:
        return None
    block = Block.objects.filter(poll=poll, first__lte=number).order_by("-number").first()
    assert block is not None
    own = list(
        Ballot.objects.filter(poll=poll, pk__gte=block.first).order_by("pk").values_list("pk", "content")[: block.count]
    )
    roots = [
        bytes.fromhex(root)
        for root in Block.objects.filter(poll=poll).order_by("number").values_list("root", flat=True)
    ]
    size = poll.result.ballots
    index = block.number * bundle.BLOCK + [pk for pk, _content in own].index(number)
    leaves = [bundle.leaf(receipts.receipt(pk), content) for pk, content in own]
    path = bundle.proof_in(index=index, size=size, blocks=roots, own=leaves)
    receipt = receipts.receipt(number)
    content = json.loads(row.content)
    return Proof(
        receipt=receipt,
        content=row.content,
        said=filling.said(poll, content),
        blank="blank" in content,
        spoiled="spoiled" in content,
        index=index,
        size=size,
        path=[one.hex() for one in path],
        leaf=bundle.leaf(receipt, row.content).hex(),
        holds=bundle.holds(
            receipt=receipt,
            content=row.content,
            index=index,
            size=size,
            proof=path,
            root=bytes.fromhex(poll.result.root),
        ),
    )
