"""Panels drawn by lot: letters, volunteers, draws, sessions, allowances, the opinion and its recommendations."""

from mandat.apps.panels.models.draws import Draw, Panel
from mandat.apps.panels.models.opinions import Opinion, Recommendation
from mandat.apps.panels.models.people import Letter, Volunteer
from mandat.apps.panels.models.sittings import Presence, Sitting

__all__ = ["Draw", "Letter", "Opinion", "Panel", "Presence", "Recommendation", "Sitting", "Volunteer"]
