"""Acts of the offline desk: prepare a carnet, bring its file back, reconcile it entry by entry, settle, close."""

from mandat.apps.desk.services import bringing, preparing, reconciling

__all__ = ["bringing", "preparing", "reconciling"]
