"""The append-only log of facts: append, prove, verify, replay."""
