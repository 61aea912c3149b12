"""Meetings, training sessions and visits, with places to book."""
