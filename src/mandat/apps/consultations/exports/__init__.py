"""Consultations as files: texts, answers, votes and sightings."""
