"""The money behind schemes: envelopes by budget line and year, and what becomes of every euro voted."""
