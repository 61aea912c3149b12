"""What the Region owes an answer to, by when, what it answered, and what became of it."""
