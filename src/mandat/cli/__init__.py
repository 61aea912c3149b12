"""The mandat command."""
