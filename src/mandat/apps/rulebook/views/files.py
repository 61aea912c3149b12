"""A rule as a file: the YAML it is published in, comments included, or JSON."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from mandat.apps.rulebook.selectors import rule_document
from mandat.apps.rulebook.views.rules import rule_or_404
from mandat.definitions.models import DefinitionVersion, SourceFile


@require_safe
def yaml_file(request: HttpRequest, code: str) -> HttpResponse:
    """The text of the file in force, as its authors wrote it."""
    current, found = rule_or_404(code)
    row = DefinitionVersion.objects.filter(programme=current.code, kind="rule", code=code, current=True).first()
    source = SourceFile.objects.filter(programme=current.code, path=row.file).first() if row else None
    if source is None:
        raise Http404(code)
    return _file(source.text, "application/yaml; charset=utf-8", f"{code}.yaml", found.ref.digest)


@require_safe
def json_file(request: HttpRequest, code: str) -> HttpResponse:
    """The rule with its version, the vocabularies it uses and its digest."""
    _current, found = rule_or_404(code)
    text = json.dumps(rule_document(found), ensure_ascii=False, indent=2) + "\n"
    return _file(text, "application/json", f"{code}.json", found.ref.digest)


def _file(text: str, content_type: str, name: str, tag: str) -> HttpResponse:
    response = HttpResponse(text, content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["ETag"] = quote_etag(tag[:32])
    return response
