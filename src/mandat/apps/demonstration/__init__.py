"""The demonstration: synthetic accounts and a synthetic history, the same on every machine."""
