"""Pure calculation: values in, results out. No Django, no clock, no files, no hidden randomness."""
