"""Panels drawn by lot: pool, invitations, draw, replacements."""
