"""The page that explains the API, made from its OpenAPI document: it cannot go stale."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.programme.views.shared import home_crumb
from mandat.apps.publications.api.http import document
from mandat.apps.publications.api.routes import BASE
from mandat.kernel.text import Text
from mandat.web.components import Column, Crumb, Link, Table

TAGS = {
    "programme": Text("Le programme", "The programme"),
    "facts": Text("Les faits", "The facts"),
    "aids": Text("Les aides et leurs appels", "Aids and their calls"),
    "participation": Text("La participation", "Participation"),
    "territory": Text("Le territoire", "The territory"),
    "journal": Text("Le journal signé", "The signed log"),
    "rules": Text("Les règles des droits et des aides", "The rules of rights and aids"),
    "definitions": Text("Les définitions", "The definitions"),
}
#: Values for which the examples of the page have an answer on the bundled programme.
_EXAMPLES = {"code": {"pillars": "prendre-soin", "chapters": "sante", "commitments": "1.1", "bodies": "region", "communes": "18033", "aids": "cap-asso", "rules": "gratuite-transports", "processes": "offre-mobilites-2028"}, "number": "1", "reference": {"votes": "ma-solution-climat-2025-budget"}, "index": "0", "kind": "measure", "version": "1"}  # fmt: skip


@require_safe
def api(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters, what it answers, and an address to try."""
    described = document()
    groups: dict[str, list[dict[str, Any]]] = {tag: [] for tag in TAGS}
    for path, operations in described["paths"].items():
        operation = operations["get"]
        groups[operation["tags"][0]].append(_operation(path, operation, described))
    values = {
        "crumbs": [home_crumb(), Crumb(_("Interface for programs"))],
        "groups": [(TAGS[tag], operations) for tag, operations in groups.items()],
        "base": settings.SITE_URL + BASE,
        "openapi": f"{BASE}/openapi.json",
    }
    return render(request, "publications/api.html", values)


def _operation(path: str, operation: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    parameters = operation.get("parameters", [])
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    fields = _fields(answer, described)
    table = None
    if parameters:
        rows = [[p["name"], _type(p["schema"]), "" if p.get("required") else _("optional"), p.get("description", p["schema"].get("description", ""))] for p in parameters]  # fmt: skip
        columns = [Column(_("Parameter")), Column(_("Type")), Column(_("Required")), Column(_("Meaning"))]
        table = Table(_("Parameters"), columns, rows)
    return {
        "id": operation["operationId"].split("_api_")[-1].partition("_")[2],
        "path": path,
        "summary": Text(operation["x-summary-fr"], operation["summary"]),
        "table": table,
        "fields": fields,
        "example": Link(_example(path), _example(path)),
    }


def _example(path: str) -> str:
    resource = path.removeprefix(BASE).strip("/").split("/")[0]
    if path.endswith("/{reference}") and resource not in _EXAMPLES["reference"]:
        # Drawn at random: the list gives some.
        return path.removesuffix("/{reference}")
    for name, value in _EXAMPLES.items():
        found = value.get(resource, "1") if isinstance(value, dict) else value
        path = path.replace(f"{{{name}}}", str(found))
    return path + ("?first=1" if path.endswith("/consistency") else "")


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"] if part.get("type") != "null")
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    return str(schema.get("format", schema.get("type", "")))


def _fields(schema: dict[str, Any], described: dict[str, Any]) -> list[str]:
    """Names of the answer's fields; of the items of a page."""
    found = _resolved(schema, described)
    names = found.get("properties", {})
    if "items" in names and "next" in names:
        found = _resolved(names["items"]["items"], described)
        names = found.get("properties", {})
    return list(names)


def _resolved(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema
