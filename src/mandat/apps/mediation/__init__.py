"""Confidential mediation, and the protection of citizens' groups."""
