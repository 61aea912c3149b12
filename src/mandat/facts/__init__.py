"""Frozen, versioned fact types. No Django."""
