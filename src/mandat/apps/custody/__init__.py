"""Personal data in custody: sealed values, checked files, retention, export and erasure."""
