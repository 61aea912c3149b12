"""Facts of allowances credited, spent and settled."""
