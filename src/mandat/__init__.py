"""Mandat runs a public programme as software: definition → act → fact → indicator → page."""

__version__ = "0.1.0"
