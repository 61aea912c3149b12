"""Rules as code: one document, checked, evaluated for one household or a whole population."""
