"""``mandat schema``: the published JSON Schema accepts what ``check`` accepts."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from mandat.cli.schema import app
from mandat.definitions.registry import kinds
from mandat.kernel.errors import InputError
from tests.programmes_folder import FILES


def schema(kind: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, [kind], catch_exceptions=False)
    document: dict[str, Any] = json.loads(result.stdout)
    return document


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_each_kind_has_a_valid_schema_that_names_it(kind: str) -> None:
    document = schema(kind)
    jsonschema.Draft202012Validator.check_schema(document)
    assert document["properties"]["kind"] == {"const": kind}
    assert "kind" in document["required"]


@pytest.mark.parametrize("file", sorted(FILES))
def test_a_sound_document_passes_and_another_kind_does_not(file: str) -> None:
    document = json.loads(json.dumps(yaml.safe_load(FILES[file]), default=str))
    validator = jsonschema.Draft202012Validator(schema(document["kind"]))
    assert list(validator.iter_errors(document)) == []
    assert list(validator.iter_errors({**document, "surprise": 1}))
    assert list(validator.iter_errors({**document, "kind": "wish"}))


def test_without_a_kind_all_are_listed() -> None:
    listed = CliRunner().invoke(app, [], catch_exceptions=False).stdout
    assert [line.split()[0] for line in listed.splitlines()] == list(kinds())


def test_an_unknown_kind_says_which_are_known() -> None:
    with pytest.raises(InputError, match="measure"):
        CliRunner().invoke(app, ["wish"], catch_exceptions=False)
