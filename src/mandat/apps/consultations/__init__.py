"""Texts written together, surveys, maps of opinions, observations."""
