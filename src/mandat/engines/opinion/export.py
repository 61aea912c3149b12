"""A map as plain data for JSON: counts, groups that may be shown, statements; never a participant."""

from __future__ import annotations

from typing import Any

from mandat.engines.opinion.mapping import OpinionMap
from mandat.engines.opinion.representativeness import Choice
from mandat.engines.opinion.votes import Conversation, Statement
from mandat.engines.opinion.words import as_label

_ROUTED = 10


def as_data(opinions: OpinionMap, conversation: Conversation) -> dict[str, Any]:
    """The documented JSON: participants, statements, votes, groups, consensus, and what explains them."""
    statements = conversation.statements
    projection, grouping, settings = opinions.projection, opinions.grouping, opinions.settings
    stability = opinions.stability
    agree, disagree = opinions.informed
    shown_statements = [j for j in range(len(statements)) if not opinions.votes.excluded[j]]
    ranked = sorted(shown_statements, key=lambda j: (-float(agree[j]), j))
    routed = sorted(shown_statements, key=lambda j: (-float(opinions.priority[j]), j))[:_ROUTED]
    n, m = opinions.votes.shape
    return {
        "participants": n,
        "statements": m,
        "votes": opinions.votes.count,
        "topic": conversation.topic,
        "grouped_participants": opinions.shown_participants,
        "groups": [
            {
                "id": group.number,
                "size": group.size,
                "centre": [group.centre[0], group.centre[1]],
                "stability": stability.groups[group.number - 1] if stability else None,
                "representative": [_choice(one, statements) for one in group.representative],
            }
            for group in opinions.groups
        ],
        "withheld": {"groups": opinions.withheld_groups, "under": settings.withholding},
        "consensus": [_choice(one, statements) for one in opinions.consensus],
        "bridging": [
            {
                **_name(statements[one.statement]),
                "direction": one.direction,
                "lowest": one.lowest,
                "by_group": {str(group.number): p for group, p in zip(opinions.groups, one.chances, strict=True)},
            }
            for one in opinions.bridging
        ],
        "dividing": [
            {
                **_name(statements[one.statement]),
                "above": opinions.groups[one.above].number,
                "below": opinions.groups[one.below].number,
                "gap": one.gap,
            }
            for one in opinions.dividing
        ],
        "group_informed_consensus": [
            {**_name(statements[j]), "agree": float(agree[j]), "disagree": float(disagree[j])} for j in ranked
        ],
        "routing": [{**_name(statements[j]), "priority": float(opinions.priority[j])} for j in routed],
        "moderated_out": [as_label(statements[j].id) for j in range(m) if opinions.votes.excluded[j]],
        "projection": {
            "singular_values": [float(value) for value in projection.singular_values],
            "explained_variance_ratio": [float(value) for value in projection.variance_ratio],
        },
        "silhouette": {str(k): value for k, value in sorted(grouping.silhouettes.items())},
        "silhouette_of": "participants" if grouping.exact else "base clusters",
        "stability": {
            "adjusted_rand": stability.rand,
            "low": stability.low,
            "high": stability.high,
            "resamples": stability.resamples,
            "sample": stability.sample,
        }
        if stability
        else None,
        "settings": {
            "seed": settings.seed,
            "max_groups": settings.max_groups,
            "fewest_votes": settings.fewest_votes,
            "fewest_participants": settings.fewest_participants,
            "withholding": settings.withholding,
        },
        "reading": {
            "repeated_votes_replaced": conversation.repeated,
            "sign_reversed": conversation.sign_reversed,
            "refused_lines": conversation.refused_count,
            "refused": [{"file": one.file, "line": one.line, "message": one.message} for one in conversation.refused],
            "notes": [str(note) for note in conversation.notes],
        },
    }


def _name(statement: Statement) -> dict[str, Any]:
    return {"statement": as_label(statement.id), "text": statement.text}


def _choice(one: Choice, statements: tuple[Statement, ...]) -> dict[str, Any]:
    data: dict[str, Any] = {
        **_name(statements[one.statement]),
        "direction": one.direction,
        "agree": one.agree,
        "disagree": one.disagree,
        "pass": one.seen - one.agree - one.disagree,
        "votes": one.seen,
        "probability": one.probability,
        "probability_test": one.probability_test,
    }
    if one.ratio is not None:
        data |= {
            "representativeness": one.ratio,
            "representativeness_test": one.ratio_test,
            "best_agree": one.best_agree,
        }
    return data
