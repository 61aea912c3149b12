"""Acts of meetings. Those of the institution append facts; who books, cancels or comes is private, and told in counts alone."""

from mandat.apps.meetings.services import attending, meetings, places

__all__ = ["attending", "meetings", "places"]
