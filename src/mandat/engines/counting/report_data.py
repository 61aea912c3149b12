"""A count as plain data: what ``mandat count --json`` prints and what others may publish."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from mandat.engines.counting.explain import explain
from mandat.engines.counting.metrics import Metrics, measure, most_unlike
from mandat.engines.counting.result import Count, number

#: What a count adds to the options it was given.
_OUTCOMES = ("kept", "compared")


def count_as_json(result: Count) -> dict[str, Any]:
    """``{"rule", "winners", "total_cost", "ties", "projects", …}``, every value plain JSON."""
    election = result.election
    reasons = explain(result)
    elected = set(result.winners)
    return {
        "rule": asked_rule(result),
        "options": {k: number(v) if isinstance(v, Decimal) else v for k, v in result.options.items()},
        "winners": result.winner_ids,
        "total_cost": number(result.total_cost),
        "budget": number(election.budget),
        "ballots": election.ballots.total,
        "metrics": metrics_as_json(measure(election, result.winners)),
        "ties": [
            {"step": t.step, "projects": list(t.projects), "chosen": t.chosen, "order": t.order} for t in result.ties
        ],
        "decisions": [
            {"step": d.step, "project": d.project, "stage": d.stage}
            | ({"measure": d.measure, "value": float(d.value)} if d.value is not None else {})
            for d in result.decisions
        ],
        "refused": [
            {"line": r.line, "code": r.code, "reason": str(r.reason), "counted": r.counted} for r in election.refused
        ],
        "projects": {
            p.id: {
                "name": p.name,
                "cost": number(p.cost),
                "votes": election.votes[j],
                "elected": j in elected,
                "reason": reasons[p.id].reason,
                "sentence": {"fr": reasons[p.id].sentence.fr, "en": reasons[p.id].sentence.en},
                **{k: v for k, v in reasons[p.id].data.items() if k != "votes"},
            }
            for j, p in enumerate(election.projects)
        },
    }


def definition_of(result: Count) -> dict[str, Any]:
    """All that a stranger needs, besides the ballots, to find the same winners."""
    return {
        "rule": asked_rule(result),
        "options": {
            k: str(v) if isinstance(v, Decimal) else v for k, v in result.options.items() if k not in _OUTCOMES
        },
        "refused_lines": [r.line for r in result.election.refused if not r.counted],
        "winners": result.winner_ids,
    }


def asked_rule(result: Count) -> str:
    """The rule asked for, also when the comparison step kept the greedy outcome."""
    return "equal-shares" if "kept" in result.options else result.rule


def metrics_as_json(metrics: Metrics) -> dict[str, Any]:
    return {
        "spent": number(metrics.spent),
        "spent_share": metrics.spent_share,
        "exhaustive": metrics.exhaustive,
        "voters": metrics.voters,
        "voters_with_a_win": metrics.voters_with_a_win,
        "win_share": metrics.win_share,
        "mean_wins": metrics.mean_wins,
        "mean_cost": metrics.mean_cost,
        "ejr_plus_violations": [
            {"project": v.project, "voters": v.voters, "deserved": number(v.deserved)} for v in metrics.violations
        ],
        "categories": [asdict(s) for s in metrics.categories],
        "category_distance": most_unlike(metrics.categories),
        "districts": [asdict(s) for s in metrics.districts],
        "district_distance": most_unlike(metrics.districts),
    }
