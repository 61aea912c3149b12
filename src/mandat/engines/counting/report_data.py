"""A count as plain data: what ``mandat count --json`` prints and what others may publish."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mandat.engines.counting.explain import explain
from mandat.engines.counting.result import Count, number


def count_as_json(result: Count) -> dict[str, Any]:
    """``{"rule", "winners", "total_cost", "ties", "projects", …}``, every value plain JSON."""
    election = result.election
    reasons = explain(result)
    elected = set(result.winners)
    return {
        "rule": result.rule,
        "options": {k: number(v) if isinstance(v, Decimal) else v for k, v in result.options.items()},
        "winners": result.winner_ids,
        "total_cost": number(result.total_cost),
        "budget": number(election.budget),
        "ballots": election.ballots.total,
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
