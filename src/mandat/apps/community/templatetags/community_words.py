"""Words of the charter in templates."""

from __future__ import annotations

from django import template

from mandat.apps.community.charter import rule_title as title_of
from mandat.apps.community.moderation.contents import label_of
from mandat.web.templatetags.formats import say

register = template.Library()


@register.filter
def rule_title(code: str) -> str:
    """What a rule of the charter, or a ground of an automatic hold, is called."""
    return say(title_of(code))


@register.filter
def hold_titles(codes: str) -> str:
    """The grounds of an automatic hold, from their codes parted by commas."""
    return ", ".join(say(title_of(code)) for code in codes.split(",") if code)


@register.filter
def content_label(kind: str) -> str:
    """What a kind of content is called."""
    return say(label_of(kind))
