"""Journeys use the trial programme and people of the programme's own tests."""

from tests.apps.programme.conftest import person, programme

__all__ = ["person", "programme"]
