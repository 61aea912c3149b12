"""The rules as plain values, for files and the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from mandat.apps.programme.published import Published
from mandat.apps.rulebook.published import PublishedRule, published_rules
from mandat.apps.rulebook.reading import assumptions


def rule_document(found: PublishedRule) -> dict[str, Any]:
    """One rule as JSON: its document, version, digest, and the inputs it takes from vocabularies."""
    document = found.document.model_dump(mode="json", exclude_none=True, by_alias=True)
    used = set(found.asked)
    own = {given.name for given in found.document.inputs}
    shared = [given for name, given in found.inputs.items() if name in used - own]
    return {
        "version": found.ref.version,
        "digest": found.ref.digest,
        "rule": document,
        "shared_inputs": [given.model_dump(mode="json", exclude_none=True, by_alias=True) for given in shared],
        "entities": [
            entity.model_dump(mode="json", exclude_none=True, by_alias=True) for entity in found.entities.values()
        ],
    }


def rule_lines(current: Published | None = None, *, on: dt.date) -> Iterator[dict[str, Any]]:
    """One line a rule: code, version, digest, titles, measures, entity, outputs, assumptions in force on a day."""
    for found in published_rules(current).rules.values():
        document = found.document
        yield {
            "code": document.code,
            "version": found.ref.version,
            "digest": found.ref.digest,
            "title": document.title.model_dump(),
            "summary": document.summary.model_dump(),
            "measures": list(document.measures),
            "entity": document.entity,
            "applies_from": document.applies.from_.isoformat(),
            "applies_until": document.applies.until.isoformat() if document.applies.until else None,
            "outputs": [output.model_dump(exclude_none=True) for output in document.outputs],
            "parameters": len(document.parameters),
            "assumptions": assumptions(found, on),
        }


def parameter_lines(current: Published | None = None, *, on: dt.date | None = None) -> Iterator[dict[str, Any]]:
    """One line a dated value of a parameter; with ``on``, only those in force that day."""
    for found in published_rules(current).rules.values():
        for parameter in found.document.parameters:
            for dated in parameter.values:
                if on is not None and dated is not parameter.at(on):
                    continue
                yield {
                    "rule": found.code,
                    "rule_version": found.ref.version,
                    "name": parameter.name,
                    "label": parameter.label.model_dump(),
                    "kind": parameter.kind,
                    "unit": parameter.unit,
                    "from": dated.from_.isoformat(),
                    "value": str(dated.value) if dated.value is not None else None,
                    "brackets": [
                        bracket.model_dump(mode="json", exclude_none=True, by_alias=True) for bracket in dated.brackets
                    ],
                    "reference": dated.reference.text,
                    "url": dated.reference.url,
                    "assumption": dated.assumption,
                }
