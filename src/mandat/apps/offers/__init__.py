"""Systematic offers: every member of a target population invited once."""
